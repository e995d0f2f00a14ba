/*
 * log.h - the library's log, set up from UMF_LOG at the first record.
 *
 * A record is put together in a stack buffer and leaves in one write(2): no
 * stdio, no malloc, no locale, because the malloc replacement logs too. FATAL
 * records reach stderr even with logging off. Any thread may log; the output is
 * guarded by one mutex of the highest rank.
 */
#ifndef UMFI_CORE_LOG_H
#define UMFI_CORE_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/annotations.h"

enum umfi_log_level {
    UMFI_LOG_DEBUG,
    UMFI_LOG_INFO,
    UMFI_LOG_WARNING,
    UMFI_LOG_ERROR,
    UMFI_LOG_FATAL,
};

bool umfi_log_is_enabled(enum umfi_log_level level);
void umfi_log(enum umfi_log_level level, const char *where, const char *format, ...)
    UMFI_PRINTF(3, 4);
void umfi_log_va(enum umfi_log_level level, const char *where, const char *format, va_list args)
    UMFI_PRINTF(3, 0);

#define umfi_debug(...) umfi_log(UMFI_LOG_DEBUG, __func__, __VA_ARGS__)
#define umfi_info(...) umfi_log(UMFI_LOG_INFO, __func__, __VA_ARGS__)
#define umfi_warn(...) umfi_log(UMFI_LOG_WARNING, __func__, __VA_ARGS__)

void umfi_log_prefork(void);
void umfi_log_parent(void);
void umfi_log_child(void);

#endif
