/*
 * umf/params.h - parameters for any plugin, by name.
 *
 * A set is made for one component without loading anything, filled by name,
 * given to umfMemoryProviderCreate, umfPoolCreate or their ...ByName forms, and
 * destroyed. It is read during create only. Values are checked against the
 * component's table when an object is made: a name the table lacks is
 * NOT_SUPPORTED, a value of the wrong type or out of range INVALID_ARGUMENT, and
 * umfGetLastErrorMessage() names it. Strings and lists are copied, pointers are
 * not followed. One writer at a time.
 *
 * Every call: INVALID_ARGUMENT for a NULL set, name or output, or a name that is
 * not [a-z][a-z0-9_]* (a component's: [a-z][a-z0-9_-]*, at most 32 characters);
 * OUT_OF_HOST_MEMORY.
 */
#ifndef UMF_PARAMS_H
#define UMF_PARAMS_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <umf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct umf_params_t *umf_params_handle_t;

/* kind: "pool" or "provider"; name: the component's, as in `umf list`. */
umf_result_t umfParamsCreate(const char *kind, const char *name, umf_params_handle_t *params);
/* NULL: SUCCESS. */
umf_result_t umfParamsDestroy(umf_params_handle_t params);

/* Text as in a manifest or a stack: 64KiB, true, bind, 0,2. */
umf_result_t umfParamsSet(umf_params_handle_t params, const char *name, const char *text);

umf_result_t umfParamsSetBool(umf_params_handle_t params, const char *name, bool value);
umf_result_t umfParamsSetInt(umf_params_handle_t params, const char *name, int64_t value);
umf_result_t umfParamsSetSize(umf_params_handle_t params, const char *name, size_t value);
/* NULL is the same as never set. */
umf_result_t umfParamsSetString(umf_params_handle_t params, const char *name, const char *value);
umf_result_t umfParamsSetPointer(umf_params_handle_t params, const char *name, void *value);
/* `count` numbers; for a list of pairs, each pair's two in turn. NULL with a
 * count above 0: INVALID_ARGUMENT. */
umf_result_t umfParamsSetList(umf_params_handle_t params, const char *name,
                              const unsigned *numbers, size_t count);

#ifdef __cplusplus
}
#endif
#endif
