/*
 * abi-test.c - old and new plugins meet old and new hosts.
 *
 * What a plugin of some ABI brings is laid out with that ABI's sizes, each struct
 * at the end of a page before one that cannot be touched: a read beyond a struct's
 * size ends the case. ABI 1 is made up here, because ours is 0.N so far:
 *
 *   1.0        a component without the optional functions; ops of the first version
 *   1.1        what this tree's headers have
 *   1.9, 2.0   more at the end of every struct, of which this host knows nothing
 */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <umf/memory_provider.h>
#include <unistd.h>

#include "core/doubles.h"
#include "core/host.h"
#include "plugin/handshake.h"
#include "suite.h"

#define END_OF(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
/* with the padding that a compiler leaves at its end */
#define FIRST_COMPONENT_BYTES offsetof(umf_plugin_component_t, start)

struct version {
    uint16_t major, minor;
    size_t component_size, provider_size, pool_size, tail; /* tail: of the descriptor */
    uint32_t provider_version, pool_version;
};
static const struct version versions[] = {
    {1, 0, FIRST_COMPONENT_BYTES, END_OF(umf_memory_provider_ops_t, ext_ctl),
     END_OF(umf_memory_pool_ops_t, ext_ctl), 0, UMF_MAKE_VERSION(1, 0), UMF_MAKE_VERSION(1, 0)},
    {1, 1, sizeof(umf_plugin_component_t), sizeof(umf_memory_provider_ops_t),
     sizeof(umf_memory_pool_ops_t), 0, UMF_PROVIDER_OPS_VERSION_CURRENT,
     UMF_POOL_OPS_VERSION_CURRENT},
    {1, 9, sizeof(umf_plugin_component_t) + 32, sizeof(umf_memory_provider_ops_t) + 40,
     sizeof(umf_memory_pool_ops_t) + 48, 16, UMF_MAKE_VERSION(1, 9), UMF_MAKE_VERSION(1, 9)},
    {2, 0, sizeof(umf_plugin_component_t) + 32, sizeof(umf_memory_provider_ops_t) + 40,
     sizeof(umf_memory_pool_ops_t) + 48, 16, UMF_MAKE_VERSION(1, 9), UMF_MAKE_VERSION(1, 9)},
};
#define OLDEST (&versions[0])
#define SAME_AGE (&versions[1])
#define NEWER (&versions[2])

/* `size` bytes that end where their page does: those of `known`, then bytes that
 * no host of today knows. Never given back: the case's process ends soon. */
static void *laid_out(const void *known, size_t known_bytes, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = size < 8 ? 8 : (size + 7) / 8 * 8;
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + page, page, PROT_NONE), 0);
    char *start = pages + page - bytes;
    memset(start, 0xee, bytes);
    return memcpy(start, known, known_bytes < bytes ? known_bytes : bytes);
}

/* ---- the plugin ---- */

static umf_result_t start(const umf_plugin_host_t *host) {
    (void)host;
    return UMF_RESULT_SUCCESS;
}
static void fork_hook(void *priv) { (void)priv; }
static umf_result_t live_blocks(void *priv, size_t *count) {
    (void)priv;
    *count = 0;
    return UMF_RESULT_SUCCESS;
}
static const void *get_interface(const char *name, uint32_t version) {
    (void)name, (void)version;
    return NULL;
}

/* What a case may change before the plugin is laid out. */
static struct plugin {
    const struct version *version;
    umf_plugin_desc_t desc;
    umf_plugin_component_t component;
    umf_memory_provider_ops_t provider_ops;
    umf_memory_pool_ops_t pool_ops;
    size_t desc_size;
    size_t ops_size; /* 0: the version's */
} plugin;

/* Field by field over zeros: what lies between fields is compared too. */
static void component_fill(umf_plugin_component_t *component, umf_plugin_kind_t kind) {
    memset(component, 0, sizeof *component);
    component->kind = kind;
    component->name = "x";
    component->takes_upstream = kind == UMF_PLUGIN_KIND_PROVIDER;
    component->start = start;
    component->prefork = fork_hook;
    component->postfork_parent = fork_hook;
    component->postfork_child = fork_hook;
    component->live_blocks = live_blocks;
    component->get_interface = get_interface;
    component->probe = start;
    component->is_process_bound = kind == UMF_PLUGIN_KIND_PROVIDER;
}

