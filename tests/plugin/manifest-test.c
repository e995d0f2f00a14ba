/* manifest-test.c - schema 1: every key, and a row for every malformed input. */
#include <string.h>

#include "core/meta.h"
#include "plugin/manifest.h"
#include "plugin/manifest_yaml.h"
#include "suite.h"

#define HEAD "schema: 1\nkind: pool\nname: x\n"
#define GOOD HEAD "module: umf-pool-x.so\nabi: {major: 0, minor: 1}\n"

static struct umfi_manifest manifest;
static struct umfi_refusal refusal;

static bool parse(const char *text) {
    return umfi_manifest_parse(text, strlen(text), &manifest, &refusal);
}

static void parse_good(const char *text) {
    ck_assert_msg(parse(text), "%s", refusal.text);
}

/* What a manifest gets; the text is a fragment of the refusal's. */
struct bad {
    const char *input;
    enum umfi_refusal_class class;
    unsigned line;
    const char *text;
};

static void refuse_each(const struct bad *rows, size_t count) {
    size_t in_use = umfi_meta_in_use();
    for (size_t i = 0; i < count; i++) {
        const struct bad *row = &rows[i];
        ck_assert_msg(!parse(row->input), "accepted: %s", row->input);
        ck_assert_msg(refusal.class == row->class, "%s\n%s: %s", row->input,
                      umfi_refusal_word(refusal.class), refusal.text);
        ck_assert_msg(strstr(refusal.text, row->text) != NULL, "%s\n'%s' lacks '%s'", row->input,
                      refusal.text, row->text);
        ck_assert_msg(refusal.line == row->line, "%s\n%s: line %u, not %u", row->input,
                      refusal.text, refusal.line, row->line);
        umfi_manifest_fini(&manifest);
    }
    ck_assert_uint_eq(umfi_meta_in_use(), in_use);
}
#define REFUSE_EACH(rows) refuse_each(rows, sizeof(rows) / sizeof(rows)[0])

START_TEST(every_key_of_a_component_is_read) {
    parse_good("# comment\nschema: 1\nkind: provider\nname: os_2-x\n"
               "module: '/opt/v/umf-provider-os.so'\nabi:\n  major: 0\n  minor: 7\n"
               "description: \"memory of: the system\"\npackage: vendor-umf\n"
               "aliases: [je, fast-one]\npriority: 99\nenabled: false\noptional: true\n"
               "params: {capacity: 16, slab_min_size: 64KiB, name: \"a b\"}\n"
               "x-note: [1, {a: b}]\n");
    ck_assert_int_eq(manifest.kind, UMFI_MANIFEST_PROVIDER);
    ck_assert_str_eq(manifest.name, "os_2-x");
    ck_assert_str_eq(manifest.module, "/opt/v/umf-provider-os.so");
    ck_assert_uint_eq(manifest.abi_major, 0);
    ck_assert_uint_eq(manifest.abi_minor, 7);
    ck_assert_str_eq(manifest.description, "memory of: the system");
    ck_assert_str_eq(manifest.package, "vendor-umf");
    ck_assert_uint_eq(manifest.priority, 99);
    ck_assert(!manifest.is_enabled);
    ck_assert(manifest.is_optional);
    ck_assert_uint_eq(manifest.aliases.count, 2);
    ck_assert_str_eq(manifest.aliases.text, "je");
    ck_assert_str_eq(umfi_manifest_list_next(manifest.aliases.text), "fast-one");
    ck_assert_uint_eq(manifest.unknown_count, 0);
    static const char *const rows[] = {"capacity", "16", "slab_min_size", "64KiB", "name", "a b"};
    ck_assert_uint_eq(manifest.params.count, 6);
    const char *text = manifest.params.text;
    for (size_t i = 0; i < 6; i++, text = umfi_manifest_list_next(text)) {
        ck_assert_str_eq(text, rows[i]);
    }
    umfi_manifest_fini(&manifest);
}
END_TEST

