/*
 * ctl.h - control nodes of a pool or provider as a table.
 *
 * An ext_ctl operation is one call of umfi_ctl_answer with the component's
 * table. What every node would have to check is checked here, with the results
 * of the API: an unknown path is INVALID_CTL_PATH; a query that the node does
 * not offer, an argument of the wrong size, or text that is no number in range
 * is INVALID_ARGUMENT. Configuration text (CTL_QUERY_CONFIG_INPUT) is parsed by
 * the node's type.
 *
 * Paths are nodes joined by '.'; empty nodes are skipped. In a pattern, {}
 * stands for a number, which a query writes out or gives as {} with a size_t
 * argument. A query's {} in any other place takes a const char *.
 *
 * Threads: the table is constant; handlers lock what they need.
 */
#ifndef UMFI_BASE_CTL_H
#define UMFI_BASE_CTL_H

#include <stdarg.h>
#include <stddef.h>

#include <umf/base.h>

#define UMFI_CTL_MAX_DEPTH 8

enum umfi_ctl_type {
    UMFI_CTL_ACTION, /* takes no value: run */
    UMFI_CTL_SIZE,   /* size_t */
    UMFI_CTL_INT,    /* int */
};

union umfi_ctl_value {
    size_t size;
    int number;
};

/* The ext_ctl operation's arguments, except the object and the va_list. */
struct umfi_ctl_query {
    umf_ctl_query_source_t source;
    const char *path;
    void *arg;
    size_t size;
    umf_ctl_query_type_t type;
};

struct umfi_ctl_node;

/* What a handler is told beside its object. */
struct umfi_ctl_call {
    const struct umfi_ctl_node *node;
    umf_ctl_query_source_t source;
    size_t index; /* of the (last) {} in the pattern; else 0 */
};

struct umfi_ctl_node {
    const char *path; /* "stats.peak_memory", "buckets.{}.size" */
    enum umfi_ctl_type type;
    /* NULL: the node exists, but not for this query. */
    umf_result_t (*read)(void *object, const struct umfi_ctl_call *call,
                         union umfi_ctl_value *value);
    umf_result_t (*write)(void *object, const struct umfi_ctl_call *call,
                          union umfi_ctl_value value);
    umf_result_t (*run)(void *object, const struct umfi_ctl_call *call);
    size_t field; /* the handlers' own: an offset, an enumerator */
};

/* `nodes` ends with a node whose path is NULL. */
umf_result_t umfi_ctl_answer(const struct umfi_ctl_node *nodes, void *object,
                             const struct umfi_ctl_query *query, va_list args);

/* A run handler that does nothing: post_initialize of who needs none. */
umf_result_t umfi_ctl_do_nothing(void *object, const struct umfi_ctl_call *call);

#endif
