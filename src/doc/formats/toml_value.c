/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0: keys and values. */
#include <ctype.h>

#include "doc/formats/toml_impl.h"

/* ---- strings ---- */

static int escape_hex(struct fmt_cursor *c, int digits, struct sw_buf *b)
{
	uint32_t cp = 0;
	for (int i = 0; i < digits; i++, c->at++) {
		int d = fmt_peek(c, 0);
		if (d < 0 || !isxdigit(d))
			return fmt_fail(c, "expected %d hexadecimal digits", digits);
		cp = cp * 16 + (uint32_t)(isdigit(d) ? d - '0' : (d | 32) - 'a' + 10);
	}
	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return fmt_fail(c, "the escape is no Unicode character");
	sw_buf_addrune(b, cp);
	return 0;
}

/* A backslash at the end of a line takes all white space up to the next character. */
static bool line_ending_escape(struct fmt_cursor *c)
{
	size_t at = c->at;
	toml_blanks(c);
	if (fmt_peek(c, 0) != '\n' && !fmt_starts(c, "\r\n")) {
		c->at = at;
		return false;
	}
	while (fmt_peek(c, 0) == ' ' || fmt_peek(c, 0) == '\t' || fmt_peek(c, 0) == '\n' ||
		fmt_peek(c, 0) == '\r')
		c->at++;
	return true;
}

static int escape(struct fmt_cursor *c, bool multi, struct sw_buf *b)
{
	static const char from[] = "btnfre\"\\", to[] = "\b\t\n\f\r\033\"\\";
	int d = fmt_peek(c, 0);
	if (multi && line_ending_escape(c))
		return 0;
	const char *at = d > 0 ? strchr(from, d) : NULL;
	if (at) {
		c->at++;
		sw_buf_addch(b, to[at - from]);
		return 0;
	}
	if (d == 'u' || d == 'U') {
		c->at++;
		return escape_hex(c, d == 'u' ? 4 : 8, b);
	}
	return fmt_fail(c, "unknown escape in a string");
}

/* Up to two quotes may stand before the three that end a string. */
static bool ends(struct fmt_cursor *c, char q, bool multi, struct sw_buf *b)
{
	if (fmt_peek(c, 0) != (unsigned char)q)
		return false;
	if (!multi) {
		c->at++;
		return true;
	}
	size_t n = 0;
	while (n < 5 && fmt_peek(c, n) == (unsigned char)q)
		n++;
	if (n < 3)
		return false;
	sw_buf_pad(b, q, n - 3);
	c->at += n;
	return true;
}

static int string(struct fmt_cursor *c, bool multi_allowed, struct sw_value *ret)
{
	sw_autobuf b;
	char q = c->t.p[c->at];
	size_t start = c->at++;
	bool multi = multi_allowed && fmt_peek(c, 0) == (unsigned char)q &&
		     fmt_peek(c, 1) == (unsigned char)q;
	sw_buf_init(&b, SW_FORMAT_MAX);
	if (multi) {
		c->at += 2;
		c->at += fmt_starts(c, "\r\n") ? 2 : fmt_starts(c, "\n");
	}
	while (!ends(c, q, multi, &b)) {
		int d = fmt_peek(c, 0), rc = 0;
		if (d < 0)
			return fmt_fail_at(c, start, SW_ESYNTAX, "the string does not end");
		bool eol = d == '\n' || (d == '\r' && fmt_peek(c, 1) == '\n');
		if ((d < ' ' && d != '\t' && !(multi && eol)) || d == 0x7f)
			return fmt_fail(c, eol ? "strings may not contain newlines"
					       : "control characters are not allowed in strings");
		c->at++;
		if (q == '"' && d == '\\')
			rc = escape(c, multi, &b);
		else
			sw_buf_addch(&b, (char)d);
		if (rc)
			return rc;
	}
	return fmt_string(c, &b, ret);
}

