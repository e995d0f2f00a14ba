# install-test.sh - the tree as `make install` leaves it, in a prefix of its own.
#
# The places are compiled in, so the library is built once more with this build's
# options, without optimization; that takes ten seconds.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
[ -z "${UMF_SANITIZED-}" ] || skip_all "what a sanitizer finds is found in the build tree"
[ ! -f "$top_srcdir/config.status" ] || skip_all "configure wants a source tree that is not configured in place"

root=$scratch/root
build=$scratch/build
unset UMF_PLUGIN_PATH_ONLY UMF_PLUGIN_PATH DESTDIR MAKEFLAGS MFLAGS MAKELEVEL
mkdir "$build"
cd "$build" || exit 99

configure() {
    # config.status quotes its arguments for this
    eval "set -- $("$top_builddir/config.status" --config)"
    "$top_srcdir/configure" "$@" --prefix="$root" --exec-prefix="$root" --bindir="$root/bin" \
        --libdir="$root/lib" --includedir="$root/include" --sysconfdir="$root/etc" \
        --datarootdir="$root/share" --docdir="$root/share/doc/libumf" --mandir="$root/share/man" \
        --srcdir="$top_srcdir" --enable-check-suites=no --disable-strict-warnings --disable-coverage CC="$CC" CFLAGS=-O0
}
passes "it can be configured for another prefix" configure
passes "... built and installed" make -j"$(nproc 2>/dev/null || echo 2)" install
is "no file names the build folder" "" "$(grep -rl "$build" "$root")"

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

passes "it can be uninstalled" make uninstall
is "... which leaves no file" "" "$(find "$root" ! -type d)"
finish
