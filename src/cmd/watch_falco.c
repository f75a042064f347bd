/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch_falco.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "doc/yaml.h"

const char *sw_falco_expand(struct sw_arena *a, struct sw_str s)
{
	sw_autobuf b;

	sw_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < s.n; i++) {
		size_t end = s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{'
				     ? sw_str_chr(s, '}', i)
				     : SW_NPOS;
		if (end == SW_NPOS || end - i > 128) {
			sw_buf_addch(&b, s.p[i]);
			continue;
		}
		char name[128];
		snprintf(name, sizeof(name), "%.*s", (int)(end - i - 2), s.p + i + 2);
		const char *v = getenv(name);
		sw_buf_addz(&b, v ? v : "");
		i = end;
	}
	return sw_arena_cstr(a, sw_buf_str(&b));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add(struct sw_falco *f, const char *path, bool main_file, struct sw_error *err);

static int add_folder(struct sw_falco *f, const char *path, struct sw_error *err)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, by_name), rc = 0;

	for (int i = 0; i < n; i++) {
		struct sw_str p = sw_arena_printf(f->arena, "%s/%s", path, list[i]->d_name);
		struct stat sb;
		if (rc == 0 && p.p && stat(p.p, &sb) == 0 && S_ISREG(sb.st_mode))
			rc = add(f, p.p, false, err);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return rc;
}

