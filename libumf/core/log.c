/*
 * log.c - records to a descriptor, formatted on the stack (log.h).
 *
 * State: one struct, written once under pthread_once from UMF_LOG. Records are
 * written whole with one write(2), which is all the flushing there is: nothing
 * is ever buffered, so UMF_LOG's flush level has nothing left to decide.
 */
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/errno_text.h"
#include "base/mutex.h"
#include "base/text.h"

#define RECORD_BYTES 8192
#define PATH_LIMIT 256
#define LEVEL_OFF (UMFI_LOG_FATAL + 1)

static const char *const level_words[] = {"debug", "info", "warning", "error", "fatal"};
static const char *const level_tags[] = {"DEBUG", "INFO ", "WARN ", "ERROR", "FATAL"};
static const char truncation_mark[] = "[truncated...]\n";

static struct {
    struct umfi_mutex lock;
    atomic_int level; /* least level written; LEVEL_OFF: no output */
    int descriptor;   /* -1: none; FATAL then goes to stderr */
    bool has_timestamp, has_pid;
} state = {.lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_LOG), .level = LEVEL_OFF, .descriptor = -1};

static pthread_once_t setup_once = PTHREAD_ONCE_INIT;

/* ---- records ---- */

struct record {
    char text[RECORD_BYTES];
    size_t length;
    bool is_truncated;
};

static void record_add_va(struct record *record, const char *format, va_list args)
    UMFI_PRINTF(2, 0);
static void record_add_va(struct record *record, const char *format, va_list args) {
    size_t room = sizeof record->text - record->length;
    int wanted = vsnprintf(record->text + record->length, room, format, args);
    if (wanted < 0) {
        return;
    }
    if ((size_t)wanted >= room) {
        record->is_truncated = true;
        record->length = sizeof record->text - 1;
        return;
    }
    record->length += (size_t)wanted;
}

static void record_add(struct record *record, const char *format, ...) UMFI_PRINTF(2, 3);
static void record_add(struct record *record, const char *format, ...) {
    va_list args;
    va_start(args, format);
    record_add_va(record, format, args);
    va_end(args);
}

/* UTC, by our own arithmetic: localtime takes a lock, reads files and mallocs.
 * Days to civil date after Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms": the era of 400 years begins on 1 March of year 0. */
static void record_add_time(struct record *record) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    long days = now.tv_sec / 86400, seconds = now.tv_sec % 86400;
    long shifted = days + 719468;
    long era = shifted / 146097, day_of_era = shifted % 146097;
    long year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    long month_from_march = (5 * day_of_year + 2) / 153;
    long day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    long month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    long year = year_of_era + era * 400 + (month <= 2);
    record_add(record, "%04ld-%02ld-%02ldT%02ld:%02ld:%02ld ", year, month, day, seconds / 3600,
               seconds / 60 % 60, seconds % 60);
}

static void record_begin(struct record *record, enum umfi_log_level level, const char *where) {
    record->length = 0;
    record->is_truncated = false;
    record_add(record, "[");
    if (state.has_timestamp) {
        record_add_time(record);
    }
    if (state.has_pid) {
        record_add(record, "PID:%-6lu TID:%-6lu ", (unsigned long)getpid(),
                   (unsigned long)syscall(SYS_gettid));
    }
    record_add(record, "%s UMF] %s: ", level_tags[level], where);
}

static void record_end(struct record *record) {
    if (record->length >= sizeof record->text - 1) {
        record->is_truncated = true;
    }
    if (record->is_truncated) {
        record->length = sizeof record->text - sizeof truncation_mark;
        memcpy(record->text + record->length, truncation_mark, sizeof truncation_mark - 1);
        record->length += sizeof truncation_mark - 1;
        return;
    }
    record->text[record->length++] = '\n';
}

static void record_write(const struct record *record, int descriptor) {
    const char *from = record->text;
    size_t left = record->length;
    while (left > 0) {
        ssize_t written = write(descriptor, from, left);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return; /* nowhere to say that the log cannot be written */
        }
        from += written;
        left -= (size_t)written;
    }
}

/* ---- UMF_LOG ---- */

static void complain(const char *format, ...) UMFI_PRINTF(1, 2);
static void complain(const char *format, ...) {
    struct record record;
    record_begin(&record, UMFI_LOG_ERROR, "umfi_log");
    va_list args;
    va_start(args, format);
    record_add_va(&record, format, args);
    va_end(args);
    record_end(&record);
    record_write(&record, STDERR_FILENO);
}

/* Where `option` stands as an option of its own, else NULL: only its first
 * occurrence counts, at the start or after ';'. With `is_prefix` a value follows. */
static const char *option_find(const char *text, const char *option, bool is_prefix) {
    const char *found = strstr(text, option);
    if (!found || (found != text && found[-1] != ';')) {
        return NULL;
    }
    const char *end = found + strlen(option);
    return is_prefix || *end == ';' || *end == '\0' ? found : NULL;
}

