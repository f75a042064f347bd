/* SPDX-License-Identifier: Apache-2.0 */
/* Flow collections of everyday YAML. */
#include "doc/yaml_fast.h"

/* What came last in the collection on top. */
enum state {
	OPENED,
	COMMA,
	VALUE,
};

/* To the next token between brackets; false at a document mark and at the end. */
static bool to_token(struct yaml_fast *f)
{
	const char *p = f->p;
	while (p < f->end) {
		if (*p == '#')
			p = yaml_find(p, f->end, '\n');
		else if (yaml_blank(*p))
			p++;
		else if (yaml_break(*p))
			p = yaml_next_line(f, p);
		else
			break;
	}
	f->p = p;
	return p < f->end && !(p == f->bol && yaml_is_marker(f, p));
}

static bool scalar(struct yaml_fast *f, struct yaml_piece *ret, bool *ret_plain)
{
	*ret_plain = *f->p != '"' && *f->p != '\'';
	if (!*ret_plain)
		return yaml_fast_quoted(f, ret);
	return yaml_fast_plain_starts(f, true) && yaml_fast_plain(f, -1, true, ret);
}

/* A member up to its value, or with the null that takes its place: *ret_done. */
static bool member(struct yaml_fast *f, bool *ret_done)
{
	struct yaml_piece in;
	const char *start = f->p, *bol = f->bol;
	bool plain;
	if (!scalar(f, &in, &plain) || !yaml_fast_key(f, &in, plain) || !to_token(f))
		return false;
	*ret_done = *f->p == ',' || *f->p == '}';
	if (*ret_done)
		return yaml_fast_null(f, yaml_offset(f, f->p));
	if (*f->p != ':' || f->bol != bol || f->p - start > YAML_KEY_MAX)
		return false;
	f->p++;
	if (!to_token(f))
		return false;
	*ret_done = *f->p == ',' || *f->p == '}';
	return !*ret_done || yaml_fast_null(f, yaml_offset(f, f->p));
}

static bool open_bracket(struct yaml_fast *f)
{
	if (!yaml_fast_open(f, YAML_FLOW, *f->p == '{', 0))
		return false;
	f->p++;
	return true;
}

/* An element or member that is no bracket, or the key before one; *state: what it left behind. */
static bool element(struct yaml_fast *f, enum state *state)
{
	struct yaml_piece in;
	bool plain, done = false;
	if (f->s->frames[f->s->depth - 1].object && !member(f, &done))
		return false;
	*state = VALUE;
	if (done)
		return true;
	if (*f->p == '[' || *f->p == '{') {
		*state = OPENED;
		return open_bracket(f);
	}
	return scalar(f, &in, &plain) && yaml_fast_value(f, &in, plain);
}

bool yaml_fast_flow(struct yaml_fast *f)
{
	uint32_t depth = f->s->depth;
	enum state state = OPENED;
	if (!open_bracket(f))
		return false;
	while (to_token(f)) {
		char c = *f->p;
		if (c == (f->s->frames[f->s->depth - 1].object ? '}' : ']')) {
			f->p++;
			if (!yaml_fast_close(f, yaml_offset(f, f->p)))
				return false;
			if (f->s->depth == depth)
				return true;
			state = VALUE;
		} else if (state == VALUE) {
			if (c != ',')
				return false;
			f->p++;
			state = COMMA;
		} else if (!element(f, &state)) {
			return false;
		}
	}
	return false;
}
