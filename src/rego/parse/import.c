/* SPDX-License-Identifier: Apache-2.0 */
/* package and import statements, and what imports of `future` and `rego` switch on. */
#include "base/cleanup.h"
#include "rego/parse/impl.h"

static bool ident_or_keyword(struct parser *p)
{
	if (p->s.tok != SW_TOK_IDENT && !p_is_ref_keyword(p, p->s.tok))
		return false;
	p->s.tok = SW_TOK_IDENT;
	return true;
}

/* The word `package` or `import` is the current token. False: it starts a ref, or an error was recorded. */
static bool start_path(struct parser *p)
{
	p_scan_ws(p);
	if (p->s.tok == SW_TOK_DOT || p->s.tok == SW_TOK_LBRACK)
		return false;
	if (p->s.tok == SW_TOK_WHITESPACE)
		p_scan(p);
	if (ident_or_keyword(p))
		return true;
	p_illegal_token(p);
	return false;
}

static bool package_path(struct parser *p, const struct sw_rego_term *t, struct sw_rego_term *path)
{
	const struct sw_rego_term *first = t->kind == SW_REGO_VAR ? t : t->items.v[0];
	if (first->kind != SW_REGO_VAR) {
		p_error(p, &first->loc, "unexpected %s token: expecting var", p_kind_name(first));
		return false;
	}
	if (!p_add(p, &path->items, p_var(p, SW_STR("data"), &first->loc)) ||
		!p_add(p, &path->items, p_string(p, first->name, &first->loc)))
		return false;
	for (uint32_t i = 1; t->kind == SW_REGO_REF && i < t->items.n; i++) {
		struct sw_rego_term *item = t->items.v[i];
		if (item->kind != SW_REGO_SCALAR || !sw_is(item->value, SW_STRING)) {
			p_error(p, &item->loc, "unexpected %s token: expecting string", p_kind_name(item));
			return false;
		}
		if (!p_add(p, &path->items, item))
			return false;
	}
	return true;
}

bool parse_package(struct parser *p, struct sw_rego_term **ret_path, struct sw_rego_loc *ret_loc)
{
	struct sw_rego_loc loc = p->s.loc;
	if (!start_path(p))
		return false;
	struct sw_rego_term *t = parse_term(p), *path;
	if (!t) {
		if (!p->s.errors)
			p_error(p, &p->s.loc, "expected path");
		return false;
	}
	if (t->kind != SW_REGO_VAR && t->kind != SW_REGO_REF) {
		p_illegal_token(p);
		return false;
	}
	path = p_term(p, SW_REGO_REF, &t->loc);
	if (!path || !package_path(p, t, path))
		return false;
	*ret_path = path;
	*ret_loc = loc;
	return true;
}

/* ---- imports ---- */

/* The path, read with no future keyword known: `import future.keywords.in` must work twice. */
static struct sw_rego_term *import_path(struct parser *p)
{
	uint32_t keywords = p->s.lex.keywords;
	struct pstate before = p->s;
	struct pcache *cache = p->cache;
	struct sw_rego_term *t, *ref = NULL;
	p->s.lex.keywords = 0;
	p->cache = NULL;
	p->cache_hold++;
	t = parse_term(p);
	p->cache = cache;
	p->cache_hold--;
	p->s.lex.keywords = keywords;
	if (t && t->kind == SW_REGO_VAR) {
		ref = p_term(p, SW_REGO_REF, &t->loc);
		if (!ref || !p_add(p, &ref->items, t))
			return NULL;
	} else if (t && t->kind == SW_REGO_REF) {
		ref = t;
	}
	for (uint32_t i = 1; ref && i < ref->items.n; i++) {
		const struct sw_rego_term *item = ref->items.v[i];
		if (item->kind != SW_REGO_SCALAR || !sw_is(item->value, SW_STRING)) {
			p->s = before;
			p_error(p, &item->loc, "unexpected %s token: expecting string", p_kind_name(item));
			return NULL;
		}
	}
	if (!ref)
		p_error(p, &p->s.loc, "expected path");
	return ref;
}

static bool check_import_root(struct parser *p, const struct sw_rego_term *path)
{
	const struct sw_rego_term *root = path->items.v[0];
	if (p_term_is_var(root, "data") || p_term_is_var(root, "input") || p_term_is_var(root, "future") ||
		p_term_is_var(root, "rego"))
		return true;
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_rego_term_print(&b, root);
	p_hint(p, "if this is unexpected, try updating OPA");
	p_error(p, &path->loc, "unexpected import path, must begin with one of: {data, future, input, rego}, got: %.*s",
		SW_STR_ARG(sw_buf_str(&b)));
	return false;
}

