/* SPDX-License-Identifier: Apache-2.0 */
/* Any number of threads finds the same, in the same order, before anything is sorted. */
#include "../test.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "base/cleanup.h"
#include "finding/fingerprint.h"
#include "policy/scan.h"

struct fixture {
	char *dir;
	GString *text;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	f->dir = g_dir_make_tmp("sw-jobs-XXXXXX", NULL);
	f->text = g_string_new("");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	GDir *d = g_dir_open(f->dir, 0, NULL);
	const char *e;
	while (d && (e = g_dir_read_name(d))) {
		g_autofree char *p = g_build_filename(f->dir, e, NULL);
		g_remove(p);
	}
	g_dir_close(d);
	g_rmdir(f->dir);
	g_free(f->dir);
	g_string_free(f->text, TRUE);
	g_free(f);
	return 0;
}

static void save(struct fixture *f, const char *name)
{
	g_autofree char *path = g_build_filename(f->dir, name, NULL);
	assert_true(g_file_set_contents(path, f->text->str, (gssize)f->text->len, NULL));
	g_string_truncate(f->text, 0);
}

/* Every kind of object and of fault, some owned by a controller and the same but for their names. */
static void object(struct fixture *f, unsigned i)
{
	GString *t = f->text;
	switch (i % 7) {
	case 0: /* replicas */
		g_string_append_printf(t, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: ds-%u\n  namespace: n\n"
			"  ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: ds-%u, controller: true, uid: u}]\n"
			"spec:\n  containers: [{name: c, image: 'nginx'}]\n", i, i / 28);
		break;
	case 1: /* columns that count characters */
		g_string_append_printf(t, "apiVersion: v1\nkind: Pod\nmetadata: {name: p%u, labels: {l: 'ÄÖÜ€'}}\n"
			"spec: {volumes: [{name: 'é', hostPath: {path: /}}], containers: [{name: 'ü', image: nginx:latest, "
			"securityContext: {privileged: true}}]}\n", i);
		break;
	case 2: /* no object, or no YAML */
		g_string_append(t, i % 2 ? "just: a mapping\n" : "a: [b\n");
		break;
	case 3:
		g_string_append_printf(t, "apiVersion: v1\nkind: Service\nmetadata: {name: s%u, labels: {ä: ö}}\n"
			"spec: {type: LoadBalancer, 'externalIPs': [1.2.3.4], ports: [{port: 1}]} # ß\n", i);
		break;
	case 4:
		g_string_append_printf(t, "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n"
			"metadata: {name: b%u}\nroleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n"
			"subjects: [{kind: ServiceAccount, name: 'd', namespace: n%u}]\n", i, i % 5);
		break;
	default:
		g_string_append_printf(t, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d%u, namespace: n%u}\n"
			"spec:\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n      - name: c%u\n"
			"        image: r.example/i:%u\n        env: [{name: AWS_SECRET_ACCESS_KEY, value: abcdefghijklmnop%u}]\n",
			i, i % 5, i, i, i);
	}
}

/* The same in one long list of JSON, on one line or on many: given back while it is read. */
static void list(struct fixture *f, unsigned n, const char *nl)
{
	g_string_append_printf(f->text, "{\"apiVersion\": \"v1\",%s\"kind\": \"List\", \"items\": [%s", nl, nl);
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(f->text, "%s{\"apiVersion\": \"v1\", \"kind\": \"%s\",%s \"metadata\": {\"name\": \"é-%u\"},%s"
			"\"spec\": {\"note\": \"%0*u\", \"hostPID\": true, \"containers\": [{\"name\": \"ü\", \"image\": \"i\"}]}}%s",
			i ? "," : "", i % 50 == 7 ? "" : "Pod", nl, i, nl, 2000, i, nl);
	g_string_append(f->text, "]}\n");
}

static void add_str(GString *out, struct sw_str s)
{
	g_string_append_len(out, s.p, (gssize)s.n);
	g_string_append_c(out, '|');
}

