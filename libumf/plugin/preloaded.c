/*
 * preloaded.c - the modules of a static build, from libtool's table (preloaded.h).
 *
 * -dlpreopen on the convenience library libumfcore.la puts the modules' objects
 * into it, and from there into libumf.a, and beside them a table: a row without
 * an address names a module's archive, "umf-pool-disjoint.a", and the rows after
 * it are that module's global symbols. The table is an ordinary object of the
 * archive, drawn in by the reference below, so a program that uses libumf.a needs
 * neither libtool nor whole-archive. (libltdl's own lt_dlpreload is not asked: it
 * keeps its list with malloc, and the list is all that is wanted.)
 *
 * A module's entry is umf_pool_disjoint_LTX_umf_plugin_query. One that has the
 * plain name is left out and named: the linker would have taken another module's
 * entry for it without a word.
 *
 * The list is made once, at the first call, and never changes.
 */
#include "plugin/preloaded.h"

#include <ltdl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "core/log.h"

extern const lt_dlsymlist lt_libumfcore_LTX_preloaded_symbols[];

enum { MOST_MODULES = 64, MOST_NAME = 64 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char names[MOST_MODULES][MOST_NAME];
static struct umfi_preloaded modules[MOST_MODULES];
static size_t module_count;

/* "umf-pool-disjoint.a" -> "umf-pool-disjoint" */
static bool module_name(char name[MOST_NAME], const char *archive) {
    size_t length = strcspn(archive, ".");
    if (length >= MOST_NAME) {
        return false;
    }
    memcpy(name, archive, length);
    name[length] = '\0';
    return true;
}

/* -> "umf_pool_disjoint_LTX_umf_plugin_query" */
static void entry_name(char entry[MOST_NAME * 2], const char *module) {
    struct umfi_text text;
    umfi_text_init(&text, entry, (size_t)MOST_NAME * 2);
    umfi_text_add(&text, "%s_LTX_%s", module, UMF_PLUGIN_QUERY_NAME);
    for (char *c = strchr(entry, '-'); c; c = strchr(c, '-')) {
        *c = '_';
    }
}

/* The symbol among a module's rows, which end at the next module or the end. */
static void *symbol_find(const lt_dlsymlist *row, const char *name) {
    for (; row->name && row->address; row++) {
        if (strcmp(row->name, name) == 0) {
            return row->address;
        }
    }
    return NULL;
}

static void module_insert(const char *name, void *entry) {
    size_t at = module_count++;
    for (; at > 0 && strcmp(modules[at - 1].module, name) > 0; at--) {
        modules[at] = modules[at - 1];
    }
    modules[at].module = name;
    /* ISO C has no cast from an object's to a function's address; POSIX has dlsym */
    memcpy(&modules[at].query, &entry, sizeof entry);
}

/* `row` names a module's archive. */
static void module_take(const lt_dlsymlist *row) {
    char entry[MOST_NAME * 2];
    if (module_count == MOST_MODULES || !module_name(names[module_count], row->name)) {
        umfi_warn("%s: left out: at most %d modules with names of %d bytes can be linked in",
                  row->name, MOST_MODULES, MOST_NAME - 1);
        return;
    }
    const char *name = names[module_count];
    entry_name(entry, name);
    void *address = symbol_find(row + 1, entry);
    if (address) {
        module_insert(name, address);
    } else {
        umfi_warn("%s: left out: it was linked in without its entry %s", name, entry);
    }
}

static void list_make(void) {
    /* the first row names the table itself */
    for (const lt_dlsymlist *row = lt_libumfcore_LTX_preloaded_symbols + 1; row->name; row++) {
        if (!row->address) {
            module_take(row);
        }
    }
}

const struct umfi_preloaded *umfi_preloaded_list(size_t *count) {
    (void)pthread_once(&once, list_make);
    *count = module_count;
    return modules;
}
