/* search-test.c - the tiers: their order, file names, directories seen once. */
#include <errno.h>

#include "core/meta.h"
#include "plugin/search.h"
#include "workspace.h"

static struct umfi_search search;

/* Of the directories that were searched. */
static const struct umfi_search_dir *dir_at(unsigned index) {
    const struct umfi_search_dir *dir = search.dirs;
    while (dir && (!umfi_search_is_searched(dir) || index-- > 0)) {
        dir = dir->next;
    }
    return dir;
}

START_TEST(only_manifest_names_are_taken) {
    static const char *const good[] = {"50-a.yaml", "00-policy.yaml", "99-pool-x_1.b.yaml",
                                       "10-0.yaml"};
    static const char *const bad[] = {
        "50-a.yaml~",   "50-a.yaml.dpkg-dist", "50-a.yaml.rpmnew", ".50-a.yaml", "5-a.yaml",
        "500-a.yaml",   "50-.yaml",            "50-A.yaml",        "50a.yaml",   "a-50.yaml",
        "50-a.yml",     "50-a",                "50-_a.yaml",       "50-a b.yaml", "",
        "#50-a.yaml#",  "50-",                 "50-.a.yaml",       ".yaml"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_msg(umfi_search_is_manifest_name(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!umfi_search_is_manifest_name(bad[i]), "%s", bad[i]);
    }
}
END_TEST

START_TEST(names_come_in_strcmp_order_whatever_the_order_of_making) {
    workspace_begin();
    static const char *const names[] = {"60-b.yaml", "50-z.yaml", "50-a-b.yaml", "50-a.yaml",
                                        "50-a_b.yaml", "README", ".50-c.yaml", "50-x.yaml~"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        make_text(in("%s", names[i]), "");
    }
    struct umfi_search_options options = {.path_only = workspace};
    ck_assert(umfi_search_run(&search, &options));
    ck_assert_uint_eq(dir_at(0)->file_count, 5);
    static const char *const sorted[] = {"50-a-b.yaml", "50-a.yaml", "50-a_b.yaml", "50-z.yaml",
                                         "60-b.yaml"};
    const struct umfi_search_file *file = dir_at(0)->files;
    for (size_t i = 0; i < 5; i++, file = file->next) {
        ck_assert_str_eq(file->name, sorted[i]);
        ck_assert_str_eq(file->path, in("%s", sorted[i]));
    }
    umfi_search_fini(&search);
}
END_TEST

START_TEST(tiers_stand_in_falling_precedence) {
    workspace_begin();
    static const char *const dirs[] = {"env1", "env2", "user", "admin", "vendor1", "vendor2"};
    static const enum umfi_tier tiers[] = {UMFI_TIER_ENVIRONMENT, UMFI_TIER_ENVIRONMENT,
                                           UMFI_TIER_USER,        UMFI_TIER_ADMIN,
                                           UMFI_TIER_VENDOR,      UMFI_TIER_VENDOR};
    for (size_t i = 0; i < 6; i++) {
        make_dir(in("%s", dirs[i]));
    }
    char path[256];
    snprintf(path, sizeof path, "%s::%s///:", in("env1"), in("env2"));
    struct umfi_search_options options = {.path = path,
                                          .is_user_allowed = true,
                                          .user_dir = in("user"),
                                          .admin_dir = in("admin"),
                                          .vendor_dirs = {in("vendor1"), in("vendor2")}};
    ck_assert(umfi_search_run(&search, &options));
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_str_eq(dir_at(i)->path, in("%s", dirs[i]));
        ck_assert_int_eq(dir_at(i)->tier, tiers[i]);
        ck_assert_int_eq(dir_at(i)->error, 0);
    }
    ck_assert_ptr_null(dir_at(6));
    umfi_search_fini(&search);

    options.path_only = in("user");
    ck_assert(umfi_search_run(&search, &options));
    ck_assert_str_eq(dir_at(0)->path, in("env1"));
    ck_assert_str_eq(dir_at(1)->path, in("env2"));
    ck_assert_str_eq(dir_at(2)->path, in("user"));
    ck_assert_int_eq(dir_at(2)->tier, UMFI_TIER_ENVIRONMENT);
    ck_assert_ptr_null(dir_at(3));
    umfi_search_fini(&search);

    options.path = NULL;
    options.path_only = ""; /* set, and names nothing */
    ck_assert(umfi_search_run(&search, &options));
    ck_assert_ptr_null(dir_at(0));
    umfi_search_fini(&search);
}
END_TEST

START_TEST(a_directory_is_read_once_by_whatever_name) {
    workspace_begin();
    make_dir(in("d"));
    make_text(in("d/50-a.yaml"), "x");
    make_link(in("d"), in("l"));
    char path[512];
    snprintf(path, sizeof path, "%s:%s:%s:%s", in("d"), in("/d"), in("d//"), in("l"));
    struct umfi_search_options options = {.path_only = path};
    ck_assert(umfi_search_run(&search, &options));
    ck_assert_uint_eq(dir_at(0)->file_count, 1);
    ck_assert(!dir_at(0)->is_repeated);
    for (unsigned i = 1; i < 4; i++) {
        ck_assert(dir_at(i)->is_repeated);
        ck_assert_uint_eq(dir_at(i)->file_count, 0);
    }
    umfi_search_fini(&search);
}
END_TEST

