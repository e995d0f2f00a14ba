/* race-test.c - look-ups and creates by name against each other, fork, failure. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <umf.h>
#include <umf/plugin.h>

#include "core/meta.h"
#include "plugin/workspace.h"

/* A copy of the built os provider's manifest with an alias; false: not built. */
static int os_begin(void) {
    char module[512];
    snprintf(module, sizeof module, "%s/plugins.d/umf-provider-os.so", getenv("top_builddir"));
    if (access(module, R_OK) != 0) {
        return 0;
    }
    workspace_begin();
    make_manifest(in("50-provider-os.yaml"), "provider", "os", module, "aliases: [sys]\n");
    setenv("UMF_PLUGIN_PATH_ONLY", workspace, 1);
    return 1;
}

static void *create_by_alias(void *params) {
    for (int i = 0; i < 2000; i++) {
        umf_memory_provider_handle_t provider;
        ck_ok(umfMemoryProviderCreateByName("sys", params, &provider));
        ck_ok(umfMemoryProviderDestroy(provider));
    }
    return NULL;
}

START_TEST(one_set_made_for_an_alias_serves_many_threads) {
    if (!os_begin()) {
        return;
    }
    umf_params_handle_t params;
    ck_ok(umfParamsCreate("provider", "sys", &params));
    ck_ok(umfParamsSet(params, "name", "aliased"));
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, create_by_alias, params), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    create_by_alias(params); /* it is still a set for the alias */
    ck_ok(umfParamsDestroy(params));
}
END_TEST

static atomic_int is_done;

static void *look_up(void *arg) {
    (void)arg;
    (void)umfPluginProviderOps("os");
    is_done = 1;
    return NULL;
}

/* In a process of its own: the first look-up beside a fork whose child looks up
 * too. A hang ends by the alarm. */
static int first_look_up_beside_fork(unsigned pause) {
    pthread_t thread;
    alarm(20);
    umf_params_handle_t params; /* registers nothing, makes the arena */
    if (umfInit() != UMF_RESULT_SUCCESS || umfParamsCreate("provider", "os", &params) != 0 ||
        pthread_create(&thread, NULL, look_up, NULL) != 0) {
        return 1;
    }
    /* never joined: a child that inherits a finished thread it cannot join is a
     * leak to ThreadSanitizer */
    pthread_detach(thread);
    for (volatile unsigned spin = 0; spin < pause; spin++) {
    }
    pid_t child = fork();
    if (child == 0) {
        alarm(10);
        _exit(umfPluginProviderOps("os") ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    while (!is_done) {
        usleep(1000);
    }
    return status == 0 ? 0 : 1;
}

START_TEST(a_fork_beside_the_first_look_up_leaves_a_child_that_can_look_up) {
    if (!os_begin()) {
        return;
    }
    for (unsigned i = 0; i < 100; i++) {
        pid_t process = fork();
        if (process == 0) {
            _exit(first_look_up_beside_fork(i * 5000));
        }
        int status = -1;
        ck_assert_int_eq(waitpid(process, &status, 0), process);
        ck_assert_msg(status == 0, "round %u ended with %#x", i, (unsigned)status);
    }
}
END_TEST

START_TEST(an_older_error_is_never_taken_for_this_one) {
    if (!os_begin()) {
        return;
    }
    umf_memory_provider_handle_t provider;
    ck_ok(umfMemoryProviderCreateByName("os", NULL, &provider));
    ck_ok(umfMemoryProviderDestroy(provider));
    ck_assert_int_ne(umfMemoryProviderCreateByName("no-such-thing", NULL, &provider),
                     UMF_RESULT_SUCCESS);
    ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "no-such-thing"));
    umfi_meta_fail_nth(1);
    ck_assert_int_eq(umfMemoryProviderCreateByName("os", NULL, &provider),
                     UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    umfi_meta_fail_nth(0);
    ck_assert_str_eq(umfGetLastErrorMessage(), "umf: provider:os: OUT_OF_HOST_MEMORY");
}
END_TEST

SUITE_MAIN("plugin/race", one_set_made_for_an_alias_serves_many_threads,
           a_fork_beside_the_first_look_up_leaves_a_child_that_can_look_up,
           an_older_error_is_never_taken_for_this_one)
