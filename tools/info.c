/*
 * info.c - umf info: one plugin's parameters. Loads its module.
 */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/catalogue.h"
#include "tools/umf.h"

static const char *type_word(umf_param_type_t type) {
    static const char *const words[] = {
        [UMF_PARAM_BOOL] = "bool",     [UMF_PARAM_INT] = "int",     [UMF_PARAM_SIZE] = "size",
        [UMF_PARAM_ENUM] = "enum",     [UMF_PARAM_FLAGS] = "flags", [UMF_PARAM_STRING] = "string",
        [UMF_PARAM_POINTER] = "pointer", [UMF_PARAM_LIST] = "list",
    };
    return (size_t)type < sizeof words / sizeof words[0] && words[type] ? words[type] : "unknown";
}

/* The values a parameter takes: words, a range, or what its type says. */
static void describe_values(const umf_param_row_t *row, char *text, size_t room) {
    size_t used = 0;
    text[0] = '\0';
    switch (row->type) {
    case UMF_PARAM_ENUM:
    case UMF_PARAM_FLAGS:
        for (size_t i = 0; row->words[i].word != NULL && used < room; i++) {
            used += (size_t)snprintf(text + used, room - used, "%s%s", i > 0 ? "|" : "",
                                     row->words[i].word);
        }
        break;
    case UMF_PARAM_BOOL:
        snprintf(text, room, "true|false");
        break;
    case UMF_PARAM_INT:
        snprintf(text, room, "%" PRId64 " to %" PRId64, (int64_t)row->min, (int64_t)row->max);
        break;
    case UMF_PARAM_SIZE:
        if (row->max == SIZE_MAX) {
            snprintf(text, room, "%" PRIu64 " and up", row->min);
        } else {
            snprintf(text, room, "%" PRIu64 " to %" PRIu64, row->min, row->max);
        }
        break;
    case UMF_PARAM_LIST:
        snprintf(text, room, row->arity > 1 ? "numbers, as in 3:1,5:0" : "numbers, as in 0,2");
        break;
    case UMF_PARAM_POINTER:
        snprintf(text, room, "set by a program, not as text");
        break;
    case UMF_PARAM_STRING:
        break;
    }
}

static size_t row_count(const umf_plugin_component_t *component) {
    return component->params != NULL ? component->params->row_count : 0;
}

/* What an object made from it is called: the default of its parameter `name`. */
static const char *instance_name(const umf_plugin_component_t *component) {
    for (size_t i = 0; i < row_count(component); i++) {
        const umf_param_row_t *row = component->params->rows[i];
        if (strcmp(row->name, "name") == 0 && row->default_text != NULL) {
            return row->default_text;
        }
    }
    return component->name;
}

static void print_text(const umf_plugin_info_t *info, const umf_plugin_component_t *component) {
    printf("%s %s: %s\n", info->kind, info->name, info->description);
    printf("  manifest   %s\n  module     %s\n", info->manifest, info->module);
    printf("  objects    are named %s unless told otherwise\n", instance_name(component));
    if (component->takes_upstream) {
        printf("  stands on  another provider\n");
    }
    printf(row_count(component) > 0 ? "\n%-18s %-8s %-12s %s\n" : "\nIt takes no parameters.\n",
           "PARAMETER", "TYPE", "DEFAULT", "VALUES");
    for (size_t i = 0; i < row_count(component); i++) {
        const umf_param_row_t *row = component->params->rows[i];
        char values[256];
        describe_values(row, values, sizeof values);
        printf("%-18s %-8s %-12s %s\n", row->name, type_word(row->type),
               row->default_text != NULL ? row->default_text : "-", values);
        printf("    %s\n", row->help != NULL ? row->help : "");
    }
}

static json_t *row_json(const umf_param_row_t *row) {
    json_t *object = json_pack("{s:s, s:s, s:s?, s:s, s:b}", "name", row->name, "type",
                               type_word(row->type), "default", row->default_text, "help",
                               row->help != NULL ? row->help : "", "runtime",
                               row->phase == UMF_PARAM_PHASE_RUNTIME);
    if (row->type == UMF_PARAM_INT) {
        json_object_set_new(object, "min", json_integer((json_int_t)row->min));
        json_object_set_new(object, "max", json_integer((json_int_t)row->max));
    } else if (row->type == UMF_PARAM_SIZE) {
        /* JSON has no unsigned 64 bits here: no "max" is no limit */
        json_object_set_new(object, "min", json_integer((json_int_t)row->min));
        if (row->max <= INT64_MAX) {
            json_object_set_new(object, "max", json_integer((json_int_t)row->max));
        }
    } else if (row->type == UMF_PARAM_ENUM || row->type == UMF_PARAM_FLAGS) {
        json_t *words = json_array();
        for (size_t i = 0; row->words[i].word != NULL; i++) {
            json_array_append_new(words, json_string(row->words[i].word));
        }
        json_object_set_new(object, "words", words);
    }
    return object;
}

