/*
 * provider-os-ipc-test.c - handles of the OS provider, in one process and in two.
 *
 * The other process is os-consumer, started by exec: nothing is inherited.
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <umf.h>
#include <unistd.h>

#include "core/meta.h"
#include "plugins/os-consumer.h"
#include "plugins/os-support.h"
#include "suite.h"

enum { SIZE = 10000 };

static char handle[512];

static void handle_get(umf_memory_provider_handle_t provider, void *block, size_t size) {
    memset(handle, 0x55, sizeof handle);
    ck_ok(umfMemoryProviderGetIPCHandle(provider, block, size, handle));
}

static umf_memory_provider_handle_t shared_made(const char *shm_name) {
    return os_made(&(struct os_setup){.visibility = UMF_MEM_MAP_SHARED, .shm_name = shm_name});
}

static bool is_filled(const unsigned char *p, size_t size, unsigned char byte) {
    for (size_t i = 0; i < size; i++) {
        if (p[i] != byte) {
            return false;
        }
    }
    return true;
}

/* The consumer, to whom requests are written and whose answers are read. */
struct consumer {
    pid_t pid;
    int requests, answers;
};

static struct consumer consumer_start(bool may_trace) {
    int to[2], from[2];
    char path[4096];
    const char *build = getenv("top_builddir");
    snprintf(path, sizeof path, "%s/tests/plugins/os-consumer", build ? build : ".");
    ck_assert_int_eq(pipe2(to, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(from, O_CLOEXEC), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        execl(path, path, (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    if (may_trace) {
        (void)prctl(PR_SET_PTRACER, pid, 0, 0, 0); /* EINVAL without Yama: not needed */
    }
    return (struct consumer){pid, to[1], from[0]};
}

static int32_t consumer_ask(const struct consumer *consumer, size_t handle_bytes,
                            unsigned char expected, unsigned char reply) {
    struct os_consumer_request request;
    int32_t answer = -2;
    memset(&request, 0, sizeof request);
    request.handle_bytes = handle_bytes;
    request.size = SIZE;
    request.expected = expected;
    request.reply = reply;
    ck_assert_int_eq(write(consumer->requests, &request, sizeof request), sizeof request);
    ck_assert_int_eq(write(consumer->requests, handle, handle_bytes), (ssize_t)handle_bytes);
    ck_assert_int_eq(read(consumer->answers, &answer, sizeof answer), sizeof answer);
    return answer;
}

static void consumer_end(const struct consumer *consumer) {
    int status = -1;
    close(consumer->requests);
    close(consumer->answers);
    ck_assert_int_eq(waitpid(consumer->pid, &status, 0), consumer->pid);
    ck_assert_int_eq(status, 0);
}

START_TEST(a_handle_has_41_bytes_and_the_name) {
    const char *object = os_object("size");
    const struct {
        const char *name;
        size_t bytes;
    } cases[] = {{NULL, 41}, {"", 41}, {object + 1, 41 + strlen(object)}};
    for (size_t i = 0; i < 3; i++) {
        umf_memory_provider_handle_t provider = shared_made(cases[i].name);
        size_t bytes = 0;
        ck_ok(umfMemoryProviderGetIPCHandleSize(provider, &bytes));
        ck_assert_uint_eq(bytes, cases[i].bytes);
        void *block = NULL;
        ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, &block));
        handle_get(provider, block, SIZE);
        ck_assert_int_eq(handle[bytes - 1], 0);
        ck_assert_int_eq(handle[bytes], 0x55); /* not a byte more */
        ck_ok(umfMemoryProviderFree(provider, block, SIZE));
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(get_needs_the_start_of_an_allocation) {
    umf_memory_provider_handle_t provider = shared_made(NULL);
    char *block = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, (void **)&block));
    ck_assert_int_eq(umfMemoryProviderGetIPCHandle(provider, block + 1, SIZE, handle), INV);
    ck_assert_int_eq(umfMemoryProviderGetIPCHandle(provider, block + 4096, 4096, handle), INV);
    ck_assert_int_eq(umfMemoryProviderGetIPCHandle(provider, block - 4096, 4096, handle), INV);
    ck_assert_int_eq(umfMemoryProviderGetIPCHandle(provider, block, 1 << 20, handle), INV);
    ck_ok(umfMemoryProviderAllocationSplit(provider, block, SIZE, 4096));
    ck_ok(umfMemoryProviderGetIPCHandle(provider, block + 4096, 4096, handle));
    ck_ok(umfMemoryProviderFree(provider, block, 4096));
    ck_assert_int_eq(umfMemoryProviderGetIPCHandle(provider, block, 4096, handle), INV);
    ck_ok(umfMemoryProviderFree(provider, block + 4096, SIZE - 4096));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(put_takes_its_own_handles_only) {
    umf_memory_provider_handle_t provider = shared_made(os_object("put-a") + 1);
    umf_memory_provider_handle_t other = shared_made(os_object("put-b") + 1);
    void *block = NULL;
    struct os_ipc_data data;
    ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, &block));
    handle_get(provider, block, SIZE);
    memcpy(&data, handle, sizeof data);
    ck_ok(umfMemoryProviderPutIPCHandle(provider, handle));
    ck_assert_int_eq(umfMemoryProviderPutIPCHandle(other, handle), INV);
    data.pid++;
    memcpy(handle, &data, sizeof data);
    ck_assert_int_eq(umfMemoryProviderPutIPCHandle(provider, handle), INV);
    data.pid--;
    data.fd += 100;
    memcpy(handle, &data, sizeof data);
    ck_assert_int_eq(umfMemoryProviderPutIPCHandle(provider, handle), INV);
    data.fd -= 100;
    memcpy(handle, &data, sizeof data);
    handle[sizeof data + 1] ^= 1; /* the name */
    ck_assert_int_eq(umfMemoryProviderPutIPCHandle(provider, handle), INV);
    ck_ok(umfMemoryProviderFree(provider, block, SIZE));
    ck_ok(umfMemoryProviderDestroy(other));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

static void expect_open(umf_memory_provider_handle_t provider, const struct os_ipc_data *data,
                        umf_result_t expected) {
    void *untouched = handle, *opened = untouched;
    char forged[sizeof handle];
    memcpy(forged, handle, sizeof forged);
    memcpy(forged, data, sizeof *data);
    int descriptors = open_descriptors();
    ck_assert_int_eq(umfMemoryProviderOpenIPCHandle(provider, forged, &opened), expected);
    ck_assert_ptr_eq(opened, untouched);
    ck_assert_int_eq(open_descriptors(), descriptors);
}

START_TEST(a_forged_handle_is_refused_as_far_as_it_shows) {
    umf_memory_provider_handle_t provider = shared_made(NULL);
    void *block = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, &block));
    handle_get(provider, block, SIZE);
    struct os_ipc_data good, bad;
    memcpy(&good, handle, sizeof good);
    bad = good, bad.fd = 1000;
    expect_open(provider, &bad, INV); /* EBADF */
    /* valgrind does not know pidfd_open: ENOSYS is NOT_SUPPORTED */
    long pidfd = syscall(SYS_pidfd_open, getpid(), 0);
    umf_result_t no_process = pidfd >= 0 ? INV : NSUP;
    close((int)pidfd);
    bad = good, bad.pid = 0x3fffffff;
    expect_open(provider, &bad, no_process); /* ESRCH or EINVAL */
    bad = good, bad.pid = -1;
    expect_open(provider, &bad, no_process); /* EINVAL */
    bad = good, bad.visibility = UMF_MEM_MAP_PRIVATE;
    expect_open(provider, &bad, INV);
    bad = good, bad.protection = 0x100;
    expect_open(provider, &bad, INV);
    bad = good, bad.size = 0;
    expect_open(provider, &bad, INV);
    bad = good, bad.size = UINT64_MAX;
    expect_open(provider, &bad, INV);
    bad = good, bad.size = 1 << 30; /* behind the end of the file */
    expect_open(provider, &bad, INV);
    bad = good, bad.offset = UINT64_MAX - 4095;
    expect_open(provider, &bad, INV);
    bad = good, bad.name_length = 1 << 20;
    expect_open(provider, &bad, INV);
    bad = good, bad.offset = 1, bad.size = 1;
    expect_open(provider, &bad, SPECIFIC);
    ck_assert_int_eq(os_native_code(provider), UMF_OS_RESULT_ERROR_ALLOC_FAILED);
    ck_assert_int_eq(umfMemoryProviderCloseIPCHandle(provider, (char *)block + 1, 4096), SPECIFIC);
    ck_assert_int_eq(os_native_code(provider), UMF_OS_RESULT_ERROR_FREE_FAILED);
    ck_ok(umfMemoryProviderFree(provider, block, SIZE));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

static void exchange_with_consumer(const char *shm_name) {
    umf_memory_provider_handle_t provider = shared_made(shm_name);
    struct consumer consumer = consumer_start(true);
    unsigned char *blocks[3];
    size_t bytes = 0;
    ck_ok(umfMemoryProviderGetIPCHandleSize(provider, &bytes));
    for (size_t i = 0; i < 3; i++) {
        ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, (void **)&blocks[i]));
        memset(blocks[i], (int)i + 1, SIZE);
    }
    for (size_t i = 0; i < 6; i++) {
        handle_get(provider, blocks[i % 3], SIZE);
        ck_assert_int_eq(consumer_ask(&consumer, bytes, (unsigned char)(i + 1), (unsigned char)(i + 4)),
                         UMF_RESULT_SUCCESS);
        ck_assert(is_filled(blocks[i % 3], SIZE, (unsigned char)(i + 4)));
    }
    consumer_end(&consumer);
    for (size_t i = 0; i < 3; i++) {
        ck_assert(is_filled(blocks[i], SIZE, (unsigned char)(i + 7)));
        ck_ok(umfMemoryProviderFree(provider, blocks[i], SIZE));
    }
    ck_ok(umfMemoryProviderDestroy(provider));
}

