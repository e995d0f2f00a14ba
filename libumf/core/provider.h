/*
 * provider.h - what a memory provider handle points at.
 *
 * Law: `ops` is &own (a whole table, every absent function replaced by one that
 * refuses) while the provider lives, and the table of refusals after the last
 * umfTearDown; so no call tests a function for NULL. `identity` is the handle
 * the user made: the provider itself, or what a pool's stand-in stands for.
 */
#ifndef UMFI_CORE_PROVIDER_H
#define UMFI_CORE_PROVIDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <umf/memory_provider.h>
#include <umf/plugin_sdk.h>

#include "core/objects.h"

struct umfi_tracking;

struct umf_memory_provider_t {
    const umf_plugin_host_t *host; /* first: umf_plugin_host_of */
    const umf_memory_provider_ops_t *_Atomic ops;
    void *priv;
    umf_memory_provider_handle_t identity;
    struct umfi_tracking *tracking; /* set in a stand-in only */
    struct umfi_object object;
    umf_memory_provider_ops_t own;
};

static inline const umf_memory_provider_ops_t *
umfi_provider_ops(const struct umf_memory_provider_t *provider) {
    return atomic_load_explicit(&provider->ops, memory_order_relaxed);
}

/* Notes a failed function for umfGetLastFailedMemoryProvider; passes `result` on. */
umf_result_t umfi_provider_report(struct umf_memory_provider_t *provider, umf_result_t result);

/* provider_ops.c: checks a user's table in the contract's order and makes it
 * whole. */
umf_result_t umfi_provider_ops_adopt(const umf_memory_provider_ops_t *ops,
                                     umf_memory_provider_ops_t *whole);
extern const umf_memory_provider_ops_t umfi_provider_refusals;
/* Whether the user's table has split and merge, which come together. */
bool umfi_provider_can_reshape(const struct umf_memory_provider_t *provider);

/* Calls an ext_ctl with no arguments behind it. */
typedef umf_result_t (*umfi_ctl_fn)(void *, umf_ctl_query_source_t, const char *, void *, size_t,
                                    umf_ctl_query_type_t, va_list);
umf_result_t umfi_post_initialize(umfi_ctl_fn ctl, void *priv);

#endif
