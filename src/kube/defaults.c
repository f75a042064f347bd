/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/defaults.h"

#include "base/cleanup.h"
#include "doc/json.h"
#include "kube/image.h"

enum { DEPTH_MAX = 64, AFFINITY_LEVELS = 3 };

/*
 * Values are JSON. '*' before a field: a pointer in Go, where only what is absent or null is unsaid;
 * elsewhere "", 0 and [] are, too. A row with `when` counts where that member has the text `is` ("":
 * has none), or says anything where there is no `is`. In order: later rows see earlier ones.
 */
static const struct row {
	const char *type, *field, *value, *when, *is;
} rows[] = {
	{"core.v1.PodSpec", "dnsPolicy", "\"ClusterFirst\""},
	{"core.v1.PodSpec", "restartPolicy", "\"Always\""},
	{"core.v1.PodSpec", "*securityContext", "{}"},
	{"core.v1.PodSpec", "*terminationGracePeriodSeconds", "30"},
	{"core.v1.PodSpec", "schedulerName", "\"default-scheduler\""},
	{"core.v1.Container", "terminationMessagePath", "\"/dev/termination-log\""},
	{"core.v1.Container", "terminationMessagePolicy", "\"File\""},
	{"core.v1.EphemeralContainer", "terminationMessagePath", "\"/dev/termination-log\""},
	{"core.v1.EphemeralContainer", "terminationMessagePolicy", "\"File\""},
	{"core.v1.ContainerPort", "protocol", "\"TCP\""},
	{"core.v1.Probe", "timeoutSeconds", "1"},
	{"core.v1.Probe", "periodSeconds", "10"},
	{"core.v1.Probe", "successThreshold", "1"},
	{"core.v1.Probe", "failureThreshold", "3"},
	{"core.v1.HTTPGetAction", "path", "\"/\""},
	{"core.v1.HTTPGetAction", "scheme", "\"HTTP\""},
	{"core.v1.GRPCAction", "*service", "\"\""},
	{"core.v1.ObjectFieldSelector", "apiVersion", "\"v1\""},
	{"core.v1.FileKeySelector", "*optional", "false"},
	{"core.v1.SecretVolumeSource", "*defaultMode", "420"},
	{"core.v1.ConfigMapVolumeSource", "*defaultMode", "420"},
	{"core.v1.DownwardAPIVolumeSource", "*defaultMode", "420"},
	{"core.v1.ProjectedVolumeSource", "*defaultMode", "420"},
	{"core.v1.ServiceAccountTokenProjection", "*expirationSeconds", "3600"},
	{"core.v1.HostPathVolumeSource", "*type", "\"\""},
	{"core.v1.ISCSIVolumeSource", "iscsiInterface", "\"default\""},
	{"core.v1.RBDVolumeSource", "pool", "\"rbd\""},
	{"core.v1.RBDVolumeSource", "user", "\"admin\""},
	{"core.v1.RBDVolumeSource", "keyring", "\"/etc/ceph/keyring\""},
	{"core.v1.ISCSIPersistentVolumeSource", "iscsiInterface", "\"default\""},
	{"core.v1.RBDPersistentVolumeSource", "pool", "\"rbd\""},
	{"core.v1.RBDPersistentVolumeSource", "user", "\"admin\""},
	{"core.v1.RBDPersistentVolumeSource", "keyring", "\"/etc/ceph/keyring\""},
	{"core.v1.ScaleIOPersistentVolumeSource", "storageMode", "\"ThinProvisioned\""},
	{"core.v1.ScaleIOPersistentVolumeSource", "fsType", "\"xfs\""},
	{"core.v1.AzureDiskVolumeSource", "*cachingMode", "\"ReadWrite\""},
	{"core.v1.AzureDiskVolumeSource", "*kind", "\"Shared\""},
	{"core.v1.AzureDiskVolumeSource", "*fsType", "\"ext4\""},
	{"core.v1.AzureDiskVolumeSource", "*readOnly", "false"},
	{"core.v1.ScaleIOVolumeSource", "storageMode", "\"ThinProvisioned\""},
	{"core.v1.ScaleIOVolumeSource", "fsType", "\"xfs\""},
	{"core.v1.PersistentVolumeClaimSpec", "*volumeMode", "\"Filesystem\""},
	{"core.v1.PersistentVolumeSpec", "persistentVolumeReclaimPolicy", "\"Retain\""},
	{"core.v1.PersistentVolumeSpec", "*volumeMode", "\"Filesystem\""},
	{"core.v1.Secret", "type", "\"Opaque\""},
	{"core.v1.ReplicationControllerSpec", "*replicas", "1"},
	{"core.v1.EndpointPort", "protocol", "\"TCP\""},
	{"core.v1.ServicePort", "protocol", "\"TCP\""},
	{"core.v1.ServiceSpec", "sessionAffinity", "\"None\""},
	{"core.v1.ServiceSpec", "type", "\"ClusterIP\""},
	{"core.v1.ServiceSpec", "*internalTrafficPolicy", "\"Cluster\"", "type", "NodePort"},
	{"core.v1.ServiceSpec", "*internalTrafficPolicy", "\"Cluster\"", "type", "LoadBalancer"},
	{"core.v1.ServiceSpec", "*internalTrafficPolicy", "\"Cluster\"", "type", "ClusterIP"},
	{"core.v1.ServiceSpec", "*allocateLoadBalancerNodePorts", "true", "type", "LoadBalancer"},
	{"apps.v1.DeploymentSpec", "*replicas", "1"},
	{"apps.v1.DeploymentSpec", "strategy", "{}"},
	{"apps.v1.DeploymentSpec", "*revisionHistoryLimit", "10"},
	{"apps.v1.DeploymentSpec", "*progressDeadlineSeconds", "600"},
	{"apps.v1.DeploymentStrategy", "type", "\"RollingUpdate\""},
	{"apps.v1.DeploymentStrategy", "*rollingUpdate", "{}", "type", "RollingUpdate"},
	{"apps.v1.RollingUpdateDeployment", "*maxUnavailable", "\"25%\""},
	{"apps.v1.RollingUpdateDeployment", "*maxSurge", "\"25%\""},
	{"apps.v1.ReplicaSetSpec", "*replicas", "1"},
	{"apps.v1.DaemonSetSpec", "updateStrategy", "{}"},
	{"apps.v1.DaemonSetSpec", "*revisionHistoryLimit", "10"},
	{"apps.v1.DaemonSetUpdateStrategy", "type", "\"RollingUpdate\""},
	{"apps.v1.DaemonSetUpdateStrategy", "*rollingUpdate", "{}", "type", "RollingUpdate"},
	{"apps.v1.RollingUpdateDaemonSet", "*maxUnavailable", "1"},
	{"apps.v1.RollingUpdateDaemonSet", "*maxSurge", "0"},
	{"apps.v1.StatefulSetSpec", "*replicas", "1"},
	{"apps.v1.StatefulSetSpec", "*revisionHistoryLimit", "10"},
	{"apps.v1.StatefulSetSpec", "podManagementPolicy", "\"OrderedReady\""},
	{"apps.v1.StatefulSetSpec", "updateStrategy", "{}"},
	{"apps.v1.StatefulSetSpec", "*persistentVolumeClaimRetentionPolicy", "{}"},
	{"apps.v1.StatefulSetUpdateStrategy", "*rollingUpdate", "{}", "type", ""},
	{"apps.v1.StatefulSetUpdateStrategy", "type", "\"RollingUpdate\""},
	{"apps.v1.RollingUpdateStatefulSetStrategy", "*partition", "0"},
	{"apps.v1.RollingUpdateStatefulSetStrategy", "*maxUnavailable", "1"},
	{"apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted", "\"Retain\""},
	{"apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled", "\"Retain\""},
	{"batch.v1.JobSpec", "*parallelism", "1"},
	{"batch.v1.JobSpec", "*backoffLimit", "2147483647", "backoffLimitPerIndex"},
	{"batch.v1.JobSpec", "*backoffLimit", "6"},
	{"batch.v1.JobSpec", "*completionMode", "\"NonIndexed\""},
	{"batch.v1.JobSpec", "*suspend", "false"},
	{"batch.v1.JobSpec", "*podReplacementPolicy", "\"Failed\"", "podFailurePolicy"},
	{"batch.v1.JobSpec", "*podReplacementPolicy", "\"TerminatingOrFailed\""},
	{"batch.v1.JobSpec", "*manualSelector", "false"},
	{"batch.v1.PodFailurePolicyOnPodConditionsPattern", "status", "\"True\""},
	{"batch.v1.CronJobSpec", "concurrencyPolicy", "\"Allow\""},
	{"batch.v1.CronJobSpec", "*suspend", "false"},
	{"batch.v1.CronJobSpec", "*successfulJobsHistoryLimit", "3"},
	{"batch.v1.CronJobSpec", "*failedJobsHistoryLimit", "1"},
	{"networking.v1.NetworkPolicyPort", "*protocol", "\"TCP\""},
	{"networking.v1.IngressClassParametersReference", "*scope", "\"Cluster\""},
	{"rbac.v1.RoleRef", "apiGroup", "\"rbac.authorization.k8s.io\""},
	{"rbac.v1.Subject", "apiGroup", "\"rbac.authorization.k8s.io\"", "kind", "User"},
	{"rbac.v1.Subject", "apiGroup", "\"rbac.authorization.k8s.io\"", "kind", "Group"},
	{"storage.v1.StorageClass", "*reclaimPolicy", "\"Delete\""},
	{"storage.v1.StorageClass", "*volumeBindingMode", "\"Immediate\""},
	{"storage.v1.CSIDriverSpec", "*attachRequired", "true"},
	{"storage.v1.CSIDriverSpec", "*podInfoOnMount", "false"},
	{"storage.v1.CSIDriverSpec", "*storageCapacity", "false"},
	{"storage.v1.CSIDriverSpec", "*fsGroupPolicy", "\"ReadWriteOnceWithFSType\""},
	{"storage.v1.CSIDriverSpec", "volumeLifecycleModes", "[\"Persistent\"]"},
	{"storage.v1.CSIDriverSpec", "*requiresRepublish", "false"},
	{"storage.v1.CSIDriverSpec", "*seLinuxMount", "false"},
	{"autoscaling.v2.HorizontalPodAutoscalerSpec", "*minReplicas", "1"},
	{"autoscaling.v2.HorizontalPodAutoscalerSpec", "metrics",
		"[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\","
		"\"averageUtilization\":80}}}]"},
	{"autoscaling.v1.HorizontalPodAutoscalerSpec", "*minReplicas", "1"},
};

