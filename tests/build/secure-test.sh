# secure-test.sh - real setuid, setgid and capable programs, and root, in a root
# folder of their own: what they read from the environment (nothing) and which
# manifests and modules they open (those that root alone may change).
#
# A planted module writes its own path to /marks/log as soon as it is opened, so
# that "not opened" is seen, not concluded from an error. Each refusal has a run
# beside it in which the same module is opened.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/build/installed-tree.sh
. "$top_srcdir/tests/build/installed-tree.sh"
# shellcheck source=tests/build/test-root.sh
. "$top_srcdir/tests/build/test-root.sh"
need_test_root
for plugin in pool-disjoint provider-os; do
    has_plugin $plugin || skip_all "needs $plugin"
done
need_installed_tree
[ -e "$installed/lib/libumf.so.1" ] || skip_all "there is no shared libumf"

nobody=65534
place=$scratch
case $(findmnt -no OPTIONS -T "$scratch" 2>/dev/null) in
*nosuid*)
    place=$(mktemp -d "$top_builddir/secure-test-XXXXXX") || exit 99
    trap 'rm -rf "$scratch" "$place"' EXIT
    ;;
esac
root=$place/root

# ---- the root folder ----

cat >"$scratch/planted.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void opened(void) {
    Dl_info info;
    int fd = open("/marks/log", O_WRONLY | O_CREAT | O_APPEND, 0666);
    dladdr((void *)opened, &info);
    dprintf(fd, "%s\n", info.dli_fname);
    close(fd);
}
END
# word splitting makes the compiler's options
# shellcheck disable=SC2086
programs_build() {
    $CC $UMF_CFLAGS -I"$installed/include" "$top_srcdir/tests/build/secure-program.c" \
        -o "$scratch/plain" -L"$installed/lib" -lumf -Wl,-rpath,"$installed/lib" &&
        $CC -shared -fPIC "$scratch/planted.c" -o "$scratch/planted.so"
}
root_build() {
    programs_build && test_root "$root" && test_root_add "$root" "$scratch/plain" /bin/plain &&
        mkdir -m 0755 "$root/planted" "$root/opt" "$root/opt/site" && mkdir -m 01777 "$root/marks"
}

program() { # NAME OWNER MODE
    cp "$root/bin/plain" "$root/bin/$1" && chown "$2" "$root/bin/$1" && chmod "$3" "$root/bin/$1"
}
# run USER PROGRAM FOLDER KIND:NAME...: in $environment
run() {
    run_user=$1 run_program=$2
    shift 2
    rm -f "$root/marks/log"
    # word splitting makes the variables
    # shellcheck disable=SC2086
    env -i $environment "$(command -v chroot)" --userspec="$run_user:$run_user" --groups= \
        "$root" "/bin/$run_program" "$@" 2>&1
}
opened() { cat "$root/marks/log" 2>/dev/null; }

# Before the first case, so that all of it can be left out: a container or a file
# system may forbid what the cases are about.
environment=
root_said=$(root_build 2>&1) && program setuid-root 0:0 4755
root_status=$?
if [ "$root_status" -eq 0 ]; then
    case $(run $nobody setuid-root /) in
    "secure 1, effective uid 0"*) ;;
    *) skip_all "a setuid program gains nothing here (no_new_privs, or a file system with nosuid)" ;;
    esac
fi
tap_result "$root_status" "the program, the planted module and their root folder are made"
[ "$root_status" -eq 0 ] || { tap_note "$root_said"; finish; exit 1; }
is "nobody else can reach the root folder" 700 "$(stat -c %a "$place")"
program setuid-other 12345:0 4755
program setgid 0:12345 2755
secure_programs="setuid-root setuid-other setgid"
if has_program setcap; then
    program capable 0:0 0755
    if setcap cap_net_raw+ep "$root/bin/capable" 2>/dev/null; then
        secure_programs="$secure_programs capable"
    else
        skip "a program with file capabilities" "this file system or this container keeps none"
    fi
