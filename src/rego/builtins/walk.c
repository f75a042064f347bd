/* SPDX-License-Identifier: Apache-2.0 */
/* walk, graph.reachable, graph.reachable_paths */
#include "rego/builtins/arg.h"

enum { DEPTH_MAX = 2000 };

static int no_memory(struct sw_builtin_ctx *ctx)
{
	return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
}

/* ---- walk ---- */

struct walker {
	struct sw_builtin_ctx *ctx;
	struct sw_list out;
	struct sw_value path[DEPTH_MAX];
	uint32_t depth;
};

static int visit(struct walker *w, struct sw_value v);

static int child(struct walker *w, struct sw_value key, struct sw_value v)
{
	if (w->depth == DEPTH_MAX)
		return sw_builtin_limit(w->ctx, "value nests too deeply");
	w->path[w->depth++] = key;
	int r = visit(w, v);
	w->depth--;
	return r;
}

static int emit(struct walker *w, struct sw_value v)
{
	struct sw_arena *a = w->ctx->arena;
	SW_TRY(sw_builtin_steps(w->ctx, 1 + w->depth / 8));
	struct sw_value *pair = sw_arena_new_array(a, 2 + (size_t)w->depth, struct sw_value);
	if (!pair)
		return no_memory(w->ctx);
	memcpy(pair + 2, w->path, w->depth * sizeof(*pair));
	pair[0] = w->depth ? sw_array_from(a, pair + 2, w->depth) : sw_empty_array();
	pair[1] = v;
	struct sw_value both = sw_array_from(a, pair, 2);
	if (!sw_defined(pair[0]) || !sw_defined(both) || sw_list_add(&w->out, both) < 0)
		return no_memory(w->ctx);
	return 0;
}

static int visit(struct walker *w, struct sw_value v)
{
	SW_TRY(emit(w, v));
	if (v.type == SW_ARRAY) {
		for (uint32_t i = 0; i < v.n; i++)
			SW_TRY(child(w, sw_int(i), v.u.a->v[i]));
	} else if (v.type == SW_SET) {
		sw_array_foreach (e, v)
			SW_TRY(child(w, *e, *e));
	} else if (v.type == SW_OBJECT) {
		sw_object_foreach (m, v)
			SW_TRY(child(w, m->k, m->v));
	}
	return 0;
}

SW_BUILTIN_FN(walk)
{
	struct walker *w = sw_arena_alloc(ctx->scratch, sizeof(*w));
	if (!w)
		return no_memory(ctx);
	w->ctx = ctx;
	w->depth = 0;
	sw_list_init(&w->out, ctx->arena);
	SW_TRY(visit(w, args[0]));
	return sw_ret_value(ctx, sw_list_array(&w->out), ret);
}

/* ---- graphs ---- */

static bool is_list(struct sw_value v)
{
	return v.type == SW_ARRAY || v.type == SW_SET;
}

static int graph_operands(struct sw_builtin_ctx *ctx, const struct sw_value *args)
{
	SW_TRY(sw_arg_type(ctx, args, 0, SW_OBJECT));
	return is_list(args[1]) ? 0 : sw_builtin_operand(ctx, 2, "{array, set}", args[1]);
}

SW_BUILTIN_FN(reachable)
{
	SW_TRY(graph_operands(ctx, args));
	struct sw_value graph = args[0];
	struct sw_list queue, found;
	sw_list_init(&queue, ctx->scratch);
	sw_list_init(&found, ctx->arena);
	bool *seen = sw_arena_zalloc(ctx->scratch, graph.n + 1); /* by index in the graph */
	if (!seen)
		return no_memory(ctx);
	sw_array_foreach (e, args[1])
		if (sw_list_add(&queue, *e) < 0)
			return no_memory(ctx);
	for (uint32_t i = 0; i < queue.n; i++) {
		SW_TRY(sw_builtin_steps(ctx, 1));
		int64_t at = sw_object_index(graph, queue.v[i]);
		if (at < 0 || seen[at])
			continue;
		seen[at] = true;
		struct sw_value edges = graph.u.o->m[at].v;
		if (sw_list_add(&found, queue.v[i]) < 0)
			return no_memory(ctx);
		if (!is_list(edges))
			continue;
		SW_TRY(sw_builtin_steps(ctx, edges.n));
		sw_array_foreach (e, edges)
			if (sw_list_add(&queue, *e) < 0)
				return no_memory(ctx);
	}
	return sw_ret_value(ctx, sw_list_set(&found), ret);
}

