# man-test.sh - the manual says what the command's help and the code say.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
umf=$top_builddir/umf
man=$top_srcdir/doc/man

words() { sort -u | tr '\n' ' '; }
# the options of a text of help, as -a or --all
help_options() { grep -oE '(^|[^[:alnum:]-])(--[a-z]+|-[a-z])([^[:alnum:]-]|$)' | grep -oE -- '--?[a-z]+' | words; }
# the options that a page explains: .It Fl a , Fl -all
page_options() { sed -n 's/^\.It Fl //p' "$1" | tr ' ' '\n' | grep -E '^-?[a-z]+$' | sed 's/^/-/' |
    awk '{ n = length($0); if (n == 2 || substr($0, 2, 1) == "-") print }' | words; }
# ... and those in its synopsis
synopsis_options() { sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$1" | grep -oE 'Fl -?[a-z]+' | sed 's/Fl /-/' | words; }

subcommands=$("$umf" help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p')
is "umf(1) has the subcommands of umf help" \
    "$(for sub in $subcommands; do [ "$sub" = version ] || echo "umf-$sub"; done | words)" \
    "$(sed -n 's/^\.It Xr \(umf-[a-z]*\) 1$/\1/p' "$man/umf.1" | words)"
is "each has a page, and no page has none" \
    "$(for sub in $subcommands; do [ "$sub" = version ] || echo "umf-$sub.1"; done | words)" \
    "$(cd "$man" && printf '%s\n' umf-*.1 | words)"
matches "umf version is explained in umf(1)" '^\.It Cm version$' "$(cat "$man/umf.1")"
for sub in $subcommands; do
    [ "$sub" != version ] || continue
    page=$man/umf-$sub.1
    options=$("$umf" help "$sub" | help_options)
    is "umf-$sub(1) explains the options of umf help $sub" "$options" "$(page_options "$page")"
    is "... and shows them in its synopsis" "$options" "$(synopsis_options "$page")"
    is "... and begins with its summary" "$("$umf" help | sed -n "s/^  $sub  *//p")" "$(sed -n 's/^\.Nd //p' "$page")"
done

keys() { sed -n '/^static const struct key keys\[\]/,/^};/s/^ *{"\([a-z_]*\)".*/\1/p' "$top_srcdir/libumf/plugin/manifest.c"; }
passes "the table of keys is found" test "$(keys | grep -c .)" -gt 10
is "umf.d(5) explains the keys of manifests" "$(keys | words)" \
    "$(sed -n '/^\.Sh KEYS/,/^\.Sh LIMITS/s/^\.It Cm //p' "$man/umf.d.5" | words)"
classes() { sed -n 's/^| \(E_[A-Z_]*\) |.*/\1/p' "$top_srcdir/doc/administrator.md"; }
passes "the classes of errors are found" test "$(classes | grep -c .)" -gt 20
is "umf.d(5) explains them" "$(classes | words)" "$(sed -n 's/^\.It Er //p' "$man/umf.d.5" | words)"
topics() { sed -n '/\] = "[a-z]*",$/s/.*"\([a-z]*\)",$/\1/p' "$top_srcdir/libumf/plugin/debug.c"; }
passes "the topics of UMF_PLUGIN_DEBUG are found" test "$(topics | grep -c .)" -gt 3
is "umf(1) explains them" "$( (topics; echo all) | words)" \
    "$(sed -n '/^\.It Ev UMF_PLUGIN_DEBUG/,/^\.El/s/^\.It Cm //p' "$man/umf.1" | words)"

# the examples of manifests, each from its comment to the .Ed
mkdir "$scratch/umf.d"
awk -v folder="$scratch/umf.d" '/^# \/etc\/umf\.d\// { sub(".*/", ""); file = folder "/" $0; next }
    /^\.Ed/ { file = "" } file { print > file }' "$man/umf.d.5"
is "umf.d(5) has an example of each sort" 3 "$(find "$scratch/umf.d" -name '*.yaml' | grep -c .)"
is "... and they are in order" "" "$(UMF_PLUGIN_PATH_ONLY=$scratch/umf.d "$umf" check 2>&1)"

for page in "$man"/*.[15]; do
    name=${page##*/}
    if command -v mandoc >/dev/null 2>&1; then
        # what other manuals are installed is not this page's doing
        is "mandoc finds nothing wrong with $name" "" \
            "$(mandoc -T lint "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'outdated mandoc.db')"
    fi
    if man --version 2>/dev/null | grep -q '^man 2'; then
        is "man finds nothing wrong with $name" "" "$(LC_ALL=C man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)"
    fi
done
finish
