# run-test.sh - umf run.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/proxy/preload.sh
. "$top_srcdir/tests/proxy/preload.sh"
umf=$top_builddir/umf
where=$top_builddir/tests/proxy/where
[ -f "$top_builddir/.libs/libumf_proxy.so.1" ] || skip_all "needs libumf_proxy.so (--enable-proxy)"

status_of() {
    "$@" >/dev/null 2>&1
    echo $?
}

is "a program runs on the pool" "pool" "$("$umf" run "$where" 100)"
is "... found in PATH, its options its own" "pool" "$(PATH=$top_builddir/tests/proxy:$PATH "$umf" run where 100)"
is "... on the stack that is asked for" "pool" "$("$umf" run --stack 'disjoint @ os' -- "$where" 100)"
is "UMF_PROXY of the caller is kept" "libc" "$(UMF_PROXY='size.threshold=1000' "$umf" run "$where" 100)"
matches "LD_PRELOAD of the caller is kept" ':/nonexistent\.so$' \
    "$(LD_PRELOAD=/nonexistent.so "$umf" run sh -c 'echo "$LD_PRELOAD"' 2>/dev/null)"
is "stdin and stdout are the program's" "text" "$(echo text | "$umf" run cat)"

for stats in '' --stats; do
    is "run $stats ends with the program's status" 7 "$(status_of "$umf" run $stats sh -c 'exit 7')"
    is "run $stats: a program that is not there gets 127" 127 "$(status_of "$umf" run $stats nonesuch-program)"
    is "run $stats: a file that is no program gets 126" 126 "$(status_of "$umf" run $stats "$top_srcdir/configure.ac")"
    is "run $stats: a bad stack gets 255" 255 "$(status_of "$umf" run --stack nonesuch $stats "$where" 1)"
done
# shellcheck disable=SC2016
is "run --stats: a signal is told as 128 and its number" 143 \
    "$(status_of "$umf" run --stats sh -c 'kill -TERM $$')"

"$umf" run --stats -- sh -c "'$where' 100 && '$where' 200" >"$scratch/out" 2>"$scratch/err"
is "--stats leaves stdout alone" "pool pool" "$(tr '\n' ' ' <"$scratch/out" | sed 's/ $//')"
is "--stats has a line per process" 2 "$(grep -cE '^[0-9]+ where  ' "$scratch/err")"
matches "... and a total" '^total +[1-9][0-9]* .*%$' "$(cat "$scratch/err")"
is "... which is their sum" same \
    "$(awk '$1 ~ /^[0-9]+$/ {sum += $3} $1 == "total" {print (sum == $2 ? "same" : "other")}' "$scratch/err")"
matches "... and the stack they ran on" '^    on disjoint\(capacity=16\) @ os$' \
    "$("$umf" run --stack 'disjoint(capacity=16) @ os' --stats "$where" 1 2>&1)"
matches "... which is the policy's default" "^    on $(default=disjoint; has_plugin pool-jemalloc && default=jemalloc; echo $default) @ os\$" \
    "$(cat "$scratch/err")"
mkdir "$scratch/policy"
printf 'schema: 1\nkind: policy\nname: mine\ndefault: {pool: [disjoint]}\n' >"$scratch/policy/00-policy.yaml"
matches "... where there is one" '^    on disjoint @ os$' \
    "$(UMF_PLUGIN_PATH=$scratch/policy "$umf" run --stats "$where" 1 2>&1)"
mkdir "$scratch/none"
matches "... or libc where no pool came up" '^    on libc$' \
    "$(UMF_PLUGIN_PATH_ONLY=$scratch/none "$umf" run --stats "$where" 1 2>&1)"
# shellcheck disable=SC2016
mixed=$("$umf" run --stats sh -c '"$1" 1; UMF_PROXY="$UMF_PROXY;stack=disjoint(capacity=9) @ os" "$1" 1' sh "$where" 2>&1)
is "... each where they differ" 1 "$(printf '%s\n' "$mixed" | grep -c '^    on disjoint(capacity=9) @ os$')"
# shellcheck disable=SC2016
uncounted=$("$umf" run --stats sh -c 'kill -TERM $$' 2>&1)
matches "--stats says why no process is counted" '^umf run: no process counted: .*_exit.*signal.*exec' "$uncounted"
is "... and gives no share of nothing" "" "$(printf '%s\n' "$uncounted" | grep '%')"
idle=$(UMF_PROXY='stack=disjoint @ os' "$umf" run --stats "$top_builddir/tests/proxy/idle" 2>&1)
matches "a process that allocates nothing has no share" '^[0-9]+ idle +0 .* -$' "$idle"
is "... nor has the total" "" "$(printf '%s\n' "$idle" | grep '%')"
is "--stats leaves no file behind" "" "$(TMPDIR=$scratch/tmp; export TMPDIR; mkdir "$TMPDIR"
    "$umf" run --stats "$where" 1 >/dev/null 2>&1; ls "$TMPDIR")"
mkdir "$scratch/late"
# shellcheck disable=SC2016
TMPDIR=$scratch/late "$umf" run --stats sh -c \
    'file=${UMF_PROXY#*stats=}; echo "$file" >"$1"; (while [ -e "$file" ]; do sleep 0.1; done; ls /; : >"$2") >/dev/null 2>&1 &' \
    sh "$scratch/late.path" "$scratch/late.done" >/dev/null 2>&1
tries=100
while [ ! -e "$scratch/late.done" ] && [ "$tries" -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
done
passes "a process can end after the program" test -e "$scratch/late.done"
is "... and leaves no file behind either" "" "$(ls "$scratch/late")"
matches "... for the file has a folder of its own" '/late/umf-run-[^/]*/[^/]*$' "$(cat "$scratch/late.path")"

matches "a missing program is named" 'nonesuch-program: program not found' \
    "$("$umf" run nonesuch-program 2>&1)"
is "run without a program is a usage error" 2 "$(status_of "$umf" run --stats)"
is "... and so is a stack that is empty" 2 "$(status_of "$umf" run --stack= ls)"
is "... and so is an unknown option" 2 "$(status_of "$umf" run --bogus ls)"

echo 'int main(void) { return 0; }' >"$scratch/static.c"
if gcc -static -o "$scratch/static" "$scratch/static.c" 2>/dev/null; then
    matches "a static program is refused, with the reason" 'statically linked' "$("$umf" run "$scratch/static" 2>&1)"
else
    tap_note "no static libc here: the refusal of static programs is not tested"
fi
if [ "$(id -u)" -eq 0 ]; then
    cp "$where" "$scratch/where" && chown 65534 "$scratch/where" && chmod 4755 "$scratch/where"
    matches "a setuid program is refused, with the reason" 'setuid' "$("$umf" run "$scratch/where" 1 2>&1)"
fi
printf '#!%s 100\n' "$where" >"$scratch/script"
chmod +x "$scratch/script"
matches "a script runs under its interpreter" '^pool' "$("$umf" run "$scratch/script")"
matches "a proxy library that is not there is named" 'UMF_PROXY_LIBRARY' \
    "$(UMF_PROXY_LIBRARY=/nonexistent.so "$umf" run "$where" 1 2>&1)"
finish