/* A table of functions, without what lies between its version and the first of them. */
static void ops_fill(void *ops, const void *functions, size_t size, uint32_t version) {
    memcpy(ops, functions, size);
    memset(ops, 0, sizeof(void *));
    memcpy(ops, &version, sizeof version);
}

static void plugin_begin(const struct version *version, umf_plugin_kind_t kind) {
    const umf_memory_provider_ops_t provider_ops = double_provider_ops();
    const umf_memory_pool_ops_t pool_ops = double_pool_ops();
    plugin = (struct plugin){
        .version = version,
        .desc = {.magic = UMF_PLUGIN_MAGIC,
                 .abi_major = version->major,
                 .abi_minor = version->minor,
                 .name = "matrix",
                 .version = "1",
                 .vendor = "tests",
                 .component_count = 1},
        .desc_size = sizeof(umf_plugin_desc_t) + version->tail,
    };
    component_fill(&plugin.component, kind);
    plugin.component.size = (uint32_t)version->component_size;
    ops_fill(&plugin.provider_ops, &provider_ops, sizeof provider_ops, version->provider_version);
    ops_fill(&plugin.pool_ops, &pool_ops, sizeof pool_ops, version->pool_version);
}

static const umf_plugin_desc_t *offered;

static umf_result_t query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out) {
    /* all that a plugin may read of a host that it does not know */
    ck_assert_uint_ge(host->size, offsetof(umf_plugin_host_t, provider_is_shared));
    ck_assert_uint_eq(host->abi_major, 1);
    *out = offered;
    return UMF_RESULT_SUCCESS;
}

static void plugin_lay_out(void) {
    const struct version *version = plugin.version;
    bool is_pool = plugin.component.kind == UMF_PLUGIN_KIND_POOL;
    size_t version_size = is_pool ? version->pool_size : version->provider_size;
    size_t ops_size = plugin.ops_size ? plugin.ops_size : version_size;
    plugin.component.ops_size = (uint32_t)ops_size;
    plugin.component.ops_version = is_pool ? version->pool_version : version->provider_version;
    plugin.component.ops =
        is_pool ? laid_out(&plugin.pool_ops, sizeof plugin.pool_ops, ops_size)
                : laid_out(&plugin.provider_ops, sizeof plugin.provider_ops, ops_size);
    const void *component =
        laid_out(&plugin.component, sizeof plugin.component, plugin.component.size);
    if (!plugin.desc.components) {
        plugin.desc.components = laid_out(&component, sizeof component, sizeof component);
    }
    plugin.desc.size = (uint32_t)plugin.desc_size;
    offered = laid_out(&plugin.desc, sizeof plugin.desc, plugin.desc_size);
}

/* ---- the host ---- */

static const umf_plugin_host_t *host_of(uint16_t minor) {
    umf_plugin_host_t host = umfi_host;
    host.abi_major = 1;
    host.abi_minor = minor;
    host.size = minor > 0 ? sizeof host : offsetof(umf_plugin_host_t, provider_is_shared);
    return laid_out(&host, sizeof host, host.size);
}

static struct umfi_offer offer;
static struct umfi_refusal refusal;

static bool shake_hands(uint16_t host_minor) {
    plugin_lay_out();
    const struct umfi_handshake handshake = {
        .host = host_of(host_minor),
        .kind = plugin.component.kind,
        .name = "x",
        .abi_minor = plugin.desc.abi_minor,
    };
    memset(&offer, 0x55, sizeof offer);
    return umfi_handshake_run(&handshake, query, &offer, &refusal);
}

static void is_refused(enum umfi_refusal_class class, const char *text) {
    ck_assert_msg(refusal.class == class && strcmp(refusal.text, text) == 0, "%s: %s",
                  umfi_refusal_word(refusal.class), refusal.text);
}

/* ---- what the host then has ---- */

/* The plugin's bytes as far as its version goes, then zeros. */
static void is_prefix(const void *copy, size_t copy_bytes, const void *original, size_t size) {
    const char *bytes = copy;
    size_t common = size < copy_bytes ? size : copy_bytes;
    ck_assert_mem_eq(copy, original, common);
    for (size_t i = common; i < copy_bytes; i++) {
        ck_assert_msg(bytes[i] == 0, "byte %zu of %zu is not 0", i, copy_bytes);
    }
}

