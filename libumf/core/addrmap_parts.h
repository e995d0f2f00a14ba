/*
 * addrmap_parts.h - what the files of the address map share; addrmap.h is what
 * others see.
 *
 * Truth and radix. The truth is a tree of struct map_entry by address. Readers
 * use a radix over 57 bits, five levels of 512 slots; a slot of level k spans
 * 2^(48 - 9k) bytes, level 4's are pages.
 *
 * Law of the radix. A region stands at a slot when it covers the whole slot and
 * not the whole of the node that the slot is in (level 0: always). The slot's
 * value is the innermost region that stands there, 0 if none. Of two regions
 * around an address, the one standing deeper is the inner: it does not cover a
 * slot that the other covers. So the last non-zero slot on the way down answers.
 *
 * Law of cells. A page with a reserved edge inside has a cell instead of a value
 * (addrmap_cell.c).
 *
 * Why one walk down is enough. Without nest changes the regions around one
 * address are a stack: only its top comes and goes. If a walk answers E, then
 * the slots below E, read after E's, were empty or emptied by then, so E was the
 * top at one moment of the walk. What breaks the stack (see nest_begin) makes
 * nest_changes odd, and readers that see it change start over.
 */
#ifndef UMFI_CORE_ADDRMAP_PARTS_H
#define UMFI_CORE_ADDRMAP_PARTS_H

#include "core/addrmap.h"

#define PAGE_SHIFT 12
#define PAGE_BYTES ((uintptr_t)1 << PAGE_SHIFT)
#define LEVEL_BITS 9
#define LEAF_LEVEL 4u
#define CELL_TAG ((uint32_t)1 << 31)

struct leaf_node {
    _Atomic uint32_t slot[UMFI_ADDRMAP_FANOUT]; /* a region's index, or CELL_TAG | a cell's */
};

/* A region. Type-stable: the memory stays an entry until the map's end, and a
 * reader may look into a recycled one; it believes nothing unless the id was the
 * same, not 0, before and after. Stores are releases, so that who sees a new
 * field sees the 0 in id that preceded it. */
struct map_entry {
    _Alignas(64) _Atomic uint64_t id; /* 0: not in the map */
    _Atomic uintptr_t base;
    _Atomic size_t size;
    _Atomic(void *) owner;
    _Atomic uintptr_t word;
    _Atomic(void *) aux;
    _Atomic uint32_t parent; /* the index of the region around it, 0: none */
    _Atomic uint32_t kind;   /* flags | type << 16 */

    /* the writers' */
    uint32_t index, depth; /* depth = 1 + the parent's */
    struct umfi_tree_node by_address;
    struct map_owner *of;
    struct map_entry *next_of_owner, *prev_of_owner; /* next: also the free list */
    uint64_t kept_id;                                /* while taken, id is 0 */
};
_Static_assert(sizeof(struct map_entry) == 128, "a reader needs one cache line, a region costs two");

/* Held by its regions (reserved and taken ones too) and by owner_add. */
struct map_owner {
    struct umfi_tree_node by_pointer;
    void *pointer;
    struct map_entry *first; /* its regions in the map, the youngest first */
    size_t holds;
    uint32_t index; /* in the fast layer, 0: none */
    bool is_added;
};

/* ---- addrmap_table.c ---- */

/* A fresh index, its item zeroed; 0 when there is no memory. */
uint32_t umfi_table_grow(struct umfi_addrmap_table *table, size_t item_bytes);
void umfi_table_fini(struct umfi_addrmap_table *table, size_t item_bytes);

#define TABLE_CHUNK_SHIFT 10

static inline void *table_at(const struct umfi_addrmap_table *table, uint32_t index, size_t item_bytes) {
    unsigned k = 31u - (unsigned)__builtin_clz((index >> TABLE_CHUNK_SHIFT) + 1);
    size_t offset = index - ((((size_t)1 << k) - 1) << TABLE_CHUNK_SHIFT);
    /* acquire: pairs with the chunk's publication */
    char *chunk = atomic_load_explicit(&table->chunk[k], memory_order_acquire);
    return chunk + offset * item_bytes;
}

static inline struct map_entry *entry_at(const struct umfi_addrmap *map, uint32_t index) {
    return index ? table_at(&map->entries, index, sizeof(struct map_entry)) : NULL;
}

