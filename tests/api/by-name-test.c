/*
 * by-name-test.c - pools, providers and stacks by name, through libumf.so.
 *
 * A case or a row that needs a plugin which this build lacks is passed over.
 */
#include <string.h>
#include <umf.h>
#include <umf/plugin.h>
#include <umf/stack.h>

#include "suite.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT

static umf_memory_provider_handle_t provider;
static umf_memory_pool_handle_t pool;

static void assert_works(umf_memory_pool_handle_t tried) {
    char *block = umfPoolMalloc(tried, 1000);
    ck_assert_ptr_nonnull(block);
    memset(block, 1, 1000);
    umf_memory_pool_handle_t owner = NULL;
    ck_ok(umfPoolByPtr(block + 999, &owner));
    ck_assert_ptr_eq(owner, tried);
    ck_ok(umfFree(block));
}

static void assert_message(const char *part) {
    ck_assert_msg(strstr(umfGetLastErrorMessage(), part) != NULL, "'%s' lacks '%s'",
                  umfGetLastErrorMessage(), part);
}

struct search {
    const char *name;
    bool is_found;
};

static int compare(const umf_plugin_info_t *info, void *arg) {
    struct search *search = arg;
    bool is_usable = info->state == UMF_PLUGIN_AVAILABLE || info->state == UMF_PLUGIN_READY;
    search->is_found = is_usable && strcmp(info->name, search->name) == 0;
    return search->is_found;
}

