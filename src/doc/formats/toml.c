/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0: tables, keys and the rules about what may be defined twice. */
#include "doc/formats/toml_impl.h"

void toml_blanks(struct fmt_cursor *c)
{
	while (fmt_peek(c, 0) == ' ' || fmt_peek(c, 0) == '\t')
		c->at++;
}

static int toml_comment(struct fmt_cursor *c)
{
	if (fmt_peek(c, 0) != '#')
		return 0;
	while (!fmt_end(c) && fmt_peek(c, 0) != '\n' && !fmt_starts(c, "\r\n")) {
		int b = fmt_peek(c, 0);
		if ((b < ' ' && b != '\t') || b == 0x7f)
			return fmt_fail(c, "control characters are not allowed in comments");
		c->at++;
	}
	return 0;
}

int toml_space(struct fmt_cursor *c)
{
	for (;;) {
		toml_blanks(c);
		int rc = toml_comment(c);
		if (rc)
			return rc;
		if (fmt_starts(c, "\r\n"))
			c->at += 2;
		else if (!fmt_take(c, '\n'))
			return 0;
	}
}

static int end_of_line(struct fmt_cursor *c)
{
	toml_blanks(c);
	int rc = toml_comment(c);
	if (rc)
		return rc;
	if (fmt_end(c) || fmt_take(c, '\n'))
		return 0;
	if (fmt_starts(c, "\r\n")) {
		c->at += 2;
		return 0;
	}
	return fmt_fail(c, "expected the end of the line");
}

/* The table below `t`, made when it is not there. */
static int child(struct fmt_cursor *c, struct fmt_node *t, struct sw_str key, uint8_t flags,
	struct fmt_node **ret)
{
	struct fmt_node *n = fmt_table_get(t, key);
	if (!n) {
		n = fmt_node_new(c, FMT_TABLE);
		if (!n)
			return fmt_full(c);
		n->flags = flags;
		*ret = n;
		return fmt_add(c, t, key, n);
	}
	if (n->kind == FMT_LIST && n->flags & TOML_TABLES && n->n)
		n = n->v[n->n - 1].node;
	if (n->kind != FMT_TABLE || n->flags & TOML_INLINE)
		return fmt_fail_at(c, c->at, SW_EINVALID, "key \"%.*s\" has already been defined",
			SW_STR_ARG(key));
	*ret = n;
	return 0;
}

/* All but the last key of a.b.c; the tables on the way are made or entered. */
static int path(struct fmt_cursor *c, struct fmt_node **t, uint8_t flags, struct sw_str *ret_last)
{
	for (int depth = 0;; depth++) {
		toml_blanks(c);
		int rc = toml_key(c, ret_last);
		if (rc)
			return rc;
		toml_blanks(c);
		if (!fmt_take(c, '.'))
			return 0;
		if (depth > SW_FORMAT_DEPTH)
			return fmt_fail_at(c, c->at, SW_ELIMIT, "too many parts in a key");
		rc = child(c, *t, *ret_last, flags, t);
		if (rc)
			return rc;
		if (flags & TOML_DOTTED && (*t)->flags & TOML_HEADER)
			return fmt_fail_at(c, c->at, SW_EINVALID,
				"table \"%.*s\" is defined by its own header",
				SW_STR_ARG(*ret_last));
	}
}

int toml_pair(struct fmt_cursor *c, struct fmt_node *table)
{
	struct fmt_node *t = table, *v;
	struct sw_str key;
	size_t at = c->at;
	int rc = path(c, &t, TOML_DOTTED, &key);
	if (rc)
		return rc;
	if (!fmt_take(c, '='))
		return fmt_fail(c, "expected = behind the key");
	toml_blanks(c);
	rc = toml_value(c, &v);
	if (rc)
		return rc;
	if (fmt_table_get(t, key))
		return fmt_fail_at(c, at, SW_EINVALID, "key \"%.*s\" has already been defined",
			SW_STR_ARG(key));
	return fmt_add(c, t, key, v);
}

static int open_list(struct fmt_cursor *c, struct fmt_node *parent, struct sw_str key, size_t at,
	struct fmt_node **ret)
{
	struct fmt_node *list = fmt_table_get(parent, key), *t = fmt_node_new(c, FMT_TABLE);
	int rc = 0;
	if (list && !(list->flags & TOML_TABLES))
		return fmt_fail_at(c, at, SW_EINVALID, "key \"%.*s\" has already been defined",
			SW_STR_ARG(key));
	if (!list) {
		list = fmt_node_new(c, FMT_LIST);
		if (!list)
			return fmt_full(c);
		list->flags = TOML_TABLES;
		rc = fmt_add(c, parent, key, list);
	}
	if (!t)
		return fmt_full(c);
	t->flags = TOML_HEADER;
	*ret = t;
	return rc ? rc : fmt_add(c, list, (struct sw_str){0}, t);
}

static int open_table(struct fmt_cursor *c, struct fmt_node *parent, struct sw_str key, size_t at,
	struct fmt_node **ret)
{
	struct fmt_node *t = fmt_table_get(parent, key);
	if (t && (t->kind != FMT_TABLE || t->flags))
		return fmt_fail_at(c, at, SW_EINVALID, "table \"%.*s\" has already been defined",
			SW_STR_ARG(key));
	int rc = t ? 0 : child(c, parent, key, 0, &t);
	if (!rc) {
		t->flags |= TOML_HEADER;
		*ret = t;
	}
	return rc;
}

static int header(struct fmt_cursor *c, struct fmt_node *root, struct fmt_node **ret)
{
	struct fmt_node *parent = root;
	struct sw_str key;
	size_t at = c->at++;
	bool list = fmt_take(c, '[');
	int rc = path(c, &parent, 0, &key);
	if (rc)
		return rc;
	if (!fmt_take(c, ']') || (list && !fmt_take(c, ']')))
		return fmt_fail(c, "expected ] behind the name of the table");
	rc = list ? open_list(c, parent, key, at, ret) : open_table(c, parent, key, at, ret);
	return rc ? rc : end_of_line(c);
}

int sw_toml_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	int rc = fmt_open(&c, a, text, err);
	struct fmt_node *root = fmt_node_new(&c, FMT_TABLE), *table = root;
	if (!rc && !root)
		rc = fmt_full(&c);
	if (!rc && !sw_utf8_valid(text))
		rc = fmt_fail_at(&c, 0, SW_ESYNTAX, "the text is not UTF-8");
	while (!rc) {
		rc = toml_space(&c);
		if (rc || fmt_end(&c))
			break;
		if (fmt_peek(&c, 0) == '[') {
			rc = header(&c, root, &table);
		} else {
			rc = toml_pair(&c, table);
			if (!rc)
				rc = end_of_line(&c);
		}
	}
	return rc ? rc : fmt_seal(&c, root, ret);
}
