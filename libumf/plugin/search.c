/* search.c - the tiers and their directories (search.h). */
#include "plugin/search.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/log.h"
#include "core/meta.h"

const char *umfi_tier_word(enum umfi_tier tier) {
    static const char *const words[] = {
        [UMFI_TIER_APPLICATION] = "application", [UMFI_TIER_ENVIRONMENT] = "environment",
        [UMFI_TIER_USER] = "user",               [UMFI_TIER_ADMIN] = "admin",
        [UMFI_TIER_VENDOR] = "vendor",           [UMFI_TIER_PRELOADED] = "preloaded",
    };
    return words[tier];
}

void umfi_search_defaults(struct umfi_search_options *options) {
    *options = (struct umfi_search_options){
        .path = secure_getenv("UMF_PLUGIN_PATH"),
        .path_only = secure_getenv("UMF_PLUGIN_PATH_ONLY"),
        .admin_dir = UMFI_SYSCONFDIR "/umf.d",
        .vendor_dirs = {UMFI_LIBDIR "/umf/plugins", "/usr/lib/umf/plugins"},
    };
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

/* Whether there was memory for every name. */
static bool dir_read(struct umfi_search_dir *dir, DIR *stream) {
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(stream);
        if (!entry) {
            dir->error = errno;
            return true;
        }
        if (!umfi_search_is_manifest_name(entry->d_name)) {
            if (entry->d_name[0] != '.') {
                umfi_debug("%s/%s: not a manifest's name, passed over", dir->path, entry->d_name);
            }
        } else if (!file_add(dir, entry->d_name)) {
            return false;
        }
    }
}

static bool is_same_dir(const struct umfi_search_dir *a, const struct umfi_search_dir *b) {
    return !a->error && a->device == b->device && a->inode == b->inode;
}

static bool dir_scan(struct umfi_search *search, struct umfi_search_dir *dir) {
    if (dir->path[0] != '/') {
        dir->error = EINVAL;
        umfi_warn("%s: not an absolute path, passed over", dir->path);
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

static bool dir_add(struct umfi_search *search, enum umfi_tier tier, const char *path,
                    size_t length) {
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    struct umfi_search_dir *dir = umfi_meta_alloc(sizeof *dir + length + 1);
    if (!dir) {
        return false;
    }
    dir->tier = tier;
    memcpy(dir->path, path, length);
    struct umfi_search_dir **last = &search->dirs;
    while (*last) {
        last = &(*last)->next;
    }
    *last = dir;
    return dir_scan(search, dir);
}

static bool path_add(struct umfi_search *search, const char *path) {
    while (path && *path) {
        size_t length = strcspn(path, ":");
        if (length > 0 && !dir_add(search, UMFI_TIER_ENVIRONMENT, path, length)) {
            return false;
        }
        path += length + (path[length] == ':');
    }
    return true;
}

static bool tier_add(struct umfi_search *search, enum umfi_tier tier, const char *dir) {
    return !dir || dir_add(search, tier, dir, strlen(dir));
}

bool umfi_search_run(struct umfi_search *search, const struct umfi_search_options *options) {
    search->dirs = NULL;
    if (!path_add(search, options->path)) {
        return false;
    }
    if (options->path_only) {
        return path_add(search, options->path_only);
    }
    if (!tier_add(search, UMFI_TIER_USER, options->user_dir) ||
        !tier_add(search, UMFI_TIER_ADMIN, options->admin_dir)) {
        return false;
    }
    for (size_t i = 0; i < UMFI_VENDOR_DIRS; i++) {
        if (!tier_add(search, UMFI_TIER_VENDOR, options->vendor_dirs[i])) {
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
        umfi_meta_free(dir, dir_bytes(dir));
        dir = next_dir;
    }
    search->dirs = NULL;
}
