/*
 * component.h - the started components of plugins, as the core knows them.
 *
 * The plugin layer publishes a component when its plugin is READY; the core
 * finds it again from the ops of an object being made, also where the caller
 * copied the ops struct, because a copy keeps the functions' addresses.
 * The list only grows, entries are never freed, readers take no lock.
 */
#ifndef UMFI_CORE_COMPONENT_H
#define UMFI_CORE_COMPONENT_H

#include <stdatomic.h>
#include <umf/plugin_sdk.h>

struct umfi_component {
    /* The host's copy: min(sizes) bytes of the plugin's, the rest zero. */
    umf_plugin_component_t desc;
    atomic_size_t live_objects; /* pools or providers made from it */
    struct umfi_component *_Atomic next;
};

void umfi_component_publish(struct umfi_component *component);
/* The component whose ops have the same initialize, finalize, malloc or alloc, and
 * free; NULL: foreign ops. */
struct umfi_component *umfi_component_of_pool(const umf_memory_pool_ops_t *ops);
struct umfi_component *umfi_component_of_provider(const umf_memory_provider_ops_t *ops);

#endif
