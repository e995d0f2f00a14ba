/* thread_cache.c - making, filling, emptying and ending caches (thread_cache.h). */
#include "base/thread_cache.h"

#include <string.h>

#include "base/checked.h"
#include "base/law.h"

_Static_assert(sizeof(struct umfi_thread_cache) <= UMFI_BIN_BYTES, "the bins begin at 512");

enum { CACHE_ALIGNMENT = 64 }; /* as many zero bytes are below each */

/* ---- bins ---- */

static size_t load_off(const struct umfi_thread_cache *cache, unsigned class) {
    return atomic_load_explicit(&cache->off[class], memory_order_relaxed);
}

static void store_off(struct umfi_thread_cache *cache, unsigned class, size_t off) {
    atomic_store_explicit(&cache->off[class], (uint32_t)off, memory_order_relaxed);
}

static size_t load_window(const struct umfi_thread_cache *cache, unsigned class) {
    return atomic_load_explicit(&cache->window[class], memory_order_relaxed);
}

static size_t floor_of(unsigned class, size_t window) {
    return ((size_t)class + 1) * UMFI_BIN_BYTES - window * sizeof(void *);
}

static size_t bin_count(const struct umfi_thread_cache *cache, unsigned class) {
    size_t off = load_off(cache, class), floor = floor_of(class, load_window(cache, class));
    return off > floor ? (off - floor) / sizeof(void *) : 0; /* another thread's may be moving */
}

/* Moves what the bin holds to its new floor. */
static void window_set(struct umfi_thread_cache *cache, unsigned class, size_t window) {
    size_t count = bin_count(cache, class);
    size_t before = floor_of(class, load_window(cache, class)), floor = floor_of(class, window);
    memmove(umfi_bin_place(cache, floor), umfi_bin_place(cache, before), count * sizeof(void *));
    *umfi_bin_place(cache, floor - sizeof(void *)) = NULL;
    atomic_store_explicit(&cache->window[class], (uint8_t)window, memory_order_relaxed);
    store_off(cache, class, floor + count * sizeof(void *));
}

static bool window_grow(struct umfi_cache_set *set, struct umfi_thread_cache *cache,
                        unsigned class) {
    size_t window = load_window(cache, class), most = set->window_most[class];
    if (window >= most) {
        return false;
    }
    window_set(cache, class, 2 * window < most ? 2 * window : most);
    return true;
}

/* Gives the oldest `count` back. They leave the bin first: a thread that is lost in
 * between (by fork) loses them, and hands none out twice. */
static void bin_give(struct umfi_cache_set *set, struct umfi_thread_cache *cache, unsigned class,
                     size_t count, bool is_final) {
    void *blocks[UMFI_WINDOW_MOST];
    size_t floor = floor_of(class, load_window(cache, class));
    size_t left = bin_count(cache, class) - count;
    memcpy(blocks, umfi_bin_place(cache, floor), count * sizeof(void *));
    memmove(umfi_bin_place(cache, floor), umfi_bin_place(cache, floor + count * sizeof(void *)),
            left * sizeof(void *));
    store_off(cache, class, floor + left * sizeof(void *));
    set->calls->give(set, class, blocks, count, is_final);
}

void *umfi_cache_refill(struct umfi_cache_set *set, struct umfi_thread_cache *cache,
                        unsigned class) {
    void *blocks[UMFI_WINDOW_MOST];
    (void)window_grow(set, cache, class);
    size_t window = load_window(cache, class), floor = floor_of(class, window);
    size_t count = set->calls->take(set, class, blocks, (window + 1) / 2);
    if (count == 0) {
        return NULL;
    }
    /* the first goes out now, the second is on top */
    for (size_t i = 1; i < count; i++) {
        *umfi_bin_place(cache, floor + (count - 1 - i) * sizeof(void *)) = blocks[i];
    }
    store_off(cache, class, floor + (count - 1) * sizeof(void *));
    UMFI_LAW(umfi_cache_check(cache, set->class_count));
    return blocks[0];
}

void umfi_cache_relieve(struct umfi_cache_set *set, struct umfi_thread_cache *cache,
                        unsigned class) {
    if (!window_grow(set, cache, class)) {
        bin_give(set, cache, class, (load_window(cache, class) + 1) / 2, false);
    }
    UMFI_LAW(umfi_cache_check(cache, set->class_count));
}

