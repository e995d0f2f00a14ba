/*
 * cancelled.c - a program that exits while a cancellation of its thread is
 * pending: it must end with its status, and tell its statistics.
 */
#include <pthread.h>
#include <stdlib.h>

int main(void) {
    free(malloc(100));
    (void)pthread_cancel(pthread_self());
    exit(7);
}
