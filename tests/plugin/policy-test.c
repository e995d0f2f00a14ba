/* policy-test.c - what policies say, the user tier, what is switched off, and what a
 * mask over nothing stands for. No module is opened here. */
#include <locale.h>
#include <sys/wait.h>

#include "plugin/policy.h"
#include "catalogue_scene.h"

static void pool_at(const char *path, const char *name) {
    make_manifest(in("%s", path), "pool", name, "m.so", "");
}

static const struct umfi_plugin *pool(const char *name) {
    return umfi_catalogue_find(catalogue, UMFI_MANIFEST_POOL, name);
}

static const char *reason_of(const char *name) {
    ck_assert_ptr_nonnull(pool(name));
    ck_assert_int_eq(pool(name)->verdict, UMFI_PHASE_DISABLED);
    ck_assert_int_eq(pool(name)->reason.class, UMFI_E_DISABLED);
    return pool(name)->reason.text;
}

static bool has_user_tier(void) {
    scan();
    bool has_it = pool("mine") != NULL;
    umfi_catalogue_destroy(catalogue);
    return has_it;
}

START_TEST(the_user_tier_is_for_a_policy_of_others_to_allow) {
    static const char allow[] = "user_manifests: allow\n", deny[] = "user_manifests: deny\n";
    tiers_begin();
    pool_at("user/50-m.yaml", "mine");
    ck_assert(!has_user_tier());
    policy_at("user/00-p.yaml", "own", allow);
    ck_assert(!has_user_tier());
    policy_at("vendor/10-p.yaml", "vendor", allow);
    ck_assert(has_user_tier());
    policy_at("admin/20-p.yaml", "site", deny);
    ck_assert(!has_user_tier());
    policy_at("admin/10-p.yaml", "silent", "disable: []\n"); /* says nothing of it */
    ck_assert(!has_user_tier());
    policy_at("env/90-p.yaml", "mine", allow);
    ck_assert(has_user_tier());
    options.search.is_secure = true;
    ck_assert(!has_user_tier());
}
END_TEST

