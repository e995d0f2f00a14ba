/* umf/memory_provider_gpu.h - what the GPU providers have in common. */
#ifndef UMF_MEMORY_PROVIDER_GPU_H
#define UMF_MEMORY_PROVIDER_GPU_H 1

#ifdef __cplusplus
extern "C" {
#endif

/* Where unified shared memory lives. */
typedef enum umf_usm_memory_type_t {
    UMF_MEMORY_TYPE_UNKNOWN = 0, /* not known, or no provider of such memory */
    UMF_MEMORY_TYPE_HOST = 1,    /* host memory that devices can reach */
    UMF_MEMORY_TYPE_DEVICE = 2,  /* one device's own memory */
    UMF_MEMORY_TYPE_SHARED = 3   /* migrates between host and device */
} umf_usm_memory_type_t;

#ifdef __cplusplus
}
#endif
#endif
