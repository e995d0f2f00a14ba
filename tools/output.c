/*
 * output.c - what the command prints: one line a line, and nothing but its own on
 * stdout (umf.h).
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/umf.h"

/* The text with '?' for what a terminal would obey; NULL without memory. */
static char *shown(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
static char *shown(const char *format, va_list args) {
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0) {
        return NULL;
    }
    umfi_text_make_shown(text);
    return text;
}

static void complain_va(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
static void complain_va(const char *format, va_list args) {
    char *text = shown(format, args);
    fflush(stdout);
    fprintf(stderr, "umf: %s\n", text != NULL ? text : "out of memory");
    free(text);
}

void umf_complain(const char *format, ...) {
    va_list args;
    va_start(args, format);
    complain_va(format, args);
    va_end(args);
}

int umf_usage_error(const struct umf_subcommand *sub, const char *format, ...) {
    va_list args;
    va_start(args, format);
    complain_va(format, args);
    va_end(args);
    fprintf(stderr, "Try 'umf %s --help'.\n", sub->name);
    return UMF_EXIT_USAGE;
}

void umf_print_line(const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = shown(format, args);
    va_end(args);
    puts(text != NULL ? text : "out of memory");
    free(text);
}

/* What could not be written to stdout must not look like success. */
int umf_finish(int status) {
    bool is_written = fflush(stdout) == 0 && !ferror(stdout);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    if (is_written) {
        return status;
    }
    umf_complain("cannot write to stdout");
    return status == UMF_EXIT_DONE ? UMF_EXIT_FAILED : status;
}

int umf_stdout_lend(void) {
    fflush(stdout);
    int own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (own >= 0) {
        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    }
    return own;
}

void umf_stdout_return(int own) {
    fflush(stdout); /* what they left in the buffer is theirs */
    if (own >= 0) {
        (void)dup2(own, STDOUT_FILENO);
        (void)close(own);
    }
}
