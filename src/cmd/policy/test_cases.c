/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/test_cases.h"

#include "base/cleanup.h"
#include "doc/json.h"

enum { NAME_MAX_BYTES = 1 << 20 };

static void put_name(struct sw_buf *out, struct sw_value v)
{
	if (sw_is(v, SW_STRING))
		sw_buf_addstr(out, sw_value_str(v));
	else
		sw_json_write(out, v, SW_JSON_HTML_ESCAPE);
}

static struct sw_str name_of(struct sw_arena *a, struct sw_value v)
{
	sw_autobuf b;
	sw_buf_init(&b, NAME_MAX_BYTES);
	put_name(&b, v);
	return sw_arena_str(a, sw_buf_str(&b));
}

static struct sw_test_case *find(const struct sw_test_case *c, struct sw_str name, uint32_t *ret_at)
{
	uint32_t lo = 0, hi = c->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int cmp = sw_str_cmp(c->v[mid]->name, name);
		if (cmp == 0)
			return c->v[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret_at = lo;
	return NULL;
}

/* The case of that name, made when there is none. NULL: out of memory. */
static struct sw_test_case *child(
	struct sw_arena *a, struct sw_test_case *c, struct sw_str name, bool *ret_new)
{
	uint32_t at = 0;
	struct sw_test_case *hit = find(c, name, &at);
	*ret_new = !hit;
	if (hit || !name.p)
		return hit;
	if (c->n == c->cap) {
		uint32_t cap = c->cap ? c->cap * 2 : 8;
		c->v = sw_arena_grow(a, c->v, c->cap * sizeof(*c->v), cap * sizeof(*c->v));
		c->cap = c->v ? cap : 0;
	}
	hit = c->v ? sw_arena_zalloc(a, sizeof(*hit)) : NULL;
	if (!hit)
		return NULL;
	memmove(c->v + at + 1, c->v + at, (c->n - at) * sizeof(*c->v));
	c->v[at] = hit;
	c->n++;
	hit->name = name;
	return hit;
}

/* Recursion: the depth of a value, which its maker bounds. */
bool sw_test_cases_add(struct sw_arena *a, struct sw_test_case *root, struct sw_value document)
{
	if (!sw_is(document, SW_OBJECT))
		return true;
	sw_object_foreach (m, document) {
		bool fresh;
		struct sw_test_case *c = child(a, root, name_of(a, m->k), &fresh);
		if (!c)
			return false;
		if (sw_is(m->v, SW_OBJECT) && !sw_test_cases_add(a, c, m->v))
			return false;
		if (!sw_is(m->v, SW_OBJECT))
			c->fail = !sw_is_true(m->v);
		root->fail |= c->fail;
	}
	return true;
}

bool sw_test_cases_began(struct sw_arena *a, struct sw_test_case *root, struct sw_value path)
{
	struct sw_test_case *way[64];
	uint32_t n = path.n < SW_ARRAY_LEN(way) - 1 ? path.n : SW_ARRAY_LEN(way) - 1;
	way[0] = root;
	for (uint32_t i = 0; i < n; i++) {
		bool fresh;
		way[i + 1] = child(a, way[i], name_of(a, path.u.a->v[i]), &fresh);
		if (!way[i + 1])
			return false;
		way[i + 1]->fail |= fresh;
	}
	for (uint32_t i = n; i > 0; i--)
		way[i - 1]->fail |= way[i]->fail;
	return true;
}

struct sw_test_case *sw_test_cases_find(struct sw_test_case *root, struct sw_value path)
{
	for (uint32_t i = 0; root && i < path.n; i++) {
		sw_autobuf name;
		uint32_t at;
		sw_buf_init(&name, NAME_MAX_BYTES);
		put_name(&name, path.u.a->v[i]);
		root = find(root, sw_buf_str(&name), &at);
	}
	return root;
}

void sw_test_cases_count(const struct sw_test_case *root, uint32_t *passed, uint32_t *failed)
{
	for (uint32_t i = 0; i < root->n; i++) {
		const struct sw_test_case *c = root->v[i];
		if (c->n)
			sw_test_cases_count(c, passed, failed);
		else
			++*(c->fail ? failed : passed);
	}
}

void sw_test_cases_lines(
	struct sw_buf *out, const struct sw_test_case *root, bool all, unsigned indent)
{
	for (uint32_t i = 0; i < root->n; i++) {
		const struct sw_test_case *c = root->v[i];
		if (!all && !c->fail)
			continue;
		sw_buf_pad(out, ' ', indent);
		sw_buf_printf(out, "%.*s: %s\n", SW_STR_ARG(c->name), c->fail ? "FAIL" : "PASS");
		sw_test_cases_lines(out, c, all, indent + 2);
	}
}

void sw_test_cases_json(struct sw_jsonw *w, const struct sw_test_case *root)
{
	if (!root->n)
		return;
	sw_jsonw_object(w, "sub_results");
	for (uint32_t i = 0; i < root->n; i++) {
		const struct sw_test_case *c = root->v[i];
		sw_autobuf key;
		sw_buf_init(&key, 1 << 20);
		sw_buf_addstr(&key, c->name);
		sw_jsonw_object(w, sw_buf_cstr(&key));
		sw_jsonw_str(w, "name", c->name);
		if (c->fail)
			sw_jsonw_bool(w, "fail", true);
		sw_test_cases_json(w, c);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}
