/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of conditions: variables, a star in the last part, and folders walked. */
#include <errno.h>

#include "base/glob.h"
#include "cis/own/condition.h"
#include "cis/own/unit.h"

#define WALK_DEPTH 8

struct collecting {
	struct sw_cis_judging *j;
	struct sw_str ends;
	struct sw_str *v;
	uint32_t n, max;
	struct sw_str *why;
};

static void add(struct collecting *c, struct sw_str path)
{
	for (uint32_t i = 0; i < c->n && c->n < 64; i++)
		if (sw_str_eq(c->v[i], path))
			return;
	if (c->n < c->max && sw_str_ends(path, c->ends))
		c->v[c->n++] = path;
}

static void walk(struct collecting *c, struct sw_str dir, int depth)
{
	struct sw_str *names;
	uint32_t count;
	int rc = sw_cis_list(c->j->n, c->j->a, dir, &names, &count);
	if (rc && rc != -ENOENT && rc != -ENOTDIR)
		*c->why = sw_arena_printf(c->j->a, "%.*s: %s", SW_STR_ARG(dir), strerror(-rc));
	for (uint32_t i = 0; !rc && i < count && c->n < c->max; i++) {
		struct stat st;
		struct sw_str path = sw_arena_printf(
			c->j->a, "%.*s/%.*s", SW_STR_ARG(dir), SW_STR_ARG(names[i]));
		/* A link is judged by what it leads to, and never walked. */
		if (sw_cis_stat(c->j->n, path, false, &st))
			continue;
		if (S_ISDIR(st.st_mode) && depth < WALK_DEPTH)
			walk(c, path, depth + 1);
		else
			add(c, path);
	}
}

static void expand_star(struct collecting *c, struct sw_str path)
{
	size_t slash = sw_str_rfind(path, SW_STR("/"));
	struct sw_str dir = sw_str_sub(path, 0, slash), last = sw_str_sub(path, slash + 1, path.n);
	size_t star = sw_str_chr(last, '*', 0);
	struct sw_str *names;
	uint32_t count;
	if (slash == SW_NPOS || star == SW_NPOS) {
		add(c, path);
		return;
	}
	if (sw_str_is(last, "**")) {
		add(c, dir);
		walk(c, dir, 0);
		return;
	}
	int rc = sw_cis_list(c->j->n, c->j->a, dir, &names, &count);
	if (rc && rc != -ENOENT && rc != -ENOTDIR)
		*c->why = sw_arena_printf(c->j->a, "%.*s: %s", SW_STR_ARG(dir), strerror(-rc));
	for (uint32_t i = 0; !rc && i < count; i++) {
		struct sw_str head = sw_str_sub(last, 0, star),
			      tail = sw_str_sub(last, star + 1, last.n);
		if (names[i].n >= head.n + tail.n && sw_str_starts(names[i], head) &&
			sw_str_ends(names[i], tail))
			add(c, sw_arena_printf(c->j->a, "%.*s/%.*s", SW_STR_ARG(dir),
				       SW_STR_ARG(names[i])));
	}
}

/* "apiserver.manifest", "kubelet.config", "kubelet.unit", "etcd.flag.data-dir". */
static void variable(struct collecting *c, struct sw_str name)
{
	struct sw_cis_judging *j = c->j;
	enum sw_cis_component_id id;
	size_t dot = sw_str_chr(name, '.', 0);
	struct sw_str what = sw_str_sub(name, dot == SW_NPOS ? name.n : dot + 1, name.n);
	if (sw_cis_component_find(sw_str_sub(name, 0, dot == SW_NPOS ? name.n : dot), &id))
		return;
	const struct sw_cis_component *p = sw_cis_judging_component(j, id);
	if (!p || !p->present) {
		*c->why = sw_arena_printf(j->a, "no %s on this node", sw_cis_component_name(id));
		return;
	}
	if (sw_str_is(what, "manifest")) {
		if (sw_str_is(p->layout, "static pod"))
			add(c, p->file_args_from);
	} else if (sw_str_is(what, "config")) {
		for (uint32_t i = 0; i < p->n_layers; i++)
			add(c, p->layers[i].file);
	} else if (sw_str_is(what, "unit")) {
		struct sw_cis_unit u;
		if (sw_cis_unit(j->n, j->a,
			    sw_arena_printf(j->a, "%s.service", sw_cis_component_name(id)), &u))
			for (uint32_t i = 0; i < u.n_files; i++)
				add(c, u.files[i]);
	} else if (sw_str_starts(what, SW_STR("flag."))) {
		/* flag.NAME or flag.NAME|config.path */
		size_t bar = sw_str_chr(what, '|', 0);
		struct sw_str flag = sw_str_sub(what, 5, bar == SW_NPOS ? what.n : bar);
		struct sw_str config =
			bar == SW_NPOS ? SW_STR("") : sw_str_sub(what, bar + 1, what.n);
		struct sw_cis_setting s = sw_cis_told(
			j, p, sw_arena_cstr(j->a, flag), sw_arena_cstr(j->a, config), NULL);
		if (s.found && s.value.n)
			expand_star(c, sw_cis_host_path(j->a, p, s.value));
	}
}

int sw_cis_paths(struct sw_cis_judging *j, struct sw_value list, struct sw_str ends,
	struct sw_str *ret, uint32_t max, uint32_t *ret_n, struct sw_str *ret_why)
{
	struct collecting c = {.j = j, .ends = ends, .v = ret, .max = max, .why = ret_why};
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_str s = sw_cis_flat(j->a, sw_array_at(list, i));
		if (sw_str_starts(s, SW_STR("${")) && sw_str_ends(s, SW_STR("}")))
			variable(&c, sw_str_sub(s, 2, s.n - 1));
		else
			expand_star(&c, s);
	}
	*ret_n = c.n;
	return j->a->overflow ? sw_error_set(j->err, SW_ELIMIT, "out of memory") : 0;
}
