/*
 * provider-test.c - the rules of provider.h over each provider that is built.
 *
 * Providers are made by name and by generic parameters, so that this builds
 * without any of them; one that is not built is left out.
 */
#include "conformance/provider.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <umf/params.h>
#include <umf/plugin.h>

#include "conformance/built.h"
#include "suite.h"

static umf_result_t os_make(umf_memory_provider_handle_t *provider, const char *visibility,
                            const char *shm_name) {
    umf_params_handle_t params = NULL;
    umf_result_t result = umfParamsCreate("provider", "os", &params);
    if (result) {
        return result;
    }
    result = umfParamsSet(params, "visibility", visibility);
    if (!result) {
        result = umfParamsSetString(params, "shm_name", shm_name);
    }
    if (!result) {
        result = umfMemoryProviderCreateByName("os", params, provider);
    }
    umfParamsDestroy(params);
    return result;
}

static umf_result_t os_private_make(umf_memory_provider_handle_t *provider) {
    return os_make(provider, "private", NULL);
}
static umf_result_t os_shared_make(umf_memory_provider_handle_t *provider) {
    return os_make(provider, "shared", NULL);
}
static umf_result_t os_named_make(umf_memory_provider_handle_t *provider) {
    char name[64];
    snprintf(name, sizeof name, "umf-conformance-%d", (int)getpid());
    return os_make(provider, "shared", name);
}

#define OS_PROVIDER \
    .component = "os", .name = "OS", .zero_size = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC, \
    .huge_size = UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC, \
    .exhausted_code = 1001, \
    .alignment_3 = UMF_RESULT_ERROR_INVALID_ARGUMENT, \
    .alignment_3_pages = UMF_RESULT_SUCCESS, \
    .success_code = 1000, \
    .purge_lazy_code = 1005, \
    .purge_force_code = 1006, .purge_zeroes = true

static const struct provider_maker os_private = {
    OS_PROVIDER, .make = os_private_make, .ipc = UMF_RESULT_ERROR_INVALID_ARGUMENT};
static const struct provider_maker os_shared = {
    OS_PROVIDER, .make = os_shared_make, .split_unknown = UMF_RESULT_ERROR_UNKNOWN};
static const struct provider_maker os_named = {
    OS_PROVIDER, .make = os_named_make, .split_unknown = UMF_RESULT_ERROR_UNKNOWN};

static char *buffer;
enum { BUFFER_BYTES = 64 << 20 };

static umf_result_t fixed_make(umf_memory_provider_handle_t *provider, size_t shift) {
    umf_params_handle_t params = NULL;
    if (!buffer) {
        buffer = mmap(NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    umf_result_t result = umfParamsCreate("provider", "fixed", &params);
    if (result) {
        return result;
    }
    result = umfParamsSetPointer(params, "ptr", buffer + shift);
    if (!result) {
        result = umfParamsSetSize(params, "size", BUFFER_BYTES - shift);
    }
    if (!result) {
        result = umfMemoryProviderCreateByName("fixed", params, provider);
    }
    umfParamsDestroy(params);
    return result;
}

static umf_result_t fixed_aligned_make(umf_memory_provider_handle_t *provider) {
    return fixed_make(provider, 0);
}
static umf_result_t fixed_unaligned_make(umf_memory_provider_handle_t *provider) {
    return fixed_make(provider, 1001);
}

#define FIXED_PROVIDER \
    .component = "fixed", .name = "FIXED", .zero_size = UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY, \
    .huge_size = UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY, .nulls_when_full = true, \
    .alignment_3 = UMF_RESULT_ERROR_INVALID_ALIGNMENT, \
    .alignment_3_pages = UMF_RESULT_ERROR_INVALID_ALIGNMENT, .cache_line = 64, \
    .success_code = 4000, \
    .purge_lazy = UMF_RESULT_ERROR_NOT_SUPPORTED, \
    .purge_force_code = 4001, \
    .purge_zeroes = true, .split_unknown = UMF_RESULT_ERROR_INVALID_ARGUMENT, \
    .ipc = UMF_RESULT_ERROR_NOT_SUPPORTED

static const struct provider_maker fixed_aligned = {FIXED_PROVIDER, .make = fixed_aligned_make};
static const struct provider_maker fixed_unaligned = {FIXED_PROVIDER, .make = fixed_unaligned_make};

PROVIDER_CASES(os_private)
PROVIDER_CASES(os_shared)
PROVIDER_CASES(os_named)
PROVIDER_CASES(fixed_aligned)
PROVIDER_CASES(fixed_unaligned)

#define PROVIDER(maker) \
    { &maker, { PROVIDER_CASE_LIST(maker) } }
#define ONE(maker, rule) +1
enum { RULES = 0 PROVIDER_RULES(ONE, ), PROVIDERS = 5 };

int main(void) {
    const struct {
        const struct provider_maker *maker;
        const TTest *cases[RULES];
    } providers[PROVIDERS] = {PROVIDER(os_private), PROVIDER(os_shared), PROVIDER(os_named),
                              PROVIDER(fixed_aligned), PROVIDER(fixed_unaligned)};
    const TTest *cases[PROVIDERS * RULES];
    size_t count = 0;
    for (size_t p = 0; p < PROVIDERS; p++) {
        if (plugin_is_built("provider", providers[p].maker->component)) {
            memcpy(&cases[count], providers[p].cases, sizeof providers[p].cases);
            count += RULES;
        }
    }
    return suite_run("conformance/provider", cases, count);
}
