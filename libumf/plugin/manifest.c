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
#include "plugin/manifest_values.h"
#include "plugin/manifest_yaml.h"

struct key {
    const char *name;
    unsigned kinds, needed_by; /* bits: 1 << enum umfi_manifest_kind */
    umfi_value_fn read;
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

#define BIT(kind) (1u << UMFI_MANIFEST_##kind)
#define COMPONENT (BIT(POOL) | BIT(PROVIDER) | BIT(MEMTARGET))
#define ANY (COMPONENT | BIT(POLICY) | BIT(STACK))
#define FIELD(name) offsetof(struct umfi_manifest, name)

_Static_assert(FIELD(abi_minor) == FIELD(abi_major) + sizeof(unsigned), "umfi_value_abi");
_Static_assert(FIELD(default_providers) ==
                   FIELD(default_pools) + sizeof(struct umfi_manifest_list), "umfi_value_default");

/* The first three are read before all others: schema says whether the rest can
 * be understood, kind and name which keys there are and what errors speak of. */
static const struct key keys[] = {
    {"schema", ANY, ANY, umfi_value_schema, 0},
    {"kind", ANY, ANY, umfi_value_kind, FIELD(kind)},
    {"name", ANY, ANY, umfi_value_name, FIELD(name)},
    {"description", ANY, 0, umfi_value_text, FIELD(description)},
    {"module", COMPONENT, COMPONENT, umfi_value_module, FIELD(module)},
    {"abi", COMPONENT, COMPONENT, umfi_value_abi, FIELD(abi_major)},
    {"package", COMPONENT, 0, umfi_value_text, FIELD(package)},
    {"aliases", COMPONENT, 0, umfi_value_names, FIELD(aliases)},
    {"priority", COMPONENT | BIT(STACK), 0, umfi_value_priority, FIELD(priority)},
    {"enabled", ANY, 0, umfi_value_bool, FIELD(is_enabled)},
    {"optional", COMPONENT, 0, umfi_value_bool, FIELD(is_optional)},
    {"params", COMPONENT, 0, umfi_value_params, FIELD(params)},
    {"disable", BIT(POLICY), 0, umfi_value_disable, FIELD(disable)},
    {"default", BIT(POLICY), 0, umfi_value_default, FIELD(default_pools)},
    {"user_manifests", BIT(POLICY), 0, umfi_value_allow, FIELD(user_manifests)},
    {"stack", BIT(STACK), BIT(STACK), umfi_value_stack, FIELD(stack)},
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])
#define LEADING_KEYS 3

const char *umfi_manifest_nearest_key(enum umfi_manifest_kind kind, const char *word) {
    const char *nearest = NULL;
    unsigned least = 3; /* two letters wrong are a typing error */
    for (size_t k = 0; k < KEY_COUNT; k++) {
        unsigned distance = umfi_text_distance(keys[k].name, word);
        if ((keys[k].kinds & 1u << kind) && distance < least) {
            nearest = keys[k].name;
            least = distance;
        }
    }
    return nearest;
}

/* A key that may have been meant for one that is missing; 0: none is like it. */
static unsigned misspelt_key(const struct umfi_yaml *yaml, const char *missing) {
    const struct umfi_yaml_node *nodes = yaml->nodes;
    for (unsigned n = 1; n < nodes[0].end; n = nodes[nodes[n].end].end) {
        bool is_key = false;
        for (size_t k = 0; k < KEY_COUNT; k++) {
            is_key = is_key || strcmp(keys[k].name, nodes[n].text) == 0;
        }
        if (!is_key && umfi_text_distance(nodes[n].text, missing) <= 2) {
            return n;
        }
    }
    return 0;
}

static bool missing_refuse(struct umfi_value_reader *r, const char *name) {
    unsigned n = misspelt_key(r->yaml, name);
    if (n) {
        return umfi_refuse_at(r->refusal, UMFI_E_FIELD, r->yaml->nodes[n].line,
                              "unknown key '%.64s'; did you mean '%s'?", r->yaml->nodes[n].text,
                              name);
    }
    return umfi_refuse_at(r->refusal, UMFI_E_FIELD, 1, "'%s' is missing", name);
}

static bool key_read(struct umfi_value_reader *r, const struct key *key) {
    unsigned value = umfi_yaml_value(r->yaml, 0, key->name);
    if (!value) {
        unsigned kind_bit = 1u << r->manifest->kind;
        return !(key->needed_by & (kind_bit == BIT(UNKNOWN) ? ANY : kind_bit)) ||
               missing_refuse(r, key->name);
    }
    return key->read(r, key->name, value, (char *)r->manifest + key->offset);
}

static bool keys_read(struct umfi_value_reader *r) {
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
            umfi_value_note_unknown(r, n);
        }
    }
    return true;
}

/* Whatever else is wrong, whose manifest it is may still be told. */
static void identity_read(struct umfi_value_reader *r) {
    struct umfi_refusal ignored;
    struct umfi_value_reader quiet = {r->yaml, r->manifest, &ignored};
    if (r->yaml->count == 0 || r->yaml->nodes[0].type != UMFI_YAML_MAPPING) {
        return;
    }
    unsigned kind = umfi_yaml_value(r->yaml, 0, "kind");
    unsigned name = umfi_yaml_value(r->yaml, 0, "name");
    if (kind) {
        umfi_value_kind(&quiet, "kind", kind, &r->manifest->kind);
    }
    if (name) {
        umfi_value_name(&quiet, "name", name, &r->manifest->name);
    }
}

void umfi_manifest_init(struct umfi_manifest *manifest) {
    *manifest = (struct umfi_manifest){
        .name = "",
        .description = "",
        .package = "",
        .module = "",
        .stack = "",
        .priority = UMFI_MANIFEST_PRIORITY,
        .is_enabled = true,
    };
}

bool umfi_manifest_parse(const char *bytes, size_t size, struct umfi_manifest *manifest,
                         struct umfi_refusal *refusal) {
    umfi_manifest_init(manifest);
    struct umfi_yaml *yaml = umfi_meta_alloc(sizeof *yaml);
    if (!yaml) {
        return umfi_refuse_no_memory(refusal);
    }
    bool is_good = umfi_yaml_parse(yaml, bytes, size, refusal);
    struct umfi_value_reader reader = {yaml, manifest, refusal};
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
