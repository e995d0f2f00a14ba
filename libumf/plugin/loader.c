/*
 * loader.c - from a name to a started component (plugin.h: umfi_plugin_find).
 *
 * Look up; open the module, with no state taken; claim; query and start, once;
 * publish. Who decides an error logs it; later callers get the same text and no
 * record.
 *
 * A thread's loads stand in a chain of frames. A module's constructor may come
 * back for another plugin, but query and start may load nothing, because others
 * wait for them; either for the same plugin is E_RECURSION.
 */
#include <errno.h>
#include <string.h>

#include "base/cancel.h"
#include "base/errno_text.h"
#include "base/text.h"
#include "core/error.h"
#include "core/host.h"
#include "core/log.h"
#include "core/meta.h"
#include "plugin/handshake.h"
#include "plugin/module.h"
#include "plugin/plugin.h"
#include "plugin/registry.h"

struct load_frame {
    const struct umfi_plugin *plugin;
    struct load_frame *outer;
};
static _Thread_local struct load_frame *innermost __attribute__((tls_model("initial-exec")));

static bool is_reentry(const struct umfi_plugin *plugin) {
    for (const struct load_frame *f = innermost; f; f = f->outer) {
        if (f->plugin == plugin) {
            return true;
        }
    }
    return umfi_registry_is_starting_here();
}

/* A missing part of a plugin that is optional is nobody's error. */
static bool is_excused(const struct umfi_plugin *plugin, enum umfi_refusal_class class) {
    return plugin->manifest.is_optional &&
           (class == UMFI_E_ABSENT || class == UMFI_E_DEPENDENCY);
}

static umf_result_t report(const struct umfi_plugin *plugin,
                           const struct umfi_plugin_reason *reason, bool is_new) {
    char message[UMFI_PLUGIN_MESSAGE_BYTES];
    umfi_plugin_message(plugin, reason, message);
    if (is_new && !is_excused(plugin, reason->class)) {
        umfi_error("umfi_plugin_find", "%s", message);
    } else {
        umfi_error_quiet("%s", message);
        if (is_new) {
            umfi_info("%s", message);
        }
    }
    return reason->result;
}

static umf_result_t report_new(const struct umfi_plugin *plugin, struct umfi_refusal *refusal) {
    const struct umfi_plugin_reason reason = {refusal->class, refusal->result, refusal->line,
                                              refusal->text};
    return report(plugin, &reason, true);
}

/* With the entry claimed. */
static bool plugin_start(struct umfi_plugin *plugin, umf_plugin_query_fn query,
                         struct umfi_refusal *refusal) {
    struct umfi_offer *offer = umfi_meta_alloc(sizeof *offer);
    if (!offer) {
        return umfi_refuse_no_memory(refusal);
    }
    const struct umfi_handshake handshake = {&umfi_host, (umf_plugin_kind_t)plugin->kind,
                                             plugin->name, plugin->manifest.abi_minor};
    const umf_plugin_component_t *desc = &offer->component.desc;
    if (!umfi_handshake_run(&handshake, query, offer, refusal)) {
        umfi_meta_free(offer, sizeof *offer);
        return false;
    }
    umfi_error_clear(); /* what is there afterwards is the plugin's own reason */
    umf_result_t result = desc->start ? desc->start(&umfi_host) : UMF_RESULT_SUCCESS;
    if (result != UMF_RESULT_SUCCESS) {
        const char *reason = umfi_error_reason();
        umfi_refuse(refusal, UMFI_E_INIT, "init failed: %s%s%s", umfi_result_word(result),
                    *reason ? ": " : "", reason);
        refusal->result = result;
        umfi_meta_free(offer, sizeof *offer);
        return false;
    }
    plugin->component = &offer->component;
    umfi_component_publish(plugin->component);
    return true;
}

