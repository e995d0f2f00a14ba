# children-test.sh - what a plugin starts, prints and leaves behind while the umf
# command tries it, and objects made from it.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/tools/fixture.sh
. "$top_srcdir/tests/tools/fixture.sh"
umf=$top_builddir/umf
fixture=$top_builddir/tests/tools/.libs/part.so
[ -f "$fixture" ] || skip_all "needs the module that plays parts (make check builds it)"
has_plugin provider-os || skip_all "needs the provider os to make pools over"
unset UMF_PLUGIN_PATH

set_of() { # NAME PART...: a folder of its own with provider os and the parts
    UMF_PLUGIN_PATH_ONLY=$scratch/$1
    export UMF_PLUGIN_PATH_ONLY
    set_folder=$scratch/$1
    mkdir -p "$set_folder"
    cp "$top_builddir/plugins.d/50-provider-os.yaml" "$top_builddir/.libs/umf-provider-os.so" "$set_folder"
    shift
    for set_part; do part "$set_folder" "$set_part"; done
    : >"$FIXTURE_LOG"
}
check() { # ARGUMENT...: sets status, out, err
    "$umf" check --probe "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    out=$(cat "$scratch/out") err=$(cat "$scratch/err")
}
verdict() { printf '%s\n' "$out" | awk -v name="$1" '$2 == name { print $3 }'; }
pids() { ran | sed -n "s/^$1 \\([0-9]*\\) .*/\\1/p"; }

# --- what it leaves behind
set_of daemon starts-daemon
check
is "a plugin may start a daemon" "0 ready" "$status $(verdict starts-daemon)"
for pid in $(pids daemon); do
    passes "... which is gone when umf is, whatever its session" gone "$pid"
done
for signal in TERM INT HUP QUIT; do
    set_of "$signal" starts-daemon-and-loops
    # a shell without job control has INT and QUIT ignored for what runs beside it
    env --default-signal=INT,QUIT "$umf" check --probe --timeout 60 >/dev/null 2>&1 &
    umf_pid=$!
    passes "a plugin waits" logged '^looping [0-9]* starts-daemon-and-loops$'
    passes "... and so does its daemon" logged '^daemon [0-9]* starts-daemon-and-loops$'
    kill -"$signal" "$umf_pid"
    wait "$umf_pid" 2>/dev/null
    is "umf ends by SIG$signal" "$signal" "$(kill -l $?)"
    for pid in $(pids looping) $(pids daemon); do
        passes "... and process $pid with it" gone "$pid"
    done
done

# --- what it sees and prints
set_of around looks-around
echo text | "$umf" check --probe >/dev/null 2>&1
is "a plugin has no input" "stdin 0 looks-around" "$(ran | grep stdin)"
is "... and leaves no core file" "core 0 looks-around" "$(ran | grep core)"

set_of prints prints
check
is "what a plugin prints is not in the report" "pool       prints         ready" "$(printf '%s\n' "$out" | grep prints)"
is "... but on stderr" 1 "$(printf '%s\n' "$err" | grep -c "^a plugin's line\$")"
info=$("$umf" info prints 2>"$scratch/err")
is "nor is it in what info shows" "" "$(printf '%s\n' "$info" | grep "a plugin's")"
is "... but on stderr, what it prints at the end too" 2 "$(grep -c "^a plugin's" "$scratch/err")"
if has_program python3; then
    for command in 'info prints' demo 'check --probe'; do
        # shellcheck disable=SC2086
        passes "umf $command --json has one value on stdout" \
            sh -c '"$@" 2>/dev/null | python3 -m json.tool' sh "$umf" $command --json
    done
fi

# --- an object of it
set_of objects good provider-good wants-parameters provider-wants-parameters cannot-be-made \
    provider-cannot-be-made crash-in-making provider-crash-in-making crash-in-malloc without-blocks without-free
check
is "one that fails to make an object is a failure" 1 "$status"
is "a good pool and a good provider are ready" "ready ready" "$(verdict good) $(verdict provider-good)"
is "... having made an object and done away with it" "made block freed destroyed " \
    "$(ran | awk '$3 == "good" { printf "%s ", $1 }')"
is "... the provider too" "made destroyed " "$(ran | awk '$3 == "provider-good" { printf "%s ", $1 }')"
is "what needs parameters is no failure" "ready ready" \
    "$(verdict wants-parameters) $(verdict provider-wants-parameters)"
is "... and nothing is said" "" "$(printf '%s\n' "$err" | grep wants-parameters)"
for kind in pool: provider:provider-; do
    matches "${kind%%:*} that cannot be made is told" "^umf: ${kind}cannot-be-made: making one failed: " "$err"
    matches "${kind%%:*} that crashes while one is made is named" \
        "^umf: ${kind}crash-in-making: crashed while making one \\(SIGSEGV\\) \\(" "$err"
done
matches "a pool that crashes at its first block is named" '^umf: pool:crash-in-malloc: crashed while making one' "$err"
matches "a pool without a block is told" '^umf: pool:without-blocks: making one failed: it has no block' "$err"
matches "one that cannot free it too" '^umf: pool:without-free: making one failed: its block cannot be freed' "$err"
check -v
matches "with -v it is noted what needs parameters" '^umf: pool:wants-parameters: note: needs parameters: ' "$err"
rm "$set_folder"/*provider-os*
check -v "$set_folder/50-good.yaml"
is "without the provider os no pool is made" "0 ready" "$status $(verdict good)"
matches "... which is noted" '^umf: pool:good: note: none was made: there is no provider os' "$err"

# --- demo goes on
set_of demo good crash-in-malloc loop-in-malloc
cp "$top_builddir/plugins.d/50-pool-disjoint.yaml" "$top_builddir/.libs/umf-pool-disjoint.so" "$set_folder"
for limit in 1 10 60; do # a slow machine needs more than a second for the good ones
    demo=$("$umf" demo --timeout "$limit" 2>&1)
    status=$?
    printf '%s\n' "$demo" | grep -Eq '^ +disjoint +os .*all intact' && break
done
is "a demo in which a pair fails ends with 1" 1 "$status"
matches "a pair that crashes is named" '^ +crash-in-malloc +os +FAILED: crashed \(SIGSEGV\)$' "$demo"
matches "so is one that hangs" "^ +loop-in-malloc +os +FAILED: no answer in $limit s: killed\$" "$demo"
matches "so is one whose blocks are one" '^ +good +os +FAILED: ' "$demo"
matches "... and the others are tried all the same" '^ +disjoint +os +1000 .*all intact' "$demo"

# --- texts that are no text
set_of texts provider-odd-help
is "info shows no byte that a terminal would obey" "    caf? ?[31m" "$("$umf" info provider-odd-help | grep caf)"
if has_program python3; then
    is "... and makes JSON of what is no UTF-8" "odd True" \
        "$("$umf" info --json provider-odd-help | python3 -c 'import json, sys
row = json.load(sys.stdin)["parameters"][0]
print(row["name"], row["help"].startswith("caf?"))')"
fi
finish
