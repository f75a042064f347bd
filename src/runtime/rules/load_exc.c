/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of rules: read from YAML, and turned into a condition. */
#include "base/cleanup.h"
#include "runtime/rules/load_int.h"

#define ENTRY_DEPTH 16 /* lists within lists; more than two mean nothing */

static int read_entry(struct sw_load *l, struct sw_ynode n, const char *key, const struct sw_load_ctx *parent,
	uint32_t depth, struct sw_exc_entry *ret)
{
	const struct sw_load_ctx *ctx = sw_load_ctx_at(l, parent, n.span, "value for", sw_str_from(key));
	if (depth == ENTRY_DEPTH)
		return sw_load_fail(l, SW_LOAD_ERR_YAML_VALIDATE, ctx, "exception values are nested too deep");
	if (sw_ynode_scalar(n)) {
		ret->item = sw_ynode_text(l, n);
		if (ret->item.n == 0)
			return sw_load_fail(l, SW_LOAD_ERR_YAML_VALIDATE, ctx, "Value must be non-empty");
		return 0;
	}
	if (n.v.type != SW_ARRAY)
		return 0;
	ret->is_list = true;
	ret->items = sw_arena_zalloc(l->a, (n.v.n + 1) * sizeof(struct sw_exc_entry));
	if (!ret->items)
		return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, ctx, "out of memory");
	for (uint32_t i = 0; i < n.v.n; i++) {
		struct sw_ynode e = sw_ynode_at(n, i);
		int rc = read_entry(l, e, "", sw_load_ctx_at(l, ctx, e.span, "exception", SW_STR("")), depth + 1,
			&ret->items[i]);
		if (rc < 0)
			return rc;
	}
	ret->n = n.v.n;
	return 0;
}

static int read_values(struct sw_load *l, struct sw_ynode values, struct sw_exc *e)
{
	const struct sw_load_ctx *ctx = sw_load_ctx_at(l, e->ctx, values.span, "exception values", SW_STR(""));
	if (values.v.type != SW_ARRAY)
		return sw_load_fail(
			l, SW_LOAD_ERR_YAML_VALIDATE, ctx, "Rule exception values must be a sequence");
	e->values = sw_arena_zalloc(l->a, (values.v.n + 1) * sizeof(struct sw_exc_entry));
	if (!e->values)
		return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, ctx, "out of memory");
	for (uint32_t i = 0; i < values.v.n; i++) {
		struct sw_ynode v = sw_ynode_at(values, i);
		const struct sw_load_ctx *vctx = sw_load_ctx_at(l, ctx, v.span, "exception value", SW_STR(""));
		int rc = read_entry(l, v, "", vctx, 0, &e->values[i]);
		if (rc < 0)
			return rc;
	}
	e->n_values = values.v.n;
	return 0;
}

static int read_one(struct sw_load *l, struct sw_ynode ex, const struct sw_load_ctx *exes,
	const struct sw_load_ctx *parent, bool append, struct sw_exc *e)
{
	const struct sw_load_ctx *tmp = sw_load_ctx_at(l, exes, ex.span, "exception", SW_STR(""));
	if (ex.v.type != SW_OBJECT)
		return sw_load_fail(l, SW_LOAD_ERR_YAML_VALIDATE, tmp, "Rule exception must be a mapping");
	int rc = sw_load_text(l, ex, "name", tmp, &e->name);
	if (rc < 0)
		return rc;
	e->ctx = sw_load_ctx_at(l, parent, ex.span, "exception", e->name);
	struct sw_ynode fields = sw_ynode_get(ex, "fields"), comps = sw_ynode_get(ex, "comps");
	if (!sw_ynode_defined(fields) && !append)
		return sw_load_fail(
			l, SW_LOAD_ERR_YAML_VALIDATE, e->ctx, "Item has no mapping for key 'fields'");
	if (sw_ynode_defined(fields) && (rc = read_entry(l, fields, "fields", e->ctx, 0, &e->fields)) < 0)
		return rc;
	if (sw_ynode_defined(comps) && (rc = read_entry(l, comps, "comps", e->ctx, 0, &e->comps)) < 0)
		return rc;
	struct sw_ynode values = sw_ynode_get(ex, "values");
	if (sw_ynode_defined(values))
		return read_values(l, values, e);
	if (append)
		sw_load_warn(l, SW_LOAD_APPEND_NO_VALUES, e->ctx, "Overriding/appending exception with no values");
	return 0;
}

