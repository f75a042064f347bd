/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of lines: ignore files, properties, INI; and JSON with comments. */
#include <ctype.h>
#include <math.h>

#include "doc/formats/impl.h"
#include "doc/json.h"

/* ---- .gitignore, .dockerignore ---- */

/* Trailing spaces go, but for one behind a backslash. */
static struct sw_str trim_right(struct sw_str s)
{
	size_t n = s.n;
	while (n && s.p[n - 1] == ' ')
		n--;
	if (n && n < s.n && s.p[n - 1] == '\\')
		n++;
	return sw_str_sub(s, 0, n);
}

static int ignore_value(struct fmt_cursor *c, struct sw_str s, struct sw_value *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_FORMAT_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\')
			sw_buf_addch(&b, s.p[i]);
		else if (i + 1 < s.n && s.p[i + 1] == '\\')
			sw_buf_addch(&b, s.p[i++]);
	}
	return fmt_string(c, &b, ret);
}

static int ignore_line(struct fmt_cursor *c, struct sw_str line, struct sw_list *out)
{
	struct sw_str s = trim_right(line);
	struct sw_value value = sw_string(line);
	const char *kind = "Empty";
	struct sw_map m;
	int rc = 0;
	if (s.n && line.p[0] == '#') {
		kind = "Comment";
		value = sw_string(sw_str_trim(sw_str_sub(s, 1, s.n)));
	} else if (s.n) {
		bool not = line.p[0] == '!';
		kind = not ? "NegatedPath" : "Path";
		rc = ignore_value(c, sw_str_sub(s, not, s.n), &value);
	}
	if (rc)
		return rc;
	sw_map_init(&m, c->a);
	if (sw_map_adds(&m, "Kind", sw_string(sw_str_from(kind))) ||
		sw_map_adds(&m, "Value", value) || sw_map_adds(&m, "Original", sw_string(line)) ||
		sw_list_add(out, sw_map_object(&m)))
		return fmt_full(c);
	return 0;
}

int sw_ignore_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct sw_list lines, files;
	int rc = fmt_open(&c, a, text, err);
	sw_list_init(&lines, a);
	sw_list_init(&files, a);
	for (size_t from = 0;
		!rc;) { /* Go's Split: an end of line at the end leaves an empty line */
		size_t end = sw_str_chr(text, '\n', from);
		rc = ignore_line(&c, sw_str_sub(text, from, end == SW_NPOS ? text.n : end), &lines);
		if (end == SW_NPOS)
			break;
		from = end + 1;
	}
	if (rc)
		return rc;
	if (sw_list_add(&files, sw_list_array(&lines)))
		return fmt_full(&c);
	*ret = sw_list_array(&files);
	return sw_defined(*ret) ? 0 : fmt_full(&c);
}

/* ---- Java properties ---- */

static bool is_blank(int b)
{
	return b == ' ' || b == '\t' || b == '\f';
}

static bool is_eol(int b)
{
	return b == '\n' || b == '\r';
}

static int prop_unicode(struct fmt_cursor *c, struct sw_buf *b)
{
	uint32_t cp = 0;
	for (int i = 0; i < 4; i++, c->at++) {
		int d = fmt_peek(c, 0);
		if (d < 0 || !isxdigit(d))
			return fmt_fail(c, "invalid unicode literal");
		cp = cp * 16 + (uint32_t)(isdigit(d) ? d - '0' : (d | 32) - 'a' + 10);
	}
	sw_buf_addrune(b, cp);
	return 0;
}

/* What is behind a backslash. */
static int prop_escape(struct fmt_cursor *c, struct sw_buf *b)
{
	int d = fmt_peek(c, 0);
	if (d < 0)
		return fmt_fail(c, "premature end of the file");
	c->at++;
	if (d == 'u')
		return prop_unicode(c, b);
	sw_buf_addch(b, (char)(d == 'f'	   ? '\f'
				: d == 'n' ? '\n'
				: d == 'r' ? '\r'
				: d == 't' ? '\t'
					   : d));
	return 0;
}

