# install-test.sh - the tree as `make install` leaves it, in a prefix of its own.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/build/installed-tree.sh
. "$top_srcdir/tests/build/installed-tree.sh"
installed_tree_is_possible
root=$installed
unset UMF_PLUGIN_PATH_ONLY UMF_PLUGIN_PATH

passes "it can be configured for another prefix, built and installed" installed_tree_update
is "no file names the build folder" "" "$(grep -rlF -e "$installed_build" -e "${root%/*}/stage" "$root")"

is "modules and manifests are side by side with nothing else" "" \
    "$(find "$root/lib/umf" "$root/etc/umf.d" ! -type d ! -name '*.so' ! -name '*.yaml')"

# broken FOLDER: relative links of its pages that lead nowhere
broken() {
    find "$1" -name '*.md' | while read -r page; do
        sed -n 's/](\([^)]*\))/\n<\1>\n/gp' "$page" | sed -n 's/^<\([^>#]*\).*>$/\1/p' | while read -r link; do
            case $link in *:*) continue ;; esac
            [ -e "${page%/*}/$link" ] || echo "$page: $link"
        done
    done
}
is "the installed pages' links lead somewhere" "" "$(broken "$root/share/doc")"
printf '[a](README.md) and [b](nowhere.md#x)\n' >"$scratch/links.md"
is "... of which a broken one is seen" "$scratch/links.md: README.md
$scratch/links.md: nowhere.md" "$(broken "$scratch")"

alone() { # HEADER: compiles with nothing before it
    echo "#include <$1>" >"$scratch/alone.c"
    $CC -std=c11 -Wall -Wextra -Werror -fsyntax-only -I"$root/include" "$scratch/alone.c"
}
for header in $(cd "$root/include" && find . -name '*.h' | sed 's,^\./,,' | sort); do
    passes "$header compiles alone" alone "$header"
done

if has_program pkg-config; then
    sed -n '/^```c$/,/^```$/p' "$top_srcdir/README.md" | sed '/^```/d' >"$scratch/example.c"
    flags=$(PKG_CONFIG_PATH=$root/lib/pkgconfig pkg-config --cflags --libs libumf)
    # word splitting makes the compiler's options
    # shellcheck disable=SC2086
    passes "the README's example compiles with what pkg-config says" \
        $CC "$scratch/example.c" -o "$scratch/example" $flags -Wl,-rpath,"$root/lib"
    if has_plugin pool-disjoint && has_plugin provider-os; then
        passes "... and finds the installed plugins" "$scratch/example"
    fi
fi

if [ -x "$root/bin/umf" ]; then
    list=$("$root/bin/umf" list)
    for plugin in $(plugins); do
        matches "umf list has the installed $plugin" \
            "^${plugin%%-*} +${plugin#*-} +available +[a-z]+ +$root/lib/umf/plugins/umf-$plugin\\.so\$" "$list"
    done
    if [ -f "$root/lib/libumf_proxy.so.1" ] && has_plugin pool-disjoint && has_plugin provider-os; then
        is "umf run finds the installed malloc replacement" "pool" \
            "$("$root/bin/umf" run "$top_builddir/tests/proxy/where" 100)"
    fi
fi

# a copy of it, for the others' sake
mkdir -p "$scratch/copy${root%/*}"
cp -a "$root" "$scratch/copy$root"
passes "it can be uninstalled" make_as_installed uninstall DESTDIR="$scratch/copy"
is "... which leaves no file" "" "$(find "$scratch/copy" ! -type d)"
finish
