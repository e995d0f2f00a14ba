/*
 * ctl.c - finds the node of a path and converts its value (ctl.h).
 *
 * A path is resolved part by part, because what {} takes from the argument list
 * depends on the nodes that fit the parts before it.
 */
#include "base/ctl.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

struct part {
    const char *text;
    size_t length;
    bool is_number;
    size_t number;
};

struct resolved_path {
    struct part parts[UMFI_CTL_MAX_DEPTH];
    size_t depth;
};

/* So that a pointer to it may be handed on, which a va_list parameter forbids. */
struct arguments {
    va_list list;
};

/* The next part of a path or pattern, or length 0 at its end. */
static struct part part_next(const char **cursor) {
    const char *begin = *cursor + strspn(*cursor, ".");
    size_t length = strcspn(begin, ".");
    *cursor = begin + length;
    return (struct part){.text = begin, .length = length};
}

static bool is_braces(const struct part *part) {
    return part->length == 2 && part->text[0] == '{' && part->text[1] == '}';
}

static bool is_same(const struct part *a, const struct part *b) {
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static bool part_fits(const struct part *pattern, const struct part *part) {
    return part->is_number ? is_braces(pattern) : is_same(pattern, part);
}

/* What a node's pattern has after the parts resolved so far; false where these
 * do not fit it. */
static bool pattern_after(const char *pattern, const struct resolved_path *path,
                          struct part *next) {
    for (size_t i = 0; i < path->depth; i++) {
        struct part expected = part_next(&pattern);
        if (!part_fits(&expected, &path->parts[i])) {
            return false;
        }
    }
    *next = part_next(&pattern);
    return true;
}

/* Whether some node goes on with exactly this text. */
static bool is_expected(const struct umfi_ctl_node *nodes, const struct resolved_path *path,
                        const struct part *part) {
    for (const struct umfi_ctl_node *node = nodes; node->path; node++) {
        struct part next;
        if (pattern_after(node->path, path, &next) && is_same(&next, part)) {
            return true;
        }
    }
    return false;
}

static bool parse_index(const struct part *part, size_t *index) {
    if (!isdigit((unsigned char)part->text[0])) {
        return false;
    }
    char *end;
    *index = strtoumax(part->text, &end, 0); /* too large: SIZE_MAX, no index of anything */
    return end == part->text + part->length;
}

/* Gives a part its meaning at its place; false where it can have none. */
static bool part_resolve(const struct umfi_ctl_node *nodes, const struct resolved_path *path,
                         umf_ctl_query_source_t source, struct arguments *args,
                         struct part *part) {
    static const struct part braces = {.text = "{}", .length = 2};
    bool wants_number = is_expected(nodes, path, &braces);
    if (!is_braces(part)) {
        part->is_number = wants_number && !is_expected(nodes, path, part) &&
                          parse_index(part, &part->number);
        return true;
    }
    if (source == CTL_QUERY_CONFIG_INPUT) {
        return false; /* text has no arguments to take from */
    }
    if (wants_number) {
        part->is_number = true;
        part->number = va_arg(args->list, size_t);
        return true;
    }
    part->text = va_arg(args->list, const char *);
    part->length = part->text ? strlen(part->text) : 0;
    return part->length > 0;
}

static bool path_resolve(const struct umfi_ctl_node *nodes, const struct umfi_ctl_query *query,
                         struct arguments *args, struct resolved_path *path) {
    const char *cursor = query->path;
    for (path->depth = 0;; path->depth++) {
        struct part part = part_next(&cursor);
        if (part.length == 0) {
            return path->depth > 0;
        }
        if (path->depth == UMFI_CTL_MAX_DEPTH ||
            !part_resolve(nodes, path, query->source, args, &part)) {
            return false;
        }
        path->parts[path->depth] = part;
    }
}

static const struct umfi_ctl_node *node_find(const struct umfi_ctl_node *nodes,
                                             const struct resolved_path *path) {
    for (const struct umfi_ctl_node *node = nodes; node->path; node++) {
        struct part next;
        if (pattern_after(node->path, path, &next) && next.length == 0) {
            return node;
        }
    }
    return NULL;
}

static size_t last_index(const struct resolved_path *path) {
    for (size_t i = path->depth; i-- > 0;) {
        if (path->parts[i].is_number) {
            return path->parts[i].number;
        }
    }
    return 0;
}

/* Digits after blanks and a sign, in base 10, 0x or 0; what follows them is
 * ignored. */
static bool parse_text(enum umfi_ctl_type type, const char *text, union umfi_ctl_value *value) {
    char *end;
    text += strspn(text, " \t\n\v\f\r");
    errno = 0;
    if (type == UMFI_CTL_INT) {
        intmax_t number = strtoimax(text, &end, 0);
        value->number = (int)number;
        return end != text && errno == 0 && number >= INT_MIN && number <= INT_MAX;
    }
    uintmax_t number = strtoumax(text, &end, 0);
    value->size = number;
    return end != text && errno == 0 && *text != '-' && number <= SIZE_MAX;
}

static size_t value_bytes(enum umfi_ctl_type type) {
    return type == UMFI_CTL_INT ? sizeof(int) : sizeof(size_t);
}

static umf_result_t node_read(const struct umfi_ctl_call *call, void *object,
                              const struct umfi_ctl_query *query) {
    if (!call->node->read || !query->arg || query->size != value_bytes(call->node->type)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    union umfi_ctl_value value = {0};
    umf_result_t result = call->node->read(object, call, &value);
    if (result == UMF_RESULT_SUCCESS) {
        memcpy(query->arg, &value, query->size);
    }
    return result;
}

static umf_result_t node_write(const struct umfi_ctl_call *call, void *object,
                               const struct umfi_ctl_query *query) {
    union umfi_ctl_value value = {0};
    enum umfi_ctl_type type = call->node->type;
    bool is_text = query->source == CTL_QUERY_CONFIG_INPUT;
    if (!call->node->write || !query->arg) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (is_text ? !memchr(query->arg, '\0', query->size) || !parse_text(type, query->arg, &value)
                : query->size != value_bytes(type)) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    if (!is_text) {
        memcpy(&value, query->arg, query->size);
    }
    return call->node->write(object, call, value);
}

static umf_result_t node_query(const struct umfi_ctl_call *call, void *object,
                               const struct umfi_ctl_query *query) {
    switch (query->type) {
    case CTL_QUERY_READ:
        return node_read(call, object, query);
    case CTL_QUERY_WRITE:
        return node_write(call, object, query);
    case CTL_QUERY_RUNNABLE:
        return call->node->run ? call->node->run(object, call)
                               : UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    return UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

umf_result_t umfi_ctl_answer(const struct umfi_ctl_node *nodes, void *object,
                             const struct umfi_ctl_query *query, va_list args) {
    struct resolved_path path;
    struct arguments arguments;
    if (!query->path) {
        return UMF_RESULT_ERROR_INVALID_ARGUMENT;
    }
    va_copy(arguments.list, args);
    bool is_path = path_resolve(nodes, query, &arguments, &path);
    va_end(arguments.list);
    const struct umfi_ctl_node *node = is_path ? node_find(nodes, &path) : NULL;
    if (!node) {
        return UMF_RESULT_ERROR_INVALID_CTL_PATH;
    }
    struct umfi_ctl_call call = {
        .node = node, .source = query->source, .index = last_index(&path)};
    return node_query(&call, object, query);
}

umf_result_t umfi_ctl_do_nothing(void *object, const struct umfi_ctl_call *call) {
    (void)object, (void)call;
    return UMF_RESULT_SUCCESS;
}
