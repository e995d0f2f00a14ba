# administrator-page-test.sh - what doc/administrator.md says, held against the program.
#
# In a root folder of its own, whose admin and vendor tiers may be changed: the
# page's own manifests, and each rule of precedence and of switching off.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/build/installed-tree.sh
. "$top_srcdir/tests/build/installed-tree.sh"
# shellcheck source=tests/build/test-root.sh
. "$top_srcdir/tests/build/test-root.sh"
need_test_root
for plugin in pool-disjoint pool-proxy provider-os provider-fixed; do
    has_plugin "$plugin" || skip_all "the page speaks of $plugin, which this build lacks"
done
need_installed_tree
[ -x "$installed/bin/umf" ] || skip_all "the page uses the command umf, which this build lacks"
root=$scratch/root
test_root "$root" || exit 99
admin=$installed/etc/umf.d
vendor=$installed/lib/umf/plugins

umf() { in_root "$root" "$installed/bin/umf" "$@" 2>&1; }
# with VARIABLE=VALUE COMMAND...
umf_with() {
    variable=$1
    shift
    env -i PATH="$installed/bin" "$variable" "$(command -v chroot)" "$root" "$installed/bin/umf" "$@" 2>&1
}
line() { umf list -a | grep -E "^$1 +$2 " | tr -s ' '; } # KIND NAME
put() { # FOLDER FILE KIND NAME MODULE [LINE]: a manifest in the root
    mkdir -p "$root$1"
    printf 'schema: 1\nkind: %s\nname: %s\nmodule: %s\nabi: {major: 0, minor: 1}\n%s\n' \
        "$3" "$4" "$5" "${6-}" >"$root$1/$2"
}

# ---- the page's own ----
is "check is silent about a fresh installation" "0 " "$(text=$(umf check); echo "$? $text")"
awk -v folder="$root$admin" '/^```/ { target = ""; if ($1 == "```yaml") target = folder "/" $2; next }
    target { print > target }' "$top_srcdir/doc/administrator.md"
is "the page's manifests are in order" "0 " "$(text=$(umf check); echo "$? $text")"
matches "its policy disables" "^provider fixed disabled .*disabled by $admin/00-policy.yaml" "$(line provider fixed)"
matches "... and a program is told so" "E_DISABLED: disabled by $admin/00-policy.yaml" "$(umf info fixed)"
matches "its stack is listed" "^stack scratch available " "$(line stack scratch)"
for command in "umf paths" "umf list -a" "umf check"; do
    matches "$command takes --json" '^[[{]' "$(umf ${command#umf } --json | head -n 1)"
done
rm "$root$admin/00-policy.yaml" "$root$admin/60-stack-scratch.yaml"

# ---- which one is used ----
put "$vendor" 50-pool-disjoint.yaml pool disjoint umf-pool-proxy.so
matches "a file in the admin tier replaces one of its name in the vendor tier" \
    "^pool disjoint available admin $vendor/umf-pool-disjoint.so\$" "$(line pool disjoint)"
rm "$root$vendor/50-pool-disjoint.yaml"
put "$vendor" 40-pool-disjoint.yaml pool disjoint umf-pool-disjoint.so 'priority: 99'
matches "of two names the higher tier wins, whatever the priority" \
    "^pool disjoint shadowed vendor .*shadowed by $admin/50-pool-disjoint.yaml" "$(line pool disjoint)"
rm "$root$vendor/40-pool-disjoint.yaml"
put "$admin" 60-more.yaml pool disjoint umf-pool-disjoint.so 'priority: 51'
matches "within a tier the higher priority wins" "shadowed by $admin/60-more.yaml" "$(line pool disjoint)"
put "$admin" 60-more.yaml pool disjoint umf-pool-disjoint.so
matches "... then the file name that sorts first" "shadowed by $admin/50-pool-disjoint.yaml" "$(line pool disjoint)"
put "$admin" 10-more.yaml pool disjoint umf-not-there.so
matches "one that is absent yields" "^pool disjoint available admin " "$(line pool disjoint)"
matches "... and is listed" "^pool disjoint absent admin .*umf-not-there.so does not exist: install libumf-pool-disjoint" \
    "$(line pool disjoint)"
is "... which check is quiet about" "0 " "$(rm "$root$admin/60-more.yaml"; text=$(umf check); echo "$? $text")"
put "$admin" 10-more.yaml pool disjoint umf-pool-disjoint.so 'enabled: false'
matches "one that is disabled does not yield" "E_DISABLED: disabled by $admin/10-more.yaml" "$(umf info disjoint)"
put "$admin" 10-more.yaml pool proxy2 umf-pool-proxy.so 'aliases: [disjoint]'
matches "a name beats an alias" "^pool disjoint: " "$(umf info disjoint | head -n 1)"
rm "$root$admin/10-more.yaml"

# ---- switching off ----
mv "$root$admin/50-provider-fixed.yaml" "$root$vendor"
: >"$root$admin/50-provider-fixed.yaml"
matches "an empty file masks" "^provider fixed disabled .*masked by $admin/50-provider-fixed.yaml" "$(line provider fixed)"
ln -sf /dev/null "$root$admin/50-provider-fixed.yaml"
matches "a link to /dev/null masks" "^provider fixed disabled .*masked by $admin/50-provider-fixed.yaml" \
    "$(line provider fixed)"
