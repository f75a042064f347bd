/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "policy/input/input.h"

/* What a run says, one line per object and problem, with the folder's name left out. */
struct log {
	struct sw_buf b;
	const char *dir;
};

static struct sw_str short_name(const struct log *l, struct sw_str file)
{
	size_t n = l->dir ? strlen(l->dir) : 0;
	return n && sw_str_starts(file, sw_str_from(l->dir)) ? sw_str_sub(file, n + 1, file.n)
							     : file;
}

static int on_object(void *arg, const struct sw_input_doc *d, struct sw_error *err)
{
	struct log *l = arg;
	struct sw_pos pos = sw_source_pos(d->source, d->file_arena, d->span.start);
	struct sw_str file = short_name(l, d->source->name);
	sw_buf_printf(&l->b, "%.*s#%u%.*s:%u %.*s/%.*s\n", SW_STR_ARG(file), d->index,
		SW_STR_ARG(d->pointer), pos.line, SW_STR_ARG(d->object.kind),
		SW_STR_ARG(d->object.name));
	return 0;
}

static void on_problem(void *arg, const struct sw_input_problem *p)
{
	static const char *const kinds[SW_INPUT__COUNT] = {"unreadable", "broken", "template",
		"not-kubernetes", "not-rendered", "limit", "binary", "empty", "patch", "not-listed",
		"partial"};
	struct log *l = arg;
	struct sw_str file = short_name(l, p->file);
	sw_buf_printf(&l->b, "%.*s#%u:%u:%u %s: %.*s\n", SW_STR_ARG(file), p->index, p->line,
		p->col, kinds[p->kind], SW_STR_ARG(p->reason));
}

static const char *run_opts(
	struct log *l, struct sw_input_opts *o, const char *path, struct sw_input_stats *s)
{
	struct sw_input_handler h = {on_object, on_problem, l};
	struct sw_error err = {0};
	sw_buf_clear(&l->b);
	o->paths = &path;
	o->n_paths = 1;
	assert_int_equal(sw_input_run(o, &h, s, &err), 0);
	return sw_buf_cstr(&l->b);
}

struct fixture {
	struct log log;
	char *dir;
};

static int setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	f->dir = g_dir_make_tmp("sw-input-XXXXXX", NULL);
	f->log.dir = f->dir;
	sw_buf_init(&f->log.b, 0);
	*state = f;
	return 0;
}

static void remove_all(const char *path)
{
	GStatBuf st;
	if (g_lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		g_chmod(path, 0700);
		GDir *d = g_dir_open(path, 0, NULL);
		const char *e;
		while (d && (e = g_dir_read_name(d))) {
			g_autofree char *p = g_build_filename(path, e, NULL);
			remove_all(p);
		}
		if (d)
			g_dir_close(d);
	}
	g_remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	remove_all(f->dir);
	sw_buf_release(&f->log.b);
	g_free(f->dir);
	g_free(f);
	return 0;
}

static void put_n(struct fixture *f, const char *name, const char *text, size_t n)
{
	g_autofree char *path = g_build_filename(f->dir, name, NULL);
	g_autofree char *dir = g_path_get_dirname(path);
	assert_int_equal(g_mkdir_with_parents(dir, 0755), 0);
	assert_true(g_file_set_contents(path, text, (gssize)n, NULL));
}

static void put(struct fixture *f, const char *name, const char *text)
{
	put_n(f, name, text, strlen(text));
}

static const char *run(struct fixture *f)
{
	struct sw_input_opts o = {.no_render = true};
	return run_opts(&f->log, &o, f->dir, NULL);
}

static const char *run_file(struct fixture *f, const char *name)
{
	g_autofree char *path = g_build_filename(f->dir, name, NULL);
	struct sw_input_opts o = {.no_render = true};
	return run_opts(&f->log, &o, path, NULL);
}

#define POD(name) "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " name "\n"

