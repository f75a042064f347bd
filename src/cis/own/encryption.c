/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encryption at rest: what EncryptionConfiguration really does to Secrets. The first entry of
 * `resources` that covers a resource decides, and of its providers the first one writes.
 *
 * Source: kubernetes.io/docs/tasks/administer-cluster/encrypt-data and apiserver's encryptionconfig
 * package.
 */
#include "base/cleanup.h"
#include "cis/own/condition.h"

/* Providers that encrypt, and what is to be said of them. */
static const struct {
	const char *name, *weakness; /* NULL: none */
} providers[] = {
	{"kms", NULL},
	{"secretbox", NULL},
	{"aesgcm", "aesgcm needs a new key every 200,000 writes, which nothing does by itself"},
	{"aescbc", "aescbc is open to padding oracles"},
};

/* "secrets", "*.", "*.*" cover Secrets; "configmaps." does not. */
static bool covers(struct sw_value resources, const char *name)
{
	for (uint32_t i = 0; resources.type == SW_ARRAY && i < resources.n; i++) {
		struct sw_value v = sw_array_at(resources, i);
		struct sw_str s = v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){0};
		if (s.n && s.p[s.n - 1] == '.' && s.n > 2)
			s.n--;
		if (sw_str_is(s, name) || sw_str_is(s, "*.") || sw_str_is(s, "*.*"))
			return true;
	}
	return false;
}

/* The provider that writes Secrets; SW_UNDEF: they are written as they are. */
static struct sw_value writer(
	const struct sw_cis_layer *l, const char *resource, uint32_t *ret_line)
{
	struct sw_value list = sw_object_gets(l->root, SW_STR("resources"));
	*ret_line = 0;
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value entry = sw_array_at(list, i);
		struct sw_value ps = sw_object_gets(entry, SW_STR("providers"));
		if (!covers(sw_object_gets(entry, SW_STR("resources")), resource))
			continue;
		if (ps.type == SW_ARRAY && ps.n && ps.u.a->spans)
			*ret_line = sw_cis_line_of(l->text, ps.u.a->spans[0].start);
		return sw_array_at(ps, 0);
	}
	return sw_undef();
}

static struct sw_str provider_name(struct sw_value p)
{
	return p.type == SW_OBJECT && p.n ? sw_value_str(p.u.o->m[0].k) : (struct sw_str){0};
}

/* A provider that encrypts goes in front of the one that does not. */
static bool mend_order(struct sw_cis_judging *j, const struct sw_cis_layer *l)
{
	struct sw_value list = sw_object_gets(l->root, SW_STR("resources"));
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value entry = sw_array_at(list, i), ps = sw_object_gets(entry, SW_STR("providers"));
		if (!covers(sw_object_gets(entry, SW_STR("resources")), "secrets"))
			continue;
		for (uint32_t k = 1; ps.type == SW_ARRAY && k < ps.n; k++)
			for (size_t p = 0; p < SW_ARRAY_LEN(providers); p++) {
				if (!sw_str_is(provider_name(sw_array_at(ps, k)), providers[p].name))
					continue;
				struct sw_patch_op ops[2] = {{.kind = SW_PATCH_REMOVE,
					.path = sw_arena_printf(j->a, "/resources/%u/providers/0", i)},
					{.kind = SW_PATCH_ADD, .value = sw_array_at(ps, 0),
						.path = sw_arena_printf(j->a, "/resources/%u/providers/-", i)}};
				return k == 1 && sw_cis_plan_splice(j, l->file, ops, 2);
			}
		return false;
	}
	return false;
}

static void judge_secrets(
	struct sw_cis_judging *j, const struct sw_cis_layer *l, struct sw_cis_outcome *o)
{
	struct sw_str name = provider_name(writer(l, "secrets", &o->line));
	bool ok = false;
	for (size_t i = 0; i < SW_ARRAY_LEN(providers); i++)
		ok = ok || sw_str_is(name, providers[i].name);
	o->truth = ok ? SW_CIS_YES : SW_CIS_NO;
	o->actual = name.n ? sw_arena_printf(
				     j->a, "Secrets are written by provider %.*s", SW_STR_ARG(name))
			   : SW_STR("no entry covers Secrets");
}

static void judge_strength(
	struct sw_cis_judging *j, const struct sw_cis_layer *l, struct sw_cis_outcome *o)
{
	struct sw_value p = writer(l, "secrets", &o->line);
	struct sw_str name = provider_name(p);
	const char *weak = "Secrets are not encrypted";
	for (size_t i = 0; i < SW_ARRAY_LEN(providers); i++)
		if (sw_str_is(name, providers[i].name))
			weak = providers[i].weakness;
	struct sw_value kms = sw_object_gets(p, SW_STR("kms"));
	if (!weak && sw_defined(kms) && !sw_str_is(sw_value_getstr(kms, "apiVersion"), "v2"))
		weak = "KMS v1 is deprecated; v2 keeps a key per write";
	o->truth = weak ? SW_CIS_NO : SW_CIS_YES;
	o->actual =
		weak ? sw_str_from(weak) : sw_arena_printf(j->a, "provider %.*s", SW_STR_ARG(name));
}

int sw_cis_fact_encryption(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	struct sw_str ask = sw_value_getstr(cond, "ask");
	struct sw_cis_layer l;
	bool strength = sw_str_is(ask, "strength");
	if (!c)
		return -SW_EINVALID;
	if (!strength && !sw_str_is(ask, "secrets"))
		return sw_error_set(j->err, SW_EINVALID, "encryption: ask secrets or strength");
	struct sw_cis_setting s = sw_cis_told(j, c, "encryption-provider-config", "", NULL);
	o->expected = strength ? SW_STR("provider kms v2 or secretbox first")
			       : SW_STR("a provider that encrypts comes first for Secrets");
	sw_cis_outcome_setting(j, o, &s);
	if (!s.found || !s.value.n) {
		o->truth = strength ? SW_CIS_NOT_APPLICABLE : SW_CIS_NO;
		o->actual = SW_STR("--encryption-provider-config is not set");
		o->reason = SW_STR("nothing is encrypted");
		o->mended = !strength && sw_cis_openshift(j, c) &&
			    sw_cis_openshift_flag(j, c, SW_STR("encryption-provider-config"));
		return 0;
	}
	if (sw_cis_outcome_yaml(j, c, s.value, o, &l))
		return 0;
	o->files[0] = l.file;
	o->n_files = 1;
	if (strength)
		judge_strength(j, &l, o);
	else
		judge_secrets(j, &l, o);
	if (!strength && !o->truth)
		o->mended = !sw_cis_openshift(j, c) && mend_order(j, &l);
	return 0;
}
