/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/tbs.h"

#include "base/der.h"

enum { LIMIT = 1 << 20, EXTENSIONS = SW_DER_CTX_CONS(3) };

static void put(struct sw_buf *out, uint8_t tag, struct sw_str body)
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
	struct sw_buf *out, struct sw_der list, struct sw_str oid, unsigned *ret_cut)
{
	*ret_cut = 0;
	while (list.n) {
		struct sw_der inner, id, whole;
		unsigned tag;
		if (!sw_der_any(&list, &tag, &inner, &whole) || tag != SW_DER_SEQ)
			return false;
		if (!sw_der_get(&inner, SW_DER_OID, &id))
			return false;
		if (sw_str_eq(sw_der_str(id), oid))
			++*ret_cut;
		else
			sw_buf_addstr(out, sw_der_str(whole));
	}
	return true;
}

bool sw_tbs_without(struct sw_arena *a, struct sw_str cert, struct sw_str oid, struct sw_str *ret)
{
	struct sw_der rest = sw_der_from(cert), body, tbs, part, whole, list;
	unsigned cut = 0, tag;
	sw_autobuf out, exts, tmp;
	sw_buf_init(&out, LIMIT);
	sw_buf_init(&exts, LIMIT);
	sw_buf_init(&tmp, LIMIT);
	if (!sw_der_get(&rest, SW_DER_SEQ, &body) || rest.n || !sw_der_get(&body, SW_DER_SEQ, &tbs))
		return false;
	while (tbs.n) {
		if (!sw_der_any(&tbs, &tag, &part, &whole))
			return false;
		if (tag != EXTENSIONS) {
			sw_buf_addstr(&tmp, sw_der_str(whole));
			continue;
		}
		if (tbs.n || !sw_der_get(&part, SW_DER_SEQ, &list) || part.n ||
			!filter_extensions(&exts, list, oid, &cut) || cut != 1)
			return false;
		put(&out, SW_DER_SEQ, sw_buf_str(&exts));
		put(&tmp, EXTENSIONS, sw_buf_str(&out));
	}
	sw_buf_clear(&out);
	put(&out, SW_DER_SEQ, sw_buf_str(&tmp));
	if (cut != 1 || out.overflow || exts.overflow || tmp.overflow)
		return false;
	*ret = sw_arena_str(a, sw_buf_str(&out));
	return ret->p != NULL;
}
