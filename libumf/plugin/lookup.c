/*
 * lookup.c - a name looked up, and the answer worded (plugin.h).
 *
 * Who decides an error logs it: a failure is recorded when it happens, and those
 * who come later get the same text and no record.
 */
#include <string.h>

#include "base/cancel.h"
#include "base/errno_text.h"
#include "base/text.h"
#include "core/error.h"
#include "core/log.h"
#include "core/meta.h"
#include "plugin/loader.h"
#include "plugin/plugin.h"
#include "plugin/policy.h"
#include "plugin/registry.h"

/* How loud a failure is: at its first telling it is an error; told again it is for
 * the caller only; and where another may do as well, it is a piece of information. */
enum voice { VOICE_ERROR, VOICE_INFO, VOICE_NONE };

/* A missing part of a plugin that is optional is nobody's error. */
static bool is_excused(const struct umfi_plugin *plugin, enum umfi_refusal_class class) {
    return plugin->manifest.is_optional &&
           (class == UMFI_E_ABSENT || class == UMFI_E_DEPENDENCY);
}

static umf_result_t say(enum voice voice, umf_result_t result, const char *message) {
    if (voice == VOICE_ERROR) {
        umfi_error("umfi_plugin_find", "%s", message);
    } else {
        umfi_error_quiet("%s", message);
        if (voice == VOICE_INFO) {
            umfi_info("%s", message);
        }
    }
    return result;
}

static umf_result_t report(const struct umfi_plugin *plugin, const struct umfi_refusal *refusal,
                           enum voice voice) {
    char message[UMFI_PLUGIN_MESSAGE_BYTES];
    umfi_plugin_message(plugin, refusal, message);
    if (voice == VOICE_ERROR && is_excused(plugin, refusal->class)) {
        voice = VOICE_INFO;
    }
    return say(voice, refusal->result, message);
}

static void places_list(const struct umfi_catalogue *catalogue, struct umfi_text *text) {
    for (const struct umfi_search_dir *d = catalogue->search.dirs; d; d = d->next) {
        if (umfi_search_is_searched(d)) {
            umfi_text_add(text, "%s%s", text->used ? ", " : "", d->path);
        }
    }
}

/* Another kind that has the name; NULL: none. */
static const char *other_kind(const struct umfi_catalogue *catalogue,
                              enum umfi_manifest_kind kind, const char *name) {
    static const enum umfi_manifest_kind kinds[] = {UMFI_MANIFEST_POOL, UMFI_MANIFEST_PROVIDER,
                                                    UMFI_MANIFEST_STACK};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] != kind && umfi_catalogue_find(catalogue, kinds[i], name)) {
            return umfi_manifest_kind_word(kinds[i]);
        }
    }
    return NULL;
}

static umf_result_t not_found(const struct umfi_catalogue *catalogue,
                              enum umfi_manifest_kind kind, const char *name, enum voice voice) {
    const char *word = umfi_manifest_kind_word(kind);
    struct umfi_refusal refusal;
    const struct umfi_search_dir *unreadable = umfi_catalogue_unreadable(catalogue);
    if (unreadable) {
        umfi_refuse(&refusal, UMFI_E_ACCESS, "cannot read %s: %s", unreadable->path,
                    umfi_errno_text(unreadable->error));
    } else {
        char dirs[UMFI_REFUSAL_TEXT_BYTES / 2];
        struct umfi_text text;
        umfi_text_init(&text, dirs, sizeof dirs);
        places_list(catalogue, &text);
        const char *nearest = umfi_catalogue_nearest(catalogue, kind, name);
        const char *other = other_kind(catalogue, kind, name);
        umfi_refuse(&refusal, UMFI_E_NOT_FOUND, "no %s '%.64s';%s%s%s%s%s%s searched: %s", word,
                    name, nearest ? " did you mean '" : "", nearest ? nearest : "",
                    nearest ? "'?" : "", other ? " there is a " : "", other ? other : "",
                    other ? " of that name;" : "", *dirs ? dirs : "no directory");
    }
    char message[UMFI_PLUGIN_MESSAGE_BYTES];
    struct umfi_text text;
    umfi_text_init(&text, message, sizeof message);
    umfi_text_add(&text, "%s:%.64s: %s: %s", word, name, umfi_refusal_word(refusal.class),
                  refusal.text);
    return say(voice, refusal.result, message);
}

static umf_result_t make_ready(const struct umfi_plugin *plugin, enum voice voice) {
    struct umfi_refusal refusal;
    bool is_news;
    if (umfi_loader_make_ready(plugin, &refusal, &is_news)) {
        return UMF_RESULT_SUCCESS;
    }
    return report(plugin, &refusal, is_news ? voice : VOICE_NONE);
}

