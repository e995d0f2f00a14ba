# upgrade.sh - a newer version over an edited conffile, and the purge of everything;
# sourced by packages-test.sh.
ours=$(sed -n 's/^Package: //p' "$source/debian/control")
newer=$version+newer
edited=/etc/umf.d/50-pool-proxy.yaml
both=/etc/umf.d/50-provider-fixed.yaml

# repack PACKAGE: as a newer version, of which nothing but $both has changed
repack() {
    for repack_deb in "$root/packages/$1_${version}_"*.deb; do
        repack_arch=${repack_deb##*_}
        rm -rf "$scratch/newer" && dpkg-deb -R "$repack_deb" "$scratch/newer" || return 1
        sed -i "s/^Version: .*/Version: $newer/; s/(= $version)/(= $newer)/g" "$scratch/newer/DEBIAN/control"
        [ ! -f "$scratch/newer$both" ] || echo "# of the newer version" >>"$scratch/newer$both"
        dpkg-deb --root-owner-group -Znone -b "$scratch/newer" "$root/packages/$1_${newer}_$repack_arch" &&
            rm "$repack_deb" || return 1
    done
}
repack_all() { for package in $ours; do repack "$package" || return 1; done; }
passes "a newer version can be made" repack_all

edit() { printf '%s\n' "enabled: false" "# the administrator's" >>"$root$1"; }
edit "$edited"
edit "$both"
for file in "$edited" "$both"; do cp "$root$file" "$scratch/${file##*/}"; done
# Without a terminal nobody can be asked: confdef is to keep what was edited.
# word splitting makes the list of packages
# shellcheck disable=SC2046,SC2086
passes "it can be installed over conffiles that were edited" \
    root_apt -o Dpkg::Options::=--force-confdef install $(debs $ours)
is "... and is the newer one" "$newer" "$(in_root dpkg-query -W -f '${Version}' libumf-plugins-base)"
for file in "$edited" "$both"; do
    passes "$file is as the administrator left it" cmp "$root$file" "$scratch/${file##*/}"
done
passes "... with the newer version's beside it, where that had changed" \
    grep -q 'of the newer version' "$root$both.dpkg-dist"
list=$(in_root umf list -a)
matches "what the administrator switched off is still off" '^pool +proxy +disabled ' "$list"
is "... and a file that dpkg laid beside it is no manifest" 1 \
    "$(printf '%s\n' "$list" | grep -cE '^provider +fixed ')"
quiet "after the upgrade"
is "the program that was linked to the older version runs" "ok" "$(in_root /try 'disjoint @ os')"

# word splitting makes the list of packages
# shellcheck disable=SC2086
passes "everything can be purged" root_apt purge $ours
is "... and dpkg knows none of it" "" "$(in_root dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' 2>/dev/null | grep -E 'umf')"
is "... nothing is left in /etc, nor of the folders" "" \
    "$(find "$root"/etc/umf* "$root"/usr/lib/umf "$root"/usr/lib/*/umf "$root"/usr/share/doc/*umf* 2>/dev/null)"
is "... and ldconfig knows no libumf" "" "$(in_root ldconfig -p | grep umf)"
is "a program that was linked with libumf.a runs without any of it" "ok" "$(in_root /try-static 'disjoint @ os')"
