/* memory.h - the memory operations of the fixed provider. */
#ifndef PROVIDER_FIXED_MEMORY_H
#define PROVIDER_FIXED_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <umf/base.h>

umf_result_t fixed_alloc(void *provider, size_t size, size_t alignment, void **ptr);
umf_result_t fixed_free(void *provider, void *ptr, size_t size);
umf_result_t fixed_purge_force(void *provider, void *ptr, size_t size);
umf_result_t fixed_allocation_split(void *provider, void *ptr, size_t total, size_t first);
umf_result_t fixed_allocation_merge(void *provider, void *low, void *high, size_t total);
umf_result_t fixed_get_last_native_error(void *provider, const char **message, int32_t *code);

#endif
