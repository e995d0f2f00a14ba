# installed-tree.sh - this tree as `make install` leaves it, shared by tests.
#
# Source it behind tests/tap.sh and call need_installed_tree once: the test skips
# where there can be none, and else has
#   $installed        the prefix: $installed/bin/umf, $installed/lib/libumf.so.1,
#                     $installed/lib/umf/plugins, $installed/etc/umf.d. Read it
#                     only; who changes something copies it (or see test-root.sh)
#   $installed_build  the folder it was built in
# The variables that choose plugins are unset: it is used as it was installed.
#
# The places are compiled in, so the tree is built once more with this build's
# options, without optimization: ten seconds the first time, two when nothing has
# changed. Tests that run side by side wait for one that builds; what is there is
# replaced only where it differs, so that nobody's files go while they are used.

installed=$top_builddir/tests/installed/root
installed_build=$top_builddir/tests/installed/build

# The parts run under the lock, whose descriptor 9 nothing they start may keep.
installed_tree_configure() { # OPTION...
    "$top_srcdir/configure" "$@" --prefix="$installed" --exec-prefix="$installed" \
        --bindir="$installed/bin" --libdir="$installed/lib" --includedir="$installed/include" \
        --sysconfdir="$installed/etc" --datarootdir="$installed/share" \
        --docdir="$installed/share/doc/libumf" --mandir="$installed/share/man" \
        --with-pkgconfigdir="$installed/lib/pkgconfig" --srcdir="$top_srcdir" \
        --enable-check-suites=no --disable-strict-warnings --disable-coverage CC="$CC" CFLAGS=-O0
}

# make_as_installed TARGET...: in the folder of the build
make_as_installed() (
    unset UMF_PLUGIN_PATH_ONLY UMF_PLUGIN_PATH DESTDIR MAKEFLAGS MFLAGS MAKELEVEL
    make -C "$installed_build" -j"$(nproc 2>/dev/null || echo 2)" "$@" 9>&-
)

# Whether the host would trust what is there: a checkout may have changed hands since.
installed_tree_is_ours() {
    [ -d "$installed" ] &&
        [ -z "$(find "$installed" \( ! -uid "$(id -u)" -o ! -type l -perm /022 \) -print -quit)" ]
}

# Installed beside, then put into place: libtool removes a file before it writes it.
installed_tree_build() {
    options="$("$top_builddir/config.status" --config) CC=$CC"
    if [ "$options" != "$(cat "$installed_build/options" 2>/dev/null)" ]; then
        rm -rf "$installed_build" && mkdir -p "$installed_build" &&
            # config.status quotes its arguments for this
            (cd "$installed_build" &&
                eval "installed_tree_configure $("$top_builddir/config.status" --config)" 9>&-) &&
            printf '%s\n' "$options" >"$installed_build/options" || return 1
    elif [ -n "$(find "$top_srcdir/Makefile.in" -newer "$installed_build/options")" ]; then
        # no library depends on the list of its sources
        rm -f "$installed_build"/*.la && touch "$installed_build/options" || return 1
    fi
    stage=$top_builddir/tests/installed/stage
    rm -rf "$stage"
    make_as_installed all && make_as_installed install DESTDIR="$stage" || return 1
    if ! installed_tree_is_ours || ! diff -rq --no-dereference "$stage$installed" "$installed" 2>/dev/null; then
        rm -rf "$installed" && mv "$stage$installed" "$installed" || return 1
    fi
    rm -rf "$stage"
}

installed_tree_update() (
    umask 022
    mkdir -p "$top_builddir/tests/installed" &&
        (flock 9 && installed_tree_build) 9>"$top_builddir/tests/installed/lock"
)

# Skips the whole test where the tree is not to be had.
installed_tree_is_possible() {
    [ -z "${UMF_SANITIZED-}" ] || skip_all "what a sanitizer finds is found in the build tree"
    [ ! -f "$top_srcdir/config.status" ] ||
        skip_all "configure wants a source tree that is not configured in place"
}

need_installed_tree() {
    installed_tree_is_possible
    unset UMF_PLUGIN_PATH_ONLY UMF_PLUGIN_PATH DESTDIR MAKEFLAGS MFLAGS MAKELEVEL
    installed_log=$(installed_tree_update 2>&1) && return
    tap_note "$installed_log"
    echo "Bail out! the tree could not be built and installed into $installed"
    exit 99
}
