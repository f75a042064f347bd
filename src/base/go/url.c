/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/url.h"

#include "base/error.h"
#include "base/go/gotext.h"
#include "base/go/addr.h"

enum mode { PATH, HOST, ZONE, USERINFO, QUERY, FRAGMENT };

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool should_escape(char c, enum mode mode)
{
	if (alnum(c) || one_of(c, "-_.~"))
		return false;
	if ((mode == HOST || mode == ZONE) && one_of(c, "!$&'()*+,;=:[]<>\""))
		return false;
	if (one_of(c, "$&+,/:;=?@")) {
		switch (mode) {
		case PATH:
			return c == '?';
		case USERINFO:
			return one_of(c, "@/?:");
		case FRAGMENT:
			return false;
		default:
			return true;
		}
	}
	return !(mode == FRAGMENT && one_of(c, "!()*"));
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

static bool bad_escape(struct sw_buf *why, struct sw_str s)
{
	sw_buf_addz(why, "invalid URL escape ");
	sw_gotext_quote(why, sw_str_sub(s, 0, 3));
	return false;
}

/* One %XY at the start of s. */
static bool check_escape(struct sw_str s, enum mode mode, struct sw_buf *why)
{
	if (s.n < 3 || hex(s.p[1]) < 0 || hex(s.p[2]) < 0)
		return bad_escape(why, s);
	bool percent = s.p[1] == '2' && s.p[2] == '5';
	char v = (char)(hex(s.p[1]) << 4 | hex(s.p[2]));
	if (mode == HOST && hex(s.p[1]) < 8 && !percent)
		return bad_escape(why, s);
	if (mode == ZONE && !percent && v != ' ' && should_escape(v, HOST))
		return bad_escape(why, s);
	return true;
}

static bool unescape(struct sw_str s, enum mode mode, struct sw_buf *out, struct sw_buf *why)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			struct sw_str here = sw_str_sub(s, i, s.n);
			if (!check_escape(here, mode, why))
				return false;
			sw_buf_addch(out, (char)(hex(here.p[1]) << 4 | hex(here.p[2])));
			i += 2;
		} else if (c == '+' && mode == QUERY) {
			sw_buf_addch(out, ' ');
		} else if ((mode == HOST || mode == ZONE) && !(c & 0x80) && should_escape(c, mode)) {
			sw_buf_addz(why, "invalid character ");
			sw_gotext_quote(why, sw_str_sub(s, i, i + 1));
			sw_buf_addz(why, " in host name");
			return false;
		} else {
			sw_buf_addch(out, c);
		}
	}
	return true;
}

static void escape(struct sw_str s, enum mode mode, struct sw_buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' && mode == QUERY)
			sw_buf_addch(out, '+');
		else if (should_escape(s.p[i], mode))
			sw_buf_printf(out, "%%%02X", (unsigned char)s.p[i]);
		else
			sw_buf_addch(out, s.p[i]);
	}
}

void sw_gourl_escape_path(const struct sw_gourl *u, struct sw_buf *out)
{
	bool valid = u->raw_path.n > 0;

	for (size_t i = 0; i < u->raw_path.n; i++)
		valid &= one_of(u->raw_path.p[i], "!$&'()*+,;=:@[]%") || !should_escape(u->raw_path.p[i], PATH);
	if (valid)
		sw_buf_addstr(out, u->raw_path);
	else if (sw_str_is(u->path, "*"))
		sw_buf_addch(out, '*');
	else
		escape(u->path, PATH, out);
}

bool sw_gourl_unescape_query(struct sw_str s, struct sw_buf *out, struct sw_buf *why)
{
	return unescape(s, QUERY, out, why);
}

static bool valid_port(struct sw_str s)
{
	if (!s.n)
		return true;
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.p[0] == ':';
}

void sw_gourl_split_host(struct sw_str host, struct sw_str *ret_name, struct sw_str *ret_port)
{
	size_t colon = sw_str_rfind(host, SW_STR(":"));

	*ret_port = SW_STR("");
	if (colon != SW_NPOS && valid_port(sw_str_sub(host, colon, host.n))) {
		*ret_port = sw_str_sub(host, colon + 1, host.n);
		host = sw_str_sub(host, 0, colon);
	}
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = sw_str_sub(host, 1, host.n - 1);
	*ret_name = host;
}

static bool say(struct sw_buf *why, const char *text)
{
	sw_buf_addz(why, text);
	return false;
}

