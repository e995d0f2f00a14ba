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
        "$(UMF_PLUGIN_PATH_ONLY=$scratch/plugins "$umf" list -a)"
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

# each state and each sort of manifest
many=$scratch/many
mkdir -p "$many" "$scratch/front"
manifest() { # FILE KIND NAME LINE...
    printf 'schema: 1\nkind: %s\nname: %s\n' "$2" "$3" >"$1"
    file=$1
    shift 3
    printf '%s\n' "$@" >>"$file"
}
plugin() { # FILE NAME [LINE]
    manifest "$1" pool "$2" "module: $2.so" 'abi: {major: 0, minor: 1}' "${3-}"
}
: >"$many/here.so"
plugin "$many/50-pool-here.yaml" here 'aliases: [hier, ici]'
plugin "$many/51-pool-here.yaml" here
plugin "$many/50-pool-gone.yaml" gone
plugin "$many/50-pool-odd.yaml" odd 'priority: odd'
cp "$many/here.so" "$many/off.so"
plugin "$many/50-pool-off.yaml" off 'enabled: false'
cp "$many/here.so" "$many/masked.so"
plugin "$many/50-pool-masked.yaml" masked
ln -s /dev/null "$scratch/front/50-pool-masked.yaml"
manifest "$many/20-stack-scratch.yaml" stack scratch 'stack: "here @ os"' 'description: for scratch files'
manifest "$many/00-policy.yaml" policy site 'user_manifests: deny'
many() { UMF_PLUGIN_PATH=$scratch/front UMF_PLUGIN_PATH_ONLY=$many "$umf" "$@"; }
shown() { many list "$@" 2>/dev/null | awk 'NR > 1 { print $1 ":" $2 ":" $3 }' | tr '\n' ' '; }
is "list shows what can be used and what is in trouble" \
    "policy:site:available pool:here:available pool:odd:refused stack:scratch:available " "$(shown)"
everything="policy:site:available pool:gone:absent pool:here:available pool:here:shadowed \
pool:masked:disabled pool:odd:refused pool:off:disabled stack:scratch:available "
is "list -a shows the rest too" "$everything" "$(shown -a)"
is "... and so does --all" "$everything" "$(shown --all)"
is "list counts what it does not show" \
    "umf: not shown: 1 absent, 2 disabled, 1 shadowed; 'umf list --all' shows them" "$(many list 2>&1 >/dev/null)"
is "list --all hides nothing" "" "$(many list --all 2>&1 >/dev/null)"
matches "a refused manifest has its reason" "^pool +odd +refused .* E_FIELD: .*'priority'" "$(many list 2>&1)"
matches "a stack has its text" '^stack +scratch .* here @ os$' "$(many list 2>&1)"
is "a folder that a variable names and that is not there is mentioned" \
    "umf: UMF_PLUGIN_PATH: there is no folder $scratch/nonesuch" \
    "$(UMF_PLUGIN_PATH=$scratch/nonesuch "$umf" list 2>&1 >/dev/null)"
