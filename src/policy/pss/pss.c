/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/pss/impl.h"

#include "base/cleanup.h"

/* One version of a check. Rows of one id are in rising order of versions. */
struct version {
	const char *id;
	enum sw_pss_level level;
	uint16_t minor;	       /* first version it holds for */
	const char *overrides; /* baseline check that it replaces */
	pss_check_fn *fn;
	const void *arg;
};

/* Baseline first, then restricted, each in byte order of ids: the order of upstream's messages. */
static const struct version versions[] = {
	{"appArmorProfile", SW_PSS_BASELINE, 0, NULL, pss_app_armor, NULL},
	{"capabilities_baseline", SW_PSS_BASELINE, 0, NULL, pss_capabilities_baseline, NULL},
	{"hostNamespaces", SW_PSS_BASELINE, 0, NULL, pss_host_namespaces, NULL},
	{"hostPathVolumes", SW_PSS_BASELINE, 0, NULL, pss_host_path, NULL},
	{"hostPorts", SW_PSS_BASELINE, 0, NULL, pss_host_ports, NULL},
	{"hostProbesAndHostLifecycle", SW_PSS_BASELINE, 34, NULL, pss_host_probes, NULL},
	{"privileged", SW_PSS_BASELINE, 0, NULL, pss_privileged, NULL},
	{"procMount", SW_PSS_BASELINE, 0, NULL, pss_proc_mount, NULL},
	{"procMount", SW_PSS_BASELINE, 35, NULL, pss_proc_mount_userns, NULL},
	{"seLinuxOptions", SW_PSS_BASELINE, 0, NULL, pss_selinux, pss_selinux_1_0},
	{"seLinuxOptions", SW_PSS_BASELINE, 31, NULL, pss_selinux, pss_selinux_1_31},
	{"seccompProfile_baseline", SW_PSS_BASELINE, 0, NULL, pss_seccomp_annotations, NULL},
	{"seccompProfile_baseline", SW_PSS_BASELINE, 19, NULL, pss_seccomp_baseline, NULL},
	{"sysctls", SW_PSS_BASELINE, 0, NULL, pss_sysctls, &pss_sysctls_1_0},
	{"sysctls", SW_PSS_BASELINE, 27, NULL, pss_sysctls, &pss_sysctls_1_27},
	{"sysctls", SW_PSS_BASELINE, 29, NULL, pss_sysctls, &pss_sysctls_1_29},
	{"sysctls", SW_PSS_BASELINE, 32, NULL, pss_sysctls, &pss_sysctls_1_32},
	{"sysctls", SW_PSS_BASELINE, 37, NULL, pss_sysctls, &pss_sysctls_1_37},
	{"windowsHostProcess", SW_PSS_BASELINE, 0, NULL, pss_windows_host_process, NULL},
	{"allowPrivilegeEscalation", SW_PSS_RESTRICTED, 8, NULL, pss_privilege_escalation, NULL},
	{"allowPrivilegeEscalation", SW_PSS_RESTRICTED, 25, NULL, pss_privilege_escalation_windows,
		NULL},
	{"capabilities_restricted", SW_PSS_RESTRICTED, 22, "capabilities_baseline",
		pss_capabilities_restricted, NULL},
	{"capabilities_restricted", SW_PSS_RESTRICTED, 25, "capabilities_baseline",
		pss_capabilities_restricted_windows, NULL},
	{"procMount_restricted", SW_PSS_RESTRICTED, 35, "procMount", pss_proc_mount, NULL},
	{"restrictedVolumes", SW_PSS_RESTRICTED, 0, "hostPathVolumes", pss_volumes, NULL},
	{"runAsNonRoot", SW_PSS_RESTRICTED, 0, NULL, pss_non_root, NULL},
	{"runAsNonRoot", SW_PSS_RESTRICTED, 35, NULL, pss_non_root_userns, NULL},
	{"runAsUser", SW_PSS_RESTRICTED, 23, NULL, pss_run_as_user, NULL},
	{"runAsUser", SW_PSS_RESTRICTED, 35, NULL, pss_run_as_user_userns, NULL},
	{"seccompProfile_restricted", SW_PSS_RESTRICTED, 19, "seccompProfile_baseline",
		pss_seccomp_restricted, NULL},
	{"seccompProfile_restricted", SW_PSS_RESTRICTED, 25, "seccompProfile_baseline",
		pss_seccomp_restricted_windows, NULL},
};

/* ---- names of policies ---- */

static const char *const level_names[] = {"privileged", "baseline", "restricted"};

#define LEVEL_TEXT "must be one of privileged, baseline, restricted"
#define VERSION_TEXT "must be \"latest\" or \"v1.x\""

