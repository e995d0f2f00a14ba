/*
 * options.c - getopt_long, and what is said of a wrong option (options.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/options.h"
#include "tools/umf.h"

enum { LONG_OPTIONS = 15, WORD_BYTES = 64, SECONDS_MOST = 86400 };

/* `word` begins with "--". */
static void report_unknown(const struct umf_subcommand *sub, const char *word,
                           const struct option *longs) {
    char words[LONG_OPTIONS + 1][WORD_BYTES], typed[WORD_BYTES];
    const char *pointers[LONG_OPTIONS + 1];
    size_t count = 0;
    for (; longs[count].name != NULL && count <= LONG_OPTIONS; count++) {
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

static _Noreturn void show_help(const struct umf_subcommand *sub) {
    printf("%s", sub->help);
    exit(umf_finish(UMF_EXIT_DONE));
}

int umf_option_next(const struct umf_subcommand *sub, int argc, char **argv, const char *shorts,
                    const struct option *longs) {
    struct option all[LONG_OPTIONS + 2] = {{"help", no_argument, NULL, 'h'}};
    char with_help[WORD_BYTES];
    for (size_t i = 0; longs[i].name != NULL && i < LONG_OPTIONS; i++) {
        all[i + 1] = longs[i];
    }
    snprintf(with_help, sizeof with_help, "%sh", shorts);
    opterr = 0;
    int before = optind;
    int option = getopt_long(argc, argv, with_help, all, NULL);
    if (option == 'h') {
        show_help(sub);
    }
    if (option != ':' && option != '?') {
        return option;
    }
    const char *word = argv[optind - 1];
    /* within a cluster, as -xv, the word before the next is not yet the cluster */
    bool is_long = optind > before && strncmp(word, "--", 2) == 0;
    if (option == ':') {
        (void)umf_usage_error(sub, "%s: '%s' lacks its value", sub->name, word);
    } else if (is_long && optopt != 0) {
        (void)umf_usage_error(sub, "%s: '%.*s' takes no value", sub->name,
                              (int)strcspn(word, "="), word);
    } else if (is_long) {
        report_unknown(sub, word, all);
    } else {
        (void)umf_usage_error(sub, "%s: unknown option '-%c'", sub->name, optopt);
    }
    return '?';
}

bool umf_option_seconds(const struct umf_subcommand *sub, const char *text, unsigned *seconds) {
    char *end;
    unsigned long number = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
    if (number == 0 || number > SECONDS_MOST || *end != '\0') {
        (void)umf_usage_error(sub, "%s: --timeout takes 1 to %d seconds, not '%s'", sub->name,
                              SECONDS_MOST, text);
        return false;
    }
    *seconds = (unsigned)number;
    return true;
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
