/*
 * copies.c - structures with strings, copied and freed (copies.h).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/copies.h"

static const char **string_at(char *item, const struct copied *type, size_t i) {
    return (const char **)(void *)(item + type->strings[i]);
}

static void free_strings(char *item, const struct copied *type) {
    for (size_t i = 0; i < type->string_count; i++) {
        free((void *)(uintptr_t)*string_at(item, type, i));
    }
}

bool umf_copies_append(void **items, size_t *count, const struct copied *type, const void *item) {
    char *grown = reallocarray(*items, *count + 1, type->size);
    if (grown == NULL) {
        return false;
    }
    char *copy = grown + *count * type->size;
    bool is_copied = true;
    *items = grown;
    memcpy(copy, item, type->size);
    for (size_t i = 0; i < type->string_count; i++) {
        const char **string = string_at(copy, type, i);
        *string = strdup(*string != NULL ? *string : "");
        is_copied = is_copied && *string != NULL;
    }
    if (is_copied) {
        ++*count;
    } else {
        free_strings(copy, type);
    }
    return is_copied;
}

void umf_copies_free(void *items, size_t count, const struct copied *type) {
    for (size_t i = 0; i < count; i++) {
        free_strings((char *)items + i * type->size, type);
    }
    free(items);
}
