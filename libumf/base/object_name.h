/*
 * object_name.h - the name of a pool or provider (API: [A-Za-z0-9_-]{0,63}).
 *
 * A longer name is cut, silently; other characters are taken but advised
 * against, and what follows from them differs between pools and providers.
 */
#ifndef UMFI_BASE_OBJECT_NAME_H
#define UMFI_BASE_OBJECT_NAME_H

#include <stdbool.h>

#define UMFI_OBJECT_NAME_BYTES 64

/* Answers whether the copy has only recommended characters. */
static inline bool umfi_object_name_copy(char out[UMFI_OBJECT_NAME_BYTES], const char *name) {
    bool is_recommended = true;
    int length = 0;
    for (; name[length] && length < UMFI_OBJECT_NAME_BYTES - 1; length++) {
        char c = name[length];
        is_recommended = is_recommended && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                            (c >= '0' && c <= '9') || c == '_' || c == '-');
        out[length] = c;
    }
    out[length] = '\0';
    return is_recommended;
}

#endif
