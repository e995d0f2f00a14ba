/*
 * copies.h - what a visit of libumf showed, copied so that it outlives the call: an
 * array of structures whose strings are the array's own.
 */
#ifndef UMF_TOOLS_COPIES_H
#define UMF_TOOLS_COPIES_H

#include <stdbool.h>
#include <stddef.h>

/* How a structure is made up. */
struct copied {
    size_t size;           /* of the structure */
    const size_t *strings; /* where in it a const char * stands */
    size_t string_count;
};

/* Appends a copy to `count` items at *items and sets the new count; a NULL string
 * becomes "". false without memory: what is there stays good. */
bool umf_copies_append(void **items, size_t *count, const struct copied *type, const void *item);
void umf_copies_free(void *items, size_t count, const struct copied *type);

#endif
