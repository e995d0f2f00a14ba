/*
 * inspection.c - what those who look after an installation ask: umfPluginList,
 * umfPluginPlaces, umfPluginCheck. No plugin code is run.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <umf/plugin.h>

#include "base/cancel.h"
#include "base/errno_text.h"
#include "base/text.h"
#include "core/error.h"
#include "core/meta.h"
#include "plugin/claim.h"
#include "plugin/registry.h"

#define TEXT_BYTES (UMFI_REFUSAL_TEXT_BYTES + 32)

/* A reading of the catalogue for a visit. Reading manifests has cancellation points,
 * under the registry's lock. */
struct visit {
    const struct umfi_catalogue *catalogue;
    int cancel;
};

static void visit_end(const struct visit *visit) {
    umfi_registry_read_end();
    umfi_cancel_restore(visit->cancel);
}

/* False without memory, and that is said. */
static bool visit_begin(struct visit *visit, const char *where) {
    visit->cancel = umfi_cancel_off();
    visit->catalogue = umfi_registry_read_begin();
    if (!visit->catalogue) {
        umfi_error(where, "plugins: no memory to read the manifests");
        visit_end(visit);
    }
    return visit->catalogue != NULL;
}

/* ---- the list ---- */

static umf_plugin_state_t state_of(enum umfi_plugin_phase phase) {
    static const umf_plugin_state_t states[] = {
        [UMFI_PHASE_NEW] = UMF_PLUGIN_AVAILABLE,     [UMFI_PHASE_STARTING] = UMF_PLUGIN_AVAILABLE,
        [UMFI_PHASE_READY] = UMF_PLUGIN_READY,       [UMFI_PHASE_FAILED] = UMF_PLUGIN_FAILED,
        [UMFI_PHASE_ABSENT] = UMF_PLUGIN_ABSENT,     [UMFI_PHASE_DISABLED] = UMF_PLUGIN_DISABLED,
        [UMFI_PHASE_SHADOWED] = UMF_PLUGIN_SHADOWED, [UMFI_PHASE_REFUSED] = UMF_PLUGIN_REFUSED,
    };
    return states[phase];
}

/* "a, b" of a list; or, of name and value by turns, "a=1, b=2". */
static void list_write(const struct umfi_manifest_list *list, bool is_paired, char *buffer,
                       size_t capacity) {
    struct umfi_text text;
    umfi_text_init(&text, buffer, capacity);
    const char *item = list->text;
    for (unsigned i = 0; i < list->count; i++) {
        umfi_text_add(&text, "%s%s", i == 0 ? "" : is_paired && i % 2 == 1 ? "=" : ", ", item);
        item = umfi_manifest_list_next(item);
    }
}

static void names_add(struct umfi_text *text, const char *what,
                      const struct umfi_manifest_list *list) {
    const char *name = list->text;
    for (unsigned i = 0; i < list->count; i++) {
        umfi_text_add(text, "%s%s", i > 0 ? "," : what, name);
        name = umfi_manifest_list_next(name);
    }
    if (list->count > 0) {
        umfi_text_add(text, "; ");
    }
}

/* "disable=provider:cuda; default.pool=jemalloc,disjoint; user_manifests=deny" */
static void policy_write(const struct umfi_manifest *manifest, char *buffer, size_t capacity) {
    static const char *const answers[] = {[UMFI_ANSWER_NONE] = "",
                                          [UMFI_ANSWER_ALLOW] = "user_manifests=allow",
                                          [UMFI_ANSWER_DENY] = "user_manifests=deny"};
    struct umfi_text text;
    umfi_text_init(&text, buffer, capacity);
    names_add(&text, "disable=", &manifest->disable);
    names_add(&text, "default.pool=", &manifest->default_pools);
    names_add(&text, "default.provider=", &manifest->default_providers);
    umfi_text_add(&text, "%s", answers[manifest->user_manifests]);
    if (text.used >= 2 && strcmp(buffer + text.used - 2, "; ") == 0) {
        buffer[text.used - 2] = '\0';
    }
}

static void reason_write(const struct umfi_plugin *plugin, enum umfi_plugin_phase phase,
                         char buffer[TEXT_BYTES]) {
    struct umfi_text text;
    umfi_text_init(&text, buffer, TEXT_BYTES);
    struct umfi_refusal refusal = {.class = UMFI_E_NONE};
    if (phase == UMFI_PHASE_FAILED) {
        (void)umfi_claim_failure(plugin->load, &refusal);
    } else if (phase > UMFI_PHASE_FAILED) {
        umfi_plugin_reason_tell(&plugin->reason, &refusal);
    }
    const char *class = umfi_refusal_word(refusal.class);
    umfi_text_add(&text, "%s%s%s", class, *class ? ": " : "", refusal.text);
}

