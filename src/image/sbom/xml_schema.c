/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML Schema 1.0, the part that CycloneDX uses. Content models of XML Schema are deterministic: the
 * next element alone says which particle it belongs to, so that one pass without going back is
 * enough.
 */
#include <stdlib.h>

#include "doc/json.h"
#include "image/sbom/schema.h"

#define BOM_NS "http://cyclonedx.org/schema/bom/"
#define MAX_REFS (1u << 20)

/* What one schema declares: a version of CycloneDX, or one of its extensions. */
struct grammar {
	struct sw_str ns;
	struct sw_value types, simple, elements;
};

struct check {
	struct sw_schema *s;
	struct sw_value all; /* every schema by version or name space */
	struct sw_value spdx;
	struct grammar g; /* the one that the element at hand belongs to */
	unsigned depth;
	struct sw_str *refs; /* bom-ref of everything */
	uint32_t n_refs, cap_refs;
};

static bool check_element(struct check *c, const struct sw_xmltree *el, struct sw_value type);

static struct sw_value get(struct sw_value v, const char *name)
{
	return sw_object_gets(v, sw_str_from(name));
}

/* The schema of a name space; nothing is known of any other. */
static bool grammar_of(const struct check *c, struct sw_str ns, struct grammar *ret)
{
	struct sw_str name = ns;
	if (sw_str_starts(ns, SW_STR(BOM_NS)))
		name = sw_str_sub(ns, sizeof(BOM_NS) - 1, ns.n);
	struct sw_value rules = sw_object_gets(c->all, name);
	if (!sw_is(get(rules, "elements"), SW_OBJECT))
		return false;
	*ret = (struct grammar){
		ns, get(rules, "types"), get(rules, "simple"), get(rules, "elements")};
	return true;
}

static struct sw_str path_of(struct check *c, const struct sw_xmltree *el)
{
	struct sw_str names[SW_XMLTREE_DEPTH + 1];
	unsigned n = 0;
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	for (; el && n <= SW_XMLTREE_DEPTH; el = el->parent)
		names[n++] = el->name;
	while (n--)
		sw_buf_printf(&b, "/%.*s", (int)(names[n].n > 100 ? 100 : names[n].n), names[n].p);
	return sw_arena_str(c->s->arena, sw_buf_str(&b));
}

#define BAD(c, el, ...)                                                                            \
	({                                                                                         \
		if ((c)->s->n_problems < SW_SCHEMA_PROBLEMS)                                       \
			sw_schema_add((c)->s, path_of((c), (el)), (el)->line, __VA_ARGS__);        \
		false;                                                                             \
	})

/* ---- simple types ---- */

static bool is_integer(struct sw_str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	if (i == s.n)
		return false;
	for (; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool is_decimal(struct sw_str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), digits = 0;
	bool dot = false;
	for (; i < s.n; i++) {
		if (s.p[i] == '.' && !dot)
			dot = true;
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else
			return false;
	}
	return digits > 0;
}

static bool is_nonzero(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '1' && s.p[i] <= '9')
			return true;
	return false;
}

static bool is_base64(struct sw_str s)
{
	size_t n = 0, pad = 0;
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool alnum = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
			     (ch >= 'A' && ch <= 'Z');
		if (ch == ' ')
			continue;
		pad += ch == '=';
		if ((ch != '=' && (pad || !(alnum || ch == '+' || ch == '/'))) || pad > 2)
			return false;
		n++;
	}
	return n % 4 == 0;
}

/* What XML Schema lets through as anyURI is nearly everything: XLink escapes the rest. */
static bool is_any_uri(struct sw_str s)
{
	for (size_t i = 0; i + 1 <= s.n; i++) {
		static const char hex[] = "0123456789abcdefABCDEF";
		if (s.p[i] == '%' && (i + 2 >= s.n || !s.p[i + 1] || !s.p[i + 2] ||
					     !strchr(hex, s.p[i + 1]) || !strchr(hex, s.p[i + 2])))
			return false;
	}
	struct sw_str scheme =
		sw_str_sub(s, 0, sw_str_chr(s, ':', 0) == SW_NPOS ? 0 : sw_str_chr(s, ':', 0));
	return !(s.n && s.p[0] == ':') && !(scheme.n && sw_str_chr(scheme, ' ', 0) != SW_NPOS);
}

