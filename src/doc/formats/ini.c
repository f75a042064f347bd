/* SPDX-License-Identifier: Apache-2.0 */
/* INI as go-ini reads it with its defaults, and the types that conftest gives to values. */
#include "base/cleanup.h"
#include "doc/formats/impl.h"

/* The next line with its end, as the library's reader gives it. */
static bool raw_line(struct fmt_cursor *c, struct sw_str *ret)
{
	if (fmt_end(c))
		return false;
	size_t end = sw_str_chr(c->t, '\n', c->at), start = c->at;
	c->at = end == SW_NPOS ? c->t.n : end + 1;
	*ret = sw_str_sub(c->t, start, c->at);
	return true;
}

static size_t find_any(struct sw_str s, const char *set, size_t from)
{
	for (size_t i = from; i < s.n; i++)
		if (s.p[i] && strchr(set, s.p[i]))
			return i;
	return SW_NPOS;
}

static int read_key(
	struct fmt_cursor *c, size_t at, struct sw_str line, struct sw_str *ret, size_t *ret_off)
{
	struct sw_str quote = line.n > 6 && sw_str_starts(line, SW_STR("\"\"\"")) ? SW_STR("\"\"\"")
			      : line.p[0] == '"'				  ? SW_STR("\"")
			      : line.p[0] == '`'				  ? SW_STR("`")
										  : SW_STR("");
	size_t end = quote.n ? sw_str_find(line, quote, quote.n) : find_any(line, "=:", 0);
	if (end == SW_NPOS && quote.n)
		return fmt_fail_at(c, at, SW_ESYNTAX, "the quotes of the key are not closed");
	*ret = sw_str_trim(sw_str_sub(line, quote.n, end == SW_NPOS ? 0 : end));
	if (quote.n)
		end = find_any(line, "=:", end + quote.n);
	if (end == SW_NPOS)
		return fmt_fail_at(c, at, SW_ESYNTAX, "a key without = or :");
	if (!end)
		return fmt_fail_at(c, at, SW_ESYNTAX, "the key has no name");
	*ret_off = end + 1;
	return 0;
}

/* Lines until the quotes are closed. */
static int multiline(struct fmt_cursor *c, size_t at, struct sw_str first, struct sw_str quote,
	struct sw_str *ret)
{
	sw_autobuf b;
	struct sw_str next;
	struct sw_value v;
	sw_buf_init(&b, SW_FORMAT_MAX);
	sw_buf_addstr(&b, first);
	while (raw_line(c, &next)) {
		size_t end = sw_str_rfind(next, quote);
		sw_buf_addstr(&b, end == SW_NPOS ? next : sw_str_sub(next, 0, end));
		if (end == SW_NPOS)
			continue;
		int rc = fmt_string(c, &b, &v);
		if (!rc)
			*ret = sw_value_str(v);
		return rc;
	}
	return fmt_fail_at(c, at, SW_ESYNTAX, "the quotes of the value are not closed");
}

/* A backslash at the end joins the next line. */
static int continued(struct fmt_cursor *c, struct sw_str first, struct sw_str *ret)
{
	sw_autobuf b;
	struct sw_str next;
	struct sw_value v;
	sw_buf_init(&b, SW_FORMAT_MAX);
	sw_buf_addstr(&b, first);
	while (raw_line(c, &next)) {
		next = sw_str_trim(next);
		if (!next.n)
			break;
		bool more = next.p[next.n - 1] == '\\';
		sw_buf_addstr(&b, sw_str_sub(next, 0, next.n - more));
		if (!more)
			break;
	}
	int rc = fmt_string(c, &b, &v);
	if (!rc)
		*ret = sw_value_str(v);
	return rc;
}

static bool surrounded(struct sw_str s, char q)
{
	return s.n >= 2 && s.p[0] == q && sw_str_chr(s, q, 1) == s.n - 1;
}

static int read_value(struct fmt_cursor *c, size_t at, struct sw_str s, struct sw_str *ret)
{
	while (s.n && strchr(" \t\n\v\f\r", s.p[0]) && s.p[0])
		s = sw_str_sub(s, 1, s.n);
	struct sw_str quote = s.n > 3 && sw_str_starts(s, SW_STR("\"\"\"")) ? SW_STR("\"\"\"")
			      : s.n && s.p[0] == '`'			    ? SW_STR("`")
									    : SW_STR("");
	if (quote.n) {
		struct sw_str rest = sw_str_sub(s, quote.n, s.n);
		size_t end = sw_str_rfind(rest, quote);
		if (end == SW_NPOS)
			return multiline(c, at, rest, quote, ret);
		*ret = sw_str_sub(rest, 0, end);
		return 0;
	}
	s = sw_str_trim(s);
	if (s.n && s.p[s.n - 1] == '\\')
		return continued(c, sw_str_sub(s, 0, s.n - 1), ret);
	size_t comment = find_any(s, "#;", 0);
	if (comment != SW_NPOS)
		s = sw_str_trim(sw_str_sub(s, 0, comment));
	*ret = surrounded(s, '\'') || surrounded(s, '"') ? sw_str_sub(s, 1, s.n - 1) : s;
	return 0;
}

