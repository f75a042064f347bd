/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/plan.h"

#include "base/cleanup.h"
#include "doc/yaml.h"

static const struct {
	const char *name;
	enum sw_action action;
} names[] = {
	{"freeze", SW_DO_FREEZE},
	{"cut", SW_DO_CUT},
	{"kill", SW_DO_KILL},
	{"stop", SW_DO_STOP},
	{"policy", SW_DO_POLICY},
	{"capture", SW_DO_CAPTURE},
};

const char *sw_action_name(enum sw_action a)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++)
		if (names[i].action == a)
			return names[i].name;
	return "nothing";
}

struct reader {
	struct sw_arena *a;
	const char *name;
	struct sw_error *err;
	uint32_t entry; /* from 1; 0: the head */
};

#define bad(r, ...) (sw_error_set((r)->err, SW_EINVALID, __VA_ARGS__), bad_place(r))

static int bad_place(struct reader *r)
{
	return r->entry ? sw_error_prefix(r->err, "%s: response %u: ", r->name, r->entry)
			: sw_error_prefix(r->err, "%s: ", r->name);
}

/* A text, or a list of texts. */
static int strings(
	struct reader *r, struct sw_value v, const char *key, struct sw_str **ret, uint32_t *ret_n)
{
	uint32_t n = sw_is(v, SW_ARRAY) ? (uint32_t)v.n : 1, i = 0;
	struct sw_str *out = sw_arena_new_array(r->a, n + 1, struct sw_str);

	if (!out || n > SW_RESPONSES_MAX)
		return bad(r, "%s: too many", key);
	if (sw_is(v, SW_STRING)) {
		out[0] = sw_value_str(v);
	} else if (sw_is(v, SW_ARRAY)) {
		sw_array_foreach (e, v) {
			if (!sw_is(*e, SW_STRING))
				return bad(r, "%s: a list of texts is wanted", key);
			out[i++] = sw_value_str(*e);
		}
	} else {
		return bad(r, "%s: a text or a list of texts is wanted", key);
	}
	*ret = out;
	*ret_n = n;
	return 0;
}

static int actions(struct reader *r, struct sw_value v, unsigned *ret)
{
	struct sw_str *words;
	uint32_t n;
	int rc = strings(r, v, "do", &words, &n);

	for (uint32_t i = 0; rc == 0 && i < n; i++) {
		size_t k = 0;
		while (k < SW_ARRAY_LEN(names) && !sw_str_is(words[i], names[k].name))
			k++;
		if (k == SW_ARRAY_LEN(names))
			return bad(r,
				"do: there is no action \"%.*s\"; freeze, cut, kill, stop, policy, "
				"capture",
				SW_STR_ARG(words[i]));
		*ret |= names[k].action;
	}
	return rc;
}

static int flag(struct reader *r, struct sw_value v, const char *key, bool *ret)
{
	if (!sw_is(v, SW_BOOL))
		return bad(r, "%s: true or false is wanted", key);
	*ret = sw_is_true(v);
	return 0;
}

static int number(struct reader *r, struct sw_value v, const char *key, int64_t max, uint32_t *ret)
{
	int64_t n;

	if (!sw_value_int(v, &n) || n < 0 || n > max)
		return bad(r, "%s: a number from 0 to %lld is wanted", key, (long long)max);
	*ret = (uint32_t)n;
	return 0;
}

static int response_key(
	struct reader *r, struct sw_str key, struct sw_value v, struct sw_response *o)
{
	enum { DAY = 86400 };

	if (sw_str_is(key, "rule") || sw_str_is(key, "rules"))
		return strings(r, v, "rule", &o->rules, &o->n_rules);
	if (sw_str_is(key, "do"))
		return actions(r, v, &o->actions);
	if (sw_str_is(key, "for"))
		return number(r, v, "for", DAY, &o->seconds);
	if (sw_str_is(key, "host"))
		return flag(r, v, "host", &o->host);
	if (sw_str_is(key, "tag")) {
		if (!sw_is(v, SW_STRING) || !sw_value_str(v).n)
			return bad(r, "tag: a text is wanted");
		o->tag = sw_value_str(v);
		return 0;
	}
	if (sw_str_is(key, "priority")) {
		o->has_priority =
			sw_is(v, SW_STRING) && sw_priority_from(sw_value_str(v), &o->priority);
		return o->has_priority ? 0
				       : bad(r, "priority: one of Falco's priorities is wanted");
	}
	return bad(r, "unknown key \"%.*s\"", SW_STR_ARG(key));
}

