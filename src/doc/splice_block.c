/* SPDX-License-Identifier: Apache-2.0 */
/* Edits in YAML's block style: whole lines come and go, and comments stay where they are. */
#include "doc/splice_impl.h"

static int unsupported(struct sw_error *err, const char *why)
{
	return sw_error_set(err, SW_EUNSUPPORTED, "cannot be edited in place: %s", why);
}

/* The dash of an element: the last one before its value with nothing but blanks between. */
static int find_dash(const struct splice_site *s, uint32_t i, size_t *ret, struct sw_error *err)
{
	size_t at = splice_value_span(s, i).start;
	while (at > s->span.start &&
		(s->text.p[at - 1] == ' ' || s->text.p[at - 1] == '\n' ||
			s->text.p[at - 1] == '\r' || s->text.p[at - 1] == '\t'))
		at--;
	if (at == 0 || s->text.p[at - 1] != '-')
		return unsupported(err, "a comment stands between the dash and the element");
	*ret = at - 1;
	return 0;
}

/* Behind the colon of a member. */
static int find_colon(const struct splice_site *s, uint32_t i, size_t *ret, struct sw_error *err)
{
	size_t at = s->parent.u.o->spans[2 * (size_t)i].end;
	while (at < s->text.n && (s->text.p[at] == ' ' || s->text.p[at] == '\t'))
		at++;
	if (at >= s->text.n || s->text.p[at] != ':')
		return unsupported(err, "the key is written with `?`");
	*ret = at + 1;
	return 0;
}