/* Whether this build has every one of these, "disjoint os". */
static bool has_plugins(const char *names) {
    char text[64];
    ck_assert_uint_lt(strlen(names), sizeof text);
    strcpy(text, names);
    for (char *rest, *name = strtok_r(text, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
        struct search search = {.name = name};
        ck_ok(umfPluginList(compare, &search));
        if (!search.is_found) {
            return false;
        }
    }
    return true;
}

START_TEST(a_pool_over_a_provider_needs_nothing_but_names) {
    if (!has_plugins("disjoint os")) {
        return;
    }
    ck_ok(umfMemoryProviderCreateByName("os", NULL, &provider));
    ck_ok(umfPoolCreateByName("disjoint", provider, NULL, UMF_POOL_CREATE_FLAG_OWN_PROVIDER,
                              &pool));
    assert_works(pool);
    ck_ok(umfPoolDestroy(pool));
}
END_TEST

START_TEST(parameters_reach_the_plugin) {
    if (!has_plugins("os")) {
        return;
    }
    umf_params_handle_t params;
    const char *name = NULL;
    ck_ok(umfParamsCreate("provider", "os", &params));
    ck_ok(umfParamsSet(params, "name", "mine"));
    ck_ok(umfMemoryProviderCreateByName("os", params, &provider));
    ck_ok(umfParamsDestroy(params));
    ck_ok(umfMemoryProviderGetName(provider, &name));
    ck_assert_str_eq(name, "mine");
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(an_unknown_name_is_answered_with_the_nearest_and_the_places) {
    ck_assert_int_eq(umfMemoryProviderCreateByName("oss", NULL, &provider), INV);
    assert_message("umf: provider:oss: E_NOT_FOUND: no provider 'oss'; ");
    assert_message(has_plugins("os") ? "did you mean 'os'?" : "");
    assert_message("searched: ");
    ck_assert_int_eq(umfMemoryProviderCreateByName(NULL, NULL, &provider), INV);
    ck_assert_int_eq(umfMemoryProviderCreateByName("os", NULL, NULL), INV);
    ck_assert_int_eq(umfPoolCreateByName("disjoint", NULL, NULL, 0, &pool), INV);
    ck_assert_ptr_null(umfPluginPoolOps("os")); /* a provider's name */
}
END_TEST

START_TEST(a_stack_is_made_and_destroyed_whole) {
    static const struct {
        const char *needs, *spec;
    } rows[] = {
        {"disjoint os", "disjoint @ os"},
        {"disjoint os", "disjoint(capacity=16, slab_min_size=256KiB) @ os(visibility=shared)"},
        {"proxy os", "proxy @ os(protection=read|write, name=below)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (has_plugins(rows[i].needs)) {
            umf_result_t result = umfStackCreate(rows[i].spec, &pool);
            ck_assert_msg(result == UMF_RESULT_SUCCESS, "%s: %s", rows[i].spec, umfGetLastErrorMessage());
            assert_works(pool);
            ck_ok(umfPoolDestroy(pool));
        }
    }
    if (has_plugins("os")) {
        ck_ok(umfStackCreateProvider("os(visibility=shared)", &provider));
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(a_bad_stack_is_refused_with_the_column) {
    static const struct {
        const char *needs, *spec, *message;
        umf_result_t result;
    } rows[] = {
        {"disjoint", "disjoint", "column 9: a pool needs a provider", INV},
        {"disjoint", "disjoint @ oss", "stack: column 12: provider:oss: E_NOT_FOUND", INV},
        {"os", "disjiont @ os", "stack: column 1: pool:disjiont: E_NOT_FOUND", INV},
        {"os", "os @ os", "stack: column 1: pool:os: E_NOT_FOUND", INV},
        {"disjoint os", "disjoint @ os @ os", "column 12: this provider takes no other under it", INV},
        {"disjoint os", "disjoint(capacity=many) @ os", "stack: column 1: pool:disjoint: E_FIELD: 'capacity'", INV},
        {"disjoint os", "disjoint(colour=red) @ os", "it has no parameter 'colour'",
         UMF_RESULT_ERROR_NOT_SUPPORTED},
        {"disjoint os", "disjoint @ os(visibility=public)", "stack: column 12: provider:os: E_FIELD: 'visibility'",
         INV},
        {"", "disjoint @", "column 11: a plugin's name was expected", INV},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!has_plugins(rows[i].needs)) {
            continue;
        }
        pool = (void *)0x1;
        ck_assert_msg(umfStackCreate(rows[i].spec, &pool) == rows[i].result, "%s", rows[i].spec);
        assert_message(rows[i].message);
        ck_assert_ptr_eq(pool, (void *)0x1);
    }
    ck_assert_int_eq(umfStackCreate(NULL, &pool), INV);
    ck_assert_int_eq(umfStackCreate("disjoint @ os", NULL), INV);
    ck_assert_int_eq(umfStackCreateProvider(NULL, &provider), INV);
    ck_assert_int_eq(umfStackCreateProvider("os", NULL), INV);
}
END_TEST

static int count_ready(const umf_plugin_info_t *info, void *arg) {
    ck_assert_uint_eq(info->size, sizeof *info);
    *(int *)arg += info->state == UMF_PLUGIN_READY;
    return 0;
}

START_TEST(listing_loads_nothing) {
    int ready = 0;
    ck_ok(umfPluginList(count_ready, &ready));
    ck_assert_int_eq(ready, 0);
    if (has_plugins("disjoint")) {
        ck_assert_ptr_nonnull(umfPluginPoolOps("disjoint"));
        ck_ok(umfPluginList(count_ready, &ready));
        ck_assert_int_eq(ready, 1);
    }
    ck_assert_int_eq(umfPluginList(NULL, NULL), INV);
}
END_TEST

START_TEST(a_described_component_has_its_parameters) {
    const umf_plugin_component_t *component = NULL;
    if (has_plugins("disjoint")) {
        ck_ok(umfPluginDescribe("pool", "disjoint", &component));
        ck_assert_str_eq(component->name, "disjoint");
        ck_assert_str_eq(component->params->rows[0]->name, "slab_min_size");
    }
    ck_assert_int_eq(umfPluginDescribe("thing", "disjoint", &component), INV);
    ck_assert_int_eq(umfPluginDescribe(NULL, "disjoint", &component), INV);
    ck_assert_int_eq(umfPluginDescribe("pool", NULL, &component), INV);
    ck_assert_int_eq(umfPluginDescribe("pool", "disjoint", NULL), INV);
}
END_TEST

SUITE_MAIN("api/by-name", a_pool_over_a_provider_needs_nothing_but_names,
           parameters_reach_the_plugin, an_unknown_name_is_answered_with_the_nearest_and_the_places,
           a_stack_is_made_and_destroyed_whole, a_bad_stack_is_refused_with_the_column,
           listing_loads_nothing, a_described_component_has_its_parameters)
