# plugin.sh - a vendor's plugins in packages of their own; sourced by
# packages-test.sh.
#
# libumf-provider-packaged is cut as debian/README.source says: module in the
# library folder of the architecture, manifest a conffile in /etc/umf.d, and a
# dependency on a library, libpackaged1. vendor-pack has module and manifest side by
# side in /usr/lib/umf/plugins.
library_dir=${plugin_dir%/umf/plugins}

# word splitting makes the compiler's options
# shellcheck disable=SC2046
compile_plugin() { # NAME FILE
    mkdir -p "$(dirname "$2")" &&
        $CC -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden -Wl,-z,now -Wl,-z,nodelete -Wl,-z,defs \
            $(root_flags --cflags) -DPROVIDER_NAME="\"$1\"" "$here/provider.c" -o "$2" \
            -L"$scratch/library/$library_dir" -l:libpackaged.so.1
}
manifest() { # NAME
    printf '%s\n' "schema: 1" "kind: provider" "name: $1" "module: umf-provider-$1.so" \
        "abi: {major: 0, minor: 1}" "package: libumf-provider-$1"
}
control() { # FOLDER PACKAGE DEPENDS
    mkdir -p "$1/DEBIAN"
    printf '%s\n' "Package: $2" "Version: 1" "Architecture: $(dpkg --print-architecture)" "Depends: $3" \
        "Maintainer: nobody <nobody@localhost>" "Description: of the package tests" >"$1/DEBIAN/control"
}
deb() { dpkg-deb --root-owner-group -b "$1" "$root/packages/$2_1_fixture.deb" >/dev/null; }

make_fixtures() {
    mkdir -p "$scratch/library/$library_dir" "$scratch/plugin/etc/umf.d" &&
        $CC -Wall -Wextra -Werror -fPIC -shared -Wl,-soname,libpackaged.so.1 "$here/backend.c" \
            -o "$scratch/library/$library_dir/libpackaged.so.1" &&
        control "$scratch/library" libpackaged1 libc6 &&
        echo "activate-noawait ldconfig" >"$scratch/library/DEBIAN/triggers" &&
        deb "$scratch/library" libpackaged1 || return 1

    compile_plugin packaged "$scratch/plugin/$plugin_dir/umf-provider-packaged.so" &&
        manifest packaged >"$scratch/plugin/etc/umf.d/50-provider-packaged.yaml" &&
        control "$scratch/plugin" libumf-provider-packaged "libumf1, libpackaged1" &&
        echo /etc/umf.d/50-provider-packaged.yaml >"$scratch/plugin/DEBIAN/conffiles" &&
        deb "$scratch/plugin" libumf-provider-packaged || return 1

    compile_plugin vendor "$scratch/vendor/usr/lib/umf/plugins/umf-provider-vendor.so" &&
        manifest vendor >"$scratch/vendor/usr/lib/umf/plugins/60-provider-vendor.yaml" &&
        control "$scratch/vendor" vendor-pack "libumf1, libpackaged1" &&
        deb "$scratch/vendor" vendor-pack
}
passes "plugins that need a library can be built from libumf-dev, and packaged" make_fixtures
passes "they can be installed" install_debs libpackaged1 libumf-provider-packaged vendor-pack
is "a plugin of a package of its own serves a pool" "ok" "$(in_root /try 'disjoint @ packaged')"
is "... and so does one in /usr/lib/umf/plugins, its manifest beside it" \
    "ok" "$(in_root /try 'disjoint @ vendor')"
works "with them"

# quiet WHEN: umf check has nothing to say
quiet() {
    said=$(in_root umf check 2>&1)
    is "$1, umf check ends with 0" 0 "$?"
    is "... and is quiet" "" "$said"
}
quiet "with them"

passes "the plugin's package can be removed" root_apt remove libumf-provider-packaged
passes "... which leaves its manifest" test -f "$root/etc/umf.d/50-provider-packaged.yaml"
matches "... in the state absent" '^provider +packaged +absent ' "$(in_root umf list -a)"
matches "... and who asks for it is told the package" 'E_ABSENT: .*install libumf-provider-packaged' \
    "$(in_root /try 'disjoint @ packaged')"
is "... while the vendor's other plugin serves" "ok" "$(in_root /try 'disjoint @ vendor')"
works "with one package removed"
quiet "with one package removed"

passes "without the library that a plugin needs" \
    in_root dpkg --force-depends --remove libpackaged1
matches "... who asks for the plugin is told of the library" 'E_DEPENDENCY: .*libpackaged\.so\.1' \
    "$(in_root /try 'disjoint @ vendor')"
works "with a plugin that cannot be loaded"
# apt does nothing but repair while a dependency is missing
passes "with the library back" in_root dpkg -i /packages/libpackaged1_1_fixture.deb
is "... the plugin serves" "ok" "$(in_root /try 'disjoint @ vendor')"

passes "the plugin's package can be installed again" install_debs libumf-provider-packaged
is "... and serves" "ok" "$(in_root /try 'disjoint @ packaged')"
passes "it can be removed for good" root_apt purge libumf-provider-packaged vendor-pack libpackaged1
is "... and leaves nothing" "" \
    "$(find "$root/etc/umf.d" "$root/$plugin_dir" "$root/usr/lib/umf" -name '*packaged*' -o -name '*vendor*' 2>/dev/null)"
quiet "without them"
