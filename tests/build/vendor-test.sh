# vendor-test.sh - examples/vendor-plugin and examples/vendor-pool, as a vendor has them.
#
# Copied from where they are installed, built by their own Makefiles with nothing
# but pkg-config, and used by name from each place a vendor's files can be in.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/build/installed-tree.sh
. "$top_srcdir/tests/build/installed-tree.sh"
# shellcheck source=tests/build/test-root.sh
. "$top_srcdir/tests/build/test-root.sh"
need_installed_tree
has_program pkg-config || { finish; exit; }
has_plugin pool-proxy || skip_all "guarded blocks are tried with pool-proxy, which this build lacks"
PKG_CONFIG_PATH=$installed/lib/pkgconfig
export PKG_CONFIG_PATH

# relay COMMAND...: its lines "pass NAME" and "fail NAME" become cases here
relay() {
    "$@" >"$scratch/relayed" 2>"$scratch/complaints"
    relayed=$?
    while read -r verdict name; do
        [ "$verdict" = pass ]
        tap_result "$?" "$name${where:+, $where}"
    done <"$scratch/relayed"
    tap_note "$(cat "$scratch/complaints")"
    is "vendor-use ends well${where:+, $where}" 0 "$relayed"
}

# ---- built ----
cp -R "$installed/share/doc/libumf/examples" "$scratch/src"
cd "$scratch/src" || exit 99
is "they include umf/plugin_sdk.h and the C library alone" "#include <umf/plugin_sdk.h>" \
    "$(grep -h '^#include' ./*/*.c | grep -E 'umf|"' | sort -u)"
for example in vendor-plugin vendor-pool; do
    passes "$example builds without a warning" env -i PATH="$PATH" PKG_CONFIG_PATH="$PKG_CONFIG_PATH" \
        make -C "$example" CC="$CC" CFLAGS="-O2 -g -Wall -Wextra -Werror"
done
# word splitting makes the compiler's options
# shellcheck disable=SC2046
passes "a program for them builds" $CC -Wall -Wextra -Werror -g "$top_srcdir/tests/build/vendor-use.c" \
    -o "$scratch/vendor-use" $(pkg-config --cflags --libs libumf) -Wl,-rpath,"$installed/lib" -lpthread

for module in vendor-plugin/umf-provider-guard.so vendor-pool/umf-pool-arena.so; do
    is "$module exports umf_plugin_query only" umf_plugin_query \
        "$(nm -D --defined-only "$module" | awk '{ print $3 }' | xargs)"
    dynamic=$(readelf -d "$module")
    is "... needs no libumf" "" "$(printf '%s\n' "$dynamic" | grep NEEDED | grep umf)"
    for flag in NOW NODELETE; do
        matches "... is linked $flag" "FLAGS.*$flag" "$dynamic"
    done
    is "... takes no static TLS" "" "$(printf '%s\n' "$dynamic" | grep STATIC_TLS)"
done

# ---- in a folder that UMF_PLUGIN_PATH names ----
mkdir "$scratch/folder"
cp ./*/*.so ./*/*.yaml "$scratch/folder"
UMF_PLUGIN_PATH=$scratch/folder
export UMF_PLUGIN_PATH
relay "$scratch/vendor-use" all
if [ -x "$installed/bin/umf" ]; then
    list=$("$installed/bin/umf" list)
    matches "umf list has the pool" "^pool +arena +available +environment +$scratch/folder/umf-pool-arena\\.so\$" "$list"
    matches "... and the provider" "^provider +guard +available +environment +$scratch/folder/umf-provider-guard\\.so\$" "$list"
    matches "umf info has a parameter of the provider" '^place +enum +end +end\|start$' "$("$installed/bin/umf" info guard)"
    matches "umf demo exercises the two together" '^ +arena +guard +1000 +[0-9.]+ MiB +all intact ' \
        "$("$installed/bin/umf" demo 2>&1)"
    if [ -f "$installed/lib/libumf_proxy.so.1" ]; then
        is "a program's heap can stand on the two" pool \
            "$("$installed/bin/umf" run --stack 'arena @ guard' "$top_builddir/tests/proxy/where" 100)"
    fi
fi
echo 'params: {limit: 8KiB}' >>"$scratch/folder/60-provider-guard.yaml"
relay "$scratch/vendor-use" least 8192 8193
unset UMF_PLUGIN_PATH

# ---- in the plugin directories, of a root of their own ----
if has_test_root; then
    test_root "$scratch/root" || exit 99
    test_root_add "$scratch/root" "$scratch/vendor-use" /vendor-use || exit 99
    matches "without them, a name is not found" "E_NOT_FOUND: no (pool|provider)" \
        "$(in_root "$scratch/root" /vendor-use one)"
    for example in vendor-plugin vendor-pool; do
        passes "$example installs itself" env -i PATH="$PATH" PKG_CONFIG_PATH="$PKG_CONFIG_PATH" \
            make -C "$example" install CC="$CC" DESTDIR="$scratch/root"
    done
    where="from the libdir's plugin directory"
    relay in_root "$scratch/root" /vendor-use one

    mv "$scratch/root$installed"/lib/umf/plugins/*guard.so "$scratch/root$installed"/lib/umf/plugins/*arena.so \
        "$scratch/root$installed"/lib/umf/plugins/*.yaml "$scratch/root/usr/lib/umf/plugins"
    where="from /usr/lib/umf/plugins"
    relay in_root "$scratch/root" /vendor-use one
    if [ -x "$installed/bin/umf" ]; then
        list=$(in_root "$scratch/root" "$installed/bin/umf" list)
        matches "umf list tells where they are" \
            "^provider +guard +available +vendor +/usr/lib/umf/plugins/umf-provider-guard\\.so\$" "$list"
        matches "... both" "^pool +arena +available +vendor +/usr/lib/umf/plugins/umf-pool-arena\\.so\$" "$list"
    fi
fi
finish
