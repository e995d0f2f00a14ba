/*
 * addrmap-model.c - the address map against an oracle, by eight threads.
 *
 * The address space is cut into arenas of 64 units. An arena has an oracle: a
 * plain list of regions in units, with every rule spelled out naively. One thread
 * at a time changes an arena (its own, or a shared one under the test's lock) and
 * compares each answer. Arenas of different threads lie side by side in the same
 * pages, granules and nodes.
 *
 * Anyone looks up addresses in anyone's arena. Each unit has a version, odd while
 * an operation that may change its truth is under way: a lookup during which it
 * stayed even and the same must answer the published truth; any other must answer
 * something that makes sense in that arena.
 *
 * UMF_MODEL_OPS (or the first argument) is the number of operations, UMF_MODEL_SEED
 * (the second) repeats a run up to the threads' interleaving.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/meta.h"
#include "model/addrmap_oracle.h"

#define DEFAULT_OPS 100000

static struct umfi_addrmap map;
static unsigned long ops;

static void lawful(void) {
    const char *law = umfi_addrmap_check(&map);
    if (law) {
        broken("not so: %s", law);
    }
}

/* ---- lookups ---- */

static void expect_same(const struct arena *arena, const struct umfi_region *region, const struct known *k) {
    EXPECT(region->id == k->id);
    EXPECT(region->word == k->word);
    EXPECT(region->owner == known_owner(arena, k));
    if (k != arena->outer) {
        EXPECT(region->base == address_of(arena, k->lo));
        EXPECT(region->size == (k->hi - k->lo) * arena->unit_bytes);
        EXPECT(region->type == k->owner);
    }
}

/* In one's own arena, or a shared one under its lock: exact. */
static void look_up_own(const struct arena *arena, uint64_t *random) {
    struct umfi_region region;
    unsigned u = draw(random, UNITS), owner = draw(random, OWNERS);
    uintptr_t edge = draw(random, 2) ? 0 : arena->unit_bytes - 1;
    uintptr_t address = address_of(arena, u) + edge;
    const struct known *any = arena_truth(arena, u, true, -1), *visible = arena_truth(arena, u, false, -1);
    const struct known *owned = arena_truth(arena, u, true, (int)owner);
    bool slow;
    void *fast = umfi_granules_find(&map.granules, address, &slow);
    EXPECT(slow || fast == (visible ? known_owner(arena, visible) : NULL));
    EXPECT(umfi_addrmap_find(&map, address, &region) == (visible != NULL));
    if (visible) {
        expect_same(arena, &region, visible);
    }
    EXPECT(umfi_addrmap_find_any(&map, address, &region) == (any != NULL));
    if (any) {
        expect_same(arena, &region, any);
    }
    bool is_owned = umfi_addrmap_find_owned(&map, address, &owners[arena_index(arena)][owner], &region);
    EXPECT(is_owned == (owned != NULL));
    if (owned) {
        expect_same(arena, &region, owned);
    }
}

/* True at some time, for all that can be known without the arena's lock. */
static void expect_sense(const struct arena *arena, const struct umfi_region *region, uintptr_t address) {
    EXPECT(region->id != 0);
    EXPECT(region->base <= address && address - region->base < region->size);
    if (arena->outer && region->id == arena->outer->id) {
        EXPECT(region->owner == &outer_owner && region->word == arena->outer->word);
        return;
    }
    EXPECT(region->type < OWNERS);
    EXPECT(region->owner == &owners[arena_index(arena)][region->type]);
    EXPECT(region->word >> 16 == word_of(arena_index(arena), region->type, 0) >> 16);
    EXPECT((region->flags == UMFI_REGION_HIDDEN) == (region->type == HIDDEN_OWNER));
    EXPECT(region->base >= arena->base && region->base + region->size <= address_of(arena, UNITS));
    EXPECT((region->base - arena->base) % arena->unit_bytes == 0 && region->size % arena->unit_bytes == 0);
}

static bool owner_makes_sense(const struct arena *arena, const void *owner) {
    const char *own = owners[arena_index(arena)];
    return !owner || owner == &outer_owner || owner == &own[0] || owner == &own[1];
}

