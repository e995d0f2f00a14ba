/*
 * thread.h - what the malloc replacement keeps for each thread.
 *
 * Law: while busy > 0 the thread is inside libumf, or between the fork handlers
 * of this library, and may be holding the pool's locks. libc's allocator then
 * serves its allocations, and a pool block that it frees waits in `deferred`,
 * linked through its own first word, until busy is 0 again.
 *
 * The TLS model is initial-exec because any other asks ld.so for memory at a
 * thread's first access, and ld.so asks malloc.
 */
#ifndef UMFI_PROXY_THREAD_H
#define UMFI_PROXY_THREAD_H

struct proxy_thread {
    unsigned busy;
    unsigned shard; /* of the counters, from 1; 0: none yet */
    void *deferred;
};

extern _Thread_local struct proxy_thread umfi_proxy_thread
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

#endif
