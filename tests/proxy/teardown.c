/*
 * teardown.c - a program that uses libumf and tears it down too often: its heap,
 * a pool under the malloc replacement, must go on.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    int (*init)(void), (*tear_down)(void);
    *(void **)&init = dlsym(RTLD_DEFAULT, "umfInit");
    *(void **)&tear_down = dlsym(RTLD_DEFAULT, "umfTearDown");
    if (init == NULL || tear_down == NULL) {
        return 2;
    }
    char *before = malloc(1000);
    (void)init();
    for (int i = 0; i < 4; i++) {
        (void)tear_down();
    }
    char *after = malloc(1000);
    if (before == NULL || after == NULL) {
        puts("no memory");
        return 1;
    }
    memset(after, 1, 1000);
    free(after);
    before = realloc(before, 100000);
    puts(before != NULL ? "goes on" : "cannot grow a block");
    free(before);
    return before == NULL;
}
