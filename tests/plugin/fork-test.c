/* fork-test.c - threads that load while others fork, rescan and list; and what a fork
 * cuts off. Rounds run in processes of their own, because a load happens once. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "fixture_workspace.h"

enum { THREADS = 64, LOADERS = 4, PARTS = 40, ROUNDS = 10, FORKS = 100 };

static const char *part_name(unsigned i) {
    static _Thread_local char name[32];
    snprintf(name, sizeof name, "part-%u", i);
    return name;
}

static void make_parts(unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        make_part(part_name(i));
    }
}

/* Not Check's: for processes that were forked beside threads. */
static bool can_find(const char *name) {
    struct umfi_component *component;
    return umfi_plugin_find(UMF_PLUGIN_KIND_POOL, name, &component) == UMF_RESULT_SUCCESS;
}

static int run_in_process(int (*run)(void)) {
    pid_t process = fork();
    if (process == 0) {
        alarm(60); /* a hang is an end by SIGALRM */
        _exit(run());
    }
    int status = -1;
    ck_assert_int_eq(waitpid(process, &status, 0), process);
    ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

static pthread_barrier_t barrier;
static atomic_uint failures;

static void *find_its_own(void *arg) {
    pthread_barrier_wait(&barrier);
    if (!can_find(part_name((unsigned)(uintptr_t)arg))) {
        failures++;
    }
    return NULL;
}

START_TEST(many_threads_load_different_names) {
    plugins_begin();
    make_parts(THREADS);
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (uintptr_t i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, find_its_own, (void *)i), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(failures, 0);
    ck_assert_uint_eq(log_count("start part-"), THREADS);
    plugins_end();
}
END_TEST

static atomic_uint forks_done, loaders_left;

/* Its share of the parts, spread over all of the forks. */
static void *load_beside_forks(void *arg) {
    unsigned first = (unsigned)(uintptr_t)arg;
    for (unsigned i = 0; i < PARTS; i++) {
        while (forks_done < i * FORKS / PARTS) {
            sched_yield();
        }
        if (!can_find(part_name((i + first * (PARTS / LOADERS)) % PARTS))) {
            failures++;
        }
    }
    loaders_left--;
    return NULL;
}

/* A child finds what is there and loads what is not. */
static bool fork_once(unsigned i) {
    pid_t child = fork();
    if (child == 0) {
        alarm(30);
        _exit(can_find("good") && can_find(part_name(i % PARTS)) ? 0 : 1);
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static int forks_beside_loads(void) {
    loaders_left = LOADERS;
    for (uintptr_t i = 0; i < LOADERS; i++) {
        pthread_t thread; /* detached: a child would take it for one to be joined */
        if (pthread_create(&thread, NULL, load_beside_forks, (void *)i) != 0) {
            return 2;
        }
        pthread_detach(thread);
    }
    for (unsigned i = 0; i < FORKS; i++) {
        failures += !fork_once(i);
        forks_done++;
    }
    while (loaders_left > 0) {
        sched_yield();
    }
    return failures > 0;
}

START_TEST(a_thousand_forks_during_loads_hang_nobody) {
    plugins_begin();
    make_part("good");
    make_parts(PARTS);
    for (unsigned round = 0; round < ROUNDS; round++) {
        ck_assert_int_eq(run_in_process(forks_beside_loads), 0);
    }
    plugins_end();
}
END_TEST

/* ---- rescans ---- */

static int info_count(const umf_plugin_info_t *info, void *arg) {
    *(size_t *)arg += strlen(info->manifest) > 0;
    return 0;
}

static atomic_int is_over;

static void *read_beside_rescans(void *arg) {
    (void)arg;
    while (!is_over) {
        size_t count = 0;
        if (umfPluginList(info_count, &count) != UMF_RESULT_SUCCESS || count != 5 ||
            !can_find("part-1")) {
            failures++;
        }
    }
    return NULL;
}

static void *fail_beside_rescans(void *arg) {
    (void)arg;
    while (!is_over) {
        struct umfi_component *component;
        if (umfi_plugin_find(UMF_PLUGIN_KIND_POOL, "failing-start", &component) !=
                UMF_RESULT_ERROR_OUT_OF_RESOURCES ||
            !strstr(umfGetLastErrorMessage(), "no device here")) {
            failures++;
        }
    }
    return NULL;
}

START_TEST(readers_and_failing_loads_do_not_mind_rescans) {
    plugins_begin();
    make_parts(4);
    make_part("failing-start");
    pthread_t threads[6];
    for (int i = 0; i < 6; i++) {
        void *(*run)(void *) = i % 2 ? read_beside_rescans : fail_beside_rescans;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run, NULL), 0);
    }
    for (int i = 0; i < 300; i++) {
        ck_ok(umfPluginRescan());
    }
    is_over = 1;
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(failures, 0);
    plugins_end();
}
END_TEST

static int rescan_within(const umf_plugin_info_t *info, void *arg) {
    (void)arg;
    char name[64];
    snprintf(name, sizeof name, "%s", info->name);
    ck_ok(umfPluginRescan());
    ck_assert_str_eq(info->name, name); /* the list being read stays */
    return 0;
}

START_TEST(a_list_outlives_a_rescan_within_it) {
    plugins_begin();
    make_parts(3);
    ck_ok(umfPluginList(rescan_within, NULL));
    ck_ok(find("part-1"));
    plugins_end();
}
END_TEST

/* ---- what is bound to its process ---- */

static umf_memory_provider_handle_t bound;
static pid_t maker;

static bool is_forked(umf_result_t result) {
    char text[128];
    snprintf(text, sizeof text, "umf: provider:provider-bound: E_FORKED: created in process %ld, "
                                "used in %ld", (long)maker, (long)getpid());
    bool is_it = result == INVALID && strcmp(umfGetLastErrorMessage(), text) == 0;
    if (!is_it) {
        printf("# %d, not '%s' but '%s'\n", (int)result, text, umfGetLastErrorMessage());
        fflush(stdout);
    }
    return is_it;
}

static bool is_cut_off(void) {
    void *block;
    size_t size;
    const char *name;
    return is_forked(umfMemoryProviderAlloc(bound, 4096, 0, &block)) &&
           is_forked(umfMemoryProviderFree(bound, &size, 4096)) &&
           is_forked(umfMemoryProviderGetName(bound, &name)) &&
           is_forked(umfMemoryProviderGetRecommendedPageSize(bound, 0, &size)) &&
           is_forked(umfMemoryProviderDestroy(bound));
}

static int grandchild(void) { return is_cut_off() ? 0 : 1; }

static int child_of_bound(void) {
    umf_memory_provider_handle_t own;
    size_t size;
    if (!is_cut_off() ||
        umfMemoryProviderCreateByName("provider-bound", NULL, &own) != UMF_RESULT_SUCCESS ||
        umfMemoryProviderGetCacheLineSize(own, &size) != UMF_RESULT_SUCCESS ||
        umfMemoryProviderDestroy(own) != UMF_RESULT_SUCCESS) {
        return 1;
    }
    pid_t process = fork();
    if (process == 0) {
        _exit(grandchild());
    }
    int status = -1;
    waitpid(process, &status, 0);
    return status != 0;
}

START_TEST(a_provider_bound_to_its_process_is_refused_in_a_child) {
    plugins_begin();
    make_part("provider-bound");
    make_part("provider-good");
    umf_memory_provider_handle_t other;
    maker = getpid();
    ck_ok(umfMemoryProviderCreateByName("provider-bound", NULL, &bound));
    ck_ok(umfMemoryProviderCreateByName("provider-good", NULL, &other));
    ck_assert_int_eq(run_in_process(child_of_bound), 0);
    size_t size;
    ck_ok(umfMemoryProviderGetCacheLineSize(bound, &size)); /* here it works on */
    ck_ok(umfMemoryProviderDestroy(bound));
    ck_ok(umfMemoryProviderDestroy(other));
    plugins_end();
}
END_TEST

SUITE_MAIN("plugin/fork", many_threads_load_different_names,
           a_thousand_forks_during_loads_hang_nobody,
           readers_and_failing_loads_do_not_mind_rescans, a_list_outlives_a_rescan_within_it,
           a_provider_bound_to_its_process_is_refused_in_a_child)
