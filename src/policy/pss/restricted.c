/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the restricted level. */
#include "base/cleanup.h"
#include "policy/pss/impl.h"

void pss_privilege_escalation(struct pss *p)
{
	struct pss_names containers = {0};
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);)
		if (!sw_is_false(pss_bool(p, c.security, "allowPrivilegeEscalation"))) {
			pss_add(p, &containers, c.name);
			pss_place(p, &c, "/securityContext/allowPrivilegeEscalation");
		}
	if (!containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_containers(&b, &containers);
	sw_buf_addz(&b, " must set securityContext.allowPrivilegeEscalation=false");
	pss_forbid(p, "allowPrivilegeEscalation != false", &b);
}

void pss_privilege_escalation_windows(struct pss *p)
{
	if (!pss_is_windows(p))
		pss_privilege_escalation(p);
}

/* ---- capabilities ---- */

static bool drops_all(struct pss *p, struct sw_value caps)
{
	struct sw_value drop = pss_array(p, caps, "drop");
	for (uint32_t i = 0; sw_defined(drop) && i < drop.n; i++)
		if (drop.u.a->v[i].type == SW_STRING &&
			sw_str_is(sw_value_str(drop.u.a->v[i]), "ALL"))
			return true;
	return false;
}

static bool adds_forbidden(struct pss *p, const struct pss_container *c, struct sw_value caps,
	struct pss_names *forbidden)
{
	struct sw_value add = pss_array(p, caps, "add");
	bool found = false;
	for (uint32_t i = 0; sw_defined(add) && i < add.n; i++) {
		struct sw_value v = add.u.a->v[i];
		struct sw_str name = v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
		if (sw_str_is(name, "NET_BIND_SERVICE"))
			continue;
		found = true;
		pss_insert(p, forbidden, name);
		pss_place(p, c, "/securityContext/capabilities/add/%u", i);
	}
	return found;
}

void pss_capabilities_restricted(struct pss *p)
{
	struct pss_names missing = {0}, adding = {0}, forbidden = {0};
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		struct sw_value caps = pss_object(p, c.security, "capabilities");
		if (!drops_all(p, caps)) {
			pss_add(p, &missing, c.name);
			pss_place(p, &c, "/securityContext/capabilities/drop");
		}
		if (adds_forbidden(p, &c, caps, &forbidden))
			pss_add(p, &adding, c.name);
	}
	if (!missing.n && !adding.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (missing.n) {
		pss_containers(&b, &missing);
		sw_buf_addz(&b, " must set securityContext.capabilities.drop=[\"ALL\"]");
	}
	if (adding.n) {
		if (missing.n)
			sw_buf_addz(&b, "; ");
		pss_containers(&b, &adding);
		sw_buf_addz(&b, " must not include ");
		pss_quote(&b, &forbidden);
		sw_buf_addz(&b, " in securityContext.capabilities.add");
	}
	pss_forbid(p, "unrestricted capabilities", &b);
}

void pss_capabilities_restricted_windows(struct pss *p)
{
	if (!pss_is_windows(p))
		pss_capabilities_restricted(p);
}

/* ---- volumes ---- */

static const char *const allowed_volumes[] = {"configMap", "csi", "downwardAPI", "emptyDir",
	"ephemeral", "image", "persistentVolumeClaim", "projected", "secret"};
/* In the order in which upstream looks for them. */
static const char *const restricted_volumes[] = {"hostPath", "gcePersistentDisk",
	"awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume",
	"cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk",
	"photonPersistentDisk", "portworxVolume", "scaleIO", "storageos"};

/* Nothing but a name: the API server makes an emptyDir of it before anybody judges. */
static bool no_source(struct sw_value v)
{
	if (v.type != SW_OBJECT)
		return false;
	sw_object_foreach (m, v) {
		if (m->v.type > SW_NULL && !sw_str_is(sw_value_str(m->k), "name"))
			return false;
	}
	return true;
}

static bool allowed_volume(struct pss *p, struct sw_value v)
{
	if (no_source(v))
		return true;
	for (size_t i = 0; i < SW_ARRAY_LEN(allowed_volumes); i++)
		if (sw_defined(pss_object(p, v, allowed_volumes[i])))
			return true;
	return false;
}

