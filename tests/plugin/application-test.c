/* application-test.c - what a program brings itself, asks again and takes by default. */
#include <umf/stack.h>

#include "core/meta.h"
#include "plugin/registry.h"
#include "fixture_workspace.h"

/* ---- a plugin that is part of the program ---- */

static umf_result_t own_initialize(const void *params, void **provider) {
    (void)params;
    *provider = provider;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t own_finalize(void *provider) {
    (void)provider;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t own_alloc(void *provider, size_t size, size_t alignment, void **ptr) {
    (void)provider, (void)size, (void)alignment, (void)ptr;
    return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
}
static umf_result_t own_free(void *provider, void *ptr, size_t size) {
    (void)provider, (void)ptr, (void)size;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t own_native_error(void *provider, const char **message, int32_t *error) {
    (void)provider;
    *message = "";
    *error = 0;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t own_recommended(void *provider, size_t size, size_t *page) {
    (void)provider, (void)size;
    *page = 4096;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t own_page(void *provider, const void *ptr, size_t *page) {
    (void)provider, (void)ptr;
    *page = 4096;
    return UMF_RESULT_SUCCESS;
}
static umf_result_t own_name(void *provider, const char **name) {
    (void)provider;
    *name = "OWN";
    return UMF_RESULT_SUCCESS;
}
static umf_result_t own_line(void *provider, size_t *size) {
    (void)provider;
    *size = 64;
    return UMF_RESULT_SUCCESS;
}
static unsigned starts;
static umf_result_t own_start(const umf_plugin_host_t *host) {
    (void)host;
    starts++;
    return UMF_RESULT_SUCCESS;
}

static const umf_memory_provider_ops_t own_ops = {
    .version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .initialize = own_initialize,
    .finalize = own_finalize,
    .alloc = own_alloc,
    .free = own_free,
    .get_last_native_error = own_native_error,
    .get_recommended_page_size = own_recommended,
    .get_min_page_size = own_page,
    .get_name = own_name,
    .get_cache_line_size = own_line,
};
static umf_plugin_component_t own_component = {
    .size = sizeof own_component,
    .kind = UMF_PLUGIN_KIND_PROVIDER,
    .name = "own",
    .ops = &own_ops,
    .ops_size = sizeof own_ops,
    .ops_version = UMF_PROVIDER_OPS_VERSION_CURRENT,
    .start = own_start,
};
static const umf_plugin_component_t *own_components[] = {&own_component, &own_component};
static const umf_plugin_desc_t own_desc = {
    .magic = UMF_PLUGIN_MAGIC,
    .size = sizeof own_desc,
    .abi_major = UMF_PLUGIN_ABI_MAJOR,
    .abi_minor = UMF_PLUGIN_ABI_MINOR,
    .host_minor_needed = UMF_PLUGIN_ABI_MINOR,
    .name = "own-plugin",
    .components = own_components,
    .component_count = 1,
};

#define ck_says(text) \
    ck_assert_msg(strstr(umfGetLastErrorMessage(), text), "%s", umfGetLastErrorMessage())

static umf_result_t make_provider(const char *name) {
    umf_memory_provider_handle_t provider;
    umf_result_t result = umfMemoryProviderCreateByName(name, NULL, &provider);
    if (result == UMF_RESULT_SUCCESS) {
        ck_ok(umfMemoryProviderDestroy(provider));
    }
    return result;
}

struct wanted {
    const char *name;
    umf_plugin_info_t info;
    char tier[32], module[PATH_MAX];
};

static int info_take(const umf_plugin_info_t *info, void *arg) {
    struct wanted *wanted = arg;
    if (strcmp(info->name, wanted->name) != 0 || wanted->info.size > 0) {
        return 0;
    }
    wanted->info = *info;
    snprintf(wanted->tier, sizeof wanted->tier, "%s", info->tier);
    snprintf(wanted->module, sizeof wanted->module, "%s", info->module);
    return 0;
}

/* The entry in use; its size is 0 where there is none. */
static struct wanted listed(const char *name) {
    struct wanted wanted = {.name = name};
    ck_ok(umfPluginList(info_take, &wanted));
    return wanted;
}

START_TEST(a_registered_plugin_is_started_at_its_first_use) {
    plugins_begin();
    ck_ok(umfPluginRegister(&own_desc));
    ck_ok(umfPluginRegister(&own_desc)); /* again is nothing */
    ck_assert_int_eq(listed("own").info.state, UMF_PLUGIN_AVAILABLE);
    ck_assert_str_eq(listed("own").tier, "application");
    ck_assert_uint_eq(starts, 0);
    ck_ok(make_provider("own"));
    ck_ok(make_provider("own"));
    ck_assert_uint_eq(starts, 1);
    ck_assert_int_eq(listed("own").info.state, UMF_PLUGIN_READY);
    ck_ok(umfPluginRescan());
    ck_ok(make_provider("own"));
    ck_assert_uint_eq(starts, 1);
    plugins_end();
}
END_TEST

START_TEST(a_registered_plugin_goes_before_a_manifest_also_after_the_first_look_up) {
    plugins_begin();
    make_part("provider-good");
    make_manifest(in("50-own.yaml"), "provider", "own", "provider-good.so", "");
    ck_assert_int_eq(listed("own").info.state, UMF_PLUGIN_AVAILABLE);
    ck_assert_str_eq(listed("own").tier, "environment");
    ck_ok(umfPluginRegister(&own_desc));
    ck_assert_str_eq(listed("own").tier, "application");
    ck_ok(make_provider("own"));
    ck_assert_uint_eq(starts, 1);
    plugins_end();
}
END_TEST

START_TEST(a_bad_descriptor_is_refused_whole) {
    plugins_begin();
    umf_plugin_desc_t desc = own_desc;
    ck_assert_int_eq(umfPluginRegister(NULL), INVALID);
    desc.magic++;
    ck_assert_int_eq(umfPluginRegister(&desc), INVALID);
    ck_says("E_CORRUPT: descriptor magic invalid");
    desc = own_desc;
    desc.abi_major = 7;
    ck_assert_int_eq(umfPluginRegister(&desc), UNSUPPORTED);
    ck_says("E_ABI: plugin ABI 7.1, host 0.1");
    desc = own_desc;
    desc.component_count = 2; /* the same one twice */
    ck_assert_int_eq(umfPluginRegister(&desc), INVALID);
    ck_says("E_CORRUPT: descriptor component name invalid");
    desc = own_desc;
    own_component.name = "Bad Name";
    ck_assert_int_eq(umfPluginRegister(&desc), INVALID);
    ck_says("descriptor component name invalid");
    own_component.name = "own";
    own_component.kind = 77;
    ck_assert_int_eq(umfPluginRegister(&desc), INVALID);
    ck_says("descriptor component kind invalid");
    own_component.kind = UMF_PLUGIN_KIND_PROVIDER;
    ck_assert_uint_eq(listed("own").info.size, 0);
    ck_ok(umfPluginRegister(&own_desc));
    ck_assert_int_eq(umfPluginRegister(&desc), INVALID);
    ck_says("plugin:own-plugin: E_FIELD: provider:own is registered already");
    plugins_end();
}
END_TEST

START_TEST(a_component_of_a_newer_kind_hides_no_other) {
    plugins_begin();
    umf_plugin_component_t newer = own_component;
    newer.kind = 77;
    newer.name = "Newer!";
    const umf_plugin_component_t *components[] = {&newer, &own_component};
    umf_plugin_desc_t desc = own_desc;
    desc.components = components;
    desc.component_count = 2;
    ck_ok(umfPluginRegister(&desc));
    ck_ok(make_provider("own"));
    ck_assert_uint_eq(listed("Newer!").info.size, 0);
    plugins_end();
}
END_TEST

START_TEST(a_file_is_loaded_and_all_it_offers_entered) {
    plugins_begin();
    make_part("provider-good");
    make_part("bad-magic");
    make_part("failing-query");
    unlink(in("50-provider-good.yaml"));
    ck_assert_int_eq(find("provider-good"), INVALID);
    ck_ok(umfPluginLoadFile(in("provider-good.so")));
    ck_ok(umfPluginLoadFile(in("provider-good.so")));
    struct wanted entry = listed("provider-good");
    ck_assert_str_eq(entry.tier, "application");
    ck_assert_str_eq(entry.module, in("provider-good.so"));
    ck_assert_uint_eq(log_count("start"), 0);
    ck_ok(make_provider("provider-good"));
    ck_assert_uint_eq(log_count("start provider-good"), 1);

    ck_assert_int_eq(umfPluginLoadFile(NULL), INVALID);
    ck_assert_int_eq(umfPluginLoadFile("provider-good.so"), INVALID);
    ck_says("E_PATH: 'provider-good.so' must be absolute and end in .so");
    ck_assert_int_eq(umfPluginLoadFile("/etc/passwd"), INVALID);
    ck_says("E_PATH");
    ck_assert_int_eq(umfPluginLoadFile(in("gone.so")), UNAVAILABLE);
    ck_says("E_ABSENT: ");
    ck_assert_int_eq(umfPluginLoadFile(in("bad-magic.so")), INVALID);
    ck_says("E_CORRUPT: descriptor magic invalid");
    ck_assert_int_eq(umfPluginLoadFile(in("failing-query.so")), UNSUPPORTED);
    ck_says("E_INIT: init failed: umf_plugin_query answered NOT_SUPPORTED");
    plugins_end();
}
END_TEST

static umf_result_t result_in_start;
void fixture_on_start(const char *name);
void fixture_on_start(const char *name) {
    (void)name;
    result_in_start = umfPluginLoadFile(in("good.so"));
    ck_ok(umfPluginRescan()); /* is harmless */
}

START_TEST(a_start_may_rescan_but_load_no_file) {
    plugins_begin();
    make_part("loads-in-start");
    make_part("good");
    ck_ok(find("loads-in-start"));
    ck_assert_int_eq(result_in_start, INVALID);
    ck_assert_uint_eq(log_count("constructor good"), 0);
    ck_ok(find("good"));
    plugins_end();
}
END_TEST

/* ---- rescan ---- */

START_TEST(a_rescan_finds_what_is_new_and_loses_what_is_gone) {
    plugins_begin();
    make_part("good");
    umf_memory_provider_handle_t provider;
    make_part("provider-good");
    ck_ok(umfMemoryProviderCreateByName("provider-good", NULL, &provider));
    make_part("late");
    ck_assert_int_eq(find("late"), INVALID);
    unlink(in("50-provider-good.yaml"));
    ck_ok(umfPluginRescan());
    ck_ok(find("late"));
    ck_ok(find("good"));
    ck_assert_int_eq(find("provider-good"), INVALID);
    size_t number;
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &number)); /* goes on */
    ck_ok(umfMemoryProviderDestroy(provider));
    manifest_for("provider-good");
    ck_ok(umfPluginRescan());
    ck_ok(make_provider("provider-good"));
    ck_assert_uint_eq(log_count("start provider-good"), 1);
    plugins_end();
}
END_TEST

START_TEST(a_failed_plugin_is_tried_again_after_a_rescan_only) {
    plugins_begin();
    make_part("failing-start");
    for (unsigned round = 1; round <= 3; round++) {
        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(find("failing-start"), UMF_RESULT_ERROR_OUT_OF_RESOURCES);
            ck_says("E_INIT: init failed: OUT_OF_RESOURCES: no device here");
        }
        ck_assert_uint_eq(log_count("start failing-start"), round);
        ck_ok(umfPluginRescan());
        ck_assert_int_eq(listed("failing-start").info.state, UMF_PLUGIN_AVAILABLE);
    }
    /* another module under the same name: a vendor's update */
    make_part("good");
    make_manifest(in("50-failing-start.yaml"), "pool", "good", "good.so", "");
    ck_ok(umfPluginRescan());
    ck_ok(find("good"));
    plugins_end();
}
END_TEST

static size_t number_now(void) {
    umf_memory_provider_handle_t provider;
    size_t number;
    ck_ok(umfMemoryProviderCreateByName("provider-good", NULL, &provider));
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &number));
    ck_ok(umfMemoryProviderDestroy(provider));
    return number;
}

