/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json_impl.h"

#include <stdlib.h>

/* A reader at offset `at` of the whole text, so that errors and spans count from its start. */
static int reader_at(struct json_reader *r, const struct sw_json_items *it, struct sw_arena *a,
	size_t at, struct sw_error *err)
{
	int rc = json_reader_init(r, a, it->text, it->flags, &it->limits, err);
	if (rc == 0 && at)
		r->p = r->start + at;
	return rc;
}

/*
 * Reads members up to the value of `key` (r->p is then at it), or to the closing brace: then
 * -SW_ENOENT. The members lie in `m`.
 */
static int read_head(struct json_reader *r, const char *key, struct sw_map *m)
{
	struct sw_value k, v;
	struct sw_span span;
	for (bool first = true;; first = false) {
		json_skip_space(r);
		if (r->p < r->end && *r->p == '}')
			return json_fail(r, SW_ENOENT, r->p, "there is no member \"%s\"", key);
		if (!first) {
			if (r->p == r->end || *r->p != ',')
				return json_unexpected(r, r->p, "',' or '}'");
			r->p++;
			json_skip_space(r);
		}
		int rc = json_read_key(r, &k);
		if (rc < 0)
			return rc;
		r->n = 0; /* the key's slot is not needed here */
		if (sw_str_is(sw_value_str(k), key))
			return 0;
		rc = json_read_value(r, &v, &span);
		if (rc < 0)
			return rc;
		if (sw_map_add(m, k, v) < 0)
			return json_fail(r, SW_ELIMIT, r->p, "the memory budget is spent");
	}
}

int sw_json_items_init(struct sw_json_items *it, struct sw_arena *a, struct sw_str text,
	unsigned flags, const struct sw_json_limits *limits, const char *key,
	struct sw_value *ret_head, struct sw_error *err)
{
	struct sw_map m;
	json_autoreader r;
	struct sw_json_items made = {.text = text,
		.flags = flags & ~(unsigned)SW_JSON_TRAILING,
		.in_object = key != NULL};
	if (limits)
		made.limits = *limits;
	sw_map_init(&m, a);
	int rc = reader_at(&r, &made, a, 0, err);
	if (rc < 0)
		return rc;
	json_skip_space(&r);
	if (key) {
		if (r.p == r.end || *r.p != '{')
			return json_unexpected(&r, r.p, "an object");
		r.p++;
		rc = read_head(&r, key, &m);
		if (rc < 0)
			return rc;
	}
	if (r.p == r.end)
		return json_unexpected(&r, r.p, "an array");
	if (*r.p != '[')
		return json_fail(&r, SW_EINVALID, r.p, "'%c' where an array should be",
			*r.p > 0x20 && *r.p < 0x7f ? *r.p : '?');
	struct sw_value head = sw_map_object(&m);
	if (!sw_defined(head))
		return json_fail(&r, SW_ELIMIT, r.p, "the memory budget is spent");
	made.at = (size_t)(r.p - r.start) + 1;
	*it = made;
	if (ret_head)
		*ret_head = head;
	return 0;
}

/* Behind the array's closing bracket: the rest must be well-formed too. */
static int check_tail(struct sw_json_items *it, struct json_reader *r)
{
	struct sw_value v;
	struct sw_span span;
	while (it->in_object) {
		json_skip_space(r);
		if (r->p < r->end && *r->p == '}') {
			r->p++;
			break;
		}
		if (r->p == r->end || *r->p != ',')
			return json_unexpected(r, r->p, "',' or '}'");
		r->p++;
		json_skip_space(r);
		int rc = json_read_key(r, &v);
		if (rc == 0)
			rc = json_read_value(r, &v, &span);
		if (rc < 0)
			return rc;
		r->n = 0;
	}
	json_skip_space(r);
	return r->p == r->end ? 0 : json_unexpected(r, r->p, "the end of the text");
}

static int next_item(struct sw_json_items *it, struct json_reader *r, struct sw_value *ret)
{
	json_skip_space(r);
	char c = r->p < r->end ? *r->p : 0;
	if (c == ']') {
		r->p++;
		it->done = true;
		return check_tail(it, r);
	}
	if (it->started) {
		if (c != ',')
			return json_unexpected(r, r->p, "',' or ']'");
		r->p++;
	}
	it->started = true;
	int rc = json_read_value(r, ret, &it->span);
	if (rc < 0)
		return rc;
	it->at = (size_t)(r->p - r->start);
	it->index++;
	return 1;
}

int sw_json_items_next(
	struct sw_json_items *it, struct sw_arena *a, struct sw_value *ret, struct sw_error *err)
{
	if (it->done)
		return 0;
	json_autoreader r;
	int rc = reader_at(&r, it, a, it->at, err);
	if (rc == 0)
		rc = next_item(it, &r, ret);
	if (rc < 0)
		it->done = true;
	return rc;
}
