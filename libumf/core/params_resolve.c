/*
 * params_resolve.c - a configuration structure from a table and its sources.
 *
 * Rising precedence (DESIGN 4): the table's defaults, the manifest, what the
 * caller set, the configuration. Every value goes through the same judgement,
 * so a bad one is named with its component, its parameter and what would do.
 */
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/error.h"
#include "core/meta.h"
#include "core/param_text.h"
#include "core/params_set.h"

static _Atomic umfi_params_source_fn sources[UMFI_PARAMS_SOURCES];

void umfi_params_set_source(enum umfi_params_source which, umfi_params_source_fn source) {
    atomic_store_explicit(&sources[which], source, memory_order_release);
}

struct resolution {
    const umf_param_table_t *table;
    char *config;
};

/* Rows may be longer or shorter than ours; all we read lies in the first
 * version's part. */
static const umf_param_row_t *table_find(const umf_param_table_t *table, const char *name) {
    for (size_t i = 0; i < table->row_count; i++) {
        if (strcmp(table->rows[i]->name, name) == 0) {
            return table->rows[i];
        }
    }
    return NULL;
}

/* The name that was probably meant, or NULL: at most a third of it is wrong. */
static const char *table_nearest(const umf_param_table_t *table, const char *name) {
    const char *nearest = NULL;
    unsigned best = (unsigned)strlen(name) / 3 + 1;
    for (size_t i = 0; i < table->row_count; i++) {
        unsigned distance = umfi_text_distance(name, table->rows[i]->name);
        if (distance < best) {
            best = distance;
            nearest = table->rows[i]->name;
        }
    }
    return nearest;
}

static const char *kind_word(umf_plugin_kind_t kind) {
    return kind == UMF_PLUGIN_KIND_POOL ? "pool" : "provider";
}

/* What would have been right, for the message. */
static void describe_row(const umf_param_row_t *row, char *text, size_t room) {
    size_t used = 0;
    text[0] = '\0';
    switch (row->type) {
    case UMF_PARAM_BOOL:
        (void)snprintf(text, room, "true or false");
        break;
    case UMF_PARAM_INT:
        (void)snprintf(text, room, "an integer %lld to %lld", (long long)row->min,
                       (long long)row->max);
        break;
    case UMF_PARAM_SIZE:
        (void)snprintf(text, room, "a size %llu to %llu, such as 64KiB (K, M, G, T, each with iB or without)",
                       (unsigned long long)row->min, (unsigned long long)row->max);
        break;
    case UMF_PARAM_ENUM:
    case UMF_PARAM_FLAGS:
        for (const umf_param_word_t *word = row->words; word && word->word && used < room; word++) {
            const char *separator =
                word == row->words ? "" : row->type == UMF_PARAM_FLAGS ? "|" : ", ";
            int wrote = snprintf(text + used, room - used, "%s%s", separator, word->word);
            used += wrote > 0 ? (size_t)wrote : 0;
        }
        break;
    case UMF_PARAM_STRING:
        (void)snprintf(text, room, "text");
        break;
    case UMF_PARAM_POINTER:
        (void)snprintf(text, room, "a pointer, set by a program");
        break;
    case UMF_PARAM_LIST:
        (void)snprintf(text, room, row->arity > 1 ? "a list such as 3:1,5:0" : "a list such as 0,2");
        break;
    }
}

