/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the baseline level. */
#include "base/cleanup.h"
#include "policy/pss/impl.h"

static bool in_list(struct sw_str s, const char *const *list)
{
	for (; *list; list++)
		if (sw_str_is(s, *list))
			return true;
	return false;
}

/* Annotation keys hold '/' and, in theory, '~'. */
static void place_annotation(struct pss *p, struct sw_str key)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~' || key.p[i] == '/')
			sw_buf_addz(&b, key.p[i] == '~' ? "~0" : "~1");
		else
			sw_buf_addch(&b, key.p[i]);
	}
	pss_place(p, NULL, "/metadata/annotations/%.*s", SW_STR_ARG(sw_buf_str(&b)));
}

/* `key="value"`, in the arena. */
static struct sw_str assignment(struct pss *p, struct sw_str key, struct sw_str value)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_buf_addstr(&b, key);
	sw_buf_addch(&b, '=');
	pss_go_quote(&b, value);
	struct sw_str s = sw_arena_str(p->arena, sw_buf_str(&b));
	p->full |= !s.p;
	return s.p ? s : SW_STR("");
}

/* ---- AppArmor ---- */

static const char *const app_armor_types[] = {"RuntimeDefault", "Localhost", NULL};

/* Notes the type of security.appArmorProfile when it is a bad one. */
static bool bad_app_armor(struct pss *p, struct sw_value security, struct pss_names *values)
{
	struct sw_value profile = pss_object(p, security, "appArmorProfile");
	if (!sw_defined(profile))
		return false;
	struct sw_str type = pss_text(p, profile, "type");
	if (in_list(type, app_armor_types))
		return false;
	pss_insert(p, values, type);
	return true;
}

static void app_armor_annotations(struct pss *p, struct pss_names *forbidden)
{
	struct sw_value annotations = pss_object(p, p->pod->metadata, "annotations");
	if (!sw_defined(annotations))
		return;
	sw_object_foreach (m, annotations) {
		struct sw_str key = sw_value_str(m->k);
		if (!sw_str_starts(key, SW_STR("container.apparmor.security.beta.kubernetes.io/")))
			continue;
		struct sw_str v = m->v.type == SW_STRING ? sw_value_str(m->v) : SW_STR("");
		if (!v.n || sw_str_is(v, "runtime/default") ||
			sw_str_starts(v, SW_STR("localhost/")))
			continue;
		pss_insert(p, forbidden, assignment(p, key, v));
		place_annotation(p, key);
	}
}

