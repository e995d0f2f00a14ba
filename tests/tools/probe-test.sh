# probe-test.sh - umf check --probe among plugins that crash, loop and exit.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/tools/fixture.sh
. "$top_srcdir/tests/tools/fixture.sh"
umf=$top_builddir/umf
[ -f "$fixture" ] || skip_all "needs the fixture module (--enable-check-suites)"
bad=$scratch/bad
unset UMF_PLUGIN_PATH

check() { # ARGUMENT...: sets status, out, err
    "$umf" check "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    out=$(cat "$scratch/out") err=$(cat "$scratch/err")
}
verdict() { printf '%s\n' "$out" | awk -v name="$1" '$2 == name { print $3 }'; }
for how in crash exit; do
    for where in constructor query start probe; do
        part "$bad" "$how-in-$where"
    done
done
part "$bad" good
part "$bad" failing-start
part "$bad" failing-probe
part "$bad" bad-magic
part "$bad" provider-good 'params: {number: 7}'
part "$bad" provider-wrong 'params: {number: 101}'
part "$bad" provider-strange 'params: {nonesuch: 1}'
part "$bad" switched-off 'enabled: false'
manifest "$bad/50-gone.yaml" pool gone
UMF_PLUGIN_PATH_ONLY=$bad
export UMF_PLUGIN_PATH_ONLY

"$umf" list >/dev/null 2>&1
"$umf" list --all --json >/dev/null 2>&1
"$umf" paths >/dev/null
is "list and paths run no plugin code" "" "$(ran)"
check
is "the form of these manifests is good" "0 " "$status $err"
is "check without --probe runs no plugin code" "" "$(ran)"

check --probe
is "check --probe survives them and ends with 1" 1 "$status"
is "... with a verdict for each" 17 "$(printf '%s\n' "$out" | grep -c .)"
for where in constructor query start probe; do
    is "a plugin that crashes in its $where has failed" failed "$(verdict crash-in-$where)"
    matches "... and is named, with the signal" \
        "^umf: pool:crash-in-$where: crashed in its $where \\(SIGSEGV\\) \\($bad/50-crash-in-$where\\.yaml\\)\$" "$err"
    is "a plugin that exits in its $where has failed" failed "$(verdict exit-in-$where)"
    matches "... and is named, with the status" \
        "^umf: pool:exit-in-$where: exited with status 3 in its $where \\($bad/50-exit-in-$where\\.yaml\\)\$" "$err"
done
is "their neighbours are ready" "ready ready" "$(verdict good) $(verdict provider-good)"
matches "a start that fails gives its reason" \
    '^umf: pool:failing-start: E_INIT: init failed: OUT_OF_RESOURCES: no device here \(' "$err"
matches "so does a probe" "^umf: pool:failing-probe: its probe says: no device here \\($bad/" "$err"
matches "so does a descriptor that is no good" '^umf: pool:bad-magic: E_CORRUPT: ' "$err"
matches "a parameter that is out of range is told with its manifest" \
    "^umf: provider:provider-wrong: E_FIELD: 'number' must be an integer 0 to 100, got '101' \\($bad/50-provider-wrong\\.yaml\\)\$" "$err"
matches "so is one that there is not" "^umf: provider:provider-strange: .*nonesuch.*\\($bad/" "$err"
is "what is not there to be loaded is no failure" "absent disabled" "$(verdict gone) $(verdict switched-off)"
is "... and not spoken of" "" "$(printf '%s\n' "$err" | grep -E 'gone|switched-off')"
is "each line of stderr is one failure" 13 "$(printf '%s\n' "$err" | grep -c '^umf: ')"
is "... and nothing else is there" "" "$(printf '%s\n' "$err" | grep -v '^umf: ')"
is "the probe of the good one has run once" 1 "$(ran | grep -c '^probe good$')"

if has_program python3; then
    check --probe --json
    is "--json ends with the same status" 1 "$status"
    is "... has the verdicts and says nothing else" "crash-in-query:failed gone:absent good:ready " \
        "$(printf '%s\n' "$out" | python3 -c 'import json, sys
for p in json.load(sys.stdin)["plugins"]:
    if p["name"] in ("crash-in-query", "good", "gone"): print(p["name"], p["state"], sep=":", end=" ")')$err"
fi

check --probe "$bad/50-good.yaml" "$bad/50-provider-good.yaml"
is "FILEs are probed alone" "0 good provider-good" \
    "$status $(printf '%s\n' "$out" | awk '{ print $2 }' | tr '\n' ' ' | sed 's/ $//')"

slow=$scratch/slow
for where in constructor query start probe; do
    part "$slow" "loop-in-$where"
