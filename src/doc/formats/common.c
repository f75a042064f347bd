/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/formats/impl.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "doc/json.h"

int fmt_open(struct fmt_cursor *c, struct sw_arena *a, struct sw_str t, struct sw_error *err)
{
	*c = (struct fmt_cursor){.a = a, .t = t, .err = err};
	if (t.n > SW_FORMAT_MAX)
		return sw_error_set(
			err, SW_ELIMIT, "the text is larger than %zu MiB", SW_FORMAT_MAX >> 20);
	if (sw_str_starts(t, SW_STR("\xef\xbb\xbf")))
		c->at = 3;
	return 0;
}

int fmt_fail_at(struct fmt_cursor *c, size_t at, enum sw_errcode code, const char *fmt, ...)
{
	va_list ap;
	char text[512];
	uint32_t line = 1;
	size_t start = 0;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (at > c->t.n)
		at = c->t.n;
	for (size_t i = 0; i < at; i++) {
		if (c->t.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	sw_error_set(c->err, code, "%s", text);
	sw_error_at(c->err, (struct sw_str){0}, line, (uint32_t)(at - start + 1), at);
	return -(int)code;
}

int fmt_full(struct fmt_cursor *c)
{
	return fmt_fail_at(c, c->at, SW_ELIMIT, "the document takes more memory than it may");
}

int fmt_enter(struct fmt_cursor *c)
{
	if (++c->depth > SW_FORMAT_DEPTH)
		return fmt_fail_at(
			c, c->at, SW_ELIMIT, "nested deeper than %d levels", SW_FORMAT_DEPTH);
	return 0;
}

bool fmt_starts(const struct fmt_cursor *c, const char *word)
{
	return sw_str_starts(sw_str_sub(c->t, c->at, c->t.n), sw_str_from(word));
}

bool fmt_line(struct fmt_cursor *c, struct sw_str *ret)
{
	if (fmt_end(c))
		return false;
	size_t end = sw_str_chr(c->t, '\n', c->at), start = c->at;
	c->at = end == SW_NPOS ? c->t.n : end + 1;
	if (end == SW_NPOS)
		end = c->t.n;
	if (end > start && c->t.p[end - 1] == '\r')
		end--;
	*ret = sw_str_sub(c->t, start, end);
	return true;
}

int fmt_string(struct fmt_cursor *c, const struct sw_buf *b, struct sw_value *ret)
{
	if (b->overflow)
		return fmt_full(c);
	struct sw_value v = sw_string_copy(c->a, b->n ? sw_buf_str(b) : SW_STR(""));
	if (!sw_defined(v))
		return fmt_full(c);
	*ret = v;
	return 0;
}

int fmt_double(struct fmt_cursor *c, double d, struct sw_value *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	if (d == trunc(d) && fabs(d) < 9007199254740992.0) {
		*ret = sw_int((int64_t)d);
		return 0;
	}
	sw_json_write(&b, sw_double(d), 0);
	struct sw_str s = sw_arena_str(c->a, sw_buf_str(&b));
	if (!s.p)
		return fmt_full(c);
	*ret = sw_number(s);
	return 0;
}

bool fmt_to_double(struct sw_str s, double *ret)
{
	char text[512], *end;
	if (!s.n || s.n >= sizeof(text) || memchr(s.p, 0, s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'))
		return false;
	*ret = strtod(text, &end);
	return *end == '\0' && isfinite(*ret);
}

/* ---- the tree ---- */

struct fmt_node *fmt_node_new(struct fmt_cursor *c, enum fmt_kind kind)
{
	struct fmt_node *n = sw_arena_new(c->a, struct fmt_node);
	if (n)
		n->kind = (uint8_t)kind;
	return n;
}

static uint32_t slot_of(const struct fmt_node *t, struct sw_str key)
{
	uint32_t mask = t->n_slots - 1, i = (uint32_t)sw_value_hash(sw_string(key)) & mask;
	while (t->slots[i] && !sw_str_eq(t->v[t->slots[i] - 1].key, key))
		i = (i + 1) & mask;
	return i;
}

struct fmt_node *fmt_table_get(const struct fmt_node *t, struct sw_str key)
{
	if (t->kind != FMT_TABLE || !t->n_slots)
		return NULL;
	uint32_t s = t->slots[slot_of(t, key)];
	return s ? t->v[s - 1].node : NULL;
}

static int grow_slots(struct fmt_cursor *c, struct fmt_node *t)
{
	if (t->n * 2 < t->n_slots)
		return 0;
	uint32_t n = t->n_slots ? t->n_slots * 2 : 16;
	uint32_t *slots = sw_arena_zalloc(c->a, n * sizeof(*slots));
	if (!slots)
		return fmt_full(c);
	t->slots = slots;
	t->n_slots = n;
	for (uint32_t i = 0; i < t->n; i++)
		t->slots[slot_of(t, t->v[i].key)] = i + 1;
	return 0;
}

int fmt_add(struct fmt_cursor *c, struct fmt_node *t, struct sw_str key, struct fmt_node *node)
{
	if (t->n == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 8;
		struct fmt_entry *v =
			sw_arena_grow(c->a, t->v, t->cap * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return fmt_full(c);
		t->v = v;
		t->cap = cap;
	}
	if (t->kind == FMT_TABLE) {
		int rc = grow_slots(c, t);
		if (rc)
			return rc;
		t->slots[slot_of(t, key)] = t->n + 1;
	}
	t->v[t->n++] = (struct fmt_entry){key, node};
	return 0;
}

int fmt_seal(struct fmt_cursor *c, const struct fmt_node *n, struct sw_value *ret)
{
	struct sw_list list;
	struct sw_map map;
	if (n->kind == FMT_VALUE) {
		*ret = n->value;
		return 0;
	}
	int rc = fmt_enter(c);
	if (rc)
		return rc;
	sw_list_init(&list, c->a);
	sw_map_init(&map, c->a);
	for (uint32_t i = 0; i < n->n; i++) {
		struct sw_value v = sw_null();
		rc = fmt_seal(c, n->v[i].node, &v);
		if (rc)
			return rc;
		rc = n->kind == FMT_LIST ? sw_list_add(&list, v)
					 : sw_map_add(&map, sw_string(n->v[i].key), v);
		if (rc)
			return fmt_full(c);
	}
	*ret = n->kind == FMT_LIST ? sw_list_array(&list) : sw_map_object(&map);
	c->depth--;
	return sw_defined(*ret) ? 0 : fmt_full(c);
}
