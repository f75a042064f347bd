/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "policy/scan.h"

struct fixture {
	char *dir, *packs;
	struct sw_buf b;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	f->dir = g_dir_make_tmp("sw-scan-XXXXXX", NULL);
	f->packs = g_build_filename(f->dir, "packs", NULL);
	sw_buf_init(&f->b, 0);
	*state = f;
	return 0;
}

static void remove_all(const char *path)
{
	GDir *d = g_dir_open(path, 0, NULL);
	const char *e;
	while (d && (e = g_dir_read_name(d))) {
		g_autofree char *p = g_build_filename(path, e, NULL);
		remove_all(p);
	}
	if (d)
		g_dir_close(d);
	g_remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	remove_all(f->dir);
	sw_buf_release(&f->b);
	g_free(f->dir);
	g_free(f->packs);
	g_free(f);
	return 0;
}

static void put(struct fixture *f, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(f->dir, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);
	assert_int_equal(g_mkdir_with_parents(dir, 0755), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* One check with everything a check needs; `input` and `rules` are given. */
static void put_check(
	struct fixture *f, const char *slug, const char *id, const char *input, const char *rules)
{
	g_autofree char *name = g_strdup_printf("packs/%s/check.rego", slug);
	g_autofree char *text =
		g_strdup_printf("# METADATA\n# scope: package\n# title: T\n# description: D\n# "
				"custom:\n#   id: %s\n"
				"#   severity: high\n#   category: c\n#   remediation: R\n#   "
				"frameworks: {pss: [a], cis: [\"1.10\"]}\n#   %s\n"
				"package seawall.checks.%s\n\nimport data.seawall.lib.kube\n\n%s\n",
			id, input, slug, rules);
	put(f, name, text);
}

static void write_findings(struct fixture *f, const struct sw_findings *fs)
{
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *x = fs->v[i];
		const struct sw_evidence *ev =
			x->n_evidence ? x->evidence : &(struct sw_evidence){0};
		sw_buf_printf(&f->b, "%.*s %s %s %.*s/%.*s %.*s:%.*s %u %.*s\n",
			SW_STR_ARG(x->rule->id), sw_verdict_name(x->verdict),
			sw_severity_name(x->severity), SW_STR_ARG(x->subject.kind),
			SW_STR_ARG(x->subject.name), SW_STR_ARG(x->subject.container),
			SW_STR_ARG(ev->path), ev->line, SW_STR_ARG(x->message));
	}
}

/* Scans <dir>/in with the fixture's packs alone. */
static const char *scan_with(
	struct fixture *f, struct sw_scan_opts *o, struct sw_coverage *coverage)
{
	g_autofree char *in = g_build_filename(f->dir, "in", NULL);
	const char *dirs[] = {f->packs}, *paths[] = {in};
	struct sw_input_opts input = {.paths = paths, .n_paths = 1, .no_render = true};
	struct sw_scan *s;
	struct sw_findings fs;
	struct sw_error err = {0};
	if (!o->no_checks) {
		o->packs.dirs = dirs;
		o->packs.n_dirs = g_file_test(f->packs, G_FILE_TEST_IS_DIR) ? 1 : 0;
	}
	sw_buf_clear(&f->b);
	if (sw_scan_load(o, &s, &err)) {
		char text[1200];
		sw_error_format(&err, text, sizeof(text));
		sw_buf_printf(&f->b, "error: %s",
			text + (g_str_has_prefix(text, f->dir) ? strlen(f->dir) + 1 : 0));
		return sw_buf_cstr(&f->b);
	}
	sw_findings_init(&fs, 0);
	assert_int_equal(sw_scan_run(s, &input, &fs, NULL, &err), 0);
	sw_findings_sort(&fs);
	write_findings(f, &fs);
	if (coverage)
		*coverage = fs.coverage;
	sw_findings_release(&fs);
	sw_scan_free(s);
	return sw_buf_cstr(&f->b);
}

static const char *scan(struct fixture *f)
{
	struct sw_scan_opts o = {.packs = {.no_builtin = true}};
	return scan_with(f, &o, NULL);
}

#define POD                                                                                        \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    "  \
	"image: i:1\n"

static void a_check_becomes_findings(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml", POD);
	put_check(f, "one", "X-1", "input: {workload: true}",
		"deny contains {\"msg\": \"bad\", \"path\": array.concat(c.path, [\"image\"]), "
		"\"container\": c.name, "
		"\"value\": c.container.image} if some c in kube.containers\n"
		"deny contains {\"msg\": \"worse\", \"path\": [\"spec\"], \"severity\": "
		"\"critical\"}\n"
		"unknown contains {\"msg\": \"look\", \"path\": [], \"manual\": true}\n"
		"unknown contains {\"msg\": \"no idea\", \"path\": [\"metadata\", \"x\"]}");
	struct sw_coverage c;
	struct sw_scan_opts o = {.packs = {.no_builtin = true}};
	assert_string_equal(scan_with(f, &o, &c),
		"X-1 fail critical Pod/p :/spec 4 worse\n"
		"X-1 fail high Pod/p c:/spec/containers/0/image 7 bad\n"
		"X-1 manual high Pod/p : 1 look\n"
		"X-1 not-evaluated high Pod/p :/metadata/x 3 no idea\n");
	assert_int_equal(c.evaluations, 1);
	assert_int_equal(c.not_evaluated, 1);
}

static void checks_see_their_kinds_only(void **state)
{
	struct fixture *f = *state;
	const char *rule = "deny contains {\"msg\": kube.kind, \"path\": []}";
	put(f, "in/a.yaml",
		POD "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\n"
		    "---\napiVersion: example.com/v1\nkind: Ingress\nmetadata: {name: e}\n"
		    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: "
		    "{template: {spec: {}}}\n");
	put_check(f, "w", "X-1", "input: {workload: true}", rule);
	put_check(f, "k", "X-2", "input: {kinds: [Ingress]}", rule);
	put_check(f, "g", "X-3", "input: {kinds: [networking.k8s.io/Ingress, v1/Pod]}", rule);
	put_check(f, "a", "X-4", "input: {any: true}", rule);
	assert_string_equal(scan(f), "X-1 fail high Deployment/d : 17 Deployment\n"
				     "X-1 fail high Pod/p : 1 Pod\n"
				     "X-2 fail high Ingress/e : 13 Ingress\n"
				     "X-2 fail high Ingress/i : 9 Ingress\n"
				     "X-3 fail high Ingress/i : 9 Ingress\n"
				     "X-4 fail high Deployment/d : 17 Deployment\n"
				     "X-4 fail high Ingress/e : 13 Ingress\n"
				     "X-4 fail high Ingress/i : 9 Ingress\n"
				     "X-4 fail high Pod/p : 1 Pod\n");
}

static void cluster_checks(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml",
		"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\n"
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\n");
	put(f, "in/b.yaml", POD);
	put_check(f, "c", "X-1", "input: {cluster: true}\n#   inventory: [Namespace, workload]",
		"deny contains {\"msg\": sprintf(\"%v\", "
		"[json.marshal(sort(object.keys(data.inventory.namespace)))]), "
		"\"path\": [\"metadata\", \"name\"], \"object\": ns} if some ns in "
		"data.inventory.cluster.v1.Namespace\n"
		"deny contains {\"msg\": \"pod\", \"path\": [\"spec\"], \"object\": p} if "
		"some p in data.inventory.namespace[\"default\"].v1.Pod\n"
		"deny contains {\"msg\": \"map\", \"path\": [], \"object\": {\"a\": 1}} if not "
		"data.inventory.namespace.shop\n"
		"unknown contains {\"msg\": \"nothing to look at\"} if not "
		"data.inventory.cluster.v1.Node");
	assert_string_equal(scan(f),
		"X-1 fail high Namespace/shop :/metadata/name 4 [\"default\"]\n"
		"X-1 fail high Pod/p :/spec 4 pod\n"
		"X-1 not-evaluated high / : 0 nothing to look at\n"
		"X-1 not-evaluated high / : 0 the check X-1 answered about an object that it was "
		"not given\n");
}

#define DEPLOYMENT                                                                                 \
	"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, labels: {a: b}}\nspec:\n"     \
	"  replicas: 2\n  paused: true\n  template:\n    metadata: {labels: {c: d}}\n    spec:\n"   \
	"      hostNetwork: true\n      containers: [{name: c, image: \"i:1\"}]\n"

/* What a cluster check is given of a workload: what it says that it reads. */
/* Of the files of cluster checks the text is gone. */
static void columns_are_characters(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml", "# \xc3\xa4\napiVersion: v1\nkind: Pod\nmetadata: {annotations: {a: '\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'}, name: p}\n"
			    "spec: {containers: [{name: c, image: 'i'}]}\n");
	put_check(f, "c", "X-1", "input: {cluster: true}\n#   inventory: [workload]",
		"deny contains {\"msg\": \"m\", \"path\": [\"metadata\", \"name\"], \"object\": p} if "
		"some p in data.inventory.namespace[\"default\"].v1.Pod\n");
	put_check(f, "o", "X-2", "input: {workload: true}",
		"deny contains {\"msg\": \"m\", \"path\": [\"metadata\", \"name\"]} if true\n");
	g_autofree char *in = g_build_filename(f->dir, "in", NULL);
	const char *dirs[] = {f->packs}, *paths[] = {in};
	struct sw_input_opts input = {.paths = paths, .n_paths = 1};
	struct sw_scan_opts o = {.packs = {.no_builtin = true, .dirs = dirs, .n_dirs = 1}};
	struct sw_scan *s;
	struct sw_findings fs;
	struct sw_error err;
	assert_int_equal(sw_scan_load(&o, &s, &err), 0);
	sw_findings_init(&fs, 0);
	assert_int_equal(sw_scan_run(s, &input, &fs, NULL, &err), 0);
	assert_int_equal(fs.n, 2);
	for (uint32_t i = 0; i < fs.n; i++) {
		assert_int_equal(fs.v[i]->evidence->line, 4);
		assert_int_equal(fs.v[i]->evidence->col, 37);
		assert_int_equal(fs.v[i]->evidence->end_col, 44);
	}
	sw_findings_release(&fs);
	sw_scan_free(s);
}