static void copy_check(void) {
    umf_plugin_component_t copy;
    memcpy(&copy, &offer.component.desc, sizeof copy); /* and what lies between fields */
    const struct version *version = plugin.version;
    bool is_pool = copy.kind == UMF_PLUGIN_KIND_POOL;
    size_t known_bytes = is_pool ? sizeof plugin.pool_ops : sizeof plugin.provider_ops;
    uint32_t current = is_pool ? UMF_POOL_OPS_VERSION_CURRENT : UMF_PROVIDER_OPS_VERSION_CURRENT;
    uint32_t *ops_version = is_pool ? &plugin.pool_ops.version : &plugin.provider_ops.version;
    if (*ops_version > current) {
        *ops_version = current; /* the copy states what it has */
    }
    ck_assert_ptr_eq(copy.ops, &offer.ops);
    ck_assert_uint_eq(copy.size, sizeof copy);
    ck_assert_uint_eq(copy.ops_size, known_bytes);
    ck_assert_uint_eq(copy.ops_version, *ops_version);
    if (is_pool) {
        is_prefix(copy.ops, known_bytes, &plugin.pool_ops, version->pool_size);
    } else {
        is_prefix(copy.ops, known_bytes, &plugin.provider_ops, version->provider_size);
    }
    copy.ops = plugin.component.ops;
    copy.size = plugin.component.size;
    copy.ops_size = plugin.component.ops_size;
    copy.ops_version = plugin.component.ops_version;
    is_prefix(&copy, sizeof copy, &plugin.component, version->component_size);
}

START_TEST(every_plugin_of_this_major_is_taken_by_every_host_as_far_as_both_go) {
    static const umf_plugin_kind_t kinds[] = {UMF_PLUGIN_KIND_POOL, UMF_PLUGIN_KIND_PROVIDER};
    for (size_t v = 0; v < COUNT(versions); v++) {
        for (uint16_t host_minor = 0; host_minor < 2; host_minor++) {
            for (size_t k = 0; k < COUNT(kinds); k++) {
                plugin_begin(&versions[v], kinds[k]);
                plugin_lay_out();
                ck_assert_int_eq(umfi_handshake_check(host_of(host_minor), offered, &refusal),
                                 versions[v].major == 1);
                plugin_begin(&versions[v], kinds[k]);
                if (versions[v].major != 1) {
                    ck_assert(!shake_hands(host_minor));
                    ck_assert_int_eq(refusal.result, UMF_RESULT_ERROR_NOT_SUPPORTED);
                    is_refused(UMFI_E_ABI, host_minor ? "plugin ABI 2.0, host 1.1"
                                                      : "plugin ABI 2.0, host 1.0");
                    continue;
                }
                ck_assert_msg(shake_hands(host_minor), "plugin 1.%u, host 1.%u: %s",
                              versions[v].minor, host_minor, refusal.text);
                copy_check();
            }
        }
    }
}
END_TEST

START_TEST(a_plugin_that_needs_a_newer_host_is_refused_by_an_older_one) {
    for (size_t v = 0; v < 3; v++) {
        for (uint16_t host_minor = 0; host_minor < 2; host_minor++) {
            for (uint16_t needed = 0; needed < 4; needed++) {
                char text[96];
                plugin_begin(&versions[v], UMF_PLUGIN_KIND_POOL);
                plugin.desc.host_minor_needed = needed;
                ck_assert_int_eq(shake_hands(host_minor), needed <= host_minor);
                if (needed > host_minor) {
                    snprintf(text, sizeof text, "plugin ABI 1.%u needs host 1.%u, host 1.%u",
                             versions[v].minor, needed, host_minor);
                    is_refused(UMFI_E_ABI, text);
                    ck_assert_int_eq(refusal.result, UMF_RESULT_ERROR_NOT_SUPPORTED);
                }
            }
        }
    }
}
END_TEST