START_TEST(another_process_maps_anonymous_memory) { exchange_with_consumer(NULL); }
END_TEST

START_TEST(another_process_maps_named_memory) { exchange_with_consumer(os_object("ipc") + 1); }
END_TEST

START_TEST(a_second_process_cannot_open_by_name) {
    const char *object = os_object("second");
    umf_memory_provider_handle_t provider = shared_made(object + 1);
    struct consumer first = consumer_start(true), second = consumer_start(false);
    void *block = NULL;
    size_t bytes = 0;
    ck_ok(umfMemoryProviderGetIPCHandleSize(provider, &bytes));
    ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, &block));
    memset(block, 1, SIZE);
    handle_get(provider, block, SIZE);
    ck_assert_int_eq(consumer_ask(&first, bytes, 1, 2), UMF_RESULT_SUCCESS);
    ck_assert_int_lt(shm_open(object, O_RDWR, 0), 0); /* the first took the name */
    ck_assert_int_eq(consumer_ask(&second, bytes, 2, 3), (int32_t)UNK);
    consumer_end(&first);
    consumer_end(&second);
    ck_ok(umfMemoryProviderFree(provider, block, SIZE));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(create_replaces_a_leftover_and_destroy_removes_the_name) {
    const char *object = os_object("leftover");
    int stale = shm_open(object, O_RDWR | O_CREAT, 0600);
    ck_assert_int_ge(stale, 0);
    umf_memory_provider_handle_t provider = shared_made(object + 1);
    struct stat old, now;
    int fd = shm_open(object, O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(stale, &old), 0);
    ck_assert_int_eq(fstat(fd, &now), 0);
    ck_assert_uint_ne(old.st_ino, now.st_ino);
    ck_assert_int_eq(now.st_mode & 0777, 0600);
    close(fd);
    close(stale);
    ck_ok(umfMemoryProviderDestroy(provider));
    ck_assert_int_lt(shm_open(object, O_RDWR, 0), 0);
}
END_TEST

