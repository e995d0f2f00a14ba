/* load.c - the list of loads and what each keeps (load.h). */
#include "plugin/load.h"

#include <stdio.h>
#include <string.h>

#include "core/meta.h"

void umfi_plugin_reason_fini(struct umfi_plugin_reason *reason) {
    umfi_meta_free_string(reason->text);
    *reason = (struct umfi_plugin_reason){.class = UMFI_E_NONE};
}

void umfi_plugin_reason_keep(struct umfi_plugin_reason *reason,
                             const struct umfi_refusal *refusal) {
    umfi_plugin_reason_fini(reason);
    *reason = (struct umfi_plugin_reason){
        .class = refusal->class,
        .result = refusal->result,
        .line = refusal->line,
        .text = umfi_meta_strdup(refusal->text),
    };
}

void umfi_plugin_reason_tell(const struct umfi_plugin_reason *reason,
                             struct umfi_refusal *refusal) {
    (void)umfi_refuse(refusal, reason->class, "%s",
                      reason->text ? reason->text : "no memory to keep the reason");
    refusal->result = reason->result;
    refusal->line = reason->line;
}

static bool is_same_source(const struct umfi_load_source *a, const struct umfi_load_source *b) {
    return a->device == b->device && a->inode == b->inode && a->desc == b->desc &&
           a->query == b->query;
}

struct umfi_load *umfi_load_get(struct umfi_load **list, const struct umfi_load_source *source,
                                enum umfi_manifest_kind kind, const char *name) {
    for (struct umfi_load *load = *list; load; load = load->next) {
        if (load->kind == kind && is_same_source(&load->source, source) &&
            strcmp(load->name, name) == 0) {
            return load;
        }
    }
    struct umfi_load *load = umfi_meta_alloc(sizeof *load);
    if (load) {
        load->source = *source;
        load->kind = kind;
        (void)snprintf(load->name, sizeof load->name, "%s", name);
        load->next = *list;
        *list = load;
    }
    return load;
}

static size_t list_bytes(const struct umfi_manifest_list *list) {
    const char *end = list->text;
    for (unsigned i = 0; i < list->count; i++) {
        end = umfi_manifest_list_next(end);
    }
    return (size_t)(end - list->text);
}

bool umfi_load_params_make(const struct umfi_load *load, const struct umfi_manifest_list *params,
                           struct umfi_load_params **made) {
    const struct umfi_load_params *now =
        atomic_load_explicit(&load->params, memory_order_relaxed);
    size_t bytes = params->count > 0 ? list_bytes(params) : 0;
    bool is_same = now ? now->count == params->count && now->bytes == bytes &&
                             (bytes == 0 || memcmp(now->text, params->text, bytes) == 0)
                       : params->count == 0;
    *made = NULL;
    if (is_same) {
        return true;
    }
    *made = umfi_meta_alloc(sizeof **made + bytes);
    if (!*made) {
        return false;
    }
    (*made)->count = params->count;
    (*made)->bytes = bytes;
    if (bytes > 0) {
        memcpy((*made)->text, params->text, bytes);
    }
    return true;
}

void umfi_load_params_free(struct umfi_load_params *params) {
    if (params) {
        umfi_meta_free(params, sizeof *params + params->bytes);
    }
}

void umfi_load_params_set(struct umfi_load *load, struct umfi_load_params *params) {
    params->older = atomic_load_explicit(&load->params, memory_order_relaxed);
    atomic_store_explicit(&load->params, params, memory_order_release);
}
