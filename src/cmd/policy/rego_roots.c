/* SPDX-License-Identifier: Apache-2.0 */
/* What the roots in a bundle's manifest let it hold, and bundles that hold the same. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cmd/policy/rego_load.h"
#include "finding/waiver.h"
#include "rego/parse.h"

/* One error of a bundle, as the peer of the command words it. It stands alone, without a count. */
static int refuse(struct sw_rego_load *l, const char *path, struct sw_error *err, const char *what)
{
	static const char *const before[] = {
		[SW_BUNDLE_EVAL] = "loading error: ", [SW_BUNDLE_CHECK] = "", [SW_BUNDLE_TEST] = "unable to load ",
		[SW_BUNDLE_BUILD] = "load error: "};
	l->alone = true;
	if (l->told_as == SW_BUNDLE_TEST)
		return sw_error_set(err, SW_EINVALID, "unable to load bundle %s: bundle %s: %s", path, path, what);
	return sw_error_set(err, SW_EINVALID, "%sbundle %s: %s", before[l->told_as], path, what);
}

static struct sw_str trimmed(struct sw_str root)
{
	while (root.n && root.p[0] == '/')
		root = sw_str_sub(root, 1, root.n);
	while (root.n && root.p[root.n - 1] == '/')
		root.n--;
	return root;
}

/* Is `path` (a/b) at or below the root? */
static bool below(struct sw_str path, struct sw_str root)
{
	if (!root.n)
		return true;
	return sw_str_starts(path, root) && (path.n == root.n || path.p[root.n] == '/');
}

/* By bytes, but '/' before all others: a path stands right before all that are below it. */
static int path_cmp(struct sw_str a, struct sw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	while (i < n && a.p[i] == b.p[i])
		i++;
	if (i == n)
		return (a.n > b.n) - (a.n < b.n);
	int x = a.p[i] == '/' ? -1 : (unsigned char)a.p[i], y = b.p[i] == '/' ? -1 : (unsigned char)b.p[i];
	return x - y;
}

static int by_path(const void *x, const void *y)
{
	const struct sw_rego_root *a = x, *b = y;
	int c = path_cmp(a->path, b->path);
	return c ? c : (a->at > b->at) - (a->at < b->at);
}

