/*
 * trust-test.c - who may write where, judged as anybody.
 *
 * The law of secure execution looks at every directory from the root on, so its
 * cases make their workspace the root: as root by themselves, as anybody else in
 * a user namespace. Owners are changed as root; anybody else becomes another user
 * in what is injected.
 */
#include "plugin/trust.h"

#include "root.h"
#include "workspace.h"

#define STRANGER 12345

static struct umfi_trust trust;
static struct umfi_refusal refusal;
static enum umfi_tier tier = UMFI_TIER_ADMIN;

static void good(const char *path) {
    enum umfi_trust_verdict verdict = umfi_trust_judge(&trust, tier, path, &refusal);
    ck_assert_msg(verdict == UMFI_TRUST_GOOD, "%s: %d: %s", path, verdict, refusal.text);
}

static void faulty(enum umfi_trust_verdict wanted, const char *path, const char *text) {
    refusal.class = UMFI_E_NONE;
    *refusal.text = '\0';
    enum umfi_trust_verdict verdict = umfi_trust_judge(&trust, tier, path, &refusal);
    ck_assert_msg(verdict == wanted, "%s: %d, not %d: %s", path, verdict, wanted, refusal.text);
    ck_assert_int_eq(refusal.class, UMFI_E_INSECURE);
    ck_assert_int_eq(refusal.result, UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_msg(strcmp(refusal.text, text) == 0, "%s: '%s' is not '%s'", path, refusal.text,
                  text);
}

/* "PATH what", for a path in one of in()'s buffers. */
static const char *text_of(const char *path, const char *what) {
    static char text[512];
    snprintf(text, sizeof text, "%.400s%.100s", path, what);
    return text;
}

static void mode(const char *path, mode_t bits) { ck_assert_int_eq(chmod(path, bits), 0); }

/* Whether this process may give things away. */
static bool give(const char *path, uid_t user) { return lchown(path, user, (gid_t)-1) == 0; }

/* ---- a root of our own ---- */

static int old_root = -1;

static void jail_end(void) {
    if (fchdir(old_root) != 0 || chroot(".") != 0) {
        fputs("# the workspace stays\n", stdout);
    }
}

/* /a/b/x.so in a workspace that is the root, judged in secure execution. */
static bool jail_begin(void) {
    workspace_begin();
    mode(workspace, 0755);
    old_root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!become_root() || chroot(workspace) != 0) {
        suite_skip("no root of its own without root or user namespaces");
        return false;
    }
    atexit(jail_end);
    ck_assert_int_eq(chdir("/"), 0);
    umask(022);
    make_dir("/a");
    make_dir("/a/b");
    make_text("/a/b/x.so", "x");
    trust = (struct umfi_trust){.is_secure = true, .user = 1000};
    return true;
}

START_TEST(this_process_is_judged_as_what_it_is) {
    umfi_trust_defaults(&trust);
    ck_assert_int_eq(trust.is_secure, false);
    ck_assert_uint_eq(trust.user, geteuid());
}
END_TEST

START_TEST(in_secure_execution_what_only_root_can_change_is_good) {
    if (!jail_begin()) {
        return;
    }
    make_link("b/x.so", "/a/relative.so");
    make_link("/a/relative.so", "/absolute.so");
    make_link("..//a/./b/../b", "/a/up");
    make_link("/", "/a/root");
    make_link("nowhere", "/a/dangling.so");
    static const char *const paths[] = {
        "/",
        "/a",
        "/a/b",
        "/a/b/",
        "/a/b/x.so",
        "//a///b//x.so",
        "/a/./b/../b/x.so",
        "/../a/b/x.so",
        "/a/b/x.so/..", /* not there */
        "/a/relative.so",
        "/absolute.so",
        "/a/up/x.so",
        "/a/root/a/b/x.so",
        "/a/root/../absolute.so",
        "/a/dangling.so",
        "/a/absent.so",
        "/absent/x.so",
        "/a/b/x.so/y.so",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        good(paths[i]);
    }
}
END_TEST

