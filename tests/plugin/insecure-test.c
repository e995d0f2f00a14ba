/*
 * insecure-test.c - what others may change, at the moment of loading: refused to root
 * in the tiers that nobody named, a warning to everybody else and for what the program
 * names itself. Who may change what is trust-test.c's.
 *
 * The user tier, which a policy in front of it allows, stands for the tiers of the
 * installation, whose folders are the build's.
 */
#include <sys/wait.h>

#include "fixture_workspace.h"
#include "root.h"

/* In the user tier: good, neighbour and suspect. */
static void user_tier_begin(void) {
    plugins_begin();
    unsetenv("UMF_PLUGIN_PATH_ONLY");
    make_dir(in("policies"));
    make_text(in("policies/00-policy.yaml"),
              "schema: 1\nkind: policy\nname: site\nuser_manifests: allow\n");
    setenv("UMF_PLUGIN_PATH", in("policies"), 1);
    setenv("XDG_CONFIG_HOME", workspace, 1);
    make_dir(in("umf.d"));
    static const char *const parts[] = {"good", "neighbour", "suspect"};
    for (size_t i = 0; i < 3; i++) {
        char module[32];
        snprintf(module, sizeof module, "%s.so", parts[i]);
        make_file(in("umf.d/%s", module), fixture, fixture_size);
        make_manifest(in("umf.d/50-pool-%s.yaml", parts[i]), "pool", parts[i], module, "");
    }
    make_text(in("log"), ""); /* written by whoever loads */
    ck_assert_int_eq(chmod(in("log"), 0666), 0);
    ck_assert_int_eq(chmod(workspace, 0755), 0);
}

static void is_refused(void) {
    char text[512];
    snprintf(text, sizeof text,
             "umf: pool:suspect: E_INSECURE: %s is writable by others (mode 0666) (%s)",
             in("umf.d/suspect.so"), in("umf.d/50-pool-suspect.yaml"));
    ck_assert_int_eq(find("suspect"), INVALID);
    ck_assert_str_eq(umfGetLastErrorMessage(), text);
    ck_assert_uint_eq(log_count("suspect"), 0);
}

START_TEST(what_becomes_insecure_after_the_scan_is_not_opened_for_root) {
    if (!become_root()) {
        suite_skip("neither root nor user namespaces");
        return;
    }
    user_tier_begin();
    ck_ok(find("good"));
    ck_assert_int_eq(chmod(in("umf.d/suspect.so"), 0666), 0);
    is_refused();
    is_refused(); /* from memory */
    ck_ok(find("neighbour"));
    ck_assert_int_eq(chmod(in("umf.d/suspect.so"), 0644), 0);
    ck_ok(umfPluginRescan());
    ck_ok(find("suspect"));
    plugins_end();
}
END_TEST

START_TEST(what_is_insecure_at_the_scan_is_refused_to_root) {
    if (!become_root()) {
        suite_skip("neither root nor user namespaces");
        return;
    }
    user_tier_begin();
    ck_assert_int_eq(chmod(in("umf.d/suspect.so"), 0666), 0);
    is_refused();
    ck_ok(find("neighbour"));
    plugins_end();
}
END_TEST

/* One warning in `log`, of the suspect. */
static bool is_one_warning(const char *log, const char *end) {
    char text[512];
    snprintf(text, sizeof text, "%s is writable by others (mode 0666); %s\n",
             in("umf.d/suspect.so"), end);
    return count_of(log, "WARN  UMF] ") == 1 && count_of(log, text) == 1;
}

START_TEST(to_anybody_else_it_is_one_warning) {
    user_tier_begin();
    ck_assert_int_eq(chmod(in("umf.d/suspect.so"), 0666), 0);
    setenv("UMF_LOG", "level:warning;flush:debug;output:stderr;pid:no", 1);
    stderr_begin();
    pid_t child = fork();
    if (child == 0) {
        if (!become_nobody()) {
            _exit(77);
        }
        bool is_loaded = find("suspect") == UMF_RESULT_SUCCESS &&
                         find("neighbour") == UMF_RESULT_SUCCESS &&
                         find("suspect") == UMF_RESULT_SUCCESS;
        _exit(is_loaded ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    char *log = stderr_end();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        suite_skip("this root may not become anybody else");
    } else {
        ck_assert_msg(status == 0 && is_one_warning(log, "used all the same"), "%#x: %s", status,
                      log);
        ck_assert_uint_eq(log_count("start suspect"), 1);
    }
    free(log);
    plugins_end();
}
END_TEST

START_TEST(a_file_that_the_program_names_is_loaded_with_one_warning) {
    user_tier_begin();
    ck_assert_int_eq(chmod(in("umf.d/suspect.so"), 0666), 0);
    setenv("UMF_LOG", "level:warning;flush:debug;output:stderr;pid:no", 1);
    stderr_begin();
    umf_result_t first = umfPluginLoadFile(in("umf.d/good.so"));
    umf_result_t second = umfPluginLoadFile(in("umf.d/suspect.so"));
    char *log = stderr_end();
    ck_ok(first);
    ck_ok(second);
    ck_assert_msg(is_one_warning(log, "loaded all the same"), "%s", log);
    ck_ok(find("suspect"));
    ck_assert_uint_eq(log_count("start suspect"), 1);
    free(log);
    plugins_end();
}
END_TEST

SUITE_MAIN("plugin/insecure", what_becomes_insecure_after_the_scan_is_not_opened_for_root,
           what_is_insecure_at_the_scan_is_refused_to_root, to_anybody_else_it_is_one_warning,
           a_file_that_the_program_names_is_loaded_with_one_warning)