START_TEST(a_user_policy_counts_where_user_manifests_do) {
    tiers_begin();
    pool_at("vendor/50-x.yaml", "x");
    policy_at("user/00-p.yaml", "own", "disable: [\"pool:x\"]\n");
    scan();
    ck_assert_int_eq(pool("x")->verdict, UMFI_PHASE_NEW);
    umfi_catalogue_destroy(catalogue);
    policy_at("admin/00-site.yaml", "site", "user_manifests: allow\n");
    scan();
    ck_assert_ptr_nonnull(strstr(reason_of("x"), "user/00-p.yaml"));
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(disable_lists_add_up_and_match_exactly) {
    tiers_begin();
    pool_at("vendor/50-a.yaml", "a");
    pool_at("vendor/50-ab.yaml", "ab");
    pool_at("vendor/50-c.yaml", "c");
    pool_at("env/60-c.yaml", "c");
    policy_at("admin/00-p.yaml", "one", "disable: [\"pool:a\", \"provider:ab\"]\n");
    policy_at("vendor/00-q.yaml", "two", "disable: [\"pool:c\"]\n");
    scan();
    char text[256];
    snprintf(text, sizeof text, "disabled by %s", in("admin/00-p.yaml"));
    ck_assert_str_eq(reason_of("a"), text);
    ck_assert_int_eq(pool("ab")->verdict, UMFI_PHASE_NEW);
    snprintf(text, sizeof text, "disabled by %s", in("vendor/00-q.yaml"));
    ck_assert_str_eq(reason_of("c"), text); /* nothing is substituted */
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_policy_that_is_not_in_use_says_nothing) {
    tiers_begin();
    pool_at("vendor/50-a.yaml", "a");
    policy_at("vendor/00-p.yaml", "site", "disable: [\"pool:a\"]\n");
    policy_at("admin/10-p.yaml", "site", "");                        /* shadows it */
    policy_at("vendor/20-p.yaml", "off", "disable: [\"pool:a\"]\nenabled: false\n");
    policy_at("vendor/30-p.yaml", "bad", "disable: [\"pool:a\"]\ndefault: 1\n");
    policy_at("vendor/40-p.yaml", "masked", "disable: [\"pool:a\"]\n");
    make_link("/dev/null", in("admin/40-p.yaml"));
    scan();
    ck_assert_int_eq(pool("a")->verdict, UMFI_PHASE_NEW);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(the_variable_takes_patterns) {
    static const struct {
        const char *patterns;
        bool is_off;
    } rows[] = {
        {"jemalloc", true},        {"pool:jemalloc", true}, {"pool:*", true},
        {"provider:*", false},     {"j*", true},            {"*", true},
        {"je", false},             {"x, ,pool:je?alloc", true}, {"", false},
        {",,,", false},            {"[jk]emalloc", true},   {"JEMALLOC", false},
    };
    tiers_begin();
    pool_at("vendor/50-a.yaml", "jemalloc");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        options.disable = rows[i].patterns;
        scan();
        if (rows[i].is_off) {
            ck_assert_str_eq(reason_of("jemalloc"), "disabled by UMF_PLUGINS_DISABLE");
        } else {
            ck_assert_msg(pool("jemalloc")->verdict == UMFI_PHASE_NEW, "%s", rows[i].patterns);
        }
        umfi_catalogue_destroy(catalogue);
    }
}
END_TEST

static const char *defaults(umf_plugin_kind_t kind) {
    static char joined[256];
    struct umfi_manifest_list list = umfi_policy_defaults(catalogue, kind);
    const char *name = list.text;
    joined[0] = '\0';
    for (unsigned i = 0; i < list.count; i++) {
        strcat(strcat(joined, name), " ");
        name = umfi_manifest_list_next(name);
    }
    return joined;
}

START_TEST(defaults_are_the_first_policys_that_has_some) {
    tiers_begin();
    scan();
    ck_assert_str_eq(defaults(UMF_PLUGIN_KIND_POOL), "jemalloc disjoint ");
    ck_assert_str_eq(defaults(UMF_PLUGIN_KIND_PROVIDER), "os ");
    umfi_catalogue_destroy(catalogue);
    policy_at("vendor/00-p.yaml", "low", "default: {pool: [a, b], provider: [p]}\n");
    policy_at("admin/00-p2.yaml", "high", "default: {pool: [c]}\n");
    scan();
    ck_assert_str_eq(defaults(UMF_PLUGIN_KIND_POOL), "c ");
    ck_assert_str_eq(defaults(UMF_PLUGIN_KIND_PROVIDER), "p ");
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_mask_over_nothing_is_told_and_yields) {
    tiers_begin();
    make_text(in("env/50-pool-gone.yaml"), "");
    make_link("/dev/null", in("env/50-pool-kept.yaml"));
    pool_at("vendor/60-kept.yaml", "kept"); /* another file: not masked */
    scan();
    char text[256];
    snprintf(text, sizeof text, "masked by %s", in("env/50-pool-gone.yaml"));
    ck_assert_str_eq(reason_of("gone"), text);
    ck_assert_int_eq(pool("kept")->verdict, UMFI_PHASE_NEW);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_stack_is_judged_by_its_text) {
    tiers_begin();
    make_text(in("env/50-s.yaml"), "schema: 1\nkind: stack\nname: good\nstack: \"a @ b\"\n");
    make_text(in("env/50-t.yaml"), "schema: 1\nkind: stack\nname: bad\nstack: \"a @ (\"\n");
    scan();
    const struct umfi_plugin *good = umfi_catalogue_find(catalogue, UMFI_MANIFEST_STACK, "good");
    const struct umfi_plugin *bad = umfi_catalogue_find(catalogue, UMFI_MANIFEST_STACK, "bad");
    ck_assert_int_eq(good->verdict, UMFI_PHASE_NEW);
    ck_assert_int_eq(bad->reason.class, UMFI_E_FIELD);
    ck_assert_str_eq(bad->reason.text,
                     "line 4: 'stack' column 5: a plugin's name was expected");
    umfi_catalogue_destroy(catalogue);
}
END_TEST

static const struct umf_plugin_component_t app_component = {
    .size = sizeof app_component, .kind = UMF_PLUGIN_KIND_POOL, .name = "x"};
static const umf_plugin_component_t *const app_components[] = {&app_component};
static const umf_plugin_desc_t app_desc = {
    .components = app_components, .component_count = 1};

START_TEST(the_programs_own_goes_before_all_and_can_be_switched_off) {
    tiers_begin();
    const struct umfi_application application = {.desc = &app_desc};
    options.application = &application;
    pool_at("env/50-x.yaml", "x");
    scan();
    ck_assert_int_eq(pool("x")->tier, UMFI_TIER_APPLICATION);
    ck_assert_ptr_eq(pool("x")->source.desc, &app_desc);
    ck_assert_uint_eq(catalogue->count, 2);
    ck_assert_str_eq(catalogue->entries[1]->reason.text, "shadowed by application");
    umfi_catalogue_destroy(catalogue);
    policy_at("admin/00-p.yaml", "site", "disable: [\"pool:x\"]\n");
    scan();
    ck_assert_ptr_nonnull(strstr(reason_of("x"), "admin/00-p.yaml"));
    umfi_catalogue_destroy(catalogue);
}
END_TEST

/* ---- another locale ---- */

/* Letters and digits the other way round, in a character set of ASCII alone, so that
 * nothing of the C library's locales need be installed. */
static void locale_write(void) {
    static const char alphabet[] = "zyxwvutsrqponmlkjihgfedcbaZYX_-.9876543210";
    char text[2048];
    make_text(in("ascii"), "<code_set_name> TESTS\n<escape_char> /\nCHARMAP\n"
                           "<U0000>..<U007F> /x00 ASCII\nEND CHARMAP\n");
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "escape_char /\nLC_COLLATE\norder_start forward\n");
    for (const char *c = alphabet; *c; c++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "<U%04X> <U%04X>\n",
                                 (unsigned)*c, (unsigned)*c);
    }
    snprintf(text + used, sizeof text - used, "UNDEFINED\norder_end\nEND LC_COLLATE\n");
    make_text(in("reversed.locale"), text);
}

