/*
 * fuzz.h - the entry that libFuzzer and the replays call, and what its laws are
 * written with.
 *
 * A fuzzed parser is one file, <parser>-fuzz.c: it has both functions below and
 * ends the process where a law does not hold, so that libFuzzer keeps the input
 * and Check reports the case.
 */
#ifndef UMF_TESTS_FUZZ_FUZZ_H
#define UMF_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Parses the input and asserts every law. Answers 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "GOOD", or the class of the refusal in capitals: a seed's name begins with it. */
const char *fuzz_verdict(const uint8_t *data, size_t size);

#define LAW(condition) ((condition) ? (void)0 : law_broken(#condition, __FILE__, __LINE__))

__attribute__((noreturn)) static inline void law_broken(const char *law, const char *file,
                                                        int line) {
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, law);
    abort();
}

/* The code point at `text` and what follows it; NULL where it is not UTF-8:
 * cut off, overlong, a surrogate or beyond U+10FFFF. */
static inline const char *utf8_next(const char *text, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    unsigned bytes = *byte < 0x80 ? 1 : *byte >= 0xf0 ? 4 : *byte >= 0xe0 ? 3 : 2;
    uint32_t value = bytes == 1 ? *byte : *byte & (0x7fu >> bytes);
    for (unsigned i = 1; i < bytes; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            return NULL;
        }
        value = value << 6 | (byte[i] & 0x3f);
    }
    *code = value;
    bool is_bad = (*byte >= 0x80 && *byte < 0xc0) || *byte > 0xf7 || value < least[bytes] ||
                  (value >= 0xd800 && value < 0xe000) || value > 0x10ffff;
    return is_bad ? NULL : text + bytes;
}

/* One line of UTF-8 that a terminal only shows: nothing in it is obeyed. */
static inline bool is_one_line(const char *text) {
    uint32_t code;
    while (*text) {
        text = utf8_next(text, &code);
        if (!text || code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
            code == 0x2029) {
            return false;
        }
    }
    return true;
}

#endif
