/* SPDX-License-Identifier: Apache-2.0 */
/* Mutators: reading the four kinds, and everything about them that is refused. */
#include "policy/gatekeeper/mutator.h"

#include <stdlib.h>

#include "doc/json.h"

static const char *const kinds[] = {"Assign", "AssignImage", "AssignMetadata", "ModifySet"};

const char *gk_mutator_kind_name(enum gk_mutator_kind kind)
{
	return kinds[kind];
}

/* What is being read. */
struct reader {
	struct sw_gk *gk;
	struct gk_mutator *m;
	struct sw_value spec, parameters, assign;
	struct sw_error *err;
};

static int refuse(struct reader *r, const char *text)
{
	return sw_error_set(r->err, SW_EINVALID, "%s", text);
}

/* "assign NAME can't change metadata" and the like. */
static int refuse_named(struct reader *r, const char *before, const char *after)
{
	return sw_error_set(r->err, SW_EINVALID, "%s %.*s %s", before, SW_STR_ARG(r->m->name), after);
}

/* ---- location ---- */

static bool ends_in_list(const struct gk_path *p)
{
	return p->n && p->v[p->n - 1].list;
}

static bool begins_with_metadata(const struct gk_path *p)
{
	return p->n && !p->v[0].list && sw_str_is(p->v[0].key, "metadata");
}

/* The key of a list's element must not be assigned: foo[name: bar].name */
static int check_key_kept(struct reader *r)
{
	const struct gk_path *p = &r->m->path;
	if (p->n == 0)
		return refuse(r, "empty path");
	if (p->n < 2 || !p->v[p->n - 2].list)
		return 0;
	if (sw_str_eq(p->v[p->n - 1].key, p->v[p->n - 2].key))
		return refuse(r, "invalid path format: changing the item key is not allowed");
	return 0;
}

static int check_location(struct reader *r)
{
	const struct gk_path *p = &r->m->path;
	switch (r->m->kind) {
	case GK_ASSIGN_METADATA: {
		bool right = p->n == 3 && !p->v[1].list && !p->v[2].list && begins_with_metadata(p) &&
			     (sw_str_is(p->v[1].key, "labels") || sw_str_is(p->v[1].key, "annotations"));
		if (!right)
			return sw_error_set(r->err, SW_EINVALID, "invalid location for assignmetadata %.*s: %.*s",
				SW_STR_ARG(r->m->name), SW_STR_ARG(sw_value_getstr(r->spec, "location")));
		return 0;
	}
	case GK_MODIFY_SET:
		if (begins_with_metadata(p))
			return refuse_named(r, "modifyset", "can't change metadata");
		if (ends_in_list(p))
			return refuse(r, "final node in a modifyset location cannot be a keyed list");
		return p->n ? 0 : refuse(r, "empty path");
	case GK_ASSIGN_IMAGE:
		if (begins_with_metadata(p))
			return refuse_named(r, "assignImage", "can't change metadata");
		if (ends_in_list(p))
			return refuse_named(r, "assignImage", "cannot mutate list-type fields");
		return check_key_kept(r);
	default:
		if (begins_with_metadata(p))
			return refuse_named(r, "assign", "can't change metadata");
		return check_key_kept(r);
	}
}

/* ---- path tests ---- */

static int read_test(struct reader *r, struct sw_value test)
{
	struct gk_path sub;
	struct sw_str text = sw_value_getstr(test, "subPath"), condition = sw_value_getstr(test, "condition");
	const struct gk_path *p = &r->m->path;
	int rc = gk_path_parse(&r->gk->arena, text, &sub, r->err);
	if (rc < 0)
		return sw_error_prefix(r->err, "problem parsing sub path `%.*s` for %s %.*s: ", SW_STR_ARG(text),
			kinds[r->m->kind], SW_STR_ARG(r->m->name));
	bool prefix = sub.n && sub.n <= p->n;
	for (uint32_t i = 0; prefix && i < sub.n; i++)
		prefix = gk_node_eq(&sub.v[i], &p->v[i]);
	if (!prefix)
		return sw_error_set(r->err, SW_EINVALID,
			"all subpaths must be a prefix of the `location` value of the mutation: subpath \"%.*s\" is "
			"not a prefix of location \"%.*s\"",
			SW_STR_ARG(text), SW_STR_ARG(sw_value_getstr(r->spec, "location")));
	bool exist = sw_str_is(condition, "MustExist");
	if (!exist && !sw_str_is(condition, "MustNotExist"))
		return sw_error_set(
			r->err, SW_EINVALID, "%.*s is not a valid path test condition", SW_STR_ARG(condition));
	uint8_t *at = &r->m->tests[sub.n - 1], want = exist ? GK_MUST_EXIST : GK_MUST_NOT_EXIST;
	if (*at && *at != want)
		return sw_error_set(r->err, SW_EINVALID,
			"conflicting path test conditions: path \"%.*s\" is marked both MustExist and MustNotExist",
			SW_STR_ARG(text));
	*at = want;
	return 0;
}