static void documents_with_their_places(void **state)
{
	struct fixture *f = *state;
	put(f, "b.yaml", "# comment\n---\n" POD("x") "---\n---\n" POD("w"));
	put(f, "a.json",
		"\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"j\"}}\n");
	put(f, "readme.md", "no manifest");
	put(f, ".git/x.yaml", POD("hidden"));
	put(f, "sub/c.yml", "\xef\xbb\xbf" POD("bom"));
	assert_string_equal(run(f), "a.json#0:2 Pod/j\n"
				    "b.yaml#0:3 Pod/x\n"
				    "b.yaml#2:9 Pod/w\n"
				    "sub/c.yml#0:1 Pod/bom\n");
}

static void one_bad_document_loses_nothing_else(void **state)
{
	struct fixture *f = *state;
	put(f, "a.yaml",
		POD("x") "---\na: [1,\n---\n" POD(
			"w") "---\nfoo: bar\n---\n- 1\n---\nname: {{ .x }}\n---\n" POD("z"));
	const char *got = run(f);
	assert_non_null(strstr(got, "a.yaml#0:1 Pod/x\n"));
	assert_non_null(strstr(got, "Pod/w\n"));
	assert_non_null(strstr(got, "Pod/z\n"));
	assert_non_null(strstr(got, "broken: "));
	assert_non_null(strstr(got, "not-kubernetes: not a Kubernetes object: no apiVersion"));
	assert_non_null(strstr(
		got, "not-kubernetes: not a Kubernetes object: a list instead of a mapping"));
	assert_non_null(strstr(got, "template: a template that was not rendered"));
}

static void lists_are_taken_apart(void **state)
{
	struct fixture *f = *state;
	put(f, "a.yaml",
		"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: "
		"{name: x}\n"
		"- apiVersion: v1\n  kind: PodList\n  items:\n  - metadata: {name: w}\n- 7\n");
	assert_string_equal(run(f), "a.yaml#0/items/0:4 Pod/x\n"
				    "a.yaml#0/items/1/items/0:10 Pod/w\n"
				    "a.yaml#0:11:3 not-kubernetes: not a Kubernetes object: number "
				    "instead of a mapping\n");
}

static void long_lists_are_read_item_by_item(void **state)
{
	struct fixture *f = *state;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	/* The kind stands behind the items, as sorted keys have it. */
	sw_buf_addz(&b, "{\"apiVersion\":\"v1\",\"items\":[\n");
	for (int i = 0; i < 9000; i++)
		sw_buf_printf(&b,
			"%s{\"metadata\":{\"name\":\"p%d\",\"annotations\":{\"x\":\"\\\"]}\"}}}\n",
			i ? "," : "", i);
	sw_buf_addz(&b, "],\"kind\":\"PodList\"}");
	put_n(f, "a.json", b.p, b.n);
	struct sw_input_opts o = {.max_memory = 1 << 20};
	struct sw_input_stats s;
	const char *got = run_opts(&f->log, &o, f->dir, &s);
	assert_int_equal(s.objects, 9000);
	assert_int_equal(s.documents, 1);
	assert_non_null(strstr(got, "a.json#0/items/8999:9001 Pod/p8999\n"));
	/* Cut off in the middle: what was whole is there, and so is the complaint. */
	sw_buf_clear(&b);
	sw_buf_addz(&b, "{\"apiVersion\":\"v1\",\"items\":[\n");
	for (int i = 0; i < 9000; i++)
		sw_buf_printf(&b, "%s{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{}}\n",
			i ? "," : "");
	put_n(f, "a.json", b.p, b.n - 10);
	got = run_opts(&f->log, &o, f->dir, &s);
	assert_int_equal(s.objects, 8999);
	assert_int_equal(s.by_problem[SW_INPUT_BROKEN], 1);
}

