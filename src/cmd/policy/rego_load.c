/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/rego_load.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "doc/yaml_goerror.h"
#include "finding/waiver.h"
#include "rego/builtins/jsontext.h"
#include "rego/parse.h"
#include "report/jsonw.h"

#define CONFLICT_KEYS 64 /* keys that are named of a conflict */

void sw_rego_load_init(struct sw_rego_load *l, struct sw_arena *a)
{
	*l = (struct sw_rego_load){.arena = a,
		.data = sw_empty_object(),
		.manifest = sw_undef(),
		.signatures = sw_undef(),
		.roots = sw_undef(),
		.version = SW_REGO_V1};
	sw_rego_diags_init(&l->errors, a);
}

/* Remembers a file that cannot be taken. True: go on with the next. */
static bool put_aside(struct sw_rego_load *l, const struct sw_error *err)
{
	char text[1600];
	if (err->code == SW_ELIMIT || l->n_bad == SW_REGO_LOAD_BAD) {
		l->fatal = -err->code;
		return false;
	}
	if (l->n_bad == l->cap_bad) {
		uint32_t cap = l->cap_bad ? l->cap_bad * 2 : 16;
		l->bad = sw_arena_grow(
			l->arena, l->bad, l->cap_bad * sizeof(*l->bad), cap * sizeof(*l->bad));
		l->cap_bad = l->bad ? cap : 0;
	}
	if (!l->bad) {
		l->fatal = -SW_ELIMIT;
		return false;
	}
	l->bad[l->n_bad++] = (struct sw_rego_bad_file){
		sw_arena_str(l->arena, sw_str_from(sw_error_format(err, text, sizeof(text)))),
		l->n_modules};
	return true;
}

static int merge(
	struct sw_arena *a, struct sw_value x, struct sw_value y, int depth, struct sw_value *ret)
{
	if (!sw_is(x, SW_OBJECT) || !sw_is(y, SW_OBJECT) || depth > 1000)
		return -SW_ECONFLICT;
	struct sw_map m;
	sw_map_init(&m, a);
	sw_object_foreach (o, x) {
		if (sw_map_add(&m, o->k, o->v))
			return -SW_ELIMIT;
	}
	sw_object_foreach (o, y) {
		struct sw_value old = sw_object_get(x, o->k), v = o->v;
		int rc = sw_defined(old) ? merge(a, old, o->v, depth + 1, &v) : 0;
		if (!rc)
			rc = sw_map_add(&m, o->k, v);
		if (rc)
			return rc;
	}
	*ret = sw_map_object(&m);
	return sw_defined(*ret) ? 0 : -SW_ELIMIT;
}

/* The keys that lead to the first place, by their order, at which both have something. */
static uint32_t conflict(struct sw_value x, struct sw_value y, struct sw_value *keys, uint32_t max)
{
	struct sw_value best = sw_undef();
	uint32_t n_best = 0;
	sw_object_foreach (o, y) {
		struct sw_value old = sw_object_get(x, o->k), deeper[CONFLICT_KEYS] = {sw_undef()};
		uint32_t n = 0;
		if (!sw_defined(old) || (sw_defined(best) && sw_value_cmp(o->k, best) > 0))
			continue;
		if (sw_is(old, SW_OBJECT) && sw_is(o->v, SW_OBJECT)) {
			n = max > 1 ? conflict(old, o->v, deeper, max - 1) : 0;
			if (!n)
				continue;
		}
		best = keys[0] = o->k;
		memcpy(keys + 1, deeper, n * sizeof(*keys));
		n_best = n + 1;
	}
	return n_best;
}

static bool has_path(struct sw_value doc, const struct sw_value *keys, uint32_t n)
{
	for (uint32_t i = 0; i < n && sw_defined(doc); i++)
		doc = sw_is(doc, SW_OBJECT) ? sw_object_get(doc, keys[i]) : sw_undef();
	return sw_defined(doc);
}

