/*
 * addrmap.h - the map from an address to the innermost region registered there.
 *
 * Pools and providers register what they hold; anything else asks who owns an
 * address. The core has one map; tests make others. Nothing in here touches the
 * memory that is mapped: addresses are numbers.
 *
 * Law:
 *  - Regions are laminar: two of them are disjoint, or one contains the other.
 *    Of equal ranges the later one is the inner. At most 8 regions contain one
 *    address. They lie below 2^57.
 *  - A lookup answers with a copy that was the truth at one moment between its
 *    call and its return.
 *  - An id is given out once and never again.
 *  - A hidden region stands in the map like any other, but only
 *    umfi_addrmap_find_any and umfi_addrmap_find_owned see it.
 *
 * Threads: writers take one mutex (UMFI_RANK_ADDRMAP). Readers take no lock,
 * write nothing and use no fence. Pushing and popping the innermost region of a
 * place (what pools do all day) never makes them wait; a change in the middle of
 * a nest (a split, a merge, an insertion around live regions, a removal from
 * around them) makes them try again, and after UMFI_ADDRMAP_RETRIES of those a
 * reader takes the writers' lock. All memory is the metadata arena's.
 *
 * Cost, n regions: a lookup takes up to five dependent loads and one region's
 * cache line; a change takes O(log n) in the tree of regions plus one store for
 * each aligned piece (4 KiB, 2 MiB, 1 GiB, 512 GiB, 256 TiB) of the range; one
 * in the middle of a nest also a step for each region inside.
 */
#ifndef UMFI_CORE_ADDRMAP_H
#define UMFI_CORE_ADDRMAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <umf/base.h>

#include "base/mutex.h"
#include "base/tree.h"
#include "core/granules.h"

#define UMFI_ADDRMAP_ADDRESS_BITS 57
#define UMFI_ADDRMAP_FANOUT 512
#define UMFI_ADDRMAP_MAX_DEPTH 8
#define UMFI_ADDRMAP_RETRIES 64
#define UMFI_ADDRMAP_CELL_CLASSES 10

/* Flags of a region. */
#define UMFI_REGION_HIDDEN 1u

/* A region as a lookup answers it. */
struct umfi_region {
    uint64_t id; /* never 0 */
    uintptr_t base;
    size_t size;
    void *owner;
    uintptr_t word; /* the owner's own */
    void *aux;      /* see umfi_addrmap_aux_set */
    uint16_t flags, type;
    uint32_t index; /* where it stands in the map's table */
};

/* What to register. The type is the caller's number, kept with the region. */
struct umfi_region_spec {
    uintptr_t base;
    size_t size;
    void *owner;
    uintptr_t word;
    uint16_t flags, type;
};

/* A region that left the map and may come back. */
struct umfi_taken {
    struct umfi_region region;
};

/* A split or a merge between its prepare and its commit or cancel. */
struct umfi_reshape {
    struct umfi_region old[2]; /* what it replaces; old[1].id is 0 in a split */
    uint64_t fresh_id[2];      /* of what replaces it; 0: none */
    uint32_t fresh[2];         /* their table indices */
};

/* A table of items that never move, by 31-bit index; index 0 is none. Chunk k
 * holds 1024 << k of them. */
#define UMFI_ADDRMAP_CHUNKS 21
struct umfi_addrmap_table {
    _Atomic(void *) chunk[UMFI_ADDRMAP_CHUNKS];
    uint32_t used; /* indices 1..used have been given out */
};

/* An inner node of the radix; addrmap_parts.h has its law. */
struct umfi_addrmap_inner {
    _Atomic(void *) child[UMFI_ADDRMAP_FANOUT];
    _Atomic uint32_t cover[UMFI_ADDRMAP_FANOUT];
};

struct map_entry;

/* All zero, with an initialised lock, is an empty map. About 650 KiB, of which
 * only touched pages cost: meant for static storage. */
struct umfi_addrmap {
    struct umfi_granules granules;
    struct umfi_addrmap_inner root;
    struct umfi_addrmap_table entries; /* of struct map_entry */
    struct umfi_addrmap_table cells;   /* of pointers to struct map_cell */
    _Alignas(64) _Atomic uint64_t nest_changes; /* odd while the middle of a nest changes */

    /* the rest is the writers', under the lock */
    _Alignas(64) struct umfi_mutex lock;
    struct umfi_tree by_address; /* the truth: (base rising, size falling, depth rising) */
    struct umfi_tree owners;     /* struct map_owner by pointer */
    struct map_entry *free_entries;
    uint32_t free_cells[UMFI_ADDRMAP_CELL_CLASSES];
    uint64_t last_id;
    size_t regions;       /* in the map */
    size_t edges;         /* reserved in cells: sum of their needs */
    size_t edges_seen;    /* by the running check */
    uint64_t slot_stores; /* ever made in the radix: what a change costs */
};

#define UMFI_ADDRMAP_INITIALIZER \
    { .lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_ADDRMAP) }

/* ---- life ---- */

void umfi_addrmap_init(struct umfi_addrmap *map);
/* Gives all memory back. No other thread may be in the map. */
void umfi_addrmap_fini(struct umfi_addrmap *map);
void umfi_addrmap_prefork(struct umfi_addrmap *map);
void umfi_addrmap_parent(struct umfi_addrmap *map);
void umfi_addrmap_child(struct umfi_addrmap *map);

/* ---- owners ---- */