START_TEST(in_secure_execution_each_parent_counts) {
    if (!jail_begin()) {
        return;
    }
    static const char *const ways[] = {"/", "/a", "/a/b", "/a/b/x.so"};
    static const struct {
        mode_t bits;
        const char *what;
    } faults[] = {
        {0777, " is writable by others (mode 0777)"},
        {0757, " is writable by others (mode 0757)"},
        {01777, " is writable by others (mode 01777)"},
        {0775, " is writable by its group (mode 0775)"},
        {01775, " is writable by its group (mode 01775)"},
    };
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
        for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
            mode(ways[w], faults[f].bits);
            faulty(UMFI_TRUST_REFUSE, "/a/b/x.so", text_of(ways[w], faults[f].what));
        }
        mode(ways[w], 0755);
        if (give(ways[w], STRANGER)) {
            faulty(UMFI_TRUST_REFUSE, "/a/b/x.so",
                   text_of(ways[w], " belongs to uid 12345, not to root"));
            trust.user = STRANGER; /* whose program it is makes no difference */
            faulty(UMFI_TRUST_REFUSE, "/a/b/x.so",
                   text_of(ways[w], " belongs to uid 12345, not to root"));
            ck_assert(give(ways[w], 0));
        }
    }
    good("/a/b/x.so");
}
END_TEST

START_TEST(in_secure_execution_each_link_is_walked) {
    if (!jail_begin()) {
        return;
    }
    make_dir("/open");
    make_text("/open/y.so", "y");
    make_dir("/open/in");
    make_text("/open/in/z.so", "z");
    make_link("/a/b/x.so", "/open/back.so");
    make_link("/open/y.so", "/a/out.so");
    make_link("../open/in", "/a/in");
    make_link("/open/back.so", "/a/there-and-back.so");
    make_link("/open/absent.so", "/a/dangling.so");
    mode("/open", 0777);
    static const char *const paths[] = {
        "/open/y.so",          /* the file's own directory */
        "/open/in/z.so",       /* a parent's */
        "/open/back.so",       /* who may write there may lead the link elsewhere */
        "/a/out.so",           /* out of a safe directory */
        "/a/in/z.so",          /* ... by a link to a directory */
        "/a/there-and-back.so",
        "/open/../a/b/x.so",   /* `open` may become a link to another tree */
        "/a/dangling.so",      /* what is not there yet may come */
        "/open/absent.so",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        faulty(UMFI_TRUST_REFUSE, paths[i], "/open is writable by others (mode 0777)");
    }
    if (give("/a/in", STRANGER)) {
        faulty(UMFI_TRUST_REFUSE, "/a/in/z.so", "/a/in belongs to uid 12345, not to root");
    }
    mode("/open", 0755);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (strcmp(paths[i], "/a/in/z.so") != 0) {
            good(paths[i]);
        }
    }
}
END_TEST

/* A path of PATH_MAX - 1 bytes at most that leads to `end`. */
static void long_path(char *path, const char *begin, size_t bytes, const char *end) {
    strcpy(path, begin);
    size_t used = strlen(begin);
    while (used + 2 + strlen(end) <= bytes) {
        memcpy(path + used, "./", 2);
        used += 2;
    }
    strcpy(path + used, end);
}

START_TEST(in_secure_execution_what_cannot_be_followed_is_refused) {
    static char path[2 * PATH_MAX], text[PATH_MAX];
    if (!jail_begin()) {
        return;
    }
    long_path(path, "/a/b/", PATH_MAX - 1, "x.so");
    good(path);
    long_path(path, "/a/b/", PATH_MAX + 10, "x.so");
    umfi_trust_judge(&trust, tier, path, &refusal);
    ck_assert_ptr_nonnull(strstr(refusal.text, " cannot be followed: File name too long"));
    faulty(UMFI_TRUST_REFUSE, path, refusal.text);
    /* the kernel reads a link's text and the path after it one by one */
    long_path(text, "/a/", 3000, "b");
    make_link(text, "/long");
    long_path(path, "/long/", 2000, "x.so");
    ck_assert_int_eq(access(path, F_OK), 0);
    umfi_trust_judge(&trust, tier, path, &refusal);
    ck_assert_ptr_nonnull(strstr(refusal.text, " cannot be followed: File name too long"));
    faulty(UMFI_TRUST_REFUSE, path, refusal.text);
    make_link("loop.so", "/a/loop.so");
    faulty(UMFI_TRUST_REFUSE, "/a/loop.so",
           "/a/loop.so cannot be followed: Too many levels of symbolic links");
    char name[32], target[32] = "x.so";
    for (unsigned i = 1; i <= 41; i++) {
        snprintf(name, sizeof name, "/a/b/%u", i);
        make_link(target, name);
        snprintf(target, sizeof target, "%u", i);
    }
    good("/a/b/40");
    faulty(UMFI_TRUST_REFUSE, "/a/b/41",
           "/a/b/41 cannot be followed: Too many levels of symbolic links");
    /* every length of the rest before a link, also none and one byte */
    for (size_t bytes = PATH_MAX - 12; bytes < PATH_MAX; bytes++) {
        long_path(path, "/a/root/", bytes, "");
        (void)umfi_trust_judge(&trust, tier, path, &refusal);
        long_path(path, "/long/", bytes, "x.so");
        ck_assert_int_eq(umfi_trust_judge(&trust, tier, path, &refusal), UMFI_TRUST_REFUSE);
    }
}
END_TEST

