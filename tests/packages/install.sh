# install.sh - the packages in a root of this release; sourced by packages-test.sh.
must "a root of this release can be made (debootstrap, from apt's own sources)" base_make
must "... and entered" root_make
tap_note "the root: $(cut -d' ' -f2 "$work/base.stamp"), $(root_packages | wc -l) packages"

mkdir "$root/packages"
cp "$work"/*.deb "$root/packages"
debs() { # PACKAGE...: their files
    for deb_package in "$@"; do ls "$root/packages/${deb_package}_"*.deb; done
}
# word splitting makes lists of packages
# shellcheck disable=SC2046
install_debs() { root_apt install $(debs "$@"); }

root_packages >"$scratch/before"
must "the base packages can be installed, with what they recommend" \
    install_debs libumf1 libumf-plugins-base umf-tools libumf-proxy
brought=$(root_packages | comm -13 "$scratch/before" - | grep -v umf)
tap_note "they brought:" "$brought"
is "... and bring none of the plugins' libraries" "" \
    "$(echo "$brought" | grep -iE 'jemalloc|tbb|hwloc|numa|level-zero|libze|cuda')"
matches "ldconfig knows libumf.so.1" 'libumf\.so\.1 .* => /.*/libumf\.so\.1$' "$(in_root ldconfig -p)"
matches "... and libumf_proxy.so.1" 'libumf_proxy\.so\.1 ' "$(in_root ldconfig -p)"

base_plugins=$(sed -n 's,^debian/tmp/etc/umf\.d/[0-9]*-\(.*\)\.yaml$,\1,p' \
    "$source/debian/libumf-plugins-base.install")
# works WHEN: what must always work with the base, whatever came and went
works() {
    list=$(in_root umf list)
    for plugin in $base_plugins; do
        matches "$1, umf list has $plugin" \
            "^${plugin%%-*} +${plugin#*-} +(available|ready) +admin +/$plugin_dir/umf-$plugin\\.so\$" "$list"
    done
    passes "$1, umf demo runs" in_root umf demo
    matches "$1, umf run runs a program on a pool" '^total +[1-9]' \
        "$(in_root umf run --stats perl -e 'my @list = map { "x" x $_ } 1 .. 1000' 2>&1)"
}
works "with the base"
for plugin in $base_plugins; do
    matches "the manifest of $plugin is a conffile" "/etc/umf\.d/[0-9]*-$plugin\.yaml " \
        "$(in_root dpkg-query -W -f '${Conffiles}' libumf-plugins-base)"
done

passes "libumf-dev can be installed" install_debs libumf-dev
root_flags() { PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/${plugin_dir%/umf/plugins}/pkgconfig pkg-config "$@" libumf; }
# The root's libumf finds libltdl and libyaml in the root.
# word splitting makes the compiler's options
# shellcheck disable=SC2046
compile_try() {
    $CC -Wall -Wextra -Werror $(root_flags --cflags) "$here/try.c" -o "$root/try" \
        -L"$root/${plugin_dir%/umf/plugins}" $(root_flags --libs) -Wl,-rpath-link,"$root/${plugin_dir%/umf/plugins}"
}
passes "a program compiles with what pkg-config says of it" compile_try
is "... and its pool works" "ok" "$(in_root /try 'disjoint @ os')"
is "pkg-config tells where plugins go" "/$plugin_dir" "$(root_flags --variable=plugindir | sed "s,^$root,,")"
is "... and manifests" "/etc/umf.d" "$(root_flags --variable=manifestdir | sed "s,^$root,,")"

# On its own, with the libraries that building the packages needed; it is run when
# no package is left (upgrade.sh), for modules go before what is in it.
# word splitting makes the compiler's options
# shellcheck disable=SC2046
compile_static() {
    $CC -Wall -Wextra -Werror $(root_flags --cflags) "$here/try.c" -o "$root/try-static" \
        "$root/${plugin_dir%/umf/plugins}/libumf.a" $(root_flags --static --libs-only-l | sed 's/-lumf //')
}
passes "a program can be linked with libumf.a" compile_static

# A page that is compressed is found by nobody who follows a link.
for page in $(cd "$root/usr/share/doc/libumf-dev" && find . -name '*.md*'); do
    for link in $(sed -n 's/](\([^)]*\))/\n<\1>\n/gp' "$root/usr/share/doc/libumf-dev/$page" |
        sed -n 's/^<\([^>#:]*\)>$/\1/p'); do
        passes "the page $page leads to $link" \
            test -e "$root/usr/share/doc/libumf-dev/${page%/*}/$link"
    done
done

# The example is for whoever writes a plugin, so it must do with what is installed.
example=$root/usr/share/doc/libumf-dev/examples/vendor-plugin
passes "the example of a vendor's plugin can be made from libumf-dev" \
    env PKG_CONFIG_SYSROOT_DIR="$root" PKG_CONFIG_LIBDIR="$root/${plugin_dir%/umf/plugins}/pkgconfig" \
    make -C "$example" CC="$CC" install dir="$root/$plugin_dir"
is "... and serves a pool" "ok" "$(in_root /try 'disjoint @ guard')"
rm -f "$root/$plugin_dir"/*guard* && make -s -C "$example" clean
