/*
 * entry.h - one manifest's entry in the catalogue: whose it is, where its module
 * lies, how far it has come and why no further.
 *
 * Made by the scan, in one thread. Afterwards only `phase` changes, and with it,
 * before it, what it announces: a reader that loads a phase with acquire may read
 * the reason (FAILED and those fixed by the scan) or the component (READY).
 */
#ifndef UMFI_PLUGIN_ENTRY_H
#define UMFI_PLUGIN_ENTRY_H

#include <stdatomic.h>

#include "core/component.h"
#include "plugin/manifest.h"
#include "plugin/manifest_file.h"
#include "plugin/search.h"

/* Fixed by the scan: ABSENT and above. NEW -> STARTING -> READY or FAILED. */
enum umfi_plugin_phase {
    UMFI_PHASE_NEW,
    UMFI_PHASE_STARTING,
    UMFI_PHASE_READY,  /* announces `component` */
    UMFI_PHASE_FAILED, /* announces the reason */
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

/* A manifest's entry. */
struct umfi_plugin {
    struct umfi_manifest manifest;
    enum umfi_manifest_kind kind; /* the manifest's, or guessed from the file name */
    const char *name;
    enum umfi_tier tier; /* of the file that decides: a mask's where it is masked */
    bool is_chosen;
    const char *file_path, *file_name; /* the search's */
    dev_t device;
    ino_t inode;
    char *module_path; /* absolute; NULL where the manifest names none */
    char guessed_name[UMFI_MANIFEST_NAME_MAX + 1];

    _Atomic(enum umfi_plugin_phase) phase;
    struct umfi_plugin_reason reason;
    struct umfi_component *component;
};

struct umfi_plugin *umfi_plugin_create(const struct umfi_search_file *file, enum umfi_tier tier);
void umfi_plugin_destroy(struct umfi_plugin *plugin);

/* Reads the manifest and judges it and its module: NEW, ABSENT, DISABLED or
 * REFUSED, the last with a record. `fault` is that of reading the file, if any;
 * `mask` the file that masks this one, or NULL. False only without memory. */
bool umfi_plugin_judge(struct umfi_plugin *plugin, const struct umfi_search *search,
                       const struct umfi_search_file *file,
                       const struct umfi_manifest_file *contents,
                       const struct umfi_search_file *mask, struct umfi_refusal *fault);

/* For the scan, before anybody else sees the entry. */
void umfi_plugin_settle(struct umfi_plugin *plugin, enum umfi_plugin_phase phase,
                        const struct umfi_refusal *refusal);
/* Keeps a refusal as the reason; for whoever sets the phase next. */
void umfi_plugin_keep_reason(struct umfi_plugin *plugin, const struct umfi_refusal *refusal);

#define UMFI_PLUGIN_MESSAGE_BYTES 2048
/* "kind:name: CLASS: what (file:line)" */
void umfi_plugin_message(const struct umfi_plugin *plugin, const struct umfi_plugin_reason *reason,
                         char buffer[UMFI_PLUGIN_MESSAGE_BYTES]);

#endif
