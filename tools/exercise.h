/*
 * exercise.h - makes a pool over a provider and puts it to work.
 */
#ifndef UMF_TOOLS_EXERCISE_H
#define UMF_TOOLS_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>

struct exercise {
    const char *pool, *provider; /* names */

    bool is_ended;      /* false: it crashed or hung, and problem says so */
    bool is_adaptor;    /* the provider stands on another: there is nothing to do */
    bool is_ready;      /* false: what they need is not on this machine */
    bool has_passed;
    size_t blocks;      /* allocated, filled, verified and freed */
    size_t bytes;       /* in them */
    double nanoseconds; /* per malloc or free of 64 bytes */
    char problem[256];  /* where it is not ready or has not passed */
};

/* In a child process (child.h), so that it may crash or hang. */
void umf_exercise(struct exercise *exercise, unsigned limit_seconds);

#endif
