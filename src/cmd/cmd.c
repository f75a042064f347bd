/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands and the way from argv to one of them. */
#include "cmd/cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static const struct sw_cmd *const commands[] = {
	&sw_cmd_admit,
	&sw_cmd_bench,
	&sw_cmd_completion,
	&sw_cmd_db_build,
	&sw_cmd_db_diff,
	&sw_cmd_db_lookup,
	&sw_cmd_db_status,
	&sw_cmd_db_update,
	&sw_cmd_db_verify,
	&sw_cmd_diff,
	&sw_cmd_explain,
	&sw_cmd_fix,
	&sw_cmd_help,
	&sw_cmd_list,
	&sw_cmd_man,
	&sw_cmd_policy_bench,
	&sw_cmd_policy_build,
	&sw_cmd_policy_capabilities,
	&sw_cmd_policy_check,
	&sw_cmd_policy_deps,
	&sw_cmd_policy_eval,
	&sw_cmd_policy_expand,
	&sw_cmd_policy_fmt,
	&sw_cmd_policy_inspect,
	&sw_cmd_policy_mutate,
	&sw_cmd_policy_parse,
	&sw_cmd_policy_replay,
	&sw_cmd_policy_review,
	&sw_cmd_policy_sign,
	&sw_cmd_policy_test,
	&sw_cmd_policy_verify,
	&sw_cmd_rules_check,
	&sw_cmd_rules_explain,
	&sw_cmd_rules_list,
	&sw_cmd_rules_test,
	&sw_cmd_scan,
	&sw_cmd_scan_image,
	&sw_cmd_scan_rootfs,
	&sw_cmd_scan_sbom,
	&sw_cmd_scan_secrets,
	&sw_cmd_schema,
	&sw_cmd_verify,
	&sw_cmd_version,
	&sw_cmd_waive,
	&sw_cmd_watch,
};

static const struct sw_opt global_rows[] = {
	{.name = "help",
		.letter = 'h',
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.group = "Common options",
		.help = "show this help and exit",
		.since = "0.1"},
	{.name = "color",
		.type = SW_OPT_ENUM,
		.choices = "auto|always|never",
		.def = "auto",
		.group = "Common options",
		.since = "0.1",
		.help = "when to use colour; auto also honours NO_COLOR, FORCE_COLOR and "
			"TERM=dumb"},
	{.name = "config",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.group = "Common options",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "read this configuration file instead of the system's, the user's and the "
			"project's"},
	{.name = "log-format",
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.group = "Common options",
		.since = "0.1",
		.help = "form of messages on standard error"},
	{.name = "quiet",
		.letter = 'q',
		.type = SW_OPT_BOOL,
		.group = "Common options",
		.since = "0.1",
		.help = "only results and errors"},
	{.name = "verbose",
		.letter = 'v',
		.type = SW_OPT_COUNT,
		.group = "Common options",
		.since = "0.1",
		.help = "say more; twice for debugging"},
};
const struct sw_optset sw_cmd_global = {global_rows, SW_ARRAY_LEN(global_rows)};

const struct sw_cmd *const *sw_cmd_all(uint32_t *ret_n)
{
	*ret_n = SW_ARRAY_LEN(commands);
	return commands;
}

const struct sw_cmd *sw_cmd_find(struct sw_str name)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(commands); i++)
		if (sw_str_is(name, commands[i]->name))
			return commands[i];
	return NULL;
}

int sw_cmd_fail(const struct sw_error *err)
{
	char text[1600];
	sw_log(SW_LOG_ERROR, "%s", sw_error_format(err, text, sizeof(text)));
	return SW_EXIT_ERROR;
}

static bool is_group(struct sw_str word)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(commands); i++) {
		struct sw_str name = sw_str_from(commands[i]->name);
		if (name.n > word.n && name.p[word.n] == ' ' && sw_str_starts(name, word))
			return true;
	}
	return false;
}

