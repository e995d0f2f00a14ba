/*
 * target.h - the program to be run: where it is, and whether it can be preloaded.
 */
#ifndef UMF_TOOLS_TARGET_H
#define UMF_TOOLS_TARGET_H

#include <limits.h>

enum { TARGET_CANNOT_RUN = 126, TARGET_NOT_FOUND = 127 };

/* Finds `name` as execvp would and judges it. 0: path is written; else the exit
 * status to end with, complained already. */
int umf_target_find(const char *name, char path[PATH_MAX]);

#endif