static bool bad_port(struct sw_str port, struct sw_buf *why)
{
	sw_buf_addz(why, "invalid port ");
	sw_gotext_quote(why, port);
	return say(why, " after host");
}

static bool ip_literal(struct sw_str host, struct sw_buf *out, struct sw_buf *why)
{
	size_t close = sw_str_rfind(host, SW_STR("]"));
	struct sw_goaddr addr;
	sw_autobuf name;

	sw_buf_init(&name, host.n + 1);
	if (close == SW_NPOS)
		return say(why, "missing ']' in host");
	struct sw_str port = sw_str_sub(host, close + 1, host.n);
	if (!valid_port(port))
		return bad_port(port, why);
	struct sw_str inner = sw_str_sub(host, 1, close);
	size_t zone = sw_str_find(inner, SW_STR("%25"), 0);
	if (!unescape(sw_str_sub(inner, 0, zone), HOST, &name, why))
		return false;
	if (zone != SW_NPOS && !unescape(sw_str_sub(inner, zone, inner.n), ZONE, &name, why))
		return false;
	sw_autobuf inner_why;
	sw_buf_init(&inner_why, 0);
	if (!sw_goaddr_parse(sw_buf_str(&name), &addr, &inner_why)) {
		sw_buf_addz(why, "invalid host: ");
		sw_buf_addstr(why, sw_buf_str(&inner_why));
		return false;
	}
	if (addr.v4)
		return say(why, "invalid IP-literal");
	sw_buf_addch(out, '[');
	sw_buf_addstr(out, sw_buf_str(&name));
	sw_buf_addch(out, ']');
	sw_buf_addstr(out, port);
	return true;
}

static bool parse_host(
	struct sw_str scheme, struct sw_str host, struct sw_buf *out, struct sw_buf *why)
{
	size_t open = sw_str_rfind(host, SW_STR("["));

	if (open == 0)
		return ip_literal(host, out, why);
	if (open != SW_NPOS)
		return say(why, "invalid IP-literal");
	size_t colon = sw_str_chr(host, ':', 0);
	if (colon != SW_NPOS) {
		/* Several colons are let through except for http: some databases list hosts. */
		if (!sw_str_is(scheme, "http") && !sw_str_is(scheme, "https"))
			colon = sw_str_rfind(host, SW_STR(":"));
		struct sw_str port = sw_str_sub(host, colon, host.n);
		if (!valid_port(port))
			return bad_port(port, why);
	}
	return unescape(host, HOST, out, why);
}

static bool parse_authority(
	struct sw_str authority, struct sw_gourl *u, struct sw_buf *host, struct sw_buf *why)
{
	size_t at = sw_str_rfind(authority, SW_STR("@"));
	sw_autobuf ignored;

	sw_buf_init(&ignored, 0);
	if (at == SW_NPOS)
		return parse_host(u->scheme, authority, host, why);
	if (!parse_host(u->scheme, sw_str_sub(authority, at + 1, authority.n), host, why))
		return false;
	u->userinfo = sw_str_sub(authority, 0, at);
	for (size_t i = 0; i < at; i++)
		if (!alnum(authority.p[i]) && !one_of(authority.p[i], "-._:~!$&'()*+,;=%@"))
			return say(why, "net/url: invalid userinfo");
	return unescape(u->userinfo, USERINFO, &ignored, why);
}

/* Cuts "scheme:" off; no scheme is fine. */
static bool get_scheme(struct sw_str *s, struct sw_str *ret, struct sw_buf *why)
{
	*ret = SW_STR("");
	for (size_t i = 0; i < s->n; i++) {
		char c = s->p[i];
		if ((c | 32) >= 'a' && (c | 32) <= 'z')
			continue;
		if (one_of(c, "0123456789+-.")) {
			if (i == 0)
				return true;
			continue;
		}
		if (c != ':')
			return true;
		if (i == 0)
			return say(why, "missing protocol scheme");
		*ret = sw_str_sub(*s, 0, i);
		*s = sw_str_sub(*s, i + 1, s->n);
		return true;
	}
	return true;
}

static void cut_query(struct sw_str *rest, struct sw_gourl *u)
{
	size_t q = sw_str_chr(*rest, '?', 0);

	if (q == SW_NPOS)
		return;
	u->raw_query = sw_str_sub(*rest, q + 1, rest->n);
	u->force_query = q == rest->n - 1;
	*rest = sw_str_sub(*rest, 0, q);
}

