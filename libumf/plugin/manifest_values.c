/* manifest_values.c - what each key's value must be (manifest_values.h). */
#include "plugin/manifest_values.h"

#include <string.h>

#include "base/text.h"
#include "plugin/stack_text.h"

static bool must_be(struct umfi_value_reader *r, const char *key, unsigned node, const char *what) {
    const struct umfi_yaml_node *n = &r->yaml->nodes[node];
    if (n->type == UMFI_YAML_SCALAR) {
        return umfi_refuse_at(r->refusal, UMFI_E_FIELD, n->line, "'%s' must be %s, got '%.64s'",
                              key, what, n->text);
    }
    return umfi_refuse_at(r->refusal, UMFI_E_FIELD, n->line, "'%s' must be %s, got a %s", key,
                          what, n->type == UMFI_YAML_SEQUENCE ? "list" : "mapping");
}

static bool is_scalar(const struct umfi_value_reader *r, unsigned node) {
    return r->yaml->nodes[node].type == UMFI_YAML_SCALAR;
}

static bool is_number(const struct umfi_value_reader *r, unsigned node, unsigned long max,
                      unsigned *out) {
    const struct umfi_yaml_node *n = &r->yaml->nodes[node];
    unsigned long number;
    if (!is_scalar(r, node) || !n->is_plain || !umfi_text_to_number(n->text, max, &number)) {
        return false;
    }
    *out = (unsigned)number;
    return true;
}

bool umfi_value_text(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    if (!is_scalar(r, node)) {
        return must_be(r, key, node, "text");
    }
    *(const char **)field = r->yaml->nodes[node].text;
    return true;
}

bool umfi_value_name(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    if (!is_scalar(r, node) || !umfi_manifest_is_name(r->yaml->nodes[node].text)) {
        return must_be(r, key, node, "a name [a-z][a-z0-9_-]{0,31}");
    }
    return umfi_value_text(r, key, node, field);
}

bool umfi_value_kind(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    enum umfi_manifest_kind kind = UMFI_MANIFEST_UNKNOWN;
    if (is_scalar(r, node)) {
        kind = umfi_manifest_kind_of(r->yaml->nodes[node].text);
    }
    if (kind == UMFI_MANIFEST_UNKNOWN) {
        return must_be(r, key, node, "pool, provider, memtarget, policy or stack");
    }
    *(enum umfi_manifest_kind *)field = kind;
    return true;
}

bool umfi_value_bool(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    const struct umfi_yaml_node *n = &r->yaml->nodes[node];
    bool is_true = n->text && strcmp(n->text, "true") == 0;
    if (!n->text || !n->is_plain || (!is_true && strcmp(n->text, "false") != 0)) {
        return must_be(r, key, node, "true or false");
    }
    *(bool *)field = is_true;
    return true;
}

bool umfi_value_allow(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    const char *text = r->yaml->nodes[node].text;
    bool is_allowed = text && strcmp(text, "allow") == 0;
    if (!text || (!is_allowed && strcmp(text, "deny") != 0)) {
        return must_be(r, key, node, "allow or deny");
    }
    *(enum umfi_manifest_answer *)field = is_allowed ? UMFI_ANSWER_ALLOW : UMFI_ANSWER_DENY;
    return true;
}

bool umfi_value_stack(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    struct umfi_stack_text stack;
    if (!umfi_value_text(r, key, node, field)) {
        return false;
    }
    return umfi_stack_text_parse(r->yaml->nodes[node].text, &stack) ||
           umfi_refuse_at(r->refusal, UMFI_E_FIELD, r->yaml->nodes[node].line,
                          "'%s' column %zu: %s", key, stack.error_column, stack.error);
}

bool umfi_value_priority(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    return is_number(r, node, 99, field) || must_be(r, key, node, "an integer 0-99");
}

void umfi_value_note_unknown(struct umfi_value_reader *r, unsigned key_node) {
    const struct umfi_yaml_node *key = &r->yaml->nodes[key_node];
    struct umfi_manifest *m = r->manifest;
    if (strncmp(key->text, "x-", 2) == 0) {
        return;
    }
    if (m->unknown_count < UMFI_MANIFEST_UNKNOWN_MAX) {
        m->unknown[m->unknown_count] = (struct umfi_manifest_unknown){key->text, key->line};
    }
    m->unknown_count++;
}

/* Notes the keys of a small mapping that are neither of the two known. */
static void others_note(struct umfi_value_reader *r, unsigned mapping, const char *one,
                        const char *other) {
    const struct umfi_yaml_node *nodes = r->yaml->nodes;
    for (unsigned k = mapping + 1; k < nodes[mapping].end; k = nodes[nodes[k].end].end) {
        if (strcmp(nodes[k].text, one) != 0 && strcmp(nodes[k].text, other) != 0) {
            umfi_value_note_unknown(r, k);
        }
    }
}

