/*
 * loader.c - from an entry of the catalogue to a started component (loader.h).
 *
 * Open the module, with no state taken; claim the load; query and start, once;
 * publish.
 *
 * A thread's loads stand in a chain of frames. A module's constructor may come
 * back for another plugin, but query and start may load nothing, because others
 * wait for them; either for the same plugin is E_RECURSION.
 */
#include "plugin/loader.h"

#include "core/error.h"
#include "core/host.h"
#include "core/meta.h"
#include "plugin/claim.h"
#include "plugin/debug.h"
#include "plugin/handshake.h"
#include "plugin/module.h"
#include "plugin/plugin.h"

struct load_frame {
    const struct umfi_load *load;
    struct load_frame *outer;
};
static _Thread_local struct load_frame *innermost __attribute__((tls_model("initial-exec")));

static bool is_reentry(const struct umfi_load *load) {
    for (const struct load_frame *f = innermost; f; f = f->outer) {
        if (f->load == load) {
            return true;
        }
    }
    return umfi_claim_is_held();
}

/* With the load claimed. */
static bool component_start(const struct umfi_plugin *plugin, struct umfi_offer *offer,
                            struct umfi_refusal *refusal) {
    const umf_plugin_component_t *desc = &offer->component.desc;
    umfi_error_clear(); /* what is there afterwards is the plugin's own reason */
    umf_result_t result = desc->start ? desc->start(&umfi_host) : UMF_RESULT_SUCCESS;
    if (result != UMF_RESULT_SUCCESS) {
        const char *reason = umfi_error_reason();
        umfi_refuse(refusal, UMFI_E_INIT, "init failed: %s%s%s", umfi_result_word(result),
                    *reason ? ": " : "", reason);
        refusal->result = result;
        return false;
    }
    plugin->load->component = &offer->component;
    umfi_component_publish(&offer->component);
    umfi_plugin_debug(UMFI_DEBUG_LOAD, "%s:%s: ready", umfi_manifest_kind_word(plugin->kind),
                      plugin->name);
    return true;
}

static bool plugin_start(const struct umfi_plugin *plugin, umf_plugin_query_fn query,
                         struct umfi_refusal *refusal) {
    struct umfi_offer *offer = umfi_meta_alloc(sizeof *offer);
    if (!offer) {
        return umfi_refuse_no_memory(refusal);
    }
    const struct umfi_handshake handshake = {&umfi_host, (umf_plugin_kind_t)plugin->kind,
                                             plugin->name, plugin->manifest.abi_minor};
    bool is_good = plugin->source.desc
                       ? umfi_handshake_take(&handshake, plugin->source.desc, offer, refusal)
                       : umfi_handshake_run(&handshake, query, offer, refusal);
    if (!is_good || !component_start(plugin, offer, refusal)) {
        umfi_meta_free(offer, sizeof *offer);
        return false;
    }
    return true;
}

/* Before any state is taken: the module's query, where it has a module. The file is
 * looked at once more: it may have changed since the scan. */
static bool plugin_open(const struct umfi_plugin *plugin, umf_plugin_query_fn *query,
                        struct umfi_refusal *refusal) {
    *query = plugin->source.query;
    if (*query || plugin->source.desc) {
        return true;
    }
    struct umfi_trust trust;
    umfi_trust_defaults(&trust);
    if (umfi_trust_judge(&trust, plugin->tier, plugin->module_path, refusal) ==
        UMFI_TRUST_REFUSE) {
        return false;
    }
    umfi_plugin_debug(UMFI_DEBUG_LOAD, "%s:%s: opening %s", umfi_manifest_kind_word(plugin->kind),
                      plugin->name, plugin->module_path);
    umfi_claim_open_begin();
    bool is_open = umfi_module_open(plugin->module_path, query, refusal);
    umfi_claim_open_end();
    return is_open || (refusal->class == UMFI_E_ABSENT &&
                       umfi_plugin_refuse_absent(plugin, refusal));
}

/* Only whoever tried has the news of a failure. */
static bool plugin_load(const struct umfi_plugin *plugin, struct umfi_refusal *refusal,
                        bool *is_news) {
    struct umfi_load *load = plugin->load;
    *is_news = true;
    if (is_reentry(load)) {
        return umfi_refuse(refusal, UMFI_E_RECURSION,
                           "loaded while already loading in this thread");
    }
    struct load_frame frame = {load, innermost};
    innermost = &frame;
    umf_plugin_query_fn query;
    struct umfi_refusal of_another;
    bool is_open = plugin_open(plugin, &query, refusal);
    enum umfi_plugin_phase phase = umfi_claim_take(load, is_open ? query : NULL, &of_another);
    if (phase == UMFI_PHASE_STARTING) {
        bool is_started = is_open && plugin_start(plugin, query, refusal);
        phase = is_started                            ? UMFI_PHASE_READY
                : refusal->class == UMFI_E_NO_MEMORY  ? UMFI_PHASE_NEW
                                                      : UMFI_PHASE_FAILED;
        umfi_claim_settle(load, phase, refusal);
    } else if (phase == UMFI_PHASE_FAILED) {
        *refusal = of_another;
        *is_news = false;
    }
    innermost = frame.outer;
    return phase == UMFI_PHASE_READY;
}

bool umfi_loader_make_ready(const struct umfi_plugin *plugin, struct umfi_refusal *refusal,
                            bool *is_news) {
    enum umfi_plugin_phase phase = umfi_plugin_phase(plugin);
    if (phase == UMFI_PHASE_READY) {
        return true;
    }
    if (phase > UMFI_PHASE_FAILED) {
        umfi_plugin_reason_tell(&plugin->reason, refusal);
        *is_news = phase != UMFI_PHASE_REFUSED; /* which was recorded at the scan */
        return false;
    }
    if (phase == UMFI_PHASE_FAILED && umfi_claim_failure(plugin->load, refusal)) {
        *is_news = false;
        return false;
    }
    return plugin_load(plugin, refusal, is_news);
}
