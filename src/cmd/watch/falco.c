/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/falco.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "doc/yaml.h"

/* What stands for a variable is looked through again: its value may name another. Falco has no bound. */
const char *sw_falco_expand(struct sw_arena *a, struct sw_str s)
{
	enum { STEPS = 1000, TEXT_MAX = 1 << 20 };
	sw_autobuf b;
	size_t at;

	sw_buf_init(&b, TEXT_MAX);
	for (int i = 0; i < STEPS && (at = sw_str_chr(s, '$', 0)) != SW_NPOS; i++) {
		sw_buf_addstr(&b, sw_str_sub(s, 0, at));
		s = sw_str_sub(s, at, s.n);
		size_t end = sw_str_chr(s, '}', 0);
		/* As Falco has it, a dollar that begins nothing ends the search. */
		if (end == SW_NPOS || (!sw_str_starts(s, SW_STR("${")) && !sw_str_starts(s, SW_STR("$${"))))
			break;
		if (s.p[1] == '$') {
			sw_buf_addch(&b, '$');
			s = sw_str_sub(s, 2, s.n);
			continue;
		}
		const char *name = sw_arena_cstr(a, sw_str_sub(s, 2, end)), *v = name ? getenv(name) : NULL;
		s = sw_str_sub(s, end + 1, s.n);
		if (v)
			s = sw_arena_printf(a, "%s%.*s", v, SW_STR_ARG(s));
	}
	sw_buf_addstr(&b, s);
	return sw_arena_cstr(a, sw_buf_str(&b));
}

/* ---- files ---- */

/* The value with the variables of the environment in its texts, not in keys. */
static struct sw_value with_env(struct sw_arena *a, struct sw_value v, unsigned depth)
{
	struct sw_list l;
	struct sw_map m;

	if (sw_is(v, SW_STRING) && sw_str_has(sw_value_str(v), SW_STR("${"))) {
		const char *text = sw_falco_expand(a, sw_value_str(v));
		return text ? sw_string(sw_str_from(text)) : sw_undef();
	}
	if (depth == 0 || (!sw_is(v, SW_ARRAY) && !sw_is(v, SW_OBJECT)))
		return v;
	if (sw_is(v, SW_ARRAY)) {
		sw_list_init(&l, a);
		sw_array_foreach (x, v)
			sw_list_add(&l, with_env(a, *x, depth - 1));
		return sw_list_array(&l);
	}
	sw_map_init(&m, a);
	sw_object_foreach (x, v)
		sw_map_add(&m, x->k, with_env(a, x->v, depth - 1));
	return sw_map_object(&m);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

enum { ENV_DEPTH = 64 };

/* A file of its own: read, not yet part of anything. *ret is a mapping. */
static int read_file(struct sw_falco *f, const char *path, struct sw_value *ret, struct sw_error *err)
{
	struct sw_source *src;
	struct sw_value v;

	if (f->n_files >= SW_FALCO_FILES)
		return sw_error_set(
			err, SW_ELIMIT, "more than %d configuration files", SW_FALCO_FILES);
	int rc = sw_cmd_read(f->arena, path, (size_t)16 << 20, &src, err);
	if (rc < 0)
		return rc;
	rc = sw_yaml_parse(f->arena, src->text, SW_YAML_GOYAML3 | SW_YAML_SPANS, NULL, &v, err);
	if (rc < 0)
		return err ? sw_error_at(err, src->name, err->line, err->col, err->byte) : rc;
	if (!sw_is(v, SW_OBJECT) && !sw_is(v, SW_NULL))
		return sw_error_set(err, SW_EINVALID, "%s: not a mapping", path);
	f->files[f->n_files++] = (struct sw_falco_file){src, v};
	*ret = with_env(f->arena, v, ENV_DEPTH);
	return sw_defined(*ret) ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
}

enum strategy { APPEND, OVERRIDE, ADD_ONLY };

static struct sw_value joined(struct sw_arena *a, struct sw_value old, struct sw_value more)
{
	struct sw_list l;

