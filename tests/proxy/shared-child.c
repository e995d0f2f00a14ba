/*
 * shared-child.c - under page.disposition=shared-shm: a child of fork that ends
 * in exit leaves the name of the heap to its parent, which prints it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    char path[64];
    int status = -1;
    snprintf(path, sizeof path, "/dev/shm/umf_proxy_lib_shm_pid_%d", (int)getpid());
    pid_t child = fork();
    if (child == 0) {
        exit(0);
    }
    (void)waitpid(child, &status, 0);
    puts(status != 0 ? "the child failed" : access(path, F_OK) == 0 ? path : "the name is gone");
    return status != 0;
}