START_TEST(destroy_leaves_a_strangers_object_of_that_name) {
    const char *object = os_object("stranger");
    umf_memory_provider_handle_t provider = shared_made(object + 1);
    ck_assert_int_eq(shm_unlink(object), 0);
    int fd = shm_open(object, O_RDWR | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(fd, 0);
    ck_ok(umfMemoryProviderDestroy(provider));
    ck_assert_int_eq(shm_unlink(object), 0);
    close(fd);
}
END_TEST

START_TEST(descriptors_are_closed_with_the_provider) {
    umf_memory_provider_handle_t provider = shared_made(NULL);
    ck_ok(umfMemoryProviderDestroy(provider)); /* the module is open now */
    int descriptors = open_descriptors();
    for (int round = 0; round < 3; round++) {
        void *block = NULL, *opened = NULL;
        provider = shared_made(round == 1 ? os_object("closed") + 1 : NULL);
        ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, &block));
        handle_get(provider, block, SIZE);
        for (int i = 0; i < 5; i++) {
            ck_ok(umfMemoryProviderOpenIPCHandle(provider, handle, &opened));
            ck_ok(umfMemoryProviderCloseIPCHandle(provider, opened, SIZE));
        }
        /* destroyed with an allocation, which stays mapped */
        ck_ok(umfMemoryProviderDestroy(provider));
        memset(block, 1, SIZE);
        ck_assert_int_eq(munmap(block, SIZE), 0);
        ck_assert_int_eq(open_descriptors(), descriptors);
    }
}
END_TEST

