/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/place.h"

#include "base/cleanup.h"
#include "doc/json.h"

#define VALUE_BYTES 200
#define SEGMENTS_MAX 1000

static void add_index(struct sw_buf *b, int64_t i)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = i < 0 ? -(uint64_t)i : (uint64_t)i;
	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (i < 0)
		digits[--at] = '-';
	sw_buf_add(b, digits + at, sizeof(digits) - at);
}

static void add_segment(struct sw_buf *b, struct sw_value key)
{
	int64_t i;
	sw_buf_addch(b, '/');
	if (key.type == SW_NUMBER) {
		if (sw_value_int(key, &i))
			add_index(b, i);
		return;
	}
	struct sw_str s = sw_value_str(key);
	size_t from = 0;
	for (size_t k = 0; k < s.n; k++) {
		if (s.p[k] != '~' && s.p[k] != '/')
			continue;
		sw_buf_add(b, s.p + from, k - from);
		sw_buf_addz(b, s.p[k] == '~' ? "~0" : "~1");
		from = k + 1;
	}
	sw_buf_add(b, s.p + from, s.n - from);
}

/* The same where it is short and nothing in it is escaped, as nearly all are; p NULL: it is not. */
static struct sw_str short_pointer_of(
	struct sw_arena *a, struct sw_str prefix, struct sw_value path, uint32_t n)
{
	char tmp[256];
	size_t at = 0;
	if (prefix.n > sizeof(tmp) / 2)
		return (struct sw_str){0};
	if (prefix.n)
		memcpy(tmp, prefix.p, prefix.n);
	at = prefix.n;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_value key = path.u.a->v[i];
		int64_t index;
		if (at + 1 >= sizeof(tmp))
			return (struct sw_str){0};
		tmp[at++] = '/';
		if (key.type == SW_NUMBER && sw_value_int(key, &index) && index >= 0 && index < 10 && at < sizeof(tmp)) {
			tmp[at++] = (char)('0' + index);
			continue;
		}
		if (key.type != SW_STRING || key.n > sizeof(tmp) - at)
			return (struct sw_str){0};
		for (uint32_t k = 0; k < key.n; k++) {
			if (key.u.s[k] == '~' || key.u.s[k] == '/')
				return (struct sw_str){0};
			tmp[at++] = key.u.s[k];
		}
	}
	return sw_arena_str(a, at ? sw_str_make(tmp, at) : SW_STR(""));
}

/* prefix + path as a JSON Pointer; p NULL when out of memory or not a path. */
static struct sw_str pointer_of(
	struct sw_arena *a, struct sw_str prefix, struct sw_value path, uint32_t n)
{
	struct sw_str quick = short_pointer_of(a, prefix, path, n);
	if (quick.p)
		return quick;
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_buf_addstr(&b, prefix);
	for (uint32_t i = 0; i < n; i++)
		add_segment(&b, path.u.a->v[i]);
	return b.overflow ? (struct sw_str){NULL, 0}
			  : sw_arena_str(a, b.n ? sw_buf_str(&b) : SW_STR(""));
}

static bool is_path(struct sw_value path)
{
	int64_t i;
	if (path.type != SW_ARRAY || path.n > SEGMENTS_MAX)
		return false;
	sw_array_foreach (s, path) {
		if (s->type != SW_STRING && (s->type != SW_NUMBER || !sw_value_int(*s, &i)))
			return false;
	}
	return true;
}

/* One step down. `whole` becomes the span of key and value together. */
static struct sw_value step(
	struct sw_value v, struct sw_value key, struct sw_span *head, struct sw_span *whole)
{
	int64_t i;
	*head = *whole = (struct sw_span){0, 0};
	if (v.type == SW_ARRAY && sw_value_int(key, &i)) {
		struct sw_value e = sw_array_at(v, i);
		if (sw_defined(e) && v.u.a->spans)
			*head = *whole = v.u.a->spans[i];
		return e;
	}
	if (v.type != SW_OBJECT || key.type != SW_STRING)
		return sw_undef();
	int64_t at = sw_object_index(v, key);
	if (at < 0)
		return sw_undef();
	if (v.u.o->spans) {
		struct sw_span k = v.u.o->spans[2 * at], x = v.u.o->spans[2 * at + 1];
		*head = k.end ? k : x;
		*whole = (struct sw_span){k.end ? k.start : x.start, x.end > k.end ? x.end : k.end};
	}
	return v.u.o->m[at].v;
}

/* Without the white space a block's span may end with. */
static struct sw_span tighten(const struct sw_source *s, struct sw_span span)
{
	if (!s->text.p || span.end > s->text.n)
		return span;
	while (span.end > span.start + 1 && memchr(" \t\r\n", s->text.p[span.end - 1], 4))
		span.end--;
	return span;
}

