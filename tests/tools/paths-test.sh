# paths-test.sh - umf paths: the folders searched, in order, and why not.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
umf=$top_builddir/umf
mkdir -p "$scratch/a" "$scratch/b" "$scratch/config/umf.d"
for file in a/50-pool-x.yaml a/51-pool-y.yaml a/50-pool-z.yml a/Notes.yaml a/readme.txt b/50-pool-x.yaml; do
    printf 'schema: 1\nkind: pool\nname: x\nmodule: x.so\nabi: {major: 0, minor: 1}\n' >"$scratch/$file"
done
: >"$scratch/file"
XDG_CONFIG_HOME=$scratch/config
export XDG_CONFIG_HOME
unset UMF_PLUGINS_DISABLE UMF_PLUGIN_DEBUG

UMF_PLUGIN_PATH=$scratch/a:$scratch/none:relative:$scratch/file:$scratch/a
UMF_PLUGIN_PATH_ONLY=$scratch/b
export UMF_PLUGIN_PATH UMF_PLUGIN_PATH_ONLY
paths=$("$umf" paths)
is "paths succeeds" 0 "$?"
is "each folder has its line, in order" "$scratch/a $scratch/none relative $scratch/file $scratch/a $scratch/b" \
    "$(printf '%s\n' "$paths" | awk '$1 == "environment" { print $NF }' | tr '\n' ' ' | sed 's/ $//')"
matches "a folder has its manifests counted" "^environment +UMF_PLUGIN_PATH +2 manifests +$scratch/a\$" "$paths"
matches "... and what was passed over told" \
    '^    2 files passed over, .*\(NN-name\.yaml\): 50-pool-z\.yml, \.\.\.$' "$paths"
matches "a folder that is not there is missing" "^environment +UMF_PLUGIN_PATH +missing +$scratch/none\$" "$paths"
matches "a relative one is ignored" '^environment +UMF_PLUGIN_PATH +ignored +relative$' "$paths"
matches "... for that reason" '^    not an absolute path$' "$paths"
matches "a file is no folder" "^environment +UMF_PLUGIN_PATH +unreadable +$scratch/file\$" "$paths"
matches "... for that reason" '^    Not a directory$' "$paths"
matches "a folder named twice is read once" "^environment +UMF_PLUGIN_PATH +repeated +$scratch/a\$" "$paths"
matches "UMF_PLUGIN_PATH_ONLY is read" "^environment +UMF_PLUGIN_PATH_ONLY +1 manifest +$scratch/b\$" "$paths"
for tier in user admin vendor; do
    matches "... so that the $tier tier is ignored" "^$tier .* ignored +/" "$paths"
done
matches "... for that reason" '^    UMF_PLUGIN_PATH_ONLY is set$' "$paths"
matches "variables that are not set are shown" '^UMF_PLUGINS_DISABLE +not set$' "$paths"
matches "... and those that are" '^UMF_PLUGINS_DISABLE +provider:\*$' "$(UMF_PLUGINS_DISABLE='provider:*' "$umf" paths)"

if has_program python3; then
    is "--json has the same" "read missing ignored unreadable repeated read 2 2 50-pool-z.yml" \
        "$("$umf" paths --json | python3 -c 'import json, sys
places = json.load(sys.stdin)["places"]
print(*[p["state"] for p in places if p["tier"] == "environment"],
      places[0]["manifests"], places[0]["passed_over"], places[0]["passed_name"])')"
    is "... and the variables" "x None" "$(UMF_PLUGINS_DISABLE=x "$umf" paths --json | python3 -c 'import json, sys
v = json.load(sys.stdin)["variables"]
print(v["UMF_PLUGINS_DISABLE"], v["UMF_PLUGIN_DEBUG"])')"
fi

UMF_PLUGIN_PATH=$scratch/b
unset UMF_PLUGIN_PATH_ONLY
umf=$top_builddir/tools/umf # the one in the build folder would set it
paths=$("$umf" paths)
is "the tiers stand in their order" "environment environment user admin vendor" \
    "$(printf '%s\n' "$paths" | awk '/^[a-z]+ .*(UMF_PLUGIN_PATH|XDG_|built in)/ { print $1 }' | uniq -c |
        awk '{ for (i = 0; i < ($2 == "environment" ? $1 : 1); i++) print $2 }' | tr '\n' ' ' | sed 's/ $//')"
matches "a variable that is not set is shown" '^environment +UMF_PLUGIN_PATH_ONLY +not set +-$' "$paths"
matches "the user's folder wants a policy" "^user +XDG_CONFIG_HOME +ignored +$scratch/config/umf\\.d\$" "$paths"
matches "... and that is said" '^    no policy allows user manifests$' "$paths"
printf 'schema: 1\nkind: policy\nname: site\nuser_manifests: allow\n' >"$scratch/b/00-policy.yaml"
matches "with one it is read" "^user +XDG_CONFIG_HOME +0 manifests +$scratch/config/umf\\.d\$" "$("$umf" paths)"

text=$("$umf" paths more 2>&1)
is "an argument is a usage error" "2 umf: paths: 'more' is not expected" "$? $(printf '%s\n' "$text" | head -n 1)"
finish