START_TEST(changed_params_count_after_a_rescan) {
    plugins_begin();
    make_part("provider-good");
    ck_assert_uint_eq(number_now(), 1);
    for (unsigned number = 2; number < 5; number++) {
        char params[64];
        snprintf(params, sizeof params, "params: {number: %u}\n", number);
        make_manifest(in("50-provider-good.yaml"), "provider", "provider-good",
                      "provider-good.so", params);
        ck_assert_uint_eq(number_now(), number - 1);
        ck_ok(umfPluginRescan());
        ck_assert_uint_eq(number_now(), number);
    }
    manifest_for("provider-good");
    ck_ok(umfPluginRescan());
    ck_assert_uint_eq(number_now(), 1);
    ck_assert_uint_eq(log_count("start"), 1);
    plugins_end();
}
END_TEST

START_TEST(many_rescans_keep_no_memory) {
    plugins_begin();
    make_part("good");
    make_part("failing-start");
    ck_ok(find("good"));
    ck_assert_int_ne(find("failing-start"), UMF_RESULT_SUCCESS);
    ck_ok(umfPluginRescan());
    size_t in_use = umfi_meta_in_use();
    for (int i = 0; i < 200; i++) {
        ck_ok(umfPluginRescan());
        ck_assert_uint_eq(umfi_meta_in_use(), in_use);
    }
    plugins_end();
}
END_TEST

