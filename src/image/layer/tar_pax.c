/* SPDX-License-Identifier: Apache-2.0 */
/* Extended headers of pax, and the sparse maps that GNU tar puts into and behind them. */
#include <stdlib.h>

#include "image/layer/tar.h"

static bool decimal(struct sw_str s, uint64_t *ret)
{
	int64_t v;
	if (!sw_str_to_i64(s, &v) || v < 0)
		return false;
	*ret = (uint64_t)v;
	return true;
}

static void bad(struct sw_tar *t, const char *why)
{
	if (!t->pax.bad)
		t->pax.bad = why;
}

static void put(struct sw_buf *to, struct sw_str value)
{
	sw_buf_clear(to);
	sw_buf_addstr(to, value);
}

static const char sense[] = "a sparse file whose map makes no sense";

/* GNU.sparse.map of format 0.1: "offset,length,offset,length". */
static void sparse_list(struct sw_tar *t, struct sw_str v)
{
	struct sw_str a, b;
	uint64_t at, n;
	t->n_pieces = 0;
	while (sw_str_split(&v, ',', &a)) {
		if (!sw_str_split(&v, ',', &b) || !decimal(a, &at) || !decimal(b, &n) ||
			!sw_tar_add_piece(t, at, n)) {
			bad(t, sense);
			return;
		}
	}
}

/* "GNU.sparse." is cut off. */
static void sparse_key(struct sw_tar *t, struct sw_str key, struct sw_str value)
{
	struct sw_tar_pax *x = &t->pax;
	uint64_t n = 0;
	bool isnum = decimal(value, &n);
	x->sparse = true;
	if (sw_str_is(key, "name")) {
		put(&t->name, value);
		x->has_path = true;
	} else if (sw_str_is(key, "map")) {
		sparse_list(t, value);
	} else if (!isnum) {
		bad(t, sense);
	} else if (sw_str_is(key, "size") || sw_str_is(key, "realsize")) {
		x->real_size = n;
		x->has_real = true;
	} else if (sw_str_is(key, "major")) {
		x->major = n > 9 ? 9 : (uint32_t)n;
	} else if (sw_str_is(key, "minor")) {
		x->minor = n > 9 ? 9 : (uint32_t)n;
	} else if (sw_str_is(key, "offset")) {
		x->open.at = n;
		x->has_open = true;
	} else if (sw_str_is(key, "numbytes")) {
		if (!x->has_open || !sw_tar_add_piece(t, x->open.at, n))
			bad(t, sense);
		x->has_open = false;
	}
}

static void record(struct sw_tar *t, struct sw_str key, struct sw_str value)
{
	struct sw_tar_pax *x = &t->pax;
	const struct sw_str gnu = SW_STR("GNU.sparse.");
	if (sw_str_is(key, "path")) {
		if (!(x->sparse && x->has_path)) /* GNU.sparse.name is the true one */
			put(&t->name, value);
		x->has_path = true;
	} else if (sw_str_is(key, "linkpath")) {
		put(&t->link, value);
		x->has_link = true;
	} else if (sw_str_is(key, "size")) {
		x->has_size = decimal(value, &x->size) && x->size <= INT64_MAX / 2;
		if (!x->has_size)
			bad(t, "a size that is no number");
	} else if (sw_str_starts(key, gnu)) {
		sparse_key(t, sw_str_sub(key, gnu.n, key.n), value);
	}
}

/* "LENGTH KEY=VALUE\n", LENGTH counting itself. Global ones (git's comments) say nothing of names. */
int sw_tar_pax(struct sw_tar *t, bool global, struct sw_error *err)
{
	struct sw_str rest = sw_buf_str(&t->header);
	while (rest.n) {
		uint64_t len;
		size_t space = sw_str_chr(rest, ' ', 0);
		if (rest.p[0] == 0)
			break;
		if (space == SW_NPOS || space > 10 || !decimal(sw_str_sub(rest, 0, space), &len) ||
			len > rest.n || len < space + 3 || rest.p[len - 1] != '\n')
			return sw_error_set(err, SW_ESYNTAX, "a damaged pax header");
		struct sw_str line = sw_str_sub(rest, space + 1, (size_t)len - 1);
		size_t eq = sw_str_chr(line, '=', 0);
		if (eq == SW_NPOS)
			return sw_error_set(err, SW_ESYNTAX, "a damaged pax header");
		if (!global)
			record(t, sw_str_sub(line, 0, eq), sw_str_sub(line, eq + 1, line.n));
		rest = sw_str_sub(rest, (size_t)len, rest.n);
	}
	return 0;
}

/* One decimal number and its line end, out of the file's data. */
static int map_number(struct sw_tar *t, uint64_t *ret, uint64_t *used, struct sw_error *err)
{
	uint64_t v = 0;
	for (int digits = 0;; digits++) {
		const uint8_t *p;
		size_t n;
		int rc = sw_tar_take(t, &p, &n, 1, err);
		if (rc)
			return rc;
		*used += n;
		if (n && *p == '\n' && digits)
			break;
		if (!n || *p < '0' || *p > '9' || digits > 17)
			return -SW_ESYNTAX;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	*ret = v;
	return 0;
}

/* Format 1.0: the count and the pairs, padded to whole blocks, in front of the data. */
int sw_tar_sparse_map(struct sw_tar *t, struct sw_error *err)
{
	struct sw_error mine = {0};
	uint64_t count, at, n, used = 0;
	int rc = map_number(t, &count, &used, &mine);
	for (uint64_t i = 0; !rc && i < count; i++) {
		rc = map_number(t, &at, &used, &mine);
		if (!rc)
			rc = map_number(t, &n, &used, &mine);
		if (!rc && !sw_tar_add_piece(t, at, n))
			rc = -SW_ESYNTAX;
	}
	for (uint64_t pad = -used & 511; !rc && pad;) {
		const uint8_t *p;
		size_t k;
		rc = sw_tar_take(t, &p, &k, (size_t)pad, &mine);
		if (!rc && !k)
			rc = -SW_ESYNTAX;
		pad -= k;
	}
	if (rc && mine.code) { /* the stream itself */
		if (err)
			*err = mine;
		return rc;
	}
	if (rc)
		t->e.bad = sense;
	return 0;
}
