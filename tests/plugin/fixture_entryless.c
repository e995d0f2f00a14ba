/* fixture_entryless.c - a shared object that is no plugin. */
int fixture_entryless(void);
int fixture_entryless(void) { return 1; }
