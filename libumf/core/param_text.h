/*
 * param_text.h - parameter values written as text.
 *
 * Pure functions: no allocation, no state. Each reads the whole text or answers
 * false and leaves *out alone; nothing is trimmed.
 */
#ifndef UMFI_CORE_PARAM_TEXT_H
#define UMFI_CORE_PARAM_TEXT_H

#include <stdbool.h>
#include <umf/plugin_sdk.h>

/* true, false, yes, no, on, off, 1, 0 */
bool umfi_text_to_bool(const char *text, bool *out);
/* decimal, 0x hexadecimal; a minus sign for signed ones */
bool umfi_text_to_int(const char *text, int64_t *out);
/* decimal or hexadecimal, then nothing, K, M, G, T, KiB, MiB, GiB or TiB */
bool umfi_text_to_size(const char *text, size_t *out);
/* one of the words; with `is_flags` several joined by '|' */
bool umfi_text_to_word(const char *text, const umf_param_word_t *words, bool is_flags,
                       unsigned *out);
/* "0,2" (arity 1) or "3:1,5:0" (arity 2): stores at most `room` numbers, counts
 * all. Empty text is an empty list. arity 0: any, both signs separate. */
bool umfi_text_to_list(const char *text, unsigned arity, unsigned *numbers, size_t room,
                       size_t *count);

#endif
