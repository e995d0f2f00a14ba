/*
 * param_fields.h - the fields of a configuration structure, from a .def table.
 *
 *     struct os_config {
 *     #define UMFI_PARAMS_DEF "params/provider-os.def"
 *     #include "base/param_fields.h"
 *     };
 *
 * No include guard: it is included once per table. Rows of a .def:
 *   PARAM_BOOL(name, default, help)
 *   PARAM_INT(name, default, min, max, help)      PARAM_SIZE likewise
 *   PARAM_ENUM(name, default, help, {"word", value}, ...)   PARAM_FLAGS likewise
 *   PARAM_STRING(name, default, help)
 *   PARAM_POINTER(name, help)
 *   PARAM_LIST(name, arity, help)
 * Defaults are text, as a user would write them, or NULL.
 */
#define PARAM_BOOL(name, default_text, help) bool name;
#define PARAM_INT(name, default_text, min, max, help) int name;
#define PARAM_SIZE(name, default_text, min, max, help) size_t name;
#define PARAM_ENUM(name, default_text, help, ...) unsigned name;
#define PARAM_FLAGS(name, default_text, help, ...) unsigned name;
#define PARAM_STRING(name, default_text, help) const char *name;
#define PARAM_POINTER(name, help) void *name;
#define PARAM_LIST(name, arity, help) umf_param_list_t name;
#include UMFI_PARAMS_DEF
#include "base/param_undef.h"
