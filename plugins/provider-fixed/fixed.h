/*
 * fixed.h - the fixed provider: its parameters and its object.
 *
 * Law: the space's one range is the buffer from its first page boundary on;
 * usage counts the sizes of the space's live blocks.
 * Threads: `lock` covers the space; the other fields are constant or atomic.
 */
#ifndef PROVIDER_FIXED_FIXED_H
#define PROVIDER_FIXED_FIXED_H

#include <stdint.h>

#include <umf/plugin_sdk.h>

#include "base/mutex.h"
#include "base/object_name.h"
#include "base/space.h"
#include "base/usage.h"

struct fixed_config {
#define UMFI_PARAMS_DEF "params/provider-fixed.def"
#include "base/param_fields.h"
};

struct fixed_provider {
    const umf_plugin_host_t *host;
    uintptr_t begin, end; /* of the range; begin >= end: the buffer has no whole position */
    size_t page;
    struct umfi_mutex lock;
    struct umfi_space space; /* guarded by lock; in C a member cannot name another to clang */
    struct umfi_usage usage;
    char name[UMFI_OBJECT_NAME_BYTES];
};

#endif
