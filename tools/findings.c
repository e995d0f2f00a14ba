/*
 * findings.c - a copy of what umfPluginCheck found, as lines and as JSON
 * (findings.h).
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tools/copies.h"
#include "tools/findings.h"
#include "tools/json.h"
#include "tools/places.h"
#include "tools/umf.h"

#define AT(member) offsetof(umf_plugin_finding_t, member)
static const size_t strings[] = {AT(kind), AT(name), AT(file), AT(class_word), AT(text)};
static const struct copied finding_type = {sizeof(umf_plugin_finding_t), strings,
                                           sizeof strings / sizeof strings[0]};

static int append(const umf_plugin_finding_t *finding, void *arg) {
    struct findings *findings = arg;
    void *items = findings->items;
    findings->is_cut = !umf_copies_append(&items, &findings->count, &finding_type, finding);
    findings->items = items;
    findings->error_count += finding->is_error;
    return findings->is_cut;
}

static bool is_read(const struct findings *findings, umf_result_t result, const char *what) {
    if (result == UMF_RESULT_SUCCESS && !findings->is_cut) {
        return true;
    }
    umf_complain("cannot check %s: %s", what,
                 findings->is_cut ? "out of memory" : umfGetLastErrorMessage());
    return false;
}

bool umf_findings_add(struct findings *findings, const char *path) {
    return is_read(findings, umfPluginCheck(path, append, findings),
                   path != NULL ? path : "the manifests");
}

bool umf_findings_add_places(struct findings *findings) {
    return is_read(findings, umf_places_find(append, findings), "the folders");
}

void umf_findings_tell(struct findings *findings, const umf_plugin_finding_t *finding) {
    (void)append(finding, findings);
}

void umf_findings_fini(struct findings *findings) {
    umf_copies_free(findings->items, findings->count, &finding_type);
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

/* What is used although others can change it is worth a line, and no fault. */
static bool is_warning(const umf_plugin_finding_t *finding) {
    return !finding->is_error && strcmp(finding->class_word, "E_INSECURE") == 0;
}

static const char *severity(const umf_plugin_finding_t *finding) {
    return finding->is_error ? "error" : is_warning(finding) ? "warning" : "note";
}

static void print_finding(const umf_plugin_finding_t *finding) {
    char line[16] = "", file[PATH_MAX + 32] = "";
    if (finding->line > 0) {
        snprintf(line, sizeof line, ":%u", finding->line);
    }
    if (finding->file[0] != '\0') {
        snprintf(file, sizeof file, " (%s%s)", finding->file, line);
    }
    umf_complain("%s%s%s: %s: %s%s", finding->kind, finding->name[0] != '\0' ? ":" : "",
                 finding->name, finding->is_error ? finding->class_word : severity(finding), finding->text, file);
}

void umf_findings_print(struct findings *findings, bool with_notes) {
    for (; findings->printed < findings->count; findings->printed++) {
        const umf_plugin_finding_t *finding = &findings->items[findings->printed];
        if (finding->is_error || is_warning(finding) || with_notes) {
            print_finding(finding);
        }
    }
}

json_t *umf_findings_json(const struct findings *findings) {
    json_t *array = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const umf_plugin_finding_t *finding = &findings->items[i];
        json_t *object = json_object();
        (void)json_object_set_new(object, "error", json_boolean(finding->is_error));
        umf_json_set_text(object, "severity", severity(finding));
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
