/*
 * addrmap_entry.c - entries and the owners they are listed under.
 *
 * Written under the map's lock; entries are read by anyone (addrmap_parts.h).
 */
#include "core/addrmap_parts.h"
#include "core/meta.h"

static struct map_owner *owner_of(const struct umfi_tree_node *node) {
    return node ? umfi_tree_entry(node, struct map_owner, by_pointer) : NULL;
}

static int pointer_order(const void *key, const struct umfi_tree_node *node) {
    uintptr_t wanted = (uintptr_t)key, has = (uintptr_t)owner_of(node)->pointer;
    return (wanted > has) - (wanted < has);
}

static int owner_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b) {
    return pointer_order(owner_of(a)->pointer, b);
}

struct map_owner *umfi_owner_find(const struct umfi_addrmap *map, const void *owner) {
    struct map_owner *found = owner_of(umfi_tree_lower_bound(&map->owners, owner, pointer_order));
    return found && found->pointer == owner ? found : NULL;
}

static struct map_owner *owner_hold(struct umfi_addrmap *map, void *owner) {
    struct map_owner *held = umfi_owner_find(map, owner);
    if (!held) {
        held = umfi_meta_alloc(sizeof *held);
        if (!held) {
            return NULL;
        }
        held->pointer = owner;
        umfi_tree_insert(&map->owners, &held->by_pointer, owner_order);
    }
    held->holds++;
    return held;
}

static void owner_let_go(struct umfi_addrmap *map, struct map_owner *held) {
    if (--held->holds > 0) {
        return;
    }
    if (held->index) {
        umfi_granules_owner_remove(&map->granules, held->index);
    }
    umfi_tree_erase(&map->owners, &held->by_pointer);
    umfi_meta_free(held, sizeof *held);
}

/* Regions that came before their owner was added read slow until now. */
static void owner_refresh(struct umfi_addrmap *map, const struct map_owner *owner) {
    for (const struct map_entry *e = owner->first; e; e = e->next_of_owner) {
        umfi_granules_update(map, entry_base(e), entry_end(e));
    }
}

uint32_t umfi_addrmap_owner_add(struct umfi_addrmap *map, void *owner) {
    umfi_mutex_lock(&map->lock);
    struct map_owner *held = umfi_owner_find(map, owner);
    if (!held || !held->is_added) {
        held = owner_hold(map, owner);
    }
    if (held && !held->is_added) {
        held->is_added = true;
        held->index = held->index ? held->index : umfi_granules_owner_add(&map->granules, owner);
        owner_refresh(map, held);
    }
    uint32_t index = held ? held->index : 0;
    umfi_mutex_unlock(&map->lock);
    return index;
}

void umfi_addrmap_owner_remove(struct umfi_addrmap *map, void *owner) {
    umfi_mutex_lock(&map->lock);
    struct map_owner *held = umfi_owner_find(map, owner);
    if (held && held->is_added) {
        held->is_added = false;
        owner_let_go(map, held);
    }
    umfi_mutex_unlock(&map->lock);
}

void umfi_owners_fini(struct umfi_addrmap *map) {
    struct map_owner *owner;
    while ((owner = owner_of(umfi_tree_first(&map->owners)))) {
        umfi_tree_erase(&map->owners, &owner->by_pointer);
        umfi_meta_free(owner, sizeof *owner);
    }
}

static struct map_entry *entry_take(struct umfi_addrmap *map) {
    struct map_entry *entry = map->free_entries;
    if (entry) {
        map->free_entries = entry->next_of_owner;
        return entry;
    }
    uint32_t index = umfi_table_grow(&map->entries, sizeof *entry);
    entry = entry_at(map, index);
    if (entry) {
        entry->index = index;
    }
    return entry;
}

static void entry_give(struct umfi_addrmap *map, struct map_entry *entry) {
    entry->next_of_owner = map->free_entries;
    map->free_entries = entry;
}

struct map_entry *umfi_entry_acquire(struct umfi_addrmap *map, const struct umfi_region_spec *spec) {
    struct map_entry *entry = entry_take(map);
    if (!entry) {
        return NULL;
    }
    entry->of = owner_hold(map, spec->owner);
    if (!entry->of) {
        entry_give(map, entry);
        return NULL;
    }
    entry->kept_id = ++map->last_id;
    /* releases: a reader who still looks at the entry's former life and sees one
     * of these also sees that its id is gone */
    atomic_store_explicit(&entry->base, spec->base, memory_order_release);
    atomic_store_explicit(&entry->size, spec->size, memory_order_release);
    atomic_store_explicit(&entry->owner, spec->owner, memory_order_release);
    atomic_store_explicit(&entry->word, spec->word, memory_order_release);
    atomic_store_explicit(&entry->aux, NULL, memory_order_release);
    atomic_store_explicit(&entry->parent, 0, memory_order_release);
    atomic_store_explicit(&entry->kind, spec->flags | (uint32_t)spec->type << 16, memory_order_release);
    return entry;
}

void umfi_entry_release(struct umfi_addrmap *map, struct map_entry *entry) {
    owner_let_go(map, entry->of);
    entry->of = NULL;
    entry_give(map, entry);
}

void umfi_entry_copy(const struct map_entry *entry, struct umfi_region *out) {
    /* acquires: the caller's check of the id comes after all of them */
    out->id = atomic_load_explicit(&entry->id, memory_order_acquire);
    out->base = atomic_load_explicit(&entry->base, memory_order_acquire);
    out->size = atomic_load_explicit(&entry->size, memory_order_acquire);
    out->owner = atomic_load_explicit(&entry->owner, memory_order_acquire);
    out->word = atomic_load_explicit(&entry->word, memory_order_acquire);
    out->aux = atomic_load_explicit(&entry->aux, memory_order_acquire);
    uint32_t kind = atomic_load_explicit(&entry->kind, memory_order_acquire);
    out->flags = (uint16_t)kind;
    out->type = (uint16_t)(kind >> 16);
    out->index = entry->index;
}

void umfi_entry_list(struct map_entry *entry) {
    struct map_owner *owner = entry->of;
    entry->prev_of_owner = NULL;
    entry->next_of_owner = owner->first;
    if (owner->first) {
        owner->first->prev_of_owner = entry;
    }
    owner->first = entry;
}

void umfi_entry_unlist(struct map_entry *entry) {
    if (entry->next_of_owner) {
        entry->next_of_owner->prev_of_owner = entry->prev_of_owner;
    }
    if (entry->prev_of_owner) {
        entry->prev_of_owner->next_of_owner = entry->next_of_owner;
    } else {
        entry->of->first = entry->next_of_owner;
    }
}
