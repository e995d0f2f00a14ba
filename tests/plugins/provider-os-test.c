/*
 * provider-os-test.c - the OS provider beyond what every provider must do:
 * its parameters, its errors, what lies where in the memory file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <umf.h>
#include <umf/plugin.h>
#include <unistd.h>

#include <umf/providers/provider_os_memory.h>

#include "plugins/os-support.h"
#include "suite.h"

START_TEST(setters_check_handles_and_arrays_only) {
    umf_os_memory_provider_params_handle_t params = NULL;
    unsigned node = 0;
    umf_numa_split_partition_t partition = {1, 0};
    ck_assert_int_eq(umfOsMemoryProviderParamsCreate(NULL), INV);
    ck_ok(umfOsMemoryProviderParamsDestroy(NULL));
    ck_assert_int_eq(umfOsMemoryProviderParamsSetProtection(NULL, 0), INV);
    ck_assert_int_eq(umfOsMemoryProviderParamsSetVisibility(NULL, UMF_MEM_MAP_SHARED), INV);
    ck_assert_int_eq(umfOsMemoryProviderParamsSetShmName(NULL, "x"), INV);
    ck_assert_int_eq(umfOsMemoryProviderParamsSetNumaList(NULL, &node, 1), INV);
    ck_assert_int_eq(umfOsMemoryProviderParamsSetNumaMode(NULL, UMF_NUMA_MODE_BIND), INV);
    ck_assert_int_eq(umfOsMemoryProviderParamsSetPartSize(NULL, 1), INV);
    ck_assert_int_eq(umfOsMemoryProviderParamsSetPartitions(NULL, &partition, 1), INV);
    ck_assert_int_eq(umfOsMemoryProviderParamsSetName(NULL, "x"), INV);
    ck_ok(umfOsMemoryProviderParamsCreate(&params));
    ck_assert_int_eq(umfOsMemoryProviderParamsSetNumaList(params, NULL, 1), INV);
    ck_ok(umfOsMemoryProviderParamsSetNumaList(params, NULL, 0));
    ck_assert_int_eq(umfOsMemoryProviderParamsSetPartitions(params, NULL, 1), INV);
    ck_ok(umfOsMemoryProviderParamsSetPartitions(params, NULL, 0));
    ck_assert_int_eq(umfOsMemoryProviderParamsSetName(params, NULL), INV);
    ck_ok(umfOsMemoryProviderParamsSetShmName(params, NULL));
    ck_ok(umfOsMemoryProviderParamsSetProtection(params, 0x10));
    ck_ok(umfOsMemoryProviderParamsSetPartSize(params, SIZE_MAX));
    ck_ok(umfOsMemoryProviderParamsDestroy(params));
}
END_TEST

/* A rule broken; fields left at 0 keep their defaults. */
struct rule {
    const char *what;
    umf_result_t expected;
    unsigned protection, visibility, mode;
    unsigned nodes;      /* numa_list 0, 1, ... */
    unsigned partitions; /* how many of {1, 0}, {weight, target} */
    unsigned weight, target;
    size_t part_size;
    const char *shm_name;
};

static umf_result_t create_by(const struct rule *rule) {
    static unsigned nodes[] = {0, 1, 2, 3};
    umf_numa_split_partition_t partitions[] = {{1, 0}, {rule->weight, rule->target}};
    umf_os_memory_provider_params_handle_t params = NULL;
    umf_memory_provider_handle_t provider = NULL;
    ck_ok(umfOsMemoryProviderParamsCreate(&params));
    if (rule->protection) {
        ck_ok(umfOsMemoryProviderParamsSetProtection(params, rule->protection));
    }
    if (rule->visibility) {
        ck_ok(umfOsMemoryProviderParamsSetVisibility(params, (umf_memory_visibility_t)rule->visibility));
    }
    ck_ok(umfOsMemoryProviderParamsSetNumaMode(params, (umf_numa_mode_t)rule->mode));
    ck_ok(umfOsMemoryProviderParamsSetNumaList(params, nodes, rule->nodes));
    ck_ok(umfOsMemoryProviderParamsSetPartitions(params, partitions, rule->partitions));
    ck_ok(umfOsMemoryProviderParamsSetPartSize(params, rule->part_size));
    ck_ok(umfOsMemoryProviderParamsSetShmName(params, rule->shm_name));
    umf_result_t result = umfMemoryProviderCreate(umfOsMemoryProviderOps(), params, &provider);
    ck_ok(umfOsMemoryProviderParamsDestroy(params));
    if (result == UMF_RESULT_SUCCESS) {
        ck_ok(umfMemoryProviderDestroy(provider));
    }
    return result;
}

