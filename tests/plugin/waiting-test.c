/* waiting-test.c - who waits for whom: forks, starts, constructors and queries that
 * come back to the library; one start whatever road leads to a module; and what a
 * rescan says anew. A hang ends by an alarm. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "fixture_workspace.h"

static bool can_find(const char *name) {
    struct umfi_component *component;
    return umfi_plugin_find(UMF_PLUGIN_KIND_POOL, name, &component) == UMF_RESULT_SUCCESS;
}

/* What the fixture calls back, as the case wants it. */
static void (*on_constructor)(const char *name), (*on_query)(const char *name),
    (*on_start)(const char *name);
void fixture_on_constructor(const char *name);
void fixture_on_constructor(const char *name) {
    if (on_constructor) {
        on_constructor(name);
    }
}
void fixture_on_query(const char *name);
void fixture_on_query(const char *name) {
    if (on_query) {
        on_query(name);
    }
}
void fixture_on_start(const char *name);
void fixture_on_start(const char *name) {
    if (on_start) {
        on_start(name);
    }
}

static atomic_uint arrivals, ends, failures;

static void arrive_and_wait_for(unsigned count) {
    arrivals++;
    while (arrivals < count) {
        sched_yield();
    }
}

static void *find_in_thread(void *name) {
    failures += !can_find(name);
    ends++;
    return NULL;
}

/* Detached, and met at their end: a child of fork would take a thread that has ended
 * for one that somebody has yet to join. */
static void thread_begin(void *(*run)(void *), const char *name) {
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, (void *)(uintptr_t)name), 0);
    pthread_detach(thread);
}

static void threads_end(unsigned count) {
    while (ends < count) {
        sched_yield();
    }
}

/* A child that can still load; its status, 0 being good. */
static int fork_and_find(const char *name) {
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        _exit(can_find(name) ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
}

/* ---- starts and forks ---- */

static void rescan_after_a_fork_began(const char *name) {
    (void)name;
    arrive_and_wait_for(2);
    usleep(200 * 1000); /* most likely it is waiting by now; right either way */
    failures += umfPluginRescan() != UMF_RESULT_SUCCESS || umfInit() != UMF_RESULT_SUCCESS ||
                umfTearDown() != UMF_RESULT_SUCCESS;
}

START_TEST(a_fork_waits_for_a_start_that_calls_the_library) {
    plugins_begin();
    alarm(20);
    make_part("loads-in-start");
    make_part("good");
    on_start = rescan_after_a_fork_began;
    thread_begin(find_in_thread, "loads-in-start");
    arrive_and_wait_for(2);
    ck_assert_int_eq(fork_and_find("loads-in-start"), 0);
    threads_end(1);
    ck_assert_uint_eq(failures, 0);
    ck_assert_uint_eq(log_count("start loads-in-start"), 1);
    plugins_end();
}
END_TEST

static void fork_in_start(const char *name) {
    (void)name;
    arrive_and_wait_for(2);
    failures += fork_and_find("good") != 0;
}

START_TEST(two_starts_that_fork_do_not_wait_for_each_other) {
    plugins_begin();
    alarm(20);
    make_part("loads-in-start-1");
    make_part("loads-in-start-2");
    make_part("good");
    ck_assert(can_find("good"));
    on_start = fork_in_start;
    thread_begin(find_in_thread, "loads-in-start-1");
    thread_begin(find_in_thread, "loads-in-start-2");
    threads_end(2);
    ck_assert_uint_eq(failures, 0);
    plugins_end();
}
END_TEST

static int status_in_child;

/* What another thread was starting has failed here, and says so, until a rescan. */
static void fork_beside_a_start(const char *name) {
    (void)name;
    arrive_and_wait_for(2);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        bool is_told = !can_find("loads-in-start") &&
                       strstr(umfGetLastErrorMessage(), "another thread was at it") != NULL;
        on_start = NULL;
        _exit(is_told && umfPluginRescan() == UMF_RESULT_SUCCESS && can_find("loads-in-start")
                  ? 0
                  : 1);
    }
    waitpid(child, &status_in_child, 0);
    arrivals++;
}

static void ask_the_loader(const char *name) {
    (void)name;
    arrive_and_wait_for(2);
    (void)dlsym(RTLD_DEFAULT, "no_such_symbol"); /* waits for ld.so's lock */
    arrive_and_wait_for(4); /* the fork is over */
}