rm "$root$admin/50-provider-fixed.yaml"
for pattern in 'provider:*' '*ixed' 'pool:proxy,provider:fixed'; do
    matches "UMF_PLUGINS_DISABLE=$pattern disables" "E_DISABLED: disabled by UMF_PLUGINS_DISABLE" \
        "$(umf_with "UMF_PLUGINS_DISABLE=$pattern" info fixed)"
done
matches "a pattern with a colon is held against the whole" "^provider fixed" \
    "$(umf_with "UMF_PLUGINS_DISABLE=pool:*,fixe,provider:ixed" info fixed)"

# ---- policies ----
policy() { printf 'schema: 1\nkind: policy\nname: %s\n%s\n' "$2" "$3" >"$root$admin/$1"; }
policy 00-a.yaml a 'disable: ["provider:fixed"]'
policy 10-b.yaml b 'disable: ["pool:proxy"]'
matches "disable lists add up" "disabled by $admin/00-a.yaml" "$(line provider fixed)"
matches "... of all policies" "disabled by $admin/10-b.yaml" "$(line pool proxy)"
policy 10-b.yaml b 'disable: ["provider:o*"]'
matches "a pattern in a policy is refused" "policy:b: E_FIELD: .*'disable' .*provider:o" "$(umf check)"
matches "... and disables nothing" "^provider os available" "$(line provider os)"
home=/home/someone
put "$home/.config/umf.d" 60-pool-mine.yaml pool mine "$vendor/umf-pool-disjoint.so"
is "without a policy that allows it the user tier is not read" "" \
    "$(umf_with HOME=$home list -a | grep -E '^pool +mine ')"
policy 00-a.yaml a 'user_manifests: allow'
policy 10-b.yaml b 'user_manifests: deny'
matches "the first policy that says something decides" "^pool +mine +available +user " \
    "$(umf_with HOME=$home list -a | grep -E '^pool +mine ')"
put "/else/umf.d" 60-pool-mine.yaml pool other "$vendor/umf-pool-disjoint.so"
matches "XDG_CONFIG_HOME is the folder where it is set" "^pool +other +available +user " \
    "$(umf_with XDG_CONFIG_HOME=/else list -a | grep -E '^pool +other ')"
rm "$root$admin/00-a.yaml" "$root$admin/10-b.yaml"

# ---- stacks, parameters, places ----
printf 'schema: 1\nkind: stack\nname: scratch\nstack: "disjoint(capacity=16) @ os"\n' >"$root$admin/60-stack-scratch.yaml"
if [ -f "$installed/lib/libumf_proxy.so.1" ]; then
    test_root_add "$root" "$top_builddir/tests/proxy/where" /where
    is "umf run takes a stack by its name" pool "$(umf run --stack scratch /where 100)"
fi
rm "$root$admin/60-stack-scratch.yaml"
printf 'params: {slab_min_size: much}\n' >>"$root$admin/50-pool-disjoint.yaml"
matches "check --probe judges a manifest's parameters" "E_FIELD: .*slab_min_size" "$(umf check --probe)"
sed -i '$d' "$root$admin/50-pool-disjoint.yaml"
put "$vendor" 60-pool-far.yaml pool far "$vendor/umf-pool-disjoint.so"
matches "an absolute module is refused in the vendor tier" "E_PATH: .*bare name in the vendor tier" "$(umf check)"
rm "$root$vendor/60-pool-far.yaml"
: >"$root$admin/50-pool-disjoint.yaml.bak"
: >"$root$admin/backup.yaml"
matches "files of other names are passed over, and counted" "backup.yaml" "$(umf paths)"
paths=$(umf_with UMF_PLUGIN_PATH_ONLY=/nowhere paths)
for place in "$admin" "$vendor" /usr/lib/umf/plugins; do
    matches "UMF_PLUGIN_PATH_ONLY leaves out $place" " ignored +$place\$" "$paths"
done
matches "UMF_PLUGIN_DEBUG=search tells where the host looks" "^umf: search: .*$admin: [0-9]+ manifests" \
    "$(umf_with UMF_PLUGIN_DEBUG=search list)"

# ---- security, for root ----
chmod o+w "$root$vendor/umf-pool-proxy.so"
matches "a module that others may write is refused to root" "E_INSECURE: .*umf-pool-proxy.so is writable by others" \
    "$(umf info proxy)"
chmod o-w "$root$vendor/umf-pool-proxy.so"
matches "... and used once that is put right" "^pool proxy" "$(umf info proxy)"

# ---- every class is explained ----
sed -n 's/.*\[UMFI_E_[A-Z_]*\] = {"\(E_[A-Z_]*\)".*/\1/p' "$top_srcdir/libumf/plugin/refusal.c" |
    sort >"$scratch/classes"
is "the page explains exactly the classes there are" "" \
    "$(sed -n 's/^| \(E_[A-Z_]*\) |.*/\1/p' "$top_srcdir/doc/administrator.md" | sort | diff "$scratch/classes" -)"
finish
