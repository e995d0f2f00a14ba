/*
 * manifest.c - the keys of schema 1 as a table (manifest.h).
 *
 * A row names the key, the kinds that take it, the kinds that need it, and the
 * function that reads its value into a field of struct umfi_manifest.
 */
#include "plugin/manifest.h"

#include <string.h>

#include "base/text.h"
#include "core/meta.h"
#include "plugin/manifest_yaml.h"

struct reader {
    const struct umfi_yaml *yaml;
    struct umfi_manifest *manifest;
    struct umfi_refusal *refusal;
};

/* What the current key is called, and its value's node. */
typedef bool (*read_fn)(struct reader *r, const char *key, unsigned node, void *field);

struct key {
    const char *name;
    unsigned kinds, needed_by; /* bits: 1 << enum umfi_manifest_kind */
    read_fn read;
    size_t offset;
};

static const char *const kind_words[] = {
    [UMFI_MANIFEST_UNKNOWN] = "manifest",   [UMFI_MANIFEST_POOL] = "pool",
    [UMFI_MANIFEST_PROVIDER] = "provider",  [UMFI_MANIFEST_MEMTARGET] = "memtarget",
    [UMFI_MANIFEST_POLICY] = "policy",      [UMFI_MANIFEST_STACK] = "stack",
};

const char *umfi_manifest_kind_word(enum umfi_manifest_kind kind) { return kind_words[kind]; }

enum umfi_manifest_kind umfi_manifest_kind_of(const char *word) {
    for (unsigned kind = UMFI_MANIFEST_POOL; kind <= UMFI_MANIFEST_STACK; kind++) {
        if (strcmp(word, kind_words[kind]) == 0) {
            return (enum umfi_manifest_kind)kind;
        }
    }
    return UMFI_MANIFEST_UNKNOWN;
}

bool umfi_manifest_is_name(const char *text) {
    size_t bytes = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    return *text >= 'a' && *text <= 'z' && text[bytes] == '\0' && bytes <= UMFI_MANIFEST_NAME_MAX;
}

const char *umfi_manifest_list_next(const char *text) { return text + strlen(text) + 1; }

static bool must_be(struct reader *r, const char *key, unsigned node, const char *what) {
    const struct umfi_yaml_node *n = &r->yaml->nodes[node];
    if (n->type == UMFI_YAML_SCALAR) {
        return umfi_refuse_at(r->refusal, UMFI_E_FIELD, n->line, "'%s' must be %s, got '%.64s'",
                              key, what, n->text);
    }
    return umfi_refuse_at(r->refusal, UMFI_E_FIELD, n->line, "'%s' must be %s, got a %s", key,
                          what, n->type == UMFI_YAML_SEQUENCE ? "list" : "mapping");
}

static bool is_scalar(const struct reader *r, unsigned node) {
    return r->yaml->nodes[node].type == UMFI_YAML_SCALAR;
}

static bool is_number(const struct reader *r, unsigned node, unsigned long max, unsigned *out) {
    const struct umfi_yaml_node *n = &r->yaml->nodes[node];
    unsigned long number;
    if (!is_scalar(r, node) || !n->is_plain || !umfi_text_to_number(n->text, max, &number)) {
        return false;
    }
    *out = (unsigned)number;
    return true;
}

static bool text_read(struct reader *r, const char *key, unsigned node, void *field) {
    if (!is_scalar(r, node)) {
        return must_be(r, key, node, "text");
    }
    *(const char **)field = r->yaml->nodes[node].text;
    return true;
}

static bool name_read(struct reader *r, const char *key, unsigned node, void *field) {
    if (!is_scalar(r, node) || !umfi_manifest_is_name(r->yaml->nodes[node].text)) {
        return must_be(r, key, node, "a name [a-z][a-z0-9_-]{0,31}");
    }
    return text_read(r, key, node, field);
}

