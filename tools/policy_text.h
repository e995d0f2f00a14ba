/*
 * policy_text.h - what a policy says, as umfPluginList writes it:
 * "disable=provider:cuda; default.pool=jemalloc,disjoint; user_manifests=deny".
 */
#ifndef UMF_TOOLS_POLICY_TEXT_H
#define UMF_TOOLS_POLICY_TEXT_H

#include <jansson.h>
#include <stdbool.h>

enum { POLICY_NAME_BYTES = 64 };

/* What stands behind "key="; "" where it says nothing. It ends at a ';'. */
const char *umf_policy_list(const char *text, const char *key);
/* Copies the next name of such a list; false: there is none. */
bool umf_policy_next(const char **list, char name[POLICY_NAME_BYTES]);

/* Members disable (an array), default (an object of arrays) and user_manifests (a
 * word, "" where it says nothing). */
void umf_policy_set_json(json_t *object, const char *text);

#endif
