/*
 * pool-model.c - drives the pool model with random numbers, over every pair.
 *
 * UMF_MODEL_OPS sets the steps of each thread (default 3000), UMF_MODEL_SEED
 * the first seed; a failure is repeated by giving the seed it printed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "model/pool_oracle.h"
#include "suite.h"

static uint64_t number_from(const char *variable, uint64_t otherwise) {
    const char *text = getenv(variable);
    return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct walker {
    struct pool_model *model;
    uint64_t seed;
};

static void *walk(void *arg) {
    struct walker *walker = arg;
    uint64_t steps = number_from("UMF_MODEL_OPS", 3000);
    for (uint64_t i = 0; i < steps; i++) {
        pool_model_step(walker->model, next_random(&walker->seed));
    }
    return NULL;
}

static void run_model(const struct pool_pair *pair, size_t max_size, size_t threads) {
    static struct pool_model model;
    struct pool_scene scene;
    pthread_t ids[8];
    struct walker walkers[8];
    uint64_t seed = number_from("UMF_MODEL_SEED", 1);
    printf("# %s: seed %llu\n", pair->name, (unsigned long long)seed);
    fflush(stdout);
    pool_scene_open(&scene, pair);
    pool_model_init(&model, &scene, max_size);
    for (size_t t = 0; t < threads; t++) {
        walkers[t] = (struct walker){.model = &model, .seed = seed + t};
        ck_assert_int_eq(pthread_create(&ids[t], NULL, walk, &walkers[t]), 0);
    }
    for (size_t t = 0; t < threads; t++) {
        pthread_join(ids[t], NULL);
    }
    pool_model_fini(&model);
    pool_scene_close(&scene);
}

START_TEST(one_thread_of_small_blocks) { run_model(&pool_pairs[_i], 1000, 1); }
END_TEST

START_TEST(one_thread_of_all_sizes) { run_model(&pool_pairs[_i], 300000, 1); }
END_TEST

START_TEST(four_threads_of_small_blocks) { run_model(&pool_pairs[_i], 1000, 4); }
END_TEST

START_TEST(four_threads_of_all_sizes) { run_model(&pool_pairs[_i], 300000, 4); }
END_TEST

int main(void) {
    const TTest *const cases[] = {one_thread_of_small_blocks, one_thread_of_all_sizes,
                                  four_threads_of_small_blocks, four_threads_of_all_sizes};
    Suite *suite = suite_create("model/pool");
    for (size_t p = 0; p < pool_pair_count; p++) {
        if (!pool_pair_is_built(&pool_pairs[p])) {
            continue;
        }
        TCase *tcase = tcase_create(pool_pairs[p].name);
        tcase_set_timeout(tcase, 300);
        for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
            tcase_add_loop_test(tcase, cases[c], (int)p, (int)p + 1);
        }
        suite_add_tcase(suite, tcase);
    }
    return suite_run_all(suite);
}
