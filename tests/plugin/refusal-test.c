/*
 * refusal-test.c - what bad input gets: names, manifests, modules and descriptors,
 * row by row, and that a plugin beside it loads all the same.
 */
#include <dlfcn.h>
#include <elf.h>
#include <sys/wait.h>

#include "fixture_workspace.h"
#include "root.h"

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

/* A sign of each kind that the subset of YAML has not, and what is too much. */
START_TEST(what_a_manifest_may_not_contain_stops_no_other) {
    static const struct {
        const char *name;
        const char *end; /* of a manifest that is right so far: its line 6 */
        const char *class, *text;
    } rows[] = {
        {"anchor", "x-a: &b c\n", "E_SYNTAX", "line 6: anchors are not allowed ("},
        {"alias", "x-a: *b\n", "E_SYNTAX", "line 6: aliases are not allowed ("},
        {"tag", "x-a: !b c\n", "E_SYNTAX", "line 6: tags are not allowed ("},
        {"standard-tag", "x-a: !!str c\n", "E_SYNTAX", "line 6: tags are not allowed ("},
        {"merge", "<<: {a: b}\n", "E_SYNTAX", "line 6: merge keys are not allowed ("},
        {"second", "---\nx-a: b\n", "E_SYNTAX", "line 6: a second document ("},
        {"deep", "x-a: [[[[]]]]\n", "E_LIMIT", "manifest exceeds depth 4 ("},
    };
    static char big[70 << 10];
    plugins_begin();
    make_part("neighbour");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_manifest(in("50-pool-%s.yaml", rows[i].name), "pool", rows[i].name, "neighbour.so",
                      rows[i].end);
    }
    memset(big, '#', sizeof big);
    make_file(in("50-pool-big.yaml"), big, sizeof big);
    size_t used = (size_t)sprintf(big, "x-a:\n");
    for (unsigned i = 0; i < 256; i++) {
        used += (size_t)sprintf(big + used, "- b\n");
    }
    make_text(in("50-pool-many.yaml"), big);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fails(rows[i].name, INVALID, rows[i].class, rows[i].text);
    }
    fails("big", INVALID, "E_LIMIT", "manifest exceeds 65536 bytes (");
    fails("many", INVALID, "E_LIMIT", "manifest exceeds 256 nodes (");
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

static void not_root(void (*run)(void)) {
    pid_t child = fork();
    if (child == 0) {
        if (!become_nobody()) {
            _exit(77);
        }
        run();
        _exit(0);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        suite_skip("this root may not become anybody else");
        return;
    }
    ck_assert_int_eq(status, 0);
}

static void find_unreadable(void) {
    char text[256];
    snprintf(text, sizeof text, "cannot read %s: Permission denied (",
             in("50-pool-unreadable.yaml"));
    fails("unreadable", UNAVAILABLE, "E_ACCESS", text);
    ck_ok(find("neighbour"));
}

START_TEST(a_manifest_without_permission_is_named) {
    plugins_begin();
    make_part("neighbour");
    make_manifest(in("50-pool-unreadable.yaml"), "pool", "unreadable", "neighbour.so", "");
    ck_assert_int_eq(chmod(in("50-pool-unreadable.yaml"), 0), 0);
    ck_assert_int_eq(chmod(workspace, 0755), 0);
    not_root(find_unreadable);
    plugins_end();
}
END_TEST

