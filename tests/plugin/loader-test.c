/*
 * loader-test.c - from a name to a component: first use, listing, threads, re-entry,
 * forks and memory. What is refused is in refusal-test.c.
 *
 * Each case has a directory of its own with copies of the fixture module.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>

#include "core/meta.h"
#include "fixture_workspace.h"

START_TEST(a_pool_and_a_provider_are_loaded_at_first_use) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    ck_assert_uint_eq(log_count("constructor"), 0);
    const umf_memory_pool_ops_t *pool = umfPluginPoolOps("good");
    ck_assert_ptr_nonnull(pool);
    ck_assert_ptr_nonnull(pool->malloc);
    ck_assert_uint_eq(log_count("constructor"), 1);
    ck_assert_ptr_eq(umfPluginPoolOps("good"), pool);
    const umf_memory_provider_ops_t *provider = umfPluginProviderOps("provider-good");
    ck_assert_ptr_nonnull(provider);
    ck_assert_ptr_nonnull(provider->alloc);
    ck_assert_uint_eq(log_count("query"), 2);
    ck_assert_uint_eq(log_count("start"), 2);
    plugins_end();
}
END_TEST

START_TEST(objects_are_made_by_name) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
    ck_ok(umfMemoryProviderCreateByName("provider-good", NULL, &provider));
    ck_ok(umfPoolCreateByName("good", provider, NULL, 0, &pool));
    const char *name;
    ck_ok(umfPoolGetName(pool, &name));
    ck_assert_str_eq(name, "good");
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfMemoryProviderDestroy(provider));
    plugins_end();
}
END_TEST

static size_t number_of(umf_params_handle_t params) {
    umf_memory_provider_handle_t provider;
    size_t number;
    ck_ok(umfMemoryProviderCreateByName("provider-good", params, &provider));
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &number));
    ck_ok(umfMemoryProviderDestroy(provider));
    return number;
}

START_TEST(a_manifests_params_are_defaults_below_the_callers) {
    plugins_begin();
    make_part("provider-good");
    make_manifest(in("50-provider-good.yaml"), "provider", "provider-good", "provider-good.so",
                  "params: {number: 17}\n");
    umf_params_handle_t params;
    ck_ok(umfParamsCreate("provider", "provider-good", &params));
    ck_assert_uint_eq(number_of(params), 17);
    ck_ok(umfParamsSet(params, "number", "23"));
    ck_assert_uint_eq(number_of(params), 23);
    ck_ok(umfParamsDestroy(params));
    ck_assert_uint_eq(number_of(NULL), 17);
    plugins_end();
}
END_TEST

START_TEST(a_bad_param_of_a_manifest_fails_the_object) {
    plugins_begin();
    make_part("provider-good");
    make_manifest(in("50-provider-good.yaml"), "provider", "provider-good", "provider-good.so",
                  "params: {number: many}\n");
    umf_memory_provider_handle_t provider;
    ck_assert_int_eq(umfMemoryProviderCreateByName("provider-good", NULL, &provider),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "number"));
    plugins_end();
}
END_TEST

START_TEST(older_and_newer_plugins_are_understood) {
    plugins_begin();
    make_part("newer-desc");
    make_part("newer-ops");
    make_part("older-ops");
    make_part("older-component");
    ck_ok(find("newer-desc"));
    const umf_memory_pool_ops_t *newer = umfPluginPoolOps("newer-ops");
    ck_assert_ptr_nonnull(newer);
    ck_assert_uint_eq(newer->version, UMF_POOL_OPS_VERSION_CURRENT);
    ck_assert_ptr_nonnull(newer->ext_trim_memory);
    const umf_memory_pool_ops_t *older = umfPluginPoolOps("older-ops");
    ck_assert_ptr_nonnull(older);
    ck_assert_uint_eq(older->version, UMF_MAKE_VERSION(1, 0));
    ck_assert_ptr_nonnull(older->get_name);
    ck_assert_ptr_null(older->ext_trim_memory);
    const umf_plugin_component_t *component;
    ck_ok(umfPluginDescribe("pool", "older-component", &component));
    ck_assert_ptr_null(component->start); /* beyond its size, so not there */
    ck_assert_uint_eq(log_count("start older-component"), 0);
    plugins_end();
}
END_TEST

START_TEST(what_a_module_exports_is_for_nobody_else) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    make_file(in("brought.so"), fixture, fixture_size);
    ck_ok(find("good"));
    ck_ok(find("provider-good"));
    ck_ok(umfPluginLoadFile(in("brought.so")));
    ck_assert_uint_eq(log_count("query"), 3);
    ck_assert_ptr_null(dlsym(RTLD_DEFAULT, "umf_plugin_query"));
    plugins_end();
}
END_TEST

