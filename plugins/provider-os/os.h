/*
 * os.h - the OS provider: its parameters and its object.
 *
 * Private memory is anonymous mappings and needs no books. Shared memory is
 * mappings of a memory file; shared.h keeps where in the file each lies, under
 * its own lock. All other fields are constant after initialize.
 */
#ifndef PROVIDER_OS_OS_H
#define PROVIDER_OS_OS_H

#include <stdbool.h>
#include <stddef.h>

#include <umf/plugin_sdk.h>

#include "base/object_name.h"
#include "base/usage.h"
#include "provider-os/placement.h"
#include "provider-os/shared.h"

struct os_config {
#define UMFI_PARAMS_DEF "params/provider-os.def"
#include "base/param_fields.h"
};

struct os_provider {
    const umf_plugin_host_t *host;
    unsigned protection; /* UMF_PROTECTION_ flags */
    bool is_shared;
    struct os_placement placement;
    struct os_shared shared; /* in use if is_shared */
    struct umfi_usage usage; /* in bytes asked for */
    char name[UMFI_OBJECT_NAME_BYTES];
};

#endif
