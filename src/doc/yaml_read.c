/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/yaml_impl.h"

#include <math.h>
#include <stdlib.h>
#include <yaml.h>

#include "doc/members.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { DEPTH_DEFAULT = 512, ANCHORS_MAX = 1 << 16 };
#define NODES_DEFAULT ((uint64_t)20000000)

struct frame {
	size_t base;	     /* its first slot */
	uint32_t start, end; /* place; end grows with the children */
	uint32_t anchor;     /* index + 1 of the anchor on it, or 0 */
	uint64_t ops_before; /* of the document, when it was opened */
	bool object, merges; /* merges: has a `<<` among its keys */
};

struct anchor {
	struct sw_str name;
	struct sw_value v; /* SW_UNDEF until its node is complete */
	enum yaml_tag tag; /* of a scalar: tells an int from a float when it is used as a key */
	uint64_t ops;	   /* what decoding it costs */
	uint32_t older;	   /* index + 1 of the next in its hash chain */
};

struct sw_yaml_stream {
	yaml_parser_t parser;
	struct sw_str text;
	struct sw_arena *arena; /* of the document being read */
	struct sw_error *err;
	unsigned flags;
	uint32_t depth_max;
	uint64_t nodes_max;
	bool parsing, done, ascii, utf16;
	size_t base;		 /* offset of the text that the parser was given */
	size_t char_at, byte_at; /* cursor: libyaml counts characters, spans are bytes */
	size_t mark;		 /* a `---` after this offset begins the next document */
	uint32_t index;
	struct sw_value *slots;
	struct sw_span *spans;
	size_t n, cap;
	struct frame *frames;
	uint32_t depth, frame_cap;
	struct anchor *anchors;
	uint32_t n_anchors, anchor_cap, *chains, n_chains;
	uint64_t ops, alias_ops; /* as go-yaml counts, to see a document that is mostly aliases */
	uint32_t dup_keys;
};

/* The key of a merge member on the stack of slots. */
static const struct sw_value merge_key = {.type = SW_UNDEF, .n = 1};

static void *grown(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		abort();
	return p;
}

static void close_parser(struct sw_yaml_stream *s)
{
	if (s->parsing)
		yaml_parser_delete(&s->parser);
	s->parsing = false;
}

static void stream_release(void *arg)
{
	struct sw_yaml_stream *s = arg;
	close_parser(s);
	free(s->slots);
	free(s->spans);
	free(s->frames);
	free(s->anchors);
	free(s->chains);
}

/* ---- places ---- */

/* The byte offset of a character. Marks come nearly in order: a cursor steps to them. */
static uint32_t byte_of(struct sw_yaml_stream *s, const yaml_mark_t *m)
{
	if (s->ascii || s->utf16)
		return (uint32_t)(s->base + m->index);
	const char *p = s->text.p;
	size_t at = s->byte_at, c = s->char_at;
	for (; c < m->index && at < s->text.n; c++)
		for (at++; at < s->text.n && ((unsigned char)p[at] & 0xc0) == 0x80;)
			at++;
	for (; c > m->index && at > s->base; c--)
		for (at--; at > s->base && ((unsigned char)p[at] & 0xc0) == 0x80;)
			at--;
	s->byte_at = at;
	s->char_at = c;
	return (uint32_t)at;
}

static int fail_at(struct sw_yaml_stream *s, size_t at, int code)
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

#define fail(s, at, code, ...) fail_at((s), (at), sw_error_set((s)->err, (code), __VA_ARGS__))

static int no_memory(struct sw_yaml_stream *s, size_t at)
{
	return fail(s, at, SW_ELIMIT, "the memory budget is spent");
}

