# demo-test.sh - umf demo: all pairs and a real program.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/proxy/preload.sh
. "$top_srcdir/tests/proxy/preload.sh"

demo=$("$top_builddir/umf" demo 2>&1)
is "demo succeeds" 0 "$?"
for pool in disjoint proxy; do
    for provider in os fixed; do
        has_plugin "pool-$pool" && has_plugin "provider-$provider" || continue
        matches "$pool over $provider is put to work" \
            "^ +$pool +$provider +1000 +[0-9.]+ MiB +all intact +[0-9]+\.[0-9]$" "$demo"
    done
done
matches "a real program runs on the malloc replacement" 'exit status 0; .* came from the pool$' "$demo"
matches "the last line counts" '^[1-9][0-9]* passed, 0 failed\.$' "$(printf '%s\n' "$demo" | tail -n 1)"

if has_program python3; then
    is "--json holds the same and nothing else" "True 0 0" \
        "$("$top_builddir/umf" demo --json 2>/dev/null | python3 -c 'import json, sys
demo = json.load(sys.stdin)
print(all(pair["verdict"] == "passed" for pair in demo["pairs"]), demo["program"]["exit_status"], demo["failed"])')"
fi

mkdir "$scratch/none"
demo=$(UMF_PLUGIN_PATH_ONLY=$scratch/none "$top_builddir/umf" demo 2>&1)
is "without plugins demo fails" 1 "$?"
finish
