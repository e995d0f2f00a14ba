/*
 * granules.c - how the fast layer follows the exact map (granules.h).
 *
 * Everything here runs in the writer, after the exact map has changed. A walk
 * over a range goes from granule to granule, but from an edge of a region it
 * leaps to the next edge: in between all words are the same, and where they fill
 * 4 GiB they are one root entry.
 */
#include "core/granules.h"

#include "core/addrmap_parts.h"
#include "core/meta.h"

#define SLOW_WORD UINT32_MAX
#define GRANULES_END ((uint64_t)1 << (UMFI_GRANULE_ADDRESS_BITS - UMFI_GRANULE_SHIFT))
#define GRANULE_PAGES 16u

/* ---- owners ---- */

uint32_t umfi_granules_owner_add(struct umfi_granules *granules, void *owner) {
    for (uint32_t i = 0; i < UMFI_GRANULE_SLOW; i++) {
        uint32_t index = (granules->last_owner + i) % (UMFI_GRANULE_SLOW - 1) + 1;
        /* relaxed: only writers store it */
        if (!atomic_load_explicit(&granules->owner[index], memory_order_relaxed)) {
            granules->last_owner = index;
            /* release: readers find what it points to as it is now */
            atomic_store_explicit(&granules->owner[index], owner, memory_order_release);
            return index;
        }
    }
    return 0;
}

void umfi_granules_owner_remove(struct umfi_granules *granules, uint32_t index) {
    atomic_store_explicit(&granules->owner[index], NULL, memory_order_release);
}

/* ---- what a word should say ---- */

static uint32_t visible_owner(const struct umfi_addrmap *map, uint32_t region) {
    const struct map_entry *e = entry_at(map, region);
    while (e && entry_is_hidden(e)) {
        e = entry_parent(map, e);
    }
    if (!e) {
        return 0;
    }
    return e->of->index ? e->of->index : UMFI_GRANULE_SLOW;
}

struct cell_owner {
    uint32_t above; /* the region where a run has none */
    uint32_t index;
    bool is_first;
};

static bool run_agrees(const struct umfi_addrmap *map, uint32_t region, void *context) {
    struct cell_owner *cell = context;
    uint32_t index = visible_owner(map, region ? region : cell->above);
    bool agrees = cell->is_first || index == cell->index;
    *cell = (struct cell_owner){cell->above, index, false};
    return agrees;
}

static uint32_t page_owner(const struct umfi_addrmap *map, uint32_t slot_value, uint32_t above) {
    if (!(slot_value & CELL_TAG)) {
        return visible_owner(map, slot_value ? slot_value : above);
    }
    struct cell_owner cell = {.above = above, .is_first = true};
    return umfi_cell_each_run(map, slot_value, run_agrees, &cell) ? cell.index : UMFI_GRANULE_SLOW;
}

static uint32_t word_of(uint32_t border, uint32_t left, uint32_t right) {
    return border << 28 | right << 14 | left;
}

static uint32_t uniform_word(uint32_t index) {
    return index == UMFI_GRANULE_SLOW ? SLOW_WORD : word_of(0, index, index);
}

static uint32_t granule_word(struct umfi_addrmap *map, uint64_t granule) {
    uintptr_t address = (uintptr_t)granule << UMFI_GRANULE_SHIFT;
    uint32_t above = umfi_radix_above(map, address);
    const _Atomic uint32_t *slot = umfi_radix_page_slot(map, address, false);
    if (!slot) {
        return uniform_word(visible_owner(map, above));
    }
    uint32_t border = 0, left = 0, right = 0;
    for (uint32_t page = 0; page < GRANULE_PAGES; page++) {
        uint32_t value = atomic_load_explicit(&slot[page], memory_order_relaxed);
        uint32_t index = page_owner(map, value, above);
        if (page == 0) {
            left = right = index;
        } else if (index != right) {
            if (border != 0) {
                return SLOW_WORD;
            }
            border = page;
            right = index;
        }
    }
    return border ? word_of(border, left, right) : uniform_word(left);
}

/* The next address at which the innermost region may be another one. */
static uintptr_t next_edge(const struct umfi_addrmap *map, uintptr_t address) {
    const struct map_entry *inner = umfi_truth_innermost(map, address);
    const struct map_entry *next = umfi_truth_above(map, address);
    uintptr_t edge = inner ? entry_end(inner) : UINTPTR_MAX;
    return next && entry_base(next) < edge ? entry_base(next) : edge;
}

/* Granules [first, last) that should all have this word. */
struct stretch {
    uint64_t first, last;
    uint32_t word;
};

static bool each_stretch(struct umfi_addrmap *map, uint64_t first, uint64_t last,
                         bool (*visit)(struct umfi_addrmap *map, const struct stretch *stretch)) {
    while (first < last) {
        uint32_t word = granule_word(map, first);
        uint64_t edge = next_edge(map, (uintptr_t)first << UMFI_GRANULE_SHIFT) >> UMFI_GRANULE_SHIFT;
        uint64_t next = edge > first ? edge : first + 1;
        struct stretch stretch = {first, next < last ? next : last, word};
        if (!visit(map, &stretch)) {
            return false;
        }
        first = stretch.last;
    }
    return true;
}

/* ---- storing it ---- */

static struct umfi_granule_leaf *leaf_of(const struct umfi_tree_node *node) {
    return node ? umfi_tree_entry(node, struct umfi_granule_leaf, by_root) : NULL;
}

static int root_order(const void *key, const struct umfi_tree_node *node) {
    uint32_t wanted = *(const uint32_t *)key, has = leaf_of(node)->root;
    return (wanted > has) - (wanted < has);
}

