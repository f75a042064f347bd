/* SPDX-License-Identifier: Apache-2.0 */
/* Small databases made of feeds written in the test. */
#ifndef VULN_TEST_H
#define VULN_TEST_H

#include "../test.h"

#include "vuln/db/db.h"
#include "vuln/feed/feed.h"
#include "vuln/match.h"

#define NOW 1787443200 /* 2026-08-23 */

struct world {
	struct sw_db_builder *b;
	struct sw_feeds feeds;
	struct sw_buf bytes;
	struct sw_vuln_db *db;
	char problems[4096];
	unsigned n_problems;
};

static void world_problem(void *arg, const struct sw_error *err)
{
	struct world *w = arg;
	char text[1600];
	size_t n = strlen(w->problems);
	w->n_problems++;
	snprintf(w->problems + n, sizeof(w->problems) - n, "%s\n",
		sw_error_format(err, text, sizeof(text)));
}

static void world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->b = sw_db_builder_new();
	assert_non_null(w->b);
	sw_feeds_init(&w->feeds, w->b, NOW);
	w->feeds.problem = world_problem;
	w->feeds.arg = w;
	sw_buf_init(&w->bytes, 64 << 20);
}

static void world_feed(struct world *w, const char *path, const char *text)
{
	struct sw_error err = {0};
	if (sw_feeds_file(&w->feeds, sw_str_from(path), sw_str_from(text), &err))
		fail_msg("%s", err.text);
}

static void world_build(struct world *w)
{
	struct sw_error err = {0};
	if (sw_db_builder_write(
		    w->b, NOW, w->feeds.stats, w->feeds.n_stats, SW_STR(""), &w->bytes, &err))
		fail_msg("%s", err.text);
	if (sw_vuln_db_open_bytes(sw_buf_str(&w->bytes), &w->db, &err))
		fail_msg("%s", err.text);
	if (sw_vuln_db_verify(w->db, &err))
		fail_msg("%s", err.text);
}

static void world_release(struct world *w)
{
	sw_vuln_db_close(w->db);
	sw_feeds_release(&w->feeds);
	sw_db_builder_free(w->b);
	sw_buf_release(&w->bytes);
}

#endif
