/* param_text.c - parameter values written as text (param_text.h). */
#include "core/param_text.h"

#include <limits.h>
#include <string.h>

#include "base/checked.h"

/* Reads digits up to the first other character; false where there is none or
 * the value does not fit. */
static bool take_number(const char **text, uint64_t *out) {
    const char *at = *text;
    unsigned base = 10;
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
        base = 16;
        at += 2;
    }
    uint64_t value = 0;
    const char *first = at;
    for (;; at++) {
        unsigned digit;
        if (*at >= '0' && *at <= '9') {
            digit = (unsigned)(*at - '0');
        } else if (base == 16 && (*at | 0x20) >= 'a' && (*at | 0x20) <= 'f') {
            digit = (unsigned)((*at | 0x20) - 'a') + 10;
        } else {
            break;
        }
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    if (at == first) {
        return false;
    }
    *text = at;
    *out = value;
    return true;
}

bool umfi_text_to_bool(const char *text, bool *out) {
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true}, {"yes", true}, {"on", true},   {"1", true},
                 {"false", false}, {"no", false}, {"off", false}, {"0", false}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i].word) == 0) {
            *out = words[i].value;
            return true;
        }
    }
    return false;
}

bool umfi_text_to_int(const char *text, int64_t *out) {
    bool is_negative = *text == '-';
    const char *at = text + is_negative;
    uint64_t value;
    if (!take_number(&at, &value) || *at != '\0' ||
        value > (uint64_t)INT64_MAX + (is_negative ? 1 : 0)) {
        return false;
    }
    *out = (int64_t)(is_negative ? 0 - value : value);
    return true;
}

bool umfi_text_to_size(const char *text, size_t *out) {
    static const char units[] = "KMGT";
    uint64_t value;
    if (!take_number(&text, &value)) {
        return false;
    }
    if (*text != '\0') {
        const char *unit = strchr(units, *text);
        if (!unit || (strcmp(text + 1, "") != 0 && strcmp(text + 1, "iB") != 0)) {
            return false;
        }
        size_t factor = (size_t)1 << (10 * (unit - units + 1));
        return umfi_mul_size(value, factor, out);
    }
    *out = value;
    return true;
}

static const umf_param_word_t *word_find(const umf_param_word_t *words, const char *text,
                                         size_t length) {
    for (; words && words->word; words++) {
        if (strlen(words->word) == length && memcmp(words->word, text, length) == 0) {
            return words;
        }
    }
    return NULL;
}

bool umfi_text_to_word(const char *text, const umf_param_word_t *words, bool is_flags,
                       unsigned *out) {
    unsigned value = 0;
    for (;;) {
        size_t length = is_flags ? strcspn(text, "|") : strlen(text);
        const umf_param_word_t *word = word_find(words, text, length);
        if (!word) {
            return false;
        }
        value |= word->value;
        text += length;
        if (*text == '\0') {
            *out = value;
            return true;
        }
        text++;
    }
}

/* The separator that must follow the number of this index; 0: either. */
static char separator_after(size_t index, unsigned arity) {
    if (arity == 0) {
        return 0;
    }
    return (index + 1) % arity == 0 ? ',' : ':';
}

bool umfi_text_to_list(const char *text, unsigned arity, unsigned *numbers, size_t room,
                       size_t *count) {
    size_t found = 0;
    while (*text != '\0') {
        uint64_t value;
        if (!take_number(&text, &value) || value > UINT_MAX) {
            return false;
        }
        if (found < room) {
            numbers[found] = (unsigned)value;
        }
        char separator = separator_after(found, arity);
        found++;
        if (*text == '\0') {
            break;
        }
        if (separator ? *text != separator : *text != ',' && *text != ':') {
            return false;
        }
        text++;
        if (*text == '\0') {
            return false;
        }
    }
    if (arity > 1 && found % arity != 0) {
        return false;
    }
    *count = found;
    return true;
}