static void fields_are_what_is_kept(void **state)
{
	struct fixture *f = *state;
	const char *rule = "deny contains {\"msg\": json.marshal(d), \"path\": [\"spec\"], "
			   "\"object\": d} if some d in "
			   "data.inventory.namespace[\"default\"][\"apps/v1\"].Deployment";
	put(f, "in/a.yaml", DEPLOYMENT);
	put_check(f, "c", "X-1",
		"input: {cluster: true}\n#   inventory: [workload]\n#   fields: [spec.replicas]", rule);
	assert_string_equal(scan(f),
		"X-1 fail high Deployment/d :/spec 4 {\"apiVersion\":\"apps/v1\",\"kind\":"
		"\"Deployment\",\"metadata\":{\"labels\":{\"a\":\"b\"},\"name\":\"d\"},\"spec\":"
		"{\"replicas\":2,\"template\":{\"metadata\":{\"labels\":{\"c\":\"d\"}},"
		"\"spec\":{}}}}\n");
	put_check(f, "c", "X-1",
		"input: {cluster: true}\n#   inventory: [workload]\n#   fields: [pod.spec.hostNetwork]",
		rule);
	assert_non_null(strstr(scan(f), "\"spec\":{\"template\":{\"metadata\":{\"labels\":"
					"{\"c\":\"d\"}},\"spec\":{\"hostNetwork\":true}}}"));
	/* Another check that names no fields gets all, and so does everyone. */
	put_check(f, "d", "X-2", "input: {cluster: true}\n#   inventory: [apps/Deployment]",
		"deny contains {\"msg\": \"two\", \"path\": [], \"object\": d} if some d in "
		"data.inventory.namespace[\"default\"][\"apps/v1\"].Deployment");
	assert_non_null(strstr(scan(f), "\"paused\":true"));
	put_check(f, "c", "X-1", "input: {cluster: true}\n#   inventory: [workload]\n#   fields: [1]",
		rule);
	assert_non_null(strstr(scan(f), "fields must be a list of paths"));
}

