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

/* A failed argument check: one FATAL record naming the condition. */
void umfi_check_failed(const char *condition, const char *function);

/* Returns `result` from the calling function, with a record, unless `condition`. */
#define UMFI_CHECK(condition, result)                   \
    do {                                                \
        if (UMFI_UNLIKELY(!(condition))) {              \
            umfi_check_failed(#condition, __func__);    \
            return result;                              \
        }                                               \
    } while (0)
#define UMFI_CHECK_ARG(condition) UMFI_CHECK(condition, UMF_RESULT_ERROR_INVALID_ARGUMENT)

#endif