static umf_result_t refuse(const struct resolution *to, const umf_param_row_t *row,
                           const struct umfi_param_value *value) {
    char got[64], wanted[256];
    describe_row(row, wanted, sizeof wanted);
    switch (value->shape) {
    case UMFI_VALUE_TEXT:
        (void)snprintf(got, sizeof got, "'%s'", value->text);
        break;
    case UMFI_VALUE_UNSIGNED:
        (void)snprintf(got, sizeof got, "%llu", (unsigned long long)value->number);
        break;
    case UMFI_VALUE_BOOL:
        (void)snprintf(got, sizeof got, value->number ? "true" : "false");
        break;
    case UMFI_VALUE_SIGNED:
        (void)snprintf(got, sizeof got, "%lld", (long long)value->number);
        break;
    default:
        (void)snprintf(got, sizeof got, value->shape == UMFI_VALUE_LIST ? "a list" : "a pointer");
        break;
    }
    umfi_error(__func__, "%s:%s: E_FIELD: '%s' must be %s, got %s", kind_word(to->table->kind),
               to->table->name, row->name, wanted, got);
    return UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

/* ---- one value into one field; false: it does not fit the row ---- */

static bool to_signed(const struct umfi_param_value *value, int64_t *out) {
    if (value->shape == UMFI_VALUE_TEXT) {
        return umfi_text_to_int(value->text, out);
    }
    if (value->shape == UMFI_VALUE_SIGNED ||
        (value->shape == UMFI_VALUE_UNSIGNED && value->number <= INT64_MAX)) {
        *out = (int64_t)value->number;
        return true;
    }
    return false;
}

static bool to_unsigned(const struct umfi_param_value *value, uint64_t *out) {
    if (value->shape == UMFI_VALUE_TEXT) {
        size_t size;
        if (!umfi_text_to_size(value->text, &size)) {
            return false;
        }
        *out = size;
        return true;
    }
    if (value->shape == UMFI_VALUE_UNSIGNED ||
        (value->shape == UMFI_VALUE_SIGNED && value->number <= INT64_MAX)) {
        *out = value->number;
        return true;
    }
    return false;
}

static bool store_bool(const struct umfi_param_value *value, bool *field) {
    if (value->shape == UMFI_VALUE_TEXT) {
        return umfi_text_to_bool(value->text, field);
    }
    uint64_t number = value->number;
    if ((value->shape != UMFI_VALUE_BOOL && !to_unsigned(value, &number)) || number > 1) {
        return false;
    }
    *field = number == 1;
    return true;
}

static bool store_word(const umf_param_row_t *row, const struct umfi_param_value *value,
                       unsigned *field) {
    bool is_flags = row->type == UMF_PARAM_FLAGS;
    if (value->shape == UMFI_VALUE_TEXT) {
        return umfi_text_to_word(value->text, row->words, is_flags, field);
    }
    uint64_t number;
    if (!to_unsigned(value, &number) || number > UINT_MAX) {
        return false;
    }
    unsigned known = 0;
    bool is_word = false;
    for (const umf_param_word_t *word = row->words; word && word->word; word++) {
        known |= word->value;
        is_word |= word->value == number;
    }
    if (is_flags ? (number & ~(uint64_t)known) != 0 : !is_word) {
        return false;
    }
    *field = (unsigned)number;
    return true;
}

static bool store_list(const umf_param_row_t *row, const struct umfi_param_value *value,
                       umf_param_list_t *field) {
    size_t arity = row->arity ? row->arity : 1;
    size_t count = value->number_count;
    if (value->shape == UMFI_VALUE_TEXT) {
        if (!umfi_text_to_list(value->text, (unsigned)arity, NULL, 0, &count) ||
            count != value->number_count) {
            return false;
        }
    } else if (value->shape != UMFI_VALUE_LIST || count % arity != 0) {
        return false;
    }
    field->numbers = value->numbers;
    field->count = count / arity;
    return true;
}

static bool store(const umf_param_row_t *row, const struct umfi_param_value *value, char *config) {
    void *field = config + row->offset;
    int64_t number;
    uint64_t size;
    switch (row->type) {
    case UMF_PARAM_BOOL:
        return store_bool(value, field);
    case UMF_PARAM_INT:
        if (!to_signed(value, &number) || number < (int64_t)row->min ||
            number > (int64_t)row->max || number < INT_MIN || number > INT_MAX) {
            return false;
        }
        *(int *)field = (int)number;
        return true;
    case UMF_PARAM_SIZE:
        if (!to_unsigned(value, &size) || size < row->min || size > row->max) {
            return false;
        }
        *(size_t *)field = size;
        return true;
    case UMF_PARAM_ENUM:
    case UMF_PARAM_FLAGS:
        return store_word(row, value, field);
    case UMF_PARAM_STRING:
        *(const char **)field = value->text;
        return value->shape == UMFI_VALUE_TEXT;
    case UMF_PARAM_POINTER:
        *(void **)field = value->pointer;
        return value->shape == UMFI_VALUE_POINTER;
    case UMF_PARAM_LIST:
        return store_list(row, value, field);
    }
    return false;
}

/* ---- the sources ---- */

static umf_result_t apply(struct resolution *to, const char *name,
                          const struct umfi_param_value *value) {
    const umf_param_row_t *row = table_find(to->table, name);
    if (!row) {
        const char *nearest = table_nearest(to->table, name);
        umfi_error(__func__,
                   "%s:%s: E_FIELD: it has no parameter '%s'%s%s%s: see `umf info %s:%s`",
                   kind_word(to->table->kind), to->table->name, name,
                   nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "",
                   kind_word(to->table->kind), to->table->name);
        return UMF_RESULT_ERROR_NOT_SUPPORTED;
    }
    return store(row, value, to->config) ? UMF_RESULT_SUCCESS : refuse(to, row, value);
}

/* Numbers of a source's list text have no set to live in. They are kept for the
 * life of the process, once for each text: sources have few and fixed texts. */
struct kept_list {
    struct kept_list *_Atomic next;
    const char *text;
    size_t count;
    unsigned numbers[];
};
static struct kept_list *_Atomic kept_lists;

static const struct kept_list *list_find(struct kept_list *head, const char *text) {
    struct kept_list *list = head;
    while (list && strcmp(list->text, text) != 0) {
        list = atomic_load_explicit(&list->next, memory_order_relaxed);
    }
    return list;
}

static const struct kept_list *list_keep(const char *text, size_t count) {
    struct kept_list *head = atomic_load_explicit(&kept_lists, memory_order_acquire);
    const struct kept_list *known = list_find(head, text);
    if (known) {
        return known;
    }
    struct kept_list *made = umfi_meta_alloc(sizeof *made + count * sizeof made->numbers[0]);
    if (!made) {
        return NULL;
    }
    made->text = text;
    (void)umfi_text_to_list(text, 0, made->numbers, count, &made->count);
    do {
        known = list_find(head, text); /* another thread may have been faster */
        if (known) {
            umfi_meta_free(made, sizeof *made + count * sizeof made->numbers[0]);
            return known;
        }
        atomic_store_explicit(&made->next, head, memory_order_relaxed);
    } while (!atomic_compare_exchange_weak_explicit(&kept_lists, &head, made, memory_order_release,
                                                    memory_order_acquire));
    return made;
}

static umf_result_t apply_text(void *arg, const char *name, const char *text) {
    struct resolution *to = arg;
    struct umfi_param_value value = {.shape = UMFI_VALUE_TEXT, .text = text};
    const umf_param_row_t *row = table_find(to->table, name);
    size_t count;
    if (row && row->type == UMF_PARAM_LIST && umfi_text_to_list(text, 0, NULL, 0, &count) &&
        count > 0) {
        const struct kept_list *list = list_keep(text, count);
        if (!list) {
            return UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY;
        }
        value.numbers = list->numbers;
        value.number_count = list->count;
    }
    return apply(to, name, &value);
}

static umf_result_t apply_defaults(struct resolution *to) {
    memset(to->config, 0, to->table->config_size);
    for (size_t i = 0; i < to->table->row_count; i++) {
        const umf_param_row_t *row = to->table->rows[i];
        umf_result_t result = row->default_text ? apply_text(to, row->name, row->default_text)
                                                : UMF_RESULT_SUCCESS;
        if (result != UMF_RESULT_SUCCESS) {
            return result;
        }
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t apply_source(struct resolution *to, enum umfi_params_source which) {
    umfi_params_source_fn source = atomic_load_explicit(&sources[which], memory_order_acquire);
    return source ? source(to->table->kind, to->table->name, apply_text, to) : UMF_RESULT_SUCCESS;
}

static umf_result_t apply_set(struct resolution *to, const struct umf_params_t *params) {
    if (!params) {
        return UMF_RESULT_SUCCESS;
    }
    if (params->kind != to->table->kind || strcmp(params->component, to->table->name) != 0) {
        umfi_error(__func__, "%s:%s: E_FIELD: was given parameters made for %s:%s",
                   kind_word(to->table->kind), to->table->name, kind_word(params->kind),
                   params->component);
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    for (const struct param_row *row = params->first; row; row = row->next) {
        umf_result_t result = row->value.shape == UMFI_VALUE_UNSET
                                  ? UMF_RESULT_SUCCESS
                                  : apply(to, row->name, &row->value);
        if (result != UMF_RESULT_SUCCESS) {
            return result;
        }
    }
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_params_resolve(const void *params, const umf_param_table_t *table, void *config) {
    struct resolution to = {.table = table, .config = config};
    umf_result_t result = apply_defaults(&to);
    if (result == UMF_RESULT_SUCCESS) {
        result = apply_source(&to, UMFI_PARAMS_MANIFEST);
    }
    if (result == UMF_RESULT_SUCCESS) {
        result = apply_set(&to, params);
    }
    if (result == UMF_RESULT_SUCCESS) {
        result = apply_source(&to, UMFI_PARAMS_CONFIG);
    }
    return result;
}
