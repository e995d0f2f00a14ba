# tap.sh - a shell test that speaks TAP; source it, call cases, end with finish.
#
#   is NAME WANTED GOT       the two texts are equal
#   passes NAME COMMAND...   the command succeeds (its output is shown if not)
#   matches NAME PATTERN TEXT   an extended regular expression is found in it
#   skip NAME REASON         cannot be tested here
#   skip_all REASON          nothing can be tested here; ends the test
#   has_plugin KIND-NAME     this build has the plugin
#   has_program PROGRAM      ... is installed; if not, that is a skip, and with
#                            UMF_DEMAND_PROGRAMS set a failure
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

skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}

plugins() { # the plugins of this build, as KIND-NAME
    for tap_manifest in "$top_builddir"/plugins.d/*.yaml; do
        [ -e "$tap_manifest" ] || continue # none at all
        tap_manifest=${tap_manifest##*/[0-9][0-9]-}
        echo "${tap_manifest%.yaml}"
    done
}

has_plugin() { plugins | grep -qx -- "$1"; }

has_program() {
    if command -v "$1" >/dev/null 2>&1; then
        return 0
    elif [ -n "${UMF_DEMAND_PROGRAMS-}" ]; then
        tap_result 1 "$1 is installed (UMF_DEMAND_PROGRAMS is set)"
    else
        skip "what needs $1" "$1 is not installed"
    fi
    return 1
}

finish() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
}
