/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/splice_impl.h"

#include "doc/json.h"
#include "doc/pointer.h"
#include "doc/yaml.h"

struct job {
	struct sw_arena *a;
	enum sw_splice_format format;
	uint32_t index;
	struct sw_error *err;
};

/* Every document of a text; broken ones are SW_UNDEF. */
struct docs {
	struct sw_list list;
	struct sw_span span; /* of the document asked for */
};

static int read_docs(struct job *j, struct sw_str text, struct docs *ret)
{
	struct sw_error err;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc d;
	struct sw_value v;
	sw_list_init(&ret->list, j->a);
	if (j->format == SW_SPLICE_JSON) {
		size_t end;
		int rc = sw_json_parse(j->a, text, SW_JSON_SPANS, NULL, &v, &end, j->err);
		size_t start = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		while (start < text.n && strchr(" \t\r\n", text.p[start]))
			start++;
		while (end > start && rc == 0 && strchr(" \t\r\n", text.p[end - 1]))
			end--;
		ret->span = (struct sw_span){(uint32_t)start, (uint32_t)end};
		return rc < 0 ? rc : sw_list_add(&ret->list, v);
	}
	int rc = sw_yaml_open(j->a, text, SW_YAML_SPANS, NULL, &s, j->err);
	while (rc == 0 && (rc = sw_yaml_next(s, j->a, &d, &err)) != 0) {
		if (rc < 0 && ret->list.n == j->index) {
			if (j->err)
				*j->err = err;
			return rc;
		}
		if (rc > 0 && d.index == j->index)
			ret->span = d.span;
		rc = sw_list_add(&ret->list, rc > 0 ? d.root : sw_undef());
	}
	return rc;
}

static int check_place(const struct splice_site *s, struct sw_span child, struct sw_error *err)
{
	if (child.start >= s->span.start && child.end <= s->span.end)
		return 0;
	return sw_error_set(err, SW_EUNSUPPORTED,
		"cannot be edited in place: the value comes through an alias or a merge key");
}

/* Goes down to the container that holds the target. */
static int find_site(struct splice_site *s, struct sw_value root, struct sw_span span,
	struct sw_str path, struct sw_error *err)
{
	struct sw_str parent = sw_pointer_parent(path, &s->token), token;
	s->parent = root;
	s->span = span;
	s->parent_is_root = parent.n == 0;
	while (sw_pointer_next(&parent, &token)) {
		int64_t i = sw_pointer_child(s->parent, token);
		if (i < 0)
			return sw_error_set(err, SW_ENOENT, "there is no \"%.*s\"",
				(int)(token.n < 200 ? token.n : 200), token.p);
		struct sw_span child = splice_value_span(s, (uint32_t)i);
		int rc = check_place(s, child, err);
		if (rc < 0)
			return rc;
		s->parent =
			s->parent.type == SW_ARRAY ? s->parent.u.a->v[i] : s->parent.u.o->m[i].v;
		s->span = child;
	}
	size_t content = splice_content(s->text, s->span);
	if (!s->json && content < s->span.end && s->text.p[content] == '*')
		return sw_error_set(
			err, SW_EUNSUPPORTED, "cannot be edited in place: it is an alias");
	s->child = sw_pointer_child(s->parent, s->token);
	if (s->child < 0)
		return 0;
	return check_place(s, splice_extent(s, (uint32_t)s->child), err);
}

static int whole_edit(
	const struct splice_site *s, struct sw_span span, struct sw_value v, struct splice_edit *e)
{
	e->from = span.start;
	e->to = splice_trimmed_end(s->text, span);
	if (s->json)
		sw_json_write(&e->ins, v, SW_JSON_PRETTY);
	else if (splice_wants_block(v))
		splice_block(&e->ins, s, v, 0);
	else
		splice_inline(&e->ins, s, v, (struct sw_str){0}, false);
	return 0;
}

static int make_edit(struct job *j, struct splice_site *s, struct sw_value root,
	struct sw_span span, enum sw_patch_kind kind, struct sw_str path, struct sw_value v,
	struct splice_edit *e)
{
	if (path.n == 0)
		return whole_edit(s, span, v, e);
	int rc = find_site(s, root, span, path, j->err);
	if (rc < 0)
		return rc;
	if (splice_is_flow(s->text, s->span) || s->json)
		return splice_flow_edit(s, kind, v, e, j->err);
	if (kind == SW_PATCH_REMOVE && s->parent.n == 1) {
		/* A block cannot be empty: the container itself becomes {} or []. */
		struct sw_value empty =
			s->parent.type == SW_ARRAY ? sw_empty_array() : sw_empty_object();
		return make_edit(j, s, root, span, SW_PATCH_REPLACE, sw_pointer_parent(path, NULL),
			empty, e);
	}
	return splice_block_edit(s, kind, v, e, j->err);
}