/* "b.yaml: merge error: conflicting values at data.a.b, also defined in a.yaml" */
static int merge_error(
	struct sw_rego_load *l, const char *path, struct sw_value doc, struct sw_error *err)
{
	struct sw_value keys[CONFLICT_KEYS];
	uint32_t n = conflict(l->data, doc, keys, CONFLICT_KEYS);
	sw_autobuf ref;
	sw_buf_init(&ref, 64 << 10);
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str key = sw_value_str(keys[i]);
		if (sw_rego_is_var_name(key))
			sw_buf_printf(&ref, ".%.*s", SW_STR_ARG(key));
		else
			sw_buf_printf(&ref, "[\"%.*s\"]", SW_STR_ARG(key));
	}
	for (uint32_t i = 0; n && i + 1 < l->n_data_files; i++)
		if (has_path(l->data_files[i].data, keys, n))
			return sw_error_set(err, SW_ECONFLICT,
				"%s: merge error: conflicting values at data%s, also defined in "
				"%.*s",
				path, sw_buf_cstr(&ref), SW_STR_ARG(l->data_files[i].name));
	return sw_error_set(err, SW_ECONFLICT, "%s: merge error", path);
}

/* OPA reads with yaml v3, the first document of a file and none of the others. */
static int first_document(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {.root = sw_null()};
	int rc = sw_yaml_open(a, text, SW_YAML_GOYAML3, NULL, &s, err);
	if (!rc)
		rc = sw_yaml_next(s, a, &doc, err);
	if (rc < 0)
		return rc;
	*ret = doc.root;
	return 0;
}

/* What Go's decoder says of a text that is no JSON, or of what follows it. */
static int json_error(struct sw_str text, struct sw_error *err)
{
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	sw_jsontext_error(&why, text);
	return sw_error_set(err, SW_ESYNTAX, "%s", sw_buf_cstr(&why));
}

/* At most one document, and nothing wrong: there is nothing to explain. */
static bool one_document(struct sw_arena *a, struct sw_str text, struct sw_value *ret)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {.root = sw_null()}, more;
	struct sw_error err = {0};
	int n = sw_yaml_open(a, text, SW_YAML_GOYAML3, NULL, &s, &err);
	n = n ? n : sw_yaml_next(s, a, &doc, &err);
	if (n < 0 || (n > 0 && sw_yaml_next(s, a, &more, &err) != 0))
		return false;
	*ret = doc.root;
	return true;
}

/* The first document; `what` stands in front of what go-yaml would say. */
static int parse_yaml(struct sw_arena *a, struct sw_str text, const char *what, struct sw_value *ret,
	struct sw_error *err)
{
	if (one_document(a, text, ret))
		return 0;
	sw_autobuf said;
	uint32_t line;
	sw_buf_init(&said, 4096);
	if (sw_yaml_goerror(text, &said, &line))
		return sw_error_set(err, SW_ESYNTAX, "%syaml: %s", what, sw_buf_cstr(&said));
	return first_document(a, text, ret, err);
}

int sw_rego_load_parse(
	struct sw_arena *a, struct sw_source *src, struct sw_value *ret, struct sw_error *err)
{
	struct sw_str t = sw_str_trim(src->text);
	struct sw_error why = {0};
	if (t.n && (t.p[0] == '{' || t.p[0] == '[') &&
		sw_json_parse(a, src->text, 0, NULL, ret, NULL, NULL) == 0)
		return 0;
	if (sw_str_ends(src->name, SW_STR(".json"))) {
		if (!t.n)
			return sw_error_set(err, SW_EINVALID, "EOF");
		int rc = sw_json_parse(a, src->text, 0, NULL, ret, NULL, &why);
		return rc == -SW_ESYNTAX ? json_error(src->text, err)
		       : rc		 ? sw_error_set(err, (enum sw_errcode)-rc, "%s", why.text)
					 : 0;
	}
	return parse_yaml(a, src->text, "error converting YAML to JSON: ", ret, err);
}

