/*
 * trust.h - whether a manifest or a module may be used by this process: who owns
 * it, and who else may write to it or put another in its place.
 *
 * Pure of state: the process's rights are given, so that a test can be anybody.
 *
 * Law, by who asks:
 *   secure execution (AT_SECURE): the file, each link on the way to it and each
 *     directory that the way leads through, from the root on, belong to root and
 *     are writable by nobody else; a sticky bit does not help. Refused; a warning
 *     in the application tier, whose file the program itself named.
 *   uid 0 otherwise: the file and its own directory belong to root or to the
 *     effective user and are not writable by others; a sticky directory that is
 *     root's is safe. The same goes for each link in the file's place and for the
 *     directory that holds it. Refused, but in the application and environment
 *     tiers, which the caller named: there it is a warning.
 *   everybody else: as uid 0, a warning in every tier.
 * The null device, which a mask leads to, is good wherever the way to it is.
 */
#ifndef UMFI_PLUGIN_TRUST_H
#define UMFI_PLUGIN_TRUST_H

#include <stdbool.h>
#include <sys/types.h>

#include "plugin/refusal.h"
#include "plugin/search.h"

struct umfi_trust {
    bool is_secure; /* AT_SECURE */
    uid_t user;     /* effective */
};
/* This process's. */
void umfi_trust_defaults(struct umfi_trust *trust);

enum umfi_trust_verdict { UMFI_TRUST_GOOD, UMFI_TRUST_WARN, UMFI_TRUST_REFUSE };

/* `path` is absolute. Any verdict but GOOD fills in the refusal, E_INSECURE, which
 * names the file, link or directory that is at fault and its owner or mode. A path
 * that is not there is GOOD where its directories are: whoever opens it says so.
 * What cannot be followed to its end is refused in secure execution; otherwise it
 * is at fault only if the kernel can. In secure execution a path that was GOOD
 * stays so until root changes it, hence it may be judged before it is opened. */
enum umfi_trust_verdict umfi_trust_judge(const struct umfi_trust *trust, enum umfi_tier tier,
                                         const char *path, struct umfi_refusal *refusal);

#endif