/* "policy" alone: the commands that begin with it, or "" when none does. */
static void group_members(struct sw_str name, struct sw_buf *out)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(commands); i++) {
		struct sw_str full = sw_str_from(commands[i]->name);
		if (!commands[i]->hidden && full.n > name.n && full.p[name.n] == ' ' && sw_str_starts(full, name))
			sw_buf_printf(out, "%s%s", out->n ? ", " : "", commands[i]->name + name.n + 1);
	}
}

static int unknown_command(struct sw_str name)
{
	struct sw_error err = {0};
	sw_autobuf members;
	sw_buf_init(&members, 1024);
	group_members(name, &members);
	if (members.n) {
		sw_error_set(&err, SW_EUSAGE, "`seawall %.*s` wants to know what to do: %s", SW_STR_ARG(name),
			sw_buf_cstr(&members));
		return sw_cmd_fail(&err);
	}
	struct sw_nearest near;
	sw_nearest_init(&near, name);
	for (size_t i = 0; i < SW_ARRAY_LEN(commands); i++)
		if (!commands[i]->hidden)
			sw_nearest_try(&near, commands[i]->name);
	sw_error_set(&err, SW_EUSAGE, "unknown command \"%.*s\"", SW_STR_ARG(name));
	if (near.best)
		sw_error_hint(&err, "did you mean `seawall %s`?", near.best);
	else
		sw_error_hint(&err, "`seawall help` lists the commands");
	return sw_cmd_fail(&err);
}

/* Does a global option in front of the command take the next argument as its value? */
static bool takes_next(const char *arg)
{
	if (arg[0] != '-' || arg[1] != '-' || strchr(arg, '='))
		return false;
	for (size_t i = 0; i < SW_ARRAY_LEN(global_rows); i++)
		if (strcmp(arg + 2, global_rows[i].name) == 0)
			return *sw_opt_metavar(&global_rows[i]) != '\0';
	return false;
}

static const struct sw_cmd *second_word(const char *first, const char *second)
{
	char name[128];
	int n = snprintf(name, sizeof(name), "%s %s", first, second);
	return n > 0 && (size_t)n < sizeof(name) ? sw_cmd_find(sw_str_from(name)) : NULL;
}

/*
 * Find the command: its one or two words are the first arguments that are no options. *ret_argv
 * gets the others in order.
 */
static int find_command(
	int argc, char **argv, const char **rest, int *ret_n, const struct sw_cmd **ret)
{
	int n = 0, i = 1, words = 0;
	char name[128] = "";
	*ret = NULL;
	for (; i < argc && !*ret; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			rest[n++] = argv[i];
			if (strcmp(argv[i], "--version") == 0) {
				*ret = &sw_cmd_version;
				n--;
			} else if (takes_next(argv[i]) && i + 1 < argc) {
				rest[n++] = argv[++i];
			}
			continue;
		}
		size_t at = strlen(name);
		snprintf(name + at, sizeof(name) - at, "%s%.100s", words ? " " : "", argv[i]);
		words++;
		*ret = sw_cmd_find(sw_str_from(name));
		const struct sw_cmd *longer = *ret && i + 1 < argc ? second_word(name, argv[i + 1]) : NULL;
		if (longer) { /* `scan image`; a folder of that name is ./image */
			*ret = longer;
			i++;
		}
		if (!*ret && !(words == 1 && is_group(sw_str_from(name))))
			return unknown_command(sw_str_from(name));
	}
	if (!*ret && words) { /* a group alone, or with --help */
		bool help = false;
		for (int k = 0; k < n; k++)
			help |= strcmp(rest[k], "--help") == 0 || strcmp(rest[k], "-h") == 0;
		if (!help)
			return unknown_command(sw_str_from(name));
		n = 0;
		rest[n++] = argv[1];
	}
	for (; i < argc; i++)
		rest[n++] = argv[i];
	*ret_n = n;
	if (!*ret)
		*ret = &sw_cmd_help;
	return 0;
}

