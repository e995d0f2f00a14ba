# cxx-plugin-test.sh - a plugin written in C++ exports the entry by its plain name.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"

echo 'int main() { return 0; }' >"$scratch/any.cc"
$CC -x c++ -fsyntax-only "$scratch/any.cc" 2>/dev/null || skip_all "$CC compiles no C++"

cat >"$scratch/plugin.cc" <<'SOURCE'
#include <umf/plugin_sdk.h>
static umf_plugin_desc_t desc;
UMF_PLUGIN_ENTRY(umf_pool_mine, desc)
SOURCE
passes "it compiles" $CC -x c++ -std=c++17 -Wall -Wextra -pedantic -fPIC -shared \
    -I"$top_srcdir/libumf/include" "$scratch/plugin.cc" -o "$scratch/plugin.so"
is "its entry is umf_plugin_query" umf_plugin_query \
    "$(nm -D --defined-only "$scratch/plugin.so" | awk '{ print $3 }' | grep query)"
finish
