# static-test.sh - the tree as a static build (--disable-shared) leaves it: one
# archive with the plugins in it, and what a plain link of it can do.
#
# It is built once more for this, with this build's options, without optimization,
# and with -fPIC: there the compiler cannot tell a static build from a module, and
# plugins whose entries had one name would be one plugin (static-program.c looks).
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
[ -z "${UMF_SANITIZED-}" ] || skip_all "what a sanitizer finds is found in the build tree"
[ ! -f "$top_srcdir/config.status" ] || skip_all "configure wants a source tree that is not configured in place"

root=$scratch/root
build=$scratch/build
unset UMF_PLUGIN_PATH_ONLY UMF_PLUGIN_PATH DESTDIR MAKEFLAGS MFLAGS MAKELEVEL
mkdir "$build" "$scratch/none" "$scratch/plugins"
cd "$build" || exit 99

configure() {
    # config.status quotes its arguments for this
    eval "set -- $("$top_builddir/config.status" --config)"
    "$top_srcdir/configure" "$@" --prefix="$root" --exec-prefix="$root" --bindir="$root/bin" \
        --libdir="$root/lib" --includedir="$root/include" --sysconfdir="$root/etc" \
        --datarootdir="$root/share" --docdir="$root/share/doc/libumf" --mandir="$root/share/man" \
        --srcdir="$top_srcdir" --disable-shared --enable-proxy=auto --enable-check-suites=no \
        --disable-strict-warnings --disable-coverage CC="$CC" CFLAGS='-O0 -fPIC' >"$scratch/configure.out"
}
passes "it can be configured with --disable-shared" configure
passes "... built and installed" make -j"$(nproc 2>/dev/null || echo 2)" install

# what configure said it builds, as KIND-NAME
built=$(sed -nE 's/^ +((pool|provider)-[a-z0-9-]+) +yes.*/\1/p' "$scratch/configure.out" | LC_ALL=C sort)
is "no module, manifest or malloc replacement is installed" "" \
    "$(find "$root" -path "$root/share/doc" -prune -o \
        \( -name '*.so*' -o -name '*.yaml' -o -name '*proxy.[al]*' \) -print)"
is "no file names the build folder" "" "$(grep -rl "$build" "$root")"
# whoever links the archive has these names beside those of the program
prefixes=$(for plugin in $built; do printf '|%s_' "${plugin#*-}" | tr - _; done)
is "every name in libumf.a begins with umf, or with its plugin's name" "" \
    "$(nm -g --defined-only "$root/lib/libumf.a" | awk 'NF == 3 { print $3 }' |
        grep -vE "^(umf|lt_libumf$prefixes)")"

# nothing that this machine has installed
UMF_PLUGIN_PATH_ONLY=$scratch/none
export UMF_PLUGIN_PATH_ONLY
# the program's lines for one folder of manifests, or none
told() { UMF_PLUGIN_PATH=${2-} "$1" 2>&1; }
program_works() { # PROGRAM
    lines=$(told "$1")
    is "... and has every plugin of the build and no other, preloaded" \
        "$(echo "$built" | sed 's/-/:/; s/$/ preloaded/')" "$(echo "$lines" | cut -d ' ' -f 1,2)"
    for plugin in $built; do
        name=${plugin%%-*}:${plugin#*-}
        case $plugin in
        pool-*) matches "... $name is itself and works" "^$name preloaded works\$" "$lines" ;;
        # a provider may want a parameter, but says so itself
        *) matches "... $name is itself" \
            "^$name preloaded (works|cannot be made: umf: ${plugin#*-}: .*)\$" "$lines" ;;
        esac
    done
}

