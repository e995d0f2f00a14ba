#!/bin/sh
# check-all.sh - the long tests, in a build folder: make check-all.
#
#   make check-all                     every step below
#   make check-all CHECK_ALL="tsan"    these steps only
#
# check      make check
# model      the address map's, a million operations, and again with accesses that
#            give the processor away; the pools', 50,000 steps a thread
# asan       make check under AddressSanitizer and UBSan, in check-asan/
# tsan       make check under ThreadSanitizer, in check-tsan/
# valgrind   every suite under valgrind's memcheck
# fuzz       the parsers under libFuzzer (needs clang), 500,000 executions each;
#            make check-all CHECK_ALL=fuzz FUZZ_RUNS=10000000 before a release
# distcheck  make distcheck
#
# Every step's output is in check-all-<step>.log. No tool gets a suppression.
set -u
MAKE=${MAKE:-make}
jobs=$(nproc 2>/dev/null || echo 2)
steps=${*:-check model asan tsan valgrind fuzz distcheck}
failed=

run_check() { "$MAKE" -j"$jobs" check; }

run_model() {
    "$MAKE" check TESTS=tests/model/addrmap-model UMF_MODEL_OPS=1000000 &&
        # for each thread, size and pair of pool and provider
        "$MAKE" check TESTS=tests/model/pool-model UMF_MODEL_OPS=50000 CK_TIMEOUT_MULTIPLIER=20 &&
        "$MAKE" tests/model/addrmap-yielding && UMF_MODEL_OPS=400000 tests/model/addrmap-yielding
}

# build_and_check FOLDER SWITCHES: a tree of its own beside this one
build_and_check() {
    folder=$1
    shift
    mkdir -p "$folder" && (cd "$folder" &&
        "$top_srcdir/configure" --enable-strict-warnings --enable-debug "$@" CFLAGS='-O1 -g' &&
        "$MAKE" -j"$jobs" check CK_TIMEOUT_MULTIPLIER=5)
}
run_asan() { build_and_check check-asan --enable-asan --enable-ubsan; }
run_tsan() { build_and_check check-tsan --enable-tsan; }

run_valgrind() {
    "$MAKE" -j"$jobs" check-valgrind
}

run_fuzz() { "$MAKE" fuzz FUZZ_RUNS="${FUZZ_RUNS:-500000}"; }

run_distcheck() { "$MAKE" -j"$jobs" distcheck; }

for step in $steps; do
    log=check-all-$step.log
    echo "== $step (its output: $log)"
    if "run_$step" >"$log" 2>&1; then verdict=passed; else verdict=FAILED failed="$failed $step"; fi
    printf '   %s: %s\n' "$verdict" \
        "$(sed -n -e 's/^# \(TOTAL\|PASS\|SKIP\|FAIL\|ERROR\): */\1 /p' \
            -e 's/^\(Done [0-9]* runs\).*/\1/p' "$log" | tail -n 5 | tr '\n' ' ')"
    grep -E '^(FAIL|ERROR):' "$log" | sed 's/^/   /'
done
if [ -n "$failed" ]; then
    echo "check-all: failed:$failed"
    exit 1
fi
echo "check-all: passed: $steps"
