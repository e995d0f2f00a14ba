/* stack-text-test.c - the grammar of stacks, with the column of each error. */
#include <string.h>

#include "plugin/stack_text.h"
#include "suite.h"

static struct umfi_stack_text stack;

static const char *show(void) {
    static char text[512];
    size_t used = 0;
    text[0] = '\0';
    for (size_t p = 0; p < stack.part_count; p++) {
        const struct umfi_stack_part *part = &stack.parts[p];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", p ? "@" : "",
                                 (int)part->name.length, part->name.text);
        for (size_t o = 0; o < part->option_count; o++) {
            const struct umfi_stack_option *option = &stack.options[part->first_option + o];
            used += (size_t)snprintf(text + used, sizeof text - used, "[%.*s=%.*s]",
                                     (int)option->name.length, option->name.text,
                                     (int)option->value.length, option->value.text);
        }
    }
    return text;
}

START_TEST(good_stacks_come_apart) {
    static const struct {
        const char *spec, *shown;
    } rows[] = {
        {"os", "os"},
        {"disjoint@os", "disjoint@os"},
        {" disjoint ( ) @ os ", "disjoint@os"},
        {"disjoint(capacity=16) @ limit(max=1GiB) @ os(numa_mode=bind,numa_list=0,2)",
         "disjoint[capacity=16]@limit[max=1GiB]@os[numa_mode=bind][numa_list=0,2]"},
        {"os(numa_list=0,2,part_size=4K)", "os[numa_list=0,2][part_size=4K]"},
        {"os(partitions=3:1,5:0 , name = big one )", "os[partitions=3:1,5:0][name=big one]"},
        {"os(protection=read|write)", "os[protection=read|write]"},
        {"os(partitions=3:1,=5)", "os[partitions=3:1,=5]"},
        {"file(path=\"/a,b)=c@d\")", "file[path=/a,b)=c@d]"},
        {"file(path=\"\")", "file[path=]"},
        {"level-zero(x=1)", "level-zero[x=1]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(umfi_stack_text_parse(rows[i].spec, &stack), "%s: column %zu: %s",
                      rows[i].spec, stack.error_column, stack.error);
        ck_assert_str_eq(show(), rows[i].shown);
    }
}
END_TEST

START_TEST(bad_stacks_are_refused_at_their_column) {
    static const struct {
        const char *spec;
        size_t column;
        const char *error;
    } rows[] = {
        {"", 1, "a plugin's name"},
        {"@os", 1, "a plugin's name"},
        {"disjoint @", 11, "a plugin's name"},
        {"a(x=1, x=2) @ b", 8, "this parameter is given twice"},
        {"Disjoint@os", 1, "a plugin's name"},
        {"disjoint os", 10, "'@' or the end"},
        {"disjoint(capacity) @ os", 18, "'='"},
        {"disjoint(capacity=) @ os", 19, "a value"},
        {"disjoint(=4) @ os", 10, "a parameter's name"},
        {"disjoint(capacity=4", 20, "',' or ')'"},
        {"disjoint(name=\"x) @ os", 15, "a closing"},
        {"disjoint(name=\"x\"y) @ os", 18, "',' or ')'"},
        {"a@b@c@d@e@f@g@h@i", 17, "at most 8 parts"},
        {"a@b@c@d@e@f@g@h@ \ti", 19, "at most 8 parts"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert(!umfi_stack_text_parse(rows[i].spec, &stack));
        ck_assert_msg(stack.error_column == rows[i].column && strstr(stack.error, rows[i].error),
                      "%s: column %zu: %s", rows[i].spec, stack.error_column, stack.error);
    }
}
END_TEST

START_TEST(more_options_than_there_is_room_for_are_refused) {
    char spec[1024] = "os(";
    size_t used = strlen(spec);
    for (int i = 0; i < 65; i++) {
        used += (size_t)snprintf(spec + used, sizeof spec - used, "%sa%02d=1", i ? ", " : "", i);
    }
    strcat(spec, ")");
    ck_assert(!umfi_stack_text_parse(spec, &stack));
    ck_assert_uint_eq(stack.error_column, strlen(spec) - strlen("a64=1)") + 1);
    ck_assert_ptr_nonnull(strstr(stack.error, "64 options"));
}
END_TEST

SUITE_MAIN("api/stack-text", good_stacks_come_apart, bad_stacks_are_refused_at_their_column,
           more_options_than_there_is_room_for_are_refused)