/* The index of the word that stands first as NAME:WORD, else `otherwise`. */
static int option_choice(const char *text, const char *name, const char *const *words, int count,
                         int otherwise) {
    const char *first = NULL;
    for (int i = 0; i < count; i++) {
        char option[32];
        snprintf(option, sizeof option, "%s:%s", name, words[i]);
        const char *found = option_find(text, option, false);
        if (found && (!first || found < first)) {
            first = found;
            otherwise = i;
        }
    }
    return otherwise;
}

static int open_file(const char *from) {
    char path[PATH_LIMIT + 1];
    size_t length = strcspn(from, ";");
    if (length == 0 || length > PATH_LIMIT) {
        complain("UMF_LOG: the path of the log file has %zu characters, 1 to %d are possible: "
                 "logging disabled",
                 length, PATH_LIMIT);
        return -1;
    }
    memcpy(path, from, length);
    path[length] = '\0';
    int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0) {
        complain("UMF_LOG: cannot open %s: %s: logging disabled", path, umfi_errno_text(errno));
    }
    return descriptor;
}

static int choose_output(const char *text) {
    static const char file_option[] = "output:file,";
    if (option_find(text, "output:stdout", false)) {
        return STDOUT_FILENO;
    }
    if (option_find(text, "output:stderr", false)) {
        return STDERR_FILENO;
    }
    const char *file = option_find(text, file_option, true);
    if (file) {
        return open_file(file + sizeof file_option - 1);
    }
    complain("UMF_LOG: output is not set, logging disabled: say output:stdout, output:stderr or "
             "output:file,PATH (UMF_LOG = \"%s\")",
             text);
    return -1;
}

static void setup(void) {
    static const char *const no_yes[] = {"no", "yes"};
    const char *text = secure_getenv("UMF_LOG");
    if (!text) {
        return;
    }
    int descriptor = choose_output(text);
    if (descriptor < 0) {
        return;
    }
    int level = option_choice(text, "level", level_words, 5, UMFI_LOG_ERROR);
    int flush = option_choice(text, "flush", level_words, 5, UMFI_LOG_ERROR);
    state.has_timestamp = option_choice(text, "timestamp", no_yes, 2, 0) == 1;
    state.has_pid = option_choice(text, "pid", no_yes, 2, 0) == 1;
    state.descriptor = descriptor;
    atomic_store_explicit(&state.level, level, memory_order_relaxed);
    if (level <= UMFI_LOG_INFO) {
        struct record record;
        record_begin(&record, UMFI_LOG_INFO, "umfi_log");
        record_add(&record, "logger enabled (libumf %s, level: %s, flush: %s, pid: %s, "
                            "timestamp: %s)",
                   PACKAGE_VERSION, level_words[level], level_words[flush],
                   no_yes[state.has_pid], no_yes[state.has_timestamp]);
        record_end(&record);
        record_write(&record, descriptor);
    }
}

/* ---- what the rest of the library calls ---- */

bool umfi_log_is_enabled(enum umfi_log_level level) {
    pthread_once(&setup_once, setup);
    return level == UMFI_LOG_FATAL ||
           (int)level >= atomic_load_explicit(&state.level, memory_order_relaxed);
}

static void record_make(enum umfi_log_level level, const char *where, const char *format,
                        va_list args) UMFI_PRINTF(3, 0);
static void record_make(enum umfi_log_level level, const char *where, const char *format,
                        va_list args) {
    struct record record;
    record_begin(&record, level, where);
    size_t start = record.length;
    record_add_va(&record, format, args);
    umfi_text_make_shown(record.text + start); /* a record is one line, whoever wrote it */
    record_end(&record);
    umfi_mutex_lock(&state.lock);
    record_write(&record, state.descriptor >= 0 ? state.descriptor : STDERR_FILENO);
    umfi_mutex_unlock(&state.lock);
}

void umfi_log_va(enum umfi_log_level level, const char *where, const char *format, va_list args) {
    int saved_errno = errno;
    int cancel = umfi_cancel_off(); /* write and open are cancellation points */
    if (umfi_log_is_enabled(level)) {
        record_make(level, where, format, args);
    }
    umfi_cancel_restore(cancel);
    errno = saved_errno; /* the first call reads UMF_LOG, also when nothing is written */
}

void umfi_log(enum umfi_log_level level, const char *where, const char *format, ...) {
    va_list args;
    va_start(args, format);
    umfi_log_va(level, where, format, args);
    va_end(args);
}

void umfi_log_prefork(void) { umfi_mutex_lock_for_fork(&state.lock); }
void umfi_log_parent(void) { umfi_mutex_unlock_in_parent(&state.lock); }
void umfi_log_child(void) { umfi_mutex_reset_in_child(&state.lock); }
