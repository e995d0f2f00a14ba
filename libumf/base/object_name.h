/*
 * object_name.h - the name of a pool or provider: at most 63 characters.
 *
 * A longer name is cut, silently. The core judges its characters.
 */
#ifndef UMFI_BASE_OBJECT_NAME_H
#define UMFI_BASE_OBJECT_NAME_H

#include <string.h>

#define UMFI_OBJECT_NAME_BYTES 64

static inline void umfi_object_name_copy(char out[UMFI_OBJECT_NAME_BYTES], const char *name) {
    size_t length = strnlen(name, UMFI_OBJECT_NAME_BYTES - 1);
    memcpy(out, name, length);
    out[length] = '\0';
}

#endif