/* A list too long to be held, whose kind comes last, and whose texts look like structure. */
static void long_lists_with_brackets_in_texts(void **state)
{
	struct fixture *f = *state;
	sw_autobuf b;
	sw_buf_init(&b, 16 << 20);
	sw_buf_addz(&b, "{\"apiVersion\":\"v1\",\"items\":[");
	for (int i = 0; i < 6000; i++)
		sw_buf_printf(&b,
			"%s{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m%d\"},"
			"\"data\":{\"a\":\"%.*s\",\"b\":[[{\"kind\":\"x]}%s\"}]]}}",
			i ? "," : "", i, i % 90, "]]]]}}}}{{{{[[[[,,,,::::]]]]}}}}{{{{[[[[,,,,::::]]]]}}}}{{{{[[[[,,,,::::....",
			i % 3 ? "" : "\\\"\\\\");
	sw_buf_addz(&b, "],\"kind\":\"List\"}");
	put(f, "in/a.json", sw_buf_cstr(&b));
	put_check(f, "a", "X-1", "input: {any: true}",
		"deny contains {\"msg\": \"m\", \"path\": []} if input.metadata.name in {\"m0\", \"m5999\"}");
	struct sw_coverage c;
	struct sw_scan_opts o = {.packs = {.no_builtin = true}};
	assert_string_equal(scan_with(f, &o, &c),
		"X-1 fail high ConfigMap/m0 :/items/0 1 m\nX-1 fail high ConfigMap/m5999 :/items/5999 1 m\n");
	assert_int_equal(c.objects, 6000);
}

