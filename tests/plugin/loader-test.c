/*
 * loader-test.c - from a name to a component, and every way that can fail.
 *
 * Each case has a directory of its own with copies of the fixture module, named
 * for the part they play (fixture.c), and a log of what the modules did.
 */
#include <elf.h>
#include <pthread.h>
#include <sys/wait.h>
#include <umf.h>
#include <umf/plugin.h>

#include "core/meta.h"
#include "plugin/plugin.h"
#include "workspace.h"

static char *fixture;
static size_t fixture_size;

static const char *built(const char *module) {
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.so", FIXTURE_DIR, module);
    return path;
}

static void plugins_begin(void) {
    workspace_begin();
    setenv("UMF_PLUGIN_PATH_ONLY", workspace, 1);
    setenv("FIXTURE_LOG", in("log"), 1);
    fixture = file_bytes(built("fixture"), &fixture_size);
}

static void plugins_end(void) { free(fixture); }

static void manifest_for(const char *part) {
    char module[64];
    snprintf(module, sizeof module, "%s.so", part);
    make_manifest(in("50-%s.yaml", part), strncmp(part, "provider", 8) == 0 ? "provider" : "pool",
                  part, module, "");
}

static void make_part(const char *part) {
    make_file(in("%s.so", part), fixture, fixture_size);
    manifest_for(part);
}

/* A manifest whose module holds these bytes. */
static void make_module(const char *part, const void *bytes, size_t size) {
    make_file(in("%s.so", part), bytes, size);
    manifest_for(part);
}

static void make_built(const char *part, const char *module) {
    size_t size;
    char *bytes = file_bytes(built(module), &size);
    make_module(part, bytes, size);
    free(bytes);
}

static unsigned log_count(const char *line) {
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

static umf_result_t find(const char *name) {
    struct umfi_component *component = NULL;
    bool is_provider = strncmp(name, "provider", 8) == 0;
    umf_result_t result = umfi_plugin_find(
        is_provider ? UMF_PLUGIN_KIND_PROVIDER : UMF_PLUGIN_KIND_POOL, name, &component);
    ck_assert_int_eq(result == UMF_RESULT_SUCCESS, component != NULL);
    return result;
}

/* The whole message: "umf: kind:name: CLASS: text (file)". */
static void fails(const char *name, umf_result_t result, const char *class, const char *text) {
    umf_result_t got = find(name);
    const char *message = umfGetLastErrorMessage();
    ck_assert_msg(got == result, "%s: result %d, not %d: %s", name, got, result, message);
    char expected[1024];
    snprintf(expected, sizeof expected, "umf: %s:%s: %s: ",
             strncmp(name, "provider", 8) == 0 ? "provider" : "pool", name, class);
    ck_assert_msg(strncmp(message, expected, strlen(expected)) == 0, "'%s' is not '%s...'",
                  message, expected);
    ck_assert_msg(strstr(message, text) != NULL, "'%s' lacks '%s'", message, text);
    /* and again, from memory */
    char first[2048];
    snprintf(first, sizeof first, "%s", message);
    ck_assert_int_eq(find(name), result);
    ck_assert_str_eq(umfGetLastErrorMessage(), first);
}

START_TEST(a_pool_and_a_provider_are_loaded_at_first_use) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    ck_assert_uint_eq(log_count("constructor"), 0);
    const umf_memory_pool_ops_t *pool = umfPluginPoolOps("good");
    ck_assert_ptr_nonnull(pool);
    ck_assert_ptr_nonnull(pool->malloc);
    ck_assert_uint_eq(log_count("constructor"), 1);
    ck_assert_ptr_eq(umfPluginPoolOps("good"), pool);
    const umf_memory_provider_ops_t *provider = umfPluginProviderOps("provider-good");
    ck_assert_ptr_nonnull(provider);
    ck_assert_ptr_nonnull(provider->alloc);
    ck_assert_uint_eq(log_count("query"), 2);
    ck_assert_uint_eq(log_count("start"), 2);
    plugins_end();
}
END_TEST