/* Answers whether the address held still, so that the answer had to be exact. */
static bool look_up_foreign(uint64_t *random) {
    unsigned where = draw(random, 2) ? atomic_load(&hot) : draw(random, ARENAS * UNITS);
    const struct arena *arena = &arenas[where / UNITS];
    const struct unit *unit = &arena->unit[where % UNITS];
    struct umfi_region visible = {0}, any = {0};
    uintptr_t address = address_of(arena, where % UNITS) + (draw(random, 2) ? 0 : arena->unit_bytes - 1);
    uint64_t version = atomic_load(&unit->version);
    uint64_t any_id = atomic_load(&unit->any), visible_id = atomic_load(&unit->visible);
    void *owner = atomic_load(&unit->visible_owner);
    bool slow;
    void *fast = umfi_granules_find(&map.granules, address, &slow);
    bool is_visible = umfi_addrmap_find(&map, address, &visible);
    bool is_any = umfi_addrmap_find_any(&map, address, &any);
    bool was_still = !(version & 1) && atomic_load(&unit->version) == version;
    if (was_still) {
        EXPECT(visible.id == visible_id && any.id == any_id);
        EXPECT(slow || fast == owner);
    }
    EXPECT(slow || owner_makes_sense(arena, fast));
    if (is_visible) {
        EXPECT(!(visible.flags & UMFI_REGION_HIDDEN));
        expect_sense(arena, &visible, address);
    }
    if (is_any) {
        expect_sense(arena, &any, address);
    }
    EXPECT(!arena->outer || (is_visible && is_any));
    return was_still;
}

/* ---- operations; each leaves arena and oracle alike ---- */

/* Whether an allocation was made to fail, so that its error is no surprise. */
static bool is_memory_short(umf_result_t result) {
    return result == UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY && umfi_meta_has_failed();
}

static void range_draw(const struct arena *arena, uint64_t *random, unsigned *lo, unsigned *hi) {
    unsigned way = draw(random, 4);
    if (way == 0 && arena->live) { /* equal to, or right around, a live one */
        const struct known *k = &arena->known[draw(random, arena->live)];
        unsigned room = draw(random, 3);
        *lo = k->lo > room ? k->lo - room : 0;
        *hi = k->hi + room < UNITS ? k->hi + room : UNITS;
        return;
    }
    unsigned most = way == 1 ? UNITS : 8;
    unsigned size = 1 + draw(random, most);
    *lo = draw(random, UNITS - size + 1);
    *hi = *lo + size;
}

static void op_insert(struct arena *arena, uint64_t *random) {
    struct known fresh = {.owner = draw(random, OWNERS)};
    range_draw(arena, random, &fresh.lo, &fresh.hi);
    if (arena->live >= LIVE_MAX) {
        return;
    }
    fresh.word = word_of(arena_index(arena), fresh.owner, draw(random, 1 << 16));
    umf_result_t expected = arena_place(arena, fresh.lo, fresh.hi, &fresh.depth);
    uint64_t touched = arena_touched_by_range(arena, fresh.lo, fresh.hi);
    struct umfi_region_spec spec = {
        .base = address_of(arena, fresh.lo),
        .size = (fresh.hi - fresh.lo) * arena->unit_bytes,
        .owner = &owners[arena_index(arena)][fresh.owner],
        .word = fresh.word,
        .flags = fresh.owner == HIDDEN_OWNER ? UMFI_REGION_HIDDEN : 0,
        .type = (uint16_t)fresh.owner,
    };
    if (expected != UMF_RESULT_SUCCESS) {
        EXPECT(umfi_addrmap_insert(&map, &spec, &fresh.id) == expected);
        return;
    }
    arena_change_begin(arena, touched);
    umf_result_t result = umfi_addrmap_insert(&map, &spec, &fresh.id);
    EXPECT(result == UMF_RESULT_SUCCESS || is_memory_short(result));
    if (result == UMF_RESULT_SUCCESS) {
        arena_add(arena, fresh);
    }
    arena_change_end(arena, touched);
}

static struct known take(struct arena *arena, struct known *which, struct umfi_taken *taken) {
    uint64_t touched = arena_touched_by_id(arena, which->id);
    arena_change_begin(arena, touched);
    EXPECT(umfi_addrmap_take(&map, address_of(arena, which->lo), known_owner(arena, which), taken));
    EXPECT(taken->region.id == which->id && taken->region.word == which->word);
    struct known gone = arena_remove(arena, which);
    arena_change_end(arena, touched);
    return gone;
}

static struct known *any_live(struct arena *arena, uint64_t *random) {
    if (!arena->live) {
        return NULL;
    }
    const struct known *k = &arena->known[draw(random, arena->live)];
    return arena_pick(arena, k->lo, 0, k->owner);
}

