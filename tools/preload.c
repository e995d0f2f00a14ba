/*
 * preload.c - the environment of a program on libumf_proxy.so (preload.h).
 *
 * libumf itself is preloaded too, by its path: the proxy then finds this one
 * whatever the library search path says, in a build tree or an unusual prefix.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/preload.h"
#include "tools/umf.h"

static bool find_libumf(char path[PATH_MAX]) {
    Dl_info info;
    void *symbol = dlsym(RTLD_DEFAULT, "umfGetCurrentVersion");
    return symbol != NULL && dladdr(symbol, &info) != 0 && realpath(info.dli_fname, path) != NULL;
}

static bool find_proxy(const char *libumf, char path[PATH_MAX]) {
    static const char *const names[] = {"libumf_proxy.so.1", "libumf_proxy.so"};
    const char *given = secure_getenv("UMF_PROXY_LIBRARY");
    if (given != NULL && given[0] != '\0') {
        return realpath(given, path) != NULL;
    }
    int folder = (int)(strrchr(libumf, '/') - libumf);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char candidate[PATH_MAX + 32];
        snprintf(candidate, sizeof candidate, "%.*s/%s", folder, libumf, names[i]);
        if (realpath(candidate, path) != NULL) {
            return true;
        }
    }
    return false;
}

bool umf_preload_find(struct preload *preload, bool quiet) {
    if (UMFI_IS_STATIC_BUILD) {
        if (!quiet) {
            umf_complain("a static build of libumf (--disable-shared) has no malloc replacement");
        }
        return false;
    }
    if (!find_libumf(preload->libumf)) {
        if (!quiet) {
            umf_complain("cannot tell where libumf.so.1 was loaded from");
        }
        return false;
    }
    if (!find_proxy(preload->libumf, preload->proxy)) {
        if (!quiet) {
            umf_complain("libumf_proxy.so is neither beside %s nor named by UMF_PROXY_LIBRARY",
                         preload->libumf);
        }
        return false;
    }
    /* ld.so splits LD_PRELOAD at these and knows no quoting */
    if (strpbrk(preload->libumf, " :") != NULL || strpbrk(preload->proxy, " :") != NULL) {
        if (!quiet) {
            umf_complain("%s: a path with a blank or a colon cannot be preloaded", preload->proxy);
        }
        return false;
    }
    return true;
}

/* Sets `name` to the parts joined by `separator`, empty ones left out. */
static bool set_joined(const char *name, char separator, const char *const *parts, size_t count) {
    char *joined = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&joined, &length);
    if (out == NULL) {
        return false;
    }
    const char *between = "";
    const char separators[] = {separator, '\0'};
    for (size_t i = 0; i < count; i++) {
        if (parts[i] != NULL && parts[i][0] != '\0') {
            fprintf(out, "%s%s", between, parts[i]);
            between = separators;
        }
    }
    bool is_set = fclose(out) == 0 && setenv(name, joined, 1) == 0;
    free(joined);
    return is_set;
}

bool umf_preload_environment(const struct preload *preload, const char *stack,
                             const char *stats_path) {
    char stats[PATH_MAX + 8] = "", stack_option[1200] = "";
    if (stack != NULL && (strchr(stack, ';') != NULL || strlen(stack) > 1000)) {
        umf_complain("--stack: too long, or has a ';' in it");
        return false;
    }
    if (stack != NULL) {
        snprintf(stack_option, sizeof stack_option, "stack=%s", stack);
    }
    if (stats_path != NULL) {
        snprintf(stats, sizeof stats, "stats=%s", stats_path);
    }
    const char *libraries[] = {preload->libumf, preload->proxy, getenv("LD_PRELOAD")};
    const char *options[] = {getenv("UMF_PROXY"), stack_option, stats};
    if (!set_joined("LD_PRELOAD", ':', libraries, 3) || !set_joined("UMF_PROXY", ';', options, 3)) {
        umf_complain("no memory for the environment");
        return false;
    }
    return true;
}
