/*
 * child.h - work done in a child process, which may crash, loop or exit.
 *
 * The child has no input, its stdout is our stderr, and it leaves no core file. It
 * is a process group of its own with a time limit. When it has ended or its time
 * is over, all that it started is killed, what left its group or its session too;
 * so it is when this process gets SIGINT, SIGTERM, SIGHUP or SIGQUIT, which then
 * ends by that signal. SIGKILL leaves no time for it: there the child itself goes,
 * but what it started may live on. One child at a time.
 */
#ifndef UMF_TOOLS_CHILD_H
#define UMF_TOOLS_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct child {
    unsigned limit_seconds;
    bool is_silent; /* what it prints is thrown away */

    bool is_late;  /* it was killed at the end of its time */
    siginfo_t end; /* how it ended */
};

/* Writes one record, of at most PIPE_BUF bytes, for the parent. The child ends
 * where nobody is left to be told. */
void umf_child_tell(int pipe_fd, const void *record, size_t size);

/* Runs work(arg, pipe_fd) in a child and waits for its end. `record` holds the last
 * of its records, of `size` bytes each, or is as it was. false: no process could
 * be made, and errno says why. */
bool umf_child_run(struct child *child, void (*work)(const void *arg, int pipe_fd),
                   const void *arg, void *record, size_t size);

/* How one ended that did not come to its end: "crashed in its query (SIGSEGV)".
 * where: "" or words with a blank before them. */
void umf_child_describe(const struct child *child, const char *where, char text[128]);

#endif
