# fixture.sh - plugins that play a part (tests/plugin/fixture.c); source it after
# tap.sh.
#
#   part FOLDER NAME [LINE]  the module NAME.so, which does what its name says, and
#                            its manifest, with LINE at its end, in FOLDER
#   ran                      what the modules did, a line each
#   logged PATTERN           waits until a module did this
#   gone PID                 waits until the process has gone
fixture=$top_builddir/tests/plugin/.libs/fixture.so
FIXTURE_LOG=$scratch/log
export FIXTURE_LOG

manifest() { # FILE KIND NAME [LINE]
    mkdir -p "${1%/*}"
    printf 'schema: 1\nkind: %s\nname: %s\nmodule: %s.so\nabi: {major: 0, minor: 1}\n%s\n' \
        "$2" "$3" "$3" "${4-}" >"$1"
}

part() {
    case $2 in
    provider*) manifest "$1/50-$2.yaml" provider "$2" "${3-}" ;;
    *) manifest "$1/50-$2.yaml" pool "$2" "${3-}" ;;
    esac
    cp "$fixture" "$1/$2.so"
}

ran() { [ ! -e "$FIXTURE_LOG" ] || cat "$FIXTURE_LOG"; }

gone() { # PID
    tries=100
    while [ -e "/proc/$1/stat" ] && ! grep -q ') Z ' "/proc/$1/stat" && [ "$tries" -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    [ "$tries" -gt 0 ]
}
logged() { # PATTERN: waits until a module did this
    tries=100
    while ! ran | grep -q "$1" && [ "$tries" -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    [ "$tries" -gt 0 ]
}
