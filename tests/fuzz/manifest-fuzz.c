/*
 * manifest-fuzz.c - any bytes as a manifest, and the laws of what comes of it:
 * of the tree (plugin/manifest_yaml.h), the manifest and the refusal.
 *
 *   good:    every field is what schema 1 allows, every string lies in the
 *            manifest's own block, and the manifest read again, from the same
 *            bytes or written anew from its fields, is the same
 *   refused: a class, the result that goes with it, a text of one line, and a
 *            line that the input has
 */
#include <string.h>

#include "core/meta.h"
#include "fuzz/fuzz.h"
#include "fuzz/manifest_print.h"
#include "plugin/manifest.h"
#include "plugin/manifest_yaml.h"
#include "plugin/stack_text.h"

/* As YAML counts them: CR LF, CR, LF, NEL, LS and PS end a line. */
static size_t lines_count(const char *bytes, size_t size) {
    size_t lines = 1;
    for (size_t i = 0; i < size; i++) {
        const char *c = bytes + i;
        size_t left = size - i;
        lines += *c == '\n' || (*c == '\r' && !(left > 1 && c[1] == '\n')) ||
                 (left > 1 && memcmp(c, "\xc2\x85", 2) == 0) ||
                 (left > 2 && (memcmp(c, "\xe2\x80\xa8", 3) == 0 ||
                               memcmp(c, "\xe2\x80\xa9", 3) == 0));
    }
    return lines;
}

/* ---- the tree ---- */

struct walk {
    const struct umfi_yaml *yaml;
    const char *text; /* of the next scalar */
    size_t lines;
    bool is_whole;
};

static void key_check(const struct umfi_yaml *yaml, unsigned mapping, unsigned key) {
    const struct umfi_yaml_node *nodes = yaml->nodes;
    LAW(nodes[key].type == UMFI_YAML_SCALAR && strcmp(nodes[key].text, "<<") != 0);
    for (unsigned k = mapping + 1; k < key; k = nodes[nodes[k].end].end) {
        LAW(strcmp(nodes[k].text, nodes[key].text) != 0);
    }
    unsigned value = nodes[key].end < nodes[mapping].end ? nodes[key].end : 0;
    LAW(umfi_yaml_value(yaml, mapping, nodes[key].text) == value);
}

static void scalar_check(struct walk *walk, const struct umfi_yaml_node *node) {
    const struct umfi_yaml *yaml = walk->yaml;
    LAW(node->text == walk->text && node->text < yaml->text + yaml->text_used);
    const char *end = memchr(node->text, 0, yaml->text_used - (size_t)(node->text - yaml->text));
    LAW(end != NULL);
    walk->text = end + 1;
    uint32_t code;
    for (const char *c = node->text; c < end;) {
        c = utf8_next(c, &code);
        LAW(c != NULL);
    }
}

static void node_check(struct walk *walk, unsigned i, unsigned depth) {
    const struct umfi_yaml_node *nodes = walk->yaml->nodes, *node = &nodes[i];
    LAW(node->end > i && node->end <= walk->yaml->count);
    LAW(node->line >= 1 && node->line <= walk->lines);
    if (node->type == UMFI_YAML_SCALAR) {
        LAW(node->end == i + 1);
        scalar_check(walk, node);
        return;
    }
    LAW(node->type == UMFI_YAML_SEQUENCE || node->type == UMFI_YAML_MAPPING);
    LAW(node->text == NULL && !node->is_plain && depth <= UMFI_YAML_DEPTH_MAX);
    unsigned children = 0;
    for (unsigned child = i + 1; child < node->end; child = nodes[child].end, children++) {
        LAW(nodes[child].end <= node->end);
        LAW(nodes[child].line >= node->line);
        if (node->type == UMFI_YAML_MAPPING && children % 2 == 0) {
            key_check(walk->yaml, i, child);
        }
        node_check(walk, child, depth + 1);
    }
    LAW(node->type == UMFI_YAML_SEQUENCE || !walk->is_whole || children % 2 == 0);
}

static void tree_check(const struct umfi_yaml *yaml, size_t lines, bool is_whole) {
    struct walk walk = {yaml, yaml->text, lines, is_whole};
    LAW(yaml->count <= UMFI_YAML_NODES_MAX && (yaml->count > 0 || !is_whole));
    if (yaml->count > 0) {
        LAW(yaml->text != NULL && yaml->text_used <= yaml->text_bytes);
        LAW(yaml->nodes[0].end == yaml->count);
        node_check(&walk, 0, 1);
        LAW(walk.text == yaml->text + yaml->text_used);
    }
}

/* ---- the refusal ---- */

