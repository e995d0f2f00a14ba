/* handshake.c - checks a descriptor, field by field, in order of trust (handshake.h). */
#include "plugin/handshake.h"

#include <string.h>

#include "base/text.h"
#include "core/log.h"
#include "plugin/debug.h"
#include "plugin/manifest.h"
#include "plugin/param_table.h"
#include "plugin/plugin.h"

#define COMPONENTS_MAX 256
/* What was there in ABI 0.1, the first. */
#define DESC_BYTES_MIN (offsetof(umf_plugin_desc_t, component_count) + sizeof(size_t))
#define COMPONENT_BYTES_MIN (offsetof(umf_plugin_component_t, takes_upstream) + sizeof(bool))

static bool is_corrupt(struct umfi_refusal *refusal, const char *field) {
    return umfi_refuse(refusal, UMFI_E_CORRUPT, "descriptor %s invalid", field);
}

/* min(size, capacity) bytes; the rest of the copy is zero. */
static void copy_known(void *copy, size_t capacity, const void *original, size_t size) {
    memset(copy, 0, capacity);
    memcpy(copy, original, size < capacity ? size : capacity);
}

static bool desc_check(const umf_plugin_host_t *host, const umf_plugin_desc_t *desc,
                       struct umfi_refusal *refusal) {
    if (desc->magic != UMF_PLUGIN_MAGIC) {
        return is_corrupt(refusal, "magic");
    }
    if (!umfi_is_struct_size(desc->size, DESC_BYTES_MIN)) {
        return is_corrupt(refusal, "size");
    }
    if (desc->abi_major != host->abi_major) {
        return umfi_refuse(refusal, UMFI_E_ABI, "plugin ABI %u.%u, host %u.%u", desc->abi_major,
                           desc->abi_minor, host->abi_major, host->abi_minor);
    }
    if (desc->host_minor_needed > host->abi_minor) {
        return umfi_refuse(refusal, UMFI_E_ABI, "plugin ABI %u.%u needs host %u.%u, host %u.%u",
                           desc->abi_major, desc->abi_minor, desc->abi_major,
                           desc->host_minor_needed, host->abi_major, host->abi_minor);
    }
    if (desc->flags != 0) {
        return is_corrupt(refusal, "flags");
    }
    if (!desc->components) {
        return is_corrupt(refusal, "components");
    }
    if (desc->component_count == 0 || desc->component_count > COMPONENTS_MAX) {
        return is_corrupt(refusal, "component_count");
    }
    return true;
}

static bool component_check(const umf_plugin_component_t *component,
                            struct umfi_refusal *refusal) {
    if (!component) {
        return is_corrupt(refusal, "component pointer");
    }
    if (!umfi_is_struct_size(component->size, COMPONENT_BYTES_MIN)) {
        return is_corrupt(refusal, "component size");
    }
    return component->name ? true : is_corrupt(refusal, "component name");
}

static const char *kind_word(umf_plugin_kind_t kind) {
    const char *word = umfi_plugin_kind_word(kind);
    return word ? word : "unknown";
}

static bool mismatch(const struct umfi_handshake *handshake, const umf_plugin_desc_t *desc,
                     struct umfi_refusal *refusal) {
    char offered[256];
    struct umfi_text text;
    umfi_text_init(&text, offered, sizeof offered);
    for (size_t i = 0; i < desc->component_count; i++) {
        const umf_plugin_component_t *component = desc->components[i];
        umfi_text_add(&text, "%s%s:%.64s", i > 0 ? ", " : "", kind_word(component->kind),
                      component->name);
    }
    return umfi_refuse(refusal, UMFI_E_MISMATCH, "manifest says %s:%s, module offers %s",
                       kind_word(handshake->kind), handshake->name, offered);
}

