/*
 * thread.h - what the core remembers for each thread.
 *
 * Three initial-exec words (with the plugin layer's and the slots of pools, some
 * 170 bytes of static TLS in all, which glibc grants even to a dlopened library):
 * the last failed provider, whether the thread has ended once, and a pointer to the
 * rest, made from the metadata arena at the first need and freed when the thread
 * ends.
 */
#ifndef UMFI_CORE_THREAD_H
#define UMFI_CORE_THREAD_H

#include <umf/memory_provider_ops.h>
#include <umf/memory_provider.h>

#include "core/thread_slots.h"

#define UMFI_ERROR_TEXT_BYTES 2048

struct umfi_thread {
    char error_text[UMFI_ERROR_TEXT_BYTES];
    struct umfi_slot_record slots;
};

/* NULL without memory. */
struct umfi_thread *umfi_thread_get(void);
/* NULL where this thread has none yet. */
struct umfi_thread *umfi_thread_peek(void);
/* NULL without memory, and from the thread's first end on: destructors that run later
 * may bring a struct umfi_thread back, and nobody would see the last of them end. */
struct umfi_slot_record *umfi_thread_slot_record(void);

void umfi_thread_set_last_failed(umf_memory_provider_handle_t provider);
umf_memory_provider_handle_t umfi_thread_last_failed(void);

#endif