struct work {
	struct sw_arena *a;
	bool pod;				 /* the object is a Pod: what templates do not get */
	bool host_network, host_network_before; /* of the Pod: a change reaches ports that did not change */
	struct sw_str within;			/* the type of the struct that is being filled */
};

/* One object on the way down. */
struct place {
	struct work *w;
	struct sw_kube_shape shape;
	struct sw_str parent;	/* type of the struct that it is in */
	struct sw_value before; /* SW_UNDEF: it is new */
	struct sw_map m;	/* what becomes of it */
};

static struct sw_value fill(struct work *w, struct sw_kube_shape shape, struct sw_value before, struct sw_value after,
	uint32_t depth);

static struct sw_value *member(struct place *p, struct sw_str field)
{
	for (uint32_t i = 0; i < p->m.n; i++)
		if (sw_str_eq(sw_value_str(p->m.m[i].k), field))
			return &p->m.m[i].v;
	return NULL;
}

/* `pointer`: Go tells its zero value from none. */
static bool is_said(struct sw_value v, bool pointer)
{
	if (!sw_defined(v) || v.type == SW_NULL)
		return false;
	if (v.type == SW_STRING || v.type == SW_ARRAY)
		return pointer || v.n;
	return pointer || v.type != SW_NUMBER || !sw_value_eq(v, sw_int(0));
}

