/*
 * thread-cache-test.c - base/thread_cache.h against an oracle that knows where each
 * block is, with slots of its own for one thread, and base/page_class.h.
 */
#include "base/thread_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/page_class.h"
#include "suite.h"

/* ---- a host of one thread ---- */

static const _Alignas(64) char zeros[UMFI_VACANT_BELOW + UMFI_VACANT_BYTES];
#define VACANT ((void *)(uintptr_t)(zeros + UMFI_VACANT_BELOW))

static _Thread_local void *_Atomic word;
static void *attached_memory;
static struct umfi_slot_owner *slot_owner;
static bool has_no_slot, refuses_to_attach;
static size_t allocations, allocation_to_fail; /* 0: none */

static int slot_acquire(struct umfi_slot_owner *owner) {
    slot_owner = owner;
    return has_no_slot ? -1 : 3;
}
static void slot_release(int slot) {
    (void)slot;
    slot_owner = NULL;
    attached_memory = NULL;
    atomic_store(&word, VACANT);
}
static ptrdiff_t slot_offset_of(int slot) {
    (void)slot;
    return (char *)&word - (char *)__builtin_thread_pointer();
}
static bool slot_attach(int slot, void *memory) {
    (void)slot;
    if (!refuses_to_attach) {
        attached_memory = memory;
        atomic_store(&word, memory);
    }
    return !refuses_to_attach;
}
static void *slot_attached(int slot) {
    (void)slot;
    return attached_memory;
}
static void slot_resume(int slot) {
    (void)slot;
    atomic_store(&word, attached_memory);
}
static void slot_recall(int slot, bool caller_too) {
    (void)slot;
    if (caller_too) {
        atomic_store(&word, VACANT);
    }
}
static bool slot_is_shared(int slot) {
    (void)slot;
    return false;
}

static const struct umfi_thread_slots slots = {.size = sizeof slots,
                                               .vacant = zeros + UMFI_VACANT_BELOW,
                                               .acquire = slot_acquire,
                                               .release = slot_release,
                                               .offset_of = slot_offset_of,
                                               .attach = slot_attach,
                                               .attached = slot_attached,
                                               .is_shared = slot_is_shared,
                                               .resume = slot_resume,
                                               .recall = slot_recall};

static void *meta_alloc(size_t size) {
    return ++allocations == allocation_to_fail ? NULL : calloc(1, size);
}
static void meta_free(void *ptr, size_t size) {
    (void)size;
    free(ptr);
}
static const void *get_interface(const char *name, uint32_t version) {
    return strcmp(name, UMFI_THREAD_SLOTS) == 0 && version == UMFI_THREAD_SLOTS_VERSION ? &slots
                                                                                       : NULL;
}

static const umf_plugin_host_t host = {.size = sizeof host,
                                       .meta_alloc = meta_alloc,
                                       .meta_free = meta_free,
                                       .get_interface = get_interface};

/* ---- the oracle ---- */

enum { CLASSES = 5, BLOCKS = 400 };
enum place { WITH_OWNER, IN_CACHE, WITH_USER };

static struct umfi_cache_set set;
static char memory[CLASSES + 1][BLOCKS][16];
static enum place places[CLASSES + 1][BLOCKS];
static size_t finally_given;

static size_t number_of(unsigned class, const void *block) {
    size_t number = (size_t)((const char *)block - memory[class][0]) / 16;
    ck_assert_ptr_eq(block, memory[class][number]);
    ck_assert_uint_lt(number, BLOCKS);
    return number;
}

static size_t owner_take(struct umfi_cache_set *of, unsigned class, void **blocks, size_t count) {
    ck_assert_ptr_eq(of, &set);
    size_t taken = 0;
    for (size_t i = 0; i < BLOCKS && taken < count; i++) {
        if (places[class][i] == WITH_OWNER) {
            places[class][i] = IN_CACHE;
            blocks[taken++] = memory[class][i];
        }
    }
    return taken;
}

static void owner_give(struct umfi_cache_set *of, unsigned class, void *const *blocks, size_t count,
                       bool is_final) {
    ck_assert_ptr_eq(of, &set);
    ck_assert_uint_gt(count, 0);
    for (size_t i = 0; i < count; i++) {
        size_t number = number_of(class, blocks[i]);
        ck_assert_int_eq(places[class][number], IN_CACHE);
        places[class][number] = WITH_OWNER;
    }
    finally_given += is_final ? count : 0;
}

static const struct umfi_cache_calls calls = {.take = owner_take, .give = owner_give};

static void open_set(void) {
    static const uint8_t most[CLASSES + 1] = {0, 62, 33, 8, 4, 1};
    memset(&set, 0, sizeof set);
    memset(places, 0, sizeof places);
    memcpy(set.window_most, most, sizeof most);
    set.class_count = CLASSES;
    atomic_store(&word, VACANT);
    ck_assert(umfi_cache_set_init(&set, &host, &calls));
    ck_assert_int_eq(set.slot, 3);
}

static struct umfi_thread_cache *cache_now(void) {
    return umfi_thread_slot_read(slot_offset_of(3));
}

