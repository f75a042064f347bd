/* SPDX-License-Identifier: Apache-2.0 */
#include "../kube/build.h"

#include "policy/pss/pss.h"

/* One check of a policy, and what upstream's evaluator says about it. reason NULL: allowed. */
static const struct row {
	const char *policy, *id, *pod, *reason, *detail;
	const char *places; /* joined by blanks; NULL: not compared */
} rows[] = {
	{"restricted:v1.8", "allowPrivilegeEscalation",
		"{'spec':{'containers':[{'name':'a'},{'name':'b','securityContext':{'"
		"allowPrivilegeEscalation':null}},"
		"{'name':'c','securityContext':{'allowPrivilegeEscalation':true}},"
		"{'name':'d','securityContext':{'allowPrivilegeEscalation':false}}]}}",
		"allowPrivilegeEscalation != false",
		"containers \"a\", \"b\", \"c\" must set "
		"securityContext.allowPrivilegeEscalation=false",
		"/spec/containers/0/securityContext/allowPrivilegeEscalation "
		"/spec/containers/1/securityContext/allowPrivilegeEscalation "
		"/spec/containers/2/securityContext/allowPrivilegeEscalation"},
	{"restricted:v1.25", "allowPrivilegeEscalation",
		"{'spec':{'os':{'name':'windows'},'containers':[{'name':'a'}]}}", NULL, NULL, NULL},
	{"restricted:v1.24", "allowPrivilegeEscalation",
		"{'spec':{'os':{'name':'windows'},'containers':[{'name':'a'}]}}",
		"allowPrivilegeEscalation != false",
		"container \"a\" must set securityContext.allowPrivilegeEscalation=false", NULL},
	{"baseline:v1.0", "appArmorProfile",
		"{'spec':{'securityContext':{'appArmorProfile':{'type':'Unconfined'}}}}",
		"forbidden AppArmor profile",
		"pod must not set AppArmor profile type to \"Unconfined\"",
		"/spec/securityContext/appArmorProfile/type"},
	{"baseline:v1.0", "appArmorProfile",
		"{'spec':{'initContainers':[{'name':'bar','securityContext':{'appArmorProfile':{'"
		"type':'Unconfined'}}}],"
		"'containers':[{'name':'foo'}]}}",
		"forbidden AppArmor profile",
		"container \"bar\" must not set AppArmor profile type to \"Unconfined\"", NULL},
	{"baseline:v1.0", "appArmorProfile",
		"{'metadata':{'annotations':{'container.apparmor.security.beta.kubernetes.io/"
		"':'bogus',"
		"'container.apparmor.security.beta.kubernetes.io/a':'',"
		"'container.apparmor.security.beta.kubernetes.io/b':'runtime/default',"
		"'container.apparmor.security.beta.kubernetes.io/d':'localhost/foo',"
		"'container.apparmor.security.beta.kubernetes.io/e':'unconfined'}},'spec':{}}",
		"forbidden AppArmor profiles",
		"annotations must not set AppArmor profile type to "
		"\"container.apparmor.security.beta.kubernetes.io/=\"bogus\"\", "
		"\"container.apparmor.security.beta.kubernetes.io/e=\"unconfined\"\"",
		"/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1 "
		"/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1e"},
	{"baseline:v1.0", "capabilities_baseline",
		"{'spec':{'containers':[{'name':'a','securityContext':{'capabilities':{'add':['FOO'"
		",'BAR']}}},"
		"{'name':'b','securityContext':{'capabilities':{'add':['BAR','BAZ','CHOWN']}}}]}}",
		"non-default capabilities",
		"containers \"a\", \"b\" must not include \"BAR\", \"BAZ\", \"FOO\" in "
		"securityContext.capabilities.add",
		"/spec/containers/0/securityContext/capabilities/add/0 "
		"/spec/containers/0/securityContext/capabilities/add/1 "
		"/spec/containers/1/securityContext/capabilities/add/0 "
		"/spec/containers/1/securityContext/capabilities/add/1"},
	{"restricted:v1.22", "capabilities_restricted",
		"{'spec':{'containers':[{'name':'a','securityContext':{'capabilities':{'add':['FOO'"
		",'BAR']}}},"
		"{'name':'b','securityContext':{'capabilities':{'add':['BAR','BAZ']}}},"
		"{'name':'c','securityContext':{'capabilities':{'add':['NET_BIND_SERVICE','CHOWN'],"
		"'drop':['ALL','FOO']}}}]}}",
		"unrestricted capabilities",
		"containers \"a\", \"b\" must set securityContext.capabilities.drop=[\"ALL\"]; "
		"containers \"a\", \"b\", "
		"\"c\" must not include \"BAR\", \"BAZ\", \"CHOWN\", \"FOO\" in "
		"securityContext.capabilities.add",
		NULL},
	{"restricted:v1.25", "capabilities_restricted",
		"{'spec':{'os':{'name':'windows'},'containers':[{'name':'a'}]}}", NULL, NULL, NULL},
	{"baseline:v1.0", "hostNamespaces",
		"{'spec':{'hostIPC':true,'hostNetwork':true,'hostPID':true}}", "host namespaces",
		"hostNetwork=true, hostPID=true, hostIPC=true",
		"/spec/hostNetwork /spec/hostPID /spec/hostIPC"},
	{"baseline:v1.0", "hostPathVolumes",
		"{'spec':{'volumes':[{'name':'a','hostPath':{}},{'name':'b','hostPath':{}},{'name':"
		"'c','hostPath':null}]}}",
		"hostPath volumes", "volumes \"a\", \"b\"",
		"/spec/volumes/0/hostPath /spec/volumes/1/hostPath"},
	{"baseline:v1.0", "hostPorts",
		"{'spec':{'containers':[{'name':'a','ports':[{'hostPort':0}]},"
		"{'name':'b','ports':[{'hostPort':0},{'hostPort':20}]}]}}",
		"hostPort", "container \"b\" uses hostPort 20",
		"/spec/containers/1/ports/1/hostPort"},
	{"baseline:v1.0", "hostPorts",
		"{'spec':{'containers':[{'name':'b','ports':[{'hostPort':100},{'hostPort':20}]},"
		"{'name':'c','ports':[{'hostPort':100},{'hostPort':30}]}]}}",
		"hostPort", "containers \"b\", \"c\" use hostPorts 100, 20, 30", NULL},
	{"baseline:v1.34", "hostProbesAndHostLifecycle",
		"{'spec':{'containers':[{'name':'valid'},{'name':'invalid1','livenessProbe':{'"
		"httpGet':{'host':'a.com'}}},"
		"{'name':'invalid2','lifecycle':{'preStop':{'tcpSocket':{'host':'b.com'}}},"
		"'startupProbe':{'httpGet':{'host':'a.com'}}}]}}",
		"probe or lifecycle host",
		"containers \"invalid1\", \"invalid2\" use probe or lifecycle hosts \"a.com\", "
		"\"b.com\"",
		"/spec/containers/1/livenessProbe/httpGet/host "
		"/spec/containers/2/startupProbe/httpGet/host "
		"/spec/containers/2/lifecycle/preStop/tcpSocket/host"},
	{"baseline:v1.0", "privileged",
		"{'spec':{'containers':[{'name':'a','securityContext':null},{'name':'c','"
		"securityContext':{'privileged':false}},"
		"{'name':'d','securityContext':{'privileged':true}}],"
		"'ephemeralContainers':[{'name':'e','securityContext':{'privileged':true}}]}}",
		"privileged",
		"containers \"d\", \"e\" must not set securityContext.privileged=true",
		"/spec/containers/2/securityContext/privileged "
		"/spec/ephemeralContainers/0/securityContext/privileged"},
	{"baseline:v1.34", "procMount",
		"{'spec':{'hostUsers':false,'containers':[{'name':'d','securityContext':{'"
		"procMount':'Unmasked'}},"
		"{'name':'e','securityContext':{'procMount':'other'}}]}}",
		"procMount",
		"containers \"d\", \"e\" must not set securityContext.procMount to \"Unmasked\", "
		"\"other\"",
		NULL},
	{"baseline:v1.35", "procMount",
		"{'spec':{'hostUsers':false,'containers':[{'name':'d','securityContext':{'"
		"procMount':'Unmasked'}}]}}",
		NULL, NULL, NULL},
	{"restricted:v1.35", "procMount_restricted",
		"{'spec':{'hostUsers':false,'containers':[{'name':'d','securityContext':{'"
		"procMount':'Unmasked'}}]}}",
		"procMount",
		"container \"d\" must not set securityContext.procMount to \"Unmasked\"", NULL},
	{"restricted:v1.0", "restrictedVolumes",
		"{'spec':{'volumes':[{'name':'a','emptyDir':{}},{'name':'b','hostPath':{}},{'name':"
		"'c','new':{}},{'name':'e'},{'name':'f','nfs':null},"
		"{'name':'d','secret':null,'nfs':{}}]}}",
		"restricted volume types",
		"volumes \"b\", \"c\", \"d\" use restricted volume types \"hostPath\", \"nfs\", "
		"\"unknown\"",
		"/spec/volumes/1/hostPath /spec/volumes/2 /spec/volumes/5/nfs"},
	{"restricted:v1.0", "runAsNonRoot",
		"{'spec':{'securityContext':{'runAsNonRoot':false},'containers':["
		"{'name':'a','securityContext':{'runAsNonRoot':false}},{'name':'b'}]}}",
		"runAsNonRoot != true",
		"pod and container \"a\" must not set securityContext.runAsNonRoot=false",
		"/spec/securityContext/runAsNonRoot "
		"/spec/containers/0/securityContext/runAsNonRoot"},
	{"restricted:v1.0", "runAsNonRoot", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
		"runAsNonRoot != true",
		"pod or containers \"a\", \"b\" must set securityContext.runAsNonRoot=true",
		"/spec/securityContext/runAsNonRoot"},
	{"restricted:v1.35", "runAsNonRoot",
		"{'spec':{'hostUsers':false,'containers':[{'name':'a'}]}}", NULL, NULL, NULL},
	{"restricted:v1.23", "runAsUser",
		"{'spec':{'securityContext':{'runAsUser':0},'containers':[{'name':'a','"
		"securityContext':{'runAsUser':0}},"
		"{'name':'b','securityContext':{'runAsUser':1}}]}}",
		"runAsUser=0", "pod and container \"a\" must not set runAsUser=0",
		"/spec/securityContext/runAsUser /spec/containers/0/securityContext/runAsUser"},
	{"baseline:v1.0", "seLinuxOptions",
		"{'spec':{'securityContext':{'seLinuxOptions':{'type':'foo','user':'u'}},'"
		"containers':["
		"{'name':'a','securityContext':{'seLinuxOptions':{'type':'bar','role':'r'}}}]}}",
		"seLinuxOptions",
		"pod and container \"a\" set forbidden securityContext.seLinuxOptions: types "
		"\"bar\", \"foo\"; user may "
		"not be set; role may not be set",
		"/spec/securityContext/seLinuxOptions/type "
		"/spec/securityContext/seLinuxOptions/user "
		"/spec/containers/0/securityContext/seLinuxOptions/type "
		"/spec/containers/0/securityContext/seLinuxOptions/role"},
	{"baseline:v1.30", "seLinuxOptions",
		"{'spec':{'securityContext':{'seLinuxOptions':{'type':'container_engine_t'}}}}",
		"seLinuxOptions",
		"pod set forbidden securityContext.seLinuxOptions: type \"container_engine_t\"",
		NULL},
	{"baseline:v1.31", "seLinuxOptions",
		"{'spec':{'securityContext':{'seLinuxOptions':{'type':'container_engine_t'}}}}",
		NULL, NULL, NULL},
	{"baseline:v1.18", "seccompProfile_baseline",
		"{'metadata':{'annotations':{'seccomp.security.alpha.kubernetes.io/"
		"pod':'unconfined',"
		"'container.seccomp.security.alpha.kubernetes.io/a':'unknown',"
		"'container.seccomp.security.alpha.kubernetes.io/"
		"z':'unknown'}},'spec':{'containers':[{'name':'a'}]}}",
		"seccompProfile",
		"forbidden annotations "
		"container.seccomp.security.alpha.kubernetes.io/a=\"unknown\", "
		"seccomp.security.alpha.kubernetes.io/pod=\"unconfined\"",
		NULL},
	{"baseline:v1.19", "seccompProfile_baseline",
		"{'spec':{'securityContext':{'seccompProfile':{'type':'Unconfined'}},'containers':["
		"{'name':'a','securityContext':{'seccompProfile':{'type':'Unknown'}}}]}}",
		"seccompProfile",
		"pod and container \"a\" must not set securityContext.seccompProfile.type to "
		"\"Unconfined\", \"Unknown\"",
		NULL},
	{"restricted:v1.19", "seccompProfile_restricted", "{'spec':{'containers':[{'name':'a'}]}}",
		"seccompProfile",
		"pod or container \"a\" must set securityContext.seccompProfile.type to "
		"\"RuntimeDefault\" or "
		"\"Localhost\"",
		"/spec/securityContext/seccompProfile/type"},
	{"restricted:v1.25", "seccompProfile_restricted",
		"{'spec':{'os':{'name':'windows'},'containers':[{'name':'a'}]}}", NULL, NULL, NULL},
	{"baseline:v1.0", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'a'},{'name':'kernel.shm_rmid_"
		"forced'},{'name':'a'}]}}}",
		"forbidden sysctls", "a, a",
		"/spec/securityContext/sysctls/0/name /spec/securityContext/sysctls/2/name"},
	{"baseline:v1.26", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.ip_local_reserved_ports'}"
		"]}}}",
		"forbidden sysctls", "net.ipv4.ip_local_reserved_ports", NULL},
	{"baseline:v1.27", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.ip_local_reserved_ports'}"
		"]}}}",
		NULL, NULL, NULL},
	{"baseline:v1.28", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.tcp_keepalive_time'}]}}}",
		"forbidden sysctls", "net.ipv4.tcp_keepalive_time", NULL},
	{"baseline:v1.29", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.tcp_keepalive_time'}]}}}",
		NULL, NULL, NULL},
	{"baseline:v1.32", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.tcp_rmem'}]}}}", NULL,
		NULL, NULL},
	{"baseline:v1.36", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.tcp_notsent_lowat'}]}}}",
		"forbidden sysctls", "net.ipv4.tcp_notsent_lowat", NULL},
	{"baseline:latest", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.tcp_notsent_lowat'}]}}}",
		NULL, NULL, NULL},
	{"baseline:v1.99", "sysctls",
		"{'spec':{'securityContext':{'sysctls':[{'name':'net.ipv4.tcp_notsent_lowat'}]}}}",
		NULL, NULL, NULL},
	{"baseline:v1.0", "windowsHostProcess",
		"{'spec':{'securityContext':{'windowsOptions':{'hostProcess':true}},'containers':["
		"{'name':'a','securityContext':{'windowsOptions':{'hostProcess':true}}},{'name':'b'"
		"}]}}",
		"hostProcess",
		"pod and container \"a\" must not set "
		"securityContext.windowsOptions.hostProcess=true",
		NULL},
};

