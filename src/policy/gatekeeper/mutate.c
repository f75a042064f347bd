/* SPDX-License-Identifier: Apache-2.0 */
/* Applying mutators. Values are immutable: each step makes the containers on its path anew. */
#include "policy/gatekeeper/mutator.h"

#include "doc/json.h"

/* One mutator at work on one object. */
struct work {
	struct sw_arena *a;
	const struct gk_mutator *m;
	struct sw_value value; /* that Assign and AssignMetadata assign */
	struct sw_str key;     /* a provider is asked about, where nothing was */
	struct sw_error *err;
};

enum { UNCHANGED = 0, CHANGED = 1 };

const char *gk_go_type(struct sw_value v)
{
	switch ((enum sw_type)v.type) {
	case SW_OBJECT:
		return "map[string]interface {}";
	case SW_ARRAY:
		return "[]interface {}";
	case SW_STRING:
		return "string";
	case SW_BOOL:
		return "bool";
	case SW_NUMBER:
		return v.repr == SW_NUM_INT ? "int64" : "float64";
	default:
		return "<nil>";
	}
}

static int overflow(struct work *w)
{
	return sw_error_set(w->err, SW_ELIMIT, "the mutated object is too large");
}

static int mismatch(struct work *w, const char *wanted, uint32_t depth, struct sw_value got)
{
	return sw_error_set(w->err, SW_EINVALID,
		"mismatch between path entry (type: %s) and received object (type: %s). Path: %.*s", wanted,
		gk_go_type(got), SW_STR_ARG(w->m->path.v[depth].key));
}

/* ---- setting the last step ---- */

static bool has(const struct sw_value *list, uint32_t n, struct sw_value v)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_value_eq(list[i], v))
			return true;
	return false;
}

static int no_set(struct work *w, struct sw_value old)
{
	sw_autobuf b;
	sw_buf_init(&b, 400);
	sw_json_write(&b, old, 0);
	return sw_error_set(w->err, SW_EINVALID, "%.*s is not a list of values, cannot treat it as a set",
		SW_STR_ARG(sw_buf_str(&b)));
}

/* `ret` stays SW_UNDEF when there is nothing to prune. */
static int modify_set(struct work *w, struct sw_value old, struct sw_value *ret)
{
	struct sw_value values = w->m->values;
	*ret = sw_undef();
	if (!sw_defined(old)) {
		if (!w->m->prune)
			*ret = values;
		return 0;
	}
	if (old.type != SW_ARRAY)
		return no_set(w, old);
	struct sw_list l;
	sw_list_init(&l, w->a);
	sw_array_foreach(e, old)
		if (!w->m->prune || !has(values.u.a->v, values.n, *e))
			sw_list_add(&l, *e);
	if (!w->m->prune)
		sw_array_foreach(e, values)
			if (!has(l.v, l.n, *e))
				sw_list_add(&l, *e);
	*ret = sw_list_array(&l);
	return sw_defined(*ret) ? 0 : overflow(w);
}

static int new_value(struct work *w, struct sw_value old, struct sw_value *ret)
{
	if (w->m->kind == GK_MODIFY_SET)
		return modify_set(w, old, ret);
	if (w->m->from == GK_FROM_PROVIDER)
		return gk_provided_placeholder(w->a, w->value, old, w->key, ret, w->err);
	if (w->m->kind != GK_ASSIGN_IMAGE) {
		*ret = w->value;
		return 0;
	}
	if (sw_defined(old) && old.type != SW_STRING)
		return sw_error_set(w->err, SW_EINVALID,
			"expected value at AssignImage location to be a string, got a value of type %s", gk_go_type(old));
	struct sw_str image = gk_image_mutate(w->a, w->m, sw_defined(old) ? sw_value_str(old) : SW_STR(""));
	*ret = sw_string(image);
	return image.p ? 0 : overflow(w);
}

