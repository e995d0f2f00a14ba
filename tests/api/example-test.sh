# example-test.sh - the README's example, compiled as it stands there against the
# headers and the library alone, and what it says where a manifest is missing.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"

# the first C block of the README
sed -n '/^```c$/,/^```$/p' "$top_srcdir/README.md" | sed '/^```/d' >"$scratch/example.c"
is "the README's example has at most 15 lines" "yes" \
    "$([ "$(wc -l <"$scratch/example.c")" -le 15 ] && [ -s "$scratch/example.c" ] && echo yes)"

# word splitting makes the compiler's options
# shellcheck disable=SC2086
passes "it compiles against the public headers and links -lumf" \
    $CC $UMF_CFLAGS -I"$top_srcdir/libumf/include" "$scratch/example.c" -o "$scratch/example" \
    $UMF_LDFLAGS -L"$top_builddir/.libs" -lumf -Wl,-rpath,"$top_builddir/.libs"
for plugin in pool-disjoint provider-os; do
    has_plugin "$plugin" || { skip "it runs" "this build has no $plugin"; finish; exit; }
done
passes "it creates disjoint over os by name and succeeds" "$scratch/example"

mkdir "$scratch/plugins"
cp -L "$top_builddir"/plugins.d/*.yaml "$top_builddir"/plugins.d/*.so "$scratch/plugins"
UMF_PLUGIN_PATH_ONLY=$scratch/plugins
export UMF_PLUGIN_PATH_ONLY
passes "it works with the plugins in another folder" "$scratch/example"

mv "$scratch/plugins/50-provider-os.yaml" "$scratch"
text=$("$scratch/example" 2>&1)
is "with the manifest moved away it fails" 1 "$?"
matches "... and names what is missing and where it was looked for" \
    "^umf: provider:os: E_NOT_FOUND: no provider 'os'; searched: $scratch/plugins\$" "$text"

mv "$scratch/50-provider-os.yaml" "$scratch/plugins"
rm "$scratch/plugins/umf-pool-disjoint.so"
text=$("$scratch/example" 2>&1)
is "with the module removed it fails" 1 "$?"
matches "... and names the file and the package" \
    "^umf: pool:disjoint: E_ABSENT: $scratch/plugins/umf-pool-disjoint\.so does not exist: install libumf-pool-disjoint" "$text"
finish
