/*
 * entry.h - one line of the catalogue: whose it is, where its module lies, and
 * whether it may be used.
 *
 * An entry comes from a manifest, from a descriptor that the program registered, or
 * from a module linked into a static build. Made by the scan, in one thread; never
 * changed afterwards. How far its module has come is told by its load, which
 * outlives it.
 */
#ifndef UMFI_PLUGIN_ENTRY_H
#define UMFI_PLUGIN_ENTRY_H

#include "plugin/load.h"
#include "plugin/manifest.h"
#include "plugin/manifest_file.h"
#include "plugin/search.h"
#include "plugin/trust.h"

struct umfi_plugin {
    struct umfi_manifest manifest;
    enum umfi_manifest_kind kind; /* the manifest's, or guessed from the file name */
    const char *name;
    enum umfi_tier tier; /* of the file that decides: a mask's where it is masked */
    bool is_chosen;
    bool is_insecure;                   /* used all the same: a warning */
    bool is_bare_mask;                  /* a mask over nothing: yields to a real manifest */
    const char *file_path, *file_name;  /* the search's; "" where there is no manifest */
    dev_t device;
    ino_t inode;
    char *module_path; /* absolute; NULL where there is no file of its own */
    char guessed_name[UMFI_MANIFEST_NAME_MAX + 1];

    /* NEW: may be used, and where it has a load, that tells more. Else ABSENT,
     * DISABLED, SHADOWED or REFUSED, with the reason. */
    enum umfi_plugin_phase verdict;
    struct umfi_plugin_reason reason;
    struct umfi_load_source source;
    struct umfi_load *load; /* set by the registry; NULL for a policy or a stack */
    struct umfi_load_params *new_params; /* for the load; NULL: it has them already */
};

/* What a scan is made with beside the directories. */
struct umfi_scan {
    const struct umfi_search *search;
    const struct umfi_trust *trust;
};

/* The manifest `file`; `tier` is that of its mask where it has one. */
struct umfi_plugin *umfi_plugin_create(const struct umfi_search_file *file, enum umfi_tier tier);
/* A component that needs no manifest; `name` must outlive it. */
struct umfi_plugin *umfi_plugin_create_bare(enum umfi_tier tier, enum umfi_manifest_kind kind,
                                            const char *name,
                                            const struct umfi_load_source *source);
void umfi_plugin_destroy(struct umfi_plugin *plugin);

/* A manifest as far as it was read. Whether its file may be used is judged by its
 * path before it is opened: what is put there in between is judged by nobody else. */
struct umfi_manifest_reading {
    const struct umfi_search_file *file;
    const struct umfi_search_file *mask; /* the file that masks it, itself even; NULL: none */
    const struct umfi_manifest_file *contents;
    const struct umfi_refusal *warning; /* why it is not safe, though used; NULL: it is */
    struct umfi_refusal *fault;         /* of reading it, class NONE: read; later of judging */
};

/* Judges a manifest and its module: NEW, ABSENT, DISABLED or REFUSED. False only
 * without memory. */
bool umfi_plugin_judge(struct umfi_plugin *plugin, const struct umfi_scan *scan,
                       const struct umfi_manifest_reading *reading);

/* Whose manifest it is: what it says, or where it was refused before it said so,
 * what NN-kind-name.yaml says; else the file itself is named. */
void umfi_plugin_identify(struct umfi_plugin *plugin);
/* For the scan: the verdict and its reason. */
void umfi_plugin_settle(struct umfi_plugin *plugin, enum umfi_plugin_phase verdict,
                        const struct umfi_refusal *refusal);

/* A load's phase where the entry may be used, else the scan's verdict. */
enum umfi_plugin_phase umfi_plugin_phase(const struct umfi_plugin *plugin);

/* Whether it leaves its name to the next candidate. */
bool umfi_plugin_is_yielding(const struct umfi_plugin *plugin);
bool umfi_plugin_is_component(enum umfi_manifest_kind kind);

/* "PATH does not exist: install PACKAGE" */
bool umfi_plugin_refuse_absent(const struct umfi_plugin *plugin, struct umfi_refusal *refusal);

#define UMFI_PLUGIN_MESSAGE_BYTES 2048
/* "kind:name: CLASS: what (file:line)" */
void umfi_plugin_message(const struct umfi_plugin *plugin, const struct umfi_refusal *refusal,
                         char buffer[UMFI_PLUGIN_MESSAGE_BYTES]);

#endif
