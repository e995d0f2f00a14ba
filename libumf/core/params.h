/*
 * params.h - parameter sets: rows of (name, value), made without loading
 * anything, and their resolution against a component's table.
 *
 * A set begins with the host table's address, the law for every handle that
 * reaches a plugin. The typed params handles of the UMF 1.x API are such sets.
 * Rows are kept in the order of first setting; setting a name again replaces.
 * One writer; resolving only reads, so it may run in parallel with itself.
 */
#ifndef UMFI_CORE_PARAMS_H
#define UMFI_CORE_PARAMS_H

#include <stdbool.h>
#include <umf/params.h>
#include <umf/plugin_sdk.h>

enum umfi_value_shape {
    UMFI_VALUE_UNSET,
    UMFI_VALUE_TEXT, /* judged when the table is known; lists are parsed ahead */
    UMFI_VALUE_BOOL, /* a number, 0 or 1, that is meant for nothing else */
    UMFI_VALUE_UNSIGNED,
    UMFI_VALUE_SIGNED,
    UMFI_VALUE_POINTER,
    UMFI_VALUE_LIST,
};

/* A value on its way into a row, or in one. TEXT may carry its numbers too. */
struct umfi_param_value {
    enum umfi_value_shape shape;
    uint64_t number; /* of SIGNED its two's complement */
    void *pointer;
    const char *text;
    const unsigned *numbers; /* LIST, and TEXT that reads as one */
    size_t number_count;     /* numbers, not items: the arity is the table's */
};

/* [a-z][a-z0-9_]* */
bool umfi_params_is_name(const char *name);

umf_result_t umfi_params_create(umf_plugin_kind_t kind, const char *name,
                                struct umf_params_t **params);
void umfi_params_destroy(struct umf_params_t *params);
/* Copies the value. Shape UNSET forgets the row. */
umf_result_t umfi_params_set(struct umf_params_t *params, const char *name,
                             const struct umfi_param_value *value);

/* What the typed setters of api/ are made of. INVALID_ARGUMENT, in the name of
 * the calling function, where `params` is NULL. A NULL string unsets. */
#define umfi_params_set_unsigned(...) umfi_params_put_unsigned(__func__, __VA_ARGS__)
#define umfi_params_set_signed(...) umfi_params_put_signed(__func__, __VA_ARGS__)
#define umfi_params_set_string(...) umfi_params_put_string(__func__, __VA_ARGS__)
#define umfi_params_set_pointer(...) umfi_params_put_pointer(__func__, __VA_ARGS__)
#define umfi_params_set_numbers(...) umfi_params_put_numbers(__func__, __VA_ARGS__)
umf_result_t umfi_params_put_unsigned(const char *where, void *params, const char *name,
                                      uint64_t value);
umf_result_t umfi_params_put_signed(const char *where, void *params, const char *name,
                                    int64_t value);
umf_result_t umfi_params_put_string(const char *where, void *params, const char *name,
                                    const char *value);
umf_result_t umfi_params_put_pointer(const char *where, void *params, const char *name,
                                     void *value);
umf_result_t umfi_params_put_numbers(const char *where, void *params, const char *name,
                                     const umf_param_list_t *list);

/* host->effective_params. */
umf_result_t umfi_params_resolve(const void *params, const umf_param_table_t *table, void *config);

/* Values from elsewhere than the table and the set: the plugin layer's
 * manifests, asked before the set, and the configuration of CTL, asked after it.
 * A source calls `apply` for each (name, text) it has for the component and
 * returns the first result that was not SUCCESS. Its texts live as long as the
 * process. */
enum umfi_params_source { UMFI_PARAMS_MANIFEST, UMFI_PARAMS_CONFIG, UMFI_PARAMS_SOURCES };
typedef umf_result_t (*umfi_params_apply_fn)(void *arg, const char *name, const char *text);
typedef umf_result_t (*umfi_params_source_fn)(umf_plugin_kind_t kind, const char *component,
                                              umfi_params_apply_fn apply, void *arg);
void umfi_params_set_source(enum umfi_params_source which, umfi_params_source_fn source);

#endif
