/*
 * mutex.h - a mutex that knows its place in the one lock order.
 *
 * Law: a thread that holds a mutex of rank r takes only mutexes of rank > r.
 * Debug builds (UMFI_DEBUG) check it at every lock, within each module by
 * itself: no mutex is held across plugin code, a driver call or a user's
 * callback. The fork handlers, which hold all of them, go through
 * umfi_mutex_lock_for_fork.
 */
#ifndef UMFI_BASE_MUTEX_H
#define UMFI_BASE_MUTEX_H

#include <pthread.h>

#include "base/annotations.h"

/* The lock order, outermost first. A new mutex gets a line of its own here,
 * with what is locked while it is held. */
enum umfi_rank {
    UMFI_RANK_REGISTRY = 1, /* plugin: the catalogue of manifests */
    UMFI_RANK_MODULE,       /* plugin: libltdl, which has no lock of its own */
    UMFI_RANK_LIFETIME,     /* core: init and teardown counts */
    UMFI_RANK_OBJECTS,      /* core: the lists of live pools and providers */
    UMFI_RANK_CACHES,       /* a pool plugin: the list of its threads' caches */
    UMFI_RANK_POOL,         /* a pool plugin: its buckets */
    UMFI_RANK_POOL_SHARED,  /* a pool plugin: what its buckets share */
    UMFI_RANK_PROVIDER,     /* a provider plugin: its free space */
    UMFI_RANK_SLOTS,        /* core: the words of threads that pools use */
    UMFI_RANK_ADDRMAP,      /* core: writers of the address map */
    UMFI_RANK_META,         /* core: the metadata arena */
    UMFI_RANK_LOG,          /* core: the log's output */
    UMFI_RANK_END
};

struct UMFI_LOCKABLE umfi_mutex {
    pthread_mutex_t os;
    enum umfi_rank rank;
};

#define UMFI_MUTEX_INITIALIZER(r) \
    { .os = PTHREAD_MUTEX_INITIALIZER, .rank = (r) }

#ifdef UMFI_DEBUG
void umfi_mutex_rank_enter(enum umfi_rank rank);
void umfi_mutex_rank_leave(enum umfi_rank rank);
#else
static inline void umfi_mutex_rank_enter(enum umfi_rank rank) { (void)rank; }
static inline void umfi_mutex_rank_leave(enum umfi_rank rank) { (void)rank; }
#endif

static inline void umfi_mutex_init(struct umfi_mutex *m, enum umfi_rank rank) {
    /* glibc's and musl's default mutex needs no resources and cannot fail */
    (void)pthread_mutex_init(&m->os, NULL);
    m->rank = rank;
}

static inline void umfi_mutex_fini(struct umfi_mutex *m) { (void)pthread_mutex_destroy(&m->os); }

static inline void umfi_mutex_lock(struct umfi_mutex *m) UMFI_ACQUIRES(*m) UMFI_UNCHECKED_LOCKS {
    umfi_mutex_rank_enter(m->rank);
    (void)pthread_mutex_lock(&m->os);
}

static inline void umfi_processor_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    __asm__ __volatile__("" ::: "memory");
#endif
}

/* For a mutex that is held for some dozen loads and stores: to sleep and be woken
 * costs a hundred times what its holder needs. */
static inline void umfi_mutex_lock_short(struct umfi_mutex *m)
    UMFI_ACQUIRES(*m) UMFI_UNCHECKED_LOCKS {
    umfi_mutex_rank_enter(m->rank);
    for (int i = 0; i < 100; i++) {
        if (pthread_mutex_trylock(&m->os) == 0) {
            return;
        }
        umfi_processor_relax();
    }
    (void)pthread_mutex_lock(&m->os);
}

static inline void umfi_mutex_unlock(struct umfi_mutex *m) UMFI_RELEASES(*m) UMFI_UNCHECKED_LOCKS {
    (void)pthread_mutex_unlock(&m->os);
    umfi_mutex_rank_leave(m->rank);
}

/* Around fork: every mutex of the process is taken in the parent, in rank
 * order, and given back on both sides. In the child the one thread is the one
 * that took it; waiters were left behind, so it gets a fresh mutex after that. */
static inline void umfi_mutex_lock_for_fork(struct umfi_mutex *m) UMFI_UNCHECKED_LOCKS {
    (void)pthread_mutex_lock(&m->os);
}
static inline void umfi_mutex_unlock_in_parent(struct umfi_mutex *m) UMFI_UNCHECKED_LOCKS {
    (void)pthread_mutex_unlock(&m->os);
}
static inline void umfi_mutex_reset_in_child(struct umfi_mutex *m) UMFI_UNCHECKED_LOCKS {
    (void)pthread_mutex_unlock(&m->os); /* or ThreadSanitizer takes it for held for ever */
    (void)pthread_mutex_init(&m->os, NULL);
}

#endif
