/* SPDX-License-Identifier: Apache-2.0 */
/* Reading waiver files: strict, every mistake with its place. */
#include "doc/yaml.h"
#include "finding/waiver.h"

#define WAIVERS_MAX 10000
#define PATTERNS_MAX 1000
#define PATTERN_MAX 1024

struct reader {
	struct sw_arena *a;
	struct sw_source *src;
	struct sw_error *err;
};

static int bad(const struct reader *r, struct sw_span at, const char *what, struct sw_str name,
	const char *hint)
{
	sw_error_set(r->err, SW_EINVALID, "%s%s%.*s%s", what, name.n ? " \"" : "", SW_STR_ARG(name),
		name.n ? "\"" : "");
	if (*hint)
		sw_error_hint(r->err, "%s", hint);
	sw_source_error(r->src, r->a, at.start, r->err);
	return -SW_EINVALID;
}

static struct sw_span key_span(struct sw_value o, int64_t i)
{
	return o.u.o->spans ? o.u.o->spans[2 * i] : (struct sw_span){0};
}

static struct sw_span value_span(struct sw_value o, int64_t i)
{
	return o.u.o->spans ? o.u.o->spans[2 * i + 1] : (struct sw_span){0};
}

/* A string, or a number or date that YAML took for something else. */
static int text_of(const struct reader *r, struct sw_value v, struct sw_span at, struct sw_str *ret)
{
	if (!sw_is(v, SW_STRING) || !v.n)
		return bad(r, at, "this must be a text that is not empty", (struct sw_str){0}, "");
	*ret = sw_value_str(v);
	return 0;
}

static int one_pattern(
	const struct reader *r, struct sw_value v, struct sw_span at, struct sw_str *ret)
{
	int rc = text_of(r, v, at, ret);
	if (!rc && ret->n > PATTERN_MAX)
		rc = bad(r, at, "the pattern is longer than 1024 bytes", (struct sw_str){0}, "");
	return rc;
}

static int patterns_of(
	const struct reader *r, struct sw_value v, struct sw_span at, struct sw_patterns *ret)
{
	uint32_t n = sw_is(v, SW_ARRAY) ? v.n : 1;
	if (!n || n > PATTERNS_MAX)
		return bad(r, at, n ? "more than 1000 patterns" : "the list is empty",
			(struct sw_str){0}, "leave the field out to match anything");
	struct sw_str *p = sw_arena_new_array(r->a, n, struct sw_str);
	if (!p)
		return sw_error_set(r->err, SW_ELIMIT, "the waivers take too much memory");
	for (uint32_t i = 0; i < n; i++) {
		bool list = sw_is(v, SW_ARRAY);
		struct sw_span where = list && v.u.a->spans ? v.u.a->spans[i] : at;
		int rc = one_pattern(r, list ? v.u.a->v[i] : v, where, &p[i]);
		if (rc)
			return rc;
	}
	*ret = (struct sw_patterns){p, n};
	return 0;
}

static int scope_of(
	const struct reader *r, struct sw_value v, struct sw_span at, struct sw_waiver *w)
{
	if (!sw_is(v, SW_OBJECT))
		return bad(r, at, "scope must be a map", (struct sw_str){0}, "");
	int64_t i = 0;
	sw_object_foreach (m, v) {
		struct sw_str name = sw_value_str(m->k);
		int field = 0;
		while (field < SW_WAIVE__COUNT &&
			!sw_str_is(name, sw_waiver_field_name((enum sw_waiver_field)field)))
			field++;
		if (field == SW_WAIVE__COUNT)
			return bad(r, key_span(v, i), "unknown field in a scope:", name,
				"known are cluster, namespace, kind, name, container, image, "
				"package, path, file, fingerprint");
		int rc = patterns_of(r, m->v, value_span(v, i), &w->scope[field]);
		if (rc)
			return rc;
		i++;
	}
	return 0;
}

static int expiry_of(
	const struct reader *r, struct sw_value v, struct sw_span at, struct sw_waiver *w)
{
	int rc = text_of(r, v, at, &w->expires);
	if (rc)
		return rc;
	if (sw_str_is(w->expires, "never"))
		w->last_day = INT64_MAX;
	else if (sw_date_parse(w->expires, &w->last_day))
		return bad(r, at, "not a date:", w->expires, "write YYYY-MM-DD, or never");
	return 0;
}

