/*
 * debug-test.c - UMF_PLUGIN_DEBUG: each topic tells its own lines on stderr, and no
 * other's. The topics are read once, so each round is a process of its own.
 */
#include <sys/wait.h>

#include "fixture_workspace.h"

static const char *const topics[] = {"search", "manifest", "load", "abi"};
enum { TOPICS = 4 };

/* What a process says on stderr that looks good up; to be freed. */
static char *said_with(const char *variable) {
    if (variable) {
        setenv("UMF_PLUGIN_DEBUG", variable, 1);
    }
    stderr_begin();
    pid_t child = fork();
    if (child == 0) {
        _exit(find("good") == UMF_RESULT_SUCCESS ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    char *said = stderr_end();
    ck_assert_msg(status == 0, "%#x: %s", status, said);
    return said;
}

/* Lines of this topic. */
static unsigned lines_of(const char *said, const char *topic) {
    char begin[32];
    snprintf(begin, sizeof begin, "umf: %s: ", topic);
    return count_of(said, begin);
}

/* One line that each topic has of a look-up of good. */
static const char *line_of(unsigned topic) {
    static char line[512];
    switch (topic) {
    case 0:
        snprintf(line, sizeof line, "umf: search: environment: %s: 1 manifests\n", workspace);
        break;
    case 1:
        snprintf(line, sizeof line, "umf: manifest: %s: pool:good\n", in("50-good.yaml"));
        break;
    case 2:
        snprintf(line, sizeof line, "umf: load: pool:good: opening %s\n", in("good.so"));
        break;
    default:
        snprintf(line, sizeof line, "umf: abi: pool:good: plugin ABI 0.1, needs host minor ");
    }
    return line;
}

/* `wanted` has a bit for each topic. */
static void tells(const char *variable, unsigned wanted) {
    char *said = said_with(variable);
    unsigned lines = 0;
    for (unsigned topic = 0; topic < TOPICS; topic++) {
        bool is_wanted = wanted & 1u << topic;
        unsigned count = lines_of(said, topics[topic]);
        ck_assert_msg((count > 0) == is_wanted, "%s: %s: %s", variable, topics[topic], said);
        ck_assert_msg(count_of(said, line_of(topic)) == is_wanted, "%s lacks %s: %s", variable,
                      line_of(topic), said);
        lines += count;
    }
    ck_assert_msg(count_of(said, "\n") == lines, "%s: lines of something else: %s", variable,
                  said);
    free(said);
}

START_TEST(without_it_nothing_is_told) {
    plugins_begin();
    make_part("good");
    tells(NULL, 0);
    tells("", 0);
    tells(",, ,", 0);
    plugins_end();
}
END_TEST

START_TEST(each_topic_tells_its_own_lines_and_no_others) {
    plugins_begin();
    make_part("good");
    for (unsigned topic = 0; topic < TOPICS; topic++) {
        tells(topics[topic], 1u << topic);
    }
    plugins_end();
}
END_TEST

START_TEST(topics_add_up_and_all_is_each) {
    plugins_begin();
    make_part("good");
    tells("load,abi", 4 | 8);
    tells("abi search", 1 | 8);
    tells(" manifest , load,", 2 | 4);
    tells("all", 15);
    tells("load,all", 15);
    plugins_end();
}
END_TEST

START_TEST(an_unknown_topic_is_told) {
    static const char line[] =
        "umf: UMF_PLUGIN_DEBUG: no topic 'loud': search, manifest, load, abi or all\n";
    plugins_begin();
    make_part("good");
    char *said = said_with("loud,abi,al");
    ck_assert_msg(count_of(said, line) == 1 && count_of(said, "no topic 'al': ") == 1, "%s", said);
    ck_assert_msg(count_of(said, line_of(3)) == 1 && count_of(said, "\n") == 3, "%s", said);
    free(said);
    plugins_end();
}
END_TEST

SUITE_MAIN("plugin/debug", without_it_nothing_is_told,
           each_topic_tells_its_own_lines_and_no_others, topics_add_up_and_all_is_each,
           an_unknown_topic_is_told)
