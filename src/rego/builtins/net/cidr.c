/* SPDX-License-Identifier: Apache-2.0 */
/* net.cidr_*: networks as sets of addresses. */

#include <stdlib.h>

#include "base/go/addr.h"
#include "rego/builtins/net/net.h"
#include "rego/builtins/operand.h"

#define MAX_TEXT 64

static int parse_net(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_gonet *ret)
{
	struct sw_str s;
	int rc = sw_operand_str(ctx, 1, v, &s);

	if (rc)
		return rc;
	if (!sw_gonet_parse(s, ret, NULL))
		return sw_builtin_fail(ctx, "invalid CIDR address: %.*s", SW_STR_ARG(s));
	return 0;
}

static struct sw_goaddr last_addr(const struct sw_gonet *n)
{
	struct sw_goaddr a = n->addr;

	for (int i = 128 - n->bits + n->ones; i < 128; i++)
		a.b[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	return a;
}

static int intersects(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gonet a = {0}, b = {0};
	int rc;

	if ((rc = parse_net(ctx, args[0], &a)) || (rc = parse_net(ctx, args[1], &b)))
		return rc;
	*ret = sw_bool(sw_gonet_contains(&a, &b.addr) || sw_gonet_contains(&b, &a.addr));
	return 0;
}

static bool plain6(const struct sw_gonet *n)
{
	return n->bits == 128 && !sw_goaddr_is4(&n->addr);
}

static bool contains_net(const struct sw_gonet *a, const struct sw_gonet *b)
{
	if (plain6(a) && plain6(b)) {
		/* By prefix: the last address of a network may look like an IPv4 one. */
		struct sw_gonet cut = *b;
		if (a->ones > b->ones)
			return false;
		for (int i = a->ones; i < 128; i++)
			cut.addr.b[i / 8] &= (uint8_t)~(0x80 >> (i % 8));
		return memcmp(cut.addr.b, a->addr.b, 16) == 0;
	}
	struct sw_goaddr last = last_addr(b);
	return sw_gonet_contains(a, &b->addr) && sw_gonet_contains(a, &last);
}

static int contains_value(
	struct sw_builtin_ctx *ctx, struct sw_value x, struct sw_value y, bool *ret)
{
	struct sw_gonet a = {0}, b = {0};
	struct sw_goaddr ip;
	struct sw_str s;
	int rc;

	if ((rc = parse_net(ctx, x, &a)) || (rc = sw_operand_str(ctx, 1, y, &s)))
		return rc;
	if (sw_goaddr_parse_ip(s, &ip)) {
		*ret = sw_gonet_contains(&a, &ip);
		return 0;
	}
	if (!sw_gonet_parse(s, &b, NULL))
		return sw_builtin_fail(ctx,
			"not a valid textual representation of an IP address or CIDR: %.*s", SW_STR_ARG(s));
	*ret = contains_net(&a, &b);
	return 0;
}

static int contains(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	bool yes = false;
	int rc = contains_value(ctx, args[0], args[1], &yes);

	if (rc == 0)
		*ret = sw_bool(yes);
	return rc;
}

/* The i-th network of an operand of contains_matches, and what stands for it in the result. */
static int match_term(struct sw_builtin_ctx *ctx, int operand, struct sw_value v, uint32_t i,
	struct sw_value *ret_net, struct sw_value *ret_index)
{
	struct sw_value e = v;

	*ret_index = v;
	if (v.type == SW_ARRAY) {
		e = v.u.a->v[i];
		*ret_index = sw_int(i);
	} else if (v.type == SW_SET) {
		*ret_index = e = v.u.a->v[i];
	} else if (v.type == SW_OBJECT) {
		e = v.u.o->m[i].v;
		*ret_index = v.u.o->m[i].k;
	}
	if (e.type == SW_ARRAY && e.n > 0 && v.type != SW_STRING) {
		*ret_net = e.u.a->v[0];
		return 0;
	}
	if (e.type != SW_STRING)
		return sw_builtin_fail(
			ctx, "operand %d: element must be string or non-empty array", operand);
	*ret_net = e;
	return 0;
}

static uint32_t match_count(struct sw_value v)
{
	if (v.type == SW_ARRAY || v.type == SW_SET || v.type == SW_OBJECT)
		return v.n;
	return v.type == SW_STRING;
}

static int match_row(struct sw_builtin_ctx *ctx, struct sw_value x, struct sw_value xi,
	struct sw_value b, struct sw_list *out)
{
	struct sw_value y = {0}, yi = {0}, pair = {0};
	uint32_t nb = match_count(b);
	bool yes = false;
	int rc = sw_builtin_steps(ctx, 1 + (uint64_t)nb);

