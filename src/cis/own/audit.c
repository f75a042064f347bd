/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the audit policy good for anything? A policy is judged by what it would do: probe events are
 * put through its rules as the API server does (the first rule that matches decides the level), and
 * the level that comes out is compared with what an investigation needs and with what must not be
 * written down.
 *
 * Source of the semantics: k8s.io/apiserver/pkg/audit/policy/checker.go (audit.k8s.io/v1).
 */
#include "base/cleanup.h"
#include "cis/own/condition.h"

enum level { NONE, METADATA, REQUEST, REQUEST_RESPONSE };

struct probe {
	const char *verb, *group, *resource, *subresource;
	enum level least, most;
	const char *what;
};

/* What an investigation needs to find. */
static const struct probe needed[] = {
	{"get", "", "secrets", "", METADATA, METADATA, "reading of Secrets"},
	{"create", "", "pods", "exec", METADATA, REQUEST_RESPONSE, "exec into pods"},
	{"create", "", "pods", "attach", METADATA, REQUEST_RESPONSE, "attach to pods"},
	{"create", "", "pods", "portforward", METADATA, REQUEST_RESPONSE, "port forwards"},
	{"create", "", "nodes", "proxy", METADATA, REQUEST_RESPONSE, "the proxy of nodes"},
	{"create", "", "pods", "", METADATA, REQUEST_RESPONSE, "creation of pods"},
	{"update", "", "pods", "ephemeralcontainers", METADATA, REQUEST_RESPONSE,
		"ephemeral containers"},
	{"create", "apps", "deployments", "", METADATA, REQUEST_RESPONSE, "changes of workloads"},
	{"create", "rbac.authorization.k8s.io", "clusterrolebindings", "", METADATA,
		REQUEST_RESPONSE, "changes of role bindings"},
	{"update", "rbac.authorization.k8s.io", "roles", "", METADATA, REQUEST_RESPONSE,
		"changes of roles"},
	{"create", "", "serviceaccounts", "token", METADATA, METADATA, "requests for tokens"},
	{"create", "certificates.k8s.io", "certificatesigningrequests", "", METADATA,
		REQUEST_RESPONSE, "requests for certificates"},
	{"create", "admissionregistration.k8s.io", "validatingwebhookconfigurations", "", METADATA,
		REQUEST_RESPONSE, "changes of webhooks"},
	{"delete", "", "namespaces", "", METADATA, REQUEST_RESPONSE, "deletions"},
};

/* What must not be written down with its content. */
static const struct probe secret[] = {
	{"get", "", "secrets", "", NONE, METADATA, "Secrets"},
	{"create", "", "secrets", "", NONE, METADATA, "Secrets"},
	{"patch", "", "secrets", "", NONE, METADATA, "Secrets"},
	{"list", "", "secrets", "", NONE, METADATA, "Secrets"},
	{"create", "", "configmaps", "", NONE, METADATA, "ConfigMaps"},
	{"create", "authentication.k8s.io", "tokenreviews", "", NONE, METADATA, "TokenReviews"},
	{"create", "", "serviceaccounts", "token", NONE, METADATA, "service account tokens"},
};

static const char *const level_names[] = {"None", "Metadata", "Request", "RequestResponse"};

static bool has(struct sw_value list, const char *s)
{
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value v = sw_array_at(list, i);
		if (v.type == SW_STRING && sw_str_is(sw_value_str(v), s))
			return true;
	}
	return false;
}

/* "pods", "pods/exec", a star, "pods/" and a star, or a star and "/exec" of one group entry. */
static bool resource_matches(struct sw_value list, const struct probe *p)
{
	char full[128], any_sub[128], any_res[128];
	if (list.type != SW_ARRAY || !list.n)
		return true;
	snprintf(full, sizeof(full), "%s%s%s", p->resource, *p->subresource ? "/" : "",
		p->subresource);
	snprintf(any_sub, sizeof(any_sub), "%s/*", p->resource);
	snprintf(any_res, sizeof(any_res), "*/%s", p->subresource);
	return has(list, "*") || has(list, full) ||
	       (*p->subresource && (has(list, any_sub) || has(list, any_res)));
}

/*
 * Does the rule match the probe? The probe is done by an ordinary user in an ordinary namespace, so
 * a rule for certain users, groups, namespaces or names does not match.
 */
static bool rule_matches(struct sw_value rule, const struct probe *p)
{
	static const char *const narrow[] = {
		"users", "userGroups", "namespaces", "nonResourceURLs"};
	for (size_t i = 0; i < SW_ARRAY_LEN(narrow); i++) {
		struct sw_value v = sw_object_gets(rule, sw_str_from(narrow[i]));
		bool everybody = has(v, "system:authenticated");
		if (v.type == SW_ARRAY && v.n && !everybody)
			return false;
	}
	struct sw_value verbs = sw_object_gets(rule, SW_STR("verbs"));
	if (verbs.type == SW_ARRAY && verbs.n && !has(verbs, p->verb))
		return false;
	struct sw_value resources = sw_object_gets(rule, SW_STR("resources"));
	if (resources.type != SW_ARRAY || !resources.n)
		return true;
	for (uint32_t i = 0; i < resources.n; i++) {
		struct sw_value g = sw_array_at(resources, i);
		struct sw_value names = sw_object_gets(g, SW_STR("resourceNames"));
		struct sw_str group = sw_value_getstr(g, "group");
		if (names.type == SW_ARRAY && names.n)
			continue;
		if (sw_str_is(group, p->group) &&
			resource_matches(sw_object_gets(g, SW_STR("resources")), p))
			return true;
	}
	return false;
}

