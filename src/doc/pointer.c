/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/pointer.h"

bool sw_pointer_valid(struct sw_str p)
{
	if (p.n && p.p[0] != '/')
		return false;
	for (size_t i = 0; i < p.n; i++)
		if (p.p[i] == '~' && (i + 1 == p.n || (p.p[i + 1] != '0' && p.p[i + 1] != '1')))
			return false;
	return true;
}

bool sw_pointer_next(struct sw_str *rest, struct sw_str *ret_token)
{
	if (rest->n == 0)
		return false;
	size_t end = sw_str_chr(*rest, '/', 1);
	if (end == SW_NPOS)
		end = rest->n;
	*ret_token = sw_str_sub(*rest, 1, end);
	*rest = sw_str_sub(*rest, end, rest->n);
	return true;
}

void sw_pointer_unescape(struct sw_buf *out, struct sw_str token)
{
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] == '~' && i + 1 < token.n)
			sw_buf_addch(out, token.p[++i] == '1' ? '/' : '~');
		else
			sw_buf_addch(out, token.p[i]);
	}
}

bool sw_pointer_index(struct sw_str token, uint32_t *ret)
{
	int64_t i;
	if (token.n == 0 || token.n > 10 || (token.p[0] == '0' && token.n > 1) ||
		token.p[0] == '+' || token.p[0] == '-' || !sw_str_to_i64(token, &i) ||
		i > UINT32_MAX)
		return false;
	*ret = (uint32_t)i;
	return true;
}

void sw_pointer_add(struct sw_buf *out, struct sw_str key)
{
	sw_buf_addch(out, '/');
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~')
			sw_buf_addz(out, "~0");
		else if (key.p[i] == '/')
			sw_buf_addz(out, "~1");
		else
			sw_buf_addch(out, key.p[i]);
	}
}

void sw_pointer_add_index(struct sw_buf *out, uint32_t index)
{
	sw_buf_printf(out, "/%u", index);
}

struct sw_str sw_pointer_parent(struct sw_str p, struct sw_str *ret_last)
{
	size_t at = sw_str_rfind(p, SW_STR("/"));
	if (at == SW_NPOS)
		at = p.n;
	if (ret_last)
		*ret_last = sw_str_sub(p, at + 1, p.n);
	return sw_str_sub(p, 0, at);
}

int64_t sw_pointer_child(struct sw_value v, struct sw_str token)
{
	uint32_t i;
	if (v.type == SW_ARRAY)
		return sw_pointer_index(token, &i) && i < v.n ? (int64_t)i : -1;
	if (v.type != SW_OBJECT)
		return -1;
	if (sw_str_chr(token, '~', 0) == SW_NPOS)
		return sw_object_index(v, sw_string(token));
	sw_autobuf key;
	sw_buf_init(&key, 0);
	sw_pointer_unescape(&key, token);
	return sw_object_index(v, sw_string(sw_buf_str(&key)));
}

static struct sw_value child_at(struct sw_value v, int64_t i)
{
	return v.type == SW_ARRAY ? v.u.a->v[i] : v.u.o->m[i].v;
}

struct sw_value sw_pointer_get(struct sw_value root, struct sw_str pointer)
{
	struct sw_str token;
	if (!sw_pointer_valid(pointer))
		return sw_undef();
	while (sw_pointer_next(&pointer, &token)) {
		int64_t i = sw_pointer_child(root, token);
		if (i < 0)
			return sw_undef();
		root = child_at(root, i);
	}
	return root;
}