/* The first of the sorted roots that does not come before the path; l->roots.n: none. */
static uint32_t lower_bound(const struct sw_rego_load *l, struct sw_str path)
{
	uint32_t from = 0, to = l->roots.n;
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		if (path_cmp(l->sorted_roots[mid].path, path) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static bool is_root(const struct sw_rego_load *l, struct sw_str path)
{
	uint32_t i = lower_bound(l, path);
	return i < l->roots.n && sw_str_eq(l->sorted_roots[i].path, path);
}

static bool permitted(const struct sw_rego_load *l, struct sw_str path)
{
	for (size_t i = 0; i <= path.n; i++)
		if ((!i || i == path.n || path.p[i] == '/') && is_root(l, sw_str_sub(path, 0, i)))
			return true;
	return false;
}

/* Could something below `path` be permitted? */
static bool above(const struct sw_rego_load *l, struct sw_str path)
{
	uint32_t i = lower_bound(l, path);
	return i < l->roots.n && below(l->sorted_roots[i].path, path);
}

/* As Go prints a list of them. */
static void roots_text(struct sw_buf *out, struct sw_value roots)
{
	bool first = true;
	sw_buf_addch(out, '[');
	sw_array_foreach (r, roots) {
		sw_buf_addz(out, first ? "" : " ");
		first = false;
		sw_buf_addstr(out, sw_value_str(*r));
	}
	sw_buf_addch(out, ']');
}

/*
 * Appends the path of the first document that is not permitted. Recursion: no deeper than the roots, whose text
 * is bounded by the file.
 */
static bool all_permitted(const struct sw_rego_load *l, struct sw_buf *at, struct sw_value doc)
{
	if (permitted(l, sw_buf_str(at)))
		return true;
	if ((at->n && !sw_is(doc, SW_OBJECT)) || !above(l, sw_buf_str(at)))
		return false;
	size_t n = at->n;
	sw_object_foreach (m, doc) {
		if (!sw_is(m->k, SW_STRING))
			continue;
		sw_buf_addz(at, n ? "/" : "");
		sw_buf_addstr(at, sw_value_str(m->k));
		if (!all_permitted(l, at, m->v))
			return false;
		at->n = n;
	}
	return true;
}

int sw_rego_load_permitted(struct sw_rego_load *l, const char *path, struct sw_str prefix,
	struct sw_value doc, struct sw_error *err)
{
	if (!sw_is(l->roots, SW_ARRAY))
		return 0;
	sw_autobuf at, text;
	sw_buf_init(&at, 0); /* a key that did not fit would be taken for nothing */
	sw_buf_init(&text, 64 << 10);
	sw_buf_addstr(&at, trimmed(prefix));
	if (all_permitted(l, &at, doc))
		return 0;
	sw_buf_addz(&text, "manifest roots ");
	roots_text(&text, l->roots);
	sw_buf_printf(&text, " do not permit data at path '/%s' (hint: check bundle directory structure)",
		sw_buf_cstr(&at));
	return refuse(l, l->bundle_name ? l->bundle_name : path, err, sw_buf_cstr(&text));
}

/* ---- the manifest ---- */

static const char *type_name(struct sw_value v)
{
	return sw_is(v, SW_STRING)   ? "string"
	       : sw_is(v, SW_OBJECT) ? "object"
	       : sw_is(v, SW_ARRAY)  ? "array"
	       : sw_is(v, SW_BOOL)   ? "bool"
	       : sw_is(v, SW_NULL)   ? "null"
				     : "number";
}

/* As Go's decoder words it. */
static int refuse_type(struct sw_rego_load *l, const char *path, struct sw_value v, const char *field,
	const char *type, struct sw_error *err)
{
	sw_autobuf text;
	sw_buf_init(&text, 4096);
	sw_buf_printf(&text,
		"bundle load failed on manifest decode: json: cannot unmarshal %s into Go struct field "
		"Manifest.%s of type %s",
		type_name(v), field, type);
	return refuse(l, path, err, sw_buf_cstr(&text));
}

static bool unsaid(struct sw_value v)
{
	return !sw_defined(v) || sw_is(v, SW_NULL);
}

static int check_version(struct sw_rego_load *l, const char *path, struct sw_value v, const char *field,
	struct sw_str file, struct sw_error *err)
{
	int64_t n;
	sw_autobuf text;
	sw_buf_init(&text, 64 << 10);
	if (!sw_value_int(v, &n))
		return refuse_type(l, path, v, field, "int", err);
	if (n == 0 || n == 1)
		return 0;
	sw_buf_printf(&text, "manifest has unknown rego-version %" PRId64, n);
	if (file.p)
		sw_buf_printf(&text, " for file '%.*s'", SW_STR_ARG(file));
	return refuse(l, path, err, sw_buf_cstr(&text));
}

static int check_versions(struct sw_rego_load *l, const char *path, struct sw_error *err)
{
	struct sw_value all = sw_object_gets(l->manifest, SW_STR("rego_version"));
	struct sw_value files = sw_object_gets(l->manifest, SW_STR("file_rego_versions"));
	int rc = unsaid(all) ? 0 : check_version(l, path, all, "rego_version", (struct sw_str){0}, err);
	if (rc || unsaid(files))
		return rc;
	if (!sw_is(files, SW_OBJECT))
		return refuse_type(l, path, files, "file_rego_versions", "map[string]int", err);
	sw_object_foreach (f, files) {
		rc = check_version(l, path, f->v, "file_rego_versions", sw_value_str(f->k), err);
		if (rc)
			return rc;
	}
	return 0;
}

static struct sw_value filled(struct sw_arena *a, struct sw_value v, struct sw_value zero)
{
	struct sw_list list;
	struct sw_map map;
	if (sw_is(v, SW_ARRAY)) {
		sw_list_init(&list, a);
		sw_array_foreach (x, v)
			sw_list_add(&list, sw_is(*x, SW_NULL) ? zero : *x);
		return sw_list_array(&list);
	}
	if (!sw_is(v, SW_OBJECT))
		return v;
	sw_map_init(&map, a);
	sw_object_foreach (m, v)
		sw_map_add(&map, m->k, sw_is(m->v, SW_NULL) ? zero : m->v);
	return sw_map_object(&map);
}

/* Go's decoder takes null for "no change": among the roots it is "", among the versions of files 0. */
static int fill_nulls(struct sw_rego_load *l, struct sw_error *err)
{
	struct sw_map map;
	sw_map_init(&map, l->arena);
	sw_object_foreach (m, l->manifest) {
		bool roots = sw_str_is(sw_value_str(m->k), "roots");
		bool versions = sw_str_is(sw_value_str(m->k), "file_rego_versions");
		sw_map_add(&map, m->k,
			roots	   ? filled(l->arena, m->v, SW_VSTR(""))
			: versions ? filled(l->arena, m->v, sw_int(0))
				   : m->v);
	}
	l->manifest = sw_map_object(&map);
	return sw_defined(l->manifest) ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
}

int sw_rego_load_roots(struct sw_rego_load *l, const char *path, struct sw_error *err)
{
	struct sw_list list;
	int rc = fill_nulls(l, err);
	struct sw_value roots = sw_object_gets(l->manifest, SW_STR("roots"));
	rc = rc ? rc : check_versions(l, path, err);
	if (rc || unsaid(roots))
		return rc;
	if (!sw_is(roots, SW_ARRAY))
		return refuse_type(l, path, roots, "roots", "[]string", err);
	if (roots.n > SW_REGO_LOAD_ROOTS)
		return sw_error_set(
			err, SW_ELIMIT, "bundle %s: its .manifest has more than %d roots", path, SW_REGO_LOAD_ROOTS);
	sw_list_init(&list, l->arena);
	struct sw_rego_root *sorted = sw_arena_new_array(l->arena, roots.n + 1, struct sw_rego_root);
	for (uint32_t i = 0; sorted && i < roots.n; i++) {
		struct sw_value root = roots.u.a->v[i];
		if (!sw_is(root, SW_STRING))
			return refuse_type(l, path, root, "roots", "string", err);
		sorted[i] = (struct sw_rego_root){trimmed(sw_value_str(root)), i};
		sw_list_add(&list, sw_string_copy(l->arena, sorted[i].path));
	}
	l->roots = sw_list_array(&list);
	l->sorted_roots = sorted;
	if (!sorted || !sw_is(l->roots, SW_ARRAY))
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	qsort(sorted, roots.n, sizeof(*sorted), by_path);
	return 0;
}

/* ---- one bundle ---- */

/*
 * "manifest has overlapped roots: 'a' and 'a/b'": the first root, in their order, that overlaps another one, and the
 * first that it overlaps. `sorted` by path. False: none do.
 */
static bool overlap_text(const struct sw_rego_root *sorted, uint32_t n, struct sw_buf *out)
{
	const struct sw_rego_root *first = NULL, *second = NULL;
	for (uint32_t i = 1, cover = 0; i < n; i++) {
		if (!below(sorted[i].path, sorted[cover].path)) {
			cover = i;
			continue;
		}
		if (!first || sorted[cover].at < first->at)
			first = &sorted[cover];
		if (sorted[i].at < first->at)
			first = &sorted[i];
	}
	for (uint32_t i = 0; first && i < n; i++) {
		bool both = &sorted[i] != first &&
			    (below(sorted[i].path, first->path) || below(first->path, sorted[i].path));
		if (both && (!second || sorted[i].at < second->at))
			second = &sorted[i];
	}
	if (second)
		sw_buf_printf(out, "manifest has overlapped roots: '%.*s' and '%.*s'", SW_STR_ARG(first->path),
			SW_STR_ARG(second->path));
	return second;
}

static int own_overlap(struct sw_rego_load *l, struct sw_error *err)
{
	sw_autobuf text;
	sw_buf_init(&text, 64 << 10);
	return overlap_text(l->sorted_roots, l->roots.n, &text) ? refuse(l, l->bundle_name, err, sw_buf_cstr(&text))
								: 0;
}

static int parse(struct sw_arena *a, const struct sw_rego_load *l, uint32_t i, struct sw_rego_module **ret)
{
	struct sw_rego_diags diags;
	struct sw_rego_parse_opts opts = {.version = sw_rego_load_version(l, i)};
	sw_rego_diags_init(&diags, a);
	return sw_rego_parse_module(a, l->modules[i], &opts, ret, &diags);
}

/* The package must be below a root. */
static int check_module(struct sw_rego_load *l, const struct sw_rego_module *m, struct sw_error *err)
{
	sw_autobuf path, text;
	sw_buf_init(&path, 0);
	sw_buf_init(&text, 64 << 10);
	for (uint32_t k = 1; k < m->package->items.n; k++) {
		sw_buf_addz(&path, k > 1 ? "/" : "");
		sw_buf_addstr(&path, sw_value_str(m->package->items.v[k]->value));
	}
	if (permitted(l, sw_buf_str(&path)))
		return 0;
	sw_buf_addz(&text, "manifest roots ");
	roots_text(&text, l->roots);
	sw_buf_addz(&text, " do not permit '");
	sw_rego_package_print(&text, m->package);
	sw_buf_printf(&text, "' in module '%.*s'", SW_STR_ARG(m->file->name));
	return refuse(l, l->bundle_name, err, sw_buf_cstr(&text));
}

/* Modules that do not parse are told of later, by whoever parses them as the same language, and nothing else. */
static int check_roots(struct sw_rego_load *l, struct sw_error *err)
{
	sw_autoarena a;
	uint32_t n = l->n_modules - l->bundle_from;
	int rc = 0;
	sw_arena_init(&a, 0);
	struct sw_rego_module **v = sw_arena_new_array(&a, n + 1, struct sw_rego_module *);
	if (!v)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; i < n; i++)
		if (parse(&a, l, l->bundle_from + i, &v[i]))
			return 0;
	rc = own_overlap(l, err);
	for (uint32_t i = 0; !rc && i < n; i++)
		rc = check_module(l, v[i], err);
	if (!rc && !l->roots.n) /* they permit nothing, and there is a document at the top */
		rc = sw_rego_load_permitted(l, l->bundle_name, (struct sw_str){0}, sw_empty_object(), err);
	return rc;
}

/* Which language a file is in: what the manifest says of its name, or of all. 0: nothing. */
static uint8_t version_of(const struct sw_rego_load *l, struct sw_str name)
{
	struct sw_value all = sw_object_gets(l->manifest, SW_STR("rego_version"));
	struct sw_value files = sw_object_gets(l->manifest, SW_STR("file_rego_versions"));
	struct sw_str base = sw_rego_clean_path(l->arena, sw_str_from(l->bundle_name));
	int64_t n;
	if (sw_str_starts(name, base))
		name = sw_str_sub(name, base.n, name.n);
	struct sw_str bare = trimmed(name);
	if (!sw_is(files, SW_OBJECT))
		files = sw_empty_object();
	sw_object_foreach (f, files) {
		struct sw_str pattern = sw_value_str(f->k);
		bool absolute = sw_str_starts(pattern, SW_STR("/"));
		if (sw_glob(absolute ? sw_str_sub(pattern, 1, pattern.n) : pattern, bare)) {
			all = f->v;
			break;
		}
	}
	return sw_value_int(all, &n) ? (n == 0 ? 1 : 2) : 0;
}

void sw_rego_bundle_begin(struct sw_rego_load *l, const char *path)
{
	l->manifest = l->signatures = l->roots = sw_undef();
	l->bundle_name = path;
	l->bundle_from = l->n_modules;
}

static int remember(struct sw_rego_load *l, struct sw_rego_bundle bundle, struct sw_error *err)
{
	if (l->n_bundles == l->cap_bundles) {
		uint32_t cap = l->cap_bundles ? l->cap_bundles * 2 : 8;
		l->bundles = sw_arena_grow(
			l->arena, l->bundles, l->cap_bundles * sizeof(*l->bundles), cap * sizeof(*l->bundles));
		l->cap_bundles = l->bundles ? cap : 0;
	}
	if (!l->bundles)
		return sw_error_set(err, SW_ELIMIT, "too many bundles");
	l->bundles[l->n_bundles++] = bundle;
	return 0;
}

int sw_rego_bundles_join(struct sw_rego_load *l, const struct sw_rego_load *from, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < from->n_bundles; i++)
		rc = remember(l, from->bundles[i], err);
	return rc ? rc : sw_rego_load_add_data(l, from->bundle_name, (struct sw_str){0}, from->data, err);
}