static void refusal_check(const struct umfi_refusal *refusal, size_t size, size_t lines) {
    bool has_prefix = refusal->class == UMFI_E_SYNTAX || refusal->class == UMFI_E_FIELD;
    LAW(has_prefix || refusal->class == UMFI_E_LIMIT || refusal->class == UMFI_E_SCHEMA ||
        refusal->class == UMFI_E_PATH);
    LAW(refusal->result == (refusal->class == UMFI_E_SCHEMA ? UMF_RESULT_ERROR_NOT_SUPPORTED
                                                            : UMF_RESULT_ERROR_INVALID_ARGUMENT));
    LAW(memchr(refusal->text, 0, sizeof refusal->text) != NULL);
    LAW(*refusal->text && is_one_line(refusal->text));
    LAW(refusal->line <= lines);
    LAW((refusal->line == 0) == (size > UMFI_YAML_BYTES_MAX));
    LAW((strstr(refusal->text, "exceeds 65536 bytes") != NULL && refusal->class == UMFI_E_LIMIT) ==
        (size > UMFI_YAML_BYTES_MAX));
    if (has_prefix) {
        char prefix[32];
        int bytes = snprintf(prefix, sizeof prefix, "line %u: ", refusal->line);
        LAW(strncmp(refusal->text, prefix, (size_t)bytes) == 0);
        LAW(refusal->text[bytes] != '\0');
    }
}

/* ---- the manifest ---- */

/* Answers where the string ends, its 0 taken in. */
static const char *text_check(const struct umfi_manifest *m, const char *text) {
    LAW(text != NULL);
    if (*text == '\0') {
        return NULL; /* a default's "" lies elsewhere */
    }
    LAW(text >= m->text && text < m->text + m->text_bytes);
    const char *end = memchr(text, 0, m->text_bytes - (size_t)(text - m->text));
    LAW(end != NULL);
    return end + 1;
}

static bool is_any(const char *text) {
    (void)text;
    return true;
}

static bool is_component(const char *text) {
    const char *colon = strchr(text, ':');
    return colon && umfi_manifest_is_name(colon + 1) &&
           (strncmp(text, "pool:", 5) == 0 || strncmp(text, "provider:", 9) == 0 ||
            strncmp(text, "memtarget:", 10) == 0 || strncmp(text, "stack:", 6) == 0);
}

static void list_check(const struct umfi_manifest *m, const struct umfi_manifest_list *list,
                       bool (*is_good)(const char *)) {
    LAW((list->text == NULL) == (list->count == 0));
    LAW(list->count < UMFI_YAML_NODES_MAX);
    const char *text = list->text;
    for (unsigned i = 0; i < list->count; i++) {
        LAW(text >= m->text && text < m->text + m->text_bytes);
        LAW(memchr(text, 0, m->text_bytes - (size_t)(text - m->text)) != NULL);
        LAW(is_good(text));
        text = umfi_manifest_list_next(text);
    }
}

static void unknown_check(const struct umfi_manifest *m, size_t lines) {
    unsigned kept = m->unknown_count < UMFI_MANIFEST_UNKNOWN_MAX ? m->unknown_count
                                                                 : UMFI_MANIFEST_UNKNOWN_MAX;
    for (unsigned i = 0; i < kept; i++) {
        (void)text_check(m, m->unknown[i].key);
        LAW(strncmp(m->unknown[i].key, "x-", 2) != 0);
        LAW(m->unknown[i].line >= 1 && m->unknown[i].line <= lines);
        (void)umfi_manifest_nearest_key(m->kind, m->unknown[i].key);
    }
}

static void module_check(const char *module) {
    size_t bytes = strlen(module);
    LAW(bytes > 3 && strcmp(module + bytes - 3, ".so") == 0);
    LAW(*module == '/' || strchr(module, '/') == NULL);
    LAW(strstr(module, "..") == NULL && strchr(module, '$') == NULL);
}

