/*
 * fixture_workspace.h - a workspace of plugins: copies of the fixture module, named
 * for the part they play (fixture.c), their manifests, and a log of what they did.
 */
#ifndef UMF_TESTS_PLUGIN_FIXTURE_WORKSPACE_H
#define UMF_TESTS_PLUGIN_FIXTURE_WORKSPACE_H

#include <umf.h>
#include <umf/plugin.h>

#include "plugin/plugin.h"
#include "workspace.h"

#define INVALID UMF_RESULT_ERROR_INVALID_ARGUMENT
#define UNAVAILABLE UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE
#define UNSUPPORTED UMF_RESULT_ERROR_NOT_SUPPORTED

static char *fixture;
static size_t fixture_size;

static inline const char *built(const char *module) {
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.so", FIXTURE_DIR, module);
    return path;
}

static inline void plugins_begin(void) {
    workspace_begin();
    setenv("UMF_PLUGIN_PATH_ONLY", workspace, 1);
    setenv("FIXTURE_LOG", in("log"), 1);
    fixture = file_bytes(built("fixture"), &fixture_size);
}

static inline void plugins_end(void) { free(fixture); }

static inline void manifest_for(const char *part) {
    char module[64];
    snprintf(module, sizeof module, "%s.so", part);
    make_manifest(in("50-%s.yaml", part), strncmp(part, "provider", 8) == 0 ? "provider" : "pool",
                  part, module, "");
}

static inline void make_part(const char *part) {
    make_file(in("%s.so", part), fixture, fixture_size);
    manifest_for(part);
}

/* A manifest whose module holds these bytes. */
static inline void make_module(const char *part, const void *bytes, size_t size) {
    make_file(in("%s.so", part), bytes, size);
    manifest_for(part);
}

static inline void make_built(const char *part, const char *module) {
    size_t size;
    char *bytes = file_bytes(built(module), &size);
    make_module(part, bytes, size);
    free(bytes);
}

static inline unsigned log_count(const char *line) {
    size_t size;
    if (access(in("log"), F_OK) != 0) {
        return 0;
    }
    char *log = file_bytes(in("log"), &size);
    unsigned count = 0;
    for (const char *at = log; (at = strstr(at, line)); at++) {
        count++;
    }
    free(log);
    return count;
}

static inline umf_result_t find(const char *name) {
    struct umfi_component *component = NULL;
    bool is_provider = strncmp(name, "provider", 8) == 0;
    umf_result_t result = umfi_plugin_find(
        is_provider ? UMF_PLUGIN_KIND_PROVIDER : UMF_PLUGIN_KIND_POOL, name, &component);
    ck_assert_int_eq(result == UMF_RESULT_SUCCESS, component != NULL);
    return result;
}

#endif