static bool says(struct place *p, struct sw_str field, bool pointer)
{
	struct sw_value *now = member(p, field);
	return now && is_said(*now, pointer);
}

/* Is it for us to say it: not said now, and not left unsaid before? */
static bool is_open(struct place *p, struct sw_str field, bool pointer)
{
	return !says(p, field, pointer) &&
	       (!sw_defined(p->before) || is_said(sw_object_gets(p->before, field), pointer));
}

static void set(struct place *p, struct sw_str field, struct sw_value v, uint32_t depth)
{
	struct sw_kube_shape s;
	struct sw_value *now = member(p, field);
	if (sw_kube_shape_member(&p->shape, field, &s))
		v = fill(p->w, s, sw_undef(), v, depth + 1);
	if (now)
		*now = v;
	else
		sw_map_add(&p->m, sw_string(field), v);
}

static void set_json(struct place *p, struct sw_str field, const char *json, uint32_t depth)
{
	struct sw_value v;
	if (sw_json_parse(p->w->a, sw_str_from(json), 0, NULL, &v, NULL, NULL) == 0)
		set(p, field, v, depth);
}

static struct sw_value value_of(struct place *p, const char *field)
{
	struct sw_value *v = member(p, sw_str_from(field));
	return v ? *v : sw_undef();
}

