/*
 * preload.h - what makes a program run on libumf_proxy.so: environment variables.
 */
#ifndef UMF_TOOLS_PRELOAD_H
#define UMF_TOOLS_PRELOAD_H

#include <limits.h>
#include <stdbool.h>

struct preload {
    char libumf[PATH_MAX]; /* the libumf that this command runs on */
    char proxy[PATH_MAX];  /* the malloc replacement that belongs to it */
};

/* The replacement beside this command's libumf, or UMF_PROXY_LIBRARY. false:
 * complained already, unless `quiet`. */
bool umf_preload_find(struct preload *preload, bool quiet);

/* Sets LD_PRELOAD (in front of what it has) and UMF_PROXY (behind what it has)
 * in this process, for the program it is about to become. stack, stats_path:
 * NULL where not wanted. false: complained already. */
bool umf_preload_environment(const struct preload *preload, const char *stack,
                             const char *stats_path);

#endif
