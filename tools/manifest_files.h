/*
 * manifest_files.h - the manifest files that a command line names.
 */
#ifndef UMF_TOOLS_MANIFEST_FILES_H
#define UMF_TOOLS_MANIFEST_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/catalogue.h"

struct manifest_files {
    char **paths; /* absolute, the structure's own */
    size_t count;
};

/* false: complained already. umf_manifest_files_fini in either case. */
bool umf_manifest_files_init(struct manifest_files *files, char **words, size_t count);
void umf_manifest_files_fini(struct manifest_files *files);

/* Puts the folders of those files that no search finds in front of
 * UMF_PLUGIN_PATH. To be called before anything is asked of libumf, which reads
 * the variable once. false: complained already. */
bool umf_manifest_files_enter(const struct manifest_files *files);

/* Which of the files the entry's manifest is, or SIZE_MAX. */
size_t umf_manifest_files_index(const struct manifest_files *files, const umf_plugin_info_t *info);

#endif
