/*
 * params.c - parameter sets and the public calls that fill them (params.h).
 *
 * Law: row names are unique in a set; each row owns its name, its text and its
 * numbers, all from the metadata arena.
 */
#include "core/params.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/host.h"
#include "core/meta.h"
#include "core/param_text.h"
#include "core/params_set.h"

bool umfi_params_is_name(const char *name) {
    if (*name < 'a' || *name > 'z') {
        return false;
    }
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool is_component_name(const char *name) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    return *name >= 'a' && *name <= 'z' && length <= 32 && name[length] == '\0';
}

static void row_clear(struct param_row *row) {
    umfi_meta_free_string((char *)(uintptr_t)row->value.text);
    umfi_meta_free((void *)(uintptr_t)row->value.numbers,
                   row->value.number_count * sizeof(unsigned));
    row->value = (struct umfi_param_value){.shape = UMFI_VALUE_UNSET};
}

static struct param_row *row_find(const struct umf_params_t *params, const char *name) {
    struct param_row *row = params->first;
    while (row && strcmp(row->name, name) != 0) {
        row = row->next;
    }
    return row;
}

static struct param_row *row_add(struct umf_params_t *params, const char *name) {
    struct param_row *row = umfi_meta_alloc(sizeof *row);
    char *copy = row ? umfi_meta_strdup(name) : NULL;
    if (!copy) {
        umfi_meta_free(row, sizeof *row);
        return NULL;
    }
    row->name = copy;
    struct param_row **end = &params->first;
    while (*end) {
        end = &(*end)->next;
    }
    *end = row;
    return row;
}

/* Text that reads as numbers is kept as numbers too, so that resolving a list
 * parameter needs no memory. */
static bool numbers_of_text(struct umfi_param_value *value) {
    size_t count;
    if (!umfi_text_to_list(value->text, 0, NULL, 0, &count) || count == 0) {
        return true;
    }
    unsigned *numbers = umfi_meta_alloc(count * sizeof *numbers);
    if (!numbers) {
        return false;
    }
    (void)umfi_text_to_list(value->text, 0, numbers, count, &count);
    value->numbers = numbers;
    value->number_count = count;
    return true;
}

static bool value_copy(struct umfi_param_value *copy, const struct umfi_param_value *value) {
    *copy = *value;
    copy->text = NULL;
    copy->numbers = NULL;
    copy->number_count = 0;
    if (value->text) {
        copy->text = umfi_meta_strdup(value->text);
        return copy->text && numbers_of_text(copy);
    }
    if (value->number_count > 0) {
        size_t bytes = value->number_count * sizeof *value->numbers;
        unsigned *numbers = umfi_meta_alloc(bytes);
        if (!numbers) {
            return false;
        }
        copy->numbers = memcpy(numbers, value->numbers, bytes);
        copy->number_count = value->number_count;
    }
    return true;
}