static int read_tests(struct reader *r)
{
	if (r->m->kind == GK_ASSIGN_METADATA) { /* never changes what is there */
		r->m->tests[2] = GK_MUST_NOT_EXIST;
		return 0;
	}
	struct sw_value tests = sw_object_gets(r->parameters, SW_STR("pathTests"));
	int rc = 0;
	if (tests.type == SW_ARRAY)
		for (uint32_t i = 0; rc == 0 && i < tests.n; i++)
			rc = read_test(r, tests.u.a->v[i]);
	/* Nothing can exist below what must not exist. */
	bool forbidden = false;
	for (uint32_t i = 0; rc == 0 && i < r->m->path.n; i++) {
		if (forbidden && r->m->tests[i] == GK_MUST_EXIST)
			rc = refuse(r, "conflicting path test conditions: a path is marked MustExist but its parent "
				       "MustNotExist");
		forbidden = forbidden || r->m->tests[i] == GK_MUST_NOT_EXIST;
	}
	return rc;
}

/* ---- applyTo ---- */

static bool is_empty_list(struct sw_value v)
{
	return v.type != SW_ARRAY || v.n == 0;
}

static int check_operations(struct reader *r, struct sw_value list, uint32_t index)
{
	bool all = false;
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value v = list.u.a->v[i];
		struct sw_str op = v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
		if (!sw_str_is(op, "CREATE") && !sw_str_is(op, "UPDATE") && !sw_str_is(op, "*"))
			return sw_error_set(r->err, SW_EINVALID,
				"invalid applyTo for %s mutator %.*s: invalid operation \"%.*s\" in "
				"applyTo[%u].operations: must be one of CREATE, UPDATE, *",
				kinds[r->m->kind], SW_STR_ARG(r->m->name), SW_STR_ARG(op), index);
		for (uint32_t j = 0; j < i; j++)
			if (sw_value_eq(list.u.a->v[j], v))
				return sw_error_set(r->err, SW_EINVALID,
					"invalid applyTo for %s mutator %.*s: duplicate operation \"%.*s\" in "
					"applyTo[%u].operations",
					kinds[r->m->kind], SW_STR_ARG(r->m->name), SW_STR_ARG(op), index);
		all = all || sw_str_is(op, "*");
	}
	if (all && list.n > 1)
		return sw_error_set(r->err, SW_EINVALID,
			"invalid applyTo for %s mutator %.*s: wildcard \"*\" in applyTo[%u].operations must not be "
			"combined with other operations",
			kinds[r->m->kind], SW_STR_ARG(r->m->name), index);
	return 0;
}

static int read_apply_to(struct reader *r)
{
	struct sw_value list = sw_object_gets(r->spec, SW_STR("applyTo"));
	if (r->m->kind == GK_ASSIGN_METADATA)
		return 0;
	if (is_empty_list(list))
		return sw_error_set(r->err, SW_EINVALID, "applyTo required for %s mutator %.*s", kinds[r->m->kind],
			SW_STR_ARG(r->m->name));
	for (uint32_t i = 0; i < list.n; i++) {
		struct sw_value e = list.u.a->v[i];
		if (is_empty_list(sw_object_gets(e, SW_STR("groups"))) ||
			is_empty_list(sw_object_gets(e, SW_STR("versions"))) ||
			is_empty_list(sw_object_gets(e, SW_STR("kinds"))))
			return sw_error_set(r->err, SW_EINVALID,
				"invalid applyTo for %s mutator %.*s, all of group, version and kind must be specified",
				kinds[r->m->kind], SW_STR_ARG(r->m->name));
		int rc = check_operations(r, sw_object_gets(e, SW_STR("operations")), i);
		if (rc < 0)
			return rc;
	}
	r->m->apply_to = list;
	return 0;
}

