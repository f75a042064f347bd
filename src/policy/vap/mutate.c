/* SPDX-License-Identifier: Apache-2.0 */
/* The mutations of one policy on one object. */
#include "doc/patch.h"
#include "doc/pointer.h"
#include "kube/apply.h"
#include "kube/defaults.h"
#include "policy/vap/impl.h"

/*
 * One operation, as the API server's JSON Patch has it: to replace a member that is not there adds
 * it, and a test of one fails, unless it asks for null. -SW_ECONFLICT: a test failed.
 */
static int patch_one(struct sw_arena *a, struct sw_value *object, const struct sw_patch_op *op,
	struct sw_error *err)
{
	struct sw_patch_op now = *op;
	struct sw_str last;
	bool missing =
		op->path.n && !sw_defined(sw_pointer_get(*object, op->path)) &&
		sw_pointer_get(*object, sw_pointer_parent(op->path, &last)).type == SW_OBJECT;
	if (missing && op->kind == SW_PATCH_TEST)
		return op->value.type == SW_NULL ? 0 : -SW_ECONFLICT;
	if (missing && op->kind == SW_PATCH_REPLACE)
		now.kind = SW_PATCH_ADD;
	return sw_patch_apply_ops(a, *object, &now, 1, object, err);
}

static int patch_all(struct sw_arena *a, struct sw_value object, struct sw_value list,
	struct sw_value *ret, struct sw_error *err)
{
	const struct sw_patch_op *ops;
	uint32_t n;
	int r = sw_patch_parse(a, list, &ops, &n, err);
	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = patch_one(a, &object, &ops[i], err);
	*ret = object;
	return r;
}

/* What the patch leaves must still be an object of its kind, where it was one. */
static int check(const struct sw_kube_shape *shape, struct sw_value before, struct sw_value after,
	struct sw_error *err)
{
	sw_autobuf path;
	sw_buf_init(&path, 4096);
	if (after.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "JSON Patch: the result is no object");
	if (sw_kube_shape_check(shape, before, NULL, NULL) < 0)
		return 0;
	int r = sw_kube_shape_check(shape, after, &path, err);
	if (r == -SW_ENOENT && path.n)
		return sw_error_set(err, SW_EINVALID,
			"strict decoding error: unknown field \"%.*s\"",
			SW_STR_ARG(sw_str_sub(sw_buf_str(&path), 1, path.n)));
	return r < 0 ? sw_error_prefix(err, "strict decoding error: ") : 0;
}

static int patch(struct vap_judge *j, const struct sw_kube_shape *shape, struct sw_value object,
	struct sw_value result, struct sw_value *ret, struct sw_error *err)
{
	struct sw_value ops, after;
	int r = sw_cel_plain(j->a, result, false, &ops, err);
	if (r < 0)
		return r;
	r = patch_all(j->a, object, ops, &after, err);
	if (r == -SW_ECONFLICT) { /* a test that fails: nothing is to be done */
		*ret = object;
		return 0;
	}
	if (r < 0)
		return sw_error_prefix(err, "JSON Patch: ");
	*ret = after;
	return check(shape, object, after, err);
}

/* The configuration is of the object's own kind, whatever it says. */
static struct sw_value configuration(struct sw_arena *a, struct sw_value v, struct sw_value object)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_object_foreach (it, v) {
		struct sw_str k = sw_value_str(it->k);
		if (!sw_str_is(k, "apiVersion") && !sw_str_is(k, "kind"))
			sw_map_add(&m, it->k, it->v);
	}
	sw_map_adds(&m, "apiVersion", sw_object_gets(object, SW_STR("apiVersion")));
	sw_map_adds(&m, "kind", sw_object_gets(object, SW_STR("kind")));
	return sw_map_object(&m);
}

static int apply(struct vap_judge *j, const struct sw_kube_shape *shape, struct sw_value object,
	struct sw_value result, struct sw_value *ret, struct sw_error *err)
{
	struct sw_value v;
	if (sw_str_is(sw_str_from(sw_cel_type_name(result)), "Object")) {
		int r = sw_cel_plain(j->a, result, true, &v, err);
		if (r < 0)
			return r;
	} else {
		return sw_error_set(err, SW_EINVALID,
			"unsupported return type from ApplyConfiguration expression: %s",
			sw_cel_type_name(result));
	}
	v = configuration(j->a, v, object);
	if (!sw_defined(v))
		return sw_error_set(err, SW_ELIMIT, "the configuration is too large");
	int r = sw_kube_apply(j->a, shape, object, v, ret, err);
	return r < 0 ? sw_error_prefix(err, "error applying patch: ") : 0;
}

/* The message of a failure that is not the expression's own. */
static void refused(struct vap_judge *j, int code, const struct sw_error *err, uint32_t i)
{
	if (code == -SW_ELIMIT || code == -SW_EUNSUPPORTED)
		vap_failed(j, SW_STR(""), code, err, i);
	else if (!j->p->ignore)
		vap_decide(j, SW_VAP_ERROR, sw_str_from(err->text), SW_STR(""), i);
}

int sw_vap_policy_mutate(struct sw_vap_policy *p, struct sw_arena *a, const struct sw_vap_input *in,
	const struct sw_kube_shape *shape, struct sw_value *ret_object,
	struct sw_vap_decisions *ret, struct sw_error *err)
{
	struct vap_judge j = {.p = p, .a = a};
	struct sw_vap_input now = *in;
	vap_begin(&j, &now);
	j.out.matched = vap_matches(&j);
	for (uint32_t i = 0; j.out.matched && i < p->n_mutations && !j.full; i++) {
		const struct vap_mutation *m = &p->mutations[i];
		struct sw_error e = {0};
		struct sw_value v, after;
		vap_begin(&j, &now); /* variables are of the object as it is now */
		int r = vap_run(&j, m->program, &v, &e);
		if (r < 0) {
			vap_failed(&j, m->expression, r, &e, i);
			continue;
		}
		r = (m->patch ? patch : apply)(&j, shape, now.object, v, &after, &e);
		if (r == 0) {
			after = sw_kube_defaults(a, shape, now.object, after);
			if (!sw_defined(after))
				r = sw_error_set(&e, SW_ELIMIT, "the object is too large");
		}
		if (r < 0)
			refused(&j, r, &e, i);
		else
			now.object = after;
	}
	int r = vap_end(&j, ret, err);
	if (r == 0)
		*ret_object = now.object;
	return r;
}
