/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/jsonpath.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "doc/json.h"

#define DEPTH_MAX 64
#define VISITS_MAX 1000000

struct path {
	struct sw_arena *a;
	struct sw_str s; /* the whole template */
	size_t at;
	unsigned flags;
	struct sw_buf *out;
	struct sw_error *err;
	uint32_t visits;
	int depth;
	int rc;
};

static void fail(struct path *p, const char *what, struct sw_str near)
{
	if (!p->rc)
		p->rc = sw_error_set(p->err, SW_EINVALID, "%s%s%.*s", what, near.n ? ": " : "",
			SW_STR_ARG(near));
}

static int peek(const struct path *p)
{
	return p->at < p->s.n ? (unsigned char)p->s.p[p->at] : -1;
}

static bool take(struct path *p, const char *text)
{
	if (!sw_str_starts(sw_str_sub(p->s, p->at, p->s.n), sw_str_from(text)))
		return false;
	p->at += strlen(text);
	return true;
}

static void blanks(struct path *p)
{
	while (peek(p) == ' ' || peek(p) == '\t' || peek(p) == '\n')
		p->at++;
}

static void add(struct path *p, struct sw_list *l, struct sw_value v)
{
	if (++p->visits > VISITS_MAX || sw_list_add(l, v))
		fail(p, "the path selects too much", (struct sw_str){0});
}

void sw_cis_go_double(struct sw_buf *out, double d)
{
	char text[40];
	int digits = 1;
	for (; digits < 18; digits++) { /* the shortest text that reads back the same */
		snprintf(text, sizeof(text), "%.*e", digits - 1, d);
		if (strtod(text, NULL) == d)
			break;
	}
	const char *e = strchr(text, 'e');
	int exp = e ? atoi(e + 1) : 0;
	if (!isfinite(d)) {
		sw_buf_addz(out, isnan(d) ? "NaN" : d > 0 ? "+Inf" : "-Inf");
	} else if (exp < -4 || exp >= 6) {
		sw_buf_addz(out, text);
	} else {
		sw_buf_printf(out, "%.*f", digits - 1 - exp > 0 ? digits - 1 - exp : 0, d);
	}
}

static bool has_object(struct sw_value v, int depth)
{
	if (v.type == SW_OBJECT || depth > DEPTH_MAX)
		return true;
	if (v.type == SW_ARRAY)
		sw_array_foreach(it, v)
			if (has_object(*it, depth + 1))
				return true;
	return false;
}

static void print_value(struct path *p, struct sw_value v)
{
	int64_t i;
	bool yaml = p->flags & SW_CIS_JSONPATH_YAML;
	switch (v.type) {
	case SW_STRING:
		sw_buf_addstr(p->out, sw_value_str(v));
		break;
	case SW_NUMBER:
		if (yaml && sw_value_int(v, &i))
			sw_buf_printf(p->out, "%lld", (long long)i);
		else
			sw_cis_go_double(p->out, sw_value_double(v));
		break;
	case SW_NULL:
		sw_buf_addz(p->out, "null");
		break;
	case SW_BOOL:
		sw_buf_addz(p->out, v.u.b ? "true" : "false");
		break;
	default:
		if (yaml && has_object(v, 0))
			fail(p, "json: unsupported type: map[interface {}]interface {}",
				(struct sw_str){0});
		else
			sw_json_write(p->out, v, SW_JSON_HTML_ESCAPE);
	}
}

/* ---- steps ---- */

static void step_field(struct path *p, const struct sw_list *in, struct sw_str name,
	struct sw_list *out)
{
	for (uint32_t i = 0; i < in->n; i++) {
		struct sw_value v = sw_object_gets(in->v[i], name);
		if (in->v[i].type == SW_OBJECT && sw_defined(v))
			add(p, out, v);
	}
	if (!out->n && !(p->flags & SW_CIS_JSONPATH_MISSING))
		fail(p, "is not found", name);
}

static void step_all(struct path *p, const struct sw_list *in, struct sw_list *out)
{
	for (uint32_t i = 0; i < in->n && !p->rc; i++) {
		if (in->v[i].type == SW_ARRAY)
			sw_array_foreach(it, in->v[i])
				add(p, out, *it);
		else if (in->v[i].type == SW_OBJECT)
			sw_object_foreach(m, in->v[i])
				add(p, out, m->v);
	}
}