static bool decimal(struct sw_str s)
{
	bool digit = false;
	for (size_t i = 0; i < s.n; i++) {
		digit |= s.p[i] >= '0' && s.p[i] <= '9';
		if (!s.p[i] || !strchr("+-.0123456789eEpPxXabcdefABCDEF", s.p[i]))
			return false;
	}
	return digit;
}

static int typed(struct fmt_cursor *c, struct sw_str s, struct sw_value *ret)
{
	static const char *const yes[] = {"t", "T", "TRUE", "true", "True"};
	static const char *const no[] = {"f", "F", "FALSE", "false", "False"};
	double d;
	int64_t i;
	bool hex = sw_str_has(s, SW_STR("x")) || sw_str_has(s, SW_STR("X"));
	bool exp = sw_str_has(s, SW_STR("p")) || sw_str_has(s, SW_STR("P"));
	*ret = sw_string(s);
	if (sw_str_to_i64(s, &i) && i < (1ll << 53) && i > -(1ll << 53))
		*ret = sw_int(i);
	else if (decimal(s) && hex == exp && fmt_to_double(s, &d)) /* Go: 0x needs an exponent */
		return fmt_double(c, d, ret);
	for (size_t k = 0; k < SW_ARRAY_LEN(yes); k++)
		if (sw_str_is(s, yes[k]) || sw_str_is(s, no[k]))
			*ret = sw_bool(sw_str_is(s, yes[k]));
	return 0;
}

static int set_key(
	struct fmt_cursor *c, struct fmt_node *section, struct sw_str key, struct sw_str text)
{
	struct fmt_node *n = fmt_table_get(section, key);
	int rc = 0;
	if (!n) {
		n = fmt_node_new(c, FMT_VALUE);
		rc = n ? fmt_add(c, section, key, n) : fmt_full(c);
	}
	return rc ? rc : typed(c, text, &n->value);
}

static int open_section(struct fmt_cursor *c, size_t at, struct sw_str line, struct fmt_node *root,
	struct fmt_node **ret)
{
	size_t end = sw_str_rfind(line, SW_STR("]"));
	if (end == SW_NPOS)
		return fmt_fail_at(c, at, SW_ESYNTAX, "the name of the section is not closed");
	struct sw_str name = sw_str_sub(line, 1, end);
	if (!name.n)
		return fmt_fail_at(c, at, SW_ESYNTAX, "the section has no name");
	struct fmt_node *n = fmt_table_get(root, name);
	if (n) {
		*ret = n;
		return 0;
	}
	n = fmt_node_new(c, FMT_TABLE);
	if (!n)
		return fmt_full(c);
	*ret = n;
	return sw_str_is(name, "DEFAULT") ? 0 : fmt_add(c, root, name, n);
}

static int read_line(struct fmt_cursor *c, struct sw_str line, struct fmt_node *root,
	struct fmt_node **section, uint32_t *count)
{
	size_t off = 0;
	struct sw_str key = {0}, text = {0};
	while (line.n && line.p[0] && strchr(" \t\n\v\f\r", line.p[0]))
		line = sw_str_sub(line, 1, line.n);
	if (!line.n || line.p[0] == '#' || line.p[0] == ';')
		return 0;
	size_t at = (size_t)(line.p - c->t.p);
	if (line.p[0] == '[') {
		*count = 1;
		return open_section(c, at, line, root, section);
	}
	int rc = read_key(c, at, line, &key, &off);
	if (!rc && sw_str_is(key, "-")) {
		key = sw_arena_printf(c->a, "#%u", (*count)++);
		rc = key.p ? 0 : fmt_full(c);
	}
	if (!rc)
		rc = read_value(c, at, sw_str_sub(line, off, line.n), &text);
	return rc ? rc : set_key(c, *section, key, text);
}

int sw_ini_parse(struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct sw_str line;
	uint32_t count = 1;
	int rc = fmt_open(&c, a, text, err);
	struct fmt_node *root = fmt_node_new(&c, FMT_TABLE), *section = fmt_node_new(&c, FMT_TABLE);
	if (!rc && (!root || !section))
		rc = fmt_full(&c);
	while (!rc && raw_line(&c, &line))
		rc = read_line(&c, line, root, &section, &count);
	return rc ? rc : fmt_seal(&c, root, ret);
}