START_TEST(without_memory_a_rescan_and_a_registration_change_nothing) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    make_manifest(in("50-provider-good.yaml"), "provider", "provider-good", "provider-good.so",
                  "params: {number: 3}\n");
    ck_ok(find("good"));
    ck_ok(umfPluginRescan());
    make_part("late");
    ck_assert_int_ne(find("nothing"), UMF_RESULT_SUCCESS); /* the thread has its text now */
    size_t in_use = umfi_meta_in_use();
    for (int pass = 0; pass < 2; pass++) {
        for (long n = 1;; n++) {
            umfi_meta_fail_nth(n);
            umf_result_t result = pass == 0 ? umfPluginRescan() : umfPluginRegister(&own_desc);
            bool has_failed = umfi_meta_has_failed();
            umfi_meta_fail_nth(0);
            ck_assert_int_eq(result, has_failed ? UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY
                                                : UMF_RESULT_SUCCESS);
            if (!has_failed) {
                break;
            }
            ck_ok(find("good"));
            ck_assert_int_eq(listed(pass == 0 ? "late" : "own").info.size, 0);
            ck_assert_uint_le(umfi_meta_in_use(), in_use + 512); /* a load made is kept */
        }
        in_use = umfi_meta_in_use();
    }
    ck_ok(find("late"));
    plugins_end();
}
END_TEST

