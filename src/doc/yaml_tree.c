/* SPDX-License-Identifier: Apache-2.0 */
/* Building the values of a YAML document on a stack. */
#include "doc/yaml_stream.h"

#include <stdlib.h>

void *yaml_grown(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		abort();
	return p;
}

int yaml_fail_at(struct sw_yaml_stream *s, size_t at, int code)
{
	if (at > s->text.n)
		at = s->text.n;
	uint32_t line = 1;
	size_t bol = 0;
	for (size_t i = 0; (i = sw_str_chr(s->text, '\n', i)) < at; bol = ++i)
		line++;
	sw_error_at(s->err, (struct sw_str){0}, line, (uint32_t)(at - bol) + 1, at);
	return code;
}

int yaml_no_memory(struct sw_yaml_stream *s, size_t at)
{
	return yaml_fail(s, at, SW_ELIMIT, "the memory budget is spent");
}

int yaml_push_grow(struct sw_yaml_stream *s, size_t at)
{
	size_t cap = s->cap ? s->cap * 2 : 256;
	if (s->cap && cap * sizeof(*s->slots) > s->arena->budget)
		return yaml_no_memory(s, at);
	s->slots = yaml_grown(s->slots, cap, sizeof(*s->slots));
	s->spans = yaml_grown(s->spans, cap, sizeof(*s->spans));
	s->cap = cap;
	return 0;
}

struct yaml_frame *yaml_frame_push(struct sw_yaml_stream *s)
{
	if (s->depth == s->frame_cap) {
		s->frame_cap = s->frame_cap ? s->frame_cap * 2 : 32;
		s->frames = yaml_grown(s->frames, s->frame_cap, sizeof(*s->frames));
	}
	struct yaml_frame *f = &s->frames[s->depth++];
	*f = (struct yaml_frame){0};
	return f;
}

/* ---- closing containers ---- */

struct members {
	struct sw_member *m;
	struct pair_span *sp;
	size_t n, cap;
};

static void members_release(struct members *x)
{
	free(x->m);
	free(x->sp);
}

/* `sp`: key and value of each, or NULL */
static void members_add(
	struct members *x, const struct sw_member *m, const struct sw_span *sp, size_t n)
{
	if (n == 0)
		return;
	if (x->n + n > x->cap) {
		x->cap = (x->n + n) * 2;
		x->m = yaml_grown(x->m, x->cap, sizeof(*x->m));
		x->sp = yaml_grown(x->sp, x->cap, sizeof(*x->sp));
	}
	memcpy(x->m + x->n, m, n * sizeof(*m));
	if (sp)
		memcpy(x->sp + x->n, sp, n * sizeof(*x->sp));
	else
		memset(x->sp + x->n, 0, n * sizeof(*x->sp));
	x->n += n;
}

static void add_merged(struct members *x, struct sw_value v)
{
	if (v.type == SW_OBJECT)
		members_add(x, v.u.o->m, v.u.o->spans, v.n);
	else
		for (uint32_t i = v.n; i-- > 0;) /* the earlier ones win, so they come later */
			members_add(x, v.u.a->v[i].u.o->m, v.u.a->v[i].u.o->spans, v.u.a->v[i].n);
}

/*
 * v2 takes members in the order of the file, `<<` at its place: the last one wins.
 * v3 lets the mapping's own members win, wherever `<<` stands, and heeds the last `<<` only.
 */
static void expand_merges(struct members *x, const struct sw_member *m, const struct pair_span *sp,
	size_t n, const struct members *own, bool v3)
{
	if (!v3) {
		for (size_t i = 0; i < n; i++) {
			if (m[i].k.type == SW_UNDEF)
				add_merged(x, m[i].v);
			else
				members_add(x, &m[i], &sp[i].k, 1);
		}
		return;
	}
	while (n && m[n - 1].k.type != SW_UNDEF)
		n--;
	add_merged(x, m[n - 1].v);
	members_add(x, own->m, (const struct sw_span *)own->sp, own->n);
}

static int check_dups(struct sw_yaml_stream *s, const struct members_dup *dup)
{
	s->dup_keys += dup->count;
	if (!dup->count || !(s->flags & SW_YAML_DUP_ERROR))
		return 0;
	return yaml_fail(s, dup->span.start, SW_EINVALID, "the key \"%.*s\" is given twice",
		dup->key.n < 100 ? (int)dup->key.n : 100, dup->key.u.s);
}

