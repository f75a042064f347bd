/* SPDX-License-Identifier: Apache-2.0 */
/* What needs no server: kubeconfigs, ExecCredentials, lists cut into their items, discovery. */
#include "../test.h"

#include "doc/json.h"
#include "kube/client/client.h"
#include "kube/client/split.h"

#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://h:6443/'}}]\n"
#define TAIL "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n"
#define USER(u) CLUSTER TAIL "users: [{name: u, user: {" u "}}]\n"

static int access_of(struct sw_arena *a, const char *text, struct sw_kube_access *x, struct sw_error *e)
{
	struct sw_kube_access_opts o = {0};
	return sw_kube_access_text(a, sw_str_from(text), "/nowhere", &o, x, e);
}

static void kubeconfigs(void **state)
{
	static const struct {
		const char *text, *error; /* NULL: taken */
	} cases[] = {
		{USER("token: abc"), NULL},
		{USER("token: ''"), NULL},
		{CLUSTER TAIL, "the kubeconfig has no user \"u\""},
		{"", "the kubeconfig has no current-context"},
		{"current-context: x\n", "the kubeconfig has no context \"x\""},
		{"kind: Pod\n", "is no kubeconfig but a Pod"},
		{"[]", "is no kubeconfig"},
		{"a", "is no kubeconfig"},
		{USER("token: [a]"), "the member \"token\" is no text"},
		{USER("token: 'a b'"), "user \"u\" has a token that is none"},
		{USER("token: \"a\\nHost: evil\""), "user \"u\" has a token that is none"},
		{USER("token: \"a\\0b\""), "the member \"token\" is no text"},
		{USER("client-certificate-data: YQ=="),
			"user \"u\" has only one of client-certificate and client-key"},
		{USER("client-certificate-data: '%%%', client-key-data: YQ=="),
			"the member \"client-certificate-data\" is no base64"},
		{USER("client-certificate-data: \"YWJj\\nZGVm\\n\", client-key-data: YQ=="), NULL},
		{USER("auth-provider: {name: gcp}"),
			"user \"u\" has an auth-provider, which is gone from Kubernetes since 1.26"},
		{USER("exec: {command: p}"),
			"user \"u\" has an exec.apiVersion that is neither client.authentication.k8s.io/v1 nor v1beta1"},
		{USER("exec: {apiVersion: client.authentication.k8s.io/v1}"),
			"user \"u\" has an exec without a command"},
		{USER("exec: {apiVersion: client.authentication.k8s.io/v1, command: p, args: [1]}"),
			"the member \"args\" is no list of texts"},
		{USER("exec: {apiVersion: client.authentication.k8s.io/v1, command: p, env: [{name: 'A=B'}]}"),
			"user \"u\" has an exec.env without a name"},
		{TAIL "clusters: [{name: c, cluster: {server: 'ftp://h'}}]\n",
			"cluster \"c\" has a server that is no address"},
		{TAIL "clusters: [{name: c, cluster: {server: 'https://u:p@h'}}]\n",
			"cluster \"c\" has a server that is no address"},
		{TAIL "clusters: [{name: c, cluster: {server: 'https://h/?a=b'}}]\n",
			"cluster \"c\" has a server that is no address"},
		{TAIL "clusters: [{name: c, cluster: {server: 'https:///x'}}]\n",
			"cluster \"c\" has a server that is no address"},
		{TAIL "clusters: [{name: c, cluster: {}}]\n", "cluster \"c\" has a server that is no address"},
		{TAIL "clusters: [{name: c, cluster: {server: 'https://h'}}, {name: c, cluster: {server: 'https://i'}}]\n",
			"clusters \"c\" is there twice"},
		{TAIL "clusters: [{name: c, cluster: 5}]\n", "clusters \"c\" is no mapping"},
		{TAIL "clusters: 5\n", "the member \"clusters\" is no list"},
		{TAIL "clusters: [{name: c, cluster: {server: 'https://h', insecure-skip-tls-verify: true, certificate-authority-data: YQ==}}]\n",
			"cluster \"c\" has a certificate-authority and insecure-skip-tls-verify"},
		{TAIL "clusters: [{name: c, cluster: {server: 'https://h', proxy-url: 'ftp://p'}}]\n",
			"cluster \"c\" has a proxy-url that is no http://, https:// or socks5:// address"},
		{TAIL "clusters: [{name: c, cluster: {server: 'https://h', tls-server-name: 'a/b'}}]\n",
			"cluster \"c\" has a tls-server-name that is no name"},
		{TAIL "clusters: [{name: c, cluster: {server: 'http://10.0.0.1'}}]\nusers: [{name: u, user: {token: t}}]\n",
			"http://10.0.0.1: credentials are not sent without TLS"},
		{TAIL "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:8080'}}]\nusers: [{name: u, user: {token: t}}]\n",
			NULL},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		struct sw_error e = {0};
		struct sw_kube_access x;
		sw_arena_init(&a, 0);
		int rc = access_of(&a, cases[i].text, &x, &e);
		if ((rc == 0) != !cases[i].error || (rc && strcmp(e.text, cases[i].error) != 0))
			fail_msg("case %zu: got %d \"%s\", want \"%s\"", i, rc, e.text,
				cases[i].error ? cases[i].error : "");
	}
}