static bool component_find(const struct umfi_handshake *handshake, const umf_plugin_desc_t *desc,
                           const umf_plugin_component_t **found, struct umfi_refusal *refusal) {
    *found = NULL;
    for (size_t i = 0; i < desc->component_count; i++) {
        const umf_plugin_component_t *component = desc->components[i];
        if (!component_check(component, refusal)) {
            return false;
        }
        if (!*found && component->kind == handshake->kind &&
            strcmp(component->name, handshake->name) == 0) {
            *found = component;
        }
    }
    return *found ? true : mismatch(handshake, desc, refusal);
}

/* The functions that an ops struct must have stand together; `since` is the ops
 * version that brought the row. */
struct ops_row {
    const char *field;
    size_t offset;
    uint32_t since;
};
#define POOL_ROW(op) {"op " #op, offsetof(umf_memory_pool_ops_t, op), 0}
#define PROVIDER_ROW(op) {"op " #op, offsetof(umf_memory_provider_ops_t, op), 0}

static const struct ops_row pool_rows[] = {
    POOL_ROW(initialize),   POOL_ROW(finalize),           POOL_ROW(malloc),
    POOL_ROW(calloc),       POOL_ROW(realloc),            POOL_ROW(aligned_malloc),
    POOL_ROW(malloc_usable_size), POOL_ROW(free),         POOL_ROW(get_last_allocation_error),
    POOL_ROW(get_name),
};
static const struct ops_row provider_rows[] = {
    PROVIDER_ROW(initialize),
    PROVIDER_ROW(finalize),
    PROVIDER_ROW(alloc),
    PROVIDER_ROW(free),
    PROVIDER_ROW(get_last_native_error),
    PROVIDER_ROW(get_recommended_page_size),
    PROVIDER_ROW(get_min_page_size),
    PROVIDER_ROW(get_name),
    {"op get_cache_line_size", offsetof(umf_memory_provider_ops_t, get_cache_line_size),
     UMF_MAKE_VERSION(1, 2)},
};

/* The kinds with ops that this host knows. */
static const struct ops_kind {
    const struct ops_row *rows;
    size_t row_count;
    uint32_t version, size;
} pool_kind = {pool_rows, sizeof pool_rows / sizeof pool_rows[0], UMF_POOL_OPS_VERSION_CURRENT,
               sizeof(umf_memory_pool_ops_t)},
  provider_kind = {provider_rows, sizeof provider_rows / sizeof provider_rows[0],
                   UMF_PROVIDER_OPS_VERSION_CURRENT, sizeof(umf_memory_provider_ops_t)};

/* Both ops structs begin with the version. `ops` is the copy, of the host's size. */
static bool ops_check(const struct ops_kind *kind, const umf_plugin_component_t *component,
                      void *ops, struct umfi_refusal *refusal) {
    uint32_t version, current = kind->version;
    memcpy(&version, ops, sizeof version);
    if (version != component->ops_version) {
        return is_corrupt(refusal, "ops_version");
    }
    if (UMF_MAJOR_VERSION(version) != UMF_MAJOR_VERSION(current)) {
        return umfi_refuse(refusal, UMFI_E_ABI, "plugin ops %u.%u, host %u.%u",
                           UMF_MAJOR_VERSION(version), UMF_MINOR_VERSION(version),
                           UMF_MAJOR_VERSION(current), UMF_MINOR_VERSION(current));
    }
    for (size_t i = 0; i < kind->row_count; i++) {
        void (*function)(void);
        memcpy(&function, (const char *)ops + kind->rows[i].offset, sizeof function);
        if (version >= kind->rows[i].since && !function) {
            return is_corrupt(refusal, kind->rows[i].field);
        }
    }
    if (version > current) { /* the copy has no more than we know */
        memcpy(ops, &current, sizeof current);
    }
    return true;
}

static bool ops_take(struct umfi_offer *offer, struct umfi_refusal *refusal) {
    umf_plugin_component_t *desc = &offer->component.desc;
    const struct ops_kind *kind =
        desc->kind == UMF_PLUGIN_KIND_POOL ? &pool_kind : &provider_kind;
    if (!desc->ops) {
        return is_corrupt(refusal, "ops");
    }
    if (!umfi_is_struct_size(desc->ops_size, sizeof(uint32_t))) {
        return is_corrupt(refusal, "ops_size");
    }
    copy_known(&offer->ops, kind->size, desc->ops, desc->ops_size);
    if (!ops_check(kind, desc, &offer->ops, refusal)) {
        return false;
    }
    desc->ops = &offer->ops;
    desc->ops_size = kind->size;
    memcpy(&desc->ops_version, &offer->ops, sizeof desc->ops_version);
    return true;
}

