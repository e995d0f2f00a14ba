/*
 * elf.h - whether a file can be a shared object of this process.
 *
 * Read before dlopen, for a true message: ld.so tells a text file, a cut-off one
 * and one of another machine apart only in its own words, and maps a cut-off one
 * to die of it later.
 */
#ifndef UMFI_PLUGIN_ELF_H
#define UMFI_PLUGIN_ELF_H

#include "plugin/refusal.h"

/* Refuses with E_ABSENT, E_ACCESS, E_FORMAT or E_ARCH. */
bool umfi_elf_check(const char *path, struct umfi_refusal *refusal);

#endif