START_TEST(what_an_older_provider_lacks_is_not_supported_or_has_a_safe_default) {
    for (size_t v = 0; v < 3; v++) {
        struct double_object object;
        umf_memory_provider_handle_t provider;
        size_t line;
        char byte;
        double_init(&object, "double");
        plugin_begin(&versions[v], UMF_PLUGIN_KIND_PROVIDER);
        plugin.provider_ops.ext_purge_lazy = NULL;
        plugin.provider_ops.ext_allocation_merge = NULL;
        plugin.provider_ops.ext_allocation_split = NULL;
        ck_assert_msg(shake_hands(1), "%s", refusal.text);
        ck_ok(umfMemoryProviderCreate(offer.component.desc.ops, &object, &provider));
        ck_assert_int_eq(umfMemoryProviderPurgeLazy(provider, &byte, 1),
                         UMF_RESULT_ERROR_NOT_SUPPORTED);
        ck_assert_int_eq(umfMemoryProviderAllocationSplit(provider, &byte, 2, 1),
                         UMF_RESULT_ERROR_NOT_SUPPORTED);
        ck_ok(umfMemoryProviderPurgeForce(provider, &byte, 1));
        ck_assert_uint_eq(object.calls[OP_PURGE_FORCE], 1);
        ck_ok(umfMemoryProviderGetCacheLineSize(provider, &line));
        ck_assert_uint_eq(line, &versions[v] == OLDEST ? 64 : 128);
        ck_ok(umfMemoryProviderDestroy(provider));
    }
}
END_TEST

START_TEST(what_an_older_pool_lacks_is_not_supported) {
    for (size_t v = 0; v < 3; v++) {
        struct double_object below, object;
        umf_memory_pool_handle_t pool;
        double_init(&below, "below");
        double_init(&object, "double");
        plugin_begin(&versions[v], UMF_PLUGIN_KIND_POOL);
        ck_assert_msg(shake_hands(1), "%s", refusal.text);
        ck_ok(umfPoolCreate(offer.component.desc.ops, double_provider(&below), &object,
                            UMF_POOL_CREATE_FLAG_OWN_PROVIDER, &pool));
        ck_assert_int_eq(umfPoolTrimMemory(pool, 0), &versions[v] == OLDEST
                                                         ? UMF_RESULT_ERROR_NOT_SUPPORTED
                                                         : UMF_RESULT_SUCCESS);
        ck_assert_uint_eq(object.calls[OP_TRIM], &versions[v] != OLDEST);
        ck_ok(umfPoolDestroy(pool));
    }
}
END_TEST

START_TEST(functions_of_another_major_version_are_refused) {
    plugin_begin(SAME_AGE, UMF_PLUGIN_KIND_PROVIDER);
    struct version odd = *SAME_AGE;
    plugin.version = &odd;
    odd.provider_version = plugin.provider_ops.version = UMF_MAKE_VERSION(2, 0);
    ck_assert(!shake_hands(1));
    is_refused(UMFI_E_ABI, "plugin ops 2.0, host 1.2");
}
END_TEST

START_TEST(a_component_of_a_kind_yet_unknown_does_not_hide_its_neighbour) {
    plugin_begin(NEWER, UMF_PLUGIN_KIND_POOL);
    umf_plugin_component_t future = {.size = (uint32_t)NEWER->component_size,
                                     .kind = (umf_plugin_kind_t)7,
                                     .name = "x"};
    plugin_lay_out();
    const void *pair[] = {laid_out(&future, sizeof future, NEWER->component_size),
                          offered->components[0]};
    plugin.desc.components = laid_out(pair, sizeof pair, sizeof pair);
    plugin.desc.component_count = 2;
    offered = laid_out(&plugin.desc, sizeof plugin.desc, plugin.desc_size);
    struct umfi_handshake handshake = {host_of(0), UMF_PLUGIN_KIND_POOL, "x", 9};
    ck_assert_msg(umfi_handshake_run(&handshake, query, &offer, &refusal), "%s", refusal.text);
    ck_assert_int_eq(offer.component.desc.kind, UMF_PLUGIN_KIND_POOL);
    handshake.name = "y";
    ck_assert(!umfi_handshake_run(&handshake, query, &offer, &refusal));
    is_refused(UMFI_E_MISMATCH, "manifest says pool:y, module offers unknown:x, pool:x");
}
END_TEST

/* No struct has such a size, whatever its version: the last pointer would be cut. */
static bool is_possible(size_t size, size_t least) {
    return size >= least && size % sizeof(void *) == 0;
}

