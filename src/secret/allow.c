/* SPDX-License-Identifier: Apache-2.0 */
/* What is not to be reported: lists of allowed places and values, and comments that say so. */
#include "base/cleanup.h"
#include "doc/yaml.h"
#include "secret/impl.h"

static int bad(struct secret_allowed *list, struct sw_source *src, struct sw_span at, const char *what,
	struct sw_str value, struct sw_error *err)
{
	sw_error_set(err, SW_EINVALID, "%s: %.*s", what, (int)(value.n < 200 ? value.n : 200),
		value.p ? value.p : "");
	return sw_source_error(src, list->arena, at.start, err);
}

static int read_regex(struct secret_allowed *list, struct sw_source *src, struct sw_span at,
	struct sw_value v, pcre2_code **ret, struct sw_error *err)
{
	int rc = 0;
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_STRING)
		return bad(list, src, at, "not a pattern", SW_STR("a pattern is a string"), err);
	rc = secret_regex(sw_value_str(v), 0, ret, err);
	return rc ? sw_source_error(src, list->arena, at.start, err) : 0;
}

static int read_one(struct secret_allowed *list, struct sw_source *src, struct sw_span at,
	struct sw_value v, struct secret_allow *e, struct sw_error *err)
{
	static const char *const known[] = {"rules", "path", "secret", "line", "entropy", "reason"};
	uint32_t given = 0;
	for (uint32_t i = 0; i < SW_ARRAY_LEN(known); i++)
		given += sw_defined(sw_object_gets(v, sw_str_from(known[i])));
	if (v.type != SW_OBJECT || !given || given != v.n)
		return bad(list, src, at, "an allowed thing has one or more of",
			SW_STR("rules, path, secret, line, entropy, and a reason"), err);
	if (given == sw_defined(sw_object_gets(v, SW_STR("reason"))))
		return bad(list, src, at, "this would allow everything", SW_STR("a reason alone"), err);
	struct sw_value rules = sw_object_gets(v, SW_STR("rules"));
	struct sw_value entropy = sw_object_gets(v, SW_STR("entropy"));
	e->entropy = sw_defined(entropy) ? sw_value_double(entropy) : 0;
	if (sw_defined(rules) && (rules.type != SW_ARRAY || !rules.n))
		return bad(list, src, at, "`rules` is a list of ids", SW_STR(""), err);
	if (sw_defined(rules))
		e->rules = sw_arena_new_array(list->arena, rules.n, struct sw_str);
	for (uint32_t i = 0; e->rules && i < rules.n; i++)
		e->rules[e->n_rules++] = sw_value_str(sw_array_at(rules, i));
	int rc = read_regex(list, src, at, sw_object_gets(v, SW_STR("path")), &e->path, err);
	if (!rc)
		rc = read_regex(list, src, at, sw_object_gets(v, SW_STR("secret")), &e->secret, err);
	return rc ? rc : read_regex(list, src, at, sw_object_gets(v, SW_STR("line")), &e->line, err);
}

int secret_allow_read(struct secret_allowed *list, struct sw_arena *a, struct sw_source *src,
	struct sw_value v, struct sw_error *err)
{
	list->arena = a;
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_ARRAY || v.n > ALLOW_MAX)
		return bad(list, src, (struct sw_span){0}, "`allow` is a list", SW_STR("of up to 1,000"), err);
	list->v = sw_arena_new_array(a, v.n + 1, struct secret_allow);
	for (uint32_t i = 0; list->v && i < v.n; i++) {
		struct sw_span at = v.u.a->spans ? v.u.a->spans[i] : (struct sw_span){0};
		list->v[i] = (struct secret_allow){0};
		list->n++; /* its codes are freed whatever comes */
		int rc = read_one(list, src, at, sw_array_at(v, i), &list->v[i], err);
		if (rc)
			return rc;
	}
	return list->v ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
}

void secret_allow_free(struct secret_allowed *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		pcre2_code_free(list->v[i].path);
		pcre2_code_free(list->v[i].secret);
		pcre2_code_free(list->v[i].line);
	}
	list->n = 0;
}

static bool names_rule(const struct secret_allow *e, struct sw_str id)
{
	if (!e->rules)
		return true;
	for (uint32_t i = 0; i < e->n_rules; i++)
		if (sw_str_eq(e->rules[i], id) ||
			sw_str_eq(e->rules[i], sw_str_sub(id, sizeof("secret/") - 1, id.n)))
			return true;
	return false;
}

bool secret_allow_covers(const struct secret_allowed *list, const struct secret_case *c,
	bool (*matches)(void *arg, const pcre2_code *code, struct sw_str text), void *arg)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct secret_allow *e = &list->v[i];
		if (names_rule(e, c->rule->id) && (e->entropy <= 0 || c->entropy < e->entropy) &&
			(!e->path || matches(arg, e->path, c->file)) &&
			(!e->secret || matches(arg, e->secret, c->secret)) &&
			(!e->line || matches(arg, e->line, c->line)))
			return true;
	}
	return false;
}

static bool is_id(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
}

static bool is_between(char c)
{
	return c == ' ' || c == ',';
}

/* "seawall:ignore" alone accepts whatever is on the line; ids behind it only what they name. */
bool secret_ignored(struct sw_str line, struct sw_str id)
{
	static const struct sw_str mark = SW_STR_INIT("seawall:ignore");
	struct sw_str bare = sw_str_sub(id, sizeof("secret/") - 1, id.n);
	for (size_t at = sw_str_find(line, mark, 0); at != SW_NPOS; at = sw_str_find(line, mark, at + 1)) {
		size_t i = at + mark.n;
		bool ids = false;
		if (i < line.n && (is_id(line.p[i]) || line.p[i] == '_'))
			continue; /* another word */
		while (i < line.n && is_between(line.p[i])) {
			while (i < line.n && is_between(line.p[i]))
				i++;
			size_t from = i;
			while (i < line.n && is_id(line.p[i]))
				i++;
			struct sw_str one = sw_str_sub(line, from, i);
			/* A rule's id has a hyphen or a slash: other words are the reason. */
			if (sw_str_chr(one, '-', 0) == SW_NPOS && sw_str_chr(one, '/', 0) == SW_NPOS && !sw_str_eq(one, bare))
				break;
			if (one.n < 3)
				break;
			ids = true;
			if (sw_str_eq(one, id) || sw_str_eq(one, bare))
				return true;
		}
		if (!ids)
			return true;
	}
	return false;
}