static int parser_error(struct sw_yaml_stream *s)
{
	yaml_parser_t *p = &s->parser;
	if (p->error == YAML_MEMORY_ERROR)
		abort();
	if (p->error == YAML_READER_ERROR) {
		sw_error_set(s->err, SW_ESYNTAX, "%s", p->problem);
		return fail_at(s, s->base + p->problem_offset, -SW_ESYNTAX);
	}
	if (p->context)
		sw_error_set(s->err, SW_ESYNTAX, "%s: %s", p->context, p->problem);
	else
		sw_error_set(s->err, SW_ESYNTAX, "%s", p->problem ? p->problem : "not YAML");
	if (!s->utf16)
		return fail_at(s, byte_of(s, &p->problem_mark), -SW_ESYNTAX);
	return sw_error_at(s->err, (struct sw_str){0}, (uint32_t)p->problem_mark.line + 1,
		       (uint32_t)p->problem_mark.column + 1, 0),
	       -SW_ESYNTAX;
}

/* ---- the stack ---- */

static int push(struct sw_yaml_stream *s, struct sw_value v, struct sw_span span)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 256;
		if (s->cap && cap * sizeof(*s->slots) > s->arena->budget)
			return no_memory(s, span.start);
		s->slots = grown(s->slots, cap, sizeof(*s->slots));
		s->spans = grown(s->spans, cap, sizeof(*s->spans));
		s->cap = cap;
	}
	if (s->depth && s->frames[s->depth - 1].end < span.end)
		s->frames[s->depth - 1].end = span.end;
	s->spans[s->n] = span;
	s->slots[s->n++] = v;
	return 0;
}

static bool at_key(const struct sw_yaml_stream *s)
{
	const struct frame *f = s->depth ? &s->frames[s->depth - 1] : NULL;
	return f && f->object && (s->n - f->base) % 2 == 0;
}

static bool at_merge_value(const struct sw_yaml_stream *s)
{
	const struct frame *f = s->depth ? &s->frames[s->depth - 1] : NULL;
	return f && f->merges && (s->n - f->base) % 2 == 1 && s->slots[s->n - 1].type == SW_UNDEF;
}

static int count_op(struct sw_yaml_stream *s, size_t at)
{
	if (++s->ops > s->nodes_max)
		return fail(s, at, SW_ELIMIT, "more values than the limit of %llu",
			(unsigned long long)s->nodes_max);
	return 0;
}

/* ---- anchors ---- */

static uint32_t *chain_of(struct sw_yaml_stream *s, struct sw_str name)
{
	return &s->chains[XXH3_64bits(name.p, name.n) & (s->n_chains - 1)];
}

static struct anchor *find_anchor(struct sw_yaml_stream *s, struct sw_str name)
{
	if (!s->n_anchors)
		return NULL;
	for (uint32_t i = *chain_of(s, name); i; i = s->anchors[i - 1].older)
		if (sw_str_eq(s->anchors[i - 1].name, name))
			return &s->anchors[i - 1];
	return NULL;
}

static void grow_anchors(struct sw_yaml_stream *s)
{
	s->anchor_cap = s->anchor_cap ? s->anchor_cap * 2 : 16;
	s->anchors = grown(s->anchors, s->anchor_cap, sizeof(*s->anchors));
	free(s->chains);
	s->n_chains = s->anchor_cap;
	s->chains = calloc(s->n_chains, sizeof(*s->chains));
	if (!s->chains)
		abort();
	for (uint32_t i = 0; i < s->n_anchors; i++) {
		uint32_t *head = chain_of(s, s->anchors[i].name);
		s->anchors[i].older = *head;
		*head = i + 1;
	}
}

/* Index + 1 of a new anchor in *ret (0 when the node has none). A name given again hides the older.
 */
static int new_anchor(struct sw_yaml_stream *s, const yaml_char_t *name, size_t at, uint32_t *ret)
{
	*ret = 0;
	if (!name)
		return 0;
	if (s->n_anchors == ANCHORS_MAX)
		return fail(s, at, SW_ELIMIT, "more than %d anchors", ANCHORS_MAX);
	struct sw_str copy = sw_arena_str(s->arena, sw_str_from((const char *)name));
	if (!copy.p)
		return no_memory(s, at);
	if (s->n_anchors == s->anchor_cap)
		grow_anchors(s);
	uint32_t *head = chain_of(s, copy);
	s->anchors[s->n_anchors++] = (struct anchor){.name = copy, .older = *head};
	*ret = *head = s->n_anchors;
	return 0;
}

