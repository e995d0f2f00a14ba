/*
 * orphans.c - finds the children of this process in /proc and ends them
 * (orphans.h). When one dies, its children become ours, so that each round
 * reaches one generation further down.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/orphans.h"

/* Of "pid (any name) state ppid ...". 0: it has gone. */
static pid_t parent_of(pid_t pid) {
    char path[32], line[512];
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    size_t length = fread(line, 1, sizeof line - 1, file);
    line[length] = '\0';
    (void)fclose(file);
    const char *end = strrchr(line, ')');
    return end != NULL && sscanf(end, ") %*c %d", &parent) == 1 ? (pid_t)parent : 0;
}

/* How many were killed; those that are dead already count. */
static unsigned kill_children(void) {
    unsigned count = 0;
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && parent_of(pid) == getpid()) {
            count += kill(pid, SIGKILL) == 0;
        }
    }
    (void)closedir(processes);
    return count;
}

void umf_orphans_end(void) {
    for (;;) {
        /* without a dead one to wait for, waiting could last */
        int options = kill_children() > 0 ? 0 : WNOHANG;
        pid_t pid = waitpid(-1, NULL, options);
        if (pid == 0 || (pid < 0 && errno != EINTR)) {
            return;
        }
    }
}
