/* search.c - the tiers and their directories (search.h). */
#include "plugin/search.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/errno_text.h"
#include "core/meta.h"
#include "plugin/debug.h"

const char *umfi_tier_word(enum umfi_tier tier) {
    static const char *const words[] = {
        [UMFI_TIER_APPLICATION] = "application", [UMFI_TIER_ENVIRONMENT] = "environment",
        [UMFI_TIER_USER] = "user",               [UMFI_TIER_ADMIN] = "admin",
        [UMFI_TIER_VENDOR] = "vendor",           [UMFI_TIER_PRELOADED] = "preloaded",
    };
    return words[tier];
}

/* $XDG_CONFIG_HOME/umf.d, or what that stands for where it is not set; the XDG
 * base directory specification has relative paths ignored. */
static const char *user_dir_write(char buffer[PATH_MAX]) {
    const char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");
    int length = -1;
    if (config && *config) {
        length = *config == '/' ? snprintf(buffer, PATH_MAX, "%s/umf.d", config) : -1;
    } else if (home && *home == '/') {
        length = snprintf(buffer, PATH_MAX, "%s/.config/umf.d", home);
    }
    return length > 0 && length < PATH_MAX ? buffer : NULL;
}

void umfi_search_defaults(struct umfi_search_options *options) {
    *options = (struct umfi_search_options){
        .is_secure = getauxval(AT_SECURE) != 0,
        .path = secure_getenv("UMF_PLUGIN_PATH"),
        .admin_dir = UMFI_SYSCONFDIR "/umf.d",
        .vendor_dirs = {UMFI_LIBDIR "/umf/plugins", "/usr/lib/umf/plugins"},
    };
    const char *path_only = secure_getenv("UMF_PLUGIN_PATH_ONLY");
    options->path_only = path_only && *path_only ? path_only : NULL; /* empty is not set */
    options->user_dir = user_dir_write(options->user_dir_text);
}

bool umfi_search_is_manifest_name(const char *name) {
    static const char digits[] = "0123456789";
    static const char letters_and_digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t bytes = strlen(name);
    if (strspn(name, digits) < 2 || name[2] != '-' || bytes < 9 || !name[3] ||
        !strchr(letters_and_digits, name[3]) || strcmp(name + bytes - 5, ".yaml") != 0) {
        return false;
    }
    return strspn(name + 3, "abcdefghijklmnopqrstuvwxyz0123456789._-") == bytes - 3;
}

static size_t dir_bytes(const struct umfi_search_dir *dir) {
    return sizeof *dir + strlen(dir->path) + 1;
}

static size_t file_bytes(const struct umfi_search_file *file) {
    return sizeof *file + strlen(file->path) + 1;
}

static bool file_add(struct umfi_search_dir *dir, const char *name) {
    size_t dir_length = strlen(dir->path), name_bytes = strlen(name) + 1;
    struct umfi_search_file *file = umfi_meta_alloc(sizeof *file + dir_length + 1 + name_bytes);
    if (!file) {
        return false;
    }
    file->dir = dir;
    memcpy(file->path, dir->path, dir_length);
    file->path[dir_length] = '/';
    file->name = memcpy(file->path + dir_length + 1, name, name_bytes);
    struct umfi_search_file **place = &dir->files;
    while (*place && strcmp((*place)->name, name) < 0) {
        place = &(*place)->next;
    }
    file->next = *place;
    *place = file;
    dir->file_count++;
    return true;
}

static bool is_yaml(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* What looks like a manifest but for its name is worth telling. */
static bool file_pass_over(struct umfi_search_dir *dir, const char *name) {
    if (name[0] != '.') {
        umfi_plugin_debug(UMFI_DEBUG_SEARCH, "%s/%s: not a manifest's name, passed over",
                          dir->path, name);
    }
    if (!is_yaml(name)) {
        return true;
    }
    dir->passed_over++;
    if (dir->passed_name && strcmp(dir->passed_name, name) < 0) {
        return true;
    }
    umfi_meta_free_string(dir->passed_name);
    dir->passed_name = umfi_meta_strdup(name);
    return dir->passed_name != NULL;
}

/* Whether there was memory for every name. */
static bool dir_read(struct umfi_search_dir *dir, DIR *stream) {
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(stream);
        if (!entry) {
            dir->error = errno;
            return true;
        }
        bool is_manifest = umfi_search_is_manifest_name(entry->d_name);
        if (!(is_manifest ? file_add : file_pass_over)(dir, entry->d_name)) {
            return false;
        }
    }
}

static bool is_same_dir(const struct umfi_search_dir *a, const struct umfi_search_dir *b) {
    return umfi_search_is_searched(a) && !a->error && a->device == b->device && a->inode == b->inode;
}

