/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks and documents of everyday YAML. */
#include "doc/yaml_fast.h"

#include <stdlib.h>

static struct yaml_frame *top(const struct yaml_fast *f)
{
	return f->s->depth ? &f->s->frames[f->s->depth - 1] : NULL;
}

bool yaml_fast_null(struct yaml_fast *f, size_t at)
{
	struct sw_yaml_stream *s = f->s;
	struct sw_span span = {(uint32_t)at, (uint32_t)at};
	return ++s->ops <= s->nodes_max && yaml_push(s, sw_null(), span) == 0;
}

bool yaml_fast_open(struct yaml_fast *f, enum yaml_frame_kind kind, bool object, uint32_t indent)
{
	struct sw_yaml_stream *s = f->s;
	uint32_t at = yaml_offset(f, f->p);
	if (++s->ops > s->nodes_max || s->depth >= s->depth_max || s->depth >= YAML_FAST_DEPTH_MAX)
		return false;
	struct yaml_frame *t = top(f);
	if (t)
		t->pending = false;
	t = yaml_frame_push(s);
	t->base = s->n;
	t->start = t->end = at;
	t->object = object;
	t->kind = (uint8_t)kind;
	t->indent = indent;
	return true;
}

bool yaml_fast_close(struct yaml_fast *f, uint32_t end)
{
	struct sw_yaml_stream *s = f->s;
	struct yaml_frame *t = top(f);
	struct sw_value v;
	if (t->pending && !yaml_fast_null(f, t->mark))
		return false;
	t->pending = false;
	if ((t->object ? yaml_close_object(s, t, &v) : yaml_close_array(s, t, &v)) < 0)
		return false;
	struct sw_span span = {t->start, end ? end : t->end};
	s->n = t->base;
	s->depth--;
	return yaml_push(s, v, span) == 0;
}

/* A value may stand here: at the root, or behind a key or a dash further left than `col`. */
static bool expects_value(const struct yaml_fast *f, uint32_t col)
{
	const struct yaml_frame *t = top(f);
	return t ? t->pending && t->indent < col : f->s->n == 0;
}

static int64_t indent_of(const struct yaml_fast *f)
{
	const struct yaml_frame *t = top(f);
	return t ? (int64_t)t->indent : -1;
}

/* To the next token, over empty lines and comments. */
static void to_token(struct yaml_fast *f)
{
	const char *p = yaml_skip_lines(f, f->p);
	while (p < f->end && *p == '#') {
		p = yaml_find(p, f->end, '\n');
		p = yaml_skip_lines(f, p);
	}
	f->p = p;
}

static bool add_value(struct yaml_fast *f, const struct yaml_piece *in, bool plain)
{
	struct yaml_frame *t = top(f);
	if (t)
		t->pending = false;
	return yaml_fast_value(f, in, plain);
}

/* A plain scalar ends at a token on another line, or where only a comment may follow. */
static bool plain_value(struct yaml_fast *f)
{
	struct yaml_piece in;
	const char *bol = f->bol;
	if (!yaml_fast_plain_starts(f, false) || !yaml_fast_plain(f, indent_of(f), false, &in))
		return false;
	return add_value(f, &in, true) && (f->bol != bol || yaml_end_line(f));
}

/* A value that is no mapping or list in blocks, all of it and the end of its line. */
static bool scalar_or_flow(struct yaml_fast *f)
{
	struct yaml_piece in;
	switch (*f->p) {
	case '"':
	case '\'':
		return yaml_fast_quoted(f, &in) && add_value(f, &in, false) && yaml_end_line(f);
	case '|':
	case '>':
		return yaml_fast_block_scalar(f, indent_of(f), &in) && add_value(f, &in, false);
	case '[':
	case '{':
		return yaml_fast_flow(f) && yaml_end_line(f);
	default:
		return plain_value(f);
	}
}

/* What stands behind a key or `---` on the same line. */
static bool inline_value(struct yaml_fast *f)
{
	const char *p = f->p;
	while (p < f->end && yaml_blank(*p))
		p++;
	f->p = p;
	if (p == f->end || *p == '#' || yaml_break(*p))
		return yaml_end_line(f);
	return scalar_or_flow(f);
}

/* ---- lists ---- */

/* The list that a dash in column `col` belongs to becomes the top. */
static bool find_list(struct yaml_fast *f, uint32_t col)
{
	struct yaml_frame *t = top(f);
	if (!t || t->indent < col)
		return expects_value(f, col) && yaml_fast_open(f, YAML_BLOCK_SEQ, false, col);
	if (t->kind == YAML_BLOCK_MAP)
		return t->pending && yaml_fast_open(f, YAML_INDENTLESS_SEQ, false, col);
	return !t->pending || yaml_fast_null(f, t->mark);
}

/* At a dash. What follows it on the line is a token in its own column: *ret_more. */
static bool dash(struct yaml_fast *f, uint32_t col, bool *ret_more)
{
	if (!find_list(f, col))
		return false;
	struct yaml_frame *t = top(f);
	const char *p = ++f->p;
	t->pending = true;
	t->mark = yaml_offset(f, p);
	while (p < f->end && *p == ' ')
		p++;
	f->p = p;
	*ret_more = p < f->end && *p != '#' && !yaml_break(*p);
	return *ret_more || yaml_end_line(f);
}

