/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/jsonschema/refs.h"

#include "doc/json.h"

#include "base/error.h"
#include "rego/builtins/jsonschema/schema.h"
#include "base/go/url.h"

static int full(struct sw_js_docs *d)
{
	return sw_builtin_limit(d->ctx, "JSON schema too big");
}

/* ---- references as text ---- */

struct parts {
	struct sw_str scheme, authority, path, query, fragment; /* with their marks: "http:", "//h", "?q", "#f" */
};

static struct parts cut(struct sw_str s)
{
	struct parts p = {0};
	size_t hash = sw_str_chr(s, '#', 0);

	p.fragment = sw_str_sub(s, hash, s.n);
	if (p.fragment.n == 1)
		p.fragment.n = 0;
	s = sw_str_sub(s, 0, hash);
	size_t q = sw_str_chr(s, '?', 0);
	p.query = sw_str_sub(s, q, s.n);
	s = sw_str_sub(s, 0, q);
	size_t i = 0;
	while (i < s.n && (((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') ||
				  (i && strchr("0123456789+-.", s.p[i]))))
		i++;
	if (i && i < s.n && s.p[i] == ':') {
		p.scheme = sw_str_sub(s, 0, i + 1);
		s = sw_str_sub(s, i + 1, s.n);
	}
	if (sw_str_starts(s, SW_STR("//"))) {
		size_t slash = sw_str_chr(s, '/', 2);
		p.authority = sw_str_sub(s, 0, slash);
		s = sw_str_sub(s, slash, s.n);
	}
	p.path = s;
	return p;
}

/* "." and ".." go (RFC 3986 section 5.2.4). */
static void put_path(struct sw_buf *out, struct sw_str path)
{
	size_t base = out->n;
	struct sw_str rest = path, seg;
	bool last = false;

	while (!last) {
		size_t slash = sw_str_chr(rest, '/', 0);
		last = slash == SW_NPOS;
		seg = sw_str_sub(rest, 0, slash);
		rest = sw_str_sub(rest, last ? rest.n : slash + 1, rest.n);
		if (sw_str_is(seg, ".."))
			while (out->n > base && out->p[--out->n] != '/')
				;
		else if (!sw_str_is(seg, ".") && (seg.n || last)) {
			sw_buf_addch(out, '/');
			sw_buf_addstr(out, seg);
			continue;
		}
		if (last)
			sw_buf_addch(out, '/');
	}
}

/* `child` as seen from `base`. */
static struct sw_str resolve(struct sw_arena *a, struct sw_str base, struct sw_str child)
{
	struct parts b = cut(base), c = cut(child);
	bool own = c.scheme.n || c.authority.n;
	sw_autobuf out, path;

	sw_buf_init(&out, 1 << 20);
	sw_buf_init(&path, 1 << 20);
	sw_buf_addstr(&out, c.scheme.n ? c.scheme : b.scheme);
	sw_buf_addstr(&out, own ? c.authority : b.authority);
	if (!own && !c.path.n) {
		sw_buf_addstr(&out, b.path);
		sw_buf_addstr(&out, c.query.n ? c.query : b.query);
	} else if (own && c.scheme.n && !c.authority.n && (!c.path.n || c.path.p[0] != '/')) {
		sw_buf_addstr(&out, c.path); /* urn:x:y */
		sw_buf_addstr(&out, c.query);
	} else {
		if (!own && c.path.p[0] != '/') {
			size_t slash = sw_str_rfind(b.path, SW_STR("/"));
			sw_buf_addstr(&path, sw_str_sub(b.path, 0, slash == SW_NPOS ? 0 : slash + 1));
		}
		sw_buf_addstr(&path, c.path);
		struct sw_str p = sw_buf_str(&path);
		if (p.n)
			put_path(&out, p.p[0] == '/' ? sw_str_sub(p, 1, p.n) : p);
		sw_buf_addstr(&out, c.query);
	}
	sw_buf_addstr(&out, c.fragment);
	return out.n ? sw_arena_str(a, sw_buf_str(&out)) : SW_STR("");
}

static struct sw_str normal(struct sw_str s)
{
	if (s.n && s.p[s.n - 1] == '#' && sw_str_chr(s, '#', 0) == s.n - 1)
		s.n--;
	return s;
}

/* ---- drafts ---- */

int sw_js_schema_draft(struct sw_js_docs *d, struct sw_value doc, bool *ret_bad)
{
	struct sw_value v = sw_object_gets(doc, SW_STR("$schema"));

	*ret_bad = false;
	if (doc.type == SW_BOOL)
		return 0;
	if (doc.type != SW_OBJECT) {
		*ret_bad = true;
		sw_buf_addz(d->why, "schema is invalid");
		return 0;
	}
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_STRING) {
		*ret_bad = true;
		sw_buf_addz(d->why, "$schema must be of type string");
		return 0;
	}
	struct sw_str s = normal(sw_value_str(v));
	if (sw_str_is(s, "http://json-schema.org/draft-04/schema"))
		return SW_JS_DRAFT4;
	if (sw_str_is(s, "http://json-schema.org/draft-06/schema"))
		return SW_JS_DRAFT6;
	return sw_str_is(s, "http://json-schema.org/draft-07/schema") ? SW_JS_DRAFT7 : 0;
}

/* ---- the pool ---- */

static struct sw_js_doc *find(struct sw_js_docs *d, struct sw_str at)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (sw_str_eq(d->v[i].at, at))
			return &d->v[i];
	return NULL;
}