static int entry_visit(const struct umfi_plugin *plugin,
                       int (*visit)(const umf_plugin_info_t *info, void *arg), void *arg) {
    enum umfi_plugin_phase phase = umfi_plugin_phase(plugin);
    const struct umfi_manifest *manifest = &plugin->manifest;
    char reason[TEXT_BYTES], aliases[TEXT_BYTES], params[TEXT_BYTES];
    reason_write(plugin, phase, reason);
    list_write(&manifest->aliases, false, aliases, sizeof aliases);
    if (plugin->kind == UMFI_MANIFEST_POLICY) {
        policy_write(manifest, params, sizeof params);
    } else {
        list_write(&manifest->params, true, params, sizeof params);
    }
    const umf_plugin_info_t info = {
        .size = sizeof info,
        .kind = umfi_manifest_kind_word(plugin->kind),
        .name = plugin->name,
        .state = state_of(phase),
        .tier = umfi_tier_word(plugin->tier),
        .manifest = plugin->file_path,
        .module = plugin->module_path ? plugin->module_path : manifest->module,
        .description = manifest->description,
        .reason = reason,
        .aliases = aliases,
        .params = plugin->kind == UMFI_MANIFEST_STACK ? manifest->stack : params,
        .is_optional = manifest->is_optional,
    };
    return visit(&info, arg);
}

umf_result_t umfPluginList(int (*visit)(const umf_plugin_info_t *info, void *arg), void *arg) {
    UMFI_CHECK_ARG(visit != NULL);
    struct visit reading;
    if (!visit_begin(&reading, __func__)) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    for (size_t i = 0; i < reading.catalogue->count; i++) {
        if (entry_visit(reading.catalogue->entries[i], visit, arg) != 0) {
            break;
        }
    }
    visit_end(&reading);
    return UMF_RESULT_SUCCESS;
}

/* ---- the places ---- */

static umf_plugin_place_state_t place_state(const struct umfi_search_dir *dir,
                                            const char **reason) {
    *reason = "";
    if (dir->ignored) {
        *reason = dir->ignored;
        return UMF_PLUGIN_PLACE_IGNORED;
    }
    if (dir->path[0] == '\0') {
        *reason = "not set";
        return UMF_PLUGIN_PLACE_MISSING;
    }
    if (dir->error == EINVAL) {
        *reason = "not an absolute path";
        return UMF_PLUGIN_PLACE_IGNORED;
    }
    if (dir->error) {
        *reason = umfi_errno_text(dir->error);
        return dir->error == ENOENT ? UMF_PLUGIN_PLACE_MISSING : UMF_PLUGIN_PLACE_UNREADABLE;
    }
    return dir->is_repeated ? UMF_PLUGIN_PLACE_REPEATED : UMF_PLUGIN_PLACE_READ;
}

umf_result_t umfPluginPlaces(int (*visit)(const umf_plugin_place_t *place, void *arg), void *arg) {
    UMFI_CHECK_ARG(visit != NULL);
    struct visit reading;
    if (!visit_begin(&reading, __func__)) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    int end = 0;
    for (const struct umfi_search_dir *d = reading.catalogue->search.dirs; d && end == 0; d = d->next) {
        umf_plugin_place_t place = {
            .size = sizeof place,
            .tier = umfi_tier_word(d->tier),
            .origin = d->origin,
            .path = d->path,
            .manifest_count = d->file_count,
            .passed_over = d->passed_over,
            .passed_name = d->passed_name ? d->passed_name : "",
        };
        place.state = place_state(d, &place.reason);
        end = visit(&place, arg);
    }
    visit_end(&reading);
    return UMF_RESULT_SUCCESS;
}

/* ---- the form of manifests ---- */

struct inspection {
    int (*visit)(const umf_plugin_finding_t *finding, void *arg);
    void *arg;
    int end; /* what the last visit returned */
};

static void finding_tell(struct inspection *in, const struct umfi_plugin *plugin, bool is_error,
                       unsigned line, const struct umfi_refusal *refusal) {
    const umf_plugin_finding_t finding = {
        .size = sizeof finding,
        .is_error = is_error,
        .kind = umfi_manifest_kind_word(plugin->kind),
        .name = plugin->name,
        .file = plugin->file_path,
        .line = line,
        .class_word = umfi_refusal_word(refusal->class),
        .text = refusal->text,
    };
    if (in->end == 0) {
        in->end = in->visit(&finding, in->arg);
    }
}