static void put_span(const struct sw_where *w, struct sw_span span, struct sw_evidence *ev)
{
	ev->file = w->source->name;
	if (!span.end)
		return;
	span = tighten(w->source, span);
	struct sw_pos from = sw_source_pos(w->source, w->line_arena, span.start);
	struct sw_pos to = sw_source_pos(w->source, w->line_arena, span.end);
	ev->span = span;
	ev->line = from.line;
	ev->col = w->ascii ? from.col : sw_source_column(w->source, from, span.start);
	ev->end_line = to.line;
	ev->end_col = w->ascii ? to.col : sw_source_column(w->source, to, span.end);
}

/* The first line of a span: of a parent only its head is shown. */
static struct sw_span first_line(const struct sw_source *s, struct sw_span span)
{
	if (!s->text.p || span.end > s->text.n)
		return span;
	size_t nl = sw_str_chr(sw_str_sub(s->text, span.start, span.end), '\n', 0);
	if (nl != SW_NPOS)
		span.end = span.start + (uint32_t)nl;
	return span;
}

int sw_place_path(
	struct sw_arena *a, const struct sw_where *w, struct sw_value path, struct sw_evidence *ret)
{
	if (!is_path(path))
		return -SW_EINVALID;
	struct sw_evidence ev = {0};
	struct sw_span best = w->span, head, whole;
	struct sw_value v = w->root;
	bool all = false;
	for (uint32_t i = 0; i < path.n; i++) {
		v = step(v, path.u.a->v[i], &head, &whole);
		if (!sw_defined(v))
			break;
		if (!whole.end)
			continue;
		all = i + 1 == path.n;
		best = all ? whole : head;
	}
	put_span(w, all ? best : first_line(w->source, best), &ev);
	ev.path = pointer_of(a, w->pointer, path, path.n);
	if (!ev.path.p)
		return -SW_ELIMIT;
	*ret = ev;
	return 0;
}

static struct sw_str unescape(struct sw_arena *a, struct sw_str s)
{
	if (sw_str_chr(s, '~', 0) == SW_NPOS)
		return s;
	char *out = sw_arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; out && i < s.n; i++) {
		if (s.p[i] == '~' && i + 1 < s.n) {
			i++;
			out[n++] = s.p[i] == '0' ? '~' : '/';
		} else {
			out[n++] = s.p[i];
		}
	}
	return (struct sw_str){out, n};
}

/* A JSON Pointer's segments, indices as numbers where the object has a list. SW_UNDEF when out of
 * memory. */
static struct sw_value segments(struct sw_arena *a, struct sw_value root, struct sw_str pointer)
{
	struct sw_list l;
	struct sw_str rest = sw_str_sub(pointer, 1, pointer.n), piece;
	struct sw_value v = root;
	struct sw_span head, whole;
	sw_list_init(&l, a);
	while (pointer.n && sw_str_split(&rest, '/', &piece)) {
		struct sw_value key = sw_string(unescape(a, piece));
		int64_t i;
		if (v.type == SW_ARRAY && sw_str_to_i64(piece, &i))
			key = sw_int(i);
		v = step(v, key, &head, &whole);
		if (sw_list_add(&l, key))
			return sw_undef();
	}
	return sw_list_array(&l);
}

int sw_place_pointer(struct sw_arena *a, const struct sw_where *w, struct sw_str pointer,
	struct sw_evidence *ret)
{
	struct sw_value path = segments(a, w->root, pointer);
	return sw_defined(path) ? sw_place_path(a, w, path, ret) : -SW_ELIMIT;
}

/* ---- patches ---- */

/* Paths that earlier operations of the same fix have made. */
struct made {
	const struct sw_value *paths[64]; /* each an array */
	uint32_t n;
};

static bool same_start(struct sw_value a, struct sw_value b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!sw_value_eq(a.u.a->v[i], b.u.a->v[i]))
			return false;
	return true;
}

/* Did an earlier operation make the first n segments of the path? */
static bool was_made(const struct made *m, struct sw_value path, uint32_t n)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (m->paths[i]->n >= n && same_start(*m->paths[i], path, n))
			return true;
	return false;
}

/*
 * How many segments of the path are there, as containers that can take the next one. *ret_last is
 * what stands at that place when it is something else (null, a text): it must be replaced.
 */
static uint32_t existing(
	const struct sw_where *w, const struct made *m, struct sw_value path, bool *ret_replace)
{
	struct sw_value v = w->root;
	struct sw_span head, whole;
	*ret_replace = false;
	for (uint32_t i = 0; i < path.n; i++) {
		struct sw_value next = step(v, path.u.a->v[i], &head, &whole);
		bool last = i + 1 == path.n;
		if (!sw_defined(next)) {
			while (i < path.n && was_made(m, path, i + 1))
				i++;
			*ret_replace = i == path.n;
			return i == path.n ? i - 1 : i;
		}
		if (last || (next.type != SW_OBJECT && next.type != SW_ARRAY)) {
			*ret_replace = true;
			return i;
		}
		v = next;
	}
	return path.n;
}

