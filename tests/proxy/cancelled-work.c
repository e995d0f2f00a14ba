/*
 * cancelled-work.c - a thread allocates and frees while its cancellation is
 * pending: malloc and free are no cancellation points, so it must get to the end
 * of its work and leave no lock of the heap taken.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 50 };
static int has_finished;

static void *work(void *arg) {
    (void)pthread_cancel(pthread_self());
    for (size_t i = 0; i < BLOCKS; i++) {
        void *block = malloc(100 + i * 100000);
        if (block != NULL) {
            memset(block, 1, 100);
        }
        free(block);
    }
    has_finished = 1;
    pthread_testcancel();
    return arg;
}

int main(void) {
    pthread_t thread;
    void *result = NULL;
    if (pthread_create(&thread, NULL, work, NULL) != 0 || pthread_join(thread, &result) != 0) {
        return 2;
    }
    free(malloc(5000000)); /* hangs where the thread left a lock taken */
    puts(!has_finished ? "cancelled in its work" : result != PTHREAD_CANCELED ? "not cancelled" : "finished");
    return 0;
}
