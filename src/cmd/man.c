/* SPDX-License-Identifier: Apache-2.0 */
/* Man pages (roff, man macros) from the rows. */
#include <ctype.h>

#include "cmd/cmd.h"

static void roff(struct sw_buf *out, struct sw_str s)
{
	bool start = true;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (start && (c == '.' || c == '\''))
			sw_buf_addz(out, "\\&");
		start = c == '\n';
		if (c == '\\')
			sw_buf_addz(out, "\\e");
		else if (c == '-')
			sw_buf_addz(out, "\\-");
		else
			sw_buf_addch(out, c);
	}
}

static void roffz(struct sw_buf *out, const char *s)
{
	roff(out, sw_str_from(s));
}

static void paragraphs(struct sw_buf *out, const char *text)
{
	struct sw_str rest = sw_str_from(text), line;
	while (sw_str_split(&rest, '\n', &line)) {
		if (line.n)
			roff(out, line);
		else
			sw_buf_addz(out, ".PP");
		sw_buf_addch(out, '\n');
	}
}

static void verbatim(struct sw_buf *out, const char *text)
{
	sw_buf_addz(out, ".nf\n");
	roffz(out, text);
	sw_buf_addz(out, ".fi\n");
}

static void option(struct sw_buf *out, const struct sw_opt *row)
{
	char env[64];
	const char *value = sw_opt_metavar(row);
	sw_buf_addz(out, ".TP\n\\fB");
	if (row->letter)
		sw_buf_printf(out, "\\-%c\\fR, \\fB", row->letter);
	sw_buf_addz(out, "\\-\\-");
	roffz(out, row->name);
	sw_buf_addz(out, "\\fR");
	if (*value) {
		sw_buf_addz(out, " \\fI");
		roffz(out, value);
		sw_buf_addz(out, "\\fR");
	}
	sw_buf_addch(out, '\n');
	roffz(out, row->help);
	sw_buf_addz(out, ".\n");
	if (row->flags & SW_OPT_LIST)
		sw_buf_addz(out, "May be repeated.\n");
	if (row->def && row->type != SW_OPT_BOOL) {
		sw_buf_addz(out, "Default: ");
		roffz(out, row->def);
		sw_buf_addz(out, ".\n");
	}
	if (*sw_opt_env_name(row, env))
		sw_buf_printf(out, "Environment: \\fB%s\\fR.\n", env);
}

static void title(struct sw_buf *out, const char *name)
{
	sw_buf_addz(out, ".TH \"SEAWALL");
	for (const char *p = name; *p; p++)
		sw_buf_addch(out, *p == ' ' ? '-' : (char)toupper((unsigned char)*p));
	sw_buf_addz(out, "\" 1 \"\" \"seawall " SW_VERSION "\" \"Seawall\"\n");
}

static void page_all(struct sw_buf *out)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	title(out, "");
	sw_buf_addz(out, ".SH NAME\nseawall \\- secure a Kubernetes cluster in depth\n"
			 ".SH SYNOPSIS\n\\fBseawall\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
			 "[\\fIARGUMENT\\fR...]\n"
			 ".SH COMMANDS\n");
	for (uint32_t i = 0; i < n; i++) {
		if (all[i]->hidden)
			continue;
		sw_buf_addz(out, ".TP\n\\fBseawall ");
		roffz(out, all[i]->name);
		sw_buf_addz(out, "\\fR\n");
		roffz(out, all[i]->summary);
		sw_buf_addz(out, ".\n");
	}
	sw_buf_addz(out, ".SH \"COMMON OPTIONS\"\n");
	for (uint32_t i = 0; i < sw_cmd_global.n; i++)
		option(out, &sw_cmd_global.rows[i]);
	sw_buf_addz(out, ".SH \"EXIT STATUS\"\n");
	verbatim(out, sw_cmd_exit_codes);
}

/* cmd NULL: seawall(1). */
static void man_page(struct sw_buf *out, const struct sw_cmd *cmd)
{
	if (!cmd) {
		page_all(out);
		return;
	}
	sw_autobuf dashed;
	sw_buf_init(&dashed, 256);
	sw_buf_printf(&dashed, " %s", cmd->name);
	title(out, sw_buf_cstr(&dashed));
	sw_buf_addz(out, ".SH NAME\nseawall");
	for (const char *p = sw_buf_cstr(&dashed); *p; p++)
		sw_buf_addz(out, *p == ' ' ? "\\-" : (char[2]){*p, '\0'});
	sw_buf_addz(out, " \\- ");
	roffz(out, cmd->summary);
	sw_buf_printf(out, "\n.SH SYNOPSIS\n\\fBseawall %s\\fR [\\fIOPTION\\fR...] ", cmd->name);
	roffz(out, cmd->args);
	sw_buf_addch(out, '\n');
	if (cmd->description) {
		sw_buf_addz(out, ".SH DESCRIPTION\n");
		paragraphs(out, cmd->description);
	}
	sw_buf_addz(out, ".SH OPTIONS\n");
	for (uint32_t i = 0; i < cmd->n_opts; i++)
		if (!(cmd->opts[i].flags & SW_OPT_HIDDEN))
			option(out, &cmd->opts[i]);
	for (uint32_t i = 0; i < sw_cmd_global.n; i++)
		option(out, &sw_cmd_global.rows[i]);
	if (cmd->examples) {
		sw_buf_addz(out, ".SH EXAMPLES\n");
		verbatim(out, cmd->examples);
	}
	if (!cmd->own_exit_codes) {
		sw_buf_addz(out, ".SH \"EXIT STATUS\"\n");
		verbatim(out, sw_cmd_exit_codes);
	}
	sw_buf_addz(out, ".SH \"SEE ALSO\"\n\\fBseawall\\fR(1)\n");
}

static int run(struct sw_cmd_ctx *ctx)
{
	sw_autobuf name;
	struct sw_error err = {0};
	sw_buf_init(&name, 4096);
	for (uint32_t i = 0; i < ctx->opts.n_args; i++)
		sw_buf_printf(&name, "%s%s", i ? " " : "", ctx->opts.args[i]);
	const struct sw_cmd *cmd = sw_cmd_find(sw_buf_str(&name));
	if (name.n && !cmd) {
		sw_error_set(&err, SW_EUSAGE, "there is no command \"%.*s\"",
			SW_STR_ARG(sw_buf_str(&name)));
		return sw_cmd_fail(&err);
	}
	man_page(ctx->out, cmd);
	return 0;
}

const struct sw_cmd sw_cmd_man = {
	.name = "man",
	.summary = "write the man page of a command, or of seawall",
	.args = "[COMMAND]",
	.description = "Writes roff. `seawall man scan | man -l -` shows it.",
	.group = "About",
	.since = "0.1",
	.max_args = 3,
	.run = run,
};
