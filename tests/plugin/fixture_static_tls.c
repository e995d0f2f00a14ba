/* fixture_static_tls.c - asks for more static TLS than any process has to spare. */
#include <umf/plugin_sdk.h>

static _Thread_local char block[1 << 20] __attribute__((tls_model("initial-exec")));

__attribute__((visibility("default"))) umf_result_t
umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out);
umf_result_t umf_plugin_query(const umf_plugin_host_t *host, const umf_plugin_desc_t **out) {
    (void)host;
    block[(uintptr_t)out % sizeof block]++; /* a compiler drops the bytes it knows to be unused */
    return UMF_RESULT_ERROR_NOT_SUPPORTED;
}
