/*
 * counters.c - the statistics of the malloc replacement (counters.h).
 *
 * Law: the total of a column is its sum over the shards. A thread takes the next
 * shard in turn at its first count and keeps it; nothing is done when it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "proxy/counters.h"
#include "proxy/thread.h"

enum { SHARDS = 16 };

struct shard {
    _Alignas(64) struct {
        _Atomic uint64_t calls, bytes;
    } by[PROXY_SERVERS];
};

static struct shard shards[SHARDS];
static atomic_uint threads_seen;

static char stack_text[1024]; /* as long as one in UMF_PROXY may be */

bool umfi_counters_on = true;

void umfi_counters_add(enum proxy_server server, size_t bytes) {
    struct proxy_thread *self = &umfi_proxy_thread;
    if (self->shard == 0) {
        self->shard = 1 + atomic_fetch_add_explicit(&threads_seen, 1, memory_order_relaxed) % SHARDS;
    }
    struct shard *shard = &shards[self->shard - 1];
    atomic_fetch_add_explicit(&shard->by[server].calls, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&shard->by[server].bytes, bytes, memory_order_relaxed);
}

void umfi_counters_start(const struct proxy_options *options) {
    umfi_counters_on = options->stats_path[0] != '\0' || options->stats_fd >= 0;
}

/* A line is one line, and its last tab stands before the stack. */
void umfi_counters_set_stack(const char *spec) {
    size_t i = 0;
    for (; spec[i] != '\0' && i + 1 < sizeof stack_text; i++) {
        stack_text[i] = spec[i];
        if ((unsigned char)spec[i] < ' ') {
            stack_text[i] = ' ';
        }
    }
    stack_text[i] = '\0';
}

void umfi_counters_reset(void) {
    for (size_t i = 0; i < SHARDS; i++) {
        for (size_t server = 0; server < PROXY_SERVERS; server++) {
            atomic_store_explicit(&shards[i].by[server].calls, 0, memory_order_relaxed);
            atomic_store_explicit(&shards[i].by[server].bytes, 0, memory_order_relaxed);
        }
    }
}

void umfi_counters_write(const struct proxy_options *options) {
    uint64_t calls[PROXY_SERVERS] = {0}, bytes[PROXY_SERVERS] = {0};
    for (size_t i = 0; i < SHARDS; i++) {
        for (size_t server = 0; server < PROXY_SERVERS; server++) {
            calls[server] += atomic_load_explicit(&shards[i].by[server].calls, memory_order_relaxed);
            bytes[server] += atomic_load_explicit(&shards[i].by[server].bytes, memory_order_relaxed);
        }
    }
    char line[512 + sizeof stack_text];
    int length = snprintf(line, sizeof line, "%d %ju %ju %ju %ju %ju %ju %.200s\t%s\n",
                          (int)getpid(),
                          (uintmax_t)calls[PROXY_POOL], (uintmax_t)bytes[PROXY_POOL],
                          (uintmax_t)calls[PROXY_LIBC], (uintmax_t)bytes[PROXY_LIBC],
                          (uintmax_t)calls[PROXY_EARLY], (uintmax_t)bytes[PROXY_EARLY],
                          program_invocation_short_name, stack_text);
    int fd = options->stats_fd;
    if (options->stats_path[0] != '\0') {
        fd = open(options->stats_path,
                  O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
        if (fd < 0 && errno == ELOOP) {
            umfi_proxy_say("stats=%s is a symbolic link; no statistics", options->stats_path);
        }
    }
    if (fd >= 0 && length > 0) {
        ssize_t written = write(fd, line, (size_t)length);
        (void)written; /* a full disk at exit is not the program's failure */
    }
    if (fd >= 0 && fd != options->stats_fd) {
        (void)close(fd);
    }
}
