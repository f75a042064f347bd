/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/ast_json.h"

#include <glib.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/parse.h"

struct js {
	struct sw_buf *out;
	unsigned flags;
	uint32_t depth;
	bool first; /* nothing in the open container yet */
};

/* ---- the writer ---- */

static void newline(struct js *j)
{
	if (!(j->flags & SW_REGO_JSON_PRETTY))
		return;
	sw_buf_addch(j->out, '\n');
	sw_buf_pad(j->out, ' ', 2 * (size_t)j->depth);
}

static void item(struct js *j)
{
	if (!j->first)
		sw_buf_addch(j->out, ',');
	j->first = false;
	newline(j);
}

static void key(struct js *j, const char *name)
{
	item(j);
	sw_buf_printf(j->out, j->flags & SW_REGO_JSON_PRETTY ? "\"%s\": " : "\"%s\":", name);
}

static void begin(struct js *j, char c)
{
	sw_buf_addch(j->out, c);
	j->depth++;
	j->first = true;
}

static void end(struct js *j, char c)
{
	j->depth--;
	if (!j->first)
		newline(j);
	sw_buf_addch(j->out, c);
	j->first = false;
}

static void string(struct js *j, struct sw_str s)
{
	sw_json_write_str(j->out, s, SW_JSON_HTML_ESCAPE);
}

static void base64(struct js *j, struct sw_str s)
{
	sw_autofree gchar *text = g_base64_encode((const guchar *)s.p, s.n);
	sw_buf_printf(j->out, "\"%s\"", text);
}

static void bool_key(struct js *j, const char *name, bool v)
{
	if (!v)
		return;
	key(j, name);
	sw_buf_addz(j->out, "true");
}

static void raw_value(struct js *j, struct sw_value v)
{
	if (v.type == SW_ARRAY && v.n) {
		begin(j, '[');
		sw_array_foreach(it, v)
		{
			item(j);
			raw_value(j, *it);
		}
		end(j, ']');
	} else if (v.type == SW_OBJECT && v.n) {
		begin(j, '{');
		sw_object_foreach(it, v)
		{
			item(j);
			string(j, sw_value_str(it->k));
			sw_buf_addz(j->out, j->flags & SW_REGO_JSON_PRETTY ? ": " : ":");
			raw_value(j, it->v);
		}
		end(j, '}');
	} else {
		sw_json_write(j->out, v, SW_JSON_HTML_ESCAPE);
	}
}

/* ---- locations ---- */

static void location(struct js *j, const struct sw_rego_loc *loc)
{
	begin(j, '{');
	key(j, "file");
	string(j, loc->file ? loc->file->name : SW_STR(""));
	key(j, "row");
	sw_buf_printf(j->out, "%u", loc->row);
	key(j, "col");
	sw_buf_printf(j->out, "%u", loc->col);
	if ((j->flags & SW_REGO_JSON_TEXT) && loc->text.n) {
		key(j, "text");
		base64(j, loc->text);
	}
	end(j, '}');
}

static void location_key(struct js *j, const char *name, const struct sw_rego_loc *loc)
{
	if (!(j->flags & SW_REGO_JSON_LOCATIONS) || !loc->row)
		return;
	key(j, name);
	location(j, loc);
}

/* ---- terms ---- */

static void term(struct js *j, const struct sw_rego_term *t);
static void body(struct js *j, const struct sw_rego_body *b);
static void expr(struct js *j, const struct sw_rego_expr *e);

static const char *type_name(const struct sw_rego_term *t)
{
	static const char *const names[] = {[SW_REGO_VAR] = "var",
		[SW_REGO_REF] = "ref",
		[SW_REGO_ARRAY] = "array",
		[SW_REGO_SET] = "set",
		[SW_REGO_OBJECT] = "object",
		[SW_REGO_ARRAY_COMP] = "arraycomprehension",
		[SW_REGO_SET_COMP] = "setcomprehension",
		[SW_REGO_OBJECT_COMP] = "objectcomprehension",
		[SW_REGO_CALL] = "call",
		[SW_REGO_TEMPLATE_STRING] = "templatestring"};
	return t->kind == SW_REGO_SCALAR ? sw_type_name((enum sw_type)t->value.type) : names[t->kind];
}

