/* errno_text.c - platform: glibc has the untranslated text as a constant. */
#include "base/errno_text.h"

#include <string.h>

const char *umfi_errno_text(int error) {
#ifdef __GLIBC__
    const char *text = strerrordesc_np(error);
#else
    const char *text = strerror(error); /* musl: a constant as well */
#endif
    return text ? text : "unknown error";
}
