/* registry.c - the catalogue published, the program's plugins, fork (registry.h). */
#include "plugin/registry.h"

#include <string.h>

#include "core/lifetime.h"
#include "core/meta.h"
#include "core/params.h"
#include "plugin/module.h"
#include "plugin/plugin.h"
#include "plugin/registry_parts.h"

#define OWN __attribute__((tls_model("initial-exec")))

struct umfi_mutex umfi_registry_lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_REGISTRY);
struct umfi_load *umfi_registry_loads;
static struct umfi_application *application; /* guarded by the lock */
static struct umfi_catalogue *retired;       /* guarded by the lock */
static atomic_bool has_retired;              /* a hint at it */
static _Atomic(struct umfi_catalogue *) published;
static atomic_uint readers;
static _Thread_local unsigned own_readings OWN;

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

/* Gives every entry that may be used its load, and makes ready what changes in it. */
static bool loads_attach_locked(struct umfi_catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->verdict != UMFI_PHASE_NEW || !umfi_plugin_is_component(plugin->kind)) {
            continue;
        }
        plugin->load =
            umfi_load_get(&umfi_registry_loads, &plugin->source, plugin->kind, plugin->name);
        if (!plugin->load || !umfi_load_params_make(plugin->load, &plugin->manifest.params,
                                                    &plugin->new_params)) {
            return false;
        }
    }
    return true;
}

/* Two entries may lead to one load, where manifests share a module: the chosen one's
 * parameters count, and only that one is not shadowed. */
static void loads_change_locked(struct umfi_catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->new_params) {
            umfi_load_params_set(plugin->load, plugin->new_params);
            plugin->new_params = NULL;
        }
    }
}

/* Whoever reads an old catalogue has been counted since before the new one was
 * published; where nobody is counted now, nobody can have an old one. */
static void retired_free_locked(void) {
    if (atomic_load_explicit(&readers, memory_order_seq_cst) > 0) {
        return; /* the last reader comes back for it */
    }
    while (retired) {
        struct umfi_catalogue *next = retired->next;
        umfi_catalogue_destroy(retired);
        retired = next;
    }
    atomic_store_explicit(&has_retired, false, memory_order_relaxed);
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
    loads_change_locked(catalogue);
    struct umfi_catalogue *old = atomic_load_explicit(&published, memory_order_relaxed);
    umfi_catalogue_announce(catalogue, old);
    atomic_store_explicit(&published, catalogue, memory_order_seq_cst);
    if (old) {
        old->next = retired;
        retired = old;
        atomic_store_explicit(&has_retired, true, memory_order_relaxed);
    } else {
        umfi_params_set_source(UMFI_PARAMS_MANIFEST, manifest_params);
    }
    retired_free_locked();
    return true;
}

const struct umfi_catalogue *umfi_registry_read_begin(void) {
    own_readings++;
    atomic_fetch_add_explicit(&readers, 1, memory_order_seq_cst);
    struct umfi_catalogue *catalogue = atomic_load_explicit(&published, memory_order_seq_cst);
    if (!catalogue) {
        umfi_registry_begin();
        umfi_mutex_lock(&umfi_registry_lock);
        if (!atomic_load_explicit(&published, memory_order_relaxed)) {
            (void)catalogue_renew_locked();
        }
        catalogue = atomic_load_explicit(&published, memory_order_relaxed);
        umfi_mutex_unlock(&umfi_registry_lock);
    }
    return catalogue;
}

void umfi_registry_read_end(void) {
    own_readings--;
    if (atomic_fetch_sub_explicit(&readers, 1, memory_order_seq_cst) == 1 &&
        atomic_load_explicit(&has_retired, memory_order_relaxed)) {
        umfi_mutex_lock(&umfi_registry_lock);
        retired_free_locked();
        umfi_mutex_unlock(&umfi_registry_lock);
    }
}

bool umfi_registry_rescan(void) {
    umfi_registry_begin();
    umfi_mutex_lock(&umfi_registry_lock);
    bool is_done = catalogue_renew_locked();
    for (struct umfi_load *load = umfi_registry_loads; load && is_done; load = load->next) {
        if (atomic_load_explicit(&load->phase, memory_order_relaxed) == UMFI_PHASE_FAILED) {
            umfi_plugin_reason_fini(&load->reason);
            atomic_store_explicit(&load->phase, UMFI_PHASE_NEW, memory_order_release);
        }
    }
    umfi_mutex_unlock(&umfi_registry_lock);
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
static bool application_add_locked(const umf_plugin_desc_t *desc, const char *path,
                                   umf_plugin_query_fn query) {
    struct umfi_application *entry = umfi_meta_alloc(sizeof *entry);
    if (entry) {
        *entry = (struct umfi_application){application, desc, query,
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

bool umfi_registry_has_entry(umf_plugin_query_fn query) {
    umfi_mutex_lock(&umfi_registry_lock);
    const struct umfi_application *a = application;
    while (a && a->query != query) {
        a = a->next;
    }
    umfi_mutex_unlock(&umfi_registry_lock);
    return a != NULL;
}

bool umfi_registry_add(const umf_plugin_desc_t *desc, const char *path, umf_plugin_query_fn query,
                       struct umfi_refusal *refusal) {
    umfi_registry_begin();
    umfi_mutex_lock(&umfi_registry_lock);
    bool is_done = is_known_locked(desc);
    if (!is_done) {
        const umf_plugin_component_t *taken = taken_locked(desc);
        is_done = taken ? umfi_refuse(refusal, UMFI_E_FIELD,
                                      "%s:%s is registered already, by another descriptor",
                                      umfi_plugin_kind_word(taken->kind), taken->name)
                        : application_add_locked(desc, path, query) || umfi_refuse_no_memory(refusal);
    }
    umfi_mutex_unlock(&umfi_registry_lock);
    return is_done;
}

/* ---- fork ---- */

static void prefork(void) {
    umfi_mutex_lock_for_fork(&umfi_registry_lock);
    umfi_claims_wait_locked();
    umfi_module_prefork();
}

static void parent(void) {
    umfi_module_parent();
    umfi_mutex_unlock_in_parent(&umfi_registry_lock);
}

static void child(void) {
    umfi_module_child();
    umfi_mutex_reset_in_child(&umfi_registry_lock);
    umfi_claims_child();
    atomic_store_explicit(&readers, own_readings, memory_order_relaxed);
}

void umfi_registry_begin(void) {
    static const struct umfi_fork_hooks hooks = {prefork, parent, child};
    umfi_claims_begin();
    umfi_fork_set_outer(&hooks);
    umfi_lifetime_begin();
}
