# options-test.sh - what UMF_PROXY can ask for, and what a mistake in it gets.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/proxy/preload.sh
. "$top_srcdir/tests/proxy/preload.sh"

where=$top_builddir/tests/proxy/where
with() { # OPTIONS COMMAND...: stdout and stderr, then the exit status
    options=$1
    shift
    preloaded "$@" 2>&1
    echo "status $?"
}
ok='
status 0'

is "without options every size is the pool's" "pool pool pool$ok" "$(with '' "$where" 1 1000 9000000)"
is "a stack can be named" "pool$ok" "$(with 'stack=disjoint(capacity=1) @ os' "$where" 10)"
is "requests below the threshold are libc's" "libc pool pool$ok" \
    "$(with 'size.threshold=1000' "$where" 999 1000 5000)"
is "text after the threshold's digits is ignored" "libc pool$ok" \
    "$(with 'size.threshold=64abc' "$where" 63 64)"
is "options are separated by semicolons" "libc pool$ok" \
    "$(with 'size.threshold=64;;stack=disjoint @ os;' "$where" 63 64)"
is "the last of several thresholds wins" "libc$ok" \
    "$(with 'size.threshold=10;size.threshold=1000' "$where" 500)"
is "the last of several stacks wins" "pool$ok" \
    "$(with 'stack=nonesuch @ os;stack=disjoint @ os' "$where" 10)"
is "a stack beats a page.disposition before it" "pool$ok" \
    "$(with 'page.disposition=shared-fd;stack=disjoint @ os' "$where" 10)"
is "... and behind it" "pool$ok" "$(with 'stack=disjoint @ os;page.disposition=shared-fd' "$where" 10)"
first=$(with 'page.disposition=shared-fd;page.disposition=shared-shm' "$where" 10)
matches "the first of several page.dispositions wins" "visibility=shared\)" "$first"
matches "shared memory can be asked for" '^pool$' \
    "$(with 'page.disposition=shared-fd' "$where" 100)"

is "a pool that passes every request on to its provider serves a program" "pool pool pool$ok" \
    "$(with 'stack=disjoint(max_poolable_size=0)@os' "$where" 0 1 100000)"
is "umfTearDown more often than umfInit leaves the program its heap" "goes on$ok" \
    "$(with '' "$top_builddir/tests/proxy/teardown")"

shm=$(with 'page.disposition=shared-shm' "$top_builddir/tests/proxy/shared-child")
matches "shared-shm names the heap by its process, and a child of fork keeps that name" \
    '^/dev/shm/umf_proxy_lib_shm_pid_[0-9]+$' "$shm"
is "... which goes when the process ends" gone \
    "$([ -e "$(printf '%s\n' "$shm" | grep '^/dev/shm/')" ] && echo there || echo gone)"
is "... and there is none with a stack of another kind" "pool$ok" \
    "$(with 'page.disposition=shared-shm;stack=disjoint @ os' "$where" 10)"

bad=$(with 'stack=nonesuch @ os' "$where" 10)
matches "an unknown pool ends the program with 255" '^status 255$' "$bad"
is "... with one line" 2 "$(printf '%s\n' "$bad" | wc -l)"
matches "... which names the stack and the pool" "umf_proxy: .*'nonesuch @ os'.*nonesuch" "$bad"
matches "a stack with a syntax error ends it with 255" '^status 255$' \
    "$(with 'stack=disjoint( @ os' "$where" 10)"
matches "a pool that does not know its blocks' sizes ends it with 255" '^status 255$' \
    "$(with 'stack=proxy @ os' "$where" 10)"
matches "a threshold that is no number ends it with 255" '^status 255$' \
    "$(with 'size.threshold=x' "$where" 10)"
unknown=$(with 'colour=red' "$where" 10)
matches "an unknown option is named" "umf_proxy: .*'colour=red'" "$unknown"
matches "... and ignored" '^status 0$' "$unknown"

mkdir "$scratch/none"
without=$(with '' env UMF_PLUGIN_PATH_ONLY="$scratch/none" "$where" 10)
matches "without plugins the program runs on libc" '^libc$' "$without"
matches "... and one line says so" '^umf_proxy: running on libc' "$without"

# sh itself may leave through _exit, which tells nobody
with "stats=$scratch/stats" sh -c 'ls / >/dev/null; ls / >/dev/null; :' >/dev/null
is "each process writes a line of statistics" "ls ls" \
    "$(awk '$8 == "ls" {print $8}' "$scratch/stats" | tr '\n' ' ' | sed 's/ $//')"
is "... of eight columns and, behind a tab, the stack" "" "$(awk -F'[ \t]' '!/ ls\t[a-z]+ @ [a-z]+$/ || NF != 11 || $2 == 0 || $3 <= $2' "$scratch/stats")"
if has_program python3; then
    (cd "$scratch" && with "stats=relative" python3 -c 'import os; os.chdir("/")' >/dev/null)
    passes "a relative path is taken from where the program started" test -s "$scratch/relative"
fi
matches "statistics can go to a descriptor" '^[0-9]+ [0-9]+ .* ls[[:space:]]' "$(with 'stats=2' ls /)"
echo kept >"$scratch/target"
ln -s target "$scratch/link"
matches "statistics do not follow a symbolic link" 'umf_proxy: .*symbolic link' \
    "$(with "stats=$scratch/link" "$where" 1)"
is "... and leave what it points to alone" kept "$(cat "$scratch/target")"
is "a pending cancellation does not change how a program exits" "status 7" "$(with "stats=$scratch/cancelled" timeout 10 "$top_builddir/tests/proxy/cancelled")"
is "... and its statistics are told" 1 "$(grep -c ' cancelled[[:space:]]' "$scratch/cancelled")"
is "malloc and free are no cancellation points" "finished$ok" \
    "$(UMF_LOG='level:debug;flush:debug;output:stderr' with 'stack=disjoint(pool_trace=3) @ os' \
        timeout 10 "$top_builddir/tests/proxy/cancelled-work" | grep -v '^\[')"
finish
