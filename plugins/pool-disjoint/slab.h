/*
 * slab.h - one piece of provider memory cut into equal chunks, and its books.
 *
 * The books are in metadata memory; not one byte of them is in the slab, which
 * the CPU may be unable to touch. The address map leads from an address in the
 * slab to its struct: the region's word is the pointer. Chunks are handed out
 * lowest address first, so that live blocks gather and slabs become empty.
 *
 * Laws, with bit(i) = bit i of words[], i < 64 * word_count:
 *     bit(i) = 1 iff chunk i is live, or there is no chunk i;
 *     live_count = number of live chunks <= chunk_count;
 *     bit w of full[] = 1 iff words[w] is all ones, or there is no word w;
 *     full[f] is all ones for f < first_full;
 *     chunk i is [memory + i * chunk_bytes, memory + (i + 1) * chunk_bytes),
 *     chunk_count * chunk_bytes <= bytes.
 * Zeroed books are thus those of an empty slab, but for the places past the end.
 *
 * Locked by: the bucket's lock; create and destroy call the provider and are
 * made without it.
 */
#ifndef UMF_DISJOINT_SLAB_H
#define UMF_DISJOINT_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <umf/plugin_sdk.h>

#include "base/list.h"
#include "base/page_class.h"

struct bucket;

struct slab {
    struct umfi_list node; /* in one of the bucket's lists */
    struct bucket *bucket;
    bool is_retired; /* no chunk is taken from it any more: bucket.h */
    char *memory;
    size_t chunk_count, live_count;
    size_t first_full; /* where the search for a free chunk begins */
    uint64_t *words;   /* within books[] */
    uint64_t books[];  /* full[], then words[] */
};

/* What slabs are made of and where they go: the same for all of a bucket. */
struct slab_source {
    const umf_plugin_host_t *host;
    umf_memory_provider_handle_t provider;
    size_t slab_bytes;  /* asked from the provider */
    size_t chunk_bytes; /* 8 at least */
    size_t chunk_count; /* of one slab, 1 at least */
    struct umfi_page_classes *pages; /* where slabs enter their class; NULL: nowhere */
    unsigned class;
};

/* An empty slab, registered with its own address as the word; NULL when the
 * provider or the host has no memory. */
struct slab *disjoint_slab_create(const struct slab_source *source, struct bucket *bucket);
/* Gives the memory back and then frees the books. A provider that refuses
 * leaves the slab whole but unpoisoned, and its answer is returned. */
umf_result_t disjoint_slab_destroy(const struct slab_source *source, struct slab *slab);
/* No block of it enters a cache any more: its pages leave their class. Allocates
 * nothing. */
void disjoint_slab_uncache(const struct slab_source *source, struct slab *slab);
/* Frees the books alone. */
void disjoint_slab_abandon(const struct slab_source *source, struct slab *slab);
/* Whether the laws hold. */
bool disjoint_slab_check(const struct slab_source *source, const struct slab *slab);

static inline struct slab *slab_of_node(struct umfi_list *node) {
    return UMFI_CONTAINER_OF(node, struct slab, node);
}

static inline bool slab_is_full(const struct slab *slab) {
    return slab->live_count == slab->chunk_count;
}

/* The number of the lowest free chunk, now live. The slab is not full. */
static inline size_t slab_take(struct slab *slab) {
    uint64_t *full = slab->books;
    size_t f = slab->first_full;
    while (full[f] == UINT64_MAX) {
        f++;
    }
    slab->first_full = f;
    size_t w = f * 64 + (size_t)__builtin_ctzll(~full[f]);
    uint64_t word = slab->words[w];
    size_t chunk = w * 64 + (size_t)__builtin_ctzll(~word);
    word |= word + 1; /* the lowest zero */
    slab->words[w] = word;
    if (word == UINT64_MAX) {
        full[f] |= UINT64_C(1) << (w % 64);
    }
    slab->live_count++;
    return chunk;
}

/* Frees a chunk; false when it is not live. */
static inline bool slab_give(struct slab *slab, size_t chunk) {
    size_t w = chunk / 64, f = w / 64;
    uint64_t bit = UINT64_C(1) << (chunk % 64);
    if (!(slab->words[w] & bit)) {
        return false;
    }
    slab->words[w] &= ~bit;
    slab->books[f] &= ~(UINT64_C(1) << (w % 64));
    if (f < slab->first_full) {
        slab->first_full = f;
    }
    slab->live_count--;
    return true;
}

#endif