	sw_list_init(&l, a);
	if (sw_is(old, SW_ARRAY))
		sw_array_foreach (v, old)
			sw_list_add(&l, *v);
	sw_array_foreach (v, more)
		sw_list_add(&l, *v);
	return sw_list_array(&l);
}

static int include(struct sw_falco *f, const char *path, enum strategy how, struct sw_error *err)
{
	struct sw_value v;
	struct sw_map m;
	int rc = read_file(f, path, &v, err);

	if (rc || !sw_is(v, SW_OBJECT))
		return rc;
	if (sw_defined(sw_object_gets(v, SW_STR("config_files"))))
		return sw_error_set(err, SW_EUSAGE, "%s: config_files in a file that is included", path);
	sw_map_init(&m, f->arena);
	if (sw_is(f->root, SW_OBJECT))
		sw_object_foreach (x, f->root)
			sw_map_add(&m, x->k, x->v);
	sw_object_foreach (x, v) {
		struct sw_value old = sw_is(f->root, SW_OBJECT) ? sw_object_get(f->root, x->k) : sw_undef();
		if (how == ADD_ONLY && sw_defined(old))
			continue;
		sw_map_add(&m, x->k, how == APPEND && sw_is(x->v, SW_ARRAY) ? joined(f->arena, old, x->v) : x->v);
	}
	f->root = sw_map_object(&m);
	return sw_defined(f->root) ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
}

static int include_folder(struct sw_falco *f, const char *path, enum strategy how, struct sw_error *err)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, by_name), rc = 0;

	if (n < 0)
		return sw_error_errno(err, SW_EIO, errno, "%.200s", path);
	for (int i = 0; i < n; i++) {
		struct sw_str p = sw_arena_printf(f->arena, "%s/%s", path, list[i]->d_name);
		struct stat sb;
		if (rc == 0 && p.p && stat(p.p, &sb) == 0 && S_ISREG(sb.st_mode))
			rc = include(f, p.p, how, err);
		free(list[i]);
	}
	free(list);
	return rc;
}

/* "PATH" or {path: PATH, strategy: append|override|add-only} */
static int include_entry(struct sw_falco *f, struct sw_value entry, struct sw_error *err)
{
	struct sw_value p = sw_is(entry, SW_OBJECT) ? sw_object_gets(entry, SW_STR("path")) : entry;
	struct sw_str how = sw_is(entry, SW_OBJECT) ? sw_value_getstr(entry, "strategy") : SW_STR("");
	const char *path = sw_is(p, SW_STRING) ? sw_arena_cstr(f->arena, sw_value_str(p)) : NULL;
	enum strategy s = sw_str_is(how, "override") ? OVERRIDE : sw_str_is(how, "add-only") ? ADD_ONLY : APPEND;
	struct stat sb;

	if (!path)
		return sw_falco_wrong(f, "config_files", "is a list of paths, or of {path, strategy}", err);
	if (f->name && strcmp(path, f->name) == 0)
		return sw_falco_wrong(f, "config_files", "includes the file that it is in", err);
	if (stat(path, &sb) != 0)
		return 0;
	return S_ISDIR(sb.st_mode) ? include_folder(f, path, s, err) : include(f, path, s, err);
}

/* ---- what is set ---- */

enum { KEY_PARTS = 32 };

struct part {
	struct sw_str name; /* of a member; p NULL: an element */
	int64_t index;	    /* -1: a new one */
};

/* The parts of a key; 0: it is none. */
static uint32_t split_key(struct sw_arena *a, struct sw_str key, struct part parts[KEY_PARTS])
{
	uint32_t n = 0;
	size_t i = 0;

	while (i < key.n && n < KEY_PARTS) {
		char *name = sw_arena_alloc(a, key.n + 1);
		size_t len = 0;
		for (; name && i < key.n && key.p[i] != '.' && key.p[i] != '['; i++) {
			i += key.p[i] == '\\' && i + 1 < key.n;
			name[len++] = key.p[i];
		}
		if (!len)
			return 0;
		parts[n++] = (struct part){.name = sw_str_make(name, len)};
		while (i < key.n && key.p[i] == '[' && n < KEY_PARTS) {
			size_t end = sw_str_chr(key, ']', i);
			struct part p = {.index = -1};
			if (end == SW_NPOS || (end > i + 1 && (!sw_str_to_i64(sw_str_sub(key, i + 1, end), &p.index) ||
								p.index < 0)))
				return 0;
			parts[n++] = p;
			i = end + 1;
		}
		if (i < key.n && key.p[i] != '.')
			return 0;
		i++;
	}
	return i > key.n ? n : 0;
}

