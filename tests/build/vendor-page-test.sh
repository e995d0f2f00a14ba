# vendor-page-test.sh - doc/vendor.md, followed to the letter in an empty folder.
#
# A fence's first line says what its block is:
#   c FILE, yaml FILE, make FILE   becomes that file
#   sh         commands; each must succeed, and what they export stays for the next
#   sh fails   ... the last must fail
#   text       what the block of commands just before prints, to the letter, with
#              /home/you/huge for the folder; "..." stands for any lines
# libumf is found in a prefix, as the page says it may be.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/build/installed-tree.sh
. "$top_srcdir/tests/build/installed-tree.sh"
need_installed_tree
for plugin in pool-disjoint provider-os; do
    has_plugin "$plugin" || skip_all "the page uses $plugin, which this build lacks"
done
[ -x "$installed/bin/umf" ] || skip_all "the page uses the command umf, which this build lacks"
[ -f "$installed/lib/libumf_proxy.so.1" ] || skip_all "the page uses the malloc replacement"
has_program pkg-config || { finish; exit; }

# ---- the page in pieces: NNN.sh, NNN.text, NNN.title and files/ ----
mkdir "$scratch/pieces" "$scratch/files" "$scratch/huge"
awk -v pieces="$scratch/pieces" -v files="$scratch/files" '
    /^```/ && open { open = 0; close(target); next }
    /^```[a-z]/ {
        open = 1
        language = substr($1, 4)
        number = sprintf("%s/%03d", pieces, language == "text" ? block : ++block)
        if (language == "sh") {
            target = number ".sh"
            print NR > (number ".line"); close(number ".line")
        } else if (language == "text") {
            target = number ".text"
        } else {
            target = files "/" $2
            print $2 > (number ".file"); close(number ".file")
        }
        if ($2 == "fails") { print > (number ".fails"); close(number ".fails") }
        next
    }
    open { print > target }' "$top_srcdir/doc/vendor.md"

# matches_page EXPECTED GOT: line by line; a line "..." is any number of them
matches_page() {
    awk 'NR == FNR { want[++wanted] = $0; next }
        { got[++gots] = $0 }
        function fits(i, j) {
            if (i > wanted) return j > gots
            if (want[i] == "...") return fits(i + 1, j) || (j <= gots && fits(i, j + 1))
            return j <= gots && want[i] == got[j] && fits(i + 1, j + 1)
        }
        END { exit !fits(1, 1) }' "$1" "$2"
}

# ---- followed ----
PATH=$installed/bin:$PATH
PKG_CONFIG_PATH=$installed/lib/pkgconfig
LD_LIBRARY_PATH=$installed/lib
export PATH PKG_CONFIG_PATH LD_LIBRARY_PATH
cd "$scratch/huge" || exit 99

run_piece() ( # FILE: what it exports goes on in $scratch/exported
    trap 'export -p >"$scratch/exported"' EXIT
    [ -e "${1%.sh}.fails" ] || set -e
    # shellcheck source=/dev/null
    . "$1"
)

blocks=0
for piece in "$scratch"/pieces/*; do
    number=${piece%.*}
    case $piece in
    *.file) cp "$scratch/files/$(cat "$piece")" . ;;
    *.sh)
        blocks=$((blocks + 1))
        title="line $(cat "$number.line"): $(head -n 1 "$piece")"
        run_piece "$piece" >"$number.got" 2>&1
        status=$?
        # shellcheck source=/dev/null
        . "$scratch/exported"
        if [ -e "$number.fails" ]; then
            is "$title: fails" failed "$([ "$status" -ne 0 ] && echo failed)"
        else
            is "$title: succeeds" 0 "$status"
            [ "$status" -eq 0 ] || tap_note "$(cat "$number.got")"
        fi
        is "... without a warning" "" "$(grep 'warning:' "$number.got")"
        if [ -e "$number.text" ]; then
            sed "s,$scratch/huge,/home/you/huge,g" "$number.got" >"$number.seen"
            passes "... and prints what the page says" matches_page "$number.text" "$number.seen"
            matches_page "$number.text" "$number.seen" || tap_note "$(cat "$number.seen")"
        fi
        ;;
    esac
done
is "the page has blocks to follow" yes "$([ "$blocks" -ge 10 ] && echo yes)"
finish
