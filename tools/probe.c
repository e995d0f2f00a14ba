/*
 * probe.c - has a child probe one entry, and says what came of it (probe.h).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/child.h"
#include "tools/probe.h"
#include "tools/probe_steps.h"

struct watch {
    const umf_plugin_info_t *info;
    struct child child;
    struct probe_record last; /* the last that it told */
};

static bool run_child(struct watch *watch, void (*work)(const void *info, int pipe_fd)) {
    return umf_child_run(&watch->child, work, watch->info, &watch->last, sizeof watch->last);
}

/* In which part of the loading it died or hung: it is loaded once more, part by
 * part. What it says was said the first time. */
static enum probe_step find_step(const struct watch *watch) {
    struct watch again = *watch;
    again.child.is_silent = true;
    if (watch->last.step != PROBE_LOADING || watch->info->module[0] != '/' ||
        !run_child(&again, umf_probe_take_apart)) {
        return (enum probe_step)watch->last.step;
    }
    return (enum probe_step)again.last.step;
}

static void describe_death(const struct watch *watch, char text[2048]) {
    char how[128];
    umf_child_describe(&watch->child, umf_probe_step_text(find_step(watch)), how);
    snprintf(text, 2048, "%s:%s: %s (%s)", watch->info->kind, watch->info->name, how,
             umf_info_origin(watch->info));
}

bool umf_probe(const umf_plugin_info_t *info, unsigned limit_seconds, char text[2048]) {
    struct watch watch = {.info = info, .child = {.limit_seconds = limit_seconds}};
    if (!run_child(&watch, umf_is_component(info) ? umf_probe_in_child : umf_probe_others)) {
        snprintf(text, 2048, "%s:%s: cannot be probed: no process: %s", info->kind, info->name,
                 strerror(errno));
        return false;
    }
    if (watch.last.step != PROBE_READY && watch.last.step != PROBE_FAILED) {
        describe_death(&watch, text);
        return false;
    }
    snprintf(text, 2048, "%s", watch.last.text);
    return watch.last.step == PROBE_READY;
}
