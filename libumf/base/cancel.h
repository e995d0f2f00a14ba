/*
 * cancel.h - keeps pthread_cancel out of a stretch of code.
 *
 * fallocate, open, close and write are cancellation points. A thread that ends
 * in one of them leaves its locks held for ever, and books half written. Who
 * reaches one with a lock, or with books in between two states, goes
 *     int cancel = umfi_cancel_off();
 *     ...
 *     umfi_cancel_restore(cancel);
 * A request that came meanwhile waits for the next point after that. Pairs nest.
 */
#ifndef UMFI_BASE_CANCEL_H
#define UMFI_BASE_CANCEL_H

#include <pthread.h>

/* The state that was, for umfi_cancel_restore. */
static inline int umfi_cancel_off(void) {
    int before = PTHREAD_CANCEL_ENABLE;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

static inline void umfi_cancel_restore(int before) {
    int off;
    (void)pthread_setcancelstate(before, &off);
}

#endif
