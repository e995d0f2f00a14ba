/* thread_slots.c - words of each thread for pools (thread_slots.h, of base and here). */
#include "core/thread_slots.h"

#include <pthread.h>
#include <string.h>

#include "base/mutex.h"
#include "core/meta.h"
#include "core/thread.h"

/* const: a pool that writes where nothing is attached is stopped at once. */
static const _Alignas(64) char zeros[UMFI_VACANT_BELOW + UMFI_VACANT_BYTES];
#define VACANT ((void *)(uintptr_t)(zeros + UMFI_VACANT_BELOW))
#define FOUR_VACANT VACANT, VACANT, VACANT, VACANT

static _Thread_local void *_Atomic words[UMFI_SLOT_WORDS]
    __attribute__((tls_model("initial-exec"))) = {FOUR_VACANT, FOUR_VACANT, FOUR_VACANT,
                                                  FOUR_VACANT};

static struct umfi_mutex lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_SLOTS);
static pthread_cond_t has_ended = PTHREAD_COND_INITIALIZER;
static struct umfi_list threads = UMFI_LIST_INITIALIZER(threads);
static struct umfi_slot_owner *owners[UMFI_SLOT_MOST]; /* NULL: the slot is free */
static unsigned ending[UMFI_SLOT_MOST];                /* threads within thread_ended */

static struct umfi_slot_record *record_of(struct umfi_list *node) {
    return UMFI_CONTAINER_OF(node, struct umfi_slot_record, node);
}

static void word_set(void *_Atomic *word, void *value) {
    atomic_store_explicit(word, value, memory_order_relaxed);
}

static bool slot_is_shared(int slot) { return slot >= UMFI_SLOT_WORDS - 1; }

static int word_of(int slot) { return slot_is_shared(slot) ? UMFI_SLOT_WORDS - 1 : slot; }

/* ---- slots ---- */

static int slot_acquire(struct umfi_slot_owner *owner) {
    int slot = 0;
    umfi_mutex_lock(&lock);
    while (slot < UMFI_SLOT_MOST && owners[slot]) {
        slot++;
    }
    if (slot < UMFI_SLOT_MOST) {
        owners[slot] = owner;
    }
    umfi_mutex_unlock(&lock);
    return slot < UMFI_SLOT_MOST ? slot : -1;
}

static void forget_locked(int slot) {
    for (struct umfi_list *node = threads.next; node != &threads; node = node->next) {
        struct umfi_slot_record *record = record_of(node);
        if (slot < record->slot_count) {
            record->attached[slot] = NULL;
        }
        word_set(&record->words[word_of(slot)], VACANT);
    }
    owners[slot] = NULL;
}

static void slot_release(int slot) {
    umfi_mutex_lock(&lock);
    while (ending[slot] > 0) {
        (void)pthread_cond_wait(&has_ended, &lock.os);
    }
    forget_locked(slot);
    umfi_mutex_unlock(&lock);
}

void umfi_thread_slots_forget(void) {
    umfi_mutex_lock(&lock);
    for (int slot = 0; slot < UMFI_SLOT_MOST; slot++) {
        forget_locked(slot);
    }
    umfi_mutex_unlock(&lock);
}

static ptrdiff_t slot_offset_of(int slot) {
    return (char *)&words[word_of(slot)] - (char *)__builtin_thread_pointer();
}

static void slot_recall(int slot, bool caller_too) {
    umfi_mutex_lock(&lock);
    for (struct umfi_list *node = threads.next; node != &threads; node = node->next) {
        struct umfi_slot_record *record = record_of(node);
        if (caller_too || record->words != words) {
            word_set(&record->words[word_of(slot)], VACANT);
        }
    }
    umfi_mutex_unlock(&lock);
}

/* ---- the calling thread ---- */

static size_t bytes_for(int slot_count) { return (size_t)slot_count * sizeof(void *); }

