/* kind.c - the words for the kinds of component (plugin.h). */
#include "plugin/manifest.h"
#include "plugin/plugin.h"

const char *umfi_plugin_kind_word(umf_plugin_kind_t kind) {
    switch (kind) {
    case UMF_PLUGIN_KIND_POOL:
    case UMF_PLUGIN_KIND_PROVIDER:
    case UMF_PLUGIN_KIND_MEMTARGET:
        return umfi_manifest_kind_word((enum umfi_manifest_kind)kind);
    }
    return NULL;
}

umf_plugin_kind_t umfi_plugin_kind_of(const char *word) {
    enum umfi_manifest_kind kind = umfi_manifest_kind_of(word);
    return (umf_plugin_kind_t)(kind <= UMFI_MANIFEST_MEMTARGET ? kind : UMFI_MANIFEST_UNKNOWN);
}