START_TEST(what_is_left_out_has_its_default) {
    parse_good("---\n" GOOD "...\n");
    ck_assert_uint_eq(manifest.priority, 50);
    ck_assert(manifest.is_enabled);
    ck_assert(!manifest.is_optional);
    ck_assert_str_eq(manifest.description, "");
    ck_assert_str_eq(manifest.package, "");
    ck_assert_uint_eq(manifest.aliases.count, 0);
    ck_assert_uint_eq(manifest.params.count, 0);
    umfi_manifest_fini(&manifest);
    parse_good(GOOD "aliases: []\nparams: {}\n");
    ck_assert_uint_eq(manifest.aliases.count, 0);
    ck_assert_uint_eq(manifest.params.count, 0);
    umfi_manifest_fini(&manifest);
}
END_TEST

START_TEST(a_byte_order_mark_may_stand_in_front) {
    parse_good("\xef\xbb\xbf" GOOD);
    umfi_manifest_fini(&manifest);
    ck_assert(!parse("a: b\n\xef\xbb\xbf" GOOD));
    ck_assert_int_eq(refusal.class, UMFI_E_SYNTAX);
    ck_assert_uint_eq(refusal.line, 2);
    umfi_manifest_fini(&manifest);
    ck_assert(!parse("\xef\xbb\xbf"));
    ck_assert_str_eq(refusal.text, "line 1: no document");
    umfi_manifest_fini(&manifest);
}
END_TEST

START_TEST(a_policy_is_read_and_kept) {
    parse_good("schema: 1\nkind: policy\nname: site\ndisable: [\"provider:cuda\", pool:x]\n"
               "default: {pool: [jemalloc, disjoint], provider: [os]}\nuser_manifests: allow\n");
    ck_assert_int_eq(manifest.kind, UMFI_MANIFEST_POLICY);
    ck_assert_uint_eq(manifest.disable.count, 2);
    ck_assert_str_eq(manifest.disable.text, "provider:cuda");
    ck_assert_uint_eq(manifest.default_pools.count, 2);
    ck_assert_str_eq(umfi_manifest_list_next(manifest.default_pools.text), "disjoint");
    ck_assert_uint_eq(manifest.default_providers.count, 1);
    ck_assert_int_eq(manifest.user_manifests, UMFI_ANSWER_ALLOW);
    umfi_manifest_fini(&manifest);
}
END_TEST

START_TEST(a_stack_is_read_and_kept) {
    parse_good("schema: 1\nkind: stack\nname: scratch\n"
               "stack: \"disjoint(capacity=16) @ os(numa_list=0)\"\n");
    ck_assert_int_eq(manifest.kind, UMFI_MANIFEST_STACK);
    ck_assert_str_eq(manifest.stack, "disjoint(capacity=16) @ os(numa_list=0)");
    umfi_manifest_fini(&manifest);
}
END_TEST

START_TEST(an_unknown_key_is_noted_with_its_line) {
    parse_good(GOOD "colour: red\nx-colour: blue\nstack: no\n");
    ck_assert_uint_eq(manifest.unknown_count, 2);
    ck_assert_str_eq(manifest.unknown[0].key, "colour");
    ck_assert_uint_eq(manifest.unknown[0].line, 6);
    ck_assert_str_eq(manifest.unknown[1].key, "stack");
    umfi_manifest_fini(&manifest);
    parse_good(HEAD "module: x.so\nabi: {major: 0, minor: 1, patch: 2}\n"
                    "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\n");
    ck_assert_uint_eq(manifest.unknown_count, 10);
    ck_assert_str_eq(manifest.unknown[0].key, "patch");
    umfi_manifest_fini(&manifest);
}
END_TEST