/* ---- listing ---- */

struct listing {
    char text[4096];
    unsigned stop_after;
};

static int list_visit(const umf_plugin_info_t *info, void *arg) {
    static const char *const states[] = {"available", "ready",    "failed", "absent",
                                         "disabled",  "shadowed", "refused"};
    struct listing *listing = arg;
    char line[512];
    const char *module = strrchr(info->module, '/');
    snprintf(line, sizeof line, "%s:%s %s %s %s%s%s\n", info->kind, info->name,
             states[info->state], info->tier, module ? module + 1 : "-", *info->reason ? " " : "",
             info->reason);
    strncat(listing->text, line, sizeof listing->text - strlen(listing->text) - 1);
    return listing->stop_after > 0 && --listing->stop_after == 0;
}

START_TEST(a_listing_is_sorted_and_opens_no_module) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    make_part("bad-magic");
    make_manifest(in("60-good.yaml"), "pool", "good", "good.so", "");
    make_manifest(in("50-a.yaml"), "pool", "absent", "absent.so", "");
    make_manifest(in("50-d.yaml"), "pool", "disabled", "good.so", "enabled: false\n");
    make_text(in("50-what.yaml"), "@");
    struct listing listing = {.text = ""};
    ck_ok(umfPluginList(list_visit, &listing));
    char expected[2048];
    snprintf(expected, sizeof expected,
             "manifest:50-what.yaml refused environment - E_SYNTAX: line 1: found character "
             "that cannot start any token\n"
             "pool:absent absent environment absent.so E_ABSENT: %s does not exist: install "
             "libumf-pool-absent\n"
             "pool:bad-magic available environment bad-magic.so\n"
             "pool:disabled disabled environment good.so E_DISABLED: disabled by %s\n"
             "pool:good available environment good.so\n"
             "pool:good shadowed environment good.so shadowed by %s\n"
             "provider:provider-good available environment provider-good.so\n",
             in("absent.so"), in("50-d.yaml"), in("50-good.yaml"));
    ck_assert_str_eq(listing.text, expected);
    ck_assert_uint_eq(log_count("constructor"), 0);

    ck_ok(find("good"));
    ck_assert_int_eq(find("bad-magic"), INVALID);
    listing = (struct listing){.text = ""};
    ck_ok(umfPluginList(list_visit, &listing));
    ck_assert_ptr_nonnull(strstr(listing.text, "pool:good ready "));
    ck_assert_ptr_nonnull(strstr(listing.text, "pool:bad-magic failed environment bad-magic.so "
                                               "E_CORRUPT: descriptor magic invalid\n"));
    listing = (struct listing){.text = "", .stop_after = 1};
    ck_ok(umfPluginList(list_visit, &listing));
    ck_assert_ptr_eq(strchr(listing.text, '\n')[1] ? "more" : NULL, NULL);
    plugins_end();
}
END_TEST

/* ---- threads, re-entry, fork ---- */

enum { THREADS = 64 };
static pthread_barrier_t barrier;

static void *find_in_thread(void *name) {
    pthread_barrier_wait(&barrier);
    return (void *)(uintptr_t)find(name);
}

static void threads_find(char *name, umf_result_t result) {
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, find_in_thread, name), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *got;
        pthread_join(threads[i], &got);
        ck_assert_uint_eq((uintptr_t)got, (uintptr_t)result);
    }
    pthread_barrier_destroy(&barrier);
}

START_TEST(many_threads_start_a_plugin_once) {
    plugins_begin();
    make_part("slow-start");
    make_part("failing-start");
    char slow[] = "slow-start", failing[] = "failing-start";
    threads_find(slow, UMF_RESULT_SUCCESS);
    ck_assert_uint_eq(log_count("constructor slow-start"), 1);
    ck_assert_uint_eq(log_count("query slow-start"), 1);
    ck_assert_uint_eq(log_count("start slow-start"), 1);
    threads_find(failing, UMF_RESULT_ERROR_OUT_OF_RESOURCES);
    ck_assert_uint_eq(log_count("start failing-start"), 1);
    plugins_end();
}
END_TEST

static umf_result_t inner_result, other_result;
static char inner_text[512];

void fixture_on_start(const char *name);
void fixture_on_start(const char *name) {
    inner_result = find(name);
    snprintf(inner_text, sizeof inner_text, "%s", umfGetLastErrorMessage());
    other_result = find("good");
}

