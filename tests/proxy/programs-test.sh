# programs-test.sh - real programs, unmodified, with and without `umf run`.
#
# Of each: the same output, the same exit status, the same files where they are
# deterministic, and at least 99% of the allocations after start from the pool.
# python3 keeps small objects in an allocator of its own; PYTHONMALLOC=malloc, in
# both runs, makes every one of them a malloc.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/proxy/preload.sh
. "$top_srcdir/tests/proxy/preload.sh"

umf=$top_builddir/umf
[ -x "$top_builddir/tools/umf" ] || skip_all "needs the umf command (--enable-tools)"
# the system's own where there is one: a wrapper script in PATH would be measured too
python=/usr/bin/python3
[ -x "$python" ] || python=python3
PYTHONMALLOC=malloc
PYTHONDONTWRITEBYTECODE=1
export PYTHONMALLOC PYTHONDONTWRITEBYTECODE

least_share=9900 # hundredths of a percent

# both NAME COMMAND...: runs it plain in $scratch/plain and on the pool in
# $scratch/pool, and compares.
both() {
    name=$1
    shift
    for way in plain pool; do
        mkdir -p "$scratch/$way"
    done
    (cd "$scratch/plain" && "$@" >../plain.out 2>../plain.err)
    plain_status=$?
    (cd "$scratch/pool" && "$umf" run --stats -- "$@" >../pool.out 2>../pool.err)
    is "$name: the exit status is the same" "$plain_status" "$?"
    passes "$name: the output is the same" cmp "$scratch/plain.out" "$scratch/pool.out"
    share=$(sed -n 's/^total .* \([0-9]*\)\.\([0-9][0-9]\)%$/\1\2/p' "$scratch/pool.err")
    calls=$(awk '$1 == "total" {print $2}' "$scratch/pool.err")
    tap_note "$(grep -E '^(total|before)' "$scratch/pool.err")"
    passes "$name: at least 99% of the allocations came from the pool (${share:-none} of 10000, ${calls:-0} calls)" \
        test "${share:-0}" -ge "$least_share" -a "${calls:-0}" -gt "$least_calls"
}

same_tree() { # NAME PATH: what both runs left at PATH is the same
    passes "$1" diff -r "$scratch/plain/$2" "$scratch/pool/$2"
}

run_python3() {
    least_calls=1000000
    both "python3 parses, sorts and dumps JSON" "$python" "$top_srcdir/tests/proxy/json-work.py"
    matches "... tens of megabytes of it" '^[0-9]{8} [0-9]{8} ' "$(cat "$scratch/plain.out")"
    least_calls=100000
    both "python3 forks beside 8 allocating threads" "$python" "$top_srcdir/tests/proxy/fork-work.py"
    is "... and every child does well" "children that did well: 40 of 40" "$(cat "$scratch/pool.out")"
}

# ---- git ----
GIT_CONFIG_GLOBAL=$scratch/gitconfig
GIT_CONFIG_NOSYSTEM=1
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
# threads would decide what a pack looks like
cat >"$GIT_CONFIG_GLOBAL" <<END
[user]
    name = test
    email = test@localhost
[safe]
    directory = *
[pack]
    threads = 1
[index]
    threads = 1
[gc]
    autoDetach = false
[advice]
    detachedHead = false
END
run_git() {
    repository=$top_srcdir
    if [ "$(git -C "$top_srcdir" rev-parse --show-toplevel 2>/dev/null)" != "$(cd "$top_srcdir" && pwd -P)" ]; then
        tap_note "not a checkout: the sources make a repository of their own"
        repository=$scratch/repository
        git init -q "$repository"
        (cd "$top_srcdir" && tar -cf - libumf plugins proxy tools tests) | (cd "$repository" && tar -xf -)
        git -C "$repository" add -A && git -C "$repository" commit -qm sources
    fi
    least_calls=1000
    both "git clones this repository" git clone -q --no-local --no-checkout "$repository" clone
    both "git checks it out" git -C clone checkout -q HEAD -- .
    for way in plain pool; do
        rm -f "$scratch/$way/clone/.git/index" # it holds times
    done
    both "git gc packs it" git -C clone gc -q --prune=now
    both "git reads it back" git -C clone fsck --full --strict
    same_tree "... to the same packs" clone/.git/objects
    matches "... and there is a pack" 'pack-.*\.pack' "$(ls "$scratch/pool/clone/.git/objects/pack")"
}

# ---- gcc ----
run_gcc() {
    least_calls=1000
    largest=$(cd "$top_srcdir" && find libumf plugins proxy tools -name '*.c' -exec wc -c {} + |
        grep -v ' total$' | sort -n | tail -n 1 | awk '{print $2}')
    both "gcc compiles $largest" gcc -std=gnu11 -O2 -w -fPIC -D_GNU_SOURCE -include "$top_builddir/config.h" \
        -I"$top_srcdir" -I"$top_srcdir/libumf" -I"$top_srcdir/libumf/include" \
        -c "$top_srcdir/$largest" -o object.o
    passes "... to the same object file" cmp "$scratch/plain/object.o" "$scratch/pool/object.o"
}

# ---- sqlite3 ----
cat >"$scratch/rows.sql" <<'END'
create table item(id integer primary key, name text, price real, shelf integer);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000)
    insert into item select i, 'item-' || (i * 7919 % 300007), i * 0.25, i % 97 from n;
create index by_name on item(name);
select count(*), sum(price) from item;
select shelf, count(*), max(name) from item group by shelf order by 2 desc, 1 limit 10;
select a.name, b.name from item a join item b on b.id = a.id * 2 where a.name like 'item-9999%' order by 1;
update item set price = price * 2 where shelf = 5;
delete from item where id % 3 = 0;
select count(*), sum(price), min(name) from item;
END
run_sqlite3() {
    least_calls=10000
    both "sqlite3 fills and queries 300,000 rows" sqlite3 -bail rows.db ".read $scratch/rows.sql"
    matches "... all of them" '^300000\|' "$(cat "$scratch/pool.out")"
    passes "... and leaves the same database" cmp "$scratch/plain/rows.db" "$scratch/pool/rows.db"
}

for program in python3 git gcc sqlite3; do
    if has_program "$program"; then "run_$program"; fi
done
finish