static bool builtin(struct sw_str name, struct sw_str s)
{
	bool minus = s.n && s.p[0] == '-';
	if (sw_str_is(name, "xs:dateTime"))
		return sw_format_xs_date_time(s);
	if (sw_str_is(name, "xs:date"))
		return sw_format_xs_date(s);
	if (sw_str_is(name, "xs:boolean"))
		return sw_str_is(s, "true") || sw_str_is(s, "false") || sw_str_is(s, "1") ||
		       sw_str_is(s, "0");
	if (sw_str_is(name, "xs:integer"))
		return is_integer(s);
	if (sw_str_is(name, "xs:nonNegativeInteger"))
		return is_integer(s) && (!minus || !is_nonzero(s));
	if (sw_str_is(name, "xs:positiveInteger"))
		return is_integer(s) && !minus && is_nonzero(s);
	if (sw_str_is(name, "xs:decimal"))
		return is_decimal(s);
	if (sw_str_is(name, "xs:base64Binary"))
		return is_base64(s);
	if (sw_str_is(name, "xs:anyURI"))
		return is_any_uri(s);
	return true; /* strings */
}

/* White space: a string keeps it, a normalizedString has blanks instead, all others are collapsed.
 */
static struct sw_str collapse(struct check *c, struct sw_str s, bool only_replace)
{
	bool blank = false, plain = true;
	for (size_t i = 0; i < s.n && plain; i++)
		plain = (unsigned char)s.p[i] > ' ';
	if (plain)
		return s;
	sw_autobuf b;
	sw_buf_init(&b, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		bool space = s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r';
		if (only_replace) {
			sw_buf_addch(&b, space ? ' ' : s.p[i]);
			continue;
		}
		if (space) {
			blank = b.n > 0;
			continue;
		}
		if (blank)
			sw_buf_addch(&b, ' ');
		blank = false;
		sw_buf_addch(&b, s.p[i]);
	}
	return b.n ? sw_arena_str(c->s->arena, sw_buf_str(&b)) : SW_STR("");
}

static struct sw_value named(struct check *c, struct sw_value type)
{
	struct sw_str name = sw_value_str(type);
	if (sw_str_starts(name, SW_STR("spdx:")))
		return sw_object_gets(c->spdx, sw_str_sub(name, 5, name.n));
	return sw_object_gets(c->g.simple, name);
}

static size_t characters(struct sw_str s)
{
	size_t n = 0;
	for (size_t at = 0; at < s.n; n++)
		sw_utf8_next(s, &at);
	return n;
}

static bool in_range(struct sw_value type, struct sw_str s)
{
	struct sw_value lo = get(type, "lo"), hi = get(type, "hi");
	if (!sw_defined(lo) && !sw_defined(hi))
		return true;
	if (s.n && s.p[0] == '+')
		s = sw_str_sub(s, 1, s.n);
	char text[64], *end;
	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	double v = strtod(text, &end);
	return (!sw_is(lo, SW_STRING) || v >= strtod(lo.u.s, NULL)) &&
	       (!sw_is(hi, SW_STRING) || v <= strtod(hi.u.s, NULL));
}

/* Facets of a restriction. `s` is normalised already. */
static bool facets(struct check *c, struct sw_value type, struct sw_str s)
{
	struct sw_value list = get(type, "e"), patterns = get(type, "p");
	int64_t n;
	bool found = !sw_is(list, SW_ARRAY);
	if (!found)
		sw_array_foreach (e, list)
			if ((found = sw_str_eq(sw_value_str(*e), s)))
				break;
	if (!found)
		return false;
	found = !sw_is(patterns, SW_ARRAY);
	if (!found)
		sw_array_foreach (p, patterns)
			if ((found = sw_schema_match(c->s, sw_value_str(*p), s, true)))
				break;
	return found && !(sw_value_int(get(type, "min"), &n) && (int64_t)characters(s) < n) &&
	       !(sw_value_int(get(type, "max"), &n) && (int64_t)characters(s) > n) &&
	       in_range(type, s);
}

/* The built-in type under a type, which says how white space is treated. */
static struct sw_str base_of(struct check *c, struct sw_value type)
{
	for (unsigned hops = 0; hops < 16; hops++) {
		if (sw_is(type, SW_STRING)) {
			if (sw_str_starts(sw_value_str(type), SW_STR("xs:")))
				return sw_value_str(type);
			type = named(c, type);
		} else {
			type = get(type, "b");
		}
	}
	return SW_STR("xs:token");
}