fi
for program in $secure_programs; do
    matches "$program runs in secure execution" "^secure 1, " "$(run $nobody "$program" /)"
done
matches "plain does not" "^secure 0, " "$(run $nobody plain /)"

# ---- what the environment names ----

manifest() { # FILE NAME MODULE
    printf 'schema: 1\nkind: pool\nname: %s\nmodule: %s\nabi: {major: 0, minor: 1}\n' \
        "$2" "$3" >"$1"
}
plant() { # FOLDER: a pool of its own and one in disjoint's place
    mkdir -p "$root$1"
    for planted in evil umf-pool-disjoint; do
        cp "$scratch/planted.so" "$root$1/$planted.so"
        printf "dlname='%s.so'\nlibrary_names='%s.so'\nold_library=''\ninstalled=no\nlibdir='%s'\n" \
            "$planted" "$planted" "$1" >"$root$1/$planted.la"
    done
    manifest "$root$1/50-pool-evil.yaml" evil evil.so
    manifest "$root$1/50-pool-disjoint.yaml" disjoint umf-pool-disjoint.so
}
for folder in path only config/umf.d home/.config/umf.d ltdl cwd; do
    plant "/planted/$folder"
done
find "$root/planted" -exec chmod u=rwX,go=rX {} +
admin=$root$installed/etc/umf.d
printf 'schema: 1\nkind: policy\nname: site\nuser_manifests: allow\n' >"$admin/00-policy.yaml"

planted=/planted
ltdl="LTDL_LIBRARY_PATH=$planted/ltdl LD_LIBRARY_PATH=$planted/ltdl"
settings="UMF_PLUGIN_PATH=$planted/path
    UMF_PLUGIN_PATH=$planted/path:$planted/only
    UMF_PLUGIN_PATH_ONLY=$planted/only
    XDG_CONFIG_HOME=$planted/config
    HOME=$planted/home"
for setting in $settings; do
    environment="$setting $ltdl"
    folder=${setting#*=}
    case $setting in
    HOME=*) folder=$folder/.config/umf.d ;;
    XDG_*) folder=$folder/umf.d ;;
    esac
    folder=${folder%%:*}
    run $nobody plain $planted/cwd pool:evil pool:disjoint >"$scratch/output"
    is "$setting is obeyed elsewhere" "$folder/evil.so $folder/umf-pool-disjoint.so" "$(opened | paste -sd ' ')"
    for program in $secure_programs; do
        output=$(run $nobody "$program" $planted/cwd pool:evil pool:disjoint provider:os)
        is "... and not by $program" "" "$(opened)"
        matches "... to which no such plugin is known" "^pool:evil umf: .*E_NOT_FOUND: no pool 'evil'" "$output"
        is "... and which finds the installed ones" "pool:disjoint found provider:os found" \
            "$(printf '%s\n' "$output" | tail -n 2 | paste -sd ' ')"
    done
done

# ---- no name is looked for by ld.so, and what the program names is its own ----

vendor=/usr/lib/umf/plugins
manifest "$root$vendor/60-pool-bare.yaml" bare evil.so
for program in plain $secure_programs; do
    environment=$ltdl
    output=$(run $nobody "$program" $planted/ltdl pool:bare file:evil.so file:./evil.so file:cwd/evil.so)
    is "$program opens no bare name's namesake" "" "$(opened)"
    matches "... but says where the module ought to be" \
        "^pool:bare umf: pool:bare: E_ABSENT: [^ ]*/evil.so does not exist" "$output"
    is "... and refuses to load what is not an absolute path" 3 \
        "$(printf '%s\n' "$output" | grep -c "E_PATH: '[^ ]*' must be absolute")"
    environment=
    is "... nor is it of use to anybody outside this test" 2 \
        "$(run $nobody "$program" / file:/marks/own.so file:/planted/../marks/own.so | grep -c "is not the test's")"
    run $nobody "$program" / "file:$planted/only/evil.so" >"$scratch/output"
    is "... and loads the file that it names itself" "$planted/only/evil.so" "$(opened)"