static void wrong_answers_are_not_passes(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml", POD);
	put_check(f, "a", "X-1", "input: {any: true}", "deny contains \"text\"");
	put_check(f, "b", "X-2", "input: {any: true}",
		"deny contains {\"msg\": \"m\", \"path\": [true]}");
	put_check(f, "c", "X-3", "input: {any: true}", "deny := 7");
	put_check(f, "d", "X-4", "input: {any: true}",
		"p := 1 if input.kind\n\np := 2 if input.apiVersion\n\ndeny contains {\"msg\": "
		"\"m\", \"path\": []} if p == 1");
	struct sw_coverage c;
	struct sw_scan_opts o = {.packs = {.no_builtin = true}};
	const char *got = scan_with(f, &o, &c);
	assert_non_null(strstr(got, "X-1 not-evaluated high Pod/p : 1 the check X-1 answered with "
				    "something that is no result\n"));
	assert_non_null(strstr(got, "X-2 not-evaluated high Pod/p : 1 the check X-2 answered with "
				    "a path that is none\n"));
	assert_non_null(strstr(got, "X-3 not-evaluated high Pod/p : 1 the check X-3 answered with "
				    "something that is no set\n"));
	assert_non_null(strstr(
		got, "X-4 not-evaluated high Pod/p : 1 the check X-4 could not be evaluated: "));
}

static void packs_replace_and_disable(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec:\n  "
		"containers:\n"
		"  - name: c\n    image: i:1\n    securityContext: {privileged: true}\n");
	const struct sw_str only[] = {SW_STR("SW-POD-001"), SW_STR("sw-pod-002")};
	struct sw_scan_opts o = {.packs = {.only = only, .n_only = 2}};
	assert_string_equal(scan_with(f, &o, NULL),
		"SW-POD-001 fail critical Pod/p c:/spec/containers/0/securityContext/privileged 8 "
		"Container \"c\" runs "
		"privileged\n"
		"SW-POD-002 fail medium Pod/p "
		"c:/spec/containers/0/securityContext/allowPrivilegeEscalation 8 Container "
		"\"c\" may gain more privileges than its parent process\n");
	const struct sw_str off[] = {SW_STR("SW-POD-002")};
	put_check(f, "mine", "SW-POD-001", "input: {workload: true}",
		"deny contains {\"msg\": \"mine\", \"path\": []}");
	o = (struct sw_scan_opts){
		.packs = {.only = only, .n_only = 2, .disable = off, .n_disable = 1}};
	assert_string_equal(scan_with(f, &o, NULL), "SW-POD-001 fail high Pod/p : 1 mine\n");
	const struct sw_str none[] = {SW_STR("SW-NONE-1")};
	o = (struct sw_scan_opts){.packs = {.disable = none, .n_disable = 1}};
	assert_string_equal(scan_with(f, &o, NULL), "error: there is no check \"SW-NONE-1\" (see `seawall list checks`)");
}