static struct sw_value value_before(struct place *p, const char *field)
{
	return sw_object_gets(p->before, sw_str_from(field));
}

static struct sw_str as_text(struct sw_value v)
{
	return v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
}

static struct sw_str text_of(struct place *p, const char *field)
{
	return as_text(value_of(p, field));
}

/* ---- what no row can say ---- */

static void pull_policy(struct place *p, const char *field, const char *image, uint32_t depth)
{
	struct sw_image_ref ref;
	bool latest = false;
	if (!is_open(p, sw_str_from(field), false))
		return;
	if (sw_image_parse(text_of(p, image), &ref, NULL) == 0)
		latest = sw_str_is(ref.tag, "latest") || (!ref.tag.n && !ref.digest.n);
	set(p, sw_str_from(field), latest ? SW_VSTR("Always") : SW_VSTR("IfNotPresent"), depth);
}

/* A volume that says of no kind what it is. */
static void empty_dir(struct place *p, uint32_t depth)
{
	for (uint32_t i = 0; i < p->m.n; i++)
		if (!sw_str_is(sw_value_str(p->m.m[i].k), "name") && is_said(p->m.m[i].v, true))
			return;
	if (text_of(p, "name").n)
		set(p, SW_STR("emptyDir"), sw_empty_object(), depth);
}

/* What of `from` the object in `field` lacks, but not what it lacked before beside `from_before`. */
static void fill_from(
	struct place *p, const char *field, struct sw_value from, struct sw_value from_before, uint32_t depth)
{
	struct sw_value *now = member(p, sw_str_from(field));
	struct sw_value old = value_before(p, field);
	struct sw_map m;
	bool any = false;
	sw_map_init(&m, p->w->a);
	if (from.type != SW_OBJECT)
		return;
	if (now && now->type == SW_OBJECT)
		sw_object_foreach (it, *now)
			if (is_said(it->v, true))
				sw_map_add(&m, it->k, it->v);
	sw_object_foreach (it, from) {
		struct sw_str k = sw_value_str(it->k);
		bool said = !is_said(it->v, true) || (now && is_said(sw_object_gets(*now, k), true));
		if (!said && (is_said(sw_object_gets(old, k), true) || !is_said(sw_object_gets(from_before, k), true))) {
			sw_map_add(&m, it->k, it->v);
			any = true;
		}
	}
	if (any)
		set(p, sw_str_from(field), sw_map_object(&m), depth);
}

static void fill_from_member(struct place *p, const char *field, const char *from, uint32_t depth)
{
	struct sw_value *v = member(p, sw_str_from(from));
	if (v)
		fill_from(p, field, *v, value_before(p, from), depth);
}

/* Of containers: the greatest is the usual limit, that the usual request, else the least. */
static void limit_range(struct place *p, uint32_t depth)
{
	if (!sw_str_is(text_of(p, "type"), "Container"))
		return;
	fill_from_member(p, "default", "max", depth);
	fill_from_member(p, "defaultRequest", "default", depth);
	fill_from_member(p, "defaultRequest", "min", depth);
}

