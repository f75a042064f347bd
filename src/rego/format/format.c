/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/format.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/format/impl.h"
#include "rego/format/module.h"
#include "rego/lexer.h"

/* ---- lines ---- */

void fmt_put(struct fmt_writer *w, const char *s)
{
	sw_buf_addz(w->out, s);
}

void fmt_str(struct fmt_writer *w, struct sw_str s)
{
	sw_buf_addstr(w->out, s);
}

void fmt_start_line(struct fmt_writer *w)
{
	w->in_line = true;
	sw_buf_pad(w->out, '\t', w->level);
}

static bool unicode_space_end(struct sw_str *s)
{
	static const char *const wide[] = {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
		"\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
		"\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
		"\xe2\x81\x9f", "\xe3\x80\x80"};
	if (s->n && strchr(" \t\n\v\f\r", s->p[s->n - 1]) && s->p[s->n - 1]) {
		s->n--;
		return true;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(wide); i++) {
		struct sw_str end = sw_str_from(wide[i]);
		if (sw_str_ends(*s, end)) {
			s->n -= end.n;
			return true;
		}
	}
	return false;
}

static void put_comment(struct fmt_writer *w, const struct sw_rego_comment *c)
{
	struct sw_str text = c->text;
	while (unicode_space_end(&text))
		;
	fmt_put(w, "#");
	fmt_str(w, text);
}

void fmt_end_line(struct fmt_writer *w)
{
	w->in_line = false;
	if (w->before_end && !w->delay) {
		fmt_put(w, " ");
		put_comment(w, w->before_end);
		w->before_end = NULL;
	}
	w->delay = false;
	fmt_put(w, "\n");
}

void fmt_blank_line(struct fmt_writer *w)
{
	if (w->in_line)
		fmt_end_line(w);
	fmt_put(w, "\n");
}

static void comment_line(struct fmt_writer *w, const struct sw_rego_comment *c)
{
	if (!w->in_line)
		fmt_start_line(w);
	put_comment(w, c);
	fmt_end_line(w);
}

enum fmt_result fmt_down(struct fmt_writer *w)
{
	if (!w->level) {
		w->fail = "negative indentation level";
		return FMT_FAIL;
	}
	w->level--;
	return FMT_OK;
}

/* ---- comments ---- */

static bool is_metadata(const struct sw_rego_comment *c)
{
	return c->loc.col == 1 && sw_str_starts(sw_str_trim(c->text), SW_STR("METADATA"));
}

void fmt_write_comments(struct fmt_writer *w, const struct fmt_comments *c)
{
	bool in_metadata = false;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct sw_rego_loc *a = &c->v[i]->loc, *b = i ? &c->v[i - 1]->loc : a;
		int64_t gap = a->row != b->row ? (int64_t)a->row - b->row : (int64_t)a->col - b->col;
		if (gap > 1) {
			fmt_blank_line(w);
			in_metadata = false;
		} else if (gap == 1 && in_metadata && is_metadata(c->v[i])) {
			fmt_blank_line(w);
		}
		in_metadata = in_metadata || is_metadata(c->v[i]);
		comment_line(w, c->v[i]);
	}
}

static uint32_t first_from(const struct fmt_comments *c, int64_t row)
{
	uint32_t lo = 0, hi = c->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if ((int64_t)c->v[mid]->loc.row >= row)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* OPA takes those on the row itself away too. */
struct fmt_comments fmt_take_before(struct fmt_comments *c, int64_t row)
{
	struct fmt_comments before = {c->v, first_from(c, row)};
	if (before.n) /* else there may be no comments at all */
		c->v += before.n;
	c->n -= before.n;
	return before;
}

static enum fmt_result before_line_end(struct fmt_writer *w, const struct sw_rego_comment *c)
{
	if (!w->before_end) {
		w->before_end = c;
		return FMT_OK;
	}
	if (!c)
		return FMT_OK;
	w->before_end = NULL;
	return FMT_UNEXPECTED;
}

enum fmt_result fmt_insert_comments(struct fmt_writer *w, struct fmt_comments *c, int64_t row)
{
	const struct sw_rego_comment *at = NULL;
	struct fmt_comments before = fmt_take_before(c, row);
	while (c->n && (int64_t)c->v[0]->loc.row == row) {
		at = c->v[0];
		c->v++;
		c->n--;
	}
	fmt_write_comments(w, &before);
	if (before.n && row - before.v[before.n - 1]->loc.row > 1)
		fmt_blank_line(w);
	return before_line_end(w, at);
}

enum fmt_result fmt_unformatted(struct fmt_writer *w, const struct sw_rego_loc *loc, struct fmt_comments *c)
{
	if (!loc->text.n) {
		w->fail = "original unformatted text is empty";
		return FMT_FAIL;
	}
	int64_t last = fmt_end_row(loc);
	fmt_str(w, loc->text);
	while (c->n && ((int64_t)c->v[0]->loc.row < last ||
			       (w->comment_on_final_line && (int64_t)c->v[0]->loc.row == last))) {
		if ((int64_t)c->v[0]->loc.row == last) {
			fmt_put(w, " ");
			fmt_str(w, c->v[0]->loc.text);
		}
		c->v++;
		c->n--;
	}
	return FMT_OK;
}

/* ---- places ---- */

int64_t fmt_end_row(const struct sw_rego_loc *loc)
{
	int64_t row = loc->row;
	for (size_t i = 0; i < loc->text.n; i++)
		row += loc->text.p[i] == '\n';
	return row;
}

/* From the first `open` at or behind *i to the end of what it opens; counts lines from there on. */
static bool skip_pair(struct sw_str s, size_t *i, char open, char close, int64_t *lines)
{
	int depth = 1;
	while (*i < s.n && s.p[*i] != open)
		++*i;
	if (*i >= s.n)
		return false;
	while (depth > 0) {
		if (++*i >= s.n)
			return false;
		depth += s.p[*i] == open;
		depth -= s.p[*i] == close;
		*lines += s.p[*i] == '\n';
	}
	return true;
}

int64_t fmt_closing_row(char skip_open, char skip_close, char open, char close, const struct sw_rego_loc *loc)
{
	size_t i = 0;
	int64_t lines = 0;
	if (skip_open)
		skip_pair(loc->text, &i, skip_open, skip_close, &lines);
	return skip_pair(loc->text, &i, open, close, &lines) ? loc->row + lines : -1;
}