int toml_key(struct fmt_cursor *c, struct sw_str *ret)
{
	struct sw_value v;
	size_t start = c->at;
	if (fmt_peek(c, 0) == '"' || fmt_peek(c, 0) == '\'') {
		int rc = string(c, false, &v);
		if (!rc)
			*ret = sw_value_str(v);
		return rc;
	}
	for (int d; (d = fmt_peek(c, 0)) >= 0 && (isalnum(d) || d == '_' || d == '-');)
		c->at++;
	if (c->at == start)
		return fmt_fail(c, "expected a key");
	*ret = sw_str_sub(c->t, start, c->at);
	return 0;
}

/* ---- numbers, dates ---- */

static bool digits(struct sw_str s, size_t at, size_t n)
{
	if (s.n < at + n)
		return false;
	for (size_t i = at; i < at + n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return true;
}

static unsigned number_at(struct sw_str s, size_t at, size_t n)
{
	unsigned v = 0;
	for (size_t i = at; i < at + n; i++)
		v = v * 10 + (unsigned)(s.p[i] - '0');
	return v;
}

static bool is_date(struct sw_str s)
{
	static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (!digits(s, 0, 4) || s.n < 10 || s.p[4] != '-' || !digits(s, 5, 2) || s.p[7] != '-' ||
		!digits(s, 8, 2))
		return false;
	unsigned y = number_at(s, 0, 4), m = number_at(s, 5, 2), d = number_at(s, 8, 2);
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] && (m != 2 || d < 29 || leap);
}

/* hh:mm:ss[.fff]: its length, or 0. */
static size_t time_length(struct sw_str s)
{
	if (!digits(s, 0, 2) || s.n < 8 || s.p[2] != ':' || !digits(s, 3, 2) || s.p[5] != ':' ||
		!digits(s, 6, 2) || number_at(s, 0, 2) > 23 || number_at(s, 3, 2) > 59 ||
		number_at(s, 6, 2) > 59)
		return 0;
	size_t n = 8;
	if (n < s.n && s.p[n] == '.') {
		for (n++; n < s.n && isdigit((unsigned char)s.p[n]);)
			n++;
		if (n == 9)
			return 0;
	}
	return n;
}

static bool is_zone(struct sw_str s)
{
	if (s.n == 1)
		return s.p[0] == 'Z' || s.p[0] == 'z';
	return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') && digits(s, 1, 2) && s.p[3] == ':' &&
	       digits(s, 4, 2) && number_at(s, 1, 2) < 24 && number_at(s, 4, 2) < 60;
}

/* RFC 3339 as Go writes it: fractions without zeros at the end, an offset of zero as Z. */
static int put_time(struct fmt_cursor *c, struct sw_str date, struct sw_str clock,
	struct sw_str zone, struct sw_value *ret)
{
	if (clock.n > 18)
		clock.n = 18; /* nanoseconds */
	while (clock.n > 8 && clock.p[clock.n - 1] == '0')
		clock.n--;
	if (clock.n == 9)
		clock.n = 8;
	if (zone.n < 6 || sw_str_is(sw_str_sub(zone, 1, 6), "00:00"))
		zone = SW_STR("Z");
	struct sw_str s = sw_arena_printf(
		c->a, "%.*sT%.*s%.*s", SW_STR_ARG(date), SW_STR_ARG(clock), SW_STR_ARG(zone));
	if (!s.p)
		return fmt_full(c);
	*ret = sw_string(s);
	return 0;
}