static void broken_packs_are_errors_with_a_place(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml", POD);
	put(f, "packs/x/check.rego", "package seawall.checks.x\n\ndeny contains r if {\n");
	assert_non_null(strstr(scan(f), "packs/x/check.rego:"));
	assert_non_null(strstr(scan(f), "rego_parse_error"));
	put(f, "packs/x/check.rego", "package seawall.checks.x\n\ndeny contains 1\n");
	assert_string_equal(scan(f), "error: packs/x/check.rego:1:1: metadata of a check: there is "
				     "no METADATA block with scope package");
	put_check(f, "x", "X-1", "input: {}", "");
	assert_non_null(strstr(scan(f), "input must be one of"));
	put_check(f, "x", "X-1", "input: {cluster: true}", "");
	assert_non_null(strstr(scan(f), "inventory must be a list of kinds"));
	put_check(f, "x", "X-1", "input: {any: true}", "deny contains x if undefined_function(x)");
	assert_non_null(strstr(scan(f), "undefined function undefined_function"));
	put_check(f, "x", "X-1", "input: {any: true}", "deny contains {\"msg\": time.now_ns()}");
	assert_non_null(strstr(scan(f), "unsafe built-in function"));
	put_check(f, "x", "X-1", "input: {any: true}", "other := 1");
	assert_string_equal(scan(f),
		"error: the check X-1 (data.seawall.checks.x) has no rule deny");
	put_check(f, "x", "X-1", "input: {any: true}", "deny contains 1 if false");
	put_check(f, "y", "X-1", "input: {any: true}", "");
	assert_non_null(strstr(scan(f), "two checks have the id X-1"));
	put(f, "packs/y/check.rego", "package seawall.lib.mine\n\nx := 1\n");
	put(f, "packs/y/check_test.rego", "this is no rego at all");
	assert_string_equal(scan(f), "");
}

static const char replicas[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-abc-1\","
	"\"namespace\":\"s\",\"labels\":{"
	"\"pod-template-hash\":\"abc\"},\"ownerReferences\":[{\"apiVersion\":\"apps/"
	"v1\",\"kind\":\"ReplicaSet\",\"name\":"
	"\"web-abc\",\"controller\":true}]},\"spec\":{\"nodeName\":\"n1\",\"containers\":[{"
	"\"name\":\"c\",\"image\":\"i:1\"}],"
	"\"volumes\":[{\"name\":\"kube-api-access-11111\"}]}},"
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-abc-2\","
	"\"namespace\":\"s\",\"labels\":{"
	"\"pod-template-hash\":\"abc\"},\"ownerReferences\":[{\"apiVersion\":\"apps/"
	"v1\",\"kind\":\"ReplicaSet\",\"name\":"
	"\"web-abc\",\"controller\":true}]},\"spec\":{\"nodeName\":\"n2\",\"containers\":[{"
	"\"name\":\"c\",\"image\":\"i:1\"}],"
	"\"volumes\":[{\"name\":\"kube-api-access-22222\"}]},\"status\":{\"phase\":\"Running\"}},"
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-abc-3\","
	"\"namespace\":\"s\",\"labels\":{"
	"\"pod-template-hash\":\"abc\"},\"ownerReferences\":[{\"apiVersion\":\"apps/"
	"v1\",\"kind\":\"ReplicaSet\",\"name\":"
	"\"web-abc\",\"controller\":true}]},\"spec\":{\"nodeName\":\"n2\",\"containers\":[{"
	"\"name\":\"c\",\"image\":\"i:1\"},"
	"{\"name\":\"injected\",\"image\":\"i:1\"}]}}]}";

static void replicas_are_judged_once(void **state)
{
	struct fixture *f = *state;
	put(f, "in/pods.json", replicas);
	put_check(f, "x", "X-1", "input: {workload: true}",
		"deny contains {\"msg\": c.name, \"path\": c.path, \"container\": c.name} if some "
		"c in kube.containers");
	struct sw_coverage c;
	struct sw_scan_opts o = {.packs = {.no_builtin = true}};
	assert_string_equal(scan_with(f, &o, &c),
		"X-1 fail high Deployment/web c:/items/0/spec/containers/0 1 c\n"
		"X-1 fail high Deployment/web c:/items/2/spec/containers/0 1 c\n"
		"X-1 fail high Deployment/web injected:/items/2/spec/containers/1 1 injected\n");
	assert_int_equal(c.objects, 3);
	assert_int_equal(c.evaluations, 2);
	/* The controller says it itself: only what a pod adds is left. */
	put(f, "in/web.yaml",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: "
		"s}\nspec:\n"
		"  template:\n    spec:\n      containers:\n      - {name: c, image: \"i:1\"}\n");
	assert_string_equal(scan(f),
		"X-1 fail high Deployment/web c:/spec/template/spec/containers/0 8 c\n"
		"X-1 fail high Deployment/web injected:/items/2/spec/containers/1 1 injected\n");
}

static void pod_security(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml",
		"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: j}\nspec:\n  jobTemplate:\n "
		"   spec:\n"
		"      template:\n        spec:\n          hostPID: true\n          containers:\n"
		"          - name: c\n            securityContext: {privileged: true}\n");
	struct sw_pss_policy p = {SW_PSS_BASELINE, 30};
	struct sw_scan_opts o = {.no_checks = true, .pss = &p, .n_pss = 1};
	struct sw_coverage c;
	assert_string_equal(scan_with(f, &o, &c),
		"PSS-privileged fail critical CronJob/j "
		":/spec/jobTemplate/spec/template/spec/containers/0/securityContext/privileged 12 "
		"violates PodSecurity "
		"\"baseline:v1.30\": privileged (container \"c\" must not set "
		"securityContext.privileged=true)\n"
		"PSS-hostNamespaces fail high CronJob/j "
		":/spec/jobTemplate/spec/template/spec/hostPID 9 violates "
		"PodSecurity \"baseline:v1.30\": host namespaces (hostPID=true)\n");
	assert_int_equal(c.evaluations, 11);
	put(f, "in/a.yaml", "apiVersion: v1\nkind: Pod\nspec: {hostPID: \"yes\"}\n");
	assert_string_equal(scan_with(f, &o, &c), "PSS-hostNamespaces not-evaluated high Pod/ : 1 "
						  "hostPID must be boolean, not string\n");
}

