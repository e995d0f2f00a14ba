# lint.sh - the rules of the house that a machine can check.
#
# Who may include whom: base <- core <- plugin, memspace <- api; a plugin sees
# umf/, base/, params/ and its own folder; the core names no plugin. Limits are
# the most that is allowed, not what to aim for.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
cd "$top_srcdir" || exit 99

most_lines_of_file=600
most_lines_of_function=80

sources() { find "$@" \( -name '*.c' -o -name '*.h' -o -name '*.def' \) -print; }
# finds PATTERN FOLDER...: lines of the sources that match
finds() {
    pattern=$1
    shift
    # names of sources have no blanks
    # shellcheck disable=SC2046
    grep -nE -- "$pattern" $(sources "$@") /dev/null
}
none() { # NAME LINES
    is "$1" "" "$2"
}

none "base includes nothing above it" \
    "$(finds '#include [<"](\.\./)*(libumf/)?(core|plugin|memspace|api)/' libumf/base)"
none "core includes nothing above it" \
    "$(finds '#include [<"](\.\./)*(libumf/)?(plugin|memspace|api)/' libumf/core)"
none "the plugin host includes nothing above it" \
    "$(finds '#include [<"](\.\./)*(libumf/)?api/' libumf/plugin)"
none "a plugin sees umf/, base/, params/ and its own folder only" \
    "$(finds '#include "' plugins | awk -F: '{
        split($1, path, "/"); name = $3
        sub(/^.*#include "/, "", name); sub(/".*$/, "", name)
        if (name !~ "^(umf/|base/|params/)" && index(name, path[2] "/") != 1 && name ~ "/") print }')"
for folder in plugins/*/; do
    name=$(basename "$folder")
    none "the core does not know $name" \
        "$(finds "\"(${name#*-})\"|[^a-z](${name#*-})_(pool|provider|ops)" libumf/core)"
    passes "... which has its manifest" ls etc/umf.d/??-"$name.yaml"
done
none "public headers include public headers only" \
    "$(finds '#include "' libumf/include)"

none "no file is longer than $most_lines_of_file lines" \
    "$(sources libumf plugins proxy tools tests | while read -r file; do
        awk -v most="$most_lines_of_file" 'END { if (NR > most) print FILENAME ": " NR }' "$file"; done)"
none "no function is longer than $most_lines_of_function lines" \
    "$(sources libumf plugins proxy tools tests | while read -r file; do
        awk -v most="$most_lines_of_function" '
            /^[a-zA-Z].*\{$/ || /^\{/ { start = FNR }
            /^\}/ { if (start && FNR - start > most) print FILENAME ":" start ": " FNR - start; start = 0 }' "$file"
    done)"

none "no abort in the library, and assert in debug builds only" \
    "$(sources libumf plugins proxy | while read -r file; do
        awk '/^#ifdef UMFI_DEBUG/ { debug = 1 } /^#(else|endif)/ { debug = 0 }
            /(^|[^a-z_])(abort|assert)\(/ && !debug { print FILENAME ":" FNR ": " $0 }' "$file"
    done)"
none "the environment is read through secure_getenv" \
    "$(finds '(^|[^_])getenv\(' libumf plugins proxy)"
none "libumf opens libraries in plugin/module.c only" \
    "$(finds '(^|[^_a-zA-Z])(lt_)?dlm?open(ext|advise)?[[:space:]]*\(' libumf | grep -vE '^libumf/plugin/module\.(c|h):')"
none "what differs by platform is in base/, the SDK and the C library's names" \
    "$(finds '^ *# *(if|ifdef|ifndef|elif) ' libumf plugins proxy tools |
        grep -vE '_H$|__cplusplus|^libumf/base/|^libumf/include/umf/plugin_sdk\.h|^proxy/libc_heap\.c')"
finish