/* `old` with the value at the parts replaced; what is not there is made. */
static struct sw_value put(struct sw_arena *a, struct sw_value old, const struct part *p, uint32_t n, struct sw_value v)
{
	struct sw_map m;
	struct sw_list l;

	if (n == 0)
		return v;
	if (p->name.p) {
		struct sw_value below = sw_is(old, SW_OBJECT) ? sw_object_gets(old, p->name) : sw_undef();
		sw_map_init(&m, a);
		if (sw_is(old, SW_OBJECT))
			sw_object_foreach (x, old)
				sw_map_add(&m, x->k, x->v);
		sw_map_add(&m, sw_string(p->name), put(a, below, p + 1, n - 1, v));
		return sw_map_object(&m);
	}
	sw_list_init(&l, a);
	if (sw_is(old, SW_ARRAY))
		sw_array_foreach (x, old)
			sw_list_add(&l, *x);
	if (p->index >= 0 && p->index < (int64_t)l.n)
		l.v[p->index] = put(a, l.v[p->index], p + 1, n - 1, v);
	else
		sw_list_add(&l, put(a, sw_undef(), p + 1, n - 1, v));
	return sw_list_array(&l);
}

static int set_one(struct sw_falco *f, const char *text, struct sw_error *err)
{
	struct sw_str s = sw_str_from(text);
	size_t eq = sw_str_chr(s, '=', 0);
	struct part parts[KEY_PARTS];
	struct sw_value v;

	if (eq == SW_NPOS || eq == 0)
		return sw_error_set(err, SW_EUSAGE, "--set %s: not KEY=VALUE", text);
	struct sw_str value = sw_str_trim(sw_str_sub(s, eq + 1, s.n));
	uint32_t n = split_key(f->arena, sw_str_trim(sw_str_sub(s, 0, eq)), parts);
	if (!n)
		return sw_error_set(err, SW_EUSAGE, "--set %s: a key is NAME.NAME, NAME[2] or NAME[]", text);
	if (sw_yaml_parse(f->arena, value, SW_YAML_GOYAML3, NULL, &v, NULL) != 0)
		v = sw_string(value);
	f->root = put(f->arena, f->root, parts, n, value.n ? v : sw_string(SW_STR("")));
	return sw_defined(f->root) ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
}

int sw_falco_open(struct sw_arena *a, const char *path, const char *const *sets, uint32_t n_sets,
	struct sw_falco *ret, struct sw_error *err)
{
	static const char includes[] = "config_files";
	struct sw_falco *f = ret;

	*f = (struct sw_falco){.arena = a, .name = path, .sets = sets, .n_sets = n_sets, .root = sw_null()};
	int rc = path ? read_file(f, path, &f->root, err) : 0;
	for (uint32_t i = 0; rc == 0 && i < n_sets; i++)
		if (strncmp(sets[i], includes, strlen(includes)) == 0)
			rc = set_one(f, sets[i], err);
	struct sw_value more = sw_falco_list(f, includes);
	if (rc == 0 && sw_is(more, SW_ARRAY))
		sw_array_foreach (m, more)
			rc = rc ? rc : include_entry(f, *m, err);
	for (uint32_t i = 0; rc == 0 && i < n_sets; i++)
		if (strncmp(sets[i], includes, strlen(includes)) != 0)
			rc = set_one(f, sets[i], err);
	return rc;
}

/* ---- values ---- */

struct sw_value sw_falco_get(const struct sw_falco *f, const char *key)
{
	struct sw_str rest = sw_str_from(key), part;
	struct sw_value v = f->root;

	while (sw_str_split(&rest, '.', &part))
		v = sw_is(v, SW_OBJECT) ? sw_object_gets(v, part) : sw_undef();
	return sw_is(v, SW_NULL) ? sw_undef() : v;
}

struct sw_value sw_falco_list(const struct sw_falco *f, const char *key)
{
	struct sw_value v = sw_falco_get(f, key);
	struct sw_list l;

	if (!sw_defined(v) || sw_is(v, SW_ARRAY))
		return v;
	sw_list_init(&l, f->arena);
	sw_list_add(&l, v);
	return sw_list_array(&l);
}

