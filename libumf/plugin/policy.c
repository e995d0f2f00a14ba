/* policy.c - policies looked up in a catalogue's entries (policy.h). */
#include "plugin/policy.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* What the first policy in precedence says of one thing; NULL where none does.
 * `says` tells whether a manifest speaks of it. */
static const struct umfi_plugin *policy_first(const struct umfi_catalogue *catalogue,
                                              bool (*says)(const struct umfi_plugin *)) {
    const struct umfi_plugin *first = NULL;
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->kind == UMFI_MANIFEST_POLICY && plugin->verdict == UMFI_PHASE_NEW &&
            says(plugin) && (!first || umfi_catalogue_precedes(plugin, first))) {
            first = plugin;
        }
    }
    return first;
}

static bool says_user(const struct umfi_plugin *plugin) {
    return plugin->tier != UMFI_TIER_USER &&
           plugin->manifest.user_manifests != UMFI_ANSWER_NONE;
}

bool umfi_policy_allows_user(const struct umfi_catalogue *catalogue) {
    const struct umfi_plugin *policy = policy_first(catalogue, says_user);
    return policy && policy->manifest.user_manifests == UMFI_ANSWER_ALLOW;
}

static bool says_pools(const struct umfi_plugin *plugin) {
    return plugin->manifest.default_pools.count > 0;
}
static bool says_providers(const struct umfi_plugin *plugin) {
    return plugin->manifest.default_providers.count > 0;
}

struct umfi_manifest_list umfi_policy_defaults(const struct umfi_catalogue *catalogue,
                                               umf_plugin_kind_t kind) {
    static const char pools[] = "jemalloc\0disjoint", providers[] = "os";
    bool is_pool = kind == UMF_PLUGIN_KIND_POOL;
    const struct umfi_plugin *policy =
        policy_first(catalogue, is_pool ? says_pools : says_providers);
    if (!policy) {
        return is_pool ? (struct umfi_manifest_list){pools, 2}
                       : (struct umfi_manifest_list){providers, 1};
    }
    return is_pool ? policy->manifest.default_pools : policy->manifest.default_providers;
}

#define FULL_NAME_BYTES (16 + UMFI_MANIFEST_NAME_MAX)

static bool has_text(const struct umfi_manifest_list *list, const char *wanted) {
    const char *text = list->text;
    for (unsigned i = 0; i < list->count; i++) {
        if (strcmp(text, wanted) == 0) {
            return true;
        }
        text = umfi_manifest_list_next(text);
    }
    return false;
}

/* The file of a policy that disables it; NULL: none does. */
static const char *policy_against(const struct umfi_catalogue *catalogue, const char *full_name) {
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct umfi_plugin *plugin = catalogue->entries[i];
        if (plugin->kind == UMFI_MANIFEST_POLICY && plugin->verdict == UMFI_PHASE_NEW &&
            has_text(&plugin->manifest.disable, full_name)) {
            return plugin->file_path;
        }
    }
    return NULL;
}

static bool pattern_matches(const char *patterns, const char *full_name) {
    const char *name = strchr(full_name, ':') + 1;
    while (patterns && *patterns) {
        char pattern[2 * FULL_NAME_BYTES];
        size_t length = strcspn(patterns, ", ");
        if (length > 0 && length < sizeof pattern) {
            memcpy(pattern, patterns, length);
            pattern[length] = '\0';
            if (fnmatch(pattern, strchr(pattern, ':') ? full_name : name, 0) == 0) {
                return true;
            }
        }
        patterns += length + (patterns[length] != '\0');
    }
    return false;
}

static bool is_open(const struct umfi_plugin *plugin) {
    return plugin->kind != UMFI_MANIFEST_POLICY && plugin->kind != UMFI_MANIFEST_UNKNOWN &&
           (plugin->verdict == UMFI_PHASE_NEW || plugin->verdict == UMFI_PHASE_ABSENT);
}

void umfi_policy_disable(struct umfi_catalogue *catalogue, const char *patterns) {
    for (size_t i = 0; i < catalogue->count; i++) {
        struct umfi_plugin *plugin = catalogue->entries[i];
        if (!is_open(plugin)) {
            continue;
        }
        char full_name[FULL_NAME_BYTES];
        (void)snprintf(full_name, sizeof full_name, "%s:%s",
                       umfi_manifest_kind_word(plugin->kind), plugin->name);
        const char *by = policy_against(catalogue, full_name);
        by = by ? by : pattern_matches(patterns, full_name) ? "UMF_PLUGINS_DISABLE" : NULL;
        if (by) {
            struct umfi_refusal refusal;
            umfi_refuse(&refusal, UMFI_E_DISABLED, "disabled by %s", by);
            umfi_plugin_settle(plugin, UMFI_PHASE_DISABLED, &refusal);
        }
    }
}