static size_t column(struct sw_str t, size_t at)
{
	size_t start = splice_line_start(t, at);
	if (start == 0 && at >= 3 && memcmp(t.p, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	return at - start;
}

/* The comment from `at` to the end of the line, blanks before it included; empty when there is
 * none. */
static struct sw_str comment_at(struct sw_str t, size_t at)
{
	size_t end = splice_line_end(t, at), i = at;
	while (i < end && (t.p[i] == ' ' || t.p[i] == '\t'))
		i++;
	if (i == end || t.p[i] != '#')
		end = at;
	return sw_str_sub(t, at, end);
}

/*
 * A value behind `lead` (the offset behind a colon or dash): replaces [lead, end of the old value).
 * The comment on the lead's line stays on it. Lines of a block go at `indent`. `dash`: a block may
 * begin behind the lead, on its line.
 */
static void put_value(const struct splice_site *s, struct splice_edit *e, struct sw_value v,
	size_t lead, struct sw_span old, size_t indent, bool dash)
{
	struct sw_str t = s->text, comment = comment_at(t, lead), like = {0};
	bool same_line = splice_line_end(t, lead) >= old.start;
	e->from = lead;
	e->to = splice_trimmed_end(t, old);
	if (e->to < lead)
		e->to = lead;
	if (same_line) {
		comment = comment_at(t, e->to);
		size_t content = splice_content(t, old);
		like = sw_str_sub(t, content, old.end);
	} else {
		e->to += comment_at(t, e->to).n; /* it is about the lines that go */
	}
	if (!splice_wants_block(v)) {
		sw_buf_addch(&e->ins, ' ');
		if (same_line && old.start > lead) { /* the blanks that were there */
			e->ins.n = 0;
			sw_buf_add(&e->ins, t.p + lead, old.start - lead);
		}
		splice_inline(&e->ins, s, v, like, false);
		if (!same_line)
			sw_buf_addstr(&e->ins, comment);
		return;
	}
	if (dash && comment.n == 0) {
		sw_buf_addch(&e->ins, ' ');
		splice_block(&e->ins, s, v, indent);
		return;
	}
	if (same_line)
		e->to += comment.n;
	sw_buf_addstr(&e->ins, comment);
	splice_eol(&e->ins, s);
	sw_buf_pad(&e->ins, ' ', indent);
	splice_block(&e->ins, s, v, indent);
}

static int replace(
	const struct splice_site *s, struct splice_edit *e, struct sw_value v, struct sw_error *err)
{
	uint32_t i = (uint32_t)s->child;
	struct sw_span old = splice_value_span(s, i);
	size_t lead = 0;
	if (s->parent.type == SW_ARRAY) {
		int rc = find_dash(s, i, &lead, err);
		if (rc == 0)
			put_value(s, e, v, lead + 1, old, column(s->text, lead) + 2, true);
		return rc;
	}
	int rc = find_colon(s, i, &lead, err);
	if (rc < 0)
		return rc;
	size_t key_col = column(s->text, s->parent.u.o->spans[2 * (size_t)i].start);
	size_t indent = key_col + (v.type == SW_ARRAY ? 0 : 2);
	/* A block that was there says how deep its like goes. */
	size_t content = splice_content(s->text, old);
	if (!splice_is_flow(s->text, old) && content < old.end &&
		content > splice_line_end(s->text, lead) &&
		splice_first_on_line(s->text, content)) {
		bool was_list = s->text.p[content] == '-';
		if (was_list == (v.type == SW_ARRAY))
			indent = column(s->text, content);
	}
	put_value(s, e, v, lead, old, indent, false);
	return 0;
}

/* ---- adding ---- */

/* A new line behind the container. The second try is behind the blank lines that may belong to it.
 */
static size_t place_behind(const struct splice_site *s, bool again)
{
	struct sw_span x = s->span;
	size_t end = splice_trimmed_end(s->text, x);
	if (again && x.end > end) {
		size_t start = splice_line_start(s->text, x.end);
		return start > end ? start : splice_line_end(s->text, x.end);
	}
	return splice_line_end(s->text, end);
}

static void add_line(
	const struct splice_site *s, struct splice_edit *e, size_t at, const struct sw_buf *line)
{
	e->from = e->to = at;
	bool at_start = at > 0 && s->text.p[at - 1] == '\n';
	if (!at_start)
		splice_eol(&e->ins, s);
	sw_buf_add(&e->ins, line->p, line->n);
	if (at_start)
		splice_eol(&e->ins, s);
	e->ins.overflow |= line->overflow;
}

static void add_member(const struct splice_site *s, struct splice_edit *e, struct sw_value v)
{
	sw_autobuf line;
	sw_buf_init(&line, e->ins.max);
	size_t col = column(s->text, splice_content(s->text, s->span));
	sw_buf_pad(&line, ' ', col);
	splice_key(&line, s, false);
	sw_buf_addch(&line, ':');
	if (splice_wants_block(v)) {
		size_t indent = col + (v.type == SW_ARRAY ? 0 : 2);
		splice_eol(&line, s);
		sw_buf_pad(&line, ' ', indent);
		splice_block(&line, s, v, indent);
	} else {
		sw_buf_addch(&line, ' ');
		splice_inline(&line, s, v, (struct sw_str){0}, false);
	}
	add_line(s, e, place_behind(s, e->again), &line);
}

static void write_element(
	const struct splice_site *s, struct sw_buf *out, struct sw_value v, size_t col)
{
	sw_buf_addz(out, "- ");
	if (splice_wants_block(v))
		splice_block(out, s, v, col + 2);
	else
		splice_inline(out, s, v, (struct sw_str){0}, false);
}

static int add_element(
	const struct splice_site *s, struct splice_edit *e, struct sw_value v, struct sw_error *err)
{
	size_t dash = 0;
	bool append = s->child < 0;
	uint32_t near = append ? s->parent.n - 1 : (uint32_t)s->child;
	int rc = find_dash(s, near, &dash, err);
	if (rc < 0)
		return rc;
	size_t col = column(s->text, dash);
	if (!append) {
		e->from = e->to = dash;
		write_element(s, &e->ins, v, col);
		splice_eol(&e->ins, s);
		sw_buf_pad(&e->ins, ' ', col);
		return 0;
	}
	sw_autobuf line;
	sw_buf_init(&line, e->ins.max);
	sw_buf_pad(&line, ' ', col);
	write_element(s, &line, v, col);
	add_line(s, e, place_behind(s, e->again), &line);
	return 0;
}

/* ---- removing ---- */

/* The lines from the one that `start` begins to the one on which `end` is. */
static void cut_lines(const struct splice_site *s, struct splice_edit *e, size_t start, size_t end)
{
	struct sw_str t = s->text;
	e->from = splice_line_start(t, start);
	e->to = splice_next_line(t, end);
	bool last_has_end = e->to > 0 && t.p[e->to - 1] == '\n';
	if (e->to == t.n && !last_has_end &&
		e->from > 0) { /* the text had no line end, nor shall it */
		e->from--;
		e->from -= e->from > 0 && t.p[e->from - 1] == '\r';
	}
}

static int remove_child(const struct splice_site *s, struct splice_edit *e, struct sw_error *err)
{
	uint32_t i = (uint32_t)s->child;
	struct sw_span x = splice_extent(s, i);
	size_t start = x.start, end = splice_trimmed_end(s->text, x);
	int64_t next = splice_neighbour(s, i, 1);
	size_t next_start = next < 0 ? 0 : splice_extent(s, (uint32_t)next).start;
	if (s->parent.type == SW_ARRAY) {
		int rc = find_dash(s, i, &start, err);
		if (rc == 0 && next >= 0)
			rc = find_dash(s, (uint32_t)next, &next_start, err);
		if (rc < 0)
			return rc;
		if (end < start + 1)
			end = start + 1;
	} else {
		size_t colon = 0;
		int rc = find_colon(s, i, &colon, err);
		if (rc < 0)
			return rc;
		if (end < colon)
			end = colon;
	}
	if (splice_first_on_line(s->text, start)) {
		if (e->again) /* blank lines behind a block scalar that keeps them */
			end = x.end > end && splice_line_start(s->text, x.end) > end ? x.end - 1
										     : end;
		cut_lines(s, e, start, end);
		return 0;
	}
	/* `- a: 1` and `- - a`: what comes next takes the place. */
	if (next < 0)
		return unsupported(err, "it shares its line with other structure");
	e->from = start;
	e->to = next_start;
	return 0;
}

int splice_block_edit(const struct splice_site *s, enum sw_patch_kind kind, struct sw_value v,
	struct splice_edit *e, struct sw_error *err)
{
	if (kind == SW_PATCH_REMOVE)
		return remove_child(s, e, err);
	if (kind == SW_PATCH_ADD && s->parent.type == SW_ARRAY)
		return add_element(s, e, v, err);
	if (s->child >= 0)
		return replace(s, e, v, err);
	add_member(s, e, v);
	return 0;
}
