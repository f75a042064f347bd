/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall waive`: add a waiver to the file of waivers, which stays as it is otherwise. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd/scan/scanning.h"
#include "doc/json.h"

static bool is_fingerprint(const char *s)
{
	return strlen(s) == 32 && strspn(s, "0123456789abcdef") == 32;
}

/* "90d", a date, or "never". */
static int expiry(const char *given, char out[32], struct sw_error *err)
{
	int64_t days, today = sw_today();
	struct sw_str s = sw_str_from(given);
	if (strcmp(given, "never") == 0) {
		snprintf(out, 32, "never");
		return 0;
	}
	if (sw_str_ends(s, SW_STR("d")) && sw_str_to_i64(sw_str_sub(s, 0, s.n - 1), &days) &&
		days > 0 && days < 36500) {
		time_t t = (time_t)((today + days) * 86400);
		struct tm tm;
		gmtime_r(&t, &tm);
		strftime(out, 32, "%Y-%m-%d", &tm);
		return 0;
	}
	if (sw_date_parse(s, &days)) {
		sw_error_set(err, SW_EUSAGE, "--expires: \"%.40s\" is no date", given);
		return sw_error_hint(
			err, "write YYYY-MM-DD, a number of days such as 90d, or never");
	}
	if (days < today)
		return sw_error_set(err, SW_EUSAGE, "--expires: %s is over already", given);
	snprintf(out, 32, "%s", given);
	return 0;
}

static void put(struct sw_buf *out, size_t indent, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	sw_buf_pad(out, ' ', indent);
	sw_buf_printf(out, "%s: ", key);
	sw_json_write_str(out, sw_str_from(value), 0); /* a JSON string is a YAML string */
	sw_buf_addch(out, '\n');
}

/*
 * The rules that the waiver names. With a fingerprint one may be given beside it: then the waiver is told when it
 * matches nothing any more, and only by the command whose rule that is. A piece of a fingerprint, as `explain`
 * takes it, would be a rule that nothing has.
 */
static int rules_of(const struct sw_opts *o, const char **ret, struct sw_error *err)
{
	const char *what = o->args[0], *rule = sw_opts_str(o, "rule");
	size_t n = strlen(what);
	if (is_fingerprint(what)) {
		*ret = rule ? rule : "*";
		return 0;
	}
	if (rule)
		return sw_error_set(err, SW_EUSAGE, "--rule goes with a fingerprint");
	if (n >= 6 && strspn(what, "0123456789abcdef") == n) {
		sw_error_set(err, SW_EUSAGE, "\"%.40s\" is no rule, and a fingerprint has 32 digits", what);
		return sw_error_hint(err, "`seawall explain %.40s PATH` shows it whole", what);
	}
	*ret = what;
	return 0;
}

static void entry(
	struct sw_buf *out, const struct sw_cmd_ctx *ctx, size_t indent, const char *rules,
	const char *expires)
{
	const struct sw_opts *o = &ctx->opts;
	const char *what = o->args[0];
	sw_buf_pad(out, ' ', indent);
	sw_buf_addz(out, "- rules: [");
	sw_json_write_str(out, sw_str_from(rules), 0);
	sw_buf_addz(out, "]\n");
	put(out, indent + 2, "id", sw_opts_str(o, "id"));
	bool scoped = is_fingerprint(what);
	for (int i = 0; i < SW_WAIVE_FINGERPRINT; i++)
		scoped |= sw_opts_str(o, sw_waiver_field_name((enum sw_waiver_field)i)) != NULL;
	if (scoped) {
		sw_buf_pad(out, ' ', indent + 2);
		sw_buf_addz(out, "scope:\n");
		for (int i = 0; i < SW_WAIVE_FINGERPRINT; i++) {
			const char *name = sw_waiver_field_name((enum sw_waiver_field)i);
			put(out, indent + 4, name, sw_opts_str(o, name));
		}
		put(out, indent + 4, "fingerprint", is_fingerprint(what) ? what : NULL);
	}
	put(out, indent + 2, "reason", sw_opts_str(o, "reason"));
	put(out, indent + 2, "owner", sw_opts_str(o, "owner"));
	put(out, indent + 2, "ticket", sw_opts_str(o, "ticket"));
	put(out, indent + 2, "approver", sw_opts_str(o, "approver"));
	put(out, indent + 2, "expires", expires);
}

static int append(struct sw_cmd_ctx *ctx, const char *file, const char *expires, struct sw_buf *out,
	struct sw_error *err)
{
	struct sw_waivers before = {0}, after = {0};
	struct sw_source *src = NULL;
	size_t indent = 0;
	const char *rules = NULL;
	int rc = rules_of(&ctx->opts, &rules, err);
	if (rc)
		return rc;
	if (access(file, F_OK) == 0) {
		rc = sw_cmd_read(ctx->arena, file, 64 << 20, &src, err);
		if (!rc)
			rc = sw_waivers_parse(&before, ctx->arena, src, err);
		if (rc)
			return rc;
	}
	if (before.n) {
		sw_buf_addstr(out, src->text);
		if (!sw_str_ends(src->text, SW_STR("\n")))
			sw_buf_addch(out, '\n');
		indent = before.v[before.n - 1].col > 2 ? before.v[before.n - 1].col - 3 : 0;
	} else {
		sw_buf_addz(out, "apiVersion: seawall.dev/v1\nkind: Waivers\nwaivers:\n");
	}
	entry(out, ctx, indent, rules, expires);
	struct sw_source check = {.name = sw_str_from(file), .text = sw_buf_str(out)};
	rc = sw_waivers_parse(&after, ctx->arena, &check, err);
	if (!rc && after.n != before.n + 1)
		rc = sw_error_set(
			err, SW_EINVALID, "the list of waivers is not at the end of the file");
	if (rc) {
		sw_error_prefix(err, "cannot add to %s: ", file);
		sw_error_hint(err, "add the waiver by hand; see the head of the file format in "
				   "docs/waivers.md");
	}
	return rc;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	char expires[32];
	static const char *const must[] = {"reason", "owner", "expires"};
	const char *file = sw_opts_str(&ctx->opts, "waiver-file");
	for (size_t i = 0; i < SW_ARRAY_LEN(must); i++) {
		const char *v = sw_opts_str(&ctx->opts, must[i]);
		if (!v || !*v) {
			sw_error_set(&err, SW_EUSAGE, "a waiver needs --%s", must[i]);
			return sw_cmd_fail(&err);
		}
	}
	sw_autobuf out;
	sw_buf_init(&out, 128 << 20);
	int rc = expiry(sw_opts_str(&ctx->opts, "expires"), expires, &err);
	if (!rc)
		rc = append(ctx, file, expires, &out, &err);
	if (!rc)
		rc = sw_cmd_write(file, sw_buf_str(&out), &err);
	if (rc)
		return sw_cmd_fail(&err);
	sw_log(SW_LOG_NOTE, "added to %s; it holds until %s", file, expires);
	return 0;
}

#define F SW_OPT_FLAG_ONLY
#define SCOPE(field, text)                                                                         \
	{                                                                                          \
		.name = field, .metavar = "GLOB", .type = SW_OPT_STRING, .flags = F,               \
		.group = "Scope", .since = "0.1", .help = text                                     \
	}
static const struct sw_opt opts[] = {
	{.name = "reason",
		.metavar = "TEXT",
		.type = SW_OPT_STRING,
		.flags = F,
		.since = "0.1",
		.help = "why the risk is accepted; required"},
	{.name = "owner",
		.metavar = "WHO",
		.type = SW_OPT_STRING,
		.since = "0.1",
		.help = "who answers for it; required"},
	{.name = "expires",
		.metavar = "DATE",
		.type = SW_OPT_STRING,
		.flags = F,
		.since = "0.1",
		.help = "last day: YYYY-MM-DD, a number of days such as 90d, or never; required"},
	{.name = "ticket",
		.metavar = "ID",
		.type = SW_OPT_STRING,
		.flags = F,
		.since = "0.1",
		.help = "where it was discussed"},
	{.name = "approver",
		.metavar = "WHO",
		.type = SW_OPT_STRING,
		.flags = F,
		.since = "0.1",
		.help = "who agreed"},
	{.name = "id",
		.metavar = "NAME",
		.type = SW_OPT_STRING,
		.flags = F,
		.since = "0.1",
		.help = "name of the waiver"},
	{.name = "waiver-file",
		.letter = 'f',
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.def = "seawall-waivers.yaml",
		.flags = SW_OPT_TRUSTED,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "file to add it to"},
	{.name = "rule",
		.metavar = "ID",
		.type = SW_OPT_STRING,
		.flags = F,
		.group = "Scope",
		.since = "0.1",
		.help = "beside a fingerprint: the finding's rule, so that it is told when the waiver "
			"matches nothing any more"},
	SCOPE("cluster", "only in this cluster"),
	SCOPE("namespace", "only in this namespace"),
	SCOPE("kind", "only objects of this kind"),
	SCOPE("name", "only the object of this name"),
	SCOPE("container", "only this container"),
	SCOPE("image", "only this image, with or without its tag"),
	SCOPE("package", "only this package"),
	SCOPE("path", "only this place in the object and what is below it"),
	SCOPE("file", "only what this file holds"),
};

const struct sw_cmd sw_cmd_waive = {
	.name = "waive",
	.summary = "accept a finding for a time, with a reason",
	.args = "FINGERPRINT|RULE",
	.description = "Adds a waiver to the file. It hides what it names until it expires; then "
		       "the finding is back, and the\n"
		       "waiver itself is reported, as it is when it matches nothing or more than "
		       "one thing.",
	.examples = "  seawall waive 3f9a2c5be01d4477a1c0a95a6d0f8b12 --reason 'sandboxed node' "
		    "--owner team-shop --expires 90d\n"
		    "  seawall waive SW-POD-001 --namespace kube-system --name 'kube-proxy*' "
		    "--reason 'needs it' \\\n"
		    "      --owner platform --expires 2027-01-31\n",
	.group = "Act",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
