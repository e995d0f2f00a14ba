/* component.c - the list of started components (component.h). */
#include "core/component.h"

static struct umfi_component *_Atomic components;

void umfi_component_publish(struct umfi_component *component) {
    struct umfi_component *head = atomic_load_explicit(&components, memory_order_relaxed);
    do {
        atomic_store_explicit(&component->next, head, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(&components, &head, component,
                                                    memory_order_release, memory_order_relaxed));
}

static void (*component_initialize(const struct umfi_component *component))(void) {
    if (component->desc.kind == UMF_PLUGIN_KIND_POOL) {
        const umf_memory_pool_ops_t *ops = component->desc.ops;
        return (void (*)(void))ops->initialize;
    }
    const umf_memory_provider_ops_t *ops = component->desc.ops;
    return (void (*)(void))ops->initialize;
}

struct umfi_component *umfi_component_find(umf_plugin_kind_t kind, void (*initialize)(void)) {
    struct umfi_component *component = atomic_load_explicit(&components, memory_order_acquire);
    while (component &&
           (component->desc.kind != kind || component_initialize(component) != initialize)) {
        component = atomic_load_explicit(&component->next, memory_order_relaxed);
    }
    return component;
}
