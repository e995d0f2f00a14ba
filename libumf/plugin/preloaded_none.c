/* preloaded_none.c - a build with modules has none linked in (preloaded.h). */
#include "plugin/preloaded.h"

const struct umfi_preloaded *umfi_preloaded_list(size_t *count) {
    *count = 0;
    return NULL;
}