static int prop_key(struct fmt_cursor *c, struct sw_buf *b)
{
	for (int d;
		(d = fmt_peek(c, 0)) >= 0 && !is_blank(d) && !is_eol(d) && d != ':' && d != '=';) {
		c->at++;
		int rc = 0;
		if (d == '\\')
			rc = prop_escape(c, b);
		else
			sw_buf_addch(b, (char)d);
		if (rc)
			return rc;
	}
	return 0;
}

static int prop_value(struct fmt_cursor *c, struct sw_buf *b)
{
	while (is_blank(fmt_peek(c, 0)))
		c->at++;
	if (fmt_peek(c, 0) == ':' || fmt_peek(c, 0) == '=')
		c->at++;
	while (is_blank(fmt_peek(c, 0)))
		c->at++;
	for (int d; (d = fmt_peek(c, 0)) >= 0;) {
		int rc = 0;
		c->at++;
		if (is_eol(d))
			break;
		if (d != '\\') {
			sw_buf_addch(b, (char)d);
		} else if (is_eol(fmt_peek(c, 0))) {
			c->at += fmt_starts(c, "\r\n") ? 2 : 1;
			while (is_blank(fmt_peek(c, 0)))
				c->at++;
		} else {
			rc = prop_escape(c, b);
		}
		if (rc)
			return rc;
	}
	return 0;
}

static int prop_pair(struct fmt_cursor *c, struct sw_map *m)
{
	sw_autobuf key, value;
	struct sw_value k, v;
	sw_buf_init(&key, SW_FORMAT_MAX);
	sw_buf_init(&value, SW_FORMAT_MAX);
	int rc = prop_key(c, &key);
	if (!rc)
		rc = prop_value(c, &value);
	if (!rc)
		rc = fmt_string(c, &key, &k);
	if (!rc)
		rc = fmt_string(c, &value, &v);
	if (!rc && sw_map_add(m, k, v))
		rc = fmt_full(c);
	return rc;
}

int sw_properties_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct sw_map m;
	int rc = fmt_open(&c, a, text, err);
	sw_map_init(&m, a);
	while (!rc && !fmt_end(&c)) {
		int d = fmt_peek(&c, 0);
		if (is_blank(d) || is_eol(d)) {
			c.at++;
		} else if (d == '#' || d == '!') {
			while (!fmt_end(&c) && !is_eol(fmt_peek(&c, 0)))
				c.at++;
		} else {
			rc = prop_pair(&c, &m);
		}
	}
	if (rc)
		return rc;
	struct sw_value v = sw_map_object(&m);
	if (!sw_defined(v))
		return fmt_full(&c);
	*ret = v;
	return 0;
}

/* ---- JSON with comments ---- */

static int blank_comments(struct fmt_cursor *c, char *p)
{
	bool in_string = false;
	for (size_t i = 0; i < c->t.n; i++) {
		if (in_string) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				in_string = false;
			continue;
		}
		bool block = p[i] == '/' && i + 1 < c->t.n && p[i + 1] == '*';
		bool line = p[i] == '#' || (p[i] == '/' && i + 1 < c->t.n && p[i + 1] == '/');
		in_string = p[i] == '"';
		if (!block && !line)
			continue;
		size_t end =
			block ? sw_str_find(c->t, SW_STR("*/"), i + 2) : sw_str_chr(c->t, '\n', i);
		if (end == SW_NPOS && block)
			return fmt_fail_at(c, i, SW_ESYNTAX, "the comment does not end");
		end = end == SW_NPOS ? c->t.n : end + (block ? 2 : 0);
		for (; i < end; i++)
			if (p[i] != '\n')
				p[i] = ' ';
		i = end - 1;
	}
	return 0;
}

/* Comments become spaces, so that every place in the text stays where it was. */
int sw_jsonc_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	int rc = fmt_open(&c, a, text, err);
	if (rc)
		return rc;
	char *p = sw_arena_memdup(a, text.p ? text.p : "", text.n);
	if (!p)
		return fmt_full(&c);
	rc = blank_comments(&c, p);
	return rc ? rc : sw_json_parse(a, sw_str_make(p, text.n), 0, NULL, ret, NULL, err);
}