START_TEST(each_parameter_rule_is_checked_at_create) {
    static char long_name[255];
    memset(long_name, 'n', 254);
    const struct rule rules[] = {
        {"defaults", UMF_RESULT_SUCCESS, .shm_name = ""},
        {"every flag", UMF_RESULT_SUCCESS, .protection = 15},
        {"an unknown flag", INV, .protection = 0x10},
        {"unknown visibility", INV, .visibility = 3},
        {"shared", UMF_RESULT_SUCCESS, .visibility = 2},
        {"shared and bound", NSUP, .visibility = 2, .mode = UMF_NUMA_MODE_BIND, .nodes = 1},
        {"shared comes before the list", NSUP, .visibility = 2, .mode = UMF_NUMA_MODE_BIND},
        {"shared and local", NSUP, .visibility = 2, .mode = UMF_NUMA_MODE_LOCAL},
        {"a flag comes before shared", INV, .protection = 0x12, .visibility = 2, .mode = 1},
        {"unknown mode", INV, .mode = 6},
        {"default with a list", INV, .nodes = 1},
        {"local with a list", INV, .mode = UMF_NUMA_MODE_LOCAL, .nodes = 1},
        {"bind without a list", INV, .mode = UMF_NUMA_MODE_BIND},
        {"interleave without a list", INV, .mode = UMF_NUMA_MODE_INTERLEAVE},
        {"split without a list", INV, .mode = UMF_NUMA_MODE_SPLIT},
        {"weight 0", INV, .mode = UMF_NUMA_MODE_SPLIT, .nodes = 2, .partitions = 2, .target = 1},
        {"weight 0, whatever the mode", INV, .mode = UMF_NUMA_MODE_BIND, .nodes = 2, .partitions = 2,
         .target = 1},
        {"a target that the list lacks", INV, .mode = UMF_NUMA_MODE_SPLIT, .nodes = 2,
         .partitions = 2, .weight = 1, .target = 2},
        {"a target, whatever the mode", INV, .mode = UMF_NUMA_MODE_PREFERRED, .nodes = 2,
         .partitions = 2, .weight = 1, .target = 2},
        {"partitions without a list", INV, .partitions = 1},
        {"part size past the last page", INV, .part_size = SIZE_MAX},
        {"part size of one byte", UMF_RESULT_SUCCESS, .part_size = 1},
        {"a slash in the name", INV, .shm_name = "a/b"},
        {"a long name", INV, .shm_name = long_name},
        {"a slash, private too", INV, .visibility = 1, .shm_name = "/a"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        umf_result_t result = create_by(&rules[i]);
        ck_assert_msg(result == rules[i].expected, "%s: %d", rules[i].what, (int)result);
        ck_assert(result == UMF_RESULT_SUCCESS || strstr(umfGetLastErrorMessage(), "os"));
    }
    long_name[253] = '\0';
    memcpy(long_name, os_object("long") + 1, strlen(os_object("long")) - 1);
    ck_ok(create_by(&(struct rule){"253 characters", .visibility = 2, .shm_name = long_name}));
}
END_TEST

START_TEST(modes_that_are_not_built_are_refused_by_name) {
    static const struct {
        unsigned mode, nodes;
        const char *word;
    } modes[] = {{1, 1, "bind"}, {2, 1, "interleave"}, {3, 1, "preferred"}, {3, 0, "preferred"},
                 {4, 2, "split"}, {5, 0, "local"}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        ck_assert_int_eq(create_by(&(struct rule){.mode = modes[i].mode, .nodes = modes[i].nodes}), NSUP);
        ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "numa_mode="));
        ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), modes[i].word));
    }
}
END_TEST

