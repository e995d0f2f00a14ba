/*
 * places.h - the folders that manifests are looked for in, in words.
 */
#ifndef UMF_TOOLS_PLACES_H
#define UMF_TOOLS_PLACES_H

#include <stdio.h>
#include <umf/plugin.h>

/* "read", "missing", ..., as --json has it. */
const char *umf_place_word(umf_plugin_place_state_t state);

/* A line to stderr for each folder that somebody named or made and that was not
 * read: in a variable but not there, not absolute, or closed to this user. */
void umf_places_complain(void);

/* Shows as findings what is wrong with the folders: named in a variable but not
 * there or not absolute, closed to this user, or with a manifest that is passed
 * over for its name. As umfPluginCheck otherwise. */
umf_result_t umf_places_find(int (*visit)(const umf_plugin_finding_t *finding, void *arg),
                             void *arg);

#endif