done
UMF_PLUGIN_PATH_ONLY=$slow
for limit in 1 10 60; do # a slow machine needs more than a second to load one
    : >"$FIXTURE_LOG"
    check --probe --timeout "$limit"
    [ "$(ran | grep -c '^looping')" -eq 7 ] && break # all but the probe's twice
done
is "plugins that loop are killed" "1 failed failed failed failed" \
    "$status $(verdict loop-in-constructor) $(verdict loop-in-query) $(verdict loop-in-start) $(verdict loop-in-probe)"
for where in constructor query start; do
    matches "one that loops in its $where is named" \
        "^umf: pool:loop-in-$where: no answer in $limit s in its $where: killed \\($slow/50-loop-in-$where\\.yaml\\)\$" "$err"
done
matches "one that loops in its probe is named" "^umf: pool:loop-in-probe: no answer in $limit s in its probe: killed " "$err"
for pid in $(ran | sed -n 's/^looping \([0-9]*\) .*/\1/p'); do
    passes "... and process $pid has gone" gone "$pid"
done

: >"$FIXTURE_LOG"
"$umf" check --probe --timeout 600 "$slow/50-loop-in-query.yaml" >/dev/null 2>&1 &
pid=$!
passes "a plugin loops" logged '^looping [0-9]* loop-in-query$'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
passes "... and ends with the command" gone "$(ran | sed -n 's/^looping \([0-9]*\) .*/\1/p')"

mine=$scratch/mine
part "$mine" forks-in-start
UMF_PLUGIN_PATH_ONLY=$mine
check --probe
is "a plugin may start a process" "0 ready" "$status $(verdict forks-in-start)"
passes "... which ends with its probe" gone "$(ran | sed -n 's/^forked \([0-9]*\) .*/\1/p')"

