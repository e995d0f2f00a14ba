/* refusal.c - the words and result codes of the error classes (refusal.h). */
#include "plugin/refusal.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

static const struct {
    const char *word;
    umf_result_t result;
} classes[UMFI_E_CLASSES] = {
    [UMFI_E_NONE] = {"", UMF_RESULT_SUCCESS},
    [UMFI_E_NO_MEMORY] = {"E_NO_MEMORY", UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY},
    [UMFI_E_NOT_FOUND] = {"E_NOT_FOUND", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_DISABLED] = {"E_DISABLED", UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE},
    [UMFI_E_ACCESS] = {"E_ACCESS", UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE},
    [UMFI_E_SYNTAX] = {"E_SYNTAX", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_LIMIT] = {"E_LIMIT", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_SCHEMA] = {"E_SCHEMA", UMF_RESULT_ERROR_NOT_SUPPORTED},
    [UMFI_E_FIELD] = {"E_FIELD", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_PATH] = {"E_PATH", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_ABSENT] = {"E_ABSENT", UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE},
    [UMFI_E_FORMAT] = {"E_FORMAT", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_ARCH] = {"E_ARCH", UMF_RESULT_ERROR_NOT_SUPPORTED},
    [UMFI_E_INSECURE] = {"E_INSECURE", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_DEPENDENCY] = {"E_DEPENDENCY", UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE},
    [UMFI_E_STATIC_TLS] = {"E_STATIC_TLS", UMF_RESULT_ERROR_OUT_OF_RESOURCES},
    [UMFI_E_NOT_PLUGIN] = {"E_NOT_PLUGIN", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_CORRUPT] = {"E_CORRUPT", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_ABI] = {"E_ABI", UMF_RESULT_ERROR_NOT_SUPPORTED},
    [UMFI_E_MISMATCH] = {"E_MISMATCH", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_INIT] = {"E_INIT", UMF_RESULT_ERROR_UNKNOWN}, /* replaced by the plugin's own */
    [UMFI_E_RECURSION] = {"E_RECURSION", UMF_RESULT_ERROR_INVALID_ARGUMENT},
    [UMFI_E_FORKED] = {"E_FORKED", UMF_RESULT_ERROR_INVALID_ARGUMENT},
};

static void refusal_fill(struct umfi_refusal *refusal, enum umfi_refusal_class class,
                         unsigned line, const char *format, va_list args) UMFI_PRINTF(4, 0);

static void refusal_fill(struct umfi_refusal *refusal, enum umfi_refusal_class class,
                         unsigned line, const char *format, va_list args) {
    refusal->class = class;
    refusal->result = classes[class].result;
    refusal->line = line;
    int prefix = 0;
    if (line && (class == UMFI_E_SYNTAX || class == UMFI_E_FIELD)) {
        prefix = snprintf(refusal->text, sizeof refusal->text, "line %u: ", line);
    }
    vsnprintf(refusal->text + prefix, sizeof refusal->text - (size_t)prefix, format, args);
    umfi_text_make_shown(refusal->text); /* a record is one line, whatever a file says */
}

bool umfi_refuse(struct umfi_refusal *refusal, enum umfi_refusal_class class, const char *format,
                 ...) {
    va_list args;
    va_start(args, format);
    refusal_fill(refusal, class, 0, format, args);
    va_end(args);
    return false;
}

bool umfi_refuse_at(struct umfi_refusal *refusal, enum umfi_refusal_class class, unsigned line,
                    const char *format, ...) {
    va_list args;
    va_start(args, format);
    refusal_fill(refusal, class, line, format, args);
    va_end(args);
    return false;
}

bool umfi_refuse_no_memory(struct umfi_refusal *refusal) {
    return umfi_refuse(refusal, UMFI_E_NO_MEMORY, "out of memory");
}

const char *umfi_refusal_word(enum umfi_refusal_class class) { return classes[class].word; }

const char *umfi_result_word(umf_result_t result) {
    switch (result) {
    case UMF_RESULT_SUCCESS:
        return "SUCCESS";
    case UMF_RESULT_ERROR_OUT_OF_HOST_MEMORY:
        return "OUT_OF_HOST_MEMORY";
    case UMF_RESULT_ERROR_MEMORY_PROVIDER_SPECIFIC:
        return "MEMORY_PROVIDER_SPECIFIC";
    case UMF_RESULT_ERROR_INVALID_ARGUMENT:
        return "INVALID_ARGUMENT";
    case UMF_RESULT_ERROR_INVALID_ALIGNMENT:
        return "INVALID_ALIGNMENT";
    case UMF_RESULT_ERROR_NOT_SUPPORTED:
        return "NOT_SUPPORTED";
    case UMF_RESULT_ERROR_USER_SPECIFIC:
        return "USER_SPECIFIC";
    case UMF_RESULT_ERROR_DEPENDENCY_UNAVAILABLE:
        return "DEPENDENCY_UNAVAILABLE";
    case UMF_RESULT_ERROR_OUT_OF_RESOURCES:
        return "OUT_OF_RESOURCES";
    case UMF_RESULT_ERROR_INVALID_CTL_PATH:
        return "INVALID_CTL_PATH";
    case UMF_RESULT_ERROR_UNKNOWN:
        break;
    }
    return "UNKNOWN";
}
