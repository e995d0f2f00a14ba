/*
 * thread_cache.h - free blocks of a pool at hand for one thread, and all the
 * caches of one pool.
 *
 * The owner is a pool that cuts memory into blocks of at most
 * UMFI_CACHE_CLASSES - 1 classes, numbered from 1. Each thread has a cache of it,
 * found through a slot (thread_slots.h), in which each class has a bin: pointers to
 * free blocks, the newest on top. Bins take from the owner and give back to it in
 * batches. What is in a bin is free to everybody but counts as taken to the owner.
 *
 * Law of the cache, for byte offsets from it, S = UMFI_BIN_BYTES, class c >= 1,
 * window[c] = w:
 *     the words of bin c are those of [c*S, (c+1)*S); the last w hold blocks,
 *     floor(c) = (c+1)*S - 8w is where the first of them is, 1 <= w <= 62;
 *     off[c] is where the next block goes: floor(c) <= off[c] <= (c+1)*S;
 *     the word below floor(c) is 0, those in [floor(c), off[c]) are not;
 *     so it is full iff off[c] mod S = 0, and empty iff the word at off[c] - 8 is 0;
 *     off[0] = 0 and the word below the cache is 0: class 0 is both, always, and so
 *     is each class of the zeros that a vacant slot shows.
 * Compute off[c] - 8 in 64 bits: it may be -8.
 *
 * Law of the set: a cache is in the list from before it is attached until its
 * thread has ended or the set does.
 *
 * Threads: a cache is its thread's. Others read off[] and window[], to count: exact
 * while the thread is quiet. The list is locked by the set's lock.
 */
#ifndef UMFI_BASE_THREAD_CACHE_H
#define UMFI_BASE_THREAD_CACHE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <umf/plugin_sdk.h>

#include "base/annotations.h"
#include "base/list.h"
#include "base/mutex.h"
#include "base/thread_slots.h"

#define UMFI_CACHE_CLASSES 48
#define UMFI_BIN_BYTES 512
#define UMFI_BIN_PLACES (UMFI_BIN_BYTES / sizeof(void *))
#define UMFI_WINDOW_MOST 62
#define UMFI_WINDOW_FIRST 8

struct umfi_thread_cache {
    _Atomic uint32_t off[UMFI_CACHE_CLASSES];
    _Atomic uint8_t window[UMFI_CACHE_CLASSES];
    const struct umfi_cache_set *set; /* whose it is; NULL where a slot is vacant */
    _Atomic bool is_recalled;         /* to be emptied at the next slow operation */
    struct umfi_list node;            /* in the set's list */
    void *allocation;                 /* what the set got for it */
};

struct umfi_cache_set;

/* What the owner does for its caches; called without any lock. */
struct umfi_cache_calls {
    /* Up to `count` blocks, or 0 without memory. */
    size_t (*take)(struct umfi_cache_set *set, unsigned class, void **blocks, size_t count);
    /* Takes blocks back. `is_final`: they are not to be kept for other caches. */
    void (*give)(struct umfi_cache_set *set, unsigned class, void *const *blocks, size_t count,
                 bool is_final);
};

/* In the owner's object. */
struct umfi_cache_set {
    struct umfi_slot_owner owner;
    const struct umfi_cache_calls *calls;
    const umf_plugin_host_t *host;
    const struct umfi_thread_slots *slots; /* NULL: there are no caches */
    int slot;
    unsigned class_count;                     /* classes 1 .. class_count */
    uint8_t window_most[UMFI_CACHE_CLASSES];  /* how far each window may grow */
    struct umfi_mutex lock;
    struct umfi_list caches;
    size_t lost[UMFI_CACHE_CLASSES]; /* blocks in caches that a fork left behind */
};

/* Zeroed memory but for window_most and class_count. False, and slots NULL, where
 * the host has no slots or none is left: then no other function is called. */
bool umfi_cache_set_init(struct umfi_cache_set *set, const umf_plugin_host_t *host,
                         const struct umfi_cache_calls *calls);
/* No other thread uses the pool any more. The blocks are forgotten, not given. */
void umfi_cache_set_fini(struct umfi_cache_set *set);

/* The cache of the calling thread, made if need be, and shown in the slot's word;
 * NULL: without memory, or in a thread that has ended. One that was recalled has been
 * emptied by this. */
struct umfi_thread_cache *umfi_cache_get(struct umfi_cache_set *set);
/* The calling thread's bin is empty: takes a batch; NULL: the owner has none. */
void *umfi_cache_refill(struct umfi_cache_set *set, struct umfi_thread_cache *cache,
                        unsigned class);
/* The calling thread's bin is full: makes room, by a larger window or by giving the
 * older half back. */
void umfi_cache_relieve(struct umfi_cache_set *set, struct umfi_thread_cache *cache,
                        unsigned class);
/* Empties the calling thread's cache, and has the others do so at their next operation. */
void umfi_cache_settle(struct umfi_cache_set *set);
/* How many blocks of the class are in caches, or were when a fork left them behind. */
size_t umfi_cache_count(struct umfi_cache_set *set, unsigned class);
/* Whether the laws hold; for the calling thread's own, or in quiet. */
bool umfi_cache_check(const struct umfi_thread_cache *cache, unsigned class_count);

void umfi_cache_prefork(struct umfi_cache_set *set);
void umfi_cache_parent(struct umfi_cache_set *set);
/* The caches of threads that are not here are dropped: what was in them is in
 * nobody's hands for good, and counted as lost. With `settles_own` what the calling
 * thread has is given back at its next operation, before anything is handed out. */
void umfi_cache_child(struct umfi_cache_set *set, bool settles_own);

/* ---- the fast road ---- */

static inline void **umfi_bin_place(struct umfi_thread_cache *cache, uint64_t off) {
    return (void **)(void *)((char *)cache + off);
}

/* NULL: the bin is empty, or there is no cache. */
static inline void *umfi_cache_pop(struct umfi_thread_cache *cache, unsigned class) {
    uint64_t off = atomic_load_explicit(&cache->off[class], memory_order_relaxed) - UINT64_C(8);
    void *block = *umfi_bin_place(cache, off);
    if (UMFI_LIKELY(block != NULL)) {
        atomic_store_explicit(&cache->off[class], (uint32_t)off, memory_order_relaxed);
    }
    return block;
}

/* False: the bin is full, there is no cache, or the block is the one on top. */
static inline bool umfi_cache_push(struct umfi_thread_cache *cache, unsigned class, void *block) {
    uint64_t off = atomic_load_explicit(&cache->off[class], memory_order_relaxed);
    void **place = umfi_bin_place(cache, off);
    if (UMFI_UNLIKELY(off % UMFI_BIN_BYTES == 0) || UMFI_UNLIKELY(place[-1] == block)) {
        return false;
    }
    *place = block;
    atomic_store_explicit(&cache->off[class], (uint32_t)off + 8, memory_order_relaxed);
    return true;
}

/* Whether the block is on top of its bin: it is being freed twice. */
static inline bool umfi_cache_has_on_top(struct umfi_thread_cache *cache, unsigned class,
                                         const void *block) {
    uint64_t off = atomic_load_explicit(&cache->off[class], memory_order_relaxed);
    return *umfi_bin_place(cache, off - 8) == block;
}

#endif
