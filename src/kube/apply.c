/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/apply.h"

enum { DEPTH_MAX = 256, COMPARISONS_MAX = 20000000, KEYS_MAX = 8, PATH_MAX_BYTES = 4096 };

/* Where one is in the configuration. */
struct place {
	const struct place *up;
	struct sw_str name; /* p NULL: the index-th element */
	uint32_t index, depth;
};

static struct place below(const struct place *up, struct sw_str name, uint32_t index)
{
	return (struct place){
		.up = up, .name = name, .index = index, .depth = up ? up->depth + 1 : 0};
}

static void write_place(struct sw_buf *out, const struct place *p)
{
	if (!p)
		return;
	write_place(out, p->up);
	if (p->name.p)
		sw_buf_printf(out, ".%.*s", SW_STR_ARG(sw_str_sub(p->name, 0, 256)));
	else
		sw_buf_printf(out, "[%u]", p->index);
}

static int too_deep(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "more than %d levels", DEPTH_MAX);
}

/* ---- elements of keyed lists and sets ---- */

struct element {
	struct sw_value v;
	struct sw_value id[KEYS_MAX]; /* of a set the value itself */
	int64_t other;		      /* its like in the other list; -1: none */
	bool doubled;
};

/* NULL, or why it cannot be told apart from others. */
static const char *identify(
	const struct sw_kube_shape *list, struct sw_value v, struct element *ret)
{
	*ret = (struct element){.v = v, .other = -1};
	if (list->set) {
		ret->id[0] = v;
		return v.type == SW_OBJECT || v.type == SW_ARRAY || v.type == SW_NULL
			       ? "a set has an element that is no scalar"
			       : NULL;
	}
	if (v.type != SW_OBJECT)
		return "a keyed list has an element that is no object";
	bool any = false;
	for (uint32_t i = 0; i < KEYS_MAX; i++) {
		struct sw_str key = sw_kube_shape_key(list, i);
		if (!key.p)
			break;
		ret->id[i] = sw_object_gets(v, key);
		if (!sw_defined(ret->id[i]))
			ret->id[i] = sw_kube_shape_key_default(list, key);
		any = any || sw_defined(ret->id[i]);
	}
	return any ? NULL : "an element of a keyed list has none of its keys";
}

static bool alike(const struct element *x, const struct element *y)
{
	for (uint32_t i = 0; i < KEYS_MAX; i++) {
		bool there = sw_defined(x->id[i]);
		if (there != sw_defined(y->id[i]) || (there && !sw_value_eq(x->id[i], y->id[i])))
			return false;
	}
	return true;
}

static const struct element *find(const struct element *list, uint32_t n, const struct element *e)
{
	for (uint32_t i = 0; i < n; i++)
		if (alike(&list[i], e))
			return &list[i];
	return NULL;
}

/* ---- is it of this shape? ---- */

struct checker {
	struct sw_buf *path;
	struct sw_error *err;
};

static int check(struct checker *c, const struct sw_kube_shape *s, struct sw_value v,
	const struct place *at);

static int refuse(struct checker *c, int code, const struct place *p, const char *why)
{
	sw_autobuf b;
	sw_buf_init(&b, PATH_MAX_BYTES);
	write_place(&b, p);
	if (c->path)
		sw_buf_addstr(c->path, sw_buf_str(&b));
	return sw_error_set(c->err, code, "%.*s: %s", SW_STR_ARG(sw_buf_str(&b)), why);
}

