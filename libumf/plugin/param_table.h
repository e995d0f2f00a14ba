/*
 * param_table.h - whether a parameter table of a plugin can be worked with.
 */
#ifndef UMFI_PLUGIN_PARAM_TABLE_H
#define UMFI_PLUGIN_PARAM_TABLE_H

#include <stdbool.h>
#include <umf/plugin_sdk.h>

/* Law of a good table: its size and its rows' are those that a compiler gives and hold
 * all fields of ABI 0.1; every row has a name [a-z][a-z0-9_]*, no two the same one, a
 * known type, words where the type has some, and an aligned field within the
 * configuration structure. False: *fault names what is not so, "parameter size".
 * No byte beyond a struct's size is read. NULL is good: no parameters. */
bool umfi_param_table_check(const umf_param_table_t *table, const char **fault);

/* The sizes that a compiler gives a struct with pointers, from `least` on: with any
 * other the last pointer would be cut. */
static inline bool umfi_is_struct_size(size_t size, size_t least) {
    return size >= least && size % sizeof(void *) == 0;
}

#endif
