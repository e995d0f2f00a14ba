/*
 * report.h - a program run with counters, and what they came to.
 */
#ifndef UMF_TOOLS_REPORT_H
#define UMF_TOOLS_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/preload.h"

struct tally {
    uint64_t calls, bytes;
};

/* One process, as proxy/counters.h writes it. */
struct process_report {
    int pid;
    struct tally pool, libc, early;
    char program[256];
    char stack[1024]; /* "": it ran on libc */
};

struct run_report {
    struct process_report *processes; /* in the order in which they ended */
    size_t count;
    struct process_report total;
};

/* Runs argv on the pool, waits, and reads what its processes counted. The exit
 * status is the program's, 128+n where signal n ended it, or 125 if it could not
 * be started (complained already). The caller ends the report. */
int umf_run_counted(const struct preload *preload, const char *stack, const char *path, char **argv,
                    struct run_report *report);
void umf_report_fini(struct run_report *report);

void umf_report_print(const struct run_report *report, FILE *out);

/* Percent of the calls after start that the pool served, rounded down: "100.00%"
 * means every single one; "-" where there were none. Answers text. */
const char *umf_share_text(const struct process_report *process, char text[16]);

/* "98.2 MiB" in a buffer of at least 16 bytes; answers text. */
const char *umf_size_text(uint64_t bytes, char text[16]);

#endif
