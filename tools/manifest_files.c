/*
 * manifest_files.c - files named on the command line, and the search that is to
 * find them (manifest_files.h).
 */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/manifest_files.h"
#include "tools/umf.h"

/* The folder is resolved, the file is not: a link to /dev/null is a mask. NULL
 * without memory. */
static char *absolute(const char *word) {
    char folder[PATH_MAX], resolved[PATH_MAX], *path = NULL;
    const char *slash = strrchr(word, '/');
    const char *name = slash != NULL ? slash + 1 : word;
    int length = slash == NULL ? 0 : slash == word ? 1 : (int)(slash - word);
    snprintf(folder, sizeof folder, "%.*s", length > 0 ? length : 1, length > 0 ? word : ".");
    if (realpath(folder, resolved) == NULL) {
        /* whoever opens it says what is wrong with it */
        const char *front = word[0] != '/' && getcwd(resolved, sizeof resolved) ? resolved : "";
        return asprintf(&path, "%s%s%s", front, front[0] != '\0' ? "/" : "", word) < 0 ? NULL : path;
    }
    return asprintf(&path, "%s/%s", strcmp(resolved, "/") == 0 ? "" : resolved, name) < 0 ? NULL
                                                                                       : path;
}

bool umf_manifest_files_init(struct manifest_files *files, char **words, size_t count) {
    *files = (struct manifest_files){.paths = calloc(count + 1, sizeof *files->paths)};
    for (size_t i = 0; files->paths != NULL && i < count; i++) {
        files->paths[i] = absolute(words[i]);
        if (files->paths[i] == NULL) {
            break;
        }
        files->count++;
    }
    if (files->count < count || files->paths == NULL) {
        umf_complain("no memory for the files");
        return false;
    }
    return true;
}

void umf_manifest_files_fini(struct manifest_files *files) {
    for (size_t i = 0; i < files->count; i++) {
        free(files->paths[i]);
    }
    free(files->paths);
    *files = (struct manifest_files){0};
}

static bool is_same_file(const char *a, const char *b) {
    struct stat one, other;
    return strcmp(a, b) == 0 || (stat(a, &one) == 0 && stat(b, &other) == 0 &&
                                 one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

static int compare_manifest(const umf_plugin_info_t *info, void *path) {
    if (is_same_file(info->manifest, path)) {
        _exit(0);
    }
    return 0;
}

/* Whether a search finds it as things are. A child asks, because a process that
 * has asked libumf once gets the same answer from then on. */
static bool is_found(char *path) {
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        /* what there is to log is logged when it is read for good */
        (void)unsetenv("UMF_LOG");
        (void)unsetenv("UMF_PLUGIN_DEBUG");
        (void)umfPluginList(compare_manifest, path);
        _exit(1);
    }
    if (pid < 0) {
        return false;
    }
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool put_in_front(const char *path) {
    const char *old = getenv("UMF_PLUGIN_PATH");
    int length = (int)(strrchr(path, '/') - path);
    char *value = NULL;
    if (memchr(path, ':', (size_t)length) != NULL) {
        umf_complain("%s: a folder with a colon in its name cannot be searched", path);
        return false;
    }
    bool is_set = asprintf(&value, "%.*s%s%s", length > 0 ? length : 1, path,
                           old != NULL && old[0] != '\0' ? ":" : "", old != NULL ? old : "") > 0 &&
                  setenv("UMF_PLUGIN_PATH", value, 1) == 0;
    free(value);
    if (!is_set) {
        umf_complain("no memory for the environment");
    }
    return is_set;
}

bool umf_manifest_files_enter(const struct manifest_files *files) {
    for (size_t i = 0; i < files->count; i++) {
        if (!is_found(files->paths[i]) && !put_in_front(files->paths[i])) {
            return false;
        }
    }
    return true;
}

size_t umf_manifest_files_index(const struct manifest_files *files, const umf_plugin_info_t *info) {
    for (size_t i = 0; i < files->count; i++) {
        if (is_same_file(files->paths[i], info->manifest)) {
            return i;
        }
    }
    return SIZE_MAX;
}