static bool kind_read(struct reader *r, const char *key, unsigned node, void *field) {
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

static bool bool_read(struct reader *r, const char *key, unsigned node, void *field) {
    const struct umfi_yaml_node *n = &r->yaml->nodes[node];
    bool is_true = n->text && strcmp(n->text, "true") == 0;
    if (!n->text || !n->is_plain || (!is_true && strcmp(n->text, "false") != 0)) {
        return must_be(r, key, node, "true or false");
    }
    *(bool *)field = is_true;
    return true;
}

static bool allow_read(struct reader *r, const char *key, unsigned node, void *field) {
    const char *text = r->yaml->nodes[node].text;
    bool is_allowed = text && strcmp(text, "allow") == 0;
    if (!text || (!is_allowed && strcmp(text, "deny") != 0)) {
        return must_be(r, key, node, "allow or deny");
    }
    *(bool *)field = is_allowed;
    return true;
}

static bool priority_read(struct reader *r, const char *key, unsigned node, void *field) {
    return is_number(r, node, 99, field) || must_be(r, key, node, "an integer 0-99");
}

static void unknown_note(struct reader *r, unsigned key_node) {
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
static void others_note(struct reader *r, unsigned mapping, const char *one, const char *other) {
    const struct umfi_yaml_node *nodes = r->yaml->nodes;
    for (unsigned k = mapping + 1; k < nodes[mapping].end; k = nodes[nodes[k].end].end) {
        if (strcmp(nodes[k].text, one) != 0 && strcmp(nodes[k].text, other) != 0) {
            unknown_note(r, k);
        }
    }
}

/* Reads both numbers; `field` is abi_major, and abi_minor follows it. */
static bool abi_read(struct reader *r, const char *key, unsigned node, void *field) {
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
static bool list_read(struct reader *r, const char *key, unsigned node, void *field,
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

static bool names_read(struct reader *r, const char *key, unsigned node, void *field) {
    return list_read(r, key, node, field, umfi_manifest_is_name, "a list of names");
}

static bool is_kind_and_name(const char *text) {
    const char *colon = strchr(text, ':');
    if (!colon || !umfi_manifest_is_name(colon + 1)) {
        return false;
    }
    for (unsigned kind = UMFI_MANIFEST_POOL; kind <= UMFI_MANIFEST_MEMTARGET; kind++) {
        size_t bytes = (size_t)(colon - text);
        if (strlen(kind_words[kind]) == bytes && memcmp(text, kind_words[kind], bytes) == 0) {
            return true;
        }
    }
    return false;
}

static bool disable_read(struct reader *r, const char *key, unsigned node, void *field) {
    return list_read(r, key, node, field, is_kind_and_name, "a list of \"kind:name\"");
}

/* `field` is default_pools, and default_providers follows it. */
static bool default_read(struct reader *r, const char *key, unsigned node, void *field) {
    struct umfi_manifest_list *lists = field;
    if (r->yaml->nodes[node].type != UMFI_YAML_MAPPING) {
        return must_be(r, key, node, "{pool: [...], provider: [...]}");
    }
    static const char *const words[] = {"pool", "provider"};
    for (unsigned i = 0; i < 2; i++) {
        unsigned value = umfi_yaml_value(r->yaml, node, words[i]);
        if (value && !names_read(r, words[i], value, &lists[i])) {
            return false;
        }
    }
    others_note(r, node, words[0], words[1]);
    return true;
}

static bool params_read(struct reader *r, const char *key, unsigned node, void *field) {
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
static bool module_read(struct reader *r, const char *key, unsigned node, void *field) {
    if (!text_read(r, key, node, field)) {
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

static bool schema_read(struct reader *r, const char *key, unsigned node, void *field) {
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

#define BIT(kind) (1u << UMFI_MANIFEST_##kind)
#define COMPONENT (BIT(POOL) | BIT(PROVIDER) | BIT(MEMTARGET))
#define ANY (COMPONENT | BIT(POLICY) | BIT(STACK))
#define FIELD(name) offsetof(struct umfi_manifest, name)

_Static_assert(FIELD(abi_minor) == FIELD(abi_major) + sizeof(unsigned), "abi_read");
_Static_assert(FIELD(default_providers) ==
                   FIELD(default_pools) + sizeof(struct umfi_manifest_list), "default_read");

/* The first three are read before all others: schema says whether the rest can
 * be understood, kind and name which keys there are and what errors speak of. */
static const struct key keys[] = {
    {"schema", ANY, ANY, schema_read, 0},
    {"kind", ANY, ANY, kind_read, FIELD(kind)},
    {"name", ANY, ANY, name_read, FIELD(name)},
    {"description", ANY, 0, text_read, FIELD(description)},
    {"module", COMPONENT, COMPONENT, module_read, FIELD(module)},
    {"abi", COMPONENT, COMPONENT, abi_read, FIELD(abi_major)},
    {"package", COMPONENT, 0, text_read, FIELD(package)},
    {"aliases", COMPONENT, 0, names_read, FIELD(aliases)},
    {"priority", COMPONENT | BIT(STACK), 0, priority_read, FIELD(priority)},
    {"enabled", ANY, 0, bool_read, FIELD(is_enabled)},
    {"optional", COMPONENT, 0, bool_read, FIELD(is_optional)},
    {"params", COMPONENT, 0, params_read, FIELD(params)},
    {"disable", BIT(POLICY), 0, disable_read, FIELD(disable)},
    {"default", BIT(POLICY), 0, default_read, FIELD(default_pools)},
    {"user_manifests", BIT(POLICY), 0, allow_read, FIELD(allows_user_manifests)},
    {"stack", BIT(STACK), BIT(STACK), text_read, FIELD(stack)},
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])
#define LEADING_KEYS 3

static bool key_read(struct reader *r, const struct key *key) {
    unsigned value = umfi_yaml_value(r->yaml, 0, key->name);
    if (!value) {
        unsigned kind_bit = 1u << r->manifest->kind;
        return !(key->needed_by & (kind_bit == BIT(UNKNOWN) ? ANY : kind_bit)) ||
               umfi_refuse_at(r->refusal, UMFI_E_FIELD, 1, "'%s' is missing", key->name);
    }
    return key->read(r, key->name, value, (char *)r->manifest + key->offset);
}

static bool keys_read(struct reader *r) {
    const struct umfi_yaml_node *nodes = r->yaml->nodes;
    if (nodes[0].type != UMFI_YAML_MAPPING) {
        return umfi_refuse_at(r->refusal, UMFI_E_FIELD, nodes[0].line,
                              "a manifest must be a mapping of keys");
    }
    for (size_t k = 0; k < LEADING_KEYS; k++) {
        if (!key_read(r, &keys[k])) {
            return false;
        }
    }
    unsigned kind_bit = 1u << r->manifest->kind;
    for (size_t k = LEADING_KEYS; k < KEY_COUNT; k++) {
        if ((keys[k].kinds & kind_bit) && !key_read(r, &keys[k])) {
            return false;
        }
    }
    for (unsigned n = 1; n < nodes[0].end; n = nodes[nodes[n].end].end) {
        size_t k = 0;
        while (k < KEY_COUNT &&
               (!(keys[k].kinds & kind_bit) || strcmp(keys[k].name, nodes[n].text) != 0)) {
            k++;
        }
        if (k == KEY_COUNT) {
            unknown_note(r, n);
        }
    }
    return true;
}

/* Whatever else is wrong, whose manifest it is may still be told. */
static void identity_read(struct reader *r) {
    struct umfi_refusal ignored;
    struct reader quiet = {r->yaml, r->manifest, &ignored};
    if (r->yaml->count == 0 || r->yaml->nodes[0].type != UMFI_YAML_MAPPING) {
        return;
    }
    unsigned kind = umfi_yaml_value(r->yaml, 0, "kind");
    unsigned name = umfi_yaml_value(r->yaml, 0, "name");
    if (kind) {
        kind_read(&quiet, "kind", kind, &r->manifest->kind);
    }
    if (name) {
        name_read(&quiet, "name", name, &r->manifest->name);
    }
}

bool umfi_manifest_parse(const char *bytes, size_t size, struct umfi_manifest *manifest,
                         struct umfi_refusal *refusal) {
    *manifest = (struct umfi_manifest){
        .name = "",
        .description = "",
        .package = "",
        .module = "",
        .stack = "",
        .priority = UMFI_MANIFEST_PRIORITY,
        .is_enabled = true,
    };
    struct umfi_yaml *yaml = umfi_meta_alloc(sizeof *yaml);
    if (!yaml) {
        return umfi_refuse_no_memory(refusal);
    }
    bool is_good = umfi_yaml_parse(yaml, bytes, size, refusal);
    struct reader reader = {yaml, manifest, refusal};
    identity_read(&reader);
    is_good = is_good && keys_read(&reader);
    manifest->text = yaml->text;
    manifest->text_bytes = yaml->text_bytes;
    umfi_meta_free(yaml, sizeof *yaml);
    return is_good;
}

void umfi_manifest_fini(struct umfi_manifest *manifest) {
    umfi_meta_free(manifest->text, manifest->text_bytes);
    manifest->text = NULL;
}