/* As a pool does. */
static void *allocate(unsigned class) {
    void *block = umfi_cache_pop(cache_now(), class);
    if (block == NULL) {
        struct umfi_thread_cache *cache = umfi_cache_get(&set);
        block = umfi_cache_pop(cache, class);
        block = block != NULL ? block : umfi_cache_refill(&set, cache, class);
    }
    if (block != NULL) {
        size_t number = number_of(class, block);
        ck_assert_int_eq(places[class][number], IN_CACHE);
        places[class][number] = WITH_USER;
    }
    return block;
}

static void release(unsigned class, void *block) {
    places[class][number_of(class, block)] = IN_CACHE;
    if (!umfi_cache_push(cache_now(), class, block)) {
        struct umfi_thread_cache *cache = umfi_cache_get(&set);
        if (!umfi_cache_push(cache, class, block)) {
            umfi_cache_relieve(&set, cache, class);
            ck_assert(umfi_cache_push(cache, class, block));
        }
    }
}

static void check_places(void) {
    ck_assert(umfi_cache_check(attached_memory, CLASSES));
    for (unsigned class = 1; class <= CLASSES; class++) {
        size_t cached = 0;
        for (size_t i = 0; i < BLOCKS; i++) {
            cached += places[class][i] == IN_CACHE;
        }
        ck_assert_uint_eq(umfi_cache_count(&set, class), cached);
    }
}

static size_t count_in(enum place place) {
    size_t count = 0;
    for (unsigned class = 1; class <= CLASSES; class++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            count += places[class][i] == place;
        }
    }
    return count;
}

/* As another thread's settle does. */
static void recall(void) {
    atomic_store(&((struct umfi_thread_cache *)attached_memory)->is_recalled, true);
    slot_recall(3, true);
}

/* ---- cases ---- */

START_TEST(a_vacant_slot_reads_empty_and_full_in_every_class) {
    static int block;
    for (unsigned class = 0; class < UMFI_CACHE_CLASSES; class++) {
        ck_assert_ptr_null(umfi_cache_pop(VACANT, class));
        ck_assert(!umfi_cache_push(VACANT, class, &block));
    }
}
END_TEST

START_TEST(class_0_of_a_cache_reads_empty_and_full) {
    static int block;
    open_set();
    struct umfi_thread_cache *cache = umfi_cache_get(&set);
    ck_assert_ptr_null(umfi_cache_pop(cache, 0));
    ck_assert(!umfi_cache_push(cache, 0, &block));
    umfi_cache_set_fini(&set);
}
END_TEST

START_TEST(a_random_walk_agrees_with_the_oracle) {
    unsigned seed = 1;
    open_set();
    for (int step = 0; step < 200000; step++) {
        seed = seed * 1664525 + 1013904223;
        unsigned class = 1 + (seed >> 8) % CLASSES, number = (seed >> 12) % BLOCKS;
        /* phases that grow and phases that shrink */
        bool allocates = (seed >> 24) % 8 < ((step >> 9) % 2 ? 6u : 2u);
        if (allocates) {
            (void)allocate(class);
        } else if (places[class][number] == WITH_USER) {
            release(class, memory[class][number]);
        }
        if ((seed >> 16) % 2048 == 0) {
            umfi_cache_settle(&set);
            ck_assert_uint_eq(count_in(IN_CACHE), 0);
        } else if ((seed >> 16) % 2048 == 1 && attached_memory != NULL) {
            recall();
        } else if ((seed >> 16) % 2048 == 2) {
            slot_recall(3, true); /* hidden alone, as by another pool of the word */
        }
        if (step % 64 == 0 && attached_memory != NULL) {
            check_places();
        }
    }
    ck_assert_uint_gt(count_in(WITH_USER), 0);
    ck_assert_uint_gt(finally_given, 0);
    umfi_cache_set_fini(&set);
}
END_TEST

START_TEST(a_block_is_at_hand_again_after_it_was_freed) {
    open_set();
    void *block = allocate(1), *other = allocate(1);
    release(1, other);
    release(1, block);
    ck_assert_ptr_eq(allocate(1), block);
    ck_assert_ptr_eq(allocate(1), other);
    umfi_cache_set_fini(&set);
}
END_TEST

START_TEST(the_last_freed_block_is_not_taken_twice) {
    open_set();
    void *block = allocate(2);
    release(2, block);
    ck_assert(!umfi_cache_push(cache_now(), 2, block));
    ck_assert(umfi_cache_has_on_top(cache_now(), 2, block));
    check_places();
    umfi_cache_set_fini(&set);
}
END_TEST

START_TEST(a_recalled_cache_is_emptied_at_the_next_slow_operation) {
    open_set();
    release(1, allocate(1));
    recall();
    ck_assert_uint_gt(umfi_cache_count(&set, 1), 0);
    ck_assert_ptr_null(umfi_cache_pop(cache_now(), 1));
    ck_assert_ptr_nonnull(umfi_cache_get(&set));
    ck_assert_uint_eq(umfi_cache_count(&set, 1), 0);
    ck_assert_ptr_eq(cache_now(), attached_memory);
    umfi_cache_set_fini(&set);
}
END_TEST

