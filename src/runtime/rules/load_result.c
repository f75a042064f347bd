/* SPDX-License-Identifier: Apache-2.0 */
/* What was found in a rule file, and how it is said. */
#include <stdio.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/rules/load_int.h"

#define SNIPPET_WIDTH 160

static const struct {
	const char *name, *text;
} errors[] = {
	{"LOAD_ERR_FILE_READ", "File read error"},
	{"LOAD_ERR_YAML_PARSE", "YAML parse error"},
	{"LOAD_ERR_YAML_VALIDATE", "Error validating internal structure of YAML file"},
	{"LOAD_ERR_COMPILE_CONDITION", "Error compiling condition"},
	{"LOAD_ERR_COMPILE_OUTPUT", "Error compiling output"},
	{"LOAD_ERR_VALIDATE", "Error validating rule/macro/list/exception objects"},
	{"LOAD_ERR_EXTENSION", "Error in extension item"},
};

/* The last column is in our words where it is only read by people. */
static const struct {
	const char *name, *text, *desc;
} warnings[] = {
	{"LOAD_UNKNOWN_SOURCE", "Unknown event source",
		"The rule's source is not one that is known here; the rule is left out."},
	{"LOAD_UNSAFE_NA_CHECK", "Unsafe <NA> comparison in condition",
		"A field is compared with <NA>, which no field ever is; use the operator exists."},
	{"LOAD_NO_EVTTYPE", "Condition has no event-type restriction",
		"The condition can be true for too many kinds of events; restrict evt.type."},
	{"LOAD_UNKNOWN_FILTER", "Unknown field or event-type in condition or output",
		"A field or event type does not exist; the rule asks to be skipped then."},
	{"LOAD_UNUSED_MACRO", "Unused macro", "No rule or macro uses this macro."},
	{"LOAD_UNUSED_LIST", "Unused list", "No rule, macro or list uses this list."},
	{"LOAD_UNKNOWN_ITEM", "Unknown rules file item", "The item is none that is known; it is left out."},
	{"LOAD_DEPRECATED_ITEM", "Used deprecated item", "Something is used that will go away."},
	{"LOAD_WARNING_EXTENSION", "Warning in extension item", "An extension item has a warning."},
	{"LOAD_APPEND_NO_VALUES", "Overriding/appending with no values",
		"An exception is appended or overridden without values."},
	{"LOAD_EXCEPTION_NAME_NOT_UNIQUE", "Multiple exceptions defined with the same name",
		"A rule has two exceptions of one name."},
	{"LOAD_INVALID_MACRO_NAME", "Invalid macro name", "The name cannot be used in a condition."},
	{"LOAD_INVALID_LIST_NAME", "Invalid list name", "The name cannot be used in a condition."},
	{"LOAD_COMPILE_CONDITION", "Warning in rule condition", "The condition is suspicious."},
	{"LOAD_UNKNOWN_KEY", "Unknown key in item definition",
		"The key means nothing here and is ignored; a typing error, or a property of another kind of item."},
};

const char *sw_load_error_name(enum sw_load_error e)
{
	return errors[e].name;
}

const char *sw_load_warning_name(enum sw_load_warning w)
{
	return warnings[w].name;
}

const char *sw_load_warning_text(enum sw_load_warning w)
{
	return warnings[w].text;
}

void *sw_array_push(struct sw_arena *a, void *array, uint32_t n, size_t size)
{
	if (n >= SW_RULES_ITEMS_MAX)
		return NULL;
	if ((n & (n - 1)) != 0)
		return array;
	return sw_arena_grow(a, array, n * size, (n ? (size_t)n * 2 : 1) * size);
}

static void add(struct sw_load *l, bool error, struct sw_load_note note)
{
	struct sw_load_note **list = error ? &l->res->errors : &l->res->warnings;
	uint32_t *n = error ? &l->res->n_errors : &l->res->n_warnings;
	struct sw_load_note *p = sw_array_push(l->a, *list, *n, sizeof(*p));
	if (error)
		l->res->ok = false;
	if (!p)
		return;
	*list = p;
	p[(*n)++] = note;
}

