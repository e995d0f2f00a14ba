/*
 * options.h - a subcommand's options, with every mistake reported in one way.
 */
#ifndef UMF_TOOLS_OPTIONS_H
#define UMF_TOOLS_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

struct umf_subcommand;

/* As getopt_long, which it calls; `shorts` has a ':' in front, after a '+' if it
 * has that. '?': a usage error was reported. With -h or --help the subcommand's
 * help is printed and the process ends. */
int umf_option_next(const struct umf_subcommand *sub, int argc, char **argv, const char *shorts,
                    const struct option *longs);

/* The value of --timeout. false: a usage error was reported. */
bool umf_option_seconds(const struct umf_subcommand *sub, const char *text, unsigned *seconds);

/* Reads the single option --json and leaves optind at what follows; false: a
 * usage error was reported. */
bool umf_read_json_option(const struct umf_subcommand *sub, int argc, char **argv, bool *json);

/* Whether nothing follows the options; false: a usage error was reported. */
bool umf_is_end_of_arguments(const struct umf_subcommand *sub, int argc, char **argv);

#endif
