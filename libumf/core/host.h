/*
 * host.h - the table of host functions that this libumf gives to plugins.
 *
 * A component's private interface (SDK: get_interface of a plugin) and what the
 * host offers beyond the table (get_interface of the host) are looked up by name.
 */
#ifndef UMFI_CORE_HOST_H
#define UMFI_CORE_HOST_H

#include <umf/plugin_sdk.h>

extern const umf_plugin_host_t umfi_host;

#endif
