/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/yaml_fast.h"

#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { DEPTH_DEFAULT = 512, ANCHORS_MAX = 1 << 16, SLOW_DOCS_MAX = 256 };
#define NODES_DEFAULT ((uint64_t)20000000)

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
	free(s->scratch);
	free(s->keys);
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

static int parser_error(struct sw_yaml_stream *s)
{
	yaml_parser_t *p = &s->parser;
	if (p->error == YAML_MEMORY_ERROR)
		abort();
	if (p->error == YAML_READER_ERROR) {
		sw_error_set(s->err, SW_ESYNTAX, "%s", p->problem);
		return yaml_fail_at(s, s->base + p->problem_offset, -SW_ESYNTAX);
	}
	if (p->context)
		sw_error_set(s->err, SW_ESYNTAX, "%s: %s", p->context, p->problem);
	else
		sw_error_set(s->err, SW_ESYNTAX, "%s", p->problem ? p->problem : "not YAML");
	if (!s->utf16)
		return yaml_fail_at(s, byte_of(s, &p->problem_mark), -SW_ESYNTAX);
	return sw_error_at(s->err, (struct sw_str){0}, (uint32_t)p->problem_mark.line + 1,
		       (uint32_t)p->problem_mark.column + 1, 0),
	       -SW_ESYNTAX;
}

/* The key of a merge member on the stack of slots. */
static const struct sw_value merge_key = {.type = SW_UNDEF, .n = 1};

static bool at_key(const struct sw_yaml_stream *s)
{
	const struct yaml_frame *f = s->depth ? &s->frames[s->depth - 1] : NULL;
	return f && f->object && (s->n - f->base) % 2 == 0;
}

static bool at_merge_value(const struct sw_yaml_stream *s)
{
	const struct yaml_frame *f = s->depth ? &s->frames[s->depth - 1] : NULL;
	return f && f->merges && (s->n - f->base) % 2 == 1 && s->slots[s->n - 1].type == SW_UNDEF;
}

static int count_op(struct sw_yaml_stream *s, size_t at)
{
	if (++s->ops > s->nodes_max)
		return yaml_fail(s, at, SW_ELIMIT, "more values than the limit of %llu",
			(unsigned long long)s->nodes_max);
	return 0;
}

/* ---- anchors ---- */

static uint32_t *chain_of(struct sw_yaml_stream *s, struct sw_str name)
{
	return &s->chains[XXH3_64bits(name.p, name.n) & (s->n_chains - 1)];
}

static struct yaml_anchor *find_anchor(struct sw_yaml_stream *s, struct sw_str name)
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
	s->anchors = yaml_grown(s->anchors, s->anchor_cap, sizeof(*s->anchors));
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
		return yaml_fail(s, at, SW_ELIMIT, "more than %d anchors", ANCHORS_MAX);
	struct sw_str copy = sw_arena_str(s->arena, sw_str_from((const char *)name));
	if (!copy.p)
		return yaml_no_memory(s, at);
	if (s->n_anchors == s->anchor_cap)
		grow_anchors(s);
	uint32_t *head = chain_of(s, copy);
	s->anchors[s->n_anchors++] = (struct yaml_anchor){.name = copy, .older = *head};
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
		return yaml_fail(s, span.start, SW_EINVALID, "infinity and NaN have no place in JSON");
	if (at_key(s)) {
		int rc = yaml_key_string(v, tag, s->arena, &v, s->err);
		if (rc < 0)
			return yaml_fail_at(s, span.start, rc);
	}
	return yaml_push(s, v, span);
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
		return yaml_fail(
			s, span.start, SW_EINVALID, "`<<` needs a mapping or a list of mappings");
	struct yaml_scalar in = {.text = scalar_text(s, e, span),
		.tag = sw_str_from((const char *)e->data.scalar.tag),
		.quoted = s->flags & SW_YAML_GOYAML3
				  ? e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE
				  : !e->data.scalar.plain_implicit};
	if (!in.text.p)
		return yaml_no_memory(s, span.start);
	if ((s->flags & SW_YAML_GOYAML3) && sw_str_is(in.tag, "!"))
		in.tag = (struct sw_str){0};
	struct sw_value v;
	enum yaml_tag tag;
	rc = yaml_resolve(&in, s->flags, s->arena, &v, &tag, s->err);
	if (rc < 0)
		return yaml_fail_at(s, span.start, rc);
	if (anchor) {
		struct yaml_anchor *a = &s->anchors[anchor - 1];
		a->v = v;
		a->tag = tag;
		a->ops = 1;
	}
	if (is_merge(s, e)) {
		s->frames[s->depth - 1].merges = true;
		return yaml_push(s, merge_key, span);
	}
	return add_value(s, v, tag, span);
}