static int leaf_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b) {
    return root_order(&leaf_of(a)->root, b);
}

/* The root's leaf, kept from before or new. */
static struct umfi_granule_leaf *leaf_obtain(struct umfi_granules *granules, uint32_t root) {
    struct umfi_granule_leaf *leaf = leaf_of(umfi_tree_lower_bound(&granules->leaves, &root, root_order));
    if (leaf && leaf->root == root) {
        return leaf;
    }
    leaf = umfi_meta_alloc(sizeof *leaf);
    if (leaf) {
        leaf->root = root;
        umfi_tree_insert(&granules->leaves, &leaf->by_root, leaf_order);
    }
    return leaf;
}

static struct umfi_granule_leaf *leaf_at(uint64_t entry) {
    return entry & 1 ? (struct umfi_granule_leaf *)(uintptr_t)(entry - 1) : NULL;
}

static void words_store(struct umfi_granule_leaf *leaf, uint64_t first, uint64_t last, uint32_t word) {
    for (uint64_t granule = first; granule < last; granule++) {
        /* relaxed: granules.h, Threads */
        atomic_store_explicit(&leaf->word[granule % UMFI_GRANULES_A_LEAF], word, memory_order_relaxed);
    }
}

static void root_store(struct umfi_granules *granules, uint32_t root, uint64_t entry) {
    /* release: the leaf's words were written before */
    atomic_store_explicit(&granules->root[root], entry, memory_order_release);
}

static bool stretch_store(struct umfi_addrmap *map, const struct stretch *stretch);

/* A uniform root entry becomes a leaf with the same words; without memory it
 * becomes slow. A reader may be in a leaf that was put aside: it is written with
 * this moment's truth, so whatever word that reader gets was once true. */
static struct umfi_granule_leaf *leaf_attach(struct umfi_addrmap *map, uint32_t root, uint32_t word) {
    struct umfi_granule_leaf *leaf = leaf_obtain(&map->granules, root);
    uint64_t first = (uint64_t)root * UMFI_GRANULES_A_LEAF;
    if (!leaf) {
        root_store(&map->granules, root, (uint64_t)SLOW_WORD << 32);
        return NULL;
    }
    words_store(leaf, first, first + UMFI_GRANULES_A_LEAF, word);
    root_store(&map->granules, root, (uint64_t)(uintptr_t)leaf + 1);
    if (word == SLOW_WORD) {
        each_stretch(map, first, first + UMFI_GRANULES_A_LEAF, stretch_store); /* memory is back */
    }
    return leaf;
}

/* The part of a stretch that lies in one root entry. */
static void root_part_store(struct umfi_addrmap *map, uint64_t first, uint64_t last, uint32_t word) {
    uint32_t root = (uint32_t)(first / UMFI_GRANULES_A_LEAF);
    /* relaxed: only writers store it */
    uint64_t entry = atomic_load_explicit(&map->granules.root[root], memory_order_relaxed);
    struct umfi_granule_leaf *leaf = leaf_at(entry);
    if (last - first == UMFI_GRANULES_A_LEAF) {
        root_store(&map->granules, root, (uint64_t)word << 32);
        return;
    }
    if (!leaf && entry >> 32 != word) {
        leaf = leaf_attach(map, root, (uint32_t)(entry >> 32));
    }
    if (leaf) {
        words_store(leaf, first, last, word);
    }
}

static bool stretch_store(struct umfi_addrmap *map, const struct stretch *stretch) {
    for (uint64_t first = stretch->first; first < stretch->last;) {
        uint64_t root_end = (first / UMFI_GRANULES_A_LEAF + 1) * UMFI_GRANULES_A_LEAF;
        uint64_t last = root_end < stretch->last ? root_end : stretch->last;
        root_part_store(map, first, last, stretch->word);
        first = last;
    }
    return true;
}

void umfi_granules_update(struct umfi_addrmap *map, uintptr_t base, uintptr_t end) {
    uint64_t first = base >> UMFI_GRANULE_SHIFT, last = ((end - 1) >> UMFI_GRANULE_SHIFT) + 1;
    each_stretch(map, first, last < GRANULES_END ? last : GRANULES_END, stretch_store);
}

/* ---- the check ---- */

static bool stretch_is_true(struct umfi_addrmap *map, const struct stretch *stretch) {
    for (uint64_t granule = stretch->first; granule < stretch->last;) {
        uint64_t entry = atomic_load_explicit(&map->granules.root[granule / UMFI_GRANULES_A_LEAF],
                                              memory_order_relaxed);
        const struct umfi_granule_leaf *leaf = leaf_at(entry);
        uint32_t word = (uint32_t)(entry >> 32);
        if (leaf) {
            word = atomic_load_explicit(&leaf->word[granule % UMFI_GRANULES_A_LEAF], memory_order_relaxed);
        }
        if (word != stretch->word && (leaf || word != SLOW_WORD)) {
            return false;
        }
        granule = leaf ? granule + 1 : (granule / UMFI_GRANULES_A_LEAF + 1) * UMFI_GRANULES_A_LEAF;
    }
    return true;
}

bool umfi_granules_check(struct umfi_addrmap *map) {
    return umfi_tree_check(&map->granules.leaves, leaf_order) &&
           each_stretch(map, 0, GRANULES_END, stretch_is_true);
}

void umfi_granules_fini(struct umfi_granules *granules) {
    struct umfi_granule_leaf *leaf;
    while ((leaf = leaf_of(umfi_tree_first(&granules->leaves)))) {
        umfi_tree_erase(&granules->leaves, &leaf->by_root);
        umfi_meta_free(leaf, sizeof *leaf);
    }
}