START_TEST(objects_are_made_by_name) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
    ck_ok(umfMemoryProviderCreateByName("provider-good", NULL, &provider));
    ck_ok(umfPoolCreateByName("good", provider, NULL, 0, &pool));
    const char *name;
    ck_ok(umfPoolGetName(pool, &name));
    ck_assert_str_eq(name, "good");
    ck_ok(umfPoolDestroy(pool));
    ck_ok(umfMemoryProviderDestroy(provider));
    plugins_end();
}
END_TEST

static size_t number_of(umf_params_handle_t params) {
    umf_memory_provider_handle_t provider;
    size_t number;
    ck_ok(umfMemoryProviderCreateByName("provider-good", params, &provider));
    ck_ok(umfMemoryProviderGetCacheLineSize(provider, &number));
    ck_ok(umfMemoryProviderDestroy(provider));
    return number;
}

START_TEST(a_manifests_params_are_defaults_below_the_callers) {
    plugins_begin();
    make_part("provider-good");
    make_manifest(in("50-provider-good.yaml"), "provider", "provider-good", "provider-good.so",
                  "params: {number: 17}\n");
    umf_params_handle_t params;
    ck_ok(umfParamsCreate("provider", "provider-good", &params));
    ck_assert_uint_eq(number_of(params), 17);
    ck_ok(umfParamsSet(params, "number", "23"));
    ck_assert_uint_eq(number_of(params), 23);
    ck_ok(umfParamsDestroy(params));
    ck_assert_uint_eq(number_of(NULL), 17);
    plugins_end();
}
END_TEST

START_TEST(a_bad_param_of_a_manifest_fails_the_object) {
    plugins_begin();
    make_part("provider-good");
    make_manifest(in("50-provider-good.yaml"), "provider", "provider-good", "provider-good.so",
                  "params: {number: many}\n");
    umf_memory_provider_handle_t provider;
    ck_assert_int_eq(umfMemoryProviderCreateByName("provider-good", NULL, &provider),
                     UMF_RESULT_ERROR_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "number"));
    plugins_end();
}
END_TEST

/* ---- what bad input gets: plugins.md 7, row by row ---- */

#define INVALID UMF_RESULT_ERROR_INVALID_ARGUMENT
#define UNAVAILABLE UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE
#define UNSUPPORTED UMF_RESULT_ERROR_NOT_SUPPORTED