START_TEST(what_is_not_our_yaml_is_a_syntax_error) {
    static const struct bad rows[] = {
        {HEAD "name: y\n", UMFI_E_SYNTAX, 4, "line 4: duplicate key 'name', first in line 3"},
        {GOOD "params: {a: 1, a: 2}\n", UMFI_E_SYNTAX, 6, "line 6: duplicate key 'a'"},
        {HEAD "\tmodule: x.so\n", UMFI_E_SYNTAX, 4, ": a tab; indent with blanks"},
        {HEAD "module: &m x.so\n", UMFI_E_SYNTAX, 4, "line 4: anchors are not allowed"},
        {HEAD "aliases: &m [a]\n", UMFI_E_SYNTAX, 4, "anchors"},
        {HEAD "params: &m {a: b}\n", UMFI_E_SYNTAX, 4, "anchors"},
        {HEAD "module: *m\n", UMFI_E_SYNTAX, 4, "line 4: aliases are not allowed"},
        {HEAD "priority: !!int 5\n", UMFI_E_SYNTAX, 4, "line 4: tags are not allowed"},
        {HEAD "priority: ! 5\n", UMFI_E_SYNTAX, 4, "tags"},
        {HEAD "aliases: !!seq [a]\n", UMFI_E_SYNTAX, 4, "tags"},
        {HEAD "params: !!map {a: b}\n", UMFI_E_SYNTAX, 4, "tags"},
        {"%TAG !e! tag:e,2000:\n---\n" GOOD, UMFI_E_SYNTAX, 1, "tags"},
        {HEAD "<<: {priority: 5}\n", UMFI_E_SYNTAX, 4, "line 4: merge keys"},
        {GOOD "---\n" GOOD, UMFI_E_SYNTAX, 6, "line 6: a second document"},
        {GOOD "...\n---\n", UMFI_E_SYNTAX, 7, "line 7: a second document"},
        {HEAD "[a]: b\n", UMFI_E_SYNTAX, 4, "line 4: a key must be a word"},
        {HEAD "? {a: b}\n: c\n", UMFI_E_SYNTAX, 4, "a key must be a word"},
        {HEAD "module: [x\n", UMFI_E_SYNTAX, 5, "line 5: "},
        {HEAD "module: 'x\n", UMFI_E_SYNTAX, 5, "line 5: "},
        {HEAD "\tmodule: x\n", UMFI_E_SYNTAX, 4, "line 4: "},
        {HEAD "module: a: b\n", UMFI_E_SYNTAX, 4, "line 4: "},
        {HEAD "description: \"a\\0b\"\n", UMFI_E_SYNTAX, 4, "line 4: a NUL character"},
        {HEAD "description: \xff\xfe\n", UMFI_E_SYNTAX, 4, "line 4: "},
        {"\xff\xfes\0c\0", UMFI_E_SYNTAX, 1, "line 1: "},
        {"# nothing\n", UMFI_E_SYNTAX, 1, "line 1: no document"},
        {"\n", UMFI_E_SYNTAX, 1, "no document"},
        {"@\n", UMFI_E_SYNTAX, 1, "line 1: "},
        {"a: [", UMFI_E_SYNTAX, 1, "line 1: "}, /* the last line needs no end */
        {"a: b\rc: \xff\r", UMFI_E_SYNTAX, 2, "line 2: "},
    };
    REFUSE_EACH(rows);
}
END_TEST

START_TEST(a_newer_schema_is_refused_before_anything_else) {
    static const struct bad rows[] = {
        {"kind: marvel\nschema: 2\n", UMFI_E_SCHEMA, 2, "schema 2 not supported (at most 1)"},
        {"schema: 4000000000\n", UMFI_E_SCHEMA, 1, "schema 4000000000 not supported"},
        {"schema: 0\n", UMFI_E_FIELD, 1, "'schema' must be a positive integer, got '0'"},
        {"schema: 99999999999\n", UMFI_E_FIELD, 1, "'schema' must be"},
        {"schema: '1'\nkind: pool\n", UMFI_E_FIELD, 1, "'schema' must be"},
        {"schema: one\n", UMFI_E_FIELD, 1, "got 'one'"},
        {"kind: pool\n", UMFI_E_FIELD, 1, "'schema' is missing"},
    };
    REFUSE_EACH(rows);
}
END_TEST

