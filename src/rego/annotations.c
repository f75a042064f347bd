/* SPDX-License-Identifier: Apache-2.0 */
/*
 * # METADATA blocks: YAML in comments, what OPA makes of it, and which rule or package each belongs to.
 * Texts of errors are OPA's, go-yaml's where the YAML itself is broken.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/yaml.h"
#include "doc/yaml_goerror.h"
#include "rego/annotations.h"

#define YAML_DEPTH 64
#define YAML_NODES 100000

#define TYPE_ERRORS 64

/* A value of another type than the annotation's. */
struct type_fault {
	uint32_t line, order; /* go-yaml finds them in the order of the text, what is of one line by its own */
	struct sw_str text;
};

struct block {
	struct parser *p;
	const struct sw_rego_comment *comments; /* behind the METADATA line */
	uint32_t n_comments;
	struct sw_rego_loc loc; /* of the METADATA line, or of what is wrong */
	struct sw_str yaml;
	struct sw_source src; /* the same, with lines */
	struct sw_value root;
	struct type_fault errors[TYPE_ERRORS];
	uint32_t n_errors;
	struct sw_span at; /* the document in the YAML */
	bool failed;
};

static void fail(struct block *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct block *b, const char *fmt, ...)
{
	sw_autobuf text = {0};
	va_list ap;
	if (b->failed)
		return;
	b->failed = true;
	sw_buf_init(&text, 1 << 20);
	va_start(ap, fmt);
	sw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	p_error(b->p, &b->loc, "%.*s", SW_STR_ARG(sw_buf_str(&text)));
}

/* ---- errors of the YAML ---- */

/* A hint where a colon is followed by something that is no YAML space. */
static void add_hints(struct block *b, struct sw_buf *out)
{
	for (uint32_t i = 0; i < b->n_comments; i++) {
		struct sw_str rest = b->comments[i].text, part;
		bool first = true;
		sw_autobuf bad;
		sw_buf_init(&bad, 4096);
		while (sw_str_split(&rest, ':', &part)) {
			size_t pos = 0;
			if (first) {
				first = false;
				continue;
			}
			if ((!part.n && !rest.p) || (part.n && (part.p[0] == ' ' || part.p[0] == '\t')))
				break;
			uint32_t cp = part.n ? sw_utf8_next(part, &pos) : 0xFFFD;
			if (cp < 0x7F && cp >= 0x20)
				sw_buf_printf(&bad, "%s'%c'", bad.n ? " " : "", (int)cp);
			else
				sw_buf_printf(&bad, cp > 0xFFFF ? "%s'\\U%08x'" : "%s'\\u%04x'", bad.n ? " " : "", cp);
		}
		if (bad.n)
			sw_buf_printf(out,
				"\n  Hint: on line %u, symbol(s) [%.*s] immediately following a key/value separator "
				"':' is not a legal yaml space character",
				b->comments[i].loc.row, SW_STR_ARG(sw_buf_str(&bad)));
	}
}

/* go-yaml names a line, by which the comment is found; without one it is the first comment. */
static void yaml_failed(struct block *b, uint32_t line, struct sw_str text)
{
	sw_autobuf out;
	sw_buf_init(&out, 1 << 20);
	sw_buf_addstr(&out, text);
	add_hints(b, &out);
	b->loc = b->comments[line < b->n_comments ? line : b->n_comments - 1].loc;
	fail(b, "%.*s", SW_STR_ARG(sw_buf_str(&out)));
}

static struct sw_str quoted(struct sw_str text)
{
	size_t from = sw_str_chr(text, '"', 0), to = text.n;
	while (to > from + 1 && text.p[to - 1] != '"')
		to--;
	return from == SW_NPOS ? SW_STR("") : sw_str_sub(text, from + 1, to - 1);
}

/* The line that first has a key, for the error that it is there twice. */
static uint32_t line_of_key(struct sw_str yaml, struct sw_str key)
{
	struct sw_str line;
	for (uint32_t n = 1; sw_str_split(&yaml, '\n', &line); n++) {
		while (line.n && (line.p[0] == ' ' || line.p[0] == '-'))
			line = sw_str_sub(line, 1, line.n);
		struct sw_str rest = sw_str_trim(sw_str_sub(line, key.n, line.n));
		if (sw_str_starts(line, key) && rest.n && rest.p[0] == ':')
			return n;
	}
	return 1;
}

