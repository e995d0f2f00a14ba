/*
 * thread_slots.h - the core's side of base/thread_slots.h: who owns which word,
 * and which threads have something in one.
 *
 * Slots 0 .. UMFI_SLOT_WORDS - 2 have a word each, the others share the last one.
 * Law: a thread with anything attached is in the list, and its record is alive;
 *      attached[s] != NULL only while slot s has an owner, and s < slot_count;
 *      words[w] is attached[s] of a slot s of that word, or vacant.
 * Locked by: one mutex, rank UMFI_RANK_SLOTS, a leaf. A thread's own record is read
 * by it without the lock: the owner of a slot is used and ended by the rules of
 * pools, so that no call of it runs beside its release.
 */
#ifndef UMFI_CORE_THREAD_SLOTS_H
#define UMFI_CORE_THREAD_SLOTS_H

#include "base/list.h"
#include "base/thread_slots.h"

#define UMFI_SLOT_WORDS 16
#define UMFI_SLOT_MOST 1024 /* pools with caches at a time */

/* Part of what the core remembers for a thread (thread.h). */
struct umfi_slot_record {
    struct umfi_list node; /* in the list of threads once it is enlisted */
    bool is_enlisted;
    void *_Atomic *words; /* the thread's own, UMFI_SLOT_WORDS */
    void **attached;      /* grown by the thread itself, with the lock held */
    int slot_count;       /* a power of two times UMFI_SLOT_WORDS, or 0 */
};

extern const struct umfi_thread_slots umfi_thread_slots;

/* The thread ends, and its record with it. */
void umfi_slot_record_ended(struct umfi_slot_record *record);
/* The last teardown: what pools of a former life have is forgotten. */
void umfi_thread_slots_forget(void);

void umfi_thread_slots_prefork(void);
void umfi_thread_slots_parent(void);
/* Only the calling thread is left. Before the owners' own hooks of the child. */
void umfi_thread_slots_child(void);

#endif
