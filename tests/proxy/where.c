/*
 * where.c - prints who serves a malloc of each size given: "pool" or "libc".
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int (*by_ptr)(const void *, void **);
    *(void **)&by_ptr = dlsym(RTLD_DEFAULT, "umfPoolByPtr");
    for (int i = 1; i < argc; i++) {
        void *pool, *block = malloc(strtoul(argv[i], NULL, 10));
        printf("%s%s", i > 1 ? " " : "", by_ptr != NULL && by_ptr(block, &pool) == 0 ? "pool" : "libc");
        free(block);
    }
    putchar('\n');
    return 0;
}
