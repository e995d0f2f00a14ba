/*
 * probe_steps.h - what a probing child does, and how it tells of it.
 *
 * Before each step and at its end the child writes a record to the pipe: when it
 * dies, the last record tells in which step.
 */
#ifndef UMF_TOOLS_PROBE_STEPS_H
#define UMF_TOOLS_PROBE_STEPS_H

#include <stdbool.h>
#include <stdint.h>
#include <umf/plugin.h>

enum probe_step {
    PROBE_LOADING,     /* by libumf: open, query, start */
    PROBE_CONSTRUCTOR, /* or taken apart: each by itself */
    PROBE_QUERY,
    PROBE_START,
    PROBE_PARAMETERS, /* those of the manifest: types and ranges */
    PROBE_OWN,        /* the component's own probe */
    PROBE_READY,      /* the end */
    PROBE_FAILED,     /* the end: text says why */
};

/* Shorter than PIPE_BUF, so that it goes as a whole. */
struct probe_record {
    uint32_t step;
    char text[2048];
};

/* Loads, checks and probes as libumf does. */
void umf_probe_in_child(const umf_plugin_info_t *info, int pipe_fd);

/* Loads without libumf, constructor, query and start one by one, to find out in
 * which of them a child has died. Only for a module that libumf was ready to
 * open: it is not judged again. */
void umf_probe_take_apart(const umf_plugin_info_t *info, int pipe_fd);

/* "in its query" */
const char *umf_probe_step_text(enum probe_step step);

#endif