static void terms(struct js *j, struct sw_rego_term *const *v, uint32_t n)
{
	begin(j, '[');
	for (uint32_t i = 0; i < n; i++) {
		item(j);
		term(j, v[i]);
	}
	end(j, ']');
}

static void sorted_members(struct js *j, const struct sw_rego_term *t)
{
	uint32_t n = t->items.n;
	bool pairs = t->kind == SW_REGO_OBJECT;
	sw_autofree struct sw_rego_term **v = malloc((n + 1) * sizeof(*v));
	if (!v)
		abort();
	if (n)
		memcpy(v, t->items.v, n * sizeof(*v));
	sw_rego_terms_sort(v, n, pairs ? 2 : 1);
	if (!pairs) {
		terms(j, v, n);
		return;
	}
	begin(j, '[');
	for (uint32_t i = 0; i < n; i += 2) {
		item(j);
		terms(j, v + i, 2);
	}
	end(j, ']');
}

static void comprehension(struct js *j, const struct sw_rego_term *t)
{
	begin(j, '{');
	key(j, t->kind == SW_REGO_OBJECT_COMP ? "key" : "term");
	term(j, t->items.v[0]);
	if (t->kind == SW_REGO_OBJECT_COMP) {
		key(j, "value");
		term(j, t->items.v[1]);
	}
	key(j, "body");
	body(j, &t->body);
	end(j, '}');
}

static void template_string(struct js *j, const struct sw_rego_term *t)
{
	begin(j, '{');
	key(j, "parts");
	if (!t->items.n) {
		sw_buf_addz(j->out, "null");
	} else {
		begin(j, '[');
		for (uint32_t i = 0; i < t->items.n; i++) {
			item(j);
			if (t->body.v[i])
				expr(j, t->body.v[i]);
			else
				term(j, t->items.v[i]);
		}
		end(j, ']');
	}
	key(j, "multi_line");
	sw_buf_addz(j->out, t->multi_line ? "true" : "false");
	end(j, '}');
}

static void term_value(struct js *j, const struct sw_rego_term *t)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SCALAR:
		if (t->value.type == SW_NULL)
			sw_buf_addz(j->out, "{}");
		else
			raw_value(j, t->value);
		break;
	case SW_REGO_VAR:
		string(j, t->name);
		break;
	case SW_REGO_SET:
	case SW_REGO_OBJECT:
		sorted_members(j, t);
		break;
	case SW_REGO_ARRAY_COMP:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP:
		comprehension(j, t);
		break;
	case SW_REGO_TEMPLATE_STRING:
		template_string(j, t);
		break;
	case SW_REGO_REF:
	case SW_REGO_ARRAY:
	case SW_REGO_CALL:
		terms(j, t->items.v, t->items.n);
		break;
	}
}

static void term(struct js *j, const struct sw_rego_term *t)
{
	begin(j, '{');
	location_key(j, "location", &t->loc);
	key(j, "type");
	sw_buf_printf(j->out, "\"%s\"", type_name(t));
	key(j, "value");
	term_value(j, t);
	end(j, '}');
}

static void term_key(struct js *j, const char *name, const struct sw_rego_term *t)
{
	key(j, name);
	if (t)
		term(j, t);
	else
		sw_buf_addz(j->out, "null");
}

/* ---- expressions ---- */

static void every(struct js *j, const struct sw_rego_expr *e)
{
	struct sw_rego_loc loc = e->loc;
	loc.text = sw_str_sub(loc.text, 0, 5); /* the word */
	begin(j, '{');
	key(j, "body");
	body(j, &e->body);
	term_key(j, "domain", e->domain);
	term_key(j, "key", e->key);
	location_key(j, "location", &loc);
	term_key(j, "value", e->val);
	end(j, '}');
}

static void some(struct js *j, const struct sw_rego_expr *e)
{
	struct sw_rego_loc loc = e->loc;
	loc.text = sw_str_sub(loc.text, 0, 4);
	begin(j, '{');
	location_key(j, "location", &loc);
	key(j, "symbols");
	terms(j, e->terms.v, e->terms.n);
	end(j, '}');
}

