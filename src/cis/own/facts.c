/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about who may come in: anonymous requests, authorization, admission plugins, sign-in,
 * ciphers. */
#include "cis/own/condition.h"

#include <errno.h>

#include "base/cleanup.h"
#include "doc/formats/formats.h"
#include "doc/yaml.h"

static const struct {
	const char *name;
	sw_cis_fact_fn *fn;
} facts[] = {
	{"anonymous", sw_cis_fact_anonymous},
	{"authorization", sw_cis_fact_authorization},
	{"plugin", sw_cis_fact_plugin},
	{"external-sign-in", sw_cis_fact_sign_in},
	{"audit-policy", sw_cis_fact_audit},
	{"encryption", sw_cis_fact_encryption},
	{"certificates", sw_cis_fact_certificates},
	{"ciphers", sw_cis_fact_ciphers},
	{"etcd-ca", sw_cis_fact_etcd_ca},
	{"supported", sw_cis_fact_supported},
	{"document", sw_cis_fact_document},
};

sw_cis_fact_fn *sw_cis_fact_find(struct sw_str name)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(facts); i++)
		if (sw_str_is(name, facts[i].name))
			return facts[i].fn;
	return NULL;
}

int sw_cis_outcome_yaml(struct sw_cis_judging *j, const struct sw_cis_component *c,
	struct sw_str path, struct sw_cis_outcome *o, struct sw_cis_layer *ret)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	struct sw_error err = {0};
	ret->file = sw_cis_host_path(j->a, c, path);
	int rc = sw_cis_read(j->n, j->a, ret->file, &ret->text);
	if (rc) {
		sw_cis_outcome_unknown(
			j, o, "%.*s cannot be read: %s", SW_STR_ARG(ret->file), strerror(-rc));
		return 1;
	}
	if (sw_yaml_open(j->a, ret->text, SW_YAML_K8S | SW_YAML_SPANS, NULL, &s, &err) ||
		sw_yaml_next(s, j->a, &doc, &err) < 0 || doc.root.type != SW_OBJECT) {
		sw_cis_outcome_unknown(j, o, "%.*s is not a YAML mapping", SW_STR_ARG(ret->file));
		return 1;
	}
	ret->root = doc.root;
	sw_cis_outcome_file(o, ret->file);
	return 0;
}

/* The paths that health checks ask for: nothing is told there. */
static bool harmless(struct sw_str path)
{
	static const char *const paths[] = {"/livez", "/readyz", "/healthz"};
	for (size_t i = 0; i < SW_ARRAY_LEN(paths); i++)
		if (sw_str_is(path, paths[i]) || (sw_str_starts(path, sw_str_from(paths[i])) &&
							 path.p[strlen(paths[i])] == '/'))
			return true;
	return false;
}

/* AuthenticationConfiguration's `anonymous`: off, or on for health checks only. */
static int anonymous_by_file(struct sw_cis_judging *j, const struct sw_cis_component *c,
	struct sw_str path, struct sw_cis_outcome *o)
{
	struct sw_cis_layer l;
	uint32_t at = 0;
	if (sw_cis_outcome_yaml(j, c, path, o, &l))
		return 0;
	struct sw_value anon = sw_cis_lookup(l.root, SW_STR("anonymous"), &at);
	struct sw_value conditions = sw_object_gets(anon, SW_STR("conditions"));
	o->line = at ? sw_cis_line_of(l.text, at) : 1;
	if (sw_is_false(sw_object_gets(anon, SW_STR("enabled")))) {
		o->truth = SW_CIS_YES;
		o->actual = SW_STR("anonymous.enabled is false");
		return 0;
	}
	if (!sw_defined(anon))
		return 1; /* the flag decides */
	o->truth = conditions.type == SW_ARRAY && conditions.n ? SW_CIS_YES : SW_CIS_NO;
	o->actual = o->truth ? SW_STR("anonymous requests reach health checks only")
			     : SW_STR("anonymous.enabled is true without conditions");
	for (uint32_t i = 0; conditions.type == SW_ARRAY && i < conditions.n; i++) {
		struct sw_str p = sw_value_getstr(sw_array_at(conditions, i), "path");
		if (harmless(p))
			continue;
		o->truth = SW_CIS_NO;
		o->actual =
			sw_arena_printf(j->a, "anonymous requests may ask for %.*s", SW_STR_ARG(p));
	}
	return 0;
}

