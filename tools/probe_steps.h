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
    PROBE_MAKING,     /* an object of it, or a stack */
    PROBE_READY,      /* the end: text is a note or "" */
    PROBE_FAILED,     /* the end: text says why */
};

/* Shorter than PIPE_BUF, so that it goes as a whole. */
struct probe_record {
    uint32_t step;
    char text[2048];
};

/* A record with a text made of words. */
void umf_probe_tell(int pipe_fd, enum probe_step step, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What libumf said last, without its "umf: ". */
const char *umf_probe_last_message(void);

/* Each is given the umf_plugin_info_t of an entry. */

/* Of a pool or a provider: loads, checks and probes as libumf does, and makes one. */
void umf_probe_in_child(const void *info, int pipe_fd);

/* Loads without libumf, constructor, query and start one by one, to find out in
 * which of them a child has died. Only for a module that libumf was ready to
 * open: it is not judged again. */
void umf_probe_take_apart(const void *info, int pipe_fd);

/* Of a stack, which is made, or a policy, of whose defaults one must be there. */
void umf_probe_others(const void *info, int pipe_fd);

/* An object with default parameters, a pool over provider os. true: it told
 * nothing, but for the step, and `note` is "" or says why none was made. */
bool umf_probe_make(const umf_plugin_info_t *info, bool takes_upstream, int pipe_fd,
                    char note[1024]);

/* " in its query" */
const char *umf_probe_step_text(enum probe_step step);

#endif
