/*
 * stack-fuzz.c - any text as a stack (plugin/stack_text.h), and the laws of what
 * comes of it.
 *
 *   good:    every slice lies in the text, in order, at its column, and is what
 *            the grammar allows; printed and read again it is the same stack
 *   refused: the column is that of a sign, or of the end, and the reason is a line
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "plugin/stack_text.h"

#define BLANKS " \t\r\n"
#define NAME_SIGNS "abcdefghijklmnopqrstuvwxyz0123456789_-"

static bool is_blank(char c) { return c != '\0' && strchr(BLANKS, c) != NULL; }

static bool is_same_slice(struct umfi_slice a, struct umfi_slice b) {
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* The slice begins at or after `from`; answers where it ends. */
static const char *slice_check(const char *spec, struct umfi_slice slice, const char *from) {
    LAW(slice.text >= from && slice.text >= spec);
    LAW(slice.length <= strlen(spec) - (size_t)(slice.text - spec));
    return slice.text + slice.length;
}

static const char *name_check(const char *spec, struct umfi_slice name, size_t column,
                              const char *from) {
    const char *end = slice_check(spec, name, from);
    LAW(name.text == spec + column - 1);
    LAW(name.length >= 1 && name.length <= 63);
    LAW(*name.text >= 'a' && *name.text <= 'z');
    LAW(strspn(name.text, NAME_SIGNS) == name.length);
    return end;
}

/* Whether a name and '=' stand after the comma at `comma`. */
static bool ends_a_value(const char *comma) {
    const char *name = comma + 1 + strspn(comma + 1, BLANKS);
    size_t length = *name >= 'a' && *name <= 'z' ? strspn(name, NAME_SIGNS) : 0;
    const char *after = name + length;
    return length > 0 && after[strspn(after, BLANKS)] == '=';
}

static const char *value_check(const char *spec, struct umfi_slice value, const char *from) {
    const char *end = slice_check(spec, value, from);
    LAW(memchr(value.text, '"', value.length) == NULL);
    if (value.text[-1] == '"') {
        LAW(*end == '"');
        end++;
    } else {
        LAW(value.length > 0 && !is_blank(value.text[0]) && !is_blank(end[-1]));
        LAW(memchr(value.text, ')', value.length) == NULL);
        for (const char *c = value.text; c < end; c++) {
            LAW(*c != ',' || !ends_a_value(c));
        }
    }
    const char *next = end + strspn(end, BLANKS);
    LAW(*next == ')' || (*next == ',' && ends_a_value(next)) || value.text[-1] == '"');
    LAW(*next == ')' || *next == ',');
    return next;
}

static void stack_check(const char *spec, const struct umfi_stack_text *stack) {
    const char *at = spec;
    size_t option_count = 0;
    LAW(stack->part_count >= 1 && stack->part_count <= UMFI_STACK_PARTS);
    LAW(stack->option_count <= UMFI_STACK_OPTIONS);
    for (size_t p = 0; p < stack->part_count; p++) {
        const struct umfi_stack_part *part = &stack->parts[p];
        at = name_check(spec, part->name, part->column, at);
        LAW(part->first_option == option_count);
        option_count += part->option_count;
        LAW(option_count <= stack->option_count);
        for (size_t o = part->first_option; o < option_count; o++) {
            at = name_check(spec, stack->options[o].name, stack->options[o].column, at);
            at = value_check(spec, stack->options[o].value, at);
        }
    }
    LAW(option_count == stack->option_count);
}

static void error_check(const char *spec, const struct umfi_stack_text *stack) {
    size_t length = strlen(spec);
    LAW(stack->part_count <= UMFI_STACK_PARTS && stack->option_count <= UMFI_STACK_OPTIONS);
    LAW(stack->error_column >= 1 && stack->error_column <= length + 1);
    LAW(!is_blank(spec[stack->error_column - 1]));
    LAW(stack->error && *stack->error && is_one_line(stack->error));
}

static char *add(char *at, const char *text, size_t length) {
    memcpy(at, text, length);
    return at + length;
}
#define ADD(at, word) add(at, word, sizeof(word) - 1)

/* The stack as text again: roomy with every value in quotes, or tight with only
 * those in quotes that came so. To be freed. */
static char *print(const char *spec, const struct umfi_stack_text *stack, bool is_tight) {
    /* no sign of the text grows but that each name and value brings a few */
    char *text = malloc(strlen(spec) + 8 * (UMFI_STACK_PARTS + UMFI_STACK_OPTIONS));
    char *at = text;
    LAW(text != NULL);
    for (size_t p = 0; p < stack->part_count; p++) {
        const struct umfi_stack_part *part = &stack->parts[p];
        at = p == 0 ? at : is_tight ? ADD(at, "@") : ADD(at, "\t@ ");
        at = add(at, part->name.text, part->name.length);
        for (size_t o = 0; o < part->option_count; o++) {
            const struct umfi_stack_option *option = &stack->options[part->first_option + o];
            bool is_quoted = !is_tight || option->value.text[-1] == '"';
            at = o == 0 ? ADD(at, "(") : ADD(at, ",");
            at = add(at, option->name.text, option->name.length);
            at = is_tight ? ADD(at, "=") : ADD(at, " = ");
            at = is_quoted ? ADD(at, "\"") : at;
            at = add(at, option->value.text, option->value.length);
            at = is_quoted ? ADD(at, "\"") : at;
        }
        at = part->option_count ? ADD(at, ")") : at;
    }
    *at = '\0';
    return text;
}

static void is_same_again(const char *spec, const struct umfi_stack_text *stack, bool is_tight) {
    struct umfi_stack_text again;
    char *text = print(spec, stack, is_tight);
    LAW(umfi_stack_text_parse(text, &again));
    stack_check(text, &again);
    LAW(again.part_count == stack->part_count && again.option_count == stack->option_count);
    for (size_t p = 0; p < stack->part_count; p++) {
        LAW(is_same_slice(again.parts[p].name, stack->parts[p].name));
        LAW(again.parts[p].option_count == stack->parts[p].option_count);
    }
    for (size_t o = 0; o < stack->option_count; o++) {
        LAW(is_same_slice(again.options[o].name, stack->options[o].name));
        LAW(is_same_slice(again.options[o].value, stack->options[o].value));
    }
    free(text);
}

/* A block of its own, so that AddressSanitizer sees a step beyond the end. */
static char *spec_of(const uint8_t *data, size_t size) {
    char *spec = malloc(size + 1);
    LAW(spec != NULL);
    if (size > 0) {
        memcpy(spec, data, size);
    }
    spec[size] = '\0';
    char *exact = strdup(spec); /* what stands behind a 0 is not the text's */
    free(spec);
    LAW(exact != NULL);
    return exact;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *spec = spec_of(data, size);
    struct umfi_stack_text stack;
    if (umfi_stack_text_parse(spec, &stack)) {
        stack_check(spec, &stack);
        is_same_again(spec, &stack, false);
        is_same_again(spec, &stack, true);
    } else {
        error_check(spec, &stack);
    }
    free(spec);
    return 0;
}

const char *fuzz_verdict(const uint8_t *data, size_t size) {
    char *spec = spec_of(data, size);
    struct umfi_stack_text stack;
    bool is_good = umfi_stack_text_parse(spec, &stack);
    free(spec);
    return is_good ? "GOOD" : "SYNTAX";
}
