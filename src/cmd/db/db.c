/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall db status`, `lookup`, `diff`, `verify`. */
#include "cmd/db/db.h"

#include <stdio.h>
#include <time.h>

#include "base/io.h"
#include "doc/json.h"
#include "report/jsonw.h"
#include "vuln/db/delta.h"
#include "vuln/db/format.h"
#include "vuln/ecosystem.h"

const char *sw_cmd_db_path(struct sw_cmd_ctx *ctx)
{
	const char *path = sw_opts_str(&ctx->opts, "db");
	return path ? path : sw_vuln_db_default(ctx->arena);
}

static int db_open(struct sw_cmd_ctx *ctx, struct sw_vuln_db **ret, struct sw_error *err)
{
	return sw_vuln_db_open(sw_cmd_db_path(ctx), ret, err);
}

const char *sw_cmd_day(int64_t day, char out[16])
{
	time_t t = day * 86400;
	struct tm tm;
	if (!day || !gmtime_r(&t, &tm))
		return "unknown";
	strftime(out, 16, "%Y-%m-%d", &tm);
	return out;
}

static void close_db(struct sw_vuln_db **db)
{
	sw_vuln_db_close(*db);
}
#define autodb __attribute__((cleanup(close_db))) struct sw_vuln_db

/* ---- status ---- */

static void status_json(
	struct sw_cmd_ctx *ctx, struct sw_vuln_db *db, const struct sw_db_info *info)
{
	struct sw_jsonw w;
	struct sw_db_section s;
	char day[16];
	sw_jsonw_init(&w, ctx->out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "path", sw_cmd_db_path(ctx));
	sw_jsonw_int(&w, "created", info->created);
	sw_jsonw_z(&w, "dataDate", sw_cmd_day(info->data_date, day));
	sw_jsonw_int(&w, "bytes", (int64_t)info->size);
	sw_jsonw_bool(&w, "signed", info->is_signed);
	sw_jsonw_array(&w, "sections");
	for (uint32_t i = 0; sw_vuln_db_section(db, i, &s); i++) {
		sw_jsonw_object(&w, NULL);
		sw_jsonw_str(&w, "key", s.key);
		sw_jsonw_int(&w, "bytes", (int64_t)s.size);
		sw_jsonw_int(&w, "records", s.count);
		if (s.newest)
			sw_jsonw_z(&w, "newest", sw_cmd_day(s.newest, day));
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	sw_buf_addch(ctx->out, '\n');
}

static int status(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	autodb *db = NULL;
	struct sw_db_info info;
	struct sw_db_section s;
	char day[16], created[16];
	if (db_open(ctx, &db, &err))
		return sw_cmd_fail(&err);
	sw_vuln_db_info(db, &info);
	if (strcmp(sw_opts_str(&ctx->opts, "output"), "json") == 0) {
		status_json(ctx, db, &info);
		return SW_EXIT_CLEAN;
	}
	sw_buf_printf(ctx->out, "%s: %.1f MB, built %s, newest record of %s, %s\n\n",
		sw_cmd_db_path(ctx), (double)info.size / 1e6,
		sw_cmd_day(info.created / 86400, created), sw_cmd_day(info.data_date, day),
		info.is_signed ? "signed" : "not signed");
	sw_buf_printf(ctx->out, "%-24s %10s %10s  %s\n", "SECTION", "RECORDS", "KB", "NEWEST");
	for (uint32_t i = 0; sw_vuln_db_section(db, i, &s); i++)
		sw_buf_printf(ctx->out, "%-24.*s %10u %10llu  %s\n", SW_STR_ARG(s.key), s.count,
			(unsigned long long)(s.size + 999) / 1000,
			s.newest ? sw_cmd_day(s.newest, day) : "-");
	return SW_EXIT_CLEAN;
}

/* ---- lookup ---- */

static void interval_text(struct sw_buf *out, const struct sw_db_row *r)
{
	if (r->flags & SW_AFF_RANGE)
		sw_buf_printf(out, "%.*s", SW_STR_ARG(r->introduced));
	else if (r->flags & SW_AFF_EXCEPT)
		sw_buf_printf(out, "all but %.*s", SW_STR_ARG(r->introduced));
	else if (r->flags & SW_AFF_EXACT)
		sw_buf_printf(out, "= %.*s", SW_STR_ARG(r->introduced));
	else {
		if (r->introduced.n)
			sw_buf_printf(out, "%s %.*s",
				r->flags & SW_AFF_AFTER ? ">" : ">=", SW_STR_ARG(r->introduced));
		if (r->flags & (SW_AFF_LAST | SW_AFF_BELOW))
			sw_buf_printf(out, "%s<%s %.*s", r->introduced.n ? ", " : "",
				r->flags & SW_AFF_LAST ? "=" : "", SW_STR_ARG(r->last));
		else if (r->fixed.n)
			sw_buf_printf(
				out, "%s< %.*s", r->introduced.n ? ", " : "", SW_STR_ARG(r->fixed));
		else
			sw_buf_addz(out, r->introduced.n ? "" : "all versions");
	}
	if (r->flags & (SW_AFF_LAST | SW_AFF_BELOW | SW_AFF_RANGE | SW_AFF_EXCEPT) && r->fixed.n)
		sw_buf_printf(out, " (fixed in %.*s)", SW_STR_ARG(r->fixed));
	if (r->flags & SW_AFF_WONT_FIX)
		sw_buf_addz(out, " (will not be fixed)");
	if (r->flags & SW_AFF_DEFERRED)
		sw_buf_addz(out, " (deferred)");
	if (r->only.n)
		sw_buf_printf(out, " [%.*s]", SW_STR_ARG(r->only));
}

static void row_line(struct sw_buf *out, const struct sw_db_eco *e, struct sw_str name, uint32_t i)
{
	struct sw_db_row row;
	struct sw_db_advisory adv;
	if (!sw_db_eco_row(e, i, &row) || !sw_db_eco_advisory(e, row.advisory, &adv))
		return;
	sw_buf_printf(out, "  %.*s %.*s  ", SW_STR_ARG(e->key), SW_STR_ARG(name));
	interval_text(out, &row);
	sw_buf_printf(out, "  %.*s", SW_STR_ARG(adv.id));
	for (uint32_t k = 0; k < adv.n_flaws && k < 8; k++) {
		struct sw_str flaw = sw_db_eco_flaw(e, adv.first_flaw + k);
		if (!sw_str_eq(flaw, adv.id))
			sw_buf_printf(out, " %.*s", SW_STR_ARG(flaw));
	}
	if (adv.n_flaws > 8)
		sw_buf_printf(out, " and %u more", adv.n_flaws - 8);
	sw_buf_printf(out, "  (%.*s)\n", SW_STR_ARG(adv.feed));
}

static bool advisory_names(
	const struct sw_db_eco *e, uint32_t i, struct sw_str id, struct sw_str canonical)
{
	struct sw_db_advisory adv;
	if (!sw_db_eco_advisory(e, i, &adv))
		return false;
	if (sw_str_ieq(adv.id, id))
		return true;
	for (uint32_t k = 0; k < adv.n_flaws; k++)
		if (sw_str_eq(sw_db_eco_flaw(e, adv.first_flaw + k), canonical))
			return true;
	return false;
}

/* Every package that an advisory of this flaw speaks of. */
static uint32_t lookup_id(
	struct sw_cmd_ctx *ctx, struct sw_vuln_db *db, struct sw_str id, struct sw_str canonical)
{
	struct sw_db_section s;
	uint32_t lines = 0;
	for (uint32_t i = 0; sw_vuln_db_section(db, i, &s); i++) {
		struct sw_db_eco e;
		struct sw_str name;
		uint32_t first, n;
		if (s.kind != SW_DBF_ECOSYSTEM || sw_vuln_db_eco(db, s.key, &e, NULL))
			continue;
		for (uint32_t p = 0; sw_db_eco_package(&e, p, &name, &first, &n); p++)
			for (uint32_t k = first; k < first + n; k++) {
				struct sw_db_row row;
				if (sw_db_eco_row(&e, k, &row) &&
					advisory_names(&e, row.advisory, id, canonical)) {
					row_line(ctx->out, &e, name, k);
					lines++;
				}
			}
	}
	return lines;
}

static void flaw_text(struct sw_buf *out, const struct sw_db_flaw *f)
{
	char day[16];
	sw_buf_printf(out, "%.*s", SW_STR_ARG(f->id));
	if (f->aliases.n)
		sw_buf_printf(out, " (%.*s)", SW_STR_ARG(f->aliases));
	sw_buf_printf(out, "\n  %.*s\n  severity %s", SW_STR_ARG(f->title),
		sw_severity_name(f->severity));
	if (f->source.n)
		sw_buf_printf(out, " says %.*s", SW_STR_ARG(f->source));
	if (f->score > 0)
		sw_buf_printf(out, ", CVSS %.1f %.*s", f->score, SW_STR_ARG(f->cvss));
	if (f->epss >= 0)
		sw_buf_printf(out, ", EPSS %.2f %%", f->epss * 100);
	if (f->kev)
		sw_buf_printf(
			out, ", exploited, in the KEV catalogue since %s", sw_cmd_day(f->kev, day));
	if (f->cwe.n)
		sw_buf_printf(out, ", %.*s", SW_STR_ARG(f->cwe));
	sw_buf_addch(out, '\n');
}

/* "npm lodash" or "debian:12 openssl" */
static uint32_t lookup_package(
	struct sw_cmd_ctx *ctx, struct sw_vuln_db *db, struct sw_str key, struct sw_str name)
{
	struct sw_db_eco e;
	uint32_t first, n;
	const struct sw_ecosystem *eco = sw_ecosystem_find(key);
	if (!eco || sw_vuln_db_eco(db, key, &e, NULL))
		return 0;
	if (!sw_db_eco_find(&e, sw_ecosystem_name(ctx->arena, eco, name), &first, &n))
		return 0;
	for (uint32_t k = first; k < first + n; k++)
		row_line(ctx->out, &e, name, k);
	return n;
}

static int lookup(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	autodb *db = NULL;
	bool missing = false;
	if (db_open(ctx, &db, &err))
		return sw_cmd_fail(&err);
	for (uint32_t i = 0; i < ctx->opts.n_args; i++) {
		struct sw_str arg = sw_str_from(ctx->opts.args[i]);
		size_t slash = sw_str_chr(arg, '/', 0);
		struct sw_db_flaw flaw;
		uint32_t found = 0;
		if (sw_vuln_db_flaw_named(db, arg, &flaw, &err) == 0) {
			flaw_text(ctx->out, &flaw);
			lookup_id(ctx, db, arg, flaw.id);
			found = 1;
		} else if (slash != SW_NPOS) {
			found = lookup_package(ctx, db, sw_str_sub(arg, 0, slash),
				sw_str_sub(arg, slash + 1, arg.n));
		}
		if (!found)
			found = lookup_id(ctx, db, arg, arg);
		if (!found) {
			sw_log(SW_LOG_WARNING, "the database knows nothing of '%s'",
				ctx->opts.args[i]);
			missing = true;
		}
	}
	return missing ? SW_EXIT_FINDINGS : SW_EXIT_CLEAN;
}

/* ---- diff ---- */

struct diff {
	struct sw_buf *out;
	uint64_t added, gone;
};

static void change(void *arg, const struct sw_db_change *c)
{
	struct diff *d = arg;
	sw_buf_printf(d->out, "%c %.*s %.*s %.*s\n", c->sign, SW_STR_ARG(c->eco),
		SW_STR_ARG(c->name), SW_STR_ARG(c->id));
	d->added += c->sign == '+';
	d->gone += c->sign == '-';
}

static int diff(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	autodb *a = NULL, *b = NULL;
	struct diff d = {.out = ctx->out};
	const char *delta = sw_opts_str(&ctx->opts, "delta");
	if (sw_vuln_db_open(ctx->opts.args[0], &a, &err) ||
		sw_vuln_db_open(ctx->opts.args[1], &b, &err))
		return sw_cmd_fail(&err);
	if (delta) {
		sw_autobuf out;
		sw_buf_init(&out, (size_t)4 << 30);
		if (sw_db_delta_make(a, b, &out, &err) ||
			sw_cmd_write(delta, sw_buf_str(&out), &err))
			return sw_cmd_fail(&err);
		sw_log(SW_LOG_NOTE, "%s: %.1f MB", delta, (double)out.n / 1e6);
		return SW_EXIT_CLEAN;
	}
	if (sw_db_diff(a, b, change, &d, &err))
		return sw_cmd_fail(&err);
	sw_buf_printf(ctx->out, "%llu advisories more, %llu fewer\n", (unsigned long long)d.added,
		(unsigned long long)d.gone);
	return SW_EXIT_CLEAN;
}

/* ---- verify ---- */

static int verify(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	autodb *db = NULL;
	const char *key = sw_opts_str(&ctx->opts, "key");
	struct sw_str pem;
	struct sw_db_info info;
	if (db_open(ctx, &db, &err) || sw_vuln_db_verify(db, &err))
		return sw_cmd_fail(&err);
	if (key && (sw_io_read(ctx->arena, key, 1 << 16, 0, &pem, &err) ||
			   sw_vuln_db_verify_key(db, pem, &err)))
		return sw_cmd_fail(&err);
	sw_vuln_db_info(db, &info);
	sw_buf_printf(ctx->out, "%s: all %u sections match their checksums%s\n",
		sw_cmd_db_path(ctx), info.n_sections,
		key		 ? ", and the signature holds"
		: info.is_signed ? "; signed, --key checks by whom"
				 : "; not signed");
	return SW_EXIT_CLEAN;
}

/* ---- rows ---- */

static const struct sw_opt status_opts[] = {
	SW_DB_OPT,
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the result"},
};

const struct sw_cmd sw_cmd_db_status = {
	.name = "db status",
	.summary = "tell what the advisory database holds and how old it is",
	.args = "",
	.description = "Lists the sections of the database (one per ecosystem and release), with "
		       "the number of "
		       "advisories and the day of the newest one.",
	.group = "Advisories",
	.since = "0.1",
	.opts = status_opts,
	.n_opts = SW_ARRAY_LEN(status_opts),
	.run = status,
};

static const struct sw_opt lookup_opts[] = {SW_DB_OPT};

const struct sw_cmd sw_cmd_db_lookup = {
	.name = "db lookup",
	.summary = "tell what the advisory database says of a flaw or a package",
	.args = "ID|ECOSYSTEM/PACKAGE...",
	.description = "By any of a flaw's names (CVE, GHSA, RUSTSEC, DSA …), or by package. Exits "
		       "1 when the database "
		       "knows nothing of one of them.",
	.examples = "seawall db lookup CVE-2021-44228\n"
		    "  the flaw, and every package that has it\n"
		    "seawall db lookup npm/lodash debian:12/openssl\n"
		    "  all advisories of two packages\n",
	.group = "Advisories",
	.since = "0.1",
	.opts = lookup_opts,
	.n_opts = SW_ARRAY_LEN(lookup_opts),
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = lookup,
};

static const struct sw_opt diff_opts[] = {
	{.name = "delta",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "write what `db update` needs to make the new database of the old one"},
};

const struct sw_cmd sw_cmd_db_diff = {
	.name = "db diff",
	.summary = "compare two advisory databases",
	.args = "OLD NEW",
	.description = "Lists the advisories of each package that only one of them has.",
	.group = "Advisories",
	.since = "0.1",
	.opts = diff_opts,
	.n_opts = SW_ARRAY_LEN(diff_opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 2,
	.max_args = 2,
	.run = diff,
};

static const struct sw_opt verify_opts[] = {
	SW_DB_OPT,
	{.name = "key",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "also check the signature with this public Ed25519 key (PEM)"},
};

const struct sw_cmd sw_cmd_db_verify = {
	.name = "db verify",
	.summary = "check the advisory database's checksums and signature",
	.args = "",
	.description = "Checks the table of sections, every section's SHA-256 and its structure, "
		       "and with --key the "
		       "signature.",
	.group = "Advisories",
	.since = "0.1",
	.opts = verify_opts,
	.n_opts = SW_ARRAY_LEN(verify_opts),
	.run = verify,
};
