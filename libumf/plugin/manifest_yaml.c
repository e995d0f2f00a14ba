/* manifest_yaml.c - libyaml's events become a small tree (manifest_yaml.h). */
#include "plugin/manifest_yaml.h"

#include <string.h>
#include <yaml.h>

#include "core/meta.h"

/* The tree in the making: open[0, depth) are the collections not yet ended. */
struct builder {
    struct umfi_yaml *yaml;
    struct umfi_refusal *refusal;
    unsigned last_line; /* of the input */
    unsigned depth;
    unsigned open[UMFI_YAML_DEPTH_MAX];
    unsigned child_counts[UMFI_YAML_DEPTH_MAX];
    bool has_document;
};

/* CR LF, CR, LF, NEL, LS and PS end a line of YAML. */
static bool is_line_end(const char *c, size_t left) {
    switch ((unsigned char)*c) {
    case '\n':
        return true;
    case '\r':
        return left < 2 || c[1] != '\n';
    case 0xc2:
        return left > 1 && memcmp(c, "\xc2\x85", 2) == 0;
    case 0xe2:
        return left > 2 && (memcmp(c, "\xe2\x80\xa8", 3) == 0 || memcmp(c, "\xe2\x80\xa9", 3) == 0);
    default:
        return false;
    }
}

/* The line of what follows these bytes. */
static unsigned line_after(const char *bytes, size_t size) {
    unsigned line = 1;
    for (size_t i = 0; i < size; i++) {
        line += is_line_end(bytes + i, size - i);
    }
    return line;
}

/* At the end libyaml begins another line, whether or not the last was ended. */
static unsigned line_of(const struct builder *b, const yaml_mark_t *mark) {
    return mark->line < b->last_line ? (unsigned)mark->line + 1 : b->last_line;
}

static bool is_key_next(const struct builder *b) {
    return b->depth > 0 && b->yaml->nodes[b->open[b->depth - 1]].type == UMFI_YAML_MAPPING &&
           b->child_counts[b->depth - 1] % 2 == 0;
}

/* Adds a node to the innermost open collection. */
static bool node_add(struct builder *b, enum umfi_yaml_type type, unsigned line) {
    struct umfi_yaml *yaml = b->yaml;
    if (yaml->count == UMFI_YAML_NODES_MAX) {
        return umfi_refuse_at(b->refusal, UMFI_E_LIMIT, line, "manifest exceeds %d nodes",
                              UMFI_YAML_NODES_MAX);
    }
    if (type != UMFI_YAML_SCALAR && is_key_next(b)) {
        return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "a key must be a word");
    }
    if (b->depth > 0) {
        b->child_counts[b->depth - 1]++;
    }
    struct umfi_yaml_node *node = &yaml->nodes[yaml->count++];
    *node = (struct umfi_yaml_node){.type = type, .line = line, .end = yaml->count};
    return true;
}

static bool collection_open(struct builder *b, enum umfi_yaml_type type, unsigned line) {
    if (b->depth == UMFI_YAML_DEPTH_MAX) {
        return umfi_refuse_at(b->refusal, UMFI_E_LIMIT, line, "manifest exceeds depth %d",
                              UMFI_YAML_DEPTH_MAX);
    }
    if (!node_add(b, type, line)) {
        return false;
    }
    b->open[b->depth] = b->yaml->count - 1;
    b->child_counts[b->depth++] = 0;
    return true;
}

static bool collection_close(struct builder *b) {
    b->yaml->nodes[b->open[--b->depth]].end = b->yaml->count;
    return true;
}

static bool key_check(struct builder *b, const char *key, unsigned line) {
    struct umfi_yaml *yaml = b->yaml;
    if (strcmp(key, "<<") == 0) {
        return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "merge keys are not allowed");
    }
    /* the mapping is open: its end is the tree's */
    for (unsigned k = b->open[b->depth - 1] + 1; k < yaml->count;) {
        if (strcmp(yaml->nodes[k].text, key) == 0) {
            return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line,
                                  "duplicate key '%.64s', first in line %u", key,
                                  yaml->nodes[k].line);
        }
        unsigned value = yaml->nodes[k].end;
        k = value < yaml->count ? yaml->nodes[value].end : value;
    }
    return true;
}

static bool scalar_add(struct builder *b, const yaml_event_t *event, unsigned line) {
    struct umfi_yaml *yaml = b->yaml;
    const char *value = (const char *)event->data.scalar.value;
    size_t bytes = event->data.scalar.length + 1;
    if (memchr(value, 0, bytes - 1)) {
        return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "a NUL character");
    }
    if (bytes > yaml->text_bytes - yaml->text_used) {
        return umfi_refuse_at(b->refusal, UMFI_E_LIMIT, line, "manifest exceeds %zu bytes",
                              UMFI_YAML_BYTES_MAX);
    }
    if (is_key_next(b) && !key_check(b, value, line)) {
        return false;
    }
    if (!node_add(b, UMFI_YAML_SCALAR, line)) {
        return false;
    }
    struct umfi_yaml_node *node = &yaml->nodes[yaml->count - 1];
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = memcpy(yaml->text + yaml->text_used, value, bytes);
    yaml->text_used += bytes;
    return true;
}

