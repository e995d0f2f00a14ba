/*
 * addrmap_oracle.c - arenas: the rules of the map, spelled out naively.
 */
#include "model/addrmap_oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const struct kind kinds[KINDS] = {
    {0x7f0000000000, 4096, false},                      /* pages */
    {0x7e0000000000, 8, false},                         /* eight arenas share one page */
    {0x7d0000000123, 1000, true},                       /* unaligned */
    {0x7c0000005000, 65536, true},                      /* slabs across granules */
    {0x100000000000, (uintptr_t)1 << 35, false},         /* 2 TiB arenas */
    {0x600000003000, ((uintptr_t)1 << 28) + 4096, true}, /* 16 GiB, a page off */
    {(uintptr_t)7 << 48 | 24, (uintptr_t)1 << 44, true}, /* past 48 bits, unaligned */
    {0x7b0000000000, (uintptr_t)1 << 21, false},        /* whole leaves */
};

struct arena arenas[ARENAS];
struct known outers[KINDS];
char owners[ARENAS][OWNERS];
char outer_owner;
unsigned long seed;
_Atomic unsigned hot;

_Noreturn void broken(const char *format, ...) {
    va_list args;
    va_start(args, format);
    printf("Bail out! UMF_MODEL_SEED=%lu: ", seed);
    vprintf(format, args);
    printf("\n");
    fflush(stdout);
    abort();
}

const struct known *arena_truth(const struct arena *arena, unsigned unit, bool is_hidden_wanted, int owner) {
    const struct known *found = arena->outer && owner < 0 ? arena->outer : NULL;
    for (unsigned i = 0; i < arena->live; i++) {
        const struct known *k = &arena->known[i];
        bool is_wanted = owner >= 0 ? k->owner == (unsigned)owner : is_hidden_wanted || k->owner != HIDDEN_OWNER;
        if (is_wanted && k->lo <= unit && unit < k->hi && (!found || k->depth > found->depth)) {
            found = k;
        }
    }
    return found;
}

umf_result_t arena_place(const struct arena *arena, unsigned lo, unsigned hi, unsigned *depth) {
    unsigned deepest = 0;
    *depth = arena->outer ? 2 : 1;
    for (unsigned i = 0; i < arena->live; i++) {
        const struct known *k = &arena->known[i];
        if (k->lo <= lo && hi <= k->hi) {
            (*depth)++;
        } else if (is_within(k, lo, hi)) {
            deepest = k->depth > deepest ? k->depth : deepest;
        } else if (k->lo < hi && lo < k->hi) {
            return UMF_RESULT_ERROR_INVALID_ARGUMENT;
        }
    }
    return *depth > 8 || deepest >= 8 ? UMF_RESULT_ERROR_OUT_OF_RESOURCES : UMF_RESULT_SUCCESS;
}

void arena_add(struct arena *arena, struct known fresh) {
    for (unsigned i = 0; i < arena->live; i++) {
        struct known *k = &arena->known[i];
        bool is_equal = k->lo == fresh.lo && k->hi == fresh.hi;
        k->depth += is_within(k, fresh.lo, fresh.hi) && !is_equal;
    }
    arena->known[arena->live++] = fresh;
}

struct known arena_remove(struct arena *arena, struct known *which) {
    struct known gone = *which;
    *which = arena->known[--arena->live];
    for (unsigned i = 0; i < arena->live; i++) {
        struct known *k = &arena->known[i];
        k->depth -= is_within(k, gone.lo, gone.hi) && k->depth > gone.depth;
    }
    return gone;
}

struct known *arena_pick(struct arena *arena, unsigned lo, unsigned units, unsigned owner) {
    struct known *found = NULL;
    for (unsigned i = 0; i < arena->live; i++) {
        struct known *k = &arena->known[i];
        if (k->lo == lo && k->owner == owner && (!units || k->hi - k->lo == units) &&
            (!found || k->depth > found->depth)) {
            found = k;
        }
    }
    return found;
}

/* ---- publishing what others may expect ---- */

static void unit_bump(struct unit *unit) { atomic_fetch_add(&unit->version, 1); }

uint64_t arena_touched_by_range(const struct arena *arena, unsigned lo, unsigned hi) {
    uint64_t touched = 0;
    for (unsigned u = lo; u < hi; u++) {
        const struct known *any = arena_truth(arena, u, true, -1), *visible = arena_truth(arena, u, false, -1);
        bool is_any_inside = any && any != arena->outer && is_within(any, lo, hi) && any->hi - any->lo < hi - lo;
        bool is_visible_inside =
            visible && visible != arena->outer && is_within(visible, lo, hi) && visible->hi - visible->lo < hi - lo;
        touched |= (uint64_t)(!is_any_inside || !is_visible_inside) << u;
    }
    return touched;
}

uint64_t arena_touched_by_id(const struct arena *arena, uint64_t id) {
    uint64_t touched = 0;
    for (unsigned u = 0; u < UNITS; u++) {
        const struct known *any = arena_truth(arena, u, true, -1), *visible = arena_truth(arena, u, false, -1);
        touched |= (uint64_t)((any && any->id == id) || (visible && visible->id == id)) << u;
    }
    return touched;
}

void arena_change_begin(struct arena *arena, uint64_t touched) {
    if (touched) {
        atomic_store(&hot, arena_index(arena) * UNITS + (unsigned)__builtin_ctzl(touched));
    }
    for (unsigned u = 0; u < UNITS; u++) {
        if (touched >> u & 1) {
            unit_bump(&arena->unit[u]);
        }
    }
}

void arena_change_end(struct arena *arena, uint64_t touched) {
    for (unsigned u = 0; u < UNITS; u++) {
        const struct known *any = arena_truth(arena, u, true, -1), *visible = arena_truth(arena, u, false, -1);
        uint64_t any_id = any ? any->id : 0, visible_id = visible ? visible->id : 0;
        if (!(touched >> u & 1)) {
            EXPECT(atomic_load(&arena->unit[u].any) == any_id);
            EXPECT(atomic_load(&arena->unit[u].visible) == visible_id);
            continue;
        }
        atomic_store(&arena->unit[u].any, any_id);
        atomic_store(&arena->unit[u].visible, visible_id);
        atomic_store(&arena->unit[u].visible_owner, visible ? known_owner(arena, visible) : NULL);
        unit_bump(&arena->unit[u]);
    }
}
