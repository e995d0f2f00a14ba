/*
 * application.c - what a program brings and asks again: umfPluginRegister,
 * umfPluginLoadFile, umfPluginRescan, umfPluginDefault.
 */
#include <string.h>
#include <umf/plugin.h>

#include "base/cancel.h"
#include "core/error.h"
#include "core/host.h"
#include "core/log.h"
#include "plugin/claim.h"
#include "plugin/debug.h"
#include "plugin/handshake.h"
#include "plugin/module.h"
#include "plugin/plugin.h"
#include "plugin/registry.h"
#include "plugin/trust.h"

/* `what` is the plugin's name, or the file it is in. */
static umf_result_t report(const char *where, const char *what,
                           const struct umfi_refusal *refusal) {
    umfi_error(where, "plugin:%.512s: %s: %s", what, umfi_refusal_word(refusal->class),
               refusal->text);
    return refusal->result;
}

static bool desc_add(const umf_plugin_desc_t *desc, const char *path, umf_plugin_query_fn query,
                     struct umfi_refusal *refusal) {
    return umfi_handshake_check(&umfi_host, desc, refusal) &&
           umfi_registry_add(desc, path, query, refusal);
}

/* A descriptor that was refused need not have a name that can be read. */
static const char *name_of(const umf_plugin_desc_t *desc, const struct umfi_refusal *refusal) {
    bool is_readable = refusal->class != UMFI_E_CORRUPT && refusal->class != UMFI_E_ABI;
    return is_readable && desc->name ? desc->name : "(registered)";
}

umf_result_t umfPluginRegister(const umf_plugin_desc_t *desc) {
    UMFI_CHECK_ARG(desc != NULL);
    struct umfi_refusal refusal;
    int cancel = umfi_cancel_off();
    bool is_done = desc_add(desc, NULL, NULL, &refusal);
    umfi_cancel_restore(cancel);
    return is_done ? UMF_RESULT_SUCCESS : report(__func__, name_of(desc, &refusal), &refusal);
}

static bool path_check(const char *path, struct umfi_refusal *refusal) {
    size_t bytes = strlen(path);
    if (*path != '/' || bytes < 4 || strcmp(path + bytes - 3, ".so") != 0) {
        return umfi_refuse(refusal, UMFI_E_PATH, "'%.256s' must be absolute and end in .so", path);
    }
    struct umfi_trust trust;
    umfi_trust_defaults(&trust);
    enum umfi_trust_verdict verdict =
        umfi_trust_judge(&trust, UMFI_TIER_APPLICATION, path, refusal);
    if (verdict == UMFI_TRUST_WARN) {
        umfi_warn("%s; loaded all the same", refusal->text);
    }
    return verdict != UMFI_TRUST_REFUSE;
}

static bool file_load(const char *path, struct umfi_refusal *refusal) {
    umf_plugin_query_fn query;
    const umf_plugin_desc_t *desc;
    if (umfi_claim_is_held()) {
        return umfi_refuse(refusal, UMFI_E_RECURSION,
                           "loaded while already loading in this thread");
    }
    if (!path_check(path, refusal)) {
        return false;
    }
    umfi_plugin_debug(UMFI_DEBUG_LOAD, "opening %s", path);
    umfi_registry_begin();
    umfi_claim_open_begin();
    bool is_good = umfi_module_open(path, &query, refusal);
    umfi_claim_open_end();
    if (!is_good || umfi_registry_has_entry(query)) {
        return is_good;
    }
    umfi_claim_ask_begin();
    is_good = umfi_handshake_ask(&umfi_host, query, &desc, refusal);
    umfi_claim_ask_end();
    return is_good && desc_add(desc, path, query, refusal);
}

umf_result_t umfPluginLoadFile(const char *path) {
    UMFI_CHECK_ARG(path != NULL);
    struct umfi_refusal refusal;
    int cancel = umfi_cancel_off();
    bool is_done = file_load(path, &refusal);
    umfi_cancel_restore(cancel);
    return is_done ? UMF_RESULT_SUCCESS : report(__func__, path, &refusal);
}

umf_result_t umfPluginRescan(void) {
    int cancel = umfi_cancel_off();
    bool is_done = umfi_registry_rescan();
    umfi_cancel_restore(cancel);
    if (!is_done) {
        umfi_error(__func__, "plugins: no memory to read the manifests");
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfPluginDefault(const char *kind, unsigned index, const char **name) {
    UMFI_CHECK_ARG(kind != NULL);
    UMFI_CHECK_ARG(name != NULL);
    umf_plugin_kind_t number = umfi_plugin_kind_of(kind);
    if (number != UMF_PLUGIN_KIND_POOL && number != UMF_PLUGIN_KIND_PROVIDER) {
        umfi_error(__func__, "plugin: the kind is pool or provider, not '%.64s'", kind);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    return umfi_plugin_default(number, index, name);
}
