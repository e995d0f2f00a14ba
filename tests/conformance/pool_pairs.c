/* pool_pairs.c - the kinds of pool that are built, and what they stand on. */
#include <sys/mman.h>
#include <umf/memory_provider.h>
#include <umf/params.h>
#include <umf/plugin.h>

#include "conformance/built.h"
#include "conformance/pool.h"
#include "suite.h"

static const struct pool_traits disjoint = {
    .kind = "disjoint",
    .zero = ZERO_IS_NULL,
    .too_large = POOL_PROVIDERS_RESULT,
    .provider_failed = UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY,
    .has_usable_size = true,
    .has_trim = true,
    .alignment_0 = UMF_RESULT_SUCCESS,
    .alignment_odd = UMF_RESULT_SUCCESS,
    .free_unknown = UMF_RESULT_ERROR_INVALID_ARGUMENT,
    .is_error_sticky = true,
    .max_alignment = 65536,
};

static const struct pool_traits proxy = {
    .kind = "proxy",
    .zero = ZERO_IS_THE_PROVIDERS,
    .too_large = POOL_PROVIDERS_RESULT,
    .provider_failed = POOL_PROVIDERS_RESULT,
    .alignment_0 = UMF_RESULT_SUCCESS,
    .alignment_odd = POOL_PROVIDERS_RESULT,
    .free_unknown = UMF_RESULT_ERROR_INVALID_ARGUMENT,
    .max_alignment = 65536,
};

const struct pool_pair pool_pairs[] = {
    {"disjoint over a fake", &disjoint, SOURCE_FAKE},
    {"disjoint over os", &disjoint, SOURCE_OS},
    {"disjoint over shared os", &disjoint, SOURCE_OS_SHARED},
    {"disjoint over fixed", &disjoint, SOURCE_FIXED},
    {"proxy over a fake", &proxy, SOURCE_FAKE},
    {"proxy over os", &proxy, SOURCE_OS},
    {"proxy over shared os", &proxy, SOURCE_OS_SHARED},
    {"proxy over fixed", &proxy, SOURCE_FIXED},
};
const size_t pool_pair_count = sizeof pool_pairs / sizeof pool_pairs[0];

static const char *const provider_names[] = {
    [SOURCE_OS] = "os", [SOURCE_OS_SHARED] = "os", [SOURCE_FIXED] = "fixed"};

bool pool_pair_is_built(const struct pool_pair *pair) {
    return plugin_is_built("pool", pair->traits->kind) &&
           (pair->source == SOURCE_FAKE || plugin_is_built("provider", provider_names[pair->source]));
}

static void open_fixed(struct pool_scene *scene, umf_params_handle_t params) {
    scene->buffer_size = (size_t)512 << 20;
    scene->buffer = mmap(NULL, scene->buffer_size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(scene->buffer, MAP_FAILED);
    ck_ok(umfParamsSetPointer(params, "ptr", scene->buffer));
    ck_ok(umfParamsSetSize(params, "size", scene->buffer_size));
}

static void open_provider(struct pool_scene *scene) {
    const char *name = provider_names[scene->source];
    umf_params_handle_t params;
    ck_ok(umfParamsCreate("provider", name, &params));
    if (scene->source == SOURCE_FIXED) {
        open_fixed(scene, params);
    } else if (scene->source == SOURCE_OS_SHARED) {
        ck_ok(umfParamsSet(params, "visibility", "shared"));
    }
    ck_ok(umfMemoryProviderCreateByName(name, params, &scene->provider));
    ck_ok(umfParamsDestroy(params));
}

void pool_scene_open(struct pool_scene *scene, const struct pool_pair *pair) {
    *scene = (struct pool_scene){.traits = pair->traits, .source = pair->source};
    if (pair->source == SOURCE_FAKE) {
        fake_provider_init(&scene->fake);
        ck_ok(umfMemoryProviderCreate(&fake_provider_ops, &scene->fake, &scene->provider));
    } else {
        open_provider(scene);
    }
    ck_ok(umfPoolCreateByName(pair->traits->kind, scene->provider, NULL, 0, &scene->pool));
}

void pool_scene_close(struct pool_scene *scene) {
    ck_ok(umfPoolDestroy(scene->pool));
    ck_ok(umfMemoryProviderDestroy(scene->provider));
    if (scene->source == SOURCE_FAKE) {
        ck_assert_uint_eq(scene->fake.live_bytes, 0);
        ck_assert_uint_eq(scene->fake.wrong_frees, 0);
        fake_provider_fini(&scene->fake);
    } else if (scene->source == SOURCE_FIXED) {
        (void)munmap(scene->buffer, scene->buffer_size);
    }
}

bool pool_scene_owns(struct pool_scene *scene, const void *ptr, size_t size) {
    if (scene->source == SOURCE_FAKE) {
        struct fake_region region;
        return fake_find(&scene->fake, ptr, &region) &&
               (const char *)ptr + size <= region.base + region.size;
    }
    return scene->source != SOURCE_FIXED ||
           ((uintptr_t)ptr >= (uintptr_t)scene->buffer &&
            (uintptr_t)ptr + size <= (uintptr_t)scene->buffer + scene->buffer_size);
}