source=$top_srcdir/tests/build/static-program.c
if has_program pkg-config; then
    flags=$(PKG_CONFIG_PATH=$root/lib/pkgconfig pkg-config --static --cflags --libs libumf)
    # word splitting makes the compiler's options
    # shellcheck disable=SC2086
    passes "a program compiles with what pkg-config --static says" $CC "$source" -o "$scratch/program" $flags
    is "... and does not need libumf" "" "$(readelf -d "$scratch/program" | grep 'NEEDED.*umf')"
    program_works "$scratch/program"
    # shellcheck disable=SC2086
    passes "a shared library can have it inside" \
        $CC -shared -fPIC -Wl,-z,defs "$source" -o "$scratch/libprogram.so" $flags

    echo 'int main(void) { return 0; }' >"$scratch/empty.c"
    # shellcheck disable=SC2086
    if $CC -static "$scratch/empty.c" -o "$scratch/empty" ${flags##*-lumf} 2>"$scratch/why"; then
        # the linker warns that dlopen wants this very libc at run time
        # shellcheck disable=SC2086
        passes "a program compiles with -static" $CC -static "$source" -o "$scratch/static" $flags
        program_works "$scratch/static"
    else
        skip "a program compiles with -static" "$(tail -n 1 "$scratch/why")"
    fi
fi

# a manifest goes before what is linked in, but only while its module is there;
# the fixture bears the name of its file and gives no memory
for plugin in $built; do
    case $plugin in pool-*) break ;; esac
done
name=${plugin#*-}
if [ -x "$scratch/program" ] && [ "${plugin%%-*}" = pool ]; then
    # shellcheck disable=SC2086
    passes "a module for pool:$name compiles" $CC -shared -fPIC -D_GNU_SOURCE -I"$root/include" \
        "$top_srcdir/tests/plugin/fixture.c" -o "$scratch/plugins/$name.so"
    module=$scratch/plugins/$name.so
    offer() { # FOLDER MODULE
        mkdir -p "$1" && printf '%s\n' "schema: 1" "kind: pool" "name: $name" "module: $2" \
            "abi: {major: 0, minor: 1}" >"$1/50-$plugin.yaml"
    }
    # goes_before TIER COMMAND...
    goes_before() {
        tier=$1
        shift
        lines=$("$@" 2>&1)
        matches "pool:$name of the tier $tier goes before the one linked in" \
            "^pool:$name $tier gives no memory\$" "$lines"
        matches "... which is shadowed" "^pool:$name preloaded not used, state 5\$" "$lines"
    }
    installed() { env -u UMF_PLUGIN_PATH_ONLY "$@"; } # with the build's own folders
    goes_before application "$scratch/program" "$module"

    offer "$scratch/plugins" "$name.so"
    goes_before environment env UMF_PLUGIN_PATH="$scratch/plugins" "$scratch/program"

    mkdir -p "$root/etc/umf.d"
    printf '%s\n' "schema: 1" "kind: policy" "name: site" "user_manifests: allow" \
        >"$root/etc/umf.d/00-policy.yaml"
    offer "$scratch/config/umf.d" "$module"
    goes_before user installed env XDG_CONFIG_HOME="$scratch/config" "$scratch/program"
    rm "$root/etc/umf.d/00-policy.yaml"

    offer "$root/etc/umf.d" "$module"
    goes_before admin installed "$scratch/program"
    rm -r "$root/etc/umf.d"

    offer "$root/lib/umf/plugins" "$name.so"
    cp "$module" "$root/lib/umf/plugins"
    goes_before vendor installed "$scratch/program"
    rm -r "$root/lib/umf"

    rm "$module"
    lines=$(told "$scratch/program" "$scratch/plugins")
    matches "with the module removed it is absent" "^pool:$name environment not used, state 3\$" "$lines"
    matches "... and the one linked in works" "^pool:$name preloaded works\$" "$lines"
else
    skip "a manifest goes before what is linked in" "this build has no pool, or pkg-config is missing"
fi

if [ -x "$root/bin/umf" ]; then
    list=$("$root/bin/umf" list)
    for plugin in $built; do
        matches "umf list has the preloaded $plugin" \
            "^${plugin%%-*} +${plugin#*-} +available +preloaded( |\$)" "$list"
    done
    if [ -n "$built" ]; then
        passes "umf demo puts them to work" "$root/bin/umf" demo
    fi
    text=$("$root/bin/umf" run true 2>&1)
    is "umf run fails" 126 "$?"
    matches "... and says what is missing" '^umf: a static build .* has no malloc replacement$' "$text"
fi

mkdir "$scratch/both" && cd "$scratch/both" || exit 99
said=$("$top_srcdir/configure" --enable-shared --enable-static 2>&1)
is "both kinds of library from one build are refused" 1 "$?"
matches "... with the way to have libumf.a" "error: .*--disable-shared" "$said"
cd "$build" || exit 99

passes "it can be uninstalled" make uninstall
is "... which leaves no file" "" "$(find "$root" ! -type d)"
finish
