/*
 * options.c - reads UMF_PROXY (options.h). Runs once, in the constructor, while
 * the thread is busy; nothing is kept in the environment's memory.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/options.h"

enum { LEAST_FD = 100 }; /* out of the way of programs that expect low numbers */

__attribute__((format(printf, 1, 0))) static void say_va(const char *format, va_list args) {
    char line[1536] = "umf_proxy: ";
    size_t used = strlen(line);
    int more = vsnprintf(line + used, sizeof line - used - 1, format, args);
    if (more > 0) {
        used += (size_t)more < sizeof line - used - 1 ? (size_t)more : sizeof line - used - 2;
    }
    line[used++] = '\n';
    /* nothing can be done about a closed stderr */
    ssize_t written = write(STDERR_FILENO, line, used);
    (void)written;
}

void umfi_proxy_say(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say_va(format, args);
    va_end(args);
}

_Noreturn void umfi_proxy_die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say_va(format, args);
    va_end(args);
    _exit(255);
}

/* The value of `key` if the item [text, text+length) is "key=value". */
static const char *value_of(const char *key, const char *text, size_t length, size_t *value_length) {
    size_t key_length = strlen(key);
    if (length <= key_length || strncmp(text, key, key_length) != 0 || text[key_length] != '=') {
        return NULL;
    }
    *value_length = length - key_length - 1;
    return text + key_length + 1;
}

static bool is_word(const char *word, const char *text, size_t length) {
    return strlen(word) == length && strncmp(word, text, length) == 0;
}

static void read_stack(struct proxy_options *options, const char *text, size_t length) {
    if (length >= sizeof options->stack) {
        umfi_proxy_die("stack= is longer than %zu characters", sizeof options->stack - 1);
    }
    memcpy(options->stack, text, length);
    options->stack[length] = '\0';
    options->shm_name[0] = '\0';
}

/* Made independent of the program now: it may change its directory, and many
 * close stderr before they exit. */
static void read_stats(struct proxy_options *options, const char *text, size_t length) {
    size_t digits = 0;
    while (digits < length && isdigit((unsigned char)text[digits])) {
        digits++;
    }
    options->stats_path[0] = '\0';
    options->stats_fd = -1;
    if (length > 0 && digits == length && length < 10) {
        options->stats_fd = fcntl(atoi(text), F_DUPFD_CLOEXEC, LEAST_FD);
        if (options->stats_fd < 0) {
            umfi_proxy_say("stats=%.*s: %s", (int)length, text, strerror(errno));
        }
        return;
    }
    char base[PATH_MAX] = "";
    if (length > 0 && text[0] != '/' && getcwd(base, sizeof base) == NULL) {
        umfi_proxy_say("stats=%.*s: no current directory: %s", (int)length, text, strerror(errno));
        return;
    }
    size_t prefix = strlen(base);
    if (length == 0 || prefix + 1 + length >= sizeof options->stats_path) {
        umfi_proxy_say("stats=%.*s is not a path or a descriptor; no statistics", (int)length, text);
        return;
    }
    if (prefix > 0) {
        memcpy(options->stats_path, base, prefix);
        options->stats_path[prefix++] = '/';
    }
    memcpy(options->stats_path + prefix, text, length);
    options->stats_path[prefix + length] = '\0';
}

static void read_threshold(struct proxy_options *options, const char *text, size_t length) {
    if (length == 0 || !isdigit((unsigned char)text[0])) {
        umfi_proxy_die("size.threshold=%.*s is not a number", (int)length, text);
    }
    options->threshold_bytes = strtoul(text, NULL, 10); /* what follows the digits is ignored */
}

static void read_disposition(struct proxy_options *options, const char *text, size_t length) {
    if (is_word("shared-fd", text, length)) {
        strcpy(options->stack, "disjoint @ os(visibility=shared)");
    } else if (is_word("shared-shm", text, length)) {
        /* the name is part of the interface: others open it by the process id */
        options->shm_owner = getpid();
        snprintf(options->shm_name, sizeof options->shm_name, "/umf_proxy_lib_shm_pid_%d",
                 (int)options->shm_owner);
        snprintf(options->stack, sizeof options->stack,
                 "disjoint @ os(visibility=shared, shm_name=%s)", options->shm_name + 1);
    } else {
        umfi_proxy_say("page.disposition=%.*s is unknown (shared-fd, shared-shm)", (int)length, text);
    }
}

static void read_item(struct proxy_options *options, const char *text, size_t length) {
    size_t n;
    const char *value;
    if ((value = value_of("stack", text, length, &n)) != NULL) {
        read_stack(options, value, n);
    } else if ((value = value_of("stats", text, length, &n)) != NULL) {
        read_stats(options, value, n);
    } else if ((value = value_of("size.threshold", text, length, &n)) != NULL) {
        read_threshold(options, value, n);
    } else if ((value = value_of("page.disposition", text, length, &n)) != NULL) {
        if (options->stack[0] == '\0') {
            read_disposition(options, value, n);
        }
    } else if (length > 0) {
        umfi_proxy_say("UMF_PROXY: option '%.*s' is unknown and ignored", (int)length, text);
    }
}

void umfi_options_read(struct proxy_options *options) {
    *options = (struct proxy_options){.stats_fd = -1};
    const char *text = secure_getenv("UMF_PROXY");
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, ";");
        read_item(options, text, length);
        text += length;
        text += *text == ';';
    }
}
