/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/vap/policy.h"

#include <stdlib.h>

#include "policy/vap/impl.h"

enum { EXPRESSIONS_MAX = 1024, MESSAGE_MAX = 5120 };

/* ---- compiling ---- */

static struct sw_str get(struct sw_value o, const char *key)
{
	return sw_value_getstr(o, key);
}

static int compile(struct sw_vap_policy *p, struct sw_str text, unsigned want, const char *list,
	uint32_t i, const char *field, struct sw_cel_program **ret, struct sw_error *err)
{
	int r;
	if (!text.n)
		return sw_error_set(err, SW_EINVALID, "%s[%u].%s is missing", list, i, field);
	r = sw_cel_compile(p->cel, text, want, ret, NULL, err);
	if (r == 0 || !err)
		return r;
	uint32_t line = err->line, col = err->col;
	err->line = err->col = 0;
	return sw_error_prefix(err, "%s[%u].%s:%u:%u: ", list, i, field, line, col);
}

static int list_of(
	struct sw_value spec, const char *key, struct sw_value *ret, struct sw_error *err)
{
	struct sw_value l = sw_object_gets(spec, sw_str_from(key));
	*ret = l.type == SW_ARRAY ? l : sw_empty_array();
	if (sw_defined(l) && l.type != SW_ARRAY && l.type != SW_NULL)
		return sw_error_set(err, SW_EINVALID, "%s is no list", key);
	if (ret->n > EXPRESSIONS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d %s", EXPRESSIONS_MAX, key);
	return 0;
}

static int declare(struct sw_vap_policy *p, const struct sw_vap_opts *opts, struct sw_error *err)
{
	int r = sw_cel_declare(p->cel, SW_STR("object"), SW_CEL_DYN, &p->object, err);
	if (r == 0)
		r = sw_cel_declare(p->cel, SW_STR("oldObject"), SW_CEL_DYN, &p->old_object, err);
	if (r == 0)
		r = sw_cel_declare(p->cel, SW_STR("request"), SW_CEL_REQUEST, &p->request, err);
	if (r == 0)
		r = sw_cel_declare(
			p->cel, SW_STR("namespaceObject"), SW_CEL_NAMESPACE, &p->ns, err);
	if (r == 0)
		r = sw_cel_declare(p->cel, SW_STR("params"), SW_CEL_DYN, &p->params, err);
	if (r == 0)
		r = sw_cel_declare(
			p->cel, SW_STR("authorizer"), SW_CEL_AUTHORIZERS, &p->authorizer, err);
	if (r == 0)
		r = sw_cel_declare(p->cel, SW_STR("authorizer.requestResource"), SW_CEL_AUTHORIZERS,
			&p->resource, err);
	if (r < 0)
		return r;
	sw_cel_hide(p->cel, p->params, !opts->params && !opts->gatekeeper);
	sw_cel_hide(p->cel, p->authorizer, opts->gatekeeper);
	sw_cel_hide(p->cel, p->resource, opts->gatekeeper);
	return 0;
}

static int variable(struct sw_vap_policy *p, struct sw_str name, struct sw_str text, uint32_t i,
	struct sw_error *err)
{
	struct sw_cel_program *program;
	int r = compile(p, text, SW_CEL_WANT_ANY, "variables", i, "expression", &program, err);
	if (r < 0)
		return r;
	struct sw_str full = sw_arena_printf(&p->arena, "variables.%.*s", SW_STR_ARG(name));
	if (!full.p)
		return sw_error_set(err, SW_ELIMIT, "too many variables");
	return sw_cel_define(p->cel, full, program, SW_STR(""), NULL, err);
}

/* What Gatekeeper gives to every template. */
static int own_variables(struct sw_vap_policy *p, struct sw_error *err)
{
	int r = variable(p, SW_STR("anyObject"),
		SW_STR("has(request.operation) && request.operation == \"DELETE\" && object == "
		       "null ? oldObject : object"),
		0, err);
	if (r == 0)
		r = variable(p, SW_STR("params"),
			SW_STR("!has(params.spec) ? null : !has(params.spec.parameters) ? null: "
			       "params.spec.parameters"),
			0, err);
	return r;
}

static bool identifier(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && c != '_' &&
			!(i && c >= '0' && c <= '9'))
			return false;
	}
	return s.n > 0;
}

