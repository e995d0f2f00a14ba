/*
 * manifest_yaml.h - the strict subset of YAML that manifests are written in.
 *
 * One document of mappings, sequences and scalars, UTF-8; no anchors, aliases,
 * tags or merge keys; no key twice. The limits hold while parsing, so that a
 * hostile file costs no more than an honest one of its size.
 *
 * The tree is an array in document order:
 *   nodes[0] is the root; the children of i begin at i + 1;
 *   nodes[i].end is the index after the last descendant of i;
 *   the children of a mapping are key, value, key, value.
 * The scalars' texts stand one after the other in `text`, each with its 0, in
 * document order: the texts of a sequence of scalars are neighbours.
 */
#ifndef UMFI_PLUGIN_MANIFEST_YAML_H
#define UMFI_PLUGIN_MANIFEST_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "plugin/refusal.h"

#define UMFI_YAML_BYTES_MAX ((size_t)64 << 10)
#define UMFI_YAML_DEPTH_MAX 4
#define UMFI_YAML_NODES_MAX 256

enum umfi_yaml_type { UMFI_YAML_SCALAR, UMFI_YAML_SEQUENCE, UMFI_YAML_MAPPING };

struct umfi_yaml_node {
    enum umfi_yaml_type type;
    bool is_plain; /* a scalar without quotes: may be a number or a boolean */
    unsigned line; /* from 1 */
    unsigned end;
    const char *text; /* of a scalar, else NULL */
};

struct umfi_yaml {
    unsigned count;
    size_t text_bytes, text_used;
    char *text; /* from umfi_meta_alloc(text_bytes); whoever keeps it sets it NULL */
    struct umfi_yaml_node nodes[UMFI_YAML_NODES_MAX];
};

/* After a refusal the tree holds what was read before the fault, so that its
 * kind and name can still be told. umfi_yaml_fini in either case. */
bool umfi_yaml_parse(struct umfi_yaml *yaml, const char *bytes, size_t size,
                     struct umfi_refusal *refusal);
void umfi_yaml_fini(struct umfi_yaml *yaml);

/* The value of a key in a mapping; 0 (the root is no value) where it has none. */
unsigned umfi_yaml_value(const struct umfi_yaml *yaml, unsigned mapping, const char *key);

#endif