/* ---- what is assigned ---- */

static bool is_there(struct sw_value v)
{
	return sw_defined(v) && v.type != SW_NULL;
}

/* An element of a list must carry the key it is found by. */
static int check_element(struct reader *r)
{
	const struct gk_path *p = &r->m->path;
	if (!ends_in_list(p))
		return 0;
	const struct gk_node *last = &p->v[p->n - 1];
	if (r->m->from == GK_FROM_PROVIDER)
		return refuse(r, "cannot assign external data response to a list");
	if (r->m->from != GK_FROM_VALUE)
		return refuse(r, "cannot assign a metadata field to a list");
	if (last->glob)
		return refuse(r, "can't append to a globbed list");
	if (r->m->value.type != SW_OBJECT)
		return refuse(r, "invalid value: only objects can be added to keyed lists");
	struct sw_value key = sw_object_gets(r->m->value, last->key);
	if (!sw_defined(key) || !sw_value_eq(key, last->value))
		return sw_error_set(r->err, SW_EINVALID, "adding object to list with different key %.*s",
			SW_STR_ARG(last->key));
	return 0;
}

static int read_assign(struct reader *r)
{
	struct sw_value value = sw_object_gets(r->assign, SW_STR("value"));
	struct sw_value metadata = sw_object_gets(r->assign, SW_STR("fromMetadata"));
	struct sw_value external = sw_object_gets(r->assign, SW_STR("externalData"));
	int given = is_there(value) + is_there(metadata) + is_there(external);
	if (given != 1)
		return sw_error_set(r->err, SW_EINVALID,
			"assign must %s one of `externalData`, `value` or `fromMetadata`: invalid assign field",
			given ? "only set" : "set");
	r->m->value = value;
	if (is_there(metadata)) {
		struct sw_str field = sw_value_getstr(metadata, "field");
		r->m->from = sw_str_is(field, "name") ? GK_FROM_NAME : GK_FROM_NAMESPACE;
		if (r->m->from == GK_FROM_NAMESPACE && !sw_str_is(field, "namespace"))
			return sw_error_set(r->err, SW_EINVALID,
				"field %.*s is not recognized: invalid fromMetadata field", SW_STR_ARG(field));
	}
	if (is_there(external))
		r->m->from = GK_FROM_PROVIDER;
	int rc = is_there(external) ? gk_provided_read(r->gk, r->m, external, &r->m->value, r->err) : 0;
	if (rc == 0 && r->m->kind == GK_ASSIGN_METADATA && is_there(value) && value.type != SW_STRING)
		return sw_error_set(r->err, SW_EINVALID,
			"spec.parameters.assign.value field must be a string for AssignMetadata \"%.*s\"",
			SW_STR_ARG(r->m->name));
	return rc == 0 && r->m->kind == GK_ASSIGN ? check_element(r) : rc;
}

static int read_values(struct reader *r)
{
	struct sw_str op = sw_value_getstr(r->parameters, "operation");
	struct sw_value list = sw_value_path(r->parameters, "values", "fromList", NULL);
	r->m->prune = sw_str_is(op, "prune");
	if (op.n && !r->m->prune && !sw_str_is(op, "merge"))
		return sw_error_set(
			r->err, SW_EINVALID, "unrecognized operation for modifyset: %.*s", SW_STR_ARG(op));
	r->m->values = list.type == SW_ARRAY ? list : sw_empty_array();
	return 0;
}

static int read_parameters(struct reader *r)
{
	switch (r->m->kind) {
	case GK_ASSIGN:
	case GK_ASSIGN_METADATA:
		return read_assign(r);
	case GK_MODIFY_SET:
		return read_values(r);
	default:
		r->m->domain = sw_value_getstr(r->parameters, "assignDomain");
		r->m->image_path = sw_value_getstr(r->parameters, "assignPath");
		r->m->tag = sw_value_getstr(r->parameters, "assignTag");
		if (gk_image_check(r->m, r->err) < 0)
			return sw_error_prefix(
				r->err, "assignImage %.*s has invalid parameters: ", SW_STR_ARG(r->m->name));
		return 0;
	}
}