START_TEST(no_size_of_a_descriptor_makes_the_host_read_beyond_it) {
    for (size_t size = 0; size < sizeof(umf_plugin_desc_t) + 24; size++) {
        plugin_begin(NEWER, UMF_PLUGIN_KIND_POOL);
        plugin.desc_size = size;
        bool is_good = shake_hands(1);
        ck_assert_msg(is_good == is_possible(size, sizeof(umf_plugin_desc_t)), "%zu", size);
        if (!is_good) {
            is_refused(UMFI_E_CORRUPT, "descriptor size invalid");
        }
    }
}
END_TEST

START_TEST(no_size_of_a_component_makes_the_host_read_beyond_it) {
    for (size_t size = 0; size < sizeof(umf_plugin_component_t) + 24; size++) {
        plugin_begin(NEWER, UMF_PLUGIN_KIND_POOL);
        plugin.component.size = (uint32_t)size;
        bool is_good = shake_hands(1);
        ck_assert_msg(is_good == is_possible(size, FIRST_COMPONENT_BYTES), "%zu", size);
        if (is_good) {
            const void *(*interface)(const char *, uint32_t) =
                size >= END_OF(umf_plugin_component_t, get_interface) ? get_interface : NULL;
            ck_assert(offer.component.desc.get_interface == interface);
        } else {
            is_refused(UMFI_E_CORRUPT, "descriptor component size invalid");
        }
    }
}
END_TEST

START_TEST(no_size_of_a_table_of_functions_makes_the_host_read_beyond_it) {
    size_t least = END_OF(umf_memory_pool_ops_t, get_name);
    for (size_t size = 1; size < sizeof(umf_memory_pool_ops_t) + 24; size++) {
        plugin_begin(NEWER, UMF_PLUGIN_KIND_POOL);
        plugin.ops_size = size;
        bool is_good = shake_hands(1);
        ck_assert_msg(is_good == is_possible(size, least), "%zu", size);
        ck_assert_msg(is_good || refusal.class == UMFI_E_CORRUPT, "%zu: %s", size, refusal.text);
        if (is_good) {
            bool has_trim = size >= sizeof(umf_memory_pool_ops_t);
            ck_assert_int_eq(offer.ops.pool.ext_trim_memory != NULL, has_trim);
        }
    }
}
END_TEST

static umf_param_row_t row;
static umf_param_table_t table;

/* Gives the component a table of one parameter. */
static void params_lay_out(size_t row_size, size_t table_size) {
    row = (umf_param_row_t){.size = (uint32_t)row_size, .type = UMF_PARAM_SIZE, .name = "limit"};
    const void *rows[] = {laid_out(&row, sizeof row, row_size)};
    table = (umf_param_table_t){.size = (uint32_t)table_size,
                                .kind = UMF_PLUGIN_KIND_POOL,
                                .name = "x",
                                .config_size = sizeof(size_t),
                                .rows = laid_out(rows, sizeof rows, sizeof rows),
                                .row_count = 1};
    plugin.component.params = laid_out(&table, sizeof table, table_size);
}

START_TEST(no_size_of_a_parameter_makes_the_host_read_beyond_it) {
    for (size_t size = 0; size < sizeof row + 24; size++) {
        plugin_begin(NEWER, UMF_PLUGIN_KIND_POOL);
        params_lay_out(size, sizeof table + 16);
        bool is_good = shake_hands(1);
        ck_assert_msg(is_good == is_possible(size, sizeof row), "%zu: %s", size, refusal.text);
        if (!is_good) {
            is_refused(UMFI_E_CORRUPT, "descriptor parameter size invalid");
        }
    }
    for (size_t size = 0; size < sizeof table + 24; size++) {
        plugin_begin(NEWER, UMF_PLUGIN_KIND_POOL);
        params_lay_out(sizeof row + 16, size);
        bool is_good = shake_hands(1);
        ck_assert_msg(is_good == is_possible(size, sizeof table), "%zu: %s", size, refusal.text);
        if (!is_good) {
            is_refused(UMFI_E_CORRUPT, "descriptor params size invalid");
        }
    }
}
END_TEST

