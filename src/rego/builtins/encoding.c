/* SPDX-License-Identifier: Apache-2.0 */
/* base64.*, base64url.*, hex.*, urlquery.* */
#include <stdlib.h>

#include "rego/builtins/arg.h"
#include "base/go/gofmt.h"

/* ---- base64 ---- */

static const char std_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int base64_encode(struct sw_builtin_ctx *ctx, const struct sw_value *args,
	const char *alphabet, bool pad, struct sw_value *ret)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 32));
	if (s.n > SW_BUILTIN_STR_MAX)
		return sw_builtin_limit(ctx, "string too long");
	char *p = sw_arena_alloc(ctx->arena, (s.n + 2) / 3 * 4 + 1), *at = p;
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (size_t i = 0; i < s.n; i += 3) {
		size_t have = s.n - i < 3 ? s.n - i : 3;
		uint32_t v = 0;
		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < have ? (unsigned char)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++) {
			if (k <= have)
				*at++ = alphabet[v >> (18 - 6 * k) & 63];
			else if (pad)
				*at++ = '=';
		}
	}
	*ret = sw_string(sw_str_make(p, (size_t)(at - p)));
	return 0;
}

static int digit64(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	return c == (url ? '_' : '/') ? 63 : -1;
}

static size_t skip_newlines(struct sw_str s, size_t at)
{
	while (at < s.n && (s.p[at] == '\n' || s.p[at] == '\r'))
		at++;
	return at;
}

/* Behind an '=' at place j of a quantum: 0, or the place of the error plus one. */
static size_t read_padding(struct sw_str s, size_t *at, int j)
{
	if (j < 2)
		return *at;
	if (j == 2) {
		*at = skip_newlines(s, *at);
		if (*at == s.n)
			return s.n + 1;
		if (s.p[*at] != '=')
			return *at;
		++*at;
	}
	*at = skip_newlines(s, *at);
	return *at < s.n ? *at + 1 : 0;
}

/*
 * Go's decoder with padding: line ends are skipped, left-over bits are not looked at. Writes to p;
 * returns 0 or the place of the wrong byte plus one.
 */
static size_t base64_decode(struct sw_str s, bool url, char *p, size_t *ret_n)
{
	size_t n = 0;
	for (size_t at = 0;;) {
		int v[4] = {0}, j = 0;
		size_t bad = 0;
		bool end = false;
		while (j < 4 && !end) {
			if (at == s.n) {
				*ret_n = n;
				return j ? at - (size_t)j + 1 : 0;
			}
			char c = s.p[at++];
			int d = digit64(c, url);
			if (d >= 0) {
				v[j++] = d;
			} else if (c == '=') {
				bad = read_padding(s, &at, j);
				end = true;
			} else if (c != '\n' && c != '\r') {
				return at;
			}
		}
		uint32_t w = (uint32_t)(v[0] << 18 | v[1] << 12 | v[2] << 6 | v[3]);
		for (int k = 0; k < j - 1; k++)
			p[n++] = (char)(w >> (16 - 8 * k));
		*ret_n = n;
		if (bad || end)
			return bad;
	}
}

static int base64_decoded(
	struct sw_builtin_ctx *ctx, struct sw_str s, bool url, struct sw_value *ret)
{
	SW_TRY(sw_builtin_steps(ctx, s.n / 32));
	char *p = sw_arena_alloc(ctx->arena, s.n / 4 * 3 + 4);
	size_t n = 0;
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	size_t bad = base64_decode(s, url, p, &n);
	if (bad)
		return sw_builtin_fail(ctx, "illegal base64 data at input byte %zu", bad - 1);
	*ret = sw_string(sw_str_make(p, n));
	return 0;
}

SW_BUILTIN_FN(b64_encode)
{
	return base64_encode(ctx, args, std_alphabet, true, ret);
}

SW_BUILTIN_FN(b64_decode)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	return base64_decoded(ctx, s, false, ret);
}