/* go-yaml refuses documents of which nearly everything comes from aliases; so do we, by its
 * numbers. */
static bool too_many_aliases(const struct sw_yaml_stream *s)
{
	const double low = 400000, high = 4000000;
	double ops = (double)s->ops, allowed = 0.99;
	if (s->alias_ops <= 100 || s->ops <= 1000)
		return false;
	if (ops >= high)
		allowed = 0.10;
	else if (ops > low)
		allowed = 0.99 - 0.89 * ((ops - low) / (high - low));
	return (double)s->alias_ops / ops > allowed;
}

/* ---- nodes ---- */

/* A complete value: key, member value, element or root. */
static int add_value(
	struct sw_yaml_stream *s, struct sw_value v, enum yaml_tag tag, struct sw_span span)
{
	if (v.type == SW_NUMBER && v.repr == SW_NUM_DOUBLE && !(s->flags & SW_YAML_GOYAML3) &&
		!at_key(s))
		return fail(s, span.start, SW_EINVALID, "infinity and NaN have no place in JSON");
	if (at_key(s)) {
		int rc = yaml_key_string(v, tag, s->arena, &v, s->err);
		if (rc < 0)
			return fail_at(s, span.start, rc);
	}
	return push(s, v, span);
}

static struct sw_span span_of(struct sw_yaml_stream *s, const yaml_event_t *e)
{
	uint32_t start = byte_of(s, &e->start_mark);
	return (struct sw_span){start, byte_of(s, &e->end_mark)};
}

/* The scalar's text where it stands in the file as it is, else a copy. */
static struct sw_str scalar_text(
	struct sw_yaml_stream *s, const yaml_event_t *e, struct sw_span span)
{
	const char *p = (const char *)e->data.scalar.value;
	size_t n = e->data.scalar.length;
	bool quoted = e->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		      e->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	/* From the end: tags and anchors are part of the span and stand before it. */
	size_t end = span.end - quoted;
	if (!s->utf16 && n <= end && end <= s->text.n && memcmp(s->text.p + end - n, p, n) == 0)
		return sw_str_make(s->text.p + end - n, n);
	return sw_arena_str(s->arena, sw_str_make(p, n));
}

static bool is_merge(const struct sw_yaml_stream *s, const yaml_event_t *e)
{
	if (e->data.scalar.length != 2 || memcmp(e->data.scalar.value, "<<", 2) != 0 || !at_key(s))
		return false;
	const char *tag = (const char *)e->data.scalar.tag;
	if (tag && yaml_tag_of(sw_str_from(tag)) == YAML_TAG_MERGE)
		return true;
	if (s->flags & SW_YAML_GOYAML3)
		return (!tag || strcmp(tag, "!") == 0) &&
		       e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return e->data.scalar.plain_implicit;
}

static int on_scalar(struct sw_yaml_stream *s, const yaml_event_t *e)
{
	struct sw_span span = span_of(s, e);
	uint32_t anchor;
	int rc = count_op(s, span.start);
	if (rc == 0)
		rc = new_anchor(s, e->data.scalar.anchor, span.start, &anchor);
	if (rc < 0)
		return rc;
	if (at_merge_value(s))
		return fail(
			s, span.start, SW_EINVALID, "`<<` needs a mapping or a list of mappings");
	struct yaml_scalar in = {.text = scalar_text(s, e, span),
		.tag = sw_str_from((const char *)e->data.scalar.tag),
		.quoted = s->flags & SW_YAML_GOYAML3
				  ? e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE
				  : !e->data.scalar.plain_implicit};
	if (!in.text.p)
		return no_memory(s, span.start);
	if ((s->flags & SW_YAML_GOYAML3) && sw_str_is(in.tag, "!"))
		in.tag = (struct sw_str){0};
	struct sw_value v;
	enum yaml_tag tag;
	rc = yaml_resolve(&in, s->flags, s->arena, &v, &tag, s->err);
	if (rc < 0)
		return fail_at(s, span.start, rc);
	if (anchor) {
		struct anchor *a = &s->anchors[anchor - 1];
		a->v = v;
		a->tag = tag;
		a->ops = 1;
	}
	if (is_merge(s, e)) {
		s->frames[s->depth - 1].merges = true;
		return push(s, merge_key, span);
	}
	return add_value(s, v, tag, span);
}

