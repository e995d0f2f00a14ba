/*
 * law.h - a place where a data structure's law is asserted.
 *
 * Debug builds (UMFI_DEBUG) stop where it does not hold: a bug of ours, never a
 * caller's. Other builds do not evaluate the condition.
 */
#ifndef UMFI_BASE_LAW_H
#define UMFI_BASE_LAW_H

#ifdef UMFI_DEBUG
#define UMFI_LAW(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define UMFI_LAW(condition) ((void)sizeof(!!(condition)))
#endif

#endif