static int check_object(
	struct checker *c, const struct sw_kube_shape *s, struct sw_value v, const struct place *at)
{
	sw_object_foreach (it, v) {
		struct place p = below(at, sw_value_str(it->k), 0);
		struct sw_kube_shape member;
		if (!sw_kube_shape_member(s, p.name, &member))
			return refuse(c, SW_ENOENT, &p, "field not declared in schema");
		int r = check(c, &member, it->v, &p);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_list(
	struct checker *c, const struct sw_kube_shape *s, struct sw_value v, const struct place *at)
{
	struct sw_kube_shape element = sw_kube_shape_element(s);
	for (uint32_t i = 0; i < v.n; i++) {
		struct place p = below(at, (struct sw_str){0}, i);
		struct element e;
		const char *why = s->keyed || s->set ? identify(s, v.u.a->v[i], &e) : NULL;
		int r = why ? refuse(c, SW_EINVALID, &p, why) : check(c, &element, v.u.a->v[i], &p);
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *mismatch(const struct sw_kube_shape *s, struct sw_value v)
{
	bool scalar = v.type != SW_OBJECT && v.type != SW_ARRAY;
	switch (s->kind) {
	case SW_KUBE_STRING:
		return v.type == SW_STRING ? NULL : "expected string";
	case SW_KUBE_NUMBER:
		return v.type == SW_NUMBER ? NULL : "expected numeric";
	case SW_KUBE_BOOL:
		return v.type == SW_BOOL ? NULL : "expected boolean";
	case SW_KUBE_SCALAR:
		return scalar ? NULL : "expected a scalar";
	case SW_KUBE_LIST:
		return v.type == SW_ARRAY ? NULL : "expected list";
	case SW_KUBE_STRUCT:
	case SW_KUBE_MAP:
		return v.type == SW_OBJECT ? NULL : "expected map";
	default:
		return NULL;
	}
}

static int check(
	struct checker *c, const struct sw_kube_shape *s, struct sw_value v, const struct place *at)
{
	const char *why = v.type == SW_NULL ? NULL : mismatch(s, v);
	if (at && at->depth >= DEPTH_MAX)
		return too_deep(c->err);
	if (why)
		return refuse(c, SW_EINVALID, at, why);
	if (s->kind == SW_KUBE_ANY && !s->root)
		return 0;
	if (v.type == SW_OBJECT)
		return check_object(c, s, v, at);
	return v.type == SW_ARRAY ? check_list(c, s, v, at) : 0;
}

int sw_kube_shape_check(const struct sw_kube_shape *shape, struct sw_value v, struct sw_buf *path,
	struct sw_error *err)
{
	struct checker c = {.path = path, .err = err};
	return check(&c, shape, v, NULL);
}

/* ---- what would be replaced as a whole ---- */

static void note_atomic(struct sw_buf *out, const struct place *at)
{
	if (out->n)
		sw_buf_addz(out, ", ");
	write_place(out, at);
}

/* As deep as check() has gone. */
static void find_atomic(const struct sw_kube_shape *s, struct sw_value v, const struct place *at,
	struct sw_buf *out)
{
	bool any = s->kind == SW_KUBE_ANY;
	if (v.type == SW_OBJECT && (any || s->kind == SW_KUBE_STRUCT || s->kind == SW_KUBE_MAP)) {
		if (s->atomic)
			note_atomic(out, at);
		if (s->kind == SW_KUBE_STRUCT || s->root)
			sw_object_foreach (it, v) {
				struct place p = below(at, sw_value_str(it->k), 0);
				struct sw_kube_shape member;
				if (sw_kube_shape_member(s, p.name, &member))
					find_atomic(&member, it->v, &p, out);
			}
	} else if (v.type == SW_ARRAY && (any || s->kind == SW_KUBE_LIST)) {
		struct sw_kube_shape element = sw_kube_shape_element(s);
		if (s->atomic || any)
			note_atomic(out, at);
		for (uint32_t i = 0; i < v.n && !any; i++) {
			struct place p = below(at, (struct sw_str){0}, i);
			find_atomic(&element, v.u.a->v[i], &p, out);
		}
	}
}

static int refuse_atomic(const struct sw_kube_shape *s, struct sw_value v, struct sw_error *err)
{
	sw_autobuf b;
	sw_buf_init(&b, PATH_MAX_BYTES);
	find_atomic(s, v, NULL, &b);
	if (!b.n)
		return 0;
	return sw_error_set(err, SW_EINVALID,
		"invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: %.*s",
		SW_STR_ARG(sw_buf_str(&b)));
}

static bool has_list(struct sw_value v, uint32_t depth)
{
	if (v.type == SW_OBJECT && depth < DEPTH_MAX)
		sw_object_foreach (it, v)
			if (has_list(it->v, depth + 1))
				return true;
	return v.type == SW_ARRAY;
}

/* How the lists of an unknown kind are merged is not known either. */
static int refuse_unknown(const struct sw_kube_shape *s, struct sw_value v, struct sw_error *err)
{
	if (s->kind == SW_KUBE_ANY && s->root)
		sw_object_foreach (it, v)
			if (!sw_str_is(sw_value_str(it->k), "metadata") && has_list(it->v, 0))
				return sw_error_set(err, SW_EUNSUPPORTED,
					"the kind's CustomResourceDefinition is not known, so how "
					"its lists are "
					"merged is not either");
	return 0;
}

/* ---- merging ---- */

struct merge {
	struct sw_arena *a;
	uint64_t compared;
	struct sw_error *err;
};

static int merge(struct merge *m, const struct sw_kube_shape *s, struct sw_value l,
	struct sw_value r, uint32_t depth, struct sw_value *ret);

static int overflow(struct merge *m)
{
	return sw_error_set(m->err, SW_ELIMIT, "the object is too large");
}

static struct sw_kube_shape member_shape(const struct sw_kube_shape *s, struct sw_str name)
{
	struct sw_kube_shape member;
	if (sw_kube_shape_member(s, name, &member))
		return member;
	return (struct sw_kube_shape){.kind = SW_KUBE_ANY};
}

static int merge_objects(struct merge *m, const struct sw_kube_shape *s, struct sw_value l,
	struct sw_value r, uint32_t depth, struct sw_value *ret)
{
	struct sw_map out;
	sw_map_init(&out, m->a);
	if (l.type == SW_OBJECT)
		sw_object_foreach (it, l)
			if (!sw_defined(sw_object_get(r, it->k)))
				sw_map_add(&out, it->k, it->v);
	sw_object_foreach (it, r) {
		struct sw_kube_shape member = member_shape(s, sw_value_str(it->k));
		struct sw_value v;
		int rc = merge(m, &member, sw_object_get(l, it->k), it->v, depth + 1, &v);
		if (rc < 0)
			return rc;
		if (v.type != SW_NULL && sw_defined(v))
			sw_map_add(&out, it->k, v);
	}
	*ret = sw_map_object(&out);
	return sw_defined(*ret) ? 0 : overflow(m);
}

/* The elements of one side; an element that cannot be identified is one of its own. */
static int elements(
	struct merge *m, const struct sw_kube_shape *s, struct sw_value list, struct element **ret)
{
	uint32_t n = list.type == SW_ARRAY ? list.n : 0;
	*ret = sw_arena_new_array(m->a, n + 1, struct element);
	if (!*ret)
		return overflow(m);
	for (uint32_t i = 0; i < n; i++)
		if (identify(s, list.u.a->v[i], &(*ret)[i]))
			(*ret)[i].id[0] = sw_undef();
	return 0;
}

struct lists {
	const struct sw_kube_shape *s;
	struct element *l, *r;
	uint32_t n_l, n_r, depth;
	uint32_t shared; /* the element of `r` that comes next of those which are in both */
	struct sw_list out;
};

static int pair_up(struct merge *m, struct lists *x)
{
	m->compared += (uint64_t)x->n_r * (x->n_l + x->n_r);
	if (m->compared > COMPARISONS_MAX)
		return sw_error_set(m->err, SW_ELIMIT, "the lists are too long to be merged");
	for (uint32_t i = 0; i < x->n_r; i++) {
		if (find(x->r, i, &x->r[i]))
			return sw_error_set(m->err, SW_EINVALID,
				"duplicate entries for the key of element %u", i);
		for (uint32_t k = 0; k < x->n_l; k++)
			if (alike(&x->l[k], &x->r[i])) {
				x->l[k].other = i;
				x->r[i].doubled = x->r[i].other >= 0;
				x->r[i].other = x->r[i].other >= 0 ? x->r[i].other : k;
			}
	}
	return 0;
}

static void next_shared(struct lists *x)
{
	do
		x->shared++;
	while (x->shared < x->n_r && x->r[x->shared].other < 0);
}

/* The element of `r` with its like of `l`. */
static int take(struct merge *m, struct lists *x, uint32_t i)
{
	struct sw_kube_shape element = sw_kube_shape_element(x->s);
	const struct element *e = &x->r[i];
	struct sw_value v, l = e->other >= 0 && !e->doubled ? x->l[e->other].v : sw_undef();
	int rc = merge(m, &element, l, e->v, x->depth + 1, &v);
	if (rc == 0 && sw_list_add(&x->out, v) < 0)
		rc = overflow(m);
	if (x->shared == i)
		next_shared(x);
	return rc;
}

/* The order of both lists is kept where they agree, else that of the configuration. */
static int weave(struct merge *m, struct lists *x)
{
	int rc = 0;
	for (uint32_t l = 0, r = 0; rc == 0 && (l < x->n_l || r < x->n_r);) {
		int64_t other = l < x->n_l ? x->l[l].other : -1;
		if (l < x->n_l && r < x->n_r) {
			if (other == r) {
				rc = take(m, x, r++);
				l++;
				continue;
			}
			if (other >= 0 && x->shared < x->n_r && x->shared != (uint64_t)other) {
				l++;
				continue;
			}
		}
		if (l < x->n_l && other < 0) {
			if (sw_list_add(&x->out, x->l[l++].v) < 0)
				rc = overflow(m);
			continue;
		}
		if (l < x->n_l && other < r) /* taken already */
			l++;
		if (r < x->n_r)
			rc = take(m, x, r++);
	}
	return rc;
}

static int merge_lists(struct merge *m, const struct sw_kube_shape *s, struct sw_value l,
	struct sw_value r, uint32_t depth, struct sw_value *ret)
{
	struct lists x = {.s = s, .n_l = l.type == SW_ARRAY ? l.n : 0, .n_r = r.n, .depth = depth};
	int rc = elements(m, s, l, &x.l);
	if (rc == 0)
		rc = elements(m, s, r, &x.r);
	if (rc == 0)
		rc = pair_up(m, &x);
	if (rc < 0)
		return rc;
	sw_list_init(&x.out, m->a);
	x.shared = UINT32_MAX;
	next_shared(&x);
	rc = weave(m, &x);
	if (rc < 0)
		return rc;
	*ret = sw_list_array(&x.out);
	return sw_defined(*ret) ? 0 : overflow(m);
}

/* `r` into `l`, which may be SW_UNDEF. */
static int merge(struct merge *m, const struct sw_kube_shape *s, struct sw_value l,
	struct sw_value r, uint32_t depth, struct sw_value *ret)
{
	bool container =
		s->kind == SW_KUBE_STRUCT || s->kind == SW_KUBE_MAP || s->kind == SW_KUBE_LIST;
	if (depth >= DEPTH_MAX)
		return too_deep(m->err);
	if (r.type == SW_NULL && container && (l.type == SW_OBJECT || l.type == SW_ARRAY) && l.n) {
		*ret = l;
		return 0;
	}
	if (r.type == SW_OBJECT && r.n && !s->atomic)
		return merge_objects(m, s, l, r, depth, ret);
	if (r.type == SW_ARRAY && r.n && (s->keyed || s->set))
		return merge_lists(m, s, l, r, depth, ret);
	bool empty = (r.type == SW_OBJECT || r.type == SW_ARRAY) && r.n == 0 && !s->atomic &&
		     l.type == r.type && l.n;
	*ret = empty ? l : r;
	return 0;
}

int sw_kube_apply(struct sw_arena *a, const struct sw_kube_shape *shape, struct sw_value object,
	struct sw_value config, struct sw_value *ret, struct sw_error *err)
{
	struct merge m = {.a = a, .err = err};
	int r = sw_kube_shape_check(shape, config, NULL, err);
	if (r < 0)
		return sw_error_prefix(err, "failed to convert patch object to typed object: ");
	r = refuse_unknown(shape, config, err);
	if (r == 0)
		r = refuse_atomic(shape, config, err);
	return r < 0 ? r : merge(&m, shape, object, config, 0, ret);
}
