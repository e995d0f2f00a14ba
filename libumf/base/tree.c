/*
 * tree.c - the intrusive AVL tree (tree.h has the law).
 *
 * Every change ends in rebalance, which walks from the lowest node whose
 * subtree changed to the root and stops where a height came out as it was.
 */
#include "base/tree.h"

static int height_of(const struct umfi_tree_node *node) { return node ? node->height : 0; }

static void height_update(struct umfi_tree_node *node) {
    int before = height_of(node->child[0]), after = height_of(node->child[1]);
    node->height = 1 + (before > after ? before : after);
}

static void child_replace(struct umfi_tree *tree, struct umfi_tree_node *parent, struct umfi_tree_node *old,
                          struct umfi_tree_node *node) {
    if (!parent) {
        tree->root = node;
    } else {
        parent->child[parent->child[1] == old] = node;
    }
    if (node) {
        node->parent = parent;
    }
}

/* The child on the other side rises above the node, which sinks to `side`. */
static struct umfi_tree_node *rotate(struct umfi_tree *tree, struct umfi_tree_node *node, int side) {
    struct umfi_tree_node *riser = node->child[!side];
    struct umfi_tree_node *moved = riser->child[side];
    child_replace(tree, node->parent, node, riser);
    node->child[!side] = moved;
    if (moved) {
        moved->parent = node;
    }
    riser->child[side] = node;
    node->parent = riser;
    height_update(node);
    height_update(riser);
    return riser;
}

/* Answers the top of the subtree that was the node's. */
static struct umfi_tree_node *balance(struct umfi_tree *tree, struct umfi_tree_node *node) {
    int lean = height_of(node->child[1]) - height_of(node->child[0]);
    height_update(node);
    if (lean >= -1 && lean <= 1) {
        return node;
    }
    int heavy = lean > 0;
    struct umfi_tree_node *child = node->child[heavy];
    if (height_of(child->child[!heavy]) > height_of(child->child[heavy])) {
        rotate(tree, child, heavy);
    }
    return rotate(tree, node, !heavy);
}

static void rebalance(struct umfi_tree *tree, struct umfi_tree_node *node) {
    while (node) {
        int height_was = node->height;
        struct umfi_tree_node *top = balance(tree, node);
        if (top->height == height_was) {
            return;
        }
        node = top->parent;
    }
}

void umfi_tree_link(struct umfi_tree *tree, struct umfi_tree_node *node, struct umfi_tree_node *parent,
                    int side) {
    *node = (struct umfi_tree_node){.parent = parent, .height = 1};
    if (!parent) {
        tree->root = node;
        return;
    }
    parent->child[side] = node;
    rebalance(tree, parent);
}

void umfi_tree_insert(struct umfi_tree *tree, struct umfi_tree_node *node, UMFI_TREE_ORDER(order)) {
    struct umfi_tree_node *parent = NULL;
    int side = 0;
    for (struct umfi_tree_node *at = tree->root; at; at = at->child[side]) {
        parent = at;
        side = order(node, at) >= 0;
    }
    umfi_tree_link(tree, node, parent, side);
}

/* A node with two children changes places with the next one, which has no
 * child before it. */
static void next_takes_place(struct umfi_tree *tree, struct umfi_tree_node *node) {
    struct umfi_tree_node *next = umfi_tree_next(node);
    struct umfi_tree_node *lowest = next->parent == node ? next : next->parent;
    child_replace(tree, next->parent, next, next->child[1]);
    child_replace(tree, node->parent, node, next);
    next->height = node->height;
    for (int side = 0; side < 2; side++) {
        next->child[side] = node->child[side];
        if (next->child[side]) {
            next->child[side]->parent = next;
        }
    }
    rebalance(tree, lowest);
}

void umfi_tree_erase(struct umfi_tree *tree, struct umfi_tree_node *node) {
    if (node->child[0] && node->child[1]) {
        next_takes_place(tree, node);
        return;
    }
    struct umfi_tree_node *parent = node->parent;
    child_replace(tree, parent, node, node->child[node->child[0] == NULL]);
    rebalance(tree, parent);
}

static struct umfi_tree_node *outermost(struct umfi_tree_node *node, int side) {
    while (node && node->child[side]) {
        node = node->child[side];
    }
    return node;
}

static struct umfi_tree_node *step(const struct umfi_tree_node *node, int side) {
    if (node->child[side]) {
        return outermost(node->child[side], !side);
    }
    while (node->parent && node->parent->child[side] == node) {
        node = node->parent;
    }
    return node->parent;
}

struct umfi_tree_node *umfi_tree_first(const struct umfi_tree *tree) { return outermost(tree->root, 0); }
struct umfi_tree_node *umfi_tree_last(const struct umfi_tree *tree) { return outermost(tree->root, 1); }
struct umfi_tree_node *umfi_tree_next(const struct umfi_tree_node *node) { return step(node, 1); }
struct umfi_tree_node *umfi_tree_prev(const struct umfi_tree_node *node) { return step(node, 0); }

struct umfi_tree_node *umfi_tree_lower_bound(const struct umfi_tree *tree, const void *key,
                                             UMFI_TREE_KEY_ORDER(order)) {
    struct umfi_tree_node *found = NULL;
    for (struct umfi_tree_node *at = tree->root; at;) {
        bool is_after = order(key, at) > 0;
        found = is_after ? found : at;
        at = at->child[is_after];
    }
    return found;
}

static bool node_is_lawful(const struct umfi_tree_node *node) {
    int height[2];
    for (int side = 0; side < 2; side++) {
        const struct umfi_tree_node *child = node->child[side];
        height[side] = height_of(child);
        if (child && child->parent != node) {
            return false;
        }
    }
    int lean = height[1] - height[0];
    return lean >= -1 && lean <= 1 && node->height == 1 + (lean > 0 ? height[1] : height[0]);
}

bool umfi_tree_check(const struct umfi_tree *tree, UMFI_TREE_ORDER(order)) {
    const struct umfi_tree_node *before = NULL;
    if (tree->root && tree->root->parent) {
        return false;
    }
    for (const struct umfi_tree_node *node = umfi_tree_first(tree); node; node = umfi_tree_next(node)) {
        if (!node_is_lawful(node) || (before && order && order(before, node) > 0)) {
            return false;
        }
        before = node;
    }
    return true;
}