/* Something behind the first document that does not begin another one, as in JSON lines. */
static bool is_torn(struct sw_arena *a, struct sw_str text)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc;
	struct sw_error err = {0};
	bool torn = sw_yaml_open(a, text, SW_YAML_GOYAML3, NULL, &s, &err) < 0;
	for (int i = 0; i < 2 && !torn; i++)
		torn = sw_yaml_next(s, a, &doc, &err) < 0;
	return torn && strstr(err.text, "did not find expected <document start>");
}

/* As opa takes the input: JSON, or else YAML, whatever the file is called. */
static int parse_input(
	struct sw_arena *a, struct sw_source *src, struct sw_value *ret, struct sw_error *err)
{
	struct sw_str t = sw_str_trim(src->text);
	*ret = sw_null();
	if (!t.n || sw_json_parse(a, src->text, 0, NULL, ret, NULL, NULL) == 0 ||
		one_document(a, src->text, ret))
		return 0;
	if (is_torn(a, src->text))
		return sw_error_set(err, SW_ESYNTAX,
			"yaml: line 1: did not find expected <document start>");
	return parse_yaml(a, src->text, "", ret, err);
}

static int read_document(struct sw_arena *a, const char *path, bool as_input, struct sw_value *ret,
	struct sw_error *err)
{
	struct sw_source *src;
	path = sw_rego_local_path(path);
	int rc = sw_cmd_read(a, path, 0, &src, err);
	if (!rc)
		rc = as_input ? parse_input(a, src, ret, err) : sw_rego_load_parse(a, src, ret, err);
	if (rc && err && !err->file[0])
		sw_error_at(err, sw_str_from(path), 0, 0, 0);
	return rc;
}

int sw_rego_load_document(
	struct sw_arena *a, const char *path, struct sw_value *ret, struct sw_error *err)
{
	return read_document(a, path, true, ret, err);
}

/* `prefix`: path of keys, separated by '/', below which the document goes. */
int sw_rego_load_add_data(struct sw_rego_load *l, const char *path, struct sw_str prefix,
	struct sw_value doc, struct sw_error *err)
{
	struct sw_str parts[SW_REGO_LOAD_DEPTH + 32], one;
	uint32_t n = 0;
	int permitted = l->bundle ? sw_rego_load_permitted(l, path, prefix, doc, err) : 0;
	if (permitted < 0)
		return permitted;
	if (l->n_data_files == l->cap_data_files) {
		uint32_t cap = l->cap_data_files ? l->cap_data_files * 2 : 16;
		l->data_files = sw_arena_grow(l->arena, l->data_files,
			l->cap_data_files * sizeof(*l->data_files), cap * sizeof(*l->data_files));
		l->cap_data_files = l->data_files ? cap : 0;
	}
	if (!l->data_files)
		return sw_error_set(err, SW_ELIMIT, "the data takes too much memory");
	l->data_files[l->n_data_files++] =
		(struct sw_rego_data_file){sw_arena_str(l->arena, sw_str_from(path)),
			sw_arena_str(l->arena, prefix), sw_undef()};
	while (prefix.n && sw_str_split(&prefix, '/', &one)) {
		if (one.n && n < SW_ARRAY_LEN(parts))
			parts[n++] = one;
	}
	if (!n && !sw_is(doc, SW_OBJECT))
		return sw_error_set(err, SW_EINVALID, "%s: document must be of type object", path);
	while (n) {
		struct sw_map m;
		sw_map_init(&m, l->arena);
		struct sw_value key = sw_string_copy(l->arena, parts[--n]);
		if (!sw_defined(key) || sw_map_add(&m, key, doc))
			return sw_error_set(err, SW_ELIMIT, "the data takes too much memory");
		doc = sw_map_object(&m);
	}
	int rc = merge(l->arena, l->data, doc, 0, &l->data);
	if (rc == -SW_ECONFLICT) {
		rc = merge_error(l, path, doc, err);
		l->n_data_files--;
		return rc;
	}
	l->data_files[l->n_data_files - 1].data = doc;
	return rc ? sw_error_set(err, SW_ELIMIT, "the data takes too much memory") : 0;
}