static void kubeconfig_values(void **state)
{
	sw_autoarena a;
	struct sw_error e = {0};
	struct sw_kube_access x;
	sw_arena_init(&a, 0);
	int rc = access_of(&a,
				 TAIL "clusters: [{name: c, cluster: {server: 'h:6443', tls-server-name: api, proxy-url: 'socks5://p:1'}}]\n"
				      "users: [{name: u, user: {tokenFile: t, as: joe, as-groups: [g, h], as-user-extra: {k: [a, b]},\n"
				      "  exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: bin/p, args: [a, -b],\n"
				      "  env: [{name: A, value: B}], provideClusterInfo: true}}}]\n",
				 &x, &e);
	if (rc)
		fail_msg("%s", e.text);
	assert_str(x.server, "https://h:6443");
	assert_str(x.ns, "default");
	assert_str(x.tls_name, "api");
	assert_string_equal(x.token_file, "/nowhere/t");
	assert_str(x.as, "joe");
	assert_int_equal(x.n_as_groups, 2);
	assert_int_equal(x.n_as_extra, 2);
	assert_str(x.as_extra[1].value, "b");
	assert_str(x.exec->command, "/nowhere/bin/p");
	assert_int_equal(x.exec->n_args, 2);
	assert_str(x.exec->env[0].value, "B");
	assert_true(x.exec->cluster_info);
}

