/* registry.c - the catalogue published, the program's plugins, the phases (registry.h). */
#include "plugin/registry.h"

#include <string.h>
#include <time.h>

#include "base/mutex.h"
#include "core/lifetime.h"
#include "core/meta.h"
#include "core/params.h"
#include "plugin/module.h"
#include "plugin/plugin.h"

#define FORK_WAIT_SECONDS 2
#define OWN __attribute__((tls_model("initial-exec")))

static struct umfi_mutex lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_REGISTRY);
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER; /* with lock */
static unsigned starting_count, opening_count;            /* guarded by lock */
static struct umfi_load *loads;                           /* guarded by lock */
static struct umfi_application *application;              /* guarded by lock */
static struct umfi_catalogue *retired;                    /* guarded by lock */
static _Atomic(struct umfi_catalogue *) published;
static atomic_uint readers;
static _Thread_local unsigned own_claims OWN, own_opens OWN, own_readings OWN;

static const struct umfi_fork_hooks fork_hooks = {umfi_plugin_prefork, umfi_plugin_parent,
                                                  umfi_plugin_child};

/* ---- the catalogue ---- */

/* Manifest defaults on their way to an object: UMFI_PARAMS_MANIFEST. */
static umf_result_t manifest_params(umf_plugin_kind_t kind, const char *component,
                                    umfi_params_apply_fn apply, void *arg) {
    const struct umfi_catalogue *catalogue = umfi_registry_read_begin();
    const struct umfi_plugin *plugin =
        catalogue ? umfi_catalogue_find(catalogue, (enum umfi_manifest_kind)kind, component)
                  : NULL;
    const struct umfi_load_params *params =
        plugin && umfi_plugin_phase(plugin) == UMFI_PHASE_READY
            ? atomic_load_explicit(&plugin->load->params, memory_order_acquire)
            : NULL;
    umfi_registry_read_end();
    const char *name = params ? params->text : NULL;
    for (unsigned i = 0; params && i < params->count; i += 2) {
        const char *text = umfi_manifest_list_next(name);
        umf_result_t result = apply(arg, name, text);
        if (result != UMF_RESULT_SUCCESS) {
            return result;
        }
        name = umfi_manifest_list_next(text);
    }
    return UMF_RESULT_SUCCESS;
}

/* Gives every entry that may be used its load. */
static bool loads_attach_locked(struct umfi_catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->verdict != UMFI_PHASE_NEW || !umfi_plugin_is_component(plugin->kind)) {
            continue;
        }
        plugin->load = umfi_load_get(&loads, &plugin->source, plugin->kind, plugin->name);
        if (!plugin->load || !umfi_load_set_params(plugin->load, &plugin->manifest.params)) {
            return false;
        }
    }
    return true;
}

/* Whoever reads an old catalogue has been counted since before the new one was
 * published; where nobody is counted now, nobody can have an old one. */
static void retired_free_locked(void) {
    if (atomic_load_explicit(&readers, memory_order_seq_cst) > 0) {
        return; /* at the next rescan, then */
    }
    while (retired) {
        struct umfi_catalogue *next = retired->next;
        umfi_catalogue_destroy(retired);
        retired = next;
    }
}

/* Makes a catalogue and puts it in the place of the one there is. */
static bool catalogue_renew_locked(void) {
    struct umfi_catalogue_options options;
    umfi_catalogue_defaults(&options);
    options.application = application;
    struct umfi_catalogue *catalogue = umfi_catalogue_create(&options);
    if (!catalogue || !loads_attach_locked(catalogue)) {
        umfi_catalogue_destroy(catalogue);
        return false;
    }
    struct umfi_catalogue *old = atomic_load_explicit(&published, memory_order_relaxed);
    umfi_catalogue_announce(catalogue, old);
    atomic_store_explicit(&published, catalogue, memory_order_seq_cst);
    if (old) {
        old->next = retired;
        retired = old;
    } else {
        umfi_params_set_source(UMFI_PARAMS_MANIFEST, manifest_params);
    }
    retired_free_locked();
    return true;
}

static void registry_begin(void) {
    umfi_fork_set_outer(&fork_hooks);
    umfi_lifetime_begin();
}

const struct umfi_catalogue *umfi_registry_read_begin(void) {
    own_readings++;
    atomic_fetch_add_explicit(&readers, 1, memory_order_seq_cst);
    struct umfi_catalogue *catalogue = atomic_load_explicit(&published, memory_order_seq_cst);
    if (!catalogue) {
        registry_begin();
        umfi_mutex_lock(&lock);
        if (!atomic_load_explicit(&published, memory_order_relaxed)) {
            (void)catalogue_renew_locked();
        }
        catalogue = atomic_load_explicit(&published, memory_order_relaxed);
        umfi_mutex_unlock(&lock);
    }
    return catalogue;
}

void umfi_registry_read_end(void) {
    atomic_fetch_sub_explicit(&readers, 1, memory_order_seq_cst);
    own_readings--;
}

