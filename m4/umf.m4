# umf.m4 - the macros that configure.ac is made of.

# UMF_NEED_PACKAGE(VARIABLE, PKG-CONFIG NAME, DEBIAN PACKAGE)
# A package that the build cannot do without.
AC_DEFUN([UMF_NEED_PACKAGE], [
  PKG_CHECK_MODULES([$1], [$2], [],
    [AC_MSG_ERROR([$2 not found: install $3])])
])

# UMF_CHOOSE(NAME, WHAT, [VARIABLE, PKG-CONFIG NAME, DEBIAN PACKAGE])
# --enable-NAME=auto|yes|no; sets umf_use and umf_why. "yes" with a missing
# package is an error that names the package; "auto" leaves the part out.
AC_DEFUN([UMF_CHOOSE], [
  AC_ARG_ENABLE([$1],
    [AS_HELP_STRING([--enable-$1=auto|yes|no], [$2 @<:@auto@:>@])],
    [umf_use=$enableval], [umf_use=auto])
  AS_CASE([$umf_use], [auto|yes|no], [],
    [AC_MSG_ERROR([--enable-$1 takes auto, yes or no, not '$umf_use'])])
  umf_why=
  AS_IF([test "$umf_use" = no], [umf_why="switched off"],
    [m4_ifval([$4], [
      PKG_CHECK_MODULES([$3], [$4], [umf_use=yes], [
        AS_IF([test "$umf_use" = yes],
          [AC_MSG_ERROR([--enable-$1: $4 not found: install $5])])
        umf_use=no
        umf_why="needs $5"])
    ], [umf_use=yes])])
])

# UMF_FEATURE(NAME, WHAT, [VARIABLE, PKG-CONFIG NAME, DEBIAN PACKAGE])
# A part of the tree other than a plugin: AM_CONDITIONAL ENABLE_NAME and a row.
AC_DEFUN([UMF_FEATURE], [
  UMF_CHOOSE([$1], [$2], [$3], [$4], [$5])
  AM_CONDITIONAL([ENABLE_]m4_translit([$1], [a-z-], [A-Z_]), [test "$umf_use" = yes])
  UMF_ROW([$1])
])

# UMF_STATIC_BUILD
# --disable-shared: the plugins become part of libumf.a, and there are neither
# modules nor a malloc replacement. Sets AM_CONDITIONAL STATIC_BUILD,
# UMFI_IS_STATIC_BUILD for C, and begins what UMF_PLUGIN adds to: UMF_PRELOAD,
# libtool's words for the modules to link in ("force": a list even of none), and
# UMF_PRIVATE_LIBS, what they need.
# Both kinds from one build are refused: its libumf.a would lack the plugins, which are
# built as modules.
AC_DEFUN([UMF_STATIC_BUILD], [
  AS_IF([test "$enable_shared$enable_static" = yesyes],
    [AC_MSG_ERROR([--enable-static: libumf.a is a build of its own, with --disable-shared])])
  AM_CONDITIONAL([STATIC_BUILD], [test "$enable_shared" = no])
  AS_IF([test "$enable_shared" = no],
    [umf_is_static=1 umf_switches=" static"], [umf_is_static=0 umf_switches=])
  AC_DEFINE_UNQUOTED([UMFI_IS_STATIC_BUILD], [$umf_is_static],
    [1: the plugins are linked into libumf.a, and there is no malloc replacement.])
  AC_SUBST([UMF_PRELOAD], ["-dlpreopen force"])
  AC_SUBST([UMF_PRIVATE_LIBS])
])

# UMF_SHARED_FEATURE(NAME, WHAT)
# A part that a static build cannot have.
AC_DEFUN([UMF_SHARED_FEATURE], [
  UMF_CHOOSE([$1], [$2])
  AS_IF([test "$umf_is_static$umf_use" = 1yes], [
    AS_IF([test "$enable_[]m4_translit([$1], [-], [_])" = yes],
      [AC_MSG_ERROR([--enable-$1: a static build (--disable-shared) has no $2])])
    umf_use=no
    umf_why="not in a static build"])
  AM_CONDITIONAL([ENABLE_]m4_translit([$1], [a-z-], [A-Z_]), [test "$umf_use" = yes])
  UMF_ROW([$1])
])

