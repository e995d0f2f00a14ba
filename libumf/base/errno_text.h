/*
 * errno_text.h - the text of an errno, without locale, lock or malloc.
 */
#ifndef UMFI_BASE_ERRNO_TEXT_H
#define UMFI_BASE_ERRNO_TEXT_H

/* Never NULL; static. */
const char *umfi_errno_text(int error);

#endif