static int member(const struct reader *r, struct sw_waiver *w, struct sw_str name,
	struct sw_value v, struct sw_span key_at, struct sw_span at)
{
	struct {
		const char *name;
		struct sw_str *to;
	} texts[] = {{"id", &w->id}, {"reason", &w->reason}, {"owner", &w->owner},
		{"ticket", &w->ticket}, {"approver", &w->approver}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (sw_str_is(name, texts[i].name))
			return text_of(r, v, at, texts[i].to);
	if (sw_str_is(name, "rules") || sw_str_is(name, "rule"))
		return patterns_of(r, v, at, &w->rules);
	if (sw_str_is(name, "scope"))
		return scope_of(r, v, at, w);
	if (sw_str_is(name, "expires"))
		return expiry_of(r, v, at, w);
	return bad(r, key_at, "unknown field in a waiver:", name,
		"known are id, rules, scope, reason, owner, ticket, approver, expires");
}

static int waiver_of(
	const struct reader *r, struct sw_value v, struct sw_span at, struct sw_waiver *ret)
{
	struct sw_waiver w = {.file = r->src->name};
	struct sw_pos pos = sw_source_pos(r->src, r->a, at.start);
	w.line = pos.line;
	w.col = pos.col;
	if (!sw_is(v, SW_OBJECT))
		return bad(r, at, "a waiver must be a map", (struct sw_str){0}, "");
	int64_t i = 0;
	sw_object_foreach (m, v) {
		int rc = member(r, &w, sw_value_str(m->k), m->v, key_span(v, i), value_span(v, i));
		if (rc)
			return rc;
		i++;
	}
	const char *missing = !w.rules.n     ? "rules"
			      : !w.reason.n  ? "reason"
			      : !w.owner.n   ? "owner"
			      : !w.expires.n ? "expires"
					     : NULL;
	if (missing)
		return bad(r, at, "the waiver has no", sw_str_from(missing),
			"rules, reason, owner and expires must be there");
	*ret = w;
	return 0;
}

static int grow(struct sw_waivers *ws, struct sw_arena *a, uint32_t more, struct sw_error *err)
{
	if (more > WAIVERS_MAX || ws->n + more > WAIVERS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d waivers", WAIVERS_MAX);
	if (ws->n + more <= ws->cap)
		return 0;
	ws->v = sw_arena_grow(a, ws->v, ws->cap * sizeof(*ws->v), (ws->n + more) * sizeof(*ws->v));
	ws->cap = ws->n + more;
	return ws->v ? 0 : sw_error_set(err, SW_ELIMIT, "the waivers take too much memory");
}

static int header(const struct reader *r, struct sw_value root, struct sw_value *ret_list,
	struct sw_span *ret_at)
{
	int64_t i = 0;
	struct sw_str api = sw_value_getstr(root, "apiVersion"),
		      kind = sw_value_getstr(root, "kind");
	if (!sw_is(root, SW_OBJECT) || !sw_str_is(api, "seawall.dev/v1") ||
		!sw_str_is(kind, "Waivers"))
		return bad(r, (struct sw_span){0}, "not a waiver file", (struct sw_str){0},
			"it begins with apiVersion: seawall.dev/v1 and kind: Waivers");
	*ret_list = sw_undef();
	sw_object_foreach (m, root) {
		struct sw_str name = sw_value_str(m->k);
		if (sw_str_is(name, "waivers")) {
			*ret_list = m->v;
			*ret_at = value_span(root, i);
		} else if (!sw_str_is(name, "apiVersion") && !sw_str_is(name, "kind") &&
			   !sw_str_is(name, "metadata")) {
			return bad(
				r, key_span(root, i), "unknown field in a waiver file:", name, "");
		}
		i++;
	}
	if (sw_defined(*ret_list) && !sw_is(*ret_list, SW_NULL) && !sw_is(*ret_list, SW_ARRAY))
		return bad(r, *ret_at, "waivers must be a list", (struct sw_str){0}, "");
	return 0;
}

static int read_doc(const struct reader *r, struct sw_value root, struct sw_waivers *ws)
{
	struct sw_value list = sw_undef();
	struct sw_span at = {0};
	int rc = header(r, root, &list, &at);
	if (rc || !sw_is(list, SW_ARRAY))
		return rc;
	rc = grow(ws, r->a, list.n, r->err);
	for (uint32_t i = 0; !rc && i < list.n; i++) {
		struct sw_span where = list.u.a->spans ? list.u.a->spans[i] : at;
		rc = waiver_of(r, list.u.a->v[i], where, &ws->v[ws->n]);
		if (!rc)
			ws->n++;
	}
	return rc;
}

int sw_waivers_parse(
	struct sw_waivers *ws, struct sw_arena *a, struct sw_source *src, struct sw_error *err)
{
	struct sw_error local = {0};
	struct reader r = {a, src, err ? err : &local};
	struct sw_value root;
	uint32_t before = ws->n;
	int rc = sw_yaml_parse(a, src->text, SW_YAML_SPANS | SW_YAML_DUP_ERROR, NULL, &root, r.err);
	if (!rc && !sw_is(root, SW_NULL))
		rc = read_doc(&r, root, ws);
	if (rc) {
		ws->n = before; /* a file is taken whole or not at all */
		if (!r.err->file[0])
			sw_error_at(r.err, src->name, r.err->line, r.err->col, r.err->byte);
	}
	return rc;
}