START_TEST(in_secure_execution_only_the_program_itself_is_warned) {
    if (!jail_begin()) {
        return;
    }
    mode("/a/b", 0775);
    static const struct {
        enum umfi_tier tier;
        enum umfi_trust_verdict verdict;
    } rows[] = {
        {UMFI_TIER_APPLICATION, UMFI_TRUST_WARN}, {UMFI_TIER_ENVIRONMENT, UMFI_TRUST_REFUSE},
        {UMFI_TIER_USER, UMFI_TRUST_REFUSE},      {UMFI_TIER_ADMIN, UMFI_TRUST_REFUSE},
        {UMFI_TIER_VENDOR, UMFI_TRUST_REFUSE},
    };
    for (uid_t user = 0; user <= 1; user++) {
        trust.user = user;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            tier = rows[i].tier;
            faulty(rows[i].verdict, "/a/b/x.so", "/a/b is writable by its group (mode 0775)");
        }
    }
}
END_TEST

/* ---- outside secure execution ---- */

/* w/a/b/x.so in the workspace, judged as this user. */
static void open_begin(void) {
    workspace_begin();
    umask(022);
    make_dir(in("a"));
    make_dir(in("a/b"));
    make_text(in("a/b/x.so"), "x");
    trust = (struct umfi_trust){.is_secure = false, .user = geteuid()};
}

/* What a fault comes to for this user: root is refused. */
static enum umfi_trust_verdict verdict_here(void) {
    return trust.user == 0 ? UMFI_TRUST_REFUSE : UMFI_TRUST_WARN;
}

START_TEST(the_file_and_its_own_directory_count) {
    open_begin();
    good(in("a/b/x.so"));
    good(in("a//b///x.so"));
    good(in("a/b/../b/./x.so"));
    mode(in("a"), 0777);
    good(in("a/b/x.so"));
    mode(in("a/b"), 0775);
    mode(in("a/b/x.so"), 0664);
    good(in("a/b/x.so"));
    mode(in("a/b/x.so"), 0666);
    faulty(verdict_here(), in("a/b/x.so"),
           text_of(in("a/b/x.so"), " is writable by others (mode 0666)"));
    mode(in("a/b"), 0777);
    faulty(verdict_here(), in("a/b/x.so"),
           text_of(in("a/b"), " is writable by others (mode 0777)"));
    mode(in("a/b/x.so"), 0644);
    faulty(verdict_here(), in("a/b/x.so"),
           text_of(in("a/b"), " is writable by others (mode 0777)"));
    /* a directory at the end is judged like a file: by itself and by what holds it */
    mode(in("a"), 0755);
    faulty(verdict_here(), in("a/b"), text_of(in("a/b"), " is writable by others (mode 0777)"));
    faulty(verdict_here(), in("a/b/"), text_of(in("a/b"), " is writable by others (mode 0777)"));
    mode(in("a/b"), 0755);
    good(in("a/b/.."));
    good(in("a/b//"));
}
END_TEST