static enum level level_of(struct sw_value rule)
{
	struct sw_str s = sw_value_getstr(rule, "level");
	for (size_t i = 0; i < SW_ARRAY_LEN(level_names); i++)
		if (sw_str_is(s, level_names[i]))
			return (enum level)i;
	return NONE;
}

/* The level of the first rule that matches; without one nothing is logged. *ret_rule: which, or -1.
 */
static enum level judge_probe(struct sw_value rules, const struct probe *p, int *ret_rule)
{
	for (uint32_t i = 0; rules.type == SW_ARRAY && i < rules.n; i++) {
		if (!rule_matches(sw_array_at(rules, i), p))
			continue;
		*ret_rule = (int)i;
		return level_of(sw_array_at(rules, i));
	}
	*ret_rule = -1;
	return NONE;
}

static void probes(struct sw_cis_judging *j, const struct sw_cis_layer *l, const struct probe *v,
	size_t n, bool too_much, struct sw_cis_outcome *o)
{
	struct sw_value rules = sw_object_gets(l->root, SW_STR("rules"));
	struct sw_str bad = {0};
	o->truth = SW_CIS_YES;
	for (size_t i = 0; i < n; i++) {
		int rule;
		enum level got = judge_probe(rules, &v[i], &rule);
		if (too_much ? got <= v[i].most : got >= v[i].least)
			continue;
		if (rule >= 0 && rules.u.a->spans && !bad.n)
			o->line = sw_cis_line_of(l->text, rules.u.a->spans[rule].start);
		if (!sw_str_has(bad, sw_str_from(v[i].what)))
			bad = sw_arena_printf(j->a, "%.*s%s%s at %s", SW_STR_ARG(bad),
				bad.n ? ", " : "", v[i].what, level_names[got]);
		o->truth = SW_CIS_NO;
	}
	o->actual = bad.n ? bad : SW_STR("every probe came out as it should");
}

int sw_cis_fact_audit(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	struct sw_str ask = sw_value_getstr(cond, "ask");
	struct sw_cis_layer l;
	if (!c)
		return -SW_EINVALID;
	struct sw_cis_setting s = sw_cis_told(j, c, "audit-policy-file", "", NULL);
	o->expected = sw_str_is(ask, "secrets")
			      ? SW_STR("nothing secret is logged with its content")
		      : sw_str_is(ask, "logs") ? SW_STR("at least metadata of what matters")
					       : SW_STR("an audit policy with rules");
	sw_cis_outcome_setting(j, o, &s);
	if (!s.found || !s.value.n) {
		o->truth = sw_str_is(ask, "secrets") ? SW_CIS_NOT_APPLICABLE : SW_CIS_NO;
		o->actual = SW_STR("--audit-policy-file is not set");
		o->reason = SW_STR("nothing is audited");
		o->mended = sw_str_is(ask, "exists") && !sw_cis_openshift(j, c) && sw_cis_remedy_audit_policy(j, c);
		return 0;
	}
	if (sw_cis_outcome_yaml(j, c, s.value, o, &l))
		return 0;
	o->files[0] = l.file; /* the policy is what to look at, not the flag's file */
	o->n_files = 1;
	o->line = 0;
	struct sw_value rules = sw_object_gets(l.root, SW_STR("rules"));
	if (sw_str_is(ask, "exists")) {
		o->truth = rules.type == SW_ARRAY && rules.n ? SW_CIS_YES : SW_CIS_NO;
		o->actual = sw_arena_printf(j->a, "%u rules", rules.type == SW_ARRAY ? rules.n : 0);
	} else if (sw_str_is(ask, "logs")) {
		probes(j, &l, needed, SW_ARRAY_LEN(needed), false, o);
		o->mended = !o->truth && (sw_cis_openshift(j, c) ?
						 sw_cis_openshift_apiserver(j, "{\"audit\":{\"profile\":\"Default\"}}") :
						 sw_cis_remedy_audit_rule(j, l.file, false));
	} else if (sw_str_is(ask, "secrets")) {
		probes(j, &l, secret, SW_ARRAY_LEN(secret), true, o);
		o->mended = !o->truth && !sw_cis_openshift(j, c) && sw_cis_remedy_audit_rule(j, l.file, true);
	} else {
		return sw_error_set(
			j->err, SW_EINVALID, "audit-policy: ask exists, logs or secrets");
	}
	return 0;
}
