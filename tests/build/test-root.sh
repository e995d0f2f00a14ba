# test-root.sh - a root folder for chroot(8) with the installed tree and nothing else.
#
# Source it behind tests/build/installed-tree.sh, after need_installed_tree.
#   need_test_root            skips the whole test where there is no chroot for us
#   has_test_root             ... skips one case and fails, as has_program does
#   test_root FOLDER          makes it: the installed tree at its own absolute path
#                             (its parents then are root's, mode 0755), ld.so and
#                             the libraries that its objects need, /dev/null, an
#                             empty /etc, an empty /usr/lib/umf/plugins
#   test_root_add FOLDER FILE PATH
#                             one more program or module, with what it needs
#   in_root FOLDER PROGRAM ARGUMENT...
#                             runs it there, in an environment of PATH alone
# There is no shell in it. Everything in it belongs to root, is 0755 or 0644.

PATH=$PATH:/usr/sbin:/sbin # where chroot is, though root's PATH may lack it

test_root_refusal() { # why there can be none; nothing if there can
    if [ "$(id -u)" -ne 0 ]; then
        echo "chroot is for root"
    elif ! chroot / true 2>/dev/null; then
        echo "chroot is not permitted here"
    fi
}

need_test_root() {
    test_root_why=$(test_root_refusal)
    [ -z "$test_root_why" ] || skip_all "$test_root_why"
}

has_test_root() {
    test_root_why=$(test_root_refusal)
    [ -z "$test_root_why" ] && return
    skip "what needs a root folder of its own" "$test_root_why"
    return 1
}

# Libraries that an ELF file needs, with ld.so; of other files, none.
test_root_needs() { # FILE
    ldd "$1" 2>/dev/null | sed -n 's,^.* => \(/[^ ]*\) (.*,\1,p; s,^[[:space:]]*\(/[^ ]*\) (.*,\1,p'
}

test_root_place() { # FOLDER FILE PATH: a file itself, with root's parents
    mkdir -p "$1${3%/*}" && cp -L "$2" "$1$3" && chmod u=rwX,go=rX "$1$3"
}

test_root_add() (
    umask 022
    test_root_place "$1" "$2" "$3" || exit 1
    for needed in $(test_root_needs "$2"); do
        [ -e "$1$needed" ] || test_root_place "$1" "$needed" "$needed" || exit 1
    done
)

# A device cannot be made, or not be used, everywhere; an empty file masks as well.
test_root_null() { # FOLDER
    if ! mknod -m 0666 "$1/dev/null" c 1 3 2>/dev/null || ! (echo >"$1/dev/null") 2>/dev/null; then
        rm -f "$1/dev/null" && : >"$1/dev/null"
    fi
}

test_root() (
    umask 022
    mkdir -p "$1/dev" "$1/etc" "$1/usr/lib/umf/plugins" "$1${installed%/*}" || exit 1
    cp -a "$installed" "$1$installed" && chown -R 0:0 "$1" && chmod -R u=rwX,go=rX "$1" || exit 1
    test_root_null "$1" || exit 1
    for object in "$installed/bin"/* "$installed/lib"/*.so.? "$installed/lib/umf/plugins"/*.so; do
        for needed in $(test_root_needs "$object"); do
            [ -e "$1$needed" ] || test_root_place "$1" "$needed" "$needed" || exit 1
        done
    done
)

in_root() {
    test_root_folder=$1
    shift
    env -i PATH="$installed/bin" "$(command -v chroot)" "$test_root_folder" "$@"
}