static int on_alias(struct sw_yaml_stream *s, const yaml_event_t *e)
{
	struct sw_span span = span_of(s, e);
	const char *name = (const char *)e->data.alias.anchor;
	const struct anchor *a = find_anchor(s, sw_str_from(name));
	if (!a)
		return fail(s, span.start, SW_EINVALID, "there is no anchor \"%.100s\"", name);
	if (a->v.type == SW_UNDEF)
		return fail(
			s, span.start, SW_EINVALID, "the anchor \"%.100s\" contains itself", name);
	s->ops += a->ops;
	s->alias_ops += a->ops;
	int rc = count_op(s, span.start);
	if (rc < 0)
		return rc;
	if (too_many_aliases(s))
		return fail(s, span.start, SW_ELIMIT, "nearly all of the document is aliases");
	if (at_merge_value(s) && a->v.type != SW_OBJECT)
		return fail(
			s, span.start, SW_EINVALID, "`<<` needs a mapping or a list of mappings");
	return add_value(s, a->v, a->tag, span);
}

static int on_open(
	struct sw_yaml_stream *s, const yaml_event_t *e, bool object, const yaml_char_t *name)
{
	struct sw_span span = span_of(s, e);
	uint32_t anchor;
	uint64_t ops = s->ops;
	int rc = count_op(s, span.start);
	if (rc == 0)
		rc = new_anchor(s, name, span.start, &anchor);
	if (rc < 0)
		return rc;
	if (at_key(s))
		return fail(s, span.start, SW_EINVALID, "a %s cannot be a key",
			object ? "mapping" : "list");
	if (s->depth == s->depth_max)
		return fail(s, span.start, SW_ELIMIT, "nested deeper than %u", s->depth_max);
	if (s->depth == s->frame_cap) {
		s->frame_cap = s->frame_cap ? s->frame_cap * 2 : 32;
		s->frames = grown(s->frames, s->frame_cap, sizeof(*s->frames));
	}
	s->frames[s->depth++] = (struct frame){.base = s->n,
		.start = span.start,
		.end = span.end,
		.anchor = anchor,
		.ops_before = ops,
		.object = object};
	return 0;
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
		x->m = grown(x->m, x->cap, sizeof(*x->m));
		x->sp = grown(x->sp, x->cap, sizeof(*x->sp));
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
	return fail(s, dup->span.start, SW_EINVALID, "the key \"%.*s\" is given twice",
		dup->key.n < 100 ? (int)dup->key.n : 100, dup->key.u.s);
}

static int seal_object(struct sw_yaml_stream *s, const struct sw_member *m,
	const struct pair_span *sp, uint32_t n, size_t at, struct sw_value *ret)
{
	if (n == 0) {
		*ret = sw_empty_object();
		return 0;
	}
	bool spans = (s->flags & SW_YAML_SPANS) && !s->utf16;
	struct sw_object *o = sw_arena_alloc(
		s->arena, sizeof(*o) + n * sizeof(*m) + (spans ? n * sizeof(*sp) : 0));
	if (!o)
		return no_memory(s, at);
	o->m = memcpy(o + 1, m, n * sizeof(*m));
	o->spans = spans ? memcpy((char *)(o + 1) + n * sizeof(*m), sp, n * sizeof(*sp)) : NULL;
	o->keys = sw_members_keys(m, n);
	*ret = (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = o};
	return 0;
}

static int close_merged(
	struct sw_yaml_stream *s, const struct frame *f, uint32_t n, struct sw_value *ret)
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
		return no_memory(s, f->start);
	n = members_settle(all.m, all.sp, (uint32_t)all.n, &merged);
	return seal_object(s, all.m, all.sp, n, f->start, ret);
}

static int close_object(struct sw_yaml_stream *s, const struct frame *f, struct sw_value *ret)
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