static struct sw_str vtext(struct sw_arena *a, const char *fmt, va_list ap)
{
	sw_autobuf b;
	sw_buf_init(&b, (size_t)1 << 20);
	sw_buf_vprintf(&b, fmt, ap);
	struct sw_str s = sw_arena_str(a, sw_buf_str(&b));
	return s.p ? s : SW_STR("");
}

int sw_load_fail(struct sw_load *l, enum sw_load_error code, const struct sw_load_ctx *ctx, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add(l, true, (struct sw_load_note){.code = (uint8_t)code, .text = vtext(l->a, fmt, ap), .ctx = ctx});
	va_end(ap);
	return -SW_EINVALID;
}

void sw_load_warn(struct sw_load *l, enum sw_load_warning code, const struct sw_load_ctx *ctx, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add(l, false, (struct sw_load_note){.code = (uint8_t)code, .text = vtext(l->a, fmt, ap), .ctx = ctx});
	va_end(ap);
}

void sw_load_warn_deprecated(struct sw_load *l, const char *field, const struct sw_load_ctx *ctx, struct sw_str text)
{
	add(l, false,
		(struct sw_load_note){.code = SW_LOAD_DEPRECATED_ITEM,
			.text = sw_arena_str(l->a, text),
			.ctx = ctx,
			.deprecated_field = field});
}

/* ---- places ---- */

static void line_of(const struct sw_load *l, uint32_t pos, uint32_t *line, uint32_t *col)
{
	uint32_t lo = 0, hi = l->n_lines;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (l->lines[mid] <= pos)
			lo = mid;
		else
			hi = mid;
	}
	*line = lo;
	*col = l->n_lines ? pos - l->lines[lo] : 0;
}

const struct sw_load_ctx *sw_load_ctx_at(struct sw_load *l, const struct sw_load_ctx *parent, struct sw_span span,
	const char *type, struct sw_str item)
{
	struct sw_load_ctx *c = sw_arena_new(l->a, struct sw_load_ctx);
	if (!c)
		return parent;
	*c = (struct sw_load_ctx){
		.parent = parent, .name = l->res->name, .type = type, .item = item, .pos = span.start};
	line_of(l, span.start, &c->line, &c->col);
	return c;
}

const struct sw_load_ctx *sw_load_ctx_cond(struct sw_load *l, const struct sw_load_ctx *parent,
	struct sw_cond_pos pos, struct sw_str cond)
{
	struct sw_load_ctx *c = sw_arena_new(l->a, struct sw_load_ctx);
	if (!c)
		return parent;
	struct sw_str head = sw_str_sub(cond, 0, cond.n > 20 ? 17 : cond.n);
	struct sw_str name = sw_arena_printf(l->a, "\"%.*s%s\"", SW_STR_ARG(head), cond.n > 20 ? "..." : "");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '\n' || name.p[i] == '\r')
			((char *)(uintptr_t)name.p)[i] = ' ';
	*c = (struct sw_load_ctx){.parent = parent,
		.name = name,
		.type = "condition expression",
		.line = pos.line + parent->line,
		.col = pos.col + parent->col,
		.pos = pos.idx + parent->pos,
		.alt = sw_arena_str(l->a, cond)};
	return c;
}

void sw_load_place(const struct sw_load_note *n, uint32_t *ret_line, uint32_t *ret_col)
{
	const struct sw_load_ctx *c = n->ctx;
	while (c->alt.p && c->parent)
		c = c->parent;
	*ret_line = c->line + 1;
	*ret_col = c->col + 1;
}

