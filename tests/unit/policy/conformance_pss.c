/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every pod of $SW_SHARED/conformance/pss/<level>/<version>/{pass,fail}/: one TAP line per file. A
 * pod of `fail` must be forbidden by the check whose name the file carries, or by the check that
 * stands in for it.
 */
#include <ctype.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "doc/yaml.h"
#include "policy/pss/pss.h"

static int cases, failed;

static void result(bool ok, const char *name, const char *why)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", ++cases, name);
	if (!ok) {
		failed++;
		printf("# %s\n", why);
	}
}

/* "hostports12.yaml" is about a check whose id begins with hostports, in any case. */
static bool about(const char *file, const char *id)
{
	size_t n = strcspn(file, "0123456789");
	if (strncmp(file, "restrictedvolumes", 17) == 0)
		n = 17;
	return n <= strlen(id) && strncasecmp(file, id, n) == 0;
}

static void one(
	const char *path, const char *level, const char *version, bool pass, const char *file)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	gchar *text = NULL;
	gsize n = 0;
	struct sw_error err = {0};
	struct sw_value v;
	struct sw_pss_policy p;
	struct sw_pss_result r;
	g_autofree char *name =
		g_strdup_printf("%s/%s/%s/%s", level, version, pass ? "pass" : "fail", file);
	if (!g_file_get_contents(path, &text, &n, NULL)) {
		result(false, name, "cannot be read");
		return;
	}
	g_autofree char *owned = text;
	struct sw_kube_object o;
	struct sw_kube_pod *pods;
	uint32_t n_pods;
	if (sw_yaml_parse(&a, sw_str_make(owned, n), 0, NULL, &v, &err) ||
		sw_kube_object_init(v, &o, &err) || sw_kube_pods(&a, &o, &pods, &n_pods, &err) ||
		n_pods != 1 || sw_pss_level_parse(sw_str_from(level), &p.level, &err) ||
		sw_pss_version_parse(sw_str_from(version), &p.minor, &err) ||
		sw_pss_eval(&a, p, &pods[0], &r, &err)) {
		result(false, name, err.text);
		return;
	}
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_pss_write_violation(&b, p, &r, false);
	bool named = false;
	for (uint32_t i = 0; i < r.n; i++)
		named |= r.checks[i].verdict == SW_PSS_FORBIDDEN && r.checks[i].n_places > 0 &&
			 (about(file, r.checks[i].id) || r.checks[i].level == p.level);
	if (pass)
		result(r.allowed, name, sw_buf_cstr(&b));
	else
		result(!r.allowed && !r.unknown && named, name,
			r.allowed ? "is allowed" : sw_buf_cstr(&b));
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *list(const char *path)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *d = g_dir_open(path, 0, NULL);
	const char *e;
	while (d && (e = g_dir_read_name(d)))
		g_ptr_array_add(names, g_strdup(e));
	if (d)
		g_dir_close(d);
	g_ptr_array_sort(names, by_name);
	return names;
}

static void folder(const char *root, const char *level, const char *version, bool pass)
{
	g_autofree char *dir =
		g_strdup_printf("%s/%s/%s/%s", root, level, version, pass ? "pass" : "fail");
	g_autoptr(GPtrArray) files = list(dir);
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *path = g_strdup_printf("%s/%s", dir, (char *)files->pdata[i]);
		one(path, level, version, pass, files->pdata[i]);
	}
}

int main(void)
{
	static const char *const levels[] = {"baseline", "restricted"};
	const char *shared = getenv("SW_SHARED");
	g_autofree char *root =
		g_strdup_printf("%s/conformance/pss", shared ? shared : "../shared");
	if (!g_file_test(root, G_FILE_TEST_IS_DIR)) {
		printf("ok 1 - pss # skip no conformance data in %s\n1..1\n", root);
		return 0;
	}
	for (int l = 0; l < 2; l++) {
		g_autofree char *dir = g_strdup_printf("%s/%s", root, levels[l]);
		g_autoptr(GPtrArray) versions = list(dir);
		for (guint i = 0; i < versions->len; i++) {
			folder(root, levels[l], versions->pdata[i], true);
			folder(root, levels[l], versions->pdata[i], false);
		}
	}
	printf("1..%d\n", cases);
	return failed != 0;
}
