/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML, in the shape that conftest gives it: an element is the text in it, or an object of its
 * children by local name (several of one name are a list), its attributes as "-name" and its text
 * as "#content". What is no XML is an error here; conftest takes what it read until then. Document
 * types are passed over: no entity but the five of XML and character references is known.
 */
#include "doc/formats/impl.h"

static bool name_byte(int b)
{
	return b > 0x7f || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
	       (b >= '0' && b <= '9') || b == '_' || b == ':' || b == '-' || b == '.';
}

static bool space(int b)
{
	return b == ' ' || b == '\t' || b == '\n' || b == '\r';
}

static void skip_space(struct fmt_cursor *c)
{
	while (space(fmt_peek(c, 0)))
		c->at++;
}

static int qualified(struct fmt_cursor *c, struct sw_str *ret)
{
	size_t from = c->at;
	while (name_byte(fmt_peek(c, 0)))
		c->at++;
	*ret = sw_str_sub(c->t, from, c->at);
	return ret->n ? 0 : fmt_fail(c, "a name is missing");
}

static struct sw_str local(struct sw_str name)
{
	size_t colon = sw_str_chr(name, ':', 0);
	return colon == SW_NPOS ? name : sw_str_sub(name, colon + 1, name.n);
}

static int skip_past(struct fmt_cursor *c, const char *end)
{
	size_t at = sw_str_find(c->t, sw_str_from(end), c->at);
	if (at == SW_NPOS)
		return fmt_fail(c, "%s is missing", end);
	c->at = at + strlen(end);
	return 0;
}

/* <!DOCTYPE …>, with what it holds in brackets. */
static int skip_declaration(struct fmt_cursor *c)
{
	int depth = 0;
	for (; !fmt_end(c); c->at++) {
		int b = fmt_peek(c, 0);
		depth += (b == '[' || b == '<') - (b == ']' || b == '>');
		if (b == '>' && depth <= 0) {
			c->at++;
			return 0;
		}
	}
	return fmt_fail(c, "the declaration does not end");
}

/* A comment, an instruction or a declaration. 1: something was passed over. */
static int skip_other(struct fmt_cursor *c)
{
	int r = fmt_starts(c, "<!--")				     ? skip_past(c, "-->")
		: fmt_starts(c, "<?")				     ? skip_past(c, "?>")
		: fmt_starts(c, "<!") && !fmt_starts(c, "<![CDATA[") ? skip_declaration(c)
								     : 1;
	return r < 0 ? r : !r;
}

