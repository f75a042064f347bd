/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .env files as gotenv reads them. A line is [export] NAME = VALUE or NAME: VALUE; quoted values
 * may go over several lines; "$NAME" is replaced but in single quotes.
 */
#include <ctype.h>

#include "doc/formats/impl.h"

static bool is_word(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_' || ch == '.';
}

static size_t skip_space(struct sw_str s, size_t at)
{
	while (at < s.n && s.p[at] && strchr(" \t\n\v\f\r", s.p[at]))
		at++;
	return at;
}

/* Nothing but white space and at most a comment of one line is left. */
static bool tail_ok(struct sw_str s, size_t at)
{
	at = skip_space(s, at);
	return at >= s.n || (s.p[at] == '#' && sw_str_chr(s, '\n', at) == SW_NPOS);
}

/* The value behind the separator, quotes included. */
static bool find_value(struct sw_str s, size_t at, struct sw_str *ret)
{
	*ret = SW_STR("");
	if (at < s.n && (s.p[at] == '\'' || s.p[at] == '"'))
		for (size_t end = s.n; end > at + 1; end--)
			if (s.p[end - 1] == s.p[at] && tail_ok(s, end)) {
				*ret = sw_str_sub(s, at, end);
				return true;
			}
	size_t end = at;
	while (end < s.n && s.p[end] != '#' && s.p[end] != '\n')
		end++;
	*ret = sw_str_trim(sw_str_sub(s, at, end));
	return tail_ok(s, end);
}

static bool split_pair(struct sw_str s, size_t at, struct sw_str *ret_key, struct sw_str *ret_value)
{
	size_t end = at = skip_space(s, at);
	while (end < s.n && is_word(s.p[end]))
		end++;
	*ret_key = sw_str_sub(s, at, end);
	size_t sep = skip_space(s, end);
	if (end == at)
		return false;
	if (sep < s.n && s.p[sep] == '=')
		return find_value(s, skip_space(s, sep + 1), ret_value);
	if (end < s.n && s.p[end] == ':' && skip_space(s, end + 1) > end + 1)
		return find_value(s, skip_space(s, end + 1), ret_value);
	return false;
}

static bool read_pair(struct sw_str s, struct sw_str *ret_key, struct sw_str *ret_value)
{
	size_t at = skip_space(s, 0), after = skip_space(s, at + 6);
	if (sw_str_starts(sw_str_sub(s, at, s.n), SW_STR("export")) && after > at + 6 &&
		split_pair(s, after, ret_key, ret_value))
		return true;
	return split_pair(s, at, ret_key, ret_value);
}

/* Escapes of double quotes; a backslash before a dollar stays for what comes next. */
static void unescape(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\' || i + 1 == s.n || s.p[i + 1] == '$') {
			sw_buf_addch(out, s.p[i]);
			continue;
		}
		i++;
		sw_buf_addch(out, s.p[i] == 'n' ? '\n' : s.p[i] == 'r' ? '\r' : s.p[i]);
	}
}

static bool is_var(char ch)
{
	return (ch >= 'A' && ch <= 'Z') || isdigit((unsigned char)ch) || ch == '_';
}

static void expand(struct sw_buf *out, struct sw_str s, const struct fmt_node *env)
{
	for (size_t i = 0; i < s.n;) {
		bool escaped = s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '$';
		if (s.p[i] != '$' && !escaped) {
			sw_buf_addch(out, s.p[i++]);
			continue;
		}
		size_t from = i + escaped + 1;
		from += from < s.n && s.p[from] == '{';
		size_t end = from;
		while (end < s.n && is_var(s.p[end]))
			end++;
		size_t after = end + (end < s.n && s.p[end] == '}');
		const struct fmt_node *v = fmt_table_get(env, sw_str_sub(s, from, end));
		if (escaped || end == from)
			sw_buf_addstr(out, sw_str_sub(s, i + escaped, after));
		else if (v)
			sw_buf_addstr(out, sw_value_str(v->value));
		i = after;
	}
}

static int set(struct fmt_cursor *c, struct fmt_node *env, struct sw_str key, struct sw_str raw)
{
	sw_autobuf text, out;
	char q = raw.n >= 2 && raw.p[0] == raw.p[raw.n - 1] ? raw.p[0] : 0;
	sw_buf_init(&text, SW_FORMAT_MAX);
	sw_buf_init(&out, SW_FORMAT_MAX);
	if (q == '"' || q == '\'')
		raw = sw_str_sub(raw, 1, raw.n - 1);
	if (q == '"')
		unescape(&text, raw);
	else
		sw_buf_addstr(&text, raw);
	if (q == '\'')
		sw_buf_addstr(&out, sw_buf_str(&text));
	else
		expand(&out, sw_buf_str(&text), env);
	struct fmt_node *n = fmt_table_get(env, key);
	int rc = 0;
	if (!n) {
		n = fmt_node_new(c, FMT_VALUE);
		rc = n ? fmt_add(c, env, key, n) : fmt_full(c);
	}
	return rc ? rc : fmt_string(c, &out, &n->value);
}

/* The quote that a line leaves open, or 0. */
static char open_quote(struct sw_str line)
{
	size_t sep = sw_str_chr(line, '=', 0);
	if (sep == SW_NPOS)
		sep = sw_str_chr(line, ':', 0);
	if (sep == SW_NPOS || sep == 0 || sep + 1 >= line.n)
		return 0;
	struct sw_str v = sw_str_trim(sw_str_sub(line, sep + 1, line.n));
	if (!v.n || (v.p[0] != '"' && v.p[0] != '\''))
		return 0;
	struct sw_str inner = sw_str_sub(v, 1, v.n);
	size_t end = sw_str_rfind(inner, sw_str_make(v.p, 1));
	return end != SW_NPOS && v.p[end] != '\\' ? 0 : v.p[0];
}

static bool closes(struct sw_str line, char q)
{
	size_t end = sw_str_rfind(line, sw_str_make(&q, 1));
	return end != SW_NPOS && !(end > 0 && line.p[end - 1] == '\\');
}

static int entry(struct fmt_cursor *c, struct fmt_node *env, struct sw_str line)
{
	size_t at = (size_t)(line.p - c->t.p);
	struct sw_str key, value, next;
	char q = open_quote(line);
	while (q && fmt_line(c, &next)) {
		line.n = (size_t)(next.p + next.n - line.p);
		q = closes(next, q) ? 0 : q;
	}
	if (q)
		return fmt_fail_at(c, at, SW_ESYNTAX, "missing quotes");
	if (read_pair(line, &key, &value))
		return set(c, env, key, value);
	if (sw_str_starts(line, SW_STR("export ")) &&
		fmt_table_get(env, sw_str_sub(line, 7, line.n)))
		return 0;
	return fmt_fail_at(c, at, SW_ESYNTAX, "the line is no NAME=VALUE");
}

int sw_dotenv_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct sw_str line;
	int rc = fmt_open(&c, a, text, err);
	struct fmt_node *env = fmt_node_new(&c, FMT_TABLE);
	if (!rc && !env)
		rc = fmt_full(&c);
	while (!rc && fmt_line(&c, &line)) {
		line = sw_str_trim(line);
		if (line.n && line.p[0] != '#')
			rc = entry(&c, env, line);
	}
	return rc ? rc : fmt_seal(&c, env, ret);
}
