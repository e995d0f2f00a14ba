# malloc-test.sh - runs malloc-cases on this build's libumf_proxy.so.
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/proxy/preload.sh
. "$top_srcdir/tests/proxy/preload.sh"

also=$top_builddir/tests/proxy/.libs/early.so
preloaded "$top_builddir/tests/proxy/malloc-cases"