/* ---- an entry's fields as the writer reads them: its own stores, so relaxed ---- */

static inline uintptr_t entry_base(const struct map_entry *e) {
    return atomic_load_explicit(&e->base, memory_order_relaxed);
}
static inline size_t entry_size(const struct map_entry *e) {
    return atomic_load_explicit(&e->size, memory_order_relaxed);
}
static inline uintptr_t entry_end(const struct map_entry *e) { return entry_base(e) + entry_size(e); }
static inline void *entry_owner(const struct map_entry *e) {
    return atomic_load_explicit(&e->owner, memory_order_relaxed);
}
static inline bool entry_is_hidden(const struct map_entry *e) {
    return atomic_load_explicit(&e->kind, memory_order_relaxed) & UMFI_REGION_HIDDEN;
}
static inline uint32_t entry_parent_index(const struct map_entry *e) {
    return atomic_load_explicit(&e->parent, memory_order_relaxed);
}
static inline struct map_entry *entry_parent(const struct umfi_addrmap *map, const struct map_entry *e) {
    return entry_at(map, entry_parent_index(e));
}
static inline bool entry_covers(const struct map_entry *e, uintptr_t base, uintptr_t end) {
    return entry_base(e) <= base && end <= entry_end(e);
}
static inline struct map_entry *entry_of(const struct umfi_tree_node *node) {
    return node ? umfi_tree_entry(node, struct map_entry, by_address) : NULL;
}
static inline struct map_entry *entry_next(const struct map_entry *e) {
    return entry_of(umfi_tree_next(&e->by_address));
}
static inline struct map_entry *entry_prev(const struct map_entry *e) {
    return entry_of(umfi_tree_prev(&e->by_address));
}

/* ---- addrmap_entry.c: entries and owners ---- */

/* An entry with the spec's fields, in no tree, with id 0; NULL: no memory. */
struct map_entry *umfi_entry_acquire(struct umfi_addrmap *map, const struct umfi_region_spec *spec);
void umfi_entry_release(struct umfi_addrmap *map, struct map_entry *entry);
/* Copies by acquires, so that a check of the id after it is one. */
void umfi_entry_copy(const struct map_entry *entry, struct umfi_region *out);
/* The list of the owner's regions in the map. */
void umfi_entry_list(struct map_entry *entry);
void umfi_entry_unlist(struct map_entry *entry);
struct map_owner *umfi_owner_find(const struct umfi_addrmap *map, const void *owner);
void umfi_owners_fini(struct umfi_addrmap *map);

/* ---- addrmap_truth.c: questions to the tree ---- */

/* Where a region would stand: between `parent` (NULL: outermost) and the regions
 * from `inside` (NULL: none) in tree order up to its end. */
struct place {
    struct map_entry *parent, *inside;
    bool is_return; /* of a taken region; false from umfi_truth_place */
};
umf_result_t umfi_truth_place(const struct umfi_addrmap *map, uintptr_t base, size_t size,
                              struct place *place);
struct map_entry *umfi_truth_innermost(const struct umfi_addrmap *map, uintptr_t address);
/* The first in order with a base above / not below the address. */
struct map_entry *umfi_truth_above(const struct umfi_addrmap *map, uintptr_t address);
struct map_entry *umfi_truth_from(const struct umfi_addrmap *map, uintptr_t address);
/* The owner's innermost region that starts here, of `size` bytes or, for 0, any. */
struct map_entry *umfi_truth_starting(const struct umfi_addrmap *map, uintptr_t base, size_t size,
                                      const void *owner);
/* By (base rising, size falling, depth rising). */
int umfi_truth_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b);
/* The first region in order inside this one, if any; then entry_next until the end. */
struct map_entry *umfi_truth_inside(const struct map_entry *entry);

/* ---- addrmap_radix.c ---- */

static inline unsigned level_shift(unsigned level) { return PAGE_SHIFT + LEVEL_BITS * (LEAF_LEVEL - level); }
static inline unsigned level_slot(uintptr_t address, unsigned level) {
    return (unsigned)(address >> level_shift(level)) & (UMFI_ADDRMAP_FANOUT - 1);
}

/* Makes every node exist that the region's pieces and edges stand in, and room in
 * the cells of its edges. False: no memory, and nothing is reserved. */
