/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CODEOWNERS in the shape that conftest gives it: {rules: [{pattern, owners: [{type, value}], comment,
 * lineNumber}]}; without rules `rules` is null. Owners are an e-mail address, @team/name or @name.
 */
#include "base/cleanup.h"
#include "doc/formats/impl.h"

struct line {
	struct fmt_cursor *c;
	struct sw_str text; /* trimmed */
	size_t at;	    /* its place in the file */
};

static bool is_alnum(char ch)
{
	return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
}

static bool is_one_of(char ch, const char *set)
{
	return is_alnum(ch) || (ch && strchr(set, ch));
}

static bool all(struct sw_str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_one_of(s.p[i], set))
			return false;
	return s.n > 0;
}

static bool is_email(struct sw_str s)
{
	size_t at = sw_str_chr(s, '@', 0), dot = sw_str_rfind(s, SW_STR("."));
	if (at == SW_NPOS || dot == SW_NPOS || dot < at + 2)
		return false;
	struct sw_str end = sw_str_sub(s, dot + 1, s.n);
	for (size_t i = 0; i < end.n; i++)
		if (!is_alnum(end.p[i]) || (end.p[i] >= '0' && end.p[i] <= '9'))
			return false;
	return end.n >= 2 && end.n <= 6 && all(sw_str_sub(s, 0, at), "._%+-") &&
	       all(sw_str_sub(s, at + 1, dot), ".-");
}

static int add_owner(struct line *l, size_t from, size_t to, struct sw_list *owners)
{
	struct sw_str s = sw_str_sub(l->text, from, to), value = sw_str_sub(s, 1, s.n);
	size_t slash = sw_str_chr(value, '/', 0);
	const char *type = NULL;
	struct sw_map m;
	if (is_email(s)) {
		type = "email";
		value = s;
	} else if (s.p[0] == '@' && slash != SW_NPOS && all(sw_str_sub(value, 0, slash), "-") &&
		   all(sw_str_sub(value, slash + 1, value.n), "_-")) {
		type = "team";
	} else if (s.p[0] == '@' && all(value, "-_")) {
		type = "username";
	}
	if (!type)
		return fmt_fail_at(l->c, l->at + from, SW_ESYNTAX, "invalid owner format '%.*s'",
			(int)(s.n < 60 ? s.n : 60), s.p);
	sw_map_init(&m, l->c->a);
	if (sw_map_adds(&m, "type", sw_string(sw_str_from(type))) ||
		sw_map_adds(&m, "value", sw_string(value)))
		return fmt_full(l->c);
	struct sw_value v = sw_map_object(&m);
	return !sw_defined(v) || sw_list_add(owners, v) ? fmt_full(l->c) : 0;
}

static int unexpected(struct line *l, size_t at)
{
	return fmt_fail_at(l->c, l->at + at, SW_ESYNTAX, "unexpected character");
}

/* Where the pattern ends: at a blank that is not escaped, at a comment or at the end. */
static int pattern(struct line *l, size_t *ret)
{
	size_t i = 0;
	for (bool escaped = false; i < l->text.n && l->text.p[i] != '#'; i++) {
		char ch = l->text.p[i];
		bool blank = ch == ' ' || ch == '\t';
		if (ch == '\\') {
			escaped = true;
			continue;
		}
		if (blank && !escaped)
			break;
		if (!blank && !is_one_of(ch, "*?./@_+-()"))
			return unexpected(l, i);
		escaped = false;
	}
	*ret = i;
	if (!i)
		return fmt_fail_at(l->c, l->at, SW_ESYNTAX, "unexpected end of rule");
	if (sw_str_has(sw_str_sub(l->text, 0, i), SW_STR("***")))
		return fmt_fail_at(l->c, l->at, SW_ESYNTAX,
			"pattern cannot contain three consecutive asterisks");
	return 0;
}

static int rule(struct line *l, uint32_t number, struct sw_list *rules)
{
	struct sw_list owners;
	struct sw_map m;
	size_t end = 0, i, from;
	int rc = pattern(l, &end);
	sw_list_init(&owners, l->c->a);
	for (i = from = end; !rc && i < l->text.n && l->text.p[i] != '#'; i++) {
		char ch = l->text.p[i];
		bool blank = ch == ' ' || ch == '\t';
		if (!blank && !is_one_of(ch, ".@/_%+-"))
			return unexpected(l, i);
		if (blank && i > from)
			rc = add_owner(l, from, i, &owners);
		if (blank)
			from = i + 1;
	}
	if (!rc && i > from)
		rc = add_owner(l, from, i, &owners);
	if (rc)
		return rc;
	struct sw_str comment = i < l->text.n ? sw_str_trim(sw_str_sub(l->text, i + 1, l->text.n)) : SW_STR("");
	sw_map_init(&m, l->c->a);
	if (sw_map_adds(&m, "pattern", sw_string(sw_str_sub(l->text, 0, end))) ||
		sw_map_adds(&m, "owners", owners.n ? sw_list_array(&owners) : sw_empty_array()) ||
		sw_map_adds(&m, "comment", sw_string(comment.n ? comment : SW_STR(""))) ||
		sw_map_adds(&m, "lineNumber", sw_int(number)))
		return fmt_full(l->c);
	struct sw_value v = sw_map_object(&m);
	return !sw_defined(v) || sw_list_add(rules, v) ? fmt_full(l->c) : 0;
}

int sw_codeowners_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct sw_list rules;
	struct sw_map m;
	struct sw_str s;
	uint32_t number = 0;
	int rc = fmt_open(&c, a, text, err);
	sw_list_init(&rules, a);
	while (!rc && fmt_line(&c, &s)) {
		struct sw_str line = sw_str_trim(s);
		struct line l = {&c, line, line.n ? (size_t)(line.p - c.t.p) : 0};
		number++;
		if (line.n && line.p[0] != '#')
			rc = rule(&l, number, &rules);
	}
	if (rc)
		return rc;
	sw_map_init(&m, a);
	if (sw_map_adds(&m, "rules", rules.n ? sw_list_array(&rules) : sw_null()))
		return fmt_full(&c);
	struct sw_value v = sw_map_object(&m);
	if (!sw_defined(v))
		return fmt_full(&c);
	*ret = v;
	return 0;
}
