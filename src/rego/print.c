/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes as OPA's String() methods write them. Error texts and messages that people match on quote this. */
#include <glib.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/lexer.h"
#include "rego/parse.h"

/* ---- strings, as Go's strconv.Quote ---- */

static bool printable(uint32_t cp)
{
	if (cp < 0x7F)
		return cp >= 0x20;
	if (cp == 0x7F || cp == 0xAD || !g_unichar_validate((gunichar)cp))
		return cp == 0xFFFD;
	switch (g_unichar_type((gunichar)cp)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_SPACE_SEPARATOR:
		return false;
	default:
		return true;
	}
}

static void quote_rune(struct sw_buf *out, uint32_t cp)
{
	static const char names[] = "\a\b\f\n\r\t\v", letters[] = "abfnrtv";
	const char *at = cp && cp < 0x20 ? strchr(names, (int)cp) : NULL;
	if (cp == '"' || cp == '\\')
		sw_buf_printf(out, "\\%c", (char)cp);
	else if (printable(cp))
		sw_buf_addrune(out, cp);
	else if (at)
		sw_buf_printf(out, "\\%c", letters[at - names]);
	else if (cp < 0x20 || cp == 0x7F)
		sw_buf_printf(out, "\\x%02x", cp);
	else if (cp < 0x10000)
		sw_buf_printf(out, "\\u%04x", cp);
	else
		sw_buf_printf(out, "\\U%08x", cp);
}

static void quote_inner(struct sw_buf *out, struct sw_str s)
{
	for (size_t pos = 0; pos < s.n;) {
		size_t start = pos;
		uint32_t cp = sw_utf8_next(s, &pos);
		if (cp == 0xFFFD && pos == start + 1)
			sw_buf_printf(out, "\\x%02x", (unsigned char)s.p[start]);
		else
			quote_rune(out, cp);
	}
}

static void quote(struct sw_buf *out, struct sw_str s)
{
	sw_buf_addch(out, '"');
	quote_inner(out, s);
	sw_buf_addch(out, '"');
}

static void print_scalar(struct sw_buf *out, struct sw_value v)
{
	switch ((enum sw_type)v.type) {
	case SW_BOOL:
		sw_buf_addz(out, v.u.b ? "true" : "false");
		break;
	case SW_NUMBER:
		if (v.repr == SW_NUM_TEXT)
			sw_buf_addstr(out, sw_value_str(v));
		else
			sw_buf_printf(out, "%lld", (long long)v.u.i);
		break;
	case SW_STRING:
		quote(out, sw_value_str(v));
		break;
	default:
		sw_buf_addz(out, "null");
	}
}

/* ---- refs ---- */

static bool is_string(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_SCALAR && t->value.type == SW_STRING;
}

bool sw_rego_ref_name(const struct sw_rego_term *ref, char *buf, size_t size, struct sw_str *ret)
{
	size_t at = 0;
	for (uint32_t i = 0; i < ref->items.n; i++) {
		const struct sw_rego_term *t = ref->items.v[i];
		struct sw_str s = t->kind == SW_REGO_VAR ? t->name : sw_value_str(t->value);
		if (at + s.n + 1 >= size)
			return false;
		if (i)
			buf[at++] = '.';
		memcpy(buf + at, s.p, s.n);
		at += s.n;
	}
	*ret = sw_str_make(buf, at);
	return true;
}

bool sw_rego_is_var_name(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return s.n > 0;
}

static bool needs_escape(struct sw_str s)
{
	for (size_t pos = 0; pos < s.n;) {
		uint32_t cp = sw_utf8_next(s, &pos);
		if (cp == '\\' || cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
			return true;
	}
	return false;
}

static void print_ref_item(struct sw_buf *out, const struct sw_rego_term *t)
{
	struct sw_str s = is_string(t) ? sw_value_str(t->value) : (struct sw_str){0};
	if (is_string(t) && sw_rego_is_var_name(s) &&
		sw_rego_keyword_tok(s, SW_KW_NOT | SW_KW_V0_FUTURE) == SW_TOK_IDENT) {
		sw_buf_addch(out, '.');
		sw_buf_addstr(out, s);
		return;
	}
	sw_buf_addch(out, '[');
	if (is_string(t) && !needs_escape(s)) {
		sw_buf_addch(out, '"');
		sw_buf_addstr(out, s);
		sw_buf_addch(out, '"');
	} else {
		sw_rego_term_print(out, t);
	}
	sw_buf_addch(out, ']');
}

static void print_ref(struct sw_buf *out, const struct sw_rego_terms *ref)
{
	if (!ref->n)
		return;
	if (is_string(ref->v[0]))
		sw_buf_addstr(out, sw_value_str(ref->v[0]->value));
	else
		sw_rego_term_print(out, ref->v[0]);
	for (uint32_t i = 1; i < ref->n; i++)
		print_ref_item(out, ref->v[i]);
}

/* ---- collections ---- */

static void print_list(struct sw_buf *out, struct sw_rego_term *const *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			sw_buf_addz(out, ", ");
		sw_rego_term_print(out, v[i]);
	}
}