const char *sw_pss_level_name(enum sw_pss_level level)
{
	return level_names[level];
}

int sw_pss_level_parse(struct sw_str s, enum sw_pss_level *ret, struct sw_error *err)
{
	for (unsigned i = 0; i < SW_ARRAY_LEN(level_names); i++)
		if (sw_str_is(s, level_names[i])) {
			*ret = (enum sw_pss_level)i;
			return 0;
		}
	return sw_error_set(err, SW_EINVALID, LEVEL_TEXT);
}

int sw_pss_version_parse(struct sw_str s, uint16_t *ret, struct sw_error *err)
{
	if (sw_str_is(s, "latest")) {
		*ret = SW_PSS_LATEST;
		return 0;
	}
	struct sw_str digits = sw_str_sub(s, 3, s.n);
	int64_t minor;
	bool ok = sw_str_starts(s, SW_STR("v1.")) && digits.n &&
		  (digits.n == 1 || digits.p[0] != '0');
	for (size_t i = 0; i < digits.n; i++)
		ok = ok && digits.p[i] >= '0' && digits.p[i] <= '9';
	if (!ok || !sw_str_to_i64(digits, &minor))
		return sw_error_set(err, SW_EINVALID, VERSION_TEXT);
	*ret = minor >= SW_PSS_LATEST ? SW_PSS_LATEST - 1 : (uint16_t)minor;
	return 0;
}

int sw_pss_policy_parse(struct sw_str s, struct sw_pss_policy *ret, struct sw_error *err)
{
	struct sw_pss_policy p = {.minor = SW_PSS_LATEST};
	size_t colon = sw_str_chr(s, ':', 0);
	struct sw_str level = sw_str_sub(s, 0, colon);
	int r = sw_pss_level_parse(level, &p.level, err);
	if (!r && colon != SW_NPOS) {
		struct sw_str version = sw_str_sub(s, colon + 1, s.n);
		char text[32] = "v";
		if (sw_str_starts(version, SW_STR("1.")) && version.n < sizeof(text) - 1) {
			memcpy(text + 1, version.p, version.n);
			version = sw_str_make(text, version.n + 1);
		}
		r = sw_pss_version_parse(version, &p.minor, err);
	}
	if (r)
		return sw_error_prefix(
			err, "pod security policy \"%.*s\": ", SW_STR_ARG(sw_str_sub(s, 0, 80)));
	*ret = p;
	return 0;
}

void sw_pss_policy_write(struct sw_buf *out, struct sw_pss_policy p)
{
	sw_buf_printf(out, "%s:", level_names[p.level]);
	if (p.minor == SW_PSS_LATEST)
		sw_buf_addz(out, "latest");
	else
		sw_buf_printf(out, "v1.%u", p.minor);
}

/* ---- evaluating ---- */

static bool overridden(const struct version *base, uint16_t minor)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(versions); i++)
		if (versions[i].overrides && versions[i].minor <= minor &&
			strcmp(versions[i].overrides, base->id) == 0)
			return true;
	return false;
}

/* The row of each check that holds for the policy. */
static uint32_t select_versions(struct sw_pss_policy policy, const struct version **ret)
{
	uint16_t minor = policy.minor > SW_PSS_MINOR_MAX ? SW_PSS_MINOR_MAX : policy.minor;
	uint32_t n = 0;
	for (size_t i = 0; i < SW_ARRAY_LEN(versions); i++) {
		const struct version *v = &versions[i];
		if (v->level > policy.level || v->minor > minor)
			continue;
		if (policy.level == SW_PSS_RESTRICTED && v->level == SW_PSS_BASELINE &&
			overridden(v, minor))
			continue;
		if (n && strcmp(ret[n - 1]->id, v->id) == 0)
			ret[n - 1] = v;
		else
			ret[n++] = v;
	}
	return n;
}

static void run(struct pss *p, const struct version *v)
{
	*p->out = (struct sw_pss_check){.id = v->id, .level = v->level};
	p->arg = v->arg;
	p->places = NULL;
	p->n_places = p->cap_places = 0;
	p->invalid = false;
	p->security = pss_object(p, p->spec, "securityContext");
	v->fn(p);
	if (p->invalid) {
		p->out->verdict = SW_PSS_UNKNOWN;
		p->out->reason = SW_STR("invalid pod");
	}
	p->out->places = p->places;
	p->out->n_places = p->n_places;
}