SW_BUILTIN_FN(b64_is_valid)
{
	struct sw_value ignored;
	*ret = sw_bool(false);
	if (args[0].type != SW_STRING)
		return 0;
	int r = base64_decoded(ctx, sw_value_str(args[0]), false, &ignored);
	if (r < 0 && strcmp(ctx->err_code, SW_BUILTIN_ERROR))
		return r;
	*ret = sw_bool(r == 0);
	return 0;
}

SW_BUILTIN_FN(b64url_encode)
{
	return base64_encode(ctx, args, url_alphabet, true, ret);
}

SW_BUILTIN_FN(b64url_encode_no_pad)
{
	return base64_encode(ctx, args, url_alphabet, false, ret);
}

SW_BUILTIN_FN(b64url_decode)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	if (sw_str_ends(s, SW_STR("=")) || s.n % 4 == 0)
		return base64_decoded(ctx, s, true, ret);
	if (s.n % 4 == 1)
		return sw_builtin_fail(ctx, "illegal base64url string: %.*s", SW_STR_ARG(s));
	char *p = sw_arena_alloc(ctx->scratch, s.n + 2);
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	memcpy(p, s.p, s.n);
	p[s.n] = p[s.n + 1] = '=';
	return base64_decoded(ctx, sw_str_make(p, s.n + 4 - s.n % 4), true, ret);
}

/* ---- hex ---- */

static int unhex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

SW_BUILTIN_FN(hex_encode)
{
	static const char digits[] = "0123456789abcdef";
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 32));
	char *p = s.n > SW_BUILTIN_STR_MAX ? NULL : sw_arena_alloc(ctx->arena, s.n * 2 + 1);
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (size_t i = 0; i < s.n; i++) {
		p[2 * i] = digits[(unsigned char)s.p[i] >> 4];
		p[2 * i + 1] = digits[s.p[i] & 15];
	}
	*ret = sw_string(sw_str_make(p, s.n * 2));
	return 0;
}

static int invalid_hex(struct sw_builtin_ctx *ctx, char c)
{
	sw_autobuf text;
	sw_buf_init(&text, 256);
	struct sw_gofmt_arg arg = {.kind = SW_GOFMT_INT, .i = (unsigned char)c};
	sw_gofmt(&text, SW_STR("%#U"), &arg, 1);
	return sw_builtin_fail(
		ctx, "encoding/hex: invalid byte: %.*s", SW_STR_ARG(sw_buf_str(&text)));
}

SW_BUILTIN_FN(hex_decode)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 32));
	char *p = sw_arena_alloc(ctx->arena, s.n / 2 + 1);
	if (!p)
		return sw_ret_value(ctx, sw_undef(), ret);
	for (size_t i = 0; i < s.n; i++) {
		int d = unhex(s.p[i]);
		if (d < 0)
			return invalid_hex(ctx, s.p[i]);
		p[i / 2] = (char)(i & 1 ? p[i / 2] << 4 | d : d);
	}
	if (s.n & 1)
		return sw_builtin_fail(ctx, "encoding/hex: odd length hex string");
	*ret = sw_string(sw_str_make(p, s.n / 2));
	return 0;
}

/* ---- urlquery ---- */

static void query_escape(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool alnum = (c >= '0' && c <= '9') ||
			     (c < 0x80 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z');
		if (alnum || c == '-' || c == '_' || c == '.' || c == '~')
			sw_buf_addch(out, (char)c);
		else if (c == ' ')
			sw_buf_addch(out, '+');
		else
			sw_buf_printf(out, "%%%02X", c);
	}
}

/* false: *ret_bad is the escape that is none. */
static bool query_unescape(struct sw_buf *out, struct sw_str s, struct sw_str *ret_bad)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '+') {
			sw_buf_addch(out, ' ');
		} else if (s.p[i] != '%') {
			sw_buf_addch(out, s.p[i]);
		} else {
			int hi = i + 2 < s.n ? unhex(s.p[i + 1]) : -1;
			int lo = i + 2 < s.n ? unhex(s.p[i + 2]) : -1;
			if (hi < 0 || lo < 0) {
				*ret_bad = sw_str_sub(s, i, i + 3);
				return false;
			}
			sw_buf_addch(out, (char)(hi << 4 | lo));
			i += 2;
		}
	}
	return true;
}

