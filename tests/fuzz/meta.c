/*
 * meta.c - core/meta.h on malloc, for the fuzzers: AddressSanitizer sees each
 * block's edges, which in an arena it does not.
 */
#include "core/meta.h"

#include <stdlib.h>

static size_t in_use;

void *umfi_meta_alloc(size_t size) {
    void *block = calloc(1, size);
    in_use += block ? size : 0;
    return block;
}

void umfi_meta_free(void *ptr, size_t size) {
    in_use -= ptr ? size : 0;
    free(ptr);
}

size_t umfi_meta_in_use(void) { return in_use; }
