# preload.sh - how the tests put this build's libumf_proxy.so under a program.

if [ -n "${UMF_SANITIZED-}" ]; then
    skip_all "a sanitized library cannot be preloaded: its runtime must come first in the program"
fi

# without options the proxy takes disjoint over os
for plugin in pool-disjoint provider-os; do
    has_plugin "$plugin" || skip_all "no stack to preload: this build has no $plugin"
done

libraries=$top_builddir/.libs/libumf.so.1:$top_builddir/.libs/libumf_proxy.so.1

preloaded() { # COMMAND...; $also: further libraries, $options: of the proxy
    env LD_PRELOAD="$libraries${also:+:$also}" UMF_PROXY="${options-}" "$@"
}