START_TEST(an_unknown_name_is_answered_with_the_nearest_and_the_places) {
    plugins_begin();
    make_part("jemalloc");
    make_part("neighbour");
    char text[256];
    snprintf(text, sizeof text, "no pool 'jemaloc'; did you mean 'jemalloc'? searched: %s",
             workspace);
    fails("jemaloc", INVALID, "E_NOT_FOUND", text);
    snprintf(text, sizeof text, "no pool 'unheard-of'; searched: %s", workspace);
    fails("unheard-of", INVALID, "E_NOT_FOUND", text);
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

START_TEST(an_unreadable_directory_is_named) {
    plugins_begin();
    make_part("neighbour");
    make_text(in("file"), "x");
    setenv("UMF_PLUGIN_PATH", in("file"), 1);
    char text[256];
    snprintf(text, sizeof text, "cannot read %s: Not a directory", in("file"));
    fails("x", UNAVAILABLE, "E_ACCESS", text);
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

START_TEST(a_bad_manifest_is_told_at_every_look_up) {
    plugins_begin();
    make_part("neighbour");
    make_text(in("50-pool-syntax.yaml"), "schema: 1\nkind: pool\nname: syntax\nname: y\n");
    make_text(in("50-pool-limit.yaml"), "schema: 1\nkind: pool\nname: limit\nx: [[[[]]]]\n");
    make_text(in("50-pool-schema.yaml"), "schema: 2\nkind: pool\nname: schema\n");
    make_manifest(in("50-f.yaml"), "pool", "field", "x.so", "priority: high\n");
    make_manifest(in("50-p.yaml"), "pool", "path", "../x.so", "");
    make_manifest(in("50-a.yaml"), "pool", "absent", "absent.so", "");
    make_manifest(in("50-b.yaml"), "pool", "absent-too", "absent.so", "package: vendor-b\n");
    make_manifest(in("50-d.yaml"), "pool", "disabled", "neighbour.so", "enabled: false\n");
    make_link("50-pool-access.yaml", in("50-pool-access.yaml"));
    char text[512];
    snprintf(text, sizeof text, "line 4: duplicate key 'name', first in line 3 (%s:4)",
             in("50-pool-syntax.yaml"));
    fails("syntax", INVALID, "E_SYNTAX", text);
    snprintf(text, sizeof text, "manifest exceeds depth 4 (%s:4)", in("50-pool-limit.yaml"));
    fails("limit", INVALID, "E_LIMIT", text);
    fails("schema", UNSUPPORTED, "E_SCHEMA", "schema 2 not supported (at most 1) (");
    fails("field", INVALID, "E_FIELD",
          "line 6: 'priority' must be an integer 0-99, got 'high' (");
    fails("path", INVALID, "E_PATH", "module '../x.so' must be a bare name or absolute");
    snprintf(text, sizeof text, "%s does not exist: install libumf-pool-absent (",
             in("absent.so"));
    fails("absent", UNAVAILABLE, "E_ABSENT", text);
    fails("absent-too", UNAVAILABLE, "E_ABSENT", "install vendor-b (");
    snprintf(text, sizeof text, "disabled by %s", in("50-d.yaml"));
    fails("disabled", UNAVAILABLE, "E_DISABLED", text);
    fails("access", UNAVAILABLE, "E_ACCESS", "cannot read ");
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

START_TEST(a_masked_plugin_names_the_mask) {
    plugins_begin();
    make_part("neighbour");
    make_part("masked");
    make_dir(in("front"));
    make_link("/dev/null", in("front/50-masked.yaml"));
    setenv("UMF_PLUGIN_PATH", in("front"), 1);
    char text[256];
    snprintf(text, sizeof text, "masked by %s", in("front/50-masked.yaml"));
    fails("masked", UNAVAILABLE, "E_DISABLED", text);
    ck_assert_uint_eq(log_count("masked"), 0);
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

/* The fixture with one 16-bit field of its ELF header changed. */
static void make_patched(const char *part, size_t offset, uint16_t value) {
    char *bytes = malloc(fixture_size);
    memcpy(bytes, fixture, fixture_size);
    memcpy(bytes + offset, &value, sizeof value);
    make_module(part, bytes, fixture_size);
    free(bytes);
}

/* Where the last byte that ld.so would map ends. */
static size_t segments_end(void) {
    const Elf64_Ehdr *header = (const void *)fixture;
    const Elf64_Phdr *segments = (const void *)(fixture + header->e_phoff);
    size_t end = 0;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        size_t segment_end = segments[i].p_offset + segments[i].p_filesz;
        end = segments[i].p_type == PT_LOAD && segment_end > end ? segment_end : end;
    }
    return end;
}

START_TEST(a_file_that_is_no_shared_object_of_ours_is_not_opened) {
    plugins_begin();
    make_part("neighbour");
    make_module("empty", "", 0);
    make_module("text", "#!/bin/sh\n", 10);
    make_module("short-magic", "\177EL", 3);
    make_module("cut-header", fixture, 40);
    make_module("cut-table", fixture, sizeof(Elf64_Ehdr) + 8);
    make_module("cut-segment", fixture, segments_end() - 1);
    make_patched("executable", offsetof(Elf64_Ehdr, e_type), ET_EXEC);
    make_patched("other-machine", offsetof(Elf64_Ehdr, e_machine), EM_S390);
    make_patched("strange-machine", offsetof(Elf64_Ehdr, e_machine), 4711);
    make_patched("other-class", EI_CLASS, ELFCLASS32 | ELFDATA2LSB << 8);
    make_patched("other-order", EI_CLASS, ELFCLASS64 | ELFDATA2MSB << 8);
    make_dir(in("directory.so"));
    manifest_for("directory");
    make_link("loop.so", in("loop.so"));
    manifest_for("loop");
    char text[512];
    snprintf(text, sizeof text, "%s is not a shared object: empty (", in("empty.so"));
    fails("empty", INVALID, "E_FORMAT", text);
    fails("text", INVALID, "E_FORMAT", "/text.so is not a shared object (");
    fails("short-magic", INVALID, "E_FORMAT", "is not a shared object");
    fails("cut-header", INVALID, "E_FORMAT", "is not a shared object: truncated");
    fails("cut-table", INVALID, "E_FORMAT", "is not a shared object: truncated");
    fails("cut-segment", INVALID, "E_FORMAT", "is not a shared object: truncated");
    fails("executable", INVALID, "E_FORMAT", "is not a shared object");
    fails("directory", INVALID, "E_FORMAT", "is not a shared object: not a regular file");
    fails("other-machine", UNSUPPORTED, "E_ARCH", "/other-machine.so is s390, process is ");
    fails("strange-machine", UNSUPPORTED, "E_ARCH", "is machine 4711, process is ");
    fails("other-class", UNSUPPORTED, "E_ARCH", " (32-bit), process is ");
    fails("other-order", UNSUPPORTED, "E_ARCH", ", process is ");
    fails("loop", UNAVAILABLE, "E_ACCESS", "cannot read ");
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

/* The fixture, needing a library that is not there. */
static void make_orphan(const char *part) {
    static const char needed[] = "libc.so.6";
    char *bytes = malloc(fixture_size);
    memcpy(bytes, fixture, fixture_size);
    char *at = memmem(bytes, fixture_size, needed, sizeof needed);
    ck_assert_ptr_nonnull(at);
    memcpy(at, "libX.so.6", sizeof needed);
    make_module(part, bytes, fixture_size);
    free(bytes);
}

START_TEST(what_the_loader_refuses_is_told_in_its_own_words) {
    plugins_begin();
    make_part("neighbour");
    make_orphan("orphan");
    make_built("undefined", "fixture_undefined");
    make_built("entryless", "fixture_entryless");
    make_built("static-tls", "fixture_static_tls");
    fails("orphan", UNAVAILABLE, "E_DEPENDENCY", "libX.so.6: cannot open shared object file");
    fails("undefined", UNAVAILABLE, "E_DEPENDENCY", "undefined symbol: fixture_missing_function");
    fails("entryless", INVALID, "E_NOT_PLUGIN", "/entryless.so lacks umf_plugin_query");
    fails("static-tls", UMF_RESULT_ERROR_OUT_OF_RESOURCES, "E_STATIC_TLS",
          "glibc.rtld.optional_static_tls");
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

START_TEST(a_descriptor_is_checked_field_by_field) {
    static const struct {
        const char *part;
        umf_result_t result;
        const char *class, *text;
    } rows[] = {
        {"bad-magic", INVALID, "E_CORRUPT", "descriptor magic invalid"},
        {"bad-size", INVALID, "E_CORRUPT", "descriptor size invalid"},
        {"unknown-flags", INVALID, "E_CORRUPT", "descriptor flags invalid"},
        {"no-components", INVALID, "E_CORRUPT", "descriptor component_count invalid"},
        {"null-components", INVALID, "E_CORRUPT", "descriptor components invalid"},
        {"null-component", INVALID, "E_CORRUPT", "descriptor component pointer invalid"},
        {"null-desc", INVALID, "E_CORRUPT", "descriptor pointer invalid"},
        {"short-component", INVALID, "E_CORRUPT", "descriptor component size invalid"},
        {"no-ops", INVALID, "E_CORRUPT", "descriptor ops invalid"},
        {"other-ops-version", INVALID, "E_CORRUPT", "descriptor ops_version invalid"},
        {"null-op", INVALID, "E_CORRUPT", "descriptor op free invalid"},
        {"provider-null-op", INVALID, "E_CORRUPT", "descriptor op alloc invalid"},
        {"foreign-abi", UNSUPPORTED, "E_ABI", "plugin ABI 9.1, host 0.1"},
        {"needs-newer-host", UNSUPPORTED, "E_ABI", "plugin ABI 0.1 needs host 0.99, host 0.1"},
        {"foreign-ops", UNSUPPORTED, "E_ABI", "plugin ops 2.0, host 1.1"},
        {"other-name", INVALID, "E_MISMATCH",
         "manifest says pool:other-name, module offers pool:another"},
        {"other-kind", INVALID, "E_MISMATCH",
         "manifest says pool:other-kind, module offers provider:other-kind"},
        {"failing-query", UNSUPPORTED, "E_INIT", "init failed: umf_plugin_query answered NOT_SUPP"},
        {"failing-start", UMF_RESULT_ERROR_OUT_OF_RESOURCES, "E_INIT",
         "init failed: OUT_OF_RESOURCES: no device here"},
    };
    plugins_begin();
    make_part("neighbour");
    size_t count = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < count; i++) {
        make_part(rows[i].part);
    }
    for (size_t i = 0; i < count; i++) {
        fails(rows[i].part, rows[i].result, rows[i].class, rows[i].text);
        char line[64];
        snprintf(line, sizeof line, "query %s\n", rows[i].part);
        ck_assert_msg(log_count(line) == 1, "%s: queried twice", rows[i].part);
    }
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

START_TEST(older_and_newer_plugins_are_understood) {
    plugins_begin();
    make_part("newer-desc");
    make_part("newer-ops");
    make_part("older-ops");
    make_part("older-component");
    ck_ok(find("newer-desc"));
    const umf_memory_pool_ops_t *newer = umfPluginPoolOps("newer-ops");
    ck_assert_ptr_nonnull(newer);
    ck_assert_uint_eq(newer->version, UMF_POOL_OPS_VERSION_CURRENT);
    ck_assert_ptr_nonnull(newer->ext_trim_memory);
    const umf_memory_pool_ops_t *older = umfPluginPoolOps("older-ops");
    ck_assert_ptr_nonnull(older);
    ck_assert_uint_eq(older->version, UMF_MAKE_VERSION(1, 0));
    ck_assert_ptr_nonnull(older->get_name);
    ck_assert_ptr_null(older->ext_trim_memory);
    const umf_plugin_component_t *component;
    ck_ok(umfPluginDescribe("pool", "older-component", &component));
    ck_assert_ptr_null(component->start); /* beyond its size, so not there */
    ck_assert_uint_eq(log_count("start older-component"), 0);
    plugins_end();
}
END_TEST

START_TEST(an_optional_plugin_is_missed_in_silence) {
    plugins_begin();
    make_orphan("orphan");
    make_manifest(in("50-orphan.yaml"), "pool", "orphan", "orphan.so", "optional: true\n");
    setenv("UMF_LOG", "level:warning;flush:debug;output:stderr;pid:no", 1);
    int saved = dup(STDERR_FILENO);
    int fd = open(in("stderr"), O_RDWR | O_CREAT, 0600);
    dup2(fd, STDERR_FILENO);
    fails("orphan", UNAVAILABLE, "E_DEPENDENCY", "libX.so.6");
    dup2(saved, STDERR_FILENO);
    ck_assert_int_eq(lseek(fd, 0, SEEK_END), 0);
    plugins_end();
}
END_TEST

START_TEST(a_decided_error_makes_one_record) {
    plugins_begin();
    make_part("bad-magic");
    make_manifest(in("50-f.yaml"), "pool", "field", "x.so", "priority: high\n");
    setenv("UMF_LOG", "level:error;flush:debug;output:stderr;pid:no", 1);
    int saved = dup(STDERR_FILENO);
    int fd = open(in("stderr"), O_RDWR | O_CREAT, 0600);
    dup2(fd, STDERR_FILENO);
    fails("bad-magic", INVALID, "E_CORRUPT", "magic");
    fails("field", INVALID, "E_FIELD", "priority");
    dup2(saved, STDERR_FILENO);
    size_t size;
    char *log = file_bytes(in("stderr"), &size);
    unsigned corrupt = 0, field = 0;
    for (const char *at = log; (at = strstr(at, "E_CORRUPT")); at++) {
        corrupt++;
    }
    for (const char *at = log; (at = strstr(at, "E_FIELD")); at++) {
        field++;
    }
    ck_assert_msg(corrupt == 1 && field == 1, "%s", log);
    free(log);
    plugins_end();
}
END_TEST

START_TEST(null_and_other_kinds_are_refused) {
    struct umfi_component *component;
    const umf_plugin_component_t *desc;
    umf_memory_provider_handle_t provider;
    umf_memory_pool_handle_t pool;
    ck_assert_ptr_null(umfPluginPoolOps(NULL));
    ck_assert_ptr_null(umfPluginProviderOps(NULL));
    ck_assert_int_eq(umfi_plugin_find(UMF_PLUGIN_KIND_POOL, "x", NULL), INVALID);
    ck_assert_int_eq(umfi_plugin_find(UMF_PLUGIN_KIND_MEMTARGET, "x", &component), INVALID);
    ck_assert_int_eq(umfPluginDescribe(NULL, "x", &desc), INVALID);
    ck_assert_int_eq(umfPluginDescribe("pool", NULL, &desc), INVALID);
    ck_assert_int_eq(umfPluginDescribe("pool", "x", NULL), INVALID);
    ck_assert_int_eq(umfPluginDescribe("pond", "x", &desc), INVALID);
    ck_assert_int_eq(umfPluginDescribe("manifest", "x", &desc), INVALID);
    ck_assert_int_eq(umfPluginList(NULL, NULL), INVALID);
    ck_assert_int_eq(umfMemoryProviderCreateByName("x", NULL, NULL), INVALID);
    ck_assert_int_eq(umfMemoryProviderCreateByName(NULL, NULL, &provider), INVALID);
    ck_assert_int_eq(umfPoolCreateByName("x", NULL, NULL, 0, &pool), INVALID);
}
END_TEST

/* ---- listing ---- */

struct listing {
    char text[4096];
    unsigned stop_after;
};

static int list_visit(const umf_plugin_info_t *info, void *arg) {
    static const char *const states[] = {"available", "ready",    "failed", "absent",
                                         "disabled",  "shadowed", "refused"};
    struct listing *listing = arg;
    char line[512];
    const char *module = strrchr(info->module, '/');
    snprintf(line, sizeof line, "%s:%s %s %s %s%s%s\n", info->kind, info->name,
             states[info->state], info->tier, module ? module + 1 : "-", *info->reason ? " " : "",
             info->reason);
    strncat(listing->text, line, sizeof listing->text - strlen(listing->text) - 1);
    return listing->stop_after > 0 && --listing->stop_after == 0;
}

START_TEST(a_listing_is_sorted_and_opens_no_module) {
    plugins_begin();
    make_part("good");
    make_part("provider-good");
    make_part("bad-magic");
    make_manifest(in("60-good.yaml"), "pool", "good", "good.so", "");
    make_manifest(in("50-a.yaml"), "pool", "absent", "absent.so", "");
    make_manifest(in("50-d.yaml"), "pool", "disabled", "good.so", "enabled: false\n");
    make_text(in("50-what.yaml"), "@");
    struct listing listing = {.text = ""};
    ck_ok(umfPluginList(list_visit, &listing));
    char expected[2048];
    snprintf(expected, sizeof expected,
             "manifest:50-what.yaml refused environment - E_SYNTAX: line 1: found character "
             "that cannot start any token\n"
             "pool:absent absent environment absent.so E_ABSENT: %s does not exist: install "
             "libumf-pool-absent\n"
             "pool:bad-magic available environment bad-magic.so\n"
             "pool:disabled disabled environment good.so E_DISABLED: disabled by %s\n"
             "pool:good available environment good.so\n"
             "pool:good shadowed environment good.so shadowed by %s\n"
             "provider:provider-good available environment provider-good.so\n",
             in("absent.so"), in("50-d.yaml"), in("50-good.yaml"));
    ck_assert_str_eq(listing.text, expected);
    ck_assert_uint_eq(log_count("constructor"), 0);

    ck_ok(find("good"));
    ck_assert_int_eq(find("bad-magic"), INVALID);
    listing = (struct listing){.text = ""};
    ck_ok(umfPluginList(list_visit, &listing));
    ck_assert_ptr_nonnull(strstr(listing.text, "pool:good ready "));
    ck_assert_ptr_nonnull(strstr(listing.text, "pool:bad-magic failed environment bad-magic.so "
                                               "E_CORRUPT: descriptor magic invalid\n"));
    listing = (struct listing){.text = "", .stop_after = 1};
    ck_ok(umfPluginList(list_visit, &listing));
    ck_assert_ptr_eq(strchr(listing.text, '\n')[1] ? "more" : NULL, NULL);
    plugins_end();
}
END_TEST

/* ---- threads, re-entry, fork ---- */

enum { THREADS = 64 };
static pthread_barrier_t barrier;

static void *find_in_thread(void *name) {
    pthread_barrier_wait(&barrier);
    return (void *)(uintptr_t)find(name);
}

static void threads_find(char *name, umf_result_t result) {
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, find_in_thread, name), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *got;
        pthread_join(threads[i], &got);
        ck_assert_uint_eq((uintptr_t)got, (uintptr_t)result);
    }
    pthread_barrier_destroy(&barrier);
}

START_TEST(many_threads_start_a_plugin_once) {
    plugins_begin();
    make_part("slow-start");
    make_part("failing-start");
    char slow[] = "slow-start", failing[] = "failing-start";
    threads_find(slow, UMF_RESULT_SUCCESS);
    ck_assert_uint_eq(log_count("constructor slow-start"), 1);
    ck_assert_uint_eq(log_count("query slow-start"), 1);
    ck_assert_uint_eq(log_count("start slow-start"), 1);
    threads_find(failing, UMF_RESULT_ERROR_OUT_OF_RESOURCES);
    ck_assert_uint_eq(log_count("start failing-start"), 1);
    plugins_end();
}
END_TEST

static umf_result_t inner_result, other_result;
static char inner_text[512];

void fixture_on_start(const char *name);
void fixture_on_start(const char *name) {
    inner_result = find(name);
    snprintf(inner_text, sizeof inner_text, "%s", umfGetLastErrorMessage());
    other_result = find("good");
}

void fixture_on_constructor(const char *name);
void fixture_on_constructor(const char *name) {
    inner_result = find(name);
    snprintf(inner_text, sizeof inner_text, "%s", umfGetLastErrorMessage());
    other_result = find("good");
}

START_TEST(a_start_that_loads_is_refused_and_hurts_only_itself) {
    plugins_begin();
    make_part("loads-in-start");
    make_part("good");
    ck_ok(find("loads-in-start"));
    ck_assert_int_eq(inner_result, INVALID);
    ck_assert_ptr_nonnull(strstr(inner_text, "umf: pool:loads-in-start: E_RECURSION: loaded while "
                                             "already loading in this thread ("));
    ck_assert_int_eq(other_result, INVALID);
    ck_ok(find("good"));
    plugins_end();
}
END_TEST

START_TEST(a_constructor_may_load_another_plugin_but_not_its_own) {
    plugins_begin();
    make_part("loads-in-constructor");
    make_part("good");
    ck_ok(find("loads-in-constructor"));
    ck_assert_int_eq(inner_result, INVALID);
    ck_assert_ptr_nonnull(strstr(inner_text, "E_RECURSION"));
    ck_assert_int_eq(other_result, UMF_RESULT_SUCCESS);
    ck_assert_uint_eq(log_count("start good"), 1);
    plugins_end();
}
END_TEST

static void *find_parts(void *arg) {
    (void)arg;
    for (int i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "part-%d", i);
        ck_ok(find(name));
    }
    pthread_barrier_wait(&barrier);
    return NULL;
}

static void *find_slow(void *arg) {
    (void)arg;
    ck_ok(find("slow-start"));
    pthread_barrier_wait(&barrier);
    return NULL;
}

/* Detached, and met at the barrier instead of joined: in a child of fork they
 * would pass for threads that nobody will join. */
static void detached_run(void *(*run)(void *)) {
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, NULL), 0);
    pthread_detach(thread);
}

