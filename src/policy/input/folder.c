/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that are more than the sum of their files: kustomizations and Helm charts. */
#include <fcntl.h>

#include "base/cleanup.h"
#include "doc/yaml.h"
#include "policy/input/impl.h"

static bool is_kustomization(const struct input_folder *f, const char *entry)
{
	struct stat st;
	return (!strcmp(entry, "kustomization.yaml") || !strcmp(entry, "kustomization.yml") ||
		       !strcmp(entry, "Kustomization")) &&
	       !(fstatat(f->fd, entry, &st, 0) == 0 && S_ISDIR(st.st_mode));
}

/* A name of this very folder, noted as "\nname\n". */
static void note_name(struct sw_buf *b, struct sw_value v)
{
	if (v.type != SW_STRING)
		return;
	struct sw_str s = sw_value_str(v);
	if (sw_str_starts(s, SW_STR("./")))
		s = sw_str_sub(s, 2, s.n);
	if (!s.n || s.n > 255 || sw_str_chr(s, '/', 0) != SW_NPOS ||
		sw_str_chr(s, '\n', 0) != SW_NPOS)
		return;
	if (!b->n)
		sw_buf_addch(b, '\n');
	sw_buf_addstr(b, s);
	sw_buf_addch(b, '\n');
}

static void note_names(struct sw_buf *b, struct sw_value list, const char *member)
{
	if (list.type != SW_ARRAY)
		return;
	sw_array_foreach (v, list)
		note_name(b, member ? sw_object_gets(*v, sw_str_from(member)) : *v);
}

/* The files that a kustomization names, and its kind. */
static void read_kustomization(
	struct input *in, struct input_folder *f, const char *entry, bool *ret_component)
{
	static const struct {
		const char *field, *member;
	} parts[] = {{"patchesStrategicMerge", NULL}, {"patches", "path"},
		{"patchesJson6902", "path"}, {"transformers", NULL}, {"generators", NULL},
		{"configurations", NULL}, {"validators", NULL}, {"replacements", "path"},
		{"crds", NULL}};
	sw_autobuf text;
	g_autofree char *path = g_strconcat(f->path, "/", entry, NULL);
	struct sw_value v;
	if (!input_read(in, f->fd, entry, path, false, &text))
		return;
	sw_arena_reset(&in->doc_arena);
	if (sw_yaml_parse(&in->doc_arena, sw_buf_str(&text), 0, NULL, &v, NULL))
		return;
	*ret_component = sw_str_is(sw_value_getstr(v, "kind"), "Component");
	note_names(&f->members, sw_object_gets(v, SW_STR("resources")), NULL);
	note_names(&f->members, sw_object_gets(v, SW_STR("bases")), NULL);
	for (size_t i = 0; i < SW_ARRAY_LEN(parts); i++)
		note_names(
			&f->parts, sw_object_gets(v, sw_str_from(parts[i].field)), parts[i].member);
	struct sw_value generators = sw_object_gets(v, SW_STR("configMapGenerator"));
	if (generators.type == SW_ARRAY)
		sw_array_foreach (g, generators)
			note_names(&f->parts, sw_object_gets(*g, SW_STR("files")), NULL);
}

/* `other`: what does the same where the first is not installed, or NULL. */
static void render(struct input *in, struct input_folder *f, const char *what, const char *const *argv,
	const char *const *other)
{
	struct sw_str path = sw_str_from(f->path);
	struct sw_error err = {0};
	sw_autobuf out;
	sw_buf_init(&out, 1);
	if (in->opts->no_render) {
		input_problem(
			in, SW_INPUT_NOT_RENDERED, path, "%s was not rendered, as asked for", what);
		return;
	}
	int r = input_run(in, argv, &out, &err);
	if (r == -SW_ENOENT && other && input_installed(other[0])) {
		argv = other;
		r = input_run(in, argv, &out, &err);
	}
	if (r) {
		input_problem(
			in, SW_INPUT_NOT_RENDERED, path, "%s was not rendered: %s", what, err.text);
		return;
	}
	f->rendered = true;
	in->stats.rendered++;
	g_autofree char *name = g_strdup_printf("%s (%s)", f->path, argv[0]);
	if (out.n)
		input_text(in, sw_str_from(name), &out, false, argv[0]);
}

void input_folder_open(struct input *in, struct input_folder *f, char *const *entries, uint32_t n)
{
	const char *kustomization = NULL;
	bool templates = false, component = false;
	sw_buf_init(&f->members, 1 << 20);
	sw_buf_init(&f->parts, 1 << 20);
	for (uint32_t i = 0; i < n; i++) {
		if (is_kustomization(f, entries[i]))
			kustomization = entries[i];
		f->chart |= !strcmp(entries[i], "Chart.yaml");
		templates |= !strcmp(entries[i], "templates");
	}
	f->chart &= templates;
	/* A name that starts with a dash would be taken for an option. */
	g_autofree char *dir =
		f->path[0] == '-' ? g_strconcat("./", f->path, NULL) : g_strdup(f->path);
	if (f->chart && !f->in_chart) {
		const char *argv[] = {"helm", "template", "release", dir, NULL};
		render(in, f, "the Helm chart", argv, NULL);
	}
	if (!kustomization)
		return;
	f->kustomize = true;
	read_kustomization(in, f, kustomization, &component);
	if (component) {
		input_problem(in, SW_INPUT_NOT_RENDERED, sw_str_from(f->path),
			"a kustomize component is rendered only as part of a kustomization");
		return;
	}
	bool chart = f->rendered;
	const char *argv[] = {"kubectl", "kustomize", dir, NULL};
	const char *other[] = {"kustomize", "build", dir, NULL};
	render(in, f, "the kustomization", argv, other);
	f->rendered |= chart;
}

void input_folder_close(struct input_folder *f)
{
	sw_buf_release(&f->members);
	sw_buf_release(&f->parts);
}

static bool has_name(const struct sw_buf *names, const char *entry)
{
	g_autofree char *needle = g_strconcat("\n", entry, "\n", NULL);
	return names->n && sw_str_has(sw_buf_str(names), sw_str_from(needle));
}

bool input_folder_covers(
	struct input *in, const struct input_folder *f, const char *entry, const char *path)
{
	if (f->kustomize && f->rendered &&
		(is_kustomization(f, entry) || has_name(&f->members, entry)))
		return true;
	if (!f->kustomize || !has_name(&f->parts, entry))
		return false;
	if (!f->rendered)
		input_problem(in, SW_INPUT_PATCH, sw_str_from(path),
			"part of a kustomization that was not rendered, no object by itself");
	return true;
}