static int add(struct sw_js_docs *d, struct sw_str at, struct sw_value doc, int draft, uint32_t *ret)
{
	if (d->n == d->cap) {
		uint32_t cap = d->cap ? d->cap * 2 : 16;
		struct sw_js_doc *v = sw_arena_new_array(d->ctx->scratch, cap, struct sw_js_doc);
		if (!v || cap > SW_JS_MAX_DOCS)
			return full(d);
		if (d->n)
			memcpy(v, d->v, d->n * sizeof(*v));
		d->v = v;
		d->cap = cap;
	}
	*ret = d->n;
	d->v[d->n++] = (struct sw_js_doc){at, doc, draft};
	return 0;
}

static int rewrite(struct sw_js_docs *d, struct sw_value v, struct sw_str base, int draft, struct sw_value *ret);

static int rewrite_list(
	struct sw_js_docs *d, struct sw_value v, struct sw_str base, int draft, struct sw_value *ret)
{
	struct sw_list l;
	int rc;

	sw_list_init(&l, d->ctx->scratch);
	sw_array_foreach(e, v) {
		struct sw_value r;
		if ((rc = rewrite(d, *e, base, draft, &r)))
			return rc;
		if (sw_list_add(&l, r))
			return full(d);
	}
	*ret = sw_list_array(&l);
	return sw_defined(*ret) ? 0 : full(d);
}

/* Members of `properties` and the like are names, not keywords: only their values are schemas. */
static int rewrite_named(
	struct sw_js_docs *d, struct sw_value v, struct sw_str base, int draft, struct sw_value *ret)
{
	struct sw_map m;
	int rc;

	if (v.type != SW_OBJECT) {
		*ret = v;
		return 0;
	}
	sw_map_init(&m, d->ctx->scratch);
	sw_object_foreach(e, v) {
		struct sw_value r;
		if ((rc = rewrite(d, e->v, base, draft, &r)))
			return rc;
		if (sw_map_add(&m, e->k, r))
			return full(d);
	}
	*ret = sw_map_object(&m);
	return sw_defined(*ret) ? 0 : full(d);
}

