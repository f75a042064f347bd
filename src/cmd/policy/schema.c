/* SPDX-License-Identifier: Apache-2.0 */
/* --schema: JSON Schemas for the type checker, from a file or a folder. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/policy/policy.h"
#include "cmd/policy/rego_load.h"

enum { SCHEMAS_MAX = 100000, DEPTH_MAX = 64 };

struct loader {
	struct sw_arena *a;
	struct sw_rego_schema *v;
	uint32_t n, cap;
	struct sw_value keys[DEPTH_MAX];
	uint32_t depth;
	struct sw_error *err;
};

static int full(struct loader *l)
{
	return sw_error_set(l->err, SW_ELIMIT, "too many or too deeply nested schemas");
}

static int add(struct loader *l, const char *path, struct sw_value key)
{
	struct sw_rego_schema s;
	uint32_t n = l->depth + sw_defined(key);
	struct sw_value *keys = sw_arena_new_array(l->a, n + 1, struct sw_value);
	int rc = sw_rego_load_document(l->a, path, &s.doc, l->err);
	if (rc)
		return rc;
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 8;
		l->v = l->n < SCHEMAS_MAX
			? sw_arena_grow(l->a, l->v, l->cap * sizeof(*l->v), cap * sizeof(*l->v)) : NULL;
		l->cap = cap;
	}
	if (!l->v || !keys)
		return full(l);
	memcpy(keys, l->keys, l->depth * sizeof(*keys));
	if (sw_defined(key))
		keys[l->depth] = key;
	s.path = n ? sw_array_from(l->a, keys, n) : sw_empty_array();
	l->v[l->n++] = s;
	return 0;
}

static int walk(struct loader *l, const char *dir);

static int entry(struct loader *l, const char *dir, const char *name)
{
	struct stat st;
	struct sw_str path = sw_arena_printf(l->a, "%s/%s", dir, name);
	const char *p = path.p ? sw_arena_cstr(l->a, path) : NULL;
	if (!p)
		return full(l);
	if (stat(p, &st))
		return sw_error_errno(l->err, SW_EIO, errno, "%s", p);
	const char *dot = strrchr(name, '.');
	size_t n = S_ISDIR(st.st_mode) || !dot ? strlen(name) : (size_t)(dot - name);
	struct sw_value key = sw_string_copy(l->a, (struct sw_str){name, n});
	if (!S_ISDIR(st.st_mode))
		return add(l, p, key);
	if (l->depth == DEPTH_MAX)
		return full(l);
	l->keys[l->depth++] = key;
	int rc = walk(l, p);
	l->depth--;
	return rc;
}

static int walk(struct loader *l, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), rc = 0;
	if (n < 0)
		return sw_error_errno(l->err, SW_EIO, errno, "%s", dir);
	for (int i = 0; i < n; i++) {
		if (!rc && strcmp(names[i]->d_name, ".") != 0 && strcmp(names[i]->d_name, "..") != 0)
			rc = entry(l, dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return rc;
}

int sw_policy_schemas(
	struct sw_arena *a, const char *path, struct sw_rego_compile_opts *opts, struct sw_error *err)
{
	struct loader l = {.a = a, .err = err};
	struct stat st;
	opts->schema_annotations = true;
	if (!path || !*path)
		return 0;
	if (strncmp(path, "file://", 7) == 0)
		path += 7;
	if (stat(path, &st))
		return sw_error_set(err, SW_EIO, "stat %s: no such file or directory", path);
	int rc = S_ISDIR(st.st_mode) ? walk(&l, path) : add(&l, path, sw_undef());
	opts->schemas = l.v;
	opts->n_schemas = l.n;
	opts->schema_set = true;
	return rc;
}
