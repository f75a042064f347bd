/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/client/split.h"

#include "doc/json.h"

enum { AROUND, BETWEEN, INSIDE, SCALAR };
enum { DEPTH_MAX = 10000, KEY_MAX = 64 };

void sw_kube_split_init(struct sw_kube_split *s, size_t item_max)
{
	*s = (struct sw_kube_split){.item = s->item, .arg = s->arg, .sequence = s->sequence};
	s->where = s->sequence ? BETWEEN : AROUND;
	s->comma = true; /* none is wanted before the first */
	sw_buf_init(&s->one, item_max ? item_max : SW_KUBE_ITEM_MAX);
	sw_buf_init(&s->head, SW_KUBE_HEAD_MAX);
	sw_buf_init(&s->key, KEY_MAX);
}

void sw_kube_split_release(struct sw_kube_split *s)
{
	sw_buf_release(&s->one);
	sw_buf_release(&s->head);
	sw_buf_release(&s->key);
}

static bool space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static int bad(struct sw_error *err, const char *where, char c)
{
	if ((unsigned char)c > 0x20 && (unsigned char)c < 0x7f)
		return sw_error_set(err, SW_ESYNTAX, "'%c' %s", c, where);
	return sw_error_set(err, SW_ESYNTAX, "byte 0x%02x %s", (unsigned char)c, where);
}

/* An element is whole. */
static int give(struct sw_kube_split *s, struct sw_error *err)
{
	if (s->one.overflow)
		return sw_error_set(err, SW_ELIMIT, "an object is larger than %zu bytes", s->one.max);
	int rc = s->item(s->arg, sw_buf_str(&s->one), err);
	sw_buf_clear(&s->one);
	s->where = BETWEEN;
	s->comma = s->sequence;
	s->depth = s->sequence ? 0 : 1;
	return rc;
}

/*
 * Bytes of an object, a list or a string that is an element, up to its end. Returns how many were taken;
 * s->where is BETWEEN when it is whole.
 */
static size_t inside(struct sw_kube_split *s, struct sw_str b)
{
	size_t i = 0;
	bool done = false;
	while (i < b.n && !done) {
		char c = b.p[i++];
		if (s->string) {
			if (s->escape)
				s->escape = false;
			else if (c == '\\')
				s->escape = true;
			else if (c == '"') {
				s->string = false;
				done = !s->depth;
			}
		} else if (c == '"') {
			s->string = true;
		} else if (c == '{' || c == '[') {
			s->depth++;
		} else if (c == '}' || c == ']') {
			done = !--s->depth;
		}
	}
	sw_buf_add(&s->one, b.p, i);
	if (done)
		s->where = BETWEEN;
	return i;
}

static int between(struct sw_kube_split *s, char c, struct sw_error *err)
{
	if (space(c))
		return 0;
	if (!s->sequence && c == ']' && (!s->comma || !s->seen_items)) {
		s->where = AROUND;
		s->seen_items = true;
		sw_buf_addch(&s->head, ']');
		return 0;
	}
	if (!s->sequence && c == ',' && !s->comma) {
		s->comma = s->seen_items = true; /* a bracket may not follow */
		return 0;
	}
	if (!s->comma || c == ',' || c == ']' || c == '}' || c == ':')
		return bad(err, "between two objects of a list", c);
	s->seen_items = true;
	s->depth = 0;
	s->where = c == '{' || c == '[' || c == '"' ? INSIDE : SCALAR;
	return 1; /* the byte is the element's first */
}

/* A string outside of the list has ended: was it a key, and which? */
static void key_ended(struct sw_kube_split *s)
{
	s->is_key = s->depth == 1 && s->want_key;
	s->is_items = s->is_key && !s->key.overflow && sw_str_is(sw_buf_str(&s->key), "items");
	s->want_key = false;
}

static void in_string(struct sw_kube_split *s, char c)
{
	if (s->escape) {
		s->escape = false;
	} else if (c == '\\') {
		s->escape = true;
	} else if (c == '"') {
		s->string = false;
		key_ended(s);
		return;
	}
	sw_buf_addch(&s->key, c);
}

static int around(struct sw_kube_split *s, char c, struct sw_error *err)
{
	if (s->ended)
		return space(c) ? 0 : bad(err, "behind the end of the list", c);
	if (!s->depth && c != '{' && !space(c))
		return bad(err, "where a list should begin", c);
	sw_buf_addch(&s->head, c);
	if (s->string) {
		in_string(s, c);
		return 0;
	}
	switch (c) {
	case '"':
		s->string = true;
		sw_buf_clear(&s->key);
		break;
	case '{':
	case '[':
		if (c == '[' && s->is_items && s->depth == 1) {
			if (s->seen_items)
				return sw_error_set(err, SW_ESYNTAX, "a list with two members \"items\"");
			s->where = BETWEEN;
			s->comma = true;
			s->is_items = false;
			break;
		}
		if (++s->depth > DEPTH_MAX)
			return sw_error_set(err, SW_ELIMIT, "nested too deep");
		s->want_key = s->depth == 1;
		break;
	case '}':
	case ']':
		s->ended = !--s->depth;
		break;
	case ',':
		s->want_key = s->depth == 1;
		s->is_items = false;
		break;
	default:
		break;
	}
	return 0;
}

static int feed(struct sw_kube_split *s, struct sw_str b, struct sw_error *err)
{
	for (size_t i = 0; i < b.n;) {
		int rc;
		switch (s->where) {
		case AROUND:
			rc = around(s, b.p[i++], err);
			break;
		case BETWEEN:
			rc = between(s, b.p[i], err);
			if (rc == 0)
				i++;
			break;
		case INSIDE:
			i += inside(s, sw_str_sub(b, i, b.n));
			rc = s->where == BETWEEN ? give(s, err) : 0;
			break;
		default: /* SCALAR: up to what cannot be of it */
			if (space(b.p[i]) || b.p[i] == ',' || b.p[i] == ']' || b.p[i] == '}')
				rc = give(s, err);
			else
				rc = (sw_buf_addch(&s->one, b.p[i++]), 0);
			break;
		}
		if (rc < 0)
			return rc;
		if (s->head.overflow)
			return sw_error_set(err, SW_ELIMIT, "no list: more than %zu bytes around its objects",
				s->head.max);
		if (s->one.overflow)
			return sw_error_set(err, SW_ELIMIT, "an object is larger than %zu bytes", s->one.max);
	}
	return 0;
}

int sw_kube_split_feed(struct sw_kube_split *s, struct sw_str bytes, struct sw_error *err)
{
	return feed(s, bytes, err);
}

int sw_kube_split_end(struct sw_kube_split *s, struct sw_arena *a, struct sw_value *ret_head,
	struct sw_error *err)
{
	if (s->sequence)
		return 0;
	if (!s->ended)
		return sw_error_set(err, SW_ESYNTAX, "the answer ends in the middle");
	return sw_json_parse(a, sw_buf_str(&s->head), SW_JSON_COPY, NULL, ret_head, NULL, err);
}