/* Offsets into UTF-16 would be of another text than the caller has. */
static void *spans_of(const struct sw_yaml_stream *s, char *to, const void *from, size_t bytes)
{
	return s->utf16 ? memset(to, 0, bytes) : memcpy(to, from, bytes);
}

static int seal_object(struct sw_yaml_stream *s, const struct sw_member *m,
	const struct pair_span *sp, uint32_t n, size_t at, struct sw_value *ret)
{
	if (n == 0) {
		*ret = sw_empty_object();
		return 0;
	}
	bool spans = s->flags & SW_YAML_SPANS;
	struct sw_object *o = sw_arena_alloc(
		s->arena, sizeof(*o) + n * sizeof(*m) + (spans ? n * sizeof(*sp) : 0));
	if (!o)
		return yaml_no_memory(s, at);
	o->m = memcpy(o + 1, m, n * sizeof(*m));
	o->spans = spans ? spans_of(s, (char *)(o + 1) + n * sizeof(*m), sp, n * sizeof(*sp)) : NULL;
	o->keys = sw_members_keys(m, n);
	*ret = (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = o};
	return 0;
}

static int close_merged(
	struct sw_yaml_stream *s, const struct yaml_frame *f, uint32_t n, struct sw_value *ret)
{
	__attribute__((cleanup(members_release))) struct members own = {0}, all = {0};
	struct sw_member *m = (struct sw_member *)(s->slots + f->base);
	struct pair_span *sp = (struct pair_span *)(s->spans + f->base);
	struct members_dup dup = {0}, merged = {0};
	for (uint32_t i = 0; i < n; i++)
		if (m[i].k.type != SW_UNDEF)
			members_add(&own, &m[i], &sp[i].k, 1);
	bool v3 = s->flags & SW_YAML_GOYAML3;
	if (v3 && own.n + 1 < n)
		dup = (struct members_dup){(uint32_t)(n - own.n - 1), SW_VSTR("<<"), sp[n - 1].k};
	own.n = members_settle(own.m, own.sp, (uint32_t)own.n, &dup);
	int rc = check_dups(s, &dup);
	if (rc < 0)
		return rc;
	expand_merges(&all, m, sp, n, &own, v3);
	if (all.n > SW_VALUE_MAX_LEN / 2)
		return yaml_no_memory(s, f->start);
	n = members_settle(all.m, all.sp, (uint32_t)all.n, &merged);
	return seal_object(s, all.m, all.sp, n, f->start, ret);
}

int yaml_close_object(struct sw_yaml_stream *s, const struct yaml_frame *f, struct sw_value *ret)
{
	uint32_t n = (uint32_t)((s->n - f->base) / 2);
	if (n == 0) {
		*ret = sw_empty_object();
		return 0;
	}
	if (f->merges)
		return close_merged(s, f, n, ret);
	struct sw_member *m = (struct sw_member *)(s->slots + f->base);
	struct pair_span *sp = (struct pair_span *)(s->spans + f->base);
	struct members_dup dup = {0};
	n = members_settle(m, sp, n, &dup);
	int rc = check_dups(s, &dup);
	return rc < 0 ? rc : seal_object(s, m, sp, n, f->start, ret);
}

int yaml_close_array(struct sw_yaml_stream *s, const struct yaml_frame *f, struct sw_value *ret)
{
	size_t n = s->n - f->base;
	if (n == 0) {
		*ret = sw_empty_array();
		return 0;
	}
	bool spans = s->flags & SW_YAML_SPANS;
	size_t bytes = n * sizeof(struct sw_value);
	struct sw_array *a = sw_arena_alloc(
		s->arena, sizeof(*a) + bytes + (spans ? n * sizeof(struct sw_span) : 0));
	if (!a)
		return yaml_no_memory(s, f->start);
	a->v = memcpy(a + 1, s->slots + f->base, bytes);
	a->spans = spans ? spans_of(s, (char *)(a + 1) + bytes, s->spans + f->base, n * sizeof(struct sw_span)) : NULL;
	*ret = (struct sw_value){.type = SW_ARRAY, .n = (uint32_t)n, .u.a = a};
	return 0;
}
