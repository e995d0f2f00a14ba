/* catalogue-test.c - which manifest a name stands for: precedence, masks, aliases,
 * absent modules, damaged neighbours. No module is opened here. */
#include "catalogue_scene.h"

static const struct umfi_plugin *found(const char *name) {
    return umfi_catalogue_find(catalogue, UMFI_MANIFEST_POOL, name);
}

static void manifest_at(const char *path, const char *name, const char *more) {
    make_manifest(in("%s", path), "pool", name, "m.so", more);
}

static enum umfi_plugin_phase phase_of(const char *path) {
    for (size_t i = 0; i < catalogue->count; i++) {
        if (strcmp(catalogue->entries[i]->file_path, in("%s", path)) == 0) {
            return catalogue->entries[i]->verdict;
        }
    }
    ck_abort_msg("no entry of %s", path);
    return UMFI_PHASE_NEW;
}

#define ck_leads_to(name, path)                                                  \
    do {                                                                         \
        ck_assert_ptr_nonnull(found(name));                                      \
        ck_assert_str_eq(found(name)->file_path, in("%s", path));                \
    } while (0)
#define ck_reason(plugin, class_, text_)                                         \
    do {                                                                         \
        ck_assert_int_eq((plugin)->reason.class, class_);                        \
        ck_assert_str_eq((plugin)->reason.text, text_);                          \
    } while (0)

static const struct umf_plugin_component_t app_component = {
    .size = sizeof app_component, .kind = UMF_PLUGIN_KIND_POOL, .name = "x"};
static const umf_plugin_component_t *const app_components[] = {&app_component};
static const umf_plugin_desc_t app_desc = {.components = app_components, .component_count = 1};
static const struct umfi_application application = {.desc = &app_desc};

/* pool:x of a tier, by a manifest of this name or, for the application, without. */
static void offer_at(const char *tier, const char *file, const char *more) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", tier, file);
    if (strcmp(tier, "application") == 0) {
        options.application = &application;
    } else {
        manifest_at(path, "x", more);
    }
}

/* The preloaded tier is there in static builds only: tests/build/static-test.sh. */
START_TEST(a_higher_tier_goes_before_every_priority) {
    static const char *const tiers[] = {"application", "env", "user", "admin", "vendor"};
    static const enum umfi_tier numbers[] = {UMFI_TIER_APPLICATION, UMFI_TIER_ENVIRONMENT,
                                             UMFI_TIER_USER, UMFI_TIER_ADMIN, UMFI_TIER_VENDOR};
    for (int high = 0; high < 5; high++) {
        for (int low = high + 1; low < 5; low++) {
            tiers_begin();
            offer_at(tiers[high], "90-z.yaml", "priority: 0\n");
            offer_at(tiers[low], "10-a.yaml", "priority: 99\n");
            policy_at("admin/00-policy.yaml", "site", "user_manifests: allow\n");
            scan();
            ck_assert_uint_eq(catalogue->count, 3);
            const struct umfi_plugin *winner = found("x");
            const struct umfi_plugin *loser = winner == catalogue->entries[1]
                                                  ? catalogue->entries[2]
                                                  : catalogue->entries[1];
            ck_assert_ptr_nonnull(winner);
            ck_assert_int_eq(winner->tier, numbers[high]);
            ck_assert_int_eq(winner->verdict, UMFI_PHASE_NEW);
            ck_assert_int_eq(loser->tier, numbers[low]);
            ck_assert_int_eq(loser->verdict, UMFI_PHASE_SHADOWED);
            umfi_catalogue_destroy(catalogue);
            workspace_end();
        }
    }
}
END_TEST