static bool simple(struct check *c, struct sw_value type, struct sw_str raw, unsigned depth)
{
	if (depth > 16 || !sw_schema_step(c->s, 1))
		return true;
	if (sw_is(type, SW_STRING)) {
		struct sw_str name = sw_value_str(type);
		if (!sw_str_starts(name, SW_STR("xs:")))
			return simple(c, named(c, type), raw, depth + 1);
		bool keep = sw_str_is(name, "xs:string") || sw_str_is(name, "xs:anyType");
		return builtin(name,
			keep ? raw : collapse(c, raw, sw_str_is(name, "xs:normalizedString")));
	}
	struct sw_value list = get(type, "u");
	if (sw_is(list, SW_ARRAY)) {
		sw_array_foreach (u, list)
			if (simple(c, *u, raw, depth + 1))
				return true;
		return false;
	}
	struct sw_str base = base_of(c, type);
	bool keep = sw_str_is(base, "xs:string");
	struct sw_str s = keep ? raw : collapse(c, raw, sw_str_is(base, "xs:normalizedString"));
	return simple(c, get(type, "b"), raw, depth + 1) && facets(c, type, s);
}

/* ---- elements ---- */

static bool ours(const struct check *c, const struct sw_xmltree *el)
{
	return sw_str_eq(el->ns, c->g.ns);
}

static bool check_attributes(struct check *c, const struct sw_xmltree *el, struct sw_value type)
{
	struct sw_value declared = get(type, "a");
	struct sw_str more =
		sw_value_getstr(type, "w"); /* which further ones: "any", "other" namespaces */
	bool ok = true;
	for (uint32_t i = 0; i < el->n_attrs; i++) {
		const struct sw_xmltree_attr *at = &el->attrs[i];
		struct sw_value rule = at->ns.n ? sw_undef() : sw_object_gets(declared, at->name);
		if (sw_str_is(at->ns, "http://www.w3.org/2001/XMLSchema-instance"))
			continue;
		if (sw_is(rule, SW_ARRAY) && !simple(c, sw_array_at(rule, 0), at->value, 0))
			ok = BAD(c, el, "attribute %.*s: \"%.*s\" is not allowed",
				SW_STR_ARG(at->name), (int)(at->value.n > 80 ? 80 : at->value.n),
				at->value.p);
		else if (!sw_is(rule, SW_ARRAY) && !sw_str_is(more, "any") &&
			 !(sw_str_is(more, "other") && at->ns.n && !sw_str_eq(at->ns, c->g.ns)))
			ok = BAD(c, el, "attribute %.*s is not allowed here",
				(int)(at->name.n > 80 ? 80 : at->name.n), at->name.p);
	}
	if (sw_is(declared, SW_OBJECT))
		sw_object_foreach (m, declared) {
			bool there = false;
			for (uint32_t i = 0; i < el->n_attrs && !there; i++)
				there = !el->attrs[i].ns.n &&
					sw_str_eq(el->attrs[i].name, sw_value_str(m->k));
			if (!there && sw_is_true(sw_array_at(m->v, 1)))
				ok = BAD(c, el, "attribute %.*s is missing",
					SW_STR_ARG(sw_value_str(m->k)));
		}
	return ok;
}

static int64_t times(struct sw_value particle, int from_end)
{
	int64_t n = 1;
	sw_value_int(sw_array_at(particle, (int64_t)particle.n - from_end), &n);
	return n < 0 ? INT64_MAX : n;
}

static char kind_of(struct sw_value particle)
{
	struct sw_str k = sw_value_str(sw_array_at(particle, 0));
	return k.n ? k.p[0] : '\0';
}

/* Can this particle begin with this element? */
static bool begins(struct check *c, struct sw_value p, const struct sw_xmltree *el)
{
	char kind = kind_of(p);
	if (!el)
		return false;
	if (kind == '*')
		return !ours(c, el) && el->ns.n;
	if (kind == 'e')
		return ours(c, el) && sw_str_eq(el->name, sw_value_str(sw_array_at(p, 1)));
	struct sw_value parts = sw_array_at(p, 1);
	sw_array_foreach (part, parts) {
		if (begins(c, *part, el))
			return true;
		if (kind == 's' && times(*part, 2) > 0)
			return false;
	}
	return false;
}

