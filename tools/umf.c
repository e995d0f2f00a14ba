/*
 * umf.c - the umf command's entry: picks the subcommand (umf.h).
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/umf.h"

static const struct umf_subcommand *const subcommands[] = {
    &umf_list, &umf_info, &umf_paths, &umf_check, &umf_demo, &umf_run, &umf_version};
enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

const char *umf_nearest(const char *word, const char *const *words, size_t count) {
    const char *nearest = NULL;
    size_t least = strlen(word) / 3 + 2; /* further off is no misspelling */
    for (size_t i = 0; i < count; i++) {
        unsigned distance = umfi_text_distance(word, words[i]);
        if (distance < least) {
            least = distance;
            nearest = words[i];
        }
    }
    return nearest;
}

static void print_help(void) {
    printf("Usage: umf SUBCOMMAND [OPTION...]\n"
           "Memory pools built from parts: what is installed, whether it works, and\n"
           "unmodified programs on it.\n\n");
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        printf("  %-8s %s\n", subcommands[i]->name, subcommands[i]->summary);
    }
    printf("\n'umf help SUBCOMMAND' tells more, and the manual: man umf.\n\n"
           "Exit status: 0 done, 1 something failed, 2 the command line is wrong.\n"
           "'umf run' ends with the status of the program it ran.\n");
}

static int unknown(const char *word) {
    const char *words[SUBCOMMANDS + 3] = {"help", "--help", "--version"};
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        words[3 + i] = subcommands[i]->name;
    }
    const char *what = word[0] == '-' ? "option" : "subcommand";
    const char *nearest = umf_nearest(word, words, SUBCOMMANDS + 3);
    if (nearest != NULL) {
        umf_complain("no %s '%s'; did you mean '%s'?", what, word, nearest);
    } else {
        umf_complain("no %s '%s'; see 'umf --help'", what, word);
    }
    return UMF_EXIT_USAGE;
}

static bool is_either(const char *word, const char *a, const char *b) {
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

static const struct umf_subcommand *find(const char *word) {
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        if (strcmp(word, subcommands[i]->name) == 0) {
            return subcommands[i];
        }
    }
    return NULL;
}

/* "umf help" and "umf help SUBCOMMAND". */
static int help(const char *word, const char *more) {
    if (word != NULL && more != NULL) {
        umf_complain("help: '%s' is not expected; see 'umf --help'", more);
        return UMF_EXIT_USAGE;
    }
    if (word == NULL || strcmp(word, "help") == 0) {
        print_help();
        return UMF_EXIT_DONE;
    }
    const struct umf_subcommand *sub = find(word);
    if (sub == NULL) {
        return unknown(word);
    }
    printf("%s", sub->help);
    return UMF_EXIT_DONE;
}

static int dispatch(int argc, char **argv) {
    const char *word = argv[1];
    if (is_either(word, "--help", "-h") || strcmp(word, "help") == 0) {
        return help(argv[2], argc > 3 ? argv[3] : NULL);
    }
    if (strcmp(word, "--version") == 0) {
        word = umf_version.name;
    }
    const struct umf_subcommand *sub = find(word);
    if (sub == NULL) {
        return unknown(word);
    }
    return sub->run(argc - 1, argv + 1);
}

/* A descriptor that is closed would be given to the next file that is opened, and
 * what is meant for stderr would land there. In its place comes one that can be
 * neither written nor inherited, so that stdout still fails as it should. */
static void fill_descriptors(void) {
    int fd;
    do {
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        (void)close(fd);
    }
}

int main(int argc, char **argv) {
    fill_descriptors();
    if (argc < 2) {
        umf_complain("a subcommand is missing; see 'umf --help'");
        return UMF_EXIT_USAGE;
    }
    return umf_finish(dispatch(argc, argv));
}
