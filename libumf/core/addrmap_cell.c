/*
 * addrmap_cell.c - pages that regions cover partly.
 *
 * A cell is the flattened truth about one page: runs (start, region), sorted,
 * the first at 0; a run lasts until the next one's start or the page's end.
 *
 * Law:
 *  - A page has a cell exactly while need > 0, where need counts the edges that
 *    lie inside it (starts and ends of regions; a page start is no edge), those
 *    of taken and reserved regions too.
 *  - capacity >= min(need + 1, 4096): leaving and coming back never need memory.
 *  - A run's region is the innermost one there, or 0 where that covers the whole
 *    2 MiB of the leaf and therefore stands further up, or where none is.
 *
 * Written under the map's lock: into the buffer that readers are not sent to,
 * which the version's lowest bit then makes the current one. A cell has its size
 * for good and is handed out again; a reader believes what it read only if after
 * it the slot still names the cell and, read after that, the version is the same.
 */
#include "base/checked.h"
#include "core/addrmap_parts.h"
#include "core/meta.h"

#define FIRST_CAPACITY 8u
#define CAPACITY_MAX ((uint32_t)PAGE_BYTES)
_Static_assert(FIRST_CAPACITY << (UMFI_ADDRMAP_CELL_CLASSES - 1) == PAGE_BYTES, "a run for each byte fits");

struct map_cell {
    _Atomic uint64_t version;  /* lowest bit: the current buffer */
    _Atomic uint32_t count[2]; /* runs in each buffer */
    uint32_t index, class_index, capacity;
    uint32_t next_free;
    uint32_t need;
    _Atomic uint64_t run[]; /* two buffers of `capacity`: start << 32 | region */
};

static size_t cell_bytes(uint32_t capacity) {
    return sizeof(struct map_cell) + 2 * (size_t)capacity * sizeof(uint64_t);
}

static struct map_cell *cell_at(const struct umfi_addrmap *map, uint32_t index) {
    _Atomic(struct map_cell *) *place = table_at(&map->cells, index, sizeof *place);
    /* acquire: pairs with the cell's publication */
    return atomic_load_explicit(place, memory_order_acquire);
}

static struct map_cell *cell_of_value(const struct umfi_addrmap *map, uint32_t value) {
    return value & CELL_TAG ? cell_at(map, value & ~CELL_TAG) : NULL;
}

/* ---- flattening: the truth about a page, run by run ---- */

struct flat {
    const struct umfi_addrmap *map;
    uintptr_t page, at;
    const struct map_entry *inner; /* around `at` */
    const struct map_entry *next;  /* the first that starts past `at` */
};

static struct flat flat_begin(const struct umfi_addrmap *map, uintptr_t page) {
    return (struct flat){map, page, page, umfi_truth_innermost(map, page), umfi_truth_above(map, page)};
}

/* To the next edge in the page; false when there is none. */
static bool flat_step(struct flat *flat) {
    uintptr_t page_end = flat->page + PAGE_BYTES;
    uintptr_t inner_end = flat->inner ? entry_end(flat->inner) : UINTPTR_MAX;
    if (flat->next && entry_base(flat->next) <= inner_end && entry_base(flat->next) < page_end) {
        flat->at = entry_base(flat->next);
        do {
            flat->inner = flat->next;
            flat->next = entry_next(flat->next);
        } while (flat->next && entry_base(flat->next) == flat->at);
        return true;
    }
    if (inner_end >= page_end) {
        return false;
    }
    flat->at = inner_end;
    while (flat->inner && entry_end(flat->inner) == inner_end) {
        flat->inner = entry_parent(flat->map, flat->inner);
    }
    return true;
}

static uint64_t flat_run(const struct flat *flat) {
    uintptr_t leaf_span = (uintptr_t)1 << level_shift(LEAF_LEVEL - 1);
    uintptr_t leaf_base = umfi_align_down(flat->page, leaf_span);
    bool stands_above = flat->inner && entry_covers(flat->inner, leaf_base, leaf_base + leaf_span);
    uint32_t region = flat->inner && !stands_above ? flat->inner->index : 0;
    return (uint64_t)(flat->at - flat->page) << 32 | region;
}

static bool is_same_region(uint64_t run, uint64_t other) { return (uint32_t)run == (uint32_t)other; }

/* ---- writing ---- */