/* Nothing at all is enough for it. */
static bool may_be_empty(struct sw_value p)
{
	char kind = kind_of(p);
	if (times(p, 2) == 0)
		return true;
	if (kind != 's' && kind != 'c')
		return false;
	struct sw_value parts = sw_array_at(p, 1);
	bool all = true, some = parts.n == 0;
	sw_array_foreach (part, parts) {
		bool empty = may_be_empty(*part);
		all = all && empty;
		some = some || empty;
	}
	return kind == 's' ? all : some;
}

static void missing(struct check *c, const struct sw_xmltree *parent, struct sw_value p)
{
	char kind = kind_of(p);
	if (kind == 'e') {
		struct sw_str name = sw_value_str(sw_array_at(p, 1));
		(void)BAD(c, parent, "element %.*s is missing or in the wrong place",
			SW_STR_ARG(name));
		return;
	}
	struct sw_value parts = sw_array_at(p, 1);
	if (kind == 's')
		sw_array_foreach (part, parts)
			if (!may_be_empty(*part)) {
				missing(c, parent, *part);
				return;
			}
	(void)BAD(c, parent, "a required element is missing or in the wrong place");
}

/*
 * An element of another name space: by the schema that declares it, if one does; else only what is
 * declared inside of it.
 */
static bool check_lax(struct check *c, const struct sw_xmltree *el)
{
	struct grammar outer = c->g;
	struct sw_value declared;
	bool ok = true;
	if (c->depth > SW_XMLTREE_DEPTH || !sw_schema_step(c->s, 1))
		return true;
	if (grammar_of(c, el->ns, &c->g) &&
		sw_defined(declared = sw_object_gets(c->g.elements, el->name))) {
		ok = check_element(c, el, declared);
		c->g = outer;
		return ok;
	}
	c->g = outer;
	c->depth++;
	for (const struct sw_xmltree *at = el->first; at; at = at->next)
		ok = check_lax(c, at) && ok;
	c->depth--;
	return ok;
}

/* Takes what belongs to the particle off *at. False when something that must be there is not. */
static bool match(struct check *c, const struct sw_xmltree *parent, struct sw_value p,
	const struct sw_xmltree **at, bool *ok)
{
	char kind = kind_of(p);
	int64_t min = times(p, 2), max = times(p, 1), n = 0;
	for (; n < max && begins(c, p, *at) && sw_schema_step(c->s, 1); n++) {
		if (kind == 'e') {
			*ok = check_element(c, *at, sw_array_at(p, 2)) && *ok;
			*at = (*at)->next;
		} else if (kind == '*') {
			*ok = check_lax(c, *at) && *ok;
			*at = (*at)->next;
		} else {
			struct sw_value parts = sw_array_at(p, 1);
			sw_array_foreach (part, parts) {
				if (kind == 'c' && !begins(c, *part, *at))
					continue;
				if (!match(c, parent, *part, at, ok))
					return false;
				if (kind == 'c')
					break;
			}
		}
	}
	if (n >= min || may_be_empty(p))
		return true;
	missing(c, parent, p);
	*ok = false;
	return false;
}

static bool check_content(struct check *c, const struct sw_xmltree *el, struct sw_value type)
{
	struct sw_value content = get(type, "c");
	const struct sw_xmltree *at = el->first;
	bool ok = true;
	if (sw_str_trim(el->text).n && !sw_is_true(get(type, "m")))
		ok = BAD(c, el, "text is not allowed here");
	if (sw_is(content, SW_ARRAY) && !match(c, el, sw_array_at(content, 0), &at, &ok))
		return false;
	if (at)
		ok = BAD(c, at, "element %.*s is not allowed here",
			(int)(at->name.n > 80 ? 80 : at->name.n), at->name.p);
	return ok;
}

static bool check_text(struct check *c, const struct sw_xmltree *el, struct sw_value type)
{
	if (el->first)
		return BAD(c, el->first, "element %.*s is not allowed here",
			(int)(el->first->name.n > 80 ? 80 : el->first->name.n), el->first->name.p);
	if (!simple(c, type, el->text, 0))
		return BAD(c, el, "\"%.*s\" is not allowed",
			(int)(el->text.n > 80 ? 80 : el->text.n), el->text.p);
	return true;
}

