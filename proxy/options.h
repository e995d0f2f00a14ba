/*
 * options.h - what the environment variable UMF_PROXY asks for.
 *
 * Options are separated by ';'. Of one kind the last wins, except that the first
 * known page.disposition does; stack= beats page.disposition wherever it stands:
 *   stack=SPEC               the pool to run on, as umf/stack.h reads it
 *   stats=PATH or stats=FD   at exit append a line of counters (counters.h); not
 *                            to what a symbolic link leads to
 *   size.threshold=N         smaller requests are left to libc
 *   page.disposition=shared-fd, shared-shm
 *                            without stack=: memory that other processes can map
 * In secure execution the variable is ignored.
 */
#ifndef UMFI_PROXY_OPTIONS_H
#define UMFI_PROXY_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct proxy_options {
    char stack[1024];           /* "": the default */
    char stats_path[PATH_MAX];  /* absolute; "": none */
    int stats_fd;               /* -1: none */
    size_t threshold_bytes;
    char shm_name[64]; /* of shared-shm, with its '/'; "": none */
    pid_t shm_owner;   /* the process in that name */
};

/* Ends the process with status 255 where the contract wants it: a stack that is
 * too long, a threshold that is no number. */
void umfi_options_read(struct proxy_options *options);

/* One line on stderr, "umf_proxy: ...", by write(2). */
void umfi_proxy_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void umfi_proxy_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