static void op_remove(struct arena *arena, uint64_t *random) {
    struct known *which = any_live(arena, random);
    struct umfi_taken taken;
    if (which) {
        take(arena, which, &taken);
        umfi_addrmap_drop(&map, &taken);
    }
}

static void op_take_and_restore(struct arena *arena, uint64_t *random) {
    struct known *which = any_live(arena, random);
    struct umfi_taken taken;
    if (!which) {
        return;
    }
    struct known back = take(arena, which, &taken);
    for (unsigned more = draw(random, 3); more > 0; more--) {
        op_insert(arena, random); /* perhaps where it was */
    }
    bool is_legal = arena_place(arena, back.lo, back.hi, &back.depth) == UMF_RESULT_SUCCESS;
    uint64_t touched = is_legal ? arena_touched_by_range(arena, back.lo, back.hi) : 0;
    arena_change_begin(arena, touched);
    EXPECT(umfi_addrmap_restore(&map, &taken) == is_legal);
    if (is_legal) {
        arena_add(arena, back);
    }
    arena_change_end(arena, touched);
}

static bool is_cut_free(const struct arena *arena, const struct known *whole, unsigned cut) {
    for (unsigned i = 0; i < arena->live; i++) {
        const struct known *k = &arena->known[i];
        if (is_within(k, whole->lo, whole->hi) && k->depth > whole->depth && k->lo < cut && cut < k->hi) {
            return false;
        }
    }
    return true;
}

static void reshape_end(struct arena *arena, struct umfi_reshape *reshape, uint64_t *random, bool *is_done) {
    *is_done = draw(random, 8) != 0;
    if (*is_done) {
        EXPECT(umfi_addrmap_reshape_commit(&map, reshape));
    } else {
        umfi_addrmap_reshape_cancel(&map, reshape);
    }
    (void)arena;
}

static void op_split(struct arena *arena, uint64_t *random) {
    struct known *whole = arena->live ? &arena->known[draw(random, arena->live)] : NULL;
    struct umfi_reshape reshape;
    bool is_done;
    if (!whole || arena->live >= LIVE_MAX) {
        return;
    }
    whole = arena_pick(arena, whole->lo, whole->hi - whole->lo, whole->owner);
    unsigned units = whole->hi - whole->lo, first = draw(random, units + 1);
    bool is_legal = first > 0 && first < units && is_cut_free(arena, whole, whole->lo + first);
    struct umfi_split split = {address_of(arena, whole->lo), units * arena->unit_bytes, first * arena->unit_bytes,
                               known_owner(arena, whole)};
    umf_result_t result = umfi_addrmap_split_prepare(&map, &split, &reshape);
    EXPECT(is_legal ? result == UMF_RESULT_SUCCESS || is_memory_short(result)
                    : result == UMF_RESULT_ERROR_INVALID_ARGUMENT);
    if (result != UMF_RESULT_SUCCESS) {
        return;
    }
    uint64_t touched = arena_touched_by_id(arena, whole->id);
    arena_change_begin(arena, touched);
    reshape_end(arena, &reshape, random, &is_done);
    if (is_done) {
        struct known high = *whole;
        whole->id = reshape.fresh_id[0];
        high.id = reshape.fresh_id[1];
        whole->hi = high.lo = whole->lo + first;
        arena->known[arena->live++] = high;
    }
    arena_change_end(arena, touched);
}

static bool is_merge_legal(const struct arena *arena, const struct known *low, const struct known *high) {
    for (unsigned i = 0; i < arena->live; i++) {
        const struct known *k = &arena->known[i];
        bool is_apart = k->hi <= low->lo || high->hi <= k->lo;
        bool is_around = k->lo <= low->lo && high->hi <= k->hi;
        if (k != low && k != high && !is_apart && !is_around && !(is_within(k, low->lo, low->hi) && k->depth > low->depth) &&
            !(is_within(k, high->lo, high->hi) && k->depth > high->depth)) {
            return false;
        }
    }
    return true;
}

/* Two live neighbours of one owner, else any two: mostly a refusal. */
static bool pair_draw(struct arena *arena, uint64_t *random, struct known **low, struct known **high) {
    if (arena->live < 2) {
        return false;
    }
    *low = &arena->known[draw(random, arena->live)];
    *high = &arena->known[draw(random, arena->live)];
    for (unsigned i = 0; i < arena->live; i++) {
        if (arena->known[i].lo == (*low)->hi && arena->known[i].owner == (*low)->owner) {
            *high = &arena->known[i];
        }
    }
    *low = arena_pick(arena, (*low)->lo, (*low)->hi - (*low)->lo, (*low)->owner);
    *high = arena_pick(arena, (*high)->lo, (*high)->hi - (*high)->lo, (*high)->owner);
    return true;
}