int sw_cis_fact_anonymous(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	if (!c)
		return -SW_EINVALID;
	o->expected = SW_STR("no anonymous requests, or to health checks only");
	struct sw_cis_setting file = sw_cis_told(j, c, "authentication-config", "", NULL);
	int rc = file.found ? anonymous_by_file(j, c, file.value, o) : 1;
	if (rc <= 0)
		return rc;
	struct sw_cis_setting s = sw_cis_told(j, c, "anonymous-auth", "", "true");
	o->truth = sw_str_is(s.value, "false") ? SW_CIS_YES : SW_CIS_NO;
	o->actual = sw_arena_printf(
		j->a, "--anonymous-auth is %.*s (%.*s)", SW_STR_ARG(s.value), SW_STR_ARG(s.from));
	sw_cis_outcome_setting(j, o, &s);
	if (!o->truth)
		o->mended = sw_cis_remedy_tell(j, c, SW_STR("anonymous-auth"), SW_STR(""), &SW_STR("false"), false);
	return 0;
}

/* The authorization modes as a comma list, from the flag or the authorizers of a file. */
static int modes_of(struct sw_cis_judging *j, const struct sw_cis_component *c,
	struct sw_cis_outcome *o, struct sw_str *ret, struct sw_str *ret_from)
{
	bool kubelet = c->id == SW_CIS_KUBELET;
	struct sw_cis_setting file = kubelet ? (struct sw_cis_setting){0}
					     : sw_cis_told(j, c, "authorization-config", "", NULL);
	if (!file.found) {
		struct sw_cis_setting s =
			kubelet ? sw_cis_told(j, c, "authorization-mode", "authorization.mode",
					  c->n_layers ? "Webhook" : "AlwaysAllow")
				: sw_cis_told(j, c, "authorization-mode", "", "AlwaysAllow");
		if (kubelet && c->unseen.n && sw_str_is(s.from, "default"))
			return sw_cis_outcome_unknown(j, o, "%.*s", SW_STR_ARG(c->unseen)) + 1;
		sw_cis_outcome_setting(j, o, &s);
		*ret = s.value;
		*ret_from = s.from;
		return 0;
	}
	struct sw_cis_layer l;
	if (sw_cis_outcome_yaml(j, c, file.value, o, &l))
		return 1;
	struct sw_value v = sw_object_gets(l.root, SW_STR("authorizers"));
	struct sw_str list = {0};
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++)
		list = sw_arena_printf(j->a, "%.*s%s%.*s", SW_STR_ARG(list), i ? "," : "",
			SW_STR_ARG(sw_value_getstr(sw_array_at(v, i), "type")));
	*ret = list;
	*ret_from = l.file;
	return 0;
}

/* A comma list with an item, or without it. */
static struct sw_str changed(struct sw_cis_judging *j, struct sw_str list, struct sw_str item, bool in)
{
	struct sw_str one, out = {0};
	while (sw_str_split(&list, ',', &one))
		if (!sw_str_eq(sw_str_trim(one), item))
			out = out.n ? sw_arena_printf(j->a, "%.*s,%.*s", SW_STR_ARG(out), SW_STR_ARG(one)) : one;
	return !in ? out : out.n ? sw_arena_printf(j->a, "%.*s,%.*s", SW_STR_ARG(out), SW_STR_ARG(item)) : item;
}

/* AlwaysAllow makes whatever stands behind or before it void: it goes, and Node comes first as kubeadm has it. */
static bool mend_modes(
	struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_value cond, struct sw_str modes)
{
	struct sw_str has = sw_value_getstr(cond, "has"), lacks = sw_value_getstr(cond, "lacks"), value;
	if (c->id == SW_CIS_KUBELET)
		return sw_str_is(lacks, "AlwaysAllow") &&
		       sw_cis_remedy_tell(j, c, SW_STR("authorization-mode"), SW_STR("authorization.mode"), &SW_STR("Webhook"),
			       false);
	if (sw_cis_told(j, c, "authorization-config", "", NULL).found)
		return false; /* the order of authorizers is for a person */
	if (lacks.n)
		value = changed(j, modes, lacks, false);
	else
		value = sw_str_is(modes, "AlwaysAllow") ? has : changed(j, modes, has, true);
	if (!value.n)
		value = SW_STR("Node,RBAC");
	return sw_cis_remedy_tell(j, c, SW_STR("authorization-mode"), SW_STR(""), &value, false);
}

int sw_cis_fact_authorization(
	struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	struct sw_str modes = {0}, from = {0}, expected;
	bool yes;
	if (!c)
		return -SW_EINVALID;
	int rc = modes_of(j, c, o, &modes, &from);
	if (rc)
		return rc < 0 ? rc : 0;
	rc = sw_cis_test(j, cond, modes, true, &yes, &expected);
	o->truth = yes ? SW_CIS_YES : SW_CIS_NO;
	o->expected = sw_arena_printf(j->a, "authorization modes: %.*s", SW_STR_ARG(expected));
	o->actual = sw_arena_printf(
		j->a, "authorization modes are %.*s (%.*s)", SW_STR_ARG(modes), SW_STR_ARG(from));
	if (!rc && !yes)
		o->mended = mend_modes(j, c, cond, modes);
	return rc;
}