	for (uint32_t j = 0; rc == 0 && j < nb; j++) {
		if ((rc = match_term(ctx, 2, b, j, &y, &yi)) ||
			(rc = contains_value(ctx, x, y, &yes)) || !yes)
			continue;
		if ((rc = sw_ret_array(ctx, (struct sw_value[]){xi, yi}, 2, &pair)))
			return rc;
		if (sw_list_add(out, pair))
			return sw_builtin_limit(ctx, "result");
	}
	return rc;
}

static int contains_matches(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_list out;
	struct sw_value x = {0}, xi = {0};
	int rc;

	sw_list_init(&out, ctx->arena);
	for (uint32_t i = 0, na = match_count(args[0]); i < na; i++)
		if ((rc = match_term(ctx, 1, args[0], i, &x, &xi)) ||
			(rc = match_row(ctx, x, xi, args[1], &out)))
			return rc;
	*ret = sw_list_set(&out);
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "result");
}

static int list_addr(struct sw_builtin_ctx *ctx, struct sw_list *out, const struct sw_goaddr *a,
	int prefix)
{
	struct sw_value v;
	sw_autobuf text;

	sw_buf_init(&text, MAX_TEXT);
	sw_goaddr_print(a, &text);
	if (prefix >= 0)
		sw_buf_printf(&text, "/%d", prefix);
	int rc = sw_builtin_ret_str(ctx, sw_buf_str(&text), &v);
	if (rc == 0 && sw_list_add(out, v))
		return sw_builtin_limit(ctx, "result");
	return rc;
}

static void increment(struct sw_goaddr *a, bool four)
{
	for (int j = 15; j >= (four ? 12 : 0); j--)
		if (++a->b[j])
			break;
}

static int expand(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gonet net = {0};
	struct sw_list out;
	int rc = parse_net(ctx, args[0], &net);

	if (rc)
		return rc;
	struct sw_goaddr at = net.addr, last = last_addr(&net);
	sw_list_init(&out, ctx->arena);
	while (sw_gonet_contains(&net, &at)) {
		if ((rc = sw_builtin_steps(ctx, 4)) || (rc = list_addr(ctx, &out, &at, -1)))
			return rc;
		if (memcmp(at.b, last.b, 16) == 0)
			break;
		increment(&at, net.bits == 32);
	}
	*ret = sw_list_set(&out);
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "result");
}

static int is_valid(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gonet net;

	*ret = sw_bool(
		args[0].type == SW_STRING && sw_gonet_parse(sw_value_str(args[0]), &net, NULL));
	return 0;
}

/* ---- merging ---- */

typedef unsigned __int128 u128;

struct range {
	u128 first, last;
	struct sw_goaddr as_is; /* of a network that merged with nothing */
	int prefix;             /* -1: merged */
};

static u128 to_int(const uint8_t b[16])
{
	u128 v = 0;

	for (int i = 0; i < 16; i++)
		v = v << 8 | b[i];
	return v;
}

static struct sw_goaddr from_int(u128 v)
{
	struct sw_goaddr a = {0};

	for (int i = 15; i >= 0; i--, v >>= 8)
		a.b[i] = (uint8_t)v;
	return a;
}

/* An address without a prefix has that of its class, as net.IP.DefaultMask says. */
static int merge_operand(struct sw_builtin_ctx *ctx, struct sw_value v, struct range *ret)
{
	struct sw_gonet net;
	struct sw_goaddr ip;

	if (v.type != SW_STRING)
		return sw_builtin_fail(ctx, "element must be string");
	struct sw_str s = sw_value_str(v);
	if (sw_goaddr_parse_ip(s, &ip)) {
		if (!sw_goaddr_is4(&ip))
			return sw_builtin_fail(ctx, "IPv6 invalid: needs prefix length");
		net = (struct sw_gonet){.addr = ip, .bits = 32};
		net.ones = ip.b[12] < 0x80 ? 8 : ip.b[12] < 0xc0 ? 16 : 24;
	} else if (!sw_gonet_parse(s, &net, NULL)) {
		return sw_builtin_fail(ctx, "invalid CIDR address: %.*s", SW_STR_ARG(s));
	}
	ret->as_is = net.addr;
	ret->prefix = sw_goaddr_is4(&net.addr) && net.bits == 128 ? net.ones - 96 : net.ones;
	struct sw_goaddr last = last_addr(&net);
	for (int i = 128 - net.bits + net.ones; i < 128; i++)
		net.addr.b[i / 8] &= (uint8_t)~(0x80 >> (i % 8));
	ret->first = to_int(net.addr.b);
	ret->last = to_int(last.b);
	return 0;
}