static const char *tag_of(struct sw_value v)
{
	switch ((enum sw_type)v.type) {
	case SW_BOOL:
		return "bool";
	case SW_NUMBER:
		return v.repr == SW_NUM_INT ? "int" : "float";
	case SW_STRING:
		return "str";
	case SW_ARRAY:
		return "seq";
	case SW_OBJECT:
		return "map";
	default:
		return "null";
	}
}

/* Errors that are no syntax errors to go-yaml. False: this is one. */
static bool semantic_failed(struct block *b, const struct sw_error *err)
{
	struct sw_str text = sw_str_from(err->text), name = quoted(text);
	if (sw_str_starts(text, SW_STR("there is no anchor"))) {
		yaml_failed(b, 0,
			sw_arena_printf(b->p->arena, "yaml: unknown anchor '%.*s' referenced", SW_STR_ARG(name)));
		return true;
	}
	size_t tag = sw_str_find(text, SW_STR("\" is not a !!"), 0);
	if (tag != SW_NPOS) {
		struct sw_value v = sw_null();
		sw_yaml_parse(b->p->arena, name, SW_YAML_GOYAML3, NULL, &v, NULL);
		yaml_failed(b, 0,
			sw_arena_printf(b->p->arena, "yaml: cannot decode !!%s `%.*s` as a %.*s", tag_of(v),
				SW_STR_ARG(name), SW_STR_ARG(sw_str_sub(text, tag + 11, text.n))));
		return true;
	}
	if (!sw_str_starts(text, SW_STR("the key ")))
		return false;
	yaml_failed(b, err->line,
		sw_arena_printf(b->p->arena,
			"yaml: unmarshal errors:\n  line %u: mapping key \"%.*s\" already defined at line %u", err->line,
			SW_STR_ARG(name), line_of_key(b->yaml, name)));
	return true;
}

/* False: to go-yaml the syntax is right. */
static bool syntax_failed(struct block *b)
{
	uint32_t line = 0;
	sw_autobuf out;
	sw_buf_init(&out, 1 << 16);
	sw_buf_addz(&out, "yaml: ");
	if (!sw_yaml_goerror(b->yaml, &out, &line))
		return false;
	yaml_failed(b, line, sw_arena_str(b->p->arena, sw_buf_str(&out)));
	return true;
}

/* ---- members by type ---- */

static struct sw_span span_of(const struct block *b, const char *name)
{
	int64_t i = sw_object_index(b->root, sw_string(sw_str_from(name)));
	if (i < 0 || !b->root.u.o->spans)
		return (struct sw_span){0, 0};
	return b->root.u.o->spans[2 * i + 1];
}

/* A scalar as it is written in the YAML. */
static struct sw_str written(const struct block *b, struct sw_value v, struct sw_span s)
{
	return v.type == SW_STRING ? sw_value_str(v) : sw_str_trim(sw_str_sub(b->yaml, s.start, s.end));
}

static void type_error(struct block *b, struct sw_value v, struct sw_span s, const char *into)
{
	struct sw_str text = written(b, v, s);
	sw_autobuf out;
	sw_buf_init(&out, 1 << 16);
	if (b->n_errors == TYPE_ERRORS)
		return;
	uint32_t line = sw_source_pos(&b->src, b->p->arena, s.start).line;
	sw_buf_printf(&out, "\n  line %u: cannot unmarshal !!%s", line, tag_of(v));
	if (v.type != SW_ARRAY && v.type != SW_OBJECT && text.n > 10)
		sw_buf_printf(&out, " `%.*s...`", 7, text.p);
	else if (v.type != SW_ARRAY && v.type != SW_OBJECT)
		sw_buf_printf(&out, " `%.*s`", SW_STR_ARG(text));
	sw_buf_printf(&out, " into %s", into);
	b->errors[b->n_errors] = (struct type_fault){line, b->n_errors, sw_arena_str(b->p->arena, sw_buf_str(&out))};
	b->n_errors++;
}

