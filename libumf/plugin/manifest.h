/*
 * manifest.h - a manifest, schema 1, as pure data.
 *
 * umfi_manifest_parse looks at the given bytes only: what is wrong with a
 * manifest does not depend on where it lies. Strings point into one block from
 * the metadata arena that the manifest owns.
 */
#ifndef UMFI_PLUGIN_MANIFEST_H
#define UMFI_PLUGIN_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <umf/plugin_sdk.h>

#include "plugin/refusal.h"

#define UMFI_MANIFEST_SCHEMA 1
#define UMFI_MANIFEST_NAME_MAX 32
#define UMFI_MANIFEST_PRIORITY 50
#define UMFI_MANIFEST_UNKNOWN_MAX 8

enum umfi_manifest_kind {
    UMFI_MANIFEST_UNKNOWN = 0, /* refused before its kind was read */
    UMFI_MANIFEST_POOL = UMF_PLUGIN_KIND_POOL,
    UMFI_MANIFEST_PROVIDER = UMF_PLUGIN_KIND_PROVIDER,
    UMFI_MANIFEST_MEMTARGET = UMF_PLUGIN_KIND_MEMTARGET,
    UMFI_MANIFEST_POLICY,
    UMFI_MANIFEST_STACK,
};

/* allow, deny, or nothing said. */
enum umfi_manifest_answer { UMFI_ANSWER_NONE, UMFI_ANSWER_ALLOW, UMFI_ANSWER_DENY };

/* `count` strings, one after the other, each with its 0. */
struct umfi_manifest_list {
    const char *text;
    unsigned count;
};

/* A key that the schema does not know and that does not begin with x-. */
struct umfi_manifest_unknown {
    const char *key;
    unsigned line;
};

struct umfi_manifest {
    enum umfi_manifest_kind kind;
    const char *name; /* "" where refused before it was read; never NULL */
    const char *description, *package;

    /* pool, provider, memtarget */
    const char *module; /* a bare name, or absolute: the tier may refuse that */
    unsigned abi_major, abi_minor;
    unsigned priority; /* 0-99 */
    bool is_enabled, is_optional;
    struct umfi_manifest_list aliases;
    struct umfi_manifest_list params; /* name, text, name, text: count is twice the rows */

    /* policy */
    struct umfi_manifest_list disable;
    struct umfi_manifest_list default_pools, default_providers;
    enum umfi_manifest_answer user_manifests;

    /* stack */
    const char *stack;

    struct umfi_manifest_unknown unknown[UMFI_MANIFEST_UNKNOWN_MAX]; /* the first few */
    unsigned unknown_count;                                          /* all of them */

    char *text; /* what the strings point into */
    size_t text_bytes;
};

/* Every key's default. */
void umfi_manifest_init(struct umfi_manifest *manifest);
/* After a refusal the manifest still tells kind and name where they were read.
 * umfi_manifest_fini in either case. */
bool umfi_manifest_parse(const char *bytes, size_t size, struct umfi_manifest *manifest,
                         struct umfi_refusal *refusal);
void umfi_manifest_fini(struct umfi_manifest *manifest);

/* "pool", ..., "stack"; "manifest" for UNKNOWN. */
const char *umfi_manifest_kind_word(enum umfi_manifest_kind kind);
/* UNKNOWN for anything else. */
enum umfi_manifest_kind umfi_manifest_kind_of(const char *word);
bool umfi_manifest_is_name(const char *text);

/* The key of this kind's manifests that is most like a word; NULL: none is. */
const char *umfi_manifest_nearest_key(enum umfi_manifest_kind kind, const char *word);

/* The string after `text` in a list. */
const char *umfi_manifest_list_next(const char *text);

#endif
