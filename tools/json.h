/*
 * json.h - what every --json does alike.
 */
#ifndef UMF_TOOLS_JSON_H
#define UMF_TOOLS_JSON_H

#include <jansson.h>

/* A string; bytes that are no UTF-8, as a path may have, become '?'. NULL: "". */
json_t *umf_json_text(const char *text);

/* Sets a member to that string. */
void umf_json_set_text(json_t *object, const char *key, const char *text);

/* Writes it to stdout and takes the caller's reference; NULL: making it failed.
 * Answers the exit status, complained already. */
int umf_json_print(json_t *value);

#endif
