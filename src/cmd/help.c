/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall help`: from the rows of commands and options. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "report/jsonw.h"

#define HELP_WIDTH 100
#define COLUMN 32

const char sw_cmd_exit_codes[] =
	"0    clean: nothing at or above --fail-on\n"
	"1    findings at or above --fail-on\n"
	"2    wrong usage, or the command could not run, or a path that was named could not be "
	"read\n"
	"3    ran, but could not see everything (only with --strict-coverage, and only without findings)\n"
	"130  interrupted\n";

static const char environment[] =
	"Every option that has a configuration key can be given as SEAWALL_ and its long name in "
	"capitals:\n"
	"SEAWALL_FAIL_ON=high is --fail-on high. An option on the command line wins over the "
	"environment.\n"
	"\n"
	"NO_COLOR     no colour in --color auto\n"
	"FORCE_COLOR  colour in --color auto also into a pipe; NO_COLOR is stronger\n"
	"TERM         \"dumb\": no colour\n"
	"COLUMNS      width of the output, 20 to 10000\n"
	"XDG_CONFIG_HOME  where the user's configuration lies; ~/.config when unset\n";

static const char configuration[] =
	"Configuration is YAML with the long names of options as keys, at the top for every "
	"command or below\n"
	"the command's name for one:\n"
	"\n"
	"    fail-on: high\n"
	"    scan:\n"
	"      severity: [high, critical]\n"
	"\n"
	"An option is looked for, the first that has it wins: command line, environment "
	"(SEAWALL_...), project\n"
	"file (.seawall.yaml in the working directory or the nearest one above, not above a .git "
	"folder), user\n"
	"file ($XDG_CONFIG_HOME/seawall/config.yaml), system file (/etc/seawall/config.yaml), "
	"default.\n"
	"--config FILE is read instead of the three files.\n"
	"\n"
	"A project file comes with the code that is judged, so it may not name files to write or "
	"programs to\n"
	"run: options marked \"not from a project file\" are refused there.\n";

static const struct topic {
	const char *name, *title, *text;
} topics[] = {
	{"configuration", "Configuration files", configuration},
	{"environment", "Environment variables", environment},
	{"exit-codes", "Exit codes", sw_cmd_exit_codes},
};

/* "-o, --output FORMAT[=FILE]" */
static void opt_synopsis(struct sw_buf *out, const struct sw_opt *row)
{
	const char *value = sw_opt_metavar(row);
	if (row->letter)
		sw_buf_printf(out, "-%c, ", row->letter);
	sw_buf_printf(out, "--%s%s%s", row->name, *value ? " " : "", value);
}

static void put_option(struct sw_buf *out, const struct sw_opt *row, size_t width)
{
	size_t start = out->n;
	sw_autobuf text;
	sw_buf_init(&text, 64 << 10);
	sw_buf_addz(out, row->letter ? "  " : "      ");
	opt_synopsis(out, row);
	size_t used = out->n - start;
	if (used + 2 > COLUMN) {
		sw_buf_addch(out, '\n');
		used = 0;
	}
	sw_buf_pad(out, ' ', COLUMN - used);
	sw_buf_addz(&text, row->help);
	if (row->flags & SW_OPT_LIST)
		sw_buf_addz(&text, row->flags & SW_OPT_COMMA
					   ? "; may be repeated or a list with commas"
					   : "; may be repeated");
	if (row->flags & SW_OPT_TRUSTED)
		sw_buf_addz(&text, "; not from a project file");
	if (row->def && row->type != SW_OPT_BOOL)
		sw_buf_printf(&text, " [%s]", row->def);
	sw_text_wrap(out, sw_buf_str(&text), COLUMN, COLUMN, width);
}

static const char *group_of(const struct sw_opt *row)
{
	return row->group ? row->group : "Options";
}

/* Groups in the order in which the rows first name them. */
static void put_options(struct sw_buf *out, const struct sw_opt *rows, uint32_t n, size_t width)
{
	for (uint32_t i = 0; i < n; i++) {
		bool seen = false;
		for (uint32_t k = 0; k < i; k++)
			seen |= strcmp(group_of(&rows[k]), group_of(&rows[i])) == 0;
		if (seen)
			continue;
		sw_buf_printf(out, "\n%s:\n", group_of(&rows[i]));
		for (uint32_t k = i; k < n; k++)
			if (!(rows[k].flags & SW_OPT_HIDDEN) &&
				strcmp(group_of(&rows[k]), group_of(&rows[i])) == 0)
				put_option(out, &rows[k], width);
	}
}

static size_t help_width(const struct sw_term *t)
{
	return t->width < HELP_WIDTH ? (t->width < 50 ? 50 : t->width) : HELP_WIDTH;
}

/* Of a table or an example: it stands as it is. */
static bool is_laid_out(struct sw_str line)
{
	return !line.n || line.p[0] == ' ' || sw_str_has(line, SW_STR("  "));
}

/* Lines of a paragraph are joined and broken anew for this width; the sources break them for their own. */
static void put_prose(struct sw_buf *out, const char *text, size_t width)
{
	struct sw_str rest = sw_str_from(text), line;
	sw_autobuf paragraph;
	sw_buf_init(&paragraph, 64 << 10);
	while (sw_str_split(&rest, '\n', &line) && (line.n || rest.p)) {
		if (!is_laid_out(line)) {
			sw_buf_printf(&paragraph, "%s%.*s", paragraph.n ? " " : "", SW_STR_ARG(line));
			continue;
		}
		if (paragraph.n)
			sw_text_wrap(out, sw_buf_str(&paragraph), 0, 0, width);
		paragraph.n = 0;
		sw_buf_printf(out, "%.*s\n", SW_STR_ARG(line));
	}
	if (paragraph.n)
		sw_text_wrap(out, sw_buf_str(&paragraph), 0, 0, width);
}

void sw_cmd_help_command(struct sw_buf *out, const struct sw_cmd *cmd, const struct sw_term *t)
{
	size_t width = help_width(t);
	sw_buf_printf(out, "seawall %s: %s\n\n", cmd->name, cmd->summary);
	sw_buf_printf(out, "usage: seawall %s [OPTION...]%s%s\n", cmd->name, *cmd->args ? " " : "",
		cmd->args);
	if (cmd->description) {
		sw_buf_addch(out, '\n');
		put_prose(out, cmd->description, width);
	}
	put_options(out, cmd->opts, cmd->n_opts, width);
	put_options(out, sw_cmd_global.rows, sw_cmd_global.n, width);
	if (cmd->examples)
		sw_buf_printf(out, "\nExamples:\n%s", cmd->examples);
	if (!cmd->own_exit_codes)
		sw_buf_addz(out, "\nExit codes: 0 clean, 1 findings, 2 could not run, 3 incomplete "
				 "(`seawall help exit-codes`)\n");
}

/* All groups of commands, in the order of the overview. */
static const char *const groups[] = {
	"Judge", "Understand", "Act", "Policies", "Runtime", "Advisories", "About"};

static void help_all(struct sw_buf *out, const struct sw_term *t)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	size_t width = help_width(t);
	sw_buf_addz(out,
		"Seawall secures Kubernetes in depth: before deployment, at the door, on the "
		"node,\n"
		"and across the cluster.\n\nusage: seawall COMMAND [OPTION...] [ARGUMENT...]\n");
	for (size_t i = 0; i < SW_ARRAY_LEN(groups); i++) {
		sw_buf_printf(out, "\n%s:\n", groups[i]);
		for (uint32_t k = 0; k < n; k++) {
			if (all[k]->hidden || strcmp(all[k]->group, groups[i]) != 0)
				continue;
			sw_buf_printf(out, "  %-16s ", all[k]->name);
			sw_text_wrap(out, sw_str_from(all[k]->summary), 19, 19, width);
		}
	}
	sw_buf_addz(out, "\n`seawall help COMMAND` tells more; so does `seawall help` with ");
	for (size_t i = 0; i < SW_ARRAY_LEN(topics); i++)
		sw_buf_printf(out, "%s%s", i ? (i + 1 == SW_ARRAY_LEN(topics) ? " or " : ", ") : "",
			topics[i].name);
	sw_buf_addz(out, ".\n");
}

static void json_option(struct sw_jsonw *w, const struct sw_opt *row)
{
	static const char *const types[] = {
		"bool", "count", "string", "int", "duration", "size", "enum"};
	char letter[2] = {row->letter, '\0'}, env[64];
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "name", row->name);
	if (row->letter)
		sw_jsonw_z(w, "letter", letter);
	sw_jsonw_z(w, "type", types[row->type]);
	if (*sw_opt_metavar(row))
		sw_jsonw_z(w, "value", sw_opt_metavar(row));
	sw_jsonw_z(w, "help", row->help);
	if (row->def)
		sw_jsonw_z(w, "default", row->def);
	if (row->choices) {
		struct sw_str rest = sw_str_from(row->choices), one;
		sw_jsonw_array(w, "choices");
		while (sw_str_split(&rest, '|', &one))
			sw_jsonw_str(w, NULL, one);
		sw_jsonw_end(w);
	}
	sw_jsonw_bool(w, "repeatable", row->flags & SW_OPT_LIST);
	if (*sw_opt_env_name(row, env)) {
		sw_jsonw_z(w, "env", env);
		sw_jsonw_z(w, "key", row->name);
		sw_jsonw_bool(w, "projectFile", !(row->flags & SW_OPT_TRUSTED));
	}
	sw_jsonw_z(w, "since", row->since ? row->since : "0.1");
	sw_jsonw_end(w);
}

static void json_options(struct sw_jsonw *w, const char *key, const struct sw_opt *rows, uint32_t n)
{
	sw_jsonw_array(w, key);
	for (uint32_t i = 0; i < n; i++)
		if (!(rows[i].flags & SW_OPT_HIDDEN))
			json_option(w, &rows[i]);
	sw_jsonw_end(w);
}

static void help_json(struct sw_buf *out)
{
	struct sw_jsonw w;
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	sw_jsonw_init(&w, out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "schema", "seawall.dev/help/v1");
	sw_jsonw_z(&w, "version", SW_VERSION);
	json_options(&w, "options", sw_cmd_global.rows, sw_cmd_global.n);
	sw_jsonw_array(&w, "commands");
	for (uint32_t i = 0; i < n; i++) {
		if (all[i]->hidden)
			continue;
		sw_jsonw_object(&w, NULL);
		sw_jsonw_z(&w, "name", all[i]->name);
		sw_jsonw_z(&w, "summary", all[i]->summary);
		sw_jsonw_z(&w, "arguments", all[i]->args);
		sw_jsonw_z(&w, "description", all[i]->description ? all[i]->description : "");
		sw_jsonw_z(&w, "group", all[i]->group);
		sw_jsonw_z(&w, "since", all[i]->since);
		json_options(&w, "options", all[i]->opts, all[i]->n_opts);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "exitCodes");
	struct sw_str rest = sw_str_from(sw_cmd_exit_codes), line;
	while (sw_str_split(&rest, '\n', &line) && line.n) {
		struct sw_str code;
		int64_t value = 0;
		sw_jsonw_object(&w, NULL);
		sw_str_split(&line, ' ', &code);
		sw_str_to_i64(code, &value);
		sw_jsonw_int(&w, "code", value);
		sw_jsonw_str(&w, "meaning", sw_str_trim(line));
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
}

static int no_topic(struct sw_cmd_ctx *ctx, struct sw_str name)
{
	struct sw_error err = {0};
	struct sw_nearest near;
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	sw_nearest_init(&near, name);
	for (uint32_t i = 0; i < n; i++)
		sw_nearest_try(&near, all[i]->name);
	for (size_t i = 0; i < SW_ARRAY_LEN(topics); i++)
		sw_nearest_try(&near, topics[i].name);
	sw_error_set(&err, SW_EUSAGE, "there is no help on \"%.*s\"", SW_STR_ARG(name));
	if (near.best)
		sw_error_hint(&err, "did you mean `seawall help %s`?", near.best);
	return sw_cmd_fail(&err);
}

static int run(struct sw_cmd_ctx *ctx)
{
	sw_autobuf name;
	sw_buf_init(&name, 4096);
	if (sw_opts_bool(&ctx->opts, "json")) {
		help_json(ctx->out);
		return 0;
	}
	for (uint32_t i = 0; i < ctx->opts.n_args; i++)
		sw_buf_printf(&name, "%s%s", i ? " " : "", ctx->opts.args[i]);
	struct sw_str want = sw_buf_str(&name);
	if (!want.n) {
		help_all(ctx->out, &ctx->term);
		return 0;
	}
	const struct sw_cmd *cmd = sw_cmd_find(want);
	if (cmd) {
		sw_cmd_help_command(ctx->out, cmd, &ctx->term);
		return 0;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(topics); i++)
		if (sw_str_is(want, topics[i].name)) {
			sw_buf_printf(ctx->out, "%s\n\n", topics[i].title);
			put_prose(ctx->out, topics[i].text, help_width(&ctx->term));
			return 0;
		}
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	bool group = false;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str full = sw_str_from(all[i]->name);
		if (all[i]->hidden || !sw_str_starts(full, want) || full.p[want.n] != ' ')
			continue;
		sw_buf_printf(ctx->out, "seawall %-20s %s\n", all[i]->name, all[i]->summary);
		group = true;
	}
	return group ? 0 : no_topic(ctx, want);
}

static const struct sw_opt opts[] = {
	{.name = "json",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "all commands, options and exit codes as JSON"},
};

const struct sw_cmd sw_cmd_help = {
	.name = "help",
	.summary = "tell about a command or a topic",
	.args = "[COMMAND|TOPIC]",
	.group = "About",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.max_args = 4,
	.run = run,
};
