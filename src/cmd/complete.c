/* SPDX-License-Identifier: Apache-2.0 */
/* Shell completions from the rows: bash, zsh, fish. The scripts are static; names of checks are
 * asked for. */
#include "cmd/cmd.h"

/* The first words of all commands, each once, and second words of groups. */
static void words(struct sw_buf *out, const char *group, const char *sep)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	struct sw_str last = {0};
	bool any = false;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str name = sw_str_from(all[i]->name), head = name;
		if (all[i]->hidden)
			continue;
		size_t space = sw_str_chr(name, ' ', 0);
		if (group) {
			if (space == SW_NPOS || !sw_str_is(sw_str_sub(name, 0, space), group))
				continue;
			head = sw_str_sub(name, space + 1, name.n);
		} else if (space != SW_NPOS) {
			head = sw_str_sub(name, 0, space);
		}
		if (sw_str_eq(head, last))
			continue;
		sw_buf_addz(out, any ? sep : "");
		sw_buf_addstr(out, head);
		last = head;
		any = true;
	}
}

static void flags(struct sw_buf *out, const struct sw_opt *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!(rows[i].flags & SW_OPT_HIDDEN))
			sw_buf_printf(out, "--%s ", rows[i].name);
}

static void bash_value(struct sw_buf *out, const struct sw_opt *row)
{
	if (!*sw_opt_metavar(row))
		return;
	sw_buf_printf(out, "\t\t*\" --%s\"", row->name);
	if (row->letter)
		sw_buf_printf(out, "|*\" -%c\"", row->letter);
	sw_buf_addz(out, ") ");
	if (row->choices) {
		sw_buf_addz(out, "COMPREPLY=($(compgen -W \"");
		for (const char *p = row->choices; *p; p++)
			sw_buf_addch(out, *p == '|' ? ' ' : *p);
		sw_buf_addz(out, "\" -- \"$cur\"))");
	} else if (row->complete == SW_COMPLETE_FORMATS) {
		sw_buf_addz(out, "COMPREPLY=($(compgen -W \"$(seawall list formats -o names "
				 "2>/dev/null)\" -- \"$cur\"))");
	} else if (row->complete == SW_COMPLETE_CHECKS) {
		sw_buf_addz(out, "COMPREPLY=($(compgen -W \"$(seawall list checks -o names "
				 "2>/dev/null)\" -- \"$cur\"))");
	} else if (row->complete == SW_COMPLETE_FRAMEWORKS) {
		sw_buf_addz(out, "COMPREPLY=($(compgen -W \"$(seawall list frameworks -o names "
				 "2>/dev/null)\" -- \"$cur\"))");
	} else if (row->complete == SW_COMPLETE_DIR) {
		sw_buf_addz(out, "COMPREPLY=($(compgen -d -- \"$cur\"))");
	} else if (row->complete == SW_COMPLETE_FILE) {
		sw_buf_addz(out, "COMPREPLY=($(compgen -f -- \"$cur\"))");
	} else {
		sw_buf_addz(out, "COMPREPLY=()");
	}
	sw_buf_addz(out, "; return ;;\n");
}

static void bash_command(struct sw_buf *out, const struct sw_cmd *c)
{
	sw_buf_printf(out, "\t\"%s\")\n\t\tcase \" $prev\" in\n", c->name);
	for (uint32_t i = 0; i < c->n_opts; i++)
		bash_value(out, &c->opts[i]);
	for (uint32_t i = 0; i < sw_cmd_global.n; i++)
		bash_value(out, &sw_cmd_global.rows[i]);
	sw_buf_addz(out, "\t\tesac\n\t\topts=\"");
	flags(out, c->opts, c->n_opts);
	flags(out, sw_cmd_global.rows, sw_cmd_global.n);
	sw_buf_printf(out, "\"\n\t\tfiles=%s ;;\n", c->complete == SW_COMPLETE_FILE ? "-f" : "");
}

