/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/gotext.h"
#include "cis/jsonpath/impl.h"
#include "doc/json.h"

#define DEPTH_MAX 64
#define VISITS_MAX 1000000

/* Values with what Go would know of them beside: integers of the template stay integers among doubles. */
struct cells {
	struct cell {
		struct sw_value v; /* undefined: reflect's zero value, what the body of an empty range is walked over */
		bool literal;
		bool whole; /* the document itself, which kube-bench gives by a pointer */
	} *v;
	uint32_t n, cap;
};

struct path {
	struct sw_arena *a;
	unsigned flags;
	struct sw_error *err;
	uint32_t visits;
	int depth;
	int rc;
	uint32_t begin_range, in_range, end_range, last_end; /* as the library counts them */
	struct cells *results;				     /* one for each part of the template, in order */
	uint32_t n_results, cap_results;
};

static void fail(struct path *p, const char *what, struct sw_str near)
{
	if (!p->rc)
		p->rc = sw_error_set(p->err, SW_EINVALID, "%s%s%.*s", what, near.n ? ": " : "",
			SW_STR_ARG(near));
}

static void add(struct path *p, struct cells *l, struct sw_value v, bool literal)
{
	if (l->n == l->cap) {
		l->v = sw_arena_grow(p->a, l->v, l->cap * sizeof(*l->v), (l->cap * 2 + 4) * sizeof(*l->v));
		l->cap = l->cap * 2 + 4;
	}
	if (++p->visits > VISITS_MAX || !l->v)
		fail(p, "the path selects too much", (struct sw_str){0});
	else
		l->v[l->n++] = (struct cell){.v = v, .literal = literal};
}

/* ---- printing ---- */

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

/* A document's number as a double, where it is one there. */
static bool is_double(const struct path *p, struct cell c)
{
	if (c.v.repr == SW_NUM_DOUBLE)
		return true;
	return !c.literal && ((p->flags & SW_CIS_JSONPATH_DOUBLES) || c.v.repr != SW_NUM_INT);
}

/* The same with numbers that are doubles: encoding/json writes 1.50 as 1.5 and 1e3 as 1000. */
static struct sw_value as_doubles(struct path *p, struct sw_value v, int depth)
{
	struct sw_list l;
	struct sw_map m;
	if (v.type == SW_NUMBER && v.repr != SW_NUM_INT)
		return sw_double(sw_value_double(v));
	if (depth > DEPTH_MAX || (v.type != SW_ARRAY && v.type != SW_OBJECT) || !v.n)
		return v;
	if (v.type == SW_OBJECT) {
		sw_map_init(&m, p->a);
		sw_object_foreach(it, v)
			sw_map_add(&m, it->k, as_doubles(p, it->v, depth + 1));
		return sw_map_object(&m);
	}
	sw_list_init(&l, p->a);
	sw_array_foreach(it, v)
		sw_list_add(&l, as_doubles(p, *it, depth + 1));
	return sw_list_array(&l);
}

static void print_value(struct path *p, struct cell c, struct sw_buf *out)
{
	int64_t i;
	switch (c.v.type) {
	case SW_STRING:
		sw_buf_addstr(out, sw_value_str(c.v));
		break;
	case SW_NUMBER:
		if (!is_double(p, c) && sw_value_int(c.v, &i))
			sw_buf_printf(out, "%lld", (long long)i);
		else
			sw_gotext_float_g(out, sw_value_double(c.v));
		break;
	case SW_NULL:
	case SW_UNDEF:
		sw_buf_addz(out, "null");
		break;
	case SW_BOOL:
		sw_buf_addz(out, c.v.u.b ? "true" : "false");
		break;
	default:
		if ((p->flags & SW_CIS_JSONPATH_YAML) && has_object(c.v, 0))
			fail(p, "json: unsupported type: map[interface {}]interface {}", (struct sw_str){0});
		else
			sw_json_write(out, p->flags & SW_CIS_JSONPATH_DOUBLES ? as_doubles(p, c.v, 0) : c.v, SW_JSON_HTML_ESCAPE);
	}
}

