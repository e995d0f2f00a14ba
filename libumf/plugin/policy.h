/*
 * policy.h - what the policy manifests of a catalogue say.
 *
 * All that may be used count, whatever their names: disable lists add up; of the
 * rest the first in precedence (tier, then file name) that says anything decides.
 * Whether user manifests are allowed is not for a user's policy to say.
 */
#ifndef UMFI_PLUGIN_POLICY_H
#define UMFI_PLUGIN_POLICY_H

#include "plugin/catalogue.h"

bool umfi_policy_allows_user(const struct umfi_catalogue *catalogue);

/* Gives each entry that is disabled, by a policy or by UMF_PLUGINS_DISABLE, its
 * verdict. The variable's patterns (fnmatch(3), with commas between) are held
 * against "kind:name", or against the name alone where they have no colon. */
void umfi_policy_disable(struct umfi_catalogue *catalogue, const char *patterns);

/* The names to try for a default pool or provider, best first: a policy's, or else
 * the library's own. An empty list in a policy says nothing. */
struct umfi_manifest_list umfi_policy_defaults(const struct umfi_catalogue *catalogue,
                                               umf_plugin_kind_t kind);

#endif