static void print_sorted(struct sw_buf *out, const struct sw_rego_term *t)
{
	uint32_t n = t->items.n;
	bool pairs = t->kind == SW_REGO_OBJECT;
	if (!n) {
		sw_buf_addz(out, pairs ? "{}" : "set()");
		return;
	}
	struct sw_rego_term *few[16];
	sw_autofree struct sw_rego_term **many = n > 16 ? malloc(n * sizeof(*many)) : NULL;
	struct sw_rego_term **v = n > 16 ? many : few;
	if (!v)
		abort();
	memcpy(v, t->items.v, n * sizeof(*v));
	sw_rego_terms_sort(v, n, pairs ? 2 : 1);
	sw_buf_addch(out, '{');
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			sw_buf_addz(out, pairs && i % 2 ? ": " : ", ");
		sw_rego_term_print(out, v[i]);
	}
	sw_buf_addch(out, '}');
}

static const struct {
	const char *name, *infix;
} infixes[] = {{"plus", "+"}, {"minus", "-"}, {"mul", "*"}, {"div", "/"}, {"rem", "%"}, {"and", "&"}, {"or", "|"},
	{"equal", "=="}, {"neq", "!="}, {"lt", "<"}, {"gt", ">"}, {"lte", "<="}, {"gte", ">="}, {"eq", "="},
	{"assign", ":="}};

const char *sw_rego_infix(const struct sw_rego_term *op)
{
	if (op->kind != SW_REGO_REF || op->items.n != 1 || op->items.v[0]->kind != SW_REGO_VAR)
		return NULL;
	for (size_t i = 0; i < SW_ARRAY_LEN(infixes); i++)
		if (sw_str_is(op->items.v[0]->name, infixes[i].name))
			return infixes[i].infix;
	return NULL;
}

/* Heads of comprehensions show operators as they were written, so that the bar stays unambiguous. */
static void print_comp_term(struct sw_buf *out, const struct sw_rego_term *t)
{
	const char *infix = t->kind == SW_REGO_CALL && t->items.n == 3 ? sw_rego_infix(t->items.v[0]) : NULL;
	if (!infix) {
		sw_rego_term_print(out, t);
		return;
	}
	sw_buf_addch(out, '(');
	print_comp_term(out, t->items.v[1]);
	sw_buf_printf(out, " %s ", infix);
	print_comp_term(out, t->items.v[2]);
	sw_buf_addch(out, ')');
}

static void print_comprehension(struct sw_buf *out, const struct sw_rego_term *t)
{
	bool array = t->kind == SW_REGO_ARRAY_COMP;
	sw_buf_addch(out, array ? '[' : '{');
	print_comp_term(out, t->items.v[0]);
	if (t->kind == SW_REGO_OBJECT_COMP) {
		sw_buf_addz(out, ": ");
		print_comp_term(out, t->items.v[1]);
	}
	sw_buf_addz(out, " | ");
	sw_rego_body_print(out, &t->body);
	sw_buf_addch(out, array ? ']' : '}');
}

static void print_call(struct sw_buf *out, const struct sw_rego_terms *call)
{
	sw_rego_term_print(out, call->v[0]);
	sw_buf_addch(out, '(');
	print_list(out, call->v + 1, call->n - 1);
	sw_buf_addch(out, ')');
}

/* Braces of literal text get a backslash, unless one is in front of them already. */
static void print_template_text(struct sw_buf *out, struct sw_str s)
{
	sw_autobuf q;
	sw_buf_init(&q, s.n * 10 + 16);
	quote_inner(&q, s);
	for (size_t i = 0; i < q.n; i++) {
		if (q.p[i] == '{' && (i == 0 || q.p[i - 1] != '\\'))
			sw_buf_addch(out, '\\');
		sw_buf_addch(out, q.p[i]);
	}
}

static void print_template(struct sw_buf *out, const struct sw_rego_term *t)
{
	sw_buf_addz(out, "$\"");
	for (uint32_t i = 0; i < t->items.n; i++) {
		const struct sw_rego_expr *e = i < t->body.n ? t->body.v[i] : NULL;
		if (e) {
			sw_buf_addch(out, '{');
			sw_rego_expr_print(out, e);
			sw_buf_addch(out, '}');
		} else if (is_string(t->items.v[i])) {
			print_template_text(out, sw_value_str(t->items.v[i]->value));
		} else {
			sw_rego_term_print(out, t->items.v[i]);
		}
	}
	sw_buf_addch(out, '"');
}