/* ---- defaults and named stacks ---- */

START_TEST(the_default_is_the_first_that_is_ready) {
    plugins_begin();
    const char *name = NULL;
    ck_assert_int_eq(umfPluginDefault("pool", 0, &name), UNAVAILABLE);
    ck_says("pool: none of the defaults is ready: pool:jemalloc: E_NOT_FOUND");
    ck_says("; pool:disjoint: E_NOT_FOUND");
    make_part("good");
    make_part("failing-start");
    make_part("provider-good");
    make_text(in("00-p.yaml"), "schema: 1\nkind: policy\nname: site\ndefault: {pool: "
                               "[nothing, failing-start, g, good], provider: [provider-good]}\n");
    make_manifest(in("50-good.yaml"), "pool", "good", "good.so", "aliases: [g]\n");
    ck_ok(umfPluginRescan());
    ck_ok(umfPluginDefault("pool", 0, &name));
    ck_assert_str_eq(name, "good");
    ck_ok(umfPluginDefault("provider", 0, &name));
    ck_assert_str_eq(name, "provider-good");
    ck_assert_int_eq(umfPluginDefault("pool", 2, &name), UNAVAILABLE);
    ck_says("failing-start: E_INIT");
    ck_assert_int_eq(umfPluginDefault("provider", 1, &name), UNAVAILABLE);
    ck_says("provider: no further default");
    ck_assert_int_eq(umfPluginDefault("memtarget", 0, &name), INVALID);
    ck_assert_int_eq(umfPluginDefault(NULL, 0, &name), INVALID);
    ck_assert_int_eq(umfPluginDefault("pool", 0, NULL), INVALID);
    plugins_end();
}
END_TEST

