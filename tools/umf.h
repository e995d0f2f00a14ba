/*
 * umf.h - the umf command: its subcommands and what they share.
 *
 * A subcommand is a file of its own with one `const struct umf_subcommand`, and
 * a line in the table of umf.c. Exit status: 0 done, 1 something failed, 2 the
 * command line is wrong; `run` ends as the program it ran.
 */
#ifndef UMF_TOOLS_UMF_H
#define UMF_TOOLS_UMF_H

#include <stddef.h>

enum { UMF_EXIT_DONE = 0, UMF_EXIT_FAILED = 1, UMF_EXIT_USAGE = 2 };

struct umf_subcommand {
    const char *name;
    const char *summary; /* one line */
    const char *help;    /* usage and options, ending in a newline */
    int (*run)(int argc, char **argv); /* argv[0] is the subcommand */
};

extern const struct umf_subcommand umf_check, umf_demo, umf_info, umf_list, umf_paths, umf_run,
    umf_version;

/* "umf: ..." on stderr, one line whatever the words have in them. */
void umf_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, with a pointer to the subcommand's help; answers UMF_EXIT_USAGE. */
int umf_usage_error(const struct umf_subcommand *sub, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line on stdout, its end included: what a terminal would obey in a path or a
 * plugin's text becomes '?'. */
void umf_print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes out stdout; answers `status`, or a failure where that was not possible.
 * From here on stdout is stderr: what a plugin prints at the end is not ours. */
int umf_finish(int status);

/* While code of others runs stdout is stderr. Answers what umf_stdout_return takes. */
int umf_stdout_lend(void);
void umf_stdout_return(int own);

/* Of `count` words the one most like `word`, or NULL if none is near. */
const char *umf_nearest(const char *word, const char *const *words, size_t count);

#endif