/* The child can look up what was there, and load what was not. It calls nothing
 * of Check's, whose lock another thread may have held at the fork. */
static void fork_and_find(const char *name) {
    pid_t child = fork();
    if (child == 0) {
        struct umfi_component *component;
        alarm(20);
        _exit(umfi_plugin_find(UMF_PLUGIN_KIND_POOL, name, &component) == UMF_RESULT_SUCCESS ? 0
                                                                                              : 1);
    }
    int status;
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child: %#x", status);
}

START_TEST(forks_during_loads_leave_whole_children) {
    plugins_begin();
    make_part("good");
    for (int i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "part-%d", i);
        make_part(name);
    }
    ck_ok(find("good"));
    pthread_barrier_init(&barrier, NULL, 5);
    for (int i = 0; i < 4; i++) {
        detached_run(find_parts);
    }
    for (int i = 0; i < 100; i++) {
        fork_and_find("good");
    }
    pthread_barrier_wait(&barrier);
    fork_and_find("part-7");
    plugins_end();
}
END_TEST

START_TEST(a_fork_waits_for_a_start_under_way) {
    plugins_begin();
    make_part("slow-start");
    pthread_barrier_init(&barrier, NULL, 2);
    detached_run(find_slow);
    while (log_count("start slow-start") == 0) {
        usleep(1000);
    }
    fork_and_find("slow-start"); /* READY in the child, started by no one else */
    ck_assert_uint_eq(log_count("start slow-start"), 1);
    pthread_barrier_wait(&barrier);
    plugins_end();
}
END_TEST