/* As fmt.Print() shows Go's values: map[a:1 b:[x y]]. */
static void print_go(struct path *p, struct sw_value v, struct sw_buf *out, int depth)
{
	const char *sep = "";
	if (depth > DEPTH_MAX) {
		fail(p, "nested too deeply", (struct sw_str){0});
	} else if (v.type == SW_OBJECT) {
		sw_buf_addz(out, "map[");
		sw_object_foreach(m, v) {
			sw_buf_addz(out, sep);
			print_go(p, m->k, out, depth + 1);
			sw_buf_addch(out, ':');
			print_go(p, m->v, out, depth + 1);
			sep = " ";
		}
		sw_buf_addch(out, ']');
	} else if (v.type == SW_ARRAY) {
		sw_buf_addch(out, '[');
		sw_array_foreach(it, v) {
			sw_buf_addz(out, sep);
			print_go(p, *it, out, depth + 1);
			sep = " ";
		}
		sw_buf_addch(out, ']');
	} else if (v.type == SW_NULL) {
		sw_buf_addz(out, "<nil>");
	} else {
		print_value(p, (struct cell){.v = v}, out);
	}
}

/* ---- steps: from the values of `in` to those of `out` ---- */

static void step_field(struct path *p, const struct cells *in, struct sw_str name, struct cells *out)
{
	for (uint32_t i = 0; i < in->n; i++) {
		struct sw_value v = in->v[i].v.type == SW_OBJECT ? sw_object_gets(in->v[i].v, name) : sw_undef();
		if (sw_defined(v))
			add(p, out, v, false);
	}
}

/* The parts of a value; those of a text are its bytes. */
static void parts(struct path *p, struct sw_value v, struct cells *out)
{
	if (v.type == SW_ARRAY) {
		sw_array_foreach(it, v)
			add(p, out, *it, false);
	} else if (v.type == SW_OBJECT) {
		sw_object_foreach(m, v)
			add(p, out, m->v, false);
	} else if (v.type == SW_STRING) {
		struct sw_str s = sw_value_str(v);
		for (size_t i = 0; i < s.n && !p->rc; i++)
			add(p, out, sw_int((unsigned char)s.p[i]), true);
	}
}

static void step_wildcard(struct path *p, const struct cells *in, struct cells *out)
{
	for (uint32_t i = 0; i < in->n && !p->rc; i++)
		parts(p, in->v[i].v, out);
}

static void step_recursive(struct path *p, const struct cells *in, struct cells *out)
{
	if (++p->depth > DEPTH_MAX)
		fail(p, "nested too deeply", (struct sw_str){0});
	for (uint32_t i = 0; i < in->n && !p->rc; i++) {
		struct cells below = {0};
		parts(p, in->v[i].v, &below);
		if (!below.n)
			continue;
		add(p, out, in->v[i].v, false);
		step_recursive(p, &below, out);
	}
	p->depth--;
}

/* From and to of a slice over n elements. False: there is no such place. */
static bool bounds(const struct jp_bound b[3], int64_t n, int64_t *from, int64_t *to)
{
	*from = b[0].known ? b[0].v : 0;
	*from += *from < 0 ? n : 0;
	*to = b[1].known ? b[1].v : n;
	*to += *to < 0 || (*to == 0 && b[1].derived) ? n : 0;
	if (*to == *from)
		return true;
	return *from >= 0 && *from < n && *to >= 0 && *to <= n && *from <= *to;
}

static void step_array(struct path *p, const struct cells *in, const struct jp_bound b[3], struct cells *out)
{
	for (uint32_t i = 0; i < in->n && !p->rc; i++) {
		struct sw_value v = in->v[i].v;
		int64_t from, to, step = b[2].known ? b[2].v : 1;
		if (v.type == SW_NULL)
			continue;
		if (v.type != SW_ARRAY) {
			fail(p, "the value is not array or slice", (struct sw_str){0});
		} else if (!bounds(b, v.n, &from, &to)) {
			fail(p, "array index out of bounds", (struct sw_str){0});
		} else if (from == to) {
			return; /* nothing was asked for: the library looks no further */
		} else if (step <= 0) {
			fail(p, "step must be > 0", (struct sw_str){0});
		} else {
			for (; from < to; from += step < to - from ? step : to - from)
				add(p, out, sw_array_at(v, from), false);
		}
	}
}