static int print_json(const umf_plugin_info_t *info, const umf_plugin_component_t *component) {
    json_t *rows = json_array();
    for (size_t i = 0; i < row_count(component); i++) {
        json_array_append_new(rows, row_json(component->params->rows[i]));
    }
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o}", "kind", info->kind, "name", info->name,
                  "description", info->description, "manifest", info->manifest, "module",
                  info->module, "instance_name", instance_name(component), "takes_upstream",
                  component->takes_upstream, "parameters", rows);
    int failed = object == NULL || json_dumpf(object, stdout, JSON_INDENT(2)) != 0;
    putchar('\n');
    json_decref(object);
    return failed ? UMF_EXIT_FAILED : UMF_EXIT_DONE;
}

/* "name" or "kind:name" as it was typed. */
struct wanted {
    const char *word, *name;
    size_t kind_length; /* 0: any kind */
};

static bool is_wanted(const umf_plugin_info_t *info, const struct wanted *wanted) {
    bool is_kind = wanted->kind_length == 0 ||
                   (strlen(info->kind) == wanted->kind_length &&
                    strncmp(info->kind, wanted->word, wanted->kind_length) == 0);
    return is_kind && info->state != UMF_PLUGIN_SHADOWED && strcmp(info->name, wanted->name) == 0;
}

/* What the user may have meant: the name in another kind, or one much like it. */
static void complain_of_none(const struct catalogue *catalogue, const struct wanted *wanted) {
    const char **names = calloc(catalogue->count + 1, sizeof *names);
    for (size_t i = 0; names != NULL && i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (strcmp(info->name, wanted->name) == 0) {
            umf_complain("no plugin '%s': %s is a %s; write %s:%s", wanted->word, info->name,
                         info->kind, info->kind, info->name);
            free(names);
            return;
        }
        names[i] = info->name;
    }
    const char *nearest = names != NULL ? umf_nearest(wanted->name, names, catalogue->count) : NULL;
    umf_complain("no plugin '%s'%s%s%s; 'umf list' shows all", wanted->word,
                 nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                 nearest != NULL ? "'?" : "");
    free(names);
}

/* The entry that is wanted; NULL: complained already. */
static const umf_plugin_info_t *find(const struct catalogue *catalogue, const char *word) {
    const char *colon = strchr(word, ':');
    struct wanted wanted = {.word = word, .name = word};
    if (colon != NULL) {
        wanted.name = colon + 1;
        wanted.kind_length = (size_t)(colon - word);
    }
    const umf_plugin_info_t *found = NULL;
    for (size_t i = 0; i < catalogue->count; i++) {
        const umf_plugin_info_t *info = &catalogue->entries[i];
        if (!is_wanted(info, &wanted)) {
            continue;
        }
        if (found != NULL) {
            umf_complain("'%s' is a %s and a %s: write %s:%s or %s:%s", word, found->kind,
                         info->kind, found->kind, info->name, info->kind, info->name);
            return NULL;
        }
        found = info;
    }
    if (found == NULL) {
        complain_of_none(catalogue, &wanted);
    }
    return found;
}

static int run(int argc, char **argv) {
    bool json;
    if (!umf_read_json_option(&umf_info, argc, argv, &json)) {
        return UMF_EXIT_USAGE;
    }
    if (argc - optind != 1) {
        return umf_usage_error(&umf_info, "info: name one plugin");
    }
    struct catalogue catalogue;
    if (!umf_catalogue_read(&catalogue)) {
        return UMF_EXIT_FAILED;
    }
    int status = UMF_EXIT_FAILED;
    const umf_plugin_info_t *info = find(&catalogue, argv[optind]);
    const umf_plugin_component_t *component;
    if (info != NULL) {
        if (umfPluginDescribe(info->kind, info->name, &component) != UMF_RESULT_SUCCESS) {
            umf_complain("%s", umfGetLastErrorMessage() + strlen("umf: "));
        } else if (json) {
            status = print_json(info, component);
        } else {
            print_text(info, component);
            status = UMF_EXIT_DONE;
        }
    }
    umf_catalogue_fini(&catalogue);
    return status;
}

const struct umf_subcommand umf_info = {
    .name = "info",
    .summary = "a plugin's parameters, with types, defaults and help",
    .help = "Usage: umf info [--json] NAME\n"
            "Loads the plugin and shows its parameters. Where a pool and a provider share a\n"
            "name, write pool:NAME or provider:NAME.\n\n"
            "  --json   one object\n",
    .run = run,
};
