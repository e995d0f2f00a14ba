/*
 * report.c - runs a program with counters and tells what they came to (report.h).
 *
 * Each process of the program appends a line to a file of ours at its exit. The
 * file has a folder of its own, which goes with it: a process that ends later
 * finds nowhere to write, and nobody else can put something under that name.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/report.h"
#include "tools/umf.h"

enum { CANNOT_START = 125, REMOVALS = 1000 };

struct stats_file {
    char folder[PATH_MAX - 32], path[PATH_MAX];
    FILE *file;
};

static volatile sig_atomic_t child_pid;

static void pass_on(int signal) {
    if (child_pid > 0) {
        (void)kill((pid_t)child_pid, signal);
    }
}

/* The terminal sends SIGINT to the program as well, which decides; what is sent
 * to us alone is passed on. */
static void set_signals(void) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, forward = {.sa_handler = pass_on};
    forward.sa_flags = SA_RESTART;
    (void)sigaction(SIGINT, &ignore, NULL);
    (void)sigaction(SIGQUIT, &ignore, NULL);
    (void)sigaction(SIGTERM, &forward, NULL);
    (void)sigaction(SIGHUP, &forward, NULL);
}

static int run_and_wait(const struct preload *preload, const char *stack, const char *stats_path,
                        const char *path, char **argv) {
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (umf_preload_environment(preload, stack, stats_path)) {
            execv(path, argv);
            umf_complain("cannot run %s: %s", path, strerror(errno));
        }
        _exit(CANNOT_START);
    }
    if (pid < 0) {
        umf_complain("cannot fork: %s", strerror(errno));
        return CANNOT_START;
    }
    child_pid = pid;
    set_signals();
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            umf_complain("cannot wait for %s: %s", path, strerror(errno));
            return CANNOT_START;
        }
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void add(struct tally *sum, const struct tally *more) {
    sum->calls += more->calls;
    sum->bytes += more->bytes;
}

/* A line as proxy/counters.h has it; what stands behind the last tab is the stack. */
static bool read_process(char *line, struct process_report *p) {
    char *tab = strrchr(line, '\t');
    p->stack[0] = '\0';
    if (tab != NULL) {
        *tab = '\0';
        snprintf(p->stack, sizeof p->stack, "%.*s", (int)strcspn(tab + 1, "\n"), tab + 1);
    }
    return sscanf(line, "%d %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                  " %255[^\n]",
                  &p->pid, &p->pool.calls, &p->pool.bytes, &p->libc.calls, &p->libc.bytes,
                  &p->early.calls, &p->early.bytes, p->program) == 8;
}

static void read_report(FILE *file, struct run_report *report) {
    struct process_report p;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0 && read_process(line, &p)) {
        struct process_report *grown =
            reallocarray(report->processes, report->count + 1, sizeof *grown);
        if (grown == NULL) {
            umf_complain("no memory for the counters");
            break;
        }
        report->processes = grown;
        report->processes[report->count++] = p;
        add(&report->total.pool, &p.pool);
        add(&report->total.libc, &p.libc);
        add(&report->total.early, &p.early);
    }
    free(line);
}

static void remove_stats_file(struct stats_file *stats) {
    /* a process that ends right now may make the file once more */
    for (unsigned i = 0; i < REMOVALS; i++) {
        (void)unlink(stats->path);
        if (rmdir(stats->folder) == 0 || (errno != ENOTEMPTY && errno != EEXIST)) {
            return;
        }
    }
}

static bool make_stats_file(struct stats_file *stats) {
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] != '/' || strchr(parent, ';') != NULL) {
        parent = "/tmp";
    }
    int length = snprintf(stats->folder, sizeof stats->folder, "%s/umf-run-XXXXXX", parent);
    if (length < 0 || (size_t)length >= sizeof stats->folder) {
        errno = ENAMETOOLONG;
    } else if (mkdtemp(stats->folder) != NULL) {
        snprintf(stats->path, sizeof stats->path, "%s/umf-run-counters", stats->folder);
        int fd = open(stats->path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        stats->file = fd >= 0 ? fdopen(fd, "r") : NULL;
        if (stats->file != NULL) {
            return true;
        }
        remove_stats_file(stats);
    }
    umf_complain("cannot make a file for the counters in %s: %s", parent, strerror(errno));
    return false;
}

int umf_run_counted(const struct preload *preload, const char *stack, const char *path, char **argv,
                    struct run_report *report) {
    struct stats_file stats;
    *report = (struct run_report){0};
    if (!make_stats_file(&stats)) {
        return CANNOT_START;
    }
    int status = run_and_wait(preload, stack, stats.path, path, argv);
    read_report(stats.file, report);
    (void)fclose(stats.file);
    remove_stats_file(&stats);
    return status;
}

void umf_report_fini(struct run_report *report) {
    free(report->processes);
    *report = (struct run_report){0};
}

const char *umf_share_text(const struct process_report *process, char text[16]) {
    uint64_t calls = process->pool.calls + process->libc.calls;
    if (calls == 0) {
        return strcpy(text, "-");
    }
    unsigned hundredths = (unsigned)(process->pool.calls * 10000 / calls);
    snprintf(text, 16, "%u.%02u%%", hundredths / 100, hundredths % 100);
    return text;
}

const char *umf_size_text(uint64_t bytes, char text[16]) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    snprintf(text, 16, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text;
}

static void print_row(const char *label, const struct process_report *p, FILE *out) {
    char pool[16], libc[16], share[16];
    fprintf(out, "%-26.26s %13" PRIu64 " %11s %13" PRIu64 " %11s %12s\n", label, p->pool.calls,
            umf_size_text(p->pool.bytes, pool), p->libc.calls, umf_size_text(p->libc.bytes, libc),
            umf_share_text(p, share));
}

/* The stack that all ran on; NULL: they did not run on the same. */
static const char *common_stack(const struct run_report *report) {
    for (size_t i = 1; i < report->count; i++) {
        if (strcmp(report->processes[i].stack, report->processes[0].stack) != 0) {
            return NULL;
        }
    }
    return report->processes[0].stack;
}

static void print_stack(const char *stack, FILE *out) {
    fprintf(out, "    on %s\n", stack[0] != '\0' ? stack : "libc");
}

void umf_report_print(const struct run_report *report, FILE *out) {
    char label[280], early[16];
    if (report->count == 0) {
        fprintf(out, "umf run: no process counted: one that ends in _exit or by a signal, or goes "
                     "on in exec, is not\n");
        return;
    }
    const char *common = common_stack(report);
    fprintf(out, "umf run: %zu process%s counted\n", report->count, report->count == 1 ? "" : "es");
    if (common != NULL) {
        print_stack(common, out);
    }
    fprintf(out, "%-26s %13s %11s %13s %11s %12s\n", "PROCESS", "POOL CALLS", "POOL BYTES",
            "LIBC CALLS", "LIBC BYTES", "FROM POOL");
    for (size_t i = 0; i < report->count; i++) {
        const struct process_report *p = &report->processes[i];
        snprintf(label, sizeof label, "%d %s", p->pid, p->program);
        print_row(label, p, out);
        if (common == NULL) {
            print_stack(p->stack, out);
        }
    }
    print_row("total", &report->total, out);
    fprintf(out, "before the pool was up: %" PRIu64 " calls, %s, by libc\n", report->total.early.calls,
            umf_size_text(report->total.early.bytes, early));
}