static void eval_list(struct path *p, const struct cells *in, const struct jp_node *list, struct cells *ret);

/* ---- filters ---- */

enum { CMP_NONE, CMP_BOOL, CMP_INT, CMP_DOUBLE, CMP_STRING };

static int kind_of(const struct path *p, struct cell c)
{
	switch (c.v.type) {
	case SW_BOOL:
		return CMP_BOOL;
	case SW_NUMBER:
		return is_double(p, c) ? CMP_DOUBLE : CMP_INT;
	case SW_STRING:
		return CMP_STRING;
	default:
		return CMP_NONE;
	}
}

static bool compare(struct path *p, struct cell l, struct sw_str op, struct cell r)
{
	int kl = kind_of(p, l), kr = kind_of(p, r);
	bool equality = sw_str_is(op, "==") || sw_str_is(op, "!=");
	if (kl == CMP_NONE || kr == CMP_NONE || (kl == CMP_BOOL && !equality)) {
		fail(p, "invalid type for comparison", (struct sw_str){0});
		return false;
	}
	if (kl != kr) {
		fail(p, "incompatible types for comparison", (struct sw_str){0});
		return false;
	}
	int c = kl == CMP_INT || kl == CMP_DOUBLE ? sw_number_cmp(l.v, r.v) : sw_value_cmp(l.v, r.v);
	if (sw_str_is(op, "=="))
		return c == 0;
	if (sw_str_is(op, "!="))
		return c != 0;
	if (sw_str_is(op, "<=") || sw_str_is(op, ">="))
		return op.p[0] == '<' ? c <= 0 : c >= 0;
	if (sw_str_is(op, "<") || sw_str_is(op, ">"))
		return op.p[0] == '<' ? c < 0 : c > 0;
	fail(p, "unrecognized filter operator", op);
	return false;
}

static bool filter_one(struct path *p, struct sw_value v, const struct jp_node *f)
{
	struct cells one = {0}, l, r;
	add(p, &one, v, false);
	if (sw_str_is(f->name, "exists")) { /* an error within counts as what was found up to it */
		struct path inner = *p;
		inner.err = NULL;
		eval_list(&inner, &one, f->left, &l);
		p->visits = inner.visits;
		return l.n > 0;
	}
	eval_list(p, &one, f->left, &l);
	if (p->rc || !l.n)
		return false;
	if (l.n == 1)
		eval_list(p, &one, f->right, &r);
	if (!p->rc && (l.n > 1 || r.n > 1))
		fail(p, "can only compare one element at a time", (struct sw_str){0});
	return !p->rc && r.n && compare(p, l.v[0], f->name, r.v[0]);
}

static void step_filter(struct path *p, const struct cells *in, const struct jp_node *f, struct cells *out)
{
	for (uint32_t i = 0; i < in->n && !p->rc; i++) {
		struct sw_value v = in->v[i].v;
		if (v.type != SW_ARRAY) {
			fail(p, "the value is not array or slice and cannot be filtered", (struct sw_str){0});
			break;
		}
		sw_array_foreach(it, v)
			if (!p->rc && filter_one(p, *it, f))
				add(p, out, *it, false);
	}
}

/* ---- walking ---- */