static struct sw_value operation(
	struct sw_arena *a, const char *op, struct sw_str pointer, struct sw_value value)
{
	struct sw_map m;
	sw_map_init(&m, a);
	if (!pointer.p)
		return sw_undef();
	sw_map_adds(&m, "op", sw_string(sw_str_from(op)));
	sw_map_adds(&m, "path", sw_string(pointer));
	if (sw_defined(value))
		sw_map_adds(&m, "value", value);
	return sw_map_object(&m);
}

/* Segments behind the n-th, wrapped around the value. Lists cannot be invented. */
static struct sw_value wrap(
	struct sw_arena *a, struct sw_value path, uint32_t n, struct sw_value value)
{
	for (uint32_t i = path.n; i-- > n;) {
		struct sw_map m;
		sw_map_init(&m, a);
		if (path.u.a->v[i].type != SW_STRING || sw_map_add(&m, path.u.a->v[i], value))
			return sw_undef();
		value = sw_map_object(&m);
	}
	return value;
}

static struct sw_value set_operation(struct sw_arena *a, const struct sw_where *w, struct made *m,
	const struct sw_value *path, struct sw_value value)
{
	bool replace;
	if (!path->n || !sw_defined(value))
		return sw_undef();
	uint32_t n = existing(w, m, *path, &replace);
	struct sw_value wrapped = wrap(a, *path, n + 1, value);
	if (!sw_defined(wrapped) || m->n == SW_ARRAY_LEN(m->paths))
		return sw_undef();
	m->paths[m->n++] = path;
	return operation(
		a, replace ? "replace" : "add", pointer_of(a, w->pointer, *path, n + 1), wrapped);
}

static struct sw_value one_operation(
	struct sw_arena *a, const struct sw_where *w, struct made *m, const struct sw_value *op)
{
	struct sw_str name = sw_value_getstr(*op, "op");
	struct sw_value path = sw_object_gets(*op, SW_STR("path"));
	struct sw_value value = sw_object_gets(*op, SW_STR("value"));
	if (path.type == SW_STRING)
		path = segments(a, w->root, sw_value_str(path));
	if (!is_path(path))
		return sw_undef();
	if (sw_str_is(name, "set")) {
		struct sw_value *kept = sw_arena_new(a, struct sw_value);
		if (!kept)
			return sw_undef();
		*kept = path;
		return set_operation(a, w, m, kept, value);
	}
	if (sw_str_is(name, "remove"))
		return operation(a, "remove", pointer_of(a, w->pointer, path, path.n), sw_undef());
	if ((sw_str_is(name, "add") || sw_str_is(name, "replace")) && sw_defined(value))
		return operation(a, sw_str_is(name, "add") ? "add" : "replace",
			pointer_of(a, w->pointer, path, path.n), value);
	return sw_undef();
}

struct sw_value sw_place_patch(struct sw_arena *a, const struct sw_where *w, struct sw_value ops)
{
	struct made m = {.n = 0};
	struct sw_list l;
	sw_list_init(&l, a);
	if (ops.type != SW_ARRAY || !ops.n)
		return sw_undef();
	sw_array_foreach (op, ops) {
		struct sw_value made = one_operation(a, w, &m, op);
		if (!sw_defined(made) || sw_list_add(&l, made))
			return sw_undef();
	}
	return sw_list_array(&l);
}

/* ---- small things ---- */

struct sw_str sw_place_image(struct sw_value root, struct sw_value path)
{
	struct sw_value v = root;
	struct sw_span head, whole;
	bool list = false;
	for (uint32_t i = 0; path.type == SW_ARRAY && i < path.n && sw_defined(v); i++) {
		struct sw_value key = path.u.a->v[i];
		v = step(v, key, &head, &whole);
		if (list && v.type == SW_OBJECT) {
			struct sw_value image = sw_object_gets(v, SW_STR("image"));
			return image.type == SW_STRING ? sw_value_str(image) : SW_STR("");
		}
		list = key.type == SW_STRING &&
		       (sw_str_is(sw_value_str(key), "containers") ||
			       sw_str_is(sw_value_str(key), "initContainers") ||
			       sw_str_is(sw_value_str(key), "ephemeralContainers"));
	}
	return SW_STR("");
}

struct sw_str sw_place_value(struct sw_arena *a, struct sw_value v)
{
	if (!sw_defined(v))
		return SW_STR("");
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_json_write(&b, v, SW_JSON_SPACED);
	struct sw_str s = sw_buf_str(&b);
	if (s.n > VALUE_BYTES) {
		size_t n = VALUE_BYTES - 3;
		while (n && ((unsigned char)s.p[n] & 0xc0) ==
				    0x80) /* not in the middle of a character */
			n--;
		return sw_arena_printf(a, "%.*s...", (int)n, s.p);
	}
	return s.n ? sw_arena_str(a, s) : SW_STR("");
}
