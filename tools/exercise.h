/*
 * exercise.h - makes a pool over a provider and puts it to work.
 */
#ifndef UMF_TOOLS_EXERCISE_H
#define UMF_TOOLS_EXERCISE_H

#include <stdbool.h>
#include <stddef.h>

struct exercise {
    const char *pool, *provider; /* names */

    bool is_ready;      /* false: what they need is not on this machine */
    bool has_passed;
    size_t blocks;      /* allocated, filled, verified and freed */
    size_t bytes;       /* in them */
    double nanoseconds; /* per malloc or free of 64 bytes */
    char problem[256];  /* where it is not ready or has not passed */
};

void umf_exercise(struct exercise *exercise);

#endif