static int on_alias(struct sw_yaml_stream *s, const yaml_event_t *e)
{
	struct sw_span span = span_of(s, e);
	const char *name = (const char *)e->data.alias.anchor;
	const struct yaml_anchor *a = find_anchor(s, sw_str_from(name));
	if (!a)
		return yaml_fail(s, span.start, SW_EINVALID, "there is no anchor \"%.100s\"", name);
	if (a->v.type == SW_UNDEF)
		return yaml_fail(
			s, span.start, SW_EINVALID, "the anchor \"%.100s\" contains itself", name);
	s->ops += a->ops;
	s->alias_ops += a->ops;
	int rc = count_op(s, span.start);
	if (rc < 0)
		return rc;
	if (too_many_aliases(s))
		return yaml_fail(s, span.start, SW_ELIMIT, "nearly all of the document is aliases");
	if (at_merge_value(s) && a->v.type != SW_OBJECT)
		return yaml_fail(
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
		return yaml_fail(s, span.start, SW_EINVALID, "a %s cannot be a key",
			object ? "mapping" : "list");
	if (s->depth == s->depth_max)
		return yaml_fail(s, span.start, SW_ELIMIT, "nested deeper than %u", s->depth_max);
	*yaml_frame_push(s) = (struct yaml_frame){.base = s->n,
		.start = span.start,
		.end = span.end,
		.anchor = anchor,
		.ops_before = ops,
		.object = object};
	return 0;
}

/* A list under `<<`: every element must be a mapping. */
static int check_merge_list(struct sw_yaml_stream *s, const struct yaml_frame *f, struct sw_value v)
{
	for (uint32_t i = 0; v.type == SW_ARRAY && i < v.n; i++)
		if (v.u.a->v[i].type != SW_OBJECT)
			return yaml_fail(s, f->start, SW_EINVALID,
				"`<<` needs a mapping or a list of mappings");
	return 0;
}

static int on_close(struct sw_yaml_stream *s, const yaml_event_t *e)
{
	struct yaml_frame f = s->frames[s->depth - 1];
	struct sw_value v;
	int rc = f.object ? yaml_close_object(s, &f, &v) : yaml_close_array(s, &f, &v);
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
		struct yaml_anchor *a = &s->anchors[f.anchor - 1];
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
	struct sw_str rest = sw_str_sub(s->text, bom ? 3 : 0, s->text.n);
	s->ascii = is_ascii(rest);
	s->everyday = !(flags & SW_YAML_LIBYAML) && yaml_is_everyday(rest);
	s->fast = s->everyday;
	s->fast_at = bom ? 3 : 0;
	s->patience = 1;
	if (!s->fast)
		start_parser(s, s->fast_at);
	*ret = s;
	return 0;
}

/*
 * One document by the reader of everyday YAML; -1: libyaml is set to read it. What it took from the arena is given
 * back, and a budget that it spent in vain does not count.
 */
static int fast_document(struct sw_yaml_stream *s)
{
	struct sw_arena_mark mark = sw_arena_mark(s->arena);
	bool overflow = s->arena->overflow;
	struct sw_error *err = SW_TAKE(s->err); /* libyaml says what is wrong */
	int rc = yaml_fast_document(s);
	s->err = err;
	if (rc >= 0) {
		if (s->patience > 1)
			s->patience--;
		return rc;
	}
	sw_arena_rewind(s->arena, mark);
	s->arena->overflow = overflow;
	s->fast = false;
	/* Starting libyaml costs as much as some documents: where they are often its own, it goes on. */
	s->slow_docs = s->patience;
	s->patience = s->patience < SLOW_DOCS_MAX ? s->patience * 4 : SLOW_DOCS_MAX;
	start_parser(s, s->fast_at);
	if (sw_str_starts(sw_str_sub(s->text, s->fast_at, s->text.n), SW_STR("---")))
		s->mark = s->fast_at + 3;
	return -1;
}

/* Behind a document of libyaml's: is the next one tried without it? */
static void try_fast_again(struct sw_yaml_stream *s)
{
	if (!s->everyday || (s->slow_docs && --s->slow_docs) ||
		!yaml_fast_boundary(s, s->mark, &s->fast_at))
		return;
	s->fast = true;
	close_parser(s);
}

int sw_yaml_next(
	struct sw_yaml_stream *s, struct sw_arena *a, struct sw_yaml_doc *ret, struct sw_error *err)
{
	if (s->done)
		return 0;
	s->arena = a;
	s->err = err;
	int rc = s->fast ? fast_document(s) : -1;
	bool fast = rc >= 0;
	if (!fast)
		rc = next_document(s);
	if (rc == 0) {
		s->done = true;
		close_parser(s);
		return 0;
	}
	if (rc > 0 && !fast)
		rc = read_document(s);
	uint32_t index = s->index++;
	if (rc < 0) {
		resume(s);
		return rc;
	}
	*ret = (struct sw_yaml_doc){.root = s->slots[0], .index = index, .dup_keys = s->dup_keys};
	if (!s->utf16)
		ret->span = s->spans[0];
	if (!fast)
		try_fast_again(s);
	return 1;
}

uint32_t sw_yaml_fast_documents(const struct sw_yaml_stream *s)
{
	return s->n_fast;
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
		return yaml_fail_at(s, more.span.start,
			sw_error_set(err, SW_EINVALID, "more than one document"));
	*ret = doc.root;
	return 0;
}
