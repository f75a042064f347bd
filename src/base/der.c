/* SPDX-License-Identifier: Apache-2.0 */
#include "base/der.h"

static bool length(struct sw_der *d, size_t *ret)
{
	if (!d->n)
		return false;
	uint8_t first = *d->p++;
	d->n--;
	if (first < 0x80) {
		*ret = first;
		return true;
	}
	unsigned bytes = first & 0x7f;
	size_t v = 0;
	if (!bytes || bytes > 4 || bytes > d->n || d->p[0] == 0)
		return false;
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | d->p[i];
	d->p += bytes;
	d->n -= bytes;
	*ret = v;
	return v >= 0x80;
}

bool sw_der_any(
	struct sw_der *d, unsigned *ret_tag, struct sw_der *ret_body, struct sw_der *ret_whole)
{
	struct sw_der at = *d;
	size_t len;

	if (at.n < 2 || (at.p[0] & 0x1f) == 0x1f)
		return false;
	unsigned tag = at.p[0];
	at.p++;
	at.n--;
	if (!length(&at, &len) || len > at.n)
		return false;
	*ret_tag = tag;
	*ret_body = (struct sw_der){at.p, len};
	if (ret_whole)
		*ret_whole = (struct sw_der){d->p, (size_t)(at.p - d->p) + len};
	d->p = at.p + len;
	d->n = at.n - len;
	return true;
}

bool sw_der_peek(const struct sw_der *d, unsigned tag)
{
	return d->n && d->p[0] == tag;
}

bool sw_der_get(struct sw_der *d, unsigned tag, struct sw_der *ret_body)
{
	unsigned got;

	return sw_der_peek(d, tag) && sw_der_any(d, &got, ret_body, NULL);
}

bool sw_der_int(struct sw_der *d, int64_t *ret)
{
	struct sw_der v;
	int64_t sum = 0;

	if (!sw_der_get(d, SW_DER_INT, &v) || v.n < 1 || v.n > 7 || v.p[0] & 0x80)
		return false;
	for (size_t i = 0; i < v.n; i++)
		sum = sum << 8 | v.p[i];
	*ret = sum;
	return true;
}

bool sw_der_utf8(struct sw_str der, struct sw_str *ret)
{
	struct sw_der rest = sw_der_from(der), body;

	if (!sw_der_get(&rest, SW_DER_UTF8, &body) || rest.n)
		return false;
	*ret = sw_der_str(body);
	return true;
}

bool sw_der_bits(struct sw_der *d, struct sw_der *ret)
{
	struct sw_der v;

	if (!sw_der_get(d, SW_DER_BITS, &v) || v.n < 1 || v.p[0] > 7 || (v.n == 1 && v.p[0]))
		return false;
	*ret = (struct sw_der){v.p + 1, v.n - 1};
	return true;
}

bool sw_der_oid_print(struct sw_der oid, struct sw_buf *out)
{
	uint64_t v = 0;
	bool first = true;

	if (!oid.n || oid.p[oid.n - 1] & 0x80)
		return false;
	for (size_t i = 0; i < oid.n; i++) {
		if (v > UINT64_MAX >> 8 || (v == 0 && oid.p[i] == 0x80))
			return false;
		v = v << 7 | (oid.p[i] & 0x7f);
		if (oid.p[i] & 0x80)
			continue;
		if (first) {
			unsigned top = v < 40 ? 0 : v < 80 ? 1 : 2;
			sw_buf_printf(out, "%u.%llu", top, (unsigned long long)(v - 40 * top));
		} else {
			sw_buf_printf(out, ".%llu", (unsigned long long)v);
		}
		first = false;
		v = 0;
	}
	return true;
}

bool sw_der_oid_is(struct sw_der oid, const char *dotted)
{
	sw_autobuf text;

	sw_buf_init(&text, 4096);
	return sw_der_oid_print(oid, &text) && sw_str_is(sw_buf_str(&text), dotted);
}
