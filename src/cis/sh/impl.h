/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the shell: the tree (parse.c), expansion (expand.c), running (exec.c), tools (../tools). */
#ifndef SW_CIS_SH_IMPL_H
#define SW_CIS_SH_IMPL_H

#include "base/buf.h"
#include "base/re2.h"
#include "cis/sh/sh.h"

#define SH_TEXT_MAX ((size_t)64 << 10)
#define SH_DEPTH_MAX 64
#define SH_STEPS_MAX 200000
#define SH_PIPE_MAX ((size_t)16 << 20)
#define SH_ARENA_MAX ((size_t)128 << 20)
#define SH_ARGS_MAX 65536

enum sh_part_kind { SH_LIT, SH_PARAM, SH_SUBST, SH_ARITH, SH_PROCESS };

struct sh_node;
struct sh_word;

struct sh_part {
	enum sh_part_kind kind;
	bool quoted;
	struct sw_str text; /* literal bytes, name of a parameter, or an expression */
	char op[4];	    /* ${name<op>arg}: "", "-", ":-", "+", ":+", "#", "##", "%", "%%", "/", "//", "len" */
	const struct sh_word *arg, *arg2;
	const struct sh_node *body;
};

struct sh_word {
	struct sh_part *v;
	uint32_t n, cap;
};

enum sh_redir_kind { SH_RD_NULL_OUT, SH_RD_DUP, SH_RD_IN, SH_RD_TEXT };

struct sh_redir {
	enum sh_redir_kind kind;
	int fd, to;
	const struct sh_word *word; /* file to read, here-document or here-string */
};

struct sh_assign {
	struct sw_str name;
	const struct sh_word *value;
	bool append;
};

enum sh_node_kind {
	SH_CMD,
	SH_PIPE,
	SH_AND,
	SH_OR,
	SH_SEQ,
	SH_NOT,
	SH_IF, /* kids: condition, then, else or NULL */
	SH_FOR,
	SH_WHILE,
	SH_UNTIL,
	SH_CASE, /* words[0] the subject; then for each kid i the patterns in cases[i] */
	SH_SUBSHELL,
	SH_GROUP,
	SH_COND, /* [[ words ]] */
	SH_FUNCTION, /* var () kids[0] */
};

struct sh_case {
	const struct sh_word **pats;
	uint32_t n;
};

struct sh_node {
	enum sh_node_kind kind;
	const struct sh_node **kids;
	const struct sh_word **words;
	struct sh_assign *assigns;
	struct sh_redir **redirs;
	struct sh_case *cases;
	struct sw_str var;
	uint32_t n_kids, n_words, n_assigns, n_redirs, n_cases;
};

/* NULL and *err when the text is not of the language. An empty text is a SH_SEQ without kids. */
const struct sh_node *sh_parse(struct sw_arena *a, struct sw_str text, int depth,
	struct sw_error *err);

struct sh_var {
	struct sw_str name, value;
	const struct sh_var *next; /* older ones: a subshell keeps its parent's list */
};

struct sh_function {
	struct sw_str name;
	const struct sh_node *body;
	const struct sh_function *next;
};

struct sh_in {
	struct sw_str text; /* what is left to read */
};

struct sh_io {
	struct sh_in *in;
	struct sw_buf *out, *err;
};

struct sh {
	struct sw_cis_node *node;
	struct sw_arena *arena;
	struct sw_regex_cache *regex;
	const struct sh_var *vars;
	struct sw_str unknown, unseen, missing;
	struct sw_str files[16];
	uint32_t n_files;
	uint32_t steps;
	int depth, status, loop_break, loop_continue;
	const struct sh_function *functions;
	struct sw_str made[16]; /* what <(…) wrote, as /dev/fd/63, 62 … */
	uint32_t n_made;
	bool errexit, pipefail, returning, substituted;
	int tested; /* within a condition: what fails there ends nothing */
	struct sw_str on_error; /* trap '…' ERR */
	const struct sh_args *ahead; /* the grep that reads what the running command writes; NULL: no such */
	bool stop;    /* unwind: unknown is set, or a limit was reached */
	bool sifted;  /* see struct sw_cis_answer */
	bool exiting; /* exit was called in this (sub)shell */
};

struct sh_args {
	struct sw_str *v;
	uint32_t n, cap;
};

typedef int sh_tool_fn(struct sh *sh, const struct sh_args *args, const struct sh_io *io);

struct sh_tool {
	const char *name;
	sh_tool_fn *run;
};

const struct sh_tool *sh_tool_named(struct sw_str name);

