/* debug.c - the topics asked for, and one line of one (debug.h). */
#include "plugin/debug.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "core/log.h"

#define LINE_BYTES 1024
#define IS_READ (1u << UMFI_DEBUG_TOPICS)
#define ALL (IS_READ - 1)

static const char *const words[UMFI_DEBUG_TOPICS] = {
    [UMFI_DEBUG_SEARCH] = "search",
    [UMFI_DEBUG_MANIFEST] = "manifest",
    [UMFI_DEBUG_LOAD] = "load",
    [UMFI_DEBUG_ABI] = "abi",
};

/* A bit for each topic, or 0 for a word that is none. */
static unsigned topic_of(const char *word, size_t length) {
    for (unsigned t = 0; t < UMFI_DEBUG_TOPICS; t++) {
        if (strlen(words[t]) == length && memcmp(words[t], word, length) == 0) {
            return 1u << t;
        }
    }
    return length == 3 && memcmp(word, "all", 3) == 0 ? ALL : 0;
}

/* The variable is for a person at a terminal, and so is this. */
static void unknown_tell(const char *word, size_t length) {
    char line[160];
    struct umfi_text text;
    umfi_text_init(&text, line, sizeof line);
    umfi_text_add(&text, "umf: UMF_PLUGIN_DEBUG: no topic '%.*s': search, manifest, load, abi or all\n",
                  length < 64 ? (int)length : 64, word);
    if (write(STDERR_FILENO, line, text.used) < 0) {
        return; /* nobody is listening */
    }
}

static unsigned topics_read(void) {
    unsigned topics = IS_READ;
    const char *word = secure_getenv("UMF_PLUGIN_DEBUG");
    while (word && *word) {
        size_t length = strcspn(word, ", ");
        unsigned topic = topic_of(word, length);
        if (!topic && length > 0) {
            unknown_tell(word, length);
        }
        topics |= topic;
        word += length + (word[length] != '\0');
    }
    return topics;
}

static bool is_wanted(enum umfi_debug_topic topic) {
    static atomic_uint topics; /* read twice where two threads come first: the same */
    unsigned known = atomic_load_explicit(&topics, memory_order_relaxed);
    if (!known) {
        known = topics_read();
        atomic_store_explicit(&topics, known, memory_order_relaxed);
    }
    return known & 1u << topic;
}

void umfi_plugin_debug(enum umfi_debug_topic topic, const char *format, ...) {
    bool is_shown = is_wanted(topic);
    if (!is_shown && !umfi_log_is_enabled(UMFI_LOG_DEBUG)) {
        return;
    }
    char line[LINE_BYTES];
    va_list args;
    va_start(args, format);
    int start = snprintf(line, sizeof line, "umf: %s: ", words[topic]);
    (void)vsnprintf(line + start, sizeof line - 1 - (size_t)start, format, args);
    va_end(args);
    umfi_text_make_shown(line);
    umfi_log(UMFI_LOG_DEBUG, words[topic], "%s", line + start);
    if (is_shown) {
        size_t bytes = strlen(line);
        line[bytes++] = '\n';
        if (write(STDERR_FILENO, line, bytes) < 0) {
            return; /* nobody is listening */
        }
    }
}
