/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnpm-lock.yaml. The key of a package by lockfileVersion:
 *   5: /@a/b/1.2.0_peer@1.0.0    6: /@a/b@1.2.0(peer@1.0.0)    9: @a/b@1.2.0
 * Up to 6 an entry says `dev`. In 9 what only devDependencies of the importers reach in the graph
 * of `snapshots` is for development. github.com/pnpm/spec, lockfile/.
 */
#include "image/readers/npm.h"

#include <stdlib.h>

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "pnpm-lock.yaml") && !rd_in_package(path);
}

/* Without what peers were resolved to. */
static struct sw_str without_peers(struct sw_str key)
{
	size_t at = sw_str_chr(key, '(', 0);
	return sw_str_sub(key, 0, at);
}

static bool split_key5(struct sw_str key, struct sw_str *name, struct sw_str *version)
{
	size_t from = sw_str_chr(key, '/', 0); /* behind the registry, when another one is named */

	if (from == SW_NPOS)
		return false;
	key = sw_str_sub(key, from + 1, key.n);
	size_t at = sw_str_chr(key, '/', 0);
	if (key.n && key.p[0] == '@' && at != SW_NPOS)
		at = sw_str_chr(key, '/', at + 1);
	if (at == SW_NPOS)
		return false;
	*name = sw_str_sub(key, 0, at);
	*version = sw_str_sub(key, at + 1, key.n);
	*version = sw_str_sub(*version, 0, sw_str_chr(*version, '_', 0));
	return name->n && version->n;
}

static bool split_key(struct sw_str key, bool old, struct sw_str *name, struct sw_str *version)
{
	if (old)
		return split_key5(key, name, version);
	key = without_peers(key);
	if (key.n && key.p[0] == '/')
		key = sw_str_sub(key, 1, key.n);
	return npm_split_at(key, name, version);
}

/* ---- version 9: which snapshots production reaches ---- */

struct graph {
	struct sw_value snapshots;
	bool *reached;
	uint32_t *stack;
	uint32_t n;
};

/* `name: version` of a dependency: the version may be a whole key (an alias). */
static void reach(struct graph *g, struct sw_arena *a, struct sw_str name, struct sw_value version)
{
	if (version.type != SW_STRING)
		return;
	struct sw_str v = sw_value_str(version);
	struct sw_arena_mark mark = sw_arena_mark(a);
	struct sw_str key = sw_arena_printf(a, "%.*s@%.*s", SW_STR_ARG(name), SW_STR_ARG(v));
	int64_t i = key.p ? sw_object_index(g->snapshots, sw_string(key)) : -1;
	sw_arena_rewind(a, mark);
	if (i < 0)
		i = sw_object_index(g->snapshots, sw_string(v));
	if (i < 0 || g->reached[i])
		return;
	g->reached[i] = true;
	g->stack[g->n++] = (uint32_t)i;
}

static void reach_all(struct graph *g, struct sw_arena *a, struct sw_value owner, bool importer)
{
	static const char *const kinds[] = {"dependencies", "optionalDependencies"};

	for (size_t k = 0; k < 2; k++) {
		sw_object_foreach (d, rd_object(rd_get(owner, kinds[k])))
			reach(g, a, sw_value_str(d->k), importer ? rd_get(d->v, "version") : d->v);
	}
}

/* Texts that are keys of `packages` and not for development only, as a set. */
static struct sw_value production(struct sw_arena *a, struct sw_value root)
{
	struct graph g = {.snapshots = rd_object(rd_get(root, "snapshots"))};
	struct sw_list out;

	sw_list_init(&out, a);
	g.reached = sw_arena_zalloc(a, g.snapshots.n + 1);
	g.stack = sw_arena_new_array(a, g.snapshots.n + 1, uint32_t);
	if (!g.reached || !g.stack)
		return sw_undef();
	sw_object_foreach (m, rd_object(rd_get(root, "importers")))
		reach_all(&g, a, m->v, true);
	while (g.n)
		reach_all(&g, a, g.snapshots.u.o->m[g.stack[--g.n]].v, false);
	for (uint32_t i = 0; i < g.snapshots.n; i++)
		if (g.reached[i] && sw_list_add(&out, sw_string(without_peers(sw_value_str(
							      g.snapshots.u.o->m[i].k)))))
			return sw_undef();
	return sw_list_set(&out);
}

static int read_packages(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_value root,
	bool old, struct sw_value prod)
{
	int r = 0;

	sw_object_foreach (m, rd_object(rd_get(root, "packages"))) {
		struct sw_package p = {.type = SW_PKG_NPM, .dev = rd_true(m->v, "dev")};
		struct sw_str key = sw_value_str(m->k), name = SW_STR(""), own;
		struct sw_value tarball = rd_get(rd_get(m->v, "resolution"), "tarball");
		if (npm_is_local(key) && tarball.type == SW_UNDEF)
			continue; /* a folder of the project */
		split_key(key, old, &name, &p.version);
		if ((own = rd_str(m->v, "name")).n)
			name = own;
		if ((own = rd_str(m->v, "version")).n)
			p.version = own;
		if (npm_is_local(p.version) || name.n == 0)
			continue;
		if (prod.type == SW_SET)
			p.dev = !sw_set_has(prod, m->k);
		npm_set_name(&p, name);
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root, prod = sw_undef();
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_yaml(&a, bom, f, &root);
	if (r <= 0)
		return r;
	double version = sw_value_double(rd_get(root, "lockfileVersion"));
	struct sw_str text = rd_str(root, "lockfileVersion");
	if (text.n && text.n < 8 && rd_is_digit(text.p[0]))
		version = text.p[0] - '0';
	if (version >= 9)
		prod = production(&a, root);
	return read_packages(bom, f, root, version < 6, prod);
}

const struct sw_reader rd_pnpm = {
	.name = "pnpm",
	.about = "pnpm-lock.yaml, versions 5 to 9",
	.wants = wants,
	.max_size = RD_MIB(64),
	.read = read,
};
