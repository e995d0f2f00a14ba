/* registry.c - the published catalogue and the changes of phase (registry.h). */
#include "plugin/registry.h"

#include <time.h>

#include "base/mutex.h"
#include "core/lifetime.h"
#include "core/params.h"
#include "plugin/module.h"
#include "plugin/plugin.h"

#define FORK_WAIT_SECONDS 2

static struct umfi_mutex lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_REGISTRY);
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER; /* with lock */
static unsigned starting_count, opening_count;            /* guarded by lock */
static _Atomic(struct umfi_catalogue *) published;
static _Thread_local unsigned own_claims __attribute__((tls_model("initial-exec")));
static _Thread_local unsigned own_opens __attribute__((tls_model("initial-exec")));

static const struct umfi_fork_hooks fork_hooks = {umfi_plugin_prefork, umfi_plugin_parent,
                                                  umfi_plugin_child};

/* Manifest defaults on their way to an object: UMFI_PARAMS_MANIFEST. */
static umf_result_t manifest_params(umf_plugin_kind_t kind, const char *component,
                                    umfi_params_apply_fn apply, void *arg) {
    const struct umfi_catalogue *catalogue =
        atomic_load_explicit(&published, memory_order_acquire);
    const struct umfi_plugin *plugin =
        umfi_catalogue_find(catalogue, (enum umfi_manifest_kind)kind, component);
    if (!plugin ||
        atomic_load_explicit(&plugin->phase, memory_order_acquire) != UMFI_PHASE_READY) {
        return UMF_RESULT_SUCCESS;
    }
    const char *name = plugin->manifest.params.text;
    for (unsigned i = 0; i < plugin->manifest.params.count; i += 2) {
        const char *text = umfi_manifest_list_next(name);
        umf_result_t result = apply(arg, name, text);
        if (result != UMF_RESULT_SUCCESS) {
            return result;
        }
        name = umfi_manifest_list_next(text);
    }
    return UMF_RESULT_SUCCESS;
}

static struct umfi_catalogue *catalogue_make_locked(void) {
    struct umfi_catalogue *catalogue = atomic_load_explicit(&published, memory_order_relaxed);
    if (!catalogue) {
        struct umfi_search_options options;
        umfi_search_defaults(&options);
        catalogue = umfi_catalogue_create(&options);
        atomic_store_explicit(&published, catalogue, memory_order_release);
        if (catalogue) {
            umfi_params_set_source(UMFI_PARAMS_MANIFEST, manifest_params);
        }
    }
    return catalogue;
}

const struct umfi_catalogue *umfi_registry_catalogue(void) {
    struct umfi_catalogue *catalogue = atomic_load_explicit(&published, memory_order_acquire);
    if (!catalogue) {
        umfi_fork_set_outer(&fork_hooks);
        umfi_lifetime_begin();
        umfi_mutex_lock(&lock);
        catalogue = catalogue_make_locked();
        umfi_mutex_unlock(&lock);
    }
    return catalogue;
}

enum umfi_plugin_phase umfi_registry_claim(struct umfi_plugin *plugin) {
    umfi_mutex_lock(&lock);
    enum umfi_plugin_phase phase = UMFI_PHASE_NEW;
    /* the lock gives acquire and release; the phase alone is read without it */
    while (!atomic_compare_exchange_strong_explicit(&plugin->phase, &phase, UMFI_PHASE_STARTING,
                                                    memory_order_acquire, memory_order_acquire) &&
           phase == UMFI_PHASE_STARTING) {
        (void)pthread_cond_wait(&settled, &lock.os);
        phase = UMFI_PHASE_NEW;
    }
    bool is_ours = phase == UMFI_PHASE_NEW;
    starting_count += is_ours;
    own_claims += is_ours;
    umfi_mutex_unlock(&lock);
    return is_ours ? UMFI_PHASE_STARTING : phase;
}

void umfi_registry_settle(struct umfi_plugin *plugin, enum umfi_plugin_phase phase,
                          const struct umfi_refusal *refusal) {
    umfi_mutex_lock(&lock);
    if (phase == UMFI_PHASE_FAILED) {
        umfi_plugin_keep_reason(plugin, refusal);
    }
    atomic_store_explicit(&plugin->phase, phase, memory_order_release);
    starting_count--;
    own_claims--;
    (void)pthread_cond_broadcast(&settled);
    umfi_mutex_unlock(&lock);
}

static void opens_add(unsigned n) {
    umfi_mutex_lock(&lock);
    opening_count += n;
    own_opens += n;
    (void)pthread_cond_broadcast(&settled);
    umfi_mutex_unlock(&lock);
}

void umfi_registry_open_begin(void) { opens_add(1); }
void umfi_registry_open_end(void) { opens_add(-1u); }

bool umfi_registry_is_starting_here(void) { return own_claims > 0; }

/* A fork in the middle of another thread's dlopen leaves the child an ld.so that
 * stops it at its next dlopen. But that dlopen may itself be waiting for this
 * fork: a constructor that forks holds ld.so's lock. So the wait has an end, far
 * above what a load takes. */
static void wait_for_opens_locked(void) {
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += FORK_WAIT_SECONDS;
    int error = 0;
    while (own_opens == 0 && opening_count > 0 && error == 0) {
        error = pthread_cond_timedwait(&settled, &lock.os, &end);
    }
}

void umfi_plugin_prefork(void) {
    umfi_mutex_lock_for_fork(&lock);
    wait_for_opens_locked();
    while (starting_count > own_claims) { /* a start that forks waits for others only */
        (void)pthread_cond_wait(&settled, &lock.os);
    }
    umfi_module_prefork();
}

void umfi_plugin_parent(void) {
    umfi_module_parent();
    umfi_mutex_unlock_in_parent(&lock);
}

void umfi_plugin_child(void) {
    umfi_module_child();
    umfi_mutex_reset_in_child(&lock);
    (void)pthread_cond_init(&settled, NULL); /* those who waited are not in the child */
    opening_count = own_opens;               /* nor those who were opening */
}