START_TEST(a_missing_or_wrong_key_is_named_with_its_line) {
    static const struct bad rows[] = {
        {"[]\n", UMFI_E_FIELD, 1, "a manifest must be a mapping of keys"},
        {"word\n", UMFI_E_FIELD, 1, "mapping"},
        {"schema: 1\nname: x\n", UMFI_E_FIELD, 1, "line 1: 'kind' is missing"},
        {"schema: 1\nkind: pool\n", UMFI_E_FIELD, 1, "'name' is missing"},
        {HEAD "abi: {major: 0, minor: 1}\n", UMFI_E_FIELD, 1, "'module' is missing"},
        {HEAD "module: x.so\n", UMFI_E_FIELD, 1, "'abi' is missing"},
        {HEAD "modul: x.so\nabi: {major: 0, minor: 1}\n", UMFI_E_FIELD, 4,
         "line 4: unknown key 'modul'; did you mean 'module'?"},
        {"schema: 1\nknid: pool\nname: x\n", UMFI_E_FIELD, 2,
         "unknown key 'knid'; did you mean 'kind'?"},
        {"schema: 1\nkind: policy\nname: p\ndisable: ['pool:*']\n", UMFI_E_FIELD, 4,
         "without patterns, got 'pool:*'"},
        {"schema: 1\nkind: stack\nname: s\n", UMFI_E_FIELD, 1, "'stack' is missing"},
        {"schema: 1\nkind: pond\nname: x\n", UMFI_E_FIELD, 2,
         "line 2: 'kind' must be pool, provider, memtarget, policy or stack, got 'pond'"},
        {"schema: 1\nkind: manifest\nname: x\n", UMFI_E_FIELD, 2, "got 'manifest'"},
        {"schema: 1\nkind: [pool]\nname: x\n", UMFI_E_FIELD, 2, "got a list"},
        {"schema: 1\nkind: pool\nname: X\n", UMFI_E_FIELD, 3, "line 3: 'name' must be a name"},
        {"schema: 1\nkind: pool\nname: 9x\n", UMFI_E_FIELD, 3, "got '9x'"},
        {"schema: 1\nkind: pool\nname: ''\n", UMFI_E_FIELD, 3, "got ''"},
        {"schema: 1\nkind: pool\nname: abcdefghijklmnopqrstuvwxyz0123456\n", UMFI_E_FIELD, 3,
         "'name'"},
        {"schema: 1\nkind: pool\nname: \"a\\nb\"\n", UMFI_E_FIELD, 3, "got 'a?b'"},
        {GOOD "priority: high\n", UMFI_E_FIELD, 6,
         "line 6: 'priority' must be an integer 0-99, got 'high'"},
        {GOOD "priority: 100\n", UMFI_E_FIELD, 6, "got '100'"},
        {GOOD "priority: -1\n", UMFI_E_FIELD, 6, "got '-1'"},
        {GOOD "priority: '5'\n", UMFI_E_FIELD, 6, "got '5'"},
        {GOOD "priority:\n", UMFI_E_FIELD, 6, "got ''"},
        {GOOD "? priority", UMFI_E_FIELD, 6, "got ''"}, /* the last line needs no end */
        {GOOD "priority: [5]\n", UMFI_E_FIELD, 6, "got a list"},
        {GOOD "enabled: yes\n", UMFI_E_FIELD, 6, "'enabled' must be true or false, got 'yes'"},
        {GOOD "enabled: True\n", UMFI_E_FIELD, 6, "got 'True'"},
        {GOOD "enabled: 'true'\n", UMFI_E_FIELD, 6, "got 'true'"},
        {GOOD "optional: {a: b}\n", UMFI_E_FIELD, 6, "'optional' must be true or false, got a map"},
        {GOOD "description: [a]\n", UMFI_E_FIELD, 6, "'description' must be text"},
        {GOOD "package: {a: b}\n", UMFI_E_FIELD, 6, "'package' must be text"},
        {GOOD "aliases: je\n", UMFI_E_FIELD, 6, "'aliases' must be a list of names, got 'je'"},
        {GOOD "aliases:\n - je\n - J\n", UMFI_E_FIELD, 8, "line 8: 'aliases'"},
        {GOOD "aliases: [[je]]\n", UMFI_E_FIELD, 6, "'aliases'"},
        {GOOD "params: [a]\n", UMFI_E_FIELD, 6, "'params' must be a mapping"},
        {GOOD "params: {a: [1]}\n", UMFI_E_FIELD, 6, "'a' must be a single value, got a list"},
        {HEAD "module: x.so\nabi: 1\n", UMFI_E_FIELD, 5, "'abi' must be {major: N, minor: N}"},
        {HEAD "module: x.so\nabi: {major: 0}\n", UMFI_E_FIELD, 5, "'abi' lacks 'minor'"},
        {HEAD "module: x.so\nabi: {major: 0, minor: 70000}\n", UMFI_E_FIELD, 5,
         "'minor' must be an integer 0-65535"},
        {HEAD "module: [x.so]\nabi: {major: 0, minor: 1}\n", UMFI_E_FIELD, 4, "'module'"},
        {"schema: 1\nkind: policy\nname: p\ndisable: [cuda]\n", UMFI_E_FIELD, 4, "'disable'"},
        {"schema: 1\nkind: policy\nname: p\ndisable: ['policy:a']\n", UMFI_E_FIELD, 4, "'disable'"},
        {"schema: 1\nkind: policy\nname: p\ndefault: os\n", UMFI_E_FIELD, 4, "'default'"},
        {"schema: 1\nkind: policy\nname: p\ndefault: {pool: os}\n", UMFI_E_FIELD, 4, "'pool'"},
        {"schema: 1\nkind: policy\nname: p\nuser_manifests: no\n", UMFI_E_FIELD, 4,
         "'user_manifests' must be allow or deny, got 'no'"},
    };
    REFUSE_EACH(rows);
}
END_TEST

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

