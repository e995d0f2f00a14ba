/*
 * load.h - a component of a module on its way to be used.
 *
 * Catalogues come and go with each rescan; a load is for the life of the process.
 * It is told by what it is loaded from (the module's file, a registered descriptor,
 * or a preloaded entry) and by the kind and name of the component, so that whatever
 * manifest leads to it, and in whatever catalogue, it is started once. A file that
 * was put in the place of another is another file, though ld.so goes on with the
 * first: that shows in the entry, once it is opened, and claim.h has the law.
 *
 * Law: NEW -> STARTING -> READY or FAILED; for want of memory back to NEW; a rescan
 * takes FAILED back to NEW. READY is for ever and may be read without a lock: the
 * acquire of the phase gives the component. The reason of FAILED belongs to the
 * registry's lock. `next` and what a load is told by never change.
 */
#ifndef UMFI_PLUGIN_LOAD_H
#define UMFI_PLUGIN_LOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <umf/plugin_sdk.h>

#include "core/component.h"
#include "plugin/manifest.h"
#include "plugin/refusal.h"

/* What became of an entry. The first four are a load's; an entry that the scan
 * has judged otherwise has no load. */
enum umfi_plugin_phase {
    UMFI_PHASE_NEW,
    UMFI_PHASE_STARTING,
    UMFI_PHASE_READY,
    UMFI_PHASE_FAILED,
    UMFI_PHASE_ABSENT,
    UMFI_PHASE_DISABLED,
    UMFI_PHASE_SHADOWED,
    UMFI_PHASE_REFUSED,
};

/* A refusal, kept. */
struct umfi_plugin_reason {
    enum umfi_refusal_class class;
    umf_result_t result;
    unsigned line;
    char *text; /* NULL where there was no memory to keep it */
};
void umfi_plugin_reason_keep(struct umfi_plugin_reason *reason,
                             const struct umfi_refusal *refusal);
void umfi_plugin_reason_fini(struct umfi_plugin_reason *reason);
/* A kept reason as a refusal again. */
void umfi_plugin_reason_tell(const struct umfi_plugin_reason *reason,
                             struct umfi_refusal *refusal);

/* A file; or a descriptor, with the entry of its module where it came from one; or
 * the entry alone. */
struct umfi_load_source {
    dev_t device;
    ino_t inode;
    const umf_plugin_desc_t *desc;
    umf_plugin_query_fn query;
};

/* A manifest's parameters, name, text, name, text, as objects read them. What an
 * object was given it may keep, so older ones stay behind the newest; there are as
 * many as a manifest was edited between two rescans. */
struct umfi_load_params {
    struct umfi_load_params *older;
    unsigned count; /* strings */
    size_t bytes;
    char text[];
};

struct umfi_load {
    struct umfi_load *next;
    struct umfi_load_source source;
    enum umfi_manifest_kind kind;
    _Atomic(enum umfi_plugin_phase) phase;
    struct umfi_plugin_reason reason;
    umf_plugin_query_fn entry; /* from STARTING on; NULL: not known, or none */
    pthread_t owner;           /* of STARTING */
    struct umfi_component *component;
    struct umfi_load_params *_Atomic params; /* NULL: none */
    char name[UMFI_MANIFEST_NAME_MAX + 1];
};

/* The load so told in a list, added in front where it is not there yet; NULL
 * without memory. The caller guards the list. */
struct umfi_load *umfi_load_get(struct umfi_load **list, const struct umfi_load_source *source,
                                enum umfi_manifest_kind kind, const char *name);
/* A copy of a manifest's parameters for this load, or NULL in *made where they are
 * the same as now; false without memory. Not in use before it is set. */
bool umfi_load_params_make(const struct umfi_load *load, const struct umfi_manifest_list *params,
                           struct umfi_load_params **made);
void umfi_load_params_free(struct umfi_load_params *params);
void umfi_load_params_set(struct umfi_load *load, struct umfi_load_params *params);

#endif
