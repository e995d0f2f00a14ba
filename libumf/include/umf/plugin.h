/*
 * umf/plugin.h - pools and providers by name.
 *
 * A name ("disjoint", "os") is looked up in the manifests; the module behind it
 * is loaded at the first use. Every call may be made from any thread. On failure
 * umfGetLastErrorMessage() says what is missing and where it was looked for.
 *
 * Results of a look-up: INVALID_ARGUMENT (NULL, an unknown name, a bad manifest
 * or module), DEPENDENCY_UNAVAILABLE (disabled, module or library missing),
 * NOT_SUPPORTED (made for another machine or a newer host), or what the plugin's
 * start returned.
 */
#ifndef UMF_PLUGIN_H
#define UMF_PLUGIN_H 1

#include <umf/base.h>
#include <umf/memory_pool.h>
#include <umf/memory_provider.h>
#include <umf/params.h>
#include <umf/plugin_sdk.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a provider by name. params: a set made for it, or NULL for defaults. */
umf_result_t umfMemoryProviderCreateByName(const char *name, umf_params_handle_t params,
                                           umf_memory_provider_handle_t *hProvider);

/* Makes a pool by name over `provider`; flags as umfPoolCreate's. */
umf_result_t umfPoolCreateByName(const char *name, umf_memory_provider_handle_t provider,
                                 umf_params_handle_t params, umf_pool_create_flags_t flags,
                                 umf_memory_pool_handle_t *hPool);

/* The function table of a component, loading it if need be; NULL on failure.
 * It lives as long as the process. */
const umf_memory_pool_ops_t *umfPluginPoolOps(const char *name);
const umf_memory_provider_ops_t *umfPluginProviderOps(const char *name);

/* A component as the manifests tell of it. */
typedef enum umf_plugin_state_t {
    UMF_PLUGIN_AVAILABLE = 0, /* its module is there, not loaded yet */
    UMF_PLUGIN_READY = 1,     /* loaded and started */
    UMF_PLUGIN_FAILED = 2,    /* could not be loaded or started, see reason */
    UMF_PLUGIN_ABSENT = 3,    /* its module is not installed */
    UMF_PLUGIN_DISABLED = 4,  /* by the manifest, the policy or a mask */
    UMF_PLUGIN_SHADOWED = 5,  /* another manifest of this name is used */
    UMF_PLUGIN_REFUSED = 6,   /* a bad or unsafe manifest, see reason */
} umf_plugin_state_t;

typedef struct umf_plugin_info_t {
    size_t size; /* sizeof(umf_plugin_info_t), set by the library */
    const char *kind, *name;
    umf_plugin_state_t state;
    const char *tier;        /* "environment", "user", "admin", "vendor", ... */
    const char *manifest;    /* path of the file */
    const char *module;      /* path of the module, "" where unknown */
    const char *description; /* "" where there is none */
    const char *reason;      /* why it is not usable; "" */
} umf_plugin_info_t;

/* Calls visit for each manifest entry, sorted by kind and name, the one in use
 * before the shadowed; stops when it returns other than 0. Runs no plugin code.
 * The strings live during the call. */
umf_result_t umfPluginList(int (*visit)(const umf_plugin_info_t *info, void *arg), void *arg);

/* Loads a component and answers with its descriptor entry: parameters, ops.
 * kind: "pool" or "provider". */
umf_result_t umfPluginDescribe(const char *kind, const char *name,
                               const umf_plugin_component_t **component);

/* Keeps the library up for the life of the process: from here on no umfTearDown,
 * a surplus one included, ends it or refuses an object. For a malloc replacement,
 * whose pool the program's own umfInit and umfTearDown must not touch. Brings the
 * library up where it is down; calls after the first change nothing. */
umf_result_t umfPluginHold(void);

/* The text behind the last error of this thread: what, and what to do. "" if
 * there was none. Valid until the thread's next call of the library. */
const char *umfGetLastErrorMessage(void);

#ifdef __cplusplus
}
#endif
#endif