static void descend(struct path *p, struct sw_value v, struct sw_list *out, int depth)
{
	if (depth > DEPTH_MAX || p->rc)
		return;
	if (v.type != SW_ARRAY && v.type != SW_OBJECT)
		return;
	add(p, out, v);
	if (v.type == SW_ARRAY)
		sw_array_foreach(it, v)
			descend(p, *it, out, depth + 1);
	else
		sw_object_foreach(m, v)
			descend(p, m->v, out, depth + 1);
}

static void slice(struct path *p, const struct sw_list *in, const int64_t b[3], const bool set[3],
	bool single, struct sw_list *out)
{
	for (uint32_t i = 0; i < in->n && !p->rc; i++) {
		struct sw_value v = in->v[i];
		int64_t n = v.n, from = set[0] ? b[0] : 0, to = set[1] ? b[1] : n;
		int64_t step = set[2] ? b[2] : 1;
		if (v.type == SW_NULL)
			continue;
		if (v.type != SW_ARRAY) {
			fail(p, "the value is not array or slice", (struct sw_str){0});
			return;
		}
		from += from < 0 ? n : 0;
		if (single) {
			if (from < 0 || from >= n) {
				fail(p, "array index out of bounds", (struct sw_str){0});
				return;
			}
			to = from + 1;
		} else {
			to += to < 0 ? n : 0;
		}
		if (from < 0 || step <= 0) {
			fail(p, "array index out of bounds", (struct sw_str){0});
			return;
		}
		for (; from < to && from < n; from += step)
			add(p, out, sw_array_at(v, from));
	}
}

static void walk(struct path *p, struct sw_list *cur, struct sw_value root);

/* ---- filters: ?(@.a == "b") ---- */

static bool quoted(struct path *p, struct sw_str *ret)
{
	int q = peek(p);
	sw_autobuf b = {0};
	sw_buf_init(&b, 65536);
	if (q != '"' && q != '\'')
		return false;
	for (p->at++; peek(p) >= 0 && peek(p) != q; p->at++) {
		int c = peek(p);
		if (c == '\\' && p->at + 1 < p->s.n) {
			c = p->s.p[++p->at];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		sw_buf_addch(&b, (char)c);
	}
	p->at++;
	*ret = sw_arena_str(p->a, sw_buf_str(&b));
	return true;
}

static void operand(struct path *p, struct sw_value cur, struct sw_value root, struct sw_list *out)
{
	struct sw_str s;
	blanks(p);
	if (quoted(p, &s)) {
		add(p, out, sw_string(s));
		return;
	}
	size_t from = p->at;
	while (peek(p) >= 0 && !memchr(" ()=!<>@$.[", peek(p), 11))
		p->at++;
	struct sw_str w = sw_str_sub(p->s, from, p->at);
	if (peek(p) == '.' && w.n && (w.p[0] == '-' || (w.p[0] >= '0' && w.p[0] <= '9'))) {
		p->at++;
		while (peek(p) >= '0' && peek(p) <= '9')
			p->at++;
		w = sw_str_sub(p->s, from, p->at);
	}
	if (w.n) {
		bool num = w.p[0] == '-' || (w.p[0] >= '0' && w.p[0] <= '9');
		add(p, out,
			sw_str_is(w, "true")    ? sw_bool(true)
			: sw_str_is(w, "false") ? sw_bool(false)
			: num			? sw_number(w)
						: sw_string(w));
		return;
	}
	add(p, out, cur);
	walk(p, out, root);
}

static bool compare(struct path *p, struct sw_value l, const char *op, struct sw_value r)
{
	int c;
	(void)p;
	if (l.type == SW_NUMBER && r.type == SW_NUMBER)
		c = sw_number_cmp(l, r);
	else if (l.type == r.type)
		c = sw_value_cmp(l, r);
	else
		return !strcmp(op, "!=");
	return !strcmp(op, "==")   ? c == 0
	       : !strcmp(op, "!=") ? c != 0
	       : !strcmp(op, "<=") ? c <= 0
	       : !strcmp(op, ">=") ? c >= 0
	       : !strcmp(op, "<")  ? c < 0
				   : c > 0;
}

static bool filter_one(struct path *p, struct sw_value v, struct sw_value root)
{
	static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">"};
	struct sw_list l, r;
	sw_list_init(&l, p->a);
	sw_list_init(&r, p->a);
	operand(p, v, root, &l);
	blanks(p);
	for (int i = 0; i < 6; i++) {
		if (!take(p, ops[i]))
			continue;
		operand(p, v, root, &r);
		blanks(p);
		return l.n == 1 && r.n == 1 && compare(p, l.v[0], ops[i], r.v[0]);
	}
	return l.n > 0;
}

