/* param_table.c - a parameter table, row by row (param_table.h). */
#include "plugin/param_table.h"

#include <string.h>

#include "core/params.h"

#define TABLE_BYTES_MIN (offsetof(umf_param_table_t, row_count) + sizeof(size_t))
#define ROW_BYTES_MIN (offsetof(umf_param_row_t, help) + sizeof(const char *))

/* The field of each type in the plugin's configuration structure. */
static const struct {
    size_t bytes, alignment;
} fields[] = {
    [UMF_PARAM_BOOL] = {sizeof(bool), _Alignof(bool)},
    [UMF_PARAM_INT] = {sizeof(int), _Alignof(int)},
    [UMF_PARAM_SIZE] = {sizeof(size_t), _Alignof(size_t)},
    [UMF_PARAM_ENUM] = {sizeof(unsigned), _Alignof(unsigned)},
    [UMF_PARAM_FLAGS] = {sizeof(unsigned), _Alignof(unsigned)},
    [UMF_PARAM_STRING] = {sizeof(const char *), _Alignof(const char *)},
    [UMF_PARAM_POINTER] = {sizeof(void *), _Alignof(void *)},
    [UMF_PARAM_LIST] = {sizeof(umf_param_list_t), _Alignof(umf_param_list_t)},
};

static bool is_field(const umf_param_table_t *table, const umf_param_row_t *row) {
    size_t bytes = fields[row->type].bytes;
    return row->offset % fields[row->type].alignment == 0 && bytes <= table->config_size &&
           row->offset <= table->config_size - bytes;
}

/* What is wrong with a row; NULL: nothing. */
static const char *row_fault(const umf_param_table_t *table, size_t index) {
    const umf_param_row_t *row = table->rows[index];
    if (!row) {
        return "parameter pointer";
    }
    if (!umfi_is_struct_size(row->size, ROW_BYTES_MIN)) {
        return "parameter size";
    }
    if (!row->name || !umfi_params_is_name(row->name)) {
        return "parameter name";
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(table->rows[i]->name, row->name) == 0) {
            return "parameter name (twice)";
        }
    }
    if (row->type < UMF_PARAM_BOOL || row->type > UMF_PARAM_LIST) {
        return "parameter type";
    }
    if ((row->type == UMF_PARAM_ENUM || row->type == UMF_PARAM_FLAGS) && !row->words) {
        return "parameter words";
    }
    return is_field(table, row) ? NULL : "parameter offset";
}

bool umfi_param_table_check(const umf_param_table_t *table, const char **fault) {
    *fault = NULL;
    if (!table) {
        return true;
    }
    if (!umfi_is_struct_size(table->size, TABLE_BYTES_MIN)) {
        *fault = "params size";
    } else if (!table->rows && table->row_count > 0) {
        *fault = "params rows";
    }
    for (size_t i = 0; !*fault && i < table->row_count; i++) {
        *fault = row_fault(table, i);
    }
    return !*fault;
}
