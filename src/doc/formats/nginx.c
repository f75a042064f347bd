/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx's configuration in the shape that conftest gives it: {directives: [{name, parameters, block}]}, a block
 * again with directives. Parameters keep their quotes; comments are left out; nothing is included. In an upstream
 * block its servers come last. Unlike conftest's library any directive is taken, also those of modules.
 */
#include "base/cleanup.h"
#include "doc/formats/impl.h"

struct token {
	struct sw_str text; /* p NULL: the end */
	size_t at;
	char mark; /* ; { } or 0 for a word */
};

static bool is_blank(int ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

static int quoted(struct fmt_cursor *c, struct token *t)
{
	char quote = c->t.p[c->at++];
	while (!fmt_end(c) && fmt_peek(c, 0) != quote)
		c->at += fmt_peek(c, 0) == '\\' && fmt_peek(c, 1) >= 0 ? 2 : 1;
	if (!fmt_take(c, quote))
		return fmt_fail_at(c, t->at, SW_ESYNTAX, "the quotes are not closed");
	return 0;
}

/* A word ends at blanks and at ; { } but for ${name}. */
static void word(struct fmt_cursor *c)
{
	bool variable = false;
	for (int ch; (ch = fmt_peek(c, 0)) >= 0; c->at++) {
		if (ch == '{' && c->t.p[c->at - 1] == '$')
			variable = true;
		else if (ch == '}' && variable)
			variable = false;
		else if (is_blank(ch) || ch == ';' || ch == '{' || ch == '}')
			return;
	}
}

static int next(struct fmt_cursor *c, struct token *t)
{
	int rc = 0;
	for (;;) {
		while (is_blank(fmt_peek(c, 0)))
			c->at++;
		if (fmt_peek(c, 0) != '#')
			break;
		while (!fmt_end(c) && fmt_peek(c, 0) != '\n')
			c->at++;
	}
	*t = (struct token){.at = c->at};
	int ch = fmt_peek(c, 0);
	if (ch < 0)
		return 0;
	if (ch == ';' || ch == '{' || ch == '}') {
		t->mark = (char)ch;
		c->at++;
	} else if (ch == '"' || ch == '\'' || ch == '`') {
		rc = quoted(c, t);
	} else {
		c->at++;
		word(c);
	}
	t->text = sw_str_sub(c->t, t->at, c->at);
	return rc;
}

static int block(struct fmt_cursor *c, bool inner, bool upstream, struct sw_value *ret);

/* What is between the braces of a block in another language: of that nothing is told. */
static int foreign(struct fmt_cursor *c, size_t start, struct sw_value *ret)
{
	for (uint32_t depth = 1; depth; c->at++) {
		int ch = fmt_peek(c, 0);
		if (ch < 0)
			return fmt_fail_at(c, start, SW_ESYNTAX, "the block is not closed");
		depth += ch == '{';
		depth -= ch == '}';
	}
	*ret = sw_empty_array();
	return 0;
}

static int one(struct fmt_cursor *c, const struct token *name, struct sw_map *m)
{
	struct sw_list params;
	struct sw_value directives, inner;
	struct sw_map b;
	struct token t;
	int rc = next(c, &t);
	sw_list_init(&params, c->a);
	for (; !rc && !t.mark && t.text.p; rc = next(c, &t))
		if (sw_list_add(&params, sw_string(t.text)))
			return fmt_full(c);
	if (rc)
		return rc;
	if (!t.text.p || t.mark == '}')
		return fmt_fail_at(c, name->at, SW_ESYNTAX, "the directive %.*s has no end",
			(int)(name->text.n < 60 ? name->text.n : 60), name->text.p);
	if (sw_map_adds(m, "name", sw_string(name->text)) ||
		(params.n && sw_map_adds(m, "parameters", sw_list_array(&params))))
		return fmt_full(c);
	if (t.mark == ';')
		return 0;
	rc = fmt_enter(c);
	if (!rc && sw_str_ends(name->text, SW_STR("_by_lua_block")))
		rc = foreign(c, t.at, &directives);
	else if (!rc)
		rc = block(c, true, sw_str_is(name->text, "upstream"), &directives);
	c->depth--;
	if (rc)
		return rc;
	sw_map_init(&b, c->a);
	if (sw_map_adds(&b, "directives", directives))
		return fmt_full(c);
	inner = sw_map_object(&b);
	return !sw_defined(inner) || sw_map_adds(m, "block", inner) ? fmt_full(c) : 0;
}

static int block(struct fmt_cursor *c, bool inner, bool upstream, struct sw_value *ret)
{
	struct sw_list l, servers;
	struct token t;
	size_t start = c->at;
	int rc;
	sw_list_init(&l, c->a);
	sw_list_init(&servers, c->a);
	while (!(rc = next(c, &t)) && t.text.p && t.mark != '}') {
		struct sw_map m;
		if (t.mark) /* ; alone, and a block that nothing names */
			continue;
		sw_map_init(&m, c->a);
		rc = one(c, &t, &m);
		if (rc)
			return rc;
		struct sw_value v = sw_map_object(&m);
		if (!sw_defined(v) ||
			sw_list_add(upstream && sw_str_is(t.text, "server") ? &servers : &l, v))
			return fmt_full(c);
	}
	if (rc)
		return rc;
	if (!t.text.p && inner)
		return fmt_fail_at(c, start ? start - 1 : 0, SW_ESYNTAX, "the block is not closed");
	for (uint32_t i = 0; i < servers.n; i++)
		if (sw_list_add(&l, servers.v[i]))
			return fmt_full(c);
	*ret = sw_list_array(&l);
	return sw_defined(*ret) ? 0 : fmt_full(c);
}

int sw_nginx_parse(struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct sw_value directives = sw_undef(), v;
	struct sw_map m;
	int rc = fmt_open(&c, a, text, err);
	if (!rc)
		rc = block(&c, false, false, &directives);
	if (rc)
		return rc;
	sw_map_init(&m, a);
	if (sw_map_adds(&m, "directives", directives))
		return fmt_full(&c);
	v = sw_map_object(&m);
	if (!sw_defined(v))
		return fmt_full(&c);
	*ret = v;
	return 0;
}