/* The manifest's own '$' is E_PATH when it is read; a directory may have one too. */
START_TEST(what_ld_so_would_expand_is_not_opened) {
    plugins_begin();
    make_part("neighbour");
    make_dir(in("$ORIGIN"));
    make_file(in("$ORIGIN/expanded.so"), fixture, fixture_size);
    make_manifest(in("$ORIGIN/50-pool-expanded.yaml"), "pool", "expanded", "expanded.so", "");
    setenv("UMF_PLUGIN_PATH", in("$ORIGIN"), 1);
    char text[512];
    snprintf(text, sizeof text, "%s has a '$', which ld.so would expand",
             in("$ORIGIN/expanded.so"));
    fails("expanded", INVALID, "E_PATH", text);
    ck_assert_int_eq(umfPluginLoadFile(in("$ORIGIN/expanded.so")), INVALID);
    ck_assert_ptr_nonnull(strstr(umfGetLastErrorMessage(), "has a '$'"));
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

START_TEST(a_masked_plugin_names_the_mask) {
    plugins_begin();
    make_part("neighbour");
    make_part("masked");
    make_part("masked-too");
    make_dir(in("front"));
    make_link("/dev/null", in("front/50-masked.yaml"));
    make_text(in("front/50-masked-too.yaml"), "");
    setenv("UMF_PLUGIN_PATH", in("front"), 1);
    char text[256];
    snprintf(text, sizeof text, "masked by %s", in("front/50-masked.yaml"));
    fails("masked", UNAVAILABLE, "E_DISABLED", text);
    snprintf(text, sizeof text, "masked by %s", in("front/50-masked-too.yaml"));
    fails("masked-too", UNAVAILABLE, "E_DISABLED", text);
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

/* What ld.so itself says of it. */
static const char *dlerror_of(const char *part) {
    ck_assert_ptr_null(dlopen(in("%s.so", part), RTLD_NOW | RTLD_LOCAL));
    return dlerror();
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
    fails("static-tls", UMF_RESULT_ERROR_OUT_OF_RESOURCES, "E_STATIC_TLS",
          ": cannot allocate memory in static TLS block");
    fails("orphan", UNAVAILABLE, "E_DEPENDENCY", dlerror_of("orphan"));
    fails("undefined", UNAVAILABLE, "E_DEPENDENCY", dlerror_of("undefined"));
    fails("static-tls", UMF_RESULT_ERROR_OUT_OF_RESOURCES, "E_STATIC_TLS",
          dlerror_of("static-tls"));
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

START_TEST(an_optional_plugin_is_missed_in_silence) {
    plugins_begin();
    make_orphan("orphan");
    make_manifest(in("50-orphan.yaml"), "pool", "orphan", "orphan.so", "optional: true\n");
    setenv("UMF_LOG", "level:warning;flush:debug;output:stderr;pid:no", 1);
    stderr_begin();
    fails("orphan", UNAVAILABLE, "E_DEPENDENCY", "libX.so.6");
    char *log = stderr_end();
    ck_assert_str_eq(log, "");
    free(log);
    plugins_end();
}
END_TEST

START_TEST(a_decided_error_makes_one_record) {
    plugins_begin();
    make_part("bad-magic");
    make_manifest(in("50-f.yaml"), "pool", "field", "x.so", "priority: high\n");
    setenv("UMF_LOG", "level:error;flush:debug;output:stderr;pid:no", 1);
    stderr_begin();
    fails("bad-magic", INVALID, "E_CORRUPT", "magic");
    fails("field", INVALID, "E_FIELD", "priority");
    char *log = stderr_end();
    ck_assert_msg(count_of(log, "E_CORRUPT") == 1 && count_of(log, "E_FIELD") == 1, "%s", log);
    free(log);
    plugins_end();
}
END_TEST

START_TEST(another_minor_than_the_manifests_is_information) {
    plugins_begin();
    make_part("newer-desc"); /* ABI 0.99 */
    make_part("good");
    setenv("UMF_LOG", "level:info;flush:debug;output:stderr;pid:no", 1);
    stderr_begin();
    ck_ok(find("newer-desc"));
    ck_ok(find("newer-desc"));
    ck_ok(find("good"));
    char *log = stderr_end();
    ck_assert_msg(count_of(log, "INFO  UMF] ") >= 1 &&
                      count_of(log, "pool:newer-desc: the manifest says ABI minor 1, the module "
                                    "99\n") == 1 &&
                      count_of(log, "the manifest says") == 1 && count_of(log, "WARN") == 0,
                  "%s", log);
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

SUITE_MAIN("plugin/refusal", an_unknown_name_is_answered_with_the_nearest_and_the_places,
           an_unreadable_directory_is_named, a_bad_manifest_is_told_at_every_look_up,
           what_a_manifest_may_not_contain_stops_no_other,
           a_manifest_without_permission_is_named, what_ld_so_would_expand_is_not_opened, a_masked_plugin_names_the_mask,
           a_file_that_is_no_shared_object_of_ours_is_not_opened,
           what_the_loader_refuses_is_told_in_its_own_words, a_descriptor_is_checked_field_by_field,
           an_optional_plugin_is_missed_in_silence, a_decided_error_makes_one_record,
           another_minor_than_the_manifests_is_information,
           null_and_other_kinds_are_refused)