/* What the API server turns on by itself in 1.24 to 1.37. */
static const char on_by_itself[] =
	"CertificateApproval,CertificateSigning,CertificateSubjectRestriction,DefaultIngressClass,"
	"DefaultStorageClass,DefaultTolerationSeconds,LimitRanger,MutatingAdmissionPolicy,"
	"MutatingAdmissionWebhook,NamespaceLifecycle,PersistentVolumeClaimResize,PodSecurity,"
	"PodTopologyLabels,Priority,ResourceQuota,RuntimeClass,ServiceAccount,"
	"StorageObjectInUseProtection,TaintNodesByCondition,ValidatingAdmissionPolicy,"
	"ValidatingAdmissionWebhook";

static bool mend_plugin(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str name, bool on,
	const struct sw_cis_setting *enable, const struct sw_cis_setting *disable)
{
	struct sw_str in = SW_STR("enable-admission-plugins"), out = SW_STR("disable-admission-plugins"), rest;
	bool itself = sw_cis_listed(SW_STR(on_by_itself), name);
	if (sw_cis_listed(on ? disable->value : enable->value, name)) {
		rest = changed(j, on ? disable->value : enable->value, name, false);
		if (!sw_cis_remedy_tell(j, c, on ? out : in, SW_STR(""), rest.n ? &rest : NULL, false))
			return false;
	}
	if (on == itself || (on && sw_cis_listed(enable->value, name)))
		return true;
	rest = changed(j, on ? enable->value : disable->value, name, true);
	return !(!on && !itself) ? sw_cis_remedy_tell(j, c, on ? in : out, SW_STR(""), &rest, false) : true;
}

int sw_cis_fact_plugin(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	struct sw_str name = sw_value_getstr(cond, "name");
	bool wanted = !sw_is_false(sw_object_gets(cond, SW_STR("enabled")));
	if (!c || !name.n)
		return c ? sw_error_set(j->err, SW_EINVALID, "plugin needs a name") : -SW_EINVALID;
	struct sw_cis_setting on = sw_cis_told(j, c, "enable-admission-plugins", "", NULL);
	struct sw_cis_setting off = sw_cis_told(j, c, "disable-admission-plugins", "", NULL);
	bool disabled = sw_cis_listed(off.value, name);
	bool enabled = !disabled && (sw_cis_listed(on.value, name) || sw_cis_listed(SW_STR(on_by_itself), name));
	sw_cis_outcome_setting(j, o, disabled ? &off : &on);
	o->truth = enabled == wanted ? SW_CIS_YES : SW_CIS_NO;
	o->expected = sw_arena_printf(
		j->a, "admission plugin %.*s %s", SW_STR_ARG(name), wanted ? "on" : "off");
	o->actual = sw_arena_printf(j->a, "admission plugin %.*s is %s (%s%.*s)", SW_STR_ARG(name),
		enabled ? "on" : "off", on.found ? "--enable-admission-plugins=" : "not set",
		SW_STR_ARG(on.value));
	if (!o->truth)
		o->mended = mend_plugin(j, c, name, wanted, &on, &off);
	return 0;
}

/* People sign in with something that can be taken back: OIDC, by flags or by file. */
int sw_cis_fact_sign_in(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	if (!c)
		return -SW_EINVALID;
	o->expected =
		SW_STR("an OIDC issuer over HTTPS, an authenticating proxy or a token webhook");
	struct sw_cis_setting s = sw_cis_told(j, c, "oidc-issuer-url", "", NULL);
	struct sw_cis_setting hook =
		sw_cis_told(j, c, "authentication-token-webhook-config-file", "", NULL);
	struct sw_cis_setting file = sw_cis_told(j, c, "authentication-config", "", NULL);
	struct sw_str issuer = s.value;
	if (!s.found && file.found) {
		struct sw_cis_layer l;
		if (sw_cis_outcome_yaml(j, c, file.value, o, &l))
			return 0;
		struct sw_value jwt = sw_object_gets(l.root, SW_STR("jwt"));
		issuer = sw_value_getstr(
			sw_object_gets(sw_array_at(jwt, 0), SW_STR("issuer")), "url");
		for (uint32_t i = 0; jwt.type == SW_ARRAY && i < jwt.n; i++) {
			struct sw_str url = sw_value_getstr(
				sw_object_gets(sw_array_at(jwt, i), SW_STR("issuer")), "url");
			if (!sw_str_starts(url, SW_STR("https://")))
				issuer = url;
		}
	}
	sw_cis_outcome_setting(j, o, issuer.n ? &s : &hook);
	if (issuer.n) {
		o->truth = sw_str_starts(issuer, SW_STR("https://")) ? SW_CIS_YES : SW_CIS_NO;
		o->actual = sw_arena_printf(j->a, "issuer %.*s", SW_STR_ARG(issuer));
	} else {
		o->truth = hook.found ? SW_CIS_YES : SW_CIS_NO;
		o->actual = hook.found ? SW_STR("a token webhook") : SW_STR("no external sign-in");
	}
	return 0;
}

