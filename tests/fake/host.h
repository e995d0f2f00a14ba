/*
 * host.h - a host table for the unit tests of pools: a plugin without libumf.
 *
 * Its metadata memory is counted, checks the sizes given back, and fails on
 * demand; its address map is the fake provider's books; its log is kept.
 *
 * Parameters: a plugin's `params` is a configuration structure, copied as it is;
 * NULL gives the table's defaults.
 */
#ifndef UMF_TESTS_FAKE_HOST_H
#define UMF_TESTS_FAKE_HOST_H

#include "fake/provider.h"

/* fake_provider_init, and the host table as its first field. */
void fake_hosted_provider_init(struct fake_provider *provider);

static inline umf_memory_provider_handle_t fake_handle(struct fake_provider *provider) {
    return (umf_memory_provider_handle_t)(void *)provider;
}

/* Around fork: the child gets locks that nobody holds. */
void fake_prefork(struct fake_provider *provider);
void fake_postfork(struct fake_provider *provider);

/* Bytes of metadata memory in use. */
size_t fake_meta_in_use(void);
/* The n-th metadata allocation from now on fails, once; 0: none. */
void fake_meta_fail_at(size_t n);
bool fake_meta_has_failed(void);

/* How many log records there were, and the text of the latest ("where: text"). */
size_t fake_log_count(void);
const char *fake_log_last(void);
/* The latest text given to host->error. */
const char *fake_error_last(void);
void fake_log_reset(void);

#endif