START_TEST(a_refusal_is_one_line_of_text_whatever_the_file_says) {
    static const struct bad rows[] = {
        /* a message has 64 bytes of the value, which may end within a character */
        {GOOD "priority: " X63 "\xc3\xa4\n", UMFI_E_FIELD, 6, "got '" X63 "?'"},
        {GOOD "priority: \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n", UMFI_E_FIELD, 6,
         "got '\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80'"},
        /* CSI of C1, which some terminals obey, and signs that end a line */
        {GOOD "priority: \"\\x9b31m\"\n", UMFI_E_FIELD, 6, "got '?\?31m'"},
        {GOOD "priority: \"\\N\\L\\P\"\n", UMFI_E_FIELD, 6, "got '?\?\?\?\?\?\?\?'"},
        {GOOD "priority: \"\\e[31m\\x7f\"\n", UMFI_E_FIELD, 6, "got '?[31m?'"},
    };
    REFUSE_EACH(rows);
}
END_TEST

START_TEST(an_unsafe_module_path_is_refused) {
#define MODULE(m) HEAD "module: \"" m "\"\nabi: {major: 0, minor: 1}\n"
    static const struct bad rows[] = {
        {MODULE("../x.so"), UMFI_E_PATH, 4, "module '../x.so' must be a bare name or absolute"},
        {MODULE("/a/../x.so"), UMFI_E_PATH, 4, "must be a bare name or absolute"},
        {MODULE(".."), UMFI_E_PATH, 4, "module '..'"},
        {MODULE("..so"), UMFI_E_PATH, 4, "without '..'"},
        {MODULE("/a/x..so"), UMFI_E_PATH, 4, "without '..'"},
        {MODULE("/a/b/.."), UMFI_E_PATH, 4, "without '..'"},
        {MODULE("/../x.so"), UMFI_E_PATH, 4, "without '..'"},
        {MODULE("a/x.so"), UMFI_E_PATH, 4, "module 'a/x.so'"},
        {MODULE("a//x.so"), UMFI_E_PATH, 4, "module 'a//x.so'"},
        {MODULE("x.so/"), UMFI_E_PATH, 4, "module 'x.so/'"},
        {MODULE("a/.so"), UMFI_E_PATH, 4, "module 'a/.so'"},
        {MODULE(" /x.so"), UMFI_E_PATH, 4, "module ' /x.so'"},
        {MODULE("~/x.so"), UMFI_E_PATH, 4, "module '~/x.so'"},
        {MODULE("./x.so"), UMFI_E_PATH, 4, "module './x.so'"},
        {MODULE("$ORIGIN/x.so"), UMFI_E_PATH, 4, "module '$ORIGIN/x.so'"},
        {MODULE("/lib/$LIB/x.so"), UMFI_E_PATH, 4, "'$'"},
        {MODULE("/lib/${PLATFORM}/x.so"), UMFI_E_PATH, 4, "'$'"},
        {MODULE("x$.so"), UMFI_E_PATH, 4, "module 'x$.so'"},
        {MODULE("/x.so$"), UMFI_E_PATH, 4, "module '/x.so$'"},
        {MODULE("x.la"), UMFI_E_PATH, 4, "end in .so"},
        {MODULE("x.so.1"), UMFI_E_PATH, 4, "end in .so"},
        {MODULE("x"), UMFI_E_PATH, 4, "end in .so"},
        {MODULE(".so"), UMFI_E_PATH, 4, "end in .so"},
        {MODULE("/a/.so"), UMFI_E_PATH, 4, "end in .so"},
        {MODULE(""), UMFI_E_PATH, 4, "module ''"},
    };
    REFUSE_EACH(rows);
}
END_TEST