/* 1: a date or time; 0: it is none. */
static int date_or_time(struct fmt_cursor *c, struct sw_str s, struct sw_value *ret)
{
	size_t n = time_length(s);
	int rc;
	if (n && n == s.n) {
		rc = put_time(c, SW_STR("0000-01-01"), s, SW_STR("Z"), ret);
		return rc ? rc : 1;
	}
	if (!is_date(s))
		return 0;
	struct sw_str date = sw_str_sub(s, 0, 10), rest = sw_str_sub(s, 11, s.n);
	n = time_length(rest);
	if (s.n == 10)
		rc = put_time(c, date, SW_STR("00:00:00"), SW_STR("Z"), ret);
	else if ((s.p[10] == 'T' || s.p[10] == 't' || s.p[10] == ' ') && n &&
		 (n == rest.n || is_zone(sw_str_sub(rest, n, rest.n))))
		rc = put_time(c, date, sw_str_sub(rest, 0, n), sw_str_sub(rest, n, rest.n), ret);
	else
		return 0;
	return rc ? rc : 1;
}

/* Digits with single underscores between them; at least one. */
static bool digit_run(struct sw_str s, size_t *at, int base)
{
	size_t start = *at;
	for (; *at < s.n; (*at)++) {
		unsigned char d = (unsigned char)s.p[*at];
		bool ok = base == 16 ? isxdigit(d) : d >= '0' && d < '0' + base;
		bool mid = d == '_' && *at > start && s.p[*at - 1] != '_' && *at + 1 < s.n &&
			   isxdigit((unsigned char)s.p[*at + 1]);
		if (!ok && !mid)
			break;
	}
	return *at > start && s.p[*at - 1] != '_';
}

static size_t strip(struct sw_str s, char *out, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n && n + 1 < max; i++)
		if (s.p[i] != '_')
			out[n++] = s.p[i];
	out[n] = '\0';
	return n;
}

static int based(
	struct fmt_cursor *c, size_t start, struct sw_str s, int base, struct sw_value *ret)
{
	size_t at = 2;
	uint64_t v = 0;
	if (!digit_run(s, &at, base) || at != s.n)
		return fmt_fail_at(c, start, SW_ESYNTAX, "invalid value");
	for (size_t i = 2; i < s.n; i++) {
		int d = (unsigned char)s.p[i];
		if (d == '_')
			continue;
		if (v > (uint64_t)INT64_MAX / (uint64_t)base)
			return fmt_fail_at(
				c, start, SW_EINVALID, "the number is out of range of 64 bits");
		v = v * (uint64_t)base + (uint64_t)(isdigit(d) ? d - '0' : (d | 32) - 'a' + 10);
	}
	if (v > INT64_MAX)
		return fmt_fail_at(c, start, SW_EINVALID, "the number is out of range of 64 bits");
	*ret = sw_int((int64_t)v);
	return 0;
}

static int number(struct fmt_cursor *c, size_t start, struct sw_str s, struct sw_value *ret)
{
	char text[400];
	size_t at = s.n && (s.p[0] == '+' || s.p[0] == '-'), first = at;
	double d;
	int64_t i;
	if (s.n > 2 && s.p[0] == '0' && strchr("xob", s.p[1]) && s.p[1])
		return based(c, start, s, s.p[1] == 'x' ? 16 : s.p[1] == 'o' ? 8 : 2, ret);
	struct sw_str word = sw_str_sub(s, first, s.n);
	if (sw_str_is(word, "inf") || sw_str_is(word, "nan"))
		return fmt_fail_at(
			c, start, SW_EINVALID, "%.*s has no value in JSON", SW_STR_ARG(s));
	bool ok = digit_run(s, &at, 10) && !(s.p[first] == '0' && at - first > 1), is_float = false;
	if (ok && at < s.n && s.p[at] == '.') {
		at++;
		is_float = true;
		ok = digit_run(s, &at, 10);
	}
	if (ok && at < s.n && (s.p[at] | 32) == 'e') {
		at++;
		at += at < s.n && (s.p[at] == '+' || s.p[at] == '-');
		is_float = true;
		ok = digit_run(s, &at, 10);
	}
	if (!ok || at != s.n || s.n >= sizeof(text))
		return fmt_fail_at(
			c, start, SW_ESYNTAX, s.n ? "invalid value" : "expected a value");
	struct sw_str plain = {text, strip(s, text, sizeof(text))};
	if (plain.p[0] == '+')
		plain = sw_str_sub(plain, 1, plain.n);
	if (is_float ? !fmt_to_double(plain, &d) : !sw_str_to_i64(plain, &i))
		return fmt_fail_at(c, start, SW_EINVALID, "the number is out of range of 64 bits");
	if (is_float)
		return fmt_double(c, d, ret);
	*ret = sw_int(i);
	return 0;
}

