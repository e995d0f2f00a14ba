/*
 * param_rows.h - the parameter table of a component, from a .def table.
 *
 *     #define UMFI_PARAMS_CONFIG struct os_config   (made by param_fields.h)
 *     #define UMFI_PARAMS_KIND UMF_PLUGIN_KIND_PROVIDER
 *     #define UMFI_PARAMS_NAME "os"
 *     #include "base/param_rows.h"                  defines: param_table
 *
 * UMFI_PARAMS_DEF still names the .def. One table to a source file.
 */
#define PARAM_NO_WORDS(...)
#define PARAM_BOOL PARAM_NO_WORDS
#define PARAM_INT PARAM_NO_WORDS
#define PARAM_SIZE PARAM_NO_WORDS
#define PARAM_STRING PARAM_NO_WORDS
#define PARAM_POINTER PARAM_NO_WORDS
#define PARAM_LIST PARAM_NO_WORDS
#define PARAM_ENUM(name, default_text, help, ...) \
    static const umf_param_word_t param_words_##name[] = {__VA_ARGS__, {NULL, 0}};
#define PARAM_FLAGS PARAM_ENUM
#include UMFI_PARAMS_DEF
#include "base/param_undef.h"

#define PARAM_ROW(type_, name_, default_, arity_, min_, max_, words_, help_)           \
    &(const umf_param_row_t){.size = sizeof(umf_param_row_t),                          \
                             .type = (type_),                                          \
                             .phase = UMF_PARAM_PHASE_CREATE,                          \
                             .arity = (arity_),                                        \
                             .offset = offsetof(UMFI_PARAMS_CONFIG, name_),            \
                             .name = #name_,                                           \
                             .default_text = (default_),                               \
                             .min = (uint64_t)(min_),                                  \
                             .max = (uint64_t)(max_),                                  \
                             .words = (words_),                                        \
                             .help = (help_)},
#define PARAM_BOOL(name, d, help) PARAM_ROW(UMF_PARAM_BOOL, name, d, 0, 0, 0, NULL, help)
#define PARAM_INT(name, d, lo, hi, help) PARAM_ROW(UMF_PARAM_INT, name, d, 0, lo, hi, NULL, help)
#define PARAM_SIZE(name, d, lo, hi, help) PARAM_ROW(UMF_PARAM_SIZE, name, d, 0, lo, hi, NULL, help)
#define PARAM_ENUM(name, d, help, ...) \
    PARAM_ROW(UMF_PARAM_ENUM, name, d, 0, 0, 0, param_words_##name, help)
#define PARAM_FLAGS(name, d, help, ...) \
    PARAM_ROW(UMF_PARAM_FLAGS, name, d, 0, 0, 0, param_words_##name, help)
#define PARAM_STRING(name, d, help) PARAM_ROW(UMF_PARAM_STRING, name, d, 0, 0, 0, NULL, help)
#define PARAM_POINTER(name, help) PARAM_ROW(UMF_PARAM_POINTER, name, NULL, 0, 0, 0, NULL, help)
#define PARAM_LIST(name, arity, help) \
    PARAM_ROW(UMF_PARAM_LIST, name, NULL, arity, 0, 0, NULL, help)

static const umf_param_row_t *const param_rows[] = {
#include UMFI_PARAMS_DEF
};
#include "base/param_undef.h"

static const umf_param_table_t param_table = {
    .size = sizeof(umf_param_table_t),
    .kind = UMFI_PARAMS_KIND,
    .name = UMFI_PARAMS_NAME,
    .config_size = sizeof(UMFI_PARAMS_CONFIG),
    .rows = param_rows,
    .row_count = sizeof param_rows / sizeof param_rows[0],
};