static void scaling(struct place *p, const char *field, const char *rules, uint32_t depth)
{
	struct sw_value v;
	if (sw_json_parse(p->w->a, sw_str_from(rules), 0, NULL, &v, NULL, NULL) == 0)
		fill_from(p, field, v, sw_defined(p->before) ? v : sw_undef(), depth);
}

static void behavior(struct place *p, uint32_t depth)
{
	scaling(p, "scaleUp",
		"{\"stabilizationWindowSeconds\":0,\"selectPolicy\":\"Max\",\"policies\":["
		"{\"type\":\"Pods\",\"value\":4,\"periodSeconds\":15},"
		"{\"type\":\"Percent\",\"value\":100,\"periodSeconds\":15}]}",
		depth);
	scaling(p, "scaleDown",
		"{\"selectPolicy\":\"Max\",\"policies\":["
		"{\"type\":\"Percent\",\"value\":100,\"periodSeconds\":15}]}",
		depth);
}

/* In a Pod on the node's network a port is the node's, too. */
static void host_port(struct place *p, uint32_t depth)
{
	struct sw_value *port = member(p, SW_STR("containerPort"));
	bool fresh = !sw_defined(p->before) || !p->w->host_network_before ||
		     is_said(sw_object_gets(p->before, SW_STR("hostPort")), false);
	if (p->w->host_network && port && !says(p, SW_STR("hostPort"), false) && fresh)
		set(p, SW_STR("hostPort"), *port, depth);
}

static void policy_types(struct place *p, uint32_t depth)
{
	struct sw_list l;
	if (!is_open(p, SW_STR("policyTypes"), false))
		return;
	sw_list_init(&l, p->w->a);
	sw_list_add(&l, SW_VSTR("Ingress"));
	if (says(p, SW_STR("egress"), false))
		sw_list_add(&l, SW_VSTR("Egress"));
	set(p, SW_STR("policyTypes"), sw_list_array(&l), depth);
}

static void target_port(struct place *p, uint32_t depth)
{
	struct sw_value *port = member(p, SW_STR("port"));
	if (port && is_open(p, SW_STR("targetPort"), false))
		set(p, SW_STR("targetPort"), *port, depth);
}

/* With addresses of its own outside, a ClusterIP is reached from there as a NodePort is. */
static bool is_reached(struct sw_value type, struct sw_value external_ips)
{
	struct sw_str t = as_text(type);
	if (sw_str_is(t, "NodePort") || sw_str_is(t, "LoadBalancer"))
		return true;
	return (!t.n || sw_str_is(t, "ClusterIP")) && is_said(external_ips, false);
}

static void external_traffic(struct place *p, uint32_t depth)
{
	struct sw_str field = SW_STR("externalTrafficPolicy");
	bool before = is_reached(value_before(p, "type"), value_before(p, "externalIPs"));
	if (!is_reached(value_of(p, "type"), value_of(p, "externalIPs")) || says(p, field, false))
		return;
	if (!before || is_open(p, field, false))
		set(p, field, SW_VSTR("Cluster"), depth);
}

/* How many levels of itself.clientIP.timeoutSeconds a sessionAffinityConfig says: all where one is no object. */
static int affinity_levels(struct sw_value v)
{
	static const char *const below[AFFINITY_LEVELS] = {"clientIP", "timeoutSeconds", ""};
	for (int n = 0; n < AFFINITY_LEVELS; n++) {
		if (!is_said(v, true))
			return n;
		if (v.type != SW_OBJECT)
			break;
		v = sw_object_gets(v, sw_str_from(below[n]));
	}
	return AFFINITY_LEVELS;
}

/* Left unsaid is what ended at the same level when it was by ClientIP before, too. */
static void session_affinity(struct place *p, uint32_t depth)
{
	int n = affinity_levels(value_of(p, "sessionAffinityConfig"));
	bool before = sw_str_is(as_text(value_before(p, "sessionAffinity")), "ClientIP");
	if (!sw_str_is(text_of(p, "sessionAffinity"), "ClientIP") || n == AFFINITY_LEVELS)
		return;
	if (!before || affinity_levels(value_before(p, "sessionAffinityConfig")) != n)
		set_json(p, SW_STR("sessionAffinityConfig"), "{\"clientIP\":{\"timeoutSeconds\":10800}}", depth);
}

