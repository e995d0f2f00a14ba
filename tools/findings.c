/*
 * findings.c - a copy of what umfPluginCheck found, as lines and as JSON
 * (findings.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/findings.h"
#include "tools/json.h"
#include "tools/umf.h"

#define STRINGS(finding) \
    {&(finding)->kind, &(finding)->name, &(finding)->file, &(finding)->class_word, &(finding)->text}

static bool copy_finding(umf_plugin_finding_t *copy, const umf_plugin_finding_t *finding) {
    bool is_copied = true;
    *copy = *finding;
    const char **strings[] = STRINGS(copy);
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        *strings[i] = strdup(*strings[i] != NULL ? *strings[i] : "");
        is_copied = is_copied && *strings[i] != NULL;
    }
    return is_copied;
}

static int append(const umf_plugin_finding_t *finding, void *arg) {
    struct findings *findings = arg;
    umf_plugin_finding_t *grown =
        reallocarray(findings->items, findings->count + 1, sizeof *grown);
    if (grown != NULL) {
        findings->items = grown;
        findings->is_cut = !copy_finding(&grown[findings->count++], finding);
        findings->error_count += finding->is_error;
    } else {
        findings->is_cut = true;
    }
    return findings->is_cut;
}

bool umf_findings_add(struct findings *findings, const char *path) {
    umf_result_t result = umfPluginCheck(path, append, findings);
    if (result == UMF_RESULT_SUCCESS && !findings->is_cut) {
        return true;
    }
    umf_complain("cannot check %s: %s", path != NULL ? path : "the manifests",
                 findings->is_cut ? "out of memory" : umfGetLastErrorMessage());
    return false;
}

void umf_findings_fini(struct findings *findings) {
    for (size_t i = 0; i < findings->count; i++) {
        const char **strings[] = STRINGS(&findings->items[i]);
        for (size_t j = 0; j < sizeof strings / sizeof strings[0]; j++) {
            free((void *)(uintptr_t)*strings[j]);
        }
    }
    free(findings->items);
    *findings = (struct findings){0};
}

bool umf_findings_has_error_in(const struct findings *findings, const char *file) {
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].is_error && strcmp(findings->items[i].file, file) == 0) {
            return true;
        }
    }
    return false;
}

static void print_finding(const umf_plugin_finding_t *finding) {
    char line[16] = "";
    if (finding->line > 0) {
        snprintf(line, sizeof line, ":%u", finding->line);
    }
    umf_complain("%s:%s: %s: %s (%s%s)", finding->kind, finding->name,
                 finding->is_error ? finding->class_word : "note", finding->text, finding->file,
                 line);
}

void umf_findings_print(const struct findings *findings, bool with_notes) {
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].is_error || with_notes) {
            print_finding(&findings->items[i]);
        }
    }
}

json_t *umf_findings_json(const struct findings *findings) {
    json_t *array = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const umf_plugin_finding_t *finding = &findings->items[i];
        json_t *object = json_object();
        (void)json_object_set_new(object, "error", json_boolean(finding->is_error));
        umf_json_set_text(object, "kind", finding->kind);
        umf_json_set_text(object, "name", finding->name);
        umf_json_set_text(object, "class", finding->class_word);
        umf_json_set_text(object, "text", finding->text);
        umf_json_set_text(object, "file", finding->file);
        (void)json_object_set_new(object, "line", json_integer((json_int_t)finding->line));
        (void)json_array_append_new(array, object);
    }
    return array;
}