void pss_volumes(struct pss *p)
{
	struct pss_names names = {0}, types = {0};
	struct sw_value volumes = pss_array(p, p->spec, "volumes");
	for (uint32_t i = 0; sw_defined(volumes) && i < volumes.n; i++) {
		struct sw_value v = volumes.u.a->v[i];
		if (allowed_volume(p, v))
			continue;
		const char *type = NULL;
		for (size_t k = 0; k < SW_ARRAY_LEN(restricted_volumes) && !type; k++)
			if (sw_defined(pss_object(p, v, restricted_volumes[k])))
				type = restricted_volumes[k];
		pss_add(p, &names, pss_text(p, v, "name"));
		pss_insert(p, &types, sw_str_from(type ? type : "unknown"));
		if (type)
			pss_place(p, NULL, "/spec/volumes/%u/%s", i, type);
		else
			pss_place(p, NULL, "/spec/volumes/%u", i);
	}
	if (!names.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_addz(&b, names.n == 1 ? "volume " : "volumes ");
	pss_quote(&b, &names);
	sw_buf_addz(&b, names.n == 1 ? " uses " : " use ");
	sw_buf_addz(&b, types.n == 1 ? "restricted volume type " : "restricted volume types ");
	pss_quote(&b, &types);
	pss_forbid(p, "restricted volume types", &b);
}

/* ---- users ---- */

void pss_non_root(struct pss *p)
{
	struct pss_names explicit = {0}, implicit = {0};
	struct pss_container c;
	struct sw_value v = pss_bool(p, p->security, "runAsNonRoot");
	bool bad_pod = sw_is_false(v), good_pod = sw_is_true(v);
	if (bad_pod)
		pss_place(p, NULL, "/spec/securityContext/runAsNonRoot");
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		v = pss_bool(p, c.security, "runAsNonRoot");
		if (sw_is_false(v)) {
			pss_add(p, &explicit, c.name);
			pss_place(p, &c, "/securityContext/runAsNonRoot");
		} else if (!sw_defined(v) && !good_pod) {
			pss_add(p, &implicit, c.name);
		}
	}
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (bad_pod || explicit.n) {
		pss_setters(&b, bad_pod, &explicit);
		sw_buf_addz(&b, " must not set securityContext.runAsNonRoot=false");
	} else if (implicit.n) {
		pss_place(p, NULL, "/spec/securityContext/runAsNonRoot");
		sw_buf_addz(&b, "pod or ");
		pss_containers(&b, &implicit);
		sw_buf_addz(&b, " must set securityContext.runAsNonRoot=true");
	}
	if (b.n)
		pss_forbid(p, "runAsNonRoot != true", &b);
}

void pss_non_root_userns(struct pss *p)
{
	if (!pss_in_user_namespace(p))
		pss_non_root(p);
}

static bool is_root(struct pss *p, struct sw_value security)
{
	struct sw_value v = pss_int(p, security, "runAsUser");
	return sw_defined(v) && v.u.i == 0;
}

void pss_run_as_user(struct pss *p)
{
	struct pss_names containers = {0};
	struct pss_container c;
	bool pod = is_root(p, p->security);
	if (pod)
		pss_place(p, NULL, "/spec/securityContext/runAsUser");
	for (pss_containers_init(p, &c); pss_next(p, &c);)
		if (is_root(p, c.security)) {
			pss_add(p, &containers, c.name);
			pss_place(p, &c, "/securityContext/runAsUser");
		}
	if (!pod && !containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_setters(&b, pod, &containers);
	sw_buf_addz(&b, " must not set runAsUser=0");
	pss_forbid(p, "runAsUser=0", &b);
}

void pss_run_as_user_userns(struct pss *p)
{
	if (!pss_in_user_namespace(p))
		pss_run_as_user(p);
}

/* ---- seccomp ---- */

struct seccomp {
	struct pss_names values, explicit, implicit;
	bool bad_pod, good_pod;
};

static void seccomp_containers(struct pss *p, struct seccomp *s)
{
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		struct sw_value profile = pss_object(p, c.security, "seccompProfile");
		struct sw_str type = pss_text(p, profile, "type");
		if (!sw_defined(profile)) {
			if (!s->good_pod)
				pss_add(p, &s->implicit, c.name);
		} else if (!pss_valid_seccomp(type)) {
			pss_add(p, &s->explicit, c.name);
			pss_insert(p, &s->values, type);
			pss_place(p, &c, "/securityContext/seccompProfile/type");
		}
	}
}

void pss_seccomp_restricted(struct pss *p)
{
	struct seccomp s = {0};
	struct sw_value profile = pss_object(p, p->security, "seccompProfile");
	if (sw_defined(profile)) {
		struct sw_str type = pss_text(p, profile, "type");
		s.good_pod = pss_valid_seccomp(type);
		s.bad_pod = !s.good_pod;
		if (s.bad_pod) {
			pss_insert(p, &s.values, type);
			pss_place(p, NULL, "/spec/securityContext/seccompProfile/type");
		}
	}
	seccomp_containers(p, &s);
	sw_autobuf b;
	sw_buf_init(&b, 0);
	if (s.bad_pod || s.explicit.n) {
		pss_setters(&b, s.bad_pod, &s.explicit);
		sw_buf_addz(&b, " must not set securityContext.seccompProfile.type to ");
		pss_quote(&b, &s.values);
	} else if (s.implicit.n) {
		pss_place(p, NULL, "/spec/securityContext/seccompProfile/type");
		sw_buf_addz(&b, "pod or ");
		pss_containers(&b, &s.implicit);
		sw_buf_addz(&b,
			" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or "
			"\"Localhost\"");
	}
	if (b.n)
		pss_forbid(p, "seccompProfile", &b);
}

void pss_seccomp_restricted_windows(struct pss *p)
{
	if (!pss_is_windows(p))
		pss_seccomp_restricted(p);
}
