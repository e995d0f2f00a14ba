/*
 * info.c - umf info: one plugin's parameters, which loads its module; or what a
 * stack or a policy says, which loads nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/catalogue.h"
#include "tools/json.h"
#include "tools/options.h"
#include "tools/policy_text.h"
#include "tools/umf.h"
#include "tools/wanted.h"

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

static void print_field(const char *label, const char *text) {
    if (text[0] != '\0') {
        umf_print_line("  %-10s %s", label, text);
    }
}

static void print_text(const umf_plugin_info_t *info, const umf_plugin_component_t *component) {
    bool is_stack = strcmp(info->kind, "stack") == 0;
    umf_print_line("%s %s%s%s", info->kind, info->name,
                   info->description[0] != '\0' ? ": " : "", info->description);
    print_field("manifest", info->manifest);
    print_field("module", info->module);
    print_field("aliases", info->aliases);
    print_field(component != NULL ? "defaults" : is_stack ? "stack" : "says", info->params);
    print_field("state", component == NULL ? umf_state_word(info->state) : "");
    print_field("reason", info->reason);
}

static void print_component(const umf_plugin_component_t *component) {
    umf_print_line("  objects    are named %s unless told otherwise", instance_name(component));
    if (component->takes_upstream) {
        printf("  stands on  another provider\n");
    }
    printf(row_count(component) > 0 ? "\n%-18s %-8s %-12s %s\n" : "\nIt takes no parameters.\n",
           "PARAMETER", "TYPE", "DEFAULT", "VALUES");
    for (size_t i = 0; i < row_count(component); i++) {
        const umf_param_row_t *row = component->params->rows[i];
        char values[256];
        describe_values(row, values, sizeof values);
        umf_print_line("%-18s %-8s %-12s %s", row->name, type_word(row->type),
                       row->default_text != NULL ? row->default_text : "-", values);
        umf_print_line("    %s", row->help != NULL ? row->help : "");
    }
}

static json_t *row_json(const umf_param_row_t *row) {
    json_t *object = json_object();
    umf_json_set_text(object, "name", row->name);
    umf_json_set_text(object, "type", type_word(row->type));
    (void)json_object_set_new(object, "default", row->default_text != NULL
                                                     ? umf_json_text(row->default_text)
                                                     : json_null());
    umf_json_set_text(object, "help", row->help);
    (void)json_object_set_new(object, "runtime",
                              json_boolean(row->phase == UMF_PARAM_PHASE_RUNTIME));
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
            (void)json_array_append_new(words, umf_json_text(row->words[i].word));
        }
        json_object_set_new(object, "words", words);
    }
    return object;
}

/* component: NULL for what has no module. */
static int print_json(const umf_plugin_info_t *info, const umf_plugin_component_t *component) {
    json_t *object = umf_info_json(info);
    if (component != NULL) {
        json_t *rows = json_array();
        for (size_t i = 0; i < row_count(component); i++) {
            (void)json_array_append_new(rows, row_json(component->params->rows[i]));
        }
        umf_json_set_text(object, "instance_name", instance_name(component));
        (void)json_object_set_new(object, "takes_upstream", json_boolean(component->takes_upstream));
        (void)json_object_set_new(object, "parameters", rows);
    }
    if (strcmp(info->kind, "policy") == 0) {
        umf_policy_set_json(object, info->params);
    }
    return umf_json_print(object);
}

static int show(const umf_plugin_info_t *info, bool json) {
    const umf_plugin_component_t *component = NULL;
    umf_result_t result = UMF_RESULT_SUCCESS;
    if (umf_is_component(info)) {
        int own = umf_stdout_lend();
        result = umfPluginDescribe(info->kind, info->name, &component);
        umf_stdout_return(own);
    }
    if (result != UMF_RESULT_SUCCESS) {
        umf_complain("%s", umfGetLastErrorMessage() + strlen("umf: "));
        return UMF_EXIT_FAILED;
    }
    if (json) {
        return print_json(info, component);
    }
    print_text(info, component);
    if (component != NULL) {
        print_component(component);
    }
    return UMF_EXIT_DONE;
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
    const umf_plugin_info_t *info = umf_wanted_find(&catalogue, argv[optind]);
    int status = info != NULL ? show(info, json) : UMF_EXIT_FAILED;
    umf_catalogue_fini(&catalogue);
    return status;
}

const struct umf_subcommand umf_info = {
    .name = "info",
    .summary = "a plugin's parameters, or what a stack or policy says",
    .help = "Usage: umf info [--json] NAME\n"
            "Loads the pool or provider and shows its parameters, with the defaults that its\n"
            "manifest sets; of a stack or a policy it shows what that says. NAME may be an\n"
            "alias. Where two kinds share a name, write pool:NAME or provider:NAME.\n\n"
            "  --json   one object; of a policy with disable, default and user_manifests\n",
    .run = run,
};