static bool dir_scan(struct umfi_search *search, struct umfi_search_dir *dir) {
    if (!umfi_search_is_searched(dir)) {
        return true;
    }
    if (dir->path[0] != '/') {
        dir->error = EINVAL;
        return true;
    }
    DIR *stream = opendir(dir->path);
    struct stat status;
    if (!stream || fstat(dirfd(stream), &status) != 0) {
        dir->error = errno;
        if (stream) {
            closedir(stream);
        }
        return true;
    }
    dir->device = status.st_dev;
    dir->inode = status.st_ino;
    for (const struct umfi_search_dir *d = search->dirs; d != dir; d = d->next) {
        dir->is_repeated = dir->is_repeated || is_same_dir(d, dir);
    }
    bool is_done = dir->is_repeated || dir_read(dir, stream);
    closedir(stream);
    return is_done;
}

static void dir_tell(const struct umfi_search_dir *dir) {
    const char *tier = umfi_tier_word(dir->tier), *path = dir->path[0] ? dir->path : dir->origin;
    if (dir->ignored) {
        umfi_plugin_debug(UMFI_DEBUG_SEARCH, "%s: %s: ignored: %s", tier, path, dir->ignored);
    } else if (!dir->path[0]) {
        umfi_plugin_debug(UMFI_DEBUG_SEARCH, "%s: %s: not set", tier, path);
    } else if (dir->error) {
        umfi_plugin_debug(UMFI_DEBUG_SEARCH, "%s: %s: %s", tier, path, umfi_errno_text(dir->error));
    } else if (dir->is_repeated) {
        umfi_plugin_debug(UMFI_DEBUG_SEARCH, "%s: %s: seen before", tier, path);
    } else {
        umfi_plugin_debug(UMFI_DEBUG_SEARCH, "%s: %s: %zu manifests", tier, path, dir->file_count);
    }
}

/* A place to look in, as it is named. */
struct place {
    enum umfi_tier tier;
    const char *origin, *ignored;
    const char *path; /* need not end at length */
    size_t length;
};

static bool place_add(struct umfi_search *search, const struct place *place) {
    size_t length = place->length;
    while (length > 1 && place->path[length - 1] == '/') {
        length--;
    }
    struct umfi_search_dir *dir = umfi_meta_alloc(sizeof *dir + length + 1);
    if (!dir) {
        return false;
    }
    dir->tier = place->tier;
    dir->origin = place->origin;
    dir->ignored = place->ignored;
    if (length > 0) {
        memcpy(dir->path, place->path, length);
    }
    struct umfi_search_dir **last = &search->dirs;
    while (*last) {
        last = &(*last)->next;
    }
    *last = dir;
    bool is_done = dir_scan(search, dir);
    dir_tell(dir);
    return is_done;
}

/* Each directory of a variable, or one place that says that it is not set. */
static bool path_add(struct umfi_search *search, const struct umfi_search_options *options,
                     const char *variable, const char *path) {
    struct place place = {.tier = UMFI_TIER_ENVIRONMENT, .origin = variable};
    if (options->is_secure) {
        place.ignored = "secure execution";
        path = NULL;
    }
    if (!path || !*path) {
        return place_add(search, &place);
    }
    while (*path) {
        place.path = path;
        place.length = strcspn(path, ":");
        if (place.length > 0 && !place_add(search, &place)) {
            return false;
        }
        path += place.length + (path[place.length] == ':');
    }
    return true;
}

static bool dir_add(struct umfi_search *search, enum umfi_tier tier, const char *path,
                    const char *ignored) {
    const struct place place = {.tier = tier,
                                .origin = tier == UMFI_TIER_USER ? "XDG_CONFIG_HOME" : "built in",
                                .ignored = ignored,
                                .path = path,
                                .length = path ? strlen(path) : 0};
    return (!path && tier != UMFI_TIER_USER) || place_add(search, &place);
}

bool umfi_search_run(struct umfi_search *search, const struct umfi_search_options *options) {
    search->dirs = NULL;
    if (!path_add(search, options, "UMF_PLUGIN_PATH", options->path) ||
        !path_add(search, options, "UMF_PLUGIN_PATH_ONLY", options->path_only)) {
        return false;
    }
    const char *ignored = options->path_only && !options->is_secure
                              ? "UMF_PLUGIN_PATH_ONLY is set" : NULL;
    const char *user_ignored = options->is_secure         ? "secure execution"
                               : ignored                  ? ignored
                               : options->is_user_allowed ? NULL
                                                          : "no policy allows user manifests";
    if (!dir_add(search, UMFI_TIER_USER, options->user_dir, user_ignored) ||
        !dir_add(search, UMFI_TIER_ADMIN, options->admin_dir, ignored)) {
        return false;
    }
    for (size_t i = 0; i < UMFI_VENDOR_DIRS; i++) {
        if (!dir_add(search, UMFI_TIER_VENDOR, options->vendor_dirs[i], ignored)) {
            return false;
        }
    }
    return true;
}

void umfi_search_fini(struct umfi_search *search) {
    for (struct umfi_search_dir *dir = search->dirs; dir;) {
        for (struct umfi_search_file *file = dir->files; file;) {
            struct umfi_search_file *next_file = file->next;
            umfi_meta_free(file, file_bytes(file));
            file = next_file;
        }
        struct umfi_search_dir *next_dir = dir->next;
        umfi_meta_free_string(dir->passed_name);
        umfi_meta_free(dir, dir_bytes(dir));
        dir = next_dir;
    }
    search->dirs = NULL;
}
