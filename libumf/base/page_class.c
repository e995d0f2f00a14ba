/* page_class.c - the class of each page (page_class.h). */
#include "base/page_class.h"

#define ROOT_BYTES (UMFI_PAGE_ROOTS * sizeof(struct umfi_page_leaf *_Atomic))
#define PAGE_BYTES ((uintptr_t)1 << UMFI_PAGE_CLASS_SHIFT)

bool umfi_page_classes_init(struct umfi_page_classes *pages, const umf_plugin_host_t *host) {
    pages->host = host;
    atomic_init(&pages->zone, UMFI_PAGE_NO_ZONE);
    pages->roots = host->meta_alloc(ROOT_BYTES);
    return pages->roots != NULL;
}

void umfi_page_classes_fini(struct umfi_page_classes *pages) {
    if (pages->roots == NULL) {
        return;
    }
    struct umfi_page_leaf *leaf = atomic_load_explicit(&pages->leaves, memory_order_acquire);
    while (leaf != NULL) {
        struct umfi_page_leaf *next = leaf->next;
        pages->host->meta_free(leaf, sizeof *leaf);
        leaf = next;
    }
    pages->host->meta_free(pages->roots, ROOT_BYTES);
}

/* The first leaf that is listed, and so one thread, makes the zone. */
static void zone_set(struct umfi_page_classes *pages, size_t root, struct umfi_page_leaf *leaf) {
    uintptr_t first = (uintptr_t)leaf->class_of; /* of page root * UMFI_PAGES_A_LEAF */
    atomic_store_explicit(&pages->zone_bytes, first - root * UMFI_PAGES_A_LEAF,
                          memory_order_relaxed);
    atomic_store_explicit(&pages->zone, root, memory_order_release);
}

/* NULL without memory. */
static struct umfi_page_leaf *leaf_make(struct umfi_page_classes *pages, size_t root) {
    struct umfi_page_leaf *leaf = pages->host->meta_alloc(sizeof *leaf), *theirs = NULL;
    if (leaf != NULL &&
        !atomic_compare_exchange_strong_explicit(&pages->roots[root], &theirs, leaf,
                                                 memory_order_release, memory_order_acquire)) {
        pages->host->meta_free(leaf, sizeof *leaf); /* another thread was first */
        return theirs;
    }
    if (leaf != NULL) {
        leaf->next = atomic_load_explicit(&pages->leaves, memory_order_relaxed);
        while (!atomic_compare_exchange_weak_explicit(&pages->leaves, &leaf->next, leaf,
                                                      memory_order_release,
                                                      memory_order_relaxed)) {
        }
        if (leaf->next == NULL) {
            zone_set(pages, root, leaf);
        }
    }
    return leaf;
}

static void page_set(struct umfi_page_classes *pages, uintptr_t at, unsigned class) {
    size_t root = at >> UMFI_PAGE_ROOT_SHIFT;
    if (root >= UMFI_PAGE_ROOTS) {
        return;
    }
    struct umfi_page_leaf *leaf = atomic_load_explicit(&pages->roots[root], memory_order_acquire);
    if (leaf == NULL && class != 0) {
        leaf = leaf_make(pages, root);
    }
    if (leaf != NULL) {
        atomic_store_explicit(
            &leaf->class_of[at >> UMFI_PAGE_CLASS_SHIFT & (UMFI_PAGES_A_LEAF - 1)],
            (uint8_t)class, memory_order_relaxed);
    }
}

void umfi_page_classes_set(struct umfi_page_classes *pages, const void *base, size_t bytes,
                           unsigned class) {
    uintptr_t end = (uintptr_t)base + bytes;
    uintptr_t at = ((uintptr_t)base + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    for (; at < end && end - at >= PAGE_BYTES; at += PAGE_BYTES) {
        page_set(pages, at, class);
    }
}

void umfi_page_classes_clear(struct umfi_page_classes *pages, const void *address) {
    page_set(pages, (uintptr_t)address, 0);
}
