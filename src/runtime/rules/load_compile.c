/* SPDX-License-Identifier: Apache-2.0 */
/* Collected definitions to rules that can be run. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "runtime/rules/format.h"
#include "runtime/rules/load_int.h"

#define CODES_TOO_MANY 100

static const char *const old_fields[] = {"evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns",
	"evt.latency.human", "evt.wait_latency"};
#define N_OLD SW_ARRAY_LEN(old_fields)
#define EVT_DIR_TEXT                                                                                   \
	"due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always " \
	"evaluates to false. The rule expression can be simplified by removing the condition on 'evt.dir'"
#define LATENCY_TEXT "field is not available due to the drop of enter events."

struct build {
	struct sw_load *l;
	struct sw_ruleset *rs;
	struct sw_arena *a; /* of this compilation */
	struct sw_prog *progs[SW_SOURCE__COUNT];
	struct sw_runtime_rule *out;
	uint32_t n_out;
};

/* ---- lists as text ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_delimiter(char c)
{
	return is_blank(c) || c == '(' || c == ')' || c == ',' || c == '=';
}

static void list_text(struct sw_buf *b, const struct sw_list_def *d)
{
	sw_buf_clear(b);
	for (uint32_t i = 0; i < d->n_resolved; i++) {
		struct sw_str s = d->resolved[i];
		bool quote = sw_str_chr(s, ' ', 0) != SW_NPOS && s.p[0] != '"' && s.p[0] != '\'';
		if (b->n)
			sw_buf_addz(b, ", ");
		if (quote)
			sw_buf_addch(b, '"');
		sw_buf_addstr(b, s);
		if (quote)
			sw_buf_addch(b, '"');
	}
}

/*
 * Puts the list's items where its name stands between delimiters. The blanks around are eaten, and a comma when
 * the list is empty; what results is what Falco's text substitution gives, blank for blank.
 */
static bool substitute(struct sw_buf *cond, struct sw_buf *tmp, struct sw_buf *items, const struct sw_list_def *d)
{
	bool used = false;
	size_t at = sw_str_find(sw_buf_str(cond), d->name, 0);
	while (at != SW_NPOS && !cond->overflow) {
		struct sw_str s = sw_buf_str(cond);
		size_t from = at, to = at + d->name.n;
		if ((from == 0 || is_delimiter(s.p[from - 1])) && (to >= s.n || is_delimiter(s.p[to]))) {
			if (!used)
				list_text(items, d);
			while (from > 0 && is_blank(s.p[from - 1]))
				from--;
			while (to < s.n && is_blank(s.p[to]))
				to++;
			if (items->n == 0 && from > 0 && s.p[from - 1] == ',')
				from--;
			else if (items->n == 0 && to < s.n && s.p[to] == ',')
				to++;
			sw_buf_clear(tmp);
			if (from > 0) {
				sw_buf_add(tmp, s.p, from);
				sw_buf_addch(tmp, ' ');
			}
			sw_buf_addstr(tmp, sw_buf_str(items));
			sw_buf_addch(tmp, ' ');
			sw_buf_add(tmp, s.p + to, s.n - to);
			struct sw_buf swap = *cond;
			*cond = *tmp;
			*tmp = swap;
			at = from + items->n + 1;
			used = true;
		}
		at = sw_str_find(sw_buf_str(cond), d->name, at + 1);
	}
	return used;
}

static int parse_condition(struct build *b, struct sw_str text, const struct sw_load_ctx *ctx, struct sw_cond **ret)
{
	sw_autobuf cond, tmp, items;
	sw_buf_init(&cond, SW_RULES_FILE_MAX);
	sw_buf_init(&tmp, SW_RULES_FILE_MAX);
	sw_buf_init(&items, SW_RULES_FILE_MAX);
	sw_buf_addstr(&cond, text);
	for (uint32_t i = 0; i < b->rs->n_lists; i++)
		if (substitute(&cond, &tmp, &items, &b->rs->lists[i]))
			b->rs->lists[i].used = true;
	struct sw_str s = sw_arena_str(b->a, sw_buf_str(&cond));
	struct sw_cond_pos pos;
	struct sw_error err = {0};
	if (!s.p || cond.overflow)
		return sw_load_fail(b->l, SW_LOAD_ERR_COMPILE_CONDITION, ctx, "the condition is too long");
	if (sw_cond_parse(b->a, s, SW_COND_DEPTH_RULE, ret, &pos, &err) < 0)
		return sw_load_fail(b->l, SW_LOAD_ERR_COMPILE_CONDITION, sw_load_ctx_cond(b->l, ctx, pos, s), "%s",
			err.text);
	return 0;
}

static struct sw_list_def *find_list(struct sw_ruleset *rs, struct sw_str name)
{
	for (uint32_t i = 0; i < rs->n_lists; i++)
		if (sw_str_eq(rs->lists[i].name, name))
			return &rs->lists[i];
	return NULL;
}

