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

/* Pools fit to be a program's heap, the best first. scalable is not among them:
 * oneTBB promises nothing after fork. */
static const char *const candidates[] = {"jemalloc", "disjoint"};
enum { CANDIDATES = sizeof candidates / sizeof candidates[0] };

static int note_candidate(const umf_plugin_info_t *info, void *arg) {
    bool *is_there = arg;
    bool can_load = info->state == UMF_PLUGIN_AVAILABLE || info->state == UMF_PLUGIN_READY;
    for (size_t i = 0; can_load && i < CANDIDATES; i++) {
        if (strcmp(info->kind, "pool") == 0 && strcmp(info->name, candidates[i]) == 0) {
            is_there[i] = true;
        }
    }
    return 0;
}

/* The first candidate that comes up; NULL, or why the last one did not. */
static const char *start_default(void) {
    bool is_there[CANDIDATES] = {false};
    const char *why_not = "no pool fit for it is installed (jemalloc, disjoint)";
    (void)umfPluginList(note_candidate, is_there);
    for (size_t i = 0; i < CANDIDATES; i++) {
        if (is_there[i]) {
            char spec[64];
            (void)strcpy(spec, candidates[i]);
            (void)strcat(spec, " @ os");
            why_not = umfi_pool_heap_start(spec, options.threshold_bytes);
            if (why_not == NULL) {
                return NULL;
            }
        }
    }
    return why_not;
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
        const char *why_not = umfi_pool_heap_start(options.stack, options.threshold_bytes);
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
