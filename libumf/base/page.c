/* page.c - platform: what sysconf knows of pages and caches. */
#include "base/page.h"

#include <unistd.h>

size_t umfi_page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

size_t umfi_cache_line_bytes(void) {
#ifdef _SC_LEVEL1_DCACHE_LINESIZE
    long bytes = sysconf(_SC_LEVEL1_DCACHE_LINESIZE); /* glibc has it, musl has not */
    if (bytes > 0) {
        return (size_t)bytes;
    }
#endif
    return 64;
}
