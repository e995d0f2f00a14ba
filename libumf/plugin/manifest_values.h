/*
 * manifest_values.h - reads one key's value into a field of a manifest.
 *
 * Every function gets the key, for the message, its value's node, and the field,
 * whose type it knows. False: refused with E_FIELD, E_PATH or E_SCHEMA and the
 * line; the manifest is then of no use.
 */
#ifndef UMFI_PLUGIN_MANIFEST_VALUES_H
#define UMFI_PLUGIN_MANIFEST_VALUES_H

#include "plugin/manifest.h"
#include "plugin/manifest_yaml.h"

struct umfi_value_reader {
    const struct umfi_yaml *yaml;
    struct umfi_manifest *manifest;
    struct umfi_refusal *refusal;
};

typedef bool (*umfi_value_fn)(struct umfi_value_reader *r, const char *key, unsigned node,
                              void *field);
#define UMFI_VALUE_READER(name) \
    bool umfi_value_##name(struct umfi_value_reader *r, const char *key, unsigned node, void *field)

UMFI_VALUE_READER(text);     /* const char * */
UMFI_VALUE_READER(name);     /* const char *: [a-z][a-z0-9_-]{0,31} */
UMFI_VALUE_READER(module);   /* const char * that ld.so will neither search nor expand */
UMFI_VALUE_READER(kind);     /* enum umfi_manifest_kind */
UMFI_VALUE_READER(bool);     /* bool: true or false */
UMFI_VALUE_READER(allow);    /* enum umfi_manifest_answer: allow or deny */
UMFI_VALUE_READER(stack);    /* const char * that reads as a stack */
UMFI_VALUE_READER(priority); /* unsigned: 0-99 */
UMFI_VALUE_READER(abi);      /* unsigned[2]: major, minor */
UMFI_VALUE_READER(names);    /* struct umfi_manifest_list */
UMFI_VALUE_READER(disable);  /* the same, of kind:name */
UMFI_VALUE_READER(default);  /* struct umfi_manifest_list[2]: pool, provider */
UMFI_VALUE_READER(params);   /* the same, of name, text, name, text */
UMFI_VALUE_READER(schema);   /* no field: judged only */

/* Notes a key that the schema does not know, unless it begins with x-. */
void umfi_value_note_unknown(struct umfi_value_reader *r, unsigned key_node);

#endif