START_TEST(a_sticky_directory_is_safe_where_it_is_roots) {
    open_begin();
    struct stat status;
    ck_assert_int_eq(stat("/tmp", &status), 0);
    if (status.st_uid == 0 && (status.st_mode & 01777) == 01777) {
        good(workspace);
        good("/tmp");
    }
    mode(in("a/b"), 01777);
    if (geteuid() == 0) {
        good(in("a/b/x.so"));
        make_link("/etc/passwd", in("a/b/link.so"));
        good(in("a/b/link.so"));
        /* its owner may lead it elsewhere tomorrow */
        ck_assert(give(in("a/b/link.so"), STRANGER));
        faulty(UMFI_TRUST_REFUSE, in("a/b/link.so"),
               text_of(in("a/b/link.so"), " belongs to uid 12345, not to root"));
        ck_assert(give(in("a/b/x.so"), STRANGER));
        faulty(UMFI_TRUST_REFUSE, in("a/b/x.so"),
               text_of(in("a/b/x.so"), " belongs to uid 12345, not to root"));
        ck_assert(give(in("a/b"), STRANGER));
        trust.user = STRANGER;
    }
    faulty(UMFI_TRUST_WARN, in("a/b/x.so"),
           text_of(in("a/b"), " is writable by others (mode 01777)"));
}
END_TEST

START_TEST(another_users_file_or_directory_is_named_with_its_owner) {
    open_begin();
    char what[64];
    if (geteuid() == 0) {
        ck_assert(give(in("a/b"), STRANGER) && give(in("a/b/x.so"), STRANGER));
        faulty(UMFI_TRUST_REFUSE, in("a/b/x.so"),
               text_of(in("a/b"), " belongs to uid 12345, not to root"));
        trust.user = 1000;
        faulty(UMFI_TRUST_WARN, in("a/b/x.so"),
               text_of(in("a/b"), " belongs to uid 12345, not to root or uid 1000"));
        ck_assert(give(in("a/b"), 1000));
        faulty(UMFI_TRUST_WARN, in("a/b/x.so"),
               text_of(in("a/b/x.so"), " belongs to uid 12345, not to root or uid 1000"));
        ck_assert(give(in("a/b/x.so"), 0));
        good(in("a/b/x.so"));
        trust.user = STRANGER;
        snprintf(what, sizeof what, " belongs to uid 1000, not to root or uid 12345");
        faulty(UMFI_TRUST_WARN, in("a/b/x.so"), text_of(in("a/b"), what));
        return;
    }
    trust.user = geteuid() + 1;
    snprintf(what, sizeof what, " belongs to uid %u, not to root or uid %u", geteuid(),
             trust.user);
    faulty(UMFI_TRUST_WARN, in("a/b/x.so"), text_of(in("a/b"), what));
    trust.user = 0;
    snprintf(what, sizeof what, " belongs to uid %u, not to root", geteuid());
    faulty(UMFI_TRUST_REFUSE, in("a/b/x.so"), text_of(in("a/b"), what));
    good("/etc/passwd");
}
END_TEST

START_TEST(a_link_in_the_files_place_counts_with_what_holds_it) {
    open_begin();
    make_dir(in("open"));
    make_text(in("open/y.so"), "y");
    make_link("../a/b/x.so", in("open/back.so"));
    make_link("../open/y.so", in("a/out.so"));
    make_link(in("open/back.so"), in("a/there-and-back.so"));
    make_link(in("open"), in("a/dir"));
    make_link("../open/absent.so", in("a/dangling.so"));
    make_link("loop.so", in("a/loop.so"));
    mode(in("open"), 0777);
    static const struct {
        const char *path, *named;
    } rows[] = {
        {"open/y.so", "open"},       {"open/back.so", "open"},
        {"a/out.so", "a/../open"},   {"a/there-and-back.so", "open"},
        {"a/dir/y.so", "a/dir"},     {"a/dangling.so", "a/../open"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        faulty(verdict_here(), in("%s", rows[i].path),
               text_of(in("%s", rows[i].named), " is writable by others (mode 0777)"));
    }
    good(in("a/dir/../a/b/x.so")); /* not its own directory */
    mode(in("open"), 0755);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        good(in("%s", rows[i].path));
    }
    good(in("a/loop.so")); /* nobody can open it */
    good(in("a/b/x.so/y.so"));
    good(in("absent/x.so"));
}
END_TEST