static void cell_fill(struct umfi_addrmap *map, struct map_cell *cell, uintptr_t page) {
    uint64_t version = atomic_load_explicit(&cell->version, memory_order_relaxed);
    unsigned spare = !(version & 1);
    _Atomic uint64_t *run = cell->run + (size_t)spare * cell->capacity;
    struct flat flat = flat_begin(map, page);
    uint64_t last = flat_run(&flat);
    uint32_t count = 0;
    /* releases: who sees a run of this filling sees the version that preceded it,
     * not the one under which this buffer was current before */
    atomic_store_explicit(&run[count++], last, memory_order_release);
    while (flat_step(&flat)) {
        if (!is_same_region(last, flat_run(&flat))) {
            last = flat_run(&flat);
            atomic_store_explicit(&run[count++], last, memory_order_release);
        }
    }
    atomic_store_explicit(&cell->count[spare], count, memory_order_release);
    atomic_store_explicit(&cell->version, version + 1, memory_order_release);
    map->slot_stores++;
}

void umfi_cell_rebuild(struct umfi_addrmap *map, uint32_t cell_value, uintptr_t page) {
    cell_fill(map, cell_of_value(map, cell_value), page);
}

static bool is_edge(uintptr_t address) { return (address & (PAGE_BYTES - 1)) != 0; }

void umfi_cell_refresh(struct umfi_addrmap *map, uintptr_t edge) {
    if (is_edge(edge)) {
        _Atomic uint32_t *slot = umfi_radix_page_slot(map, edge, false);
        umfi_cell_rebuild(map, atomic_load_explicit(slot, memory_order_relaxed),
                          umfi_align_down(edge, PAGE_BYTES));
    }
}

static struct map_cell *cell_create(struct umfi_addrmap *map, unsigned class_index) {
    uint32_t capacity = FIRST_CAPACITY << class_index;
    struct map_cell *cell = umfi_meta_alloc(cell_bytes(capacity));
    if (!cell) {
        return NULL;
    }
    cell->index = umfi_table_grow(&map->cells, sizeof(_Atomic(struct map_cell *)));
    if (!cell->index) {
        umfi_meta_free(cell, cell_bytes(capacity));
        return NULL;
    }
    cell->class_index = class_index;
    cell->capacity = capacity;
    _Atomic(struct map_cell *) *place = table_at(&map->cells, cell->index, sizeof *place);
    /* release: readers find a whole cell */
    atomic_store_explicit(place, cell, memory_order_release);
    return cell;
}

static struct map_cell *cell_acquire(struct umfi_addrmap *map, uint32_t runs) {
    unsigned class_index = 0;
    while (FIRST_CAPACITY << class_index < runs) {
        class_index++;
    }
    uint32_t free_index = map->free_cells[class_index];
    if (!free_index) {
        return cell_create(map, class_index);
    }
    struct map_cell *cell = cell_at(map, free_index);
    map->free_cells[class_index] = cell->next_free;
    return cell;
}

static void cell_release(struct umfi_addrmap *map, struct map_cell *cell) {
    cell->need = 0;
    cell->next_free = map->free_cells[cell->class_index];
    map->free_cells[cell->class_index] = cell->index;
}

bool umfi_cell_reserve(struct umfi_addrmap *map, uintptr_t edge) {
    if (!is_edge(edge)) {
        return true;
    }
    _Atomic uint32_t *slot = umfi_radix_page_slot(map, edge, true);
    if (!slot) {
        return false;
    }
    struct map_cell *cell = cell_of_value(map, atomic_load_explicit(slot, memory_order_relaxed));
    uint32_t need = (cell ? cell->need : 0) + 1;
    uint32_t runs = need < CAPACITY_MAX ? need + 1 : CAPACITY_MAX;
    if (!cell || cell->capacity < runs) {
        struct map_cell *bigger = cell_acquire(map, runs);
        if (!bigger) {
            return false;
        }
        cell_fill(map, bigger, umfi_align_down(edge, PAGE_BYTES));
        slot_store(map, slot, CELL_TAG | bigger->index);
        if (cell) {
            cell_release(map, cell);
        }
        cell = bigger;
    }
    cell->need = need;
    map->edges++;
    return true;
}