static int by_line(const void *x, const void *y)
{
	const struct type_fault *a = x, *b = y;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* True: there were type errors, which are told now. */
static bool types_failed(struct block *b)
{
	sw_autobuf out;
	sw_buf_init(&out, 1 << 20);
	if (!b->n_errors)
		return false;
	qsort(b->errors, b->n_errors, sizeof(*b->errors), by_line);
	sw_buf_addz(&out, "yaml: unmarshal errors:");
	for (uint32_t i = 0; i < b->n_errors; i++)
		sw_buf_addstr(&out, b->errors[i].text);
	yaml_failed(b, b->errors[0].line, sw_buf_str(&out));
	return true;
}

static struct sw_value member(const struct block *b, const char *name)
{
	return sw_object_gets(b->root, sw_str_from(name));
}

static struct sw_str string_member(struct block *b, const char *name)
{
	struct sw_value v = member(b, name);
	if (v.type == SW_UNDEF || v.type == SW_NULL)
		return SW_STR("");
	if (v.type == SW_ARRAY || v.type == SW_OBJECT) {
		type_error(b, v, span_of(b, name), "string");
		return SW_STR("");
	}
	return written(b, v, span_of(b, name));
}

static bool bool_member(struct block *b, const char *name)
{
	struct sw_value v = member(b, name);
	static const char *const yes[] = {"yes", "Yes", "YES", "on", "On", "ON", "y", "Y"};
	static const char *const no[] = {"no", "No", "NO", "off", "Off", "OFF", "n", "N"};
	if (v.type == SW_BOOL)
		return v.u.b;
	for (size_t i = 0; v.type == SW_STRING && i < SW_ARRAY_LEN(yes); i++) {
		if (sw_str_is(sw_value_str(v), yes[i]))
			return true;
		if (sw_str_is(sw_value_str(v), no[i]))
			return false;
	}
	if (v.type != SW_UNDEF && v.type != SW_NULL)
		type_error(b, v, span_of(b, name), "bool");
	return false;
}

/* A member that must be of a container type; SW_UNDEF otherwise. */
static struct sw_value container(struct block *b, const char *name, enum sw_type type, const char *into)
{
	struct sw_value v = member(b, name);
	if (v.type == type)
		return v;
	if (v.type != SW_UNDEF && v.type != SW_NULL)
		type_error(b, v, span_of(b, name), into);
	return sw_undef();
}

static struct sw_value strings_member(struct block *b, const char *name)
{
	struct sw_value v = container(b, name, SW_ARRAY, "[]string");
	struct sw_list l;
	sw_list_init(&l, b->p->arena);
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++) {
		struct sw_value item = v.u.a->v[i];
		struct sw_span s = v.u.a->spans ? v.u.a->spans[i] : (struct sw_span){0, 0};
		if (item.type == SW_ARRAY || item.type == SW_OBJECT)
			type_error(b, item, s, "string");
		else
			sw_list_add(&l, sw_string(item.type == SW_NULL ? SW_STR("") : written(b, item, s)));
	}
	return sw_list_array(&l);
}

/* ---- what has a form of its own ---- */

static struct sw_str trimmed(struct sw_value o, const char *name)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(name));
	return v.type == SW_STRING ? sw_str_trim(sw_value_str(v)) : SW_STR("");
}

/* Go's %s of a value. */
static void go_print(struct sw_buf *out, struct sw_value v)
{
	bool first = true;
	switch ((enum sw_type)v.type) {
	case SW_STRING:
		sw_buf_addstr(out, sw_value_str(v));
		break;
	case SW_OBJECT:
		sw_buf_addz(out, "map[");
		sw_object_foreach(it, v)
		{
			sw_buf_printf(out, "%s%.*s:", first ? "" : " ", SW_STR_ARG(sw_value_str(it->k)));
			go_print(out, it->v);
			first = false;
		}
		sw_buf_addch(out, ']');
		break;
	case SW_ARRAY:
		sw_buf_addch(out, '[');
		sw_array_foreach(it, v)
		{
			sw_buf_addz(out, first ? "" : " ");
			go_print(out, *it);
			first = false;
		}
		sw_buf_addch(out, ']');
		break;
	case SW_NUMBER:
		sw_buf_printf(out, v.repr == SW_NUM_INT ? "%%!s(int=" : "%%!s(float64=");
		sw_rego_value_print(out, v);
		sw_buf_addch(out, ')');
		break;
	case SW_BOOL:
		sw_buf_printf(out, "%%!s(bool=%s)", v.u.b ? "true" : "false");
		break;
	default:
		sw_buf_addz(out, "%!s(<nil>)");
	}
}

