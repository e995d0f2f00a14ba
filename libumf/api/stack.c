/*
 * stack.c - umf/stack.h: a pool and everything under it from one line.
 *
 * Built from the right: each provider becomes the `upstream` of the adaptor to
 * its left, which then owns it (spec/plugins.md 4), so one destroy takes the
 * chain. An error names the column of the part, then what the part said.
 */
#include <stdio.h>
#include <string.h>
#include <umf/plugin.h>
#include <umf/stack.h>

#include "plugin/stack_text.h"
#include "core/error.h"
#include "core/meta.h"
#include "core/thread.h"
#include "plugin/plugin.h"

#define WORD_BYTES 64
#define VALUE_BYTES 4096

struct build {
    const struct umfi_stack_text *text;
    umf_memory_provider_handle_t provider; /* the newest of the chain */
};

/* Puts the column before what a part has already said and logged. */
static umf_result_t fail_at(size_t column, umf_result_t result) {
    char inner[UMFI_ERROR_TEXT_BYTES];
    (void)snprintf(inner, sizeof inner, "%s", umfi_error_reason());
    umfi_error_quiet("stack: column %zu: %s", column, inner);
    return result;
}

static umf_result_t refuse_at(size_t column, const char *what) {
    umfi_error(__func__, "stack: E_SYNTAX: column %zu: %s", column, what);
    return UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

static void slice_copy(struct umfi_slice slice, char *text, size_t room) {
    (void)snprintf(text, room, "%.*s", (int)slice.length, slice.text);
}

static umf_result_t option_set(const struct umfi_stack_option *option, umf_params_handle_t params) {
    char name[WORD_BYTES], value[VALUE_BYTES];
    if (option->value.length >= sizeof value) {
        return refuse_at(option->column, "the value is longer than 4095 characters");
    }
    slice_copy(option->name, name, sizeof name);
    slice_copy(option->value, value, sizeof value);
    umf_result_t result = umfParamsSet(params, name, value);
    return result == UMF_RESULT_SUCCESS ? result : fail_at(option->column, result);
}

static umf_result_t part_params(const struct build *build, const struct umfi_stack_part *part,
                                const char *kind, umf_params_handle_t *params) {
    char name[WORD_BYTES];
    slice_copy(part->name, name, sizeof name);
    umf_result_t result = umfParamsCreate(kind, name, params);
    for (size_t i = 0; i < part->option_count && result == UMF_RESULT_SUCCESS; i++) {
        result = option_set(&build->text->options[part->first_option + i], *params);
        if (result != UMF_RESULT_SUCCESS) {
            (void)umfParamsDestroy(*params);
        }
    }
    return result;
}

/* An adaptor takes what is built so far; the source at the end must not ask. */
static umf_result_t link_upstream(const struct build *build, const struct umfi_stack_part *part,
                                  bool takes_upstream, umf_params_handle_t params) {
    if (!takes_upstream) {
        return build->provider ? refuse_at(part->column, "this provider takes no other under it: "
                                                         "it can only stand at the end")
                               : UMF_RESULT_SUCCESS;
    }
    if (!build->provider) {
        return refuse_at(part->column, "this provider needs another under it: add '@ PROVIDER'");
    }
    umf_result_t result = umfParamsSetPointer(params, "upstream", build->provider);
    return result == UMF_RESULT_SUCCESS ? umfParamsSetBool(params, "own_upstream", true) : result;
}

static umf_result_t provider_add(struct build *build, const struct umfi_stack_part *part) {
    char name[WORD_BYTES];
    slice_copy(part->name, name, sizeof name);
    struct umfi_component *component;
    umf_result_t result = umfi_plugin_find(UMF_PLUGIN_KIND_PROVIDER, name, &component);
    if (result != UMF_RESULT_SUCCESS) {
        return fail_at(part->column, result);
    }
    umf_params_handle_t params;
    result = part_params(build, part, "provider", &params);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = link_upstream(build, part, component->desc.takes_upstream, params);
    if (result == UMF_RESULT_SUCCESS) {
        umf_memory_provider_handle_t made;
        result = umfi_plugin_explain(&component->desc, umfMemoryProviderCreate(
                                                           component->desc.ops, params, &made));
        if (result == UMF_RESULT_SUCCESS) {
            build->provider = made;
        } else {
            (void)fail_at(part->column, result);
        }
    }
    (void)umfParamsDestroy(params);
    return result;
}

/* All providers down to parts[first]. On failure nothing is left. */
static umf_result_t providers_build(struct build *build, size_t first) {
    for (size_t i = build->text->part_count; i > first; i--) {
        umf_result_t result = provider_add(build, &build->text->parts[i - 1]);
        if (result != UMF_RESULT_SUCCESS) {
            (void)umfMemoryProviderDestroy(build->provider);
            return result;
        }
    }
    return UMF_RESULT_SUCCESS;
}

static umf_result_t pool_build(const struct build *build, umf_memory_pool_handle_t *pool) {
    const struct umfi_stack_part *part = &build->text->parts[0];
    char name[WORD_BYTES];
    slice_copy(part->name, name, sizeof name);
    umf_params_handle_t params;
    umf_result_t result = part_params(build, part, "pool", &params);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = umfPoolCreateByName(name, build->provider, params, UMF_POOL_CREATE_FLAG_OWN_PROVIDER,
                                 pool);
    (void)umfParamsDestroy(params);
    return result == UMF_RESULT_SUCCESS ? result : fail_at(part->column, result);
}

static umf_result_t parse(const char *spec, struct umfi_stack_text *text) {
    if (!umfi_stack_text_parse(spec, text)) {
        return refuse_at(text->error_column, text->error);
    }
    return UMF_RESULT_SUCCESS;
}

/* A name alone may stand for a stack that a manifest describes. */
static bool is_name_alone(const struct umfi_stack_text *text) {
    return text->part_count == 1 && text->parts[0].option_count == 0;
}

/* What was said of a named stack's text, with the name before it. */
static umf_result_t fail_in(const char *name, umf_result_t result) {
    if (result != UMF_RESULT_SUCCESS) {
        char inner[UMFI_ERROR_TEXT_BYTES];
        (void)snprintf(inner, sizeof inner, "%s", umfi_error_reason());
        umfi_error_quiet("stack:%s: %s", name, inner);
    }
    return result;
}

/* What a text is built into: a pool or a provider, by `out`. */
typedef umf_result_t (*build_fn)(const char *spec, const struct umfi_stack_text *text, void *out);

static umf_result_t build_pool(const char *spec, const struct umfi_stack_text *text, void *out) {
    if (text->part_count < 2) {
        return refuse_at(strlen(spec) + 1, "a pool needs a provider: add '@ PROVIDER'");
    }
    struct build build = {.text = text};
    umf_result_t result = providers_build(&build, 1);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = pool_build(&build, out);
    if (result != UMF_RESULT_SUCCESS) {
        (void)umfMemoryProviderDestroy(build.provider);
    }
    return result;
}

static umf_result_t build_provider(const char *spec, const struct umfi_stack_text *text,
                                   void *out) {
    (void)spec;
    struct build build = {.text = text};
    umf_result_t result = providers_build(&build, 0);
    if (result == UMF_RESULT_SUCCESS) {
        *(umf_memory_provider_handle_t *)out = build.provider;
    }
    return result;
}

static umf_result_t build_named(const char *name, build_fn build, void *out) {
    char *spec;
    struct umfi_stack_text text;
    umf_result_t result = umfi_plugin_stack(name, &spec);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    result = parse(spec, &text);
    if (result == UMF_RESULT_SUCCESS) {
        result = build(spec, &text, out);
    }
    umfi_meta_free_string(spec);
    return fail_in(name, result);
}

/* A name alone stands for a part of that name (`kind`) before it does for a stack;
 * but a pool alone is no stack, so that there it is the other way round. */
static bool is_stack_name(const char *name, enum umfi_manifest_kind kind) {
    bool is_part = umfi_plugin_is_named(kind, name);
    bool is_stack = umfi_plugin_is_named(UMFI_MANIFEST_STACK, name);
    return kind == UMFI_MANIFEST_POOL ? is_stack || !is_part : is_stack && !is_part;
}

static umf_result_t build_any(const char *spec, enum umfi_manifest_kind kind, build_fn build,
                              void *out) {
    struct umfi_stack_text text;
    umf_result_t result = parse(spec, &text);
    if (result != UMF_RESULT_SUCCESS) {
        return result;
    }
    char name[WORD_BYTES];
    slice_copy(text.parts[0].name, name, sizeof name);
    return is_name_alone(&text) && is_stack_name(name, kind) ? build_named(name, build, out)
                                                             : build(spec, &text, out);
}

umf_result_t umfStackCreate(const char *spec, umf_memory_pool_handle_t *pool) {
    UMFI_CHECK_ARG(spec != NULL);
    UMFI_CHECK_ARG(pool != NULL);
    return build_any(spec, UMFI_MANIFEST_POOL, build_pool, pool);
}

umf_result_t umfStackCreateProvider(const char *spec, umf_memory_provider_handle_t *provider) {
    UMFI_CHECK_ARG(spec != NULL);
    UMFI_CHECK_ARG(provider != NULL);
    return build_any(spec, UMFI_MANIFEST_PROVIDER, build_provider, provider);
}