static void make_stack(const char *name, const char *text) {
    char manifest[256];
    snprintf(manifest, sizeof manifest, "schema: 1\nkind: stack\nname: %s\nstack: \"%s\"\n", name,
             text);
    make_text(in("50-stack-%s.yaml", name), manifest);
}

START_TEST(a_stack_is_made_by_the_name_of_its_manifest) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    make_stack("scratch", "good @ provider-good(number=7)");
    make_stack("source", "provider-good(number=9)");
    make_stack("provider-good", "provider-good(number=11)"); /* the provider goes first */
    make_stack("wrong", "good @ provider-good(number=700)");
    make_stack("open", "good");
    umf_memory_pool_handle_t pool;
    umf_memory_provider_handle_t provider;
    size_t number;
    ck_ok(umfStackCreate(" scratch ", &pool));
    ck_ok(umfPoolGetMemoryProvider(pool, &provider));
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &number));
    ck_assert_uint_eq(number, 7);
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfStackCreateProvider("source", &provider));
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &number));
    ck_assert_uint_eq(number, 9);
    ck_ok(umfMemoryProviderDestroy(provider));
    ck_ok(umfStackCreateProvider("provider-good", &provider));
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &number));
    ck_assert_uint_eq(number, 1);
    ck_ok(umfMemoryProviderDestroy(provider));

    ck_assert_int_eq(umfStackCreate("wrong", &pool), INVALID);
    ck_says("umf: stack:wrong: stack: column 8: ");
    ck_assert_int_eq(umfStackCreate("open", &pool), INVALID);
    ck_says("umf: stack:open: stack: E_SYNTAX: column 5: a pool needs a provider");
    ck_assert_int_eq(umfStackCreate("scrath", &pool), INVALID);
    ck_says("umf: stack:scrath: E_NOT_FOUND: no stack 'scrath'; did you mean 'scratch'?");
    ck_assert_int_eq(umfStackCreate("good", &pool), INVALID);
    ck_says("a pool needs a provider: add '@ PROVIDER'");
    make_text(in("50-stack-scratch.yaml"), "");
    ck_ok(umfPluginRescan());
    ck_assert_int_eq(umfStackCreate("scratch", &pool), UNAVAILABLE);
    ck_says("umf: stack:scratch: E_DISABLED: masked by ");
    plugins_end();
}
END_TEST

SUITE_MAIN("plugin/application", a_registered_plugin_is_started_at_its_first_use,
           a_registered_plugin_goes_before_a_manifest_also_after_the_first_look_up,
           a_bad_descriptor_is_refused_whole, a_component_of_a_newer_kind_hides_no_other,
           a_file_is_loaded_and_all_it_offers_entered,
           a_start_may_rescan_but_load_no_file,
           a_rescan_finds_what_is_new_and_loses_what_is_gone,
           a_failed_plugin_is_tried_again_after_a_rescan_only, changed_params_count_after_a_rescan,
           many_rescans_keep_no_memory,
           without_memory_a_rescan_and_a_registration_change_nothing,
           the_default_is_the_first_that_is_ready, a_stack_is_made_by_the_name_of_its_manifest)