int sw_rego_load_add_module(struct sw_rego_load *l, struct sw_source *src, struct sw_error *err)
{
	if (l->n_modules == l->cap_modules) {
		uint32_t cap = l->cap_modules ? l->cap_modules * 2 : 64;
		l->modules = sw_arena_grow(l->arena, l->modules,
			l->cap_modules * sizeof(*l->modules), cap * sizeof(*l->modules));
		l->versions = sw_arena_grow(l->arena, l->versions, l->cap_modules, cap);
		l->cap_modules = cap;
	}
	if (!l->modules || !l->versions || !src->name.p || l->n_modules == SW_REGO_LOAD_FILES)
		return sw_error_set(err, SW_ELIMIT, "too many policies");
	l->versions[l->n_modules] = 0;
	l->modules[l->n_modules++] = src;
	return 0;
}

static int add_module(struct sw_rego_load *l, const char *path, struct sw_error *err)
{
	struct sw_source *src;
	int rc = sw_cmd_read(l->arena, path, 64 << 20, &src, err);
	if (rc)
		return rc;
	src->name = sw_arena_str(l->arena, sw_str_from(path));
	return sw_rego_load_add_module(l, src, err);
}

bool sw_rego_is_bundle_data(struct sw_str name)
{
	return sw_str_is(name, "data.json") || sw_str_is(name, "data.yaml") || sw_str_is(name, "data.yml");
}

static bool is_data_name(const struct sw_rego_load *l, struct sw_str name)
{
	if (l->bundle)
		return sw_rego_is_bundle_data(name);
	return sw_str_ends(name, SW_STR(".json")) || sw_str_ends(name, SW_STR(".yaml")) ||
	       sw_str_ends(name, SW_STR(".yml"));
}

bool sw_rego_load_ignores(const struct sw_rego_load *l, struct sw_str name)
{
	for (uint32_t i = 0; i < l->n_ignore; i++)
		if (sw_glob(sw_str_from(l->ignore[i]), name))
			return true;
	return false;
}

static int add_file(struct sw_rego_load *l, const char *path, struct sw_str prefix, bool named,
	struct sw_error *err)
{
	struct sw_str name = sw_str_base(sw_str_from(path));
	struct sw_value doc;
	if (sw_str_ends(name, SW_STR(".rego")))
		return l->only_data ? 0 : add_module(l, path, err);
	if (l->only_rego || (!is_data_name(l, name) && !named))
		return 0;
	int rc = read_document(l->arena, path, false, &doc, err);
	if (!rc)
		rc = sw_rego_load_add_data(l, path, prefix, doc, err);
	return rc;
}