/* Suites with forward secrecy and authenticated encryption; those of TLS 1.3 are all strong. */
static bool strong_suite(struct sw_str s)
{
	return sw_str_starts(s, SW_STR("TLS_AES_")) ||
	       sw_str_is(s, "TLS_CHACHA20_POLY1305_SHA256") ||
	       (sw_str_starts(s, SW_STR("TLS_ECDHE_")) &&
		       (sw_str_has(s, SW_STR("_GCM_")) ||
			       sw_str_has(s, SW_STR("CHACHA20_POLY1305"))));
}

/* The strong ones of those that are set; where none is, all that Go has of TLS 1.2. */
static bool mend_ciphers(
	struct sw_cis_judging *j, const struct sw_cis_component *c, const char *flag, struct sw_str was)
{
	static const char all[] = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,"
				  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,"
				  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
	struct sw_str rest = was, one, good = {0};
	while (sw_str_split(&rest, ',', &one))
		if (strong_suite(sw_str_trim(one)))
			good = good.n ? sw_arena_printf(j->a, "%.*s,%.*s", SW_STR_ARG(good), SW_STR_ARG(sw_str_trim(one)))
				      : sw_str_trim(one);
	if (!good.n)
		good = SW_STR(all);
	bool config = c->id == SW_CIS_KUBELET;
	return sw_cis_remedy_tell(j, c, sw_str_from(flag), config ? SW_STR("tlsCipherSuites") : SW_STR(""), &good, true);
}

int sw_cis_fact_ciphers(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *c = sw_cis_component_of(j, cond);
	if (!c)
		return -SW_EINVALID;
	const char *flag = c->id == SW_CIS_ETCD ? "cipher-suites" : "tls-cipher-suites";
	struct sw_cis_setting s = sw_cis_told(j, c, flag, "tlsCipherSuites", NULL);
	struct sw_cis_setting least = sw_cis_told(j, c, "tls-min-version", "tlsMinVersion", NULL);
	o->expected =
		SW_STR("cipher suites with forward secrecy and authenticated encryption only");
	sw_cis_outcome_setting(j, o, s.found ? &s : &least);
	if (sw_str_is(least.value, "VersionTLS13") || sw_str_is(least.value, "TLS1.3")) {
		o->truth = SW_CIS_YES;
		o->actual = SW_STR("TLS 1.3 only");
		return 0;
	}
	if (!s.found && c->unseen.n)
		return sw_cis_outcome_unknown(j, o, "%.*s", SW_STR_ARG(c->unseen));
	if (!s.found || !s.value.n) {
		o->truth = SW_CIS_NO;
		o->actual = SW_STR(
			"no cipher suites are set: Go's defaults hold, which have weaker ones");
		o->mended = mend_ciphers(j, c, flag, s.value);
		return 0;
	}
	struct sw_str rest = s.value, one;
	o->truth = SW_CIS_YES;
	o->actual = sw_arena_printf(j->a, "%s is %.*s", flag, SW_STR_ARG(s.value));
	while (sw_str_split(&rest, ',', &one)) {
		if (strong_suite(sw_str_trim(one)))
			continue;
		o->truth = SW_CIS_NO;
		o->actual = sw_arena_printf(j->a, "%.*s is weak", SW_STR_ARG(sw_str_trim(one)));
		o->mended = mend_ciphers(j, c, flag, s.value);
		break;
	}
	return 0;
}

/*
 * A member of a document on the node (`file`, TOML or YAML by its name; the first that is there):
 * containerd's config.toml, docker's daemon.json, crio.conf. `path` is dotted; a part in quotes may
 * hold dots.
 */
