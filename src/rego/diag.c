/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/ast.h"

void sw_rego_diags_init(struct sw_rego_diags *d, struct sw_arena *a)
{
	*d = (struct sw_rego_diags){.arena = a};
}

static struct sw_rego_diag *push(struct sw_rego_diags *d)
{
	if (d->max && d->n >= d->max)
		return NULL;
	if (d->n == d->cap) {
		uint32_t cap = d->cap ? d->cap * 2 : 8;
		void *v = sw_arena_grow(d->arena, d->v, d->cap * sizeof(*d->v), cap * sizeof(*d->v));
		if (!v)
			return NULL;
		d->v = v;
		d->cap = cap;
	}
	d->v[d->n] = (struct sw_rego_diag){0};
	return &d->v[d->n++];
}

static struct sw_str keep(struct sw_rego_diags *d, struct sw_str s)
{
	struct sw_str kept = sw_arena_str(d->arena, s);
	return kept.p ? kept : SW_STR("");
}

void sw_rego_diag_add(struct sw_rego_diags *d, const char *code, const struct sw_rego_loc *loc,
	const char *fmt, ...)
{
	struct sw_rego_diag *e = push(d);
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, 1 << 20);
	if (!e)
		return;
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	e->code = code;
	if (loc)
		e->loc = *loc;
	e->text = keep(d, sw_buf_str(&b));
}

void sw_rego_diag_copy(struct sw_rego_diags *d, const struct sw_rego_diag *from)
{
	struct sw_rego_diag *e = push(d);
	if (e)
		*e = *from;
}

static bool is_space(unsigned char c) /* Go's unicode.IsSpace of a single byte */
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0xA0;
}

/* The line that holds the last non-space byte up to `offset`, and a caret below that byte. */
static void source_lines(struct sw_buf *out, struct sw_str bs, size_t offset)
{
	if (!bs.n)
		return;
	if (offset >= bs.n)
		offset = bs.n - 1;
	while (offset > 0 && is_space((unsigned char)bs.p[offset]))
		offset--;
	size_t begin = offset, end = offset, tabs = 0;
	while (begin > 0 && bs.p[begin] != '\r' && bs.p[begin] != '\n')
		begin--;
	if (bs.p[begin] == '\r' || bs.p[begin] == '\n')
		begin++;
	while (end < bs.n && bs.p[end] != '\r' && bs.p[end] != '\n')
		end++;
	if (begin > end)
		begin = end;
	size_t index = offset > begin ? offset - begin : 0;
	while (begin + tabs < end && bs.p[begin + tabs] == '\t')
		tabs++;
	sw_buf_addstr(out, sw_str_sub(bs, begin + tabs, end));
	sw_buf_addch(out, '\n');
	sw_buf_pad(out, ' ', index > tabs ? index - tabs : 0);
	sw_buf_addch(out, '^');
}

void sw_rego_diag_add_source(struct sw_rego_diags *d, const char *code, const struct sw_rego_loc *loc,
	struct sw_str text)
{
	struct sw_rego_diag *e = push(d);
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	if (!e)
		return;
	source_lines(&b, loc->file->text, loc->offset);
	e->code = code;
	e->loc = *loc;
	e->text = keep(d, text);
	e->details = keep(d, sw_buf_str(&b));
}

static struct sw_str file_name(const struct sw_rego_diag *d)
{
	return d->loc.file ? d->loc.file->name : SW_STR("");
}

void sw_rego_diag_format(const struct sw_rego_diag *d, struct sw_buf *out)
{
	struct sw_str name = file_name(d), rest = d->details, line;
	if (name.n)
		sw_buf_printf(out, "%.*s:%u: ", SW_STR_ARG(name), d->loc.row);
	else if (d->loc.row || d->loc.file)
		sw_buf_printf(out, "%u:%u: ", d->loc.row, d->loc.col);
	if (d->code[0])
		sw_buf_printf(out, "%s: ", d->code);
	sw_buf_addstr(out, d->text);
	while (rest.n && sw_str_split(&rest, '\n', &line)) {
		sw_buf_addz(out, "\n\t");
		sw_buf_addstr(out, line);
	}
}