static bool parse_alias(struct parser *p, struct sw_rego_import *imp)
{
	p_scan(p);
	if (p->s.tok != SW_TOK_IDENT) {
		p_illegal(p, "expected var");
		return false;
	}
	struct sw_rego_term *t = parse_term(p);
	if (t && t->kind == SW_REGO_VAR) {
		imp->alias = t->name;
		imp->alias_loc = t->loc;
		return true;
	}
	if (t && t->kind == SW_REGO_REF && t->items.n == 1 &&
		(p_term_is_var(t->items.v[0], "data") || p_term_is_var(t->items.v[0], "input"))) {
		p_error(p, &t->loc, "unexpected import alias, must not be a reserved name, got: %.*s",
			SW_STR_ARG(t->items.v[0]->name));
		return false;
	}
	p_illegal(p, "expected var");
	return false;
}

static void check_import_end(struct parser *p, const struct sw_rego_term *path)
{
	const struct sw_rego_term *last = path->items.v[path->items.n - 1];
	struct sw_str name = last->kind == SW_REGO_VAR ? last->name : sw_value_str(last->value);
	if (path->items.n > 1 && p_term_is_var(path->items.v[0], "future"))
		return;
	if (!p_is_keyword_in_version(p, name))
		return;
	p_hint(p, "import a different path or use an alias");
	p_error(p, &last->loc, "unexpected import path, must not end with a keyword, got: %.*s", SW_STR_ARG(name));
}

struct sw_rego_import *parse_import(struct parser *p)
{
	struct sw_rego_import *imp = sw_arena_new(p->arena, struct sw_rego_import);
	if (!imp)
		return NULL;
	imp->loc = p->s.loc;
	if (!start_path(p))
		return NULL;
	imp->path = import_path(p);
	if (!imp->path || !check_import_root(p, imp->path))
		return NULL;
	if (p->s.tok == SW_TOK_AS)
		return parse_alias(p, imp) ? imp : NULL;
	check_import_end(p, imp->path);
	return imp;
}

/* ---- what an import switches on ---- */

static void add_keywords(struct parser *p, uint32_t bits)
{
	if (bits & SW_KW_EVERY)
		bits |= SW_KW_IN;
	if (bits & SW_KW_NOT)
		p->not_bodies = true;
	p->s.lex.keywords |= bits;
}

static void unknown_keyword(struct parser *p, const struct sw_rego_loc *loc)
{
	static const char *const sorted[] = {"and", "contains", "every", "if", "in", "not", "or"};
	sw_autobuf b;
	sw_buf_init(&b, 256);
	for (size_t i = 0; i < SW_ARRAY_LEN(sorted); i++)
		if (p->allowed & sw_rego_keyword_bit(sw_str_from(sorted[i])))
			sw_buf_printf(&b, "%s%s", b.n ? " " : "", sorted[i]);
	p_error(p, loc, "unexpected keyword, must be one of [%.*s]", SW_STR_ARG(sw_buf_str(&b)));
}

static void import_future(struct parser *p, const struct sw_rego_import *imp)
{
	const struct sw_rego_terms *path = &imp->path->items;
	uint32_t bits = p->allowed;
	if (path->n == 1 || !p_term_is_string(path->v[1], "keywords")) {
		p_error(p, &imp->path->loc, "invalid import, must be `future.keywords`");
		return;
	}
	if (imp->alias.n) {
		p_error(p, &imp->alias_loc, "`future` imports cannot be aliased");
		return;
	}
	if (path->n == 3) {
		bits = sw_rego_keyword_bit(sw_value_str(path->v[2]->value)) & p->allowed;
		if (!bits) {
			unknown_keyword(p, &imp->path->loc);
			return;
		}
	}
	add_keywords(p, bits);
}

static void import_rego(struct parser *p, const struct sw_rego_import *imp)
{
	const struct sw_rego_terms *path = &imp->path->items;
	bool v1 = path->n == 2 && p_term_is_string(path->v[1], "v1");
	bool v2 = path->n == 2 && p_term_is_string(path->v[1], "v2");
	if (!v1 && !v2) {
		sw_autobuf b;
		sw_buf_init(&b, 1 << 20);
		sw_rego_term_print(&b, imp->path);
		p_error(p, &imp->path->loc, "invalid import `%.*s`, must be one of: `rego.v1`, `rego.v2`",
			SW_STR_ARG(sw_buf_str(&b)));
		return;
	}
	if (imp->alias.n) {
		p_error(p, &imp->alias_loc, "`rego` imports cannot be aliased");
		return;
	}
	add_keywords(p, v1 ? SW_KW_V0_FUTURE : SW_KW_ALL_FUTURE);
}

void apply_import(struct parser *p, const struct sw_rego_import *imp)
{
	const struct sw_rego_term *root = imp->path->items.v[0];
	if (p_term_is_var(root, "rego"))
		import_rego(p, imp);
	else if (p_term_is_var(root, "future"))
		import_future(p, imp);
	else
		return;
	/* The token behind the import was read before its keyword was known. */
	if (p->s.tok == SW_TOK_IDENT && sw_rego_keyword_bit(p->s.lit))
		p->s.tok = (uint8_t)sw_rego_keyword_tok(p->s.lit, p->s.lex.keywords);
}