/* Makes the owner known to the fast layer; before its first region, for then no
 * region has to be gone through. Answers its index there, or 0 when all indices
 * are taken or memory is short: its regions then read slow. */
uint32_t umfi_addrmap_owner_add(struct umfi_addrmap *map, void *owner);
/* The index is free when the owner's last region, taken ones included, is gone. */
void umfi_addrmap_owner_remove(struct umfi_addrmap *map, void *owner);

/* ---- lookups, from any thread at any time ---- */

/* The innermost visible region around the address. *out is written when there
 * is one. */
bool umfi_addrmap_find(struct umfi_addrmap *map, uintptr_t address, struct umfi_region *out);
/* The innermost region, hidden or not. */
bool umfi_addrmap_find_any(struct umfi_addrmap *map, uintptr_t address, struct umfi_region *out);
/* The innermost region of this owner, hidden or not, whoever's stand inside it. */
bool umfi_addrmap_find_owned(struct umfi_addrmap *map, uintptr_t address, const void *owner,
                             struct umfi_region *out);

/* ---- changes ---- */

/* Registers a region and answers its id.
 *   INVALID_ARGUMENT    size 0; reaches 2^57 or beyond; overlaps a region partly
 *   OUT_OF_RESOURCES    more than 8 regions would contain one address
 *   OUT_OF_HOST_MEMORY  no metadata; the map is as it was */
umf_result_t umfi_addrmap_insert(struct umfi_addrmap *map, const struct umfi_region_spec *spec,
                                 uint64_t *id);

/* The owner's region that starts at `base` (the innermost, were there several)
 * leaves the map; its metadata stays reserved. False when there is none. What
 * was taken must be dropped or restored, once. */
bool umfi_addrmap_take(struct umfi_addrmap *map, uintptr_t base, const void *owner,
                       struct umfi_taken *taken);
/* Gone for good. */
void umfi_addrmap_drop(struct umfi_addrmap *map, const struct umfi_taken *taken);
/* Back, with its old id, word and aux; needs no memory. What was registered there
 * meanwhile nests as with an insertion. Where that cannot be (it would overlap
 * partly or nest too deep) the region is dropped and the answer is false. */
bool umfi_addrmap_restore(struct umfi_addrmap *map, const struct umfi_taken *taken);

/* Splits [base, base + total) of this owner after `first` bytes. Prepare reserves
 * all the metadata and changes nothing; then one of commit and cancel follows.
 * Both pieces get fresh ids, no aux, and the old one's word.
 *   INVALID_ARGUMENT    no region of the owner with that start and size; first is
 *                       0 or not below total; a region inside lies across the cut
 *   OUT_OF_HOST_MEMORY  no metadata */
struct umfi_split {
    uintptr_t base;
    size_t total, first;
    void *owner;
};
umf_result_t umfi_addrmap_split_prepare(struct umfi_addrmap *map, const struct umfi_split *split,
                                        struct umfi_reshape *reshape);
/* Merges two neighbours of this owner, `low` and `high`, into one with a fresh
 * id, no aux, and low's word.
 *   INVALID_ARGUMENT    either is not registered; they are not adjacent, their
 *                       sizes do not sum to total, their flags or the regions
 *                       around them differ
 *   OUT_OF_HOST_MEMORY  no metadata */
struct umfi_merge {
    uintptr_t low, high;
    size_t total;
    void *owner;
};
umf_result_t umfi_addrmap_merge_prepare(struct umfi_addrmap *map, const struct umfi_merge *merge,
                                        struct umfi_reshape *reshape);
/* Never fails for lack of memory. False, with nothing changed and the reservation
 * given back, only if since the prepare a region that it replaces left the map,
 * or one was registered across the cut or around one half: the caller raced with
 * itself. reshape->old then holds what left the map, with its last aux. */
bool umfi_addrmap_reshape_commit(struct umfi_addrmap *map, struct umfi_reshape *reshape);
void umfi_addrmap_reshape_cancel(struct umfi_addrmap *map, struct umfi_reshape *reshape);

/* The word of the owner's region that starts at `base`. False: there is none. */
bool umfi_addrmap_set_word(struct umfi_addrmap *map, uintptr_t base, const void *owner, uintptr_t word);

/* One pointer hangs on a region, for what is cached with it. Changes it from
 * `expected` to `value`; false when it is not `expected` or the region with this
 * copy's id is no longer in the map. Who takes a region out of the map finds the
 * last aux in the copy and disposes of it. */
bool umfi_addrmap_aux_set(struct umfi_addrmap *map, const struct umfi_region *region, void *expected,
                          void *value);

#define UMFI_REGION_VISIT(name) void (*name)(const struct umfi_region *region, void *context)

/* Every region of the owner leaves for good; `visit` (may be NULL) gets each
 * copy. Called without the lock. */
void umfi_addrmap_remove_owner(struct umfi_addrmap *map, const void *owner, UMFI_REGION_VISIT(visit),
                               void *context);
/* Every region by rising address, outer before inner. Called without the lock:
 * regions that come or go meanwhile may be missed. */
void umfi_addrmap_each(struct umfi_addrmap *map, UMFI_REGION_VISIT(visit), void *context);
size_t umfi_addrmap_count(struct umfi_addrmap *map);

/* NULL when every law holds, else the first one that is broken, in words. Takes
 * time in the size of the map, under the lock. */
const char *umfi_addrmap_check(struct umfi_addrmap *map);

#endif
