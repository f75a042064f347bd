/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/inventory.h"

#include <glib.h>
#include <stdlib.h>

#include "kube/kinds.h"
#include "policy/inventory_impl.h"

struct entry {
	struct sw_kube_object o; /* of the copy */
	struct sw_str ns;	 /* "" for the cluster's own */
	struct sw_where where;
	uint32_t order;
};

/* Name and line table of a file, kept when its text is gone. */
struct file {
	struct sw_source source;
};

struct sw_inventory {
	struct sw_arena arena;
	struct sw_str *recent; /* keys and texts repeat from object to object */
	struct entry *v;
	uint32_t n, cap;
	struct file *file; /* of the last object added */
	const struct sw_source *file_of;
	struct sw_inventory_fields *fields; /* NULL: everything is kept */
	bool whole;
};

struct sw_inventory *sw_inventory_new(size_t budget)
{
	struct sw_inventory *inv = g_new0(struct sw_inventory, 1);
	sw_arena_init(&inv->arena, budget);
	inv->recent = g_new0(struct sw_str, SW_VALUE_RECENT);
	return inv;
}

void sw_inventory_free(struct sw_inventory *inv)
{
	if (!inv)
		return;
	sw_inventory_fields_free(inv->fields);
	sw_arena_release(&inv->arena);
	free(inv->v);
	g_free(inv->recent);
	g_free(inv);
}

void sw_inventory_keep_fields(struct sw_inventory *inv, const struct sw_str *fields, uint32_t n)
{
	sw_inventory_fields_free(inv->fields);
	inv->fields = sw_inventory_fields_new(fields, n);
}

void sw_inventory_keep_whole(struct sw_inventory *inv)
{
	inv->whole = true;
}

/* Does the kind live in a namespace? Known kinds by the table, others by their name and what is
 * written. */
static bool namespaced(const struct sw_kube_object *o)
{
	const struct sw_kube_kind *k = sw_kube_kind_find(o->group, o->kind);
	if (k)
		return k->namespaced;
	return o->ns.n || !sw_str_starts(o->kind, SW_STR("Cluster"));
}

/* Members of `o` but for one, with their spans, in the arrays given. */
static struct sw_value without(struct sw_value o, int64_t skip, struct sw_object *ret,
	struct sw_member *m, struct sw_span *spans)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < o.n; i++) {
		if (i == skip)
			continue;
		if (o.u.o->spans)
			memcpy(&spans[2 * n], &o.u.o->spans[2 * i], 2 * sizeof(struct sw_span));
		m[n++] = o.u.o->m[i];
	}
	*ret = (struct sw_object){m, o.u.o->spans ? spans : NULL, o.u.o->keys};
	return (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = ret};
}

#define MEMBERS_MAX 64

/* Without metadata.managedFields and, of a workload, status: they can be larger than all the rest.
 */
static struct sw_value copy_object(
	struct sw_inventory *inv, const struct sw_kube_object *o, bool workload)
{
	struct sw_value v = o->value, few;
	if (inv->whole)
		return sw_value_copy_sharing(&inv->arena, inv->recent, v);
	if (workload && inv->fields &&
		sw_inventory_fields_copy(inv->fields, &inv->arena, inv->recent, o, &few))
		return few;
	struct sw_member top[MEMBERS_MAX], kept[MEMBERS_MAX];
	struct sw_span top_spans[2 * MEMBERS_MAX], kept_spans[2 * MEMBERS_MAX];
	struct sw_object whole, small;
	struct sw_value meta = sw_object_gets(v, SW_STR("metadata"));
	if (v.n > MEMBERS_MAX || meta.n > MEMBERS_MAX)
		return sw_value_copy_sharing(&inv->arena, inv->recent, v);
	v = without(
		v, workload ? sw_object_index(v, SW_VSTR("status")) : -1, &whole, top, top_spans);
	int64_t at = sw_object_index(v, SW_VSTR("metadata"));
	if (at >= 0 && meta.type == SW_OBJECT)
		top[at].v = without(meta, sw_object_index(meta, SW_VSTR("managedFields")), &small,
			kept, kept_spans);
	return sw_value_copy_sharing(&inv->arena, inv->recent, v);
}

static struct file *keep_file(struct sw_inventory *inv, const struct sw_input_doc *doc)
{
	struct sw_source *src = doc->source;
	sw_source_pos(src, doc->file_arena, 0); /* makes the line table */
	if (inv->file && inv->file_of == src && sw_str_eq(inv->file->source.name, src->name) &&
		inv->file->source.n_lines == src->n_lines &&
		inv->file->source.text.n == src->text.n)
		return inv->file;
	struct file *f = sw_arena_new(&inv->arena, struct file);
	uint32_t *lines = (uint32_t *)sw_arena_memdup(
		&inv->arena, src->line_starts, (size_t)src->n_lines * sizeof(*lines));
	if (!f || !lines || sw_source_inner(src, doc->file_arena))
		return NULL;
	const uint64_t *inner = NULL;
	if (src->inner) {
		size_t bytes = (src->text.n / 64 + 1) * sizeof(*inner);
		inner = (const uint64_t *)sw_arena_memdup(&inv->arena, src->inner, bytes);
		if (!inner)
			return NULL;
	}
	f->source = (struct sw_source){.name = sw_arena_str(&inv->arena, src->name),
		.text = {NULL, src->text.n},
		.line_starts = lines,
		.n_lines = src->n_lines,
		.inner = inner,
		.inner_known = true};
	inv->file = f;
	inv->file_of = src;
	return f;
}

