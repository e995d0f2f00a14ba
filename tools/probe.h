/*
 * probe.h - loads a plugin in a child process, which may crash, loop or exit.
 *
 * The child is a process group of its own. It has no input, no core dump and a
 * time limit, and it goes, with what it started, when the probe ends or when this
 * process does.
 */
#ifndef UMF_TOOLS_PROBE_H
#define UMF_TOOLS_PROBE_H

#include <stdbool.h>

#include "tools/catalogue.h"

/* false: it cannot be used, and the text is a line for the user that says why. */
bool umf_probe(const umf_plugin_info_t *info, unsigned limit_seconds, char text[2048]);

#endif