umf_result_t umfi_params_create(umf_plugin_kind_t kind, const char *name,
                                struct umf_params_t **params) {
    struct umf_params_t *made = umfi_meta_alloc(sizeof *made);
    char *copy = made ? umfi_meta_strdup(name) : NULL;
    if (!copy) {
        umfi_meta_free(made, sizeof *made);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    made->host = &umfi_host;
    made->kind = kind;
    made->component = copy;
    *params = made;
    return UMF_RESULT_SUCCESS;
}

void umfi_params_destroy(struct umf_params_t *params) {
    if (!params) {
        return;
    }
    struct param_row *row = params->first;
    while (row) {
        struct param_row *next = row->next;
        row_clear(row);
        umfi_meta_free_string(row->name);
        umfi_meta_free(row, sizeof *row);
        row = next;
    }
    umfi_meta_free_string(params->component);
    umfi_meta_free(params, sizeof *params);
}

umf_result_t umfi_params_set(struct umf_params_t *params, const char *name,
                             const struct umfi_param_value *value) {
    struct umfi_param_value copy;
    if (!value_copy(&copy, value)) {
        umfi_meta_free_string((char *)(uintptr_t)copy.text);
        return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
    }
    struct param_row *row = row_find(params, name);
    if (!row && value->shape != UMFI_VALUE_UNSET) {
        row = row_add(params, name);
        if (!row) {
            struct param_row lost = {.value = copy};
            row_clear(&lost);
            return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
        }
    }
    if (row) {
        row_clear(row);
        row->value = copy;
    }
    return UMF_RESULT_SUCCESS;
}

/* ---- values of each shape, for the typed setters and for umf/params.h ---- */

static umf_result_t put(const char *where, struct umf_params_t *params, const char *name,
                        const struct umfi_param_value *value) {
    UMFI_CHECK_ARG_OF(where, params != NULL);
    UMFI_CHECK_ARG_OF(where, name != NULL);
    if (!umfi_params_is_name(name)) {
        umfi_error(where, "params: '%s' is not a parameter's name ([a-z][a-z0-9_]*)", name);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    return umfi_params_set(params, name, value);
}

umf_result_t umfi_params_put_unsigned(const char *where, void *params, const char *name,
                                      uint64_t value) {
    return put(where, params, name,
               &(struct umfi_param_value){.shape = UMFI_VALUE_UNSIGNED, .number = value});
}

umf_result_t umfi_params_put_signed(const char *where, void *params, const char *name,
                                    int64_t value) {
    return put(where, params, name,
               &(struct umfi_param_value){.shape = UMFI_VALUE_SIGNED, .number = (uint64_t)value});
}

umf_result_t umfi_params_put_string(const char *where, void *params, const char *name,
                                    const char *value) {
    return put(where, params, name,
               &(struct umfi_param_value){.shape = value ? UMFI_VALUE_TEXT : UMFI_VALUE_UNSET,
                                          .text = value});
}

umf_result_t umfi_params_put_pointer(const char *where, void *params, const char *name,
                                     void *value) {
    return put(where, params, name,
               &(struct umfi_param_value){.shape = UMFI_VALUE_POINTER, .pointer = value});
}

umf_result_t umfi_params_put_numbers(const char *where, void *params, const char *name,
                                     const umf_param_list_t *list) {
    UMFI_CHECK_ARG_OF(where, list->numbers != NULL || list->count == 0);
    return put(where, params, name,
               &(struct umfi_param_value){.shape = UMFI_VALUE_LIST,
                                          .numbers = list->numbers,
                                          .number_count = list->count});
}

/* ---- umf/params.h ---- */

umf_result_t umfParamsCreate(const char *kind, const char *name, umf_params_handle_t *params) {
    UMFI_CHECK_ARG(kind != NULL);
    UMFI_CHECK_ARG(name != NULL);
    UMFI_CHECK_ARG(params != NULL);
    if (!is_component_name(name)) {
        umfi_error(__func__, "params: '%s' is not a plugin's name ([a-z][a-z0-9_-]{0,31})", name);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (strcmp(kind, "pool") == 0) {
        return umfi_params_create(UMF_PLUGIN_KIND_POOL, name, params);
    }
    if (strcmp(kind, "provider") == 0) {
        return umfi_params_create(UMF_PLUGIN_KIND_PROVIDER, name, params);
    }
    umfi_error(__func__, "params: the kind is pool or provider, not '%s'", kind);
    return UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

umf_result_t umfParamsDestroy(umf_params_handle_t params) {
    umfi_params_destroy(params);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfParamsSet(umf_params_handle_t params, const char *name, const char *text) {
    UMFI_CHECK_ARG(text != NULL);
    return umfi_params_set_string(params, name, text);
}

umf_result_t umfParamsSetBool(umf_params_handle_t params, const char *name, bool value) {
    return put(__func__, params, name,
               &(struct umfi_param_value){.shape = UMFI_VALUE_BOOL, .number = value});
}

umf_result_t umfParamsSetInt(umf_params_handle_t params, const char *name, int64_t value) {
    return umfi_params_set_signed(params, name, value);
}

umf_result_t umfParamsSetSize(umf_params_handle_t params, const char *name, size_t value) {
    return umfi_params_set_unsigned(params, name, value);
}

umf_result_t umfParamsSetString(umf_params_handle_t params, const char *name, const char *value) {
    return umfi_params_set_string(params, name, value);
}

umf_result_t umfParamsSetPointer(umf_params_handle_t params, const char *name, void *value) {
    return umfi_params_set_pointer(params, name, value);
}

umf_result_t umfParamsSetList(umf_params_handle_t params, const char *name,
                              const unsigned *numbers, size_t count) {
    return umfi_params_set_numbers(params, name, &(umf_param_list_t){numbers, count});
}