static int variables(
	struct sw_vap_policy *p, struct sw_value spec, bool gatekeeper, struct sw_error *err)
{
	struct sw_value l;
	int r = gatekeeper ? own_variables(p, err) : 0;
	if (r == 0)
		r = list_of(spec, "variables", &l, err);
	for (uint32_t i = 0; r == 0 && i < l.n; i++) {
		struct sw_str name = get(l.u.a->v[i], "name");
		if (!identifier(name))
			return sw_error_set(err, SW_EINVALID,
				"variables[%u].name: \"%.*s\" is no identifier", i,
				SW_STR_ARG(sw_str_sub(name, 0, 100)));
		if (gatekeeper && (sw_str_is(name, "params") || sw_str_is(name, "anyObject") ||
					  sw_str_starts(name, SW_STR("gatekeeper_internal_"))))
			return sw_error_set(err, SW_EINVALID,
				"variables[%u].name: \"%.*s\" is reserved", i, SW_STR_ARG(name));
		r = variable(p, name, get(l.u.a->v[i], "expression"), i, err);
	}
	return r;
}

/* A list of named expressions. */
static int named_list(struct sw_vap_policy *p, struct sw_value spec, const char *key,
	const char *name, const char *field, unsigned want, struct vap_named **ret, uint32_t *ret_n,
	struct sw_error *err)
{
	struct sw_value l;
	int r = list_of(spec, key, &l, err);
	if (r < 0)
		return r;
	*ret = sw_arena_new_array(&p->arena, l.n, struct vap_named);
	if (l.n && !*ret)
		return sw_error_set(err, SW_ELIMIT, "too many %s", key);
	for (uint32_t i = 0; i < l.n; i++) {
		struct vap_named *n = &(*ret)[i];
		*n = (struct vap_named){
			.name = get(l.u.a->v[i], name), .expression = get(l.u.a->v[i], field)};
		r = compile(p, n->expression, want, key, i, field, &n->program, err);
		if (r < 0)
			return r;
	}
	*ret_n = l.n;
	return 0;
}

static int validations(
	struct sw_vap_policy *p, struct sw_value spec, bool gatekeeper, struct sw_error *err)
{
	struct sw_value l;
	int r = list_of(spec, "validations", &l, err);
	if (r < 0)
		return r;
	p->validations = sw_arena_new_array(&p->arena, l.n, struct vap_validation);
	if (l.n && !p->validations)
		return sw_error_set(err, SW_ELIMIT, "too many validations");
	for (uint32_t i = 0; i < l.n; i++) {
		struct sw_value e = l.u.a->v[i];
		struct vap_validation *v = &p->validations[i];
		struct sw_str text = get(e, "messageExpression");
		*v = (struct vap_validation){.expression = get(e, "expression"),
			.message = get(e, "message"),
			.reason = get(e, "reason")};
		if (!v->reason.n)
			v->reason = SW_STR("Invalid");
		r = compile(p, v->expression, SW_CEL_WANT_BOOL, "validations", i, "expression",
			&v->program, err);
		if (r < 0)
			return r;
		sw_cel_hide(p->cel, p->authorizer, true); /* messages have none */
		sw_cel_hide(p->cel, p->resource, true);
		if (text.n)
			r = compile(p, text, SW_CEL_WANT_STRING, "validations", i,
				"messageExpression", &v->text, err);
		sw_cel_hide(p->cel, p->authorizer, gatekeeper);
		sw_cel_hide(p->cel, p->resource, gatekeeper);
		if (r < 0)
			return r;
	}
	p->n_validations = l.n;
	return 0;
}