bool umfi_handshake_ask(const umf_plugin_host_t *host, umf_plugin_query_fn query,
                        const umf_plugin_desc_t **desc, struct umfi_refusal *refusal) {
    *desc = NULL;
    umf_result_t result = query(host, desc);
    if (result != UMF_RESULT_SUCCESS) {
        umfi_refuse(refusal, UMFI_E_INIT, "init failed: %s answered %s", UMF_PLUGIN_QUERY_NAME,
                    umfi_result_word(result));
        refusal->result = result;
        return false;
    }
    return *desc ? true : is_corrupt(refusal, "pointer");
}

static bool has_twin(const umf_plugin_desc_t *desc, size_t index) {
    const umf_plugin_component_t *own = desc->components[index];
    for (size_t i = 0; i < index; i++) {
        if (desc->components[i]->kind == own->kind &&
            strcmp(desc->components[i]->name, own->name) == 0) {
            return true;
        }
    }
    return false;
}

bool umfi_handshake_check(const umf_plugin_host_t *host, const umf_plugin_desc_t *desc,
                          struct umfi_refusal *refusal) {
    if (!desc_check(host, desc, refusal)) {
        return false;
    }
    bool has_known = false;
    for (size_t i = 0; i < desc->component_count; i++) {
        const umf_plugin_component_t *component = desc->components[i];
        if (!component_check(component, refusal)) {
            return false;
        }
        if (!umfi_plugin_kind_word(component->kind)) {
            continue; /* of a newer plugin: not for this host */
        }
        has_known = true;
        if (!umfi_manifest_is_name(component->name) || has_twin(desc, i)) {
            return is_corrupt(refusal, "component name");
        }
    }
    return has_known ? true : is_corrupt(refusal, "component kind");
}

bool umfi_handshake_take(const struct umfi_handshake *handshake, const umf_plugin_desc_t *desc,
                         struct umfi_offer *offer, struct umfi_refusal *refusal) {
    const umf_plugin_component_t *component;
    if (!desc_check(handshake->host, desc, refusal) ||
        !component_find(handshake, desc, &component, refusal)) {
        return false;
    }
    const char *kind = kind_word(handshake->kind);
    umfi_plugin_debug(UMFI_DEBUG_ABI,
                      "%s:%s: plugin ABI %u.%u, needs host minor %u, descriptor of %u bytes, "
                      "component of %u; host ABI %u.%u, %zu and %zu bytes",
                      kind, handshake->name, desc->abi_major, desc->abi_minor,
                      desc->host_minor_needed, desc->size, component->size,
                      handshake->host->abi_major, handshake->host->abi_minor,
                      sizeof(umf_plugin_desc_t), sizeof(umf_plugin_component_t));
    if (desc->abi_minor != handshake->abi_minor) {
        umfi_info("%s:%s: the manifest says ABI minor %u, the module %u", kind, handshake->name,
                  handshake->abi_minor, desc->abi_minor);
    }
    copy_known(&offer->component.desc, sizeof offer->component.desc, component, component->size);
    offer->component.desc.size = sizeof offer->component.desc; /* of the copy, which users read */
    const char *fault;
    return umfi_param_table_check(offer->component.desc.params, &fault)
               ? ops_take(offer, refusal)
               : is_corrupt(refusal, fault);
}

bool umfi_handshake_run(const struct umfi_handshake *handshake, umf_plugin_query_fn query,
                        struct umfi_offer *offer, struct umfi_refusal *refusal) {
    const umf_plugin_desc_t *desc;
    return umfi_handshake_ask(handshake->host, query, &desc, refusal) &&
           umfi_handshake_take(handshake, desc, offer, refusal);
}
