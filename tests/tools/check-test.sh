# check-test.sh - umf check: the form of manifests.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/tools/fixture.sh
. "$top_srcdir/tests/tools/fixture.sh"
umf=$top_builddir/umf
folder=$scratch/umf.d
mkdir "$folder"
unset UMF_PLUGIN_PATH

check() { # ARGUMENT...: sets status, out, err
    "$umf" check "$@" >"$scratch/out" 2>"$scratch/err"
    status=$?
    out=$(cat "$scratch/out") err=$(cat "$scratch/err")
}

check
is "check is silent about this build's plugins" "0 " "$status $out$err"

UMF_PLUGIN_PATH_ONLY=$folder
export UMF_PLUGIN_PATH_ONLY
check
is "no manifest at all is no fault" "0 " "$status $out$err"
manifest "$folder/50-pool-gone.yaml" pool gone 'package: libumf-gone'
check
is "a module that is not installed is no fault" "0 " "$status $out$err"
check --verbose
matches "... but noted, with what to install" \
    "^umf: pool:gone: note: .*install libumf-gone \\($folder/50-pool-gone\\.yaml\\)\$" "$err"
is "... and the status stays" 0 "$status"

mkdir "$scratch/mask"
ln -s /dev/null "$scratch/mask/50-pool-gone.yaml"
UMF_PLUGIN_PATH=$scratch/mask
export UMF_PLUGIN_PATH
check
is "a mask is no fault" "0 " "$status $out$err"
unset UMF_PLUGIN_PATH

cat >"$folder/00-policy.yaml" <<'END'
schema: 1
kind: policy
name: site
disable: ["provider:cuda"]
default: {pool: [jemalloc, disjoint], provider: [os]}
user_manifests: deny
END
cat >"$folder/20-stack-scratch.yaml" <<'END'
schema: 1
kind: stack
name: scratch
stack: "disjoint(capacity=16) @ os"
END
check
is "a policy and a stack are in order" "0 " "$status $out$err"

manifest "$folder/51-high.yaml" pool high 'priority: high'
manifest "$folder/52-pool-strange.yaml" pool strange 'priorty: 3'
printf 'schema: 1\nkind: pool\nname: [\n' >"$folder/53-pool-torn.yaml"
printf 'schema: 2\nkind: pool\nname: new\n' >"$folder/54-new.yaml"
printf 'schema: 1\nkind: stack\nname: odd\nstack: "disjoint @ @ os"\n' >"$folder/55-odd.yaml"
check
is "faults end with 1" 1 "$status"
is "... and leave stdout empty" "" "$out"
matches "a wrong value is told with its line" \
    "^umf: pool:high: E_FIELD: .*'priority' must be an integer 0-99, got 'high' \\($folder/51-high\\.yaml:6\\)\$" "$err"
matches "an unknown key is a fault here, with the nearest" \
    "^umf: pool:strange: E_FIELD: .*unknown key 'priorty'; did you mean 'priority'\\? \\($folder/52-pool-strange\\.yaml:6\\)\$" "$err"
matches "so is a syntax error" "^umf: pool:torn: E_SYNTAX: .*\\($folder/53-pool-torn\\.yaml:[0-9]+\\)\$" "$err"
matches "so is a newer schema" "^umf: pool:new: E_SCHEMA: schema 2 not supported" "$err"
matches "so is a stack that cannot be read" "^umf: stack:odd: E_FIELD: .*column 12.*\\($folder/55-odd\\.yaml:4\\)\$" "$err"
is "each is one line" 5 "$(printf '%s\n' "$err" | grep -c .)"

here=$PWD
cd "$folder" || exit 99
check 51-high.yaml
is "a FILE is looked at alone" "1 1" "$status $(printf '%s\n' "$err" | grep -c .)"
matches "... and named by its full path" "\\($folder/51-high\\.yaml:6\\)\$" "$err"
check ./00-policy.yaml ../umf.d/20-stack-scratch.yaml
is "good FILEs are passed in silence" "0 " "$status $out$err"
cd "$here" || exit 99
mkdir "$scratch/away"
cp "$folder/51-high.yaml" "$folder/00-policy.yaml" "$scratch/away"
check "$scratch/away/51-high.yaml" "$scratch/away/00-policy.yaml"
is "FILEs need not be installed" "1 1" "$status $(printf '%s\n' "$err" | grep -c .)"
check "$scratch/away/50-nonesuch.yaml"
is "a FILE that is not there is a fault" 1 "$status"
matches "... and named" "cannot read $scratch/away/50-nonesuch\\.yaml" "$err"

if has_program python3; then
    check --json
    is "--json ends with the same status" 1 "$status"
    is "... has faults and notes, and says nothing else" \
        "5 2 True pool:high E_FIELD $folder/51-high.yaml 6" "$(printf '%s\n' "$out" | python3 -c 'import json, sys
found = json.load(sys.stdin)["findings"]
high = [f for f in found if f["name"] == "high"][0]
print(sum(f["error"] for f in found), sum(not f["error"] for f in found), high["error"],
      high["kind"] + ":" + high["name"], high["class"], high["file"], high["line"])')$err"
fi

wrong() { # PATTERN ARGUMENT...: a usage error
    pattern=$1
    shift
    check "$@"
    is "'umf check $*' is a usage error" 2 "$status"
    matches "... that is told" "$pattern" "$err"
}
wrong "unknown option '--prove'; did you mean '--probe'\\?" --prove
wrong "unknown option '-x'" -x
wrong "'--timeout' lacks its value" --probe --timeout
wrong "'--json' takes no value" --json=yes
for seconds in 0 -1 1.5 ten 86401 99999999999999999999 ''; do
    wrong '--timeout takes 1 to 86400 seconds' --probe --timeout "$seconds"
done
wrong '--timeout is for --probe' --timeout 3
finish