/* Does the new text hold what the patch makes of the value, and everything else as before? */
static bool proves(
	struct job *j, struct sw_str text, const struct docs *before, struct sw_value want)
{
	struct docs after = {0};
	struct job quiet = *j;
	quiet.err = NULL;
	if (read_docs(&quiet, text, &after) < 0 || after.list.n != before->list.n)
		return false;
	for (uint32_t i = 0; i < after.list.n; i++) {
		struct sw_value w = i == j->index ? want : before->list.v[i];
		if (!sw_value_eq(after.list.v[i], w))
			return false;
	}
	return true;
}

static void edit_release(struct splice_edit *e)
{
	sw_buf_release(&e->ins);
}

/* One add, remove or replace on *text, which is replaced by a new one in the arena. */
static int splice_op(struct job *j, struct sw_str *text, enum sw_patch_kind kind,
	struct sw_str path, struct sw_value v)
{
	struct docs docs = {0};
	int rc = read_docs(j, *text, &docs);
	if (rc < 0)
		return rc;
	if (j->index >= docs.list.n)
		return sw_error_set(j->err, SW_ENOENT, "there is no document %u", j->index);
	struct sw_value root = docs.list.v[j->index], want;
	struct sw_patch_op op = {.kind = kind, .path = path, .value = v};
	rc = sw_patch_apply_ops(j->a, root, &op, 1, &want, j->err);
	if (rc < 0)
		return rc;
	size_t nl = sw_str_chr(*text, '\n', 0);
	struct splice_site s = {.text = *text,
		.json = j->format == SW_SPLICE_JSON,
		.crlf = nl != SW_NPOS && nl > 0 && text->p[nl - 1] == '\r'};
	for (int attempt = 0; attempt < 2; attempt++) {
		__attribute__((cleanup(edit_release))) struct splice_edit e = {
			.again = attempt > 0};
		sw_buf_init(&e.ins, 0);
		rc = make_edit(j, &s, root, docs.span, kind, path, v, &e);
		if (rc < 0)
			return rc;
		size_t n = text->n - (e.to - e.from) + e.ins.n;
		char *p = e.ins.overflow ? NULL : sw_arena_alloc(j->a, n);
		if (!p)
			return sw_error_set(j->err, SW_ELIMIT, "the memory budget is spent");
		memcpy(p, text->p, e.from);
		if (e.ins.n)
			memcpy(p + e.from, e.ins.p, e.ins.n);
		memcpy(p + e.from + e.ins.n, text->p + e.to, text->n - e.to);
		struct sw_str made = {p, n};
		if (proves(j, made, &docs, want)) {
			*text = made;
			return 0;
		}
	}
	return sw_error_set(j->err, SW_EUNSUPPORTED,
		"cannot be edited in place without changing more than it should");
}

static int apply_one(struct job *j, struct sw_str *text, const struct sw_patch_op *op)
{
	if (op->kind == SW_PATCH_ADD || op->kind == SW_PATCH_REMOVE || op->kind == SW_PATCH_REPLACE)
		return splice_op(j, text, op->kind, op->path, op->value);
	struct docs docs = {0};
	int rc = read_docs(j, *text, &docs);
	if (rc < 0)
		return rc;
	if (j->index >= docs.list.n)
		return sw_error_set(j->err, SW_ENOENT, "there is no document %u", j->index);
	struct sw_value root = docs.list.v[j->index], ignored;
	rc = sw_patch_apply_ops(j->a, root, op, 1, &ignored, j->err);
	if (rc < 0 || op->kind == SW_PATCH_TEST)
		return rc;
	struct sw_value v = sw_pointer_get(root, op->from);
	if (op->kind == SW_PATCH_MOVE && sw_str_eq(op->from, op->path))
		return 0;
	if (op->kind == SW_PATCH_MOVE)
		rc = splice_op(j, text, SW_PATCH_REMOVE, op->from, sw_undef());
	return rc < 0 ? rc : splice_op(j, text, SW_PATCH_ADD, op->path, v);
}

int sw_splice(struct sw_arena *a, struct sw_str text, enum sw_splice_format format, uint32_t index,
	const struct sw_patch_op *ops, uint32_t n, struct sw_buf *out, struct sw_error *err)
{
	struct job j = {a, format, index, err};
	if (n > SW_SPLICE_OPS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d operations", SW_SPLICE_OPS_MAX);
	if (format == SW_SPLICE_YAML && text.n >= 2 &&
		((unsigned char)text.p[0] == 0xff || (unsigned char)text.p[0] == 0xfe))
		return sw_error_set(err, SW_EUNSUPPORTED, "UTF-16 text cannot be edited in place");
	for (uint32_t i = 0; i < n; i++) {
		int rc = apply_one(&j, &text, &ops[i]);
		if (rc < 0)
			return rc;
	}
	sw_buf_addstr(out, text);
	return out->overflow ? sw_error_set(err, SW_ELIMIT, "the text is too large") : 0;
}
