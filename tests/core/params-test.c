/* params-test.c - parameter sets: text, types, precedence, errors by name. */
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <umf/plugin.h>

#include "core/host.h"
#include "core/meta.h"
#include "core/param_text.h"
#include "core/params.h"
#include "suite.h"

#define INV UMF_RESULT_ERROR_INVALID_ARGUMENT
#define NSUP UMF_RESULT_ERROR_NOT_SUPPORTED

/* A table of every type, without a .def of its own. */
struct config {
    bool flag;
    int level;
    size_t size;
    unsigned mode, rights;
    const char *name;
    void *pointer;
    umf_param_list_t nodes, parts;
};

static const umf_param_word_t modes[] = {{"bind", 1}, {"local", 5}, {NULL, 0}};
static const umf_param_word_t rights[] = {{"read", 2}, {"write", 4}, {NULL, 0}};

#define ROW(name_, type_, default_, ...)                                                       \
    &(const umf_param_row_t) {                                                                 \
        .size = sizeof(umf_param_row_t), .type = (type_), .phase = UMF_PARAM_PHASE_CREATE,     \
        .offset = offsetof(struct config, name_), .name = #name_, .default_text = (default_),  \
        .help = "", __VA_ARGS__                                                                \
    }

static const umf_param_row_t *const rows[] = {
    ROW(flag, UMF_PARAM_BOOL, "true", .arity = 0),
    ROW(level, UMF_PARAM_INT, "-2", .min = (uint64_t)-3, .max = 3),
    ROW(size, UMF_PARAM_SIZE, "64KiB", .min = 16, .max = SIZE_MAX),
    ROW(mode, UMF_PARAM_ENUM, "bind", .words = modes),
    ROW(rights, UMF_PARAM_FLAGS, "read|write", .words = rights),
    ROW(name, UMF_PARAM_STRING, NULL, .arity = 0),
    ROW(pointer, UMF_PARAM_POINTER, NULL, .arity = 0),
    ROW(nodes, UMF_PARAM_LIST, NULL, .arity = 1),
    ROW(parts, UMF_PARAM_LIST, "3:1,5:0", .arity = 2),
};

static const umf_param_table_t table = {.size = sizeof table,
                                        .kind = UMF_PLUGIN_KIND_PROVIDER,
                                        .name = "demo",
                                        .config_size = sizeof(struct config),
                                        .rows = rows,
                                        .row_count = sizeof rows / sizeof rows[0]};

static umf_params_handle_t set;
static struct config config;

static umf_result_t resolve(void) { return umfi_params_resolve(set, &table, &config); }

static umf_params_handle_t make(void) {
    ck_ok(umfParamsCreate("provider", "demo", &set));
    return set;
}