bool umfi_registry_rescan(void) {
    registry_begin();
    umfi_mutex_lock(&lock);
    bool is_done = catalogue_renew_locked();
    for (struct umfi_load *load = loads; load && is_done; load = load->next) {
        if (atomic_load_explicit(&load->phase, memory_order_relaxed) == UMFI_PHASE_FAILED) {
            umfi_plugin_reason_fini(&load->reason);
            atomic_store_explicit(&load->phase, UMFI_PHASE_NEW, memory_order_release);
        }
    }
    umfi_mutex_unlock(&lock);
    return is_done;
}

/* ---- the program's own ---- */

/* The first component of `desc` that another descriptor has brought already. */
static const umf_plugin_component_t *taken_locked(const umf_plugin_desc_t *desc) {
    for (const struct umfi_application *a = application; a; a = a->next) {
        for (size_t i = 0; i < a->desc->component_count; i++) {
            for (size_t j = 0; j < desc->component_count; j++) {
                const umf_plugin_component_t *old = a->desc->components[i];
                if (old->kind == desc->components[j]->kind &&
                    strcmp(old->name, desc->components[j]->name) == 0) {
                    return old;
                }
            }
        }
    }
    return NULL;
}

static bool is_known_locked(const umf_plugin_desc_t *desc) {
    const struct umfi_application *a = application;
    while (a && a->desc != desc) {
        a = a->next;
    }
    return a != NULL;
}

static void application_destroy(struct umfi_application *entry) {
    if (entry) {
        umfi_meta_free_string(entry->path);
        umfi_meta_free(entry, sizeof *entry);
    }
}

/* In front of the list, and in a new catalogue where there is one already. */
static bool application_add_locked(const umf_plugin_desc_t *desc, const char *path) {
    struct umfi_application *entry = umfi_meta_alloc(sizeof *entry);
    if (entry) {
        *entry = (struct umfi_application){application, desc,
                                           path ? umfi_meta_strdup(path) : NULL};
    }
    if (!entry || (path && !entry->path)) {
        application_destroy(entry);
        return false;
    }
    application = entry;
    if (atomic_load_explicit(&published, memory_order_relaxed) && !catalogue_renew_locked()) {
        application = entry->next;
        application_destroy(entry);
        return false;
    }
    return true;
}

bool umfi_registry_add(const umf_plugin_desc_t *desc, const char *path,
                       struct umfi_refusal *refusal) {
    registry_begin();
    umfi_mutex_lock(&lock);
    bool is_done = is_known_locked(desc);
    if (!is_done) {
        const umf_plugin_component_t *taken = taken_locked(desc);
        is_done = taken ? umfi_refuse(refusal, UMFI_E_FIELD,
                                      "%s:%s is registered already, by another descriptor",
                                      umfi_plugin_kind_word(taken->kind), taken->name)
                        : application_add_locked(desc, path) || umfi_refuse_no_memory(refusal);
    }
    umfi_mutex_unlock(&lock);
    return is_done;
}

/* ---- phases ---- */

enum umfi_plugin_phase umfi_registry_claim(struct umfi_load *load, struct umfi_refusal *reason) {
    umfi_mutex_lock(&lock);
    enum umfi_plugin_phase phase = UMFI_PHASE_NEW;
    /* the lock gives acquire and release; the phase alone is read without it */
    while (!atomic_compare_exchange_strong_explicit(&load->phase, &phase, UMFI_PHASE_STARTING,
                                                    memory_order_acquire, memory_order_acquire) &&
           phase == UMFI_PHASE_STARTING) {
        (void)pthread_cond_wait(&settled, &lock.os);
        phase = UMFI_PHASE_NEW;
    }
    bool is_ours = phase == UMFI_PHASE_NEW;
    starting_count += is_ours;
    own_claims += is_ours;
    if (phase == UMFI_PHASE_FAILED) {
        umfi_plugin_reason_tell(&load->reason, reason);
    }
    umfi_mutex_unlock(&lock);
    return is_ours ? UMFI_PHASE_STARTING : phase;
}

bool umfi_registry_failure(struct umfi_load *load, struct umfi_refusal *reason) {
    umfi_mutex_lock(&lock);
    bool has_failed =
        atomic_load_explicit(&load->phase, memory_order_relaxed) == UMFI_PHASE_FAILED;
    if (has_failed) {
        umfi_plugin_reason_tell(&load->reason, reason);
    }
    umfi_mutex_unlock(&lock);
    return has_failed;
}

void umfi_registry_settle(struct umfi_load *load, enum umfi_plugin_phase phase,
                          const struct umfi_refusal *refusal) {
    umfi_mutex_lock(&lock);
    if (phase == UMFI_PHASE_FAILED) {
        umfi_plugin_reason_keep(&load->reason, refusal);
    }
    atomic_store_explicit(&load->phase, phase, memory_order_release);
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
    opening_count = own_opens;               /* nor those who were opening or reading */
    atomic_store_explicit(&readers, own_readings, memory_order_relaxed);
}
