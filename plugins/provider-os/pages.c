/* pages.c - mmap, and the room for alignments above a page. */
#include "provider-os/pages.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#include <umf/memory_provider.h>

#include "base/checked.h"
#include "base/page.h"

static int prot_of(unsigned protection) {
    return ((protection & UMF_PROTECTION_READ) ? PROT_READ : 0) |
           ((protection & UMF_PROTECTION_WRITE) ? PROT_WRITE : 0) |
           ((protection & UMF_PROTECTION_EXEC) ? PROT_EXEC : 0);
}

bool os_pages_can_align(size_t alignment) {
    size_t page = umfi_page_bytes();
    return alignment == 0 || page % alignment == 0 || alignment % page == 0;
}

static void *map_at(const struct os_pages *pages, void *place) {
    int flags = (place ? MAP_FIXED : 0) |
                (pages->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
    void *p = mmap(place, pages->size, prot_of(pages->protection), flags, pages->fd, pages->offset);
    return p == MAP_FAILED ? NULL : p;
}

/* Address space for every position of the alignment is reserved, the aligned
 * part of it replaced by the mapping, the rest given back. */
static void *map_aligned(const struct os_pages *pages) {
    size_t reserved;
    if (!umfi_add_size(pages->size, pages->alignment - umfi_page_bytes(), &reserved)) {
        errno = ENOMEM;
        return NULL;
    }
    char *base = mmap(NULL, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return NULL;
    }
    size_t rest = (uintptr_t)base % pages->alignment;
    size_t head = rest ? pages->alignment - rest : 0;
    size_t tail = reserved - head - pages->size;
    bool is_done = map_at(pages, base + head) && (head == 0 || munmap(base, head) == 0) &&
                   (tail == 0 || munmap(base + head + pages->size, tail) == 0);
    if (!is_done) {
        int error = errno;
        (void)munmap(base, reserved);
        errno = error;
        return NULL;
    }
    return base + head;
}

void *os_pages_map(const struct os_pages *pages) {
    return pages->alignment > umfi_page_bytes() ? map_aligned(pages) : map_at(pages, NULL);
}