static int rewrite_member(struct sw_js_docs *d, struct sw_str key, struct sw_value v, struct sw_str base,
	int draft, struct sw_value *ret)
{
	*ret = v;
	if (sw_str_is(key, "const") || sw_str_is(key, "enum"))
		return 0;
	if (sw_str_is(key, "$ref") && v.type == SW_STRING) {
		struct sw_str s = resolve(d->ctx->scratch, base, sw_value_str(v));
		if (!s.p)
			return full(d);
		*ret = sw_string(s);
		return 0;
	}
	if (sw_str_is(key, "properties") || sw_str_is(key, "dependencies") ||
		sw_str_is(key, "patternProperties"))
		return rewrite_named(d, v, base, draft, ret);
	return rewrite(d, v, base, draft, ret);
}

static int rewrite_object(
	struct sw_js_docs *d, struct sw_value v, struct sw_str base, int draft, struct sw_value *ret)
{
	struct sw_value id = sw_object_gets(v, SW_STR("id"));
	uint32_t slot = UINT32_MAX;
	struct sw_map m;
	int rc;

	if (!sw_defined(id))
		id = sw_object_gets(v, SW_STR("$id"));
	if (id.type == SW_STRING) {
		base = resolve(d->ctx->scratch, base, sw_value_str(id));
		if (!base.p)
			return full(d);
		if (find(d, base)) {
			sw_buf_printf(d->why, "Reference already exists: \"%.*s\"", SW_STR_ARG(base));
			return 1;
		}
		if ((rc = add(d, base, v, draft, &slot)))
			return rc;
	}
	sw_map_init(&m, d->ctx->scratch);
	sw_object_foreach(e, v) {
		struct sw_value r;
		struct sw_str key = e->k.type == SW_STRING ? sw_value_str(e->k) : SW_STR("");
		if ((rc = rewrite_member(d, key, e->v, base, draft, &r)))
			return rc;
		if (sw_map_add(&m, e->k, r))
			return full(d);
	}
	*ret = sw_map_object(&m);
	if (!sw_defined(*ret))
		return full(d);
	if (slot != UINT32_MAX)
		d->v[slot].doc = *ret;
	return 0;
}

static int rewrite(struct sw_js_docs *d, struct sw_value v, struct sw_str base, int draft, struct sw_value *ret)
{
	int rc = 0;

	*ret = v;
	if (v.type != SW_ARRAY && v.type != SW_OBJECT)
		return 0;
	if (++d->depth > 2 * SW_JS_DEPTH)
		return sw_builtin_limit(d->ctx, "JSON schema nested too deeply");
	if ((rc = sw_builtin_steps(d->ctx, 1 + v.n)) == 0)
		rc = v.type == SW_ARRAY ? rewrite_list(d, v, base, draft, ret)
					: rewrite_object(d, v, base, draft, ret);
	d->depth--;
	return rc;
}

int sw_js_docs_load(struct sw_js_docs *d, struct sw_value root, struct sw_value *ret)
{
	bool bad;
	int draft = sw_js_schema_draft(d, root, &bad), rc;
	uint32_t slot;

	if (bad)
		return 1;
	if ((rc = rewrite(d, root, SW_STR(""), draft, ret)))
		return rc;
	return add(d, SW_STR(""), *ret, draft, &slot);
}

/* ---- pointers ---- */

static int pointer_fail(struct sw_js_docs *d, const char *text, struct sw_str token)
{
	sw_buf_printf(d->why, "%s '%.*s'", text, SW_STR_ARG(token));
	return 1;
}

static int step(struct sw_js_docs *d, struct sw_value *at, struct sw_str raw, struct sw_str token)
{
	int64_t i;

	if (at->type == SW_OBJECT) {
		*at = sw_object_gets(*at, token);
		return sw_defined(*at) ? 0 : pointer_fail(d, "Object has no key", token);
	}
	if (at->type != SW_ARRAY)
		return pointer_fail(d, "Invalid token reference", raw);
	if (!sw_str_to_i64(raw, &i))
		return pointer_fail(d, "Invalid array index", raw);
	if (i < 0 || i >= at->n) {
		sw_buf_printf(d->why, "Out of bound array[0,%u] index '%lld'", at->n, (long long)i);
		return 1;
	}
	*at = at->u.a->v[i];
	return 0;
}

