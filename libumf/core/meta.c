/* meta.c - the one metadata arena and its fault injection (meta.h). */
#include "core/meta.h"

#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"

static struct umfi_arena arena = {.lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_META)};

/* Counts down to 1, where the failure happens; 0 is off. */
static _Atomic long calls_to_failure;
static atomic_int failure_happened;

static int must_fail(void) {
    if (atomic_load_explicit(&calls_to_failure, memory_order_relaxed) <= 0) {
        return 0;
    }
    if (atomic_fetch_sub_explicit(&calls_to_failure, 1, memory_order_relaxed) != 1) {
        return 0;
    }
    atomic_store_explicit(&failure_happened, 1, memory_order_relaxed);
    return 1;
}

void *umfi_meta_alloc(size_t size) { return must_fail() ? NULL : umfi_arena_alloc(&arena, size); }

void umfi_meta_free(void *ptr, size_t size) { umfi_arena_free(&arena, ptr, size); }

char *umfi_meta_strdup(const char *text) {
    size_t bytes = strlen(text) + 1;
    char *copy = umfi_meta_alloc(bytes);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

void umfi_meta_free_string(char *text) {
    if (text) {
        umfi_meta_free(text, strlen(text) + 1);
    }
}

size_t umfi_meta_in_use(void) { return umfi_arena_in_use(&arena); }

void umfi_meta_fail_nth(long n) {
    atomic_store_explicit(&failure_happened, 0, memory_order_relaxed);
    atomic_store_explicit(&calls_to_failure, n, memory_order_relaxed);
}

int umfi_meta_has_failed(void) { return atomic_load_explicit(&failure_happened, memory_order_relaxed); }

void umfi_meta_prefork(void) { umfi_mutex_lock_for_fork(&arena.lock); }
void umfi_meta_parent(void) { umfi_mutex_unlock_in_parent(&arena.lock); }
void umfi_meta_child(void) { umfi_mutex_reset_in_child(&arena.lock); }
