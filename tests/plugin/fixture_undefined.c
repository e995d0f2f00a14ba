/* fixture_undefined.c - a plugin with a symbol that nobody defines. */
#include <umf/plugin_sdk.h>

void fixture_missing_function(void);
static const umf_plugin_desc_t desc = {.magic = UMF_PLUGIN_MAGIC};
static void (*const needed)(void) = fixture_missing_function;

__attribute__((visibility("default"))) umf_result_t
umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out);
umf_result_t umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out) {
    (void)host;
    needed();
    *out = &desc;
    return UMF_RESULT_SUCCESS;
}
