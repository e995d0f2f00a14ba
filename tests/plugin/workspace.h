/*
 * workspace.h - a directory of its own for each case: directories, manifests,
 * modules and masks are made in it by one call each, and it goes with the
 * process that made it, or where that failed with the suite (suite.h).
 */
#ifndef UMF_TESTS_PLUGIN_WORKSPACE_H
#define UMF_TESTS_PLUGIN_WORKSPACE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

static char workspace[sizeof suite_folder + 8];
static pid_t workspace_owner;

static inline void workspace_end(void) {
    if (workspace_owner == getpid()) {
        suite_folder_remove(workspace);
    }
}

static inline void workspace_begin(void) {
    snprintf(workspace, sizeof workspace, "%s-XXXXXX", suite_folder);
    ck_assert_ptr_nonnull(mkdtemp(workspace));
    workspace_owner = getpid();
    atexit(workspace_end);
}

/* The path of something in the workspace; one of a few buffers. */
__attribute__((format(printf, 1, 2))) static inline const char *in(const char *format, ...) {
    static char buffers[8][256];
    static unsigned next;
    char *buffer = buffers[next++ % 8];
    int used = snprintf(buffer, 256, "%s/", workspace);
    va_list args;
    va_start(args, format);
    vsnprintf(buffer + used, 256 - (size_t)used, format, args);
    va_end(args);
    return buffer;
}

static inline void make_dir(const char *path) { ck_assert_int_eq(mkdir(path, 0755), 0); }

static inline void make_file(const char *path, const void *bytes, size_t size) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
    close(fd);
}

static inline void make_text(const char *path, const char *text) {
    make_file(path, text, strlen(text));
}

static inline void make_link(const char *target, const char *path) {
    ck_assert_int_eq(symlink(target, path), 0);
}

/* The whole file, to be freed. */
static inline char *file_bytes(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
    struct stat status;
    ck_assert_int_eq(fstat(fd, &status), 0);
    *size = (size_t)status.st_size;
    char *bytes = calloc(1, *size + 1);
    ck_assert_int_eq(read(fd, bytes, *size), (ssize_t)*size);
    close(fd);
    return bytes;
}

/* ---- what a case's process says on its standard error ---- */

static int stderr_saved;

static inline void stderr_begin(void) {
    int fd = open(in("stderr"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    stderr_saved = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
    close(fd);
}

/* All of it since then, to be freed. */
static inline char *stderr_end(void) {
    size_t size;
    dup2(stderr_saved, STDERR_FILENO);
    close(stderr_saved);
    return file_bytes(in("stderr"), &size);
}

/* How often `part` is in `text`. */
static inline unsigned count_of(const char *text, const char *part) {
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) {
        count++;
    }
    return count;
}

/* A manifest that is right but for what `more` says. */
static inline void make_manifest(const char *path, const char *kind, const char *name,
                                 const char *module, const char *more) {
    char text[1024];
    snprintf(text, sizeof text,
             "schema: 1\nkind: %s\nname: %s\nmodule: %s\nabi: {major: 0, minor: 1}\n%s", kind,
             name, module, more);
    make_text(path, text);
}

#endif
