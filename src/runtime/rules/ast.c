/* SPDX-License-Identifier: Apache-2.0 */
/* Trees to text, and macros into trees. */
#include "runtime/rules/ast.h"

#define MACRO_DEPTH 100 /* macros within macros */

/* ---- printing ---- */

static bool needs_quotes(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == 0 || strchr("\b\f\n\r\t =\\\"'", s.p[i]))
			return true;
	return false;
}

static void print_str(struct sw_buf *out, struct sw_str s)
{
	if (!needs_quotes(s)) {
		sw_buf_addstr(out, s);
		return;
	}
	static const char from[] = "\b\f\n\r\t\\\"", to[] = "bfnrt\\\"";
	sw_buf_addch(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		const char *e = s.p[i] ? strchr(from, s.p[i]) : NULL;
		if (e) {
			sw_buf_addch(out, '\\');
			sw_buf_addch(out, to[e - from]);
		} else {
			sw_buf_addch(out, s.p[i]);
		}
	}
	sw_buf_addch(out, '"');
}

static void print_kids(struct sw_buf *out, const struct sw_cond *c, const char *sep)
{
	sw_buf_addch(out, '(');
	for (uint32_t i = 0; i < c->n_kids; i++) {
		if (i)
			sw_buf_addz(out, sep);
		sw_cond_print(out, c->kids[i]);
	}
	sw_buf_addch(out, ')');
}

static void print_arg(struct sw_buf *out, const struct sw_cond *c)
{
	if (!c->has_arg)
		return;
	sw_buf_addch(out, '[');
	sw_buf_addstr(out, c->arg);
	sw_buf_addch(out, ']');
}

/* The depth is that of the parser, times the depth of macros. */
void sw_cond_print(struct sw_buf *out, const struct sw_cond *c)
{
	switch (c->kind) {
	case SW_COND_AND:
		print_kids(out, c, " and ");
		break;
	case SW_COND_OR:
		print_kids(out, c, " or ");
		break;
	case SW_COND_NOT:
		sw_buf_addz(out, "not ");
		sw_cond_print(out, c->kids[0]);
		break;
	case SW_COND_UNARY:
	case SW_COND_BINARY:
		sw_cond_print(out, c->kids[0]);
		sw_buf_addch(out, ' ');
		sw_buf_addstr(out, c->text);
		if (c->kind == SW_COND_BINARY) {
			sw_buf_addch(out, ' ');
			sw_cond_print(out, c->kids[1]);
		}
		break;
	case SW_COND_FIELD:
		sw_buf_addstr(out, c->text);
		print_arg(out, c);
		break;
	case SW_COND_TRANSFORMER:
		sw_buf_addstr(out, c->text);
		print_kids(out, c, ",");
		print_arg(out, c);
		break;
	case SW_COND_TLIST:
		print_kids(out, c, ",");
		break;
	case SW_COND_VALUE:
		print_str(out, c->text);
		break;
	case SW_COND_LIST:
		sw_buf_addch(out, '(');
		for (uint32_t i = 0; i < c->n_values; i++) {
			if (i)
				sw_buf_addz(out, ", ");
			print_str(out, c->values[i]);
		}
		sw_buf_addch(out, ')');
		break;
	default:
		sw_buf_addstr(out, c->text);
	}
}

/* ---- macros ---- */

struct resolve {
	struct sw_arena *a;
	const struct sw_cond *(*find)(void *arg, struct sw_str name);
	void *arg;
	struct sw_str path[MACRO_DEPTH];
	uint32_t depth;
	struct sw_cond_pos *ret_pos;
	struct sw_error *err;
};

static int resolve(struct resolve *r, struct sw_cond **c);

static int resolve_ident(struct resolve *r, struct sw_cond **c)
{
	struct sw_str name = (*c)->text;
	const struct sw_cond *m = r->find(r->arg, name);
	if (!m) {
		*r->ret_pos = (*c)->pos;
		return sw_error_set(
			r->err, SW_ENOENT, "Undefined macro '%.*s' used in filter.", SW_STR_ARG(name));
	}
	for (uint32_t i = 0; i < r->depth; i++) {
		if (sw_str_eq(r->path[i], name)) {
			*r->ret_pos = (*c)->pos;
			return sw_error_set(
				r->err, SW_EINVALID, "reference loop in macro '%.*s'", SW_STR_ARG(name));
		}
	}
	if (r->depth == MACRO_DEPTH) {
		*r->ret_pos = (*c)->pos;
		return sw_error_set(r->err, SW_ELIMIT, "macros are nested too deep at '%.*s'",
			SW_STR_ARG(name));
	}
	r->path[r->depth++] = name;
	*c = (struct sw_cond *)(uintptr_t)m;
	int rc = resolve(r, c);
	r->depth--;
	return rc;
}

/* A node whose kids change is copied: trees of macros are shared. */
static int resolve(struct resolve *r, struct sw_cond **c)
{
	struct sw_cond *o = *c;
	if (o->kind == SW_COND_IDENT)
		return resolve_ident(r, c);
	if (o->kind != SW_COND_AND && o->kind != SW_COND_OR && o->kind != SW_COND_NOT)
		return 0;
	bool changed = false;
	for (uint32_t i = 0; i < o->n_kids; i++) {
		struct sw_cond *kid = o->kids[i];
		int rc = resolve(r, &kid);
		if (rc < 0)
			return rc;
		if (kid == o->kids[i])
			continue;
		if (!changed) {
			struct sw_cond *n = sw_arena_new(r->a, struct sw_cond);
			struct sw_cond **kids = sw_arena_new_array(r->a, o->n_kids, struct sw_cond *);
			if (!n || !kids)
				return sw_error_set(r->err, SW_ELIMIT, "out of memory");
			memcpy(kids, o->kids, o->n_kids * sizeof(*kids));
			*n = *o;
			n->kids = kids;
			o = *c = n;
			changed = true;
		}
		o->kids[i] = kid;
	}
	return 0;
}

int sw_cond_resolve(struct sw_arena *a, struct sw_cond **c,
	const struct sw_cond *(*find)(void *arg, struct sw_str name), void *arg, struct sw_cond_pos *ret_pos,
	struct sw_error *err)
{
	struct sw_cond_pos unused;
	struct resolve r = {
		.a = a, .find = find, .arg = arg, .ret_pos = ret_pos ? ret_pos : &unused, .err = err};
	return resolve(&r, c);
}
