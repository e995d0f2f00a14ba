/* registry.c - the published catalogue and the changes of phase (registry.h). */
#include "plugin/registry.h"

#include "base/mutex.h"
#include "core/lifetime.h"
#include "core/params.h"
#include "plugin/module.h"
#include "plugin/plugin.h"

static struct umfi_mutex lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_REGISTRY);
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER; /* with lock */
static unsigned starting_count;                           /* guarded by lock */
static _Atomic(struct umfi_catalogue *) published;
static _Thread_local unsigned own_claims __attribute__((tls_model("initial-exec")));

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

bool umfi_registry_is_starting_here(void) { return own_claims > 0; }

void umfi_plugin_prefork(void) {
    umfi_mutex_lock_for_fork(&lock);
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
}