void fixture_on_constructor(const char *name);
void fixture_on_constructor(const char *name) {
    inner_result = find(name);
    snprintf(inner_text, sizeof inner_text, "%s", umfGetLastErrorMessage());
    other_result = find("good");
}

START_TEST(a_start_that_loads_is_refused_and_hurts_only_itself) {
    plugins_begin();
    make_part("loads-in-start");
    make_part("good");
    ck_ok(find("loads-in-start"));
    ck_assert_int_eq(inner_result, INVALID);
    ck_assert_ptr_nonnull(strstr(inner_text, "umf: pool:loads-in-start: E_RECURSION: loaded while "
                                             "already loading in this thread ("));
    ck_assert_int_eq(other_result, INVALID);
    ck_ok(find("good"));
    plugins_end();
}
END_TEST

START_TEST(a_constructor_may_load_another_plugin_but_not_its_own) {
    plugins_begin();
    make_part("loads-in-constructor");
    make_part("good");
    ck_ok(find("loads-in-constructor"));
    ck_assert_int_eq(inner_result, INVALID);
    ck_assert_ptr_nonnull(strstr(inner_text, "E_RECURSION"));
    ck_assert_int_eq(other_result, UMF_RESULT_SUCCESS);
    ck_assert_uint_eq(log_count("start good"), 1);
    plugins_end();
}
END_TEST

/* Calls nothing of Check's: a child of fork would have what that has allocated. */
static void *find_slow(void *arg) {
    struct umfi_component *component;
    (void)arg;
    (void)umfi_plugin_find(UMF_PLUGIN_KIND_POOL, "slow-start", &component);
    pthread_barrier_wait(&barrier);
    return NULL;
}

/* Detached, and met at the barrier instead of joined: in a child of fork they
 * would pass for threads that nobody will join. */
static void detached_run(void *(*run)(void *)) {
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, NULL), 0);
    pthread_detach(thread);
}

/* The child can look up what was there, and load what was not. It calls nothing
 * of Check's, whose lock another thread may have held at the fork. */
static void fork_and_find(const char *name) {
    pid_t child = fork();
    if (child == 0) {
        struct umfi_component *component;
        alarm(20);
        _exit(umfi_plugin_find(UMF_PLUGIN_KIND_POOL, name, &component) == UMF_RESULT_SUCCESS ? 0
                                                                                              : 1);
    }
    int status;
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child: %#x", status);
}

START_TEST(a_fork_waits_for_a_start_under_way) {
    plugins_begin();
    make_part("slow-start");
    pthread_barrier_init(&barrier, NULL, 2);
    detached_run(find_slow);
    while (log_count("start slow-start") == 0) {
        usleep(1000);
    }
    fork_and_find("slow-start"); /* READY in the child, started by no one else */
    ck_assert_uint_eq(log_count("start slow-start"), 1);
    pthread_barrier_wait(&barrier);
    plugins_end();
}
END_TEST

/* ---- memory ---- */

START_TEST(an_allocation_failure_is_passed_on_and_forgotten) {
    plugins_begin();
    make_part("good");
    struct umfi_component *component;
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        umf_result_t result = umfi_plugin_find(UMF_PLUGIN_KIND_POOL, "good", &component);
        bool has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        if (result == UMF_RESULT_SUCCESS) {
            break;
        }
        ck_assert(has_failed);
        ck_assert_int_eq(result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    ck_assert_uint_eq(log_count("start"), 1);
    plugins_end();
}
END_TEST

START_TEST(plugins_stay_over_teardown) {
    plugins_begin();
    make_part("good");
    ck_ok(umfInit());
    const umf_memory_pool_ops_t *ops = umfPluginPoolOps("good");
    ck_ok(umfTearDown());
    ck_ok(umfTearDown());
    ck_ok(umfInit());
    ck_assert_ptr_eq(umfPluginPoolOps("good"), ops);
    ck_assert_uint_eq(log_count("start"), 1);
    plugins_end();
}
END_TEST

SUITE_MAIN("plugin/loader", a_pool_and_a_provider_are_loaded_at_first_use, objects_are_made_by_name,
           a_manifests_params_are_defaults_below_the_callers,
           a_bad_param_of_a_manifest_fails_the_object, older_and_newer_plugins_are_understood,
           what_a_module_exports_is_for_nobody_else,
           a_listing_is_sorted_and_opens_no_module, many_threads_start_a_plugin_once,
           a_start_that_loads_is_refused_and_hurts_only_itself,
           a_constructor_may_load_another_plugin_but_not_its_own,
           a_fork_waits_for_a_start_under_way,
           an_allocation_failure_is_passed_on_and_forgotten, plugins_stay_over_teardown)