static void op_merge(struct arena *arena, uint64_t *random) {
    struct known *low, *high;
    struct umfi_reshape reshape;
    bool is_done;
    if (!pair_draw(arena, random, &low, &high)) {
        return;
    }
    bool is_legal = low->hi == high->lo && low->owner == high->owner && is_merge_legal(arena, low, high);
    struct umfi_merge merge = {address_of(arena, low->lo), address_of(arena, high->lo),
                               (low->hi - low->lo + high->hi - high->lo) * arena->unit_bytes, known_owner(arena, low)};
    umf_result_t result = umfi_addrmap_merge_prepare(&map, &merge, &reshape);
    if (!is_legal && result == UMF_RESULT_SUCCESS) { /* other regions of the owner may fit these numbers */
        EXPECT(low->owner != high->owner || low->hi != high->lo);
        umfi_addrmap_reshape_cancel(&map, &reshape);
        return;
    }
    EXPECT(is_legal ? result == UMF_RESULT_SUCCESS || is_memory_short(result)
                    : result == UMF_RESULT_ERROR_INVALID_ARGUMENT);
    if (result != UMF_RESULT_SUCCESS) {
        return;
    }
    uint64_t touched = arena_touched_by_id(arena, low->id) | arena_touched_by_id(arena, high->id);
    arena_change_begin(arena, touched);
    reshape_end(arena, &reshape, random, &is_done);
    if (is_done) {
        low->id = reshape.fresh_id[0];
        low->hi = high->hi;
        *high = arena->known[--arena->live];
    }
    arena_change_end(arena, touched);
}

static void op_set_word(struct arena *arena, uint64_t *random) {
    struct known *which = any_live(arena, random);
    if (which) {
        which->word = word_of(arena_index(arena), which->owner, draw(random, 1 << 16));
        EXPECT(umfi_addrmap_set_word(&map, address_of(arena, which->lo), known_owner(arena, which), which->word));
    }
}

static void count_region(const struct umfi_region *region, void *context) {
    (void)region;
    ++*(unsigned *)context;
}

static void op_remove_owner(struct arena *arena, uint64_t *random) {
    unsigned owner = draw(random, OWNERS), expected = 0, gone = 0;
    arena_change_begin(arena, UINT64_MAX);
    for (unsigned i = 0; i < arena->live;) {
        bool is_its = arena->known[i].owner == owner;
        if (is_its) {
            arena_remove(arena, &arena->known[i]);
        }
        expected += is_its;
        i += !is_its;
    }
    umfi_addrmap_remove_owner(&map, &owners[arena_index(arena)][owner], count_region, &gone);
    EXPECT(gone == expected);
    arena_change_end(arena, UINT64_MAX);
}

static void operate(struct arena *arena, uint64_t *random) {
    unsigned what = draw(random, 100);
    pthread_mutex_lock(&arena->lock);
    if (what < 38) {
        op_insert(arena, random);
    } else if (what < 62) {
        op_remove(arena, random);
    } else if (what < 74) {
        op_take_and_restore(arena, random);
    } else if (what < 84) {
        op_split(arena, random);
    } else if (what < 94) {
        op_merge(arena, random);
    } else if (what < 99) {
        op_set_word(arena, random);
    } else {
        op_remove_owner(arena, random);
    }
    look_up_own(arena, random);
    pthread_mutex_unlock(&arena->lock);
}

/* ---- the runs ---- */

struct worker {
    pthread_t thread;
    unsigned index;
    unsigned long still, lookups;
};

static void *work(void *argument) {
    struct worker *worker = argument;
    uint64_t random = seed * 0x9e3779b97f4a7c15 + worker->index + 1;
    for (unsigned long done = 0; done < ops / THREADS; done++) {
        unsigned which = draw(&random, KINDS + 1);
        unsigned own = worker->index * (unsigned)KINDS + which;
        unsigned shared = (unsigned)(THREADS * KINDS) + draw(&random, SHARED_ARENAS);
        operate(&arenas[which < KINDS ? own : shared], &random);
        for (int i = 0; i < 4; i++) {
            worker->still += look_up_foreign(&random);
            worker->lookups++;
        }
        if (done == (worker->index + 1) * (ops / THREADS / (THREADS + 1))) {
            lawful(); /* while the others go on */
        }
    }
    return NULL;
}