/* The expression of a mutation stands in the field that its patchType names. */
static int mutation(struct sw_vap_policy *p, struct sw_value e, uint32_t i,
	struct vap_mutation *ret, struct sw_error *err)
{
	struct sw_str type = get(e, "patchType");
	bool patch = sw_str_is(type, "JSONPatch");
	if (!patch && !sw_str_is(type, "ApplyConfiguration"))
		return sw_error_set(err, SW_EINVALID,
			"mutations[%u].patchType: \"%.*s\" is neither ApplyConfiguration nor "
			"JSONPatch",
			i, SW_STR_ARG(sw_str_sub(type, 0, 100)));
	const char *field = patch ? "jsonPatch" : "applyConfiguration";
	*ret = (struct vap_mutation){.patch = patch,
		.expression = get(sw_object_gets(e, sw_str_from(field)), "expression")};
	return compile(p, ret->expression, patch ? SW_CEL_WANT_PATCHES : SW_CEL_WANT_CONFIGURATION,
		"mutations", i, patch ? "jsonPatch.expression" : "applyConfiguration.expression",
		&ret->program, err);
}

static int mutations(struct sw_vap_policy *p, struct sw_value spec, struct sw_error *err)
{
	struct sw_value l;
	int r = list_of(spec, "mutations", &l, err);
	if (r < 0)
		return r;
	if (!l.n)
		return sw_error_set(err, SW_EINVALID, "the policy has no mutations");
	p->mutations = sw_arena_new_array(&p->arena, l.n, struct vap_mutation);
	if (!p->mutations)
		return sw_error_set(err, SW_ELIMIT, "too many mutations");
	sw_cel_mutations(p->cel, true);
	for (uint32_t i = 0; r == 0 && i < l.n; i++)
		r = mutation(p, l.u.a->v[i], i, &p->mutations[i], err);
	sw_cel_mutations(p->cel, false);
	p->n_mutations = r < 0 ? 0 : l.n;
	return r;
}

static int failure_policy(struct sw_vap_policy *p, struct sw_value spec, struct sw_error *err)
{
	struct sw_str s = get(spec, "failurePolicy");
	if (s.n && !sw_str_is(s, "Fail") && !sw_str_is(s, "Ignore"))
		return sw_error_set(err, SW_EINVALID, "unrecognized failure policy: %.*s",
			SW_STR_ARG(sw_str_sub(s, 0, 100)));
	p->ignore = sw_str_is(s, "Ignore");
	return 0;
}

static int build(struct sw_vap_policy *p, struct sw_value spec, const struct sw_vap_opts *opts,
	struct sw_error *err)
{
	bool gk = opts->gatekeeper;
	if (spec.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "the policy has no spec");
	int r = failure_policy(p, spec, err);
	if (r == 0)
		r = declare(p, opts, err);
	if (r == 0)
		r = variables(p, spec, gk, err);
	if (gk)
		sw_cel_hide(p->cel, p->params, true);
	if (r == 0)
		r = named_list(p, spec, gk ? "matchCondition" : "matchConditions", "name",
			"expression", SW_CEL_WANT_BOOL, &p->conditions, &p->n_conditions, err);
	if (r < 0)
		return r;
	if (opts->mutating)
		return mutations(p, spec, err);
	r = validations(p, spec, gk, err);
	if (r == 0 && !gk)
		r = named_list(p, spec, "auditAnnotations", "key", "valueExpression",
			SW_CEL_WANT_STRING | SW_CEL_WANT_NULL, &p->annotations, &p->n_annotations,
			err);
	if (r == 0 && !gk && !p->n_validations && !p->n_annotations)
		return sw_error_set(err, SW_EINVALID,
			"the policy has neither validations nor auditAnnotations");
	return r;
}