static struct sw_pss_result eval(struct sw_arena *a, const char *policy, const char *pod)
{
	struct sw_pss_policy p;
	struct sw_error err = {0};
	assert_int_equal(sw_pss_policy_parse(sw_str_from(policy), &p, &err), 0);
	struct sw_value v = json(a, pod);
	struct sw_kube_pod k = {.spec = sw_object_gets(v, SW_STR("spec")),
		.metadata = sw_object_gets(v, SW_STR("metadata")),
		.pointer = SW_STR("/spec")};
	struct sw_pss_result r;
	assert_int_equal(sw_pss_eval(a, p, &k, &r, &err), 0);
	return r;
}

static const struct sw_pss_check *check(const struct sw_pss_result *r, const char *id)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (strcmp(r->checks[i].id, id) == 0)
			return &r->checks[i];
	return NULL;
}

static void upstream_texts_and_places(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct sw_pss_result r = eval(&a, row->policy, row->pod);
		const struct sw_pss_check *c = check(&r, row->id);
		if (!c)
			fail_msg("%s %s does not apply", row->policy, row->id);
		if (!row->reason) {
			if (c->verdict != SW_PSS_ALLOWED)
				fail_msg("row %zu: %s %s: %.*s", i, row->policy, row->id,
					SW_STR_ARG(c->detail));
			continue;
		}
		if (c->verdict != SW_PSS_FORBIDDEN)
			fail_msg("row %zu: %s %s is allowed", i, row->policy, row->id);
		assert_str(c->reason, row->reason);
		assert_str(c->detail, row->detail);
		sw_autobuf b;
		sw_buf_init(&b, 0);
		for (uint32_t k = 0; k < c->n_places; k++) {
			if (k)
				sw_buf_addch(&b, ' ');
			sw_buf_addstr(&b, c->places[k].pointer);
		}
		assert_true(c->n_places > 0);
		if (row->places)
			assert_str(sw_buf_str(&b), row->places);
	}
}