static void bash(struct sw_buf *out)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	sw_buf_addz(out, "# bash completion for seawall; made by `seawall completion bash`\n"
			 "_seawall()\n{\n"
			 "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
			 "cmd= w opts= files=\n"
			 "\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
			 "\t\t[[ $w == -* ]] && continue\n"
			 "\t\tcase \"$cmd\" in\n"
			 "\t\t\"\") cmd=$w ;;\n");
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str name = sw_str_from(all[i]->name);
		size_t space = sw_str_chr(name, ' ', 0);
		if (space != SW_NPOS && !all[i]->hidden)
			sw_buf_printf(out, "\t\t\"%.*s\") [[ $w == %s ]] && cmd=\"%s\" ;;&\n",
				(int)space, name.p, name.p + space + 1, all[i]->name);
	}
	sw_buf_addz(out, "\t\tesac\n\tdone\n\tcase \"$cmd\" in\n");
	for (uint32_t i = 0; i < n; i++)
		if (!all[i]->hidden)
			bash_command(out, all[i]);
	sw_buf_addz(out, "\tpolicy) COMPREPLY=($(compgen -W \"");
	words(out, "policy", " ");
	sw_buf_addz(out, "\" -- \"$cur\")); return ;;\n\t*) COMPREPLY=($(compgen -W \"");
	words(out, NULL, " ");
	sw_buf_addz(out, "\" -- \"$cur\")); return ;;\n\tesac\n"
			 "\tif [[ $cur == -* || -z $files ]]; then\n"
			 "\t\tCOMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"))\n"
			 "\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\tfi\n}\n"
			 "complete -o filenames -F _seawall seawall\n");
}

/* Text for single quotes, and for zsh's [brackets]. */
static void quoted(struct sw_buf *out, const char *s, bool zsh)
{
	for (; *s; s++) {
		if (*s == '\'')
			sw_buf_addz(out, "'\\''");
		else if (zsh && (*s == '[' || *s == ']' || *s == ':' || *s == '\\'))
			sw_buf_printf(out, "\\%c", *s);
		else
			sw_buf_addch(out, *s);
	}
}

static void zsh_option(struct sw_buf *out, const struct sw_opt *row)
{
	const char *value = sw_opt_metavar(row);
	sw_buf_printf(out, "\t\t\t'%s--%s%s[", row->flags & SW_OPT_LIST ? "*" : "", row->name,
		*value ? "=" : "");
	quoted(out, row->help, true);
	sw_buf_addch(out, ']');
	if (row->choices) {
		sw_buf_addz(out, ":value:(");
		for (const char *p = row->choices; *p; p++)
			sw_buf_addch(out, *p == '|' ? ' ' : *p);
		sw_buf_addch(out, ')');
	} else if (*value) {
		sw_buf_addz(out, row->complete == SW_COMPLETE_FILE  ? ":file:_files"
				 : row->complete == SW_COMPLETE_DIR ? ":folder:_files -/"
								    : ":value: ");
	}
	sw_buf_addz(out, "' \\\n");
}

static void zsh(struct sw_buf *out)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	sw_buf_addz(out, "#compdef seawall\n# made by `seawall completion zsh`\n_seawall() {\n"
			 "\tlocal cmd=${words[2]}\n"
			 "\tif (( CURRENT == 2 )); then\n\t\tcompadd -- ");
	words(out, NULL, " ");
	sw_buf_addz(out, "\n\t\treturn\n\tfi\n\tif [[ $cmd == policy ]]; then\n"
			 "\t\tif (( CURRENT == 3 )); then\n\t\t\tcompadd -- ");
	words(out, "policy", " ");
	sw_buf_addz(out,
		"\n\t\t\treturn\n\t\tfi\n\t\tcmd=\"policy ${words[3]}\"\n\tfi\n\tcase $cmd in\n");
	for (uint32_t i = 0; i < n; i++) {
		if (all[i]->hidden)
			continue;
		sw_buf_addz(out, "\t(");
		quoted(out, all[i]->name, false);
		sw_buf_addz(out, ")\n\t\t_arguments -s \\\n");
		for (uint32_t k = 0; k < all[i]->n_opts; k++)
			if (!(all[i]->opts[k].flags & SW_OPT_HIDDEN))
				zsh_option(out, &all[i]->opts[k]);
		for (uint32_t k = 0; k < sw_cmd_global.n; k++)
			zsh_option(out, &sw_cmd_global.rows[k]);
		sw_buf_addz(out, "\t\t\t'*:file:_files' ;;\n");
	}
	sw_buf_addz(out, "\tesac\n}\n_seawall \"$@\"\n");
}

