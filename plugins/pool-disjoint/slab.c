/* slab.c - making and unmaking slabs (slab.h has the laws and the locking). */
#include "slab.h"

#include "base/checked.h"
#include "base/poison.h"

static size_t divide_up(size_t n, size_t unit) { return n / unit + (n % unit != 0); }

static size_t book_bytes(size_t chunk_count) {
    size_t words = divide_up(chunk_count, 64);
    /* chunk_count <= SIZE_MAX / 8, so nothing here comes near wrapping */
    return sizeof(struct slab) + (words + divide_up(words, 64)) * sizeof(uint64_t);
}

/* Takes the places after the last one of `count` out of use. */
static void mark_past_end(uint64_t *bits, size_t count) {
    if (count % 64 != 0) {
        bits[count / 64] = UINT64_MAX << (count % 64);
    }
}

/* Only the pages that hold nothing but chunks of this slab. */
static void enter_pages(const struct slab_source *source, const struct slab *slab,
                        unsigned class) {
    if (source->pages != NULL) {
        umfi_page_classes_set(source->pages, slab->memory,
                              source->chunk_count * source->chunk_bytes, class);
    }
}

struct slab *disjoint_slab_create(const struct slab_source *source, struct bucket *bucket) {
    const umf_plugin_host_t *host = source->host;
    struct slab *slab = host->meta_alloc(book_bytes(source->chunk_count));
    if (slab == NULL) {
        return NULL;
    }
    size_t word_count = divide_up(source->chunk_count, 64);
    slab->bucket = bucket;
    slab->chunk_count = source->chunk_count;
    slab->words = slab->books + divide_up(word_count, 64);
    mark_past_end(slab->books, word_count);
    mark_past_end(slab->words, source->chunk_count);

    void *memory = NULL;
    umf_result_t result =
        host->provider_alloc(source->provider, source->slab_bytes, 0, (uintptr_t)slab, &memory);
    if (result != UMF_RESULT_SUCCESS || memory == NULL) {
        disjoint_slab_abandon(source, slab);
        return NULL;
    }
    slab->memory = memory;
    umfi_poison(memory, source->slab_bytes);
    enter_pages(source, slab, source->class);
    return slab;
}

void disjoint_slab_uncache(const struct slab_source *source, struct slab *slab) {
    enter_pages(source, slab, 0);
}

void disjoint_slab_abandon(const struct slab_source *source, struct slab *slab) {
    source->host->meta_free(slab, book_bytes(source->chunk_count));
}

umf_result_t disjoint_slab_destroy(const struct slab_source *source, struct slab *slab) {
    umfi_unpoison(slab->memory, source->slab_bytes);
    enter_pages(source, slab, 0); /* it may be another pool's a moment after */
    umf_result_t result =
        source->host->provider_free(source->provider, slab->memory, source->slab_bytes);
    if (result != UMF_RESULT_SUCCESS) {
        enter_pages(source, slab, source->class);
        return result;
    }
    disjoint_slab_abandon(source, slab);
    return UMF_RESULT_SUCCESS;
}

bool disjoint_slab_check(const struct slab_source *source, const struct slab *slab) {
    size_t word_count = divide_up(slab->chunk_count, 64), live = 0;
    for (size_t i = 0; i < word_count * 64; i++) {
        bool is_set = slab->words[i / 64] >> (i % 64) & 1;
        if (i >= slab->chunk_count && !is_set) {
            return false;
        }
        live += i < slab->chunk_count && is_set;
    }
    for (size_t w = 0; w < divide_up(word_count, 64) * 64; w++) {
        bool is_full = w >= word_count || slab->words[w] == UINT64_MAX;
        if (is_full != (slab->books[w / 64] >> (w % 64) & 1) ||
            (w / 64 < slab->first_full && !is_full)) {
            return false;
        }
    }
    size_t used_bytes;
    return live == slab->live_count && slab->chunk_count == source->chunk_count &&
           umfi_mul_size(slab->chunk_count, source->chunk_bytes, &used_bytes) &&
           used_bytes <= source->slab_bytes;
}