/* Everything but the fragment. *host and *path get decoded text. */
static bool parse_parts(
	struct sw_str s, struct sw_gourl *u, struct sw_buf *host, struct sw_buf *path, struct sw_buf *why)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return say(why, "net/url: invalid control character in URL");
	if (sw_str_is(s, "*")) {
		sw_buf_addch(path, '*');
		return true;
	}
	struct sw_str rest = s;
	if (!get_scheme(&rest, &u->scheme, why))
		return false;
	cut_query(&rest, u);
	if (!rest.n || rest.p[0] != '/') {
		if (u->scheme.n) {
			u->opaque = rest;
			return true;
		}
		struct sw_str segment = sw_str_sub(rest, 0, sw_str_chr(rest, '/', 0));
		if (sw_str_chr(segment, ':', 0) != SW_NPOS)
			return say(why, "first path segment in URL cannot contain colon");
	}
	if ((u->scheme.n || !sw_str_starts(rest, SW_STR("///"))) && sw_str_starts(rest, SW_STR("//"))) {
		struct sw_str authority = sw_str_sub(rest, 2, rest.n);
		size_t slash = sw_str_chr(authority, '/', 0);
		rest = slash == SW_NPOS ? SW_STR("") : sw_str_sub(authority, slash, authority.n);
		/* http hosts are strict about colons only in lower case: the scheme is lowered first. */
		char low[8];
		struct sw_str scheme = u->scheme;
		if (u->scheme.n < sizeof(low)) {
			for (size_t i = 0; i < scheme.n; i++)
				low[i] = scheme.p[i] >= 'A' && scheme.p[i] <= 'Z' ? scheme.p[i] | 32 : scheme.p[i];
			u->scheme = sw_str_make(low, scheme.n);
		}
		bool ok = parse_authority(sw_str_sub(authority, 0, slash), u, host, why);
		u->scheme = scheme;
		if (!ok)
			return false;
	}
	if (!unescape(rest, PATH, path, why))
		return false;
	u->raw_path = rest;
	return true;
}

static struct sw_str keep(struct sw_arena *a, struct sw_str s, bool *full)
{
	struct sw_str copy = s.n ? sw_arena_str(a, s) : SW_STR("");

	*full |= !copy.p;
	return copy;
}

int sw_gourl_parse(struct sw_arena *a, struct sw_str s, struct sw_gourl *ret, struct sw_buf *why)
{
	sw_autobuf host, path, frag, canon, reason;
	struct sw_gourl u = {0};
	size_t hash = sw_str_chr(s, '#', 0);
	struct sw_str body = sw_str_sub(s, 0, hash), blame = body;
	bool full = false;

	sw_buf_init(&host, 0);
	sw_buf_init(&path, 0);
	sw_buf_init(&frag, 0);
	sw_buf_init(&canon, 0);
	sw_buf_init(&reason, 0);
	bool ok = parse_parts(body, &u, &host, &path, &reason);
	if (ok && hash != SW_NPOS) {
		blame = s;
		ok = unescape(sw_str_sub(s, hash + 1, s.n), FRAGMENT, &frag, &reason);
	}
	if (!ok) {
		sw_buf_addz(why, "parse ");
		sw_gotext_quote(why, blame);
		sw_buf_addz(why, ": ");
		sw_buf_addstr(why, sw_buf_str(&reason));
		return -SW_ESYNTAX;
	}
	escape(sw_buf_str(&path), PATH, &canon);
	if (sw_str_eq(sw_buf_str(&canon), u.raw_path))
		u.raw_path = SW_STR("");
	char *scheme = sw_arena_memdup(a, u.scheme.p ? u.scheme.p : "", u.scheme.n);
	for (size_t i = 0; scheme && i < u.scheme.n; i++)
		if (scheme[i] >= 'A' && scheme[i] <= 'Z')
			scheme[i] |= 32;
	full = !scheme;
	u.scheme.p = scheme;
	u.host = keep(a, sw_buf_str(&host), &full);
	u.path = keep(a, sw_buf_str(&path), &full);
	u.fragment = keep(a, sw_buf_str(&frag), &full);
	if (full || host.overflow || path.overflow || frag.overflow || canon.overflow)
		return -SW_ELIMIT;
	*ret = u;
	return 0;
}
