/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rules/format.h"

#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/rules/generic.h"
#include "runtime/rules/load_int.h"

#define TOKEN_MAX 4096 /* bytes of one field with its transformers */
#define PAD_MAX 65536

struct part {
	struct sw_str literal;
	struct sw_xt *x; /* NULL: the literal */
	uint32_t width;
};

struct named {
	struct sw_str name;
	struct sw_xt *x;
	const struct sw_format *text; /* extra: the text of this, when x is NULL */
};

struct sw_format {
	struct part *parts;
	struct named *fields; /* sorted by name */
	uint32_t n_parts, n_fields;
};

struct build {
	struct sw_prog *p;
	struct sw_arena *a;
	struct sw_format *f;
	struct sw_error *err;
};

static int add_part(struct build *b, struct part part)
{
	struct part *p = sw_array_push(b->a, b->f->parts, b->f->n_parts, sizeof(*p));
	if (!p)
		return sw_error_set(b->err, SW_ELIMIT, "the output is too long");
	b->f->parts = p;
	p[b->f->n_parts++] = part;
	return 0;
}

/* JSON shows the plain fields of the message, those within transformers too. */
static int add_fields(struct build *b, const struct sw_cond *c)
{
	if (c->kind == SW_COND_FIELD) {
		struct sw_xt *x;
		sw_autobuf name;
		sw_buf_init(&name, 0);
		int rc = sw_prog_add_field(b->p, c, &x, b->err);
		if (rc < 0)
			return rc;
		sw_cond_print(&name, c);
		struct sw_str s = sw_arena_str(b->a, sw_buf_str(&name));
		for (uint32_t i = 0; i < b->f->n_fields; i++)
			if (sw_str_eq(b->f->fields[i].name, s))
				return 0;
		struct named *p = sw_array_push(b->a, b->f->fields, b->f->n_fields, sizeof(*p));
		if (!p || !s.p)
			return sw_error_set(b->err, SW_ELIMIT, "the output has too many fields");
		b->f->fields = p;
		p[b->f->n_fields++] = (struct named){s, x, NULL};
	}
	/* Within a transformer upstream keeps only what is below the last one. */
	for (uint32_t i = 0; i < c->n_kids; i++) {
		int rc = add_fields(b, c->kids[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The longest field at the beginning of `text`. Returns its length, or an error. */
static int64_t token(
	struct build *b, struct sw_str text, struct sw_xt **ret, const struct sw_cond **ret_c)
{
	struct sw_error why = {0};
	size_t n = text.n < TOKEN_MAX ? text.n : TOKEN_MAX;
	for (; n > 0; n--) {
		struct sw_cond *c;
		struct sw_cond_pos pos;
		if (sw_cond_parse_field(b->a, sw_str_sub(text, 0, n), &c, &pos, &why) == 0) {
			if (sw_prog_add_field(b->p, c, ret, &why) == 0) {
				*ret_c = c;
				return pos.idx;
			}
			/* Nothing between here and the end of what was parsed can be otherwise. */
			if (pos.idx < n)
				n = pos.idx;
		}
	}
	return sw_error_set(b->err, SW_EINVALID, "unknown filter: %s", why.text);
}

static int parse(struct build *b, struct sw_str s)
{
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%')
			continue;
		uint32_t width = 0;
		int rc = 0;
		if (i > from)
			rc = add_part(b, (struct part){.literal = sw_str_sub(s, from, i)});
		if (rc < 0)
			return rc;
		if (i + 1 == s.n)
			return sw_error_set(b->err, SW_EINVALID,
				"invalid formatting syntax: formatting cannot end with a %%");
		while (i + 1 < s.n && isdigit((unsigned char)s.p[i + 1])) {
			width = width < PAD_MAX ? width * 10 + (uint32_t)(s.p[i + 1] - '0') : width;
			i++;
		}
		if (i + 1 == s.n)
			return sw_error_set(b->err, SW_EINVALID,
				"invalid formatting syntax: formatting cannot end with a number");
		struct part part = {.width = width < PAD_MAX ? width : PAD_MAX};
		const struct sw_cond *c = NULL;
		int64_t n = token(b, sw_str_sub(s, i + 1, s.n), &part.x, &c);
		if (n < 0)
			return (int)n;
		rc = add_part(b, part);
		if (rc == 0)
			rc = add_fields(b, c);
		if (rc < 0)
			return rc;
		i += (size_t)n;
		from = i + 1;
	}
	return from < s.n ? add_part(b, (struct part){.literal = sw_str_sub(s, from, s.n)}) : 0;
}

static int by_name(const void *a, const void *b)
{
	return sw_str_cmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

int sw_format_new(struct sw_prog *p, struct sw_arena *a, struct sw_str text, struct sw_format **ret,
	struct sw_error *err)
{
	struct build b = {.p = p, .a = a, .f = sw_arena_new(a, struct sw_format), .err = err};
	if (!b.f)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	if (text.n == 0)
		return sw_error_set(err, SW_EINVALID, "empty formatting token");
	if (text.p[0] == '*')
		text = sw_str_sub(text, 1, text.n);
	int rc = parse(&b, text);
	if (rc < 0)
		return rc;
	if (b.f->n_fields > 1)
		qsort(b.f->fields, b.f->n_fields, sizeof(*b.f->fields), by_name);
	*ret = b.f;
	return 0;
}

int sw_format_extra(struct sw_prog *p, struct sw_arena *a, struct sw_format *f, struct sw_str name,
	struct sw_str format, bool raw, struct sw_error *err)
{
	struct named n = {.name = name};
	struct sw_format *text;
	int rc = sw_format_new(p, a, format, &text, err);
	if (rc < 0)
		return rc;
	if (raw) {
		for (uint32_t i = 0; i < text->n_fields; i++)
			if (sw_str_eq(text->fields[i].name, name))
				n.x = text->fields[i].x;
		if (!n.x)
			return sw_error_set(
				err, SW_EINVALID, "\"%.*s\" is not one field", SW_STR_ARG(format));
	} else {
		n.text = text;
	}
	uint32_t i = 0;
	while (i < f->n_fields && !sw_str_eq(f->fields[i].name, name))
		i++;
	if (i == f->n_fields) {
		struct named *all = sw_array_push(a, f->fields, f->n_fields, sizeof(*all));
		if (!all)
			return sw_error_set(err, SW_ELIMIT, "the output has too many fields");
		f->fields = all;
		f->n_fields++;
	}
	f->fields[i] = n;
	qsort(f->fields, f->n_fields, sizeof(*f->fields), by_name);
	return 0;
}

int sw_format_check(
	struct sw_prog *p, struct sw_arena *a, struct sw_str format, struct sw_error *err)
{
	struct sw_format *f;
	return sw_format_new(p, a, format, &f, err);
}

void sw_format_message(const struct sw_format *f, struct sw_eval *e, struct sw_buf *out)
{
	for (uint32_t i = 0; i < f->n_parts; i++) {
		const struct part *p = &f->parts[i];
		size_t at = out->n;
		if (!p->x) {
			sw_buf_addstr(out, p->literal);
			continue;
		}
		if (!sw_eval_print(e, p->x, out))
			sw_buf_addz(out, "<NA>");
		if (!p->width || out->overflow)
			continue;
		if (out->n - at > p->width)
			out->n = at + p->width;
		else
			sw_buf_pad(out, ' ', p->width - (out->n - at));
	}
}

/* As nlohmann::json prints a string: no HTML or line separator escapes, broken UTF-8 as U+FFFD. */
static void json_text(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		static const char from[] = "\b\f\n\r\t\\\"", to[] = "bfnrt\\\"";
		const char *e = c ? strchr(from, c) : NULL;
		if (e) {
			sw_buf_addch(out, '\\');
			sw_buf_addch(out, to[e - from]);
			i++;
		} else if (c < 0x20) {
			sw_buf_printf(out, "\\u%04x", c);
			i++;
		} else {
			size_t at = i;
			uint32_t cp = sw_utf8_next(s, &i);
			if (cp == 0xfffd)
				sw_buf_addrune(out, cp);
			else
				sw_buf_add(out, s.p + at, i - at);
		}
	}
}

static void text_member(struct sw_eval *e, const struct sw_format *f, struct sw_buf *out)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_format_message(f, e, &b);
	sw_buf_addch(out, '"');
	json_text(out, sw_buf_str(&b));
	sw_buf_addch(out, '"');
}

static void time_member(struct sw_eval *e, bool iso, struct sw_buf *out)
{
	sw_buf_printf(out, "\"%s\":%llu", iso ? "evt.time.iso8601" : "evt.time",
		(unsigned long long)sw_eval_event(e)->ts);
}

/* The members of output_fields, with braces: sorted by name. `with_time`: evt.time too (iso:
 * evt.time.iso8601). */
static void write_fields(
	const struct sw_format *f, struct sw_eval *e, bool with_time, bool iso, struct sw_buf *out)
{
	struct sw_str tname = iso ? SW_STR("evt.time.iso8601") : SW_STR("evt.time");
	bool first = true;
	sw_buf_addch(out, '{');
	for (uint32_t i = 0; i < f->n_fields; i++) {
		int c = with_time ? sw_str_cmp(f->fields[i].name, tname) : -1;
		if (c >= 0) {
			if (!first)
				sw_buf_addch(out, ',');
			time_member(e, iso, out);
			first = with_time = false;
			if (c == 0)
				continue;
		}
		if (!first)
			sw_buf_addch(out, ',');
		first = false;
		sw_json_write_str(out, f->fields[i].name, 0);
		sw_buf_addch(out, ':');
		if (f->fields[i].x)
			sw_eval_json(e, f->fields[i].x, out);
		else
			text_member(e, f->fields[i].text, out);
	}
	if (with_time) {
		if (!first)
			sw_buf_addch(out, ',');
		time_member(e, iso, out);
	}
	sw_buf_addch(out, '}');
}

/* ---- alerts ---- */

static void line(const struct sw_runtime_rule *r, const struct sw_format *f, struct sw_eval *e,
	const struct sw_alert_style *style, struct sw_buf *out)
{
	char t[SW_TIME_MAX];
	uint64_t ts = sw_eval_event(e)->ts;
	size_t n = style->iso_time ? sw_event_time_iso(ts, t) : sw_event_time(ts, false, true, t);
	sw_buf_add(out, t, n);
	sw_buf_printf(out, ": %s ", sw_priority_name(r->priority));
	sw_format_message(f, e, out);
}

static void json_member(struct sw_buf *out, const char *name, struct sw_str s)
{
	sw_buf_printf(out, "\"%s\":\"", name);
	json_text(out, s);
	sw_buf_addch(out, '"');
}

void sw_alert_text(const struct sw_runtime_rule *r, const struct sw_format *f, struct sw_eval *e,
	const struct sw_alert_style *style, struct sw_buf *out)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	line(r, f, e, style, &b);
	json_text(out, sw_buf_str(&b));
}

static void json_tail(const struct sw_runtime_rule *r, struct sw_eval *e,
	const struct sw_alert_style *style, struct sw_buf *out)
{
	uint64_t ts = sw_eval_event(e)->ts;
	time_t sec = (time_t)(ts / 1000000000u);
	struct tm tm = {0};
	char t[32];
	json_member(out, "priority", sw_str_from(sw_priority_name(r->priority)));
	sw_buf_addch(out, ',');
	json_member(out, "rule", r->name);
	sw_buf_addch(out, ',');
	json_member(out, "source", r->source_name);
	if (!style->no_tags) {
		sw_buf_addz(out, ",\"tags\":[");
		for (uint32_t i = 0; i < r->n_tags; i++) {
			sw_buf_addz(out, i ? ",\"" : "\"");
			json_text(out, r->tags[i]);
			sw_buf_addch(out, '"');
		}
		sw_buf_addch(out, ']');
	}
	gmtime_r(&sec, &tm);
	strftime(t, sizeof(t), "%Y-%m-%dT%H:%M:%S", &tm);
	sw_buf_printf(out, ",\"time\":\"%s.%09uZ\"}", t, (unsigned)(ts % 1000000000u));
}

void sw_alert_json(const struct sw_runtime_rule *r, const struct sw_format *f, struct sw_eval *e,
	const struct sw_alert_style *style, struct sw_buf *out)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_buf_addch(out, '{');
	json_member(out, "hostname", style->hostname.n ? style->hostname : sw_event_hostname());
	sw_buf_addch(out, ',');
	if (style->message) {
		sw_format_message(f, e, &b);
		json_member(out, "message", sw_buf_str(&b));
		sw_buf_addch(out, ',');
		sw_buf_clear(&b);
	}
	if (!style->no_output) {
		line(r, f, e, style, &b);
		json_member(out, "output", sw_buf_str(&b));
		sw_buf_addch(out, ',');
	}
	if (!style->no_fields) {
		sw_buf_addz(out, "\"output_fields\":");
		write_fields(f, e, true, style->iso_time, out);
		sw_buf_addch(out, ',');
	}
	json_tail(r, e, style, out);
}
