/* native_error.c - the text of a thread's last native error (native_error.h). */
#include "base/native_error.h"

#include <stdio.h>

#include "base/errno_text.h"

umf_result_t umfi_native_error_get(struct umfi_native_error *error,
                                   const struct umfi_native_kind *kind, const char **message,
                                   int32_t *code) {
    if (!message || !code) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    const char *text = kind->texts[error->number];
    if (error->os_error == 0) {
        *message = text;
    } else {
        (void)snprintf(error->text, sizeof error->text, "%s: %s", text,
                       umfi_errno_text(error->os_error));
        *message = error->text;
    }
    *code = kind->first + error->number;
    return UMF_RESULT_SUCCESS;
}
