# packages-test.sh - the Debian packages, from their source to their purge
# (make check-packages; not part of make check).
#
# They are built from what a release would have, in build-packages/ of the build
# folder, without network, and installed in a root of this machine's release made
# by debootstrap (root.sh). Programs for them are compiled by this machine's
# compiler with what pkg-config says of the root's libumf-dev: a compiler in the
# root would take longer to install than everything else.
#
# Mounts and the network are this test's own: it runs in namespaces.
if [ "$(id -u)" -eq 0 ] && [ -z "${UMF_PACKAGES_INSIDE-}" ] &&
    unshare --mount --propagation private true 2>/dev/null; then
    UMF_PACKAGES_INSIDE=1 exec unshare --mount --propagation private sh "$0" "$@"
fi
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/packages/root.sh
. "$top_srcdir/tests/packages/root.sh"
[ "$(id -u)" -eq 0 ] || skip_all "packages are installed in a chroot: run make check-packages as root"
[ -n "${UMF_PACKAGES_INSIDE-}" ] || skip_all "mounts in a namespace of its own are not permitted here (CAP_SYS_ADMIN)"

PATH=$PATH:/usr/sbin:/sbin
unset MAKEFLAGS MFLAGS MAKELEVEL UMF_PLUGIN_PATH UMF_PLUGIN_PATH_ONLY
LC_ALL=C.UTF-8
export LC_ALL
here=$top_srcdir/tests/packages
work=$top_builddir/build-packages
root=$work/root
source=$work/source
umask 022
mkdir -p "$work" || exit 99

# must NAME COMMAND...: as passes does; where it fails, nothing more can be tried
must() {
    failed_before=$tap_failed
    passes "$@"
    [ "$tap_failed" -eq "$failed_before" ] || { finish; exit 1; }
}

for program in dpkg-buildpackage dh debootstrap lintian unshare pkg-config; do
    must "$program is there (if not: apt-get install build-essential debhelper debootstrap lintian pkg-config)" \
        command -v "$program"
done

# shellcheck source=tests/packages/source.sh
. "$here/source.sh"
# shellcheck source=tests/packages/install.sh
. "$here/install.sh"
# shellcheck source=tests/packages/plugin.sh
. "$here/plugin.sh"
# shellcheck source=tests/packages/upgrade.sh
. "$here/upgrade.sh"
finish
