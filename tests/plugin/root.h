/*
 * root.h - a case's process as another user: as root, be it in a user namespace of
 * its own, or as nobody. For the rest of its life.
 */
#ifndef UMF_TESTS_PLUGIN_ROOT_H
#define UMF_TESTS_PLUGIN_ROOT_H

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define NOBODY 65534

static inline bool root_map(const char *file, unsigned id) {
    char text[32];
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    int bytes = snprintf(text, sizeof text, "0 %u 1", id);
    bool is_written = fd >= 0 && write(fd, text, (size_t)bytes) == bytes;
    close(fd);
    return is_written;
}

/* False where neither this process nor a namespace may be root's. */
static inline bool become_root(void) {
    unsigned user = getuid();
    return user == 0 || (unshare(CLONE_NEWUSER) == 0 && root_map("/proc/self/uid_map", user));
}

/* Whoever this is, it is not root afterwards; false where root cannot change that. */
static inline bool become_nobody(void) {
    return geteuid() != 0 || (setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 &&
                              setuid(NOBODY) == 0);
}

#endif
