/*
 * secure-program.c - looks plugins up by name and says what came of each; made
 * setuid, setgid or capable by secure-test.sh.
 *
 *     secure-program FOLDER KIND:NAME|file:PATH...
 *
 * It goes to FOLDER first: nothing there may be found. A file is one that the
 * program itself names: as it may be setuid root, an absolute one is loaded from
 * /planted only, which is in the test's root folder. The library's own messages are
 * all that it knows.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <umf.h>
#include <umf/plugin.h>
#include <unistd.h>

static bool is_the_tests(const char *path) {
    return path[0] != '/' || (strncmp(path, "/planted/", 9) == 0 && !strstr(path, "/.."));
}

static void look_up(const char *word) {
    const char *name = strchr(word, ':');
    const void *ops = NULL;
    if (strncmp(word, "file:", 5) == 0 && !is_the_tests(word + 5)) {
        printf("%s is not the test's\n", word);
        return;
    }
    if (strncmp(word, "file:", 5) == 0) {
        bool is_loaded = umfPluginLoadFile(word + 5) == UMF_RESULT_SUCCESS;
        printf("%s %s\n", word, is_loaded ? "loaded" : umfGetLastErrorMessage());
        return;
    }
    if (name && strncmp(word, "pool:", 5) == 0) {
        ops = umfPluginPoolOps(name + 1);
    } else if (name && strncmp(word, "provider:", 9) == 0) {
        ops = umfPluginProviderOps(name + 1);
    }
    printf("%s %s\n", word, ops ? "found" : umfGetLastErrorMessage());
}

int main(int argc, char **argv) {
    if (argc < 2 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: %s FOLDER KIND:NAME...\n", argv[0]);
        return 2;
    }
    printf("secure %lu, effective uid %u\n", getauxval(AT_SECURE), (unsigned)geteuid());
    for (int i = 2; i < argc; i++) {
        look_up(argv[i]);
    }
    return 0;
}