static char *scan(struct fixture *f, uint32_t jobs, bool passes)
{
	const char *paths[] = {f->dir};
	struct sw_input_opts input = {.paths = paths, .n_paths = 1, .no_render = true};
	struct sw_pss_policy pss = {SW_PSS_RESTRICTED, SW_PSS_LATEST};
	struct sw_scan_opts o = {.jobs = jobs, .report_other = true, .pss = &pss, .n_pss = 1,
		.pss_labels = passes};
	struct sw_scan *s;
	struct sw_findings fs;
	struct sw_error err = {0};
	GString *out = g_string_new("");
	assert_int_equal(sw_scan_load(&o, &s, &err), 0);
	sw_findings_init(&fs, 0);
	fs.keep_passes = passes;
	assert_int_equal(sw_scan_run(s, &input, &fs, NULL, &err), 0);
	for (uint32_t i = 0; i < fs.n; i++) {
		const struct sw_finding *x = fs.v[i];
		char hex[SW_FINGERPRINT_HEX];
		const struct sw_str *subject = (const struct sw_str *)&x->subject;
		for (size_t k = 0; k < sizeof(x->subject) / sizeof(*subject); k++)
			add_str(out, subject[k]);
		add_str(out, x->rule->id);
		add_str(out, x->message);
		add_str(out, x->document);
		add_str(out, x->key);
		for (uint32_t k = 0; k < x->n_evidence; k++) {
			add_str(out, x->evidence[k].file);
			add_str(out, x->evidence[k].path);
			add_str(out, x->evidence[k].value);
			g_string_append_printf(out, "%u:%u-%u:%u", x->evidence[k].line, x->evidence[k].col,
				x->evidence[k].end_line, x->evidence[k].end_col);
		}
		g_string_append_printf(out, " %d %s\n", x->verdict, sw_fingerprint_hex(x->fingerprint, hex));
	}
	const struct sw_coverage *c = &fs.coverage;
	g_string_append_printf(out, "%lu %lu %lu %lu %lu %lu %lu %lu, %lu passed\n", c->files, c->documents, c->objects,
		c->broken_documents, c->skipped_files, c->not_kubernetes, c->evaluations, c->not_evaluated, fs.passed);
	for (int i = 0; i < SW_SEV__COUNT; i++)
		g_string_append_printf(out, "%lu ", fs.passed_by[i]);
	sw_findings_release(&fs);
	sw_scan_free(s);
	return g_string_free(out, FALSE);
}

static void hold(struct fixture *f, bool passes)
{
	static const uint32_t jobs[] = {2, 3, 8};
	g_autofree char *one = scan(f, 1, passes);
	for (size_t i = 0; i < SW_ARRAY_LEN(jobs); i++) {
		g_autofree char *many = scan(f, jobs[i], passes);
		if (strcmp(one, many) == 0)
			continue;
		size_t at = 0;
		while (one[at] == many[at])
			at++;
		at = at > 300 ? at - 300 : 0;
		print_message("# %u jobs:\n# %.700s\n# one:\n# %.700s\n", jobs[i], many + at, one + at);
		fail();
	}
}

static void nothing(void **state)
{
	struct fixture *f = *state;
	hold(f, false);
	object(f, 1);
	save(f, "a.yaml");
	hold(f, true);
}

static void many_files(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 0; i < 400; i++) {
		g_autofree char *name = g_strdup_printf("f%03u.yaml", i);
		object(f, i);
		if (i % 10 == 0) {
			g_string_append(f->text, "---\n");
			object(f, i + 1);
		}
		save(f, name);
	}
	hold(f, false);
	hold(f, true);
}

static void one_stream(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 0; i < 500; i++) {
		g_string_append(f->text, "---\n");
		object(f, i);
	}
	save(f, "all.yaml");
	hold(f, false);
}

static void lists(void **state)
{
	struct fixture *f = *state;
	list(f, 3000, "\n");
	save(f, "a.json");
	list(f, 60, "");
	save(f, "b.json");
	list(f, 300, "");
	save(f, "c.json");
	g_string_append(f->text, "apiVersion: v1\nkind: List\nitems:\n");
	for (unsigned i = 0; i < 300; i++)
		g_string_append_printf(f->text, "- {apiVersion: v1, kind: Pod, metadata: {name: 'ö%u'}, spec: {containers: [{name: c, image: i}]}}\n", i);
	save(f, "d.yaml");
	hold(f, false);
}

static void cut_off(void **state)
{
	struct fixture *f = *state;
	list(f, 1000, "\n");
	g_string_truncate(f->text, f->text->len - 1000);
	save(f, "a.json");
	object(f, 1);
	save(f, "b.yaml");
	hold(f, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(many_files, setup, teardown),
		cmocka_unit_test_setup_teardown(one_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(lists, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_off, setup, teardown),
	};
	return cmocka_run_group_tests_name("policy/scan_jobs", tests, NULL, NULL);
}
