#!/bin/sh
# linkage-test.sh - what the built objects need, export and promise.
#
# The laws: libumf.so.1 needs libc, libltdl and libyaml only; a module needs no
# libumf, exports umf_plugin_query only, is bound at load (NOW), never unloaded
# (NODELETE) and takes no static TLS; libumf exports exactly what libumf.map
# names. Sanitizer builds add their run-time library, which is let through.
set -u
libs="$top_builddir/.libs"
modules=$(cd "$libs" && ls umf-*.so)
n=0 failed=0

result() { # RESULT TEXT [DETAIL]
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        echo "# $3"
        failed=1
    fi
}

needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^lib(asan|ubsan|tsan|gcov)\.so'; }
exported() { nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort; }

count=$(echo "$modules" | wc -l)
echo "1..$((3 + 3 * count))"

strange=$(needed "$libs/libumf.so.1" | grep -vE '^(libc\.so\.6|libltdl\.so\.7|libyaml-0\.so\.2|ld-linux.*)$')
result "$([ -z "$strange" ]; echo $?)" "libumf.so.1 needs libc, libltdl and libyaml only" "also: $strange"

soname=$(readelf -d "$libs/libumf.so.1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
result "$([ "$soname" = libumf.so.1 ]; echo $?)" "the soname is libumf.so.1" "it is $soname"

sed -n 's/^[[:space:]]*\(umf[A-Za-z]*\);.*/\1/p' "$top_srcdir/libumf/libumf.map" | sort > linkage-map.$$
exported "$libs/libumf.so.1" | grep -v '^__gcov' > linkage-exported.$$
difference=$(diff linkage-map.$$ linkage-exported.$$ | tr '\n' ' ')
rm -f linkage-map.$$ linkage-exported.$$
result "$([ -z "$difference" ]; echo $?)" "libumf.so.1 exports exactly the names of libumf.map" "$difference"

for module in $modules; do
    exports=$(exported "$libs/$module" | tr '\n' ' ')
    result "$([ "$exports" = "umf_plugin_query " ]; echo $?)" "$module exports umf_plugin_query only" "it exports $exports"
    uses=$(needed "$libs/$module" | grep umf)
    result "$([ -z "$uses" ]; echo $?)" "$module does not need libumf" "it needs $uses"
    flags=$(readelf -d "$libs/$module" | grep -E '\(FLAGS(_1)?\)')
    wrong=
    echo "$flags" | grep -q 'NODELETE' || wrong="no NODELETE"
    echo "$flags" | grep -q 'NOW' || wrong="$wrong no NOW"
    # a sanitizer's own objects carry the flag; ours must not
    if [ -z "${UMF_SANITIZED-}" ] && echo "$flags" | grep -q 'STATIC_TLS'; then
        wrong="$wrong STATIC_TLS"
    fi
    result "$([ -z "$wrong" ]; echo $?)" "$module is bound at load, never unloaded, without static TLS" "$wrong"
done
exit $failed