static void json_of_other_kinds(void **state)
{
	struct fixture *f = *state;
	put(f, "nd.json",
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}\n"
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\"}}\n{\"log\":"
		"1}\n");
	assert_string_equal(run(f),
		"nd.json#0:1 Pod/a\nnd.json#1:2 Pod/b\n"
		"nd.json#2:3:1 not-kubernetes: not a Kubernetes object: no apiVersion\n");
	put(f, "nd.json", "{\n  // why\n  \"a\": 1\n}\n");
	assert_string_equal(run(f), "nd.json#0:2:3 not-kubernetes: JSON with comments, which "
				    "Kubernetes does not read\n");
	put(f, "nd.json", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"} trailing");
	assert_non_null(strstr(run(f), "broken: text behind the end of the document"));
	put(f, "nd.json", "[1, 2");
	assert_non_null(strstr(run(f), "nd.json#0:1:6 broken: "));
}

static void not_text(void **state)
{
	struct fixture *f = *state;
	put_n(f, "a.yaml",
		"\x7f"
		"ELF\x02\x01\0\0",
		8);
	put_n(f, "b.yaml", "apiVersion: v1\0\n", 16);
	put(f, "c.yaml", "");
	put(f, "d.yaml", " \n\n");
	put(f, "e.yaml", "# only a comment\n");
	put(f, "f.yaml", "---\n...\n");
	assert_string_equal(run(f), "a.yaml#0:1:5 binary: not a text: byte 0x02 at offset 4\n"
				    "b.yaml#0:1:15 binary: not a text: byte 0x00 at offset 14\n"
				    "c.yaml#0:0:0 empty: the file is empty\n"
				    "d.yaml#0:0:0 empty: the file is empty\n"
				    "e.yaml#0:0:0 empty: no document in it\n"
				    "f.yaml#0:0:0 empty: no document in it\n");
}

static void what_is_no_file(void **state)
{
	struct fixture *f = *state;
	g_autofree char *fifo = g_build_filename(f->dir, "fifo.yaml", NULL);
	g_autofree char *loop = g_build_filename(f->dir, "loop.yaml", NULL);
	g_autofree char *dead = g_build_filename(f->dir, "dead.yaml", NULL);
	g_autofree char *up = g_build_filename(f->dir, "sub/up", NULL);
	g_autofree char *twice = g_build_filename(f->dir, "zz.yaml", NULL);
	put(f, "sub/a.yaml", POD("x"));
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("loop.yaml", loop), 0);
	assert_int_equal(symlink("nowhere", dead), 0);
	assert_int_equal(symlink("..", up), 0);
	assert_int_equal(symlink("sub/a.yaml", twice), 0);
	assert_string_equal(run(f),
		"dead.yaml#0:0:0 unreadable: No such file or directory\n"
		"fifo.yaml#0:0:0 unreadable: is a named pipe\n"
		"loop.yaml#0:0:0 unreadable: symbolic links lead in a circle\n"
		"sub/a.yaml#0:1 Pod/x\n"
		"sub/up#0:0:0 unreadable: symbolic link to a folder that was read already\n"
		"zz.yaml#0:1 Pod/x\n");
	/* Named by the user a pipe may be read; nobody writes to this one. */
	assert_string_equal(run_file(f, "fifo.yaml"), "fifo.yaml#0:0:0 empty: the file is empty\n");
	assert_string_equal(
		run_file(f, "nothing"), "nothing#0:0:0 unreadable: No such file or directory\n");
}

static void unreadable(void **state)
{
	struct fixture *f = *state;
	put(f, "a.yaml", POD("x"));
	put(f, "b/c.yaml", POD("w"));
	g_autofree char *file = g_build_filename(f->dir, "a.yaml", NULL);
	g_autofree char *dir = g_build_filename(f->dir, "b", NULL);
	/* Root reads everything: be somebody else. */
	bool root = geteuid() == 0;
	g_chmod(file, 0);
	g_chmod(dir, 0);
	assert_int_equal(root && (chown(f->dir, 65534, 65534) || seteuid(65534)), 0);
	const char *got = run(f);
	assert_int_equal(root && seteuid(0), 0);
	assert_string_equal(got, "a.yaml#0:0:0 unreadable: cannot open: Permission denied\n"
				 "b#0:0:0 unreadable: cannot open: Permission denied\n");
}