static void manifest_check(const struct umfi_manifest *m, size_t lines) {
    bool is_policy = m->kind == UMFI_MANIFEST_POLICY, is_stack = m->kind == UMFI_MANIFEST_STACK;
    LAW(m->kind >= UMFI_MANIFEST_POOL && m->kind <= UMFI_MANIFEST_STACK);
    LAW(umfi_manifest_kind_of(umfi_manifest_kind_word(m->kind)) == m->kind);
    (void)text_check(m, m->name);
    (void)text_check(m, m->description);
    (void)text_check(m, m->package);
    (void)text_check(m, m->module);
    (void)text_check(m, m->stack);
    LAW(umfi_manifest_is_name(m->name));
    LAW(m->priority <= 99 && m->abi_major <= UINT16_MAX && m->abi_minor <= UINT16_MAX);
    if (is_policy || is_stack) {
        LAW(*m->module == '\0' && m->aliases.count == 0 && m->params.count == 0);
    } else {
        module_check(m->module);
    }
    LAW(m->user_manifests <= UMFI_ANSWER_DENY);
    LAW(is_policy || (m->disable.count == 0 && m->default_pools.count == 0 &&
                      m->default_providers.count == 0 && m->user_manifests == UMFI_ANSWER_NONE));
    struct umfi_stack_text stack;
    LAW(is_stack ? umfi_stack_text_parse(m->stack, &stack) : *m->stack == '\0');
    list_check(m, &m->aliases, umfi_manifest_is_name);
    list_check(m, &m->disable, is_component);
    list_check(m, &m->default_pools, umfi_manifest_is_name);
    list_check(m, &m->default_providers, umfi_manifest_is_name);
    list_check(m, &m->params, is_any);
    LAW(m->params.count % 2 == 0);
    unknown_check(m, lines);
}

static bool is_same_list(const struct umfi_manifest_list *a, const struct umfi_manifest_list *b) {
    const char *left = a->text, *right = b->text;
    for (unsigned i = 0; i < a->count && a->count == b->count; i++) {
        if (strcmp(left, right) != 0) {
            return false;
        }
        left = umfi_manifest_list_next(left);
        right = umfi_manifest_list_next(right);
    }
    return a->count == b->count;
}

static void same_check(const struct umfi_manifest *a, const struct umfi_manifest *b) {
    LAW(a->kind == b->kind && strcmp(a->name, b->name) == 0);
    LAW(strcmp(a->description, b->description) == 0 && strcmp(a->package, b->package) == 0);
    LAW(strcmp(a->module, b->module) == 0 && strcmp(a->stack, b->stack) == 0);
    LAW(a->abi_major == b->abi_major && a->abi_minor == b->abi_minor);
    LAW(a->priority == b->priority && a->is_enabled == b->is_enabled);
    LAW(a->is_optional == b->is_optional);
    LAW(a->user_manifests == b->user_manifests);
    LAW(is_same_list(&a->aliases, &b->aliases) && is_same_list(&a->params, &b->params));
    LAW(is_same_list(&a->disable, &b->disable));
    LAW(is_same_list(&a->default_pools, &b->default_pools));
    LAW(is_same_list(&a->default_providers, &b->default_providers));
}

static void again_check(const struct umfi_manifest *m, const char *bytes, size_t size) {
    struct umfi_manifest again;
    struct umfi_refusal refusal;
    LAW(umfi_manifest_parse(bytes, size, &again, &refusal));
    same_check(m, &again);
    umfi_manifest_fini(&again);
}

static void good_check(const struct umfi_manifest *m, const char *bytes, size_t size,
                       size_t lines) {
    static char printed[UMFI_YAML_BYTES_MAX];
    manifest_check(m, lines);
    again_check(m, bytes, size);
    size_t printed_bytes = manifest_print(m, printed, sizeof printed);
    if (printed_bytes > 0) { /* 0: with every sign escaped it is too long */
        again_check(m, printed, printed_bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct umfi_yaml yaml;
    const char *bytes = (const char *)data;
    struct umfi_manifest manifest;
    struct umfi_refusal refusal = {.class = UMFI_E_NONE};
    size_t lines = lines_count(bytes, size), in_use = umfi_meta_in_use();

    bool is_yaml = umfi_yaml_parse(&yaml, bytes, size, &refusal);
    tree_check(&yaml, lines, is_yaml);
    if (!is_yaml) {
        refusal_check(&refusal, size, lines);
    }
    umfi_yaml_fini(&yaml);

    bool is_good = umfi_manifest_parse(bytes, size, &manifest, &refusal);
    LAW(is_yaml || !is_good);
    if (is_good) {
        good_check(&manifest, bytes, size, lines);
    } else {
        refusal_check(&refusal, size, lines);
        (void)text_check(&manifest, manifest.name);
        LAW(*manifest.name == '\0' || umfi_manifest_is_name(manifest.name));
        LAW(umfi_manifest_kind_word(manifest.kind) != NULL);
    }
    umfi_manifest_fini(&manifest);
    LAW(umfi_meta_in_use() == in_use);
    return 0;
}

const char *fuzz_verdict(const uint8_t *data, size_t size) {
    struct umfi_manifest manifest;
    struct umfi_refusal refusal;
    bool is_good = umfi_manifest_parse((const char *)data, size, &manifest, &refusal);
    umfi_manifest_fini(&manifest);
    return is_good ? "GOOD" : umfi_refusal_word(refusal.class) + strlen("E_");
}
