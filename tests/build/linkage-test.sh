#!/bin/sh
# linkage-test.sh - what the built objects need, export and promise.
#
# The laws: libumf.so.1 needs libc, libltdl and libyaml only; a module needs no
# libumf, exports umf_plugin_query only, is bound at load (NOW), never unloaded
# (NODELETE) and takes no static TLS; libumf exports exactly what libumf.map
# names and the headers of this build declare: a plugin that is not in the tree
# brings neither its header nor its entry points. Two libumf in one process stay
# apart: no name of its own is bound at load. libumf_proxy.so.1 needs libc and
# libumf only and exports exactly what proxy.map names. Nothing needs a driver's
# library: the plugin opens it, where there is one. Sanitizer builds add their
# run-time library, which is let through.
set -u
libs="$top_builddir/.libs"
modules=$(cd "$libs" && ls umf-*.so 2>/dev/null)
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

strange=$(needed "$libs/libumf.so.1" | grep -vE '^(libc\.so\.6|libltdl\.so\.7|libyaml-0\.so\.2|ld-linux.*)$')
result "$([ -z "$strange" ]; echo $?)" "libumf.so.1 needs libc, libltdl and libyaml only" "also: $strange"

soname=$(readelf -d "$libs/libumf.so.1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
result "$([ "$soname" = libumf.so.1 ]; echo $?)" "the soname is libumf.so.1" "it is $soname"

bound=$(readelf -rW "$libs/libumf.so.1" | grep -oE ' umf[A-Za-z]*@' | sort -u | tr '\n' ' ')
result "$([ -z "$bound" ]; echo $?)" "libumf.so.1 calls its own functions, not another libumf's" "bound at load: $bound"

names_of() { sed -n 's/^[[:space:]]*\([a-zA-Z_]*\);.*/\1/p' "$top_srcdir/$1" | sort; }
declared() { # of the names read, those that a header of this build declares
    while read -r name; do
        # word splitting makes the list of headers
        # shellcheck disable=SC2086
        (cd "$top_srcdir" && grep -qE "^([a-z].*[ *])?$name *\\(" $UMF_HEADERS) && echo "$name"
    done
}
exports_exactly() { # NAMES LIBRARY TEXT
    difference=$({ printf '%s\n' "$1"; exported "$libs/$2" | grep -v '^__gcov'; } | sort | uniq -u | tr '\n' ' ')
    result "$([ -z "$difference" ]; echo $?)" "$2 exports exactly $3" "in one of the two only: $difference"
}

exports_exactly "$(names_of libumf/libumf.map | declared)" libumf.so.1 \
    "the names of libumf.map that its headers declare"

if [ -f "$libs/libumf_proxy.so.1" ]; then
    strange=$(needed "$libs/libumf_proxy.so.1" | grep -vE '^(libc\.so\.6|libumf\.so\.1|ld-linux.*)$')
    result "$([ -z "$strange" ]; echo $?)" "libumf_proxy.so.1 needs libc and libumf only" "also: $strange"
    exports_exactly "$(names_of proxy/proxy.map)" libumf_proxy.so.1 "the names of proxy.map"
fi

drivers='^lib(ze_loader|ze_intel|cuda|nvidia|nvml|OpenCL|hip|amdhip|hsa|sycl|drm)'
for object in libumf.so.1 libumf_proxy.so.1 $modules; do
    [ -f "$libs/$object" ] || continue
    uses=$(needed "$libs/$object" | grep -E "$drivers")
    result "$([ -z "$uses" ]; echo $?)" "$object needs no driver" "it needs $uses"
done

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
echo "1..$n"
exit $failed