START_TEST(within_a_tier_priority_then_the_file_name_decide) {
    tiers_begin();
    manifest_at("env/10-a.yaml", "x", "");
    manifest_at("env/20-b.yaml", "x", "priority: 51\n");
    manifest_at("env/30-c.yaml", "x", "priority: 51\n");
    scan();
    ck_leads_to("x", "env/20-b.yaml");
    const struct umfi_plugin *loser = catalogue->entries[1];
    ck_assert_str_eq(loser->file_path, in("env/30-c.yaml"));
    char expected[256];
    snprintf(expected, sizeof expected, "shadowed by %s", in("env/20-b.yaml"));
    ck_reason(loser, UMFI_E_NONE, expected);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(the_same_file_name_in_a_higher_tier_replaces_the_file) {
    tiers_begin();
    manifest_at("vendor/50-a.yaml", "old", "aliases: [o]\n");
    manifest_at("admin/50-a.yaml", "new", "");
    scan();
    ck_assert_uint_eq(catalogue->count, 1);
    ck_leads_to("new", "admin/50-a.yaml");
    ck_assert_ptr_null(found("old"));
    ck_assert_ptr_null(found("o"));
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_link_to_null_or_an_empty_file_masks) {
    tiers_begin();
    manifest_at("vendor/50-a.yaml", "a", "");
    manifest_at("vendor/50-b.yaml", "b", "");
    manifest_at("vendor/60-b.yaml", "b", ""); /* does not step in */
    make_link("/dev/null", in("admin/50-a.yaml"));
    make_text(in("admin/50-b.yaml"), "");
    make_link("/dev/null", in("admin/50-nothing.yaml"));
    scan();
    char expected[256];
    snprintf(expected, sizeof expected, "masked by %s", in("admin/50-a.yaml"));
    ck_assert_int_eq(phase_of("vendor/50-a.yaml"), UMFI_PHASE_DISABLED);
    ck_reason(found("a"), UMFI_E_DISABLED, expected);
    ck_leads_to("b", "vendor/50-b.yaml");
    ck_assert_int_eq(phase_of("vendor/50-b.yaml"), UMFI_PHASE_DISABLED);
    ck_assert_int_eq(phase_of("admin/50-nothing.yaml"), UMFI_PHASE_DISABLED);
    ck_assert_uint_eq(catalogue->count, 4);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_mask_is_lifted_by_a_file_in_a_tier_above_it) {
    tiers_begin();
    manifest_at("vendor/50-a.yaml", "a", "");
    make_link("/dev/null", in("admin/50-a.yaml"));
    manifest_at("env/50-a.yaml", "a", "");
    scan();
    ck_assert_uint_eq(catalogue->count, 1);
    ck_leads_to("a", "env/50-a.yaml");
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(one_file_under_two_names_counts_once) {
    tiers_begin();
    manifest_at("env/50-a.yaml", "a", "");
    make_link(in("env/50-a.yaml"), in("env/60-a.yaml"));
    ck_assert_int_eq(link(in("env/50-a.yaml"), in("vendor/70-a.yaml")), 0);
    scan();
    ck_assert_uint_eq(catalogue->count, 1);
    ck_leads_to("a", "env/50-a.yaml");
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(an_absent_module_yields_to_the_next_candidate) {
    tiers_begin();
    make_manifest(in("admin/50-a.yaml"), "pool", "x", "gone.so", "");
    manifest_at("vendor/60-a.yaml", "x", "");
    make_manifest(in("admin/50-b.yaml"), "pool", "y", "gone.so", "package: vendor-y\n");
    make_manifest(in("vendor/60-b.yaml"), "pool", "y", "gone.so", "");
    scan();
    ck_leads_to("x", "vendor/60-a.yaml");
    ck_assert_int_eq(phase_of("vendor/60-a.yaml"), UMFI_PHASE_NEW);
    ck_assert_int_eq(phase_of("admin/50-a.yaml"), UMFI_PHASE_ABSENT);
    char expected[256];
    snprintf(expected, sizeof expected, "%s does not exist: install vendor-y",
             in("vendor/gone.so"));
    ck_leads_to("y", "admin/50-b.yaml");
    ck_reason(found("y"), UMFI_E_ABSENT, expected);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(disabled_and_refused_do_not_yield) {
    tiers_begin();
    manifest_at("admin/50-a.yaml", "x", "enabled: false\n");
    manifest_at("vendor/60-a.yaml", "x", "");
    manifest_at("admin/50-b.yaml", "y", "priority: high\n");
    manifest_at("vendor/60-b.yaml", "y", "");
    make_text(in("admin/50-pool-z.yaml"), "[\n"); /* told by its file name */
    manifest_at("vendor/60-z.yaml", "z", "");
    scan();
    char expected[256];
    snprintf(expected, sizeof expected, "disabled by %s", in("admin/50-a.yaml"));
    ck_reason(found("x"), UMFI_E_DISABLED, expected);
    ck_assert_int_eq(phase_of("vendor/60-a.yaml"), UMFI_PHASE_SHADOWED);
    ck_leads_to("y", "admin/50-b.yaml");
    ck_assert_int_eq(phase_of("admin/50-b.yaml"), UMFI_PHASE_REFUSED);
    ck_leads_to("z", "admin/50-pool-z.yaml");
    ck_assert_int_eq(found("z")->reason.class, UMFI_E_SYNTAX);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(an_alias_never_beats_a_name) {
    tiers_begin();
    manifest_at("env/50-a.yaml", "a", "aliases: [b, c, d]\npriority: 99\n");
    manifest_at("vendor/50-b.yaml", "b", "aliases: [c]\npriority: 0\n");
    make_manifest(in("env/10-e.yaml"), "pool", "e", "gone.so", "aliases: [d]\npriority: 99\n");
    make_manifest(in("vendor/50-f.yaml"), "pool", "f", "gone.so", "");
    manifest_at("env/50-g.yaml", "g", "aliases: [f]\n");
    scan();
    ck_leads_to("b", "vendor/50-b.yaml");
    ck_leads_to("c", "env/50-a.yaml");
    ck_leads_to("d", "env/50-a.yaml"); /* e is absent */
    ck_leads_to("f", "vendor/50-f.yaml");
    ck_assert_ptr_null(umfi_catalogue_find(catalogue, UMFI_MANIFEST_PROVIDER, "a"));
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_shadowed_manifest_lends_no_alias) {
    tiers_begin();
    manifest_at("env/50-a.yaml", "a", "");
    manifest_at("vendor/60-a.yaml", "a", "aliases: [old]\n");
    scan();
    ck_assert_ptr_null(found("old"));
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_bare_module_is_looked_for_in_its_own_tier_only) {
    tiers_begin();
    make_text(in("vendor2/second.so"), "not opened");
    make_text(in("env/only.so"), "not opened");
    make_manifest(in("vendor/50-a.yaml"), "pool", "a", "second.so", "");
    make_manifest(in("admin/50-b.yaml"), "pool", "b", "m.so", "");
    make_manifest(in("vendor/50-c.yaml"), "pool", "c", "only.so", "");
    make_manifest(in("user/50-d.yaml"), "pool", "d", "only.so", "");
    policy_at("admin/00-policy.yaml", "site", "user_manifests: allow\n");
    scan();
    ck_assert_str_eq(found("a")->module_path, in("vendor2/second.so"));
    ck_assert_str_eq(found("b")->module_path, in("vendor/m.so"));
    ck_assert_int_eq(phase_of("vendor/50-c.yaml"), UMFI_PHASE_ABSENT);
    ck_assert_int_eq(phase_of("user/50-d.yaml"), UMFI_PHASE_ABSENT);
    char hint[256]; /* it lies in another tier */
    snprintf(hint, sizeof hint, "%s does not exist: install libumf-pool-d; or name it as it is "
                                "installed, module: %s",
             in("user/only.so"), in("env/only.so"));
    ck_reason(found("d"), UMFI_E_ABSENT, hint);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(an_absolute_module_is_not_for_the_vendor_tier) {
    tiers_begin();
    char module[128];
    strcpy(module, in("vendor2/m.so"));
    make_manifest(in("vendor/50-a.yaml"), "pool", "a", module, "");
    make_manifest(in("admin/50-b.yaml"), "pool", "b", module, "");
    make_manifest(in("env/50-c.yaml"), "pool", "c", module, "");
    scan();
    ck_assert_int_eq(phase_of("vendor/50-a.yaml"), UMFI_PHASE_REFUSED);
    ck_assert_int_eq(found("a")->reason.class, UMFI_E_PATH);
    ck_assert_str_eq(found("b")->module_path, module);
    ck_assert_str_eq(found("c")->module_path, module);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_foreign_abi_is_refused_unopened) {
    tiers_begin();
    make_text(in("env/50-a.yaml"),
              "schema: 1\nkind: pool\nname: a\nmodule: m.so\nabi: {major: 9, minor: 3}\n");
    scan();
    ck_reason(found("a"), UMFI_E_ABI, "plugin ABI 9.x, host 0.1");
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_hurts_itself_only) {
    tiers_begin();
    make_link("50-pool-loop.yaml", in("env/50-pool-loop.yaml"));
    make_dir(in("env/50-pool-dir.yaml"));
    ck_assert_int_eq(mkfifo(in("env/50-pool-fifo.yaml"), 0644), 0);
    make_text(in("env/50-what.yaml"), "{");
    manifest_at("env/50-good.yaml", "good", "");
    scan();
    ck_assert_int_eq(found("loop")->reason.class, UMFI_E_ACCESS);
    ck_assert_ptr_nonnull(strstr(found("loop")->reason.text, "cannot read "));
    ck_assert_int_eq(found("dir")->reason.class, UMFI_E_ACCESS);
    ck_assert_int_eq(found("fifo")->reason.class, UMFI_E_ACCESS);
    ck_assert_int_eq(phase_of("env/50-what.yaml"), UMFI_PHASE_REFUSED);
    ck_assert_int_eq(phase_of("env/50-good.yaml"), UMFI_PHASE_NEW);
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(the_nearest_name_is_found) {
    tiers_begin();
    manifest_at("env/50-a.yaml", "jemalloc", "aliases: [fastest]\n");
    manifest_at("env/50-b.yaml", "disjoint", "");
    manifest_at("env/50-c.yaml", "os", "");
    scan();
    static const char *const pairs[][2] = {{"jemaloc", "jemalloc"}, {"jemlaloc", "jemalloc"},
                                           {"disjointed", "disjoint"}, {"so", "os"},
                                           {"fastets", "fastest"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *near = umfi_catalogue_nearest(catalogue, UMFI_MANIFEST_POOL, pairs[i][0]);
        ck_assert_ptr_nonnull(near);
        ck_assert_str_eq(near, pairs[i][1]);
    }
    ck_assert_ptr_null(umfi_catalogue_nearest(catalogue, UMFI_MANIFEST_POOL, "scalable"));
    ck_assert_ptr_null(umfi_catalogue_nearest(catalogue, UMFI_MANIFEST_PROVIDER, "os"));
    ck_assert_ptr_null(umfi_catalogue_nearest(catalogue, UMFI_MANIFEST_POOL, ""));
    umfi_catalogue_destroy(catalogue);
}
END_TEST

START_TEST(no_allocation_failure_leaks) {
    tiers_begin();
    manifest_at("vendor/50-a.yaml", "a", "");
    make_link("/dev/null", in("admin/50-a.yaml"));
    manifest_at("vendor/50-b.yaml", "b", "");
    make_manifest(in("admin/60-b.yaml"), "pool", "b", "gone.so", "");
    manifest_at("env/70-b.yaml", "b", "priority: high\n");
    scan_failing();
}
END_TEST

SUITE_MAIN("plugin/catalogue", a_higher_tier_goes_before_every_priority,
           within_a_tier_priority_then_the_file_name_decide,
           the_same_file_name_in_a_higher_tier_replaces_the_file,
           a_link_to_null_or_an_empty_file_masks, a_mask_is_lifted_by_a_file_in_a_tier_above_it,
           one_file_under_two_names_counts_once, an_absent_module_yields_to_the_next_candidate,
           disabled_and_refused_do_not_yield, an_alias_never_beats_a_name,
           a_shadowed_manifest_lends_no_alias, a_bare_module_is_looked_for_in_its_own_tier_only,
           an_absolute_module_is_not_for_the_vendor_tier, a_foreign_abi_is_refused_unopened,
           a_file_that_cannot_be_read_hurts_itself_only, the_nearest_name_is_found,
           no_allocation_failure_leaks)
