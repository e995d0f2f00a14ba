/*
 * try.c - takes a block of the stack that its argument describes: "ok", or why not.
 */
#include <stdio.h>
#include <string.h>

#include <umf/plugin.h>
#include <umf/stack.h>

int main(int argc, char **argv) {
    umf_memory_pool_handle_t pool;
    if (argc != 2 || umfStackCreate(argv[1], &pool) != UMF_RESULT_SUCCESS) {
        puts(argc == 2 ? umfGetLastErrorMessage() : "usage: try STACK");
        return 1;
    }
    char *block = umfPoolMalloc(pool, 100);
    if (!block) {
        puts("no block");
        return 1;
    }
    memset(block, 1, 100);
    umfFree(block);
    umfPoolDestroy(pool);
    puts("ok");
    return 0;
}