static char big[256 << 10];

static void fill(const char *head, const char *piece, size_t bytes) {
    strcpy(big, head);
    size_t used = strlen(head), piece_bytes = strlen(piece);
    while (used + piece_bytes < bytes) {
        memcpy(big + used, piece, piece_bytes + 1);
        used += piece_bytes;
    }
}

START_TEST(the_limits_hold_while_parsing) {
    static const struct bad rows[] = {
        {GOOD "x-a: [[[[]]]]\n", UMFI_E_LIMIT, 6, "manifest exceeds depth 4"},
        {GOOD "x-a: {a: {b: {c: {}}}}\n", UMFI_E_LIMIT, 6, "manifest exceeds depth 4"},
    };
    REFUSE_EACH(rows);
    parse_good(GOOD "x-a: [[[]]]\n");
    umfi_manifest_fini(&manifest);

    fill(GOOD "x-a:\n", "- b\n", 2048);
    ck_assert(!parse(big));
    ck_assert_int_eq(refusal.class, UMFI_E_LIMIT);
    ck_assert_str_eq(refusal.text, "manifest exceeds 256 nodes");
    umfi_manifest_fini(&manifest);

    fill(GOOD, "# a comment\n", UMFI_YAML_BYTES_MAX + 64);
    ck_assert(!umfi_manifest_parse(big, UMFI_YAML_BYTES_MAX + 1, &manifest, &refusal));
    ck_assert_int_eq(refusal.class, UMFI_E_LIMIT);
    ck_assert_str_eq(refusal.text, "manifest exceeds 65536 bytes");
    umfi_manifest_fini(&manifest);
    size_t last_line = UMFI_YAML_BYTES_MAX;
    while (big[last_line - 1] != '\n') {
        last_line--;
    }
    ck_assert(umfi_manifest_parse(big, last_line, &manifest, &refusal));
    umfi_manifest_fini(&manifest);
}
END_TEST

/* 64 KiB of each. What ends a manifest is the first event that is one too many: libyaml
 * alone would take minutes for the rest of the brackets. `make bench` has the time. */