static void arena_init(struct arena *arena, unsigned kind, unsigned place_index) {
    memset(arena, 0, sizeof *arena);
    pthread_mutex_init(&arena->lock, NULL);
    arena->unit_bytes = kinds[kind].unit;
    arena->base = kinds[kind].base + place_index * UNITS * kinds[kind].unit;
    arena->outer = kinds[kind].has_outer ? &outers[kind] : NULL;
    for (unsigned owner = 0; owner < OWNERS; owner++) {
        if (owner != HIDDEN_OWNER && arena_index(arena) % 5 != 4) { /* some read slow */
            umfi_addrmap_owner_add(&map, &owners[arena_index(arena)][owner]);
        }
    }
    arena_change_begin(arena, UINT64_MAX);
    arena_change_end(arena, UINT64_MAX);
}

static void world_init(void) {
    umfi_addrmap_init(&map);
    umfi_addrmap_owner_add(&map, &outer_owner);
    for (unsigned kind = 0; kind < KINDS; kind++) {
        outers[kind] = (struct known){.word = 7 + kind, .depth = 1};
        struct umfi_region_spec spec = {kinds[kind].base, (THREADS + SHARED_ARENAS) * UNITS * kinds[kind].unit,
                                        &outer_owner, 7 + kind, 0, OWNERS};
        if (kinds[kind].has_outer) {
            EXPECT(umfi_addrmap_insert(&map, &spec, &outers[kind].id) == UMF_RESULT_SUCCESS);
        }
    }
    for (unsigned i = 0; i < THREADS * KINDS; i++) {
        arena_init(&arenas[i], i % KINDS, i / KINDS);
    }
    for (unsigned i = 0; i < SHARED_ARENAS; i++) {
        arena_init(&arenas[THREADS * KINDS + i], i, THREADS + i);
    }
}

/* Every address of every arena once more, then all is taken out. */
static void world_fini(size_t in_use) {
    uint64_t random = seed + 1;
    lawful();
    for (unsigned i = 0; i < ARENAS * UNITS; i++) {
        look_up_own(&arenas[i % ARENAS], &random);
    }
    for (unsigned i = 0; i < ARENAS * OWNERS; i++) {
        void *owner = &owners[i / OWNERS][i % OWNERS];
        umfi_addrmap_remove_owner(&map, owner, NULL, NULL);
        umfi_addrmap_owner_remove(&map, owner);
    }
    umfi_addrmap_remove_owner(&map, &outer_owner, NULL, NULL);
    lawful();
    EXPECT(umfi_addrmap_count(&map) == 0 && map.edges == 0);
    umfi_addrmap_fini(&map);
    EXPECT(umfi_meta_in_use() == in_use);
}

static void run_threads(void) {
    struct worker workers[THREADS] = {0};
    size_t in_use = umfi_meta_in_use();
    unsigned long still = 0, lookups = 0;
    world_init();
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i].index = i;
        EXPECT(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        still += workers[i].still;
        lookups += workers[i].lookups;
    }
    world_fini(in_use);
    printf("# %lu of %lu foreign lookups met an address that held still\n", still, lookups);
    EXPECT(still > lookups / 4);
}

/* One thread; the n-th allocation fails, then the n-th after that, and so on. */
static void run_failures(void) {
    size_t in_use = umfi_meta_in_use();
    uint64_t random = seed + 99;
    for (long n = 1; n <= 24; n++) {
        unsigned long failures = 0;
        world_init();
        for (unsigned i = 0; i < 300; i++) {
            if (i == 0 || umfi_meta_has_failed()) {
                failures += i > 0;
                umfi_meta_fail_nth(n);
            }
            operate(&arenas[draw(&random, ARENAS)], &random);
        }
        umfi_meta_fail_nth(0);
        EXPECT(failures > 0);
        world_fini(in_use);
    }
}

static unsigned long setting(const char *name, const char *argument, unsigned long otherwise) {
    const char *text = argument ? argument : getenv(name);
    return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    ops = setting("UMF_MODEL_OPS", argc > 1 ? argv[1] : NULL, DEFAULT_OPS);
    seed = setting("UMF_MODEL_SEED", argc > 2 ? argv[2] : NULL, (unsigned long)getpid() * 2654435761u);
    printf("# UMF_MODEL_OPS=%lu UMF_MODEL_SEED=%lu\n1..2\n", ops, seed);
    run_threads();
    printf("ok 1 - eight threads and an oracle agree about every address\n");
    run_failures();
    printf("ok 2 - each n-th allocation may fail and the map stays as it was\n");
    return EXIT_SUCCESS;
}
