# list-test.sh - umf list and umf info.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
umf=$top_builddir/umf

is_json() { "$@" | python3 -m json.tool >/dev/null; }
wrong() { # STATUS PATTERN ARGUMENT...: umf ends so, with such a line on stderr
    wanted=$1 pattern=$2
    shift 2
    text=$("$umf" "$@" 2>&1 >/dev/null)
    is "'umf $*' ends with $wanted" "$wanted" "$?"
    matches "... and says why" "$pattern" "$text"
}

list=$("$umf" list)
for plugin in $(plugins); do
    matches "list shows $plugin" \
        "^${plugin%%-*} +${plugin#*-} +available +environment +/.*umf-$plugin\\.so\$" "$list"
done
if has_program python3; then
    passes "list --json is JSON" is_json "$umf" list --json
    is "... with what the table shows" "$(plugins | sort | tr '\n' ' ')" \
        "$("$umf" list --json | python3 -c 'import json, sys
print("".join(sorted(e["kind"] + "-" + e["name"] + " " for e in json.load(sys.stdin) if e["state"] == "available")))')"
    for plugin in $(plugins); do
        plugin=${plugin%%-*}:${plugin#*-}
        passes "info --json $plugin is JSON" is_json "$umf" info --json "$plugin"
    done
fi

if [ -z "${UMF_SANITIZED-}" ]; then
    LD_DEBUG=files "$umf" list >"$scratch/list.out" 2>"$scratch/files"
    matches "ld.so was watched" 'file=libumf\.so\.1' "$(cat "$scratch/files")"
    is "list opens no module" "" "$(grep -E 'umf-(pool|provider)-' "$scratch/files")"
fi

mkdir "$scratch/plugins"
if has_plugin pool-disjoint; then
    cp "$top_builddir"/plugins.d/50-pool-disjoint.yaml "$scratch/plugins"
    matches "a module that is not installed is absent" '^pool +disjoint +absent ' \
        "$(UMF_PLUGIN_PATH_ONLY=$scratch/plugins "$umf" list)"
    info=$("$umf" info disjoint)
    matches "info shows a parameter's type, default and values" '^slab_min_size +size +64KiB +0 and up$' "$info"
    matches "... and what it is for" '^ +least bytes asked from the provider' "$info"
    if has_program python3; then
        is "... every parameter in JSON" 7 "$("$umf" info disjoint --json | python3 -c 'import json, sys
print(len(json.load(sys.stdin)["parameters"]))')"
    fi
    wrong 1 "no plugin 'disjoin'; did you mean 'disjoint'" info disjoin
else
    skip "a pool's parameters, absence and misspelling" "this build has no pool-disjoint"
fi
if has_plugin provider-os; then
    info=$("$umf" info os)
    matches "info shows the words of an enumeration" \
        '^numa_mode +enum +default +default\|bind\|interleave\|preferred\|split\|local$' "$info"
    matches "... and what objects are called" 'named OS ' "$("$umf" info provider:os)"
else
    skip "a provider's parameters" "this build has no provider-os"
fi

wrong 1 "no plugin 'pool:os'" info pool:os
wrong 2 "name one plugin" info
wrong 2 "name one plugin" info os fixed
wrong 2 "unknown option '--jsn'" list --jsn
wrong 2 "'more' is not expected" list more
wrong 2 "no subcommand 'lsit'; did you mean 'list'" lsit
wrong 2 "a subcommand is missing"

matches "--version tells it" '^umf \(libumf\) [0-9]+\.[0-9]+\.[0-9]+$' "$("$umf" --version)"
is "version is the same" "$("$umf" --version)" "$("$umf" version)"
help=$("$umf" --help)
is "help is the same as --help" "$help" "$("$umf" help)"
wrong 2 "no subcommand 'rnu'; did you mean 'run'" help rnu
for subcommand in list info demo run; do
    matches "--help knows $subcommand" "^  $subcommand +[a-z]" "$help"
    matches "$subcommand --help tells its usage" "^Usage: umf $subcommand" "$("$umf" "$subcommand" --help)"
    is "help $subcommand is the same" "$("$umf" "$subcommand" --help)" "$("$umf" help "$subcommand")"
done
if printf '%s\n' "$list" | grep -q '^pool *disjoint '; then
    wrong 1 "no plugin 'provider:disjoint': disjoint is a pool; write pool:disjoint$" info provider:disjoint
fi
finish