static int visible(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int sw_rego_scan_folder(const char *path, struct dirent ***ret)
{
	return scandir(path, ret, visible, by_bytes);
}

const char *sw_rego_local_path(const char *path)
{
	return strncmp(path, "file://", 7) == 0 ? path + 7 : path;
}

struct sw_str sw_rego_clean_path(struct sw_arena *a, struct sw_str path)
{
	sw_autobuf out;
	struct sw_str part;
	bool absolute = path.n && path.p[0] == '/';
	sw_buf_init(&out, 0);
	while (sw_str_split(&path, '/', &part)) {
		size_t slash = sw_str_rfind(sw_buf_str(&out), SW_STR("/"));
		struct sw_str last = sw_str_sub(sw_buf_str(&out), slash == SW_NPOS ? 0 : slash + 1, out.n);
		if (!part.n || sw_str_is(part, "."))
			continue;
		if (!sw_str_is(part, "..") || ((!last.n || sw_str_is(last, "..")) && !absolute)) {
			if (out.n || absolute)
				sw_buf_addch(&out, '/');
			sw_buf_addstr(&out, part);
		} else {
			out.n = slash == SW_NPOS ? 0 : slash;
		}
	}
	if (!out.n)
		sw_buf_addch(&out, absolute ? '/' : '.');
	return sw_arena_str(a, sw_buf_str(&out));
}

static int add_folder(struct sw_rego_load *l, const char *path, struct sw_str prefix, int depth,
	struct sw_error *err);

static int add_entry(struct sw_rego_load *l, const char *path, const char *name,
	struct sw_str prefix, int depth, struct sw_error *err)
{
	struct stat st;
	sw_autobuf full, below;
	sw_buf_init(&full, 16 << 10);
	sw_buf_init(&below, 16 << 10);
	if (strcmp(path, ".") != 0)
		sw_buf_printf(&full, "%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/");
	sw_buf_addz(&full, name);
	const char *file = sw_buf_cstr(&full);
	if (stat(file, &st))
		return sw_error_errno(err, SW_EIO, errno, "stat %s", file);
	if (!S_ISDIR(st.st_mode))
		return add_file(l, file, prefix, false, err);
	sw_buf_printf(&below, "%.*s/%s", SW_STR_ARG(prefix), name);
	return add_folder(l, file, sw_buf_str(&below), depth + 1, err);
}

static int add_folder(struct sw_rego_load *l, const char *path, struct sw_str prefix, int depth,
	struct sw_error *err)
{
	struct dirent **names;
	if (depth > SW_REGO_LOAD_DEPTH)
		return sw_error_set(err, SW_ELIMIT, "%s: folders are nested deeper than %d", path,
			SW_REGO_LOAD_DEPTH);
	int n = sw_rego_scan_folder(path, &names), rc = 0;
	if (n < 0)
		return sw_error_errno(err, SW_EIO, errno, "open %s", path);
	bool go_on = true;
	for (int i = 0; i < n; i++) {
		struct sw_error one = {0};
		uint32_t bad = l->n_bad; /* a folder has put its own aside */
		if (go_on && !sw_rego_load_ignores(l, sw_str_from(names[i]->d_name)) &&
			add_entry(l, path, names[i]->d_name, prefix, depth, &one)) {
			if (!rc && err)
				*err = one;
			rc = rc ? rc : -one.code;
			go_on = !l->fatal && (l->n_bad > bad || put_aside(l, &one));
		}
		free(names[i]);
	}
	free(names);
	return rc;
}

static int add_root(struct sw_rego_load *l, const char *path, struct sw_str prefix, struct sw_error *err)
{
	const char *clean = sw_arena_cstr(l->arena, sw_rego_clean_path(l->arena, sw_str_from(path)));
	return clean ? add_folder(l, clean, prefix, 0, err) : sw_error_set(err, SW_ELIMIT, "out of memory");
}

/* A folder as bundle: its manifest says which data it may have. */
static int bundle_folder(struct sw_rego_load *l, const char *path, struct sw_error *err)
{
	static const char *const names[] = {"/.manifest", "/.signatures.json"};
	sw_rego_bundle_begin(l, path);
	for (int i = 0; i < 2; i++) {
		sw_autobuf file;
		struct sw_source *src;
		sw_buf_init(&file, 16 << 10);
		sw_buf_printf(&file, "%s%s", path, names[i]);
		const char *name = sw_buf_cstr(&file);
		if (access(name, F_OK))
			continue;
		int rc = sw_cmd_read(l->arena, name, 64 << 20, &src, err);
		if (!rc && i)
			rc = sw_json_parse(l->arena, src->text, 0, NULL, &l->signatures, NULL, err);
		else if (!rc)
			rc = sw_rego_load_manifest(l, path, src->text, err);
		if (rc)
			return rc;
	}
	int rc = add_root(l, path, (struct sw_str){0}, err);
	return rc ? rc : sw_rego_bundle_end(l, err);
}

/* "a.b:PATH": the prefix, when what is before the first colon can be one. */
static const char *cut_prefix(const char *path, struct sw_buf *prefix)
{
	const char *colon = strchr(path, ':');
	if (!colon || colon == path || strncmp(colon, "://", 3) == 0 ||
		memchr(path, '/', (size_t)(colon - path)))
		return path;
	for (const char *p = path; p < colon; p++)
		sw_buf_addch(prefix, *p == '.' ? '/' : *p);
	return colon + 1;
}

int sw_rego_load_path(struct sw_rego_load *l, const char *path, struct sw_error *err)
{
	struct stat st;
	sw_autobuf prefix;
	sw_buf_init(&prefix, 4096);
	int64_t start = sw_now_ns();
	if (!l->bundle)
		path = cut_prefix(path, &prefix);
	path = sw_rego_local_path(path);
	if (!*path || stat(path, &st)) {
		sw_error_set(err, SW_EIO, "stat %s: no such file or directory", path);
		if (err && errno != ENOENT)
			snprintf(err->text, sizeof(err->text), "stat %.200s: %s", path,
				strerrordesc_np(errno));
		return -SW_EIO;
	}
	int rc;
	if (S_ISDIR(st.st_mode))
		rc = l->bundle ? bundle_folder(l, path, err)
			       : add_root(l, path, sw_buf_str(&prefix), err);
	else if (sw_rego_is_bundle(path))
		rc = sw_rego_load_archive(l, path, err);
	else
		rc = add_file(l, path, sw_buf_str(&prefix), true, err);
	l->load_ns += (uint64_t)(sw_now_ns() - start);
	return rc;
}

int sw_rego_load_paths(
	struct sw_rego_load *l, const char *const *paths, uint32_t n, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_error one = {0};
		uint32_t bad = l->n_bad, k = 0;
		while (k < i && strcmp(paths[k], paths[i]) != 0)
			k++;
		if (k < i || !sw_rego_load_path(l, paths[i], &one)) /* twice is once */
			continue;
		if (!rc && err)
			*err = one;
		rc = rc ? rc : -one.code;
		if (l->fatal || (l->n_bad == bad && !put_aside(l, &one)))
			break;
	}
	return rc;
}

