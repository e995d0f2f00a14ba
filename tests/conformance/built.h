/*
 * built.h - which plugins this tree was configured with.
 *
 * Suites run over those: one that was switched off is left out, one that was
 * built must load, or its cases fail.
 */
#ifndef UMF_TESTS_CONFORMANCE_BUILT_H
#define UMF_TESTS_CONFORMANCE_BUILT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* kind: "pool" or "provider"; BUILT_PLUGINS is a list of umf-KIND-NAME.la. */
static inline bool plugin_is_built(const char *kind, const char *name) {
    char module[80];
    (void)snprintf(module, sizeof module, " umf-%s-%s.la ", kind, name);
    return strstr(" " BUILT_PLUGINS " ", module) != NULL;
}

#endif