static void locale_make(void) {
    char command[1024];
    locale_write();
    snprintf(command, sizeof command,
             "localedef --quiet --no-archive -c -f %s -i %s %s >/dev/null 2>&1", in("ascii"),
             in("reversed.locale"), in("reversed"));
    /* it says 1, for the categories that are not defined */
    ck_assert_msg(WEXITSTATUS(system(command)) <= 1, "%s", command);
}

static const char *const locale_files[] = {"60-b.yaml",   "50-Z.yaml",   "50-z.yaml",
                                           "50-a_b.yaml", "50-a-b.yaml", "50-ab.yaml"};
enum { LOCALE_FILES = sizeof locale_files / sizeof locale_files[0] };

/* The same files, made in an order that `seed` deals, as they stand in the catalogue. */
static const char *catalogue_of(unsigned seed) {
    static char all[512];
    unsigned order[LOCALE_FILES];
    tiers_begin();
    for (unsigned i = 0; i < LOCALE_FILES; i++) { /* shuffled as it is dealt */
        seed = seed * 1103515245 + 12345;
        unsigned at = (seed >> 16) % (i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    for (unsigned i = 0; i < LOCALE_FILES; i++) {
        char path[64];
        snprintf(path, sizeof path, "env/%s", locale_files[order[i]]);
        pool_at(path, order[i] % 2 ? "x" : "y");
    }
    scan();
    all[0] = '\0';
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct umfi_plugin *p = catalogue->entries[i];
        strcat(strcat(all, p->file_name), p->is_chosen ? "! " : " ");
    }
    /* within a directory the search has an order of its own */
    for (const struct umfi_search_file *f = catalogue->search.dirs->files; f; f = f->next) {
        strcat(strcat(all, f->name), " ");
    }
    umfi_catalogue_destroy(catalogue);
    workspace_end();
    return all;
}

static const char in_strcmp_order[] =
    "50-a_b.yaml! 50-ab.yaml 50-a-b.yaml! 50-z.yaml 60-b.yaml "
    "50-a-b.yaml 50-a_b.yaml 50-ab.yaml 50-z.yaml 60-b.yaml ";

START_TEST(the_order_of_making_does_not_matter) {
    for (unsigned seed = 1; seed <= 24; seed++) {
        ck_assert_str_eq(catalogue_of(seed), in_strcmp_order);
    }
}
END_TEST

START_TEST(the_locale_does_not_matter) {
    if (!suite_has_program("localedef")) {
        return;
    }
    workspace_begin();
    locale_make();
    setenv("LOCPATH", workspace, 1);
    setenv("LC_ALL", "reversed", 1);
    ck_assert_ptr_nonnull(setlocale(LC_ALL, ""));
    workspace_end();
    /* of the files, of the plugins: the locale would have them the other way round */
    ck_assert_int_gt(strcoll("50-a_b.yaml", "50-z.yaml"), 0);
    ck_assert_int_gt(strcoll("50-a-b.yaml", "50-a_b.yaml"), 0);
    ck_assert_int_gt(strcoll("x", "y"), 0);
    ck_assert_str_eq(catalogue_of(1), in_strcmp_order);
}
END_TEST

START_TEST(no_allocation_failure_leaks) {
    tiers_begin();
    const struct umfi_application application = {.desc = &app_desc,
                                                 .path = (char *)(uintptr_t) "/x/y.so"};
    options.application = &application;
    pool_at("user/50-m.yaml", "mine");
    pool_at("vendor/50-x.yaml", "y");
    policy_at("admin/00-p.yaml", "site", "user_manifests: allow\ndisable: [\"pool:y\"]\n");
    make_text(in("env/50-pool-gone.yaml"), "");
    scan_failing();
}
END_TEST

SUITE_MAIN("plugin/policy", the_user_tier_is_for_a_policy_of_others_to_allow,
           a_user_policy_counts_where_user_manifests_do, disable_lists_add_up_and_match_exactly,
           a_policy_that_is_not_in_use_says_nothing, the_variable_takes_patterns,
           defaults_are_the_first_policys_that_has_some, a_mask_over_nothing_is_told_and_yields,
           a_stack_is_judged_by_its_text, the_programs_own_goes_before_all_and_can_be_switched_off,
           the_order_of_making_does_not_matter, the_locale_does_not_matter,
           no_allocation_failure_leaks)
