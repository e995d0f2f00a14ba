/*
 * trust.c - owners and modes along a path (trust.h).
 *
 * The path is walked here and not by realpath(): who owns a link on the way decides
 * where it leads, and realpath() tells only where it led; it also takes long links
 * into memory from malloc. In secure execution the walk goes down from the root, a
 * component at a time, and looks at each directory before it looks into it: once
 * all were good, none but root can have changed anything behind the walk's back,
 * and what is opened by the same path afterwards is what was judged. Otherwise
 * only the last component counts, the links that stand in its place, and the
 * directories that hold them.
 */
#include "plugin/trust.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errno_text.h"
#include "plugin/manifest_file.h"

#define LINKS_MAX 40 /* Linux's own limit */
#define TEXT_PATH "%.900s" /* leaves room in a refusal for what is wrong with it */

/* Where the walk is and what it has before it. `here` has no slash at its end and
 * is "" for the root; in secure execution it also has no link in it, no `.` and
 * no `..`. `rest` ends with its array and begins at `rest_at`, so that a link's
 * text is put before it. */
struct walk {
    const struct umfi_trust *trust;
    struct umfi_refusal *refusal;
    struct stat status; /* of here, where it is known */
    bool is_status_known;
    unsigned link_count;
    size_t here_length, rest_at;
    char here[PATH_MAX], rest[PATH_MAX];
};

enum step { STEP_ON, STEP_END, STEP_FAULT, STEP_LOST /* errno says why */ };

void umfi_trust_defaults(struct umfi_trust *trust) {
    *trust = (struct umfi_trust){.is_secure = getauxval(AT_SECURE) != 0, .user = geteuid()};
}

/* ---- one thing on the way ---- */

static const char *here_path(const struct walk *walk) {
    return walk->here_length ? walk->here : "/";
}

static bool owner_judge(const struct walk *walk) {
    const struct umfi_trust *trust = walk->trust;
    uid_t owner = walk->status.st_uid;
    if (owner == 0 || (!trust->is_secure && owner == trust->user)) {
        return true;
    }
    if (trust->is_secure || trust->user == 0) {
        return umfi_refuse(walk->refusal, UMFI_E_INSECURE,
                           TEXT_PATH " belongs to uid %lu, not to root", here_path(walk),
                           (unsigned long)owner);
    }
    return umfi_refuse(walk->refusal, UMFI_E_INSECURE,
                       TEXT_PATH " belongs to uid %lu, not to root or uid %lu", here_path(walk),
                       (unsigned long)owner, (unsigned long)trust->user);
}

/* An access list's mask stands in the group's bits. */
static bool mode_judge(const struct walk *walk) {
    const struct stat *status = &walk->status;
    unsigned mode = status->st_mode & 07777;
    bool is_kept = S_ISDIR(status->st_mode) && (mode & S_ISVTX) && status->st_uid == 0;
    if ((mode & S_IWOTH) && (walk->trust->is_secure || !is_kept)) {
        return umfi_refuse(walk->refusal, UMFI_E_INSECURE,
                           TEXT_PATH " is writable by others (mode %#o)", here_path(walk), mode);
    }
    if ((mode & S_IWGRP) && walk->trust->is_secure) {
        return umfi_refuse(walk->refusal, UMFI_E_INSECURE,
                           TEXT_PATH " is writable by its group (mode %#o)", here_path(walk),
                           mode);
    }
    return true;
}

/* To the null device all may write, and nothing comes of it. */
static bool here_judge(const struct walk *walk) {
    return umfi_is_null_device(&walk->status) || (owner_judge(walk) && mode_judge(walk));
}

/* ---- the walk ---- */

static enum step lost(int reason) {
    errno = reason;
    return STEP_LOST;
}

static bool here_add(struct walk *walk, const char *name, size_t length) {
    if (walk->here_length + 1 + length >= sizeof walk->here) {
        return false;
    }
    walk->here[walk->here_length] = '/';
    memcpy(walk->here + walk->here_length + 1, name, length);
    walk->here_length += 1 + length;
    walk->here[walk->here_length] = '\0';
    walk->is_status_known = false;
    return true;
}

static void here_cut(struct walk *walk, size_t length) {
    walk->here_length = length;
    walk->here[length] = '\0';
    walk->is_status_known = false;
}

/* The next component, without the slashes before it; "" at the end. */
static const char *rest_next(const struct walk *walk, size_t *length) {
    const char *name = walk->rest + walk->rest_at;
    name += strspn(name, "/");
    *length = strcspn(name, "/");
    return name;
}

static bool is_last(const char *name, size_t length) {
    return name[length + strspn(name + length, "/")] == '\0';
}

static bool is_word(const char *name, size_t length, const char *word) {
    return strlen(word) == length && memcmp(name, word, length) == 0;
}

static void rest_drop(struct walk *walk, const char *name, size_t length) {
    walk->rest_at = (size_t)(name + length - walk->rest);
}

