/*
 * manifest_file.h - a manifest's bytes, its identity, and whether it is a mask.
 *
 * The file is opened once; all that is told of it is told of that descriptor.
 * A device is never read and a FIFO never waited for.
 */
#ifndef UMFI_PLUGIN_MANIFEST_FILE_H
#define UMFI_PLUGIN_MANIFEST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "plugin/refusal.h"

struct stat;
/* What a mask points at. */
bool umfi_is_null_device(const struct stat *status);

struct umfi_manifest_file {
    bool is_mask; /* a link to /dev/null, or an empty file */
    dev_t device;
    ino_t inode;
    char *bytes; /* from umfi_meta_alloc(capacity) */
    size_t size, capacity;
};

/* A file too large is read up to one byte beyond the limit, for the parser to
 * refuse. umfi_manifest_file_fini in either case. */
bool umfi_manifest_file_read(struct umfi_manifest_file *file, const char *path,
                             struct umfi_refusal *refusal);
void umfi_manifest_file_fini(struct umfi_manifest_file *file);

#endif
