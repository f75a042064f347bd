/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' url, ip and cidr. */
#include "base/go/addr.h"
#include "base/go/gofmt.h"
#include "base/go/url.h"
#include "cel/lib.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

/* ---- ip ---- */

/* net/netip.ParseAddr without zones and IPv4-mapped addresses; false with the text in `why`. */
static bool cel_ip_parse(struct sw_str s, struct cel_ip *ret, struct sw_buf *why)
{
	struct sw_goaddr a;
	sw_autobuf quoted, text;
	sw_buf_init(&quoted, 1024);
	sw_buf_init(&text, 4096);
	sw_gofmt_quote(&quoted, sw_str_sub(s, 0, 200), false);
	struct sw_str q = sw_buf_str(&quoted);
	if (!sw_goaddr_parse(s, &a, &text)) {
		sw_buf_printf(why,
			"IP Address %.*s parse error during conversion from string: %.*s",
			SW_STR_ARG(q), SW_STR_ARG(sw_buf_str(&text)));
		return false;
	}
	if (a.zone) {
		sw_buf_printf(why, "IP address %.*s with zone value is not allowed", SW_STR_ARG(q));
		return false;
	}
	if (!a.v4 && sw_goaddr_is4(&a)) {
		sw_buf_printf(why, "IPv4-mapped IPv6 address %.*s is not allowed", SW_STR_ARG(q));
		return false;
	}
	memcpy(ret->b, a.b, 16);
	ret->v4 = a.v4;
	return true;
}

void cel_write_ip(struct sw_buf *out, const struct cel_ip *ip)
{
	struct sw_goaddr a = {.v4 = ip->v4};
	memcpy(a.b, ip->b, 16);
	sw_goaddr_print(&a, out);
}

static struct sw_value make_ip(struct cel_ctx *c, const struct cel_ip *ip)
{
	void *p = sw_arena_memdup(c->a, (const char *)ip, sizeof(*ip));
	return p ? cel_opaque(SW_CEL_IP, p) : cel_memory(c);
}

