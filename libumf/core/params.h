/*
 * params.h - parameter sets: rows of (name, typed value), made without loading
 * anything, and their resolution against a component's table.
 *
 * A set begins with the host table's address, the law for every handle that
 * reaches a plugin. The typed params handles of the UMF 1.x API are such sets.
 * Rows are kept in the order of first setting; setting a name again replaces.
 * One writer; reading is safe while nobody writes.
 */
#ifndef UMFI_CORE_PARAMS_H
#define UMFI_CORE_PARAMS_H

#include <stdbool.h>
#include <umf/params.h>
#include <umf/plugin_sdk.h>

struct umf_params_t;

/* One value on its way into a row. TEXT is parsed when the table is known. */
struct umfi_param_value {
    enum { UMFI_VALUE_TEXT, UMFI_VALUE_NUMBER, UMFI_VALUE_POINTER, UMFI_VALUE_LIST } shape;
    bool is_signed;
    union {
        const char *text;
        uint64_t number; /* of a signed value its two's complement */
        void *pointer;
        umf_param_list_t list; /* numbers, not items: arity is the table's */
    };
};

umf_result_t umfi_params_create(umf_plugin_kind_t kind, const char *name,
                                struct umf_params_t **params);
void umfi_params_destroy(struct umf_params_t *params);
umf_result_t umfi_params_set(struct umf_params_t *params, const char *name,
                             const struct umfi_param_value *value);
/* Forgets a row; unknown names are ignored. */
void umfi_params_unset(struct umf_params_t *params, const char *name);

/* host->effective_params. */
umf_result_t umfi_params_resolve(const void *params, const umf_param_table_t *table, void *config);

/* Defaults from elsewhere than the table: the plugin layer's manifests now, the
 * configuration of CTL later. A source calls `apply` for each (name, text) it
 * has for the component; its result is the first that was not SUCCESS. Sources
 * are asked in the order of the enum, around what the caller set. */
enum umfi_params_source { UMFI_PARAMS_MANIFEST, UMFI_PARAMS_CONFIG, UMFI_PARAMS_SOURCES };
typedef umf_result_t (*umfi_params_apply_fn)(void *arg, const char *name, const char *text);
typedef umf_result_t (*umfi_params_source_fn)(umf_plugin_kind_t kind, const char *component,
                                              umfi_params_apply_fn apply, void *arg);
void umfi_params_set_source(enum umfi_params_source which, umfi_params_source_fn source);

#endif