/* The producer's second object gets the descriptor number of its first. */
START_TEST(a_handle_never_opens_the_object_that_was_there_before) {
    char object[64];
    strcpy(object, os_object("anew"));
    umf_memory_provider_handle_t first = shared_made(os_object("anew-b") + 1);
    umf_memory_provider_handle_t second = shared_made(os_object("anew-c") + 1);
    umf_memory_provider_handle_t producer = shared_made(object + 1);
    void *block = NULL;
    char *opened = NULL;
    ck_ok(umfMemoryProviderAlloc(producer, SIZE, 0, &block));
    int number = os_handle_of(producer, block, SIZE).fd;
    handle_get(producer, block, SIZE);
    ck_ok(umfMemoryProviderOpenIPCHandle(first, handle, (void **)&opened));
    ck_ok(umfMemoryProviderCloseIPCHandle(first, opened, SIZE));
    ck_ok(umfMemoryProviderOpenIPCHandle(first, handle, (void **)&opened)); /* kept */
    ck_ok(umfMemoryProviderCloseIPCHandle(first, opened, SIZE));
    ck_ok(umfMemoryProviderFree(producer, block, SIZE));
    ck_ok(umfMemoryProviderDestroy(producer));
    ck_assert_int_eq(umfMemoryProviderOpenIPCHandle(first, handle, (void **)&opened), UNK);

    producer = shared_made(object + 1);
    ck_ok(umfMemoryProviderAlloc(producer, SIZE, 0, &block));
    ck_assert_int_eq(os_handle_of(producer, block, SIZE).fd, number);
    handle_get(producer, block, SIZE);
    ck_ok(umfMemoryProviderOpenIPCHandle(second, handle, (void **)&opened)); /* takes the name */
    ck_ok(umfMemoryProviderCloseIPCHandle(second, opened, SIZE));
    ck_assert_int_eq(umfMemoryProviderOpenIPCHandle(first, handle, (void **)&opened), UNK);
    ck_ok(umfMemoryProviderFree(producer, block, SIZE));
    ck_ok(umfMemoryProviderDestroy(producer));
    ck_ok(umfMemoryProviderDestroy(second));
    ck_ok(umfMemoryProviderDestroy(first));
}
END_TEST

