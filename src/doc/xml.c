/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/xml.h"

void sw_xml_init(struct sw_xml *x, struct sw_arena *a, struct sw_str text)
{
	*x = (struct sw_xml){.a = a, .text = text};
	if (sw_str_starts(text, SW_STR("\xef\xbb\xbf")))
		x->at = 3;
}

/* Counted when asked: only errors need it. */
static uint32_t line_of(const struct sw_xml *x)
{
	uint32_t line = 1;
	size_t end = x->at < x->text.n ? x->at : x->text.n, at = 0;
	struct sw_str seen = sw_str_sub(x->text, 0, end);
	while ((at = sw_str_chr(seen, '\n', at)) != SW_NPOS) {
		line++;
		at++;
	}
	return line;
}

static int fail(struct sw_xml *x, enum sw_errcode code, struct sw_error *err, const char *what)
{
	int rc = sw_error_set(err, code, "XML: %s", what);
	if (err)
		sw_error_at(err, SW_STR(""), line_of(x), 0, x->at);
	return rc;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct sw_xml *x)
{
	while (x->at < x->text.n && space(x->text.p[x->at]))
		x->at++;
}

static bool at(const struct sw_xml *x, const char *what)
{
	size_t n = strlen(what);
	return x->text.n - x->at >= n && memcmp(x->text.p + x->at, what, n) == 0;
}

static bool name_end(char c)
{
	return space(c) || c == '>' || c == '/' || c == '=' || c == '<' || c == '"' || c == '\'' ||
	       c == '&' || c == '\0';
}

static struct sw_str read_name(struct sw_xml *x)
{
	size_t start = x->at;
	while (x->at < x->text.n && !name_end(x->text.p[x->at]))
		x->at++;
	return sw_str_sub(x->text, start, x->at);
}

static struct sw_str local(struct sw_str name)
{
	size_t colon = sw_str_chr(name, ':', 0);
	return colon == SW_NPOS ? name : sw_str_sub(name, colon + 1, name.n);
}