/* Give up: this shell does not know it. Returns 127. */
int sh_unknown(struct sh *sh, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The node would not show it. */
void sh_unseen(struct sh *sh, struct sw_str path, int err);
void sh_missing(struct sh *sh, struct sw_str what);
void sh_touch(struct sh *sh, struct sw_str path); /* the answer rests on this file */
/* After a failed call on a path: notes what must be noted; text as strerror() has it. */
const char *sh_file_error(struct sh *sh, struct sw_str path, int err);
bool sh_step(struct sh *sh);
/* "grep" of "/usr/bin/grep": which program would run does not matter, what it would say does. */
struct sw_str sh_base_name(struct sw_str path);

int sh_run(struct sh *sh, const struct sh_node *n, const struct sh_io *io);
int sh_run_args(struct sh *sh, const struct sh_args *args, const struct sh_io *io);

int sh_add_arg(struct sh *sh, struct sh_args *args, struct sw_str s);
bool sh_get(const struct sh *sh, struct sw_str name, struct sw_str *ret);

/* Fields of a list of words: expanded, split and globbed. */
int sh_expand(struct sh *sh, const struct sh_word *const *words, uint32_t n, struct sh_args *ret);
/* One string, neither split nor globbed. With `pattern`, quoted bytes come escaped by '\\'. */
struct sw_str sh_expand_one(struct sh *sh, const struct sh_word *w, bool pattern);

/* fnmatch(3) without flags: * ? [a-z] [!a] \x; linear in the product of the lengths. */
bool sh_fnmatch(struct sw_str pattern, struct sw_str s);

enum sh_regex_kind { SH_RE_BASIC, SH_RE_EXTENDED, SH_RE_FIXED, SH_RE_PERL };
/* A POSIX expression, compiled once. NULL when it is not valid (then unknown is set). */
struct sw_re2 *sh_regex(struct sh *sh, struct sw_str pattern, enum sh_regex_kind kind, bool icase);

/*
 * Which lines a grep of these arguments looks at, for a command that has too many for it: the others may be left out
 * without changing what grep says. NULL when it wants them all. sh_sieve_keeps() takes the lines in order.
 */
struct sh_sieve;
struct sh_sieve *sh_sieve_new(struct sh *sh, const struct sh_args *args);
bool sh_sieve_keeps(void *sieve, struct sw_str line);

/* A file, or what a <(…) wrote. 0 or a negative errno, as sw_cis_read(). */
int sh_read_file(struct sh *sh, struct sw_str path, struct sw_str *ret);

/* Next line without its end; false at the end. */
bool sh_line(struct sw_str *rest, struct sw_str *ret);
/* All input: the named file, or what is left of standard input for "-" and NULL. 0 or a status. */
int sh_input(struct sh *sh, const struct sh_io *io, const struct sw_str *file, const char *tool,
	struct sw_str *ret);
bool sh_number(struct sw_str s, int64_t *ret);

/* "k3s" is k3s.service, as systemd completes a unit's name (tools/journal.c). */
struct sw_str sh_unit_name(struct sh *sh, struct sw_str s);

/* kubectl's verbs that look at the node itself (tools/exec.c). */
#define SH_OWN_POD "seawall.invalid" /* stands for the pod in which an audit would run: $HOSTNAME */
struct sw_str sh_node_name(struct sh *sh);
bool sh_kubectl_exec(struct sh *sh, const struct sh_args *args, const struct sh_io *io, int *ret);
int sh_kubectl_raw(struct sh *sh, struct sw_str path, const struct sh_io *io);
/* One object of the cluster's; false: there is none, or it was not seen. */
bool sh_kubectl_object(struct sh *sh, struct sw_str kinds, struct sw_str ns, struct sw_str name, struct sw_value *ret);

sh_tool_fn sh_tool_test, sh_tool_echo, sh_tool_printf, sh_tool_cat, sh_tool_ps, sh_tool_pgrep,
	sh_tool_grep, sh_tool_sed, sh_tool_awk, sh_tool_cut, sh_tool_tr, sh_tool_head,
	sh_tool_tail, sh_tool_sort, sh_tool_uniq, sh_tool_wc, sh_tool_xargs, sh_tool_find,
	sh_tool_stat, sh_tool_ls, sh_tool_paste, sh_tool_jq, sh_tool_kubectl, sh_tool_basename,
	sh_tool_dirname, sh_tool_sysctl, sh_tool_journalctl, sh_tool_systemctl,
	sh_tool_comm, sh_tool_base64, sh_tool_openssl, sh_tool_yq, sh_tool_curl, sh_tool_owners;

#endif