static void checks_of_each_version(void **state)
{
	static const struct {
		const char *policy;
		uint32_t n;
		const char *absent;
	} cases[] = {
		{"privileged:latest", 0, "privileged"},
		{"baseline:v1.0", 11, "hostProbesAndHostLifecycle"},
		{"baseline:v1.34", 12, "runAsUser"},
		{"restricted:v1.0", 12, "hostPathVolumes"},
		{"restricted:v1.8", 13, "capabilities_restricted"},
		{"restricted:v1.19", 13, "seccompProfile_baseline"},
		{"restricted:v1.22", 13, "capabilities_baseline"},
		{"restricted:v1.23", 14, "capabilities_baseline"},
		{"restricted:v1.34", 15, "procMount_restricted"},
		{"restricted:v1.35", 15, "procMount"},
		{"restricted:latest", 15, "procMount"},
	};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_pss_result r = eval(&a, cases[i].policy, "{'spec':{}}");
		if (r.n != cases[i].n)
			fail_msg("%s has %u checks", cases[i].policy, r.n);
		assert_null(check(&r, cases[i].absent));
	}
}

static void aggregated_texts(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_pss_result r = eval(&a, "baseline:v1.30",
		"{'spec':{'hostPID':true,'containers':[{'name':'c','securityContext':{'privileged':"
		"true}}]}}");
	struct sw_pss_policy p = {SW_PSS_BASELINE, 30};
	sw_autobuf b;
	sw_buf_init(&b, 0);
	assert_false(r.allowed);
	sw_pss_write_violation(&b, p, &r, true);
	assert_str(sw_buf_str(&b), "would violate PodSecurity \"baseline:v1.30\": host namespaces "
				   "(hostPID=true), privileged (container "
				   "\"c\" must not set securityContext.privileged=true)");
}