/* The line with a mark below it, as Falco prints it. */
static void write_snippet(
	struct sw_buf *out, const struct sw_load_result *r, const struct sw_load_ctx *ctx)
{
	struct sw_str s = ctx->alt.n ? ctx->alt : r->content;
	if (s.n == 0) {
		sw_buf_addz(out, "<No context available>\n");
		return;
	}
	size_t pos = ctx->pos;
	while (pos > 0 && (pos >= s.n || s.p[pos] == '\n'))
		pos--;
	size_t from = pos, to = pos;
	while (from > 0 && s.p[from] != '\n' && pos - from < SNIPPET_WIDTH / 2)
		from--;
	while (to < s.n - 1 && s.p[to] != '\n' && to - pos < SNIPPET_WIDTH / 2)
		to++;
	if (s.p[from] == '\n')
		from++;
	if (s.p[to] == '\n' && to > 0)
		to--;
	if (to + 1 <= from) {
		sw_buf_addz(out, "<No context available>\n");
		return;
	}
	size_t at = out->n, n = to - from + 1;
	sw_buf_addstr(out, sw_str_sub(s, from, to + 1));
	if (pos - from >= SNIPPET_WIDTH / 2 && n >= 3 && !out->overflow)
		memcpy(out->p + at, "...", 3);
	if (to - pos >= SNIPPET_WIDTH / 2 && n >= 3 && !out->overflow)
		memcpy(out->p + at + n - 3, "...", 3);
	sw_buf_addch(out, '\n');
	if (pos - from <= n) {
		sw_buf_pad(out, ' ', pos - from);
		sw_buf_addz(out, "^\n");
	}
}

/* ---- text ---- */

static void ctx_text(struct sw_buf *out, const struct sw_load_ctx *c)
{
	if (c->parent)
		ctx_text(out, c->parent);
	sw_buf_addz(out, c->parent ? "    " : "In ");
	sw_buf_addz(out, c->type);
	if (c->item.n)
		sw_buf_printf(out, " '%.*s'", SW_STR_ARG(c->item));
	sw_buf_printf(out, ": (%.*s:%u:%u)\n", SW_STR_ARG(c->name), c->line, c->col);
}

static void warning_title(struct sw_buf *out, const struct sw_load_note *n)
{
	sw_buf_printf(out, "%s (%s", warnings[n->code].name, warnings[n->code].text);
	if (n->deprecated_field)
		sw_buf_printf(out, ": field '%s'", n->deprecated_field);
	sw_buf_addch(out, ')');
}

static void notes_text(struct sw_buf *out, const struct sw_load_result *r, bool is_error, bool verbose)
{
	uint32_t n = is_error ? r->n_errors : r->n_warnings;
	const struct sw_load_note *list = is_error ? r->errors : r->warnings;
	if (n == 0)
		return;
	if (verbose)
		sw_buf_printf(out, "\n%u %s:\n", n, is_error ? "Errors" : "Warnings");
	else
		sw_buf_printf(out, "\n %u %s: [", n, is_error ? "errors" : "warnings");
	for (uint32_t i = 0; i < n; i++) {
		if (verbose) {
			ctx_text(out, list[i].ctx);
			sw_buf_addz(out, "------\n");
			write_snippet(out, r, list[i].ctx);
			sw_buf_addz(out, "------\n");
		} else if (i) {
			sw_buf_addch(out, ' ');
		}
		if (is_error)
			sw_buf_printf(out, "%s (%s)", errors[list[i].code].name, errors[list[i].code].text);
		else
			warning_title(out, &list[i]);
		if (verbose)
			sw_buf_printf(out, ": %.*s\n", SW_STR_ARG(list[i].text));
	}
	if (!verbose)
		sw_buf_addch(out, ']');
}

static bool schema_failed(const struct sw_load_result *r)
{
	return r->n_schema && !sw_str_is(r->schema[0], "ok");
}

