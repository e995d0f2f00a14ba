/*
 * config.h - the rules that the parameters of an OS provider must keep.
 */
#ifndef PROVIDER_OS_CONFIG_H
#define PROVIDER_OS_CONFIG_H

#include "provider-os/os.h"

#define OS_PROTECTION_MASK \
    (UMF_PROTECTION_NONE | UMF_PROTECTION_READ | UMF_PROTECTION_WRITE | UMF_PROTECTION_EXEC)
/* Of the object's name without its "/". */
#define OS_SHM_NAME_MAX 253

/* The first rule broken gives the result and the error message. */
umf_result_t os_config_check(const umf_plugin_host_t *host, const struct os_config *config);

#endif
