# source.sh - the packages' source and what is built from it; sourced by
# packages-test.sh. $source, $work.
rm -rf "$source" "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo
must "the source is what a release would have" \
    make -s -C "$top_builddir" distdir distdir="$source"

version=$(cd "$source" && dpkg-parsechangelog -S Version)
is "the packages have the version of configure.ac" \
    "$(sed -n 's/^AC_INIT(\[libumf\], \[\(.*\)\])$/\1/p' "$source/configure.ac")" "$version"
is "the symbols file has the names of libumf.map (if not: debian/rules symbols)" \
    "" "$(sh "$source/debian/symbols.sh" | diff - "$source/debian/libumf1.symbols")"

# lists_of PATTERN: the packages whose .install has such a line
lists_of() { (cd "$source/debian" && grep -lE -- "$1" ./*.install | sed 's,^\./,,; s/\.install$//'); }
for manifest in "$source"/etc/umf.d/*.yaml; do
    file=${manifest##*/}
    plugin=${file#[0-9][0-9]-} plugin=${plugin%.yaml}
    package=$(lists_of "^debian/tmp/etc/umf\.d/$file\$")
    matches "the manifest $file is in a package" '^[a-z0-9-]+$' "$package"
    # a policy has no module, and is no plugin
    grep -q '^module:' "$manifest" || continue
    is "... its module in the same" "$package" "$(lists_of "^usr/lib/\*/umf/plugins/umf-$plugin\.so\$")"
    matches "... which apt finds as libumf-$plugin, the name that an absent module's message gives" \
        "^(Package: | +)libumf-$plugin( \(=.*|)$" \
        "$(awk -v RS= -v package="$package" '$2 == package' "$source/debian/control")"
done

# builds in a checkout leave folders that no source package wants
source_package() {
    mkdir "$source/build" "$source/build-asan" "$source/build-tsan" &&
        touch "$source/build/left" "$source/build-asan/left" "$source/build-tsan/left" &&
        (cd "$work" && dpkg-source -b "$source") && tar -tf "$work/libumf_$version.tar.xz" >"$scratch/packed"
    packed_status=$?
    rm -rf "$source/build" "$source/build-asan" "$source/build-tsan" "$work"/libumf_*.dsc "$work"/libumf_*.tar.xz
    return $packed_status
}
passes "a source package can be made" source_package
is "... without what builds have left" "" "$(grep '/left$' "$scratch/packed")"
is "... and with all that is the source's" "$(cd "$source" && find . -type f | sort)" \
    "$(grep -v '/$' "$scratch/packed" | sed 's,^[^/]*,.,' | sort)"

build() {
    cd "$source" &&
        DEB_BUILD_OPTIONS="parallel=$(nproc)" unshare --net dpkg-buildpackage -us -uc -b >"$work/build.log" 2>&1 ||
        { tail -n 30 "$work/build.log"; return 1; }
}
must "they are built without network" build
matches "... after the quick tests" '^# FAIL: +0$' "$(cat "$work/build.log")"
for package in $(sed -n 's/^Package: //p' "$source/debian/control"); do
    passes "... $package is one of them" ls "$work/${package}_${version}_"*.deb
done

# gensymbols FILE: what the build says of it
gensymbols() {
    cd "$source" && dpkg-gensymbols -plibumf1 -Pdebian/libumf1 -I"$1" -O/dev/null
}
passes "the build takes the symbols file as it is" gensymbols debian/libumf1.symbols
sed 's/^ umfFree@/ umfLost@/' "$source/debian/libumf1.symbols" >"$scratch/lost.symbols"
is "... and a name of the API that is lost ends the build" 1 \
    "$(gensymbols "$scratch/lost.symbols" >/dev/null 2>&1; echo $?)"

# what debhelper remembers of the build tells it what no package has taken
stray() { # FILE: whether it is missed
    mkdir -p "$(dirname "$source/debian/tmp/$1")" && touch "$source/debian/tmp/$1"
    said=$(cd "$source" && debian/rules override_dh_missing 2>&1) && return 1
    rm "$source/debian/tmp/$1"
    printf '%s\n' "$said" | grep -q "$1 exists in debian/tmp but is not installed"
}
plugin_dir=usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)/umf/plugins
passes "a module that is in no package ends the build" stray "$plugin_dir/umf-pool-stray.so"
passes "... and so does a manifest" stray etc/umf.d/50-pool-stray.yaml
passes "... and with neither it does not end" sh -c "cd '$source' && debian/rules override_dh_missing"

lintian_says=$(lintian --allow-root --fail-on error "$work"/*.changes 2>&1)
is "lintian finds no error" 0 "$?"
tap_note "lintian: ${lintian_says:-nothing}"