/* ---- mappings ---- */

/* The mapping that a key in column `col` belongs to becomes the top. */
static bool find_mapping(struct yaml_fast *f, uint32_t col)
{
	struct yaml_frame *t = top(f);
	if (!t || t->indent < col)
		return expects_value(f, col) && yaml_fast_open(f, YAML_BLOCK_MAP, true, col);
	if (t->kind == YAML_INDENTLESS_SEQ) {
		if (!yaml_fast_close(f, 0))
			return false;
		t = top(f);
	}
	if (t->kind != YAML_BLOCK_MAP)
		return false;
	return !t->pending || yaml_fast_null(f, t->mark);
}

static bool read_key(struct yaml_fast *f, bool *plain, struct yaml_piece *ret)
{
	char c = *f->p;
	*plain = c != '"' && c != '\'';
	if (!*plain)
		return yaml_fast_quoted(f, ret);
	return yaml_fast_plain_starts(f, false) && yaml_fast_plain(f, indent_of(f), false, ret);
}

/* A scalar that stands where a key or a value may: `col` is where it begins. */
static bool key_or_scalar(struct yaml_fast *f, uint32_t col)
{
	struct yaml_piece in;
	const char *start = f->p, *bol = f->bol;
	bool plain;
	if (!read_key(f, &plain, &in))
		return false;
	const char *p = f->p;
	while (p < f->end && yaml_blank(*p) && f->bol == bol)
		p++;
	if (f->bol != bol || p == f->end || *p != ':' || !yaml_blankz(yaml_at(f, p + 1)))
		return expects_value(f, col) && add_value(f, &in, plain) &&
		       ((plain && f->bol != bol) || yaml_end_line(f));
	if (in.lines || p - start > YAML_KEY_MAX)
		return false;
	f->p = start;
	if (!find_mapping(f, col) || !yaml_fast_key(f, &in, plain))
		return false;
	f->p = p + 1;
	struct yaml_frame *t = top(f);
	t->pending = true;
	t->mark = yaml_offset(f, f->p);
	return inline_value(f);
}

/* ---- documents ---- */

/* At the first token of a line. */
static bool block_token(struct yaml_fast *f)
{
	bool more = true;
	uint32_t col = (uint32_t)(f->p - f->bol);
	for (struct yaml_frame *t; (t = top(f)) && t->indent > col;)
		if (!yaml_fast_close(f, 0))
			return false;
	while (*f->p == '-' && yaml_blankz(yaml_at(f, f->p + 1))) {
		if (!dash(f, col, &more))
			return false;
		if (!more)
			return true;
		col = (uint32_t)(f->p - f->bol);
	}
	switch (*f->p) {
	case '|':
	case '>':
	case '[':
	case '{':
		return expects_value(f, col) && scalar_or_flow(f);
	default:
		return key_or_scalar(f, col);
	}
}

static bool at_marker(const struct yaml_fast *f)
{
	return f->p == f->bol && yaml_is_marker(f, f->p);
}

/* f->p is at a token behind a document: to the next `---`, or the end. */
static bool to_boundary(struct yaml_fast *f)
{
	while (f->p < f->end && *f->p == '.' && at_marker(f)) {
		f->p += 3;
		if (!yaml_end_line(f))
			return false;
		to_token(f);
	}
	return f->p == f->end || (*f->p == '-' && at_marker(f));
}

bool yaml_fast_boundary(struct sw_yaml_stream *s, size_t at, size_t *ret)
{
	struct yaml_fast f = {.s = s, .text = s->text.p, .end = s->text.p + s->text.n};
	f.p = f.bol = f.text + at;
	if ((at && at < s->text.n && f.p[-1] != '\n') || !to_boundary(&f))
		return false;
	*ret = yaml_offset(&f, f.p);
	return true;
}

/* The content of a document, and what is between it and the next. */
static bool content(struct yaml_fast *f)
{
	for (to_token(f); f->p < f->end && !at_marker(f); to_token(f))
		if (!block_token(f))
			return false;
	while (f->s->depth)
		if (!yaml_fast_close(f, 0))
			return false;
	if (f->s->n == 0 && !yaml_fast_null(f, yaml_offset(f, f->p)))
		return false;
	return to_boundary(f);
}

int yaml_fast_document(struct sw_yaml_stream *s)
{
	struct yaml_fast f = {.s = s, .text = s->text.p, .end = s->text.p + s->text.n};
	f.p = f.bol = f.text + s->fast_at;
	s->n = s->depth = 0;
	s->ops = 1; /* the document itself */
	s->dup_keys = 0;
	to_token(&f);
	if (f.p == f.end)
		return 0;
	if (at_marker(&f)) {
		if (*f.p != '-')
			return -1;
		f.p += 3;
		if (!inline_value(&f))
			return -1;
	}
	if (!content(&f))
		return -1;
	s->fast_at = yaml_offset(&f, f.p);
	s->n_fast++;
	return 1;
}
