/*
 * references.h - the names that a stack or a policy has of plugins, and whether
 * there is any such plugin.
 */
#ifndef UMF_TOOLS_REFERENCES_H
#define UMF_TOOLS_REFERENCES_H

#include "tools/catalogue.h"
#include "tools/findings.h"

/* A note for each name in `info`, a stack or a policy, that no entry has. It may be
 * in another package: a note and no fault. */
void umf_references_note(const struct catalogue *catalogue, const umf_plugin_info_t *info,
                         struct findings *findings);

#endif