static void bad_definition(struct block *b, const char *what, struct sw_value v, const char *why)
{
	sw_autobuf text;
	sw_buf_init(&text, 1 << 16);
	go_print(&text, v);
	fail(b, "invalid %s definition %.*s: %s", what, SW_STR_ARG(sw_buf_str(&text)), why);
}

static void add_str(struct sw_map *m, const char *name, struct sw_str s)
{
	if (s.n)
		sw_map_adds(m, name, sw_string(s));
}

/* "Jane Doe <jane@doe>": the last word in angle brackets is the address. */
static void split_author(struct block *b, struct sw_str s, struct sw_str *name, struct sw_str *email)
{
	sw_autobuf words;
	size_t last = 0;
	sw_buf_init(&words, 1 << 16);
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		while (i < s.n && !strchr(" \t\n\r\v\f", s.p[i]))
			i++;
		if (i > from) {
			if (words.n)
				sw_buf_addch(&words, ' ');
			last = words.n;
			sw_buf_add(&words, s.p + from, i - from);
		}
		i += i == from;
	}
	struct sw_str all = sw_arena_str(b->p->arena, sw_buf_str(&words)), end = sw_str_sub(all, last, all.n);
	*name = all;
	if (end.n >= 2 && end.p[0] == '<' && end.p[end.n - 1] == '>') {
		*email = sw_str_sub(end, 1, end.n - 1);
		*name = sw_str_sub(all, 0, last ? last - 1 : 0);
	}
}

static void authors(struct block *b, struct sw_value v, struct sw_map *term, struct sw_map *json)
{
	struct sw_list terms, jsons;
	sw_list_init(&terms, b->p->arena);
	sw_list_init(&jsons, b->p->arena);
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++) {
		struct sw_value a = v.u.a->v[i];
		struct sw_str name = SW_STR(""), email = SW_STR("");
		struct sw_map t, j;
		if (a.type == SW_STRING && !sw_str_trim(sw_value_str(a)).n)
			bad_definition(b, "author", a, "author is an empty string");
		else if (a.type == SW_STRING)
			split_author(b, sw_value_str(a), &name, &email);
		else if (a.type != SW_OBJECT)
			bad_definition(b, "author", a, "invalid value type, must be string or map");
		if (a.type == SW_OBJECT) {
			name = trimmed(a, "name");
			email = trimmed(a, "email");
			if (!name.n && !email.n)
				bad_definition(b, "author", a, "'name' and/or 'email' values required in object");
		}
		sw_map_init(&t, b->p->arena);
		sw_map_init(&j, b->p->arena);
		add_str(&t, "name", name);
		add_str(&t, "email", email);
		sw_map_adds(&j, "name", sw_string(name));
		add_str(&j, "email", email);
		sw_list_add(&terms, sw_map_object(&t));
		sw_list_add(&jsons, sw_map_object(&j));
	}
	if (terms.n) {
		sw_map_adds(term, "authors", sw_list_array(&terms));
		sw_map_adds(json, "authors", sw_list_array(&jsons));
	}
}

static void resources(struct block *b, struct sw_value v, struct sw_map *term, struct sw_map *json)
{
	struct sw_list l;
	sw_list_init(&l, b->p->arena);
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++) {
		struct sw_value r = v.u.a->v[i];
		struct sw_str ref = SW_STR(""), description = SW_STR("");
		struct sw_map m;
		if (r.type == SW_STRING) {
			ref = sw_value_str(r);
			if (!ref.n)
				bad_definition(b, "related-resource", r, "ref URL may not be empty string");
		} else if (r.type == SW_OBJECT) {
			ref = trimmed(r, "ref");
			description = trimmed(r, "description");
			if (!ref.n)
				bad_definition(b, "related-resource", r, "'ref' value required in object");
		} else {
			bad_definition(b, "related-resource", r, "invalid value type, must be string or map");
		}
		sw_map_init(&m, b->p->arena);
		add_str(&m, "ref", ref);
		add_str(&m, "description", description);
		sw_list_add(&l, sw_map_object(&m));
	}
	if (l.n) {
		sw_map_adds(term, "related_resources", sw_list_array(&l));
		sw_map_adds(json, "related_resources", sw_list_array(&l));
	}
}

