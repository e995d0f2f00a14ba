/* text.c - small text in fixed buffers (text.h). */
#include "base/text.h"

#include <stdint.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX 63

void umfi_text_init(struct umfi_text *text, char *buffer, size_t capacity) {
    *text = (struct umfi_text){.bytes = buffer, .capacity = capacity};
    buffer[0] = '\0';
}

void umfi_text_add(struct umfi_text *text, const char *format, ...) {
    size_t room = text->capacity - text->used;
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(text->bytes + text->used, room, format, args);
    va_end(args);
    if (wanted > 0) {
        text->used += (size_t)wanted < room ? (size_t)wanted : room - 1;
    }
}

bool umfi_text_to_number(const char *text, unsigned long max, unsigned long *number) {
    unsigned long value = 0;
    if (!*text) {
        return false;
    }
    for (; *text; text++) {
        unsigned digit = (unsigned char)*text - (unsigned)'0';
        if (digit > 9 || value > (max - digit) / 10 || digit > max) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Three rows of the table of distances between prefixes: before[j] is that of
 * a[0, i-1) and b[0, j), last[j] of a[0, i) and so on. */
unsigned umfi_text_distance(const char *a, const char *b) {
    size_t a_bytes = strlen(a), b_bytes = strlen(b);
    if (a_bytes > WORD_MAX || b_bytes > WORD_MAX) {
        return UINT_MAX;
    }
    unsigned rows[3][WORD_MAX + 1] = {{0}};
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_bytes; j++) {
        last[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_bytes; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_bytes; j++) {
            unsigned replaced = last[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(replaced, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        unsigned *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_bytes];
}

/* The bytes of the character at `text`; 0 where it is not one of UTF-8, perhaps
 * because a precision or the buffer's end cut it, or where it is one that a
 * terminal obeys: C0, DEL, C1, LS, PS. */
static size_t shown_bytes(const char *text) {
    const unsigned char *c = (const unsigned char *)text;
    if (*c < 0x80) {
        return *c >= ' ' && *c != 0x7f;
    }
    size_t bytes = *c >= 0xf0 ? 4 : *c >= 0xe0 ? 3 : 2;
    uint32_t value = *c & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((c[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (c[i] & 0x3f);
    }
    /* what it takes `bytes` bytes to say, and no surrogate */
    bool is_good = (bytes == 2 && *c >= 0xc2 && value >= 0xa0) ||
                   (bytes == 3 && value >= 0x800 && (value < 0xd800 || value > 0xdfff) &&
                    value != 0x2028 && value != 0x2029) ||
                   (bytes == 4 && value >= 0x10000 && value <= 0x10ffff && *c <= 0xf4);
    return is_good ? bytes : 0;
}

void umfi_text_make_shown(char *text) {
    while (*text) {
        size_t bytes = shown_bytes(text);
        if (bytes == 0) {
            *text = '?';
        }
        text += bytes ? bytes : 1;
    }
}