START_TEST(a_name_that_cannot_be_opened_leaves_nothing_behind) {
    umf_memory_provider_handle_t provider = shared_made(os_object("none") + 1);
    void *block = NULL, *opened = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, SIZE, 0, &block));
    handle_get(provider, block, SIZE);
    ck_assert_int_eq(shm_unlink(os_object("none")), 0);
    /* the thread's error message is made at its first */
    ck_assert_int_eq(umfMemoryProviderOpenIPCHandle(provider, handle, &opened), UNK);
    size_t before = umfi_meta_in_use();
    for (int i = 0; i < 100; i++) {
        struct os_ipc_data data;
        memcpy(&data, handle, sizeof data);
        data.pid++;
        memcpy(handle, &data, sizeof data);
        ck_assert_int_eq(umfMemoryProviderOpenIPCHandle(provider, handle, &opened), UNK);
    }
    ck_assert_uint_eq(umfi_meta_in_use(), before);
    ck_ok(umfMemoryProviderFree(provider, block, SIZE));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

struct cancelled {
    umf_memory_provider_handle_t provider, other;
    void *block;
    bool is_done;
};

/* Nothing of Check's in here: its calls are cancellation points too. */
static void *use_while_cancelled(void *arg) {
    struct cancelled *c = arg;
    void *block = NULL, *opened = NULL;
    int failures = pthread_cancel(pthread_self());
    failures += umfMemoryProviderFree(c->provider, c->block, SIZE) != UMF_RESULT_SUCCESS;
    failures += umfMemoryProviderAlloc(c->provider, SIZE, 0, &block) != UMF_RESULT_SUCCESS;
    failures += umfMemoryProviderGetIPCHandle(c->provider, block, SIZE, handle) != UMF_RESULT_SUCCESS;
    for (int i = 0; i < 2; i++) {
        failures += umfMemoryProviderOpenIPCHandle(c->provider, handle, &opened) != UMF_RESULT_SUCCESS;
        failures += umfMemoryProviderCloseIPCHandle(c->provider, opened, SIZE) != UMF_RESULT_SUCCESS;
    }
    failures += umfMemoryProviderFree(c->provider, block, SIZE) != UMF_RESULT_SUCCESS;
    failures += umfMemoryProviderDestroy(c->other) != UMF_RESULT_SUCCESS;
    /* it ends by itself: AddressSanitizer does not follow a cancelled stack */
    int state = PTHREAD_CANCEL_DISABLE;
    failures += pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    c->is_done = failures == 0 && state == PTHREAD_CANCEL_ENABLE;
    return c;
}

START_TEST(a_cancelled_thread_leaves_no_lock_and_no_descriptor) {
    for (int round = 0; round < 2; round++) {
        struct cancelled c = {.provider = shared_made(round ? os_object("cancel") + 1 : NULL)};
        int descriptors = open_descriptors();
        pthread_t id;
        void *end = NULL;
        c.other = shared_made(round ? os_object("cancel-b") + 1 : NULL);
        ck_ok(umfMemoryProviderAlloc(c.provider, SIZE, 0, &c.block));
        ck_assert_int_eq(pthread_create(&id, NULL, use_while_cancelled, &c), 0);
        ck_assert_int_eq(pthread_join(id, &end), 0);
        ck_assert_ptr_eq(end, &c); /* and not PTHREAD_CANCELED */
        ck_assert(c.is_done);
        ck_assert_int_eq(open_descriptors(), descriptors + round); /* one opened by name is kept */
        ck_ok(umfMemoryProviderAlloc(c.provider, SIZE, 0, &c.block)); /* no lock is held */
        ck_ok(umfMemoryProviderFree(c.provider, c.block, SIZE));
        ck_ok(umfMemoryProviderDestroy(c.provider));
    }
}
END_TEST

SUITE_MAIN("plugins/provider-os-ipc", a_handle_has_41_bytes_and_the_name,
           get_needs_the_start_of_an_allocation, put_takes_its_own_handles_only,
           a_forged_handle_is_refused_as_far_as_it_shows, another_process_maps_anonymous_memory,
           another_process_maps_named_memory, a_second_process_cannot_open_by_name,
           create_replaces_a_leftover_and_destroy_removes_the_name,
           destroy_leaves_a_strangers_object_of_that_name, descriptors_are_closed_with_the_provider,
           a_handle_never_opens_the_object_that_was_there_before,
           a_name_that_cannot_be_opened_leaves_nothing_behind,
           a_cancelled_thread_leaves_no_lock_and_no_descriptor)
