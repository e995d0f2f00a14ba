/*
 * search.h - where manifests are looked for, and the file names found there.
 *
 * Directories in falling precedence, tier by tier; within one, names in strcmp
 * order. A search opens directories only, never a file. It keeps each directory
 * it looked at, and each it would have, with what came of it: an error names them,
 * and so does `umf paths`.
 */
#ifndef UMFI_PLUGIN_SEARCH_H
#define UMFI_PLUGIN_SEARCH_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* In falling precedence. */
enum umfi_tier {
    UMFI_TIER_APPLICATION,
    UMFI_TIER_ENVIRONMENT,
    UMFI_TIER_USER,
    UMFI_TIER_ADMIN,
    UMFI_TIER_VENDOR,
    UMFI_TIER_PRELOADED,
};
const char *umfi_tier_word(enum umfi_tier tier);

#define UMFI_VENDOR_DIRS 2

/* What a search is told; NULL is "not there". */
struct umfi_search_options {
    bool is_secure;        /* the environment and the user's files are not heard */
    bool is_user_allowed;  /* by a policy */
    const char *path;      /* directories joined by ':', in front of all others */
    const char *path_only; /* the same, instead of the user, admin and vendor tiers */
    const char *user_dir;
    const char *admin_dir;
    const char *vendor_dirs[UMFI_VENDOR_DIRS];
    char user_dir_text[PATH_MAX]; /* where umfi_search_defaults writes user_dir */
};
/* From the environment (nothing in secure execution) and the build's prefix. */
void umfi_search_defaults(struct umfi_search_options *options);

struct umfi_search_file {
    struct umfi_search_file *next; /* in strcmp order */
    struct umfi_search_dir *dir;
    const char *name; /* within path */
    bool is_mask;     /* noted by who reads it */
    char path[];
};

struct umfi_search_dir {
    struct umfi_search_dir *next; /* in falling precedence */
    enum umfi_tier tier;
    const char *origin;  /* who named it: a variable, or "built in" */
    const char *ignored; /* why it is not searched; NULL: it is */
    int error;         /* 0: read; ENOENT: not there; else why it cannot be read */
    bool is_repeated;  /* the same directory as an earlier one: not read again */
    dev_t device;
    ino_t inode;
    size_t file_count;
    size_t passed_over; /* .yaml and .yml files of other names */
    char *passed_name;  /* the first of them in strcmp order; NULL: none */
    struct umfi_search_file *files;
    char path[]; /* "" for a variable that is not set */
};
/* Whether there is a directory behind it that was read, or tried. */
static inline bool umfi_search_is_searched(const struct umfi_search_dir *dir) {
    return !dir->ignored && dir->path[0];
}
/* Whether it was tried in vain. */
static inline bool umfi_search_is_unreadable(const struct umfi_search_dir *dir) {
    return umfi_search_is_searched(dir) && dir->error && dir->error != ENOENT;
}

/* All from umfi_meta_alloc. */
struct umfi_search {
    struct umfi_search_dir *dirs;
};

/* False only without memory; umfi_search_fini in either case. */
bool umfi_search_run(struct umfi_search *search, const struct umfi_search_options *options);
void umfi_search_fini(struct umfi_search *search);

/* NN-name.yaml, lower case: ^[0-9]{2}-[a-z0-9][a-z0-9._-]*\.yaml$ */
bool umfi_search_is_manifest_name(const char *name);

#endif