static void credentials(void **state)
{
#define EC(status) "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":" status "}"
	static const struct {
		const char *text, *error;
		int64_t until;
	} cases[] = {
		{EC("{\"token\":\"t\"}"), NULL, 0},
		{EC("{\"token\":\"t\",\"expirationTimestamp\":\"2026-11-27T01:00:00Z\"}"), NULL, 1795741200},
		{EC("{\"token\":\"t\",\"expirationTimestamp\":\"2026-11-27T01:00:00.5+01:00\"}"), NULL, 1795737600},
		{EC("{\"token\":\"t\",\"expirationTimestamp\":\"soon\"}"),
			"the credential plugin's expirationTimestamp is no time", 0},
		{EC("{\"clientCertificateData\":\"c\",\"clientKeyData\":\"k\"}"), NULL, 0},
		{EC("{\"clientCertificateData\":\"c\",\"token\":\"t\"}"),
			"the credential plugin gives neither a token nor a certificate with its key", 0},
		{EC("{}"), "the credential plugin gives neither a token nor a certificate with its key", 0},
		{EC("null"), "the credential plugin's status is none", 0},
		{EC("{\"token\":5}"), "the credential plugin's status is none", 0},
		{EC("{\"token\":\"a\\r\\nX: y\"}"), "the credential plugin's token is no token", 0},
		{"", "the credential plugin's answer is no JSON", 0},
		{"{}", "the credential plugin's answer is no ExecCredential", 0},
		{"{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}",
			"the credential plugin answers in another version than client.authentication.k8s.io/v1", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		struct sw_error e = {0};
		struct sw_kube_credential c;
		sw_arena_init(&a, 0);
		int rc = sw_kube_exec_parse(&a, sw_str_from(cases[i].text),
			SW_STR("client.authentication.k8s.io/v1"), &c, &e);
		if ((rc == 0) != !cases[i].error || (rc && strcmp(e.text, cases[i].error) != 0) ||
			(!rc && c.until != cases[i].until))
			fail_msg("case %zu: got %d \"%s\" %lld", i, rc, e.text, (long long)c.until);
	}
}

/* ---- splitting ---- */

struct got {
	struct sw_buf b;
};

static int take(void *arg, struct sw_str text, struct sw_error *err)
{
	struct got *g = arg;
	sw_buf_addstr(&g->b, text);
	sw_buf_addch(&g->b, '|');
	return 0;
}

/* The items joined by |, or the error; fed in two pieces cut at `cut`. */
static void split(const char *text, bool sequence, size_t cut, struct sw_buf *out)
{
	struct got g;
	sw_autoarena a;
	struct sw_error e = {0};
	struct sw_value head;
	struct sw_str s = sw_str_from(text);
	struct sw_kube_split x = {.item = take, .arg = &g, .sequence = sequence};
	sw_arena_init(&a, 0);
	sw_buf_init(&g.b, 0);
	sw_kube_split_init(&x, 64);
	int rc = sw_kube_split_feed(&x, sw_str_sub(s, 0, cut), &e);
	if (!rc)
		rc = sw_kube_split_feed(&x, sw_str_sub(s, cut, s.n), &e);
	if (!rc)
		rc = sw_kube_split_end(&x, &a, &head, &e);
	sw_buf_clear(out);
	if (rc)
		sw_buf_printf(out, "!%s", e.text);
	else
		sw_buf_addstr(out, sw_buf_str(&g.b));
	if (!rc && !sequence) {
		sw_buf_addch(out, ' ');
		sw_json_write(out, head, 0);
	}
	sw_kube_split_release(&x);
	sw_buf_release(&g.b);
}

static void splits(void **state)
{
	static const struct {
		const char *text, *want;
		bool sequence;
	} cases[] = {
		{"{\"kind\":\"L\",\"items\":[]}", " {\"items\":[],\"kind\":\"L\"}"},
		{"{\"items\":[{\"a\":[1,{}]} , \"x]}\\\"\", 5,null],\"kind\":\"L\"}",
			"{\"a\":[1,{}]}|\"x]}\\\"\"|5|null| {\"items\":[],\"kind\":\"L\"}"},
		{"{\"items\":null}", " {\"items\":null}"},
		{"{\"metadata\":{\"items\":[1,2]},\"items\":[3]}", "3| {\"items\":[],\"metadata\":{\"items\":[1,2]}}"},
		{"{\"x\":\"items\",\"items\":[3]}", "3| {\"items\":[],\"x\":\"items\"}"},
		{"{\"items\":[3],\"items\":[4]}", "!a list with two members \"items\""},
		{"{\"items\":[],\"items\":[4]}", "!a list with two members \"items\""},
		{"{\"items\":[1 2]}", "!'2' between two objects of a list"},
		{"{\"items\":[1,]}", "!']' between two objects of a list"},
		{"{\"items\":[,1]}", "!',' between two objects of a list"},
		{"{\"items\":[1,,2]}", "!',' between two objects of a list"},
		{"{\"items\":[1", "!the answer ends in the middle"},
		{"{\"items\":[]", "!the answer ends in the middle"},
		{"", "!the answer ends in the middle"},
		{"[]", "!'[' where a list should begin"},
		{"<html>", "!'<' where a list should begin"},
		{"{\"items\":[]} x", "!'x' behind the end of the list"},
		{"{\"items\":[\"1234567890123456789012345678901234567890123456789012345678901234567890\"]}",
			"!an object is larger than 64 bytes"},
		{"{\"type\":1}\n{\"type\":2}\n", "{\"type\":1}|{\"type\":2}|", true},
		{"{\"type\":1}{\"type\":2}{\"ty", "{\"type\":1}|{\"type\":2}|", true},
		{"1\n2 ", "1|2|", true},
		{"", "", true},
		{"]", "!']' between two objects of a list", true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
			struct sw_buf b;
			sw_buf_init(&b, 0);
			split(cases[i].text, cases[i].sequence, cut, &b);
			if (strcmp(sw_buf_cstr(&b), cases[i].want) != 0)
				fail_msg("case %zu cut at %zu: got \"%s\", want \"%s\"", i, cut,
					sw_buf_cstr(&b), cases[i].want);
			sw_buf_release(&b);
		}
}

/* ---- discovery ---- */

static void discovery(void **state)
{
	static const char text[] =
		"{\"kind\":\"APIGroupDiscoveryList\",\"items\":["
		"{\"metadata\":{},\"versions\":[{\"version\":\"v1\",\"resources\":["
		"{\"resource\":\"pods\",\"singularResource\":\"pod\",\"responseKind\":{\"kind\":\"Pod\"},"
		"\"scope\":\"Namespaced\",\"verbs\":[\"list\"],\"shortNames\":[\"po\"]},"
		"{\"resource\":\"bindings\",\"responseKind\":{\"kind\":\"Binding\"},\"verbs\":[\"create\"]}]}]},"
		"{\"metadata\":{\"name\":\"apps\"},\"versions\":["
		"{\"version\":\"v1\",\"resources\":[{\"resource\":\"deployments\",\"singularResource\":\"deployment\","
		"\"responseKind\":{\"kind\":\"Deployment\"},\"scope\":\"Namespaced\",\"verbs\":[\"list\",\"watch\"]}]},"
		"{\"version\":\"v1beta1\",\"freshness\":\"Stale\",\"resources\":[{\"resource\":\"deployments\","
		"\"responseKind\":{\"kind\":\"Deployment\"},\"verbs\":[\"list\"]},{\"resource\":\"olds\","
		"\"responseKind\":{\"kind\":\"Old\"},\"verbs\":[\"list\"]}]}]}]}";
	static const struct {
		const char *word, *want;
	} cases[] = {{"pods", "v1/pods"}, {"po", "v1/pods"}, {"Pod", "v1/pods"}, {"pod", "v1/pods"},
		{"deployment", "apps/v1/deployments"}, {"deployments.apps", "apps/v1/deployments"},
		{"deployments.v1beta1.apps", "apps/v1beta1/deployments"}, {"deployments.v2.apps", NULL},
		{"deployments.batch", NULL}, {"olds", "apps/v1beta1/olds"}, {"nothing", NULL}, {"", NULL},
		{"pods.", "v1/pods"}, {"pods.v1.", "v1/pods"}};
	sw_autoarena a;
	struct sw_value v;
	struct sw_kube_discovery d;
	sw_arena_init(&a, 0);
	assert_int_equal(sw_json_parse(&a, sw_str_from(text), 0, NULL, &v, NULL, NULL), 0);
	assert_int_equal(sw_kube_discover_text(&a, v, &d, NULL), 0);
	assert_int_equal(d.n, 5);
	assert_int_equal(d.n_gaps, 1);
	assert_str(d.gaps[0].what, "apps/v1beta1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct sw_kube_resource *r = sw_kube_discovery_find(&d, sw_str_from(cases[i].word));
		char got[128] = "";
		if (r)
			snprintf(got, sizeof(got), "%.*s/%.*s", SW_STR_ARG(r->api_version), SW_STR_ARG(r->resource));
		if (strcmp(got, cases[i].want ? cases[i].want : "") != 0)
			fail_msg("%s: got \"%s\"", cases[i].word, got);
	}
	assert_string_equal(sw_kube_path(&a, &d.v[2], SW_STR("a/../b"), SW_STR("x y%")),
		"/apis/apps/v1/namespaces/a%2F..%2Fb/deployments/x%20y%25");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kubeconfigs),
		cmocka_unit_test(kubeconfig_values),
		cmocka_unit_test(credentials),
		cmocka_unit_test(splits),
		cmocka_unit_test(discovery),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