static int close_array(struct sw_yaml_stream *s, const struct frame *f, struct sw_value *ret)
{
	size_t n = s->n - f->base;
	if (n == 0) {
		*ret = sw_empty_array();
		return 0;
	}
	bool spans = (s->flags & SW_YAML_SPANS) && !s->utf16;
	size_t bytes = n * sizeof(struct sw_value);
	struct sw_array *a = sw_arena_alloc(
		s->arena, sizeof(*a) + bytes + (spans ? n * sizeof(struct sw_span) : 0));
	if (!a)
		return no_memory(s, f->start);
	a->v = memcpy(a + 1, s->slots + f->base, bytes);
	a->spans = spans ? memcpy((char *)(a + 1) + bytes, s->spans + f->base,
				   n * sizeof(struct sw_span))
			 : NULL;
	*ret = (struct sw_value){.type = SW_ARRAY, .n = (uint32_t)n, .u.a = a};
	return 0;
}

/* A list under `<<`: every element must be a mapping. */
static int check_merge_list(struct sw_yaml_stream *s, const struct frame *f, struct sw_value v)
{
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++)
		if (v.u.a->v[i].type != SW_OBJECT)
			return fail(s, f->start, SW_EINVALID,
				"`<<` needs a mapping or a list of mappings");
	return 0;
}

static int on_close(struct sw_yaml_stream *s, const yaml_event_t *e)
{
	struct frame f = s->frames[s->depth - 1];
	struct sw_value v;
	int rc = f.object ? close_object(s, &f, &v) : close_array(s, &f, &v);
	if (rc < 0)
		return rc;
	s->n = f.base;
	s->depth--;
	/* The end of a block is noticed at the next token: only a closing bracket has a place
	 * itself. */
	struct sw_span end = span_of(s, e);
	if (end.start < end.end)
		f.end = end.end;
	if (f.anchor) {
		struct anchor *a = &s->anchors[f.anchor - 1];
		a->v = v;
		a->ops = s->ops - f.ops_before;
	}
	if (at_merge_value(s)) {
		rc = check_merge_list(s, &f, v);
		if (rc < 0)
			return rc;
	}
	return add_value(s, v, YAML_TAG_NONE, (struct sw_span){f.start, f.end});
}

/* ---- documents ---- */

static int on_event(struct sw_yaml_stream *s, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(s, e);
	case YAML_ALIAS_EVENT:
		return on_alias(s, e);
	case YAML_MAPPING_START_EVENT:
		return on_open(s, e, true, e->data.mapping_start.anchor);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(s, e, false, e->data.sequence_start.anchor);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return on_close(s, e);
	default:
		return 0;
	}
}

static int read_document(struct sw_yaml_stream *s)
{
	s->n = s->depth = 0;
	s->n_anchors = 0;
	if (s->chains)
		memset(s->chains, 0, s->n_chains * sizeof(*s->chains));
	s->ops = 1; /* the document itself */
	s->alias_ops = 0;
	s->dup_keys = 0;
	for (;;) {
		yaml_event_t e;
		if (!yaml_parser_parse(&s->parser, &e))
			return parser_error(s);
		bool end = e.type == YAML_DOCUMENT_END_EVENT;
		if (end)
			s->mark = byte_of(s, &e.start_mark);
		int rc = on_event(s, &e);
		yaml_event_delete(&e);
		if (rc < 0 || end)
			return rc;
	}
}

/* 1: a document begins; 0: the stream ends. */
static int next_document(struct sw_yaml_stream *s)
{
	for (;;) {
		yaml_event_t e;
		if (!yaml_parser_parse(&s->parser, &e))
			return parser_error(s);
		yaml_event_type_t type = e.type;
		if (type == YAML_DOCUMENT_START_EVENT)
			s->mark = e.data.document_start.implicit ? byte_of(s, &e.start_mark)
								 : byte_of(s, &e.end_mark);
		yaml_event_delete(&e);
		if (type == YAML_DOCUMENT_START_EVENT)
			return 1;
		if (type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT)
			return 0;
	}
}

