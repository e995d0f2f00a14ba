/*
 * claim.h - who may start what, and what a fork waits for.
 *
 * Law: whoever made a load STARTING is alone with it until it settles it; others
 * wait for that only, never around dlopen. One module is one set of loads, by
 * whatever path it was opened: of two loads with one entry, kind and name the
 * second shares what the first came to.
 *
 * A fork waits until nothing is STARTING and nothing of ours is being opened. Two
 * waits have an end, because what is waited for may wait for this fork: for opens
 * (a constructor that forks holds ld.so's lock), and for starts where the forking
 * thread is in a constructor itself. Starts that fork do not wait for each other.
 * What another thread was starting all the same is FAILED in the child.
 *
 * Locked by the registry's lock.
 */
#ifndef UMFI_PLUGIN_CLAIM_H
#define UMFI_PLUGIN_CLAIM_H

#include "plugin/load.h"

/* Waits while another thread has the load STARTING. Answers STARTING when it is
 * now the caller's to start, else READY or FAILED, the latter with its reason.
 * `query`: the module's entry; NULL where it could not be opened, or has none. */
enum umfi_plugin_phase umfi_claim_take(struct umfi_load *load, umf_plugin_query_fn query,
                                       struct umfi_refusal *reason);
/* Ends the caller's claim: READY, FAILED with the reason, or NEW, as if nothing
 * had been tried. */
void umfi_claim_settle(struct umfi_load *load, enum umfi_plugin_phase phase,
                       const struct umfi_refusal *refusal);
/* Why a load failed; false where it has not, or no longer. */
bool umfi_claim_failure(struct umfi_load *load, struct umfi_refusal *reason);

/* Around a dlopen, so that a fork in another thread waits for its end. */
void umfi_claim_open_begin(void);
void umfi_claim_open_end(void);
/* Around a query that is asked for no load. */
void umfi_claim_ask_begin(void);
void umfi_claim_ask_end(void);

/* Whether the calling thread is in a plugin's query or start. */
bool umfi_claim_is_held(void);

#endif