static int check_args(const struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const struct sw_cmd *c = ctx->cmd;
	if (ctx->opts.n_args < c->min_args) {
		sw_error_set(err, SW_EUSAGE, "seawall %s needs %s", c->name, c->args);
		return sw_error_hint(err, "see `seawall help %s`", c->name);
	}
	if (ctx->opts.n_args > c->max_args) {
		sw_error_set(err, SW_EUSAGE, "seawall %s does not take \"%.80s\"", c->name,
			ctx->opts.args[c->max_args]);
		return sw_error_hint(err, "see `seawall help %s`", c->name);
	}
	return 0;
}

static int prepare(struct sw_cmd_ctx *ctx, int argc, const char *const *argv, struct sw_error *err)
{
	struct sw_optset sets[] = {{ctx->cmd->opts, ctx->cmd->n_opts}, sw_cmd_global};
	int rc = sw_opts_init(&ctx->opts, ctx->arena, sets, 2, err);
	if (!rc)
		rc = sw_opts_argv(&ctx->opts, argc, argv, err);
	if (rc)
		return rc;
	if (!sw_opts_bool(&ctx->opts, "help")) {
		rc = sw_opts_env(&ctx->opts, getenv, err);
		if (!rc)
			rc = sw_cmd_config(ctx, err);
		if (!rc)
			rc = check_args(ctx, err);
	}
	sw_term_init(&ctx->term, STDOUT_FILENO, sw_opts_str(&ctx->opts, "color"));
	int64_t more = sw_opts_int(&ctx->opts, "verbose");
	sw_log_setup(sw_opts_bool(&ctx->opts, "quiet") ? SW_LOG_ERROR
		     : more > 1			       ? SW_LOG_DEBUG
		     : more			       ? SW_LOG_INFO
						       : SW_LOG_NOTE,
		strcmp(sw_opts_str(&ctx->opts, "log-format"), "json") == 0);
	return rc;
}

/* A reader that closed the pipe has seen enough: no message, and no false "clean". */
static int flush(const struct sw_buf *out, int code)
{
	struct sw_error err = {0};
	if (out->overflow) {
		sw_error_set(&err, SW_ELIMIT, "the output is larger than %zu bytes", out->max);
		return sw_cmd_fail(&err);
	}
	for (size_t at = 0; at < out->n;) {
		ssize_t n = write(STDOUT_FILENO, out->p + at, out->n - at);
		if (n > 0) {
			at += (size_t)n;
		} else if (errno == EPIPE) {
			return code ? code : SW_EXIT_ERROR;
		} else if (errno != EINTR) {
			sw_error_errno(&err, SW_EIO, errno, "cannot write to standard output");
			return sw_cmd_fail(&err);
		}
	}
	return code;
}

int sw_cmd_main(int argc, char **argv)
{
	sw_autoarena arena;
	sw_autobuf out;
	struct sw_error err = {0};
	sw_arena_init(&arena, (size_t)64 << 30);
	sw_buf_init(&out, (size_t)8 << 30);
	signal(SIGPIPE, SIG_IGN);
	struct sw_cmd_ctx ctx = {.arena = &arena, .out = &out};
	const char **rest = sw_arena_zalloc(&arena, (size_t)(argc + 1) * sizeof(*rest));
	int n = 0;
	int rc = rest ? find_command(argc, argv, rest, &n, &ctx.cmd) : SW_EXIT_ERROR;
	if (rc)
		return rc;
	if (prepare(&ctx, n, rest, &err)) {
		int code = sw_cmd_fail(&err);
		return ctx.cmd->usage_code ? ctx.cmd->usage_code : code;
	}
	if (sw_opts_bool(&ctx.opts, "help") && ctx.cmd != &sw_cmd_help) {
		sw_cmd_help_command(&out, ctx.cmd, &ctx.term);
		return flush(&out, 0);
	}
	return flush(&out, ctx.cmd->run(&ctx));
}
