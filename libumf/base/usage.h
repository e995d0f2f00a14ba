/*
 * usage.h - how many bytes a provider has handed out, and the most it ever had.
 *
 * Law: current = sum of the sizes asked for by live allocations, current <= peak
 * (peak: since creation or the last reset; a reset that runs beside allocations
 * may miss them). A free that names more than is there counts down to 0.
 * Threads: every call may run in parallel; counters are relaxed, they order
 * nothing else.
 */
#ifndef UMFI_BASE_USAGE_H
#define UMFI_BASE_USAGE_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/ctl.h"

struct umfi_usage {
    atomic_size_t current_bytes;
    atomic_size_t peak_bytes;
};

void umfi_usage_add(struct umfi_usage *usage, size_t size);
void umfi_usage_sub(struct umfi_usage *usage, size_t size);

/* The three control nodes of the struct umfi_usage at `offset` in the object. */
#define UMFI_USAGE_CTL_NODES(offset)                                                            \
    {.path = "stats.allocated_memory",                                                          \
     .type = UMFI_CTL_SIZE,                                                                     \
     .read = umfi_usage_read_current,                                                           \
     .field = (offset)},                                                                        \
    {.path = "stats.peak_memory",                                                               \
     .type = UMFI_CTL_SIZE,                                                                     \
     .read = umfi_usage_read_peak,                                                              \
     .field = (offset)},                                                                        \
    {.path = "stats.peak_memory.reset", .type = UMFI_CTL_ACTION, .run = umfi_usage_reset_peak,  \
     .field = (offset)}

umf_result_t umfi_usage_read_current(void *object, const struct umfi_ctl_call *call,
                                     union umfi_ctl_value *value);
umf_result_t umfi_usage_read_peak(void *object, const struct umfi_ctl_call *call,
                                  union umfi_ctl_value *value);
umf_result_t umfi_usage_reset_peak(void *object, const struct umfi_ctl_call *call);

#endif
