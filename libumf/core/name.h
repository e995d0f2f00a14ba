/* name.h - names of pools and providers (contract 1.6). */
#ifndef UMFI_CORE_NAME_H
#define UMFI_CORE_NAME_H

#include <stdbool.h>
#include <string.h>

#define UMFI_NAME_LIMIT 63

/* [A-Za-z0-9_-], 1 to 63 characters. */
static inline bool umfi_name_is_recommended(const char *name) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    if (!name) {
        return false;
    }
    size_t length = strspn(name, alphabet);
    return length > 0 && length <= UMFI_NAME_LIMIT && name[length] == '\0';
}

#endif