void pss_app_armor(struct pss *p)
{
	struct pss_names values = {0}, containers = {0}, annotations = {0};
	struct pss_container c;
	bool pod = bad_app_armor(p, p->security, &values);
	if (pod)
		pss_place(p, NULL, "/spec/securityContext/appArmorProfile/type");
	for (pss_containers_init(p, &c); pss_next(p, &c);)
		if (bad_app_armor(p, c.security, &values)) {
			pss_add(p, &containers, c.name);
			pss_place(p, &c, "/securityContext/appArmorProfile/type");
		}
	app_armor_annotations(p, &annotations);
	if (!pod && !containers.n && !annotations.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_setters(&b, pod, &containers);
	if (annotations.n) {
		if (pod || containers.n)
			sw_buf_addz(&b, " and ");
		sw_buf_addz(&b, annotations.n == 1 ? "annotation" : "annotations");
	}
	for (uint32_t i = 0; i < annotations.n; i++)
		pss_add(p, &values, annotations.v[i]);
	sw_buf_addz(&b, " must not set AppArmor profile type to ");
	pss_quote(&b, &values);
	pss_forbid(p, values.n == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
		&b);
}

/* ---- capabilities ---- */

static const char *const default_capabilities[] = {"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER",
	"FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
	"SYS_CHROOT", NULL};

void pss_capabilities_baseline(struct pss *p)
{
	struct pss_names containers = {0}, bad = {0};
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		struct sw_value caps = pss_object(p, c.security, "capabilities");
		struct sw_value add = pss_array(p, caps, "add");
		bool valid = true;
		for (uint32_t i = 0; sw_defined(add) && i < add.n; i++) {
			struct sw_value v = add.u.a->v[i];
			struct sw_str name = v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
			if (in_list(name, default_capabilities))
				continue;
			valid = false;
			pss_insert(p, &bad, name);
			pss_place(p, &c, "/securityContext/capabilities/add/%u", i);
		}
		if (!valid)
			pss_add(p, &containers, c.name);
	}
	if (!containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_containers(&b, &containers);
	sw_buf_addz(&b, " must not include ");
	pss_quote(&b, &bad);
	sw_buf_addz(&b, " in securityContext.capabilities.add");
	pss_forbid(p, "non-default capabilities", &b);
}

/* ---- the host ---- */

void pss_host_namespaces(struct pss *p)
{
	static const char *const fields[] = {"hostNetwork", "hostPID", "hostIPC"};
	sw_autobuf b;
	sw_buf_init(&b, 0);
	for (int i = 0; i < 3; i++) {
		if (!sw_is_true(pss_bool(p, p->spec, fields[i])))
			continue;
		sw_buf_printf(&b, "%s%s=true", b.n ? ", " : "", fields[i]);
		pss_place(p, NULL, "/spec/%s", fields[i]);
	}
	if (b.n)
		pss_forbid(p, "host namespaces", &b);
}

void pss_host_path(struct pss *p)
{
	struct pss_names names = {0};
	struct sw_value volumes = pss_array(p, p->spec, "volumes");
	for (uint32_t i = 0; sw_defined(volumes) && i < volumes.n; i++) {
		struct sw_value v = volumes.u.a->v[i];
		if (!sw_defined(pss_object(p, v, "hostPath")))
			continue;
		pss_add(p, &names, pss_text(p, v, "name"));
		pss_place(p, NULL, "/spec/volumes/%u/hostPath", i);
	}
	if (!names.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_addz(&b, names.n == 1 ? "volume " : "volumes ");
	pss_quote(&b, &names);
	pss_forbid(p, "hostPath volumes", &b);
}

void pss_host_ports(struct pss *p)
{
	struct pss_names containers = {0}, ports = {0};
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		struct sw_value list = pss_array(p, c.value, "ports");
		bool valid = true;
		for (uint32_t i = 0; sw_defined(list) && i < list.n; i++) {
			struct sw_value port = pss_int(p, list.u.a->v[i], "hostPort");
			if (!sw_defined(port) || !port.u.i)
				continue;
			valid = false;
			pss_insert(
				p, &ports, sw_arena_printf(p->arena, "%lld", (long long)port.u.i));
			pss_place(p, &c, "/ports/%u/hostPort", i);
		}
		if (!valid)
			pss_add(p, &containers, c.name);
	}
	if (!containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_containers(&b, &containers);
	sw_buf_addz(&b, containers.n == 1 ? " uses " : " use ");
	sw_buf_addz(&b, ports.n == 1 ? "hostPort " : "hostPorts ");
	pss_join(&b, &ports, ", ");
	pss_forbid(p, "hostPort", &b);
}

/* The hosts of one probe or handler. True when it has any. */
static bool bad_hosts(struct pss *p, const struct pss_container *c, struct sw_value owner,
	const char *path, const char *name, struct pss_names *hosts)
{
	static const char *const actions[] = {"httpGet", "tcpSocket"};
	struct sw_value handler = pss_object(p, owner, name);
	bool found = false;
	for (int i = 0; i < 2; i++) {
		struct sw_str host = pss_text(p, pss_object(p, handler, actions[i]), "host");
		if (!host.n)
			continue;
		found = true;
		pss_insert(p, hosts, host);
		pss_place(p, c, "%s/%s/%s/host", path, name, actions[i]);
	}
	return found;
}

void pss_host_probes(struct pss *p)
{
	static const char *const probes[] = {"livenessProbe", "readinessProbe", "startupProbe"};
	static const char *const handlers[] = {"postStart", "preStop"};
	struct pss_names containers = {0}, hosts = {0};
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		bool bad = false;
		for (int i = 0; i < 3; i++)
			bad |= bad_hosts(p, &c, c.value, "", probes[i], &hosts);
		struct sw_value lifecycle = pss_object(p, c.value, "lifecycle");
		for (int i = 0; i < 2; i++)
			bad |= bad_hosts(p, &c, lifecycle, "/lifecycle", handlers[i], &hosts);
		if (bad)
			pss_insert(p, &containers, c.name);
	}
	if (!containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_containers(&b, &containers);
	sw_buf_addz(&b, containers.n == 1 ? " uses " : " use ");
	sw_buf_addz(&b, hosts.n == 1 ? "probe or lifecycle host " : "probe or lifecycle hosts ");
	pss_quote(&b, &hosts);
	pss_forbid(p, "probe or lifecycle host", &b);
}

/* ---- one field of the container ---- */

void pss_privileged(struct pss *p)
{
	struct pss_names containers = {0};
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);)
		if (sw_is_true(pss_bool(p, c.security, "privileged"))) {
			pss_add(p, &containers, c.name);
			pss_place(p, &c, "/securityContext/privileged");
		}
	if (!containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_containers(&b, &containers);
	sw_buf_addz(&b, " must not set securityContext.privileged=true");
	pss_forbid(p, "privileged", &b);
}

void pss_proc_mount(struct pss *p)
{
	struct pss_names containers = {0}, types = {0};
	struct pss_container c;
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		struct sw_value v = pss_string(p, c.security, "procMount");
		if (!sw_defined(v) || sw_str_is(sw_value_str(v), "Default"))
			continue;
		pss_add(p, &containers, c.name);
		pss_insert(p, &types, sw_value_str(v));
		pss_place(p, &c, "/securityContext/procMount");
	}
	if (!containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_containers(&b, &containers);
	sw_buf_addz(&b, " must not set securityContext.procMount to ");
	pss_quote(&b, &types);
	pss_forbid(p, "procMount", &b);
}

void pss_proc_mount_userns(struct pss *p)
{
	if (!pss_in_user_namespace(p))
		pss_proc_mount(p);
}

/* ---- SELinux ---- */

const char *const pss_selinux_1_0[] = {
	"", "container_t", "container_init_t", "container_kvm_t", NULL};
const char *const pss_selinux_1_31[] = {
	"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", NULL};

struct selinux {
	struct pss_names types;
	bool user, role;
};

static bool bad_selinux(
	struct pss *p, const struct pss_container *c, struct sw_value security, struct selinux *s)
{
	struct sw_value o = pss_object(p, security, "seLinuxOptions");
	const char *where =
		c ? "/securityContext/seLinuxOptions" : "/spec/securityContext/seLinuxOptions";
	if (!sw_defined(o))
		return false;
	struct sw_str type = pss_text(p, o, "type");
	bool bad_type = !in_list(type, p->arg);
	bool user = pss_text(p, o, "user").n > 0, role = pss_text(p, o, "role").n > 0;
	if (bad_type) {
		pss_insert(p, &s->types, type);
		pss_place(p, c, "%s/type", where);
	}
	if (user)
		pss_place(p, c, "%s/user", where);
	if (role)
		pss_place(p, c, "%s/role", where);
	s->user |= user;
	s->role |= role;
	return bad_type || user || role;
}

void pss_selinux(struct pss *p)
{
	struct selinux s = {0};
	struct pss_names containers = {0};
	struct pss_container c;
	bool pod = bad_selinux(p, NULL, p->security, &s);
	for (pss_containers_init(p, &c); pss_next(p, &c);)
		if (bad_selinux(p, &c, c.security, &s))
			pss_add(p, &containers, c.name);
	if (!pod && !containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_setters(&b, pod, &containers);
	sw_buf_addz(&b, " set forbidden securityContext.seLinuxOptions: ");
	const char *sep = "";
	if (s.types.n) {
		sw_buf_addz(&b, s.types.n == 1 ? "type " : "types ");
		pss_quote(&b, &s.types);
		sep = "; ";
	}
	if (s.user) {
		sw_buf_printf(&b, "%suser may not be set", sep);
		sep = "; ";
	}
	if (s.role)
		sw_buf_printf(&b, "%srole may not be set", sep);
	pss_forbid(p, "seLinuxOptions", &b);
}

/* ---- seccomp ---- */

static void seccomp_annotation(
	struct pss *p, struct sw_value annotations, struct sw_str key, struct pss_names *forbidden)
{
	struct sw_value v = sw_object_gets(annotations, key);
	if (v.type != SW_STRING)
		return;
	struct sw_str s = sw_value_str(v);
	if (sw_str_is(s, "runtime/default") || sw_str_is(s, "docker/default") ||
		sw_str_starts(s, SW_STR("localhost/")))
		return;
	uint32_t n = forbidden->n;
	pss_insert(p, forbidden, assignment(p, key, s));
	if (forbidden->n > n)
		place_annotation(p, key);
}

void pss_seccomp_annotations(struct pss *p)
{
	struct pss_names forbidden = {0};
	struct pss_container c;
	struct sw_value annotations = pss_object(p, p->pod->metadata, "annotations");
	seccomp_annotation(
		p, annotations, SW_STR("seccomp.security.alpha.kubernetes.io/pod"), &forbidden);
	for (pss_containers_init(p, &c); pss_next(p, &c);) {
		struct sw_str key = sw_arena_printf(p->arena,
			"container.seccomp.security.alpha.kubernetes.io/%.*s", SW_STR_ARG(c.name));
		if (!key.p)
			p->full = true;
		else
			seccomp_annotation(p, annotations, key, &forbidden);
	}
	if (!forbidden.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_addz(&b, forbidden.n == 1 ? "forbidden annotation " : "forbidden annotations ");
	pss_join(&b, &forbidden, ", ");
	pss_forbid(p, "seccompProfile", &b);
}

bool pss_valid_seccomp(struct sw_str type)
{
	return sw_str_is(type, "Localhost") || sw_str_is(type, "RuntimeDefault");
}

static bool bad_seccomp(struct pss *p, struct sw_value security, struct pss_names *values)
{
	struct sw_value profile = pss_object(p, security, "seccompProfile");
	if (!sw_defined(profile))
		return false;
	struct sw_str type = pss_text(p, profile, "type");
	if (pss_valid_seccomp(type))
		return false;
	pss_insert(p, values, type);
	return true;
}

void pss_seccomp_baseline(struct pss *p)
{
	struct pss_names containers = {0}, values = {0};
	struct pss_container c;
	bool pod = bad_seccomp(p, p->security, &values);
	if (pod)
		pss_place(p, NULL, "/spec/securityContext/seccompProfile/type");
	for (pss_containers_init(p, &c); pss_next(p, &c);)
		if (bad_seccomp(p, c.security, &values)) {
			pss_add(p, &containers, c.name);
			pss_place(p, &c, "/securityContext/seccompProfile/type");
		}
	if (!pod && !containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_setters(&b, pod, &containers);
	sw_buf_addz(&b, " must not set securityContext.seccompProfile.type to ");
	pss_quote(&b, &values);
	pss_forbid(p, "seccompProfile", &b);
}

/* ---- sysctls, Windows ---- */

static const char *const safe_sysctls[] = {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range",
	"net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
	"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"};
const unsigned pss_sysctls_1_0 = 5, pss_sysctls_1_27 = 6, pss_sysctls_1_29 = 10,
	       pss_sysctls_1_32 = 12, pss_sysctls_1_37 = 14;

void pss_sysctls(struct pss *p)
{
	struct pss_names forbidden = {0};
	unsigned known = *(const unsigned *)p->arg;
	struct sw_value list = pss_array(p, p->security, "sysctls");
	for (uint32_t i = 0; sw_defined(list) && i < list.n; i++) {
		struct sw_str name = pss_text(p, list.u.a->v[i], "name");
		unsigned k = 0;
		while (k < known && !sw_str_is(name, safe_sysctls[k]))
			k++;
		if (k < known)
			continue;
		pss_add(p, &forbidden, name);
		pss_place(p, NULL, "/spec/securityContext/sysctls/%u/name", i);
	}
	if (!forbidden.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_join(&b, &forbidden, ", ");
	pss_forbid(p, "forbidden sysctls", &b);
}

static bool host_process(struct pss *p, struct sw_value security)
{
	return sw_is_true(pss_bool(p, pss_object(p, security, "windowsOptions"), "hostProcess"));
}

void pss_windows_host_process(struct pss *p)
{
	struct pss_names containers = {0};
	struct pss_container c;
	bool pod = host_process(p, p->security);
	if (pod)
		pss_place(p, NULL, "/spec/securityContext/windowsOptions/hostProcess");
	for (pss_containers_init(p, &c); pss_next(p, &c);)
		if (host_process(p, c.security)) {
			pss_add(p, &containers, c.name);
			pss_place(p, &c, "/securityContext/windowsOptions/hostProcess");
		}
	if (!pod && !containers.n)
		return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	pss_setters(&b, pod, &containers);
	sw_buf_addz(&b, " must not set securityContext.windowsOptions.hostProcess=true");
	pss_forbid(p, "hostProcess", &b);
}
