# root.sh - a root folder with the release that this machine runs, and apt in it;
# sourced by packages-test.sh, after tap.sh.
#
#   base_make    $work/base, by debootstrap, from the mirror, suite and keys of
#                apt's own sources here; kept for a day
#   root_make    $root, a fresh copy of it, with what a program expects mounted
#   in_root COMMAND...   runs in it, with an environment of its own
#   root_apt ARGUMENT... apt-get of this machine, with its sources, keys and
#                proxies; what it installs goes into $root
#
# The mounts are in the mount namespace that the test was started in, so they end
# with it, however it ends.

# apt_value NAME: an option of apt's
apt_value() { apt-config shell value "$1" | sed -n "s/^value='\(.*\)'\$/\1/p"; }

# The entry of apt's sources for this release: SITE SUITE FILE:NUMBER, where the
# number counts lines in a .list and stanzas in a .sources.
apt_entry() {
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
    apt-get indextargets --format '$(SITE) $(RELEASE) $(SOURCESENTRY) $(COMPONENT)' 'Created-By: Packages' |
        awk -v suite="$codename" '$2 == suite && $4 == "main" { print $1, $2, $3; exit }'
}

# apt_entry_text FILE:NUMBER: as it was written
apt_entry_text() {
    case $1 in
    *.sources:*) sed '/^#/d' "${1%:*}" | awk -v RS= -v wanted="${1##*:}" 'NR == wanted' ;;
    *) sed -n "${1##*:}p" "${1%:*}" ;;
    esac
}

# The keys by which apt trusts the entry whose text is on stdin, in one keyring.
keyring_make() {
    named=$(sed -n 's/.*[Ss]igned-[Bb]y[:=] *\(\/[^] ]*\).*/\1/p' | head -n 1)
    for key in ${named:-/etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/*}; do
        case $key in
        *.asc) gpg --dearmor <"$key" ;;
        *) [ ! -f "$key" ] || cat "$key" ;;
        esac
    done >"$work/keyring.gpg"
}

base_make() {
    # word splitting takes the entry apart
    # shellcheck disable=SC2046
    set -- $(apt_entry)
    [ $# -eq 3 ] || { echo "apt has no source for the release of /etc/os-release"; return 1; }
    if [ "$(cat "$work/base.stamp" 2>/dev/null)" = "$*" ] && [ -n "$(find "$work/base.stamp" -mtime -1)" ]; then
        return 0
    fi
    rm -rf --one-file-system "$work/base" "$work/base.stamp"
    apt_entry_text "$3" | keyring_make
    http_proxy=$(apt_value Acquire::http::Proxy) https_proxy=$(apt_value Acquire::https::Proxy)
    export http_proxy https_proxy
    debootstrap --variant=minbase --keyring="$work/keyring.gpg" "$2" "$work/base" "$1" &&
        root=$work/base apt_configure && root_apt update && echo "$*" >"$work/base.stamp"
}

# The lists, the cache and the log are the root's; so is dpkg, which runs there.
# What the machine's own apt does around dpkg is not for the root.
apt_configure() {
    cat >"$work/apt.conf" <<EOF
Dir::State "$root/var/lib/apt";
Dir::State::status "$root/var/lib/dpkg/status";
Dir::Cache "$root/var/cache/apt";
Dir::Log "$root/var/log/apt";
DPkg::Chroot-Directory "$root";
APT::Sandbox::User "root";
#clear DPkg::Pre-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Post-Invoke;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
}

root_apt() { DEBIAN_FRONTEND=noninteractive apt-get -q -y -c "$work/apt.conf" "$@" </dev/null; }

root_make() {
    rm -rf --one-file-system "$root" && cp -a "$work/base" "$root" && apt_configure &&
        mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/dev/shm"
}

in_root() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@" </dev/null
}

# The packages that are installed there, a line each.
root_packages() { in_root dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' | sed -n 's/^ii *//p' | sort; }
