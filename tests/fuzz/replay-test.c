/*
 * replay-test.c - what the fuzzers fed on, through the same entry, without them.
 *
 * Built once for each parser; FUZZ_PARSER names its folder in tests/fuzz/corpus.
 * A seed's name begins with what it gets (good, syntax, ...); what a fuzzer found
 * lies in found/ and need only keep the laws. Damage comes from a fixed generator:
 * a failure is the same failure again.
 */
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "suite.h"

#define FILES_MAX 512
#define FILE_BYTES_MAX ((size_t)8 << 10)
#define DAMAGES 4000

static struct input {
    char name[256];
    size_t size;
    uint8_t bytes[FILE_BYTES_MAX];
} inputs[FILES_MAX];
static size_t input_count;

/* What is being tried, for whoever reads of a broken law. */
static char subject[512];

static void subject_say(int signal_number) {
    (void)signal_number;
    (void)!write(STDERR_FILENO, subject, strlen(subject));
}

static void try_laws(const char *name, unsigned long number, const uint8_t *bytes, size_t size) {
    (void)snprintf(subject, sizeof subject, "the input: " FUZZ_PARSER "/%s, %lu\n", name, number);
    /* of its own size, so that a sanitizer sees a step beyond the end */
    uint8_t *exact = malloc(size ? size : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, bytes, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void input_read(const char *folder, const char *name) {
    char path[4096];
    ck_assert_uint_lt(input_count, FILES_MAX);
    struct input *input = &inputs[input_count++];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)snprintf(input->name, sizeof input->name, "%s", name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    input->size = fread(input->bytes, 1, FILE_BYTES_MAX, file);
    ck_assert_msg(feof(file), "%s is longer than a seed should be", path);
    (void)fclose(file);
}

static int input_compare(const void *a, const void *b) {
    return strcmp(((const struct input *)a)->name, ((const struct input *)b)->name);
}

/* Below `folder` of the corpus; "." for the seeds. Sorted, for the damage. */
static void inputs_read(const char *folder) {
    char path[2048];
    const char *top = getenv("top_srcdir");
    (void)snprintf(path, sizeof path, "%s/tests/fuzz/corpus/" FUZZ_PARSER "/%s", top ? top : ".",
                   folder);
    DIR *dir = opendir(path);
    ck_assert_msg(dir != NULL, "%s", path);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "found") != 0) {
            input_read(path, entry->d_name);
        }
    }
    closedir(dir);
    ck_assert_uint_gt(input_count, 0);
    qsort(inputs, input_count, sizeof inputs[0], input_compare);
    (void)signal(SIGABRT, subject_say);
}

START_TEST(every_seed_gets_what_its_name_says) {
    inputs_read(".");
    for (size_t i = 0; i < input_count; i++) {
        const struct input *input = &inputs[i];
        const char *verdict = fuzz_verdict(input->bytes, input->size);
        ck_assert_msg(strncasecmp(input->name, verdict, strlen(verdict)) == 0 &&
                          input->name[strlen(verdict)] == '-',
                      "%s is judged %s", input->name, verdict);
        try_laws(input->name, 0, input->bytes, input->size);
    }
}
END_TEST

START_TEST(what_the_fuzzer_found_keeps_the_laws) {
    inputs_read("found");
    for (size_t i = 0; i < input_count; i++) {
        try_laws(inputs[i].name, 0, inputs[i].bytes, inputs[i].size);
    }
}
END_TEST

/* xorshift64* */
static uint64_t random_state = 20260722;
static size_t random_below(size_t limit) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return limit ? (size_t)((random_state * UINT64_C(2685821657736338717)) >> 33) % limit : 0;
}

/* Replaces `cut` bytes of the input at `at` by `size` others, as far as there is
 * room. */
static void splice(struct input *input, size_t at, size_t cut, const uint8_t *bytes, size_t size) {
    size_t tail = input->size - at - cut;
    if (at + size + tail <= FILE_BYTES_MAX) {
        memmove(input->bytes + at + size, input->bytes + at + cut, tail);
        memcpy(input->bytes + at, bytes, size);
        input->size = at + size + tail;
    }
}

static void damage(struct input *input) {
    static const char *const pieces[] = {"[", "]", "{", "}", ": ", "- ",  "\n", "\r", "  ", "\"",
                                         "@", "(", ")", ",", "=",  "<<:", "&a", "*a", "!t", "'",
                                         "?", "#", "|", ">", "%",  "---\n", "\\", "\xff", "\xc3"};
    const struct input *other = &inputs[random_below(input_count)];
    size_t at = random_below(input->size + 1), left = input->size - at;
    size_t cut = random_below(left < 16 ? left + 1 : 16), from = random_below(other->size);
    uint8_t byte = (uint8_t)random_below(256);
    const char *piece = pieces[random_below(sizeof pieces / sizeof pieces[0])];
    switch (random_below(4)) {
    case 0:
        splice(input, at, left > 0, &byte, 1);
        break;
    case 1:
        splice(input, at, cut, &byte, 0);
        break;
    case 2:
        splice(input, at, 0, (const uint8_t *)piece, strlen(piece));
        break;
    default:
        splice(input, at, cut, other->bytes + from, random_below(other->size - from + 1));
    }
}

START_TEST(damaged_seeds_keep_the_laws) {
    static struct input damaged;
    inputs_read(".");
    for (unsigned long n = 0; n < DAMAGES; n++) {
        damaged = inputs[random_below(input_count)];
        for (size_t times = 1 + random_below(4); times > 0; times--) {
            damage(&damaged);
        }
        try_laws(damaged.name, n, damaged.bytes, damaged.size);
    }
}
END_TEST

START_TEST(long_runs_of_one_sign_keep_the_laws) {
    static uint8_t run[((size_t)64 << 10) + 1];
    static const char signs[] = "[{-?:\"'#,@(=a \n\\\xff";
    (void)signal(SIGABRT, subject_say);
    for (size_t i = 0; i < sizeof signs; i++) { /* the 0 too */
        memset(run, signs[i], sizeof run);
        try_laws("a run of a sign", (unsigned char)signs[i], run, sizeof run - 1);
        try_laws("a run of a sign, one more", (unsigned char)signs[i], run, sizeof run);
    }
}
END_TEST

SUITE_MAIN("fuzz/" FUZZ_PARSER, every_seed_gets_what_its_name_says,
           what_the_fuzzer_found_keeps_the_laws, damaged_seeds_keep_the_laws,
           long_runs_of_one_sign_keep_the_laws)
