/* SPDX-License-Identifier: Apache-2.0 */
/* The results of `policy review` as gator test prints them: text, JSON, YAML. */
#include "cmd/policy/review.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "base/go/gofmt.h"

#define TARGET "admission.k8s.gatekeeper.sh"
#define VAP_TARGET "validation.policy.admission.k8s.io"
#define SCRATCH_MAX ((size_t)1 << 30)

static bool shown(const struct sw_review *r, uint32_t i)
{
	return !r->deny_only || sw_gk_is_deny(r->rows[i].result);
}

/* ---- text ---- */

void sw_review_text(const struct sw_review *r, struct sw_buf *out)
{
	for (uint32_t i = 0; i < r->n_rows; i++) {
		const struct sw_gk_result *x = r->rows[i].result;
		struct sw_kube_object o;
		if (!shown(r, i) || sw_kube_object_init(r->rows[i].object->value, &o, NULL) < 0)
			continue;
		sw_buf_printf(out, "%.*s/%.*s ", SW_STR_ARG(o.api_version), SW_STR_ARG(o.kind));
		if (o.ns.n)
			sw_buf_printf(out, "%.*s/", SW_STR_ARG(o.ns));
		sw_buf_printf(out, "%.*s: [", SW_STR_ARG(o.name));
		sw_gofmt_quote(out, x->name, false);
		sw_buf_addz(out, "] Message: ");
		sw_gofmt_quote(out, x->msg, false);
		sw_buf_addch(out, '\n');
	}
}

/* ---- JSON with Go's indent of four ---- */

/* Members of a Go struct, in its order. */
struct json {
	struct sw_buf *out;
	struct sw_buf scratch;
	unsigned depth;
	bool any;
};

static void line(struct json *j)
{
	if (j->any)
		sw_buf_addch(j->out, ',');
	sw_buf_addch(j->out, '\n');
	sw_buf_pad(j->out, ' ', 4 * (size_t)j->depth);
	j->any = true;
}

static void key(struct json *j, const char *name)
{
	line(j);
	if (name)
		sw_buf_printf(j->out, "\"%s\": ", name);
}

static void begin(struct json *j, const char *name, char bracket)
{
	key(j, name);
	sw_buf_addch(j->out, bracket);
	j->depth++;
	j->any = false;
}

static void end(struct json *j, char bracket)
{
	j->depth--;
	if (j->any) {
		sw_buf_addch(j->out, '\n');
		sw_buf_pad(j->out, ' ', 4 * (size_t)j->depth);
	}
	sw_buf_addch(j->out, bracket);
	j->any = true;
}

/* White space at the beginning of a line is indentation: strings hold no line breaks. */
static void put_bare(struct json *j, struct sw_value v)
{
	sw_buf_clear(&j->scratch);
	sw_json_write(&j->scratch, v, SW_JSON_PRETTY | SW_JSON_HTML_ESCAPE);
	struct sw_str rest = sw_buf_str(&j->scratch), text;
	bool first = true;
	while (sw_str_split(&rest, '\n', &text) && (text.n || rest.p)) {
		size_t spaces = 0;
		while (spaces < text.n && text.p[spaces] == ' ')
			spaces++;
		if (!first) {
			sw_buf_addch(j->out, '\n');
			sw_buf_pad(j->out, ' ', 4 * (size_t)j->depth + 2 * spaces);
		}
		sw_buf_addstr(j->out, sw_str_sub(text, spaces, text.n));
		first = false;
	}
}

static void put_value(struct json *j, const char *name, struct sw_value v)
{
	key(j, name);
	put_bare(j, v);
}

void sw_review_json_value(struct sw_buf *out, struct sw_value v)
{
	struct json j = {.out = out};
	sw_buf_init(&j.scratch, SCRATCH_MAX);
	put_bare(&j, v);
	out->overflow |= j.scratch.overflow;
	sw_buf_release(&j.scratch);
}

static void put_str(struct json *j, const char *name, struct sw_str s)
{
	key(j, name);
	sw_json_write_str(j->out, s, SW_JSON_HTML_ESCAPE);
}

static struct sw_str target_of(const struct sw_gk_result *x)
{
	return sw_str_is(x->kind, "ValidatingAdmissionPolicy") ? SW_STR(VAP_TARGET) : SW_STR(TARGET);
}

static struct sw_value details_of(struct sw_arena *a, const struct sw_gk_result *x)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "details", x->details);
	return sw_map_object(&m);
}

