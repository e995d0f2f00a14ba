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
 *
 * UMF_PLUGIN_PATH and UMF_PLUGIN_PATH_ONLY add folders to search,
 * UMF_PLUGINS_DISABLE switches plugins off, UMF_PLUGIN_DEBUG tells what the host
 * does; doc/administrator.md has all places and rules.
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
    const char *kind, *name; /* kind: "pool", "provider", "memtarget", "policy", "stack" */
    umf_plugin_state_t state;
    const char *tier;        /* "application", "environment", "user", "admin", "vendor", "preloaded" */
    const char *manifest;    /* path of the file; "" where there is none */
    const char *module;      /* path of the module, "" where unknown */
    const char *description; /* "" where there is none */
    const char *reason;      /* why it is not usable; "" */
    const char *aliases;     /* "a, b"; "" */
    const char *params;      /* the manifest's, "limit=8KiB, ..."; a stack's text; what a
                                policy says, "disable=provider:cuda; ..."; "" */
    bool is_optional;        /* a missing part of it is nobody's error */
} umf_plugin_info_t;

/* Calls visit for each manifest entry, sorted by kind and name, the one in use
 * before the shadowed; stops when it returns other than 0. Runs no plugin code.
 * The strings live during the call. */
umf_result_t umfPluginList(int (*visit)(const umf_plugin_info_t *info, void *arg), void *arg);

/* ---- what a program brings, and what it asks again ---- */

/* Enters a plugin that is part of the program, in front of all manifests, which are
 * read again where they have been read; `desc` must outlive the process's last use of it. Each component is started at its
 * first use. INVALID_ARGUMENT: NULL, a bad descriptor, or a kind and name that the
 * program has registered before with another descriptor. NOT_SUPPORTED: made for
 * another ABI. Again with the same descriptor: SUCCESS, and nothing happens. */
umf_result_t umfPluginRegister(const umf_plugin_desc_t *desc);

/* Opens the module at an absolute path and enters its components as
 * umfPluginRegister does. Fails as loading by name would. */
umf_result_t umfPluginLoadFile(const char *path);

/* Reads all manifests again and forgets failed loads, so that they are tried once
 * more. What is loaded stays loaded; objects are not touched; of a plugin whose
 * manifest has gone no new object can be made by name. OUT_OF_HOST_MEMORY: everything is as before. */
umf_result_t umfPluginRescan(void);

/* The default pool or provider: of the names in the policy manifest's list (else the
 * library's own) those that are ready, counted from 0; loads to find out. Index 0 is
 * the one to use; the others are for who cannot use it. The name lives as long as the
 * process. kind: "pool" or "provider". DEPENDENCY_UNAVAILABLE: there is none of that
 * number; the message tells of each that is not ready. */
umf_result_t umfPluginDefault(const char *kind, unsigned index, const char **name);

/* ---- for those who look after an installation ---- */

typedef enum umf_plugin_place_state_t {
    UMF_PLUGIN_PLACE_READ = 0,
    UMF_PLUGIN_PLACE_MISSING = 1,    /* there is no such directory, or it is not set */
    UMF_PLUGIN_PLACE_REPEATED = 2,   /* the same directory as one before it */
    UMF_PLUGIN_PLACE_UNREADABLE = 3, /* see reason */
    UMF_PLUGIN_PLACE_IGNORED = 4,    /* not allowed, or replaced: see reason */
} umf_plugin_place_state_t;

/* A directory that was searched, or would have been. */
typedef struct umf_plugin_place_t {
    size_t size; /* sizeof(umf_plugin_place_t), set by the library */
    const char *tier;
    const char *origin; /* "UMF_PLUGIN_PATH", "XDG_CONFIG_HOME", "built in", ... */
    const char *path;   /* "" where a variable is not set */
    umf_plugin_place_state_t state;
    const char *reason;     /* why it was not read; "" */
    size_t manifest_count;  /* files with a manifest's name */
    size_t passed_over;     /* .yaml and .yml files whose names are no manifest's */
    const char *passed_name; /* the first of them; "" */
} umf_plugin_place_t;

/* Calls visit for each place in the order of precedence; stops when it returns
 * other than 0. The strings live during the call. */
umf_result_t umfPluginPlaces(int (*visit)(const umf_plugin_place_t *place, void *arg), void *arg);

/* What is wrong with a manifest, or only noteworthy. */
typedef struct umf_plugin_finding_t {
    size_t size; /* sizeof(umf_plugin_finding_t), set by the library */
    bool is_error;
    const char *kind, *name; /* as in umf_plugin_info_t */
    const char *file;
    unsigned line;     /* from 1; 0: not about a line */
    const char *class_word; /* "E_FIELD"; "" where it is a note */
    const char *text;
} umf_plugin_finding_t;

/* Looks at the form of one manifest (path) or of all that are found (NULL); runs no
 * plugin code. An unknown key is an error here. An absent module is a note.
 * SUCCESS however many findings there were. */
umf_result_t umfPluginCheck(const char *path,
                            int (*visit)(const umf_plugin_finding_t *finding, void *arg),
                            void *arg);

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