START_TEST(hostile_repetition_is_refused_where_it_begins) {
    static const struct {
        const char *piece;
        enum umfi_refusal_class class;
        const char *text; /* NULL: libyaml's */
    } rows[] = {
        {"[", UMFI_E_LIMIT, "manifest exceeds depth 4"},
        {"- ", UMFI_E_LIMIT, "manifest exceeds depth 4"},
        {"[a,", UMFI_E_LIMIT, "manifest exceeds depth 4"},
        {"{", UMFI_E_SYNTAX, "line 1: a key must be a word"},
        {"? ", UMFI_E_SYNTAX, "line 1: a key must be a word"},
        {"&a ", UMFI_E_SYNTAX, "line 1: anchors are not allowed"},
        {"*a ", UMFI_E_SYNTAX, "line 1: aliases are not allowed"},
        {"!a ", UMFI_E_SYNTAX, "line 1: tags are not allowed"},
        {"a: b\n", UMFI_E_SYNTAX, "line 2: duplicate key 'a', first in line 1"},
        {"--- ", UMFI_E_FIELD, "line 1: a manifest must be a mapping of keys"},
        {"\\", UMFI_E_FIELD, "line 1: a manifest must be a mapping of keys"},
        {"\n", UMFI_E_SYNTAX, "line 1: no document"},
        {"#", UMFI_E_SYNTAX, "line 1: no document"},
        {"[]", UMFI_E_SYNTAX, NULL},  {"a: ", UMFI_E_SYNTAX, NULL}, {"\"", UMFI_E_SYNTAX, NULL},
        {"'", UMFI_E_SYNTAX, NULL},   {"| ", UMFI_E_SYNTAX, NULL},  {"%", UMFI_E_SYNTAX, NULL},
        {": ", UMFI_E_SYNTAX, NULL},  {"{a:", UMFI_E_SYNTAX, NULL}, {",", UMFI_E_SYNTAX, NULL},
        {"]", UMFI_E_SYNTAX, NULL},   {"\t", UMFI_E_SYNTAX, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fill("", rows[i].piece, UMFI_YAML_BYTES_MAX);
        ck_assert_msg(!parse(big), "%s", rows[i].piece);
        ck_assert_msg(refusal.class == rows[i].class &&
                          strcmp(refusal.text, rows[i].text ? rows[i].text : refusal.text) == 0,
                      "'%s': %s", rows[i].piece, refusal.text);
        umfi_manifest_fini(&manifest);
    }
}
END_TEST

START_TEST(a_refused_manifest_still_says_whose_it_is) {
    ck_assert(!parse("schema: 1\nkind: provider\nname: y\nmodule: [\n"));
    ck_assert_int_eq(manifest.kind, UMFI_MANIFEST_PROVIDER);
    ck_assert_str_eq(manifest.name, "y");
    umfi_manifest_fini(&manifest);
    ck_assert(!parse("name: y\nkind: provider\nschema: 7\n"));
    ck_assert_int_eq(manifest.kind, UMFI_MANIFEST_PROVIDER);
    ck_assert_str_eq(manifest.name, "y");
    umfi_manifest_fini(&manifest);
    ck_assert(!parse("[\n"));
    ck_assert_int_eq(manifest.kind, UMFI_MANIFEST_UNKNOWN);
    ck_assert_str_eq(manifest.name, "");
    umfi_manifest_fini(&manifest);
}
END_TEST

START_TEST(damage_of_every_byte_is_survived) {
    static const char whole[] = GOOD "aliases: [a, \"b\\L\\x41\"]\nparams: {a: 'b', c: |\n  d}\n";
    size_t in_use = umfi_meta_in_use();
    for (size_t at = 0; at < sizeof whole - 1; at++) {
        for (unsigned byte = 0; byte < 256; byte += 3) {
            char damaged[sizeof whole];
            memcpy(damaged, whole, sizeof whole);
            damaged[at] = (char)byte;
            (void)umfi_manifest_parse(damaged, sizeof whole - 1, &manifest, &refusal);
            umfi_manifest_fini(&manifest);
        }
        (void)umfi_manifest_parse(whole, at, &manifest, &refusal);
        umfi_manifest_fini(&manifest);
    }
    ck_assert_uint_eq(umfi_meta_in_use(), in_use);
}
END_TEST

START_TEST(no_allocation_failure_leaks_or_passes_for_a_fault_of_the_file) {
    size_t in_use = umfi_meta_in_use();
    for (long n = 1;; n++) {
        umfi_meta_fail_nth(n);
        bool is_good = parse(GOOD "aliases: [a]\n");
        bool has_failed = umfi_meta_has_failed();
        umfi_meta_fail_nth(0);
        umfi_manifest_fini(&manifest);
        ck_assert_uint_eq(umfi_meta_in_use(), in_use);
        if (!has_failed) {
            ck_assert(is_good);
            break;
        }
        ck_assert(!is_good);
        ck_assert_int_eq(refusal.result, UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY);
    }
}
END_TEST

SUITE_MAIN("plugin/manifest", every_key_of_a_component_is_read, what_is_left_out_has_its_default,
           a_byte_order_mark_may_stand_in_front, a_policy_is_read_and_kept, a_stack_is_read_and_kept,
           an_unknown_key_is_noted_with_its_line, what_is_not_our_yaml_is_a_syntax_error,
           a_newer_schema_is_refused_before_anything_else,
           a_missing_or_wrong_key_is_named_with_its_line,
           a_refusal_is_one_line_of_text_whatever_the_file_says,
           an_unsafe_module_path_is_refused, the_limits_hold_while_parsing,
           hostile_repetition_is_refused_where_it_begins,
           a_refused_manifest_still_says_whose_it_is, damage_of_every_byte_is_survived,
           no_allocation_failure_leaks_or_passes_for_a_fault_of_the_file)
