/* stack_text.c - a stack's text, taken apart (stack_text.h has the grammar). */
#include "plugin/stack_text.h"

#include <string.h>

#define NAME_LIMIT 63

struct reader {
    const char *spec, *at;
    struct umfi_stack_text *stack;
};

static bool fail(struct reader *reader, const char *error) {
    reader->stack->error_column = (size_t)(reader->at - reader->spec) + 1;
    reader->stack->error = error;
    return false;
}

static void skip_blanks(struct reader *reader) { reader->at += strspn(reader->at, " \t\r\n"); }

static size_t name_length(const char *text) {
    if (*text < 'a' || *text > 'z') {
        return 0;
    }
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");
}

static bool read_name(struct reader *reader, struct umfi_slice *name, const char *wanted) {
    skip_blanks(reader);
    size_t length = name_length(reader->at);
    if (length == 0 || length > NAME_LIMIT) {
        return fail(reader, wanted);
    }
    *name = (struct umfi_slice){reader->at, length};
    reader->at += length;
    skip_blanks(reader);
    return true;
}

/* Whether `name =` stands at `text`: then a comma before it ends a value. */
static bool starts_option(const char *text) {
    text += strspn(text, " \t\r\n");
    size_t length = name_length(text);
    text += length;
    text += strspn(text, " \t\r\n");
    return length > 0 && *text == '=';
}

static bool read_quoted(struct reader *reader, struct umfi_slice *value) {
    const char *start = reader->at + 1;
    const char *end = strchr(start, '"');
    if (!end) {
        return fail(reader, "a closing '\"' is missing");
    }
    *value = (struct umfi_slice){start, (size_t)(end - start)};
    reader->at = end + 1;
    skip_blanks(reader);
    return true;
}

static bool read_value(struct reader *reader, struct umfi_slice *value) {
    skip_blanks(reader);
    if (*reader->at == '"') {
        return read_quoted(reader, value);
    }
    const char *start = reader->at;
    for (;;) {
        reader->at += strcspn(reader->at, ",)\"");
        if (*reader->at != ',' || starts_option(reader->at + 1)) {
            break;
        }
        reader->at++;
    }
    const char *end = reader->at;
    while (end > start && strchr(" \t\r\n", end[-1])) {
        end--;
    }
    if (end == start) {
        return fail(reader, "a value is missing");
    }
    *value = (struct umfi_slice){start, (size_t)(end - start)};
    return true;
}

/* Whether the part that is being read has an option of this name already. */
static bool is_given(const struct umfi_stack_text *stack, const struct umfi_slice *name) {
    for (size_t i = stack->parts[stack->part_count].first_option; i < stack->option_count; i++) {
        const struct umfi_slice *other = &stack->options[i].name;
        if (other->length == name->length && memcmp(other->text, name->text, name->length) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_option(struct reader *reader) {
    struct umfi_stack_text *stack = reader->stack;
    skip_blanks(reader);
    if (stack->option_count == UMFI_STACK_OPTIONS) {
        return fail(reader, "a stack has at most 64 options");
    }
    struct umfi_stack_option *option = &stack->options[stack->option_count];
    option->column = (size_t)(reader->at - reader->spec) + 1;
    if (!read_name(reader, &option->name, "a parameter's name was expected")) {
        return false;
    }
    if (is_given(stack, &option->name)) {
        reader->at = option->name.text;
        return fail(reader, "this parameter is given twice");
    }
    if (*reader->at != '=') {
        return fail(reader, "'=' was expected");
    }
    reader->at++;
    if (!read_value(reader, &option->value)) {
        return false;
    }
    stack->option_count++;
    return true;
}

static bool read_options(struct reader *reader) {
    reader->at++; /* the bracket */
    skip_blanks(reader);
    if (*reader->at == ')') {
        reader->at++;
        return true;
    }
    for (;;) {
        if (!read_option(reader)) {
            return false;
        }
        if (*reader->at == ')') {
            reader->at++;
            return true;
        }
        if (*reader->at != ',') {
            return fail(reader, "',' or ')' was expected");
        }
        reader->at++;
    }
}

static bool read_part(struct reader *reader) {
    struct umfi_stack_text *stack = reader->stack;
    skip_blanks(reader);
    if (stack->part_count == UMFI_STACK_PARTS) {
        return fail(reader, "a stack has at most 8 parts");
    }
    struct umfi_stack_part *part = &stack->parts[stack->part_count];
    part->column = (size_t)(reader->at - reader->spec) + 1;
    if (!read_name(reader, &part->name, "a plugin's name was expected")) {
        return false;
    }
    part->first_option = stack->option_count;
    if (*reader->at == '(' && !read_options(reader)) {
        return false;
    }
    part->option_count = stack->option_count - part->first_option;
    stack->part_count++;
    skip_blanks(reader);
    return true;
}

bool umfi_stack_text_parse(const char *spec, struct umfi_stack_text *stack) {
    struct reader reader = {.spec = spec, .at = spec, .stack = stack};
    memset(stack, 0, sizeof *stack);
    for (;;) {
        if (!read_part(&reader)) {
            return false;
        }
        if (*reader.at == '\0') {
            return true;
        }
        if (*reader.at != '@') {
            return fail(&reader, "'@' or the end was expected");
        }
        reader.at++;
    }
}
