/*
 * text.h - small text: building it in a fixed buffer, reading numbers, and how
 * far two words are apart. No locale, no allocation.
 */
#ifndef UMFI_BASE_TEXT_H
#define UMFI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/annotations.h"

/* Text under construction. Law: used < capacity, bytes[used] = 0; what does not
 * fit is left out. */
struct umfi_text {
    char *bytes;
    size_t capacity, used;
};

void umfi_text_init(struct umfi_text *text, char *buffer, size_t capacity);
void umfi_text_add(struct umfi_text *text, const char *format, ...) UMFI_PRINTF(2, 3);

/* Makes '?' of every byte that a terminal would obey or that is no UTF-8, so that a
 * text from elsewhere is one line and nothing else. */
void umfi_text_make_shown(char *text);

/* Decimal digits only, no sign, no blanks; false above `max`. */
bool umfi_text_to_number(const char *text, unsigned long max, unsigned long *number);

/* The insertions, deletions, replacements and swaps of neighbours that turn one
 * word into the other; UINT_MAX where either is longer than 63 bytes. */
unsigned umfi_text_distance(const char *a, const char *b);

#endif
