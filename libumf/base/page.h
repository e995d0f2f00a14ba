/* page.h - the system's page and cache line. */
#ifndef UMFI_BASE_PAGE_H
#define UMFI_BASE_PAGE_H

#include <stddef.h>

size_t umfi_page_bytes(void);
/* Of the first-level data cache; 64 where the system does not say. */
size_t umfi_cache_line_bytes(void);

#endif
