/* manifest_print.c - see manifest_print.h. */
#include "fuzz/manifest_print.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"

struct print {
    char *bytes;
    size_t capacity, used;
    bool is_full;
};

__attribute__((format(printf, 2, 3))) static void say(struct print *print, const char *format,
                                                      ...) {
    size_t room = print->capacity - print->used;
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(print->bytes + print->used, room, format, args);
    va_end(args);
    LAW(wanted >= 0);
    if ((size_t)wanted >= room) {
        print->is_full = true;
    } else {
        print->used += (size_t)wanted;
    }
}

/* Before the text, `head`; after it, `tail`. */
static void say_text(struct print *print, const char *head, const char *text, const char *tail) {
    say(print, "%s\"", head);
    while (*text && !print->is_full) {
        uint32_t code;
        text = utf8_next(text, &code);
        LAW(text != NULL);
        if (code >= ' ' && code < 0x7f && code != '"' && code != '\\') {
            say(print, "%c", (char)code);
        } else {
            say(print, "\\U%08X", (unsigned)code);
        }
    }
    say(print, "\"%s", tail);
}

static void say_unless_empty(struct print *print, const char *head, const char *text) {
    if (*text) {
        say_text(print, head, text, "\n");
    }
}

static void say_list(struct print *print, const char *key, const struct umfi_manifest_list *list) {
    if (list->count == 0) {
        return;
    }
    say(print, "%s:\n", key);
    const char *text = list->text;
    for (unsigned i = 0; i < list->count; i++) {
        say_text(print, "    - ", text, "\n");
        text = umfi_manifest_list_next(text);
    }
}

/* With '?', because a key before a bare ':' may have 1024 signs at most. */
static void say_params(struct print *print, const struct umfi_manifest_list *params) {
    if (params->count > 0) {
        say(print, "params:\n");
    }
    const char *text = params->text;
    for (unsigned i = 0; i < params->count; i++) {
        say_text(print, i % 2 == 0 ? "  ? " : "  : ", text, "\n");
        text = umfi_manifest_list_next(text);
    }
}

static void say_component(struct print *print, const struct umfi_manifest *m) {
    say_text(print, "module: ", m->module, "\n");
    say(print, "abi: {major: %u, minor: %u}\n", m->abi_major, m->abi_minor);
    if (m->is_optional) {
        say(print, "optional: true\n");
    }
    say_list(print, "aliases", &m->aliases);
    say_params(print, &m->params);
}

static void say_policy(struct print *print, const struct umfi_manifest *m) {
    say_list(print, "disable", &m->disable);
    if (m->default_pools.count + m->default_providers.count > 0) {
        say(print, "default:\n");
    }
    say_list(print, "  pool", &m->default_pools);
    say_list(print, "  provider", &m->default_providers);
    if (m->user_manifests != UMFI_ANSWER_NONE) {
        say(print, "user_manifests: %s\n",
            m->user_manifests == UMFI_ANSWER_ALLOW ? "allow" : "deny");
    }
}

size_t manifest_print(const struct umfi_manifest *m, char *buffer, size_t capacity) {
    struct print print = {.bytes = buffer, .capacity = capacity};
    say(&print, "schema: 1\nkind: %s\n", umfi_manifest_kind_word(m->kind));
    say_text(&print, "name: ", m->name, "\n");
    say_unless_empty(&print, "description: ", m->description);
    say_unless_empty(&print, "package: ", m->package);
    if (m->priority != UMFI_MANIFEST_PRIORITY) {
        say(&print, "priority: %u\n", m->priority);
    }
    if (!m->is_enabled) {
        say(&print, "enabled: false\n");
    }
    if (m->kind == UMFI_MANIFEST_POLICY) {
        say_policy(&print, m);
    } else if (m->kind == UMFI_MANIFEST_STACK) {
        say_text(&print, "stack: ", m->stack, "\n");
    } else {
        say_component(&print, m);
    }
    return print.is_full ? 0 : print.used;
}