static int reference(struct fmt_cursor *c, struct sw_buf *out)
{
	static const struct {
		const char *name;
		char is;
	} known[] = {
		{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!fmt_starts(c, known[i].name))
			continue;
		sw_buf_addch(out, known[i].is);
		c->at += strlen(known[i].name);
		return 0;
	}
	size_t end = sw_str_chr(c->t, ';', c->at);
	struct sw_str s = end == SW_NPOS ? (struct sw_str){0} : sw_str_sub(c->t, c->at + 1, end);
	bool hex = s.n > 1 && (s.p[1] == 'x' || s.p[1] == 'X');
	uint32_t v = 0;
	if (s.n < 2 || s.n > 10 || s.p[0] != '#')
		return fmt_fail(c, "an unknown entity");
	for (size_t i = hex ? 2 : 1; i < s.n; i++) {
		int b = s.p[i] | 32, d = b >= '0' && b <= '9'	       ? b - '0'
					 : hex && b >= 'a' && b <= 'f' ? b - 'a' + 10
								       : 99;
		if (d > (hex ? 15 : 9) || v > 0x10ffff)
			return fmt_fail(c, "an unknown character");
		v = v * (hex ? 16 : 10) + (uint32_t)d;
	}
	if (!v || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		return fmt_fail(c, "an unknown character");
	c->at = end + 1;
	if (v < 0x80) {
		sw_buf_addch(out, (char)v);
	} else if (v < 0x800) {
		sw_buf_addch(out, (char)(0xc0 | v >> 6));
		sw_buf_addch(out, (char)(0x80 | (v & 63)));
	} else {
		if (v < 0x10000) {
			sw_buf_addch(out, (char)(0xe0 | v >> 12));
		} else {
			sw_buf_addch(out, (char)(0xf0 | v >> 18));
			sw_buf_addch(out, (char)(0x80 | (v >> 12 & 63)));
		}
		sw_buf_addch(out, (char)(0x80 | (v >> 6 & 63)));
		sw_buf_addch(out, (char)(0x80 | (v & 63)));
	}
	return 0;
}

struct members {
	struct sw_map map;
	struct {
		struct sw_str name;
		struct sw_list items;
		uint32_t n;
		struct sw_value first;
	} * v;
	uint32_t n, cap;
};

static int add(struct fmt_cursor *c, struct members *m, struct sw_str name, struct sw_value v)
{
	uint32_t i = m->n;
	while (i-- > 0)
		if (sw_str_eq(m->v[i].name, name))
			break;
	if (i == UINT32_MAX) {
		if (m->n == m->cap) {
			uint32_t cap = m->cap ? m->cap * 2 : 8;
			m->v = sw_arena_grow(
				c->a, m->v, m->cap * sizeof(*m->v), cap * sizeof(*m->v));
			m->cap = cap;
		}
		if (!m->v)
			return fmt_full(c);
		i = m->n++;
		m->v[i].name = name;
		m->v[i].n = 0;
		m->v[i].first = v;
		sw_list_init(&m->v[i].items, c->a);
	}
	m->v[i].n++;
	return sw_list_add(&m->v[i].items, v) < 0 ? fmt_full(c) : 0;
}

static int finish(
	struct fmt_cursor *c, struct members *m, const struct sw_buf *text, struct sw_value *ret)
{
	struct sw_value content;
	struct sw_buf cut = *text;
	struct sw_str s = sw_str_trim(sw_buf_str(text));
	cut.p = (char *)s.p;
	cut.n = s.n;
	int r = fmt_string(c, &cut, &content);
	if (r < 0)
		return r;
	*ret = content;
	if (!m->n)
		return 0;
	sw_map_init(&m->map, c->a);
	if (s.n && sw_map_add(&m->map, sw_string(SW_STR("#content")), content) < 0)
		return fmt_full(c);
	for (uint32_t i = 0; i < m->n; i++) {
		struct sw_value v = m->v[i].n == 1 ? m->v[i].first : sw_list_array(&m->v[i].items);
		if (sw_map_add(&m->map, sw_string(m->v[i].name), v) < 0)
			return fmt_full(c);
	}
	*ret = sw_map_object(&m->map);
	return sw_defined(*ret) ? 0 : fmt_full(c);
}

static int attribute(struct fmt_cursor *c, struct members *m)
{
	sw_autobuf text = {0}, key = {0};
	struct sw_str name;
	struct sw_value v, k;
	int r = qualified(c, &name);
	if (r < 0)
		return r;
	skip_space(c);
	if (!fmt_take(c, '='))
		return fmt_fail(c, "an attribute without a value");
	skip_space(c);
	int quote = fmt_peek(c, 0);
	if (quote != '"' && quote != '\'')
		return fmt_fail(c, "a value without quotes");
	c->at++;
	sw_buf_init(&text, SW_FORMAT_MAX);
	sw_buf_init(&key, SW_FORMAT_MAX);
	while (r == 0 && fmt_peek(c, 0) != quote) {
		if (fmt_end(c) || fmt_peek(c, 0) == '<')
			return fmt_fail(c, "the value does not end");
		if (fmt_peek(c, 0) == '&')
			r = reference(c, &text);
		else
			sw_buf_addch(&text, c->t.p[c->at++]);
	}
	c->at++;
	sw_buf_addch(&key, '-');
	sw_buf_addstr(&key, local(name));
	if (r == 0)
		r = fmt_string(c, &text, &v);
	if (r == 0)
		r = fmt_string(c, &key, &k);
	return r < 0 ? r : add(c, m, sw_value_str(k), v);
}

static int element(struct fmt_cursor *c, struct sw_str *ret_name, struct sw_value *ret);

/* Of several pieces of text the last one counts. */
static int content(struct fmt_cursor *c, struct members *m, struct sw_buf *text)
{
	bool in_text = false;
	for (;;) {
		bool was = in_text;
		in_text = false;
		if (fmt_end(c))
			return fmt_fail(c, "an element does not end");
		if (fmt_starts(c, "</"))
			return 0;
		int r = 0;
		if (fmt_starts(c, "<![CDATA[")) {
			size_t from = c->at + 9;
			r = skip_past(c, "]]>");
			sw_buf_clear(text);
			if (r == 0)
				sw_buf_addstr(text, sw_str_sub(c->t, from, c->at - 3));
		} else if (fmt_peek(c, 0) == '<') {
			struct sw_str name;
			struct sw_value v;
			r = skip_other(c);
			if (r == 0)
				r = element(c, &name, &v);
			else if (r > 0)
				continue;
			if (r == 0)
				r = add(c, m, name, v);
		} else {
			if (!was)
				sw_buf_clear(text);
			in_text = true;
			if (fmt_peek(c, 0) == '&')
				r = reference(c, text);
			else
				sw_buf_addch(text, c->t.p[c->at++]);
		}
		if (r < 0)
			return r;
	}
}

/* At "<". Recursion: fmt_enter() bounds it. */
static int element(struct fmt_cursor *c, struct sw_str *ret_name, struct sw_value *ret)
{
	struct members m = {0};
	struct sw_str name, end;
	sw_autobuf text;
	sw_buf_init(&text, SW_FORMAT_MAX);
	c->at++;
	int r = fmt_enter(c);
	if (r == 0)
		r = qualified(c, &name);
	for (skip_space(c); r == 0 && name_byte(fmt_peek(c, 0)); skip_space(c))
		r = attribute(c, &m);
	if (r < 0)
		return r;
	if (fmt_starts(c, "/>")) {
		c->at += 2;
	} else {
		if (!fmt_take(c, '>'))
			return fmt_fail(c, "a tag does not end");
		if ((r = content(c, &m, &text)) < 0)
			return r;
		c->at += 2;
		if ((r = qualified(c, &end)) < 0)
			return r;
		skip_space(c);
		if (!sw_str_eq(end, name) || !fmt_take(c, '>'))
			return fmt_fail(c, "<%.*s> ends with another name", SW_STR_ARG(name));
	}
	c->depth--;
	*ret_name = local(name);
	return finish(c, &m, &text, ret);
}

int sw_xml_parse(struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct members m = {0};
	sw_autobuf none;
	int r = fmt_open(&c, a, text, err);
	sw_buf_init(&none, 16);
	for (;;) {
		skip_space(&c);
		if (r < 0 || fmt_end(&c))
			break;
		struct sw_str name;
		struct sw_value v;
		if (fmt_peek(&c, 0) != '<')
			return fmt_fail(&c, "text outside of the element");
		r = skip_other(&c);
		if (r == 0 && !m.n)
			r = element(&c, &name, &v);
		else if (r == 0)
			return fmt_fail(&c, "a second element");
		else if (r > 0) {
			r = 0;
			continue;
		}
		if (r == 0)
			r = add(&c, &m, name, v);
	}
	if (r == 0 && !m.n)
		return fmt_fail(&c, "there is no element");
	return r < 0 ? r : finish(&c, &m, &none, ret);
}
