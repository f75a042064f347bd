/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sbom/xml.h"

#include "base/buf.h"
#include "doc/xml.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"
#define MAX_BINDINGS 1024

struct binding {
	struct sw_str prefix, uri;
};

struct raw_attr {
	struct sw_str name, value;
};

struct parser {
	struct sw_arena *a;
	struct sw_str text;
	size_t at;
	struct sw_xmltree *root, *open;
	unsigned depth;
	uint32_t nodes, line;
	size_t line_at; /* place for which `line` holds */
	struct binding bindings[MAX_BINDINGS];
	uint32_t n_bindings, scope[SW_XMLTREE_DEPTH + 1];
	struct sw_buf buf; /* text of the element at hand, when it is in pieces */
	struct raw_attr raw[SW_XMLTREE_ATTRS];
	uint32_t n_raw;
	struct sw_error *err;
};

static uint32_t line_of(struct parser *p, size_t at)
{
	for (; p->line_at < at; p->line_at++)
		p->line += p->text.p[p->line_at] == '\n';
	return p->line;
}

static int fail(struct parser *p, const char *what)
{
	size_t start = p->at;
	while (start && p->text.p[start - 1] != '\n')
		start--;
	sw_error_set(p->err, SW_ESYNTAX, "%s", what);
	return sw_error_at(p->err, (struct sw_str){0}, line_of(p, p->at),
		(uint32_t)(p->at - start + 1), p->at);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool name_start(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	       c >= 0x80;
}

static bool name_char(unsigned char c)
{
	return name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool starts(struct parser *p, const char *what)
{
	return sw_str_starts(sw_str_sub(p->text, p->at, p->text.n), sw_str_from(what));
}

static void skip_space(struct parser *p)
{
	while (p->at < p->text.n && is_space(p->text.p[p->at]))
		p->at++;
}

static int take_name(struct parser *p, struct sw_str *ret)
{
	size_t from = p->at;
	if (p->at == p->text.n || !name_start((unsigned char)p->text.p[p->at]))
		return fail(p, "a name is expected");
	while (p->at < p->text.n && name_char((unsigned char)p->text.p[p->at]))
		p->at++;
	*ret = sw_str_sub(p->text, from, p->at);
	return 0;
}

static int skip_past(struct parser *p, const char *end, const char *what)
{
	size_t at = sw_str_find(p->text, sw_str_from(end), p->at);
	if (at == SW_NPOS)
		return fail(p, what);
	p->at = at + strlen(end);
	return 0;
}

/* ---- text ---- */

static bool allowed(uint32_t c)
{
	return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c <= 0xd7ff) ||
	       (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

static int reference(struct parser *p, struct sw_buf *out)
{
	uint32_t c;
	size_t end;
	if (!sw_xml_entity(p->text, p->at, &c, &end))
		return fail(p, "an entity that is not defined, or none at all");
	if (!allowed(c))
		return fail(p, "a reference to a character that XML does not allow");
	sw_buf_addrune(out, c);
	p->at = end;
	return 0;
}

/* Up to one of the bytes in `stop`; references are resolved, line ends become '\n'. */
static int take_text(struct parser *p, const char *stop, bool attribute, struct sw_buf *out)
{
	while (p->at < p->text.n && !strchr(stop, p->text.p[p->at])) {
		unsigned char c = (unsigned char)p->text.p[p->at];
		int rc;
		if (c == '&') {
			if ((rc = reference(p, out)) < 0)
				return rc;
			continue;
		}
		if (c < 0x20 && !is_space((char)c))
			return fail(p, "a control character");
		p->at++;
		if (c == '\r') {
			if (p->at < p->text.n && p->text.p[p->at] == '\n')
				p->at++;
			c = '\n';
		}
		sw_buf_addch(out, attribute && is_space((char)c) ? ' ' : (char)c);
	}
	/* strchr finds the NUL of `stop`, too */
	if (p->at < p->text.n && !p->text.p[p->at])
		return fail(p, "a NUL byte");
	return out->overflow ? sw_error_set(p->err, SW_ELIMIT, "a text that is too long") : 0;
}

/* ---- namespaces ---- */

static void split(struct sw_str qname, struct sw_str *prefix, struct sw_str *local)
{
	size_t colon = sw_str_chr(qname, ':', 0);
	*prefix = colon == SW_NPOS ? SW_STR("") : sw_str_sub(qname, 0, colon);
	*local = colon == SW_NPOS ? qname : sw_str_sub(qname, colon + 1, qname.n);
}

static int lookup(struct parser *p, struct sw_str prefix, struct sw_str *ret)
{
	if (sw_str_is(prefix, "xml")) {
		*ret = SW_STR(XML_NS);
		return 0;
	}
	for (uint32_t i = p->n_bindings; i > 0; i--)
		if (sw_str_eq(p->bindings[i - 1].prefix, prefix)) {
			*ret = p->bindings[i - 1].uri;
			return 0;
		}
	*ret = SW_STR("");
	return prefix.n ? fail(p, "a prefix without a namespace") : 0;
}

/* xmlns and xmlns:prefix of the attributes at hand. */
static int bind(struct parser *p)
{
	for (uint32_t i = 0; i < p->n_raw; i++) {
		struct sw_str prefix, local;
		split(p->raw[i].name, &prefix, &local);
		bool named = sw_str_is(prefix, "xmlns");
		if (!named && !sw_str_is(p->raw[i].name, "xmlns"))
			continue;
		if (p->n_bindings == MAX_BINDINGS)
			return sw_error_set(
				p->err, SW_ELIMIT, "more than %d namespaces", MAX_BINDINGS);
		if (named && (!local.n || !p->raw[i].value.n))
			return fail(p, "a prefix bound to nothing");
		p->bindings[p->n_bindings++] =
			(struct binding){named ? local : SW_STR(""), p->raw[i].value};
	}
	return 0;
}

static int resolve(struct parser *p, struct sw_xmltree *el, struct sw_str qname)
{
	struct sw_str prefix;
	int rc = bind(p);
	if (rc < 0)
		return rc;
	split(qname, &prefix, &el->name);
	if (!el->name.n || (rc = lookup(p, prefix, &el->ns)) < 0)
		return rc < 0 ? rc : fail(p, "a name that ends in a colon");
	el->attrs = sw_arena_new_array(p->a, p->n_raw, struct sw_xmltree_attr);
	if (!el->attrs)
		return sw_error_set(p->err, SW_ELIMIT, "no memory left for the document");
	for (uint32_t i = 0; i < p->n_raw; i++) {
		struct sw_xmltree_attr *at = &el->attrs[el->n_attrs];
		*at = (struct sw_xmltree_attr){.ns = SW_STR(""), .value = p->raw[i].value};
		split(p->raw[i].name, &prefix, &at->name);
		if (sw_str_is(prefix, "xmlns") || sw_str_is(p->raw[i].name, "xmlns"))
			continue;
		if (prefix.n && (rc = lookup(p, prefix, &at->ns)) < 0)
			return rc;
		for (uint32_t k = 0; k < el->n_attrs; k++)
			if (sw_str_eq(el->attrs[k].name, at->name) &&
				sw_str_eq(el->attrs[k].ns, at->ns))
				return fail(p, "the same attribute twice");
		el->n_attrs++;
	}
	return 0;
}

/* ---- elements ---- */

static int take_attributes(struct parser *p)
{
	int rc;
	p->n_raw = 0;
	for (;;) {
		size_t before = p->at;
		skip_space(p);
		if (p->at == p->text.n)
			return fail(p, "the document ends inside a tag");
		if (p->text.p[p->at] == '>' || p->text.p[p->at] == '/')
			return 0;
		if (p->at == before)
			return fail(p, "white space is expected before an attribute");
		if (p->n_raw == SW_XMLTREE_ATTRS)
			return sw_error_set(
				p->err, SW_ELIMIT, "more than %d attributes", SW_XMLTREE_ATTRS);
		struct raw_attr *r = &p->raw[p->n_raw++];
		if ((rc = take_name(p, &r->name)) < 0)
			return rc;
		skip_space(p);
		if (p->at == p->text.n || p->text.p[p->at++] != '=')
			return fail(p, "'=' is expected behind an attribute's name");
		skip_space(p);
		char quote = p->at < p->text.n ? p->text.p[p->at] : '\0';
		if (quote != '"' && quote != '\'')
			return fail(p, "an attribute's value without quotes");
		p->at++;
		sw_autobuf value;
		sw_buf_init(&value, 16 << 20);
		if ((rc = take_text(p, quote == '"' ? "\"<" : "'<", true, &value)) < 0)
			return rc;
		if (p->at == p->text.n || p->text.p[p->at] != quote)
			return fail(p, "an attribute's value that does not end");
		p->at++;
		r->value = value.n ? sw_arena_str(p->a, sw_buf_str(&value)) : SW_STR("");
		if (!r->value.p)
			return sw_error_set(p->err, SW_ELIMIT, "no memory left for the document");
	}
}

static void append(struct sw_xmltree *parent, struct sw_xmltree *el)
{
	el->parent = parent;
	if (!parent)
		return;
	if (parent->last)
		parent->last->next = el;
	else
		parent->first = el;
	parent->last = el;
	parent->n_children++;
}

/* What was read of the open element's own text goes to it. */
static int flush(struct parser *p)
{
	struct sw_xmltree *el = p->open;
	if (!p->buf.n)
		return 0;
	if (el->text.n) {
		size_t n = el->text.n + p->buf.n;
		char *both = sw_arena_grow(p->a, (void *)(uintptr_t)el->text.p, el->text.n, n);
		if (both)
			memcpy(both + el->text.n, p->buf.p, p->buf.n);
		el->text = sw_str_make(both, n);
	} else {
		el->text = sw_arena_str(p->a, sw_buf_str(&p->buf));
	}
	sw_buf_clear(&p->buf);
	return el->text.p ? 0 : sw_error_set(p->err, SW_ELIMIT, "no memory left for the document");
}

static int open_tag(struct parser *p)
{
	struct sw_str qname;
	int rc;
	struct sw_xmltree *el = sw_arena_new(p->a, struct sw_xmltree);
	if (!el || ++p->nodes > SW_XMLTREE_NODES)
		return sw_error_set(p->err, SW_ELIMIT, "the document has too many elements");
	el->line = line_of(p, p->at);
	el->text = SW_STR("");
	p->at++;
	if (p->depth == SW_XMLTREE_DEPTH)
		return sw_error_set(
			p->err, SW_ELIMIT, "elements nested more than %d deep", SW_XMLTREE_DEPTH);
	if (!p->open && p->root)
		return fail(p, "a second element at the top");
	if ((p->open && (rc = flush(p)) < 0) || (rc = take_name(p, &qname)) < 0 ||
		(rc = take_attributes(p)) < 0)
		return rc;
	p->scope[p->depth] = p->n_bindings;
	if ((rc = resolve(p, el, qname)) < 0)
		return rc;
	append(p->open, el);
	if (!p->root)
		p->root = el;
	bool empty = p->text.p[p->at] == '/';
	p->at += empty;
	if (p->at == p->text.n || p->text.p[p->at++] != '>')
		return fail(p, "'>' is expected");
	if (empty) {
		p->n_bindings = p->scope[p->depth];
		return 0;
	}
	p->open = el;
	p->depth++;
	return 0;
}

static int close_tag(struct parser *p)
{
	struct sw_str qname, prefix, local, ns;
	int rc;
	p->at += 2;
	if (!p->open)
		return fail(p, "an end without a beginning");
	if ((rc = flush(p)) < 0 || (rc = take_name(p, &qname)) < 0)
		return rc;
	split(qname, &prefix, &local);
	if ((rc = lookup(p, prefix, &ns)) < 0)
		return rc;
	if (!sw_str_eq(local, p->open->name) || !sw_str_eq(ns, p->open->ns))
		return fail(p, "the end of another element than the one that is open");
	skip_space(p);
	if (p->at == p->text.n || p->text.p[p->at++] != '>')
		return fail(p, "'>' is expected");
	p->open = p->open->parent;
	p->n_bindings = p->scope[--p->depth];
	return 0;
}

static int cdata(struct parser *p)
{
	size_t from = p->at + 9;
	p->at = from;
	int rc = skip_past(p, "]]>", "a CDATA section that does not end");
	if (rc < 0)
		return rc;
	if (!p->open)
		return fail(p, "text outside of the element at the top");
	sw_buf_addstr(&p->buf, sw_str_sub(p->text, from, p->at - 3));
	return 0;
}

static int markup(struct parser *p)
{
	if (starts(p, "<!--")) {
		p->at += 4;
		return skip_past(p, "-->", "a comment that does not end");
	}
	if (starts(p, "<![CDATA["))
		return cdata(p);
	if (starts(p, "<?"))
		return skip_past(p, "?>", "a processing instruction that does not end");
	if (starts(p, "<!")) {
		fail(p, "document type declarations are not read");
		p->err->code = SW_EUNSUPPORTED;
		return -SW_EUNSUPPORTED;
	}
	return starts(p, "</") ? close_tag(p) : open_tag(p);
}

static int content(struct parser *p)
{
	int rc;
	if (p->text.p[p->at] == '<')
		return markup(p);
	if (!p->open) {
		skip_space(p);
		return p->at == p->text.n || p->text.p[p->at] == '<'
			       ? 0
			       : fail(p, "text outside of the element at the top");
	}
	size_t before = p->at;
	if ((rc = take_text(p, "<", false, &p->buf)) < 0)
		return rc;
	return p->at == before ? fail(p, "a NUL byte") : 0;
}

/* UTF-8 only; the declaration may not say anything else. */
static int check_encoding(struct parser *p)
{
	struct sw_str head;
	if (sw_str_starts(p->text, SW_STR("\xef\xbb\xbf")))
		p->at = 3;
	else if (sw_str_starts(p->text, SW_STR("\xff\xfe")) ||
		 sw_str_starts(p->text, SW_STR("\xfe\xff")))
		return sw_error_set(p->err, SW_EUNSUPPORTED, "only UTF-8 is read, not UTF-16");
	if (!starts(p, "<?xml") || p->at + 5 == p->text.n || !is_space(p->text.p[p->at + 5]))
		return 0;
	size_t end = sw_str_find(p->text, SW_STR("?>"), p->at);
	head = sw_str_sub(p->text, p->at, end == SW_NPOS ? p->text.n : end);
	size_t at = sw_str_find(head, SW_STR("encoding"), 0);
	if (at == SW_NPOS)
		return 0;
	struct sw_str rest = sw_str_sub(head, at + 8, head.n);
	while (rest.n && (is_space(rest.p[0]) || strchr("=\"'", rest.p[0])))
		rest = sw_str_sub(rest, 1, rest.n);
	size_t n = 0;
	while (n < rest.n && !is_space(rest.p[n]) && rest.p[n] != '"' && rest.p[n] != '\'')
		n++;
	rest = sw_str_sub(rest, 0, n);
	if (sw_str_ieq(rest, SW_STR("utf-8")) || sw_str_ieq(rest, SW_STR("us-ascii")) ||
		sw_str_ieq(rest, SW_STR("utf8")))
		return 0;
	return sw_error_set(p->err, SW_EUNSUPPORTED, "only UTF-8 is read, not %.*s",
		(int)(n > 40 ? 40 : n), rest.p);
}

static bool is_utf8(struct sw_str s)
{
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		if (sw_utf8_next(s, &at) == 0xfffd && at - from != 3)
			return false;
	}
	return true;
}

int sw_xmltree_parse(
	struct sw_arena *a, struct sw_str text, struct sw_xmltree **ret, struct sw_error *err)
{
	struct parser *p = sw_arena_new(a, struct parser);
	struct sw_error own;
	if (!p)
		return sw_error_set(err, SW_ELIMIT, "no memory left for the document");
	p->a = a;
	p->text = text;
	p->line = 1;
	p->err = err ? err : &own;
	sw_buf_init(&p->buf, 256 << 20);
	int rc = check_encoding(p);
	if (rc == 0 && !is_utf8(text))
		rc = fail(p, "the document is not UTF-8");
	while (rc == 0 && p->at < text.n)
		rc = content(p);
	if (rc == 0 && (p->open || !p->root))
		rc = fail(p, p->open ? "the document ends inside an element"
				     : "the document has no element");
	sw_buf_release(&p->buf);
	if (rc == 0)
		*ret = p->root;
	return rc;
}

const struct sw_xmltree *sw_xmltree_next(const struct sw_xmltree *at, const char *name)
{
	while (at && !sw_str_is(at->name, name))
		at = at->next;
	return at;
}

struct sw_str sw_xmltree_text(const struct sw_xmltree *parent, const char *child)
{
	const struct sw_xmltree *el = sw_xmltree_child(parent, child);
	return el ? sw_str_trim(el->text) : SW_STR("");
}

struct sw_str sw_xmltree_attr(const struct sw_xmltree *el, const char *name)
{
	for (uint32_t i = 0; el && i < el->n_attrs; i++)
		if (!el->attrs[i].ns.n && sw_str_is(el->attrs[i].name, name))
			return el->attrs[i].value;
	return (struct sw_str){0};
}
