/*
 * parse.c - what the manifest parser alone costs: no file is read.
 *
 * Linked with the library's insides. Nothing here decides a test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plugin/manifest.h"

#define RUNS 1001
#define HOSTILE_BYTES ((size_t)64 << 10)

static double milliseconds_of(const char *bytes, size_t size, bool wanted) {
    struct umfi_manifest manifest;
    struct umfi_refusal refusal;
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    bool is_good = umfi_manifest_parse(bytes, size, &manifest, &refusal);
    clock_gettime(CLOCK_MONOTONIC, &end);
    umfi_manifest_fini(&manifest);
    if (is_good != wanted) {
        fprintf(stderr, "bench: %s\n", is_good ? "accepted" : refusal.text);
        exit(1);
    }
    return (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
}

static int double_compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void show(const char *title, const char *bytes, size_t size, bool wanted,
                 const char *target) {
    static double times[RUNS];
    for (unsigned run = 0; run < RUNS; run++) {
        times[run] = milliseconds_of(bytes, size, wanted);
    }
    qsort(times, RUNS, sizeof *times, double_compare);
    printf("%-42s %29.3f %9.3f %7s\n", title, times[RUNS / 2], times[0], target);
}

int main(void) {
    static const char usual[] =
        "# a manifest as packages ship them\nschema: 1\nkind: provider\nname: p000\n"
        "module: umf-provider-shared.so\nabi: {major: 0, minor: 1}\n"
        "description: provider number 0\npackage: libumf-provider-p000\naliases: [q000]\n"
        "priority: 50\nenabled: true\noptional: false\n";
    static char brackets[HOSTILE_BYTES];
    memset(brackets, '[', sizeof brackets);
    show("the parser alone, 64 KiB of '['", brackets, sizeof brackets, false, "50");
    show("the parser alone, a usual manifest", usual, sizeof usual - 1, true, "");
    return 0;
}
