/*
 * native_error.h - a provider's own last error of a thread, as code and text.
 *
 * A component keeps one of these per thread:
 *     static _Thread_local struct umfi_native_error last_error;
 * and describes its codes once. Zero means "success", so the thread's copy needs
 * no initialiser. A failure stores two numbers; the text is put together when
 * it is asked for.
 *
 * Law: code = kind->first + error.number, 0 <= number < kind->count.
 */
#ifndef UMFI_BASE_NATIVE_ERROR_H
#define UMFI_BASE_NATIVE_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include <umf/base.h>

struct umfi_native_error {
    int number;   /* counted from the kind's first code */
    int os_error; /* errno; 0: none */
    char text[112];
};

struct umfi_native_kind {
    int32_t first;            /* the code of success */
    const char *const *texts; /* of first, first + 1, ... */
    size_t count;
};

/* Remembers a failure; the answer is what the operation returns. */
static inline umf_result_t umfi_native_error_set(struct umfi_native_error *error,
                                                 const struct umfi_native_kind *kind, int32_t code,
                                                 int os_error) {
    error->number = code - kind->first;
    error->os_error = os_error;
    return UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC;
}

/* The operation get_last_native_error. The message is valid until the thread's
 * next failure of this kind. INVALID_ARGUMENT: message or code NULL. */
umf_result_t umfi_native_error_get(struct umfi_native_error *error,
                                   const struct umfi_native_kind *kind, const char **message,
                                   int32_t *code);

#endif