if has_plugin pool-disjoint && has_plugin provider-os && has_plugin provider-fixed; then
    whole=$scratch/whole
    mkdir "$whole"
    cp "$top_builddir"/plugins.d/*disjoint* "$top_builddir"/plugins.d/*-os* "$top_builddir"/plugins.d/*-fixed* "$whole"
    stack() { # NAME TEXT
        printf 'schema: 1\nkind: stack\nname: %s\nstack: "%s"\n' "$1" "$2" >"$whole/20-stack-$1.yaml"
    }
    policy() { # NAME DEFAULT
        printf 'schema: 1\nkind: policy\nname: %s\ndefault: {%s}\n' "$1" "$2" >"$whole/00-policy-$1.yaml"
    }
    stack fine 'disjoint(capacity=16) @ os'
    stack memory 'os(visibility=shared)'
    stack nobody 'disjoint @ oss'
    stack wild 'disjoint(capacity=many) @ os'
    stack strange 'disjoint(capactiy=3) @ os'
    stack bare 'disjoint'
    stack upper 'disjoint @ os @ os'
    stack wanting 'disjoint @ fixed'
    policy fine 'pool: [nonesuch, disjoint], provider: [os]'
    policy none 'pool: [nonesuch, oneother]'
    policy crossed 'provider: [disjoint]'
    UMF_PLUGIN_PATH_ONLY=$whole
    check --probe
    is "stacks and policies are probed too" 1 "$status"
    is "... those that can be used are ready" "ready ready ready" \
        "$(printf '%s\n' "$out" | awk '$2 == "fine" || $2 == "memory" { print $3 }' | tr '\n' ' ' | sed 's/ $//')"
    for name in nobody wild strange bare upper wanting none crossed; do
        is "... $name is not" failed "$(verdict $name)"
    done
    matches "a part that there is not is told, with the column" \
        "^umf: stack:nobody: stack: column 12: .*E_NOT_FOUND.*oss.* \\($whole/20-stack-nobody\\.yaml\\)\$" "$err"
    matches "so is a parameter that cannot be read" "^umf: stack:wild: .*capacity.*many" "$err"
    matches "so is one that there is not" '^umf: stack:strange: .*capactiy' "$err"
    matches "so is a pool without a provider" "^umf: stack:bare: .*add '@ PROVIDER'" "$err"
    matches "so is a provider over another that takes none" '^umf: stack:upper: .*it can only stand at the end' "$err"
    matches "so is a part that cannot be made" '^umf: stack:wanting: .*ptr and size' "$err"
    matches "so is a policy of whose defaults none is there" \
        "^umf: policy:none: none of its default pools can be used; the last: .*oneother.* \\($whole/00-policy-none\\.yaml\\)\$" "$err"
    matches "... or which are of another kind" '^umf: policy:crossed: none of its default providers can be used' "$err"
else
    skip "stacks and policies are probed too" "this build lacks pool-disjoint, provider-os or provider-fixed"
fi

part "$scratch/new" good
cp "$scratch/new/good.so" "$scratch/new/other.so"
mkdir "$scratch/none"
UMF_PLUGIN_PATH_ONLY=$scratch/none
check --probe "$scratch/new/50-good.yaml"
is "a FILE that is not installed finds its module beside it" "0 ready" "$status $(verdict good)"
here=$PWD
cd "$scratch" || exit 99
check --probe new/50-good.yaml
is "... given by a relative path too" "0 ready" "$status $(verdict good)"
cd "$here" || exit 99
UMF_PLUGIN_PATH_ONLY=$bad
cp "$scratch/new/50-good.yaml" "$scratch/new/50-bad-magic.yaml"
check --probe "$scratch/new/50-bad-magic.yaml"
is "... and takes the place of an installed file of its name" "0 ready" "$status $(verdict good)"
cp "$scratch/new/50-good.yaml" "$scratch/new/mine.yaml"
check --probe "$scratch/new/mine.yaml"
is "a FILE whose name is no manifest's is a fault" 1 "$status"
matches "... that is told" 'umf: pool:good: E_PATH: .*NN-name\.yaml' "$err"
part "$scratch/twice" good
cp "$scratch/twice/50-good.yaml" "$scratch/twice/51-good.yaml"
UMF_PLUGIN_PATH_ONLY=$scratch/twice
check --probe "$scratch/twice/51-good.yaml"
is "a FILE that another goes before is a fault" "1 shadowed" "$status $(verdict good)"
matches "... that is told once" "^umf: pool:good: E_DISABLED: it is shadowed and cannot be probed: [^(]*50-good\\.yaml.* \\($scratch/twice/51-good\\.yaml\\)\$" "$err"
manifest "$scratch/twice/52-gone.yaml" pool gone
check --probe "$scratch/twice/52-gone.yaml"
is "so is a FILE whose module is not there" "1 absent" "$status $(verdict gone)"
part "$scratch/before" good
mv "$scratch/before/50-good.yaml" "$scratch/before/40-good.yaml"
UMF_PLUGIN_PATH=$scratch/before
export UMF_PLUGIN_PATH
check --probe "$scratch/twice/50-good.yaml"
is "a FILE that a search finds keeps its place in it" "1 shadowed" "$status $(verdict good)"
unset UMF_PLUGIN_PATH
UMF_PLUGIN_PATH_ONLY=$scratch/none
part "$scratch/one" good
part "$scratch/other" good
check --probe "$scratch/one/50-good.yaml" "$scratch/other/50-good.yaml"
is "of two FILEs of one name only one is found" "1 ready" "$status $(verdict good)"
matches "... and the other is told" \
    "^umf: manifest: E_PATH: no search finds it, .* \\($scratch/one/50-good\\.yaml\\)\$" "$err"
UMF_PLUGIN_PATH_ONLY=$scratch/twice
mkdir "$scratch/front"
ln -s "$scratch/twice/50-good.yaml" "$scratch/front/50-good.yaml"
check --probe "$scratch/front/50-good.yaml"
is "a link to an installed FILE is that FILE" "0 ready" "$status $(verdict good)"
cp "$scratch/twice/50-good.yaml" "$scratch/front/70-Good.yaml"
if has_program python3; then
    check --probe --json "$scratch/twice/51-good.yaml" "$scratch/front/70-Good.yaml"
    is "--json has the reason of each status 1" "1 E_PATH 70-Good.yaml E_DISABLED 51-good.yaml " \
        "$status $(printf '%s\n' "$out" | python3 -c 'import json, os, sys
for f in json.load(sys.stdin)["findings"]:
    if f["error"]: print(f["class"], os.path.basename(f["file"]), end=" ")')"
    is "... and says nothing else" "" "$err"
fi
UMF_PLUGIN_PATH_ONLY=$bad
log() { UMF_LOG='level:error;output:stderr' "$umf" check "$@" 2>&1 >/dev/null | grep -c '^\[.*E_'; }
is "with a log each fault is logged once" 1 "$(log --probe "$bad/50-bad-magic.yaml")"
printf 'schema: 1\nkind: pool\nname: torn\n' >"$bad/51-torn.yaml"
is "... that of a manifest too" 1 "$(log --probe "$bad/51-torn.yaml")"
rm "$bad/51-torn.yaml"
mkdir "$scratch/a:b"
cp "$scratch/new/50-good.yaml" "$scratch/a:b"
check --probe "$scratch/a:b/50-good.yaml"
is "a folder that no variable can name is refused" "1 " "$status $out"
matches "... and told" 'a folder with a colon' "$err"
finish