static void cache_empty(struct umfi_cache_set *set, struct umfi_thread_cache *cache) {
    for (unsigned class = 1; class <= set->class_count; class++) {
        size_t count = bin_count(cache, class);
        if (count > 0) {
            bin_give(set, cache, class, count, true);
        }
    }
}

static bool bin_check(const struct umfi_thread_cache *cache, unsigned class) {
    const char *start = (const char *)cache;
    size_t window = load_window(cache, class), floor = floor_of(class, window);
    size_t off = load_off(cache, class);
    bool holds = window >= 1 && window <= UMFI_WINDOW_MOST && off >= floor &&
                 off <= ((size_t)class + 1) * UMFI_BIN_BYTES && off % sizeof(void *) == 0 &&
                 *(void *const *)(const void *)(start + floor - sizeof(void *)) == NULL;
    for (size_t at = floor; holds && at < off; at += sizeof(void *)) {
        holds = *(void *const *)(const void *)(start + at) != NULL;
    }
    return holds;
}

bool umfi_cache_check(const struct umfi_thread_cache *cache, unsigned class_count) {
    const void *const *below = (const void *const *)(const void *)cache - 1;
    bool holds = load_off(cache, 0) == 0 && *below == NULL;
    for (unsigned class = 1; class <= class_count; class++) {
        holds = holds && bin_check(cache, class);
    }
    return holds;
}

/* ---- caches ---- */

static size_t cache_bytes(const struct umfi_cache_set *set) {
    return 2 * CACHE_ALIGNMENT + ((size_t)set->class_count + 1) * UMFI_BIN_BYTES;
}

static void cache_free(struct umfi_cache_set *set, struct umfi_thread_cache *cache) {
    set->host->meta_free(cache->allocation, cache_bytes(set));
}

static struct umfi_thread_cache *cache_make(struct umfi_cache_set *set) {
    void *allocation = set->host->meta_alloc(cache_bytes(set));
    if (allocation == NULL) {
        return NULL;
    }
    uintptr_t above = (uintptr_t)allocation + CACHE_ALIGNMENT;
    struct umfi_thread_cache *cache = (void *)umfi_align_up(above, CACHE_ALIGNMENT);
    cache->allocation = allocation;
    cache->set = set;
    for (unsigned class = 1; class <= set->class_count; class++) {
        size_t most = set->window_most[class];
        size_t window = most < UMFI_WINDOW_FIRST ? most : UMFI_WINDOW_FIRST;
        atomic_store_explicit(&cache->window[class], (uint8_t)window, memory_order_relaxed);
        store_off(cache, class, floor_of(class, window));
    }
    UMFI_LAW(umfi_cache_check(cache, set->class_count));
    return cache;
}

static void enlist(struct umfi_cache_set *set, struct umfi_thread_cache *cache) {
    umfi_mutex_lock(&set->lock);
    umfi_list_push(&set->caches, &cache->node);
    umfi_mutex_unlock(&set->lock);
}

static void delist(struct umfi_cache_set *set, struct umfi_thread_cache *cache) {
    umfi_mutex_lock(&set->lock);
    umfi_list_remove(&cache->node);
    umfi_mutex_unlock(&set->lock);
    cache_free(set, cache);
}

static struct umfi_thread_cache *cache_create(struct umfi_cache_set *set) {
    struct umfi_thread_cache *cache = cache_make(set);
    if (cache == NULL) {
        return NULL;
    }
    enlist(set, cache);
    if (!set->slots->attach(set->slot, cache)) {
        delist(set, cache);
        return NULL;
    }
    return cache;
}

struct umfi_thread_cache *umfi_cache_get(struct umfi_cache_set *set) {
    const struct umfi_thread_slots *slots = set->slots;
    struct umfi_thread_cache *cache = slots->attached(set->slot);
    if (cache == NULL) {
        return cache_create(set);
    }
    if (umfi_thread_slot_read(slots->offset_of(set->slot)) != cache) {
        /* first: who recalls it from now on marks it and then hides it once more */
        slots->resume(set->slot);
        if (atomic_exchange_explicit(&cache->is_recalled, false, memory_order_acquire)) {
            cache_empty(set, cache);
        }
    }
    return cache;
}