if has_program python3; then
    json() { many list "$@" | python3 -c 'import json, sys
entries = json.load(sys.stdin)
print(len(entries), *[e["aliases"] for e in entries if e["aliases"]], *[e["params"] for e in entries if e["params"]])'; }
    is "--json shows the same" "4 ['hier', 'ici'] user_manifests=deny here @ os" "$(json --json 2>&1)"
    is "... and with --all" "8 ['hier', 'ici'] user_manifests=deny here @ os" "$(json --json --all 2>&1)"
fi
info=$(many info stack:scratch 2>&1)
matches "info shows a stack" '^stack scratch: for scratch files$' "$info"
matches "... and its text" '^  stack      here @ os$' "$info"
info=$(many info site 2>&1)
matches "info shows a policy" '^policy site$' "$info"
matches "... and what it says" '^  says       user_manifests=deny$' "$info"
if has_program python3; then
    printf 'schema: 1\nkind: policy\nname: site\ndisable: ["pool:off", "provider:x"]\ndefault: {pool: [here, gone]}\n' \
        >"$scratch/front/00-policy.yaml"
    is "info --json takes a policy apart" "['pool:off', 'provider:x'] ['here', 'gone'] [] ''" \
        "$(many info --json site | python3 -c 'import json, sys
p = json.load(sys.stdin)
print(p["disable"], p["default"]["pool"], p["default"]["provider"], repr(p["user_manifests"]))')"
    rm "$scratch/front/00-policy.yaml"
    latin=$(printf 'caf\351')
    mkdir "$scratch/$latin"
    printf 'schema: 1\nkind: stack\nname: latin\nstack: "here @ os"\n' >"$scratch/$latin/20-latin.yaml"
    is "--json shows a path that is no UTF-8" "$scratch/caf?/20-latin.yaml" \
        "$(UMF_PLUGIN_PATH_ONLY="$scratch/$latin" "$umf" list --json | python3 -c 'import json, sys
print(json.load(sys.stdin)[0]["manifest"])')"
    is "info --json shows a stack" "stack here @ os" "$(many info --json scratch | python3 -c 'import json, sys
s = json.load(sys.stdin)
print(s["kind"], s["params"])')"
fi
if has_plugin pool-disjoint; then
    mkdir "$scratch/tuned"
    sed 's/^name: .*/name: disjoint\naliases: [slabs, dj]\nparams: {capacity: 7}/' \
        "$top_builddir"/plugins.d/50-pool-disjoint.yaml >"$scratch/tuned/50-pool-disjoint.yaml"
    cp "$top_builddir/.libs/umf-pool-disjoint.so" "$scratch/tuned"
    tuned() { UMF_PLUGIN_PATH_ONLY=$scratch/tuned "$umf" "$@"; }
    info=$(tuned info disjoint)
    matches "info shows what the manifest sets" '^  defaults   capacity=7$' "$info"
    matches "... and the aliases" '^  aliases    slabs, dj$' "$info"
    is "an alias is as good as the name" "$info" "$(tuned info pool:dj)"
fi

wrong 1 "no plugin 'pool:os'" info pool:os
wrong 2 "name one plugin" info
wrong 2 "name one plugin" info os fixed
wrong 1 "no plugin 'pol:os': there is no kind 'pol'; did you mean 'pool'" info pol:os
wrong 2 "unknown option '--jsn'; did you mean '--json'" list --jsn
wrong 2 "list: unknown option '-x'" list -x
wrong 2 "list: '--all' takes no value" list --all=1
wrong 2 "run: unknown option '--stak'; did you mean '--stack'" run --stak=x ls
wrong 2 "run: '--stack' lacks its value" run --stack
wrong 2 "no option '--hlep'; did you mean '--help'" --hlep
wrong 2 "demo: unknown option '--jsom'; did you mean '--json'" demo --jsom
wrong 2 "'more' is not expected" list more
wrong 2 "no subcommand 'lsit'; did you mean 'list'" lsit
wrong 2 "a subcommand is missing"

matches "--version tells it" '^umf \(libumf\) [0-9]+\.[0-9]+\.[0-9]+$' "$("$umf" --version)"
is "version is the same" "$("$umf" --version)" "$("$umf" version)"
if has_program python3; then
    is "version --json has the same" "$("$umf" version | sed 's/.* //')" \
        "$("$umf" version --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')"
fi
help=$("$umf" --help)
is "help is the same as --help" "$help" "$("$umf" help)"
wrong 2 "no subcommand 'rnu'; did you mean 'run'" help rnu
wrong 2 "help: 'extra' is not expected" help list extra
wrong 2 "unknown option '-x'" list --json -xa
is "help help is the same too" "$help" "$("$umf" help help)"
for subcommand in list info paths check demo run version; do
    matches "--help knows $subcommand" "^  $subcommand +[a-z]" "$help"
    matches "$subcommand --help tells its usage" "^Usage: umf $subcommand" "$("$umf" "$subcommand" --help)"
    [ "$subcommand" = run ] ||
        is "... anywhere among the options" "$("$umf" help "$subcommand")" "$("$umf" "$subcommand" word -h 2>&1)"
    is "help $subcommand is the same" "$("$umf" "$subcommand" --help)" "$("$umf" help "$subcommand")"
done
# a sanitized library cannot be preloaded
[ -n "${UMF_SANITIZED-}" ] ||
    is "... but what stands behind a program is the program's" "$(cat --help | head -n 1)" "$("$umf" run cat --help | head -n 1)"
for command in list 'info --json scratch' paths 'check --json' version help; do
    # shellcheck disable=SC2086
    text=$(many $command 2>&1 >/dev/full)
    is "umf $command with a full disk under stdout fails" "1 umf: cannot write to stdout" \
        "$? $(printf '%s\n' "$text" | grep -v 'not shown' | tail -n 1)"
done
text=$("$umf" list 2>&1 >&-)
is "so does one with stdout closed" "1 umf: cannot write to stdout" "$? $text"
"$umf" paths <&- >"$scratch/paths" 2>&-
is "stdin and stderr may be closed" "0 $("$umf" paths | wc -l)" "$? $(wc -l <"$scratch/paths")"
if printf '%s\n' "$list" | grep -q '^pool *disjoint '; then
    wrong 1 "no plugin 'provider:disjoint': disjoint is a pool; write pool:disjoint$" info provider:disjoint
fi
finish