static umf_result_t find_in(const struct umfi_catalogue *catalogue, umf_plugin_kind_t kind,
                            const char *name, enum voice voice,
                            struct umfi_component **component) {
    const struct umfi_plugin *plugin =
        umfi_catalogue_find(catalogue, (enum umfi_manifest_kind)kind, name);
    if (!plugin) {
        return not_found(catalogue, (enum umfi_manifest_kind)kind, name, voice);
    }
    umf_result_t result = make_ready(plugin, voice);
    if (result == UMF_RESULT_SUCCESS) {
        *component = plugin->load->component;
    }
    return result;
}

static umf_result_t no_catalogue(umf_plugin_kind_t kind, const char *name) {
    umfi_error(__func__, "%s:%.64s: no memory to read the manifests", umfi_plugin_kind_word(kind),
               name);
    return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
}

/* Reading manifests and loading have cancellation points, some under locks. */
umf_result_t umfi_plugin_find(umf_plugin_kind_t kind, const char *name,
                              struct umfi_component **component) {
    UMFI_CHECK_ARG(name != NULL);
    UMFI_CHECK_ARG(component != NULL);
    UMFI_CHECK_ARG(kind == UMF_PLUGIN_KIND_POOL || kind == UMF_PLUGIN_KIND_PROVIDER);
    int cancel = umfi_cancel_off();
    const struct umfi_catalogue *catalogue = umfi_registry_read_begin();
    umf_result_t result = catalogue ? find_in(catalogue, kind, name, VOICE_ERROR, component)
                                    : no_catalogue(kind, name);
    umfi_registry_read_end();
    umfi_cancel_restore(cancel);
    return result;
}

/* ---- defaults and stacks ---- */

static umf_result_t default_find(const struct umfi_catalogue *catalogue, umf_plugin_kind_t kind,
                                 unsigned index, struct umfi_component **component) {
    char tried[UMFI_PLUGIN_MESSAGE_BYTES];
    struct umfi_text text;
    umfi_text_init(&text, tried, sizeof tried);
    struct umfi_manifest_list names = umfi_policy_defaults(catalogue, kind);
    const char *name = names.text;
    for (unsigned i = 0; i < names.count; i++) {
        if (find_in(catalogue, kind, name, VOICE_INFO, component) != UMF_RESULT_SUCCESS) {
            umfi_text_add(&text, "%s%s", text.used ? "; " : "", umfi_error_reason());
        } else if (index-- == 0) {
            return UMF_RESULT_SUCCESS;
        }
        name = umfi_manifest_list_next(name);
    }
    const char *word = umfi_plugin_kind_word(kind);
    if (text.used == 0) { /* it was asked for more than there are */
        umfi_error_quiet("%s: no further default", word);
    } else {
        umfi_error(__func__, "%s: none of the defaults is ready: %s", word, tried);
    }
    return UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE;
}

umf_result_t umfi_plugin_default(umf_plugin_kind_t kind, unsigned index, const char **name) {
    int cancel = umfi_cancel_off();
    struct umfi_component *component;
    const struct umfi_catalogue *catalogue = umfi_registry_read_begin();
    umf_result_t result =
        catalogue ? default_find(catalogue, kind, index, &component) : no_catalogue(kind, "default");
    umfi_registry_read_end();
    umfi_cancel_restore(cancel);
    if (result == UMF_RESULT_SUCCESS) {
        *name = component->desc.name;
    }
    return result;
}

static umf_result_t stack_find(const struct umfi_catalogue *catalogue, const char *name,
                               char **text) {
    const struct umfi_plugin *plugin =
        umfi_catalogue_find(catalogue, UMFI_MANIFEST_STACK, name);
    if (!plugin) {
        return not_found(catalogue, UMFI_MANIFEST_STACK, name, VOICE_ERROR);
    }
    if (plugin->verdict != UMFI_PHASE_NEW) {
        return make_ready(plugin, VOICE_ERROR);
    }
    char *copy = umfi_meta_strdup(plugin->manifest.stack);
    if (!copy) {
        umfi_error(__func__, "stack:%.64s: no memory", name);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    *text = copy;
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_plugin_stack(const char *name, char **text) {
    int cancel = umfi_cancel_off();
    const struct umfi_catalogue *catalogue = umfi_registry_read_begin();
    umf_result_t result = UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    if (catalogue) {
        result = stack_find(catalogue, name, text);
    } else {
        umfi_error(__func__, "stack:%.64s: no memory to read the manifests", name);
    }
    umfi_registry_read_end();
    umfi_cancel_restore(cancel);
    return result;
}

bool umfi_plugin_is_named(enum umfi_manifest_kind kind, const char *name) {
    int cancel = umfi_cancel_off();
    const struct umfi_catalogue *catalogue = umfi_registry_read_begin();
    bool is_named = catalogue && umfi_catalogue_find(catalogue, kind, name);
    umfi_registry_read_end();
    umfi_cancel_restore(cancel);
    return is_named;
}