struct paths {
	struct sw_builtin_ctx *ctx;
	struct sw_value graph;
	struct sw_list out;
	struct sw_value path[DEPTH_MAX];
	bool *on_path; /* by index in the graph */
	uint32_t depth;
};

static int commit(struct paths *p)
{
	struct sw_arena *a = p->ctx->arena;
	SW_TRY(sw_builtin_steps(p->ctx, 1 + p->depth));
	struct sw_value *v = sw_arena_new_array(a, p->depth + 1, struct sw_value);
	if (!v)
		return no_memory(p->ctx);
	memcpy(v, p->path, p->depth * sizeof(*v));
	struct sw_value path = sw_array_from(a, v, p->depth);
	return !sw_defined(path) || sw_list_add(&p->out, path) < 0 ? no_memory(p->ctx) : 0;
}

/*
 * Go on from `node`; a node outside the graph ends the path before it. An edge back to a node of
 * the path ends it too, but OPA does not look for that on the edges of the first node: its edge to
 * itself is taken once.
 */
static int extend(struct paths *p, struct sw_value node)
{
	int64_t at = sw_object_index(p->graph, node);
	SW_TRY(sw_builtin_steps(p->ctx, 1));
	if (at < 0)
		return commit(p);
	if (p->depth == DEPTH_MAX)
		return sw_builtin_limit(p->ctx, "path too long");
	struct sw_value edges = p->graph.u.o->m[at].v;
	p->path[p->depth++] = node;
	int r = 0;
	if (!is_list(edges) || !edges.n) {
		r = commit(p);
	} else {
		bool first = p->depth == 1, was = p->on_path[at];
		p->on_path[at] = true;
		for (uint32_t i = 0; i < edges.n && r == 0; i++) {
			int64_t next = sw_object_index(p->graph, edges.u.a->v[i]);
			bool cycle = !first && next >= 0 && p->on_path[next];
			r = cycle ? commit(p) : extend(p, edges.u.a->v[i]);
		}
		p->on_path[at] = was;
	}
	p->depth--;
	return r;
}

SW_BUILTIN_FN(reachable_paths)
{
	SW_TRY(graph_operands(ctx, args));
	struct paths *p = sw_arena_alloc(ctx->scratch, sizeof(*p));
	if (!p)
		return no_memory(ctx);
	p->ctx = ctx;
	p->graph = args[0];
	p->depth = 0;
	p->on_path = sw_arena_zalloc(ctx->scratch, args[0].n + 1);
	if (!p->on_path)
		return no_memory(ctx);
	sw_list_init(&p->out, ctx->arena);
	sw_array_foreach (e, args[1])
		if (sw_object_index(p->graph, *e) >= 0)
			SW_TRY(extend(p, *e));
	return sw_ret_value(ctx, sw_list_set(&p->out), ret);
}

#define GRAPH "object[any:any<array[any],set[any]>], any<array[any],set[any]>"

static const struct sw_builtin rows[] = {
	{"graph.reachable", NULL, "(" GRAPH ") set[any]", 0, reachable},
	{"graph.reachable_paths", NULL, "(" GRAPH ") set[array[any]]", 0, reachable_paths},
	{"walk", NULL, "(any) array<array[any],any>", SW_BUILTIN_RELATION, walk},
};

const struct sw_builtin_group sw_builtins_walk = {rows, SW_ARRAY_LEN(rows)};