int sw_pss_eval(struct sw_arena *a, struct sw_pss_policy policy, const struct sw_kube_pod *pod,
	struct sw_pss_result *ret, struct sw_error *err)
{
	struct sw_pss_result r = {.allowed = true};
	const struct version *selected[SW_ARRAY_LEN(versions)];
	uint32_t n = policy.level == SW_PSS_PRIVILEGED ? 0 : select_versions(policy, selected);
	r.checks = sw_arena_new_array(a, n ? n : 1, struct sw_pss_check);
	if (!r.checks)
		return sw_error_set(err, SW_ELIMIT, "no memory left for the verdicts of a pod");
	struct pss p = {.arena = a, .pod = pod, .spec = pod->spec};
	p.base = pod->pointer;
	if (sw_str_ends(p.base, SW_STR("/spec")))
		p.base.n -= 5;
	for (uint32_t i = 0; i < n; i++) {
		p.out = &r.checks[r.n++];
		run(&p, selected[i]);
		r.unknown |= p.out->verdict == SW_PSS_UNKNOWN;
		r.allowed &= p.out->verdict == SW_PSS_ALLOWED;
	}
	if (p.full)
		return sw_error_set(err, SW_ELIMIT, "no memory left for the verdicts of a pod");
	*ret = r;
	return 0;
}

/* ---- texts ---- */

static void write_all(struct sw_buf *out, const struct sw_pss_result *r)
{
	bool first = true;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct sw_pss_check *c = &r->checks[i];
		if (c->verdict == SW_PSS_ALLOWED)
			continue;
		if (!first)
			sw_buf_addz(out, ", ");
		first = false;
		sw_buf_addstr(out, c->reason);
		if (c->detail.n) {
			sw_buf_addz(out, " (");
			sw_buf_addstr(out, c->detail);
			sw_buf_addch(out, ')');
		}
	}
}

void sw_pss_write_violation(
	struct sw_buf *out, struct sw_pss_policy p, const struct sw_pss_result *r, bool would)
{
	sw_buf_addz(out, would ? "would violate PodSecurity \"" : "violates PodSecurity \"");
	sw_pss_policy_write(out, p);
	sw_buf_addz(out, "\": ");
	write_all(out, r);
}

/* ---- namespaces ---- */

#define PREFIX "pod-security.kubernetes.io/"

struct labels {
	struct sw_value map;
	struct sw_pss_label_error *errors;
	uint32_t n;
};

static void bad_label(struct labels *l, const char *label, struct sw_str value, const char *text)
{
	l->errors[l->n++] = (struct sw_pss_label_error){label, value, text};
}

/* 0: not set, 1: read, -1: set to something else (then *ret is restricted). */
static int read_level(struct labels *l, const char *label, enum sw_pss_level *ret)
{
	struct sw_value v = sw_object_gets(l->map, sw_str_from(label));
	if (v.type != SW_STRING)
		return 0;
	*ret = SW_PSS_RESTRICTED;
	if (sw_pss_level_parse(sw_value_str(v), ret, NULL) == 0)
		return 1;
	bad_label(l, label, sw_value_str(v), LEVEL_TEXT);
	return -1;
}

static int read_version(struct labels *l, const char *label, uint16_t *ret)
{
	struct sw_value v = sw_object_gets(l->map, sw_str_from(label));
	if (v.type != SW_STRING)
		return 0;
	*ret = SW_PSS_LATEST;
	if (sw_pss_version_parse(sw_value_str(v), ret, NULL) == 0)
		return 1;
	bad_label(l, label, sw_value_str(v), VERSION_TEXT);
	return -1;
}

uint32_t sw_pss_namespace(struct sw_value map, const struct sw_pss_modes *defaults,
	struct sw_pss_modes *ret, struct sw_pss_label_error errors[SW_PSS_LABELS])
{
	struct labels l = {.map = map, .errors = errors};
	struct sw_pss_modes m = *defaults;
	bool enforced = read_level(&l, PREFIX "enforce", &m.enforce.level) > 0;
	read_version(&l, PREFIX "enforce-version", &m.enforce.minor);
	/* What only tells, fails open. */
	if (read_level(&l, PREFIX "audit", &m.audit.level) < 0)
		m.audit.level = SW_PSS_PRIVILEGED;
	read_version(&l, PREFIX "audit-version", &m.audit.minor);
	int warned = read_level(&l, PREFIX "warn", &m.warn.level);
	if (warned < 0)
		m.warn.level = SW_PSS_PRIVILEGED;
	bool warn_version = read_version(&l, PREFIX "warn-version", &m.warn.minor) != 0;
	/* Whoever sets a stricter level to enforce is warned by it, too. */
	if (!warned && enforced && m.enforce.level > m.warn.level) {
		m.warn.level = m.enforce.level;
		if (!warn_version)
			m.warn.minor = m.enforce.minor;
	}
	*ret = m;
	return l.n;
}
