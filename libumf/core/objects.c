/* objects.c - the lists of live pools and providers (objects.h). */
#include "core/objects.h"

#include <unistd.h>

#include "base/mutex.h"
#include "core/error.h"

enum { POOLS, PROVIDERS, LISTS };

static struct umfi_mutex lock = UMFI_MUTEX_INITIALIZER(UMFI_RANK_OBJECTS);
static struct umfi_list lists[LISTS] = {UMFI_LIST_INITIALIZER(lists[POOLS]),
                                        UMFI_LIST_INITIALIZER(lists[PROVIDERS])};
/* What a fork has cut off from the process that it is bound to. Grows in the one
 * thread of a child, while nobody can read it, and never shrinks: needs no lock. */
static struct umfi_list forked = UMFI_LIST_INITIALIZER(forked);

static bool is_process_bound(const struct umfi_object *object) {
    return object->component && object->component->desc.is_process_bound;
}

void umfi_object_add(umf_plugin_kind_t kind, struct umfi_object *object) {
    if (object->component) {
        atomic_fetch_add_explicit(&object->component->live_objects, 1, memory_order_relaxed);
    }
    if (is_process_bound(object)) {
        object->process = getpid();
    }
    umfi_mutex_lock(&lock);
    umfi_list_push(&lists[kind == UMF_PLUGIN_KIND_POOL ? POOLS : PROVIDERS], &object->node);
    umfi_mutex_unlock(&lock);
}

void umfi_object_remove(struct umfi_object *object) {
    umfi_mutex_lock(&lock);
    umfi_list_remove(&object->node);
    umfi_mutex_unlock(&lock);
    if (object->component) {
        atomic_fetch_sub_explicit(&object->component->live_objects, 1, memory_order_relaxed);
    }
}

void umfi_objects_refuse_all(void) {
    umfi_mutex_lock(&lock);
    for (int i = 0; i < LISTS; i++) {
        while (!umfi_list_is_empty(&lists[i])) {
            struct umfi_object *object =
                UMFI_CONTAINER_OF(lists[i].next, struct umfi_object, node);
            umfi_list_remove(&object->node);
            object->refuse(object);
        }
    }
    umfi_mutex_unlock(&lock);
}

typedef void (*fork_hook)(void *priv);

static fork_hook prefork_of(const umf_plugin_component_t *desc) { return desc->prefork; }
static fork_hook parent_of(const umf_plugin_component_t *desc) { return desc->postfork_parent; }
static fork_hook child_of(const umf_plugin_component_t *desc) { return desc->postfork_child; }

static void call_hooks(fork_hook (*hook_of)(const umf_plugin_component_t *)) {
    for (int i = 0; i < LISTS; i++) {
        for (struct umfi_list *node = lists[i].next; node != &lists[i]; node = node->next) {
            struct umfi_object *object = UMFI_CONTAINER_OF(node, struct umfi_object, node);
            fork_hook hook = object->component ? hook_of(&object->component->desc) : NULL;
            if (hook) {
                hook(object->priv);
            }
        }
    }
}

void umfi_objects_prefork(void) {
    umfi_mutex_lock_for_fork(&lock);
    call_hooks(prefork_of);
}

void umfi_objects_parent(void) {
    call_hooks(parent_of);
    umfi_mutex_unlock_in_parent(&lock);
}

/* Their hooks have run: what they locked is free again. */
static void cut_off(void) {
    struct umfi_list *next;
    for (struct umfi_list *node = lists[PROVIDERS].next; node != &lists[PROVIDERS]; node = next) {
        struct umfi_object *object = UMFI_CONTAINER_OF(node, struct umfi_object, node);
        next = node->next;
        if (is_process_bound(object)) {
            umfi_list_remove(node);
            umfi_list_push(&forked, node);
            object->cut_off(object);
        }
    }
}

umf_result_t umfi_objects_refusal(const void *given) {
    const struct umfi_object *found = NULL;
    for (const struct umfi_list *node = forked.next; node != &forked && !found;
         node = node->next) {
        const struct umfi_object *object = UMFI_CONTAINER_OF(node, struct umfi_object, node);
        found = object == given ? object : NULL;
    }
    if (!found) {
        return UMF_RESULT_ERROR_UNKNOWN;
    }
    umfi_error(__func__, "provider:%s: E_FORKED: created in process %ld, used in %ld",
               found->component->desc.name, (long)found->process, (long)getpid());
    return UMF_RESULT_ERROR_INVALID_ARGUMENT;
}

void umfi_objects_child(void) {
    call_hooks(child_of);
    cut_off();
    umfi_mutex_reset_in_child(&lock);
}