void sw_rego_term_print(struct sw_buf *out, const struct sw_rego_term *t)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SCALAR:
		if (t->name.n)
			sw_buf_addstr(out, t->name);
		else
			print_scalar(out, t->value);
		break;
	case SW_REGO_VAR:
		sw_buf_addstr(out, t->name.n && t->name.p[0] == '$' ? SW_STR("_") : t->name);
		break;
	case SW_REGO_REF:
		print_ref(out, &t->items);
		break;
	case SW_REGO_ARRAY:
		sw_buf_addch(out, '[');
		print_list(out, t->items.v, t->items.n);
		sw_buf_addch(out, ']');
		break;
	case SW_REGO_SET:
	case SW_REGO_OBJECT:
		print_sorted(out, t);
		break;
	case SW_REGO_ARRAY_COMP:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP:
		print_comprehension(out, t);
		break;
	case SW_REGO_CALL:
		print_call(out, &t->items);
		break;
	case SW_REGO_TEMPLATE_STRING:
		print_template(out, t);
		break;
	}
}

/* ---- expressions ---- */

static bool leads_with_brace(const struct sw_rego_term *t)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_SET:
		return t->items.n > 0;
	case SW_REGO_OBJECT:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP:
		return true;
	case SW_REGO_REF:
		return t->items.n && leads_with_brace(t->items.v[0]);
	default:
		return false;
	}
}

static bool operand_needs_parens(const struct sw_rego_expr *e, bool under_or, bool rhs)
{
	if (e->n_withs)
		return true;
	if (e->kind == SW_REGO_EXPR_AND_OR)
		return e->is_or ? !under_or || rhs : !under_or && rhs;
	return e->kind == SW_REGO_EXPR_TERM && leads_with_brace(e->terms.v[0]);
}

static void print_operand(struct sw_buf *out, const struct sw_rego_body *b, bool braces, bool under_or, bool rhs)
{
	bool parens = false;
	if (!braces && b->n == 1)
		parens = operand_needs_parens(b->v[0], under_or, rhs);
	else
		braces = true;
	sw_buf_addz(out, braces ? "{ " : parens ? "(" : "");
	sw_rego_body_print(out, b);
	sw_buf_addz(out, braces ? " }" : parens ? ")" : "");
}

static void print_not_body(struct sw_buf *out, const struct sw_rego_expr *e)
{
	const struct sw_rego_expr *only = e->body.n == 1 ? e->body.v[0] : NULL;
	bool braces = e->explicit_body || !only;
	bool parens = !braces && (only->n_withs || only->kind == SW_REGO_EXPR_AND_OR ||
					 only->kind == SW_REGO_EXPR_NOT_BODY ||
					 (only->kind == SW_REGO_EXPR_TERM && leads_with_brace(only->terms.v[0])));
	sw_buf_addz(out, braces ? "not {" : parens ? "not (" : "not ");
	sw_rego_body_print(out, &e->body);
	sw_buf_addz(out, braces ? "}" : parens ? ")" : "");
}

static void print_some(struct sw_buf *out, const struct sw_rego_expr *e)
{
	sw_buf_addz(out, "some ");
	const struct sw_rego_term *t = e->terms.v[0];
	if (t->kind != SW_REGO_CALL) {
		print_list(out, e->terms.v, e->terms.n);
		return;
	}
	for (uint32_t i = 1; i < t->items.n; i++) {
		if (i > 1)
			sw_buf_addz(out, i + 1 == t->items.n ? " in " : ", ");
		sw_rego_term_print(out, t->items.v[i]);
	}
}

static void print_every(struct sw_buf *out, const struct sw_rego_expr *e)
{
	sw_buf_addz(out, "every ");
	if (e->key) {
		sw_rego_term_print(out, e->key);
		sw_buf_addz(out, ", ");
	}
	sw_rego_term_print(out, e->val);
	sw_buf_addz(out, " in ");
	sw_rego_term_print(out, e->domain);
	sw_buf_addz(out, " { ");
	sw_rego_body_print(out, &e->body);
	sw_buf_addz(out, " }");
}

static void print_call_expr(struct sw_buf *out, const struct sw_rego_expr *e)
{
	const char *infix = e->terms.n == 3 ? sw_rego_infix(e->terms.v[0]) : NULL;
	if (!infix || strcmp(infix, "=") != 0) {
		print_call(out, &e->terms);
		return;
	}
	sw_rego_term_print(out, e->terms.v[1]);
	sw_buf_addz(out, " = ");
	sw_rego_term_print(out, e->terms.v[2]);
}