struct sw_value gk_with(struct sw_arena *a, struct sw_value object, struct sw_str key, struct sw_value v)
{
	struct sw_map m;
	sw_map_init(&m, a);
	if (object.type == SW_OBJECT)
		sw_object_foreach(it, object)
			if (!sw_str_eq(sw_value_str(it->k), key))
				sw_map_add(&m, it->k, it->v);
	if (sw_defined(v))
		sw_map_add(&m, sw_string(key), v);
	return sw_map_object(&m);
}

/* ---- the way down ---- */

static int step(struct work *w, struct sw_value current, uint32_t depth, struct sw_value *ret);

/* A missing step: the next one says what it must be. */
static int create(struct work *w, uint32_t depth, struct sw_value *ret)
{
	const struct gk_node *n = &w->m->path.v[depth], *next = &w->m->path.v[depth + 1];
	if (!n->list) {
		*ret = next->list ? sw_empty_array() : sw_empty_object();
		return 0;
	}
	if (next->list)
		return sw_error_set(w->err, SW_EINVALID, "two consecutive list path entries not allowed");
	*ret = gk_with(w->a, sw_empty_object(), n->key, n->value);
	return sw_defined(*ret) ? 0 : overflow(w);
}

static int step_object(struct work *w, struct sw_value current, uint32_t depth, struct sw_value *ret)
{
	struct sw_str key = w->m->path.v[depth].key;
	uint8_t test = w->m->tests[depth];
	if (current.type != SW_OBJECT)
		return mismatch(w, "object", depth, current);
	struct sw_value old = sw_object_gets(current, key), next = old;
	if (test && sw_defined(old) != (test == GK_MUST_EXIST))
		return UNCHANGED;
	int rc;
	if (depth + 1 == w->m->path.n) {
		rc = new_value(w, old, &next);
		if (rc == 0 && !sw_defined(next)) {
			*ret = current;
			return CHANGED;
		}
		rc = rc < 0 ? rc : CHANGED;
	} else {
		rc = sw_defined(old) ? 0 : create(w, depth, &next);
		rc = rc < 0 ? rc : step(w, next, depth + 1, &next);
	}
	if (rc != CHANGED)
		return rc;
	*ret = gk_with(w->a, current, key, next);
	return sw_defined(*ret) ? CHANGED : overflow(w);
}

static bool is_element(const struct gk_node *n, struct sw_value e)
{
	struct sw_value key = sw_object_gets(e, n->key);
	return key.type == n->value.type && sw_defined(key) && sw_value_eq(key, n->value);
}

/* The last step is an element of a list: replaced, or added. */
static int set_element(struct work *w, struct sw_value list, uint32_t depth, struct sw_value *ret)
{
	const struct gk_node *n = &w->m->path.v[depth];
	uint8_t test = w->m->tests[depth];
	if (w->m->kind != GK_ASSIGN)
		return sw_error_set(w->err, SW_EINVALID, "mutator does not understand keyed lists");
	struct sw_list l;
	bool found = false;
	sw_list_init(&l, w->a);
	sw_array_foreach(e, list)
	{
		if (e->type != SW_OBJECT && !found)
			return sw_error_set(w->err, SW_EINVALID,
				"cast error, unable to case %s to map[string]interface{}", gk_go_type(*e));
		bool here = !found && is_element(n, *e);
		found = found || here;
		sw_list_add(&l, here ? w->value : *e);
	}
	if (test && found != (test == GK_MUST_EXIST))
		return UNCHANGED;
	if (!found)
		sw_list_add(&l, w->value);
	*ret = sw_list_array(&l);
	return sw_defined(*ret) ? CHANGED : overflow(w);
}