static void wrong_types_are_never_allowed(void **state)
{
	static const struct {
		const char *pod, *id, *detail;
	} cases[] = {
		{"{'spec':{'containers':[{'name':'c','securityContext':{'privileged':'true'}}]}}",
			"privileged", "privileged must be boolean, not string"},
		{"{'spec':{'containers':{}}}", "privileged",
			"containers must be array, not object"},
		{"{'spec':{'containers':['x']}}", "privileged",
			"containers must hold objects, not string"},
		{"{'spec':{'hostPID':'yes'}}", "hostNamespaces",
			"hostPID must be boolean, not string"},
		{"{'spec':{'securityContext':[]}}", "sysctls",
			"securityContext must be object, not array"},
		{"{'spec':{'securityContext':{'runAsUser':0.5}}}", "runAsUser",
			"runAsUser must be a whole number"},
	};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_pss_result r = eval(&a, "restricted", cases[i].pod);
		const struct sw_pss_check *c = check(&r, cases[i].id);
		assert_int_equal(c->verdict, SW_PSS_UNKNOWN);
		assert_str(c->detail, cases[i].detail);
		assert_true(r.unknown && !r.allowed);
	}
}

static void policies_as_text(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {
		{"baseline", "baseline:latest"},
		{"restricted:v1.30", "restricted:v1.30"},
		{"restricted:1.30", "restricted:v1.30"},
		{"privileged:latest", "privileged:latest"},
		{"baseline:v1.0", "baseline:v1.0"},
		{"baseline:v1.99999999", "baseline:v1.65534"},
		{"Baseline", NULL},
		{"baseline:", NULL},
		{"baseline:v2.0", NULL},
		{"baseline:v1.01", NULL},
		{"baseline:v1.", NULL},
		{"baseline:v1.-1", NULL},
		{"", NULL},
		{"baseline:v1.99999999999999999999", NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_pss_policy p;
		struct sw_error err = {0};
		int r = sw_pss_policy_parse(sw_str_from(cases[i].text), &p, &err);
		if ((r == 0) != (cases[i].want != NULL))
			fail_msg("%s: %d", cases[i].text, r);
		if (r)
			continue;
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_pss_policy_write(&b, p);
		assert_str(sw_buf_str(&b), cases[i].want);
	}
}

#define P "pod-security.kubernetes.io/"

static void namespace_labels(void **state)
{
	static const struct {
		const char *labels, *enforce, *audit, *warn;
		uint32_t errors;
	} cases[] = {
		{"null", "privileged:latest", "privileged:latest", "privileged:latest", 0},
		{"{'" P "enforce':'baseline'}", "baseline:latest", "privileged:latest",
			"baseline:latest", 0},
		{"{'" P "enforce':'baseline','" P "enforce-version':'v1.9'}", "baseline:v1.9",
			"privileged:latest", "baseline:v1.9", 0},
		{"{'" P "enforce':'baseline','" P "warn-version':'v1.7','" P
		 "enforce-version':'v1.9'}",
			"baseline:v1.9", "privileged:latest", "baseline:v1.7", 0},
		{"{'" P "enforce':'baseline','" P "warn':'privileged'}", "baseline:latest",
			"privileged:latest", "privileged:latest", 0},
		{"{'" P "enforce':'foo'}", "restricted:latest", "privileged:latest",
			"privileged:latest", 1},
		{"{'" P "audit':'foo','" P "warn':'bar'}", "privileged:latest", "privileged:latest",
			"privileged:latest", 2},
		{"{'" P "enforce-version':'1.9','" P "audit-version':'x','" P
		 "warn-version':'v1.01'}",
			"privileged:latest", "privileged:latest", "privileged:latest", 3},
		{"{'" P "audit':'restricted','" P "audit-version':'v1.3'}", "privileged:latest",
			"restricted:v1.3", "privileged:latest", 0},
	};
	sw_autoarena a;
	sw_arena_init(&a, 0);
	const struct sw_pss_modes defaults = {{SW_PSS_PRIVILEGED, SW_PSS_LATEST},
		{SW_PSS_PRIVILEGED, SW_PSS_LATEST}, {SW_PSS_PRIVILEGED, SW_PSS_LATEST}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sw_pss_modes m;
		struct sw_pss_label_error errors[SW_PSS_LABELS];
		uint32_t n = sw_pss_namespace(json(&a, cases[i].labels), &defaults, &m, errors);
		assert_int_equal(n, cases[i].errors);
		const struct sw_pss_policy got[] = {m.enforce, m.audit, m.warn};
		const char *const want[] = {cases[i].enforce, cases[i].audit, cases[i].warn};
		for (int k = 0; k < 3; k++) {
			sw_autobuf b;
			sw_buf_init(&b, 0);
			sw_pss_policy_write(&b, got[k]);
			assert_str(sw_buf_str(&b), want[k]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(upstream_texts_and_places),
		cmocka_unit_test(checks_of_each_version),
		cmocka_unit_test(aggregated_texts),
		cmocka_unit_test(wrong_types_are_never_allowed),
		cmocka_unit_test(policies_as_text),
		cmocka_unit_test(namespace_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
