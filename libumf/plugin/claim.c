/* claim.c - the changes of phase, and the waiting (claim.h). */
#include "plugin/claim.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "plugin/registry_parts.h"

/* Far above what a load takes. */
#define FORK_WAIT_SECONDS 2
#define OWN __attribute__((tls_model("initial-exec")))

/* All guarded by the registry's lock. forking_count: of the starts, those whose
 * threads wait in a fork. */
static pthread_cond_t settled;
static unsigned starting_count, opening_count, forking_count;
static _Thread_local unsigned own_claims OWN, own_opens OWN;

static void cond_begin(void) {
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&settled, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void umfi_claims_begin(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, cond_begin);
}

static enum umfi_plugin_phase phase_locked(const struct umfi_load *load) {
    /* the lock gives acquire and release; the phase alone is read without it */
    return atomic_load_explicit(&load->phase, memory_order_relaxed);
}

static void phase_set_locked(struct umfi_load *load, enum umfi_plugin_phase phase) {
    atomic_store_explicit(&load->phase, phase, memory_order_release);
    (void)pthread_cond_broadcast(&settled);
}

/* Another load that has come, or is coming, from the same entry; NULL: none. */
static struct umfi_load *twin_find_locked(const struct umfi_load *load,
                                          umf_plugin_query_fn query) {
    struct umfi_load *twin = query ? umfi_registry_loads : NULL;
    while (twin && (twin == load || twin->entry != query || twin->kind != load->kind ||
                    phase_locked(twin) == UMFI_PHASE_NEW ||
                    strcmp(twin->name, load->name) != 0)) {
        twin = twin->next;
    }
    return twin;
}

/* The load, which is NEW, comes to what its twin has come to. */
static void twin_follow_locked(struct umfi_load *load, const struct umfi_load *twin) {
    if (phase_locked(twin) == UMFI_PHASE_FAILED) {
        struct umfi_refusal reason;
        umfi_plugin_reason_tell(&twin->reason, &reason);
        umfi_plugin_reason_keep(&load->reason, &reason);
    }
    load->component = twin->component;
    phase_set_locked(load, phase_locked(twin));
}

static enum umfi_plugin_phase claim_take_locked(struct umfi_load *load,
                                                umf_plugin_query_fn query) {
    for (;;) {
        enum umfi_plugin_phase phase = phase_locked(load);
        const struct umfi_load *twin =
            phase == UMFI_PHASE_NEW ? twin_find_locked(load, query) : NULL;
        if (phase == UMFI_PHASE_STARTING || (twin && phase_locked(twin) == UMFI_PHASE_STARTING)) {
            (void)pthread_cond_wait(&settled, &umfi_registry_lock.os);
        } else if (twin) {
            twin_follow_locked(load, twin);
        } else if (phase == UMFI_PHASE_NEW) {
            load->entry = query;
            load->owner = pthread_self();
            phase_set_locked(load, UMFI_PHASE_STARTING);
            return UMFI_PHASE_STARTING;
        } else {
            return phase;
        }
    }
}

enum umfi_plugin_phase umfi_claim_take(struct umfi_load *load, umf_plugin_query_fn query,
                                       struct umfi_refusal *reason) {
    umfi_mutex_lock(&umfi_registry_lock);
    enum umfi_plugin_phase phase = claim_take_locked(load, query);
    starting_count += phase == UMFI_PHASE_STARTING;
    own_claims += phase == UMFI_PHASE_STARTING;
    if (phase == UMFI_PHASE_FAILED) {
        umfi_plugin_reason_tell(&load->reason, reason);
    }
    umfi_mutex_unlock(&umfi_registry_lock);
    return phase;
}

bool umfi_claim_failure(struct umfi_load *load, struct umfi_refusal *reason) {
    umfi_mutex_lock(&umfi_registry_lock);
    bool has_failed = phase_locked(load) == UMFI_PHASE_FAILED;
    if (has_failed) {
        umfi_plugin_reason_tell(&load->reason, reason);
    }
    umfi_mutex_unlock(&umfi_registry_lock);
    return has_failed;
}

void umfi_claim_settle(struct umfi_load *load, enum umfi_plugin_phase phase,
                       const struct umfi_refusal *refusal) {
    umfi_mutex_lock(&umfi_registry_lock);
    if (phase == UMFI_PHASE_FAILED) {
        umfi_plugin_reason_keep(&load->reason, refusal);
    }
    starting_count--;
    own_claims--;
    phase_set_locked(load, phase);
    umfi_mutex_unlock(&umfi_registry_lock);
}

static void count_add(unsigned *count, unsigned *own, unsigned n) {
    umfi_claims_begin();
    umfi_mutex_lock(&umfi_registry_lock);
    *count += n;
    *own += n;
    (void)pthread_cond_broadcast(&settled);
    umfi_mutex_unlock(&umfi_registry_lock);
}

void umfi_claim_open_begin(void) { count_add(&opening_count, &own_opens, 1); }
void umfi_claim_open_end(void) { count_add(&opening_count, &own_opens, -1u); }
void umfi_claim_ask_begin(void) { count_add(&starting_count, &own_claims, 1); }
void umfi_claim_ask_end(void) { count_add(&starting_count, &own_claims, -1u); }

bool umfi_claim_is_held(void) { return own_claims > 0; }

/* ---- fork ---- */

void umfi_claims_wait_locked(void) {
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += FORK_WAIT_SECONDS;
    forking_count += own_claims;
    (void)pthread_cond_broadcast(&settled);
    bool has_time = true;
    for (;;) { /* each wait lets others begin what the other one waits for */
        bool opens_matter = has_time && own_opens == 0 && opening_count > 0;
        bool starts_matter = (has_time || own_opens == 0) && starting_count > forking_count;
        if (!opens_matter && !starts_matter) {
            break;
        }
        int error = opens_matter || own_opens > 0
                        ? pthread_cond_timedwait(&settled, &umfi_registry_lock.os, &end)
                        : pthread_cond_wait(&settled, &umfi_registry_lock.os);
        has_time = has_time && error == 0;
    }
    forking_count -= own_claims;
}

void umfi_claims_child(void) {
    cond_begin(); /* those who waited are not in the child, nor those who were opening */
    opening_count = own_opens;
    starting_count = own_claims;
    forking_count = 0;
    for (struct umfi_load *load = umfi_registry_loads; load; load = load->next) {
        if (phase_locked(load) == UMFI_PHASE_STARTING &&
            !pthread_equal(load->owner, pthread_self())) {
            struct umfi_refusal refusal;
            umfi_refuse(&refusal, UMFI_E_INIT,
                        "init failed: another thread was at it when this process was forked");
            umfi_plugin_reason_keep(&load->reason, &refusal);
            phase_set_locked(load, UMFI_PHASE_FAILED);
        }
    }
}