int sw_rego_bundle_end(struct sw_rego_load *l, struct sw_error *err)
{
	for (uint32_t i = l->bundle_from; i < l->n_modules; i++)
		l->versions[i] = version_of(l, l->modules[i]->name);
	int rc = remember(l, (struct sw_rego_bundle){l->bundle_name, l->roots}, err);
	return rc || !sw_is(l->roots, SW_ARRAY) ? rc : check_roots(l, err);
}

/* ---- several bundles ---- */

struct root {
	struct sw_str path;
	const char *bundle;
};

static int by_root(const void *x, const void *y)
{
	const struct root *a = x, *b = y;
	int c = sw_str_cmp(a->path, b->path);
	return c ? c : strcmp(a->bundle, b->bundle);
}

/* Every root of every bundle, NULL for no memory. A bundle without roots has one, which is empty. */
static struct root *all_roots(const struct sw_rego_load *l, uint32_t *ret_n)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->n_bundles; i++)
		n += sw_is(l->bundles[i].roots, SW_ARRAY) ? l->bundles[i].roots.n : 1;
	struct root *v = sw_arena_new_array(l->arena, n + 1, struct root);
	*ret_n = 0;
	for (uint32_t i = 0; v && i < l->n_bundles; i++) {
		struct sw_value roots = l->bundles[i].roots;
		if (!sw_is(roots, SW_ARRAY))
			v[(*ret_n)++] = (struct root){SW_STR(""), l->bundles[i].name};
		else
			sw_array_foreach (r, roots)
				v[(*ret_n)++] = (struct root){sw_value_str(*r), l->bundles[i].name};
	}
	return v;
}