static void step(struct path *p, const struct cells *in, const struct jp_node *n, struct cells *out)
{
	struct cells part;
	switch (n->kind) {
	case JP_LIST:
		eval_list(p, in, n, out);
		break;
	case JP_TEXT:
		add(p, out, n->value, true);
		break;
	case JP_VALUE:
		for (uint32_t i = 0; i < in->n; i++)
			add(p, out, n->value, true);
		break;
	case JP_FIELD:
		step_field(p, in, n->name, out);
		break;
	case JP_ARRAY:
		step_array(p, in, n->bound, out);
		break;
	case JP_FILTER:
		step_filter(p, in, n, out);
		break;
	case JP_WILDCARD:
		step_wildcard(p, in, out);
		break;
	case JP_RECURSIVE:
		step_recursive(p, in, out);
		break;
	case JP_UNION:
		for (uint32_t i = 0; i < n->n && !p->rc; i++) {
			eval_list(p, in, n->v[i], &part);
			for (uint32_t k = 0; k < part.n; k++)
				add(p, out, part.v[k].v, part.v[k].literal);
		}
		break;
	case JP_RANGE:
		p->begin_range++;
		*out = *in;
		break;
	case JP_END:
		if (p->in_range)
			p->end_range++;
		else
			fail(p, "not in range, nothing to end", (struct sw_str){0});
		break;
	}
}

/* After an error *ret is what the failing step had before it. */
static void eval_list(struct path *p, const struct cells *in, const struct jp_node *list, struct cells *ret)
{
	struct cells cur = *in;
	if (++p->depth > DEPTH_MAX)
		fail(p, "nested too deeply", (struct sw_str){0});
	for (uint32_t i = 0; list && i < list->n && !p->rc; i++) {
		struct cells next = {0};
		step(p, &cur, list->v[i], &next);
		if (!p->rc)
			cur = next;
	}
	p->depth--;
	*ret = cur;
}

static void keep(struct path *p, struct cells l)
{
	if (p->n_results == p->cap_results) {
		p->results = sw_arena_grow(p->a, p->results, p->cap_results * sizeof(l), (p->cap_results * 2 + 8) * sizeof(l));
		p->cap_results = p->cap_results * 2 + 8;
	}
	if (p->results)
		p->results[p->n_results++] = l;
	else
		fail(p, "the path selects too much", (struct sw_str){0});
}

/* The parts of the template from `at` over one value, up to the end of the range that is open. */
static void find(struct path *p, const struct jp_node *root, uint32_t at, struct sw_value value)
{
	struct cells cur = {0}, l;
	add(p, &cur, value, false);
	if (cur.n)
		cur.v[0].whole = !at && (p->flags & (SW_CIS_JSONPATH_YAML | SW_CIS_JSONPATH_DOUBLES));
	if (++p->depth > DEPTH_MAX)
		fail(p, "nested too deeply", (struct sw_str){0});
	for (uint32_t i = at; i < root->n && !p->rc; i++) {
		l = (struct cells){0};
		step(p, &cur, root->v[i], &l);
		if (p->rc)
			break;
		if (p->end_range && p->end_range <= p->in_range) {
			p->end_range--;
			p->last_end = i;
			break;
		}
		if (!p->begin_range) {
			keep(p, l);
			continue;
		}
		p->begin_range--;
		p->in_range++;
		uint32_t before = p->n_results;
		for (uint32_t k = 0; k < l.n && !p->rc; k++)
			find(p, root, i + 1, l.v[k].v);
		if (!l.n) { /* only to find where it ends */
			find(p, root, i + 1, sw_undef());
			p->n_results = before;
		}
		p->in_range--;
		if (p->last_end > i)
			i = p->last_end;
	}
	p->depth--;
}

int sw_cis_jsonpath(struct sw_arena *a, struct sw_str text, struct sw_value root, unsigned flags,
	struct sw_buf *out, struct sw_error *err)
{
	struct path p = {.a = a, .flags = flags, .err = err};
	struct jp_node *tree;
	int rc = jp_parse(a, text, &tree, err);
	size_t start = out->n;
	if (rc)
		return rc;
	find(&p, tree, 0, root);
	for (uint32_t i = 0; i < p.n_results && !p.rc; i++)
		for (uint32_t k = 0; k < p.results[i].n && !p.rc; k++) {
			if (k)
				sw_buf_addch(out, ' ');
			struct cell c = p.results[i].v[k];
			if (c.whole && c.v.type != SW_NULL)
				print_go(&p, c.v, out, 0);
			else
				print_value(&p, c, out);
		}
	if (!p.rc && out->overflow)
		fail(&p, "the result is too large", (struct sw_str){0});
	if (p.rc)
		out->n = start;
	return p.rc;
}