void sw_load_result_text(struct sw_buf *out, const struct sw_load_result *r, bool verbose)
{
	if (r->name.n)
		sw_buf_printf(out, "%.*s: ", SW_STR_ARG(r->name));
	sw_buf_addz(out, !r->ok ? "Invalid" : r->n_warnings ? "Ok, with warnings" : "Ok");
	if (schema_failed(r)) {
		sw_buf_printf(out, verbose ? "\n%u Schema warnings:\n" : "\n %u schema warnings: [", r->n_schema);
		for (uint32_t i = 0; i < r->n_schema; i++)
			sw_buf_printf(out, verbose ? "------\n%.*s\n" : i ? " %.*s" : "%.*s",
				SW_STR_ARG(r->schema[i]));
		sw_buf_addz(out, verbose ? "------\n" : "]");
	}
	notes_text(out, r, true, verbose);
	notes_text(out, r, false, verbose);
}

/* ---- JSON: keys sorted, as Falco's writer sorts them ---- */

static void ctx_json(struct sw_buf *out, const struct sw_load_ctx *c)
{
	if (c->parent) {
		ctx_json(out, c->parent);
		sw_buf_addch(out, ',');
	}
	sw_buf_addz(out, "{\"item_name\":");
	sw_json_write_str(out, c->item.p ? c->item : SW_STR(""), 0);
	sw_buf_printf(out, ",\"item_type\":\"%s\",\"position\":{\"column\":%u,\"line\":%u,\"name\":", c->type, c->col,
		c->line);
	sw_json_write_str(out, c->name, 0);
	sw_buf_printf(out, ",\"offset\":%u}}", c->pos);
}

static void note_json(struct sw_buf *out, const struct sw_load_result *r, const struct sw_load_note *n, bool is_error)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	write_snippet(&b, r, n->ctx);
	sw_buf_printf(out, "{\"code\":\"%s\",\"codedesc\":", is_error ? errors[n->code].name : warnings[n->code].name);
	sw_json_write_str(out, sw_str_from(is_error ? errors[n->code].text : warnings[n->code].desc), 0);
	sw_buf_addz(out, ",\"context\":{\"locations\":[");
	ctx_json(out, n->ctx);
	sw_buf_addz(out, "],\"snippet\":");
	sw_json_write_str(out, sw_buf_str(&b), 0);
	sw_buf_addch(out, '}');
	if (n->deprecated_field)
		sw_buf_printf(out, ",\"deprecated_field\":\"%s\"", n->deprecated_field);
	sw_buf_addz(out, ",\"message\":");
	sw_json_write_str(out, n->text, 0);
	sw_buf_addch(out, '}');
}

static void notes_json(struct sw_buf *out, const struct sw_load_result *r, bool is_error)
{
	sw_buf_addch(out, '[');
	for (uint32_t i = 0; i < (is_error ? r->n_errors : r->n_warnings); i++) {
		if (i)
			sw_buf_addch(out, ',');
		note_json(out, r, is_error ? &r->errors[i] : &r->warnings[i], is_error);
	}
	sw_buf_addch(out, ']');
}

void sw_load_result_json(struct sw_buf *out, const struct sw_load_result *r)
{
	sw_buf_addz(out, "{\"errors\":");
	notes_json(out, r, true);
	sw_buf_addz(out, ",\"name\":");
	sw_json_write_str(out, r->name, 0);
	if (r->n_schema) {
		bool failed = schema_failed(r);
		sw_buf_printf(out, ",\"schema_valid\":%s,\"schema_warnings\":[", failed ? "false" : "true");
		for (uint32_t i = 0; failed && i < r->n_schema; i++) {
			if (i)
				sw_buf_addch(out, ',');
			sw_json_write_str(out, r->schema[i], 0);
		}
		sw_buf_addch(out, ']');
	}
	sw_buf_printf(out, ",\"successful\":%s,\"warnings\":", r->ok ? "true" : "false");
	notes_json(out, r, false);
	sw_buf_addch(out, '}');
}
