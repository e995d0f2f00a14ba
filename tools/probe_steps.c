/*
 * probe_steps.c - the probing child's steps (probe_steps.h).
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/catalogue.h"
#include "tools/probe_steps.h"

const char *umf_probe_step_text(enum probe_step step) {
    static const char *const texts[] = {
        [PROBE_LOADING] = "while loading",
        [PROBE_CONSTRUCTOR] = "in its constructor",
        [PROBE_QUERY] = "in its query",
        [PROBE_START] = "in its start",
        [PROBE_PARAMETERS] = "while its parameters were checked",
        [PROBE_OWN] = "in its probe",
    };
    return (size_t)step < sizeof texts / sizeof texts[0] ? texts[step] : "at its end";
}

static void tell(int pipe_fd, enum probe_step step, const char *text) {
    struct probe_record record = {.step = step};
    snprintf(record.text, sizeof record.text, "%s", text);
    if (write(pipe_fd, &record, sizeof record) != (ssize_t)sizeof record) {
        _exit(1); /* nobody is left to be told */
    }
}

/* What libumf said last, without its "umf: ". */
static const char *last_message(void) {
    const char *message = umfGetLastErrorMessage();
    return strncmp(message, "umf: ", 5) == 0 ? message + 5 : message;
}

/* The manifest's defaults go through the component's table as in a create. */
static bool check_parameters(const umf_plugin_info_t *info,
                             const umf_plugin_component_t *component,
                             const umf_plugin_host_t *host, umf_params_handle_t set, int pipe_fd) {
    char text[2048];
    if (component->params == NULL) {
        return true;
    }
    void *config = calloc(1, component->params->config_size + 1);
    bool is_good = config != NULL && host->effective_params(set, component->params, config) ==
                                         UMF_RESULT_SUCCESS;
    free(config);
    if (config == NULL) {
        snprintf(text, sizeof text, "%s:%s: parameters: out of memory", info->kind, info->name);
        tell(pipe_fd, PROBE_FAILED, text);
    } else if (!is_good) {
        /* it names the plugin, not who set the parameter */
        snprintf(text, sizeof text, "%s (%s)", last_message(), umf_info_origin(info));
        tell(pipe_fd, PROBE_FAILED, text);
    }
    return is_good;
}

static bool run_own_probe(const umf_plugin_info_t *info, const umf_plugin_component_t *component,
                          const umf_plugin_host_t *host, int pipe_fd) {
    char text[2048];
    umf_result_t result = component->probe(host);
    if (result == UMF_RESULT_SUCCESS) {
        return true;
    }
    const char *message = last_message();
    if (message[0] != '\0') {
        snprintf(text, sizeof text, "%s:%s: its probe says: %s (%s)", info->kind, info->name,
                 message, umf_info_origin(info));
    } else {
        snprintf(text, sizeof text, "%s:%s: its probe failed with result %d (%s)", info->kind,
                 info->name, (int)result, umf_info_origin(info));
    }
    tell(pipe_fd, PROBE_FAILED, text);
    return false;
}

void umf_probe_in_child(const umf_plugin_info_t *info, int pipe_fd) {
    const umf_plugin_component_t *component;
    umf_params_handle_t set;
    tell(pipe_fd, PROBE_LOADING, "");
    if (umfPluginDescribe(info->kind, info->name, &component) != UMF_RESULT_SUCCESS ||
        umfParamsCreate(info->kind, component->name, &set) != UMF_RESULT_SUCCESS) {
        tell(pipe_fd, PROBE_FAILED, last_message());
        return;
    }
    const umf_plugin_host_t *host = umf_plugin_host_of(set);
    tell(pipe_fd, PROBE_PARAMETERS, "");
    if (!check_parameters(info, component, host, set, pipe_fd)) {
        return;
    }
    if (component->probe != NULL) {
        tell(pipe_fd, PROBE_OWN, "");
        if (!run_own_probe(info, component, host, pipe_fd)) {
            return;
        }
    }
    tell(pipe_fd, PROBE_READY, "");
}

static bool is_it(const umf_plugin_info_t *info, const umf_plugin_component_t *component) {
    return component != NULL &&
           component->size >= offsetof(umf_plugin_component_t, start) + sizeof component->start &&
           component->kind == (strcmp(info->kind, "pool") == 0 ? UMF_PLUGIN_KIND_POOL
                                                               : UMF_PLUGIN_KIND_PROVIDER) &&
           strcmp(component->name, info->name) == 0 && component->start != NULL;
}

/* With a query that answered well. */
static void take_start(const umf_plugin_info_t *info, const umf_plugin_desc_t *desc,
                       const umf_plugin_host_t *host, int pipe_fd) {
    if (desc == NULL || desc->magic != UMF_PLUGIN_MAGIC || desc->size < sizeof *desc ||
        desc->components == NULL) {
        return;
    }
    for (size_t i = 0; i < desc->component_count; i++) {
        if (is_it(info, desc->components[i])) {
            tell(pipe_fd, PROBE_START, "");
            (void)desc->components[i]->start(host);
        }
    }
}

void umf_probe_take_apart(const umf_plugin_info_t *info, int pipe_fd) {
    umf_params_handle_t set; /* a way to a host table that loads nothing */
    umf_plugin_query_fn query = NULL;
    const umf_plugin_desc_t *desc = NULL;
    if (umfParamsCreate(info->kind, info->name, &set) != UMF_RESULT_SUCCESS) {
        return;
    }
    const umf_plugin_host_t *host = umf_plugin_host_of(set);
    tell(pipe_fd, PROBE_CONSTRUCTOR, "");
    void *module = dlopen(info->module, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void *symbol = module != NULL ? dlsym(module, UMF_PLUGIN_QUERY_NAME) : NULL;
    memcpy(&query, &symbol, sizeof query);
    if (query != NULL) {
        tell(pipe_fd, PROBE_QUERY, "");
        if (query(host, &desc) == UMF_RESULT_SUCCESS) {
            take_start(info, desc, host, pipe_fd);
        }
    }
    tell(pipe_fd, PROBE_LOADING, ""); /* this time it lived */
}