static int bad_escape(struct sw_builtin_ctx *ctx, struct sw_str bad)
{
	sw_autobuf q;
	sw_buf_init(&q, 256);
	sw_gofmt_quote(&q, bad, false);
	return sw_builtin_fail(ctx, "invalid URL escape %.*s", SW_STR_ARG(sw_buf_str(&q)));
}

SW_BUILTIN_FN(url_encode)
{
	struct sw_str s;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 16));
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	query_escape(&out, s);
	return sw_ret_buf(ctx, &out, ret);
}

SW_BUILTIN_FN(url_decode)
{
	struct sw_str s, bad;
	SW_TRY(sw_arg_str(ctx, args, 0, &s));
	SW_TRY(sw_builtin_steps(ctx, s.n / 16));
	sw_autobuf out;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	if (!query_unescape(&out, s, &bad))
		return bad_escape(ctx, bad);
	return sw_ret_buf(ctx, &out, ret);
}

static int bad_values(struct sw_builtin_ctx *ctx)
{
	return sw_arg_fail(ctx, "operand 1 values must be string, array[string], or set[string]");
}

static int put_pairs(
	struct sw_builtin_ctx *ctx, struct sw_buf *out, struct sw_str key, struct sw_value v)
{
	if (v.type != SW_STRING && v.type != SW_ARRAY && v.type != SW_SET)
		return bad_values(ctx);
	const struct sw_value *list = v.type == SW_STRING ? &v : v.u.a->v;
	uint32_t n = v.type == SW_STRING ? 1 : v.n;
	for (uint32_t i = 0; i < n; i++) {
		if (list[i].type != SW_STRING)
			return bad_values(ctx);
		SW_TRY(sw_builtin_steps(ctx, (key.n + list[i].n) / 16 + 1));
		if (out->n)
			sw_buf_addch(out, '&');
		query_escape(out, key);
		sw_buf_addch(out, '=');
		query_escape(out, sw_value_str(list[i]));
	}
	return 0;
}

SW_BUILTIN_FN(url_encode_object)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	sw_autobuf out, key;
	sw_buf_init(&out, SW_BUILTIN_STR_MAX);
	sw_buf_init(&key, SW_BUILTIN_STR_MAX);
	sw_object_foreach (m, args[0]) {
		sw_buf_clear(&key);
		if (m->k.type == SW_STRING)
			sw_buf_addstr(&key, sw_value_str(m->k));
		else
			sw_rego_value_print(&key, m->k);
		SW_TRY(put_pairs(ctx, &out, sw_buf_str(&key), m->v));
	}
	return sw_ret_buf(ctx, &out, ret);
}

enum { QUERY_PARAMS_MAX = 10000 }; /* net/url's own */

static int order_members(const void *x, const void *y)
{
	const struct sw_member *a = x, *b = y;
	int c = sw_value_cmp(a->k, b->k);
	if (c)
		return c;
	return a->v.u.i < b->v.u.i ? -1 : a->v.u.i > b->v.u.i; /* its place */
}

/* Pairs sorted by key, then place: neighbours with one key become its array. */
static int group_pairs(struct sw_builtin_ctx *ctx, struct sw_member *m,
	const struct sw_value *values, uint32_t n, struct sw_value *ret)
{
	struct sw_map map;
	sw_map_init(&map, ctx->arena);
	qsort(m, n, sizeof(*m), order_members);
	for (uint32_t i = 0, end; i < n; i = end) {
		struct sw_list list;
		sw_list_init(&list, ctx->arena);
		for (end = i; end < n && sw_value_eq(m[end].k, m[i].k); end++)
			if (sw_list_add(&list, values[m[end].v.u.i]) < 0)
				return sw_ret_value(ctx, sw_undef(), ret);
		struct sw_value all = sw_list_array(&list);
		if (!sw_defined(all) || sw_map_add(&map, m[i].k, all) < 0)
			return sw_ret_value(ctx, sw_undef(), ret);
	}
	return sw_ret_value(ctx, sw_map_object(&map), ret);
}