int sw_inventory_add(struct sw_inventory *inv, const struct sw_input_doc *doc, bool workload,
	struct sw_error *err)
{
	if (inv->n == inv->cap) {
		uint32_t cap = inv->cap ? 2 * inv->cap : 256;
		void *v = realloc(inv->v, (size_t)cap * sizeof(*inv->v));
		if (!v)
			return sw_error_set(err, SW_ELIMIT, "no memory left for the inventory");
		inv->v = v;
		inv->cap = cap;
	}
	struct entry *e = &inv->v[inv->n];
	*e = (struct entry){.order = inv->n};
	struct file *f = keep_file(inv, doc);
	struct sw_value copy = f ? copy_object(inv, &doc->object, workload) : sw_undef();
	if (!sw_defined(copy) || sw_kube_object_init(copy, &e->o, NULL))
		return sw_error_set(err, SW_ELIMIT, "the inventory needs more than %zu bytes",
			inv->arena.budget);
	e->ns = !namespaced(&e->o) ? SW_STR("") : e->o.ns.n ? e->o.ns : SW_STR("default");
	e->where = (struct sw_where){.source = &f->source,
		.line_arena = &inv->arena,
		.root = copy,
		.span = doc->span,
		.pointer = sw_arena_str(&inv->arena, doc->pointer),
		.index = doc->index};
	inv->n++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = sw_str_cmp(x->ns, y->ns);
	if (!c)
		c = sw_str_cmp(x->o.api_version, y->o.api_version);
	if (!c)
		c = sw_str_cmp(x->o.kind, y->o.kind);
	if (!c)
		c = sw_str_cmp(sw_kube_object_name(&x->o), sw_kube_object_name(&y->o));
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

/* Objects that only have a generated name are told apart by a number. */
static struct sw_value name_of(struct sw_inventory *inv, const struct entry *e)
{
	if (e->o.name.n)
		return sw_string(e->o.name);
	return sw_string(
		sw_arena_printf(&inv->arena, "%.*s#%u", SW_STR_ARG(e->o.generate_name), e->order));
}

/* One level: entries [from, to) share what is above; `level` 0 api version, 1 kind, 2 name. */
static struct sw_value build(struct sw_inventory *inv, uint32_t from, uint32_t to, int level)
{
	struct sw_map m;
	sw_map_init(&m, &inv->arena);
	for (uint32_t i = from; i < to;) {
		if (level == 2) {
			sw_map_add(&m, name_of(inv, &inv->v[i]), inv->v[i].o.value);
			i++;
			continue;
		}
		uint32_t end = i + 1;
		struct sw_str key = level ? inv->v[i].o.kind : inv->v[i].o.api_version;
		while (end < to &&
			sw_str_eq(level ? inv->v[end].o.kind : inv->v[end].o.api_version, key))
			end++;
		sw_map_add(&m, sw_string(key), build(inv, i, end, level + 1));
		i = end;
	}
	return sw_map_object(&m);
}

struct sw_value sw_inventory_value(struct sw_inventory *inv)
{
	struct sw_map top, namespaces;
	struct sw_value cluster = sw_empty_object();
	sw_map_init(&top, &inv->arena);
	sw_map_init(&namespaces, &inv->arena);
	if (inv->n)
		qsort(inv->v, inv->n, sizeof(*inv->v), compare);
	for (uint32_t i = 0; i < inv->n;) {
		uint32_t end = i + 1;
		while (end < inv->n && sw_str_eq(inv->v[end].ns, inv->v[i].ns))
			end++;
		struct sw_value objects = build(inv, i, end, 0);
		if (!sw_defined(objects))
			return objects;
		if (inv->v[i].ns.n)
			sw_map_add(&namespaces, sw_string(inv->v[i].ns), objects);
		else
			cluster = objects;
		i = end;
	}
	struct sw_value ns = sw_map_object(&namespaces);
	if (!sw_defined(ns))
		return ns;
	sw_map_adds(&top, "cluster", cluster);
	sw_map_adds(&top, "namespace", ns);
	return sw_map_object(&top);
}

bool sw_inventory_at(
	const struct sw_inventory *inv, uint32_t i, struct sw_kube_object *ret, struct sw_where *ret_where)
{
	if (i >= inv->n)
		return false;
	*ret = inv->v[i].o;
	*ret_where = inv->v[i].where;
	return true;
}

bool sw_inventory_where(struct sw_inventory *inv, struct sw_value object, struct sw_where *ret)
{
	struct entry key = {0};
	if (sw_kube_object_init(object, &key.o, NULL))
		return false;
	key.ns = !namespaced(&key.o) ? SW_STR("") : key.o.ns.n ? key.o.ns : SW_STR("default");
	key.order = UINT32_MAX;
	uint32_t lo = 0, hi = inv->n;
	while (lo < hi) { /* the last that is not behind the key */
		uint32_t mid = (lo + hi) / 2;
		if (compare(&inv->v[mid], &key) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* Generated names repeat: look for the very object. */
	for (uint32_t i = lo; i-- > 0;) {
		struct entry *e = &inv->v[i];
		bool same = sw_str_eq(e->ns, key.ns) &&
			    sw_str_eq(e->o.api_version, key.o.api_version) &&
			    sw_str_eq(e->o.kind, key.o.kind) &&
			    sw_str_eq(sw_kube_object_name(&e->o), sw_kube_object_name(&key.o));
		if (!same)
			return false;
		if (e->o.name.n || e->o.value.u.o == object.u.o) {
			*ret = e->where;
			return true;
		}
	}
	return false;
}