/* The constructor holds ld.so's lock while it forks; the start wants it. */
START_TEST(a_constructor_that_forks_beside_a_start_goes_on) {
    plugins_begin();
    alarm(30);
    make_part("loads-in-constructor");
    make_part("loads-in-start");
    on_constructor = fork_beside_a_start;
    on_start = ask_the_loader;
    thread_begin(find_in_thread, "loads-in-start");
    while (arrivals == 0) { /* in its start, past its own dlopen */
        sched_yield();
    }
    thread_begin(find_in_thread, "loads-in-constructor");
    threads_end(2);
    ck_assert_int_eq(status_in_child, 0);
    ck_assert_uint_eq(failures, 0);
    plugins_end();
}
END_TEST

static atomic_bool is_constructing;

static void construct_slowly(const char *name) {
    (void)name;
    is_constructing = true;
    usleep(300 * 1000);
    is_constructing = false;
}

static void *load_file_in_thread(void *name) {
    failures += umfPluginLoadFile(in("%s.so", (const char *)name)) != UMF_RESULT_SUCCESS;
    ends++;
    return NULL;
}

START_TEST(a_fork_waits_for_a_file_that_is_the_first_to_be_loaded) {
    plugins_begin();
    alarm(20);
    make_part("loads-in-constructor");
    on_constructor = construct_slowly;
    thread_begin(load_file_in_thread, "loads-in-constructor");
    while (!is_constructing) {
        sched_yield();
    }
    pid_t child = fork();
    if (child == 0) {
        _exit(is_constructing ? 1 : 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    threads_end(1);
    ck_assert_uint_eq(failures, 0);
    plugins_end();
}
END_TEST

/* ---- re-entry and cancellation ---- */

static void load_own_file(const char *name) {
    failures += umfPluginLoadFile(in("%s.so", name)) != INVALID ||
                !strstr(umfGetLastErrorMessage(), "E_RECURSION");
}

START_TEST(a_query_may_load_no_file) {
    plugins_begin();
    alarm(20);
    make_part("loads-in-query");
    on_query = load_own_file;
    ck_ok(umfPluginLoadFile(in("loads-in-query.so")));
    ck_assert_uint_eq(failures, 0);
    ck_assert_uint_eq(log_count("query loads-in-query"), 1);
    plugins_end();
}
END_TEST

static int info_visit(const umf_plugin_info_t *info, void *arg) {
    (void)info, (void)arg;
    return 0;
}
static int place_visit(const umf_plugin_place_t *place, void *arg) {
    (void)place, (void)arg;
    return 0;
}
static int finding_visit(const umf_plugin_finding_t *finding, void *arg) {
    (void)finding, (void)arg;
    return 0;
}

static umf_result_t inspect(unsigned which) {
    return which == 0   ? umfPluginList(info_visit, NULL)
           : which == 1 ? umfPluginPlaces(place_visit, NULL)
                        : umfPluginCheck(NULL, finding_visit, NULL);
}

static void *inspect_cancelled(void *which) {
    pthread_cancel(pthread_self());
    (void)inspect((unsigned)(uintptr_t)which);
    pthread_testcancel();
    return NULL;
}

static int inspect_after_a_cancelled_one(unsigned which) {
    pthread_t thread;
    void *end = NULL;
    alarm(20);
    return pthread_create(&thread, NULL, inspect_cancelled, (void *)(uintptr_t)which) != 0 ||
           pthread_join(thread, &end) != 0 || end != PTHREAD_CANCELED ||
           inspect(which) != UMF_RESULT_SUCCESS || umfPluginRescan() != UMF_RESULT_SUCCESS;
}

START_TEST(a_cancelled_inspection_leaves_no_lock) {
    plugins_begin();
    make_part("good");
    for (unsigned which = 0; which < 3; which++) {
        pid_t process = fork(); /* the first look-up of each */
        if (process == 0) {
            _exit(inspect_after_a_cancelled_one(which));
        }
        int status = -1;
        waitpid(process, &status, 0);
        ck_assert_msg(status == 0, "%u: %#x", which, (unsigned)status);
    }
    plugins_end();
}
END_TEST

/* ---- one module, one start ---- */

START_TEST(a_module_replaced_in_place_is_still_the_one_that_is_loaded) {
    plugins_begin();
    make_part("good");
    ck_assert(can_find("good"));
    make_file(in("new.so"), fixture, fixture_size);
    ck_assert_int_eq(rename(in("new.so"), in("good.so")), 0);
    ck_ok(umfPluginRescan());
    ck_assert(can_find("good"));
    ck_assert_uint_eq(log_count("start good"), 1);
    ck_assert_uint_eq(log_count("query good"), 1);
    plugins_end();
}
END_TEST

START_TEST(a_file_and_a_manifest_of_one_module_start_it_once) {
    plugins_begin();
    make_part("good");
    ck_assert(can_find("good"));
    ck_ok(umfPluginLoadFile(in("good.so")));
    ck_ok(umfPluginLoadFile(in("good.so")));
    ck_assert(can_find("good"));
    ck_assert_uint_eq(log_count("start good"), 1);
    plugins_end();
}
END_TEST

START_TEST(a_failure_is_shared_by_all_roads_too) {
    plugins_begin();
    make_part("failing-start");
    ck_assert(!can_find("failing-start"));
    ck_ok(umfPluginLoadFile(in("failing-start.so")));
    ck_assert(!can_find("failing-start"));
    ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "no device here"));
    ck_assert_uint_eq(log_count("start failing-start"), 1);
    plugins_end();
}
END_TEST

