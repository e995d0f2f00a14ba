/*
 * orphans.h - the children of this process, among them those that it was left by a
 * child of its own (PR_SET_CHILD_SUBREAPER).
 */
#ifndef UMF_TOOLS_ORPHANS_H
#define UMF_TOOLS_ORPHANS_H

/* Kills and reaps all children of this process, and theirs, until there is none.
 * One that may not be killed (it has become another user's) is let go. */
void umf_orphans_end(void);

#endif