static int one_response(struct reader *r, struct sw_value v, struct sw_response *o)
{
	int rc = sw_is(v, SW_OBJECT) ? 0 : bad(r, "a mapping is wanted");

	if (rc)
		return rc;
	sw_object_foreach (m, v) {
		rc = response_key(r, sw_value_str(m->k), m->v, o);
		if (rc)
			return rc;
	}
	if (!o->actions)
		return bad(r, "do: nothing to do");
	return o->n_rules || o->tag.n || o->has_priority
		       ? 0
		       : bad(r, "for which alerts? rule, tag or priority is missing");
}

static int list(struct reader *r, struct sw_value v, struct sw_response_plan *p)
{
	uint32_t n = sw_is(v, SW_ARRAY) ? (uint32_t)v.n : 0;

	if (!sw_is(v, SW_ARRAY) || n > SW_RESPONSES_MAX)
		return bad(r, "responses: a list of at most %d is wanted", SW_RESPONSES_MAX);
	p->responses = sw_arena_new_array(r->a, n + 1, struct sw_response);
	if (!p->responses)
		return bad(r, "no memory");
	sw_array_foreach (e, v) {
		struct sw_response *o = &p->responses[p->n_responses];
		*o = (struct sw_response){0};
		r->entry = ++p->n_responses;
		int rc = one_response(r, *e, o);
		if (rc)
			return rc;
	}
	r->entry = 0;
	return 0;
}

static int limit(struct reader *r, struct sw_value v, struct sw_response_plan *p)
{
	if (!sw_is(v, SW_OBJECT))
		return bad(r, "limit: a mapping is wanted");
	sw_object_foreach (m, v) {
		if (!sw_str_is(sw_value_str(m->k), "per_minute"))
			return bad(
				r, "limit: unknown key \"%.*s\"", SW_STR_ARG(sw_value_str(m->k)));
		int rc = number(r, m->v, "per_minute", 10000, &p->per_minute);
		if (rc)
			return rc;
	}
	return 0;
}

static int head_key(
	struct reader *r, struct sw_str key, struct sw_value v, struct sw_response_plan *p)
{
	if (sw_str_is(key, "enforce"))
		return flag(r, v, "enforce", &p->enforce);
	if (sw_str_is(key, "limit"))
		return limit(r, v, p);
	if (sw_str_is(key, "protect"))
		return strings(r, v, "protect", &p->protect, &p->n_protect);
	if (sw_str_is(key, "responses"))
		return list(r, v, p);
	if (sw_str_is(key, "folder")) {
		if (!sw_is(v, SW_STRING) || !sw_str_starts(sw_value_str(v), SW_STR("/")))
			return bad(r, "folder: an absolute path is wanted");
		p->folder = sw_value_str(v);
		return 0;
	}
	return bad(r, "unknown key \"%.*s\"", SW_STR_ARG(key));
}

int sw_response_plan_read(struct sw_arena *a, const char *name, struct sw_str text,
	struct sw_response_plan *ret, struct sw_error *err)
{
	struct reader r = {.a = a, .name = name, .err = err};
	struct sw_response_plan p = {
		.per_minute = SW_RESPOND_PER_MINUTE, .folder = SW_STR("/var/lib/seawall")};
	const struct sw_yaml_limits limits = {.depth = 16, .nodes = 100000};
	struct sw_value v;
	int rc = sw_yaml_parse(a, text, SW_YAML_DUP_ERROR, &limits, &v, err);

	if (rc)
		return sw_error_prefix(err, "%s: ", name);
	if (!sw_is(v, SW_OBJECT))
		return bad(&r, "a mapping with \"responses\" is wanted");
	sw_object_foreach (m, v) {
		rc = head_key(&r, sw_value_str(m->k), m->v, &p);
		if (rc)
			return rc;
	}
	*ret = p;
	return 0;
}

static bool named(const struct sw_response *o, struct sw_str rule)
{
	for (uint32_t i = 0; i < o->n_rules; i++)
		if (sw_str_eq(o->rules[i], rule))
			return true;
	return !o->n_rules;
}

static bool tagged(const struct sw_response *o, const struct sw_runtime_rule *r)
{
	for (uint32_t i = 0; o->tag.n && i < r->n_tags; i++)
		if (sw_str_eq(r->tags[i], o->tag))
			return true;
	return !o->tag.n;
}

unsigned sw_response_plan_match(const struct sw_response_plan *p, const struct sw_runtime_rule *r,
	bool host, uint32_t *ret_seconds)
{
	unsigned all = 0;

	*ret_seconds = 0;
	for (uint32_t i = 0; i < p->n_responses; i++) {
		const struct sw_response *o = &p->responses[i];
		if (!named(o, r->name) || !tagged(o, r) ||
			(o->has_priority && r->priority > o->priority))
			continue;
		if (host && !o->host)
			continue;
		all |= host ? o->actions & (SW_DO_KILL | SW_DO_CAPTURE) : o->actions;
		if (o->seconds > *ret_seconds)
			*ret_seconds = o->seconds;
	}
	return all;
}