/* One key=value. 1: taken; 0: an empty one; negative: error. */
static int read_pair(struct sw_builtin_ctx *ctx, struct sw_str pair, struct sw_value *ret_k,
	struct sw_value *ret_v)
{
	struct sw_str bad;
	sw_autobuf k, v;
	sw_buf_init(&k, SW_BUILTIN_STR_MAX);
	sw_buf_init(&v, SW_BUILTIN_STR_MAX);
	size_t eq = sw_str_chr(pair, '=', 0);
	struct sw_str value =
		eq == SW_NPOS ? (struct sw_str){"", 0} : sw_str_sub(pair, eq + 1, pair.n);
	if (!query_unescape(&k, sw_str_sub(pair, 0, eq), &bad) || !query_unescape(&v, value, &bad))
		return bad_escape(ctx, bad);
	SW_TRY(sw_ret_buf(ctx, &k, ret_k));
	SW_TRY(sw_ret_buf(ctx, &v, ret_v));
	return 1;
}

SW_BUILTIN_FN(url_decode_object)
{
	struct sw_str rest, pair;
	SW_TRY(sw_arg_str(ctx, args, 0, &rest));
	SW_TRY(sw_builtin_steps(ctx, rest.n / 8));
	uint32_t max = 1, got = 0;
	for (size_t i = 0; i < rest.n; i++)
		max += rest.p[i] == '&';
	if (max > QUERY_PARAMS_MAX)
		return sw_builtin_fail(ctx, "number of URL query parameters exceeded limit");
	struct sw_member *m = sw_arena_new_array(ctx->scratch, max, struct sw_member);
	struct sw_value *v = sw_arena_new_array(ctx->scratch, max, struct sw_value);
	if (!m || !v)
		return sw_ret_value(ctx, sw_undef(), ret);
	int failed = 0;
	while (rest.n && sw_str_split(&rest, '&', &pair)) {
		if (sw_str_chr(pair, ';', 0) != SW_NPOS) {
			failed = sw_builtin_fail(ctx, "invalid semicolon separator in query");
			continue;
		}
		if (!pair.n)
			continue;
		struct sw_str first_error = ctx->err_text;
		int r = read_pair(ctx, pair, &m[got].k, &v[got]);
		if (r < 0 && strcmp(ctx->err_code, SW_BUILTIN_ERROR))
			return r;
		if (r < 0) {
			if (failed)
				ctx->err_text = first_error;
			failed = r;
			continue;
		}
		m[got].v = sw_int(got);
		got++;
	}
	return failed ? failed : group_pairs(ctx, m, v, got, ret);
}

#define S1(name, fn)                                                                               \
	{                                                                                          \
		name, NULL, "(string) string", 0, fn                                               \
	}

static const struct sw_builtin rows[] = {
	S1("base64.decode", b64_decode),
	S1("base64.encode", b64_encode),
	{"base64.is_valid", NULL, "(string) boolean", 0, b64_is_valid},
	S1("base64url.decode", b64url_decode),
	S1("base64url.encode", b64url_encode),
	S1("base64url.encode_no_pad", b64url_encode_no_pad),
	S1("hex.decode", hex_decode),
	S1("hex.encode", hex_encode),
	S1("urlquery.decode", url_decode),
	{"urlquery.decode_object", NULL, "(string) object[string:array[string]]", 0,
		url_decode_object},
	S1("urlquery.encode", url_encode),
	{"urlquery.encode_object", NULL,
		"(object[string:any<string,array[string],set[string]>]) string", 0,
		url_encode_object},
};

const struct sw_builtin_group sw_builtins_encoding = {rows, SW_ARRAY_LEN(rows)};
