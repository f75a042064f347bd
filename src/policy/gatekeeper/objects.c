/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/gatekeeper/objects.h"

#include <string.h>

#include "base/io.h"
#include "doc/json.h"
#include "doc/yaml.h"

enum { OBJECTS_MAX = 10000000, PROBLEMS_MAX = 1000 };

/* A file that is being read. */
struct file {
	struct sw_gk_objects *os;
	struct sw_source *source;
};

void sw_gk_objects_init(struct sw_gk_objects *os, struct sw_arena *a, bool spans)
{
	*os = (struct sw_gk_objects){.arena = a, .spans = spans};
}

/* Room for one more. */
static void *grow(struct sw_arena *a, void *old, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return old;
	uint32_t want = *cap ? *cap * 2 : 64;
	void *p = sw_arena_grow(a, old, n * size, want * size);
	if (p)
		*cap = want;
	return p;
}

void sw_gk_objects_problem(struct sw_gk_objects *os, const struct sw_error *err)
{
	os->all_problems++;
	if (os->n_problems >= PROBLEMS_MAX)
		return;
	void *p = grow(os->arena, os->problems, os->n_problems, &os->cap_problems, sizeof(*os->problems));
	if (!p)
		return;
	os->problems = p;
	os->problems[os->n_problems++] = *err;
}

void sw_gk_objects_problem_at(
	struct sw_gk_objects *os, const struct sw_gk_object *o, const struct sw_error *err)
{
	struct sw_error e = *err;
	struct sw_pos at = {0};
	if (o->span.end)
		at = sw_source_pos(o->source, os->arena, o->span.start);
	if (!e.file[0])
		sw_error_at(&e, o->source->name, at.line, at.col, o->span.start);
	sw_gk_objects_problem(os, &e);
}

static int keep(struct file *f, struct sw_value v, struct sw_span span, struct sw_str pointer, uint32_t index)
{
	struct sw_gk_objects *os = f->os;
	if (os->n >= OBJECTS_MAX)
		return -SW_ELIMIT;
	void *p = grow(os->arena, os->v, os->n, &os->cap, sizeof(*os->v));
	if (!p)
		return -SW_ELIMIT;
	os->v = p;
	struct sw_gk_object o = {.value = v, .source = f->source, .span = span, .pointer = pointer, .index = index};
	struct sw_kube_object kube;
	struct sw_error err;
	if (sw_kube_object_init(v, &kube, &err) < 0) {
		sw_gk_objects_problem_at(os, &o, &err);
		return 0;
	}
	os->v[os->n++] = o;
	return 0;
}

/* A document: an object, or a List of them (and Lists in Lists). */
static int keep_all(struct file *f, struct sw_value v, struct sw_span span, struct sw_str pointer, uint32_t index,
	int depth)
{
	if (!sw_kube_is_list(v) || depth >= SW_KUBE_LIST_DEPTH)
		return keep(f, v, span, pointer, index);
	struct sw_value items = sw_object_gets(v, SW_STR("items"));
	int r = 0;
	for (uint32_t i = 0; r == 0 && i < items.n; i++) {
		struct sw_value item = sw_kube_list_item(f->os->arena, v, i);
		struct sw_span at = items.u.a->spans ? items.u.a->spans[i] : span;
		struct sw_str below =
			sw_arena_printf(f->os->arena, "%.*s/items/%u", SW_STR_ARG(pointer), i);
		r = below.p ? keep_all(f, item, at, below, index, depth + 1) : -SW_ELIMIT;
	}
	return r;
}

static bool is_nothing(struct sw_value v)
{
	return v.type == SW_NULL || (v.type == SW_OBJECT && v.n == 0);
}

static void broken(struct file *f, struct sw_error *err)
{
	sw_error_at(err, f->source->name, err->line, err->col, err->byte);
	sw_gk_objects_problem(f->os, err);
}

static int read_yaml(struct file *f)
{
	struct sw_arena *a = f->os->arena;
	struct sw_yaml_stream *s;
	struct sw_error err = {0};
	unsigned flags = SW_YAML_K8S | (f->os->spans ? SW_YAML_SPANS : 0);
	int r = sw_yaml_open(a, f->source->text, flags, NULL, &s, &err);
	if (r < 0) {
		broken(f, &err);
		return 0;
	}
	for (;;) {
		struct sw_yaml_doc doc;
		int got = sw_yaml_next(s, a, &doc, &err);
		if (got == 0 || a->overflow)
			return a->overflow ? -SW_ELIMIT : 0;
		if (got < 0)
			broken(f, &err);
		else if (!is_nothing(doc.root) && keep_all(f, doc.root, doc.span, SW_STR(""), doc.index, 0) < 0)
			return -SW_ELIMIT;
	}
}

