/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bun.lock (bun.sh/docs/pm/lockfile): JSON with comments and commas to spare.
 *
 *   "workspaces": {"": {"dependencies": {…}, "devDependencies": {…}}},
 *   "packages": {"place": ["name@version", registry, {"dependencies": {…}}, sum], …}
 *
 * A place is a name, or "of/name" where `of` needs another version of it than others. What only
 * devDependencies of the workspaces reach is for development.
 */
#include "image/readers/npm.h"

struct bun {
	struct sw_arena *a;
	struct sw_value packages;
	bool *reached;
	uint32_t *stack;
	uint32_t n;
};

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "bun.lock") && !rd_in_package(path);
}

/* "a/@b/c" is in "a"; "a" in "". */
static struct sw_str place_above(struct sw_str place)
{
	struct sw_str up, name;

	rd_split_last(place, '/', &up, &name);
	rd_split_last(up, '/', &place, &name);
	return rd_starts(name, "@") ? place : up;
}

/* The package that `name` means at a place: the nearest one above. */
static int64_t resolve(struct bun *b, struct sw_str place, struct sw_str name)
{
	for (int depth = 0; depth < 64 && place.n && place.n + name.n < RD_NAME_MAX; depth++) {
		struct sw_arena_mark mark = sw_arena_mark(b->a);
		struct sw_str key =
			sw_arena_printf(b->a, "%.*s/%.*s", SW_STR_ARG(place), SW_STR_ARG(name));
		int64_t i = key.p ? sw_object_index(b->packages, sw_string(key)) : -1;
		sw_arena_rewind(b->a, mark);
		if (i >= 0)
			return i;
		place = place_above(place);
	}
	return sw_object_index(b->packages, sw_string(name));
}

static void reach(struct bun *b, struct sw_str place, struct sw_value owner)
{
	static const char *const kinds[] = {
		"dependencies", "optionalDependencies", "peerDependencies"};

	for (size_t k = 0; k < 3; k++) {
		sw_object_foreach (d, rd_object(rd_get(owner, kinds[k]))) {
			int64_t i = resolve(b, place, sw_value_str(d->k));
			if (i < 0 || b->reached[i])
				continue;
			b->reached[i] = true;
			b->stack[b->n++] = (uint32_t)i;
		}
	}
}

/* Marks what production needs. False: the workspaces are not told of. */
static bool production(struct bun *b, struct sw_value root)
{
	struct sw_value workspaces = rd_object(rd_get(root, "workspaces"));

	b->reached = sw_arena_zalloc(b->a, b->packages.n + 1);
	b->stack = sw_arena_new_array(b->a, b->packages.n + 1, uint32_t);
	if (!b->reached || !b->stack || workspaces.n == 0)
		return false;
	sw_object_foreach (w, workspaces)
		reach(b, rd_str(w->v, "name"), w->v);
	while (b->n) {
		const struct sw_member *m = &b->packages.u.o->m[b->stack[--b->n]];
		sw_array_foreach (part, rd_array(m->v))
			if (part->type == SW_OBJECT)
				reach(b, sw_value_str(m->k), *part);
	}
	return true;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_jsonc(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	struct bun b = {.a = &a, .packages = rd_object(rd_get(root, "packages"))};
	bool known = production(&b, root);
	for (uint32_t i = 0; r == 0 && i < b.packages.n; i++) {
		struct sw_value id = sw_array_at(b.packages.u.o->m[i].v, 0);
		struct sw_package p = {.type = SW_PKG_NPM, .dev = known && !b.reached[i]};
		struct sw_str name;
		if (id.type != SW_STRING || !npm_split_at(sw_value_str(id), &name, &p.version) ||
			npm_is_local(p.version))
			continue;
		npm_set_name(&p, name);
		r = rd_add(bom, f, &p);
	}
	return r;
}

const struct sw_reader rd_bun = {
	.name = "bun",
	.about = "bun.lock",
	.wants = wants,
	.max_size = RD_MIB(64),
	.read = read,
};
