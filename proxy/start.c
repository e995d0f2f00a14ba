/*
 * start.c - brings the pool up before main, and follows fork and exit.
 *
 * The constructor runs with the thread busy, so libc serves libumf, libltdl and
 * libyaml while modules are loaded. Its fork handlers are registered after
 * libumf's: prepare handlers run last registered first, so the forking thread is
 * busy before libumf takes its locks, and until it has let them go again.
 * Nothing is destroyed at exit: late frees still work. Only the name of a shared
 * heap goes, which would keep its memory alive after the process.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <umf/plugin.h>
#include <unistd.h>

#include "base/cancel.h"
#include "proxy/counters.h"
#include "proxy/options.h"
#include "proxy/pool_heap.h"

static struct proxy_options options;

/* NULL, or why it did not come up. */
static const char *start_stack(const char *spec) {
    const char *why_not = umfi_pool_heap_start(spec, options.threshold_bytes);
    if (why_not == NULL) {
        umfi_counters_set_stack(spec);
    }
    return why_not;
}

static const char *start_pair(const char *pool, const char *provider) {
    char spec[128]; /* two names of at most 32 letters */
    (void)stpcpy(stpcpy(stpcpy(spec, pool), " @ "), provider);
    return start_stack(spec);
}

/* The default pool over the default provider, both of which a policy may name, or the
 * next default pool where that cannot carry a program: it may know no block's size.
 * Never scalable: oneTBB promises nothing after fork. NULL, or why not. */
static const char *start_policy(void) {
    const char *provider, *pool, *why_not = NULL;
    if (umfPluginDefault("provider", 0, &provider) != UMF_RESULT_SUCCESS) {
        return umfGetLastErrorMessage();
    }
    for (unsigned i = 0; umfPluginDefault("pool", i, &pool) == UMF_RESULT_SUCCESS; i++) {
        why_not = strcmp(pool, "scalable") != 0 ? start_pair(pool, provider) : "not scalable";
        if (why_not == NULL) {
            return NULL;
        }
    }
    return why_not != NULL ? why_not : umfGetLastErrorMessage();
}

/* Where no default can, the one pair that always can. */
static const char *start_default(void) {
    return start_policy() == NULL ? NULL : start_pair("disjoint", "os");
}

static void before_fork(void) { umfi_pool_enter(); }
static void after_fork_in_parent(void) { umfi_pool_leave(); }
static void after_fork_in_child(void) {
    umfi_counters_reset();
    umfi_pool_leave();
}

__attribute__((constructor)) static void start(void) {
    umfi_pool_enter();
    umfi_options_read(&options);
    umfi_counters_start(&options);
    if (options.stack[0] != '\0') {
        const char *why_not = start_stack(options.stack);
        if (why_not != NULL) {
            umfi_proxy_die("cannot run on the stack '%s': %s", options.stack, why_not);
        }
        if (umfi_pool_heap_is_shared()) {
            umfi_proxy_say("warning: the memory of '%s' is shared: a program that forks and its "
                           "children overwrite each other's blocks",
                           options.stack);
        }
    } else {
        const char *why_not = start_default();
        if (why_not != NULL) {
            umfi_proxy_say("running on libc's allocator: %s", why_not);
        }
    }
    if (pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) != 0) {
        umfi_proxy_say("no memory for fork handlers: a fork beside allocating threads may hang");
    }
    umfi_pool_leave();
}

/* A child of fork must not take the name from its parent. */
static bool is_shm_ours(void) {
    return options.shm_name[0] != '\0' && getpid() == options.shm_owner;
}

/* open and write are cancellation points, and a thread cancelled in here would
 * end neither its exit nor the process. */
__attribute__((destructor)) static void finish(void) {
    int cancel = umfi_cancel_off();
    umfi_pool_enter();
    if (umfi_counters_on) {
        umfi_counters_write(&options);
    }
    if (is_shm_ours()) {
        (void)shm_unlink(options.shm_name);
    }
    umfi_pool_leave();
    umfi_cancel_restore(cancel);
}
