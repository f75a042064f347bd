/* SPDX-License-Identifier: Apache-2.0 */
/* The formats that gojsonschema checks; any other name is let through. */
#include "base/cleanup.h"
#include "rego/builtins/jsonschema/schema.h"
#include "base/go/addr.h"
#include "base/go/time.h"
#include "base/go/url.h"

static bool time_is(struct sw_str layout, struct sw_str s)
{
	struct sw_gotime t;
	sw_autobuf why;

	sw_buf_init(&why, 0);
	return sw_gotime_parse(layout, s, &t, &why) == 0;
}

static bool fmt_date(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	return time_is(SW_STR("2006-01-02"), s);
}

static bool fmt_time(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	return time_is(SW_STR("15:04:05Z07:00"), s) || time_is(SW_STR("15:04:05"), s);
}

static bool fmt_date_time(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	return fmt_time(ctx, s) || fmt_date(ctx, s) || time_is(SW_STR("2006-01-02T15:04:05Z07:00"), s);
}

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool fmt_hostname(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	if (s.n >= 256)
		return false;
	for (;;) {
		size_t dot = sw_str_chr(s, '.', 0);
		struct sw_str label = sw_str_sub(s, 0, dot);
		if (!label.n || label.n > 63 || !alnum(label.p[0]) || !alnum(label.p[label.n - 1]))
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!alnum(label.p[i]) && label.p[i] != '-')
				return false;
		if (dot == SW_NPOS)
			return true;
		s = sw_str_sub(s, dot + 1, s.n);
	}
}

static bool atom_char(unsigned char c)
{
	return alnum((char)c) || c >= 0x80 || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* atom.atom… from *at on */
static bool dot_atom(struct sw_str s, size_t *at)
{
	size_t start = *at, i = start;

	while (i < s.n && (atom_char((unsigned char)s.p[i]) || s.p[i] == '.')) {
		if (s.p[i] == '.' && (i == start || s.p[i - 1] == '.'))
			return false;
		i++;
	}
	*at = i;
	return i > start && s.p[i - 1] != '.';
}

static bool quoted(struct sw_str s, size_t *at)
{
	size_t i = *at + 1;

	for (; i < s.n && s.p[i] != '"'; i++) {
		if (s.p[i] == '\\')
			i++;
		else if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\t')
			return false;
	}
	*at = i + 1;
	return i < s.n;
}

/* local@domain */
static bool addr_spec(struct sw_str s)
{
	size_t at = 0;

	if (!s.n || !(s.p[0] == '"' ? quoted(s, &at) : dot_atom(s, &at)) || at >= s.n || s.p[at] != '@')
		return false;
	at++;
	if (at < s.n && s.p[at] == '[')
		return s.p[s.n - 1] == ']' && s.n - at > 2;
	return dot_atom(s, &at) && at == s.n;
}

/* net/mail.ParseAddress: an address alone or as `Name <address>`. */
static bool fmt_email(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	s = sw_str_trim(s);
	size_t open = sw_str_rfind(s, SW_STR("<"));
	if (open == SW_NPOS || !s.n || s.p[s.n - 1] != '>')
		return addr_spec(s);
	struct sw_str name = sw_str_trim(sw_str_sub(s, 0, open));
	for (size_t i = 0; i < name.n;) {
		if (name.p[i] == '"' ? !quoted(name, &i)
				     : !(atom_char((unsigned char)name.p[i]) || strchr(" \t.", name.p[i])))
			return false;
		else if (i < name.n && name.p[i] != '"')
			i++;
	}
	return addr_spec(sw_str_sub(s, open + 1, s.n - 1));
}

static bool fmt_ipv4(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	struct sw_goaddr a;

	return sw_goaddr_parse_ip(s, &a) && sw_str_chr(s, '.', 0) != SW_NPOS;
}

static bool fmt_ipv6(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	struct sw_goaddr a;

	return sw_goaddr_parse_ip(s, &a) && sw_str_chr(s, ':', 0) != SW_NPOS;
}

static bool url_is(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_gourl *u)
{
	sw_autobuf why;

	sw_buf_init(&why, 0);
	return sw_str_chr(s, '\\', 0) == SW_NPOS && sw_gourl_parse(ctx->scratch, s, u, &why) == 0;
}

static bool fmt_uri(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	struct sw_gourl u;

	return url_is(ctx, s, &u) && u.scheme.n;
}

static bool fmt_uri_reference(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	struct sw_gourl u;

	return url_is(ctx, s, &u);
}

/* Braces in pairs, not nested. */
static bool fmt_uri_template(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	struct sw_gourl u;
	bool in = false;

	if (!url_is(ctx, s, &u))
		return false;
	for (size_t i = 0; i < u.path.n; i++) {
		if (!in && u.path.p[i] == '{')
			in = true;
		else if (in && u.path.p[i] == '}')
			in = false;
	}
	return !in;
}

static bool fmt_uuid(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char c = s.p[i] | 32;
		if (dash ? s.p[i] != '-' : !((s.p[i] >= '0' && s.p[i] <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

static bool fmt_regex(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	return !s.n || sw_re2_check(s, NULL) == 0;
}

static bool fmt_pointer(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	if (s.n && s.p[0] != '/')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '~' && (i + 1 == s.n || (s.p[i + 1] != '0' && s.p[i + 1] != '1')))
			return false;
	return true;
}

static bool fmt_relative_pointer(struct sw_builtin_ctx *ctx, struct sw_str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (!n || (n > 1 && s.p[0] == '0'))
		return false;
	s = sw_str_sub(s, n, s.n);
	return sw_str_is(s, "#") || fmt_pointer(ctx, s);
}

static const struct {
	const char *name;
	bool (*ok)(struct sw_builtin_ctx *, struct sw_str);
} formats[] = {
	{"date", fmt_date},
	{"time", fmt_time},
	{"date-time", fmt_date_time},
	{"hostname", fmt_hostname},
	{"email", fmt_email},
	{"idn-email", fmt_email},
	{"ipv4", fmt_ipv4},
	{"ipv6", fmt_ipv6},
	{"uri", fmt_uri},
	{"uri-reference", fmt_uri_reference},
	{"iri", fmt_uri},
	{"iri-reference", fmt_uri_reference},
	{"uri-template", fmt_uri_template},
	{"uuid", fmt_uuid},
	{"regex", fmt_regex},
	{"json-pointer", fmt_pointer},
	{"relative-json-pointer", fmt_relative_pointer},
};

bool sw_js_format_ok(struct sw_builtin_ctx *ctx, struct sw_str format, struct sw_value v)
{
	if (v.type != SW_STRING)
		return true;
	for (size_t i = 0; i < SW_ARRAY_LEN(formats); i++)
		if (sw_str_is(format, formats[i].name))
			return formats[i].ok(ctx, sw_value_str(v));
	return true;
}