static umf_result_t plugin_load(struct umfi_plugin *plugin) {
    struct umfi_refusal refusal;
    if (is_reentry(plugin)) {
        umfi_refuse(&refusal, UMFI_E_RECURSION, "loaded while already loading in this thread");
        return report_new(plugin, &refusal);
    }
    struct load_frame frame = {plugin, innermost};
    innermost = &frame;
    umf_plugin_query_fn query;
    umfi_registry_open_begin();
    bool is_open = umfi_module_open(plugin->module_path, &query, &refusal);
    umfi_registry_open_end();
    enum umfi_plugin_phase phase = umfi_registry_claim(plugin);
    bool is_ours = phase == UMFI_PHASE_STARTING;
    if (is_ours) {
        bool is_started = is_open && plugin_start(plugin, query, &refusal);
        phase = is_started                            ? UMFI_PHASE_READY
                : refusal.class == UMFI_E_NO_MEMORY   ? UMFI_PHASE_NEW
                                                      : UMFI_PHASE_FAILED;
        umfi_registry_settle(plugin, phase, &refusal);
    }
    innermost = frame.outer;
    if (phase == UMFI_PHASE_READY) {
        return UMF_RESULT_SUCCESS;
    }
    return is_ours ? report_new(plugin, &refusal) : report(plugin, &plugin->reason, false);
}

static umf_result_t not_found(const struct umfi_catalogue *catalogue, umf_plugin_kind_t kind,
                              const char *name) {
    const char *word = umfi_plugin_kind_word(kind);
    struct umfi_refusal refusal;
    const struct umfi_search_dir *unreadable = umfi_catalogue_unreadable(catalogue);
    if (unreadable) {
        umfi_refuse(&refusal, UMFI_E_ACCESS, "cannot read %s: %s", unreadable->path,
                    unreadable->error == EINVAL ? "not an absolute path"
                                                : umfi_errno_text(unreadable->error));
    } else {
        char dirs[UMFI_REFUSAL_TEXT_BYTES / 2];
        struct umfi_text text;
        umfi_text_init(&text, dirs, sizeof dirs);
        for (const struct umfi_search_dir *d = catalogue->search.dirs; d; d = d->next) {
            umfi_text_add(&text, "%s%s", d == catalogue->search.dirs ? "" : ", ", d->path);
        }
        const char *nearest =
            umfi_catalogue_nearest(catalogue, (enum umfi_manifest_kind)kind, name);
        umfi_refuse(&refusal, UMFI_E_NOT_FOUND, "no %s '%.64s';%s%s%s searched: %s", word, name,
                    nearest ? " did you mean '" : "", nearest ? nearest : "",
                    nearest ? "'?" : "", *dirs ? dirs : "no directory");
    }
    umfi_error(__func__, "%s:%.64s: %s: %s", word, name, umfi_refusal_word(refusal.class),
               refusal.text);
    return refusal.result;
}

static umf_result_t find(umf_plugin_kind_t kind, const char *name,
                         struct umfi_component **component) {
    const struct umfi_catalogue *catalogue = umfi_registry_catalogue();
    if (!catalogue) {
        umfi_error(__func__, "%s:%.64s: no memory to read the manifests",
                   umfi_plugin_kind_word(kind), name);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    struct umfi_plugin *plugin =
        umfi_catalogue_find(catalogue, (enum umfi_manifest_kind)kind, name);
    if (!plugin) {
        return not_found(catalogue, kind, name);
    }
    umf_result_t result;
    switch (atomic_load_explicit(&plugin->phase, memory_order_acquire)) {
    case UMFI_PHASE_READY:
        result = UMF_RESULT_SUCCESS;
        break;
    case UMFI_PHASE_NEW:
    case UMFI_PHASE_STARTING:
        result = plugin_load(plugin);
        break;
    case UMFI_PHASE_ABSENT:
    case UMFI_PHASE_DISABLED:
        return report(plugin, &plugin->reason, true);
    default: /* refused at the scan or failed before: recorded then */
        return report(plugin, &plugin->reason, false);
    }
    if (result == UMF_RESULT_SUCCESS) {
        *component = plugin->component;
    }
    return result;
}

/* Reading manifests and loading have cancellation points, some under locks. */
umf_result_t umfi_plugin_find(umf_plugin_kind_t kind, const char *name,
                              struct umfi_component **component) {
    UMFI_CHECK_ARG(name != NULL);
    UMFI_CHECK_ARG(component != NULL);
    UMFI_CHECK_ARG(kind == UMF_PLUGIN_KIND_POOL || kind == UMF_PLUGIN_KIND_PROVIDER);
    int cancel = umfi_cancel_off();
    umf_result_t result = find(kind, name, component);
    umfi_cancel_restore(cancel);
    return result;
}