static struct sw_value member(struct sw_value o, struct sw_str key, struct sw_span *ret_at)
{
	for (uint32_t i = 0; i < o.n; i++) {
		if (!sw_str_eq(sw_value_str(o.u.o->m[i].k), key))
			continue;
		*ret_at = o.u.o->spans ? o.u.o->spans[2 * i] : (struct sw_span){0};
		return o.u.o->m[i].v;
	}
	return sw_undef();
}

/* Where the last file that has it has it. */
static bool place(const struct sw_falco *f, const char *key, const struct sw_falco_file **ret, struct sw_pos *ret_pos)
{
	for (uint32_t i = f->n_files; i > 0; i--) {
		struct sw_value v = f->files[i - 1].root;
		struct sw_str rest = sw_str_from(key), part;
		struct sw_span at = {0};
		while (sw_str_split(&rest, '.', &part)) {
			struct sw_span span = {0};
			v = sw_is(v, SW_OBJECT) ? member(v, part, &span) : sw_undef();
			at = span;
		}
		if (!sw_defined(v))
			continue;
		*ret = &f->files[i - 1];
		*ret_pos = sw_source_pos(f->files[i - 1].src, f->arena, at.start);
		return true;
	}
	return false;
}

/* "KEY=", "KEY.x=", "KEY[0]=", or the same of what KEY is in. */
static bool is_set(const struct sw_falco *f, const char *key)
{
	for (uint32_t i = 0; i < f->n_sets; i++) {
		size_t n = strcspn(f->sets[i], "="), k = strlen(key);
		bool below = n >= k && strncmp(f->sets[i], key, k) == 0 && (n == k || strchr(".[", f->sets[i][k]));
		if (below || (n < k && strncmp(f->sets[i], key, n) == 0 && key[n] == '.'))
			return true;
	}
	return false;
}

int sw_falco_wrong(const struct sw_falco *f, const char *key, const char *text, struct sw_error *err)
{
	const struct sw_falco_file *file;
	struct sw_pos at;

	if (is_set(f, key) || !place(f, key, &file, &at))
		return sw_error_set(err, SW_EUSAGE, "--set: %s %s", key, text);
	return sw_error_set(err, SW_EUSAGE, "%.*s:%u:%u: %s %s", SW_STR_ARG(file->src->name), at.line, at.col, key, text);
}

int sw_falco_str(const struct sw_falco *f, const char *key, const char *def, const char **ret,
	struct sw_error *err)
{
	struct sw_value v = sw_falco_get(f, key);
	sw_autobuf b;

	sw_buf_init(&b, 4096);
	*ret = def;
	if (!sw_defined(v) || sw_is(v, SW_NULL))
		return 0;
	if (sw_is(v, SW_STRING)) {
		*ret = sw_arena_cstr(f->arena, sw_value_str(v));
		return *ret ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	if (sw_is(v, SW_OBJECT) || sw_is(v, SW_ARRAY))
		return sw_falco_wrong(f, key, "must be a text", err);
	sw_yaml_write(&b, v);
	*ret = sw_arena_cstr(f->arena, sw_str_trim(sw_buf_str(&b)));
	return 0;
}

int sw_falco_bool(
	const struct sw_falco *f, const char *key, bool def, bool *ret, struct sw_error *err)
{
	const char *s;
	int rc = sw_falco_str(f, key, NULL, &s, err);

	*ret = def;
	if (rc || !s)
		return rc;
	/* The words of YAML 1.1, which Falco's reader takes. */
	static const char *const yes[] = {"true", "yes", "on", "y"}, *const no[] = {"false", "no",
									     "off", "n"};
	for (size_t i = 0; i < SW_ARRAY_LEN(yes); i++) {
		if (sw_str_ieq(sw_str_from(s), sw_str_from(yes[i])) ||
			sw_str_ieq(sw_str_from(s), sw_str_from(no[i]))) {
			*ret = sw_str_ieq(sw_str_from(s), sw_str_from(yes[i]));
			return 0;
		}
	}
	return sw_falco_wrong(f, key, "must be true or false", err);
}

int sw_falco_num(
	const struct sw_falco *f, const char *key, double def, double *ret, struct sw_error *err)
{
	const char *s;
	char *end;
	int rc = sw_falco_str(f, key, NULL, &s, err);

	*ret = def;
	if (rc || !s)
		return rc;
	double d = strtod(s, &end);
	if (!*s || *end || !(d == d))
		return sw_falco_wrong(f, key, "must be a number", err);
	*ret = d;
	return 0;
}