enum sw_rego_version sw_rego_load_version(const struct sw_rego_load *l, uint32_t i)
{
	if (!l->versions[i])
		return l->version;
	return l->versions[i] == 1 ? SW_REGO_V0 : SW_REGO_V1;
}

int sw_rego_load_modules(struct sw_rego_load *l, struct sw_rego_engine *e, struct sw_error *err)
{
	const struct sw_rego_diags *d = sw_rego_engine_diags(e);
	int rc = l->fatal;
	if (rc)
		return rc;
	for (uint32_t i = 0, bad = 0; i <= l->n_modules; i++) {
		for (; bad < l->n_bad && l->bad[bad].modules <= i; bad++) {
			sw_rego_diag_add(
				&l->errors, "", NULL, "%.*s", SW_STR_ARG(l->bad[bad].text));
			rc = rc ? rc : -SW_EINVALID; /* `err` has held it since it was loaded */
		}
		if (i == l->n_modules)
			break;
		uint32_t before = d->n;
		int one = sw_rego_engine_add_text(e, l->modules[i]->name, l->modules[i]->text,
			sw_rego_load_version(l, i), rc ? NULL : err);
		rc = rc ? rc : one;
		for (uint32_t k = before; k < d->n; k++)
			sw_rego_diag_copy(&l->errors, &d->v[k]);
	}
	return rc;
}

/* ---- errors ---- */

void sw_rego_location_json(
	struct sw_jsonw *w, const char *key, const struct sw_rego_loc *loc, bool file)
{
	sw_jsonw_object(w, key);
	if (file)
		sw_jsonw_str(w, "file", loc->file ? loc->file->name : (struct sw_str){0});
	sw_jsonw_int(w, "row", loc->row);
	sw_jsonw_int(w, "col", loc->col);
	sw_jsonw_end(w);
}

void sw_rego_pretty(struct sw_buf *out, struct sw_value v, unsigned indent)
{
	sw_autobuf text;
	sw_buf_init(&text, 0);
	sw_json_write(&text, v, SW_JSON_PRETTY | SW_JSON_HTML_ESCAPE);
	struct sw_str rest = sw_buf_str(&text), line;
	bool first = true;
	while (sw_str_split(&rest, '\n', &line)) {
		if (!first) {
			sw_buf_addch(out, '\n');
			sw_buf_pad(out, ' ', indent);
		}
		sw_buf_addstr(out, line);
		first = false;
	}
}