/* ---- schemas and compile: Rego in YAML ---- */

static struct sw_rego_term *inner_term(struct block *b, struct sw_str text)
{
	static const struct sw_rego_parse_opts opts = {.version = SW_REGO_V1, .max_depth = 200};
	struct sw_source *src = sw_arena_new(b->p->arena, struct sw_source);
	struct sw_rego_term *t = NULL;
	struct sw_rego_diags d;
	if (!src)
		return NULL;
	*src = (struct sw_source){.text = text};
	sw_rego_diags_init(&d, b->p->arena);
	return sw_rego_parse_term(b->p->arena, src, &opts, &t, &d) ? NULL : t;
}

/* Items of a ref as a plain list, and as the JSON of their terms. */
static void ref_values(struct block *b, const struct sw_rego_terms *ref, struct sw_value *plain, struct sw_value *json)
{
	struct sw_list l, js;
	sw_list_init(&l, b->p->arena);
	sw_list_init(&js, b->p->arena);
	for (uint32_t i = 0; i < ref->n; i++) {
		const struct sw_rego_term *t = ref->v[i];
		struct sw_value v = t->kind == SW_REGO_VAR ? sw_string(t->name) : sw_rego_term_value(b->p->arena, t);
		struct sw_map m;
		if (!sw_defined(v))
			v = sw_null();
		sw_map_init(&m, b->p->arena);
		sw_map_adds(&m, "type", sw_string(sw_str_from(p_kind_name(t))));
		sw_map_adds(&m, "value", v);
		sw_list_add(&l, v);
		sw_list_add(&js, sw_map_object(&m));
	}
	*plain = sw_list_array(&l);
	*json = sw_list_array(&js);
}

static bool schema_ref(struct block *b, struct sw_str text, struct sw_map *term, struct sw_map *json)
{
	struct sw_rego_term *t = inner_term(b, text);
	struct sw_rego_terms one = {&t, 1, 1};
	struct sw_value plain, js;
	const struct sw_rego_terms *ref = t && t->kind == SW_REGO_REF ? &t->items : &one;
	if (!t || !p_term_is_var(ref->v[0], "schema")) {
		fail(b, "invalid schema reference");
		return false;
	}
	ref_values(b, ref, &plain, &js);
	sw_map_adds(term, "schema", plain);
	sw_map_adds(json, "schema", js);
	return true;
}

static void schemas(struct block *b, struct sw_value v, struct sw_map *term, struct sw_map *json)
{
	struct sw_list terms, jsons;
	sw_list_init(&terms, b->p->arena);
	sw_list_init(&jsons, b->p->arena);
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n && !b->failed; i++) {
		struct sw_value pair = v.u.a->v[i];
		bool has = pair.type == SW_OBJECT && pair.n;
		struct sw_str name = has ? sw_value_str(pair.u.o->m[0].k) : SW_STR("");
		struct sw_value schema = has ? pair.u.o->m[0].v : sw_null(), plain, js;
		struct sw_rego_term *path = name.n ? inner_term(b, name) : NULL;
		struct sw_map t, j;
		if (!path || path->kind != SW_REGO_REF) {
			fail(b, "invalid document reference");
			return;
		}
		sw_map_init(&t, b->p->arena);
		sw_map_init(&j, b->p->arena);
		ref_values(b, &path->items, &plain, &js);
		sw_map_adds(&t, "path", plain);
		sw_map_adds(&j, "path", js);
		if (schema.type == SW_OBJECT) {
			sw_map_adds(&t, "definition", schema);
			sw_map_adds(&j, "definition", schema);
		} else if (schema.type != SW_STRING) {
			fail(b, "invalid schema declaration for path \"%.*s\"", SW_STR_ARG(name));
		} else if (!schema_ref(b, sw_value_str(schema), &t, &j)) {
			return;
		}
		sw_list_add(&terms, sw_map_object(&t));
		sw_list_add(&jsons, sw_map_object(&j));
	}
	if (terms.n) {
		sw_map_adds(term, "schemas", sw_list_array(&terms));
		sw_map_adds(json, "schemas", sw_list_array(&jsons));
	}
}

