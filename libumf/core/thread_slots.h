/*
 * thread_slots.h - the core's side of base/thread_slots.h: who owns which word,
 * and which threads have something in one.
 *
 * Law: a thread with anything attached is in the list, and its record is alive;
 *      attached[s] != NULL only while slot s has an owner;
 *      word[s] is attached[s] or vacant.
 * Locked by: one mutex, rank UMFI_RANK_SLOTS, a leaf. A thread's own record is read
 * by it without the lock: the owner of a slot is used and ended by the rules of
 * pools, so that no call of it runs beside its release.
 */
#ifndef UMFI_CORE_THREAD_SLOTS_H
#define UMFI_CORE_THREAD_SLOTS_H

#include "base/list.h"
#include "base/thread_slots.h"

#define UMFI_SLOT_COUNT 16

/* Part of what the core remembers for a thread (thread.h). */
struct umfi_slot_record {
    struct umfi_list node; /* in the list of threads once it is enlisted */
    bool is_enlisted;
    void *_Atomic *words; /* the thread's own, UMFI_SLOT_COUNT */
    void *_Atomic attached[UMFI_SLOT_COUNT];
};

extern const struct umfi_thread_slots umfi_thread_slots;

/* The thread ends, and its record with it. */
void umfi_slot_record_ended(struct umfi_slot_record *record);
/* The last teardown: what pools of a former life have is forgotten. */
void umfi_thread_slots_forget(void);

void umfi_thread_slots_prefork(void);
void umfi_thread_slots_parent(void);
/* Only the calling thread is left. */
void umfi_thread_slots_child(void);

#endif
