/*
 * catalogue.c - a copy of the plugin list, and an entry as JSON (catalogue.h).
 */
#include <string.h>

#include "tools/catalogue.h"
#include "tools/copies.h"
#include "tools/json.h"
#include "tools/umf.h"

#define AT(member) offsetof(umf_plugin_info_t, member)
static const size_t strings[] = {AT(kind),        AT(name),   AT(tier),    AT(manifest), AT(module),
                                 AT(description), AT(reason), AT(aliases), AT(params)};
static const struct copied entry_type = {sizeof(umf_plugin_info_t), strings,
                                         sizeof strings / sizeof strings[0]};

static int append(const umf_plugin_info_t *info, void *arg) {
    struct catalogue *catalogue = arg;
    void *entries = catalogue->entries;
    catalogue->is_cut = !umf_copies_append(&entries, &catalogue->count, &entry_type, info);
    catalogue->entries = entries;
    return catalogue->is_cut;
}

bool umf_catalogue_read(struct catalogue *catalogue) {
    *catalogue = (struct catalogue){0};
    umf_result_t result = umfPluginList(append, catalogue);
    if (result == UMF_RESULT_SUCCESS && !catalogue->is_cut) {
        return true;
    }
    umf_complain("cannot list the plugins: %s",
                 catalogue->is_cut ? "out of memory" : umfGetLastErrorMessage());
    umf_catalogue_fini(catalogue);
    return false;
}

void umf_catalogue_fini(struct catalogue *catalogue) {
    umf_copies_free(catalogue->entries, catalogue->count, &entry_type);
    *catalogue = (struct catalogue){0};
}

const char *umf_state_word(umf_plugin_state_t state) {
    static const char *const words[] = {
        [UMF_PLUGIN_AVAILABLE] = "available", [UMF_PLUGIN_READY] = "ready",
        [UMF_PLUGIN_FAILED] = "failed",       [UMF_PLUGIN_ABSENT] = "absent",
        [UMF_PLUGIN_DISABLED] = "disabled",   [UMF_PLUGIN_SHADOWED] = "shadowed",
        [UMF_PLUGIN_REFUSED] = "refused",
    };
    return (size_t)state < sizeof words / sizeof words[0] ? words[state] : "unknown";
}

bool umf_is_usable(const umf_plugin_info_t *info) {
    return info->state == UMF_PLUGIN_AVAILABLE || info->state == UMF_PLUGIN_READY;
}

bool umf_is_component(const umf_plugin_info_t *info) {
    return strcmp(info->kind, "pool") == 0 || strcmp(info->kind, "provider") == 0;
}

/* The alias at `at` in "a, b"; its length, 0 at the end. */
static size_t alias_length(const char **at) {
    *at += strspn(*at, ", ");
    return strcspn(*at, ", ");
}

bool umf_has_alias(const umf_plugin_info_t *info, const char *word) {
    const char *at = info->aliases;
    for (size_t length; (length = alias_length(&at)) > 0; at += length) {
        if (strlen(word) == length && strncmp(at, word, length) == 0) {
            return true;
        }
    }
    return false;
}

bool umf_catalogue_knows(const struct catalogue *catalogue, const char *kind, const char *name) {
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (strcmp(info->kind, kind) == 0 &&
            (strcmp(info->name, name) == 0 || umf_has_alias(info, name))) {
            return true;
        }
    }
    return false;
}

const char *umf_info_origin(const umf_plugin_info_t *info) {
    return info->manifest[0] != '\0' ? info->manifest : info->tier;
}

json_t *umf_info_json(const umf_plugin_info_t *info) {
    json_t *object = json_object(), *aliases = json_array();
    umf_json_set_text(object, "kind", info->kind);
    umf_json_set_text(object, "name", info->name);
    umf_json_set_text(object, "state", umf_state_word(info->state));
    umf_json_set_text(object, "tier", info->tier);
    umf_json_set_text(object, "manifest", info->manifest);
    umf_json_set_text(object, "module", info->module);
    umf_json_set_text(object, "description", info->description);
    umf_json_set_text(object, "reason", info->reason);
    const char *at = info->aliases;
    for (size_t length; (length = alias_length(&at)) > 0; at += length) {
        (void)json_array_append_new(aliases, json_stringn(at, length));
    }
    (void)json_object_set_new(object, "aliases", aliases);
    umf_json_set_text(object, "params", info->params);
    return object;
}