static void service(struct place *p, uint32_t depth)
{
	external_traffic(p, depth);
	session_affinity(p, depth);
}

static void completions(struct place *p, uint32_t depth)
{
	if (!says(p, SW_STR("parallelism"), true) && is_open(p, SW_STR("completions"), true))
		set(p, SW_STR("completions"), sw_int(1), depth);
}

/* What a Pod gets and a template does not. */
static void special_of_pod(struct place *p, uint32_t depth)
{
	struct sw_str t = p->shape.type;
	bool in_container = sw_str_is(p->parent, "core.v1.Container");
	if (in_container && sw_str_is(t, "core.v1.ResourceRequirements"))
		fill_from_member(p, "requests", "limits", depth);
	else if (in_container && sw_str_is(t, "core.v1.ContainerPort"))
		host_port(p, depth);
	else if (sw_str_is(t, "core.v1.PodSpec") && is_open(p, SW_STR("enableServiceLinks"), true))
		set(p, SW_STR("enableServiceLinks"), sw_bool(true), depth);
}

static void special(struct place *p, uint32_t depth)
{
	struct sw_str t = p->shape.type;
	if (sw_str_is(t, "core.v1.Container") || sw_str_is(t, "core.v1.EphemeralContainer"))
		pull_policy(p, "imagePullPolicy", "image", depth);
	else if (sw_str_is(t, "core.v1.ImageVolumeSource"))
		pull_policy(p, "pullPolicy", "reference", depth);
	else if (sw_str_is(t, "core.v1.Volume"))
		empty_dir(p, depth);
	else if (sw_str_is(t, "core.v1.ServicePort"))
		target_port(p, depth);
	else if (sw_str_is(t, "core.v1.ServiceSpec"))
		service(p, depth);
	else if (sw_str_is(t, "core.v1.LimitRangeItem"))
		limit_range(p, depth);
	else if (sw_str_is(t, "networking.v1.NetworkPolicySpec"))
		policy_types(p, depth);
	else if (sw_str_is(t, "batch.v1.JobSpec"))
		completions(p, depth);
	else if (sw_str_is(t, "autoscaling.v2.HorizontalPodAutoscalerBehavior"))
		behavior(p, depth);
	else if (p->w->pod)
		special_of_pod(p, depth);
}

/* ---- all of them ---- */

static bool row_counts(const struct row *r, struct sw_value when)
{
	return r->is ? sw_str_is(as_text(when), r->is) : is_said(when, true);
}

/*
 * Did what was changed make the row count, where none of the field's rows did before? Rows without
 * `is` only choose between values for a field that always has one.
 */
static bool is_newly_due(struct place *p, const struct row *r)
{
	if (!r->is || !sw_defined(p->before))
		return false;
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
		const struct row *o = &rows[i];
		bool same = sw_str_is(sw_str_from(r->type), o->type) && sw_str_is(sw_str_from(r->field), o->field);
		if (same && (!o->when || row_counts(o, value_before(p, o->when))))
			return false;
	}
	return true;
}

static void from_rows(struct place *p, uint32_t depth)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		bool pointer = r->field[0] == '*';
		struct sw_str field = sw_str_from(r->field + pointer);
		if (!sw_str_is(p->shape.type, r->type) || (r->when && !row_counts(r, value_of(p, r->when))))
			continue;
		if (is_open(p, field, pointer) || (!says(p, field, pointer) && is_newly_due(p, r)))
			set_json(p, field, r->value, depth);
	}
}

/* A spec in another object than its own, which the API server does not fill in itself, only what is in it. */
static bool is_embedded(struct place *p)
{
	struct sw_str t = p->shape.type;
	if (sw_str_is(t, "batch.v1.JobSpec"))
		return !sw_str_is(p->parent, "batch.v1.Job");
	return sw_str_is(t, "core.v1.PersistentVolumeSpec") && !sw_str_is(p->parent, "core.v1.PersistentVolume");
}