static void limits(void **state)
{
	struct fixture *f = *state;
	put(f, "a.yaml", POD("x") POD("x") POD("x"));
	struct sw_input_opts o = {.max_file = 100};
	const char *got = run_opts(&f->log, &o, f->dir, NULL);
	assert_string_equal(got, "a.yaml#0:0:0 limit: larger than 100 bytes\n");
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_pad(&b, '[', 100000);
	put_n(f, "a.yaml", b.p, b.n);
	put_n(f, "b.json", b.p, b.n);
	got = run(f);
	assert_non_null(strstr(got, "a.yaml#0:1:"));
	assert_non_null(strstr(got, "b.json#0:1:"));
	assert_null(strstr(got, "broken"));
	/* Lists in lists. */
	sw_buf_clear(&b);
	for (int i = 0; i < 20; i++)
		sw_buf_addz(&b, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[");
	for (int i = 0; i < 20; i++)
		sw_buf_addz(&b, "]}");
	put_n(f, "a.yaml", b.p, b.n);
	put(f, "b.json", "{\"apiVersion\":\"v1\",\"kind\":\"X\"}");
	assert_non_null(strstr(run(f), "limit: more than 8 lists in lists"));
	/* Folders in folders. */
	sw_buf_clear(&b);
	for (int i = 0; i < 70; i++)
		sw_buf_addz(&b, "d/");
	sw_buf_addz(&b, "x.yaml");
	put(f, sw_buf_cstr(&b), POD("deep"));
	assert_non_null(strstr(run(f), "limit: more than 64 folders deep"));
}

static void kustomization_and_chart(void **state)
{
	struct fixture *f = *state;
	put(f, "k/kustomization.yaml",
		"kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n"
		"resources:\n- pod.yaml\npatches:\n- path: patch.yaml\n");
	put(f, "k/pod.yaml", POD("x"));
	put(f, "k/patch.yaml", POD("x"));
	put(f, "c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
	put(f, "c/templates/pod.yaml",
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n");
	put(f, "c/templates/plain.yaml", POD("plain"));
	assert_string_equal(run(f),
		"c#0:0:0 not-rendered: the Helm chart was not rendered, as asked for\n"
		"c/Chart.yaml#0:1:1 not-kubernetes: not a Kubernetes object: no kind\n"
		"c/templates/plain.yaml#0:1 Pod/plain\n"
		"c/templates/pod.yaml#0:4:9 template: a template that was not rendered (a mapping "
		"cannot be a key)\n"
		"k#0:0:0 not-rendered: the kustomization was not rendered, as asked for\n"
		"k/kustomization.yaml#0:1 Kustomization/\n"
		"k/patch.yaml#0:0:0 patch: part of a kustomization that was not rendered, no "
		"object by itself\n"
		"k/pod.yaml#0:1 Pod/x\n");
}

/* Stand-ins for kubectl and helm show how they are called and what becomes of their answers. */
static void rendering(void **state)
{
	struct fixture *f = *state;
	g_autofree char *bin = g_build_filename(f->dir, "bin", NULL);
	g_autofree char *kubectl = g_build_filename(bin, "kubectl", NULL);
	g_autofree char *helm = g_build_filename(bin, "helm", NULL);
	g_autofree char *old = g_strdup(g_getenv("PATH"));
	g_autofree char *path = g_strconcat(bin, ":", old, NULL);
	put(f, "bin/kubectl",
		"#!/bin/sh\n[ \"$1\" = kustomize ] && [ -d \"$2\" ] && [ \"$HOME\" = /nonexistent "
		"] || exit 1\n"
		"printf 'apiVersion: v1\\nkind: Pod\\nmetadata: {name: rendered}\\n'\n");
	put(f, "bin/helm", "#!/bin/sh\necho one >&2\necho 'Error: no good' >&2\nexit 3\n");
	g_chmod(kubectl, 0755);
	g_chmod(helm, 0755);
	put(f, "k/kustomization.yaml", "resources: [pod.yaml]\n");
	put(f, "k/pod.yaml", POD("x"));
	put(f, "k/other.yaml", POD("other"));
	put(f, "c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
	put(f, "c/templates/plain.yaml", POD("plain"));
	g_setenv("PATH", path, TRUE);
	struct sw_input_opts o = {.render_timeout_s = 20};
	struct sw_input_stats s;
	const char *got = run_opts(&f->log, &o, f->dir, &s);
	assert_string_equal(got,
		"c#0:0:0 not-rendered: the Helm chart was not rendered: helm failed: Error: no "
		"good\n"
		"c/Chart.yaml#0:1:1 not-kubernetes: not a Kubernetes object: no kind\n"
		"c/templates/plain.yaml#0:1 Pod/plain\n"
		"k (kubectl)#0:1 Pod/rendered\n"
		"k/other.yaml#0:1 Pod/other\n");
	assert_int_equal(s.rendered, 1);
	put(f, "bin/helm", "#!/bin/sh\nsleep 60\n");
	g_chmod(helm, 0755);
	o.render_timeout_s = 1;
	assert_non_null(
		strstr(run_opts(&f->log, &o, f->dir, &s), "helm took longer than 1 seconds"));
	/* Neither the time nor the process of kubectl's logger; of helm's advice nothing. */
	o.render_timeout_s = 20;
	put(f, "bin/kubectl", "#!/bin/sh\necho \"E1127 00:18:37.070840    3207 run.go:72] \\\"command failed\\\" err=no\" >&2\nexit 1\n");
	put(f, "bin/helm", "#!/bin/sh\nprintf 'Error: it is bad\\n\\nUse --debug\\n' >&2\nexit 1\n");
	g_chmod(kubectl, 0755);
	g_chmod(helm, 0755);
	got = run_opts(&f->log, &o, f->dir, &s);
	assert_non_null(strstr(got, "kubectl failed: \"command failed\" err=no\n"));
	assert_non_null(strstr(got, "helm failed: Error: it is bad\n"));
	/* kustomize where there is no kubectl */
	g_autofree char *kustomize = g_build_filename(bin, "kustomize", NULL);
	put(f, "bin/kustomize", "#!/bin/sh\n[ \"$1\" = build ] && [ -d \"$2\" ] || exit 1\n"
				"printf 'apiVersion: v1\\nkind: Pod\\nmetadata: {name: built}\\n'\n");
	g_chmod(kustomize, 0755);
	g_remove(kubectl);
	g_setenv("PATH", bin, TRUE);
	assert_non_null(strstr(run_opts(&f->log, &o, f->dir, &s), "k (kustomize)#0:1 Pod/built\n"));
	g_setenv("PATH", "/nonexistent", TRUE);
	assert_non_null(strstr(run_opts(&f->log, &o, f->dir, &s), "kubectl is not installed"));
	g_setenv("PATH", old, TRUE);
}

static void same_bytes_on_every_run(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 50; i++) {
		g_autofree char *name = g_strdup_printf("d%d/f%d.yaml", i % 7, (i * 37) % 50);
		put(f, name, POD("x"));
	}
	g_autofree char *first = g_strdup(run(f));
	assert_string_equal(run(f), first);
}

static void usage(void **state)
{
	struct sw_input_opts o = {0};
	struct sw_input_handler h = {on_object, on_problem, NULL};
	struct sw_error err = {0};
	assert_int_equal(sw_input_run(&o, &h, NULL, &err), -SW_EUSAGE);
	volatile bool cancel = true;
	const char *path = "/";
	o = (struct sw_input_opts){.paths = &path, .n_paths = 1, .cancel = &cancel};
	assert_int_equal(sw_input_run(&o, &h, NULL, &err), -SW_ECANCELLED);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(documents_with_their_places),
		T(one_bad_document_loses_nothing_else),
		T(lists_are_taken_apart),
		T(long_lists_are_read_item_by_item),
		T(json_of_other_kinds),
		T(not_text),
		T(what_is_no_file),
		T(unreadable),
		T(limits),
		T(kustomization_and_chart),
		T(rendering),
		T(same_bytes_on_every_run),
		cmocka_unit_test(usage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
