/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall db build`: feeds into a database. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/io.h"
#include "cmd/db/db.h"
#include "vuln/feed/feed.h"

struct build {
	uint64_t problems, shown_max;
};

static void problem(void *arg, const struct sw_error *err)
{
	struct build *b = arg;
	char text[1600];
	if (++b->problems <= b->shown_max)
		sw_log(SW_LOG_WARNING, "%s", sw_error_format(err, text, sizeof(text)));
}

static double seconds(void)
{
	return (double)sw_now_ns() / 1e9;
}

static int64_t now_of(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now;
	if (epoch && sw_str_to_i64(sw_str_from(epoch), &now))
		return now;
	return time(NULL);
}

static void feed_table(struct sw_buf *out, const struct sw_feeds *f)
{
	char day[16];
	sw_buf_printf(out, "%-24s %-15s %9s %9s %6s %8s  %s\n", "FEED", "FORMAT", "FILES",
		"RECORDS", "BAD", "SKIPPED", "NEWEST");
	for (uint32_t i = 0; i < f->n_stats; i++) {
		const struct sw_feed_stats *s = &f->stats[i];
		sw_buf_printf(out, "%-24.*s %-15.*s %9llu %9llu %6llu %8llu  %s\n",
			SW_STR_ARG(s->name), SW_STR_ARG(s->format), (unsigned long long)s->files,
			(unsigned long long)s->records, (unsigned long long)s->bad,
			(unsigned long long)s->skipped, sw_cmd_day(s->newest, day));
	}
}

static int stats_order(const void *x, const void *y)
{
	return sw_str_cmp(
		((const struct sw_feed_stats *)x)->name, ((const struct sw_feed_stats *)y)->name);
}

static int read_feeds(struct sw_cmd_ctx *ctx, struct sw_feeds *f, struct sw_error *err)
{
	const struct sw_optval *feeds = sw_opts_get(&ctx->opts, "feeds");
	if (!feeds->n) {
		sw_error_set(
			err, SW_EUSAGE, "which feeds? Name a folder or an archive with --feeds");
		return -SW_EUSAGE;
	}
	for (uint32_t i = 0; i < feeds->n; i++) {
		int rc = sw_feeds_read(f, feeds->v[i], err);
		if (rc)
			return rc;
	}
	qsort(f->stats, f->n_stats, sizeof(f->stats[0]), stats_order);
	return 0;
}

static int build(struct sw_cmd_ctx *ctx, struct sw_db_builder *b, struct sw_error *err)
{
	struct build state = {.shown_max = sw_opts_int(&ctx->opts, "verbose") ? UINT64_MAX : 20};
	const char *path = sw_opts_str(&ctx->opts, "file"),
		   *key_path = sw_opts_str(&ctx->opts, "sign-key");
	struct sw_str key = SW_STR("");
	sw_autofeeds f;
	sw_autobuf out;
	double start = seconds();
	int64_t now = now_of();
	sw_feeds_init(&f, b, now);
	sw_buf_init(&out, (size_t)4 << 30);
	f.problem = problem;
	f.arg = &state;
	if (key_path && sw_io_read(ctx->arena, key_path, 1 << 16, 0, &key, err))
		return -1;
	if (read_feeds(ctx, &f, err))
		return -1;
	double read = seconds();
	if (sw_db_builder_write(b, now, f.stats, f.n_stats, key, &out, err))
		return -1;
	if (sw_cmd_write(path, sw_buf_str(&out), err))
		return -1;
	uint64_t advisories, rows;
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	sw_db_builder_count(b, &advisories, &rows);
	if (strcmp(path, "-") == 0)
		return 0;
	feed_table(ctx->out, &f);
	if (state.problems > state.shown_max)
		sw_log(SW_LOG_WARNING, "%llu more records could not be read; -v shows all",
			(unsigned long long)(state.problems - state.shown_max));
	sw_buf_printf(ctx->out,
		"%llu advisories, %llu intervals, %.1f MB in %s%s; read in %.1f s, written in %.1f "
		"s, %ld MB of memory\n",
		(unsigned long long)advisories, (unsigned long long)rows, (double)out.n / 1e6, path,
		key.n ? ", signed" : "", read - start, seconds() - read, usage.ru_maxrss / 1000);
	return 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	struct sw_db_builder *b = sw_db_builder_new();
	int rc = b ? build(ctx, b, &err) : sw_error_set(&err, SW_ELIMIT, "out of memory");
	sw_db_builder_free(b);
	return rc ? sw_cmd_fail(&err) : SW_EXIT_CLEAN;
}

static const struct sw_opt opts[] = {
	{.name = "feeds",
		.metavar = "DIR|ARCHIVE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "a folder with a folder per feed, or a .tar, .tar.gz or .tar.zst of it"},
	{.name = "file",
		.letter = 'o',
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.def = "vuln.db",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "where to write the database; - is standard output"},
	{.name = "sign-key",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.complete = SW_COMPLETE_FILE,
		.help = "sign with this private Ed25519 key (PEM)"},
};

const struct sw_cmd sw_cmd_db_build = {
	.name = "db build",
	.summary = "build the advisory database from feeds",
	.args = "",
	.description = "Reads advisory feeds as their publishers give them and writes one "
		       "database. Formats are told "
		       "by content: OSV, RustSec, RubySec, FriendsOfPHP, Debian's tracker, "
		       "Alpine's secdb, OVAL, "
		       "CSAF, KEV, EPSS, endoflife.date and more. A record that cannot be read is "
		       "reported with "
		       "its file and line and costs nothing but itself.\n\n"
		       "The same feeds give the same file, given SOURCE_DATE_EPOCH. No connection "
		       "is opened.",
	.examples = "seawall db build --feeds feeds/ -o vuln.db\n"
		    "  from a folder that holds a folder per feed\n"
		    "seawall db build --feeds feeds.tar.zst --sign-key key.pem -o vuln.db\n"
		    "  from an archive, signed\n",
	.group = "Advisories",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_NONE,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