int sw_load_read_exceptions(struct sw_load *l, struct sw_ynode item, const struct sw_load_ctx *parent, bool append,
	struct sw_exc **ret, uint32_t *ret_n)
{
	struct sw_ynode exs = sw_ynode_get(item, "exceptions");
	*ret = NULL;
	*ret_n = 0;
	if (!sw_ynode_defined(exs) || exs.v.type == SW_NULL)
		return 0;
	const struct sw_load_ctx *ctx = sw_load_ctx_at(l, parent, exs.span, "exceptions", SW_STR(""));
	if (exs.v.type != SW_ARRAY)
		return sw_load_fail(l, SW_LOAD_ERR_YAML_VALIDATE, ctx, "Rule exceptions must be a sequence");
	struct sw_exc *list = sw_arena_zalloc(l->a, (exs.v.n + 1) * sizeof(struct sw_exc));
	if (!list)
		return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, ctx, "out of memory");
	for (uint32_t i = 0; i < exs.v.n; i++) {
		int rc = read_one(l, sw_ynode_at(exs, i), ctx, parent, append, &list[i]);
		if (rc < 0)
			return rc;
		for (uint32_t k = 0; k < i; k++)
			if (sw_str_eq(list[k].name, list[i].name))
				sw_load_warn(l, SW_LOAD_EXCEPTION_NAME_NOT_UNIQUE, list[i].ctx,
					"Multiple definitions of exception '%.*s' in the same rule",
					SW_STR_ARG(list[i].name));
	}
	*ret = list;
	*ret_n = exs.v.n;
	return 0;
}

/* ---- as a condition ---- */

/* A text with a blank is quoted; one that is quoted already is left alone. */
static void quoted(struct sw_buf *b, struct sw_str s)
{
	bool quote = sw_str_chr(s, ' ', 0) != SW_NPOS && s.p[0] != '"' && s.p[0] != '\'';
	if (quote)
		sw_buf_addch(b, '"');
	sw_buf_addstr(b, s);
	if (quote)
		sw_buf_addch(b, '"');
}

static int single_field(struct sw_load *l, struct sw_buf *b, const struct sw_exc *e)
{
	for (uint32_t i = 0; i < e->n_values; i++) {
		if (e->values[i].is_list)
			return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, e->ctx,
				"Expected values array to contain a list of strings");
		if (i == 0)
			sw_buf_printf(b, " and not (%.*s %.*s (", SW_STR_ARG(e->fields.item),
				SW_STR_ARG(e->comps.item));
		else
			sw_buf_addz(b, ", ");
		quoted(b, e->values[i].item);
	}
	if (e->n_values)
		sw_buf_addz(b, "))");
	return 0;
}

static void one_field(struct sw_buf *b, struct sw_str field, struct sw_str comp, const struct sw_exc_entry *v)
{
	sw_buf_printf(b, " %.*s %.*s ", SW_STR_ARG(field), SW_STR_ARG(comp));
	if (v->is_list) {
		sw_buf_addch(b, '(');
		for (uint32_t i = 0; i < v->n; i++) {
			if (i)
				sw_buf_addz(b, ", ");
			quoted(b, v->items[i].item);
		}
		sw_buf_addch(b, ')');
	} else if (sw_cond_is_list_operator(comp) || sw_cond_is_modified_operator(comp)) {
		bool paren = v->item.n == 0 || v->item.p[0] != '(';
		sw_buf_printf(b, paren ? "(%.*s)" : "%.*s", SW_STR_ARG(v->item));
	} else {
		quoted(b, v->item);
	}
}

static int several_fields(struct sw_load *l, struct sw_buf *b, const struct sw_exc *e)
{
	if (e->n_values == 0)
		return 0;
	sw_buf_addz(b, " and not (");
	for (uint32_t i = 0; i < e->n_values; i++) {
		const struct sw_exc_entry *v = &e->values[i];
		if (e->fields.n != v->n)
			return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, e->ctx,
				"Fields and values lists must have equal length");
		sw_buf_addz(b, i ? " or (" : "(");
		for (uint32_t k = 0; k < e->fields.n; k++) {
			if (k)
				sw_buf_addz(b, " and ");
			one_field(b, e->fields.items[k].item, e->comps.items[k].item, &v->items[k]);
		}
		sw_buf_addch(b, ')');
	}
	sw_buf_addch(b, ')');
	return 0;
}

int sw_load_exceptions_text(struct sw_load *l, const struct sw_rule_def *d, struct sw_str *ret)
{
	if (d->n_excs == 0) {
		*ret = d->r.condition;
		return 0;
	}
	sw_autobuf b;
	sw_buf_init(&b, SW_RULES_FILE_MAX);
	sw_buf_addch(&b, '(');
	sw_buf_addstr(&b, d->r.condition);
	sw_buf_addch(&b, ')');
	for (uint32_t i = 0; i < d->n_excs; i++) {
		const struct sw_exc *e = &d->excs[i];
		int rc = e->fields.is_list ? several_fields(l, &b, e) : single_field(l, &b, e);
		if (rc < 0)
			return rc;
	}
	*ret = sw_arena_str(l->a, sw_buf_str(&b));
	if (!ret->p || b.overflow)
		return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, d->r.ctx, "the condition is too long");
	return 0;
}