static void filter(struct path *p, const struct sw_list *in, struct sw_value root,
	struct sw_list *out)
{
	size_t start = p->at, end = start;
	unsigned flags = p->flags;
	int depth = 1;
	for (; end < p->s.n && depth; end++)
		depth += (p->s.p[end] == '(') - (p->s.p[end] == ')');
	p->flags |= SW_CIS_JSONPATH_MISSING;
	for (uint32_t i = 0; i < in->n && !p->rc; i++) {
		struct sw_value v = in->v[i];
		if (v.type != SW_ARRAY) {
			fail(p, "the value is not array or slice and cannot be filtered",
				(struct sw_str){0});
			break;
		}
		sw_array_foreach(it, v) {
			p->at = start;
			if (!p->rc && filter_one(p, *it, root))
				add(p, out, *it);
		}
	}
	p->flags = flags;
	p->at = end;
	if (!p->rc && !take(p, "]"))
		fail(p, "unterminated filter", (struct sw_str){0});
}

/* [ … ] behind the bracket */
static void bracket(struct path *p, const struct sw_list *in, struct sw_value root,
	struct sw_list *out)
{
	if (take(p, "?(")) {
		filter(p, in, root, out);
		return;
	}
	do {
		struct sw_list one;
		struct sw_str name;
		int64_t b[3] = {0};
		bool set[3] = {false};
		int k = 0;
		sw_list_init(&one, p->a);
		blanks(p);
		if (quoted(p, &name)) {
			step_field(p, in, name, &one);
		} else if (take(p, "*")) {
			step_all(p, in, &one);
		} else {
			for (; k < 3; k++) {
				size_t from = p->at;
				while (peek(p) == '-' || (peek(p) >= '0' && peek(p) <= '9'))
					p->at++;
				set[k] = sw_str_to_i64(sw_str_sub(p->s, from, p->at), &b[k]);
				if (peek(p) != ':')
					break;
				p->at++;
			}
			if (k == 0 && !set[0])
				fail(p, "invalid array index", sw_str_sub(p->s, p->at, p->s.n));
			else
				slice(p, in, b, set, k == 0, &one);
		}
		for (uint32_t i = 0; i < one.n; i++)
			add(p, out, one.v[i]);
		blanks(p);
	} while (!p->rc && take(p, ","));
	if (!p->rc && !take(p, "]"))
		fail(p, "unterminated array", (struct sw_str){0});
}

static struct sw_str field_name(struct path *p)
{
	sw_autobuf b = {0};
	sw_buf_init(&b, 65536);
	while (peek(p) >= 0 && !memchr(" .[]{}()=!<>,|:\n\t", peek(p), 17)) {
		if (peek(p) == '\\' && p->at + 1 < p->s.n)
			p->at++;
		sw_buf_addch(&b, p->s.p[p->at++]);
	}
	return sw_arena_str(p->a, sw_buf_str(&b));
}

