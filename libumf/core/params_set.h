/*
 * params_set.h - what a parameter set is made of.
 *
 * For params.c and params_resolve.c, and for who needs a copy of a set under
 * another component's name: the rows are the original's.
 */
#ifndef UMFI_CORE_PARAMS_SET_H
#define UMFI_CORE_PARAMS_SET_H

#include "core/params.h"

struct param_row {
    struct param_row *next;
    char *name;
    struct umfi_param_value value;
};

struct umf_params_t {
    const umf_plugin_host_t *host; /* first: umf_plugin_host_of */
    umf_plugin_kind_t kind;
    char *component;
    struct param_row *first;
};

#endif
