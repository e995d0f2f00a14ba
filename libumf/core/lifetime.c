/*
 * lifetime.c - the reference count of the library and its fork handlers.
 *
 * The fork handlers take every lock in rank order, so that the child finds each
 * structure whole: plugin host, lifetime, live objects (and their plugins' own
 * locks), thread slots, address map, metadata, log.
 */
#include "core/lifetime.h"

#include <pthread.h>
#include <stdatomic.h>
#include <umf.h>
#include <umf/plugin.h>

#include "base/mutex.h"
#include "core/log.h"
#include "core/meta.h"
#include "core/objects.h"
#include "core/thread_slots.h"
#include "core/tracking.h"

static struct umfi_mutex lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_LIFETIME);
/* Law: references >= holds, and holds <= 1. */
static atomic_uint references = 1; /* the load's own */
static unsigned holds;             /* umfPluginHold's, which nobody gives back */
static _Atomic uint64_t fork_generation;
static _Atomic(const struct umfi_fork_hooks *) outer_hooks;
static const struct umfi_fork_hooks *outer_taken; /* of the fork under way; guarded by lock */
static pthread_once_t begin_once = PTHREAD_ONCE_INIT;

bool umfi_is_up(void) { return atomic_load_explicit(&references, memory_order_relaxed) > 0; }

uint64_t umfi_fork_generation(void) {
    return atomic_load_explicit(&fork_generation, memory_order_relaxed);
}

/* The first time under the lock that a fork holds throughout: a fork under way goes
 * without the hooks, and must be over before there is anything that they guard. Later
 * without it: a plugin's start may come here while a fork waits for that start. */
void umfi_fork_set_outer(const struct umfi_fork_hooks *hooks) {
    if (atomic_load_explicit(&outer_hooks, memory_order_acquire) != hooks) {
        umfi_mutex_lock(&lock);
        atomic_store_explicit(&outer_hooks, hooks, memory_order_release);
        umfi_mutex_unlock(&lock);
    }
}

/* The plugin layer's come before any lock of the core: they wait for plugins' starts,
 * which may call anything. Where the hooks came in between, once more with them. */
static void prefork(void) {
    const struct umfi_fork_hooks *hooks;
    for (;;) {
        hooks = atomic_load_explicit(&outer_hooks, memory_order_acquire);
        if (hooks) {
            hooks->prefork();
        }
        umfi_mutex_lock_for_fork(&lock);
        if (hooks == atomic_load_explicit(&outer_hooks, memory_order_acquire)) {
            break;
        }
        umfi_mutex_unlock_in_parent(&lock);
    }
    outer_taken = hooks;
    umfi_objects_prefork();
    umfi_thread_slots_prefork();
    umfi_tracking_prefork();
    umfi_meta_prefork();
    umfi_log_prefork();
}

static void parent(void) {
    umfi_log_parent();
    umfi_meta_parent();
    umfi_tracking_parent();
    umfi_thread_slots_parent();
    umfi_objects_parent();
    const struct umfi_fork_hooks *hooks = outer_taken;
    umfi_mutex_unlock_in_parent(&lock);
    if (hooks) {
        hooks->parent();
    }
}

static void child(void) {
    atomic_fetch_add_explicit(&fork_generation, 1, memory_order_relaxed);
    umfi_log_child();
    umfi_meta_child();
    umfi_tracking_child();
    umfi_thread_slots_child();
    umfi_objects_child();
    umfi_mutex_reset_in_child(&lock);
    if (outer_taken) {
        outer_taken->child();
    }
}

static void begin(void) {
    if (pthread_atfork(prefork, parent, child) != 0) {
        umfi_warn("no memory for the fork handlers: a child of fork must not use pools");
    }
}

void umfi_lifetime_begin(void) { pthread_once(&begin_once, begin); }

umf_result_t umfInit(void) {
    umfi_lifetime_begin();
    umfi_mutex_lock(&lock);
    atomic_fetch_add_explicit(&references, 1, memory_order_relaxed);
    umfi_mutex_unlock(&lock);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfTearDown(void) {
    umfi_mutex_lock(&lock);
    unsigned count = atomic_load_explicit(&references, memory_order_relaxed);
    if (count > holds) {
        atomic_store_explicit(&references, count - 1, memory_order_relaxed);
        if (count == 1) {
            umfi_objects_refuse_all(); /* and their regions leave the map */
            umfi_thread_slots_forget();
        }
    }
    umfi_mutex_unlock(&lock);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfPluginHold(void) {
    umfi_lifetime_begin();
    umfi_mutex_lock(&lock);
    if (holds == 0) {
        holds = 1;
        atomic_fetch_add_explicit(&references, 1, memory_order_relaxed);
    }
    umfi_mutex_unlock(&lock);
    return UMF_RESULT_SUCCESS;
}

int umfGetCurrentVersion(void) { return UMF_VERSION_CURRENT; }
