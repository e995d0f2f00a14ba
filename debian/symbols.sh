#!/bin/sh
# symbols.sh - writes debian/libumf1.symbols from libumf/libumf.map, to stdout.
#
# Names under the API's own nodes (UMF_1.x) are listed one by one, with the
# version that first had them, so that losing one ends the build. The node of what
# this library adds (UMF_PLUGIN_x) is still growing under one name: a line stands
# for all of it, with the current version, which is never too low.
#
# A version ends with ~: dpkg-gensymbols calls a name lost only where its version
# is less than the package's, and builds for an older release sort lower.
set -eu
cd "$(dirname "$0")"
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' changelog)~
known=libumf1.symbols
[ -f "$known" ] || known=/dev/null

echo "libumf.so.1 libumf1 #MINVER#"
echo "* Build-Depends-Package: libumf-dev"
{
    sed 's/^/known /' "$known"
    sed 's/^/map /' ../libumf/libumf.map
} | awk -v version="$version" '
    function line(symbol) {
        print " " symbol " " (symbol in since ? since[symbol] : version)
    }
    $1 == "known" { since[$2] = $3 }
    $1 == "map" && $3 == "{" {
        node = $2
        if (node ~ /^UMF_[0-9]/) line(node "@" node)
        else print " (symver)" node " " version
    }
    $1 == "map" && $2 == "local:" { node = "" }
    $1 == "map" && $2 ~ /^}/ { node = "" }
    $1 == "map" && node ~ /^UMF_[0-9]/ && $2 ~ /^[A-Za-z_0-9]+;$/ {
        line(substr($2, 1, length($2) - 1) "@" node)
    }' | LC_ALL=C sort