static bool document_begin(struct builder *b, const yaml_event_t *event, unsigned line) {
    if (b->has_document) {
        return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "a second document");
    }
    b->has_document = true;
    if (event->data.document_start.tag_directives.start !=
        event->data.document_start.tag_directives.end) {
        return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "tags are not allowed");
    }
    return true;
}

/* Anchors and tags may stand on any node. */
static bool has_decoration(struct builder *b, const yaml_char_t *anchor, const yaml_char_t *tag,
                           unsigned line) {
    if (anchor || tag) {
        umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "%s are not allowed",
                       anchor ? "anchors" : "tags");
    }
    return anchor || tag;
}

static bool event_take(struct builder *b, const yaml_event_t *event) {
    unsigned line = line_of(b, &event->start_mark);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return document_begin(b, event, line);
    case YAML_ALIAS_EVENT:
        return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "aliases are not allowed");
    case YAML_SCALAR_EVENT:
        return !has_decoration(b, event->data.scalar.anchor, event->data.scalar.tag, line) &&
               scalar_add(b, event, line);
    case YAML_SEQUENCE_START_EVENT:
        return !has_decoration(b, event->data.sequence_start.anchor,
                               event->data.sequence_start.tag, line) &&
               collection_open(b, UMFI_YAML_SEQUENCE, line);
    case YAML_MAPPING_START_EVENT:
        return !has_decoration(b, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                               line) &&
               collection_open(b, UMFI_YAML_MAPPING, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return collection_close(b);
    default:
        return true;
    }
}

/* What libyaml does not say of a line that it cannot read. */
static bool has_leading_tab(const yaml_parser_t *parser, unsigned line) {
    const char *at = (const char *)parser->input.string.start;
    const char *end = (const char *)parser->input.string.end;
    for (; at && line > 1; line--) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : NULL;
    }
    while (at && at < end && *at == ' ') {
        at++;
    }
    return at && at < end && *at == '\t';
}

static bool parser_refuse(const yaml_parser_t *parser, const struct builder *b,
                          const char *bytes) {
    if (parser->error == YAML_MEMORY_ERROR) {
        return umfi_refuse_no_memory(b->refusal);
    }
    unsigned line = line_of(b, &parser->problem_mark);
    if (parser->error == YAML_READER_ERROR) { /* which knows only an offset */
        line = line_after(bytes, parser->problem_offset);
    }
    return umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, line, "%s%s",
                          parser->problem ? parser->problem : "not YAML",
                          has_leading_tab(parser, line) ? ": a tab; indent with blanks" : "");
}

static bool events_read(yaml_parser_t *parser, struct builder *b, const char *bytes) {
    for (bool is_end = false; !is_end;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            return parser_refuse(parser, b, bytes);
        }
        bool is_good = event_take(b, &event);
        is_end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (!is_good) {
            return false;
        }
    }
    return b->has_document || umfi_refuse_at(b->refusal, UMFI_E_SYNTAX, 1, "no document");
}

bool umfi_yaml_parse(struct umfi_yaml *yaml, const char *bytes, size_t size,
                     struct umfi_refusal *refusal) {
    yaml->count = 0;
    yaml->text = NULL;
    if (size > UMFI_YAML_BYTES_MAX) {
        return umfi_refuse(refusal, UMFI_E_LIMIT, "manifest exceeds %zu bytes",
                           UMFI_YAML_BYTES_MAX);
    }
    /* an escape of two bytes can stand for a character of three */
    yaml->text_used = 0;
    yaml->text_bytes = size + size / 2 + UMFI_YAML_NODES_MAX;
    yaml->text = umfi_meta_alloc(yaml->text_bytes);
    yaml_parser_t parser;
    if (!yaml->text || !yaml_parser_initialize(&parser)) {
        return umfi_refuse_no_memory(refusal);
    }
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3; /* a byte order mark, which libyaml skips only where it guesses */
        size -= 3;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    struct builder b = {
        .yaml = yaml, .refusal = refusal, .last_line = line_after(bytes, size)};
    bool is_good = events_read(&parser, &b, bytes);
    while (b.depth > 0) {
        collection_close(&b);
    }
    yaml_parser_delete(&parser);
    return is_good;
}

void umfi_yaml_fini(struct umfi_yaml *yaml) {
    umfi_meta_free(yaml->text, yaml->text_bytes);
    yaml->text = NULL;
}

unsigned umfi_yaml_value(const struct umfi_yaml *yaml, unsigned mapping, const char *key) {
    for (unsigned k = mapping + 1; k < yaml->nodes[mapping].end;) {
        unsigned value = yaml->nodes[k].end;
        if (value >= yaml->nodes[mapping].end) {
            break; /* a tree cut off after a key */
        }
        if (strcmp(yaml->nodes[k].text, key) == 0) {
            return value;
        }
        k = yaml->nodes[value].end;
    }
    return 0;
}
