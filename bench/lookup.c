/*
 * lookup.c - what the first look-up of a process costs, by the number of
 * manifests, and what a hostile manifest costs.
 *
 * Each measurement is one call in a process of its own, which is this program
 * again with the call's name. Other work disturbs them: the table has medians,
 * and the least, which a busy machine changes little. The manifests lie in a
 * temporary directory, which goes again. Nothing here decides a test.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <umf/plugin.h>
#include <unistd.h>

#define RUNS 201
#define FEW 12
#define MANY 200
#define HOSTILE_BYTES ((size_t)64 << 10)

static char place[256];

__attribute__((noreturn)) static void fail(const char *what) {
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- the measured process ---- */

static int entry_visit(const umf_plugin_info_t *info, void *arg) {
    (void)info;
    ++*(unsigned *)arg;
    return 0;
}

static unsigned list_call(void) {
    unsigned entries = 0;
    (void)umfPluginList(entry_visit, &entries);
    return entries;
}

/* Looked up, not loaded: no module of it is there. */
static unsigned find_call(void) { return umfPluginProviderOps("p000") == NULL; }

/* Prints the nanoseconds and what the call answered. */
static int call_measure(const char *name) {
    unsigned (*call)(void) = strcmp(name, "list") == 0 ? list_call : find_call;
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    unsigned answer = call();
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%lld %u\n",
           (long long)(end.tv_sec - begin.tv_sec) * 1000000000LL + (end.tv_nsec - begin.tv_nsec),
           answer);
    return 0;
}

/* ---- the directories ---- */

__attribute__((format(printf, 1, 2))) static const char *in_place(const char *format, ...) {
    static char path[512];
    int used = snprintf(path, sizeof path, "%s/", place);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(path + used, sizeof path - (size_t)used, format, args);
    va_end(args);
    return path;
}

static void file_write(const char *path, const char *bytes, size_t size) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) != 0) {
        fail(path);
    }
}

static void manifests_write(const char *dir, unsigned count, bool has_module) {
    if (mkdir(in_place("%s", dir), 0755) != 0) {
        fail(dir);
    }
    for (unsigned i = 0; i < count; i++) {
        char text[512];
        int size = snprintf(text, sizeof text,
                            "# a manifest as packages ship them\nschema: 1\nkind: provider\n"
                            "name: p%03u\nmodule: umf-provider-shared.so\n"
                            "abi: {major: 0, minor: 1}\ndescription: provider number %u\n"
                            "package: libumf-provider-p%03u\naliases: [q%03u]\n"
                            "priority: 50\nenabled: true\noptional: false\n",
                            i, i, i, i);
        file_write(in_place("%s/50-provider-p%03u.yaml", dir, i), text, (size_t)size);
    }
    if (has_module) { /* is never opened by a look-up */
        file_write(in_place("%s/umf-provider-shared.so", dir), "", 0);
    }
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static void place_remove(void) { (void)nftw(place, entry_remove, 8, FTW_DEPTH | FTW_PHYS); }

static void place_make(void) {
    static char brackets[HOSTILE_BYTES];
    const char *tmp = getenv("TMPDIR");
    if ((size_t)snprintf(place, sizeof place, "%s/umf-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp") >=
        sizeof place) {
        errno = ENAMETOOLONG;
        fail("TMPDIR");
    }
    if (!mkdtemp(place)) {
        fail(place);
    }
    (void)atexit(place_remove);
    manifests_write("few", FEW, false);
    manifests_write("many", MANY, false);
    manifests_write("few-shared", FEW, true);
    manifests_write("many-shared", MANY, true);
    manifests_write("hostile", 0, false);
    memset(brackets, '[', sizeof brackets);
    file_write(in_place("hostile/50-provider-bad.yaml"), brackets, sizeof brackets);
}

/* ---- the measurements ---- */

/* Milliseconds of `call` where only `dir` is searched. */
static double run_once(const char *call, const char *dir, unsigned wanted_answer) {
    int ends[2];
    char line[64] = "";
    if (pipe(ends) != 0) {
        fail("pipe");
    }
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (dup2(ends[1], STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
            setenv("UMF_PLUGIN_PATH_ONLY", in_place("%s", dir), 1) == 0) {
            execl("/proc/self/exe", "lookup", call, (char *)NULL);
        }
        _exit(127);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    long long nanoseconds;
    unsigned answer;
    if (child < 0 || waitpid(child, NULL, 0) != child || got <= 0 ||
        sscanf(line, "%lld %u", &nanoseconds, &answer) != 2 || answer != wanted_answer) {
        fprintf(stderr, "bench: %s in %s answered '%s'\n", call, dir, line);
        exit(1);
    }
    return (double)nanoseconds / 1e6;
}

static int double_compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values) {
    qsort(values, RUNS, sizeof *values, double_compare);
    return values[RUNS / 2];
}

/* The two in turn, so that what else the machine does meets both. */
static void pair_show(const char *title, const char *call, const char *few, const char *many) {
    static double of_few[RUNS], of_many[RUNS];
    bool is_list = strcmp(call, "list") == 0;
    for (unsigned run = 0; run < RUNS; run++) {
        of_few[run] = run_once(call, few, is_list ? FEW : 1);
        of_many[run] = run_once(call, many, is_list ? MANY : 1);
    }
    double low = median(of_few), high = median(of_many);
    /* median() has sorted them */
    printf("%-42s %8.3f %8.3f %11.3f %9.3f %7s\n", title, low, high, high - low,
           of_many[0] - of_few[0], "10");
}

static void hostile_show(void) {
    static double times[RUNS];
    for (unsigned run = 0; run < RUNS; run++) {
        times[run] = run_once("list", "hostile", 1);
    }
    double middle = median(times);
    printf("%-42s %29.3f %9.3f %7s\n", "umfPluginList, one of 64 KiB of '['", middle, times[0], "50");
}

int main(int argc, char **argv) {
    if (argc > 1) {
        return call_measure(argv[1]);
    }
    place_make();
    printf("The first look-up of a process, in ms: medians of %d processes\n\n", RUNS);
    printf("%-42s %8d %8d %11s %9s %7s\n", "manifests:", FEW, MANY, "difference", "of least",
           "target");
    pair_show("umfPluginList, modules absent", "list", "few", "many");
    pair_show("umfPluginList, one module shared by all", "list", "few-shared", "many-shared");
    pair_show("umfPluginProviderOps, module absent", "find", "few", "many");
    hostile_show();
    return 0;
}