static void input_problems_are_findings(void **state)
{
	struct fixture *f = *state;
	put(f, "in/a.yaml", "a: [\n");
	put(f, "in/b.yaml", "foo: bar\n");
	put(f, "in/c.json", "\x01");
	struct sw_scan_opts o = {.no_checks = true};
	struct sw_coverage c;
	const char *got = scan_with(f, &o, &c);
	assert_true(g_str_has_prefix(got, "SW-INPUT-002 not-evaluated medium / :"));
	assert_non_null(strstr(
		got, "SW-INPUT-007 not-evaluated low / : 1 not a text: byte 0x01 at offset 0\n"));
	assert_null(strstr(got, "SW-INPUT-004"));
	assert_int_equal(c.broken_documents, 2);
	assert_int_equal(c.not_kubernetes, 1);
	assert_int_equal(c.files, 3);
	o.report_other = true;
	assert_non_null(strstr(scan_with(f, &o, &c), "SW-INPUT-004 not-evaluated info"));
}

/* Every built-in check loads, has what a report needs, and every file of content/ is in the binary.
 */
static void builtin_checks(void **state)
{
	struct sw_packs *p;
	struct sw_error err = {0};
	struct sw_packs_opts o = {0};
	uint32_t n;
	if (sw_packs_load(&o, &p, &err))
		fail_msg("%s: %s", err.file, err.text);
	const struct sw_check *c = sw_packs_checks(p, &n);
	assert_true(n >= 11);
	for (uint32_t i = 0; i < n; i++) {
		if (c[i].rule.severity == SW_SEV_UNKNOWN || !c[i].rule.n_references ||
			!c[i].builtin || c[i].off)
			fail_msg("%.*s", SW_STR_ARG(c[i].rule.id));
		if (!sw_str_starts(c[i].rule.id, SW_STR("SW-")) ||
			sw_str_ends(c[i].rule.title, SW_STR(".")))
			fail_msg("%.*s: id or title", SW_STR_ARG(c[i].rule.id));
		assert_ptr_equal(sw_packs_find(p, c[i].rule.id), &c[i]);
	}
	const struct sw_check *privileged = sw_packs_find(p, SW_STR("SW-POD-001"));
	assert_non_null(privileged);
	assert_str(privileged->package, "data.seawall.checks.privileged");
	assert_int_equal(privileged->rule.severity, SW_SEV_CRITICAL);
	assert_true(privileged->rule.n_frameworks >= 4);
	sw_packs_free(p);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_check_becomes_findings),
		T(checks_see_their_kinds_only),
		T(cluster_checks),
		T(columns_are_characters),
		T(fields_are_what_is_kept),
		T(long_lists_with_brackets_in_texts),
		T(wrong_answers_are_not_passes),
		T(packs_replace_and_disable),
		T(broken_packs_are_errors_with_a_place),
		T(replicas_are_judged_once),
		T(pod_security),
		T(input_problems_are_findings),
		cmocka_unit_test(builtin_checks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
