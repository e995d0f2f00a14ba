/*
 * findings.h - what umfPluginCheck found, and what the command found besides, copied
 * so that it outlives the call. The caller owns them.
 */
#ifndef UMF_TOOLS_FINDINGS_H
#define UMF_TOOLS_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <umf/plugin.h>

struct findings {
    umf_plugin_finding_t *items; /* strings are the findings' own */
    size_t count, error_count;
    size_t printed; /* the first so many were */
    bool is_cut;    /* memory ran out while they were read */
};

/* Adds those of one manifest (path) or of all (NULL). false: complained already. */
bool umf_findings_add(struct findings *findings, const char *path);
/* Adds those about the folders that are searched. false: complained already. */
bool umf_findings_add_places(struct findings *findings);
/* Adds one. */
void umf_findings_tell(struct findings *findings, const umf_plugin_finding_t *finding);
void umf_findings_fini(struct findings *findings);

/* Whether an error was found in this file. */
bool umf_findings_has_error_in(const struct findings *findings, const char *file);

/* "umf: kind:name: CLASS: text (file:line)" on stderr, a line for each that was not
 * printed yet; notes only where asked for. */
void umf_findings_print(struct findings *findings, bool with_notes);
/* An array, the caller's. */
json_t *umf_findings_json(const struct findings *findings);

#endif
