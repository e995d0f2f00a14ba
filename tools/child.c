/*
 * child.c - starts a child process, watches it and clears up behind it (child.h).
 *
 * What the child started and left behind becomes ours: this process is made the
 * reaper of its descendants while a child runs, and has no other children then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/child.h"
#include "tools/orphans.h"

static const int fatal_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { FATAL_SIGNALS = sizeof fatal_signals / sizeof fatal_signals[0] };

void umf_child_tell(int pipe_fd, const void *record, size_t size) {
    if (write(pipe_fd, record, size) != (ssize_t)size) {
        _exit(1);
    }
}

static void become_child(const struct child *child, const sigset_t *mask, pid_t parent) {
    static const struct rlimit no_core = {0, 0};
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1); /* it was gone before that took effect */
    }
    (void)setrlimit(RLIMIT_CORE, &no_core);
    int null = open("/dev/null", O_RDWR);
    (void)dup2(null, STDIN_FILENO);
    if (child->is_silent) {
        (void)dup2(null, STDERR_FILENO);
    }
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    (void)close(null);
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
}

/* Those that would end this process: one that is ignored, as nohup does, is not
 * waited for. */
static void fill_watched(sigset_t *watched) {
    sigemptyset(watched);
    sigaddset(watched, SIGCHLD);
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        struct sigaction action;
        if (sigaction(fatal_signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
            sigaddset(watched, fatal_signals[i]);
        }
    }
}

static int64_t milliseconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until it has ended, its time is over, or this process is to end: then the signal
 * is the answer, else 0. It is not reaped: its number, which is its group's, stays
 * its own. */
static int wait_for_end(struct child *child, pid_t pid, const sigset_t *watched) {
    int64_t deadline = milliseconds_now() + (int64_t)child->limit_seconds * 1000;
    for (;;) {
        child->end.si_pid = 0;
        if (waitid(P_PID, (id_t)pid, &child->end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            child->end.si_pid == pid) {
            return 0;
        }
        int64_t left = deadline - milliseconds_now();
        if (left <= 0) {
            child->is_late = true;
            return 0;
        }
        struct timespec rest = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
        int number = sigtimedwait(watched, NULL, &rest);
        if (number > 0 && number != SIGCHLD) {
            return number;
        }
    }
}

static void read_records(int pipe_fd, void *record, size_t size) {
    char *next = malloc(size);
    (void)fcntl(pipe_fd, F_SETFL, O_NONBLOCK); /* something unkillable may hold the pipe */
    while (next != NULL && read(pipe_fd, next, size) == (ssize_t)size) {
        memcpy(record, next, size);
    }
    free(next);
}

bool umf_child_run(struct child *child, void (*work)(const void *arg, int pipe_fd),
                   const void *arg, void *record, size_t size) {
    sigset_t watched, mask;
    int pipe_fds[2];
    child->is_late = false;
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
        return false;
    }
    fflush(NULL);
    (void)signal(SIGCHLD, SIG_DFL); /* ignored, the child's end would be lost */
    fill_watched(&watched);
    (void)sigprocmask(SIG_BLOCK, &watched, &mask);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        become_child(child, &mask, parent);
        work(arg, pipe_fds[1]);
        fflush(stdout); /* what a plugin printed; our own was written before */
        _exit(0);
    }
    int error = errno, fatal = 0;
    (void)close(pipe_fds[1]);
    if (pid > 0) {
        (void)setpgid(pid, pid); /* whichever of the two comes first */
        fatal = wait_for_end(child, pid, &watched);
        (void)kill(-pid, SIGKILL);
        umf_orphans_end();
        read_records(pipe_fds[0], record, size);
    }
    (void)close(pipe_fds[0]);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 0);
    if (fatal != 0) {
        (void)raise(fatal);
    }
    (void)sigprocmask(SIG_SETMASK, &mask, NULL); /* here it ends, if it is to */
    errno = error;
    return pid > 0;
}

static const char *signal_text(int number, char text[24]) {
    static const struct {
        int number;
        const char *word;
    } signals[] = {
        {SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
        {SIGILL, "SIGILL"},   {SIGSYS, "SIGSYS"},   {SIGTRAP, "SIGTRAP"}, {SIGKILL, "SIGKILL"},
        {SIGTERM, "SIGTERM"}, {SIGPIPE, "SIGPIPE"},
    };
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (signals[i].number == number) {
            return signals[i].word;
        }
    }
    snprintf(text, 24, "signal %d", number);
    return text;
}

void umf_child_describe(const struct child *child, const char *where, char text[128]) {
    char number[24];
    if (child->is_late) {
        snprintf(text, 128, "no answer in %u s%s: killed", child->limit_seconds, where);
    } else if (child->end.si_code == CLD_EXITED) {
        snprintf(text, 128, "exited with status %d%s", child->end.si_status, where);
    } else {
        snprintf(text, 128, "crashed%s (%s)", where, signal_text(child->end.si_status, number));
    }
}
