/* SPDX-License-Identifier: Apache-2.0 */
/* Edits inside [] and {}: all of JSON, and YAML's flow style. */
#include "doc/json.h"
#include "doc/splice_impl.h"

/* The indent of the line that `at` begins, when it is first on it; SW_NPOS otherwise. */
static size_t own_line_indent(struct sw_str t, size_t at)
{
	size_t start = splice_line_start(t, at), i = start;
	while (i < at && (t.p[i] == ' ' || t.p[i] == '\t'))
		i++;
	return i == at ? at - start : SW_NPOS;
}

/* In a JSON text that is laid out in lines, a new container is so too. */
static void write_value(const struct splice_site *s, struct splice_edit *e, struct sw_value v,
	size_t at, size_t indent)
{
	if (!s->json || indent == SW_NPOS || !splice_wants_block(v)) {
		splice_inline(&e->ins, s, v, (struct sw_str){0}, true);
		return;
	}
	sw_autobuf json;
	sw_buf_init(&json, e->ins.max);
	sw_json_write(&json, v, SW_JSON_PRETTY);
	struct sw_str rest = sw_buf_str(&json), line;
	for (bool first = true; sw_str_split(&rest, '\n', &line); first = false) {
		if (!first) {
			splice_eol(&e->ins, s);
			sw_buf_add(&e->ins, s->text.p + splice_line_start(s->text, at), indent);
		}
		sw_buf_addstr(&e->ins, line);
	}
}

static void write_child(const struct splice_site *s, struct splice_edit *e, struct sw_value v,
	size_t at, size_t indent)
{
	if (s->parent.type == SW_OBJECT) {
		splice_key(&e->ins, s, true);
		sw_buf_addz(&e->ins, ": ");
	}
	write_value(s, e, v, at, indent);
}

/* Behind the comma, what separates children here: a space, or a line end and indent. */
static void write_gap(const struct splice_site *s, struct splice_edit *e, size_t at, size_t indent)
{
	if (indent == SW_NPOS) {
		/* Compact JSON has no spaces; look at the comma before the child, if there is one.
		 */
		bool tight = s->json && at > 0 && s->text.p[at - 1] == ',';
		if (!tight)
			sw_buf_addch(&e->ins, ' ');
		return;
	}
	splice_eol(&e->ins, s);
	sw_buf_add(&e->ins, s->text.p + splice_line_start(s->text, at), indent);
}

static void insert(
	const struct splice_site *s, struct splice_edit *e, struct sw_value v, uint32_t index)
{
	struct sw_str t = s->text;
	int64_t last = splice_last(s);
	if (last < 0) {
		e->from = e->to = splice_content(t, s->span) + 1;
		write_child(s, e, v, e->from, SW_NPOS);
		if (s->parent.n) /* a merge key and nothing else */
			sw_buf_addz(&e->ins, ", ");
		return;
	}
	bool append = s->parent.type == SW_OBJECT || index >= s->parent.n;
	struct sw_span near = splice_extent(s, append ? (uint32_t)last : index);
	size_t indent = own_line_indent(t, near.start);
	if (append) {
		e->from = e->to = splice_trimmed_end(t, near);
		sw_buf_addch(&e->ins, ',');
		write_gap(s, e, near.start, indent);
		write_child(s, e, v, near.start, indent);
		return;
	}
	e->from = e->to = near.start;
	write_child(s, e, v, near.start, indent);
	sw_buf_addch(&e->ins, ',');
	write_gap(s, e, near.start, indent);
}

static void remove_child(const struct splice_site *s, struct splice_edit *e, uint32_t i)
{
	int64_t next = splice_neighbour(s, i, 1), prev = splice_neighbour(s, i, -1);
	if (next >= 0) {
		e->from = splice_extent(s, i).start;
		e->to = splice_extent(s, (uint32_t)next).start;
	} else if (prev >= 0) {
		e->from = splice_extent(s, (uint32_t)prev).end;
		e->to = splice_extent(s, i).end;
	} else { /* whatever is between the brackets */
		e->from = splice_content(s->text, s->span) + 1;
		e->to = s->span.end - 1;
	}
}

int splice_flow_edit(const struct splice_site *s, enum sw_patch_kind kind, struct sw_value v,
	struct splice_edit *e, struct sw_error *err)
{
	if (kind == SW_PATCH_REMOVE) {
		remove_child(s, e, (uint32_t)s->child);
		return 0;
	}
	if (kind == SW_PATCH_ADD && (s->child < 0 || s->parent.type == SW_ARRAY)) {
		insert(s, e, v, s->child < 0 ? s->parent.n : (uint32_t)s->child);
		return 0;
	}
	struct sw_span old = splice_value_span(s, (uint32_t)s->child);
	size_t content = splice_content(s->text, old);
	e->from = old.start;
	e->to = old.end;
	if (old.start == old.end) { /* `{a}` or `{a: }` */
		struct sw_span key =
			s->parent.type == SW_OBJECT ? s->parent.u.o->spans[2 * s->child] : old;
		struct sw_str gap = sw_str_sub(s->text, key.end, old.start);
		sw_buf_addz(&e->ins, sw_str_chr(gap, ':', 0) == SW_NPOS ? ": " : " ");
	}
	if (s->json && splice_wants_block(v))
		write_value(s, e, v, splice_extent(s, (uint32_t)s->child).start,
			own_line_indent(s->text, splice_extent(s, (uint32_t)s->child).start));
	else
		splice_inline(&e->ins, s, v, sw_str_sub(s->text, content, old.end), true);
	return 0;
}