static void fish_option(struct sw_buf *out, const char *when, const struct sw_opt *row)
{
	sw_buf_printf(out, "complete -c seawall -n '%s' -l %s", when, row->name);
	if (row->letter)
		sw_buf_printf(out, " -s %c", row->letter);
	if (row->choices) {
		sw_buf_addz(out, " -x -a '");
		for (const char *p = row->choices; *p; p++)
			sw_buf_addch(out, *p == '|' ? ' ' : *p);
		sw_buf_addch(out, '\'');
	} else if (*sw_opt_metavar(row)) {
		sw_buf_addz(
			out, row->complete == SW_COMPLETE_FILE || row->complete == SW_COMPLETE_DIR
				     ? " -r -F"
				     : " -x");
	}
	sw_buf_addz(out, " -d '");
	quoted(out, row->help, false);
	sw_buf_addz(out, "'\n");
}

static void fish(struct sw_buf *out)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	sw_buf_addz(out, "# made by `seawall completion fish`\ncomplete -c seawall -f\n");
	for (uint32_t i = 0; i < n; i++) {
		sw_autobuf when;
		sw_buf_init(&when, 1024);
		if (all[i]->hidden)
			continue;
		struct sw_str name = sw_str_from(all[i]->name);
		size_t space = sw_str_chr(name, ' ', 0);
		if (space == SW_NPOS) {
			sw_buf_printf(out,
				"complete -c seawall -n __fish_use_subcommand -a %s -d '",
				all[i]->name);
			quoted(out, all[i]->summary, false);
			sw_buf_addz(out, "'\n");
			sw_buf_printf(&when, "__fish_seen_subcommand_from %s", all[i]->name);
		} else {
			sw_buf_printf(out, "complete -c seawall -n __fish_use_subcommand -a %.*s\n",
				(int)space, name.p);
			sw_buf_printf(out,
				"complete -c seawall -n '__fish_seen_subcommand_from %.*s' -a %s "
				"-d '",
				(int)space, name.p, name.p + space + 1);
			quoted(out, all[i]->summary, false);
			sw_buf_addz(out, "'\n");
			sw_buf_printf(&when,
				"__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from "
				"%s",
				(int)space, name.p, name.p + space + 1);
		}
		for (uint32_t k = 0; k < all[i]->n_opts; k++)
			if (!(all[i]->opts[k].flags & SW_OPT_HIDDEN))
				fish_option(out, sw_buf_cstr(&when), &all[i]->opts[k]);
		if (all[i]->complete == SW_COMPLETE_FILE)
			sw_buf_printf(out, "complete -c seawall -n '%s' -F\n", sw_buf_cstr(&when));
	}
	for (uint32_t k = 0; k < sw_cmd_global.n; k++)
		fish_option(out, "true", &sw_cmd_global.rows[k]);
}

static int run(struct sw_cmd_ctx *ctx)
{
	const char *shell = ctx->opts.args[0];
	struct sw_error err = {0};
	if (strcmp(shell, "bash") == 0)
		bash(ctx->out);
	else if (strcmp(shell, "zsh") == 0)
		zsh(ctx->out);
	else if (strcmp(shell, "fish") == 0)
		fish(ctx->out);
	else {
		sw_error_set(&err, SW_EUSAGE, "no completion for \"%.40s\"", shell);
		sw_error_hint(&err, "bash, zsh or fish");
		return sw_cmd_fail(&err);
	}
	return 0;
}

const struct sw_cmd sw_cmd_completion = {
	.name = "completion",
	.summary = "write the completion script of a shell",
	.args = "bash|zsh|fish",
	.examples = "  . <(seawall completion bash)\n"
		    "  seawall completion zsh > \"${fpath[1]}/_seawall\"\n"
		    "  seawall completion fish > ~/.config/fish/completions/seawall.fish\n",
	.group = "About",
	.since = "0.1",
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