/* Elements by key, all for a glob; a missing one is added. */
static int step_list(struct work *w, struct sw_value list, uint32_t depth, struct sw_value *ret)
{
	const struct gk_node *n = &w->m->path.v[depth];
	uint8_t test = w->m->tests[depth];
	if (list.type != SW_ARRAY)
		return mismatch(w, "List", depth, list);
	if (depth + 1 == w->m->path.n)
		return set_element(w, list, depth, ret);
	if (n->glob && test == GK_MUST_NOT_EXIST)
		return UNCHANGED;
	struct sw_list l;
	bool found = false;
	int changed = UNCHANGED;
	sw_list_init(&l, w->a);
	sw_array_foreach(e, list)
	{
		struct sw_value v = *e;
		if (n->glob || is_element(n, *e)) {
			if (!n->glob && test == GK_MUST_NOT_EXIST)
				return UNCHANGED;
			int rc = step(w, *e, depth + 1, &v);
			if (rc < 0)
				return rc;
			changed |= rc;
			found = true;
		}
		sw_list_add(&l, v);
	}
	if (!n->glob && !found) {
		struct sw_value v = sw_undef();
		if (test == GK_MUST_EXIST)
			return UNCHANGED;
		int rc = create(w, depth, &v);
		rc = rc < 0 ? rc : step(w, v, depth + 1, &v);
		if (rc < 0)
			return rc;
		changed |= rc;
		sw_list_add(&l, v);
	}
	if (changed != CHANGED)
		return UNCHANGED;
	*ret = sw_list_array(&l);
	return sw_defined(*ret) ? CHANGED : overflow(w);
}

/* CHANGED with *ret, UNCHANGED (*ret as it was), or an error. As deep as the location is long. */
static int step(struct work *w, struct sw_value current, uint32_t depth, struct sw_value *ret)
{
	return w->m->path.v[depth].list ? step_list(w, current, depth, ret) : step_object(w, current, depth, ret);
}

/* ---- does it apply? ---- */

static bool list_has(struct sw_value list, struct sw_str word)
{
	if (list.type == SW_ARRAY)
		sw_array_foreach(e, list)
			if (e->type == SW_STRING && sw_str_eq(sw_value_str(*e), word))
				return true;
	return false;
}

bool gk_applies(struct sw_value entry, struct sw_str group, struct sw_str version, struct sw_str kind)
{
	return list_has(sw_object_gets(entry, SW_STR("groups")), group) &&
	       list_has(sw_object_gets(entry, SW_STR("versions")), version) &&
	       list_has(sw_object_gets(entry, SW_STR("kinds")), kind);
}

static bool operation_applies(struct sw_value entry, struct sw_str operation)
{
	struct sw_value list = sw_object_gets(entry, SW_STR("operations"));
	bool all = list.type != SW_ARRAY || list.n == 0 || list_has(list, SW_STR("*"));
	bool create = all || list_has(list, SW_STR("CREATE")), update = all || list_has(list, SW_STR("UPDATE"));
	if (!operation.n)
		return create && update;
	return (create && sw_str_is(operation, "CREATE")) || (update && sw_str_is(operation, "UPDATE"));
}

static bool applies_to(const struct gk_mutator *m, const struct sw_kube_object *o, struct sw_str operation)
{
	if (m->kind == GK_ASSIGN_METADATA)
		return true;
	sw_array_foreach(e, m->apply_to)
		if (gk_applies(*e, o->group, o->version, o->kind) && operation_applies(*e, operation))
			return true;
	return false;
}

/* ---- all of them ---- */

struct run {
	struct sw_gk *gk;
	struct sw_arena *a;
	const struct sw_gk_mutable *in;
	struct sw_value object;
	struct sw_error *err;
};

static struct sw_value value_of(struct run *r, const struct gk_mutator *m, const struct sw_kube_object *o)
{
	switch (m->from) {
	case GK_FROM_NAME:
		return sw_string(o->name.p ? o->name : SW_STR(""));
	case GK_FROM_NAMESPACE:
		return sw_string(o->ns.p ? o->ns : SW_STR(""));
	default:
		return m->value;
	}
}

static int explain(struct run *r, const struct gk_mutator *m, const struct sw_kube_object *o, const char *what)
{
	struct sw_str name = sw_kube_object_name(o);
	return sw_error_prefix(r->err, "%s mutator %s.mutations.gatekeeper.sh /%.*s failed for %.*s %.*s %.*s %.*s: ",
		what, gk_mutator_kind_name(m->kind), SW_STR_ARG(m->name), SW_STR_ARG(o->group), SW_STR_ARG(o->kind),
		SW_STR_ARG(o->ns), SW_STR_ARG(name));
}

