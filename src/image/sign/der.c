/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/der.h"

bool sw_der_next(struct sw_str *rest, struct sw_der *ret)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t n = rest->n, head = 2;
	if (n < 2 || (p[0] & 0x1f) == 0x1f)
		return false;
	size_t len = p[1];
	if (len & 0x80) {
		size_t bytes = len & 0x7f;
		if (bytes == 0 || bytes > 4 || n < 2 + bytes || p[2] == 0)
			return false;
		len = 0;
		for (size_t i = 0; i < bytes; i++)
			len = len << 8 | p[2 + i];
		if (len < 0x80)
			return false;
		head += bytes;
	}
	if (len > n - head)
		return false;
	*ret = (struct sw_der){
		.tag = p[0], .whole = {rest->p, head + len}, .body = {rest->p + head, len}};
	*rest = sw_str_sub(*rest, head + len, n);
	return true;
}

bool sw_der_take(struct sw_str *rest, uint8_t tag, struct sw_str *ret_body)
{
	struct sw_str at = *rest;
	struct sw_der el;
	if (!sw_der_next(&at, &el) || el.tag != tag)
		return false;
	*rest = at;
	*ret_body = el.body;
	return true;
}

bool sw_der_utf8(struct sw_str der, struct sw_str *ret)
{
	struct sw_str body;
	if (!sw_der_take(&der, SW_DER_UTF8, &body) || der.n)
		return false;
	*ret = body;
	return true;
}

void sw_der_put(struct sw_buf *out, uint8_t tag, struct sw_str body)
{
	sw_buf_addch(out, (char)tag);
	if (body.n < 0x80) {
		sw_buf_addch(out, (char)body.n);
	} else {
		unsigned bytes = body.n > 0xffffff ? 4
				 : body.n > 0xffff ? 3
				 : body.n > 0xff   ? 2
						   : 1;
		sw_buf_addch(out, (char)(0x80 | bytes));
		while (bytes--)
			sw_buf_addch(out, (char)(body.n >> 8 * bytes));
	}
	sw_buf_addstr(out, body);
}

/* The extensions but one, in order. Counts what was left out. */
static bool filter_extensions(
	struct sw_buf *out, struct sw_str list, struct sw_str oid, unsigned *ret_cut)
{
	struct sw_der ext;
	*ret_cut = 0;
	while (list.n) {
		struct sw_str inner, id;
		if (!sw_der_next(&list, &ext) || ext.tag != SW_DER_SEQUENCE)
			return false;
		inner = ext.body;
		if (!sw_der_take(&inner, SW_DER_OID, &id))
			return false;
		if (sw_str_eq(id, oid))
			++*ret_cut;
		else
			sw_buf_addstr(out, ext.whole);
	}
	return true;
}

bool sw_der_tbs_without(
	struct sw_arena *a, struct sw_str cert, struct sw_str oid, struct sw_str *ret)
{
	struct sw_str body, tbs, list;
	struct sw_der el;
	unsigned cut = 0;
	sw_autobuf out, exts, tmp;
	sw_buf_init(&out, 1 << 20);
	sw_buf_init(&exts, 1 << 20);
	sw_buf_init(&tmp, 1 << 20);
	if (!sw_der_take(&cert, SW_DER_SEQUENCE, &body) || cert.n ||
		!sw_der_take(&body, SW_DER_SEQUENCE, &tbs))
		return false;
	while (tbs.n) {
		if (!sw_der_next(&tbs, &el))
			return false;
		if (el.tag != 0xa3) {
			sw_buf_addstr(&tmp, el.whole);
			continue;
		}
		if (tbs.n || !sw_der_take(&el.body, SW_DER_SEQUENCE, &list) || el.body.n ||
			!filter_extensions(&exts, list, oid, &cut) || cut != 1)
			return false;
		sw_der_put(&out, SW_DER_SEQUENCE, sw_buf_str(&exts));
		sw_der_put(&tmp, 0xa3, sw_buf_str(&out));
	}
	sw_buf_clear(&out);
	sw_der_put(&out, SW_DER_SEQUENCE, sw_buf_str(&tmp));
	if (cut != 1 || out.overflow || exts.overflow || tmp.overflow)
		return false;
	*ret = sw_arena_str(a, sw_buf_str(&out));
	return ret->p != NULL;
}