void sw_rego_value_json(struct sw_jsonw *w, struct sw_str key, struct sw_value v)
{
	sw_buf_addz(w->out, w->any[w->depth] ? ",\n" : "\n");
	w->any[w->depth] = true;
	sw_buf_pad(w->out, ' ', 2 * w->depth);
	sw_json_write_str(w->out, key, SW_JSON_HTML_ESCAPE);
	sw_buf_addz(w->out, ": ");
	sw_rego_pretty(w->out, v, 2 * w->depth);
}

/* Of a type error, in the order of OPA's structures, which is not that of the names. */
static void type_details_json(struct sw_jsonw *w, struct sw_value v)
{
	static const char *const first[] = {"ref", "pos", "have", "want", "oneOf"};
	sw_jsonw_object(w, "details");
	for (size_t i = 0; i < SW_ARRAY_LEN(first); i++) {
		struct sw_value x = sw_object_gets(v, sw_str_from(first[i]));
		if (sw_defined(x))
			sw_rego_value_json(w, sw_str_from(first[i]), x);
	}
	sw_object_foreach (m, v) {
		size_t i = 0;
		while (i < SW_ARRAY_LEN(first) && !sw_str_is(sw_value_str(m->k), first[i]))
			i++;
		if (i == SW_ARRAY_LEN(first))
			sw_rego_value_json(w, sw_value_str(m->k), m->v);
	}
	sw_jsonw_end(w);
}

/* The details of a parse error are the line and below it a caret; OPA's JSON has the line and the
 * caret's index. */
static void details_json(struct sw_jsonw *w, struct sw_str details)
{
	struct sw_str line, caret = {0};
	if (!details.n || !sw_str_split(&details, '\n', &line))
		return;
	sw_str_split(&details, '\n', &caret);
	size_t at = sw_str_chr(caret, '^', 0), tab = line.n && line.p[0] == '\t' ? 1 : 0;
	if (at == SW_NPOS)
		return;
	sw_jsonw_object(w, "details");
	sw_jsonw_str(w, "line", sw_str_sub(line, tab, line.n));
	sw_jsonw_int(w, "idx", at >= tab ? (int64_t)(at - tab) : 0);
	sw_jsonw_end(w);
}

void sw_rego_errors_json(
	struct sw_jsonw *w, const struct sw_rego_diags *d, const struct sw_error *err)
{
	sw_jsonw_array(w, "errors");
	for (uint32_t i = 0; d && i < d->n; i++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_str(w, "message", d->v[i].text);
		if (d->v[i].code[0]) {
			sw_jsonw_z(w, "code", d->v[i].code);
			if (d->v[i].loc.row || d->v[i].loc.file)
				sw_rego_location_json(w, "location", &d->v[i].loc, true);
			if (sw_defined(d->v[i].json))
				type_details_json(w, d->v[i].json);
			else
				details_json(w, d->v[i].details);
		}
		sw_jsonw_end(w);
	}
	if (!d || !d->n) {
		char text[1600];
		sw_jsonw_object(w, NULL);
		sw_jsonw_z(w, "message", sw_error_format(err, text, sizeof(text)));
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

void sw_rego_errors_format(struct sw_buf *out, const char *what, const struct sw_rego_diags *d,
	const struct sw_error *err)
{
	uint32_t n = d && d->n ? d->n : 1;
	sw_buf_printf(out, "%u error%s occurred%s:%s", n, n == 1 ? "" : "s", what, n == 1 ? " " : "\n");
	for (uint32_t i = 0; d && i < d->n; i++) {
		sw_rego_diag_format(&d->v[i], out);
		if (out->n && out->p[out->n - 1] != '\n')
			sw_buf_addch(out, '\n');
	}
	if (!d || !d->n) {
		char text[1600];
		sw_buf_printf(out, "%s\n", sw_error_format(err, text, sizeof(text)));
	}
}

void sw_rego_errors_text(
	const char *what, const struct sw_rego_diags *d, const struct sw_error *err)
{
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_rego_errors_format(&out, what, d, err);
	fwrite(out.p, 1, out.n, stderr);
}