/* What /proc/self/maps says of an address: "rw-p" and the like, "" if unmapped. */
static const char *access_of(const void *p) {
    static char access[8];
    unsigned long begin, end, at = (unsigned long)p;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    ck_assert_ptr_nonnull(maps);
    access[0] = '\0';
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &begin, &end, access) == 3 && begin <= at && at < end) {
            break;
        }
        access[0] = '\0';
    }
    fclose(maps);
    return access;
}

START_TEST(protection_flags_are_what_memory_allows) {
    static const struct {
        unsigned flags;
        const char *access;
    } cases[] = {{0, "---"},
                 {UMF_PROTECTION_NONE, "---"},
                 {UMF_PROTECTION_READ, "r--"},
                 {UMF_PROTECTION_READ | UMF_PROTECTION_WRITE, "rw-"},
                 {UMF_PROTECTION_READ | UMF_PROTECTION_EXEC, "r-x"}};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        struct os_setup setup = {.visibility = i % 2 ? UMF_MEM_MAP_SHARED : UMF_MEM_MAP_PRIVATE,
                                 .has_protection = true, .protection = cases[i / 2].flags};
        umf_memory_provider_handle_t provider = os_made(&setup);
        void *block = NULL;
        ck_ok(umfMemoryProviderAlloc(provider, 100, 0, &block));
        ck_assert_msg(strncmp(access_of(block), cases[i / 2].access, 3) == 0, "%s, not %s",
                      access_of(block), cases[i / 2].access);
        ck_assert_int_eq(access_of(block)[3], i % 2 ? 's' : 'p');
        ck_ok(umfMemoryProviderFree(provider, block, 100));
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(native_texts_are_the_contracts) {
    umf_memory_provider_handle_t provider = os_made(&(struct os_setup){0});
    void *ptr = NULL;
    char *block = NULL;
    ck_assert_str_eq(os_native_text(provider), "success");
    ck_assert_int_eq(umfMemoryProviderAlloc(provider, 0, 0, &ptr), SPECIFIC);
    ck_assert_str_eq(os_native_text(provider), "memory allocation failed");
    ck_ok(umfMemoryProviderAlloc(provider, 8192, 0, (void **)&block));
    ck_assert_int_eq(umfMemoryProviderFree(provider, block + 1, 4096), SPECIFIC);
    ck_assert_str_eq(os_native_text(provider), "memory deallocation failed: Invalid argument");
    ck_assert_int_eq(umfMemoryProviderPurgeLazy(provider, block + 1, 1), SPECIFIC);
    ck_assert_str_eq(os_native_text(provider), "lazy purging failed: Invalid argument");
    ck_assert_int_eq(umfMemoryProviderPurgeForce(provider, block + 1, 1), SPECIFIC);
    ck_assert_str_eq(os_native_text(provider), "force purging failed: Invalid argument");
    ck_ok(umfMemoryProviderFree(provider, block, 8192));
    ck_assert_str_eq(os_native_text(provider), "force purging failed: Invalid argument");
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(a_free_of_size_0_or_a_bad_address_fails_and_changes_nothing) {
    for (unsigned visibility = 1; visibility <= 2; visibility++) {
        umf_memory_provider_handle_t provider = os_made(&(struct os_setup){.visibility = visibility});
        char *block = NULL;
        ck_ok(umfMemoryProviderAlloc(provider, 8192, 0, (void **)&block));
        ck_assert_int_eq(umfMemoryProviderFree(provider, block, 0), SPECIFIC);
        ck_assert_int_eq(os_native_code(provider), UMF_OS_RESULT_ERROR_FREE_FAILED);
        ck_assert_int_eq(umfMemoryProviderFree(provider, block + 5, 100), SPECIFIC);
        ck_assert_int_eq(umfMemoryProviderFree(provider, block, SIZE_MAX), SPECIFIC);
        ck_assert_int_eq(umfMemoryProviderFree(provider, (void *)0x1, 4096), SPECIFIC);
        memset(block, 1, 8192);
        ck_assert_uint_eq(os_stat(provider, "stats.allocated_memory"), 8192);
        ck_ok(umfMemoryProviderFree(provider, block, 8192));
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(any_mapped_part_may_be_freed) {
    for (unsigned visibility = 1; visibility <= 2; visibility++) {
        umf_memory_provider_handle_t provider = os_made(&(struct os_setup){.visibility = visibility});
        size_t page = os_page();
        char *block = NULL;
        ck_ok(umfMemoryProviderAlloc(provider, 8 * page, 0, (void **)&block));
        memset(block, 4, 8 * page);
        ck_ok(umfMemoryProviderFree(provider, block + 3 * page, 2 * page)); /* the middle */
        ck_ok(umfMemoryProviderFree(provider, block, page));                /* the front */
        ck_ok(umfMemoryProviderFree(provider, block + 7 * page, 1));        /* the end */
        ck_assert_str_eq(access_of(block), "");
        ck_assert_str_eq(access_of(block + 4 * page), "");
        ck_assert_str_eq(access_of(block + 7 * page), "");
        ck_assert(block[page] == 4 && block[3 * page - 1] == 4 && block[5 * page] == 4);
        if (visibility == UMF_MEM_MAP_SHARED) {
            struct os_ipc_data data = os_handle_of(provider, block + page, 2 * page);
            ck_assert_uint_eq(data.offset % page, 0);
            ck_assert_uint_eq(os_handle_of(provider, block + 5 * page, 2 * page).offset,
                              data.offset + 4 * page);
        }
        ck_ok(umfMemoryProviderFree(provider, block + page, 6 * page)); /* over the hole */
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(private_split_and_merge_take_any_address_shared_ones_only_starts) {
    umf_memory_provider_handle_t own = os_made(&(struct os_setup){0});
    umf_memory_provider_handle_t shared = os_made(&(struct os_setup){.visibility = UMF_MEM_MAP_SHARED});
    size_t page = os_page();
    char *block = NULL, *other = NULL;
    ck_ok(umfMemoryProviderAllocationSplit(own, (void *)0x10, 100, 50));
    ck_ok(umfMemoryProviderAllocationMerge(own, (void *)0x10, (void *)0x20, 100));
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(shared, (void *)0x10, 100, 50), UNK);
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(shared, (void *)0x10, (void *)0x20, 100), UNK);
    ck_ok(umfMemoryProviderAlloc(shared, 2 * page, 0, (void **)&block));
    ck_ok(umfMemoryProviderAlloc(shared, 2 * page, 0, (void **)&other));
    ck_assert_int_eq(umfMemoryProviderAllocationSplit(shared, block, 3 * page, page), INV);
    ck_ok(umfMemoryProviderAllocationSplit(shared, block, 2 * page, page));
    ck_assert_int_eq(umfMemoryProviderAllocationMerge(shared, block, block + page, 3 * page), INV);
    /* neighbours in memory by chance are none in the file */
    char *low = block < other ? block : other, *high = block < other ? other : block;
    ck_assert_int_ne(umfMemoryProviderAllocationMerge(shared, low, high, (size_t)(high - low) + page),
                     UMF_RESULT_SUCCESS);
    ck_ok(umfMemoryProviderAllocationMerge(shared, block, block + page, 2 * page));
    ck_ok(umfMemoryProviderFree(shared, block, 2 * page));
    ck_ok(umfMemoryProviderFree(shared, other, 2 * page));
    ck_ok(umfMemoryProviderDestroy(shared));
    ck_ok(umfMemoryProviderDestroy(own));
}
END_TEST

START_TEST(offsets_rise_and_freed_pages_go_back) {
    umf_memory_provider_handle_t provider = os_made(&(struct os_setup){.visibility = UMF_MEM_MAP_SHARED});
    struct stat before, full, after;
    size_t size = 64 * os_page(), last = 0;
    char *block = NULL;
    for (int round = 0; round < 20; round++) {
        void *none = NULL;
        ck_ok(umfMemoryProviderAlloc(provider, size, 0, (void **)&block));
        struct os_ipc_data data = os_handle_of(provider, block, size);
        ck_assert(round == 0 || data.offset == last + size);
        last = data.offset;
        ck_assert_int_eq(fstat(data.fd, &before), 0);
        memset(block, 1, size);
        ck_assert_int_eq(fstat(data.fd, &full), 0);
        ck_assert_int_gt(full.st_blocks, before.st_blocks);
        ck_ok(umfMemoryProviderFree(provider, block, size));
        ck_assert_int_eq(fstat(data.fd, &after), 0);
        ck_assert_int_eq(after.st_blocks, 0);
        /* a request that cannot be takes no offsets */
        ck_assert_int_eq(umfMemoryProviderAlloc(provider, (size_t)1 << 60, 0, &none), SPECIFIC);
        ck_assert_int_eq(umfMemoryProviderAlloc(provider, (size_t)1 << 47, 0, &none), SPECIFIC);
    }
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(without_address_space_alloc_fails_and_leaks_nothing) {
    for (unsigned visibility = 1; visibility <= 2; visibility++) {
        umf_memory_provider_handle_t provider = os_made(&(struct os_setup){.visibility = visibility});
        struct rlimit none = {.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY}, old;
        int descriptors = open_descriptors();
        void *block = NULL;
        /* a module's thread-local memory is made at its first use */
        ck_assert_int_eq(umfMemoryProviderAlloc(provider, 0, 0, &block), SPECIFIC);
        ck_assert_int_eq(getrlimit(RLIMIT_AS, &old), 0);
        ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
        umf_result_t plain = umfMemoryProviderAlloc(provider, 1 << 24, 0, &block);
        umf_result_t aligned = umfMemoryProviderAlloc(provider, 4096, 1 << 24, &block);
        ck_assert_int_eq(setrlimit(RLIMIT_AS, &old), 0);
        ck_assert_int_eq(plain, SPECIFIC);
        ck_assert_int_eq(aligned, SPECIFIC);
        ck_assert_int_eq(os_native_code(provider), UMF_OS_RESULT_ERROR_ALLOC_FAILED);
        ck_assert_ptr_null(block);
        ck_assert_int_eq(open_descriptors(), descriptors);
        ck_ok(umfMemoryProviderAlloc(provider, 1 << 24, 0, &block));
        ck_ok(umfMemoryProviderFree(provider, block, 1 << 24));
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(without_descriptors_create_fails_with_unknown) {
    const char *object = os_object("no-fd");
    struct rlimit old, none;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = old;
    ck_assert_ptr_nonnull(umfOsMemoryProviderOps()); /* opens its module now */
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    umf_result_t anonymous = create_by(&(struct rule){.visibility = 2});
    umf_result_t named = create_by(&(struct rule){.visibility = 2, .shm_name = object + 1});
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    ck_assert_int_eq(anonymous, UNK);
    ck_assert_int_eq(named, UNK);
    (void)shm_unlink(object); /* valgrind opens before it looks at the limit */
}
END_TEST

START_TEST(ipc_enabled_tells_the_visibility) {
    for (unsigned visibility = 1; visibility <= 2; visibility++) {
        umf_memory_provider_handle_t provider = os_made(&(struct os_setup){.visibility = visibility});
        int enabled = -1;
        size_t wide = 0;
        ck_ok(provider_ctl(provider, CTL_QUERY_READ, "params.ipc_enabled", &enabled, sizeof enabled));
        ck_assert_int_eq(enabled, visibility == UMF_MEM_MAP_SHARED);
        ck_assert_int_eq(provider_ctl(provider, CTL_QUERY_READ, "params.ipc_enabled", &wide, sizeof wide), INV);
        ck_assert_int_eq(provider_ctl(provider, CTL_QUERY_WRITE, "params.ipc_enabled", &enabled, sizeof enabled), INV);
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(names_are_copied_and_cut_to_63_characters) {
    static char name[100];
    const char *told = NULL;
    memset(name, 'n', 80);
    umf_memory_provider_handle_t provider = os_made(&(struct os_setup){.name = name});
    memset(name, 'x', 80);
    ck_ok(umfMemoryProviderGetName(provider, &told));
    ck_assert_uint_eq(strlen(told), 63);
    ck_assert_int_eq(told[0], 'n');
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(a_forked_child_never_shares_a_new_allocation) {
    const char *object = os_object("forked");
    umf_memory_provider_handle_t provider =
        os_made(&(struct os_setup){.visibility = UMF_MEM_MAP_SHARED, .shm_name = object + 1});
    char *first = NULL, *mine = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, 4096, 0, (void **)&first));
    pid_t child = fork();
    if (child == 0) {
        char *theirs = NULL;
        struct os_ipc_data data;
        if (umfMemoryProviderAlloc(provider, 4096, 0, (void **)&theirs)) {
            _exit(1);
        }
        memset(theirs, 'c', 4096);
        data = os_handle_of(provider, theirs, 4096);
        /* its own file, which has no name; what it inherited is not its to drop */
        bool is_good = data.name_length == 0 && data.pid == getpid() &&
                       umfMemoryProviderPurgeForce(provider, first, 4096) == UMF_RESULT_SUCCESS &&
                       umfMemoryProviderFree(provider, first, 4096) == UMF_RESULT_SUCCESS &&
                       umfMemoryProviderFree(provider, theirs, 4096) == UMF_RESULT_SUCCESS &&
                       umfMemoryProviderDestroy(provider) == UMF_RESULT_SUCCESS;
        _exit(is_good ? 0 : 2);
    }
    memset(first, 'f', 4096);
    ck_ok(umfMemoryProviderAlloc(provider, 4096, 0, (void **)&mine));
    memset(mine, 'p', 4096);
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(first[0] == 'f' && first[4095] == 'f' && mine[0] == 'p' && mine[4095] == 'p');
    int fd = shm_open(object, O_RDWR, 0);
    ck_assert_int_ge(fd, 0); /* the child's destroy left it */
    close(fd);
    ck_ok(umfMemoryProviderDestroy(provider));
    ck_assert_int_lt(shm_open(object, O_RDWR, 0), 0);
}
END_TEST

/* valgrind keeps the limit to itself and lets memfd_create pass */
enum { NO_LIMIT_HERE = 77 };

START_TEST(a_forked_child_without_descriptors_says_that_alloc_failed) {
    char path[128], text[4096] = "", log[192];
    snprintf(path, sizeof path, "%s-XXXXXX", suite_folder);
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    snprintf(log, sizeof log, "level:error;flush:error;output:file,%s", path);
    ck_assert_int_eq(setenv("UMF_LOG", log, 1), 0);
    umf_memory_provider_handle_t provider = os_made(&(struct os_setup){.visibility = UMF_MEM_MAP_SHARED});
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        void *block = NULL;
        setrlimit(RLIMIT_NOFILE, &none);
        if (memfd_create("probe", 0) >= 0) {
            _exit(NO_LIMIT_HERE);
        }
        _exit(umfMemoryProviderAlloc(provider, 4096, 0, &block) == UNK ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != NO_LIMIT_HERE) {
        ck_assert_int_eq(status, 0);
        ck_assert_int_gt(read(fd, text, sizeof text - 1), 0);
        ck_assert_msg(strstr(text, "os_alloc") && !strstr(text, "os_initialize"), "%s", text);
    }
    close(fd);
    unlink(path);
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

START_TEST(the_limit_on_file_sizes_is_an_error_and_no_signal) {
    for (int is_named = 0; is_named < 2; is_named++) {
        const char *name = is_named ? os_object("fsize") + 1 : NULL;
        struct os_setup setup = {.visibility = UMF_MEM_MAP_SHARED, .shm_name = name};
        umf_memory_provider_handle_t provider = os_made(&setup);
        struct rlimit old, low, none;
        umf_os_memory_provider_params_handle_t params = NULL;
        umf_memory_provider_handle_t other = NULL;
        void *block = NULL, *refused = NULL;
        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
        low = none = old, low.rlim_cur = 1 << 20, none.rlim_cur = 0;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &low), 0); /* Check's own messages fit */
        umf_result_t fits = umfMemoryProviderAlloc(provider, 1 << 19, 0, &block);
        umf_result_t result = umfMemoryProviderAlloc(provider, (1 << 19) + 1, 0, &refused);
        bool is_told = strstr(umfGetLastErrorMessage(), strerror(EFBIG)) != NULL;
        umf_result_t given_back = umfMemoryProviderFree(provider, block, 1 << 19);
        ck_ok(umfOsMemoryProviderParamsCreate(&params));
        ck_ok(umfOsMemoryProviderParamsSetVisibility(params, UMF_MEM_MAP_SHARED));
        ck_ok(umfOsMemoryProviderParamsSetShmName(params, is_named ? os_object("fsize-b") + 1 : NULL));
        setrlimit(RLIMIT_FSIZE, &none); /* not even for Check */
        umf_result_t made = umfMemoryProviderCreate(umfOsMemoryProviderOps(), params, &other);
        setrlimit(RLIMIT_FSIZE, &old);
        ck_ok(umfOsMemoryProviderParamsDestroy(params));
        ck_ok(fits);
        ck_assert_int_eq(result, SPECIFIC);
        ck_assert_int_eq(os_native_code(provider), UMF_OS_RESULT_ERROR_ALLOC_FAILED);
        ck_assert(is_told);
        ck_ok(given_back);
        ck_assert_int_eq(made, INV);
        ck_ok(umfMemoryProviderAlloc(provider, 1 << 21, 0, &block));
        ck_ok(umfMemoryProviderFree(provider, block, 1 << 21));
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

/* Nothing is touched, so nothing is used: only what is promised counts. */
START_TEST(a_named_object_promises_no_more_than_its_file_system_has) {
    struct os_setup setup = {.visibility = UMF_MEM_MAP_SHARED, .shm_name = os_object("room") + 1};
    umf_memory_provider_handle_t provider = os_made(&setup);
    struct statvfs room;
    void *block = NULL, *refused = NULL;
    ck_ok(umfMemoryProviderAlloc(provider, 4096, 0, &block));
    ck_assert_int_eq(fstatvfs(os_handle_of(provider, block, 4096).fd, &room), 0);
    size_t free_bytes = room.f_bavail * room.f_frsize, most = free_bytes / 10 * 6;
    if (room.f_blocks != 0) {
        void *large = NULL;
        ck_assert_int_eq(umfMemoryProviderAlloc(provider, room.f_blocks * room.f_frsize, 0, &refused),
                         SPECIFIC);
        ck_assert_int_eq(os_native_code(provider), UMF_OS_RESULT_ERROR_ALLOC_FAILED);
        ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), strerror(ENOSPC)));
        for (int round = 0; round < 3; round++) {
            ck_ok(umfMemoryProviderAlloc(provider, most, 0, &large));
            ck_assert_int_eq(umfMemoryProviderAlloc(provider, most, 0, &refused), SPECIFIC);
            ck_ok(umfMemoryProviderFree(provider, large, most));
        }
    }
    ck_ok(umfMemoryProviderFree(provider, block, 4096));
    ck_ok(umfMemoryProviderDestroy(provider));
}
END_TEST

SUITE_MAIN("plugins/provider-os", setters_check_handles_and_arrays_only,
           each_parameter_rule_is_checked_at_create, modes_that_are_not_built_are_refused_by_name,
           protection_flags_are_what_memory_allows, native_texts_are_the_contracts,
           a_free_of_size_0_or_a_bad_address_fails_and_changes_nothing, any_mapped_part_may_be_freed,
           private_split_and_merge_take_any_address_shared_ones_only_starts,
           offsets_rise_and_freed_pages_go_back, without_address_space_alloc_fails_and_leaks_nothing,
           without_descriptors_create_fails_with_unknown, ipc_enabled_tells_the_visibility,
           names_are_copied_and_cut_to_63_characters,
           a_forked_child_without_descriptors_says_that_alloc_failed,
           the_limit_on_file_sizes_is_an_error_and_no_signal,
           a_named_object_promises_no_more_than_its_file_system_has, a_forked_child_never_shares_a_new_allocation)
