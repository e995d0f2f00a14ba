/*
 * list.h - an intrusive doubly linked ring.
 *
 * Law: for every node n of a ring, n.next->prev = n = n.prev->next; an empty
 * ring is its head alone; a node in no ring has next = NULL. No lock of its own.
 */
#ifndef UMFI_BASE_LIST_H
#define UMFI_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct umfi_list {
    struct umfi_list *next, *prev;
};

#define UMFI_LIST_INITIALIZER(head) {&(head), &(head)}

/* The structure of `type` whose `member` the node is. */
#define UMFI_CONTAINER_OF(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

static inline void umfi_list_init(struct umfi_list *head) { head->next = head->prev = head; }
static inline bool umfi_list_is_empty(const struct umfi_list *head) { return head->next == head; }

/* To the front: a walk meets the newest first. */
static inline void umfi_list_push(struct umfi_list *head, struct umfi_list *node) {
    node->next = head->next;
    node->prev = head;
    head->next->prev = node;
    head->next = node;
}

static inline void umfi_list_remove(struct umfi_list *node) {
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = node->prev = NULL;
}

#endif