static void keys_inspect(struct inspection *in, const struct umfi_plugin *plugin) {
    const struct umfi_manifest *manifest = &plugin->manifest;
    for (unsigned u = 0; u < manifest->unknown_count && u < UMFI_MANIFEST_UNKNOWN_MAX; u++) {
        const char *nearest = umfi_manifest_nearest_key(manifest->kind, manifest->unknown[u].key);
        struct umfi_refusal refusal;
        umfi_refuse_at(&refusal, UMFI_E_FIELD, manifest->unknown[u].line,
                       "unknown key '%.64s'%s%s%s", manifest->unknown[u].key,
                       nearest ? "; did you mean '" : "", nearest ? nearest : "",
                       nearest ? "'?" : "");
        finding_tell(in, plugin, true, refusal.line, &refusal);
    }
}

/* What is refused or unknown is an error; what is merely not in use, or used
 * although it is not safe, is a note. */
static void entry_inspect(struct inspection *in, const struct umfi_plugin *plugin) {
    enum umfi_plugin_phase verdict = plugin->verdict;
    if (verdict != UMFI_PHASE_NEW || plugin->is_insecure) {
        struct umfi_refusal refusal;
        umfi_plugin_reason_tell(&plugin->reason, &refusal);
        finding_tell(in, plugin, verdict == UMFI_PHASE_REFUSED, refusal.line, &refusal);
    }
    keys_inspect(in, plugin);
}

static void catalogue_inspect(struct inspection *in, const struct umfi_catalogue *catalogue) {
    for (size_t i = 0; i < catalogue->count; i++) {
        entry_inspect(in, catalogue->entries[i]);
    }
}

/* The entry of a file that the catalogue holds. */
static const struct umfi_plugin *entry_of(const struct umfi_catalogue *catalogue,
                                          const char *path) {
    for (size_t i = 0; i < catalogue->count; i++) {
        if (strcmp(catalogue->entries[i]->file_path, path) == 0) {
            return catalogue->entries[i];
        }
    }
    return NULL;
}

/* A file that is in no searched directory: its form alone. */
static bool file_inspect(struct inspection *in, const char *path) {
    const char *slash = strrchr(path, '/');
    struct umfi_plugin plugin = {.file_path = path, .file_name = slash ? slash + 1 : path};
    struct umfi_refusal fault = {.class = UMFI_E_NONE};
    struct umfi_manifest_file contents;
    bool is_good = umfi_manifest_file_read(&contents, path, &fault);
    if (is_good && contents.is_mask) {
        umfi_manifest_file_fini(&contents);
        return true;
    }
    umfi_manifest_init(&plugin.manifest);
    is_good = is_good && umfi_manifest_parse(contents.bytes, contents.size, &plugin.manifest,
                                             &fault);
    umfi_manifest_file_fini(&contents);
    umfi_plugin_identify(&plugin);
    bool has_memory = fault.class != UMFI_E_NO_MEMORY;
    if (!is_good && has_memory) {
        finding_tell(in, &plugin, true, fault.line, &fault);
    }
    keys_inspect(in, &plugin);
    if (!umfi_search_is_manifest_name(plugin.file_name)) {
        umfi_refuse(&fault, UMFI_E_PATH, "the name must be NN-name.yaml in lower case, or the "
                                         "file is passed over");
        finding_tell(in, &plugin, true, 0, &fault);
    }
    umfi_manifest_fini(&plugin.manifest);
    return has_memory;
}

umf_result_t umfPluginCheck(const char *path,
                            int (*visit)(const umf_plugin_finding_t *finding, void *arg),
                            void *arg) {
    UMFI_CHECK_ARG(visit != NULL);
    struct inspection in = {visit, arg, 0};
    struct visit reading;
    if (!visit_begin(&reading, __func__)) {
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    bool is_done = true;
    const struct umfi_plugin *entry = path ? entry_of(reading.catalogue, path) : NULL;
    if (!path) {
        catalogue_inspect(&in, reading.catalogue);
    } else if (entry) {
        entry_inspect(&in, entry);
    } else {
        is_done = file_inspect(&in, path);
    }
    visit_end(&reading);
    if (!is_done) {
        umfi_error(__func__, "%s: no memory to read it", path);
    }
    return is_done ? UMF_RESULT_SUCCESS : UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
}
