/*
 * lifetime.h - init and teardown, and what happens around fork.
 *
 * The load itself counts as the first umfInit, by static initialisation: loading
 * opens no file and runs no code. After the last umfTearDown the library is down
 * until the next umfInit. After umfPluginHold it is never down again.
 */
#ifndef UMFI_CORE_LIFETIME_H
#define UMFI_CORE_LIFETIME_H

#include <stdbool.h>
#include <stdint.h>

bool umfi_is_up(void);

/* Registers the fork handlers, once; called before the first object is made and
 * before the first look-up. A fork that is already under way in another thread
 * at that moment goes without them. */
void umfi_lifetime_begin(void);

/* Rises by one in every child of fork. */
uint64_t umfi_fork_generation(void);

/* The plugin layer's part of fork, before every lock of the core. Set at any time, by
 * any thread. */
struct umfi_fork_hooks {
    void (*prefork)(void);
    void (*parent)(void);
    void (*child)(void);
};
void umfi_fork_set_outer(const struct umfi_fork_hooks *hooks);

#endif