static int read_location(struct reader *r)
{
	struct sw_str location = sw_value_getstr(r->spec, "location");
	int rc = gk_path_parse(&r->gk->arena, location, &r->m->path, r->err);
	if (rc < 0)
		return sw_error_prefix(r->err, "invalid location format `%.*s` for %s %.*s: ", SW_STR_ARG(location),
			kinds[r->m->kind], SW_STR_ARG(r->m->name));
	return check_location(r);
}

/* From the object; everything upstream's webhook would refuse is refused. */
static int gk_mutator_read(
	struct sw_gk *gk, struct sw_value object, struct gk_mutator *ret, struct sw_error *err)
{
	struct reader r = {.gk = gk, .m = ret, .err = err};
	struct sw_str kind = sw_value_getstr(object, "kind");
	unsigned k = 0;
	while (k < 4 && !sw_str_is(kind, kinds[k]))
		k++;
	if (k == 4)
		return sw_error_set(
			err, SW_EINVALID, "cannot convert mutator of kind \"%.*s\"", SW_STR_ARG(kind));
	*ret = (struct gk_mutator){.kind = (enum gk_mutator_kind)k, .object = object, .name = gk_meta_name(object)};
	r.spec = sw_object_gets(object, SW_STR("spec"));
	r.parameters = sw_object_gets(r.spec, SW_STR("parameters"));
	r.assign = sw_object_gets(r.parameters, SW_STR("assign"));
	if (ret->name.n > 63)
		return refuse(&r, "maximum name length is 63 characters");
	int rc = read_location(&r);
	if (rc == 0)
		rc = read_parameters(&r);
	if (rc == 0)
		rc = read_tests(&r);
	if (rc == 0)
		rc = read_apply_to(&r);
	if (rc == 0)
		rc = sw_gk_match_init(&gk->arena, sw_object_gets(r.spec, SW_STR("match")), &ret->match, err);
	return rc;
}

/* ---- the set of them ---- */

static int order(const struct gk_mutator *x, const struct gk_mutator *y)
{
	return x->kind != y->kind ? (int)x->kind - (int)y->kind : sw_str_cmp(x->name, y->name);
}

static int explain_conflict(struct sw_gk *gk, struct sw_error *err)
{
	sw_autobuf b;
	sw_buf_init(&b, 600);
	for (uint32_t i = 0; i < gk->n_mutators; i++)
		if (gk->mutators[i]->conflict)
			sw_buf_printf(&b, "%s%s.mutations.gatekeeper.sh /%.*s", b.n ? "," : "",
				kinds[gk->mutators[i]->kind], SW_STR_ARG(gk->mutators[i]->name));
	return sw_error_set(err, SW_ECONFLICT, "the following mutators have conflicting schemas: [%.*s]",
		SW_STR_ARG(sw_buf_str(&b)));
}

int sw_gk_add_mutator(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	struct gk_mutator *m = sw_arena_new(&gk->arena, struct gk_mutator);
	int rc = m ? gk_mutator_read(gk, object, m, err) : sw_error_set(err, SW_ELIMIT, "too many mutators");
	if (rc < 0)
		return rc;
	uint32_t at = 0;
	while (at < gk->n_mutators && order(gk->mutators[at], m) < 0)
		at++;
	bool replaces = at < gk->n_mutators && order(gk->mutators[at], m) == 0;
	if (replaces) {
		gk->mutators[at] = m;
	} else {
		if (gk->n_mutators >= GK_MUTATORS_MAX ||
			gk_grow(&gk->arena, (void **)&gk->mutators, gk->n_mutators, &gk->cap_mutators,
				sizeof(*gk->mutators)) < 0)
			return sw_error_set(err, SW_ELIMIT, "too many mutators");
		memmove(&gk->mutators[at + 1], &gk->mutators[at],
			(gk->n_mutators - at) * sizeof(*gk->mutators));
		gk->mutators[at] = m;
		gk->n_mutators++;
	}
	gk_mutators_check(gk, replaces ? NULL : m);
	return m->conflict ? explain_conflict(gk, err) : 0;
}

uint32_t sw_gk_mutators(const struct sw_gk *gk)
{
	return gk->n_mutators + sw_vap_set_mutating(gk->vap);
}
