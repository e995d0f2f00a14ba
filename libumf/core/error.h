/*
 * error.h - the reason behind an error code, and what each thread remembers.
 *
 * Who decides an error says why, once, through umfi_error: the text goes to the
 * log (level error) and is kept for this thread's umfGetLastErrorMessage().
 * A thread's memory is made at its first error from the metadata arena and
 * freed when the thread ends; without memory the text is only logged.
 */
#ifndef UMFI_CORE_ERROR_H
#define UMFI_CORE_ERROR_H

#include <stdarg.h>

#include "base/annotations.h"

/* "pool:x: E_FIELD: ..." without the leading "umf: ". */
void umfi_error(const char *where, const char *format, ...) UMFI_PRINTF(2, 3);
void umfi_error_va(const char *where, const char *format, va_list args) UMFI_PRINTF(2, 0);
/* The same, kept but logged at another level: a missing optional part. */
void umfi_error_quiet(const char *format, ...) UMFI_PRINTF(1, 2);
/* "umf: ..." or "". */
const char *umfi_error_text(void);
/* Forgets the text, so that what is found afterwards was said since; and that
 * text without its "umf: ". */
void umfi_error_clear(void);
const char *umfi_error_reason(void);

/* A failed argument check: one FATAL record naming the condition. */
void umfi_check_failed(const char *condition, const char *function);

/* Returns `result` from the calling function, with a record, unless `condition`.
 * The condition is turned into text here, before NULL in it could be expanded. */
#define UMFI_CHECK_TEXT(condition, text, where, result) \
    do {                                                \
        if (UMFI_UNLIKELY(!(condition))) {              \
            umfi_check_failed(text, where);             \
            return result;                              \
        }                                               \
    } while (0)
#define UMFI_CHECK(condition, result) UMFI_CHECK_TEXT(condition, #condition, __func__, result)
#define UMFI_CHECK_ARG(condition) \
    UMFI_CHECK_TEXT(condition, #condition, __func__, UMF_RESULT_ERROR_INVALID_ARGUMENT)
/* The same in a helper that several public functions share. */
#define UMFI_CHECK_ARG_OF(where, condition) \
    UMFI_CHECK_TEXT(condition, #condition, where, UMF_RESULT_ERROR_INVALID_ARGUMENT)

#endif