static void not_body(struct js *j, const struct sw_rego_expr *e)
{
	begin(j, '{');
	key(j, "body");
	body(j, &e->body);
	key(j, "explicit_body");
	sw_buf_addz(j->out, e->explicit_body ? "true" : "false");
	location_key(j, "location", &e->loc);
	key(j, "type");
	sw_buf_addz(j->out, "\"not\"");
	end(j, '}');
}

static void and_or(struct js *j, const struct sw_rego_expr *e)
{
	begin(j, '{');
	bool_key(j, "explicit_lhs", e->explicit_lhs);
	bool_key(j, "explicit_rhs", e->explicit_rhs);
	key(j, "lhs");
	body(j, &e->branches[0]);
	location_key(j, "location", &e->loc);
	key(j, "rhs");
	body(j, &e->branches[1]);
	key(j, "type");
	sw_buf_addz(j->out, e->is_or ? "\"or\"" : "\"and\"");
	end(j, '}');
}

static void expr_terms(struct js *j, const struct sw_rego_expr *e)
{
	switch ((enum sw_rego_expr_kind)e->kind) {
	case SW_REGO_EXPR_TERM:
		term(j, e->terms.v[0]);
		break;
	case SW_REGO_EXPR_CALL:
		terms(j, e->terms.v, e->terms.n);
		break;
	case SW_REGO_EXPR_SOME:
		some(j, e);
		break;
	case SW_REGO_EXPR_EVERY:
		every(j, e);
		break;
	case SW_REGO_EXPR_NOT_BODY:
		not_body(j, e);
		break;
	case SW_REGO_EXPR_AND_OR:
		and_or(j, e);
		break;
	}
}

static void withs(struct js *j, const struct sw_rego_expr *e)
{
	if (!e->n_withs)
		return;
	key(j, "with");
	begin(j, '[');
	for (uint32_t i = 0; i < e->n_withs; i++) {
		item(j);
		begin(j, '{');
		location_key(j, "location", &e->withs[i].loc);
		term_key(j, "target", e->withs[i].target);
		term_key(j, "value", e->withs[i].value);
		end(j, '}');
	}
	end(j, ']');
}

static void expr(struct js *j, const struct sw_rego_expr *e)
{
	begin(j, '{');
	bool_key(j, "generated", e->generated);
	key(j, "index");
	sw_buf_printf(j->out, "%u", e->index);
	location_key(j, "location", &e->loc);
	bool_key(j, "negated", e->negated);
	key(j, "terms");
	expr_terms(j, e);
	withs(j, e);
	end(j, '}');
}

static void body(struct js *j, const struct sw_rego_body *b)
{
	begin(j, '[');
	for (uint32_t i = 0; i < b->n; i++) {
		item(j);
		expr(j, b->v[i]);
	}
	end(j, ']');
}

/* ---- modules ---- */

static void annotation(struct js *j, const struct sw_rego_annotations *a)
{
	bool placed = !(j->flags & SW_REGO_JSON_LOCATIONS);
	begin(j, '{');
	sw_object_foreach(it, a->json)
	{
		struct sw_str name = sw_value_str(it->k);
		if (!placed && sw_str_cmp(name, SW_STR("location")) > 0) {
			location_key(j, "location", &a->loc);
			placed = true;
		}
		item(j);
		string(j, name);
		sw_buf_addz(j->out, j->flags & SW_REGO_JSON_PRETTY ? ": " : ":");
		raw_value(j, it->v);
	}
	end(j, '}');
}

static void annotations(struct js *j, struct sw_rego_annotations *const *v, uint32_t n)
{
	if (!n)
		return;
	key(j, "annotations");
	begin(j, '[');
	for (uint32_t i = 0; i < n; i++) {
		item(j);
		annotation(j, v[i]);
	}
	end(j, ']');
}

static void head(struct js *j, const struct sw_rego_head *h)
{
	begin(j, '{');
	if (h->opa_name.n) {
		key(j, "name");
		string(j, h->opa_name);
	}
	if (h->args.n) {
		key(j, "args");
		terms(j, h->args.v, h->args.n);
	}
	if (h->opa_key)
		term_key(j, "key", h->opa_key);
	if (h->value)
		term_key(j, "value", h->value);
	bool_key(j, "assign", h->assign);
	key(j, "ref");
	terms(j, h->ref->items.v, h->ref->items.n);
	location_key(j, "location", &h->loc);
	end(j, '}');
}