done
rm "$root$vendor/60-pool-bare.yaml"

log="UMF_LOG=level:debug;output:file,/marks/umf.log"
environment=$log
run $nobody plain / pool:disjoint >/dev/null
passes "UMF_LOG makes a file elsewhere" rm "$root/marks/umf.log"
for program in $secure_programs; do
    environment="$log UMF_PLUGIN_DEBUG=search,manifest,load,abi"
    output=$(run $nobody "$program" / pool:disjoint)
    is "... not for $program, whose standard error stays its own" "pool:disjoint found" \
        "$(printf '%s\n' "$output" | sed 1d)"
    is "... which made no file" "" "$(ls "$root/marks")"
done

# ---- who may change the file, and what leads to it ----

environment=
cp "$scratch/planted.so" "$root/opt/site/suspect.so"
cp "$scratch/planted.so" "$root$vendor/suspect.so"
ln -s /opt/site/suspect.so "$root/opt/link.so"
manifest "$admin/60-pool-site.yaml" site /opt/site/suspect.so
manifest "$admin/60-pool-linked.yaml" linked /opt/link.so
manifest "$root$vendor/60-pool-shipped.yaml" shipped suspect.so
chmod 0644 "$admin"/*.yaml "$root$vendor"/*

parents() { # PATH: it and its parents, up to the root
    parents_of=$1
    while [ -n "$parents_of" ]; do
        echo "$parents_of"
        parents_of=${parents_of%/*}
    done
    echo /
}
opened_by() { # USER PROGRAM NAME MODULE: the planted module is opened
    run "$1" "$2" / "pool:$3" >"$scratch/output"
    is "$2 opens the module of $3" "$4" "$(opened)"
}
# refused USER PROGRAM NAME TEXT: adds to $wrong what is not as it ought to be
refused() {
    case $(run "$1" "$2" / "pool:$3") in
    *"pool:$3 umf: pool:$3: E_INSECURE: $4"*) ;;
    *) wrong="$wrong $2: no E_INSECURE: $4;" ;;
    esac
    [ -z "$(opened)" ] || wrong="$wrong $2: $(opened) was opened;"
}
refused_each_way() { # PROGRAM NAME PATH
    wrong=
    mode=$(stat -c 0%a "$root$3")
    chmod o+w "$root$3"
    refused $nobody "$1" "$2" "$3 is writable by others (mode $(stat -c 0%a "$root$3"))"
    chmod "$mode" "$root$3"
    chmod g+w "$root$3"
    refused $nobody "$1" "$2" "$3 is writable by its group (mode $(stat -c 0%a "$root$3"))"
    chmod "$mode" "$root$3"
    chown -h $nobody "$root$3"
    refused $nobody "$1" "$2" "$3 belongs to uid $nobody, not to root"
    chown -h 0 "$root$3"
    is "$1: $3 changed by others, its group or its owner stops $2" "" "$wrong"
}
for program in $secure_programs; do
    opened_by $nobody "$program" site /opt/site/suspect.so
    opened_by $nobody "$program" linked /opt/link.so
    opened_by $nobody "$program" shipped $vendor/suspect.so
done
# the rest is one law for all of them
for program in setuid-root ${secure_programs##* }; do
    for path in $(parents "$installed/etc/umf.d/60-pool-site.yaml") /opt/site/suspect.so /opt/site /opt; do
        refused_each_way "$program" site "$path"
    done
    for path in $(parents $vendor/60-pool-shipped.yaml) $vendor/suspect.so; do
        refused_each_way "$program" shipped "$path"
    done
    for path in /opt/site/suspect.so /opt/site; do
        refused_each_way "$program" linked $path
    done
    wrong=
    chown -h $nobody "$root/opt/link.so"
    refused $nobody "$program" linked "/opt/link.so belongs to uid $nobody, not to root"
    chown -h 0 "$root/opt/link.so"
    chmod 01777 "$root/opt"
    refused $nobody "$program" linked "/opt is writable by others (mode 01777)"
    chmod 0755 "$root/opt"
    is "$program: neither another's link nor a sticky directory is trusted" "" "$wrong"
    printf 'schema: 1\nkind: policy\nname: site\ndisable: ["pool:shipped"]\n' >"$admin/00-policy.yaml"
    matches "$program obeys the administrator's policy" "E_DISABLED" \
        "$(run $nobody "$program" / pool:shipped)"
    chmod o+w "$admin/00-policy.yaml"
    opened_by $nobody "$program" shipped $vendor/suspect.so # not by anybody's
    rm "$admin/00-policy.yaml"
    opened_by $nobody "$program" site /opt/site/suspect.so
    opened_by $nobody "$program" shipped $vendor/suspect.so
done

# ---- root, and anybody, outside secure execution ----

wrong=
chmod 0777 "$root$vendor"
refused 0 plain shipped "$vendor is writable by others (mode 0777)"
chmod 0755 "$root$vendor"
chmod 0666 "$root$vendor/60-pool-shipped.yaml"
refused 0 plain shipped "$vendor/60-pool-shipped.yaml is writable by others (mode 0666)"
chmod 0644 "$root$vendor/60-pool-shipped.yaml"
chmod 0666 "$root/opt/site/suspect.so"
refused 0 plain site "/opt/site/suspect.so is writable by others (mode 0666)"
chmod 0644 "$root/opt/site/suspect.so"
chown $nobody "$root$vendor"
refused 0 plain shipped "$vendor belongs to uid $nobody, not to root"
chown 0 "$root$vendor"
is "root opens nothing that others may change, in the administrator's and vendors' directories" "" "$wrong"
chmod 01777 "$root$vendor"
opened_by 0 plain shipped $vendor/suspect.so
chmod 0755 "$root$vendor"
chmod 0777 "$root/usr/lib"
opened_by 0 plain shipped $vendor/suspect.so
chmod 0755 "$root/usr/lib"

# warned_of USER NAME MODULE PATH: opened, with one warning of PATH
warned_of() {
    environment="UMF_LOG=level:warning;output:stderr $1"
    output=$(run "$2" plain / "pool:$3")
    is "with a warning, uid $2 opens $4" "$4" "$(opened)"
    is "... which is one, and says why" 1 \
        "$(printf '%s\n' "$output" | grep -c "WARN  UMF\] .*$5 is writable by others (mode 0777)")"
}
chmod 0777 "$root/planted/path"
for user in 0 $nobody; do
    warned_of UMF_PLUGIN_PATH=$planted/path "$user" evil $planted/path/evil.so $planted/path
done
chmod 0777 "$root$vendor"
warned_of "" $nobody shipped $vendor/suspect.so $vendor
chmod 0755 "$root$vendor"

# ---- a checkout of another user, in a sticky directory that all may write to ----

# $scratch stays closed: who could write here would have root run what they wrote.
rm -rf "$root"
checkout=$scratch/sticky/checkout
mkdir -m 01777 "$scratch/sticky"
mkdir -p "$checkout/build/tools" "$checkout/etc"
cp -a "$top_srcdir/etc/umf.d" "$checkout/etc/"
cp -a "$top_builddir/.libs" "$top_builddir/plugins.d" "$checkout/build/"
cp -a "$top_builddir/tools/.libs" "$checkout/build/tools/"
for script in umf tools/umf; do # the places are written into both
    sed "s,$top_builddir,$checkout/build,g" "$top_builddir/$script" >"$checkout/build/$script"
    chmod 0755 "$checkout/build/$script"
done
for link in "$checkout/build/plugins.d"/*.yaml; do
    ln -sf "../../etc/umf.d/${link##*/}" "$link"
done
chown -hR 12345:12345 "$checkout"
list=$("$checkout/build/umf" list 2>&1)
matches "root's build tree of another owner finds its own plugins" \
    "^pool +disjoint +available .* $checkout/build/plugins.d/umf-pool-disjoint.so$" "$list"
passes "... and puts them to work" "$checkout/build/umf" demo
finish