START_TEST(what_only_the_kernel_can_follow_is_at_fault) {
    static char path[2 * PATH_MAX], text[PATH_MAX];
    open_begin();
    long_path(text, "./", 3000, "x.so");
    make_link(text, in("a/b/long.so"));
    long_path(path, in("a/b/"), 2000, "long.so");
    ck_assert_int_eq(access(path, F_OK), 0);
    umfi_trust_judge(&trust, tier, path, &refusal);
    ck_assert_ptr_nonnull(strstr(refusal.text, " cannot be followed: File name too long"));
    faulty(verdict_here(), path, refusal.text);
    long_path(path, in("a/b/"), PATH_MAX + 10, "x.so");
    good(path); /* nobody can open it */
    /* a link of /proc whose text is another file's path */
    int fd = open(in("a/y"), O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_eq(unlink(in("a/y")), 0);
    snprintf(text, sizeof text, "/proc/self/fd/%d", fd);
    faulty(verdict_here(), text, text_of(text, " cannot be followed: No such file or directory"));
    make_text(in("a/y (deleted)"), "another");
    faulty(verdict_here(), text, text_of(text, " cannot be followed: it leads elsewhere"));
}
END_TEST

START_TEST(a_long_path_leaves_room_for_what_is_wrong) {
    static char path[PATH_MAX];
    open_begin();
    mode(in("a/b/x.so"), 0666);
    long_path(path, in("a/b/"), PATH_MAX - 1, "x.so");
    ck_assert_int_eq(umfi_trust_judge(&trust, tier, path, &refusal), verdict_here());
    ck_assert_ptr_nonnull(strstr(refusal.text, " is writable by others (mode 0666)"));
}
END_TEST

START_TEST(the_null_device_masks_whoever_may_write_to_it) {
    open_begin();
    make_link("/dev/null", in("a/50-masked.yaml"));
    good(in("a/50-masked.yaml"));
    trust = (struct umfi_trust){.is_secure = true, .user = 1000};
    good("/dev/null");
    /* ... but not whoever may make links */
    ck_assert_int_eq(umfi_trust_judge(&trust, tier, in("a/50-masked.yaml"), &refusal),
                     UMFI_TRUST_REFUSE);
}
END_TEST

START_TEST(what_the_caller_named_and_what_a_plain_user_finds_is_a_warning) {
    open_begin();
    mode(in("a/b/x.so"), 0666);
    static const struct {
        enum umfi_tier tier;
        enum umfi_trust_verdict root, other;
    } rows[] = {
        {UMFI_TIER_APPLICATION, UMFI_TRUST_WARN, UMFI_TRUST_WARN},
        {UMFI_TIER_ENVIRONMENT, UMFI_TRUST_WARN, UMFI_TRUST_WARN},
        {UMFI_TIER_USER, UMFI_TRUST_REFUSE, UMFI_TRUST_WARN},
        {UMFI_TIER_ADMIN, UMFI_TRUST_REFUSE, UMFI_TRUST_WARN},
        {UMFI_TIER_VENDOR, UMFI_TRUST_REFUSE, UMFI_TRUST_WARN},
    };
    uid_t other = geteuid() ? geteuid() : 1000;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tier = rows[i].tier;
        trust.user = 0;
        ck_assert_int_eq(umfi_trust_judge(&trust, tier, in("a/b/x.so"), &refusal), rows[i].root);
        trust.user = other;
        faulty(rows[i].other, in("a/b/x.so"),
               text_of(in("a/b/x.so"), " is writable by others (mode 0666)"));
    }
}
END_TEST

SUITE_MAIN("plugin/trust", this_process_is_judged_as_what_it_is,
           in_secure_execution_what_only_root_can_change_is_good,
           in_secure_execution_each_parent_counts, in_secure_execution_each_link_is_walked,
           in_secure_execution_what_cannot_be_followed_is_refused,
           in_secure_execution_only_the_program_itself_is_warned,
           the_file_and_its_own_directory_count, a_sticky_directory_is_safe_where_it_is_roots,
           another_users_file_or_directory_is_named_with_its_owner,
           a_link_in_the_files_place_counts_with_what_holds_it,
           what_only_the_kernel_can_follow_is_at_fault,
           a_long_path_leaves_room_for_what_is_wrong,
           the_null_device_masks_whoever_may_write_to_it,
           what_the_caller_named_and_what_a_plain_user_finds_is_a_warning)
