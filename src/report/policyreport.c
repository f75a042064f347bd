/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PolicyReport (wgpolicyk8s.io/v1alpha2): a List for `kubectl apply -f`, one report per object,
 * with the object as its scope; ClusterPolicyReport for what has no namespace. Names are made from
 * the object's identity, so that applying the next run replaces this one.
 */
#include "report/policyreport.h"

#include <stdlib.h>
#include <time.h>

#include "base/base64.h"
#include "base/sha256.h"
#include "finding/fingerprint.h"
#include "finding/waiver.h"
#include "report/jsonw.h"

static bool cluster_scoped(struct sw_str kind)
{
	static const char *const kinds[] = {"Namespace", "Node", "PersistentVolume", "StorageClass",
		"CSIDriver", "CSINode", "VolumeAttachment", "CustomResourceDefinition",
		"APIService", "ComponentStatus", "ValidatingWebhookConfiguration",
		"MutatingWebhookConfiguration", "ValidatingAdmissionPolicy",
		"ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy",
		"MutatingAdmissionPolicyBinding", "PriorityClass", "IngressClass", "RuntimeClass",
		"PodSecurityPolicy", "CertificateSigningRequest", "FlowSchema",
		"PriorityLevelConfiguration", "GatewayClass"};
	if (sw_str_starts(kind, SW_STR("Cluster")))
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (sw_str_is(kind, kinds[i]))
			return true;
	return false;
}

static bool whole_cluster(const struct sw_subject *s)
{
	return !s->ns.n && (!s->kind.n || cluster_scoped(s->kind));
}

static int cmp_object(const struct sw_subject *x, const struct sw_subject *y)
{
	int c = sw_str_cmp(x->ns, y->ns);
	if (!c)
		c = sw_str_cmp(x->kind, y->kind);
	if (!c)
		c = sw_str_cmp(x->api_version, y->api_version);
	return c ? c : sw_str_cmp(x->name, y->name);
}

struct entry {
	const struct sw_finding *f;
	uint32_t order;
};

static int by_object(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = cmp_object(&x->f->subject, &y->f->subject);
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static const char *result_of(const struct sw_finding *f)
{
	if (f->waiver)
		return "skip";
	switch (f->verdict) {
	case SW_VERDICT_FAIL:
		return "fail";
	case SW_VERDICT_PASS:
		return "pass";
	case SW_VERDICT_MANUAL:
		return "warn";
	default:
		return "error";
	}
}

/* "seawall-" and 16 hex digits of the object's identity: a valid name whatever the object's is. */
static void put_name(struct sw_jsonw *w, const struct sw_subject *s)
{
	uint8_t digest[SW_SHA256_LEN];
	sw_autobuf id, name;
	sw_buf_init(&id, 64 << 10);
	sw_buf_init(&name, 64);
	sw_buf_addstr(&id, s->api_version);
	sw_buf_addch(&id, '\0');
	sw_buf_addstr(&id, s->kind);
	sw_buf_addch(&id, '\0');
	sw_buf_addstr(&id, s->ns);
	sw_buf_addch(&id, '\0');
	sw_buf_addstr(&id, s->name);
	sw_sha256(id.p, id.n, digest);
	sw_buf_addz(&name, "seawall-");
	sw_hex_encode(&name, sw_str_make((const char *)digest, 8));
	sw_jsonw_str(w, "name", sw_buf_str(&name));
}

static void put_object(struct sw_jsonw *w, const struct sw_subject *s)
{
	sw_jsonw_str_if(w, "apiVersion", s->api_version);
	sw_jsonw_str(w, "kind", s->kind);
	sw_jsonw_str_if(w, "namespace", s->ns);
	sw_jsonw_str_if(w, "name", s->name);
}

static int64_t seconds_of(struct sw_str timestamp)
{
	struct tm tm = {0};
	char text[24];
	if (timestamp.n < 19)
		return 0;
	memcpy(text, timestamp.p, 19);
	text[19] = '\0';
	return strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) ? (int64_t)timegm(&tm) : 0;
}

static void put_properties(struct sw_jsonw *w, const struct sw_finding *f)
{
	char hex[SW_FINGERPRINT_HEX];
	sw_jsonw_object(w, "properties");
	sw_jsonw_z(w, "fingerprint", sw_fingerprint_hex(f->fingerprint, hex));
	sw_jsonw_str_if(w, "container", f->subject.container);
	sw_jsonw_str_if(w, "image", f->subject.image);
	if (f->n_evidence) {
		sw_jsonw_str_if(w, "file", f->evidence[0].file);
		sw_jsonw_str_if(w, "path", f->evidence[0].path);
	}
	sw_jsonw_str_if(w, "remediation", f->rule->remediation);
	if (f->waiver)
		sw_jsonw_str(w, "waived", f->waiver->reason);
	sw_jsonw_end(w);
}

