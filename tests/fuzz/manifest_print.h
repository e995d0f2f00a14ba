/*
 * manifest_print.h - a manifest's fields as YAML again, every text in quotes.
 *
 * What has its default is left out, so that the print has no more nodes than
 * what was read. Unknown keys are not kept and not printed.
 */
#ifndef UMF_TESTS_FUZZ_MANIFEST_PRINT_H
#define UMF_TESTS_FUZZ_MANIFEST_PRINT_H

#include <stddef.h>

#include "plugin/manifest.h"

/* The bytes printed, without a 0 at the end; 0 where there is no room. */
size_t manifest_print(const struct umfi_manifest *manifest, char *buffer, size_t capacity);

#endif