static int order_ranges(const void *x, const void *y)
{
	const struct range *a = x, *b = y;

	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static u128 previous(u128 v)
{
	const u128 first4 = (u128)0xffff << 32;

	return v == 0 || v == first4 ? v : v - 1;
}

/* From the end, as OPA does; returns the new count. */
static uint32_t merge_ranges(struct range *r, uint32_t n)
{
	for (uint32_t i = n; i-- > 1;) {
		if (previous(r[i].first) > r[i - 1].last)
			continue;
		if (r[i].first < r[i - 1].first)
			r[i - 1].first = r[i].first;
		r[i - 1].last = r[i].last;
		r[i - 1].prefix = -1;
		memmove(r + i, r + i + 1, (n - i - 1) * sizeof(*r));
		n--;
	}
	return n;
}

/* The fewest networks that cover exactly first…last. */
static int put_range(struct sw_builtin_ctx *ctx, struct range r, struct sw_list *out)
{
	struct sw_goaddr lo = from_int(r.first), hi = from_int(r.last);
	int width = sw_goaddr_is4(&lo) && sw_goaddr_is4(&hi) ? 32 : 128;

	for (;;) {
		int host = 0;
		while (host < width) {
			u128 size = host + 1 >= 128 ? 0 : (u128)1 << (host + 1);
			u128 mask = size - 1; /* all ones for a whole 128-bit space */
			if ((r.first & mask) != 0 || r.last - r.first < mask)
				break;
			host++;
		}
		struct sw_goaddr a = from_int(r.first);
		int rc = list_addr(ctx, out, &a, width - host);
		if (rc)
			return rc;
		u128 mask = host >= 128 ? ~(u128)0 : ((u128)1 << host) - 1;
		if (r.last - r.first <= mask)
			return 0;
		r.first += mask + 1;
	}
}

static int merge(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_list out;
	struct sw_value in = args[0];
	int rc;

	if (in.type != SW_ARRAY && in.type != SW_SET)
		return sw_builtin_fail(ctx, "operand must be an array");
	if ((rc = sw_builtin_steps(ctx, 1 + (uint64_t)in.n * 4)))
		return rc;
	struct range *r = sw_arena_new_array(ctx->scratch, in.n ? in.n : 1, struct range);
	if (!r)
		return sw_builtin_limit(ctx, "operand too big");
	for (uint32_t i = 0; i < in.n; i++)
		if ((rc = merge_operand(ctx, in.u.a->v[i], &r[i])))
			return rc;
	qsort(r, in.n, sizeof(*r), order_ranges);
	uint32_t left = merge_ranges(r, in.n);
	sw_list_init(&out, ctx->arena);
	for (uint32_t i = 0; i < left; i++) {
		rc = r[i].prefix >= 0 ? list_addr(ctx, &out, &r[i].as_is, r[i].prefix)
				      : put_range(ctx, r[i], &out);
		if (rc)
			return rc;
	}
	*ret = sw_list_set(&out);
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "result");
}

#define NET_OR_TUPLE "any<string,array[any]>"
#define NETS                                                                                       \
	"any<string,array[" NET_OR_TUPLE "],object[string:" NET_OR_TUPLE "],set[" NET_OR_TUPLE "]>"

static const struct sw_builtin rows[] = {
	{"net.cidr_contains", NULL, "(string, string) boolean", 0, contains},
	{"net.cidr_contains_matches", NULL, "(" NETS ", " NETS ") set[array<any,any>]", 0,
		contains_matches},
	{"net.cidr_expand", NULL, "(string) set[string]", 0, expand},
	{"net.cidr_intersects", NULL, "(string, string) boolean", 0, intersects},
	{"net.cidr_is_valid", NULL, "(string) boolean", 0, is_valid},
	{"net.cidr_merge", NULL, "(any<array[any<string>],set[string]>) set[string]", 0, merge},
	{"net.cidr_overlap", NULL, "(string, string) boolean", SW_BUILTIN_DEPRECATED, contains},
	{"net.lookup_ip_addr", NULL, "(string) set[string]", SW_BUILTIN_NONDETERMINISTIC,
		sw_builtin_lookup_ip_addr},
};

const struct sw_builtin_group sw_builtins_net = {rows, SW_ARRAY_LEN(rows)};
