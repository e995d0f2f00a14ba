/*
 * probe_steps.c - the probing child's steps (probe_steps.h).
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/catalogue.h"
#include "tools/child.h"
#include "tools/probe_steps.h"

const char *umf_probe_step_text(enum probe_step step) {
    static const char *const texts[] = {
        [PROBE_LOADING] = " while loading",
        [PROBE_CONSTRUCTOR] = " in its constructor",
        [PROBE_QUERY] = " in its query",
        [PROBE_START] = " in its start",
        [PROBE_PARAMETERS] = " while its parameters were checked",
        [PROBE_OWN] = " in its probe",
        [PROBE_MAKING] = " while making one",
    };
    return (size_t)step < sizeof texts / sizeof texts[0] ? texts[step] : " at its end";
}

void umf_probe_tell(int pipe_fd, enum probe_step step, const char *format, ...) {
    struct probe_record record = {.step = step};
    va_list args;
    va_start(args, format);
    vsnprintf(record.text, sizeof record.text, format, args);
    va_end(args);
    umf_child_tell(pipe_fd, &record, sizeof record);
}

const char *umf_probe_last_message(void) {
    const char *message = umfGetLastErrorMessage();
    return strncmp(message, "umf: ", 5) == 0 ? message + 5 : message;
}

/* The manifest's defaults go through the component's table as in a create. */
static bool check_parameters(const umf_plugin_info_t *info,
                             const umf_plugin_component_t *component,
                             const umf_plugin_host_t *host, umf_params_handle_t set, int pipe_fd) {
    if (component->params == NULL) {
        return true;
    }
    void *config = calloc(1, component->params->config_size + 1);
    bool is_good = config != NULL && host->effective_params(set, component->params, config) ==
                                         UMF_RESULT_SUCCESS;
    free(config);
    if (config == NULL) {
        umf_probe_tell(pipe_fd, PROBE_FAILED, "%s:%s: parameters: out of memory", info->kind,
                       info->name);
    } else if (!is_good) {
        /* it names the plugin, not who set the parameter */
        umf_probe_tell(pipe_fd, PROBE_FAILED, "%s (%s)", umf_probe_last_message(),
                       umf_info_origin(info));
    }
    return is_good;
}

static bool run_own_probe(const umf_plugin_info_t *info, const umf_plugin_component_t *component,
                          const umf_plugin_host_t *host, int pipe_fd) {
    umf_result_t result = component->probe(host);
    if (result == UMF_RESULT_SUCCESS) {
        return true;
    }
    const char *message = umf_probe_last_message();
    if (message[0] != '\0') {
        umf_probe_tell(pipe_fd, PROBE_FAILED, "%s:%s: its probe says: %s (%s)", info->kind,
                       info->name, message, umf_info_origin(info));
    } else {
        umf_probe_tell(pipe_fd, PROBE_FAILED, "%s:%s: its probe failed with result %d (%s)",
                       info->kind, info->name, (int)result, umf_info_origin(info));
    }
    return false;
}

void umf_probe_in_child(const void *arg, int pipe_fd) {
    const umf_plugin_info_t *info = arg;
    char note[1024];
    const umf_plugin_component_t *component;
    umf_params_handle_t set;
    umf_probe_tell(pipe_fd, PROBE_LOADING, "%s", "");
    if (umfPluginDescribe(info->kind, info->name, &component) != UMF_RESULT_SUCCESS ||
        umfParamsCreate(info->kind, component->name, &set) != UMF_RESULT_SUCCESS) {
        umf_probe_tell(pipe_fd, PROBE_FAILED, "%s", umf_probe_last_message());
        return;
    }
    const umf_plugin_host_t *host = umf_plugin_host_of(set);
    umf_probe_tell(pipe_fd, PROBE_PARAMETERS, "%s", "");
    if (!check_parameters(info, component, host, set, pipe_fd)) {
        return;
    }
    if (component->probe != NULL) {
        umf_probe_tell(pipe_fd, PROBE_OWN, "%s", "");
        if (!run_own_probe(info, component, host, pipe_fd)) {
            return;
        }
    }
    if (umf_probe_make(info, component->takes_upstream, pipe_fd, note)) {
        umf_probe_tell(pipe_fd, PROBE_READY, "%s", note);
    }
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
            umf_probe_tell(pipe_fd, PROBE_START, "%s", "");
            (void)desc->components[i]->start(host);
        }
    }
}

void umf_probe_take_apart(const void *arg, int pipe_fd) {
    const umf_plugin_info_t *info = arg;
    umf_params_handle_t set; /* a way to a host table that loads nothing */
    umf_plugin_query_fn query = NULL;
    const umf_plugin_desc_t *desc = NULL;
    if (umfParamsCreate(info->kind, info->name, &set) != UMF_RESULT_SUCCESS) {
        return;
    }
    const umf_plugin_host_t *host = umf_plugin_host_of(set);
    umf_probe_tell(pipe_fd, PROBE_CONSTRUCTOR, "%s", "");
    void *module = dlopen(info->module, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void *symbol = module != NULL ? dlsym(module, UMF_PLUGIN_QUERY_NAME) : NULL;
    memcpy(&query, &symbol, sizeof query);
    if (query != NULL) {
        umf_probe_tell(pipe_fd, PROBE_QUERY, "%s", "");
        if (query(host, &desc) == UMF_RESULT_SUCCESS) {
            take_start(info, desc, host, pipe_fd);
        }
    }
    umf_probe_tell(pipe_fd, PROBE_LOADING, "%s", ""); /* this time it lived */
}
