/*
 * meta.h - the process's metadata arena: every byte the core keeps for itself.
 *
 * One arena for the life of the process (DESIGN 7: its memory is kept over
 * umfTearDown). Tests make the n-th allocation fail.
 */
#ifndef UMFI_CORE_META_H
#define UMFI_CORE_META_H

#include <stddef.h>

/* Zeroed, aligned to 16; NULL when there is none. Never calls malloc. */
void *umfi_meta_alloc(size_t size);
/* `size` as it was asked for; NULL is ignored. */
void umfi_meta_free(void *ptr, size_t size);
/* A copy of a string; freed with umfi_meta_free_string. */
char *umfi_meta_strdup(const char *text);
void umfi_meta_free_string(char *text);
size_t umfi_meta_in_use(void);

/* Fault injection: of the calls of umfi_meta_alloc from now on, the n-th (from
 * 1) returns NULL, once; 0 turns it off. Answers whether the last armed failure
 * has happened. For tests only. */
void umfi_meta_fail_nth(long n);
int umfi_meta_has_failed(void);

void umfi_meta_prefork(void);
void umfi_meta_parent(void);
void umfi_meta_child(void);

#endif
