/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small shell that never starts a program: audit strings as programs over a node's facts.
 *
 * The language is POSIX sh as benchmark files use it, and those of bash's additions that they use:
 * words, quotes, $name ${name…} $(…) `…` $((…)), pipelines, && || ; !, if, for, while, until, case,
 * { }, ( ), [[ ]], name=value, name+=value, here-documents, here-strings, and redirections to
 * /dev/null and between descriptors. A command is a C function over bytes (tools of this folder:
 * ps, grep, stat, find, jq, kubectl, journalctl …); files and processes are those of a struct sw_cis_node.
 *
 * What this shell does not know (a command, an option, a construct, writing to a file) ends the
 * audit with `unknown` set: the caller then has no answer, which is not the same as an empty one.
 * What the node would not show (no permission, a FIFO in place of a file, a file beyond the
 * ceiling) sets `unseen` in the same way, wherever the script sends its error messages.
 *
 * Limits: 64 KiB of text, nesting 64, 200,000 commands, 16 MiB in a pipe, 128 MiB in all.
 */
#ifndef SW_CIS_SH_H
#define SW_CIS_SH_H

#include "cis/node.h"

struct sw_cis_answer {
	struct sw_str out;     /* standard output and standard error as they came */
	int status;	       /* exit status */
	struct sw_str unknown; /* not answered: what this shell does not know */
	struct sw_str unseen;  /* not answered: what the node would not show */
	bool sifted; /* status 1, but the journal was read and a last grep found nothing in what was there */
	struct sw_str missing; /* a file or process that was looked for and is not there */
	const struct sw_str *files; /* files whose facts the answer rests on, at most 16 */
	uint32_t n_files;
};

/*
 * Runs one audit. The answer lives in `a`. 0 also when it could not be answered; an error only for
 * memory. An empty audit has an empty answer.
 */
int sw_cis_audit(struct sw_cis_node *n, struct sw_arena *a, struct sw_str text,
	struct sw_cis_answer *ret, struct sw_error *err);

/* Does the shell know every construct and command of this audit? NULL, or what it does not know. */
const char *sw_cis_audit_check(struct sw_arena *a, struct sw_str text);

#endif