/* A chain of steps from the values of `cur`, which become the results. */
static void walk(struct path *p, struct sw_list *cur, struct sw_value root)
{
	if (++p->depth > DEPTH_MAX)
		fail(p, "nested too deeply", (struct sw_str){0});
	while (!p->rc) {
		struct sw_list next;
		sw_list_init(&next, p->a);
		if (take(p, "@") || take(p, "$")) {
			if (p->s.p[p->at - 1] == '$') {
				add(p, &next, root);
				*cur = next;
			}
			continue;
		}
		if (take(p, "..")) {
			for (uint32_t i = 0; i < cur->n; i++)
				descend(p, cur->v[i], &next, 0);
			struct sw_list deep = next;
			unsigned flags = p->flags;
			p->flags |= SW_CIS_JSONPATH_MISSING;
			sw_list_init(&next, p->a);
			if (take(p, "[")) {
				bracket(p, &deep, root, &next);
			} else {
				struct sw_str name = field_name(p);
				if (sw_str_is(name, "*"))
					step_all(p, &deep, &next);
				else
					step_field(p, &deep, name, &next);
			}
			p->flags = flags;
		} else if (take(p, ".")) {
			if (peek(p) == '[')
				continue;
			struct sw_str name = field_name(p);
			if (!name.n)
				continue;
			if (sw_str_is(name, "*"))
				step_all(p, cur, &next);
			else
				step_field(p, cur, name, &next);
		} else if (take(p, "[")) {
			bracket(p, cur, root, &next);
		} else {
			break;
		}
		*cur = next;
	}
	p->depth--;
}

static void run(struct path *p, struct sw_value cur, struct sw_value root, bool in_range);

/* From behind "{range": the end of the body that belongs to it. */
static void range(struct path *p, struct sw_value cur, struct sw_value root)
{
	struct sw_list l;
	sw_list_init(&l, p->a);
	blanks(p);
	add(p, &l, cur);
	walk(p, &l, root);
	blanks(p);
	if (!p->rc && !take(p, "}"))
		fail(p, "unclosed action", (struct sw_str){0});
	size_t body = p->at, end = SW_NPOS;
	int depth = 1;
	for (size_t i = body; i < p->s.n; i++) {
		struct sw_str rest = sw_str_sub(p->s, i, p->s.n);
		depth += sw_str_starts(rest, SW_STR("{range"));
		if (sw_str_starts(rest, SW_STR("{end}")) && --depth == 0) {
			end = i + 5;
			break;
		}
	}
	if (end == SW_NPOS)
		fail(p, "unclosed range", (struct sw_str){0});
	for (uint32_t i = 0; i < l.n && !p->rc; i++) {
		p->at = body;
		run(p, l.v[i], root, true);
	}
	p->at = end;
}

static void action(struct path *p, struct sw_value cur, struct sw_value root)
{
	struct sw_list l;
	struct sw_str text;
	sw_list_init(&l, p->a);
	blanks(p);
	if (peek(p) == '}') /* {}: the value itself */
		print_value(p, cur);
	for (; !p->rc && peek(p) >= 0 && peek(p) != '}'; blanks(p)) {
		size_t at = p->at;
		if (quoted(p, &text)) {
			sw_buf_addstr(p->out, text);
			continue;
		}
		if (!l.n)
			add(p, &l, cur);
		walk(p, &l, root);
		if (p->at == at) {
			fail(p, "unrecognized character in action",
				sw_str_sub(p->s, at, at + 1));
			return;
		}
		blanks(p);
		if (peek(p) == '}')
			for (uint32_t i = 0; i < l.n && !p->rc; i++) {
				if (i)
					sw_buf_addch(p->out, ' ');
				print_value(p, l.v[i]);
			}
	}
	if (!p->rc && !take(p, "}"))
		fail(p, "unclosed action", (struct sw_str){0});
}

static void run(struct path *p, struct sw_value cur, struct sw_value root, bool in_range)
{
	if (++p->depth > DEPTH_MAX)
		fail(p, "nested too deeply", (struct sw_str){0});
	while (!p->rc && p->at < p->s.n) {
		if (take(p, "{end}")) {
			if (!in_range)
				fail(p, "not in range, nothing to end", (struct sw_str){0});
			break;
		}
		if (take(p, "{range"))
			range(p, cur, root);
		else if (take(p, "{"))
			action(p, cur, root);
		else
			sw_buf_addch(p->out, p->s.p[p->at++]);
	}
	p->depth--;
}

int sw_cis_jsonpath(struct sw_arena *a, struct sw_str text, struct sw_value root, unsigned flags,
	struct sw_buf *out, struct sw_error *err)
{
	struct path p = {.a = a, .s = text, .flags = flags, .out = out, .err = err};
	run(&p, root, root, false);
	if (!p.rc && out->overflow)
		fail(&p, "the result is too large", (struct sw_str){0});
	return p.rc;
}
