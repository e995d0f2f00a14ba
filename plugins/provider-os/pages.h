/* pages.h - mappings at any alignment, and what is done to pages. */
#ifndef PROVIDER_OS_PAGES_H
#define PROVIDER_OS_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A mapping to be made. */
struct os_pages {
    size_t size;         /* bytes, a multiple of the page */
    size_t alignment;    /* a multiple of the page, or below it */
    unsigned protection; /* UMF_PROTECTION_ flags */
    int fd;              /* of a memory file, mapped shared; -1: private */
    off_t offset;
};

/* Whether the API has this alignment: 0, a divisor or a multiple of the page. */
bool os_pages_can_align(size_t alignment);

/* NULL, with errno, where it cannot be mapped. */
void *os_pages_map(const struct os_pages *pages);

#endif
