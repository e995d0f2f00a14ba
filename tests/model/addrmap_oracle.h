/*
 * addrmap_oracle.h - the oracle of the address map's model: it never asks the map.
 *
 * An arena is 64 units of address space and a plain list of the regions in them.
 * Its lock is held by who changes it or asks it; of an arena's units, version, any,
 * visible and visible_owner are read by anyone.
 */
#ifndef UMF_TESTS_ADDRMAP_ORACLE_H
#define UMF_TESTS_ADDRMAP_ORACLE_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/addrmap.h"

#define THREADS 8
#define UNITS 64
#define LIVE_MAX 24
#define OWNERS 3 /* of an arena; the last one's regions are hidden */
#define HIDDEN_OWNER (OWNERS - 1)
#define SHARED_ARENAS 4

/* Where each thread's arena of a kind lies: base + thread * 64 * unit. */
struct kind {
    uintptr_t base, unit;
    bool has_outer; /* one region lies around all of the kind's arenas */
};

#define KINDS 8
extern const struct kind kinds[KINDS];
#define ARENAS (THREADS * KINDS + SHARED_ARENAS)

struct known {
    uint64_t id;
    uintptr_t word;
    unsigned lo, hi, depth, owner;
};

struct unit {
    _Atomic uint64_t version;
    _Atomic uint64_t any, visible; /* ids; 0: unknown */
    _Atomic(void *) visible_owner;
};

struct arena {
    pthread_mutex_t lock;
    uintptr_t base, unit_bytes;
    struct known *outer; /* around the arena for the whole run, or NULL */
    unsigned live;
    struct known known[LIVE_MAX + 4];
    struct unit unit[UNITS];
};

extern struct arena arenas[ARENAS];
extern struct known outers[KINDS];
extern char owners[ARENAS][OWNERS];
extern char outer_owner;
extern unsigned long seed;
extern _Atomic unsigned hot; /* arena * UNITS + unit: where something changes just now */

/* Says what, and ends the run. */
_Noreturn void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define EXPECT(condition)                                  \
    do {                                                   \
        if (!(condition)) {                                \
            broken("line %d: %s", __LINE__, #condition);   \
        }                                                  \
    } while (0)

static inline unsigned draw(uint64_t *random, unsigned below) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (unsigned)((*random >> 20) % below);
}

static inline unsigned arena_index(const struct arena *arena) { return (unsigned)(arena - arenas); }

static inline uintptr_t address_of(const struct arena *arena, unsigned unit) {
    return arena->base + unit * arena->unit_bytes;
}

/* The low 16 bits may change; the rest tells a torn copy. */
static inline uintptr_t word_of(unsigned arena, unsigned owner, unsigned nonce) {
    return ((uintptr_t)(arena * OWNERS + owner + 1) * 0x9e3779b97f4b) << 16 | (nonce & 0xffff);
}

static inline bool is_within(const struct known *inner, unsigned lo, unsigned hi) { return lo <= inner->lo && inner->hi <= hi; }

static inline void *known_owner(const struct arena *arena, const struct known *k) {
    return k == arena->outer ? &outer_owner : &owners[arena_index(arena)][k->owner];
}

/* The innermost region of owner (-1: of any) at the unit, NULL if none. */
const struct known *arena_truth(const struct arena *arena, unsigned unit, bool is_hidden_wanted, int owner);
/* What registering [lo, hi) must answer, and the depth it would get. */
umf_result_t arena_place(const struct arena *arena, unsigned lo, unsigned hi, unsigned *depth);
void arena_add(struct arena *arena, struct known fresh);
/* Answers with what it was. */
struct known arena_remove(struct arena *arena, struct known *which);
/* What the map takes for this start, owner and size (0: any). */
struct known *arena_pick(struct arena *arena, unsigned lo, unsigned units, unsigned owner);
/* Units whose truth a region here would change by coming: it would be the
 * innermost, or the innermost visible one. */
uint64_t arena_touched_by_range(const struct arena *arena, unsigned lo, unsigned hi);
/* Units where the region is the answer. */
uint64_t arena_touched_by_id(const struct arena *arena, uint64_t id);
/* Around an operation: between the two, others expect anything of these units. */
void arena_change_begin(struct arena *arena, uint64_t touched);
void arena_change_end(struct arena *arena, uint64_t touched);

#endif
