/* tree-test.c - base/tree.h against a sorted array. */
#include "base/tree.h"

#include <stdint.h>

#include "suite.h"

#define ITEMS 512

struct item {
    unsigned key, serial;
    bool is_in;
    struct umfi_tree_node node;
};

static struct item items[ITEMS];
static struct umfi_tree tree;

static struct item *item_of(const struct umfi_tree_node *node) {
    return node ? umfi_tree_entry(node, struct item, node) : NULL;
}

static int item_order(const struct umfi_tree_node *a, const struct umfi_tree_node *b) {
    unsigned left = item_of(a)->key, right = item_of(b)->key;
    return (left > right) - (left < right);
}

static int key_order(const void *key, const struct umfi_tree_node *node) {
    unsigned wanted = *(const unsigned *)key, has = item_of(node)->key;
    return (wanted > has) - (wanted < has);
}

static void reset(void) {
    tree.root = NULL;
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i] = (struct item){0};
    }
}

static void item_insert(unsigned i, unsigned key) {
    items[i].key = key;
    items[i].is_in = true;
    umfi_tree_insert(&tree, &items[i].node, item_order);
}

START_TEST(empty_tree_has_no_ends) {
    reset();
    ck_assert_ptr_null(umfi_tree_first(&tree));
    ck_assert_ptr_null(umfi_tree_last(&tree));
    ck_assert_ptr_null(umfi_tree_lower_bound(&tree, &(unsigned){1}, key_order));
    ck_assert(umfi_tree_check(&tree, item_order));
}
END_TEST

START_TEST(ascending_inserts_stay_shallow) {
    reset();
    for (unsigned i = 0; i < ITEMS; i++) {
        item_insert(i, i);
        ck_assert(umfi_tree_check(&tree, item_order));
    }
    ck_assert_int_le(tree.root->height, 13); /* 1.44 log2(512) */
}
END_TEST

START_TEST(equal_keys_keep_the_order_they_came_in) {
    reset();
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].serial = i;
        item_insert(i, i % 3);
    }
    for (struct umfi_tree_node *n = umfi_tree_first(&tree), *next; n; n = next) {
        next = umfi_tree_next(n);
        ck_assert(!next || item_of(n)->key < item_of(next)->key ||
                  item_of(n)->serial < item_of(next)->serial);
    }
}
END_TEST

START_TEST(lower_bound_is_the_first_not_before_the_key) {
    reset();
    for (unsigned i = 0; i < ITEMS; i++) {
        item_insert(i, 10 * (i / 2));
    }
    for (unsigned key = 0; key < 10 * ITEMS / 2; key++) {
        struct umfi_tree_node *found = umfi_tree_lower_bound(&tree, &key, key_order);
        struct umfi_tree_node *before = found ? umfi_tree_prev(found) : umfi_tree_last(&tree);
        ck_assert(!found || item_of(found)->key >= key);
        ck_assert(!before || item_of(before)->key < key);
    }
}
END_TEST

START_TEST(link_hangs_a_node_where_the_caller_descended) {
    reset();
    item_insert(0, 5);
    umfi_tree_link(&tree, &items[1].node, &items[0].node, 1);
    umfi_tree_link(&tree, &items[2].node, &items[1].node, 1);
    ck_assert(umfi_tree_check(&tree, NULL));
    ck_assert_ptr_eq(item_of(umfi_tree_next(&items[0].node)), &items[1]);
    ck_assert_ptr_eq(item_of(umfi_tree_next(&items[1].node)), &items[2]);
}
END_TEST

START_TEST(random_inserts_and_erases_match_the_set) {
    reset();
    uint64_t random = 88172645463325252u;
    unsigned live = 0;
    for (int round = 0; round < 20000; round++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        unsigned i = (unsigned)(random >> 40) % ITEMS;
        if (items[i].is_in) {
            umfi_tree_erase(&tree, &items[i].node);
            items[i].is_in = false;
            live--;
        } else {
            item_insert(i, (unsigned)(random >> 33) % 200);
            live++;
        }
        if (round % 16 == 0) {
            ck_assert(umfi_tree_check(&tree, item_order));
        }
    }
    unsigned walked = 0;
    for (struct umfi_tree_node *n = umfi_tree_last(&tree); n; n = umfi_tree_prev(n)) {
        ck_assert(item_of(n)->is_in);
        walked++;
    }
    ck_assert_uint_eq(walked, live);
}
END_TEST

SUITE_MAIN("base/tree", empty_tree_has_no_ends, ascending_inserts_stay_shallow,
           equal_keys_keep_the_order_they_came_in, lower_bound_is_the_first_not_before_the_key,
           link_hangs_a_node_where_the_caller_descended, random_inserts_and_erases_match_the_set)