static int add(struct sw_falco *f, const char *path, bool main_file, struct sw_error *err)
{
	struct sw_source *src;
	struct sw_value v;
	struct stat sb;

	if (f->n_files >= SW_FALCO_FILES)
		return sw_error_set(
			err, SW_ELIMIT, "more than %d configuration files", SW_FALCO_FILES);
	int rc = sw_cmd_read(f->arena, path, (size_t)16 << 20, &src, err);
	if (rc == 0)
		rc = sw_yaml_parse(f->arena, src->text, SW_YAML_GOYAML3, NULL, &v, err);
	if (rc < 0)
		return err ? sw_error_prefix(err, "%s: ", path) : rc;
	if (!sw_is(v, SW_OBJECT) && !sw_is(v, SW_NULL))
		return sw_error_set(err, SW_EINVALID, "%s: not a mapping", path);
	f->files[f->n_files++] = v;
	if (!main_file)
		return 0;
	/* Those that it includes; what is not there is skipped, as Falco does. */
	struct sw_value more = sw_falco_list(f, "config_files");
	if (!sw_is(more, SW_ARRAY))
		return 0;
	sw_array_foreach (m, more) {
		struct sw_value p = sw_is(*m, SW_OBJECT) ? sw_object_gets(*m, SW_STR("path")) : *m;
		const char *name =
			sw_is(p, SW_STRING) ? sw_falco_expand(f->arena, sw_value_str(p)) : NULL;
		if (!name || stat(name, &sb) != 0)
			continue;
		rc = S_ISDIR(sb.st_mode) ? add_folder(f, name, err) : add(f, name, false, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int add_set(struct sw_falco *f, const char *text, struct sw_error *err)
{
	struct sw_str s = sw_str_from(text);
	size_t eq = sw_str_chr(s, '=', 0);
	struct sw_falco_set *set = &f->sets[f->n_sets];

	if (eq == SW_NPOS || eq == 0)
		return sw_error_set(err, SW_EUSAGE, "--set %s: not KEY=VALUE", text);
	set->key = sw_str_trim(sw_str_sub(s, 0, eq));
	struct sw_str v = sw_str_trim(sw_str_sub(s, eq + 1, s.n));
	if (sw_yaml_parse(f->arena, v, SW_YAML_GOYAML3, NULL, &set->value, NULL) != 0)
		set->value = sw_string(v);
	if (!v.n)
		set->value = sw_string(SW_STR(""));
	f->n_sets++;
	return 0;
}

int sw_falco_open(struct sw_arena *a, const char *path, const char *const *sets, uint32_t n_sets,
	struct sw_falco *ret, struct sw_error *err)
{
	struct sw_falco *f = ret;
	int rc = 0;

	*f = (struct sw_falco){.arena = a, .name = path};
	f->sets = sw_arena_new_array(a, n_sets + 1, struct sw_falco_set);
	if (!f->sets)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; rc == 0 && i < n_sets; i++)
		rc = add_set(f, sets[i], err);
	return rc || !path ? rc : add(f, path, true, err);
}

static struct sw_value in_file(struct sw_value v, struct sw_str key)
{
	struct sw_str part;

	while (sw_str_split(&key, '.', &part))
		v = sw_is(v, SW_OBJECT) ? sw_object_gets(v, part) : sw_undef();
	return v;
}

struct sw_value sw_falco_get(const struct sw_falco *f, const char *key)
{
	struct sw_str k = sw_str_from(key);

	for (uint32_t i = f->n_sets; i > 0; i--) {
		const struct sw_falco_set *s = &f->sets[i - 1];
		if (sw_str_eq(s->key, k))
			return s->value;
		/* --set 'file_output={enabled: true}' */
		if (s->key.n < k.n && k.p[s->key.n] == '.' && sw_str_starts(k, s->key)) {
			struct sw_value v = in_file(s->value, sw_str_sub(k, s->key.n + 1, k.n));
			if (sw_defined(v))
				return v;
		}
	}
	for (uint32_t i = f->n_files; i > 0; i--) {
		struct sw_value v = in_file(f->files[i - 1], k);
		if (sw_defined(v) && !sw_is(v, SW_NULL))
			return v;
	}
	return sw_undef();
}

/* `old` with the member at `path` replaced: rules[].disable.rule=NAME makes {disable: {rule: NAME}}
 * of nothing. */
static struct sw_value nested(
	struct sw_arena *a, struct sw_value old, struct sw_str path, struct sw_value v)
{
	struct sw_str part;
	struct sw_map m;

	if (!sw_str_split(&path, '.', &part) || path.n > 1000)
		return v;
	sw_map_init(&m, a);
	if (sw_is(old, SW_OBJECT)) {
		sw_object_foreach (x, old)
			sw_map_add(&m, x->k, x->v);
	} else {
		old = sw_undef();
	}
	struct sw_value below = sw_defined(old) ? sw_object_gets(old, part) : sw_undef();
	sw_map_add(&m, sw_string(part), nested(a, below, path, v));
	return sw_map_object(&m);
}

struct sw_value sw_falco_list(const struct sw_falco *f, const char *key)
{
	struct sw_value base = sw_falco_get(f, key);
	struct sw_list l;
	bool any = sw_defined(base);

	sw_list_init(&l, f->arena);
	if (sw_is(base, SW_ARRAY)) {
		sw_array_foreach (v, base)
			sw_list_add(&l, *v);
	} else if (any) {
		sw_list_add(&l, base);
	}
	for (uint32_t i = 0; i < f->n_sets; i++) {
		struct sw_str k = f->sets[i].key;
		size_t n = strlen(key), at;
		if (k.n <= n || k.p[n] != '[' || memcmp(k.p, key, n) != 0 ||
			(at = sw_str_chr(k, ']', n)) == SW_NPOS)
			continue;
		int64_t index;
		struct sw_str rest =
			sw_str_sub(k, at + 1 + (at + 1 < k.n && k.p[at + 1] == '.'), k.n);
		if (sw_str_to_i64(sw_str_sub(k, n + 1, at), &index) && index >= 0 &&
			index < (int64_t)l.n)
			l.v[index] = nested(f->arena, l.v[index], rest, f->sets[i].value);
		else
			sw_list_add(&l, nested(f->arena, sw_undef(), rest, f->sets[i].value));
		any = true;
	}
	return any ? sw_list_array(&l) : sw_undef();
}

static int wrong(const struct sw_falco *f, const char *key, const char *want, struct sw_error *err)
{
	return sw_error_set(
		err, SW_EUSAGE, "%s: %s must be %s", f->name ? f->name : "--set", key, want);
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
		*ret = sw_falco_expand(f->arena, sw_value_str(v));
		return *ret ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	if (sw_is(v, SW_OBJECT) || sw_is(v, SW_ARRAY))
		return wrong(f, key, "a text", err);
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
	return wrong(f, key, "true or false", err);
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
		return wrong(f, key, "a number", err);
	*ret = d;
	return 0;
}
