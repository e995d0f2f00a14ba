/* thread-slots-test.c - what a child of fork knows of the slots that were lent. */
#include <sys/wait.h>
#include <umf.h>

#include "core/thread_slots.h"
#include "suite.h"

static unsigned ended;
static void thread_ended(struct umfi_slot_owner *owner, void *attached) {
    (void)owner, (void)attached;
    ended++;
}

static void *word_of(int slot) {
    return umfi_thread_slot_read(umfi_thread_slots.offset_of(slot));
}

START_TEST(a_child_forgets_the_slot_of_an_owner_whose_locks_nobody_holds) {
    static struct umfi_slot_owner unheld = {.thread_ended = thread_ended};
    static struct umfi_slot_owner held = {.thread_ended = thread_ended, .is_held_for_fork = true};
    static char memory[2][64];
    ck_ok(umfInit()); /* and with it the fork handlers */
    int slots[2] = {umfi_thread_slots.acquire(&unheld), umfi_thread_slots.acquire(&held)};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_ge(slots[i], 0);
        ck_assert(umfi_thread_slots.attach(slots[i], memory[i]));
        ck_assert_ptr_eq(word_of(slots[i]), memory[i]);
    }
    pid_t child = fork();
    if (child == 0) {
        bool is_good = !umfi_thread_slots.attached(slots[0]) &&
                       word_of(slots[0]) == umfi_thread_slots.vacant &&
                       umfi_thread_slots.attached(slots[1]) == memory[1] &&
                       word_of(slots[1]) == memory[1] &&
                       umfi_thread_slots.acquire(&unheld) == slots[0];
        _exit(is_good ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_eq(umfi_thread_slots.attached(slots[i]), memory[i]);
        umfi_thread_slots.release(slots[i]);
        ck_assert_ptr_eq(word_of(slots[i]), umfi_thread_slots.vacant);
    }
    ck_assert_uint_eq(ended, 0);
}
END_TEST

SUITE_MAIN("core/thread-slots", a_child_forgets_the_slot_of_an_owner_whose_locks_nobody_holds)
