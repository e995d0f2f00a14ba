/*
 * addrmap_scene.h - a map, its owners and calls that check the map's laws after
 * each change; for the suites of the address map.
 *
 * Addresses are made up; the map never looks behind them.
 */
#ifndef UMF_TESTS_ADDRMAP_SCENE_H
#define UMF_TESTS_ADDRMAP_SCENE_H

#include <string.h>

#include "core/addrmap.h"
#include "core/meta.h"
#include "suite.h"

#define KIB ((uintptr_t)1 << 10)
#define MIB ((uintptr_t)1 << 20)
#define GIB ((uintptr_t)1 << 30)
#define TIB ((uintptr_t)1 << 40)
#define AT (5 * TIB + 7 * GIB) /* where most cases play */

static struct umfi_addrmap map;
static size_t in_use_before;
static char red, green, blue; /* owners */

static inline void start(void) {
    in_use_before = umfi_meta_in_use();
    umfi_addrmap_init(&map);
    ck_assert_uint_ne(umfi_addrmap_owner_add(&map, &red), 0);
    ck_assert_uint_ne(umfi_addrmap_owner_add(&map, &green), 0);
}

static inline void lawful(void) {
    const char *broken = umfi_addrmap_check(&map);
    ck_assert_msg(!broken, "not so: %s", broken);
}

static inline void finish(void) {
    lawful();
    umfi_addrmap_fini(&map);
    ck_assert_uint_eq(umfi_meta_in_use(), in_use_before);
}

static inline umf_result_t insert_as(uintptr_t base, size_t size, void *owner, uint16_t flags) {
    uint64_t id = 0;
    struct umfi_region_spec spec = {base, size, owner, base ^ size, flags, 3};
    umf_result_t result = umfi_addrmap_insert(&map, &spec, &id);
    ck_assert_int_eq(id != 0, result == UMF_RESULT_SUCCESS);
    lawful();
    return result;
}

static inline umf_result_t insert(uintptr_t base, size_t size, void *owner) { return insert_as(base, size, owner, 0); }

static inline void erase(uintptr_t base, void *owner) {
    struct umfi_taken taken;
    ck_assert(umfi_addrmap_take(&map, base, owner, &taken));
    umfi_addrmap_drop(&map, &taken);
    lawful();
}

/* The fast layer says the same as the exact map, or that it does not know. */
static inline void *owner_at(uintptr_t address) {
    struct umfi_region region = {0};
    bool slow;
    void *owner = umfi_addrmap_find(&map, address, &region) ? region.owner : NULL;
    void *fast = umfi_granules_find(&map.granules, address, &slow);
    ck_assert(slow || fast == owner);
    return owner;
}

static inline size_t size_at(uintptr_t address) {
    struct umfi_region region = {0};
    return umfi_addrmap_find_any(&map, address, &region) ? region.size : 0;
}

static inline void *fast_owner_at(uintptr_t address) {
    bool slow;
    void *owner = umfi_granules_find(&map.granules, address, &slow);
    ck_assert(!slow);
    return owner;
}

static inline bool is_slow(uintptr_t address) {
    bool slow;
    umfi_granules_find(&map.granules, address, &slow);
    return slow;
}

#endif
