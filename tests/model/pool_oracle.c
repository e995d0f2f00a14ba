/* pool_oracle.c - the operations and the oracle (pool_oracle.h). */
#include "model/pool_oracle.h"

#include <string.h>

#include "suite.h"

/* ---- the oracle ---- */

static bool overlaps(const struct pool_model_block *a, const struct pool_model_block *b) {
    return a->start != NULL && b->start != NULL && a->start < b->start + b->size &&
           b->start < a->start + a->size;
}

static bool has_pattern(const struct pool_model_block *block) {
    return block->start[0] == block->pattern &&
           memcmp(block->start, block->start + 1, block->size - 1) == 0;
}

/* Enters a block; what it takes the place of is returned. */
static struct pool_model_block exchange(struct pool_model *model, size_t place,
                                        struct pool_model_block block) {
    bool is_free = true;
    pthread_mutex_lock(&model->lock);
    struct pool_model_block before = model->blocks[place];
    model->blocks[place].start = NULL;
    for (size_t i = 0; i < POOL_MODEL_BLOCKS && block.start != NULL; i++) {
        is_free = is_free && !overlaps(&model->blocks[i], &block);
    }
    is_free = is_free && !overlaps(&before, &block);
    model->blocks[place] = block;
    model->operations++;
    pthread_mutex_unlock(&model->lock);
    ck_assert_msg(is_free, "%zu bytes at %p overlap a live block", block.size,
                  (void *)block.start);
    return before;
}

static void check_new(struct pool_model *model, const struct pool_model_block *block,
                      size_t alignment) {
    struct pool_scene *scene = model->scene;
    size_t usable = 0;
    ck_assert_uint_eq((uintptr_t)block->start % 8, 0);
    ck_assert_uint_eq((uintptr_t)block->start % alignment, 0);
    ck_assert(pool_scene_owns(scene, block->start, block->size));
    if (scene->traits->has_usable_size) {
        ck_ok(umfPoolMallocUsableSize(scene->pool, block->start, &usable));
        ck_assert_uint_ge(usable, block->size);
    }
}

/* ---- the operations ---- */

static void free_block(struct pool_model *model, struct pool_model_block block, bool by_address) {
    if (block.start == NULL) {
        return;
    }
    ck_assert_msg(has_pattern(&block), "%zu bytes at %p have changed", block.size,
                  (void *)block.start);
    ck_ok(by_address ? umfFree(block.start) : umfPoolFree(model->scene->pool, block.start));
}

/* Mostly small, now and then up to the model's largest. */
static size_t choose_size(const struct pool_model *model, uint64_t choice) {
    size_t limit = choice % 16 == 0 ? model->max_size : choice % 16 < 4 ? 20000 : 600;
    limit = limit < model->max_size ? limit : model->max_size;
    return (size_t)(choice >> 8) % limit + 1;
}

static void allocate(struct pool_model *model, size_t place, uint64_t choice) {
    struct pool_scene *scene = model->scene;
    size_t alignment = 1;
    struct pool_model_block block = {.size = choose_size(model, choice),
                                     .pattern = (unsigned char)(choice >> 40)};
    if (choice >> 60 < 4) {
        alignment = scene->traits->alignment_odd == POOL_PROVIDERS_RESULT
                        ? 4096 /* what every provider can do */
                        : (size_t)1 << (choice >> 48) % 17;
        block.start = umfPoolAlignedMalloc(scene->pool, block.size, alignment);
    } else {
        block.start = umfPoolMalloc(scene->pool, block.size);
    }
    ck_assert_ptr_nonnull(block.start);
    check_new(model, &block, alignment);
    memset(block.start, block.pattern, block.size);
    free_block(model, exchange(model, place, block), choice >> 59 & 1);
}

void pool_model_step(struct pool_model *model, uint64_t choice) {
    size_t place = (size_t)(choice >> 20) % POOL_MODEL_BLOCKS;
    unsigned what = (unsigned)(choice >> 52) % 128;
    if (what == 0 && model->scene->traits->has_trim) {
        ck_ok(umfPoolTrimMemory(model->scene->pool, (size_t)(choice % 500000)));
    } else if (what < 64) {
        allocate(model, place, choice * UINT64_C(0x9e3779b97f4a7c15));
    } else {
        struct pool_model_block none = {.start = NULL};
        free_block(model, exchange(model, place, none), what % 2);
    }
}

/* ---- life ---- */

void pool_model_init(struct pool_model *model, struct pool_scene *scene, size_t max_size) {
    memset(model, 0, sizeof *model);
    model->scene = scene;
    model->max_size = max_size;
    pthread_mutex_init(&model->lock, NULL);
}

void pool_model_fini(struct pool_model *model) {
    struct pool_scene *scene = model->scene;
    for (size_t i = 0; i < POOL_MODEL_BLOCKS; i++) {
        free_block(model, model->blocks[i], false);
    }
    if (scene->traits->has_trim) {
        ck_ok(umfPoolTrimMemory(scene->pool, 0));
        ck_assert_uint_eq(scene->source == SOURCE_FAKE ? scene->fake.live_bytes : 0, 0);
    }
    pthread_mutex_destroy(&model->lock);
}