void umfi_cell_unreserve(struct umfi_addrmap *map, uintptr_t edge) {
    if (!is_edge(edge)) {
        return;
    }
    _Atomic uint32_t *slot = umfi_radix_page_slot(map, edge, false);
    struct map_cell *cell = cell_of_value(map, atomic_load_explicit(slot, memory_order_relaxed));
    map->edges--;
    if (--cell->need == 0) {
        slot_store(map, slot, umfi_radix_slot_truth(map, umfi_align_down(edge, PAGE_BYTES), LEAF_LEVEL));
        cell_release(map, cell);
    }
}

void umfi_cells_fini(struct umfi_addrmap *map) {
    for (uint32_t index = 1; index <= map->cells.used; index++) {
        struct map_cell *cell = cell_at(map, index);
        if (cell) {
            umfi_meta_free(cell, cell_bytes(cell->capacity));
        }
    }
}

/* ---- reading ---- */

/* The last run that starts by the offset. The count may be stale, but never
 * exceeds this cell's capacity; acquires, so that the checks come after. */
static uint32_t run_find(const struct map_cell *cell, unsigned buffer, uint32_t offset) {
    const _Atomic uint64_t *run = cell->run + (size_t)buffer * cell->capacity;
    uint32_t low = 0, high = atomic_load_explicit(&cell->count[buffer], memory_order_acquire);
    uint64_t found = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint64_t candidate = atomic_load_explicit(&run[middle], memory_order_acquire);
        if (candidate >> 32 <= offset) {
            found = candidate;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint32_t)found;
}

bool umfi_sight_is_current(const struct sight *sight) {
    /* the slot first: see the head of this file. Acquires, in this order. */
    if (atomic_load_explicit(sight->slot, memory_order_acquire) != sight->value) {
        return false;
    }
    return !sight->cell || atomic_load_explicit(&sight->cell->version, memory_order_acquire) == sight->version;
}

bool umfi_cell_sight(const struct umfi_addrmap *map, uintptr_t address, struct sight *sight) {
    /* acquire: what the value names was written before it */
    sight->value = atomic_load_explicit(sight->slot, memory_order_acquire);
    sight->region = sight->value;
    sight->cell = cell_of_value(map, sight->value);
    if (!sight->cell) {
        return true;
    }
    sight->version = atomic_load_explicit(&sight->cell->version, memory_order_acquire);
    sight->region = run_find(sight->cell, sight->version & 1, address & (PAGE_BYTES - 1));
    return umfi_sight_is_current(sight);
}

/* ---- for the fast layer and the check ---- */

bool umfi_cell_each_run(const struct umfi_addrmap *map, uint32_t cell_value,
                        bool (*visit)(const struct umfi_addrmap *map, uint32_t region, void *context),
                        void *context) {
    const struct map_cell *cell = cell_of_value(map, cell_value);
    /* relaxed: the writer reads what writers wrote */
    unsigned buffer = atomic_load_explicit(&cell->version, memory_order_relaxed) & 1;
    uint32_t count = atomic_load_explicit(&cell->count[buffer], memory_order_relaxed);
    const _Atomic uint64_t *run = cell->run + (size_t)buffer * cell->capacity;
    for (uint32_t i = 0; i < count; i++) {
        if (!visit(map, (uint32_t)atomic_load_explicit(&run[i], memory_order_relaxed), context)) {
            return false;
        }
    }
    return true;
}

/* Walks the truth once more beside the runs. */
static bool runs_are_true(const struct umfi_addrmap *map, const struct map_cell *cell, uintptr_t page) {
    unsigned buffer = atomic_load_explicit(&cell->version, memory_order_relaxed) & 1;
    uint32_t count = atomic_load_explicit(&cell->count[buffer], memory_order_relaxed);
    const _Atomic uint64_t *run = cell->run + (size_t)buffer * cell->capacity;
    struct flat flat = flat_begin(map, page);
    uint32_t i = 0;
    uint64_t now = 0;
    do {
        if (i == 0 || !is_same_region(now, flat_run(&flat))) {
            now = flat_run(&flat);
            if (i == count || atomic_load_explicit(&run[i++], memory_order_relaxed) != now) {
                return false;
            }
        }
    } while (flat_step(&flat));
    return i == count;
}

bool umfi_cell_check(const struct umfi_addrmap *map, uint32_t cell_value, uintptr_t page, size_t *edges) {
    const struct map_cell *cell = cell_of_value(map, cell_value);
    uint32_t runs = cell->need < CAPACITY_MAX ? cell->need + 1 : CAPACITY_MAX;
    *edges += cell->need;
    return cell->need > 0 && cell->capacity >= runs && runs_are_true(map, cell, page);
}
