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
is "no plugin at all is a fault" 1 "$status"
matches "... that is told" '^umf: plugin: E_NOT_FOUND: no pool and no provider is installed' "$err"
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
mkdir "$scratch/names"
manifest "$scratch/names/50-pool-arena.yaml" pool arena 'aliases: [ring]'
manifest "$scratch/names/50-provider-os.yaml" provider os
cat >"$scratch/names/00-policy.yaml" <<'END'
schema: 1
kind: policy
name: site
disable: ["provider:od", "pool:arena", "pool:ring"]
default: {pool: [ring, area], provider: [os]}
END
printf 'schema: 1\nkind: stack\nname: scratch\nstack: "arenas(capacity=16) @ guard @ os"\n' \
    >"$scratch/names/20-stack-scratch.yaml"
UMF_PLUGIN_PATH_ONLY=$scratch/names check
is "a name that no plugin has is no fault" "0 " "$status $out$err"
UMF_PLUGIN_PATH_ONLY=$scratch/names check -v
noted=$(printf '%s\n' "$err" | grep 'no manifest tells of it')
matches "... but noted in a policy's disable list" \
    "^umf: policy:site: note: it disables provider:od, and .*; did you mean 'os'\\? \\($scratch/names/00-policy\\.yaml\\)\$" "$noted"
matches "... where an alias is none" '^umf: policy:site: note: it disables pool:ring, ' "$noted"
matches "... in its defaults" "^umf: policy:site: note: its default names pool:area, .*did you mean 'arena'" "$noted"
matches "... and in a stack, with the column" \
    "^umf: stack:scratch: note: its stack names pool:arenas at column 1, .*did you mean 'arena'\\? \\($scratch/names/20-stack" "$noted"
matches "... also of what stands between" '^umf: stack:scratch: note: its stack names provider:guard at column 23, ' "$noted"
is "what there is, by name or alias, is not noted" 5 "$(printf '%s\n' "$noted" | grep -c .)"
is "a FILE is looked at for its own names" "0 2" "$(UMF_PLUGIN_PATH_ONLY=$scratch/names "$umf" check -v \
    "$scratch/names/20-stack-scratch.yaml" 2>"$scratch/err"; echo "$? $(grep -c 'no manifest tells' "$scratch/err")")"

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

# the folders
mkdir "$scratch/good" "$scratch/odd"
manifest "$scratch/good/50-pool-arena.yaml" pool arena
: >"$scratch/odd/50-Pool.yaml"
: >"$scratch/file"
folders() { # VALUE: check with this UMF_PLUGIN_PATH
    UMF_PLUGIN_PATH_ONLY=$scratch/good UMF_PLUGIN_PATH=$1 "$umf" check >"$scratch/out" 2>"$scratch/err"
    status=$?
    err=$(cat "$scratch/err")
}
folders "$scratch/none"
is "a folder that a variable names and that is not there is a fault" \
    "1 umf: folder:environment: E_ACCESS: UMF_PLUGIN_PATH names a folder that is not there ($scratch/none)" "$status $err"
folders "$scratch/file"
is "so is one that cannot be read" \
    "1 umf: folder:environment: E_ACCESS: cannot be read: Not a directory ($scratch/file)" "$status $err"
folders relative
is "so is one that is not absolute" \
    "1 umf: folder:environment: E_PATH: UMF_PLUGIN_PATH: the folder is not searched: not an absolute path (relative)" "$status $err"
folders "$scratch/odd"
is "so is a manifest that is passed over for its name" \
    "1 umf: folder:environment: E_PATH: 50-Pool.yaml is passed over: a manifest's name is NN-name.yaml, in lower case ($scratch/odd)" "$status $err"
folders "$scratch/good"
is "a folder that is named twice is no fault" "0 " "$status $err"
chmod o+w "$scratch/good/50-pool-arena.yaml"
: >"$scratch/good/arena.so"
folders ''
is "what others can change is used, with a warning" 0 "$status"
matches "... that needs no -v" "^umf: pool:arena: warning: .*writable by others .*\\($scratch/good/50-pool-arena\\.yaml\\)\$" "$err"
esc=$(printf '\033')
mkdir "$scratch/${esc}[31m"
: >"$scratch/${esc}[31m/50-Pool.yaml"
folders "$scratch/${esc}[31m"
is "no byte that a terminal would obey is printed" 0 "$(printf '%s\n' "$err" | grep -c "$esc")"
is "... nor by paths and list" 0 "$(UMF_PLUGIN_PATH="$scratch/${esc}[31m" "$umf" paths 2>&1 | grep -c "$esc")"

if has_program python3; then
    check --json
    is "--json ends with the same status" 1 "$status"
    is "... has faults and notes, and says nothing else" \
        "5 8 True pool:high E_FIELD $folder/51-high.yaml 6" "$(printf '%s\n' "$out" | python3 -c 'import json, sys
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
wrong "unknown option '-x'" --probe -xv
wrong "unknown option '-x'" --probe FILE -vx
wrong "'--timeout' lacks its value" --probe --timeout
wrong "'--json' takes no value" --json=yes
for seconds in 0 -1 1.5 ten 86401 99999999999999999999 ''; do
    wrong '--timeout takes 1 to 86400 seconds' --probe --timeout "$seconds"
done
wrong '--timeout is for --probe' --timeout 3
finish
