/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real manifests: every document of $SW_SHARED/conformance/manifests is handed on or told with a
 * reason. One TAP line per file. Documents are counted by an independent rule: pieces between `---`
 * lines that hold anything but comments.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/input/input.h"

struct count {
	unsigned objects, problems, silent;
	struct sw_buf log;
};

static int cases, failed;

static int on_object(void *arg, const struct sw_input_doc *d, struct sw_error *err)
{
	struct count *c = arg;
	struct sw_pos pos = sw_source_pos(d->source, d->file_arena, d->span.start);
	c->objects++;
	c->silent += !pos.line || !d->object.kind.n;
	sw_buf_printf(&c->log, "%u %u %.*s\n", d->index, pos.line, SW_STR_ARG(d->object.name));
	return 0;
}

static void on_problem(void *arg, const struct sw_input_problem *p)
{
	struct count *c = arg;
	c->problems++;
	c->silent += !p->reason.n;
	sw_buf_printf(&c->log, "%u %u %u %.*s\n", p->index, p->line, p->col, SW_STR_ARG(p->reason));
}

static void run(const char *path, struct count *c)
{
	struct sw_input_opts o = {.paths = &path, .n_paths = 1, .no_render = true};
	struct sw_input_handler h = {on_object, on_problem, c};
	struct sw_error err = {0};
	sw_buf_init(&c->log, 0);
	if (sw_input_run(&o, &h, NULL, &err))
		c->silent++;
}

static bool holds_anything(const char *line)
{
	while (*line == ' ' || *line == '\t' || *line == '\r')
		line++;
	return *line && *line != '#' && strncmp(line, "---", 3) != 0 &&
	       strncmp(line, "...", 3) != 0;
}

static unsigned documents(const char *path)
{
	gchar *text = NULL;
	unsigned n = 0;
	bool open = false;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	if (g_str_has_suffix(path, ".json")) {
		g_free(text);
		return 1;
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **l = lines; *l; l++) {
		if (strncmp(*l, "---", 3) == 0 && (!(*l)[3] || strchr(" \r\t#", (*l)[3])))
			open = false;
		else if (!open && holds_anything(*l)) {
			open = true;
			n++;
		}
	}
	g_free(text);
	return n;
}

static void file(const char *path, const char *name)
{
	struct count a = {0}, b = {0};
	run(path, &a);
	run(path, &b);
	unsigned want = documents(path);
	bool same = sw_str_eq(sw_buf_str(&a.log), sw_buf_str(&b.log));
	bool ok = same && !a.silent && a.objects + a.problems >= (want ? want : 1);
	printf("%sok %d - %s\n", ok ? "" : "not ", ++cases, name);
	if (!ok) {
		failed++;
		printf("# %u objects, %u problems, want %u%s\n", a.objects, a.problems, want,
			same ? "" : ", two runs differ");
	}
	sw_buf_release(&a.log);
	sw_buf_release(&b.log);
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walk(const char *dir, size_t root)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *e;
	while (d && (e = g_dir_read_name(d)))
		g_ptr_array_add(names, g_strdup(e));
	if (d)
		g_dir_close(d);
	g_ptr_array_sort(names, by_name);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(dir, names->pdata[i], NULL);
		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			walk(path, root);
		else if (g_str_has_suffix(path, ".yaml") || g_str_has_suffix(path, ".yml") ||
			 g_str_has_suffix(path, ".json"))
			file(path, path + root + 1);
	}
}

int main(void)
{
	const char *shared = getenv("SW_SHARED");
	g_autofree char *root =
		g_strdup_printf("%s/conformance/manifests", shared ? shared : "../shared");
	if (!g_file_test(root, G_FILE_TEST_IS_DIR)) {
		printf("ok 1 - manifests # skip no conformance data in %s\n1..1\n", root);
		return 0;
	}
	walk(root, strlen(root));
	printf("1..%d\n", cases);
	return failed != 0;
}
