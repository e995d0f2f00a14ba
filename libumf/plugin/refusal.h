/*
 * refusal.h - why a manifest or a module is not used: a class, a text, a line.
 *
 * Each class has its word and its result code in one table, so that a decision
 * is worded once and reads the same in the log, in umfGetLastErrorMessage() and
 * in a listing.
 */
#ifndef UMFI_PLUGIN_REFUSAL_H
#define UMFI_PLUGIN_REFUSAL_H

#include <stdbool.h>
#include <umf/base.h>

#include "base/annotations.h"

enum umfi_refusal_class {
    UMFI_E_NONE,
    UMFI_E_NO_MEMORY, /* ours: never remembered, the next call tries again */
    UMFI_E_NOT_FOUND,
    UMFI_E_DISABLED,
    UMFI_E_ACCESS,
    UMFI_E_SYNTAX,
    UMFI_E_LIMIT,
    UMFI_E_SCHEMA,
    UMFI_E_FIELD,
    UMFI_E_PATH,
    UMFI_E_ABSENT,
    UMFI_E_FORMAT,
    UMFI_E_ARCH,
    UMFI_E_INSECURE,
    UMFI_E_DEPENDENCY,
    UMFI_E_STATIC_TLS,
    UMFI_E_NOT_PLUGIN,
    UMFI_E_CORRUPT,
    UMFI_E_ABI,
    UMFI_E_MISMATCH,
    UMFI_E_INIT,
    UMFI_E_RECURSION,
    UMFI_E_FORKED,
    UMFI_E_CLASSES
};

#define UMFI_REFUSAL_TEXT_BYTES 1024

struct umfi_refusal {
    enum umfi_refusal_class class;
    umf_result_t result;
    unsigned line; /* of the manifest, from 1; 0: not about a line */
    char text[UMFI_REFUSAL_TEXT_BYTES];
};

/* Fills in the refusal and answers false, so that a predicate can return it.
 * Bytes of the text that are a control character's, or no UTF-8, become '?'. */
bool umfi_refuse(struct umfi_refusal *refusal, enum umfi_refusal_class class, const char *format,
                 ...) UMFI_PRINTF(3, 4);
/* The same about a line; E_SYNTAX and E_FIELD texts begin with "line L: ". */
bool umfi_refuse_at(struct umfi_refusal *refusal, enum umfi_refusal_class class, unsigned line,
                    const char *format, ...) UMFI_PRINTF(4, 5);
bool umfi_refuse_no_memory(struct umfi_refusal *refusal);

/* "E_FIELD" */
const char *umfi_refusal_word(enum umfi_refusal_class class);
/* "OUT_OF_HOST_MEMORY" */
const char *umfi_result_word(umf_result_t result);

#endif