/* ---- what is said ---- */

static int saved_stderr;

static void log_begin(void) {
    setenv("UMF_LOG", "level:warning;flush:debug;output:stderr;pid:no", 1);
    saved_stderr = dup(STDERR_FILENO);
    int fd = open(in("stderr"), O_RDWR | O_CREAT, 0600);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

static unsigned said(const char *what) {
    size_t size;
    char *log = file_bytes(in("stderr"), &size);
    unsigned count = 0;
    for (const char *at = log; (at = strstr(at, what)); at++) {
        count++;
    }
    free(log);
    return count;
}

START_TEST(what_a_file_says_is_one_line_of_the_log) {
    plugins_begin();
    make_part("good");
    make_manifest(in("50-good.yaml"), "pool", "good", "good.so",
                  "\"evil\\n[ERROR UMF] forged\\e[31m\": 1\n");
    log_begin();
    ck_assert(can_find("good"));
    ck_assert_int_ne(can_find("no\nsuch\033[1m"), true);
    ck_assert_ptr_null(strchr(umfGetLastErrorMessage(), '\n'));
    dup2(saved_stderr, STDERR_FILENO);
    ck_assert_uint_eq(said("\n[ERROR UMF] forged"), 0);
    ck_assert_uint_eq(said("\033"), 0);
    ck_assert_uint_eq(said("unknown key 'evil?[ERROR UMF] forged?[31m'"), 1);
    plugins_end();
}
END_TEST

START_TEST(a_rescan_tells_what_is_new_and_that_once) {
    plugins_begin();
    make_part("good");
    setenv("UMF_PLUGIN_PATH", "relative", 1);
    log_begin();
    ck_assert(can_find("good"));
    make_manifest(in("50-good.yaml"), "pool", "good", "good.so", "colour: red\n");
    make_manifest(in("60-good.yaml"), "pool", "good", "good.so", "");
    make_text(in("50-pool-bad.yaml"), "[");
    for (int i = 0; i < 3; i++) {
        ck_ok(umfPluginRescan());
    }
    dup2(saved_stderr, STDERR_FILENO);
    ck_assert_uint_eq(said("unknown key 'colour'"), 1);
    ck_assert_uint_eq(said("shadowed by"), 1);
    ck_assert_uint_eq(said("E_SYNTAX"), 1);
    ck_assert_uint_eq(said("relative: not an absolute path"), 1);
    plugins_end();
}
END_TEST

SUITE_MAIN("plugin/waiting", a_fork_waits_for_a_start_that_calls_the_library,
           two_starts_that_fork_do_not_wait_for_each_other,
           a_constructor_that_forks_beside_a_start_goes_on,
           a_fork_waits_for_a_file_that_is_the_first_to_be_loaded, a_query_may_load_no_file,
           a_cancelled_inspection_leaves_no_lock,
           a_module_replaced_in_place_is_still_the_one_that_is_loaded,
           a_file_and_a_manifest_of_one_module_start_it_once,
           a_failure_is_shared_by_all_roads_too, what_a_file_says_is_one_line_of_the_log,
           a_rescan_tells_what_is_new_and_that_once)