START_TEST(an_owner_without_blocks_is_an_empty_answer_and_no_harm) {
    open_set();
    for (size_t i = 0; i < BLOCKS; i++) {
        ck_assert_ptr_nonnull(allocate(4));
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_null(allocate(4));
        check_places();
    }
    release(4, memory[4][7]);
    ck_assert_ptr_eq(allocate(4), memory[4][7]);
    umfi_cache_set_fini(&set);
}
END_TEST

START_TEST(a_thread_that_ends_gives_everything_back) {
    open_set();
    for (unsigned class = 1; class <= CLASSES; class++) {
        release(class, allocate(class));
    }
    void *cache = attached_memory;
    attached_memory = NULL;
    atomic_store(&word, VACANT);
    slot_owner->thread_ended(slot_owner, cache);
    ck_assert_uint_eq(count_in(WITH_OWNER), CLASSES * BLOCKS);
    ck_assert(umfi_list_is_empty(&set.caches));
    umfi_cache_set_fini(&set);
}
END_TEST

START_TEST(without_a_slot_or_memory_there_is_no_cache) {
    memset(&set, 0, sizeof set);
    has_no_slot = true;
    ck_assert(!umfi_cache_set_init(&set, &host, &calls));
    ck_assert_ptr_null(set.slots);
    has_no_slot = false;
    open_set();
    allocation_to_fail = allocations + 1;
    ck_assert_ptr_null(umfi_cache_get(&set));
    refuses_to_attach = true;
    ck_assert_ptr_null(umfi_cache_get(&set));
    ck_assert(umfi_list_is_empty(&set.caches));
    refuses_to_attach = false;
    ck_assert_ptr_nonnull(umfi_cache_get(&set));
    umfi_cache_set_fini(&set);
}
END_TEST

/* ---- classes of pages ---- */

static void *at(uintptr_t address) { return (void *)address; }

START_TEST(only_pages_wholly_in_the_range_have_its_class) {
    struct umfi_page_classes pages = {.roots = NULL};
    const uintptr_t base = UINT64_C(0x7ffffffe000); /* the range crosses two leaves */
    ck_assert(umfi_page_classes_init(&pages, &host));
    ck_assert_uint_eq(umfi_page_class_of(&pages, NULL), 0);
    umfi_page_classes_set(&pages, at(base + 1), 5 * 4096, 7);
    for (uintptr_t page = 0; page < 8; page++) {
        unsigned class = page >= 1 && page <= 4 ? 7 : 0;
        ck_assert_uint_eq(umfi_page_class_of(&pages, at(base + page * 4096)), class);
        ck_assert_uint_eq(umfi_page_class_of(&pages, at(base + page * 4096 + 4095)), class);
    }
    umfi_page_classes_clear(&pages, at(base + 2 * 4096 + 100));
    ck_assert_uint_eq(umfi_page_class_of(&pages, at(base + 2 * 4096)), 0);
    ck_assert_uint_eq(umfi_page_class_of(&pages, at(base + 3 * 4096)), 7);
    umfi_page_classes_fini(&pages);
}
END_TEST

START_TEST(addresses_beyond_the_table_and_failed_leaves_have_class_0) {
    struct umfi_page_classes pages = {.roots = NULL};
    ck_assert(umfi_page_classes_init(&pages, &host));
    umfi_page_classes_set(&pages, at(UINTPTR_MAX - 65535), 65535, 3);
    umfi_page_classes_set(&pages, at((uintptr_t)1 << 48), 65536, 3);
    ck_assert_uint_eq(umfi_page_class_of(&pages, at(UINTPTR_MAX - 20000)), 0);
    ck_assert_uint_eq(umfi_page_class_of(&pages, at((uintptr_t)1 << 48)), 0);
    allocation_to_fail = allocations + 1;
    umfi_page_classes_set(&pages, at(65536), 4096, 3);
    ck_assert_uint_eq(umfi_page_class_of(&pages, at(65536)), 0);
    umfi_page_classes_set(&pages, at(65536), 4096, 3);
    ck_assert_uint_eq(umfi_page_class_of(&pages, at(65536)), 3);
    umfi_page_classes_fini(&pages);
}
END_TEST

SUITE_MAIN("base/thread-cache", a_vacant_slot_reads_empty_and_full_in_every_class,
           class_0_of_a_cache_reads_empty_and_full, a_random_walk_agrees_with_the_oracle,
           a_block_is_at_hand_again_after_it_was_freed, the_last_freed_block_is_not_taken_twice,
           a_recalled_cache_is_emptied_at_the_next_slow_operation,
           an_owner_without_blocks_is_an_empty_answer_and_no_harm,
           a_thread_that_ends_gives_everything_back, without_a_slot_or_memory_there_is_no_cache,
           only_pages_wholly_in_the_range_have_its_class,
           addresses_beyond_the_table_and_failed_leaves_have_class_0)
