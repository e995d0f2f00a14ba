/*
 * static-program.c - a program of a user's, for static-test.sh: puts every plugin
 * it can find to work, by name, and says what came of it, a line each:
 *
 *     pool:disjoint preloaded works
 *
 * "works": made by name with no parameters, it bears the name asked for, its table
 * of functions is no other plugin's, and memory came from it. Otherwise the line
 * says why not. Entries that a name does not lead to are told with their state's
 * number. Exit status 1 where the list itself cannot be had.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <umf.h>
#include <umf/plugin.h>

enum { MOST_ENTRIES = 64, BLOCK = 1000 };

struct entry {
    char kind[16], name[40], tier[16];
    umf_plugin_state_t state;
    const void *ops;
};
static struct entry entries[MOST_ENTRIES];
static size_t entry_count;

static int entry_keep(const umf_plugin_info_t *info, void *arg) {
    (void)arg;
    if (entry_count == MOST_ENTRIES) {
        return 1;
    }
    struct entry *e = &entries[entry_count++];
    snprintf(e->kind, sizeof e->kind, "%s", info->kind);
    snprintf(e->name, sizeof e->name, "%s", info->name);
    snprintf(e->tier, sizeof e->tier, "%s", info->tier);
    e->state = info->state;
    return 0;
}

/* One entry point under two names would be one plugin under two names. */
static bool is_described_wrongly(struct entry *e) {
    const umf_plugin_component_t *component;
    if (umfPluginDescribe(e->kind, e->name, &component) != UMF_RESULT_SUCCESS) {
        printf("cannot be loaded: %s\n", umfGetLastErrorMessage());
        return true;
    }
    e->ops = component->ops;
    for (const struct entry *other = entries; other < e; other++) {
        if (other->ops == e->ops) {
            printf("has the functions of %s:%s\n", other->kind, other->name);
            return true;
        }
    }
    if (strcmp(component->name, e->name) != 0) {
        printf("calls itself %s\n", component->name);
        return true;
    }
    return false;
}

static const char *block_use(umf_memory_pool_handle_t pool) {
    umf_memory_pool_handle_t found = NULL;
    void *block = umfPoolMalloc(pool, BLOCK);
    if (!block) {
        return "gives no memory";
    }
    memset(block, 0x5a, BLOCK);
    if (umfPoolByPtr(block, &found) != UMF_RESULT_SUCCESS || found != pool) {
        return "is not found by its block";
    }
    return umfFree(block) == UMF_RESULT_SUCCESS ? "works" : "does not take its block back";
}

static void pool_use(const char *name) {
    umf_memory_provider_handle_t os;
    umf_memory_pool_handle_t pool;
    const char *own_name = NULL;
    if (umfMemoryProviderCreateByName("os", NULL, &os) != UMF_RESULT_SUCCESS) {
        printf("has no provider: %s\n", umfGetLastErrorMessage());
        return;
    }
    if (umfPoolCreateByName(name, os, NULL, UMF_POOL_CREATE_FLAG_OWN_PROVIDER, &pool) !=
        UMF_RESULT_SUCCESS) {
        printf("cannot be made: %s\n", umfGetLastErrorMessage());
        umfMemoryProviderDestroy(os);
        return;
    }
    if (umfPoolGetName(pool, &own_name) != UMF_RESULT_SUCCESS || strcmp(own_name, name) != 0) {
        printf("its pool calls itself %s\n", own_name ? own_name : "nothing");
    } else {
        puts(block_use(pool));
    }
    umfPoolDestroy(pool);
}

static void provider_use(const char *name) {
    umf_memory_provider_handle_t provider;
    void *memory = NULL;
    if (umfMemoryProviderCreateByName(name, NULL, &provider) != UMF_RESULT_SUCCESS) {
        printf("cannot be made: %s\n", umfGetLastErrorMessage());
        return;
    }
    if (umfMemoryProviderAlloc(provider, BLOCK, 0, &memory) != UMF_RESULT_SUCCESS) {
        puts("gives no memory");
    } else {
        memset(memory, 0x5a, BLOCK);
        puts(umfMemoryProviderFree(provider, memory, BLOCK) == UMF_RESULT_SUCCESS
                 ? "works"
                 : "does not take its memory back");
    }
    umfMemoryProviderDestroy(provider);
}

static void entry_use(struct entry *e) {
    printf("%s:%s %s ", e->kind, e->name, e->tier);
    if (e->state != UMF_PLUGIN_AVAILABLE) {
        printf("not used, state %d\n", (int)e->state);
    } else if (is_described_wrongly(e)) {
        return;
    } else if (strcmp(e->kind, "pool") == 0) {
        pool_use(e->name);
    } else if (strcmp(e->kind, "provider") == 0) {
        provider_use(e->name);
    } else {
        puts("is neither a pool nor a provider");
    }
}

/* A file that is named is opened first: a plugin of the program's own. */
int main(int argc, char **argv) {
    if (argc > 1 && umfPluginLoadFile(argv[1]) != UMF_RESULT_SUCCESS) {
        fprintf(stderr, "%s\n", umfGetLastErrorMessage());
        return EXIT_FAILURE;
    }
    if (umfPluginList(entry_keep, NULL) != UMF_RESULT_SUCCESS) {
        fprintf(stderr, "%s\n", umfGetLastErrorMessage());
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < entry_count; i++) {
        entry_use(&entries[i]);
    }
    return EXIT_SUCCESS;
}
