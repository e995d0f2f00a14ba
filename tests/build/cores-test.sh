# cores-test.sh - libumf where its names are not the program's own: opened with
# RTLD_LOCAL, twice in one process over the same modules, and under another malloc.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"

library=$top_builddir/.libs/libumf.so.1
[ -e "$library" ] || skip_all "there is no shared libumf"
program=$top_builddir/tests/build/cores-program
components=$(plugins | grep -E '^(pool|provider)-' | sed 's/-/:/')
case $components in
*pool:*provider:* | *provider:*pool:*) ;;
*) skip_all "there is no pool or no provider" ;;
esac

# word splitting makes the names
# shellcheck disable=SC2086
cores() { "$program" "$@" -- $components; }

# a second file, not a second name of it: ld.so tells libraries apart by the inode
cp -L "$library" "$scratch/second.so"
cp -L "$library" "$scratch/third.so"

passes "opened with RTLD_LOCAL by a program without it, every plugin loads and every pool works" \
    cores "$library"
for order in "" -r; do
    # no order is no argument
    # shellcheck disable=SC2086
    passes "two of them share the modules${order:+, the last one destroyed first}" \
        cores $order "$library" "$scratch/second.so"
    # shellcheck disable=SC2086
    passes "... also where the first one's names are the program's${order:+, the last one destroyed first}" \
        cores -g $order "$library" "$scratch/second.so"
done
passes "and so do three" cores -g "$scratch/third.so" "$library" "$scratch/second.so"

preloaded() { # LIBRARY COMMAND...
    preload=$1
    shift
    "$top_builddir/libtool" --mode=execute env LD_PRELOAD="$preload" "$@"
}
if [ -n "${UMF_SANITIZED-}" ]; then
    skip "what preloads" "a sanitizer has its own malloc"
    finish
    exit
fi
# word splitting makes the names
# shellcheck disable=SC2086
passes "two also work in a program that has one from its start" \
    preloaded "$library" "$program" "$library" "$scratch/second.so" -- $components

for malloc in libjemalloc.so.2 libtbbmalloc_proxy.so.2; do
    path=$($CC -print-file-name="$malloc")
    if [ "$path" = "$malloc" ]; then
        if [ -n "${UMF_DEMAND_PROGRAMS-}" ]; then
            tap_result 1 "$malloc is installed (UMF_DEMAND_PROGRAMS is set)"
        else
            skip "what preloads $malloc" "it is not installed"
        fi
        continue
    fi
    # shellcheck disable=SC2086
    matches "$malloc can be preloaded" "$malloc" \
        "$(LD_DEBUG=files preloaded "$path" "$program" "$library" -- $components 2>&1 | grep 'calling init')"
    # shellcheck disable=SC2086
    passes "on $malloc every pool works" preloaded "$path" "$program" "$library" -- $components
    # shellcheck disable=SC2086
    passes "... in two libumf as well" \
        preloaded "$path" "$program" -g "$library" "$scratch/second.so" -- $components
    if [ -x "$top_builddir/tests/conformance/pool-test" ]; then
        passes "... and every pool keeps to what all pools promise" \
            preloaded "$path" "$top_builddir/tests/conformance/pool-test"
    fi
done
finish
