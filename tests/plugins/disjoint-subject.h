/*
 * disjoint-subject.h - a disjoint pool over the fake provider, for its tests.
 */
#ifndef UMF_TESTS_DISJOINT_SUBJECT_H
#define UMF_TESTS_DISJOINT_SUBJECT_H

#include <stdarg.h>
#include <string.h>

#include "fake/host.h"
#include "plugins/pool-disjoint/pool.h"
#include "suite.h"

#define KIB ((size_t)1024)
#define MIB (KIB * 1024)

struct subject {
    const umf_memory_pool_ops_t *ops;
    struct fake_provider provider;
    void *pool;
};

umf_result_t umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out);

static inline const umf_plugin_component_t *disjoint_component(void) {
    const umf_plugin_desc_t *desc;
    ck_ok(umf_plugin_query(NULL, &desc));
    return desc->components[0];
}

static inline const struct disjoint_config *default_config(void) {
    static const struct disjoint_config config = {
        .slab_min_size = 64 * 1024, .max_poolable_size = 2048 * 1024, .capacity = 4,
        .name = "disjoint"};
    return &config;
}

static inline umf_result_t ctl_va(struct subject *s, umf_ctl_query_source_t source,
                                  umf_ctl_query_type_t type, const char *path, void *arg,
                                  size_t size, ...) {
    va_list args;
    va_start(args, size);
    umf_result_t result = s->ops->ext_ctl(s->pool, source, path, arg, size, type, args);
    va_end(args);
    return result;
}

static inline umf_result_t ctl_read(struct subject *s, const char *path, void *arg, size_t size) {
    return ctl_va(s, CTL_QUERY_PROGRAMMATIC, CTL_QUERY_READ, path, arg, size);
}

static inline umf_result_t ctl_write(struct subject *s, const char *path, size_t value) {
    return ctl_va(s, CTL_QUERY_PROGRAMMATIC, CTL_QUERY_WRITE, path, &value, sizeof value);
}

static inline size_t stat_of(struct subject *s, const char *path) {
    size_t value = 0xdead;
    ck_ok(ctl_read(s, path, &value, sizeof value));
    return value;
}

static inline umf_result_t post_initialize(struct subject *s) {
    return ctl_va(s, CTL_QUERY_PROGRAMMATIC, CTL_QUERY_RUNNABLE, "post_initialize", NULL, 0);
}

/* Up to, not including, post_initialize: there control defaults would arrive. */
static inline void subject_prepare(struct subject *s, const struct disjoint_config *config) {
    s->ops = disjoint_component()->ops;
    ck_ok(s->ops->initialize(fake_handle(&s->provider), config, &s->pool));
}

/* config NULL: the table's defaults. */
static inline void subject_open(struct subject *s, const struct disjoint_config *config) {
    fake_hosted_provider_init(&s->provider);
    subject_prepare(s, config);
    ck_ok(post_initialize(s));
}

static inline void subject_close(struct subject *s) {
    ck_assert(disjoint_check(s->pool));
    ck_ok(s->ops->finalize(s->pool));
    ck_assert_uint_eq(s->provider.live_bytes, 0);
    ck_assert_uint_eq(fake_meta_in_use(), 0);
    fake_provider_fini(&s->provider);
}

static inline umf_result_t last_error_of(struct subject *s) {
    return s->ops->get_last_allocation_error(s->pool);
}

static inline size_t usable(struct subject *s, const void *ptr) {
    size_t size = 0xdead;
    ck_ok(s->ops->malloc_usable_size(s->pool, ptr, &size));
    return size;
}

static inline void free_all(struct subject *s, void **blocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        ck_ok(s->ops->free(s->pool, blocks[i]));
    }
}

#endif
