/*
 * stack_text.h - a stack's text, taken apart.
 *
 *     stack  = part { "@" part }            at most 8 parts
 *     part   = name [ "(" [ option { "," option } ] ")" ]
 *     option = name "=" value
 *     value  = '"' any but '"' '"'  |  any but , ) "
 *
 * No option of a part is given twice. A comma that no name and "=" follow belongs to the value: numa_list=0,2 is one
 * option. Blanks around signs and names are ignored. Pure: slices of the text.
 */
#ifndef UMFI_PLUGIN_STACK_TEXT_H
#define UMFI_PLUGIN_STACK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define UMFI_STACK_PARTS 8
#define UMFI_STACK_OPTIONS 64

struct umfi_slice {
    const char *text;
    size_t length;
};

struct umfi_stack_option {
    struct umfi_slice name, value;
    size_t column;
};

struct umfi_stack_part {
    struct umfi_slice name;
    size_t column; /* of its name, from 1 */
    size_t first_option, option_count;
};

/* Parts from left to right: parts[part_count - 1] is the provider. */
struct umfi_stack_text {
    struct umfi_stack_part parts[UMFI_STACK_PARTS];
    size_t part_count;
    struct umfi_stack_option options[UMFI_STACK_OPTIONS];
    size_t option_count;
    /* where it went wrong, and what was wanted there */
    size_t error_column;
    const char *error;
};

bool umfi_stack_text_parse(const char *spec, struct umfi_stack_text *stack);

#endif