/* One JSON value behind the other. */
static int read_json(struct file *f)
{
	struct sw_arena *a = f->os->arena;
	struct sw_str text = f->source->text;
	unsigned flags = SW_JSON_TRAILING;
	size_t at = 0, end;
	for (uint32_t index = 0;; index++) {
		struct sw_value v;
		struct sw_error err = {0};
		while (at < text.n && memchr(" \t\r\n", text.p[at], 4))
			at++;
		if (at == text.n)
			return 0;
		/* Spans count from the beginning of what is parsed: only the first value has true ones. */
		unsigned spans = f->os->spans && at == 0 ? SW_JSON_SPANS : 0;
		if (sw_json_parse(a, sw_str_sub(text, at, text.n), flags | spans, NULL, &v, &end, &err) < 0) {
			broken(f, &err);
			return a->overflow ? -SW_ELIMIT : 0;
		}
		struct sw_span span = {(uint32_t)at, (uint32_t)(at + end)};
		at += end;
		if (!is_nothing(v) && keep_all(f, v, span, SW_STR(""), index, 0) < 0)
			return -SW_ELIMIT;
	}
}

static bool is_json(struct sw_str text)
{
	return sw_str_starts(sw_str_trim(text), SW_STR("{"));
}

static int read_file(struct sw_gk_objects *os, const char *path, struct sw_error *err)
{
	struct file f = {.os = os, .source = sw_arena_new(os->arena, struct sw_source)};
	if (!f.source)
		return sw_error_set(err, SW_ELIMIT, "too many files");
	f.source->name = sw_arena_str(os->arena, sw_str_from(path));
	int r = sw_io_read(os->arena, path, 0, 0, &f.source->text, err);
	if (r < 0)
		return r;
	os->files++;
	/* YAML in braces may look like JSON; what is no JSON gets its second chance. */
	uint32_t n = os->n, problems = os->n_problems;
	uint64_t all = os->all_problems;
	bool json = is_json(f.source->text);
	r = json ? read_json(&f) : read_yaml(&f);
	if (r == 0 && json && os->all_problems > all && !sw_str_ends(f.source->name, SW_STR(".json"))) {
		os->n = n;
		os->n_problems = problems;
		os->all_problems = all;
		r = read_yaml(&f);
	}
	return r < 0 ? sw_error_set(err, SW_ELIMIT, "%s: the objects take too much memory", path) : 0;
}

static bool has_extension(const char *path)
{
	struct sw_str s = sw_str_from(path);
	return sw_str_ends(s, SW_STR(".yaml")) || sw_str_ends(s, SW_STR(".yml")) ||
	       sw_str_ends(s, SW_STR(".json"));
}

static int on_file(void *arg, const char *path, const struct stat *st)
{
	struct sw_gk_objects *os = arg;
	struct sw_error err = {0};
	if (!has_extension(path))
		return 0;
	int r = read_file(os, path, &err);
	if (r < 0)
		sw_gk_objects_problem(os, &err);
	return r == -SW_ELIMIT ? r : 0;
}

static void on_error(void *arg, const struct sw_error *err)
{
	sw_gk_objects_problem(arg, err);
}

int sw_gk_objects_read(struct sw_gk_objects *os, const char *path, struct sw_error *err)
{
	struct stat st;
	if (strcmp(path, "-") == 0)
		return read_file(os, path, err);
	if (stat(path, &st) < 0)
		return sw_error_set(err, SW_ENOENT, "%s: no such file or folder", path);
	if (S_ISDIR(st.st_mode)) {
		struct sw_walk walk = {.flags = SW_WALK_HIDDEN, .file = on_file, .error = on_error, .arg = os};
		return sw_io_walk(path, &walk, err);
	}
	if (S_ISREG(st.st_mode) && !has_extension(path)) {
		sw_error_set(err, SW_EUSAGE, "%s: not a .yaml, .yml or .json file", path);
		return sw_error_hint(err, "for other names: seawall policy review -f - < FILE");
	}
	return read_file(os, path, err);
}