/* All but one are to be emptied by their threads. */
static void mark_locked(struct umfi_cache_set *set, const struct umfi_thread_cache *but) {
    for (struct umfi_list *node = set->caches.next; node != &set->caches; node = node->next) {
        struct umfi_thread_cache *cache = UMFI_CONTAINER_OF(node, struct umfi_thread_cache, node);
        if (cache != but) {
            atomic_store_explicit(&cache->is_recalled, true, memory_order_release);
        }
    }
}

void umfi_cache_settle(struct umfi_cache_set *set) {
    struct umfi_thread_cache *cache = set->slots->attached(set->slot);
    if (cache != NULL) {
        cache_empty(set, cache);
    }
    umfi_mutex_lock(&set->lock);
    mark_locked(set, cache);
    umfi_mutex_unlock(&set->lock);
    set->slots->recall(set->slot, false);
}

size_t umfi_cache_count(struct umfi_cache_set *set, unsigned class) {
    umfi_mutex_lock(&set->lock);
    size_t count = set->lost[class];
    for (struct umfi_list *node = set->caches.next; node != &set->caches; node = node->next) {
        count += bin_count(UMFI_CONTAINER_OF(node, struct umfi_thread_cache, node), class);
    }
    umfi_mutex_unlock(&set->lock);
    return count;
}

/* ---- sets ---- */

static void thread_ended(struct umfi_slot_owner *owner, void *attached) {
    struct umfi_cache_set *set = UMFI_CONTAINER_OF(owner, struct umfi_cache_set, owner);
    cache_empty(set, attached);
    delist(set, attached);
}

bool umfi_cache_set_init(struct umfi_cache_set *set, const umf_plugin_host_t *host,
                         const struct umfi_cache_calls *calls) {
    const struct umfi_thread_slots *slots =
        host->get_interface == NULL
            ? NULL
            : host->get_interface(UMFI_THREAD_SLOTS, UMFI_THREAD_SLOTS_VERSION);
    set->host = host;
    set->calls = calls;
    set->owner.thread_ended = thread_ended;
    umfi_mutex_init(&set->lock, UMFI_RANK_CACHES);
    umfi_list_init(&set->caches);
    set->slot = slots == NULL ? -1 : slots->acquire(&set->owner);
    set->slots = set->slot < 0 ? NULL : slots;
    return set->slots != NULL;
}

void umfi_cache_set_fini(struct umfi_cache_set *set) {
    set->slots->release(set->slot);
    while (!umfi_list_is_empty(&set->caches)) {
        struct umfi_list *node = set->caches.next;
        umfi_list_remove(node);
        cache_free(set, UMFI_CONTAINER_OF(node, struct umfi_thread_cache, node));
    }
    umfi_mutex_fini(&set->lock);
}

/* ---- fork ---- */

void umfi_cache_prefork(struct umfi_cache_set *set) {
    umfi_mutex_lock_for_fork(&set->lock);
    set->owner.is_held_for_fork = true;
}

void umfi_cache_parent(struct umfi_cache_set *set) {
    set->owner.is_held_for_fork = false;
    umfi_mutex_unlock_in_parent(&set->lock);
}

void umfi_cache_child(struct umfi_cache_set *set, bool settles_own) {
    const void *own = set->slots->attached(set->slot);
    struct umfi_list *next;
    for (struct umfi_list *node = set->caches.next; node != &set->caches; node = next) {
        struct umfi_thread_cache *cache = UMFI_CONTAINER_OF(node, struct umfi_thread_cache, node);
        next = node->next;
        if (cache == own) {
            continue;
        }
        for (unsigned class = 1; class <= set->class_count; class++) {
            set->lost[class] += bin_count(cache, class);
        }
        umfi_list_remove(node);
        cache_free(set, cache);
    }
    if (settles_own) {
        mark_locked(set, NULL);
        set->slots->recall(set->slot, true);
    }
    set->owner.is_held_for_fork = false;
    umfi_mutex_reset_in_child(&set->lock);
}
