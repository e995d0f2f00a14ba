/*
 * handshake.h - from a module's entry to a component that the host can use.
 *
 * Magic and size are read before any other field, and no byte beyond a struct's
 * size is touched. An older plugin's struct is copied as far as it goes and the
 * rest is zero, "not supported"; of a newer one's the tail is ignored.
 */
#ifndef UMFI_PLUGIN_HANDSHAKE_H
#define UMFI_PLUGIN_HANDSHAKE_H

#include <umf/plugin_sdk.h>

#include "core/component.h"
#include "plugin/refusal.h"

/* What the manifest says, and the host that asks. */
struct umfi_handshake {
    const umf_plugin_host_t *host;
    umf_plugin_kind_t kind;
    const char *name;
    unsigned abi_minor; /* a difference to the module's is worth an info line */
};

/* The host's copies, with whole ops of the host's size behind desc.ops. */
struct umfi_offer {
    struct umfi_component component;
    union {
        umf_memory_pool_ops_t pool;
        umf_memory_provider_ops_t provider;
    } ops;
};

/* Asks a module for its descriptor. Refuses with E_INIT or E_CORRUPT. */
bool umfi_handshake_ask(const umf_plugin_host_t *host, umf_plugin_query_fn query,
                        const umf_plugin_desc_t **desc, struct umfi_refusal *refusal);
/* The whole of a descriptor that comes without a manifest: besides what taking a
 * component looks at, every component's name, and that none is there twice. Kinds that
 * this host does not know are passed over, unless all are. Refuses with E_CORRUPT or E_ABI. */
bool umfi_handshake_check(const umf_plugin_host_t *host, const umf_plugin_desc_t *desc,
                          struct umfi_refusal *refusal);
/* Takes the component that the manifest speaks of. Refuses with E_CORRUPT, E_ABI
 * or E_MISMATCH; `offer` is then of no use. The offer must not move afterwards. */
bool umfi_handshake_take(const struct umfi_handshake *handshake, const umf_plugin_desc_t *desc,
                         struct umfi_offer *offer, struct umfi_refusal *refusal);
/* Asks, then takes. */
bool umfi_handshake_run(const struct umfi_handshake *handshake, umf_plugin_query_fn query,
                        struct umfi_offer *offer, struct umfi_refusal *refusal);

#endif