static void put_result(struct sw_jsonw *w, const struct sw_report *r, const struct sw_finding *f)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "source", "seawall");
	sw_jsonw_str(w, "policy", f->rule->id);
	sw_jsonw_str_if(w, "rule", f->rule->title);
	sw_jsonw_str_if(w, "category", f->rule->category);
	sw_jsonw_z(w, "severity",
		f->severity == SW_SEV_UNKNOWN ? "info" : sw_severity_name(f->severity));
	sw_jsonw_z(w, "result", result_of(f));
	sw_jsonw_bool(w, "scored", f->verdict == SW_VERDICT_FAIL || f->verdict == SW_VERDICT_PASS);
	sw_jsonw_str_if(w, "message",
		f->verdict == SW_VERDICT_FAIL && f->message.n ? f->message
		: f->reason.n				      ? f->reason
							      : f->message);
	sw_jsonw_object(w, "timestamp");
	sw_jsonw_int(w, "seconds", seconds_of(r->timestamp));
	sw_jsonw_int(w, "nanos", 0);
	sw_jsonw_end(w);
	put_properties(w, f);
	sw_jsonw_end(w);
}

static void put_summary(struct sw_jsonw *w, const struct entry *e, uint32_t n)
{
	static const char *const names[] = {"pass", "fail", "warn", "error", "skip"};
	sw_jsonw_object(w, "summary");
	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++) {
		uint32_t count = 0;
		for (uint32_t i = 0; i < n; i++)
			count += strcmp(result_of(e[i].f), names[k]) == 0;
		sw_jsonw_int(w, names[k], count);
	}
	sw_jsonw_end(w);
}

static void put_report(struct sw_jsonw *w, const struct sw_report *r,
	const struct sw_policyreport_api *api, const struct entry *e, uint32_t n)
{
	const struct sw_subject *s = &e[0].f->subject;
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "apiVersion", api->version);
	sw_jsonw_z(w, "kind", whole_cluster(s) ? api->cluster_kind : api->kind);
	sw_jsonw_object(w, "metadata");
	put_name(w, s);
	sw_jsonw_str_if(w, "namespace", s->ns);
	sw_jsonw_object(w, "labels");
	sw_jsonw_z(w, "app.kubernetes.io/managed-by", "seawall");
	sw_jsonw_end(w);
	sw_jsonw_end(w);
	if (api->has_source)
		sw_jsonw_z(w, "source", "seawall");
	if (s->kind.n) {
		sw_jsonw_object(w, "scope");
		put_object(w, s);
		sw_jsonw_end(w);
	}
	put_summary(w, e, n);
	sw_jsonw_array(w, "results");
	for (uint32_t i = 0; i < n; i++)
		put_result(w, r, e[i].f);
	sw_jsonw_end(w);
	sw_jsonw_end(w);
}

int sw_policyreport_write(struct sw_buf *out, const struct sw_report *r,
	const struct sw_policyreport_api *api, struct sw_error *err)
{
	const struct sw_findings *fs = r->findings;
	struct entry *e = calloc((size_t)fs->n + 1, sizeof(*e));
	if (!e)
		abort();
	for (uint32_t i = 0; i < fs->n; i++)
		e[i] = (struct entry){fs->v[i], i};
	qsort(e, fs->n, sizeof(*e), by_object);
	struct sw_jsonw w;
	sw_jsonw_init(&w, out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "apiVersion", "v1");
	sw_jsonw_z(&w, "kind", "List");
	sw_jsonw_array(&w, "items");
	for (uint32_t i = 0, end; i < fs->n; i = end) {
		for (end = i + 1; end < fs->n && !cmp_object(&e[i].f->subject, &e[end].f->subject);)
			end++;
		put_report(&w, r, api, e + i, end - i);
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	free(e);
	return 0;
}

static int write_policyreport(struct sw_buf *out, const struct sw_report *r, struct sw_error *err)
{
	static const struct sw_policyreport_api api = {
		"wgpolicyk8s.io/v1alpha2", "PolicyReport", "ClusterPolicyReport", false};
	return sw_policyreport_write(out, r, &api, err);
}

const struct sw_report_format sw_report_policyreport = {
	.name = "policyreport",
	.summary = "PolicyReport objects (wgpolicyk8s.io), for kubectl apply",
	.media = "application/json",
	.schema = "wgpolicyk8s.io/v1alpha2",
	.since = "0.1",
	.write = write_policyreport,
};
