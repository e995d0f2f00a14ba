/* error.c - the text behind an error, logged once and kept per thread (error.h). */
#include "core/error.h"

#include <stdio.h>
#include <string.h>
#include <umf/plugin.h>

#include "base/text.h"
#include "core/log.h"
#include "core/thread.h"

static const char prefix[] = "umf: ";

static void keep(const char *format, va_list args) UMFI_PRINTF(1, 0);
static void keep(const char *format, va_list args) {
    struct umfi_thread *thread = umfi_thread_get();
    if (!thread) {
        return;
    }
    memcpy(thread->error_text, prefix, sizeof prefix);
    size_t used = sizeof prefix - 1;
    (void)vsnprintf(thread->error_text + used, sizeof thread->error_text - used, format, args);
    umfi_text_make_shown(thread->error_text);
}

void umfi_error_va(const char *where, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    keep(format, again);
    va_end(again);
    umfi_log_va(UMFI_LOG_ERROR, where, format, args);
}

void umfi_error(const char *where, const char *format, ...) {
    va_list args;
    va_start(args, format);
    umfi_error_va(where, format, args);
    va_end(args);
}

void umfi_error_quiet(const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep(format, args);
    va_end(args);
}

const char *umfi_error_text(void) {
    struct umfi_thread *thread = umfi_thread_peek();
    return thread ? thread->error_text : "";
}

void umfi_error_clear(void) {
    struct umfi_thread *thread = umfi_thread_peek();
    if (thread) {
        thread->error_text[0] = '\0';
    }
}

const char *umfi_error_reason(void) {
    const char *text = umfi_error_text();
    return *text ? text + sizeof prefix - 1 : text;
}

void umfi_check_failed(const char *condition, const char *function) {
    umfi_log(UMFI_LOG_FATAL, function, "UMF check failed: %s in %s", condition, function);
    umfi_error_quiet("%s: check failed: %s", function, condition);
}

const char *umfGetLastErrorMessage(void) { return umfi_error_text(); }
