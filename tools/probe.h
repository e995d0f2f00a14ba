/*
 * probe.h - loads a plugin, or makes a stack, in a child process (child.h).
 */
#ifndef UMF_TOOLS_PROBE_H
#define UMF_TOOLS_PROBE_H

#include <stdbool.h>

#include "tools/catalogue.h"

/* false: it cannot be used, and the text is a line for the user that says why.
 * true: the text is a note, such as that it needs parameters, or "". */
bool umf_probe(const umf_plugin_info_t *info, unsigned limit_seconds, char text[2048]);

#endif