void sw_rego_expr_print(struct sw_buf *out, const struct sw_rego_expr *e)
{
	if (e->negated)
		sw_buf_addz(out, "not ");
	switch ((enum sw_rego_expr_kind)e->kind) {
	case SW_REGO_EXPR_TERM:
		sw_rego_term_print(out, e->terms.v[0]);
		break;
	case SW_REGO_EXPR_CALL:
		print_call_expr(out, e);
		break;
	case SW_REGO_EXPR_SOME:
		print_some(out, e);
		break;
	case SW_REGO_EXPR_EVERY:
		print_every(out, e);
		break;
	case SW_REGO_EXPR_NOT_BODY:
		print_not_body(out, e);
		break;
	case SW_REGO_EXPR_AND_OR:
		print_operand(out, &e->branches[0], e->explicit_lhs, e->is_or, false);
		sw_buf_addz(out, e->is_or ? " or " : " and ");
		print_operand(out, &e->branches[1], e->explicit_rhs, e->is_or, true);
		break;
	}
	for (uint32_t i = 0; i < e->n_withs; i++) {
		sw_buf_addz(out, " with ");
		sw_rego_term_print(out, e->withs[i].target);
		sw_buf_addz(out, " as ");
		sw_rego_term_print(out, e->withs[i].value);
	}
}

void sw_rego_body_print(struct sw_buf *out, const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		if (i)
			sw_buf_addz(out, "; ");
		sw_rego_expr_print(out, b->v[i]);
	}
}

/* ---- rules ---- */

static void print_head(struct sw_buf *out, const struct sw_rego_head *h, bool v1)
{
	bool key_shown = false;
	print_ref(out, &h->ref->items);
	if (h->args.n) {
		sw_buf_addch(out, '(');
		print_list(out, h->args.v, h->args.n);
		sw_buf_addch(out, ')');
	} else if (h->ref->items.n == 1 && h->opa_key) {
		sw_buf_addz(out, v1 ? " contains " : "[");
		sw_rego_term_print(out, h->opa_key);
		sw_buf_addz(out, v1 ? "" : "]");
		key_shown = v1;
	}
	if (h->value) {
		sw_buf_addz(out, h->assign ? " := " : " = ");
		sw_rego_term_print(out, h->value);
	} else if (!key_shown && !h->opa_name.n && h->opa_key) {
		sw_buf_addz(out, " contains ");
		sw_rego_term_print(out, h->opa_key);
	}
}

static void print_annotation(struct sw_buf *out, const struct sw_rego_annotations *a)
{
	sw_buf_addz(out, "# METADATA\n# ");
	sw_json_write(out, a->json, SW_JSON_HTML_ESCAPE);
	sw_buf_addch(out, '\n');
}

static void print_rule(struct sw_buf *out, const struct sw_rego_rule *r, bool v1)
{
	for (uint32_t i = 0; i < r->n_annotations; i++)
		print_annotation(out, r->annotations[i]);
	if (r->is_default)
		sw_buf_addz(out, "default ");
	print_head(out, r->head, v1);
	if (!r->is_default) {
		sw_buf_addz(out, v1 ? " if { " : " { ");
		sw_rego_body_print(out, &r->body);
		sw_buf_addz(out, " }");
	}
	for (r = r->else_rule; r; r = r->else_rule) {
		sw_buf_addz(out, " else ");
		if (r->head->value) {
			sw_buf_addz(out, "= ");
			sw_rego_term_print(out, r->head->value);
		}
		sw_buf_addz(out, v1 ? " if { " : " { ");
		sw_rego_body_print(out, &r->body);
		sw_buf_addz(out, " }");
	}
}

void sw_rego_rule_print(struct sw_buf *out, const struct sw_rego_rule *r)
{
	print_rule(out, r, !r->module || r->module->version != SW_REGO_V0);
}

void sw_rego_package_print(struct sw_buf *out, const struct sw_rego_term *package)
{
	struct sw_rego_terms path = {package->items.v + 1, package->items.n - 1, 0};
	sw_buf_addz(out, "package ");
	print_ref(out, &path);
}

void sw_rego_module_print(struct sw_buf *out, const struct sw_rego_module *m)
{
	for (uint32_t i = 0; i < m->n_annotations; i++)
		if (m->annotations[i]->on == SW_REGO_ON_PACKAGE)
			print_annotation(out, m->annotations[i]);
	sw_rego_package_print(out, m->package);
	sw_buf_addch(out, '\n');
	for (uint32_t i = 0; i < m->n_imports; i++) {
		sw_buf_addz(out, "\nimport ");
		sw_rego_term_print(out, m->imports[i]->path);
		if (m->imports[i]->alias.n) {
			sw_buf_addz(out, " as ");
			sw_buf_addstr(out, m->imports[i]->alias);
		}
	}
	if (m->n_imports)
		sw_buf_addch(out, '\n');
	for (uint32_t i = 0; i < m->n_rules; i++) {
		sw_buf_addch(out, '\n');
		print_rule(out, m->rules[i], m->version != SW_REGO_V0);
	}
}
