/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall db update`: a new database, or what the old one lacks of it, from a file or a server. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/io.h"
#include "cmd/db/db.h"
#include "vuln/db/delta.h"
#include "vuln/db/fetch.h"

static void close_db(struct sw_vuln_db **db)
{
	sw_vuln_db_close(*db);
}
#define autodb __attribute__((cleanup(close_db))) struct sw_vuln_db

static bool is_url(const char *s)
{
	return strstr(s, "://") != NULL;
}

/* Checked before it replaces anything: structure, checksums, signature, and not older. */
static int check(struct sw_cmd_ctx *ctx, struct sw_str bytes, const struct sw_vuln_db *old,
	struct sw_error *err)
{
	const char *key = sw_opts_str(&ctx->opts, "key");
	autodb *db = NULL;
	struct sw_db_info was, is;
	struct sw_str pem = {0};
	int rc = sw_vuln_db_open_bytes(bytes, &db, err);
	if (!rc)
		rc = sw_vuln_db_verify(db, err);
	if (!rc && key)
		rc = sw_io_read(ctx->arena, key, 1 << 16, 0, &pem, err);
	if (!rc && key)
		rc = sw_vuln_db_verify_key(db, pem, err);
	if (rc || !old)
		return rc;
	sw_vuln_db_info(old, &was);
	sw_vuln_db_info(db, &is);
	if (is.data_date < was.data_date && !sw_opts_bool(&ctx->opts, "allow-older"))
		return sw_error_set(err, SW_ECONFLICT,
			"the new database is older than the one that is there (--allow-older)");
	return 0;
}

/* The folders of the user's cache are made; others must be there. */
static void make_parents(const char *path)
{
	char dir[4096];
	snprintf(dir, sizeof(dir), "%s", path);
	for (char *p = dir + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(dir, 0755);
			*p = '/';
		}
}

static int update(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const char *source = ctx->opts.args[0], *path = sw_cmd_db_path(ctx);
	autodb *old = NULL;
	sw_autobuf got, whole;
	struct sw_str bytes;
	char day[16];
	struct sw_db_info info;
	autodb *now = NULL;
	sw_buf_init(&got, (size_t)4 << 30);
	sw_buf_init(&whole, (size_t)4 << 30);
	int rc = sw_vuln_db_open(path, &old, err);
	if (rc && rc != -SW_ENOENT)
		sw_log(SW_LOG_WARNING, "%s cannot be read and will be replaced", path);
	rc = is_url(source) ? sw_db_fetch(source, &got, err)
			    : sw_io_read(ctx->arena, source, (size_t)4 << 30, 0, &bytes, err);
	if (rc)
		return rc;
	if (is_url(source))
		bytes = sw_buf_str(&got);
	if (sw_db_is_delta(bytes)) {
		if (!old)
			return sw_error_set(err, SW_ECONFLICT,
				"%s is an update, and there is no database at %s", source, path);
		rc = sw_db_delta_apply(old, bytes, &whole, err);
		bytes = sw_buf_str(&whole);
	}
	if (!rc)
		rc = check(ctx, bytes, old, err);
	if (rc)
		return rc;
	make_parents(path);
	rc = sw_cmd_write(path, bytes, err);
	if (!rc)
		rc = sw_vuln_db_open(path, &now, err);
	if (rc)
		return rc;
	sw_vuln_db_info(now, &info);
	sw_buf_printf(ctx->out, "%s: newest record of %s, %.1f MB\n", path,
		sw_cmd_day(info.data_date, day), (double)info.size / 1e6);
	return 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	return update(ctx, &err) ? sw_cmd_fail(&err) : SW_EXIT_CLEAN;
}

static const struct sw_opt opts[] = {
	SW_DB_OPT,
	{.name = "key",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "take only what is signed with this public Ed25519 key (PEM)"},
	{.name = "allow-older",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "also go back to an older database"},
};

const struct sw_cmd sw_cmd_db_update = {
	.name = "db update",
	.summary = "replace the advisory database by a newer one",
	.args = "URL|FILE",
	.description = "From an https server or a file: a whole database, or an update that `db "
		       "diff --delta` made. It is "
		       "checked before it replaces the old one, which is done in one step: a scan "
		       "that runs meanwhile "
		       "sees the old or the new one. Nothing is replaced by something older.\n\n"
		       "This is the only command about advisories that opens a connection, and "
		       "only to the server named.",
	.examples = "seawall db update https://advisories.example/vuln.db --key advisories.pub\n"
		    "  over the network, only when the signature holds\n",
	.group = "Advisories",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