static int compile_lists(struct build *b)
{
	for (uint32_t i = 0; i < b->rs->n_lists; i++)
		b->rs->lists[i].used = false;
	for (uint32_t i = 0; i < b->rs->n_lists; i++) {
		struct sw_list_def *d = &b->rs->lists[i];
		size_t n = 0;
		for (uint32_t k = 0; k < d->n; k++) {
			struct sw_list_def *ref = find_list(b->rs, d->items[k]);
			n += ref && ref->index < d->visibility ? ref->n : 1;
		}
		if (n > SW_RULES_ITEMS_MAX)
			return sw_load_fail(b->l, SW_LOAD_ERR_VALIDATE, d->ctx, "the list has too many items");
		d->resolved = sw_arena_new_array(b->a, n + 1, struct sw_str);
		d->n_resolved = 0;
		if (!d->resolved)
			return sw_load_fail(b->l, SW_LOAD_ERR_VALIDATE, d->ctx, "out of memory");
		for (uint32_t k = 0; k < d->n; k++) {
			struct sw_list_def *ref = find_list(b->rs, d->items[k]);
			if (!ref || ref->index >= d->visibility) {
				d->resolved[d->n_resolved++] = d->items[k];
				continue;
			}
			ref->used = true;
			for (uint32_t j = 0; j < ref->n; j++)
				d->resolved[d->n_resolved++] = ref->items[j];
		}
	}
	return 0;
}

/* ---- macros ---- */

struct seen {
	struct sw_ruleset *rs;
	uint32_t visibility;
};

static const struct sw_cond *find_macro(void *arg, struct sw_str name)
{
	const struct seen *s = arg;
	for (uint32_t i = 0; i < s->rs->n_macros; i++) {
		struct sw_macro_def *m = &s->rs->macros[i];
		if (m->index < s->visibility && sw_str_eq(m->name, name)) {
			m->used = true;
			return m->tree;
		}
	}
	return NULL;
}

static int resolve_macros(struct build *b, struct sw_cond **c, uint32_t visibility, struct sw_str text,
	const struct sw_load_ctx *ctx)
{
	struct seen seen = {b->rs, visibility};
	struct sw_cond_pos pos = {0, 1, 1};
	struct sw_error err = {0};
	if (sw_cond_resolve(b->a, c, find_macro, &seen, &pos, &err) < 0)
		return sw_load_fail(b->l, SW_LOAD_ERR_VALIDATE, sw_load_ctx_cond(b->l, ctx, pos, text), "%s", err.text);
	return 0;
}