/* As merging bundles words it: the first two roots, in the order of the bundles. Negative: no memory. */
static int merge_overlap(const struct sw_rego_load *l, const struct root *v, uint32_t n, struct sw_buf *out)
{
	struct sw_rego_root *sorted = sw_arena_new_array(l->arena, n + 1, struct sw_rego_root);
	if (!sorted)
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = (struct sw_rego_root){v[i].path, i};
	qsort(sorted, n, sizeof(*sorted), by_path);
	return overlap_text(sorted, n, out);
}

static void add_text(struct sw_list *l, struct sw_arena *a, struct sw_str text)
{
	sw_list_add(l, sw_string_copy(a, text));
}

/* Members of a set of strings, in order, with commas. */
static void put_set(struct sw_buf *out, struct sw_list *l)
{
	struct sw_value set = sw_list_set(l);
	bool first = true;
	sw_array_foreach (x, set) {
		sw_buf_addz(out, first ? "" : ", ");
		sw_buf_addstr(out, sw_value_str(*x));
		first = false;
	}
}

static void add_conflict(const struct sw_rego_load *l, struct sw_list *conflicts, struct root a, struct root b)
{
	bool order = sw_str_cmp(a.path, b.path) <= 0;
	struct sw_str x = order ? a.path : b.path, y = order ? b.path : a.path;
	add_text(conflicts, l->arena,
		sw_str_eq(x, y)
			? sw_arena_printf(l->arena, "root %.*s is in multiple bundles", SW_STR_ARG(x))
			: sw_arena_printf(l->arena, "%.*s overlaps %.*s", SW_STR_ARG(x), SW_STR_ARG(y)));
}