static int scalar(struct fmt_cursor *c, struct sw_value *ret)
{
	size_t start = c->at;
	for (int d; (d = fmt_peek(c, 0)) >= 0 && (isalnum(d) || (d && strchr("+-_.:", d)));)
		c->at++;
	struct sw_str s = sw_str_sub(c->t, start, c->at);
	/* a date and a time may stand apart */
	if (s.n == 10 && is_date(s) && fmt_peek(c, 0) == ' ' && isdigit(fmt_peek(c, 1)) &&
		isdigit(fmt_peek(c, 2))) {
		c->at++;
		for (int d; (d = fmt_peek(c, 0)) >= 0 && (isalnum(d) || (d && strchr("+-.:", d)));)
			c->at++;
		s = sw_str_sub(c->t, start, c->at);
	}
	if (sw_str_is(s, "true") || sw_str_is(s, "false")) {
		*ret = sw_bool(s.n == 4);
		return 0;
	}
	int rc = date_or_time(c, s, ret);
	return rc ? (rc < 0 ? rc : 0) : number(c, start, s, ret);
}

/* ---- containers ---- */

static int array(struct fmt_cursor *c, struct fmt_node *list)
{
	c->at++;
	for (;;) {
		struct fmt_node *v;
		int rc = toml_space(c);
		if (rc)
			return rc;
		if (fmt_take(c, ']'))
			return 0;
		rc = toml_value(c, &v);
		if (!rc)
			rc = fmt_add(c, list, (struct sw_str){0}, v);
		if (!rc)
			rc = toml_space(c);
		if (rc)
			return rc;
		if (!fmt_take(c, ',') && fmt_peek(c, 0) != ']')
			return fmt_fail(c, "expected , or ] in the array");
	}
}

/* Tables that dotted keys made inside of it are closed with it. */
static void close_inline(struct fmt_node *t)
{
	t->flags = TOML_INLINE;
	for (uint32_t i = 0; i < t->n; i++)
		if (t->v[i].node->kind == FMT_TABLE && t->v[i].node->flags & TOML_DOTTED)
			close_inline(t->v[i].node);
}

static int inline_table(struct fmt_cursor *c, struct fmt_node *table)
{
	c->at++;
	toml_blanks(c);
	while (!fmt_take(c, '}')) {
		int rc = toml_pair(c, table);
		if (rc)
			return rc;
		toml_blanks(c);
		if (fmt_peek(c, 0) == '}')
			continue;
		if (!fmt_take(c, ','))
			return fmt_fail(c, "expected , or } in the inline table");
		toml_blanks(c);
		if (fmt_peek(c, 0) == '}')
			return fmt_fail(c, "no comma may end an inline table");
	}
	close_inline(table);
	return 0;
}

int toml_value(struct fmt_cursor *c, struct fmt_node **ret)
{
	int d = fmt_peek(c, 0);
	struct fmt_node *n = fmt_node_new(c, d == '['	? FMT_LIST
					     : d == '{' ? FMT_TABLE
							: FMT_VALUE);
	if (!n)
		return fmt_full(c);
	int rc = fmt_enter(c);
	if (rc)
		return rc;
	if (d == '[')
		rc = array(c, n);
	else if (d == '{')
		rc = inline_table(c, n);
	else if (d == '"' || d == '\'')
		rc = string(c, true, &n->value);
	else
		rc = scalar(c, &n->value);
	c->depth--;
	*ret = n;
	return rc;
}
