/* memory.h - the memory operations of the OS provider. */
#ifndef PROVIDER_OS_MEMORY_H
#define PROVIDER_OS_MEMORY_H

#include <stddef.h>

#include <umf/base.h>

umf_result_t os_alloc(void *provider, size_t size, size_t alignment, void **ptr);
umf_result_t os_free(void *provider, void *ptr, size_t size);
umf_result_t os_purge_lazy(void *provider, void *ptr, size_t size);
umf_result_t os_purge_force(void *provider, void *ptr, size_t size);
umf_result_t os_allocation_split(void *provider, void *ptr, size_t total, size_t first);
umf_result_t os_allocation_merge(void *provider, void *low, void *high, size_t total);

#endif
