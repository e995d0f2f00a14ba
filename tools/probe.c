/*
 * probe.c - watches a probing child and says how it ended (probe.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/probe.h"
#include "tools/probe_steps.h"

typedef void (*child_fn)(const umf_plugin_info_t *info, int pipe_fd);

struct watch {
    const umf_plugin_info_t *info;
    unsigned limit_seconds;
    sigset_t old_mask;        /* what the child gets back */
    siginfo_t end;            /* how it ended */
    bool is_late;             /* it was killed at the end of its time */
    struct probe_record last; /* the last that it told */
};

/* Its stdout is our stderr: stdout is the report's. */
static void become_child(const struct watch *watch, pid_t parent) {
    static const struct rlimit no_core = {0, 0};
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1); /* it was gone before that took effect */
    }
    (void)setrlimit(RLIMIT_CORE, &no_core);
    int null = open("/dev/null", O_RDONLY);
    (void)dup2(null, STDIN_FILENO);
    (void)close(null);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    (void)sigprocmask(SIG_SETMASK, &watch->old_mask, NULL);
}

static int64_t milliseconds_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether it ended before its time was over. It is not reaped: its number, which
 * is its group's, stays its own. SIGCHLD is blocked. */
static bool wait_for_end(struct watch *watch, pid_t pid) {
    int64_t deadline = milliseconds_now() + (int64_t)watch->limit_seconds * 1000;
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    for (;;) {
        watch->end.si_pid = 0;
        if (waitid(P_PID, (id_t)pid, &watch->end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            watch->end.si_pid == pid) {
            return true;
        }
        int64_t left = deadline - milliseconds_now();
        if (left <= 0) {
            return false;
        }
        struct timespec rest = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
        (void)sigtimedwait(&child_signal, NULL, &rest);
    }
}

static void read_records(struct watch *watch, int pipe_fd) {
    struct probe_record record;
    (void)fcntl(pipe_fd, F_SETFL, O_NONBLOCK); /* what the child left behind may hold the pipe */
    while (read(pipe_fd, &record, sizeof record) == (ssize_t)sizeof record) {
        record.text[sizeof record.text - 1] = '\0';
        watch->last = record;
    }
}

/* false: no child could be made. */
static bool run_child(struct watch *watch, child_fn work) {
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
        return false;
    }
    fflush(NULL);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        become_child(watch, parent);
        work(watch->info, pipe_fds[1]);
        _exit(0);
    }
    int error = errno;
    (void)close(pipe_fds[1]);
    if (pid > 0) {
        (void)setpgid(pid, pid); /* whichever of the two comes first */
        watch->is_late = !wait_for_end(watch, pid);
        (void)kill(-pid, SIGKILL); /* and what it has started */
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
        }
        read_records(watch, pipe_fds[0]);
    }
    (void)close(pipe_fds[0]);
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

static bool is_ended_by_itself(const struct watch *watch) {
    return !watch->is_late &&
           (watch->last.step == PROBE_READY || watch->last.step == PROBE_FAILED);
}

/* In which part of the loading it died: it is loaded once more, part by part. */
static enum probe_step find_step(const struct watch *watch) {
    struct watch again = *watch;
    if (watch->last.step != PROBE_LOADING || watch->is_late || watch->info->module[0] != '/' ||
        !run_child(&again, umf_probe_take_apart) || again.is_late) {
        return (enum probe_step)watch->last.step;
    }
    return (enum probe_step)again.last.step;
}

static void describe_death(const struct watch *watch, char text[2048]) {
    const umf_plugin_info_t *info = watch->info;
    char number[24];
    const char *where = umf_probe_step_text(find_step(watch));
    if (watch->is_late) {
        snprintf(text, 2048, "%s:%s: no answer in %u s %s: killed (%s)", info->kind, info->name,
                 watch->limit_seconds, where, umf_info_origin(info));
    } else if (watch->end.si_code == CLD_EXITED) {
        snprintf(text, 2048, "%s:%s: exited with status %d %s (%s)", info->kind, info->name,
                 watch->end.si_status, where, umf_info_origin(info));
    } else {
        snprintf(text, 2048, "%s:%s: crashed %s (%s) (%s)", info->kind, info->name, where,
                 signal_text(watch->end.si_status, number), umf_info_origin(info));
    }
}

bool umf_probe(const umf_plugin_info_t *info, unsigned limit_seconds, char text[2048]) {
    struct watch watch = {.info = info, .limit_seconds = limit_seconds};
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    (void)signal(SIGCHLD, SIG_DFL); /* ignored, the child's end would be lost */
    (void)sigprocmask(SIG_BLOCK, &child_signal, &watch.old_mask);
    bool has_run = run_child(&watch, umf_probe_in_child);
    text[0] = '\0';
    if (!has_run) {
        snprintf(text, 2048, "%s:%s: cannot be probed: no process: %s", info->kind, info->name,
                 strerror(errno));
    } else if (is_ended_by_itself(&watch)) {
        snprintf(text, 2048, "%s", watch.last.text);
    } else {
        describe_death(&watch, text);
    }
    (void)sigprocmask(SIG_SETMASK, &watch.old_mask, NULL);
    return has_run && is_ended_by_itself(&watch) && watch.last.step == PROBE_READY;
}