static void compile(struct block *b, struct sw_value v, struct sw_map *json)
{
	struct sw_map m;
	struct sw_list l;
	struct sw_value unknowns = sw_object_gets(v, SW_STR("unknowns"));
	struct sw_value mask = sw_object_gets(v, SW_STR("mask_rule")), plain, js;
	if (v.type != SW_OBJECT)
		return;
	sw_map_init(&m, b->p->arena);
	sw_list_init(&l, b->p->arena);
	for (uint32_t i = 0; unknowns.type == SW_ARRAY && i < unknowns.n; i++) {
		struct sw_str text = sw_value_str(unknowns.u.a->v[i]);
		if (unknowns.u.a->v[i].type != SW_STRING)
			continue;
		struct sw_rego_term *t = inner_term(b, text);
		if (!t || t->kind != SW_REGO_REF) {
			fail(b, "invalid unknowns element \"%.*s\": failed to parse ref", SW_STR_ARG(text));
			return;
		}
		ref_values(b, &t->items, &plain, &js);
		sw_list_add(&l, js);
	}
	if (l.n)
		sw_map_adds(&m, "unknowns", sw_list_array(&l));
	if (mask.type == SW_STRING) {
		struct sw_rego_term *t = inner_term(b, sw_value_str(mask));
		struct sw_rego_terms one = {&t, 1, 1};
		if (!t || (t->kind != SW_REGO_REF && t->kind != SW_REGO_VAR && t->kind != SW_REGO_SCALAR)) {
			fail(b, "invalid mask_rule annotation \"%.*s\"", SW_STR_ARG(sw_value_str(mask)));
			return;
		}
		ref_values(b, t->kind == SW_REGO_REF ? &t->items : &one, &plain, &js);
		sw_map_adds(&m, "mask_rule", js);
	}
	sw_map_adds(json, "compile", sw_map_object(&m));
}

/* ---- a block ---- */

static void both(struct sw_map *term, struct sw_map *json, const char *name, struct sw_value v)
{
	if (v.n) {
		sw_map_adds(term, name, v);
		sw_map_adds(json, name, v);
	}
}

static void read_members(struct block *b, struct sw_rego_annotations *a, struct sw_map *term, struct sw_map *json)
{
	struct sw_str scope = string_member(b, "scope"), title = string_member(b, "title");
	a->entrypoint = bool_member(b, "entrypoint");
	struct sw_str description = string_member(b, "description");
	struct sw_value orgs = strings_member(b, "organizations");
	struct sw_value rel = container(b, "related_resources", SW_ARRAY, "[]interface {}");
	struct sw_value auth = container(b, "authors", SW_ARRAY, "[]interface {}");
	struct sw_value sch = container(b, "schemas", SW_ARRAY, "[]map[string]interface {}");
	for (uint32_t i = 0; sch.type == SW_ARRAY && i < sch.n; i++) {
		struct sw_value x = sch.u.a->v[i];
		if (x.type != SW_OBJECT && x.type != SW_NULL)
			type_error(b, x, sch.u.a->spans ? sch.u.a->spans[i] : (struct sw_span){0, 0},
				"map[string]interface {}");
	}
	struct sw_value comp = container(b, "compile", SW_OBJECT, "map[string]interface {}");
	struct sw_value custom = container(b, "custom", SW_OBJECT, "map[string]interface {}");
	struct sw_value labels = container(b, "labels", SW_OBJECT, "map[string]interface {}");
	a->scope = scope;
	if (types_failed(b))
		return;
	resources(b, rel, term, json);
	compile(b, comp, json);
	schemas(b, sch, term, json);
	authors(b, auth, term, json);
	both(term, json, "title", sw_string(title));
	both(term, json, "description", sw_string(description));
	both(term, json, "organizations", orgs);
	if (sw_defined(custom))
		both(term, json, "custom", custom);
	if (sw_defined(labels))
		both(term, json, "labels", labels);
	if (a->entrypoint) {
		sw_map_adds(term, "entrypoint", sw_bool(true));
		sw_map_adds(json, "entrypoint", sw_bool(true));
	}
}

