/*
 * log-test.c - contract 6: UMF_LOG's options, the form of a record.
 *
 * UMF_LOG is read once in a process, so each row runs in a child whose standard
 * output and error go to files.
 */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "suite.h"

static char out_text[32768], err_text[32768];

static void slurp(const char *path, char *text, size_t room) {
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    ssize_t got = read(fd, text, room - 1);
    ck_assert_int_ge(got, 0);
    text[got] = '\0';
    close(fd);
    unlink(path);
}

/* Runs `body` in a child with this UMF_LOG (NULL: unset). */
static void run(const char *umf_log, void (*body)(void)) {
    char out[] = "log-test-out-XXXXXX", err[] = "log-test-err-XXXXXX";
    int out_fd = mkstemp(out), err_fd = mkstemp(err);
    pid_t child = fork();
    if (child == 0) {
        dup2(out_fd, 1);
        dup2(err_fd, 2);
        umf_log ? setenv("UMF_LOG", umf_log, 1) : unsetenv("UMF_LOG");
        body();
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    close(out_fd);
    close(err_fd);
    slurp(out, out_text, sizeof out_text);
    slurp(err, err_text, sizeof err_text);
}

static void all_levels(void) {
    umfi_log(UMFI_LOG_DEBUG, "fn", "d");
    umfi_log(UMFI_LOG_INFO, "fn", "i");
    umfi_log(UMFI_LOG_WARNING, "fn", "w");
    umfi_log(UMFI_LOG_ERROR, "fn", "e");
    umfi_log(UMFI_LOG_FATAL, "fn", "f");
}

static int matches(const char *text, const char *pattern) {
    regex_t regex;
    ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int result = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return result;
}

START_TEST(each_value_of_umf_log_gives_its_records) {
    static const struct {
        const char *umf_log, *out, *err;
    } rows[] = {
        {NULL, "", "[FATAL UMF] fn: f\n"},
        {"output:stdout", "[ERROR UMF] fn: e\n[FATAL UMF] fn: f\n", ""},
        {"output:stderr;level:warning", "",
         "[WARN  UMF] fn: w\n[ERROR UMF] fn: e\n[FATAL UMF] fn: f\n"},
        {"level:fatal;output:stdout", "[FATAL UMF] fn: f\n", ""},
        {"level:fatal;level:debug;output:stdout", "[FATAL UMF] fn: f\n", ""}, /* the first wins */
        {"output:stderr;output:stdout;level:fatal", "[FATAL UMF] fn: f\n", ""}, /* stdout first */
        {" level:fatal;output:stdout", "[ERROR UMF] fn: e\n[FATAL UMF] fn: f\n", ""},
        {"xlevel:fatal;output:stdout", "[ERROR UMF] fn: e\n[FATAL UMF] fn: f\n", ""},
        {"level:loud;output:stdout", "[ERROR UMF] fn: e\n[FATAL UMF] fn: f\n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run(rows[i].umf_log, all_levels);
        ck_assert_msg(strcmp(out_text, rows[i].out) == 0, "row %zu out: %s", i, out_text);
        ck_assert_msg(strcmp(err_text, rows[i].err) == 0, "row %zu err: %s", i, err_text);
    }
}
END_TEST

START_TEST(an_unusable_output_is_complained_of_once_and_turns_logging_off) {
    static const char *const rows[] = {"level:debug", "output:bogus", "output:stdout,extra", ""};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run(rows[i], all_levels);
        ck_assert_str_eq(out_text, "");
        ck_assert_msg(matches(err_text, "^\\[ERROR UMF\\] [a-z_]+: .*output is not set, logging "
                                        "disabled[^\n]*\n\\[FATAL UMF\\] fn: f\n$"),
                      "row %zu: %s", i, err_text);
        ck_assert_ptr_nonnull(strstr(err_text, rows[i]));
    }
}
END_TEST

START_TEST(info_and_debug_begin_by_naming_the_settings) {
    run("output:stdout;level:info;flush:warning;pid:no", all_levels);
    ck_assert_msg(matches(out_text, "^\\[INFO  UMF\\] [a-z_]+: logger enabled \\(libumf [0-9.]+, "
                                    "level: info, flush: warning, pid: no, timestamp: no\\)\n"
                                    "\\[INFO  UMF\\] fn: i\n"),
                  "%s", out_text);
}
END_TEST

START_TEST(timestamp_and_pid_stand_before_the_level) {
    run("output:stdout;timestamp:yes;pid:yes;level:fatal", all_levels);
    ck_assert_msg(matches(out_text, "^\\[[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2} "
                                    "PID:[0-9 ]{6,} TID:[0-9 ]{6,} FATAL UMF\\] fn: f\n$"),
                  "%s", out_text);
}
END_TEST

static void errno_through_the_first_record(void) {
    errno = 77;
    umfi_log(UMFI_LOG_DEBUG, "fn", "d"); /* reads UMF_LOG, opens the file */
    _exit(errno == 77 ? 0 : 1);
}

START_TEST(errno_survives_the_first_record) {
    run("output:file,/nonexistent/dir/log", errno_through_the_first_record);
}
END_TEST

static void long_record(void) {
    static char text[20000];
    memset(text, 'x', sizeof text - 1);
    umfi_log(UMFI_LOG_FATAL, "fn", "%s", text);
}

START_TEST(a_record_that_is_too_long_is_cut_and_says_so) {
    run(NULL, long_record);
    ck_assert_uint_le(strlen(err_text), 8192);
    ck_assert_ptr_nonnull(strstr(err_text, "x[truncated...]\n"));
}
END_TEST

START_TEST(a_file_is_appended_to) {
    for (int i = 0; i < 2; i++) {
        run("output:file,log-test-file;level:fatal", all_levels);
        ck_assert_str_eq(err_text, "");
    }
    slurp("log-test-file", out_text, sizeof out_text);
    ck_assert_str_eq(out_text, "[FATAL UMF] fn: f\n[FATAL UMF] fn: f\n");
}
END_TEST

START_TEST(a_file_that_cannot_be_used_turns_logging_off) {
    char umf_log[400] = "output:file,";
    memset(umf_log + strlen(umf_log), 'p', 257);
    run(umf_log, all_levels);
    ck_assert_ptr_nonnull(strstr(err_text, "257 characters"));
    run("output:file,/nonexistent/dir/log", all_levels);
    ck_assert_ptr_nonnull(strstr(err_text, "No such file or directory"));
}
END_TEST

SUITE_MAIN("core/log", each_value_of_umf_log_gives_its_records,
           an_unusable_output_is_complained_of_once_and_turns_logging_off,
           info_and_debug_begin_by_naming_the_settings, timestamp_and_pid_stand_before_the_level,
           errno_survives_the_first_record, a_record_that_is_too_long_is_cut_and_says_so, a_file_is_appended_to,
           a_file_that_cannot_be_used_turns_logging_off)