/* Room for `slot` in the calling thread's record; false without memory. */
static bool has_room(struct umfi_slot_record *record, int slot) {
    int slot_count = record->slot_count > 0 ? record->slot_count : UMFI_SLOT_WORDS;
    while (slot_count <= slot) {
        slot_count *= 2;
    }
    if (slot_count == record->slot_count) {
        return true;
    }
    void **grown = umfi_meta_alloc(bytes_for(slot_count)), **before = record->attached;
    if (!grown) {
        return false;
    }
    umfi_mutex_lock(&lock);
    if (before) {
        memcpy(grown, before, bytes_for(record->slot_count));
    }
    int count_before = record->slot_count;
    record->attached = grown;
    record->slot_count = slot_count;
    umfi_mutex_unlock(&lock);
    umfi_meta_free(before, bytes_for(count_before));
    return true;
}

static bool thread_attach(int slot, void *memory) {
    struct umfi_slot_record *record = umfi_thread_slot_record();
    if (!record || !has_room(record, slot)) {
        return false;
    }
    umfi_mutex_lock(&lock);
    if (!record->is_enlisted) {
        record->is_enlisted = true;
        record->words = words;
        umfi_list_push(&threads, &record->node);
    }
    record->attached[slot] = memory;
    word_set(&words[word_of(slot)], memory);
    umfi_mutex_unlock(&lock);
    return true;
}

static void *thread_attached(int slot) {
    struct umfi_thread *thread = umfi_thread_peek();
    return thread && slot < thread->slots.slot_count ? thread->slots.attached[slot] : NULL;
}

static void thread_resume(int slot) { word_set(&words[word_of(slot)], thread_attached(slot)); }

/* Lets go of the lock meanwhile. */
static void end_locked(struct umfi_slot_record *record, int slot) UMFI_UNCHECKED_LOCKS {
    void *memory = record->attached[slot];
    struct umfi_slot_owner *owner = owners[slot];
    record->attached[slot] = NULL;
    word_set(&record->words[word_of(slot)], VACANT);
    ending[slot]++;
    umfi_mutex_unlock(&lock);
    owner->thread_ended(owner, memory);
    umfi_mutex_lock(&lock);
    ending[slot]--;
    (void)pthread_cond_broadcast(&has_ended);
}

void umfi_slot_record_ended(struct umfi_slot_record *record) {
    if (record->is_enlisted) {
        umfi_mutex_lock(&lock);
        for (int slot = 0; slot < record->slot_count; slot++) {
            if (record->attached[slot]) {
                end_locked(record, slot);
            }
        }
        umfi_list_remove(&record->node);
        umfi_mutex_unlock(&lock);
    }
    umfi_meta_free(record->attached, bytes_for(record->slot_count));
}

const struct umfi_thread_slots umfi_thread_slots = {
    .size = sizeof umfi_thread_slots,
    .vacant = zeros + UMFI_VACANT_BELOW,
    .acquire = slot_acquire,
    .release = slot_release,
    .offset_of = slot_offset_of,
    .attach = thread_attach,
    .attached = thread_attached,
    .is_shared = slot_is_shared,
    .resume = thread_resume,
    .recall = slot_recall,
};

/* ---- fork ---- */

void umfi_thread_slots_prefork(void) { umfi_mutex_lock_for_fork(&lock); }
void umfi_thread_slots_parent(void) { umfi_mutex_unlock_in_parent(&lock); }

void umfi_thread_slots_child(void) {
    struct umfi_list *next;
    for (struct umfi_list *node = threads.next; node != &threads; node = next) {
        next = node->next;
        if (record_of(node)->words != words) {
            umfi_list_remove(node); /* its thread is not here; the record is left as it is */
        }
    }
    for (int slot = 0; slot < UMFI_SLOT_MOST; slot++) {
        ending[slot] = 0;
        if (owners[slot] && !owners[slot]->is_held_for_fork) {
            forget_locked(slot); /* its locks may be held by a thread that is not here */
        }
    }
    (void)pthread_cond_init(&has_ended, NULL);
    umfi_mutex_reset_in_child(&lock);
}