static struct sw_value scoped_of(struct sw_arena *a, const struct sw_gk_result *x)
{
	struct sw_list l;
	sw_list_init(&l, a);
	for (uint32_t i = 0; i < x->n_scoped; i++)
		sw_list_add(&l, sw_string(x->scoped[i]));
	return sw_list_array(&l);
}

static void json_row(struct json *j, const struct sw_review *r, const struct sw_review_row *row)
{
	const struct sw_gk_result *x = row->result;
	struct sw_arena_mark mark = sw_arena_mark(r->ctx->arena);
	begin(j, NULL, '{');
	put_str(j, "target", target_of(x));
	if (x->msg.n)
		put_str(j, "msg", x->msg);
	if (!x->unmatched && sw_defined(x->details))
		put_value(j, "metadata", details_of(r->ctx->arena, x));
	put_value(j, "constraint", x->constraint);
	if (x->action.n)
		put_str(j, "enforcementAction", x->action);
	if (x->n_scoped)
		put_value(j, "scopedActions", scoped_of(r->ctx->arena, x));
	put_value(j, "violatingObject", row->shown);
	put_value(j, "trace", sw_null());
	end(j, '}');
	sw_arena_rewind(r->ctx->arena, mark);
}

static struct sw_str engine_of(const struct sw_gk_stat *s)
{
	return s->name.p ? SW_STR("K8sNativeValidation") : SW_STR("Rego");
}

static void json_source(struct json *j, const struct sw_gk_stat *s)
{
	begin(j, "source", '{');
	put_str(j, "type", SW_STR("engine"));
	put_str(j, "value", engine_of(s));
	end(j, '}');
}

static void json_number(struct json *j, const struct sw_gk_stat *s, const char *name, uint64_t value)
{
	begin(j, NULL, '{');
	put_str(j, "name", sw_str_from(name));
	put_value(j, "value", sw_int((int64_t)value));
	json_source(j, s);
	end(j, '}');
}

static void json_label(struct json *j, const char *name, struct sw_value v)
{
	begin(j, NULL, '{');
	put_str(j, "name", sw_str_from(name));
	put_value(j, "value", v);
	end(j, '}');
}

/* As upstream's engines measure: a template in Rego as a whole, each constraint in CEL. */
static void json_times(struct json *j, const struct sw_gk_stat *s)
{
	begin(j, "stats", '[');
	if (s->name.p) {
		json_number(j, s, "runTimeNS", s->ns);
	} else {
		json_number(j, s, "templateRunTimeNS", s->ns);
		json_number(j, s, "constraintCount", s->constraints);
	}
	end(j, ']');
}

static struct sw_str measured(const struct sw_review *r, const struct sw_gk_stat *s)
{
	return s->name.p ? sw_arena_printf(r->ctx->arena, "%.*s/%.*s", SW_STR_ARG(s->kind), SW_STR_ARG(s->name))
			 : s->kind;
}

static void json_stat(struct json *j, const struct sw_review *r, const struct sw_gk_stat *s)
{
	begin(j, NULL, '{');
	put_str(j, "scope", s->name.p ? SW_STR("constraint") : SW_STR("template"));
	put_str(j, "statsFor", measured(r, s));
	json_times(j, s);
	begin(j, "labels", '[');
	if (!s->name.p) {
		json_label(j, "TracingEnabled", sw_bool(false));
		json_label(j, "PrintEnabled", sw_bool(sw_opts_int(&r->ctx->opts, "verbose") > 0));
	}
	json_label(j, "target", SW_VSTR(TARGET));
	if (s->implied_by.n)
		json_label(j, "Implied by", sw_string(s->implied_by));
	end(j, ']');
	end(j, '}');
}

static void json_rows(struct json *j, const struct sw_review *r, const char *name)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->n_rows; i++)
		n += shown(r, i);
	if (n == 0) {
		key(j, name);
		sw_buf_addz(j->out, "null"); /* Go's nil slice */
		return;
	}
	begin(j, name, '[');
	for (uint32_t i = 0; i < r->n_rows; i++)
		if (shown(r, i))
			json_row(j, r, &r->rows[i]);
	end(j, ']');
}

void sw_review_json(const struct sw_review *r, struct sw_buf *out)
{
	struct json j = {.out = out};
	size_t start = out->n;
	sw_buf_init(&j.scratch, SCRATCH_MAX);
	if (r->with_stats) {
		begin(&j, NULL, '{');
		json_rows(&j, r, "results");
		begin(&j, "stats", '[');
		for (uint32_t i = 0; i < r->n_stats; i++)
			json_stat(&j, r, &r->stats[i]);
		end(&j, ']');
		end(&j, '}');
	} else {
		json_rows(&j, r, NULL);
	}
	out->overflow |= j.scratch.overflow;
	sw_buf_release(&j.scratch);
	if (out->n > start) { /* the line break in front of the first value */
		memmove(out->p + start, out->p + start + 1, out->n - start - 1);
		out->n--;
	}
}

