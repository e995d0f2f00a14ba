/*
 * debug.h - what the plugin host does, told as it happens: UMF_PLUGIN_DEBUG.
 *
 * A list of topics, with commas between ("search,load", "all"), read once. Each
 * line goes to stderr as "umf: <topic>: <text>", in one write(2), and to the log
 * as a record of level debug. Not heard in secure execution.
 */
#ifndef UMFI_PLUGIN_DEBUG_H
#define UMFI_PLUGIN_DEBUG_H

#include "base/annotations.h"

enum umfi_debug_topic {
    UMFI_DEBUG_SEARCH,   /* directories, and what was found and passed over */
    UMFI_DEBUG_MANIFEST, /* each manifest and what became of it */
    UMFI_DEBUG_LOAD,     /* modules opened, asked and started */
    UMFI_DEBUG_ABI,      /* versions and sizes of both sides */
    UMFI_DEBUG_TOPICS
};

void umfi_plugin_debug(enum umfi_debug_topic topic, const char *format, ...) UMFI_PRINTF(2, 3);

#endif