START_TEST(sizes_read_with_binary_units) {
    static const struct {
        const char *text;
        int is_good;
        size_t value;
    } cases[] = {
        {"0", 1, 0},          {"64", 1, 64},        {"64KiB", 1, 65536},   {"64K", 1, 65536},
        {"0x10", 1, 16},      {"2MiB", 1, 2097152}, {"1GiB", 1, 1u << 30}, {"3T", 1, (size_t)3 << 40},
        {"18446744073709551615", 1, SIZE_MAX},      {"18446744073709551616", 0, 0},
        {"16777216TiB", 0, 0}, {"", 0, 0},          {"KiB", 0, 0},         {"1kib", 0, 0},
        {"1 KiB", 0, 0},      {"-1", 0, 0},         {"1KB", 0, 0},         {"0x", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t value = 7;
        bool is_good = umfi_text_to_size(cases[i].text, &value);
        ck_assert_msg(is_good == cases[i].is_good, "'%s'", cases[i].text);
        ck_assert_uint_eq(value, is_good ? cases[i].value : 7);
    }
}
END_TEST

START_TEST(integers_read_with_a_sign_and_within_range) {
    static const struct {
        const char *text;
        int is_good;
        int64_t value;
    } cases[] = {{"-9223372036854775808", 1, INT64_MIN}, {"9223372036854775807", 1, INT64_MAX},
                 {"9223372036854775808", 0, 0},          {"-", 0, 0},
                 {"1x", 0, 0},                           {"-0x1F", 1, -31}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 7;
        ck_assert_msg(umfi_text_to_int(cases[i].text, &value) == cases[i].is_good, "'%s'",
                      cases[i].text);
        ck_assert_int_eq(value, cases[i].is_good ? cases[i].value : 7);
    }
}
END_TEST

START_TEST(lists_read_by_their_arity) {
    static const struct {
        const char *text;
        unsigned arity;
        int is_good;
        size_t count;
    } cases[] = {{"", 1, 1, 0},      {"0", 1, 1, 1},     {"0,2,1", 1, 1, 3}, {"0,", 1, 0, 0},
                 {"0:1", 1, 0, 0},   {"3:1,5:0", 2, 1, 4}, {"3:1,5", 2, 0, 0}, {"3,1", 2, 0, 0},
                 {"4294967295", 1, 1, 1}, {"4294967296", 1, 0, 0}, {"1,a", 1, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned numbers[4];
        size_t count = 99;
        ck_assert_msg(umfi_text_to_list(cases[i].text, cases[i].arity, numbers, 4, &count) ==
                          cases[i].is_good,
                      "'%s'", cases[i].text);
        ck_assert_uint_eq(count, cases[i].is_good ? cases[i].count : 99);
    }
}
END_TEST

START_TEST(defaults_hold_where_nothing_is_set) {
    ck_ok(umfi_params_resolve(NULL, &table, &config));
    ck_assert(config.flag);
    ck_assert_int_eq(config.level, -2);
    ck_assert_uint_eq(config.size, 65536);
    ck_assert_uint_eq(config.mode, 1);
    ck_assert_uint_eq(config.rights, 6);
    ck_assert_ptr_null(config.name);
    ck_assert_ptr_null(config.pointer);
    ck_assert_uint_eq(config.nodes.count, 0);
    ck_assert_uint_eq(config.parts.count, 2);
    ck_assert_uint_eq(config.parts.numbers[2], 5);
}
END_TEST

START_TEST(a_bool_is_no_number_and_no_word) {
    static const char *const names[] = {"level", "size", "mode", "rights", "name", "pointer"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        make();
        ck_ok(umfParamsSetBool(set, names[i], true));
        ck_assert_int_eq(resolve(), UMF_RESULT_ERROR_INVALID_ARGUMENT);
        ck_assert_msg(strstr(umfGetLastErrorMessage(), "got true"), "%s",
                      umfGetLastErrorMessage());
    }
}
END_TEST

START_TEST(typed_values_and_text_reach_the_same_fields) {
    static const unsigned nodes[] = {4, 2};
    make();
    ck_assert_ptr_eq(umf_plugin_host_of(set), &umfi_host); /* the law of handles */
    ck_ok(umfParamsSetBool(set, "flag", false));
    ck_ok(umfParamsSetInt(set, "level", -3));
    ck_ok(umfParamsSetSize(set, "size", 17));
    ck_ok(umfParamsSetInt(set, "mode", 5));
    ck_ok(umfParamsSetString(set, "name", "first"));
    ck_ok(umfParamsSetString(set, "name", "second")); /* replaces */
    ck_ok(umfParamsSetPointer(set, "pointer", &config));
    ck_ok(umfParamsSetList(set, "nodes", nodes, 2));
    ck_ok(resolve());
    ck_assert(!config.flag);
    ck_assert_int_eq(config.level, -3);
    ck_assert_uint_eq(config.size, 17);
    ck_assert_uint_eq(config.mode, 5);
    ck_assert_str_eq(config.name, "second");
    ck_assert_ptr_eq(config.pointer, &config);
    ck_assert_uint_eq(config.nodes.count, 2);
    ck_assert_ptr_ne(config.nodes.numbers, nodes); /* lists are copied */
    ck_ok(umfParamsSet(set, "flag", "yes"));
    ck_ok(umfParamsSet(set, "level", "3"));
    ck_ok(umfParamsSet(set, "size", "1GiB"));
    ck_ok(umfParamsSet(set, "mode", "local"));
    ck_ok(umfParamsSet(set, "rights", "write"));
    ck_ok(umfParamsSet(set, "nodes", "7"));
    ck_ok(umfParamsSet(set, "parts", "1:9"));
    ck_ok(umfParamsSetString(set, "name", NULL)); /* as never set */
    ck_ok(resolve());
    ck_assert(config.flag);
    ck_assert_int_eq(config.level, 3);
    ck_assert_uint_eq(config.size, 1u << 30);
    ck_assert_uint_eq(config.rights, 4);
    ck_assert_uint_eq(config.nodes.numbers[0], 7);
    ck_assert_uint_eq(config.parts.numbers[1], 9);
    ck_assert_ptr_null(config.name);
    ck_ok(umfParamsDestroy(set));
}
END_TEST

START_TEST(a_value_that_does_not_fit_is_named_with_what_would) {
    static const struct {
        const char *name, *text, *message;
        umf_result_t result;
    } cases[] = {
        {"flag", "maybe", "'flag' must be true or false, got 'maybe'", INV},
        {"level", "4", "'level' must be an integer -3 to 3, got '4'", INV},
        {"level", "many", "got 'many'", INV},
        {"size", "15", "'size' must be a size 16 to", INV},
        {"mode", "bond", "'mode' must be bind, local, got 'bond'", INV},
        {"rights", "read|fly", "'rights' must be read|write, got 'read|fly'", INV},
        {"pointer", "0x1", "'pointer' must be a pointer", INV},
        {"nodes", "1:2", "'nodes' must be a list such as 0,2", INV},
        {"parts", "1,2", "'parts' must be a list such as 3:1,5:0", INV},
        {"colour", "red", "provider:demo: E_FIELD: it has no parameter 'colour': see", NSUP},
        {"nodse", "1", "it has no parameter 'nodse'; did you mean 'nodes'?", NSUP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make();
        ck_ok(umfParamsSet(set, cases[i].name, cases[i].text));
        ck_assert_int_eq(resolve(), cases[i].result);
        ck_assert_msg(strstr(umfGetLastErrorMessage(), cases[i].message) != NULL, "row %zu: %s", i,
                      umfGetLastErrorMessage());
        ck_ok(umfParamsDestroy(set));
    }
}
END_TEST

START_TEST(typed_values_out_of_range_are_refused_too) {
    make();
    ck_ok(umfParamsSetInt(set, "level", (int64_t)INT_MAX + 1));
    ck_assert_int_eq(resolve(), INV);
    ck_ok(umfParamsSetInt(set, "level", 0));
    ck_ok(umfParamsSetInt(set, "size", -1));
    ck_assert_int_eq(resolve(), INV);
    ck_ok(umfParamsSetSize(set, "size", 16));
    ck_ok(umfParamsSetSize(set, "mode", 2));
    ck_assert_int_eq(resolve(), INV);
    ck_ok(umfParamsSetSize(set, "mode", 1));
    ck_ok(umfParamsSetSize(set, "rights", 8));
    ck_assert_int_eq(resolve(), INV);
    ck_ok(umfParamsSetSize(set, "rights", 0)); /* no flag at all is a value */
    ck_ok(resolve());
    ck_ok(umfParamsDestroy(set));
}
END_TEST

static umf_result_t manifest(umf_plugin_kind_t kind, const char *component,
                             umfi_params_apply_fn apply, void *arg) {
    ck_assert_int_eq(kind, UMF_PLUGIN_KIND_PROVIDER);
    ck_assert_str_eq(component, "demo");
    umf_result_t result = apply(arg, "level", "1");
    return result == UMF_RESULT_SUCCESS ? apply(arg, "nodes", "8,9") : result;
}

static umf_result_t configuration(umf_plugin_kind_t kind, const char *component,
                                  umfi_params_apply_fn apply, void *arg) {
    (void)kind, (void)component;
    return apply(arg, "size", "99");
}

START_TEST(the_manifest_yields_to_the_caller_who_yields_to_the_configuration) {
    umfi_params_set_source(UMFI_PARAMS_MANIFEST, manifest);
    umfi_params_set_source(UMFI_PARAMS_CONFIG, configuration);
    make();
    ck_ok(umfParamsSetSize(set, "size", 50));
    ck_ok(resolve());
    ck_assert_int_eq(config.level, 1);
    ck_assert_uint_eq(config.nodes.count, 2);
    ck_assert_uint_eq(config.nodes.numbers[1], 9);
    ck_assert_uint_eq(config.size, 99);
    ck_ok(umfParamsSetInt(set, "level", 2));
    ck_ok(resolve());
    ck_assert_int_eq(config.level, 2);
    ck_ok(umfParamsDestroy(set));
}
END_TEST

START_TEST(a_set_made_for_another_component_is_refused) {
    ck_ok(umfParamsCreate("provider", "other", &set));
    ck_assert_int_eq(resolve(), INV);
    ck_assert_ptr_nonnull(
        strstr(umfGetLastErrorMessage(), "was given parameters made for provider:other"));
    ck_ok(umfParamsDestroy(set));
}
END_TEST

START_TEST(null_and_senseless_arguments_are_refused) {
    umf_params_handle_t none = NULL;
    make();
    const umf_result_t results[] = {
        umfParamsCreate(NULL, "demo", &none),
        umfParamsCreate("provider", NULL, &none),
        umfParamsCreate("provider", "demo", NULL),
        umfParamsCreate("thing", "demo", &none),
        umfParamsCreate("provider", "", &none),
        umfParamsCreate("provider", "A B", &none),
        umfParamsCreate("provider", "a23456789012345678901234567890123", &none),
        umfParamsSet(NULL, "flag", "1"),
        umfParamsSet(set, NULL, "1"),
        umfParamsSet(set, "flag", NULL),
        umfParamsSet(set, "", "1"),
        umfParamsSet(set, "Flag", "1"),
        umfParamsSet(set, "fl ag", "1"),
        umfParamsSetBool(NULL, "flag", true),
        umfParamsSetInt(NULL, "level", 1),
        umfParamsSetSize(NULL, "size", 1),
        umfParamsSetString(NULL, "name", "x"),
        umfParamsSetPointer(NULL, "pointer", NULL),
        umfParamsSetList(NULL, "nodes", NULL, 0),
        umfParamsSetList(set, "nodes", NULL, 1),
    };
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        ck_assert_msg(results[i] == INV, "row %zu answers %d", i, results[i]);
    }
    ck_assert_ptr_null(none);
    ck_ok(umfParamsDestroy(NULL));
    ck_ok(umfParamsDestroy(set));
}
END_TEST

static umf_result_t fill(void) {
    static const unsigned numbers[] = {1, 2, 3};
    umf_result_t result = umfParamsCreate("provider", "demo", &set);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = umfParamsSet(set, "parts", "1:2,3:4");
    if (result == UMF_RESULT_SUCCESS) {
        result = umfParamsSetList(set, "nodes", numbers, 3);
    }
    if (result == UMF_RESULT_SUCCESS) {
        result = resolve();
    }
    ck_ok(umfParamsDestroy(set));
    return result;
}

START_TEST(without_metadata_setting_fails_and_leaves_nothing) {
    ck_ok(fill());
    size_t before = umfi_meta_in_use();
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        umf_result_t result = fill();
        int has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        ck_assert_uint_eq(umfi_meta_in_use(), before);
        if (!has_failed) {
            ck_ok(result);
            break;
        }
        ck_assert_int_eq(result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
}
END_TEST

SUITE_MAIN("core/params", sizes_read_with_binary_units,
           integers_read_with_a_sign_and_within_range, lists_read_by_their_arity,
           defaults_hold_where_nothing_is_set, a_bool_is_no_number_and_no_word, typed_values_and_text_reach_the_same_fields,
           a_value_that_does_not_fit_is_named_with_what_would,
           typed_values_out_of_range_are_refused_too,
           the_manifest_yields_to_the_caller_who_yields_to_the_configuration,
           a_set_made_for_another_component_is_refused, null_and_senseless_arguments_are_refused,
           without_metadata_setting_fails_and_leaves_nothing)