/* ---- YAML ---- */

static void member(struct sw_buf *out, size_t column, const char *name, struct sw_value v)
{
	sw_buf_pad(out, ' ', column);
	sw_yaml_write_v3_member(out, name, v, column);
}

static void yaml_row(struct sw_buf *out, const struct sw_review *r, const struct sw_review_row *row, size_t at)
{
	const struct sw_gk_result *x = row->result;
	struct sw_arena_mark mark = sw_arena_mark(r->ctx->arena);
	struct sw_value details = x->unmatched || !sw_defined(x->details) ? sw_empty_object() : details_of(r->ctx->arena, x);
	sw_buf_pad(out, ' ', at);
	sw_buf_addz(out, "- result:\n");
	size_t in = (at + 2 + 4) / 4 * 4;
	member(out, in, "target", sw_string(target_of(x)));
	member(out, in, "msg", sw_string(x->msg));
	member(out, in, "metadata", details);
	sw_buf_pad(out, ' ', in);
	sw_buf_addz(out, "constraint:\n");
	member(out, in + 4, "object", x->constraint);
	member(out, in, "enforcementaction", sw_string(x->action));
	member(out, in, "scopedenforcementactions", scoped_of(r->ctx->arena, x));
	member(out, at + 2, "violatingObject", row->shown);
	member(out, at + 2, "trace", sw_null());
	sw_arena_rewind(r->ctx->arena, mark);
}

static void yaml_number(
	struct sw_buf *out, size_t at, const struct sw_gk_stat *s, const char *name, uint64_t value)
{
	sw_buf_pad(out, ' ', at);
	sw_buf_printf(out, "- name: %s\n", name);
	member(out, at + 2, "value", sw_int((int64_t)value));
	sw_buf_pad(out, ' ', at + 2);
	sw_buf_addz(out, "source:\n");
	size_t in = (at + 2 + 4) / 4 * 4;
	member(out, in, "type", SW_VSTR("engine"));
	member(out, in, "value", sw_string(engine_of(s)));
}

static void yaml_label(struct sw_buf *out, size_t at, const char *name, struct sw_value v)
{
	sw_buf_pad(out, ' ', at);
	sw_buf_printf(out, "- name: %s\n", name);
	member(out, at + 2, "value", v);
}

static void yaml_stat(struct sw_buf *out, const struct sw_review *r, const struct sw_gk_stat *s)
{
	sw_buf_printf(out, "    - scope: %s\n", s->name.p ? "constraint" : "template");
	member(out, 6, "statsfor", sw_string(measured(r, s)));
	sw_buf_addz(out, "      stats:\n");
	yaml_number(out, 8, s, s->name.p ? "runTimeNS" : "templateRunTimeNS", s->ns);
	if (!s->name.p)
		yaml_number(out, 8, s, "constraintCount", s->constraints);
	sw_buf_addz(out, "      labels:\n");
	if (!s->name.p) {
		yaml_label(out, 8, "TracingEnabled", sw_bool(false));
		yaml_label(out, 8, "PrintEnabled", sw_bool(sw_opts_int(&r->ctx->opts, "verbose") > 0));
	}
	yaml_label(out, 8, "target", SW_VSTR(TARGET));
	if (s->implied_by.n)
		yaml_label(out, 8, "Implied by", sw_string(s->implied_by));
}

static void yaml_rows(struct sw_buf *out, const struct sw_review *r, size_t at, const char *none)
{
	bool any = false;
	for (uint32_t i = 0; i < r->n_rows; i++) {
		if (!shown(r, i))
			continue;
		if (!any && at)
			sw_buf_addz(out, "results:\n");
		any = true;
		yaml_row(out, r, &r->rows[i], at);
	}
	if (!any)
		sw_buf_addz(out, none);
}

void sw_review_yaml(const struct sw_review *r, struct sw_buf *out)
{
	if (!r->with_stats) {
		yaml_rows(out, r, 0, "[]\n");
		return;
	}
	yaml_rows(out, r, 4, "results: []\n");
	sw_buf_addz(out, r->n_stats ? "stats:\n" : "stats: []\n");
	for (uint32_t i = 0; i < r->n_stats; i++)
		yaml_stat(out, r, &r->stats[i]);
}