static void from_schema(struct place *p, uint32_t depth)
{
	struct sw_value properties = sw_object_gets(p->shape.schema, SW_STR("properties"));
	if (properties.type != SW_OBJECT)
		return;
	sw_object_foreach (it, properties) {
		struct sw_str field = sw_value_str(it->k);
		struct sw_value v = sw_object_gets(it->v, SW_STR("default")), *now = member(p, field);
		bool unsaid = sw_defined(p->before) && !sw_defined(sw_object_gets(p->before, field));
		if (sw_defined(v) && !now && !unsaid)
			set(p, field, v, depth);
	}
}

static struct sw_value fill_object(struct work *w, const struct sw_kube_shape *shape, struct sw_value before,
	struct sw_value after, uint32_t depth)
{
	struct place p = {.w = w,
		.shape = *shape,
		.parent = w->within,
		.before = before.type == SW_OBJECT ? before : sw_undef()};
	sw_map_init(&p.m, w->a);
	w->within = shape->type;
	sw_object_foreach (it, after) {
		struct sw_kube_shape s;
		struct sw_str field = sw_value_str(it->k);
		struct sw_value v = it->v;
		if (sw_kube_shape_member(shape, field, &s))
			v = fill(w, s, sw_object_gets(before, field), v, depth + 1);
		sw_map_add(&p.m, it->k, v);
	}
	if (sw_defined(shape->schema))
		from_schema(&p, depth);
	if (shape->type.n && !is_embedded(&p)) {
		special(&p, depth);
		from_rows(&p, depth);
	}
	w->within = p.parent;
	return sw_map_object(&p.m);
}

/* The element that was this one: the one with its keys, else the one at its place. */
static struct sw_value counterpart(
	const struct sw_kube_shape *list, struct sw_value before, uint32_t at, struct sw_value element)
{
	if (before.type != SW_ARRAY)
		return sw_undef();
	if (!list->keyed)
		return sw_array_at(before, at);
	sw_array_foreach (e, before) {
		bool same = true;
		struct sw_str key;
		for (uint32_t i = 0; same && (key = sw_kube_shape_key(list, i)).p; i++) {
			struct sw_value x = sw_object_gets(*e, key), y = sw_object_gets(element, key);
			struct sw_value usual = sw_kube_shape_key_default(list, key);
			same = sw_value_eq(sw_defined(x) ? x : usual, sw_defined(y) ? y : usual);
		}
		if (same)
			return *e;
	}
	return sw_undef();
}

static struct sw_value fill(struct work *w, struct sw_kube_shape shape, struct sw_value before, struct sw_value after,
	uint32_t depth)
{
	bool reached = w->pod && w->host_network && !w->host_network_before;
	if (depth > DEPTH_MAX || (!reached && sw_defined(before) && sw_value_eq(before, after)))
		return after;
	if (after.type == SW_OBJECT && (shape.kind == SW_KUBE_STRUCT || shape.kind == SW_KUBE_MAP))
		return fill_object(w, &shape, before, after, depth);
	if (after.type != SW_ARRAY || shape.kind != SW_KUBE_LIST)
		return after;
	struct sw_kube_shape element = sw_kube_shape_element(&shape);
	struct sw_list l;
	sw_list_init(&l, w->a);
	for (uint32_t i = 0; i < after.n; i++) {
		struct sw_value v = after.u.a->v[i];
		sw_list_add(&l, fill(w, element, counterpart(&shape, before, i, v), v, depth + 1));
	}
	return sw_list_array(&l);
}

static bool on_host_network(struct sw_value pod)
{
	return sw_is_true(sw_value_path(pod, "spec", "hostNetwork", NULL));
}

struct sw_value sw_kube_defaults(
	struct sw_arena *a, const struct sw_kube_shape *shape, struct sw_value before, struct sw_value after)
{
	struct work w = {.a = a,
		.pod = sw_str_is(shape->type, "core.v1.Pod"),
		.host_network = on_host_network(after),
		.host_network_before = on_host_network(before)};
	return fill(&w, *shape, before, after, 0);
}