/* In front of the rest, a link's text; and back to where it is read from. */
static enum step link_follow(struct walk *walk, size_t dir_length) {
    if (++walk->link_count > LINKS_MAX) {
        return lost(ELOOP);
    }
    if (walk->rest_at < 2) {
        return lost(ENAMETOOLONG);
    }
    size_t room = walk->rest_at - 1;
    ssize_t got = readlink(walk->here, walk->rest, room);
    if (got <= 0) {
        return got < 0 ? STEP_LOST : lost(ENOENT);
    }
    size_t bytes = (size_t)got;
    if (bytes == room) {
        return lost(ENAMETOOLONG);
    }
    here_cut(walk, *walk->rest == '/' ? 0 : dir_length);
    memmove(walk->rest + room - bytes, walk->rest, bytes);
    walk->rest[room] = '/';
    walk->rest_at = room - bytes;
    return STEP_ON;
}

/* Outside secure execution: to the directory of the last component, as ld.so and
 * open() would go there. */
static bool rest_shorten(struct walk *walk) {
    size_t length;
    for (const char *name = rest_next(walk, &length); !is_last(name, length);
         name = rest_next(walk, &length)) {
        if (!here_add(walk, name, length)) {
            return false;
        }
        rest_drop(walk, name, length);
    }
    return true;
}

/* `..` of a directory that was reached without a link. */
static enum step parent_take(struct walk *walk) {
    const char *slash = strrchr(walk->here, '/');
    here_cut(walk, slash ? (size_t)(slash - walk->here) : 0);
    return STEP_ON;
}

static enum step name_take(struct walk *walk, const char *name, size_t length) {
    size_t dir_length = walk->here_length;
    if (!here_add(walk, name, length)) {
        return lost(ENAMETOOLONG);
    }
    if (lstat(walk->here, &walk->status) != 0) {
        return STEP_LOST;
    }
    walk->is_status_known = true;
    if (!S_ISLNK(walk->status.st_mode)) {
        return STEP_ON;
    }
    return owner_judge(walk) ? link_follow(walk, dir_length) : STEP_FAULT;
}

static enum step walk_step(struct walk *walk) {
    bool is_secure = walk->trust->is_secure;
    if (!is_secure && !rest_shorten(walk)) {
        return lost(ENAMETOOLONG);
    }
    if (!walk->is_status_known && stat(here_path(walk), &walk->status) != 0) {
        return STEP_LOST;
    }
    walk->is_status_known = true;
    size_t length;
    const char *name = rest_next(walk, &length);
    if (length == 0) {
        return here_judge(walk) ? STEP_END : STEP_FAULT;
    }
    if (!S_ISDIR(walk->status.st_mode)) {
        return lost(ENOTDIR);
    }
    if (!here_judge(walk)) {
        return STEP_FAULT;
    }
    rest_drop(walk, name, length);
    if (is_secure && is_word(name, length, ".")) {
        return STEP_ON;
    }
    return is_secure && is_word(name, length, "..") ? parent_take(walk)
                                                    : name_take(walk, name, length);
}

static enum step walk_run(struct walk *walk, const char *path) {
    size_t bytes = strlen(path) + 1;
    if (bytes > sizeof walk->rest) {
        return lost(ENAMETOOLONG);
    }
    walk->rest_at = sizeof walk->rest - bytes;
    memcpy(walk->rest + walk->rest_at, path, bytes);
    enum step step;
    do {
        step = walk_step(walk);
    } while (step == STEP_ON);
    return step;
}

/* ---- the verdict ---- */

static bool cannot_follow(struct umfi_refusal *refusal, const char *path, const char *reason) {
    return umfi_refuse(refusal, UMFI_E_INSECURE, TEXT_PATH " cannot be followed: %s", path,
                       reason);
}

/* Where the kernel ends is where the walk ended, but for a link of /proc, whose
 * text need not be where it leads. */
static bool is_same_end(const struct walk *walk, const char *path) {
    struct stat end;
    return walk->link_count == 0 || stat(path, &end) != 0 ||
           (end.st_dev == walk->status.st_dev && end.st_ino == walk->status.st_ino);
}

static bool path_judge(const struct umfi_trust *trust, const char *path,
                       struct umfi_refusal *refusal) {
    struct walk walk;
    walk.trust = trust;
    walk.refusal = refusal;
    walk.link_count = 0;
    here_cut(&walk, 0);
    enum step step = walk_run(&walk, path);
    if (step == STEP_FAULT) {
        return false;
    }
    if (step == STEP_END) {
        return is_same_end(&walk, path) || cannot_follow(refusal, path, "it leads elsewhere");
    }
    int reason = errno;
    struct stat end;
    bool is_absent = reason == ENOENT || reason == ENOTDIR;
    if (stat(path, &end) != 0 && (is_absent || !trust->is_secure)) {
        return true;
    }
    return cannot_follow(refusal, path, umfi_errno_text(reason));
}

/* Application and environment: the caller named the file or its directory. */
static bool is_named_by_caller(const struct umfi_trust *trust, enum umfi_tier tier) {
    return tier == UMFI_TIER_APPLICATION || (tier == UMFI_TIER_ENVIRONMENT && !trust->is_secure);
}

enum umfi_trust_verdict umfi_trust_judge(const struct umfi_trust *trust, enum umfi_tier tier,
                                         const char *path, struct umfi_refusal *refusal) {
    if (path_judge(trust, path, refusal)) {
        return UMFI_TRUST_GOOD;
    }
    bool is_strict = trust->is_secure || trust->user == 0;
    return is_strict && !is_named_by_caller(trust, tier) ? UMFI_TRUST_REFUSE : UMFI_TRUST_WARN;
}