static void note_ref(struct check *c, const struct sw_xmltree *el)
{
	struct sw_str ref = sw_xmltree_attr(el, "bom-ref");
	if (!ref.p)
		return;
	if (c->n_refs == c->cap_refs) {
		uint32_t cap = c->cap_refs ? c->cap_refs * 2 : 1024;
		struct sw_str *v = c->n_refs < MAX_REFS
					   ? sw_arena_grow(c->s->arena, c->refs,
						     c->cap_refs * sizeof(*v), cap * sizeof(*v))
					   : NULL;
		if (!v)
			return;
		c->refs = v;
		c->cap_refs = cap;
	}
	c->refs[c->n_refs++] = ref;
}

/* What a type's name stands for: "@name" an element's type, "bom:name" one of CycloneDX 1.1. */
static struct sw_value resolve(struct check *c, struct sw_value type)
{
	for (unsigned hops = 0; sw_is(type, SW_STRING) && hops < 16; hops++) {
		struct sw_str name = sw_value_str(type);
		if (sw_str_starts(name, SW_STR("bom:"))) {
			name = sw_str_sub(name, 4, name.n);
			grammar_of(c, SW_STR(BOM_NS "1.1"), &c->g);
		}
		struct sw_value t =
			name.n && name.p[0] == '@'
				? sw_object_gets(c->g.elements, sw_str_sub(name, 1, name.n))
				: sw_object_gets(c->g.types, name);
		if (!sw_defined(t))
			return sw_string(name);
		type = t;
	}
	return type;
}

static bool check_element(struct check *c, const struct sw_xmltree *el, struct sw_value type)
{
	struct grammar outer = c->g;
	bool ok;
	if (c->depth > SW_XMLTREE_DEPTH || c->s->error)
		return true;
	type = resolve(c, type);
	c->depth++;
	if (sw_is(type, SW_STRING)) {
		static const struct sw_object none;
		ok = sw_str_is(sw_value_str(type), "xs:anyType") || check_text(c, el, type);
		struct sw_value nothing = {.type = SW_OBJECT, .u.o = &none};
		ok = check_attributes(c, el, nothing) && ok;
	} else {
		struct sw_value t = get(type, "t");
		ok = check_attributes(c, el, type);
		ok = (sw_defined(t) ? check_text(c, el, t) : check_content(c, el, type)) && ok;
	}
	c->depth--;
	c->g = outer;
	return ok;
}

static int by_text(const void *x, const void *y)
{
	return sw_str_cmp(*(const struct sw_str *)x, *(const struct sw_str *)y);
}

/* xs:unique: no bom-ref twice, anywhere. */
static void check_unique(struct check *c, const struct sw_xmltree *root)
{
	for (const struct sw_xmltree *el = root; el;) {
		note_ref(c, el);
		if (el->first) {
			el = el->first;
			continue;
		}
		while (el && el != root && !el->next)
			el = el->parent;
		el = el && el != root ? el->next : NULL;
	}
	if (!c->n_refs)
		return;
	qsort(c->refs, c->n_refs, sizeof(*c->refs), by_text);
	for (uint32_t i = 1; i < c->n_refs; i++)
		if (sw_str_eq(c->refs[i - 1], c->refs[i]))
			(void)BAD(c, root, "bom-ref \"%.*s\" is there twice",
				(int)(c->refs[i].n > 100 ? 100 : c->refs[i].n), c->refs[i].p);
}

int sw_schema_xml(struct sw_schema *s, const struct sw_xmltree *root, struct sw_str version,
	struct sw_error *err)
{
	struct sw_value all = get(s->rules, "xml");
	struct check c = {.s = s, .all = all, .spdx = get(get(all, "spdx"), "simple")};
	if (sw_str_starts(version, SW_STR("http")) ||
		!grammar_of(
			&c, sw_arena_printf(s->arena, BOM_NS "%.*s", SW_STR_ARG(version)), &c.g))
		return sw_error_set(err, SW_EUNSUPPORTED,
			"CycloneDX has no XML of version \"%.*s\" that is known here",
			(int)(version.n > 40 ? 40 : version.n), version.p);
	s->err = err;
	if (!ours(&c, root) || !sw_str_is(root->name, "bom")) {
		(void)BAD(&c, root, "the element at the top is not bom of version %.*s",
			SW_STR_ARG(version));
		return 0;
	}
	check_element(&c, root, get(c.g.elements, "bom"));
	check_unique(&c, root);
	return s->error;
}
