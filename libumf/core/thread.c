/* thread.c - the core's memory of each thread (thread.h). */
#include "core/thread.h"

#include <pthread.h>

#include "core/meta.h"

#define INITIAL_EXEC __attribute__((tls_model("initial-exec")))

static _Thread_local struct umfi_thread *current INITIAL_EXEC;
static _Thread_local bool has_ended INITIAL_EXEC;
static _Thread_local umf_memory_provider_handle_t last_failed INITIAL_EXEC;

static pthread_key_t exit_key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static int has_key;

static void thread_ended(void *memory) {
    struct umfi_thread *thread = memory;
    has_ended = true;
    umfi_slot_record_ended(&thread->slots); /* calls plugins, which may log */
    current = NULL;
    umfi_meta_free(thread, sizeof *thread);
}

static void key_make(void) { has_key = pthread_key_create(&exit_key, thread_ended) == 0; }

struct umfi_thread *umfi_thread_get(void) {
    if (current) {
        return current;
    }
    pthread_once(&key_once, key_make);
    struct umfi_thread *memory = has_key ? umfi_meta_alloc(sizeof *memory) : NULL;
    current = memory; /* before setspecific, which may call malloc and come back here */
    if (memory && pthread_setspecific(exit_key, memory) != 0) {
        umfi_meta_free(memory, sizeof *memory);
        current = NULL;
    }
    return current;
}

struct umfi_thread *umfi_thread_peek(void) { return current; }

struct umfi_slot_record *umfi_thread_slot_record(void) {
    struct umfi_thread *thread = has_ended ? NULL : umfi_thread_get();
    return thread ? &thread->slots : NULL;
}

void umfi_thread_set_last_failed(umf_memory_provider_handle_t provider) { last_failed = provider; }
umf_memory_provider_handle_t umfi_thread_last_failed(void) { return last_failed; }