/* As activating them words it: all that collide. False: none do. */
static bool activation_overlap(const struct sw_rego_load *l, struct root *v, uint32_t n, struct sw_buf *out)
{
	struct sw_list names, empty, conflicts;
	bool any = false;
	sw_list_init(&names, l->arena);
	sw_list_init(&empty, l->arena);
	sw_list_init(&conflicts, l->arena);
	qsort(v, n, sizeof(*v), by_root);
	for (uint32_t i = 0; i < n; i++) {
		if (!v[i].path.n)
			add_text(&empty, l->arena, sw_str_from(v[i].bundle));
		for (uint32_t k = i + 1; k < n && sw_str_starts(v[k].path, v[i].path); k++) {
			if (strcmp(v[i].bundle, v[k].bundle) == 0 || !below(v[k].path, v[i].path))
				continue;
			any = true;
			add_text(&names, l->arena, sw_str_from(v[i].bundle));
			add_text(&names, l->arena, sw_str_from(v[k].bundle));
			add_conflict(l, &conflicts, v[i], v[k]);
		}
	}
	if (!any)
		return false;
	bool whole = v[0].path.n == 0;
	sw_buf_addz(out, whole ? "bundles [" : "detected overlapping roots in manifests for these bundles: [");
	put_set(out, &names);
	sw_buf_addz(out, whole ? "] have overlapping roots and cannot be activated simultaneously because bundle(s) ["
			       : "] (");
	put_set(out, whole ? &empty : &conflicts);
	sw_buf_addz(out, whole ? "] specify empty root paths ('') which overlap with any other bundle root" : ")");
	return true;
}

int sw_rego_load_overlap(struct sw_rego_load *l, struct sw_error *err)
{
	uint32_t n = 0;
	bool merge = l->told_as == SW_BUNDLE_CHECK || l->told_as == SW_BUNDLE_BUILD;
	sw_autobuf text;
	sw_buf_init(&text, 1 << 20);
	if (l->n_bundles < 2)
		return 0;
	struct root *v = all_roots(l, &n);
	if (n > SW_REGO_LOAD_ROOTS)
		return l->fatal = sw_error_set(err, SW_ELIMIT, "the bundles have more than %d roots", SW_REGO_LOAD_ROOTS);
	int found = !v ? -SW_ELIMIT : merge ? merge_overlap(l, v, n, &text) : activation_overlap(l, v, n, &text);
	if (found < 0)
		return l->fatal = sw_error_set(err, SW_ELIMIT, "too many bundles");
	if (!found)
		return 0;
	l->alone = true;
	return l->fatal = sw_error_set(err, SW_EINVALID, "%s%s",
		       l->told_as == SW_BUNDLE_EVAL    ? "bundle activation failed: "
		       : l->told_as == SW_BUNDLE_BUILD ? "bundle merge failed: "
						       : "",
		       sw_buf_cstr(&text));
}
