/*
 * granules.h - the address map's fast layer: address to owner in three loads.
 *
 * Address space below 2^48 is cut into granules of 64 KiB. A granule's word
 * names the owner of the innermost visible region on either side of at most one
 * border; what a word cannot say is slow, and the exact map (addrmap.h) is
 * asked. The layer is derived: the writer recomputes the words it touched from
 * the exact map, under its lock, and lack of memory makes words slow, never
 * wrong.
 *
 * Law, for the page p (0..15) of a granule with word w:
 *     w = border << 28 | right << 14 | left,
 *     owner(p) = table[p < border ? left : right],
 *     index 0: no visible region anywhere in these pages,
 *     index UMFI_GRANULE_SLOW: a page of more than one owner, an owner without
 *     an index, or (on both sides: all ones) more than one border;
 *     table[0] = table[UMFI_GRANULE_SLOW] = NULL.
 *     root[r] is 0 or word << 32 (all 65536 granules of these 4 GiB read so), or
 *     the address of their leaf, plus 1.
 *
 * Threads: readers take no lock and write nothing; each word is one atomic, and
 * nothing that they read through is freed before the map. Words are not ordered
 * with the table: an index that has no owner (yet, or any more) reads slow. An
 * owner's index is given out again only after all others were: a reader must
 * sleep through some 16,000 pools' lives between two loads to meet a wrong owner.
 */
#ifndef UMFI_CORE_GRANULES_H
#define UMFI_CORE_GRANULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/annotations.h"
#include "base/tree.h"

#define UMFI_GRANULE_SHIFT 16
#define UMFI_GRANULE_ADDRESS_BITS 48
#define UMFI_GRANULES_A_LEAF ((uint32_t)1 << 16)
#define UMFI_GRANULE_ROOTS ((uint32_t)1 << 16)
#define UMFI_GRANULE_OWNERS ((uint32_t)1 << 14)
#define UMFI_GRANULE_SLOW (UMFI_GRANULE_OWNERS - 1)

struct umfi_granule_leaf {
    _Atomic uint32_t word[UMFI_GRANULES_A_LEAF];
    struct umfi_tree_node by_root; /* in struct umfi_granules' leaves */
    uint32_t root;                 /* the root entry it belongs to, for good */
};

/* All zero: nothing is known. 640 KiB, of which only touched pages cost. */
struct umfi_granules {
    _Atomic uint64_t root[UMFI_GRANULE_ROOTS];
    _Atomic(void *) owner[UMFI_GRANULE_OWNERS];
    struct umfi_tree leaves; /* every leaf, also those whose root is uniform now */
    uint32_t last_owner;     /* the index given out last */
};

/* The owner of the innermost visible region around the address, or NULL; with
 * *slow set the exact map has to be asked. */
static inline void *umfi_granules_find(const struct umfi_granules *granules, uintptr_t address, bool *slow) {
    if (UMFI_UNLIKELY(address >> UMFI_GRANULE_ADDRESS_BITS)) {
        *slow = true;
        return NULL;
    }
    /* acquire: the leaf's words were written before it was put here */
    uint64_t entry = atomic_load_explicit(&granules->root[address >> 32], memory_order_acquire);
    uint32_t word = (uint32_t)(entry >> 32);
    if (UMFI_LIKELY(entry & 1)) {
        const struct umfi_granule_leaf *leaf = (const void *)(uintptr_t)(entry - 1);
        word = atomic_load_explicit(&leaf->word[(address >> UMFI_GRANULE_SHIFT) & 0xffff],
                                    memory_order_relaxed);
    }
    uint32_t page = (uint32_t)(address >> 12) & 15;
    uint32_t index = (page < word >> 28 ? word : word >> 14) & (UMFI_GRANULE_OWNERS - 1);
    /* acquire: what the owner points to was written before it was added */
    void *owner = atomic_load_explicit(&granules->owner[index], memory_order_acquire);
    *slow = !owner && index != 0;
    return owner;
}

struct umfi_addrmap;

/* The rest is the writer's; the map's lock is held. */

/* An index for the owner, 0 when all are taken. */
uint32_t umfi_granules_owner_add(struct umfi_granules *granules, void *owner);
void umfi_granules_owner_remove(struct umfi_granules *granules, uint32_t index);
/* Recomputes the words of the granules that [base, end) touches. */
void umfi_granules_update(struct umfi_addrmap *map, uintptr_t base, uintptr_t end);
/* Whether every word says what the exact map says; slow for want of memory is
 * allowed. */
bool umfi_granules_check(struct umfi_addrmap *map);
void umfi_granules_fini(struct umfi_granules *granules);

#endif