int sw_vap_policy_new(struct sw_value spec, const struct sw_vap_opts *opts,
	struct sw_vap_policy **ret, struct sw_error *err)
{
	struct sw_vap_policy *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	sw_arena_init(&p->arena, (size_t)64 << 20);
	p->cel = sw_cel_new(NULL);
	int r = build(p, spec, opts, err);
	if (r < 0)
		sw_vap_policy_free(p);
	else
		*ret = p;
	return r;
}

void sw_vap_policy_free(struct sw_vap_policy *p)
{
	if (!p)
		return;
	sw_cel_free(p->cel);
	sw_arena_release(&p->arena);
	free(p);
}

bool sw_vap_policy_ignores(const struct sw_vap_policy *p)
{
	return p->ignore;
}

/* ---- judging ---- */

void vap_decide(struct vap_judge *j, enum sw_vap_kind kind, struct sw_str message,
	struct sw_str reason, uint32_t i)
{
	struct sw_vap_decisions *d = &j->out;
	if (d->n == d->cap) {
		uint32_t want = d->cap ? d->cap * 2 : 4;
		struct sw_vap_decision *v =
			sw_arena_grow(j->a, d->v, d->cap * sizeof(*v), want * sizeof(*v));
		if (!v) {
			j->full = true;
			return;
		}
		d->v = v;
		d->cap = want;
	}
	message = sw_arena_str(j->a, message);
	if (!message.p)
		j->full = true;
	else
		d->v[d->n++] = (struct sw_vap_decision){.kind = kind,
			.message = message,
			.reason = reason,
			.validation = (int32_t)i};
}

/* An expression that failed. Only what is over altogether is said under Ignore as well: it is no
 * verdict. */
void vap_failed(struct vap_judge *j, struct sw_str expression, int code, const struct sw_error *err,
	uint32_t i)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 16);
	bool lost = code == -SW_ELIMIT || code == -SW_ECANCELLED || code == -SW_EUNSUPPORTED;
	if (j->p->ignore && !lost)
		return;
	if (lost)
		sw_buf_printf(&b, "not evaluated: %s", err->text);
	else
		sw_buf_printf(&b, "expression '%.*s' resulted in error: %s", SW_STR_ARG(expression),
			err->text);
	vap_decide(j, lost ? SW_VAP_NOT_EVALUATED : SW_VAP_ERROR, sw_buf_str(&b), SW_STR(""), i);
	if (j->out.n && code == -SW_ECANCELLED)
		j->out.v[j->out.n - 1].late = true;
}

int vap_run(struct vap_judge *j, const struct sw_cel_program *p, struct sw_value *ret,
	struct sw_error *err)
{
	return sw_cel_eval(j->p->cel, p, SW_CEL_COST_CALL, ret, err);
}

/* Any condition that is false ends it, whatever the others are. */
bool vap_matches(struct vap_judge *j)
{
	const struct sw_vap_policy *p = j->p;
	struct sw_error first;
	int code = 0;
	uint32_t at = 0;
	for (uint32_t i = 0; i < p->n_conditions; i++) {
		struct sw_value v;
		struct sw_error err;
		int r = vap_run(j, p->conditions[i].program, &v, &err);
		if (r == 0 && sw_is_false(v))
			return false;
		if (r < 0 && code == 0) {
			code = r;
			first = err;
			at = i;
		}
	}
	if (code < 0)
		vap_failed(j, p->conditions[at].expression, code, &first, UINT32_MAX);
	return code == 0;
}

/* The message: messageExpression's where that is one line that is not too long, else message, else
 * the expression. */
static struct sw_str message_of(struct vap_judge *j, const struct vap_validation *v)
{
	struct sw_value r;
	struct sw_error err;
	struct sw_str s = {0};
	if (v->text && vap_run(j, v->text, &r, &err) == 0 && r.type == SW_STRING)
		s = sw_str_trim(sw_value_str(r));
	if (s.n > MESSAGE_MAX || sw_str_chr(s, '\n', 0) != SW_NPOS)
		s = (struct sw_str){0};
	if (!s.n)
		s = sw_str_trim(v->message);
	return s.n ? s
		   : sw_arena_printf(j->a, "failed expression: %.*s",
			     SW_STR_ARG(sw_str_trim(v->expression)));
}