START_TEST(a_directory_that_cannot_be_read_says_why) {
    workspace_begin();
    make_text(in("file"), "x");
    make_link("loop", in("loop"));
    char path[512];
    snprintf(path, sizeof path, "%s:%s:%s:relative/dir", in("missing"), in("file"), in("loop"));
    struct umfi_search_options options = {.path_only = path};
    ck_assert(umfi_search_run(&search, &options));
    ck_assert_int_eq(dir_at(0)->error, ENOENT);
    ck_assert_int_eq(dir_at(1)->error, ENOTDIR);
    ck_assert_int_eq(dir_at(2)->error, ELOOP);
    ck_assert_int_eq(dir_at(3)->error, EINVAL);
    umfi_search_fini(&search);
}
END_TEST

START_TEST(what_is_not_searched_says_why) {
    workspace_begin();
    struct umfi_search_options options = {.path = workspace,
                                          .user_dir = workspace,
                                          .admin_dir = "/nowhere",
                                          .vendor_dirs = {workspace}};
    static const struct {
        bool is_secure;
        const char *path_only;
        const char *ignored[5]; /* PATH, ONLY, user, admin, vendor */
    } rows[] = {
        {false, NULL, {NULL, NULL, "no policy allows user manifests", NULL, NULL}},
        {false, "/x",
         {NULL, NULL, "UMF_PLUGIN_PATH_ONLY is set", "UMF_PLUGIN_PATH_ONLY is set",
          "UMF_PLUGIN_PATH_ONLY is set"}},
        {true, "/x",
         {"secure execution", "secure execution", "secure execution", NULL, NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        options.is_secure = rows[i].is_secure;
        options.path_only = rows[i].path_only;
        ck_assert(umfi_search_run(&search, &options));
        const struct umfi_search_dir *dir = search.dirs;
        for (size_t d = 0; d < 5; d++, dir = dir->next) {
            ck_assert_ptr_nonnull(dir);
            ck_assert_pstr_eq(dir->ignored, rows[i].ignored[d]);
        }
        ck_assert_ptr_null(dir);
        umfi_search_fini(&search);
    }
}
END_TEST

START_TEST(a_yaml_file_of_another_name_is_counted) {
    workspace_begin();
    make_text(in("z.yaml"), "x");
    make_text(in("a.yml"), "x");
    make_text(in("README"), "x");
    make_text(in("50-a.yaml"), "x");
    struct umfi_search_options options = {.path_only = workspace};
    ck_assert(umfi_search_run(&search, &options));
    ck_assert_uint_eq(dir_at(0)->file_count, 1);
    ck_assert_uint_eq(dir_at(0)->passed_over, 2);
    ck_assert_str_eq(dir_at(0)->passed_name, "a.yml");
    umfi_search_fini(&search);
}
END_TEST

START_TEST(the_defaults_are_the_environments_and_the_prefixes) {
    setenv("UMF_PLUGIN_PATH", "/a", 1);
    setenv("UMF_PLUGIN_PATH_ONLY", "/b", 1);
    setenv("XDG_CONFIG_HOME", "/c", 1);
    setenv("HOME", "/h", 1);
    struct umfi_search_options options;
    umfi_search_defaults(&options);
    ck_assert_str_eq(options.path, "/a");
    ck_assert_str_eq(options.path_only, "/b");
    ck_assert_str_eq(options.user_dir, "/c/umf.d");
    ck_assert(!options.is_user_allowed);
    ck_assert_ptr_nonnull(strstr(options.admin_dir, "/umf.d"));
    ck_assert_ptr_nonnull(strstr(options.vendor_dirs[0], "/umf/plugins"));
    ck_assert_str_eq(options.vendor_dirs[1], "/usr/lib/umf/plugins");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    umfi_search_defaults(&options);
    ck_assert_ptr_null(options.user_dir);
    unsetenv("XDG_CONFIG_HOME");
    umfi_search_defaults(&options);
    ck_assert_str_eq(options.user_dir, "/h/.config/umf.d");
    unsetenv("HOME");
    umfi_search_defaults(&options);
    ck_assert_ptr_null(options.user_dir);
}
END_TEST

START_TEST(no_allocation_failure_leaks) {
    workspace_begin();
    make_text(in("50-a.yaml"), "x");
    make_text(in("50-b.yaml"), "x");
    make_text(in("b.yaml"), "x");
    make_text(in("a.yaml"), "x");
    struct umfi_search_options options = {.path = "/nowhere", .path_only = workspace};
    size_t in_use = umfi_meta_in_use();
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        bool is_good = umfi_search_run(&search, &options);
        bool has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        umfi_search_fini(&search);
        ck_assert_uint_eq(umfi_meta_in_use(), in_use);
        ck_assert_int_eq(is_good, !has_failed);
        if (is_good) {
            break;
        }
    }
}
END_TEST

SUITE_MAIN("plugin/search", only_manifest_names_are_taken,
           names_come_in_strcmp_order_whatever_the_order_of_making,
           tiers_stand_in_falling_precedence, a_directory_is_read_once_by_whatever_name,
           a_directory_that_cannot_be_read_says_why, what_is_not_searched_says_why,
           a_yaml_file_of_another_name_is_counted, the_defaults_are_the_environments_and_the_prefixes,
           no_allocation_failure_leaks)
