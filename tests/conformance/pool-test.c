/* pool-test.c - runs the pool interface's suite over every pair. */
#include "conformance/pool.h"
#include "suite.h"

int main(void) {
    Suite *suite = suite_create("conformance/pool");
    pool_conformance_add(suite);
    return suite_run_all(suite);
}
