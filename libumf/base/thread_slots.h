/*
 * thread_slots.h - words of each thread that the core lends to pools.
 *
 * The core owns a few initial-exec words, at the same offset from every thread's
 * pointer. A pool that has one of them finds its own memory of the running thread
 * with one load. Plugins reach it through host->get_interface(UMFI_THREAD_SLOTS,
 * UMFI_THREAD_SLOTS_VERSION); a host without it has pools without thread caches.
 *
 * Law: a word shows what its thread has attached to a slot of that word, or
 * `vacant`: an address amid zeros that nobody may write, UMFI_VACANT_BELOW bytes of
 * them below it and UMFI_VACANT_BYTES from it on. So a reader needs no test for
 * "nothing here". The first slots have a word each; the others share one, and who
 * has such a slot must see by what the word shows whether it is theirs.
 */
#ifndef UMFI_BASE_THREAD_SLOTS_H
#define UMFI_BASE_THREAD_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UMFI_THREAD_SLOTS "umf.thread_slots"
#define UMFI_THREAD_SLOTS_VERSION 1
#define UMFI_VACANT_BELOW 64
#define UMFI_VACANT_BYTES 4096

struct umfi_slot_owner {
    /* The thread ends: called in it, with what it had attached, which is attached
     * no more. No lock of the core is held, and release waits for it. */
    void (*thread_ended)(struct umfi_slot_owner *owner, void *attached);
    /* True while a fork holds the owner's locks. An owner whose locks it does not hold
     * is being made or ended in another thread: the child forgets its slot. */
    bool is_held_for_fork;
};

struct umfi_thread_slots {
    uint32_t size; /* sizeof(struct umfi_thread_slots) of the host */
    const void *vacant;
    /* A slot for the owner: its number, or -1 when none is left. */
    int (*acquire)(struct umfi_slot_owner *owner);
    /* Nobody uses the slot any more: every thread's word becomes vacant and what was
     * attached is forgotten. */
    void (*release)(int slot);
    /* Of the slot's word from the thread pointer. */
    ptrdiff_t (*offset_of)(int slot);
    /* Of the calling thread: attaches `memory` and shows it in the word; false without
     * memory, or in a thread that has ended before. */
    bool (*attach)(int slot, void *memory);
    /* What the calling thread has attached, or NULL. */
    void *(*attached)(int slot);
    /* Of the slot's word: whether other slots have it too. */
    bool (*is_shared)(int slot);
    /* Shows it in the word, which showed another's or nothing. */
    void (*resume)(int slot);
    /* Makes the slot's words of the other threads vacant, so that their next operation
     * has to ask; with `caller_too` also the calling thread's. */
    void (*recall)(int slot, bool caller_too);
};

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__SEG_FS) || \
    !defined(__x86_64__) || !defined(__LP64__)
static inline void *umfi_thread_slot_read(ptrdiff_t offset) {
    char *thread = __builtin_thread_pointer();
    return atomic_load_explicit((void *_Atomic *)(void *)(thread + offset), memory_order_relaxed);
}
#else
/* The same in one instruction. */
static inline void *umfi_thread_slot_read(ptrdiff_t offset) {
    return *(void *const volatile __seg_fs *)(uintptr_t)offset;
}
#endif

#endif