/* ---- memory ---- */

START_TEST(an_allocation_failure_is_passed_on_and_forgotten) {
    plugins_begin();
    make_part("good");
    struct umfi_component *component;
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        umf_result_t result = umfi_plugin_find(UMF_PLUGIN_KIND_POOL, "good", &component);
        bool has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        if (result == UMF_RESULT_SUCCESS) {
            break;
        }
        ck_assert(has_failed);
        ck_assert_int_eq(result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
    ck_assert_uint_eq(log_count("start"), 1);
    plugins_end();
}
END_TEST

START_TEST(plugins_stay_over_teardown) {
    plugins_begin();
    make_part("good");
    ck_ok(umfInit());
    const umf_memory_pool_ops_t *ops = umfPluginPoolOps("good");
    ck_ok(umfTearDown());
    ck_ok(umfTearDown());
    ck_ok(umfInit());
    ck_assert_ptr_eq(umfPluginPoolOps("good"), ops);
    ck_assert_uint_eq(log_count("start"), 1);
    plugins_end();
}
END_TEST

SUITE_MAIN("plugin/loader", a_pool_and_a_provider_are_loaded_at_first_use,
           objects_are_made_by_name, a_manifests_params_are_defaults_below_the_callers,
           a_bad_param_of_a_manifest_fails_the_object,
           an_unknown_name_is_answered_with_the_nearest_and_the_places,
           an_unreadable_directory_is_named, a_bad_manifest_is_told_at_every_look_up,
           a_masked_plugin_names_the_mask, a_file_that_is_no_shared_object_of_ours_is_not_opened,
           what_the_loader_refuses_is_told_in_its_own_words,
           a_descriptor_is_checked_field_by_field, older_and_newer_plugins_are_understood,
           an_optional_plugin_is_missed_in_silence, a_decided_error_makes_one_record,
           null_and_other_kinds_are_refused, a_listing_is_sorted_and_opens_no_module,
           many_threads_start_a_plugin_once,
           a_start_that_loads_is_refused_and_hurts_only_itself,
           a_constructor_may_load_another_plugin_but_not_its_own,
           forks_during_loads_leave_whole_children, a_fork_waits_for_a_start_under_way,
           an_allocation_failure_is_passed_on_and_forgotten, plugins_stay_over_teardown)