/* Reads both numbers; `field` is abi_major, and abi_minor follows it. */
bool umfi_value_abi(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    unsigned *numbers = field;
    if (r->yaml->nodes[node].type != UMFI_YAML_MAPPING) {
        return must_be(r, key, node, "{major: N, minor: N}");
    }
    static const char *const words[] = {"major", "minor"};
    for (unsigned i = 0; i < 2; i++) {
        unsigned value = umfi_yaml_value(r->yaml, node, words[i]);
        if (!value) {
            return umfi_refuse_at(r->refusal, UMFI_E_FIELD, r->yaml->nodes[node].line,
                                  "'%s' lacks '%s'", key, words[i]);
        }
        if (!is_number(r, value, UINT16_MAX, &numbers[i])) {
            return must_be(r, words[i], value, "an integer 0-65535");
        }
    }
    others_note(r, node, words[0], words[1]);
    return true;
}

/* Texts of a sequence's scalars are neighbours, so the first tells them all. */
static bool list_read(struct umfi_value_reader *r, const char *key, unsigned node, void *field,
                      bool (*is_good)(const char *), const char *what) {
    const struct umfi_yaml_node *nodes = r->yaml->nodes;
    if (nodes[node].type != UMFI_YAML_SEQUENCE) {
        return must_be(r, key, node, what);
    }
    for (unsigned i = node + 1; i < nodes[node].end; i = nodes[i].end) {
        if (!is_scalar(r, i) || !is_good(nodes[i].text)) {
            return must_be(r, key, i, what);
        }
    }
    unsigned count = nodes[node].end - node - 1;
    *(struct umfi_manifest_list *)field =
        (struct umfi_manifest_list){count ? nodes[node + 1].text : NULL, count};
    return true;
}

bool umfi_value_names(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    return list_read(r, key, node, field, umfi_manifest_is_name, "a list of names");
}

static bool is_kind_and_name(const char *text) {
    const char *colon = strchr(text, ':');
    if (!colon || !umfi_manifest_is_name(colon + 1)) {
        return false;
    }
    for (unsigned kind = UMFI_MANIFEST_POOL; kind <= UMFI_MANIFEST_STACK; kind++) {
        const char *word = umfi_manifest_kind_word((enum umfi_manifest_kind)kind);
        size_t bytes = (size_t)(colon - text);
        if (strlen(word) == bytes && memcmp(text, word, bytes) == 0) {
            return kind != UMFI_MANIFEST_POLICY; /* a policy is masked instead */
        }
    }
    return false;
}

bool umfi_value_disable(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    return list_read(r, key, node, field, is_kind_and_name, "a list of \"kind:name\", without patterns");
}

/* `field` is default_pools, and default_providers follows it. */
bool umfi_value_default(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    struct umfi_manifest_list *lists = field;
    if (r->yaml->nodes[node].type != UMFI_YAML_MAPPING) {
        return must_be(r, key, node, "{pool: [...], provider: [...]}");
    }
    static const char *const words[] = {"pool", "provider"};
    for (unsigned i = 0; i < 2; i++) {
        unsigned value = umfi_yaml_value(r->yaml, node, words[i]);
        if (value && !umfi_value_names(r, words[i], value, &lists[i])) {
            return false;
        }
    }
    others_note(r, node, words[0], words[1]);
    return true;
}

bool umfi_value_params(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    const struct umfi_yaml_node *nodes = r->yaml->nodes;
    if (nodes[node].type != UMFI_YAML_MAPPING) {
        return must_be(r, key, node, "a mapping of names to values");
    }
    for (unsigned i = node + 1; i < nodes[node].end; i = nodes[i].end) {
        if (!is_scalar(r, i)) {
            return must_be(r, nodes[i - 1].text, i, "a single value");
        }
    }
    unsigned count = nodes[node].end - node - 1;
    *(struct umfi_manifest_list *)field =
        (struct umfi_manifest_list){count ? nodes[node + 1].text : NULL, count};
    return true;
}

/* No word reaches ld.so that it would search for, expand or climb up from. */
bool umfi_value_module(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    if (!umfi_value_text(r, key, node, field)) {
        return false;
    }
    const char *module = r->yaml->nodes[node].text;
    size_t bytes = strlen(module);
    const char *slash = strchr(module, '/');
    if ((slash && *module != '/') || strstr(module, "..") || strchr(module, '$') || bytes < 4 ||
        strcmp(module + bytes - 3, ".so") != 0 || module[bytes - 4] == '/') {
        return umfi_refuse_at(r->refusal, UMFI_E_PATH, r->yaml->nodes[node].line,
                              "module '%.256s' must be a bare name or absolute, "
                              "without '..' or '$', and end in .so",
                              module);
    }
    return true;
}

bool umfi_value_schema(struct umfi_value_reader *r, const char *key, unsigned node, void *field) {
    (void)field;
    unsigned schema;
    if (!is_number(r, node, UINT32_MAX, &schema) || schema == 0) {
        return must_be(r, key, node, "a positive integer");
    }
    if (schema > UMFI_MANIFEST_SCHEMA) {
        return umfi_refuse_at(r->refusal, UMFI_E_SCHEMA, r->yaml->nodes[node].line,
                              "schema %u not supported (at most %d)", schema,
                              UMFI_MANIFEST_SCHEMA);
    }
    return true;
}
