/* SPDX-License-Identifier: Apache-2.0 */
/* HCL 2: bodies, attributes and blocks, in the shape of hcl2json. */
#include <ctype.h>

#include "doc/formats/hcl2_impl.h"

static int body(struct hcl2 *h, bool braces, struct fmt_node *t);

static int comment(struct hcl2 *h, bool *any)
{
	struct fmt_cursor *c = &h->c;
	*any = true;
	if (fmt_peek(c, 0) == '#' || fmt_starts(c, "//")) {
		while (!fmt_end(c) && fmt_peek(c, 0) != '\n')
			c->at++;
	} else if (fmt_starts(c, "/*")) {
		size_t end = sw_str_find(c->t, SW_STR("*/"), c->at + 2);
		if (end == SW_NPOS)
			return fmt_fail(c, "the comment does not end");
		c->at = end + 2;
	} else {
		*any = false;
	}
	return 0;
}

static int skip(struct hcl2 *h, bool newlines)
{
	for (bool any = true; any;) {
		for (int d; (d = fmt_peek(&h->c, 0)) == ' ' || d == '\t' ||
			    (newlines && (d == '\n' || d == '\r'));)
			h->c.at++;
		int rc = comment(h, &any);
		if (rc)
			return rc;
		any |= newlines && fmt_peek(&h->c, 0) == '\n';
	}
	return 0;
}

int hcl2_space(struct hcl2 *h)
{
	return skip(h, !h->newlines);
}

int hcl2_lines(struct hcl2 *h)
{
	return skip(h, true);
}

bool hcl2_ident(struct hcl2 *h, struct sw_str *ret)
{
	struct fmt_cursor *c = &h->c;
	size_t start = c->at;
	int d = fmt_peek(c, 0);
	if (d < 0 || !(isalpha(d) || d == '_' || d >= 0x80))
		return false;
	while ((d = fmt_peek(c, 0)) >= 0 && (isalnum(d) || d == '_' || d == '-' || d >= 0x80))
		c->at++;
	*ret = sw_str_sub(c->t, start, c->at);
	return true;
}

static int end_of_item(struct hcl2 *h, bool braces)
{
	int rc = skip(h, false);
	if (rc)
		return rc;
	int d = fmt_peek(&h->c, 0);
	if (d < 0 || d == '\n' || fmt_starts(&h->c, "\r\n") || (braces && d == '}'))
		return 0;
	return fmt_fail(&h->c, "expected the end of the line behind an argument or block");
}

enum { LABELS = 64, ATTRIBUTE = 1, BLOCKS = 2 };

static int attribute(struct hcl2 *h, struct fmt_node *t, struct sw_str name, size_t at)
{
	struct hcl2_expr e;
	struct fmt_node *n = fmt_node_new(&h->c, FMT_VALUE), *old = fmt_table_get(t, name);
	h->newlines = true;
	int rc = n ? hcl2_space(h) : fmt_full(&h->c);
	if (!rc)
		rc = hcl2_expr(h, &e);
	if (!rc)
		rc = hcl2_value(h, &e, &n->value);
	if (rc)
		return rc;
	n->flags = ATTRIBUTE;
	if (old && old->flags == ATTRIBUTE)
		return fmt_fail_at(&h->c, at, SW_EINVALID, "argument \"%.*s\" was already set",
			SW_STR_ARG(name));
	if (old) { /* blocks are put first, so that the attribute takes their place */
		*old = *n;
		return 0;
	}
	return fmt_add(&h->c, t, name, n);
}

/* The table in which the last label's list of bodies is. */
static int descend(struct hcl2 *h, struct fmt_node **t, struct sw_str key, size_t at)
{
	struct fmt_node *n = fmt_table_get(*t, key);
	int rc = 0;
	if (n && n->kind != FMT_TABLE)
		return fmt_fail_at(&h->c, at, SW_EINVALID,
			"blocks with and without labels, or a value, of \"%.*s\"", SW_STR_ARG(key));
	if (!n) {
		n = fmt_node_new(&h->c, FMT_TABLE);
		rc = n ? fmt_add(&h->c, *t, key, n) : fmt_full(&h->c);
	}
	*t = n;
	return rc;
}

static int add_block(
	struct hcl2 *h, struct fmt_node *t, const struct sw_str *keys, uint32_t n, size_t at)
{
	struct fmt_node *list, *b = fmt_node_new(&h->c, FMT_TABLE);
	int rc = b ? fmt_enter(&h->c) : fmt_full(&h->c);
	for (uint32_t i = 0; !rc && i + 1 < n; i++)
		rc = descend(h, &t, keys[i], at);
	if (rc)
		return rc;
	list = fmt_table_get(t, keys[n - 1]);
	if (list && list->kind == FMT_VALUE)
		list = NULL; /* an attribute of that name: it wins */
	else if (list && list->kind != FMT_LIST)
		return fmt_fail_at(&h->c, at, SW_EINVALID,
			"blocks with and without labels of \"%.*s\"", SW_STR_ARG(keys[n - 1]));
	else if (!list) {
		list = fmt_node_new(&h->c, FMT_LIST);
		rc = list ? fmt_add(&h->c, t, keys[n - 1], list) : fmt_full(&h->c);
	}
	if (list)
		list->flags = BLOCKS;
	if (!rc && list)
		rc = fmt_add(&h->c, list, (struct sw_str){0}, b);
	h->c.at++;
	if (!rc)
		rc = body(h, true, b);
	h->c.depth--;
	return rc;
}

static int block(struct hcl2 *h, struct fmt_node *t, struct sw_str name, size_t at)
{
	struct sw_str keys[LABELS];
	uint32_t n = 0;
	keys[n++] = name;
	for (;;) {
		int rc = skip(h, false);
		if (rc)
			return rc;
		if (fmt_peek(&h->c, 0) == '{')
			return add_block(h, t, keys, n, at);
		if (n == LABELS)
			return fmt_fail(&h->c, "more than %d labels", LABELS - 1);
		if (fmt_peek(&h->c, 0) == '"')
			rc = hcl2_label(h, &keys[n]);
		else if (!hcl2_ident(h, &keys[n]))
			rc = fmt_fail(&h->c, "expected = or a block");
		if (rc)
			return rc;
		n++;
	}
}

static int body(struct hcl2 *h, bool braces, struct fmt_node *t)
{
	for (;;) {
		struct sw_str name;
		int rc = hcl2_lines(h);
		size_t at = h->c.at;
		if (rc)
			return rc;
		if (fmt_end(&h->c))
			return braces ? fmt_fail(&h->c, "the block does not end") : 0;
		if (braces && fmt_take(&h->c, '}'))
			return 0;
		if (!hcl2_ident(h, &name))
			return fmt_fail(&h->c, "expected an argument or block");
		rc = skip(h, false);
		if (!rc && fmt_peek(&h->c, 0) == '=' && fmt_peek(&h->c, 1) != '=') {
			h->c.at++;
			rc = attribute(h, t, name, at);
		} else if (!rc) {
			rc = block(h, t, name, at);
		}
		if (!rc)
			rc = end_of_item(h, braces);
		if (rc)
			return rc;
	}
}

int sw_hcl2_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct hcl2 h = {0};
	int rc = fmt_open(&h.c, a, text, err);
	struct fmt_node *root = fmt_node_new(&h.c, FMT_TABLE);
	if (!rc && !root)
		rc = fmt_full(&h.c);
	if (!rc)
		rc = body(&h, false, root);
	return rc ? rc : fmt_seal(&h.c, root, ret);
}
