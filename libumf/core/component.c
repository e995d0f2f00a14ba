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

static struct umfi_component *component_first(void) {
    return atomic_load_explicit(&components, memory_order_acquire);
}

static struct umfi_component *component_next(const struct umfi_component *component) {
    return atomic_load_explicit(&component->next, memory_order_relaxed);
}

struct umfi_component *umfi_component_of_pool(const umf_memory_pool_ops_t *ops) {
    struct umfi_component *component = component_first();
    for (; component; component = component_next(component)) {
        const umf_memory_pool_ops_t *theirs = component->desc.ops;
        if (component->desc.kind == UMF_PLUGIN_KIND_POOL &&
            theirs->initialize == ops->initialize && theirs->finalize == ops->finalize &&
            theirs->malloc == ops->malloc && theirs->free == ops->free) {
            break;
        }
    }
    return component;
}

struct umfi_component *umfi_component_of_provider(const umf_memory_provider_ops_t *ops) {
    struct umfi_component *component = component_first();
    for (; component; component = component_next(component)) {
        const umf_memory_provider_ops_t *theirs = component->desc.ops;
        if (component->desc.kind == UMF_PLUGIN_KIND_PROVIDER &&
            theirs->initialize == ops->initialize && theirs->finalize == ops->finalize &&
            theirs->alloc == ops->alloc && theirs->free == ops->free) {
            break;
        }
    }
    return component;
}
