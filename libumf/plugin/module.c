/* module.c - dlopen, then libltdl (module.h). */
#include "plugin/module.h"

#include <dlfcn.h>
#include <ltdl.h>
#include <string.h>

#include "base/mutex.h"
#include "core/log.h"
#include "plugin/elf.h"

static struct umfi_mutex ltdl_lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_MODULE);
static bool is_ltdl_ready;        /* guarded by ltdl_lock */
static bool is_held_for_fork;     /* of the forking thread */

static bool open_refuse(struct umfi_refusal *refusal) {
    const char *text = dlerror();
    text = text ? text : "dlopen failed";
    if (strstr(text, "static TLS")) {
        return umfi_refuse(refusal, UMFI_E_STATIC_TLS,
                           "%s; raise it with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096",
                           text);
    }
    return umfi_refuse(refusal, UMFI_E_DEPENDENCY, "%s", text);
}

static void ltdl_open_locked(const char *path) {
    lt_dladvise advise;
    if (!is_ltdl_ready && lt_dlinit() != 0) {
        umfi_debug("libltdl: %s", lt_dlerror());
        return;
    }
    is_ltdl_ready = true;
    if (lt_dladvise_init(&advise) != 0) {
        umfi_debug("libltdl: %s", lt_dlerror());
        return;
    }
    if (lt_dladvise_local(&advise) != 0 || lt_dladvise_resident(&advise) != 0 ||
        !lt_dlopenadvise(path, advise)) {
        umfi_debug("libltdl: %s: %s", path, lt_dlerror());
    }
    lt_dladvise_destroy(&advise);
}

static void ltdl_open(const char *path) UMFI_UNCHECKED_LOCKS {
    umfi_mutex_rank_enter(ltdl_lock.rank);
    if (pthread_mutex_trylock(&ltdl_lock.os) == 0) {
        ltdl_open_locked(path);
        (void)pthread_mutex_unlock(&ltdl_lock.os);
    }
    umfi_mutex_rank_leave(ltdl_lock.rank);
}

bool umfi_module_open(const char *path, umf_plugin_query_fn *query,
                      struct umfi_refusal *refusal) {
    if (strchr(path, '$')) {
        /* $ORIGIN, $LIB and $PLATFORM: what is opened would not be what was judged */
        return umfi_refuse(refusal, UMFI_E_PATH, "%.512s has a '$', which ld.so would expand",
                           path);
    }
    if (!umfi_elf_check(path, refusal)) {
        return false;
    }
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!module) {
        return open_refuse(refusal);
    }
    ltdl_open(path);
    void *entry = dlsym(module, UMF_PLUGIN_QUERY_NAME);
    if (!entry) {
        return umfi_refuse(refusal, UMFI_E_NOT_PLUGIN, "%s lacks %s", path,
                           UMF_PLUGIN_QUERY_NAME);
    }
    /* ISO C has no cast from an object's to a function's address; POSIX has dlsym */
    memcpy(query, &entry, sizeof entry);
    return true;
}

/* Tried here too: the lock's holder may wait for ld.so's lock, and that one's
 * holder, in a constructor, for this fork. A child whose parent was in libltdl
 * leaves libltdl alone from then on: nothing depends on it. */
void umfi_module_prefork(void) UMFI_UNCHECKED_LOCKS {
    is_held_for_fork = pthread_mutex_trylock(&ltdl_lock.os) == 0;
}

void umfi_module_parent(void) {
    if (is_held_for_fork) {
        umfi_mutex_unlock_in_parent(&ltdl_lock);
    }
}

void umfi_module_child(void) {
    if (is_held_for_fork) {
        umfi_mutex_reset_in_child(&ltdl_lock);
    }
}
