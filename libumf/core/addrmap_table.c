/*
 * addrmap_table.c - items that never move, in chunks that double.
 *
 * Written under the map's lock, read by anyone who was given an index.
 */
#include "core/addrmap_parts.h"
#include "core/meta.h"

#define INDEX_MAX (CELL_TAG - ((uint32_t)2 << TABLE_CHUNK_SHIFT))

static size_t chunk_items(unsigned k) { return (size_t)1 << (TABLE_CHUNK_SHIFT + k); }

uint32_t umfi_table_grow(struct umfi_addrmap_table *table, size_t item_bytes) {
    if (table->used == INDEX_MAX) {
        return 0;
    }
    uint32_t index = table->used + 1;
    unsigned k = 31u - (unsigned)__builtin_clz((index >> TABLE_CHUNK_SHIFT) + 1);
    /* relaxed: only writers store it */
    if (!atomic_load_explicit(&table->chunk[k], memory_order_relaxed)) {
        void *chunk = umfi_meta_alloc(chunk_items(k) * item_bytes);
        if (!chunk) {
            return 0;
        }
        /* release: readers find zeroed items */
        atomic_store_explicit(&table->chunk[k], chunk, memory_order_release);
    }
    return table->used = index;
}

void umfi_table_fini(struct umfi_addrmap_table *table, size_t item_bytes) {
    for (unsigned k = 0; k < UMFI_ADDRMAP_CHUNKS; k++) {
        umfi_meta_free(atomic_load_explicit(&table->chunk[k], memory_order_relaxed),
                       chunk_items(k) * item_bytes);
    }
}