bool umfi_radix_reserve(struct umfi_addrmap *map, uintptr_t base, size_t size);
void umfi_radix_unreserve(struct umfi_addrmap *map, uintptr_t base, size_t size);
/* The entry is in (or out of) the tree, its parent and depth are set. */
void umfi_radix_publish(struct umfi_addrmap *map, const struct map_entry *entry);
void umfi_radix_retract(struct umfi_addrmap *map, const struct map_entry *entry);
/* The page's slot; NULL when there is no leaf and, with `create`, no memory. */
_Atomic uint32_t *umfi_radix_page_slot(struct umfi_addrmap *map, uintptr_t address, bool create);
/* The innermost region that covers the whole leaf around the address, 0: none. */
uint32_t umfi_radix_above(const struct umfi_addrmap *map, uintptr_t address);
/* What the law says that a slot holds where no cell is. */
uint32_t umfi_radix_slot_truth(const struct umfi_addrmap *map, uintptr_t slot_base, unsigned level);
void umfi_radix_fini(struct umfi_addrmap *map);
/* Calls visit for every node below and including the root: whether all said yes. */
bool umfi_radix_each_node(struct umfi_addrmap *map,
                          bool (*visit)(struct umfi_addrmap *map, void *node, uintptr_t base,
                                        unsigned level));
/* release: what the value names was written before it */
static inline void slot_store(struct umfi_addrmap *map, _Atomic uint32_t *slot, uint32_t value) {
    map->slot_stores++;
    atomic_store_explicit(slot, value, memory_order_release);
}

/* ---- addrmap_cell.c ---- */

struct map_cell;
/* Room for one edge more (less) in the cell of the address's page. A page start
 * is no edge. */
bool umfi_cell_reserve(struct umfi_addrmap *map, uintptr_t edge);
void umfi_cell_unreserve(struct umfi_addrmap *map, uintptr_t edge);
/* Writes the truth about its page into the cell. */
void umfi_cell_rebuild(struct umfi_addrmap *map, uint32_t cell_value, uintptr_t page);
/* The same where the address is an edge. */
void umfi_cell_refresh(struct umfi_addrmap *map, uintptr_t edge);

/* What a slot said: enough to ask later whether it still says so. */
struct sight {
    const _Atomic uint32_t *slot;
    uint32_t value;  /* the slot's */
    uint32_t region; /* the index that it came to, 0: none */
    const struct map_cell *cell;
    uint64_t version; /* the cell's */
};
/* Fills the sight from sight->slot, a leaf's, for the address. False: it changed
 * meanwhile. */
bool umfi_cell_sight(const struct umfi_addrmap *map, uintptr_t address, struct sight *sight);
bool umfi_sight_is_current(const struct sight *sight);
/* Calls visit with each region index of the cell's runs: whether all said yes. */
bool umfi_cell_each_run(const struct umfi_addrmap *map, uint32_t cell_value,
                        bool (*visit)(const struct umfi_addrmap *map, uint32_t region, void *context),
                        void *context);
/* Whether the cell of this page keeps the law. Adds its need to *edges. */
bool umfi_cell_check(const struct umfi_addrmap *map, uint32_t cell_value, uintptr_t page, size_t *edges);
void umfi_cells_fini(struct umfi_addrmap *map);

/* ---- addrmap_nest.c: one region enters or leaves ---- */

/* Around changes that are no push or pop. */
void umfi_nest_begin(struct umfi_addrmap *map);
void umfi_nest_end(struct umfi_addrmap *map);
/* The regions from `first` on that start below `end` sink (1) or rise (-1) by a
 * level or stay (0); those right below the index `from` are below `to` then. */
void umfi_nest_move(struct map_entry *first, uintptr_t end, uint32_t step, uint32_t from, uint32_t to);
/* The entry is reserved for; from now on lookups find it. */
void umfi_nest_enter(struct umfi_addrmap *map, struct map_entry *entry, const struct place *place);
/* Its reservation stays. */
void umfi_nest_leave(struct umfi_addrmap *map, struct map_entry *entry);
/* Its reservation and its entry are given back. */
void umfi_nest_forget(struct umfi_addrmap *map, struct map_entry *entry);

/* ---- addrmap_find.c ---- */

/* The index that a reader comes to; false: a cell changed meanwhile. */
bool umfi_find_sight(const struct umfi_addrmap *map, uintptr_t address, struct sight *sight);

#endif
