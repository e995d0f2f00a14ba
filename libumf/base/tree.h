/*
 * tree.h - an ordered set of nodes embedded in the caller's structs (AVL).
 *
 * No call allocates, so none can fail: a struct carries the node of each tree
 * it is in. The tree compares nothing by itself; the order comes with the call
 * (umfi_tree_insert, umfi_tree_lower_bound), or from a caller who descends on
 * its own and links the node where it belongs (umfi_tree_link).
 *
 * Law, for every node n with children L = child[0] and R = child[1]:
 *     L->parent = R->parent = n,           |height(L) - height(R)| <= 1,
 *     height(n) = 1 + max(height(L), height(R)), with height(NULL) = 0;
 *     in order, order(previous, n) <= 0: equal nodes keep the order they came in.
 * Threads: none of its own; the caller's lock covers the tree and its nodes.
 */
#ifndef UMFI_BASE_TREE_H
#define UMFI_BASE_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct umfi_tree_node {
    struct umfi_tree_node *child[2]; /* 0: before it, 1: after it */
    struct umfi_tree_node *parent;   /* NULL: the root */
    int height;
};

/* All zero is an empty tree. */
struct umfi_tree {
    struct umfi_tree_node *root;
};

/* The struct that a node is embedded in. */
#define umfi_tree_entry(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Negative, zero, positive: a stands before, beside, after b. */
#define UMFI_TREE_ORDER(name) int (*name)(const struct umfi_tree_node *a, const struct umfi_tree_node *b)
/* The same for a key against a node. */
#define UMFI_TREE_KEY_ORDER(name) int (*name)(const void *key, const struct umfi_tree_node *node)

/* Puts the node behind every node that does not stand after it. */
void umfi_tree_insert(struct umfi_tree *tree, struct umfi_tree_node *node, UMFI_TREE_ORDER(order));
/* Hangs the node where the caller's own descent ended: parent->child[side] must
 * be NULL, or parent NULL and the tree empty. */
void umfi_tree_link(struct umfi_tree *tree, struct umfi_tree_node *node, struct umfi_tree_node *parent,
                    int side);
/* The node must be in this tree; its fields are meaningless afterwards. */
void umfi_tree_erase(struct umfi_tree *tree, struct umfi_tree_node *node);

/* NULL past either end and in an empty tree. */
struct umfi_tree_node *umfi_tree_first(const struct umfi_tree *tree);
struct umfi_tree_node *umfi_tree_last(const struct umfi_tree *tree);
struct umfi_tree_node *umfi_tree_next(const struct umfi_tree_node *node);
struct umfi_tree_node *umfi_tree_prev(const struct umfi_tree_node *node);

/* The first node n with order(key, n) <= 0; NULL when there is none. The last
 * node before the key is then umfi_tree_prev of it, or umfi_tree_last. */
struct umfi_tree_node *umfi_tree_lower_bound(const struct umfi_tree *tree, const void *key,
                                             UMFI_TREE_KEY_ORDER(order));

/* Whether the law holds; `order` may be NULL: then only the shape is looked at.
 * Takes time in the number of nodes. */
bool umfi_tree_check(const struct umfi_tree *tree, UMFI_TREE_ORDER(order));

#endif
