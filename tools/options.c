/*
 * options.c - getopt_long, and what is said of a wrong option (options.h).
 */
#include <stdio.h>
#include <string.h>

#include "tools/options.h"
#include "tools/umf.h"

enum { LONG_OPTIONS = 16, WORD_BYTES = 64 };

/* `word` begins with "--". */
static void report_unknown(const struct umf_subcommand *sub, const char *word,
                           const struct option *longs) {
    char words[LONG_OPTIONS][WORD_BYTES], typed[WORD_BYTES];
    const char *pointers[LONG_OPTIONS];
    size_t count = 0;
    for (; longs[count].name != NULL && count < LONG_OPTIONS; count++) {
        snprintf(words[count], WORD_BYTES, "--%s", longs[count].name);
        pointers[count] = words[count];
    }
    int length = (int)strcspn(word, "=");
    snprintf(typed, sizeof typed, "%.*s", length, word);
    const char *nearest = umf_nearest(typed, pointers, count);
    if (nearest != NULL) {
        (void)umf_usage_error(sub, "%s: unknown option '%.*s'; did you mean '%s'?", sub->name,
                              length, word, nearest);
    } else {
        (void)umf_usage_error(sub, "%s: unknown option '%.*s'", sub->name, length, word);
    }
}

int umf_option_next(const struct umf_subcommand *sub, int argc, char **argv, const char *shorts,
                    const struct option *longs) {
    opterr = 0;
    int option = getopt_long(argc, argv, shorts, longs, NULL);
    if (option != ':' && option != '?') {
        return option;
    }
    const char *word = argv[optind - 1];
    bool is_long = strncmp(word, "--", 2) == 0;
    if (option == ':') {
        (void)umf_usage_error(sub, "%s: '%s' lacks its value", sub->name, word);
    } else if (is_long && optopt != 0) {
        (void)umf_usage_error(sub, "%s: '%.*s' takes no value", sub->name,
                              (int)strcspn(word, "="), word);
    } else if (is_long) {
        report_unknown(sub, word, longs);
    } else {
        (void)umf_usage_error(sub, "%s: unknown option '-%c'", sub->name, optopt);
    }
    return '?';
}

bool umf_read_json_option(const struct umf_subcommand *sub, int argc, char **argv, bool *json) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
    int option;
    *json = false;
    while ((option = umf_option_next(sub, argc, argv, ":", options)) != -1) {
        if (option == '?') {
            return false;
        }
        *json = true;
    }
    return true;
}

bool umf_is_end_of_arguments(const struct umf_subcommand *sub, int argc, char **argv) {
    if (optind < argc) {
        (void)umf_usage_error(sub, "%s: '%s' is not expected", sub->name, argv[optind]);
        return false;
    }
    return true;
}