static void validate(struct vap_judge *j)
{
	const struct sw_vap_policy *p = j->p;
	for (uint32_t i = 0; i < p->n_validations && !j->full; i++) {
		const struct vap_validation *v = &p->validations[i];
		struct sw_value r;
		struct sw_error err;
		int code = vap_run(j, v->program, &r, &err);
		if (code < 0)
			vap_failed(j, v->expression, code, &err, i);
		else if (!sw_is_true(r))
			vap_decide(j, SW_VAP_DENY, message_of(j, v), v->reason, i);
	}
}

static void annotate(struct vap_judge *j)
{
	const struct sw_vap_policy *p = j->p;
	for (uint32_t i = 0; i < p->n_annotations && !j->full; i++) {
		const struct vap_named *n = &p->annotations[i];
		struct sw_value r;
		struct sw_error err;
		int code = vap_run(j, n->program, &r, &err);
		uint32_t before = j->out.n;
		if (code < 0)
			vap_failed(j, n->expression, code, &err, UINT32_MAX);
		if (code < 0 && j->out.n > before)
			j->out.v[before].denies = true;
		else if (code == 0 && r.type == SW_STRING && sw_str_trim(sw_value_str(r)).n)
			vap_decide(
				j, SW_VAP_AUDIT, sw_str_trim(sw_value_str(r)), n->name, UINT32_MAX);
	}
}

static struct sw_value or_null(struct sw_value v)
{
	return sw_defined(v) ? v : sw_null();
}

void vap_begin(struct vap_judge *j, const struct sw_vap_input *in)
{
	const struct sw_vap_policy *p = j->p;
	sw_cel_begin(p->cel, j->a, SW_CEL_COST_RUN, in->deadline_ns);
	sw_cel_set(p->cel, p->object, or_null(in->object));
	sw_cel_set(p->cel, p->old_object, or_null(in->old_object));
	sw_cel_set(p->cel, p->request, in->request);
	sw_cel_set(p->cel, p->ns, or_null(in->ns));
	sw_cel_set(p->cel, p->params, or_null(in->params));
}

int vap_end(struct vap_judge *j, struct sw_vap_decisions *ret, struct sw_error *err)
{
	if (j->full)
		return sw_error_set(err, SW_ELIMIT, "the policy has too many results");
	*ret = j->out;
	return 0;
}

int sw_vap_policy_judge(struct sw_vap_policy *p, struct sw_arena *a, const struct sw_vap_input *in,
	struct sw_vap_decisions *ret, struct sw_error *err)
{
	struct vap_judge j = {.p = p, .a = a};
	vap_begin(&j, in);
	j.out.matched = vap_matches(&j);
	if (j.out.matched) {
		validate(&j);
		annotate(&j);
	}
	return vap_end(&j, ret, err);
}

struct sw_value sw_vap_request(struct sw_arena *a, struct sw_value r)
{
	static const char *const keys[] = {"kind", "resource", "subResource", "requestKind",
		"requestResource", "requestSubResource", "name", "namespace", "operation",
		"userInfo", "dryRun", "options"};
	struct sw_map m;
	sw_map_init(&m, a);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct sw_value v = sw_object_gets(r, sw_str_from(keys[i]));
		if (!sw_defined(v) && i == 3)
			v = sw_object_gets(r, SW_STR("kind"));
		if (!sw_defined(v) && i == 4)
			v = sw_object_gets(r, SW_STR("resource"));
		if (!sw_defined(v) && i == 10)
			v = sw_bool(false);
		if (sw_defined(v) && !(v.type == SW_STRING && v.n == 0 && i != 8))
			sw_map_adds(&m, keys[i], v);
	}
	return sw_map_object(&m);
}