static int follow(struct sw_js_docs *d, struct sw_str pointer, struct sw_value *at)
{
	struct sw_str rest = pointer, raw;
	int rc;

	if (!pointer.n || pointer.p[0] != '/')
		return 0;
	rest = sw_str_sub(rest, 1, rest.n);
	for (bool more = true; more;) {
		size_t slash = sw_str_chr(rest, '/', 0);
		sw_autobuf token;
		sw_buf_init(&token, 1 << 20);
		more = slash != SW_NPOS;
		raw = sw_str_sub(rest, 0, slash);
		rest = sw_str_sub(rest, more ? slash + 1 : rest.n, rest.n);
		for (size_t i = 0; i < raw.n; i++) {
			bool esc = raw.p[i] == '~' && i + 1 < raw.n &&
				   (raw.p[i + 1] == '0' || raw.p[i + 1] == '1');
			sw_buf_addch(&token, !esc ? raw.p[i] : raw.p[i + 1] == '0' ? '~' : '/');
			i += esc;
		}
		if ((rc = step(d, at, raw, sw_buf_str(&token))))
			return rc;
	}
	return 0;
}

/* %XY of a fragment, decoded where it is well-formed. */
static void unescape(struct sw_str s, struct sw_buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int v = 0, n = 0;
		for (size_t k = i + 1; s.p[i] == '%' && k < i + 3 && k < s.n; k++, n++) {
			char c = s.p[k];
			int h = c >= '0' && c <= '9' ? c - '0'
				: (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
			if (h < 0)
				break;
			v = v << 4 | h;
		}
		sw_buf_addch(out, n == 2 ? (char)v : s.p[i]);
		i += n == 2 ? 2 : 0;
	}
}

/* 0: *ret is the schema of schemas at that address. 1: there is none. */
static int metaschema(struct sw_js_docs *d, struct sw_str url, const struct sw_js_doc **ret)
{
	struct sw_str text = sw_js_metaschema(url);
	struct sw_value doc;
	bool bad;
	uint32_t slot;
	if (!text.n || sw_json_parse(d->ctx->scratch, text, 0, NULL, &doc, NULL, NULL))
		return 1;
	int draft = sw_js_schema_draft(d, doc, &bad);
	int rc = rewrite(d, doc, url, draft, &doc);
	if (rc == 0)
		rc = add(d, url, doc, draft, &slot);
	if (rc == 0)
		*ret = &d->v[slot];
	return rc;
}

int sw_js_docs_find(struct sw_js_docs *d, struct sw_str ref, struct sw_js_doc *ret)
{
	const struct sw_js_doc *hit = find(d, normal(ref));
	struct parts p = cut(ref);
	sw_autobuf pointer;
	uint32_t slot;
	int rc;

	sw_buf_init(&pointer, 1 << 20);
	if (hit) {
		*ret = *hit;
		return 0;
	}
	size_t hash = sw_str_chr(ref, '#', 0);
	struct sw_str base = sw_str_sub(ref, 0, hash == SW_NPOS ? ref.n : hash);
	hit = find(d, base);
	if (!hit && (rc = metaschema(d, base, &hit)) < 0)
		return rc;
	if (!hit) {
		bool canonical = p.scheme.n && p.authority.n > 2;
		sw_buf_printf(d->why,
			canonical ? "remote reference loading disabled: %.*s" : "Reference %.*s must be canonical",
			SW_STR_ARG(ref));
		return 1;
	}
	*ret = *hit;
	unescape(sw_str_sub(p.fragment, 1, p.fragment.n), &pointer);
	if ((rc = follow(d, sw_buf_str(&pointer), &ret->doc)))
		return rc;
	ret->at = ref;
	return add(d, ref, ret->doc, ret->draft, &slot);
}
