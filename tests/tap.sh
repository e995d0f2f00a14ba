# tap.sh - a shell test that speaks TAP; source it, call cases, end with finish.
#
#   is NAME WANTED GOT       the two texts are equal
#   passes NAME COMMAND...   the command succeeds (its output is shown if not)
#   matches NAME PATTERN TEXT   an extended regular expression is found in it
#   skip_all REASON          nothing can be tested here; ends the test
#   $scratch                 an empty folder, removed at the end

tap_count=0
tap_failed=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/umf-test-XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

tap_result() { # STATUS NAME
    tap_count=$((tap_count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_count - $2"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $2"
    fi
}

tap_note() { printf '%s\n' "$*" | sed 's/^/# /'; }

is() {
    if [ "$2" = "$3" ]; then
        tap_result 0 "$1"
    else
        tap_result 1 "$1"
        tap_note "wanted: $2"
        tap_note "got:    $3"
    fi
}

passes() {
    tap_name=$1
    shift
    if tap_output=$("$@" 2>&1); then
        tap_result 0 "$tap_name"
    else
        tap_result 1 "$tap_name"
        tap_note "$* failed:" "$tap_output"
    fi
}

matches() {
    if printf '%s\n' "$3" | grep -Eq -- "$2"; then
        tap_result 0 "$1"
    else
        tap_result 1 "$1"
        tap_note "no match for: $2"
        tap_note "$3"
    fi
}

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}

finish() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
}