static void start_parser(struct sw_yaml_stream *s, size_t base)
{
	close_parser(s);
	if (!yaml_parser_initialize(&s->parser))
		abort();
	s->parsing = true;
	s->base = s->byte_at = s->mark = base;
	s->char_at = 0;
	yaml_parser_set_input_string(
		&s->parser, (const unsigned char *)s->text.p + base, s->text.n - base);
	if (!s->utf16)
		yaml_parser_set_encoding(&s->parser, YAML_UTF8_ENCODING);
}

/* The start of the next line at or after `from` that is a document marker; SW_NPOS when there is
 * none. */
static size_t find_marker(struct sw_str text, size_t from)
{
	while ((from = sw_str_find(text, SW_STR("---"), from)) != SW_NPOS) {
		bool first = from == 0 || text.p[from - 1] == '\n' || text.p[from - 1] == '\r';
		char c = from + 3 < text.n ? text.p[from + 3] : '\n';
		if (first && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
			return from;
		from += 3;
	}
	return SW_NPOS;
}

/* Behind a broken document, where the text says that another begins. */
static void resume(struct sw_yaml_stream *s)
{
	size_t at = s->utf16 ? SW_NPOS : find_marker(s->text, s->mark);
	if (at == SW_NPOS) {
		s->done = true;
		close_parser(s);
		return;
	}
	start_parser(s, at);
	s->mark = at + 3; /* should this one be broken as well */
}

static bool is_ascii(struct sw_str s)
{
	unsigned char all = 0;
	for (size_t i = 0; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return all < 0x80;
}

int sw_yaml_open(struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_yaml_limits *limits, struct sw_yaml_stream **ret, struct sw_error *err)
{
	if (text.n > UINT32_MAX - 1)
		return sw_error_set(err, SW_ELIMIT, "the text is larger than 4 GiB");
	struct sw_yaml_stream *s = sw_arena_new(a, struct sw_yaml_stream);
	if (!s || sw_arena_defer(a, stream_release, s) < 0)
		return sw_error_set(err, SW_ELIMIT, "the memory budget is spent");
	s->text = text.p ? text : SW_STR("");
	s->flags = flags;
	s->depth_max = limits && limits->depth ? limits->depth : DEPTH_DEFAULT;
	s->nodes_max = limits && limits->nodes ? limits->nodes : NODES_DEFAULT;
	const unsigned char *p = (const unsigned char *)s->text.p;
	s->utf16 =
		text.n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff));
	bool bom = text.n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0;
	s->ascii = is_ascii(sw_str_sub(s->text, bom ? 3 : 0, s->text.n));
	start_parser(s, bom ? 3 : 0);
	*ret = s;
	return 0;
}

int sw_yaml_next(
	struct sw_yaml_stream *s, struct sw_arena *a, struct sw_yaml_doc *ret, struct sw_error *err)
{
	if (s->done)
		return 0;
	s->arena = a;
	s->err = err;
	int rc = next_document(s);
	if (rc == 0) {
		s->done = true;
		close_parser(s);
		return 0;
	}
	if (rc > 0)
		rc = read_document(s);
	uint32_t index = s->index++;
	if (rc < 0) {
		resume(s);
		return rc;
	}
	*ret = (struct sw_yaml_doc){.root = s->slots[0], .index = index, .dup_keys = s->dup_keys};
	if (!s->utf16)
		ret->span = s->spans[0];
	return 1;
}

int sw_yaml_parse(struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_yaml_limits *limits, struct sw_value *ret, struct sw_error *err)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {.root = sw_null()}, more;
	int rc = sw_yaml_open(a, text, flags, limits, &s, err);
	if (rc == 0)
		rc = sw_yaml_next(s, a, &doc, err);
	int second = rc > 0 ? sw_yaml_next(s, a, &more, err) : 0;
	if (rc < 0 || second < 0)
		return rc < 0 ? rc : second;
	if (second > 0)
		return fail_at(s, more.span.start,
			sw_error_set(err, SW_EINVALID, "more than one document"));
	*ret = doc.root;
	return 0;
}