/* The field of each row lies in a structure of two words. */
START_TEST(a_parameter_that_cannot_be_worked_with_is_refused) {
    static const umf_param_word_t words[] = {{"on", 1}, {NULL, 0}};
    static const struct {
        umf_param_row_t row;
        const char *fault; /* NULL: it can */
    } cases[] = {
        {{.type = UMF_PARAM_SIZE, .offset = 8, .name = "limit"}, NULL},
        {{.type = UMF_PARAM_LIST, .offset = 0, .name = "a_1"}, NULL},
        {{.type = UMF_PARAM_BOOL, .offset = 15, .name = "a"}, NULL},
        {{.type = UMF_PARAM_ENUM, .offset = 4, .name = "a", .words = words}, NULL},
        {{.type = UMF_PARAM_SIZE, .offset = 16, .name = "a"}, "offset"},
        {{.type = UMF_PARAM_SIZE, .offset = 4000, .name = "a"}, "offset"},
        {{.type = UMF_PARAM_SIZE, .offset = SIZE_MAX - 7, .name = "a"}, "offset"},
        {{.type = UMF_PARAM_SIZE, .offset = 4, .name = "a"}, "offset"},
        {{.type = UMF_PARAM_LIST, .offset = 8, .name = "a"}, "offset"},
        {{.type = UMF_PARAM_INT, .offset = 0, .name = "Limit"}, "name"},
        {{.type = UMF_PARAM_INT, .offset = 0, .name = ""}, "name"},
        {{.type = UMF_PARAM_INT, .offset = 0, .name = "9a"}, "name"},
        {{.type = UMF_PARAM_INT, .offset = 0, .name = "other"}, "name (twice)"},
        {{.type = 0, .offset = 0, .name = "a"}, "type"},
        {{.type = 99, .offset = 0, .name = "a"}, "type"},
        {{.type = UMF_PARAM_FLAGS, .offset = 0, .name = "a"}, "words"},
    };
    static const umf_param_row_t other = {
        .size = sizeof other, .type = UMF_PARAM_BOOL, .name = "other"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        umf_param_row_t tried = cases[i].row;
        tried.size = sizeof tried;
        const umf_param_row_t *const rows[] = {&other, &tried};
        const umf_param_table_t tables = {
            .size = sizeof tables, .config_size = 16, .rows = rows, .row_count = 2};
        plugin_begin(SAME_AGE, UMF_PLUGIN_KIND_PROVIDER);
        plugin.component.params = &tables;
        bool is_good = shake_hands(1);
        ck_assert_msg(is_good == !cases[i].fault, "%zu: %s", i, refusal.text);
        if (!is_good) {
            char text[64];
            snprintf(text, sizeof text, "descriptor parameter %s invalid", cases[i].fault);
            is_refused(UMFI_E_CORRUPT, text);
        }
    }
}
END_TEST

START_TEST(a_parameter_that_is_not_there_is_refused) {
    static const umf_param_row_t nameless = {.size = sizeof nameless, .type = UMF_PARAM_BOOL};
    static const umf_param_row_t *const no_row[] = {NULL}, *const no_name[] = {&nameless};
    static const struct {
        const umf_param_row_t *const *rows;
        const char *text;
    } tables[] = {
        {NULL, "descriptor params rows invalid"},
        {no_row, "descriptor parameter pointer invalid"},
        {no_name, "descriptor parameter name invalid"},
    };
    for (size_t i = 0; i < COUNT(tables); i++) {
        plugin_begin(SAME_AGE, UMF_PLUGIN_KIND_PROVIDER);
        table = (umf_param_table_t){.size = sizeof table, .rows = tables[i].rows, .row_count = 1};
        plugin.component.params = &table;
        ck_assert(!shake_hands(1));
        is_refused(UMFI_E_CORRUPT, tables[i].text);
    }
}
END_TEST

SUITE_MAIN("plugin/abi", every_plugin_of_this_major_is_taken_by_every_host_as_far_as_both_go,
           a_plugin_that_needs_a_newer_host_is_refused_by_an_older_one,
           what_an_older_provider_lacks_is_not_supported_or_has_a_safe_default,
           what_an_older_pool_lacks_is_not_supported,
           functions_of_another_major_version_are_refused,
           a_component_of_a_kind_yet_unknown_does_not_hide_its_neighbour,
           no_size_of_a_descriptor_makes_the_host_read_beyond_it,
           no_size_of_a_component_makes_the_host_read_beyond_it,
           no_size_of_a_table_of_functions_makes_the_host_read_beyond_it,
           no_size_of_a_parameter_makes_the_host_read_beyond_it,
           a_parameter_that_is_not_there_is_refused,
           a_parameter_that_cannot_be_worked_with_is_refused)
