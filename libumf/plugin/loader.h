/*
 * loader.h - makes a catalogue's entry ready for use.
 */
#ifndef UMFI_PLUGIN_LOADER_H
#define UMFI_PLUGIN_LOADER_H

#include "plugin/entry.h"

/* Opens and starts what has not been; lock-free where the entry is READY. On failure
 * the refusal says why, and `is_news` whether this call is the one to record it. */
bool umfi_loader_make_ready(const struct umfi_plugin *plugin, struct umfi_refusal *refusal,
                            bool *is_news);

#endif
