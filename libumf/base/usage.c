/* usage.c - the bytes of live allocations and their peak (usage.h has the law). */
#include "base/usage.h"

void umfi_usage_add(struct umfi_usage *usage, size_t size) {
    size_t now = size + atomic_fetch_add_explicit(&usage->current_bytes, size, memory_order_relaxed);
    size_t peak = atomic_load_explicit(&usage->peak_bytes, memory_order_relaxed);
    while (peak < now && !atomic_compare_exchange_weak_explicit(
                             &usage->peak_bytes, &peak, now, memory_order_relaxed,
                             memory_order_relaxed)) {
    }
}

void umfi_usage_sub(struct umfi_usage *usage, size_t size) {
    size_t now = atomic_load_explicit(&usage->current_bytes, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&usage->current_bytes, &now,
                                                  now > size ? now - size : 0,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

static struct umfi_usage *usage_of(void *object, const struct umfi_ctl_call *call) {
    return (struct umfi_usage *)(void *)((char *)object + call->node->field);
}

umf_result_t umfi_usage_read_current(void *object, const struct umfi_ctl_call *call,
                                     union umfi_ctl_value *value) {
    value->size =
        atomic_load_explicit(&usage_of(object, call)->current_bytes, memory_order_relaxed);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_usage_read_peak(void *object, const struct umfi_ctl_call *call,
                                  union umfi_ctl_value *value) {
    value->size = atomic_load_explicit(&usage_of(object, call)->peak_bytes, memory_order_relaxed);
    return UMF_RESULT_SUCCESS;
}

umf_result_t umfi_usage_reset_peak(void *object, const struct umfi_ctl_call *call) {
    struct umfi_usage *usage = usage_of(object, call);
    atomic_store_explicit(&usage->peak_bytes,
                          atomic_load_explicit(&usage->current_bytes, memory_order_relaxed),
                          memory_order_relaxed);
    return UMF_RESULT_SUCCESS;
}