static void rule_open(struct js *j, const struct sw_rego_rule *r)
{
	begin(j, '{');
	annotations(j, r->annotations, r->n_annotations);
	key(j, "body");
	body(j, &r->body);
	bool_key(j, "default", r->is_default);
}

static void rule_close(struct js *j, const struct sw_rego_rule *r)
{
	key(j, "head");
	head(j, r->head);
	location_key(j, "location", &r->loc);
	end(j, '}');
}

/* Else branches nest; their chain may be long, so that this is a loop down and one up. */
static void rule(struct js *j, const struct sw_rego_rule *r)
{
	uint32_t n = 0;
	for (const struct sw_rego_rule *e = r; e; e = e->else_rule)
		n++;
	sw_autofree const struct sw_rego_rule **chain = malloc(n * sizeof(*chain));
	if (!chain)
		abort();
	n = 0;
	for (const struct sw_rego_rule *e = r; e; e = e->else_rule) {
		if (n)
			key(j, "else");
		rule_open(j, e);
		chain[n++] = e;
	}
	while (n > 0)
		rule_close(j, chain[--n]);
}

static void imports(struct js *j, const struct sw_rego_module *m)
{
	if (!m->n_imports)
		return;
	key(j, "imports");
	begin(j, '[');
	for (uint32_t i = 0; i < m->n_imports; i++) {
		const struct sw_rego_import *imp = m->imports[i];
		item(j);
		begin(j, '{');
		if (imp->alias.n) {
			key(j, "alias");
			string(j, imp->alias);
			location_key(j, "alias_location", &imp->alias_loc);
		}
		location_key(j, "location", &imp->loc);
		term_key(j, "path", imp->path);
		end(j, '}');
	}
	end(j, ']');
}

static void comments(struct js *j, const struct sw_rego_module *m)
{
	if (!m->n_comments || (j->flags & SW_REGO_JSON_NO_COMMENTS))
		return;
	key(j, "comments");
	begin(j, '[');
	for (uint32_t i = 0; i < m->n_comments; i++) {
		item(j);
		begin(j, '{');
		key(j, "Text");
		base64(j, m->comments[i].text);
		key(j, "Location");
		location(j, &m->comments[i].loc);
		end(j, '}');
	}
	end(j, ']');
}

void sw_rego_module_json(struct sw_buf *out, const struct sw_rego_module *m, unsigned flags)
{
	sw_rego_module_json_at(out, m, flags, 0);
}

void sw_rego_module_json_at(struct sw_buf *out, const struct sw_rego_module *m, unsigned flags, uint32_t depth)
{
	struct js j = {.out = out, .flags = flags, .depth = depth};
	begin(&j, '{');
	key(&j, "package");
	begin(&j, '{');
	location_key(&j, "location", &m->package_loc);
	key(&j, "path");
	terms(&j, m->package->items.v, m->package->items.n);
	end(&j, '}');
	imports(&j, m);
	annotations(&j, m->annotations, m->n_annotations);
	if (m->n_rules) {
		key(&j, "rules");
		begin(&j, '[');
		for (uint32_t i = 0; i < m->n_rules; i++) {
			item(&j);
			rule(&j, m->rules[i]);
		}
		end(&j, ']');
	}
	comments(&j, m);
	end(&j, '}');
}

void sw_rego_term_json(struct sw_buf *out, const struct sw_rego_term *t, unsigned flags)
{
	struct js j = {.out = out, .flags = flags};
	term(&j, t);
}

void sw_rego_ref_json_at(struct sw_buf *out, const struct sw_rego_term *ref, unsigned flags, uint32_t depth)
{
	struct js j = {.out = out, .flags = flags, .depth = depth};
	terms(&j, ref->items.v, ref->items.n);
}

void sw_rego_body_json_at(struct sw_buf *out, const struct sw_rego_body *b, unsigned flags, uint32_t depth)
{
	struct js j = {.out = out, .flags = flags, .depth = depth};
	body(&j, b);
}
