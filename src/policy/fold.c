/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/fold.h"

#include <glib.h>

#include "base/cleanup.h"

#define DEPTH_MAX 64
#define TOKEN_VOLUME "kube-api-access-"

struct sw_fold {
	GHashTable *seen; /* of 128-bit hashes */
};

struct sw_fold *sw_fold_new(void)
{
	struct sw_fold *f = g_new0(struct sw_fold, 1);
	f->seen = g_hash_table_new_full(
		g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	return f;
}

void sw_fold_free(struct sw_fold *f)
{
	if (!f)
		return;
	g_hash_table_destroy(f->seen);
	g_free(f);
}

/* Two independent 64-bit hashes; the values' own hash is seeded per process, so nobody can aim at
 * it. */
struct hash {
	uint64_t a, b;
};

static void mix(struct hash *h, uint64_t v)
{
	h->a = (h->a ^ v) * 0x9e3779b97f4a7c15u;
	h->a ^= h->a >> 29;
	h->b = (h->b + v) * 0xff51afd7ed558ccdu;
	h->b ^= h->b >> 32;
}

static void mix_value(struct hash *h, struct sw_value v, int depth)
{
	mix(h, v.type);
	mix(h, v.n);
	if (v.type == SW_STRING && sw_str_starts(sw_value_str(v), SW_STR(TOKEN_VOLUME)))
		return;
	if (v.type == SW_OBJECT && depth < DEPTH_MAX) {
		sw_object_foreach (m, v) {
			mix(h, sw_value_hash(m->k));
			mix_value(h, m->v, depth + 1);
		}
	} else if (v.type == SW_ARRAY && depth < DEPTH_MAX) {
		sw_array_foreach (e, v)
			mix_value(h, *e, depth + 1);
	} else {
		mix(h, sw_value_hash(v));
	}
}

static bool starts_with_any(struct sw_str s, const char *const *prefixes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sw_str_starts(s, sw_str_from(prefixes[i])))
			return true;
	return false;
}

static void mix_without(struct hash *h, struct sw_value map, const char *const *prefixes, size_t n)
{
	if (map.type != SW_OBJECT) {
		mix(h, 0);
		return;
	}
	sw_object_foreach (m, map) {
		if (starts_with_any(sw_value_str(m->k), prefixes, n))
			continue;
		mix(h, sw_value_hash(m->k));
		mix_value(h, m->v, 0);
	}
}

static void mix_spec(struct hash *h, struct sw_value spec, bool daemon, struct sw_str name)
{
	if (spec.type != SW_OBJECT) {
		mix_value(h, spec, 0);
		return;
	}
	sw_object_foreach (m, spec) {
		struct sw_str k = sw_value_str(m->k);
		if (sw_str_is(k, "nodeName") || (daemon && sw_str_is(k, "affinity")))
			continue;
		if (sw_str_is(k, "hostname") && m->v.type == SW_STRING &&
			sw_str_eq(sw_value_str(m->v), name))
			continue;
		mix(h, sw_value_hash(m->k));
		mix_value(h, m->v, 0);
	}
}

/* The Deployment of a ReplicaSet: its name ends in the hash that the pod has as a label. */
static void climb(const struct sw_kube_object *o, struct sw_kube_owner *owner)
{
	struct sw_str hash = sw_kube_label(o, "pod-template-hash");
	if (!sw_str_is(owner->kind, "ReplicaSet") || !hash.n || owner->name.n <= hash.n + 1)
		return;
	struct sw_str head = sw_str_sub(owner->name, 0, owner->name.n - hash.n);
	if (!sw_str_ends(owner->name, hash) || head.p[head.n - 1] != '-')
		return;
	owner->kind = SW_STR("Deployment");
	owner->api_version = SW_STR("apps/v1");
	owner->name = sw_str_sub(head, 0, head.n - 1);
}

enum sw_fold_result sw_fold_pod(
	struct sw_fold *f, const struct sw_kube_object *o, struct sw_subject *ret_subject)
{
	static const char *const labels[] = {"statefulset.kubernetes.io/pod-name",
		"apps.kubernetes.io/pod-index", "batch.kubernetes.io/job-completion-index"};
	static const char *const annotations[] = {"cni.projectcalico.org/", "k8s.v1.cni.cncf.io/",
		"k8s.ovn.org/", "batch.kubernetes.io/job-completion-index",
		"kubernetes.io/config."};
	struct sw_kube_owner owner;
	if (!sw_kube_is(o, "", "Pod") || !sw_kube_controller(o, &owner) || !owner.kind.n ||
		!owner.name.n)
		return SW_FOLD_NONE;
	climb(o, &owner);
	struct hash h = {1, 2};
	const struct sw_str parts[] = {o->ns, owner.api_version, owner.kind, owner.name};
	for (size_t i = 0; i < SW_ARRAY_LEN(parts); i++)
		mix(&h, sw_value_hash(sw_string(parts[i])));
	mix_without(&h, o->labels, labels, SW_ARRAY_LEN(labels));
	mix_without(&h, o->annotations, annotations, SW_ARRAY_LEN(annotations));
	mix_spec(&h, sw_object_gets(o->value, SW_STR("spec")), sw_str_is(owner.kind, "DaemonSet"),
		o->name);
	*ret_subject = (struct sw_subject){.ns = o->ns,
		.api_version = owner.api_version,
		.kind = owner.kind,
		.name = owner.name};
	return g_hash_table_add(f->seen, g_bytes_new(&h, sizeof(h))) ? SW_FOLD_FIRST
								     : SW_FOLD_AGAIN;
}