static bool load_yaml(struct block *b)
{
	static const struct sw_yaml_limits limits = {.depth = YAML_DEPTH, .nodes = YAML_NODES};
	struct sw_error err = {0};
	if (!sw_str_trim(b->yaml).n) {
		fail(b, "expected METADATA block, found whitespace");
		return false;
	}
	struct sw_yaml_stream *s = NULL;
	struct sw_yaml_doc doc = {0};
	unsigned flags = SW_YAML_GOYAML3 | SW_YAML_SPANS | SW_YAML_DUP_ERROR;
	int r = sw_yaml_open(b->p->arena, b->yaml, flags, &limits, &s, &err);
	r = r ? r : sw_yaml_next(s, b->p->arena, &doc, &err); /* what follows the first document is not read */
	if (r < 0 || sw_str_trim(sw_str_sub(b->yaml, doc.span.end, b->yaml.n)).n)
		if (syntax_failed(b))
			return false;
	if (r < 0) {
		if (!semantic_failed(b, &err))
			yaml_failed(b, err.line, sw_arena_printf(b->p->arena, "yaml: %s", err.text));
		return false;
	}
	b->root = doc.root;
	b->at = doc.span;
	if (b->root.type == SW_NULL || !sw_defined(b->root))
		b->root = sw_empty_object();
	if (b->root.type != SW_OBJECT) {
		type_error(b, b->root, b->at, "ast.rawAnnotation");
		return !types_failed(b);
	}
	return true;
}

static struct sw_rego_annotations *read_block(struct block *b)
{
	struct sw_rego_annotations *a = sw_arena_new(b->p->arena, struct sw_rego_annotations);
	struct sw_map term, json;
	b->src = (struct sw_source){.text = b->yaml};
	if (!a || !load_yaml(b))
		return NULL;
	sw_map_init(&term, b->p->arena);
	sw_map_init(&json, b->p->arena);
	read_members(b, a, &term, &json);
	if (b->failed)
		return NULL;
	a->loc = b->loc;
	a->loc.text = sw_arena_printf(b->p->arena, "# METADATA");
	a->end = b->n_comments ? b->comments[b->n_comments - 1].loc : b->loc;
	a->value = sw_map_object(&term);
	a->json = sw_map_object(&json);
	return a;
}

static bool is_metadata(const struct sw_rego_comment *c)
{
	return c->loc.col == 1 && sw_str_starts(sw_str_trim(c->text), SW_STR("METADATA"));
}

static bool ends_block(const struct sw_rego_comment *c, const struct sw_rego_comment *before)
{
	return c->loc.col != 1 || c->loc.row - 1 != before->loc.row || is_metadata(c);
}

/* The block's text: every line without '#' and one space. Its location text is that of the whole block. */
static void block_text(struct block *b)
{
	sw_autobuf yaml;
	sw_buf_init(&yaml, 1 << 24);
	for (uint32_t i = 0; i < b->n_comments; i++) {
		struct sw_str t = b->comments[i].text;
		sw_buf_addstr(&yaml, t.n && t.p[0] == ' ' ? sw_str_sub(t, 1, t.n) : t);
		sw_buf_addch(&yaml, '\n');
	}
	b->yaml = sw_arena_str(b->p->arena, sw_buf_str(&yaml));
}

struct sw_rego_annotations **p_annotations(struct parser *p, const struct sw_rego_comment *c, uint32_t n,
	uint32_t *ret_n)
{
	struct sw_rego_annotations **v = sw_arena_new_array(p->arena, n, struct sw_rego_annotations *);
	*ret_n = 0;
	for (uint32_t i = 0; v && i < n; i++) {
		struct block b = {.p = p, .loc = c[i].loc, .comments = c + i + 1};
		if (!is_metadata(&c[i]))
			continue;
		while (i + 1 + b.n_comments < n &&
			!ends_block(&c[i + 1 + b.n_comments], &c[i + b.n_comments]))
			b.n_comments++;
		block_text(&b);
		struct sw_rego_annotations *a = read_block(&b);
		if (a)
			v[(*ret_n)++] = a;
	}
	return v;
}