struct sw_value sw_cis_member(struct sw_value v, struct sw_str path)
{
	size_t i = 0;
	while (i < path.n) {
		bool quoted = path.p[i] == '"';
		size_t from = i + quoted, end = sw_str_chr(path, quoted ? '"' : '.', from);
		if (end == SW_NPOS)
			end = path.n;
		v = sw_object_gets(v, sw_str_sub(path, from, end));
		i = end + 1 + (quoted && end + 1 < path.n);
	}
	return v;
}

/* NAME=value lines, as a shell would read them (os-release(5)). */
static int os_release(struct sw_cis_judging *j, struct sw_str text, struct sw_value *ret)
{
	struct sw_map m;
	struct sw_str line;
	sw_map_init(&m, j->a);
	while (sw_str_split(&text, '\n', &line)) {
		size_t eq = sw_str_chr(line, '=', 0);
		struct sw_str v = sw_str_trim(sw_str_sub(line, eq == SW_NPOS ? line.n : eq + 1, line.n));
		if (eq == SW_NPOS || !eq || line.p[0] == '#')
			continue;
		if (v.n > 1 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
			v = sw_str_sub(v, 1, v.n - 1);
		sw_map_add(&m, sw_string(sw_str_sub(line, 0, eq)), sw_string(v));
	}
	*ret = sw_map_object(&m);
	return 0;
}

static int parse_document(
	struct sw_cis_judging *j, struct sw_str file, struct sw_str text, struct sw_value *ret)
{
	struct sw_error err = {0};
	if (sw_str_ends(file, SW_STR("/os-release")))
		return os_release(j, text, ret);
	if (sw_str_ends(file, SW_STR(".toml")) || sw_str_ends(file, SW_STR(".conf")))
		return sw_toml_parse(j->a, text, ret, &err);
	return sw_yaml_parse(j->a, text, SW_YAML_K8S, NULL, ret, &err);
}

static void tell_document(struct sw_cis_judging *j, struct sw_value cond, struct sw_str file, struct sw_value x, bool yes,
	struct sw_str expected, struct sw_cis_outcome *o)
{
	struct sw_value d = sw_object_gets(cond, SW_STR("default"));
	struct sw_str path = sw_value_getstr(cond, "path"), value = sw_cis_flat(j->a, sw_defined(x) ? x : d);
	o->truth = yes ? SW_CIS_YES : SW_CIS_NO;
	o->expected = sw_arena_printf(j->a, "%.*s: %.*s", SW_STR_ARG(path), SW_STR_ARG(expected));
	o->actual = sw_arena_printf(j->a, "%.*s is %.*s%s", SW_STR_ARG(path), SW_STR_ARG(value.n ? value : SW_STR("not set")),
		sw_defined(x) ? "" : " (default)");
	sw_cis_outcome_file(o, file);
}

/* The first file that is there; with `layers` the last that has the member, as later drop-ins win. */
int sw_cis_fact_document(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	struct sw_str v[64], why = {0}, text, expected, path = sw_value_getstr(cond, "path"), file = {0};
	struct sw_value x = sw_undef(), root;
	bool layers = sw_is_true(sw_object_gets(cond, SW_STR("layers"))), yes;
	uint32_t n;
	int rc = sw_cis_paths(
		j, sw_object_gets(cond, SW_STR("file")), SW_STR(""), v, SW_ARRAY_LEN(v), &n, &why);
	for (uint32_t i = 0; !rc && i < n && (layers || !file.n); i++) {
		int no = sw_cis_read(j->n, j->a, v[i], &text);
		if (no == -ENOENT || no == -ENOTDIR)
			continue;
		if (no)
			return sw_cis_outcome_unknown(
				j, o, "%.*s: %s", SW_STR_ARG(v[i]), no == -ENXIO ? "not a regular file" : strerror(-no));
		if (parse_document(j, v[i], text, &root))
			return sw_cis_outcome_unknown(
				j, o, "%.*s cannot be understood", SW_STR_ARG(v[i]));
		struct sw_value here = sw_cis_member(root, path);
		if (!file.n || sw_defined(here)) {
			file = v[i];
			x = here;
		}
	}
	if (rc)
		return rc;
	if (!file.n) {
		o->truth = SW_CIS_NOT_APPLICABLE;
		o->reason = SW_STR("no such file on this node");
		return 0;
	}
	struct sw_str value = sw_cis_flat(j->a, sw_defined(x) ? x : sw_object_gets(cond, SW_STR("default")));
	rc = sw_cis_test(j, cond, value, sw_defined(x), &yes, &expected);
	if (rc)
		return rc;
	tell_document(j, cond, file, x, yes, expected, o);
	if (!yes)
		o->mended = sw_cis_remedy_document(j, cond, file, value, sw_defined(x));
	return 0;
}
