/*
 * objects.h - the live pools and providers: for fork and for the last teardown.
 *
 * An object is in its list from the end of its create to the start of its
 * destroy. The lists are guarded by one mutex (rank OBJECTS), which is held
 * across plugin code in one place only: around fork.
 */
#ifndef UMFI_CORE_OBJECTS_H
#define UMFI_CORE_OBJECTS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/list.h"
#include "core/component.h"

struct umfi_object {
    struct umfi_list node;
    struct umfi_component *component; /* NULL: foreign ops */
    void *priv;                       /* the ops' private object */
    pid_t process;                    /* that made it; of process-bound ones only */
    /* Swaps the object's dispatch for refusals and forgets its regions. */
    void (*refuse)(struct umfi_object *object);
    /* Providers, in the one thread of a child: refuses, and from then on its functions
     * are given the object itself instead of the private part. */
    void (*cut_off)(struct umfi_object *object);
};

/* Books the object under its kind and its component. */
void umfi_object_add(umf_plugin_kind_t kind, struct umfi_object *object);
void umfi_object_remove(struct umfi_object *object);

/* The last teardown: every live object refuses from now on; its memory stays,
 * for whoever still holds the handle. */
void umfi_objects_refuse_all(void);

/* What a refusing function answers to what it was given: that the object was left
 * behind by a fork, with a text that says so, or that it is of a former life. */
umf_result_t umfi_objects_refusal(const void *given);

/* In the child, what is bound to the parent refuses from then on.
 * Pools before providers, the newest first: who uses comes before what is used. */
void umfi_objects_prefork(void);
void umfi_objects_parent(void);
void umfi_objects_child(void);

#endif
