/*
 * page_class.h - one byte for each page of 4 KiB of address space: the class of
 * the blocks that begin in it.
 *
 * One per pool, so that a free needs neither a header nor the address map. Two
 * levels: 65,536 roots of 4 GiB, and leaves of 1 MiB, which cost only what is
 * touched. The page is ours, whatever the system's is. The zone is the root that got
 * the first leaf, where most pools have all their memory: it is found without a look
 * at the roots, and so that the load of the byte waits for no other.
 *
 * Law: class(p) = 0 means "ask elsewhere", and is always right to say; class(p) = c
 *      means that every block of the pool that begins in p is a whole block of
 *      class c. Addresses from 2^48 on have class 0.
 *      zone is the number of a root, and zone_bytes + page the address of the byte
 *      of a page in it; or zone is UMFI_PAGE_NO_ZONE.
 * Threads: all calls but init and fini may run in parallel; the bytes are relaxed.
 * Who sets a page hands a block of it out later, so that a free of that block sees it.
 */
#ifndef UMFI_BASE_PAGE_CLASS_H
#define UMFI_BASE_PAGE_CLASS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <umf/plugin_sdk.h>

#include "base/annotations.h"

#define UMFI_PAGE_CLASS_SHIFT 12
#define UMFI_PAGE_ROOT_SHIFT 32
#define UMFI_PAGE_ROOTS ((size_t)1 << 16)
#define UMFI_PAGES_A_LEAF ((size_t)1 << (UMFI_PAGE_ROOT_SHIFT - UMFI_PAGE_CLASS_SHIFT))

struct umfi_page_leaf {
    struct umfi_page_leaf *next; /* of all leaves: the end looks at no root */
    _Atomic uint8_t class_of[UMFI_PAGES_A_LEAF];
};

#define UMFI_PAGE_NO_ZONE UINT64_MAX

struct umfi_page_classes {
    _Atomic uint64_t zone;
    _Atomic uintptr_t zone_bytes;
    struct umfi_page_leaf *_Atomic *roots;
    struct umfi_page_leaf *_Atomic leaves;
    const umf_plugin_host_t *host;
};

/* False without memory. */
bool umfi_page_classes_init(struct umfi_page_classes *pages, const umf_plugin_host_t *host);
void umfi_page_classes_fini(struct umfi_page_classes *pages);

/* Gives the class to the pages that lie wholly in the range; those for which there
 * is no memory stay 0. */
void umfi_page_classes_set(struct umfi_page_classes *pages, const void *base, size_t bytes,
                           unsigned class);
/* Class 0 for the page in which the address is. */
void umfi_page_classes_clear(struct umfi_page_classes *pages, const void *address);

static inline unsigned umfi_page_class_by_root(const struct umfi_page_classes *pages,
                                          const void *address) {
    uintptr_t at = (uintptr_t)address;
    if (UMFI_UNLIKELY(at >> 48 != 0)) {
        return 0;
    }
    /* acquire: the leaf was zero before it was put here */
    struct umfi_page_leaf *leaf =
        atomic_load_explicit(&pages->roots[at >> UMFI_PAGE_ROOT_SHIFT], memory_order_acquire);
    if (UMFI_UNLIKELY(leaf == NULL)) {
        return 0;
    }
    size_t page = at >> UMFI_PAGE_CLASS_SHIFT & (UMFI_PAGES_A_LEAF - 1);
    return atomic_load_explicit(&leaf->class_of[page], memory_order_relaxed);
}

static inline unsigned umfi_page_class_of(const struct umfi_page_classes *pages,
                                          const void *address) {
    uintptr_t at = (uintptr_t)address;
    /* acquire: zone_bytes was written before */
    if (UMFI_LIKELY(at >> UMFI_PAGE_ROOT_SHIFT ==
                    atomic_load_explicit(&pages->zone, memory_order_acquire))) {
        uintptr_t bytes = atomic_load_explicit(&pages->zone_bytes, memory_order_relaxed);
        return atomic_load_explicit(
            (const _Atomic uint8_t *)(bytes + (at >> UMFI_PAGE_CLASS_SHIFT)),
            memory_order_relaxed);
    }
    return umfi_page_class_by_root(pages, address);
}

#endif