static int compile_macros(struct build *b)
{
	int rc;
	for (uint32_t i = 0; i < b->rs->n_macros; i++) {
		struct sw_macro_def *m = &b->rs->macros[i];
		m->used = false;
		m->tree = NULL;
		rc = parse_condition(b, m->cond, m->cond_ctx, &m->tree);
		if (rc < 0)
			return rc;
	}
	for (uint32_t i = 0; i < b->rs->n_macros; i++) {
		struct sw_macro_def *m = &b->rs->macros[i];
		rc = resolve_macros(b, &m->tree, m->visibility, m->cond, m->ctx);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- warnings about conditions ---- */

struct smells {
	bool unsafe_na;
	bool old[N_OLD];
	bool audit, equality; /* while looking: the last field is of the audit log, and is compared */
};

/* As Falco walks them: what counts is the last field of the left side, in transformers, too, but not in their lists. */
static void look_operand(struct smells *s, const struct sw_cond *c)
{
	if (c->kind == SW_COND_FIELD) {
		s->audit = sw_str_starts(c->text, SW_STR("ka.")) || sw_str_starts(c->text, SW_STR("jevt."));
		for (size_t i = 0; i < N_OLD; i++)
			s->old[i] |= sw_str_is(c->text, old_fields[i]);
	}
	if (s->equality && c->kind == SW_COND_VALUE && sw_str_is(c->text, "<NA>"))
		s->unsafe_na = true;
	for (uint32_t i = 0; s->equality && i < c->n_values; i++)
		s->unsafe_na |= sw_str_is(c->values[i], "<NA>");
	for (uint32_t i = 0; c->kind != SW_COND_TLIST && i < c->n_kids; i++)
		look_operand(s, c->kids[i]);
}

/* The depth is that of the parser. */
static void look(struct smells *s, const struct sw_cond *c)
{
	if (c->kind == SW_COND_UNARY || c->kind == SW_COND_BINARY) {
		s->audit = false;
		look_operand(s, c->kids[0]);
		s->equality = c->n_kids > 1 && s->audit &&
			      (sw_cond_is_list_operator(c->text) || sw_str_is(c->text, "=") ||
				      sw_str_is(c->text, "==") || sw_str_is(c->text, "!="));
		if (s->equality)
			look_operand(s, c->kids[1]);
		s->equality = false;
		return;
	}
	for (uint32_t i = 0; i < c->n_kids; i++)
		look(s, c->kids[i]);
}

static void warn_smells(struct build *b, const struct sw_cond *c, struct sw_str text, const struct sw_load_ctx *cond_ctx)
{
	struct smells s = {0};

	look(&s, c);
	const struct sw_load_ctx *ctx = cond_ctx;
	bool any = s.unsafe_na;
	for (size_t i = 0; i < N_OLD; i++)
		any |= s.old[i];
	if (!any)
		return;
	ctx = sw_load_ctx_cond(b->l, cond_ctx, (struct sw_cond_pos){0, 0, 0}, text);
	if (s.unsafe_na)
		sw_load_warn(b->l, SW_LOAD_UNSAFE_NA_CHECK, ctx, "%s", "");
	for (size_t i = 0; i < N_OLD; i++)
		if (s.old[i])
			sw_load_warn_deprecated(b->l, old_fields[i], ctx,
				i == 0 ? SW_STR(EVT_DIR_TEXT) : SW_STR(LATENCY_TEXT));
}

struct warn_arg {
	struct build *b;
	struct sw_str text;
	const struct sw_load_ctx *ctx;
};

static void on_warning(void *arg, struct sw_cond_pos pos, struct sw_str text)
{
	const struct warn_arg *w = arg;
	sw_load_warn(w->b->l, SW_LOAD_COMPILE_CONDITION, sw_load_ctx_cond(w->b->l, w->ctx, pos, w->text), "%.*s",
		SW_STR_ARG(text));
}

/* ---- rules ---- */

static bool is_unknown_thing(const char *err)
{
	return strstr(err, "nonexistent field") || strstr(err, "invalid formatting token") ||
	       strstr(err, "unknown event type") || strstr(err, "unknown filter:");
}

static bool tag_matches(const struct sw_runtime_rule *r, const char *tag)
{
	for (uint32_t i = 0; i < r->n_tags; i++)
		if (sw_str_is(r->tags[i], tag))
			return true;
	return false;
}

static struct sw_str output_text(struct build *b, const struct sw_rule_def *d)
{
	static const char old[] = "%container.info";
	struct sw_str s = d->r.output;
	for (size_t i = 0; i < b->rs->o.n_extra; i++) {
		const struct sw_rules_extra *x = &b->rs->o.extra[i];
		if ((x->source && !sw_str_is(d->r.source_name, x->source)) ||
			(x->rule && !sw_str_is(d->r.name, x->rule)) || (x->tag && !tag_matches(&d->r, x->tag)))
			continue;
		s = sw_arena_printf(b->a, "%.*s %s", SW_STR_ARG(s), x->output);
	}
	size_t at = sw_str_find(s, SW_STR(old), 0);
	if (at == SW_NPOS)
		return s;
	sw_load_warn(b->l, SW_LOAD_DEPRECATED_ITEM, d->r.ctx,
		"%s", "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. "
		      "The container plugin will automatically add required fields to the output message.");
	sw_autobuf out;
	sw_buf_init(&out, SW_RULES_FILE_MAX);
	for (size_t from = 0; from <= s.n;) {
		at = sw_str_find(s, SW_STR(old), from);
		sw_buf_addstr(&out, sw_str_sub(s, from, at == SW_NPOS ? s.n : at));
		from = at == SW_NPOS ? s.n + 1 : at + sizeof(old) - 1;
	}
	struct sw_str r = sw_arena_str(b->a, sw_buf_str(&out));
	return r.p ? r : SW_STR("");
}

/* 1: fine, 0: the rule is skipped, negative: error */
static int compile_output(struct build *b, const struct sw_rule_def *d, struct sw_runtime_rule *r)
{
	struct sw_error err = {0};
	r->output = output_text(b, d);
	if (sw_format_check(b->progs[r->source], b->a, r->output, &err) < 0) {
		if (is_unknown_thing(err.text) && d->skip_unknown) {
			sw_load_warn(b->l, SW_LOAD_UNKNOWN_FILTER, d->output_ctx, "%s", err.text);
			return 0;
		}
		return sw_load_fail(b->l, SW_LOAD_ERR_COMPILE_OUTPUT, d->output_ctx, "%s", err.text);
	}
	for (size_t i = 0; i < N_OLD; i++) {
		if (!sw_str_has(r->output, sw_str_from(old_fields[i])))
			continue;
		struct sw_str text = sw_arena_printf(b->l->a,
			"usage of deprecated field '%s' has been detected in the rule output", old_fields[i]);
		sw_load_warn_deprecated(b->l, old_fields[i], d->output_ctx, text);
	}
	return 1;
}

static int compile_condition(struct build *b, const struct sw_rule_def *d, struct sw_runtime_rule *r)
{
	struct sw_str text;
	struct sw_cond *c;
	struct sw_cond_pos pos = {0, 1, 1};
	struct sw_error err = {0};
	int rc = sw_load_exceptions_text(b->l, d, &text);
	if (rc == 0)
		rc = parse_condition(b, text, d->cond_ctx, &c);
	if (rc == 0)
		rc = resolve_macros(b, &c, UINT32_MAX, text, d->r.ctx);
	if (rc < 0)
		return rc;
	warn_smells(b, c, text, d->cond_ctx);
	struct warn_arg w = {b, text, d->cond_ctx};
	uint32_t n_warnings = b->l->res->n_warnings;
	if (sw_prog_add(b->progs[r->source], c, on_warning, &w, &r->node, &pos, &err) < 0) {
		const struct sw_load_ctx *ctx = sw_load_ctx_cond(b->l, d->cond_ctx, pos, text);
		b->l->res->n_warnings = n_warnings; /* what a refused condition smells of is not told */
		if (is_unknown_thing(err.text) && d->skip_unknown) {
			sw_load_warn(b->l, SW_LOAD_UNKNOWN_FILTER, ctx, "%s", err.text);
			return 0;
		}
		return sw_load_fail(b->l, SW_LOAD_ERR_COMPILE_CONDITION, ctx, "%s", err.text);
	}
	r->cond = c;
	return 1;
}

static int compile_codes(struct build *b, const struct sw_rule_def *d, struct sw_runtime_rule *r)
{
	struct sw_error err = {0};
	if (r->source != SW_SOURCE_SYSCALL) {
		r->codes = (struct sw_codeset){0};
		sw_codeset_add(&r->codes, SW_EVENT_CODE_PLUGIN);
		return 1;
	}
	if (!sw_cond_codes(r->cond, &r->codes, &err))
		return sw_load_fail(b->l, SW_LOAD_ERR_COMPILE_CONDITION, d->cond_ctx, "%s", err.text);
	if (sw_codeset_count(&r->codes) > CODES_TOO_MANY && r->warn_evttypes)
		sw_load_warn(b->l, SW_LOAD_NO_EVTTYPE, r->ctx,
			"Rule matches too many evt.type values. This has a significant performance penalty.");
	return 1;
}

static int compile_rules(struct build *b)
{
	b->out = sw_arena_new_array(b->a, b->rs->n_rules + 1, struct sw_runtime_rule);
	if (!b->out)
		return sw_load_fail(b->l, SW_LOAD_ERR_VALIDATE, b->l->root, "out of memory");
	for (uint32_t i = 0; i < b->rs->n_rules; i++) {
		const struct sw_rule_def *d = &b->rs->rules[i];
		struct sw_runtime_rule *r = &b->out[b->n_out];
		if (d->unknown_source)
			continue;
		*r = d->r;
		int rc = compile_output(b, d, r);
		if (rc > 0)
			rc = compile_condition(b, d, r);
		if (rc > 0)
			rc = compile_codes(b, d, r);
		if (rc < 0)
			return rc;
		if (rc > 0)
			r->index = b->n_out++;
	}
	return 0;
}

static void warn_unused(struct build *b)
{
	for (uint32_t i = 0; i < b->rs->n_macros; i++)
		if (!b->rs->macros[i].used)
			sw_load_warn(b->l, SW_LOAD_UNUSED_MACRO, b->rs->macros[i].ctx,
				"Macro not referred to by any other rule/macro");
	for (uint32_t i = 0; i < b->rs->n_lists; i++)
		if (!b->rs->lists[i].used)
			sw_load_warn(b->l, SW_LOAD_UNUSED_LIST, b->rs->lists[i].ctx,
				"List not referred to by any other rule/macro");
}

int sw_load_compile(struct sw_load *l)
{
	struct sw_ruleset *rs = l->rs;
	unsigned next = !rs->current;
	struct build b = {.l = l, .rs = rs, .a = &rs->built[next]};
	sw_arena_reset(b.a);
	for (unsigned s = 0; s < SW_SOURCE__COUNT; s++) {
		b.progs[s] = sw_prog_new(b.a, (enum sw_event_source)s);
		if (!b.progs[s])
			return sw_load_fail(l, SW_LOAD_ERR_VALIDATE, l->root, "out of memory");
	}
	int rc = compile_lists(&b);
	if (rc == 0)
		rc = compile_macros(&b);
	if (rc == 0)
		rc = compile_rules(&b);
	if (rc < 0)
		return rc;
	warn_unused(&b);
	memcpy(rs->progs, b.progs, sizeof(b.progs));
	rs->out = b.out;
	rs->n_out = b.n_out;
	rs->current = next;
	return 0;
}