static struct sw_value ip_of_string(ARGS)
{
	struct cel_ip ip;
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	if (!cel_ip_parse(sw_value_str(v[0]), &ip, &why))
		return cel_err(c, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	return make_ip(c, &ip);
}

static struct sw_value is_ip(ARGS)
{
	struct cel_ip ip;
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	return sw_bool(cel_ip_parse(sw_value_str(v[0]), &ip, &why));
}

static struct sw_value is_canonical(ARGS)
{
	struct sw_value ip = ip_of_string(c, v, n);
	sw_autobuf b;
	sw_buf_init(&b, 256);
	if (cel_is_err(ip))
		return ip;
	cel_write_ip(&b, cel_ptr(ip));
	return sw_bool(sw_str_eq(sw_buf_str(&b), sw_value_str(v[0])));
}

static struct sw_value family(ARGS)
{
	return sw_int(((const struct cel_ip *)cel_ptr(v[0]))->v4 ? 4 : 6);
}

static bool all_zero(const uint8_t *b, int n)
{
	for (int i = 0; i < n; i++)
		if (b[i])
			return false;
	return true;
}

/* The four bytes of an IPv4 address are the last ones. */
static bool unspecified(const struct cel_ip *ip)
{
	return ip->v4 ? all_zero(ip->b + 12, 4) : all_zero(ip->b, 16);
}
static bool loopback(const struct cel_ip *ip)
{
	return ip->v4 ? ip->b[12] == 127 : all_zero(ip->b, 15) && ip->b[15] == 1;
}
static bool multicast(const struct cel_ip *ip)
{
	return ip->v4 ? (ip->b[12] & 0xf0) == 0xe0 : ip->b[0] == 0xff;
}
static bool link_local_multicast(const struct cel_ip *ip)
{
	return ip->v4 ? ip->b[12] == 224 && ip->b[13] == 0 && ip->b[14] == 0
		      : ip->b[0] == 0xff && (ip->b[1] & 0x0f) == 2;
}
static bool link_local_unicast(const struct cel_ip *ip)
{
	return ip->v4 ? ip->b[12] == 169 && ip->b[13] == 254
		      : ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80;
}
static bool global_unicast(const struct cel_ip *ip)
{
	static const uint8_t ones[4] = {255, 255, 255, 255};
	if (ip->v4 && memcmp(ip->b + 12, ones, 4) == 0)
		return false;
	return !unspecified(ip) && !loopback(ip) && !multicast(ip) && !link_local_unicast(ip);
}

#define TEST(name, test)                                                                           \
	static struct sw_value name(ARGS)                                                          \
	{                                                                                          \
		return sw_bool(test(cel_ptr(v[0])));                                               \
	}
TEST(is_unspecified, unspecified)
TEST(is_loopback, loopback)
TEST(is_link_local_multicast, link_local_multicast)
TEST(is_link_local_unicast, link_local_unicast)
TEST(is_global_unicast, global_unicast)

/* ---- cidr ---- */

/* net/netip.ParsePrefix */
static bool cidr_parse(struct sw_str s, struct cel_cidr *ret, struct sw_buf *why)
{
	size_t slash = SW_NPOS;
	for (size_t i = s.n; i > 0 && slash == SW_NPOS; i--)
		if (s.p[i - 1] == '/')
			slash = i - 1;
	struct sw_str bits = sw_str_sub(s, slash == SW_NPOS ? s.n : slash + 1, s.n);
	int64_t b;
	if (slash == SW_NPOS || !cel_ip_parse(sw_str_sub(s, 0, slash), &ret->ip, why) || !bits.n ||
		bits.n > 3 || !sw_str_to_i64(bits, &b) || b < 0 ||
		(bits.n > 1 && bits.p[0] == '0') || bits.p[0] == '-' || bits.p[0] == '+' ||
		b > (ret->ip.v4 ? 32 : 128)) {
		sw_autobuf q;
		sw_buf_init(&q, 1024);
		sw_gofmt_quote(&q, sw_str_sub(s, 0, 200), false);
		sw_buf_clear(why);
		sw_buf_printf(why,
			"network address parse error during conversion from string: "
			"netip.ParsePrefix(%.*s): %s",
			SW_STR_ARG(sw_buf_str(&q)),
			slash == SW_NPOS ? "no '/'" : "it is no prefix");
		return false;
	}
	ret->bits = (int)b;
	return true;
}

static struct sw_value make_cidr(struct cel_ctx *c, const struct cel_cidr *cidr)
{
	void *p = sw_arena_memdup(c->a, (const char *)cidr, sizeof(*cidr));
	return p ? cel_opaque(SW_CEL_CIDR, p) : cel_memory(c);
}

static struct sw_value cidr_of_string(ARGS)
{
	struct cel_cidr cidr;
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	if (!cidr_parse(sw_value_str(v[0]), &cidr, &why))
		return cel_err(c, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	return make_cidr(c, &cidr);
}

static struct sw_value is_cidr(ARGS)
{
	struct cel_cidr cidr;
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	return sw_bool(cidr_parse(sw_value_str(v[0]), &cidr, &why));
}

/* Equal in the first `bits` bits. */
static bool prefix_eq(const struct cel_ip *a, const struct cel_ip *b, int bits)
{
	int from = a->v4 ? 12 : 0;
	if (a->v4 != b->v4)
		return false;
	for (int i = 0; i < bits; i++) {
		int at = from + i / 8, mask = 0x80 >> (i % 8);
		if ((a->b[at] & mask) != (b->b[at] & mask))
			return false;
	}
	return true;
}

static struct sw_value contains_ip(ARGS)
{
	const struct cel_cidr *cidr = cel_ptr(v[0]);
	struct sw_value ip = v[1].type == SW_STRING ? ip_of_string(c, v + 1, 1) : v[1];
	return cel_is_err(ip) ? ip : sw_bool(prefix_eq(&cidr->ip, cel_ptr(ip), cidr->bits));
}

static struct sw_value contains_cidr(ARGS)
{
	const struct cel_cidr *a = cel_ptr(v[0]);
	struct sw_value other = v[1].type == SW_STRING ? cidr_of_string(c, v + 1, 1) : v[1];
	if (cel_is_err(other))
		return other;
	const struct cel_cidr *b = cel_ptr(other);
	return sw_bool(a->bits <= b->bits && prefix_eq(&a->ip, &b->ip, a->bits));
}

static struct sw_value cidr_ip(ARGS)
{
	return make_ip(c, &((const struct cel_cidr *)cel_ptr(v[0]))->ip);
}
static struct sw_value prefix_length(ARGS)
{
	return sw_int(((const struct cel_cidr *)cel_ptr(v[0]))->bits);
}

static struct sw_value masked(ARGS)
{
	struct cel_cidr cidr = *(const struct cel_cidr *)cel_ptr(v[0]);
	for (int i = cidr.bits, from = cidr.ip.v4 ? 12 : 0; from + i / 8 < 16; i++)
		cidr.ip.b[from + i / 8] &= (uint8_t) ~(0x80 >> (i % 8));
	return make_cidr(c, &cidr);
}

/* ---- url ---- */

/*
 * url.ParseRequestURI: a URI with a scheme ("mailto:x", too) or an absolute path; it knows no fragments, so that '#'
 * belongs to what is before it. Go's text begins with "parse".
 */
bool cel_request_uri(struct sw_arena *a, struct sw_str s, struct sw_buf *why)
{
	struct sw_gourl u;
	sw_autobuf text;
	const char *wrong = NULL;
	sw_buf_init(&text, s.n * 3 + 16);
	if (!s.n)
		wrong = "empty url";
	for (size_t i = 0; i < s.n; i++) /* a '#' is no fragment here */
		if (s.p[i] == '#')
			sw_buf_addz(&text, "%23");
		else
			sw_buf_addch(&text, s.p[i]);
	if (!wrong && sw_gourl_parse(a, sw_buf_str(&text), &u, why) < 0)
		return false;
	if (!wrong && !u.scheme.n && s.p[0] != '/')
		wrong = "invalid URI for request";
	if (wrong) {
		sw_buf_addz(why, "parse ");
		sw_gofmt_quote(why, sw_str_sub(s, 0, 500), false);
		sw_buf_printf(why, ": %s", wrong);
	}
	return !wrong;
}

static struct sw_value url_of_string(ARGS)
{
	sw_autobuf why;
	struct sw_gourl *u = sw_arena_new(c->a, struct sw_gourl);
	sw_buf_init(&why, 4096);
	if (!u)
		return cel_memory(c);
	if (!cel_request_uri(c->a, sw_value_str(v[0]), &why) ||
		sw_gourl_parse(c->a, sw_value_str(v[0]), u, &why) < 0)
		return cel_err(c, "URL parse error during conversion from string: %.*s",
			SW_STR_ARG(sw_buf_str(&why)));
	return cel_opaque(SW_CEL_URL, u);
}

static struct sw_value is_url(ARGS)
{
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	return sw_bool(cel_request_uri(c->a, sw_value_str(v[0]), &why));
}

/* URL.String() */
void cel_write_url(struct sw_buf *out, struct sw_value v)
{
	const struct sw_gourl *u = cel_ptr(v);
	if (u->scheme.n)
		sw_buf_printf(out, "%.*s:", SW_STR_ARG(u->scheme));
	if (u->opaque.n) {
		sw_buf_addstr(out, u->opaque);
	} else {
		if (u->scheme.n || u->host.n || u->userinfo.n) {
			if (u->host.n || u->path.n || u->userinfo.n)
				sw_buf_addz(out, "//");
			if (u->userinfo.n)
				sw_buf_printf(out, "%.*s@", SW_STR_ARG(u->userinfo));
			sw_buf_addstr(out, u->host);
		}
		sw_gourl_escape_path(u, out);
	}
	if (u->force_query || u->raw_query.n)
		sw_buf_printf(out, "?%.*s", SW_STR_ARG(u->raw_query));
	if (u->fragment.n)
		sw_buf_printf(out, "#%.*s", SW_STR_ARG(u->fragment));
}

static const struct sw_gourl *url(const struct sw_value *v)
{
	return cel_ptr(v[0]);
}
static struct sw_value scheme(ARGS)
{
	return sw_string(url(v)->scheme);
}
static struct sw_value host(ARGS)
{
	return sw_string(url(v)->host);
}
static struct sw_value hostname(ARGS)
{
	struct sw_str name, port;
	sw_gourl_split_host(url(v)->host, &name, &port);
	return sw_string(name);
}
static struct sw_value port(ARGS)
{
	struct sw_str name, p;
	sw_gourl_split_host(url(v)->host, &name, &p);
	return sw_string(p);
}
static struct sw_value escaped_path(ARGS)
{
	sw_autobuf b;
	sw_buf_init(&b, CEL_BUF_MAX);
	sw_gourl_escape_path(url(v), &b);
	return cel_buf_str(c, &b);
}

/* One key=value of a query; false: it is left out, as Go does. */
static bool query_pair(struct cel_ctx *c, struct sw_str piece, struct sw_member *ret)
{
	sw_autobuf key, value, why;
	size_t eq = sw_str_chr(piece, '=', 0);
	sw_buf_init(&key, CEL_BUF_MAX);
	sw_buf_init(&value, CEL_BUF_MAX);
	sw_buf_init(&why, 4096);
	if (!piece.n || sw_str_chr(piece, ';', 0) != SW_NPOS ||
		!sw_gourl_unescape_query(
			sw_str_sub(piece, 0, eq == SW_NPOS ? piece.n : eq), &key, &why) ||
		(eq != SW_NPOS &&
			!sw_gourl_unescape_query(sw_str_sub(piece, eq + 1, piece.n), &value, &why)))
		return false;
	ret->k = cel_buf_str(c, &key);
	ret->v = cel_buf_str(c, &value);
	return !c->fatal;
}

static struct sw_value query(ARGS)
{
	struct sw_str rest = url(v)->raw_query, piece;
	struct sw_map m;
	sw_map_init(&m, c->a);
	while (sw_str_split(&rest, '&', &piece)) {
		struct sw_member pair;
		struct sw_list l;
		if (!query_pair(c, piece, &pair))
			continue;
		sw_list_init(&l, c->a);
		uint32_t i = 0;
		while (i < m.n && !sw_value_eq(m.m[i].k, pair.k))
			i++;
		if (i < m.n)
			sw_array_foreach (e, m.m[i].v)
				sw_list_add(&l, *e);
		sw_list_add(&l, pair.v);
		struct sw_value list = sw_list_array(&l);
		cel_spend(c, 1 + m.n / 4);
		if (c->fatal || !sw_defined(list))
			return cel_memory(c);
		if (i < m.n)
			m.m[i].v = list;
		else if (sw_map_add(&m, pair.k, list) < 0)
			return cel_memory(c);
	}
	struct sw_value r = sw_map_object(&m);
	return sw_defined(r) ? r : cel_memory(c);
}

const struct cel_row cel_rows_net[] = {
	{"ip", "s:I", ip_of_string, COST_ARG0, false},
	{"isIP", "s:b", is_ip, COST_ARG0, false},
	{"ip.isCanonical", "s:b", is_canonical, COST_ARG0_X2, false},
	{"family", "I.:i", family, COST_1, false},
	{"isUnspecified", "I.:b", is_unspecified, COST_1, false},
	{"isLoopback", "I.:b", is_loopback, COST_1, false},
	{"isLinkLocalMulticast", "I.:b", is_link_local_multicast, COST_1, false},
	{"isLinkLocalUnicast", "I.:b", is_link_local_unicast, COST_1, false},
	{"isGlobalUnicast", "I.:b", is_global_unicast, COST_1, false},
	{"cidr", "s:N", cidr_of_string, COST_ARG0, false},
	{"isCIDR", "s:b", is_cidr, COST_ARG0, false},
	{"containsIP", "N.s:b", contains_ip, COST_ARG1, false},
	{"containsIP", "N.I:b", contains_ip, COST_1, false},
	{"containsCIDR", "N.s:b", contains_cidr, COST_ARG1, false},
	{"containsCIDR", "N.N:b", contains_cidr, COST_1, false},
	{"ip", "N.:I", cidr_ip, COST_1, false},
	{"prefixLength", "N.:i", prefix_length, COST_1, false},
	{"masked", "N.:N", masked, COST_1, false},
	{"url", "s:U", url_of_string, COST_ARG0, false},
	{"isURL", "s:b", is_url, COST_ARG0, false},
	{"getScheme", "U.:s", scheme, COST_1, false},
	{"getHost", "U.:s", host, COST_1, false},
	{"getHostname", "U.:s", hostname, COST_1, false},
	{"getPort", "U.:s", port, COST_1, false},
	{"getEscapedPath", "U.:s", escaped_path, COST_1, false},
	{"getQuery", "U.:msls", query, COST_1, false},
	{NULL, NULL, NULL, 0, false},
};