bool sw_xml_entity(struct sw_str s, size_t i, uint32_t *ret, size_t *ret_end)
{
	static const struct {
		const char *name;
		char c;
	} named[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
	size_t end = sw_str_chr(s, ';', i);
	if (end == SW_NPOS || end - i > 12)
		return false;
	struct sw_str e = sw_str_sub(s, i + 1, end);
	for (size_t k = 0; k < 5; k++)
		if (sw_str_is(e, named[k].name)) {
			*ret = (unsigned char)named[k].c;
			*ret_end = end + 1;
			return true;
		}
	if (e.n < 2 || e.p[0] != '#')
		return false;
	bool hex = e.p[1] == 'x';
	uint32_t v = 0;
	for (size_t k = hex ? 2 : 1; k < e.n; k++) {
		char c = (char)(e.p[k] | 32);
		unsigned d = e.p[k] >= '0' && e.p[k] <= '9' ? (unsigned)(e.p[k] - '0')
			     : hex && c >= 'a' && c <= 'f'  ? (unsigned)(c - 'a' + 10)
							    : 99;
		if (d == 99 || v > 0x10ffff)
			return false;
		v = v * (hex ? 16 : 10) + d;
	}
	*ret = v;
	*ret_end = end + 1;
	return true;
}

static struct sw_str decoded(struct sw_xml *x, struct sw_str s)
{
	if (!s.n || !memchr(s.p, '&', s.n))
		return s;
	char *out = sw_arena_alloc(x->a, s.n + 4);
	size_t n = 0;
	for (size_t i = 0; out && i < s.n;) {
		uint32_t cp;
		size_t end;
		if (s.p[i] == '&' && sw_xml_entity(s, i, &cp, &end)) {
			n += sw_utf8_put(out + n, cp); /* never longer than the entity */
			i = end;
		} else {
			out[n++] = s.p[i++];
		}
	}
	return sw_str_make(out, out ? n : 0);
}

static int attributes(struct sw_xml *x, struct sw_error *err)
{
	x->n_attributes = 0;
	for (;;) {
		skip_space(x);
		if (x->at >= x->text.n)
			return fail(x, SW_ESYNTAX, err, "the text ends inside an element");
		char c = x->text.p[x->at];
		if (c == '>' || c == '/')
			return 0;
		struct sw_str name = read_name(x);
		skip_space(x);
		if (!name.n || x->at >= x->text.n || x->text.p[x->at] != '=')
			return fail(x, SW_ESYNTAX, err, "an attribute without '='");
		x->at++;
		skip_space(x);
		char quote = x->at < x->text.n ? x->text.p[x->at] : 0;
		if (quote != '"' && quote != '\'')
			return fail(x, SW_ESYNTAX, err, "an attribute without quotes");
		size_t end = sw_str_chr(x->text, quote, x->at + 1);
		if (end == SW_NPOS)
			return fail(x, SW_ESYNTAX, err, "an attribute that does not end");
		if (x->n_attributes == SW_XML_ATTRIBUTES)
			return fail(x, SW_ELIMIT, err, "more than 64 attributes in one element");
		x->attributes[x->n_attributes++] = (struct sw_xml_attribute){
			local(name), decoded(x, sw_str_sub(x->text, x->at + 1, end))};
		x->at = end + 1;
	}
}

static int open_element(struct sw_xml *x, struct sw_error *err)
{
	x->at++;
	struct sw_str name = read_name(x);
	if (!name.n)
		return fail(x, SW_ESYNTAX, err, "an element without a name");
	if (!x->depth && x->seen_root)
		return fail(x, SW_ESYNTAX, err, "a second root element");
	if (x->depth == SW_XML_DEPTH)
		return fail(x, SW_ELIMIT, err, "elements nested more than 128 deep");
	int rc = attributes(x, err);
	if (rc)
		return rc;
	x->close_next = x->text.p[x->at] == '/';
	x->at += x->close_next;
	if (x->at >= x->text.n || x->text.p[x->at] != '>')
		return fail(x, SW_ESYNTAX, err, "an element without '>'");
	x->at++;
	x->seen_root = true;
	x->open[x->depth++] = name;
	x->name = local(name);
	return x->kind = SW_XML_OPEN;
}

static int close_element(struct sw_xml *x, struct sw_error *err)
{
	x->at += 2;
	struct sw_str name = read_name(x);
	skip_space(x);
	if (!x->depth || !sw_str_eq(name, x->open[x->depth - 1]))
		return fail(x, SW_ESYNTAX, err, "an element is closed that is not the open one");
	if (x->at >= x->text.n || x->text.p[x->at] != '>')
		return fail(x, SW_ESYNTAX, err, "an element's end without '>'");
	x->at++;
	x->depth--;
	x->name = local(name);
	return x->kind = SW_XML_CLOSE;
}

/* Past `end`; false when it is not there. */
static bool skip_to(struct sw_xml *x, const char *end)
{
	size_t i = sw_str_find(x->text, sw_str_from(end), x->at);
	if (i == SW_NPOS)
		return false;
	x->at = i + strlen(end);
	return true;
}

/* Comments, instructions, document types. 1: something was passed over. */
static int pass_over(struct sw_xml *x, struct sw_error *err)
{
	if (at(x, "<!--"))
		return skip_to(x, "-->") ? 1
					 : fail(x, SW_ESYNTAX, err, "a comment that does not end");
	if (at(x, "<?"))
		return skip_to(x, "?>")
			       ? 1
			       : fail(x, SW_ESYNTAX, err, "an instruction that does not end");
	if (at(x, "<!DOCTYPE")) {
		size_t end = sw_str_chr(x->text, '>', x->at),
		       subset = sw_str_chr(x->text, '[', x->at);
		if (end == SW_NPOS || subset < end)
			return fail(x, SW_EUNSUPPORTED, err,
				"a document type with declarations of its own");
		x->at = end + 1;
		return 1;
	}
	return 0;
}

int sw_xml_next(struct sw_xml *x, struct sw_error *err)
{
	if (x->close_next) {
		x->close_next = false;
		x->name = local(x->open[--x->depth]);
		x->n_attributes = 0;
		return x->kind = SW_XML_CLOSE;
	}
	for (;;) {
		if (!x->depth)
			skip_space(x);
		if (x->at >= x->text.n) {
			if (x->depth)
				return fail(x, SW_ESYNTAX, err, "the text ends inside an element");
			return x->kind = SW_XML_END;
		}
		int rc = pass_over(x, err);
		if (rc < 0)
			return rc;
		if (rc)
			continue;
		if (at(x, "<![CDATA[")) {
			size_t start = x->at + 9;
			if (!x->depth || !skip_to(x, "]]>"))
				return fail(x, SW_ESYNTAX, err, "a CDATA section out of place");
			x->content = sw_str_sub(x->text, start, x->at - 3);
			return x->kind = SW_XML_TEXT;
		}
		if (at(x, "</"))
			return close_element(x, err);
		if (x->text.p[x->at] == '<')
			return open_element(x, err);
		if (!x->depth)
			return fail(x, SW_ESYNTAX, err, "text outside of the root element");
		size_t end = sw_str_chr(x->text, '<', x->at);
		x->content = decoded(x, sw_str_sub(x->text, x->at, end));
		x->at = end == SW_NPOS ? x->text.n : end;
		return x->kind = SW_XML_TEXT;
	}
}

int sw_xml_text(struct sw_xml *x, struct sw_str *ret, struct sw_error *err)
{
	uint32_t depth = x->depth;
	*ret = SW_STR("");
	for (;;) {
		int k = sw_xml_next(x, err);
		if (k < 0)
			return k;
		if (k == SW_XML_TEXT && !ret->n)
			*ret = sw_str_trim(x->content);
		if (k == SW_XML_CLOSE && x->depth < depth)
			return 0;
	}
}

struct sw_str sw_xml_get(const struct sw_xml *x, const char *attribute)
{
	for (uint32_t i = 0; i < x->n_attributes; i++)
		if (sw_str_is(x->attributes[i].name, attribute))
			return x->attributes[i].value;
	return SW_STR("");
}