# UMF_PLUGIN(KIND-NAME, [VARIABLE, PKG-CONFIG NAME, DEBIAN PACKAGE])
# Declares the plugin in plugins/KIND-NAME: AM_CONDITIONAL ENABLE_KIND_NAME and a
# row of the summary.
AC_DEFUN([UMF_PLUGIN], [
  UMF_CHOOSE([$1], [the plugin $1], [$2], [$3], [$4])
  AM_CONDITIONAL([ENABLE_]m4_translit([$1], [a-z-], [A-Z_]), [test "$umf_use" = yes])
  AS_IF([test "$umf_is_static$umf_use" = 1yes], [
    AS_CASE([$UMF_PRELOAD], [*force], [UMF_PRELOAD=])
    UMF_PRELOAD="$UMF_PRELOAD -dlpreopen umf-$1.la"
    m4_ifval([$2], [UMF_PRIVATE_LIBS="$UMF_PRIVATE_LIBS $$2_LIBS"])])
  UMF_ROW([$1])
])

AC_DEFUN([UMF_ROW], [
  umf_summary="$umf_summary
  $(printf '%-16s %-4s %s' '$1' "$umf_use" "$umf_why")"
])

# UMF_SWITCH(NAME, WHAT): --enable-NAME, off by default; sets enable_NAME.
AC_DEFUN([UMF_SWITCH], [
  AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$2])], [], [enable_[]m4_translit([$1], [-], [_])=no])
  AS_CASE([$enable_[]m4_translit([$1], [-], [_])], [yes|no], [],
    [AC_MSG_ERROR([--enable-$1 takes yes or no, not '$enable_[]m4_translit([$1], [-], [_])'])])
])

# Compiler switches that concern the whole tree. They go into UMF_CFLAGS and
# UMF_LDFLAGS and leave the user's CFLAGS alone.
AC_DEFUN([UMF_BUILD_SWITCHES], [
  UMF_SWITCH([strict-warnings], [more warnings, all of them errors])
  UMF_SWITCH([debug], [check lock order and the laws of data structures])
  UMF_SWITCH([asan], [build with AddressSanitizer])
  UMF_SWITCH([ubsan], [build with UndefinedBehaviorSanitizer])
  UMF_SWITCH([tsan], [build with ThreadSanitizer])
  UMF_SWITCH([coverage], [build for gcov])
  AS_IF([test "$enable_asan$enable_tsan" = yesyes],
    [AC_MSG_ERROR([--enable-asan and --enable-tsan exclude each other])])

  umf_warnings="-Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla"
  UMF_CFLAGS="$umf_warnings"
  UMF_LDFLAGS=
  AS_IF([test "$enable_strict_warnings" = yes], [
    UMF_CFLAGS="$UMF_CFLAGS -Wformat=2 -Wwrite-strings -Werror"
    umf_switches="$umf_switches strict-warnings"])
  AS_IF([test "$enable_debug" = yes], [
    UMF_CFLAGS="$UMF_CFLAGS -DUMFI_DEBUG"; umf_switches="$umf_switches debug"])
  umf_sanitize=
  AS_IF([test "$enable_asan" = yes], [umf_sanitize="$umf_sanitize -fsanitize=address"])
  AS_IF([test "$enable_ubsan" = yes],
    [umf_sanitize="$umf_sanitize -fsanitize=undefined -fno-sanitize-recover=undefined"])
  AS_IF([test "$enable_tsan" = yes], [umf_sanitize="$umf_sanitize -fsanitize=thread"])
  AS_IF([test -n "$umf_sanitize"], [
    UMF_CFLAGS="$UMF_CFLAGS $umf_sanitize -fno-omit-frame-pointer"
    UMF_LDFLAGS="$UMF_LDFLAGS $umf_sanitize"
    umf_switches="$umf_switches$umf_sanitize"])
  AS_IF([test "$enable_coverage" = yes], [
    UMF_CFLAGS="$UMF_CFLAGS --coverage -fprofile-update=atomic"
    UMF_LDFLAGS="$UMF_LDFLAGS --coverage"; umf_switches="$umf_switches coverage"])
  AM_CONDITIONAL([SANITIZED], [test -n "$umf_sanitize"])
  AC_SUBST([UMF_SANITIZED], [$umf_sanitize])
  AC_SUBST([UMF_CFLAGS])
  AC_SUBST([UMF_LDFLAGS])
])

AC_DEFUN([UMF_SUMMARY], [
  AC_MSG_NOTICE([
libumf $PACKAGE_VERSION
  prefix           $prefix
  compiler         $CC $CFLAGS
  switches        ${umf_switches:- none}
$umf_summary
])
])