static int apply(struct run *r, const struct gk_mutator *m)
{
	struct sw_kube_object o;
	int rc = sw_kube_object_init(r->object, &o, r->err);
	if (rc < 0)
		return rc;
	if (!applies_to(m, &o, r->in->operation))
		return UNCHANGED;
	struct sw_kube_object placed = o;
	if (!o.ns.n && !sw_kube_is(&o, "", "Namespace"))
		placed.ns = r->in->namespace;
	struct sw_gk_subject s = {.object = &placed, .ns = r->in->ns, .source = r->in->source};
	rc = sw_gk_match(&m->match, &s, r->err);
	if (rc <= 0)
		return rc < 0 ? explain(r, m, &o, "matching for") : UNCHANGED;
	struct work w = {.a = r->a, .m = m, .value = value_of(r, m, &o), .err = r->err};
	if (m->from == GK_FROM_PROVIDER && sw_str_is(sw_value_getstr(m->value, "dataSource"), "Username"))
		w.key = r->in->user;
	struct sw_value next = r->object;
	rc = step(&w, r->object, 0, &next);
	if (rc < 0)
		return explain(r, m, &o, "mutation for");
	r->object = next;
	return rc;
}

static int not_converging(struct run *r)
{
	struct sw_kube_object o = {0};
	sw_kube_object_init(r->object, &o, NULL);
	struct sw_str name = sw_kube_object_name(&o);
	return sw_error_set(r->err, SW_ECONFLICT, "mutation not converging for %.*s %.*s %.*s %.*s",
		SW_STR_ARG(o.group), SW_STR_ARG(o.kind), SW_STR_ARG(o.ns), SW_STR_ARG(name));
}

/* 0 and *ret_rounds (0: nothing happened), or an error. */
static int converge(struct run *r, uint32_t *ret_rounds)
{
	uint32_t max = r->gk->n_mutators + 1;
	for (uint32_t round = 1; round <= max; round++) {
		struct sw_value before = r->object;
		bool applied = false;
		for (uint32_t i = 0; i < r->gk->n_mutators; i++) {
			int rc = r->gk->mutators[i]->conflict ? UNCHANGED : apply(r, r->gk->mutators[i]);
			if (rc < 0)
				return rc;
			applied = applied || rc == CHANGED;
		}
		if (!applied || sw_value_eq(before, r->object)) {
			*ret_rounds = round == 1 ? 0 : round;
			return 0;
		}
	}
	return not_converging(r);
}

/* What Kubernetes' own policies leave is what mutators get. */
static int mutate_all(struct run *r, struct sw_gk_mutation *out)
{
	int rc = gk_map_mutate(r->gk, r->a, r->in, &r->object, &out->denied, r->err);
	if (rc < 0 || out->denied.p)
		return rc;
	rc = converge(r, &out->iterations);
	if (rc == 0 && out->iterations && r->gk->external)
		rc = gk_provided_resolve(r->gk, r->a, &r->object, r->err);
	return rc;
}

int sw_gk_mutate(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_mutable *m, struct sw_gk_mutation *ret,
	struct sw_error *err)
{
	struct sw_error e = {0};
	struct run r = {.gk = gk, .a = a, .in = m, .object = m->object, .err = &e};
	struct sw_gk_mutation out = {.object = m->object, .patch = sw_empty_array()};
	int rc = mutate_all(&r, &out);
	if (rc < 0) {
		if (err)
			*err = e;
		return rc;
	}
	out.changed = !out.denied.p && !sw_value_eq(m->object, r.object);
	if (out.changed) {
		out.object = r.object;
		out.patch = sw_gk_diff(a, m->object, r.object);
	}
	if (!sw_defined(out.patch))
		return sw_error_set(err, SW_ELIMIT, "the patch is too large");
	*ret = out;
	return 0;
}
