/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions, appends and overrides, in the order in which they come. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "runtime/rules/load_int.h"

#define INVALID(l, ctx, ...) sw_load_fail(l, SW_LOAD_ERR_VALIDATE, ctx, __VA_ARGS__)

static const char *const priorities[] = {
	"Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"};

const char *sw_priority_name(enum sw_priority p)
{
	return priorities[p];
}

bool sw_priority_from(struct sw_str s, enum sw_priority *ret)
{
	for (unsigned i = 0; i < SW_ARRAY_LEN(priorities); i++) {
		if (sw_str_ieq(s, sw_str_from(priorities[i])) ||
			(i == SW_PRIO_INFORMATIONAL && sw_str_ieq(s, SW_STR("info")))) {
			*ret = (enum sw_priority)i;
			return true;
		}
	}
	return false;
}

static bool source_from(struct sw_str name, enum sw_event_source *ret)
{
	if (sw_str_is(name, "syscall"))
		*ret = SW_SOURCE_SYSCALL;
	else if (sw_str_is(name, "k8s_audit"))
		*ret = SW_SOURCE_K8S_AUDIT;
	else
		return false;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return sw_str_cmp(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

void sw_tags_sort(struct sw_str *tags, uint32_t *n)
{
	uint32_t k = 0;
	if (*n > 1)
		qsort(tags, *n, sizeof(*tags), by_text);
	for (uint32_t i = 0; i < *n; i++)
		if (k == 0 || !sw_str_eq(tags[k - 1], tags[i]))
			tags[k++] = tags[i];
	*n = k;
}

static struct sw_str joined(struct sw_load *l, struct sw_str a, struct sw_str b)
{
	struct sw_str s = sw_arena_printf(l->a, "%.*s %.*s", SW_STR_ARG(a), SW_STR_ARG(b));
	return s.p ? s : a;
}

/* ---- lists and macros ---- */

int sw_collect_list(struct sw_load *l, const struct sw_list_def *d, bool append)
{
	struct sw_ruleset *rs = l->rs;
	struct sw_list_def *prev = NULL;
	uint32_t id = rs->next_index;
	for (uint32_t i = 0; i < rs->n_lists && !prev; i++)
		if (sw_str_eq(rs->lists[i].name, d->name))
			prev = &rs->lists[i];
	if (append) {
		if (!prev)
			return INVALID(l, d->ctx,
				"List uses 'append' or 'override.items: append' but no list by that name already exists");
		struct sw_str *items = sw_arena_new_array(l->a, (size_t)prev->n + d->n + 1, struct sw_str);
		if (!items)
			return INVALID(l, d->ctx, "out of memory");
		if (prev->n)
			memcpy(items, prev->items, prev->n * sizeof(*items));
		if (d->n)
			memcpy(items + prev->n, d->items, d->n * sizeof(*items));
		prev->items = items;
		prev->n += d->n;
		prev->visibility = rs->next_index++;
		return 0;
	}
	if (prev) {
		uint32_t index = prev->index;
		*prev = *d;
		prev->index = index;
	} else {
		struct sw_list_def *p = sw_array_push(&rs->a, rs->lists, rs->n_lists, sizeof(*p));
		if (!p)
			return INVALID(l, d->ctx, "too many lists");
		rs->lists = p;
		prev = &p[rs->n_lists++];
		*prev = *d;
		prev->index = id;
	}
	prev->visibility = rs->next_index++;
	return 0;
}

int sw_collect_macro(struct sw_load *l, const struct sw_macro_def *d, bool append)
{
	struct sw_ruleset *rs = l->rs;
	struct sw_macro_def *prev = NULL;
	for (uint32_t i = 0; i < rs->n_macros && !prev; i++)
		if (sw_str_eq(rs->macros[i].name, d->name))
			prev = &rs->macros[i];
	if (append) {
		if (!prev)
			return INVALID(l, d->ctx,
				"Macro uses 'append' or 'override.condition: append' but no macro by that name already exists");
		prev->cond = joined(l, prev->cond, d->cond);
		prev->visibility = rs->next_index++;
		return 0;
	}
	uint32_t index = prev ? prev->index : rs->next_index;
	if (!prev) {
		struct sw_macro_def *p = sw_array_push(&rs->a, rs->macros, rs->n_macros, sizeof(*p));
		if (!p)
			return INVALID(l, d->ctx, "too many macros");
		rs->macros = p;
		prev = &p[rs->n_macros++];
	}
	*prev = *d;
	prev->index = index;
	prev->visibility = rs->next_index++;
	return 0;
}

/* ---- exceptions ---- */

static bool known_field(struct sw_load *l, enum sw_event_source source, struct sw_str f)
{
	if (sw_str_chr(f, '(', 0) != SW_NPOS) {
		sw_autoarena a;
		sw_arena_init(&a, (size_t)16 << 20);
		struct sw_str text = sw_arena_printf(&a, "%.*s exists", SW_STR_ARG(f));
		struct sw_prog *p = sw_prog_new(&a, source);
		struct sw_cond *c;
		struct sw_node *n;
		return p && text.p && sw_cond_parse(&a, text, SW_COND_DEPTH_FILTER, &c, NULL, NULL) == 0 &&
		       sw_prog_add(p, c, NULL, NULL, &n, NULL, NULL) == 0;
	}
	struct sw_fieldref ref;
	size_t len;
	return sw_field_find(source, f, &ref, &len, NULL) == 0 && len == f.n;
}

static bool set(const struct sw_exc_entry *e)
{
	return (e->is_list && e->n) || (!e->is_list && e->item.n);
}

static int check_fields(struct sw_load *l, const struct sw_rule_def *d, struct sw_exc *e)
{
	for (uint32_t i = 0; i < e->comps.n; i++) {
		struct sw_str *c = &e->comps.items[i].item;
		*c = sw_str_trim(*c);
		if (!sw_cond_is_operator(*c) && !sw_cond_is_modified_operator(*c))
			return INVALID(l, e->ctx, "'%.*s' is not a supported comparison operator", SW_STR_ARG(*c));
	}
	for (uint32_t i = 0; !d->unknown_source && i < e->fields.n; i++)
		if (!known_field(l, d->r.source, e->fields.items[i].item))
			return INVALID(l, e->ctx, "'%.*s' is not a supported filter field",
				SW_STR_ARG(e->fields.items[i].item));
	return 0;
}

static int check_exception(struct sw_load *l, const struct sw_rule_def *d, struct sw_exc *e)
{
	if (e->fields.is_list) {
		if (!set(&e->comps)) {
			struct sw_exc_entry *c = sw_arena_zalloc(l->a, (e->fields.n + 1) * sizeof(struct sw_exc_entry));
			if (!c)
				return INVALID(l, e->ctx, "out of memory");
			for (uint32_t i = 0; i < e->fields.n; i++)
				c[i].item = SW_STR("=");
			e->comps = (struct sw_exc_entry){.is_list = true, .items = c, .n = e->fields.n};
		}
		if (e->fields.n != e->comps.n)
			return INVALID(l, e->ctx, "Fields and comps lists must have equal length");
		return check_fields(l, d, e);
	}
	if (!set(&e->comps))
		e->comps = (struct sw_exc_entry){.item = SW_STR_INIT("in")};
	if (e->comps.is_list)
		return INVALID(l, e->ctx, "Fields and comps must both be strings");
	e->comps.item = sw_str_trim(e->comps.item);
	if (!sw_cond_is_list_operator(e->comps.item) && !sw_cond_is_modified_operator(e->comps.item))
		return INVALID(l, e->ctx,
			"When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier "
			"operator (e.g. startswith oneof)");
	if (!d->unknown_source && !known_field(l, d->r.source, e->fields.item))
		return INVALID(l, e->ctx, "'%.*s' is not a supported filter field", SW_STR_ARG(e->fields.item));
	return 0;
}

static int append_exceptions(struct sw_load *l, struct sw_rule_def *d, const struct sw_rule_update *u)
{
	for (uint32_t i = 0; i < u->n_excs; i++) {
		struct sw_exc *e = &u->excs[i], *prev = NULL;
		for (uint32_t k = 0; k < d->n_excs && !prev; k++)
			if (sw_str_eq(d->excs[k].name, e->name))
				prev = &d->excs[k];
		if (!prev) {
			if (!set(&e->fields))
				return INVALID(
					l, e->ctx, "Rule exception must have fields property with a list of fields");
			if (e->n_values == 0)
				return INVALID(
					l, e->ctx, "Rule exception must have values property with a list of values");
			int rc = check_exception(l, d, e);
			if (rc < 0)
				return rc;
			struct sw_exc *p = sw_arena_new_array(l->a, d->n_excs + 1, struct sw_exc);
			if (!p)
				return INVALID(l, e->ctx, "out of memory");
			if (d->n_excs)
				memcpy(p, d->excs, d->n_excs * sizeof(*p));
			p[d->n_excs++] = *e;
			d->excs = p;
			continue;
		}
		if (set(&e->fields))
			return INVALID(
				l, e->ctx, "Can not append exception fields to existing exception, only values");
		if (set(&e->comps))
			return INVALID(l, e->ctx, "Can not append exception comps to existing exception, only values");
		struct sw_exc_entry *v =
			sw_arena_new_array(l->a, (size_t)prev->n_values + e->n_values + 1, struct sw_exc_entry);
		if (!v)
			return INVALID(l, e->ctx, "out of memory");
		if (prev->n_values)
			memcpy(v, prev->values, prev->n_values * sizeof(*v));
		if (e->n_values)
			memcpy(v + prev->n_values, e->values, e->n_values * sizeof(*v));
		prev->values = v;
		prev->n_values += e->n_values;
	}
	return 0;
}

/* ---- rules ---- */

static int find_rule(struct sw_load *l, struct sw_str name, struct sw_str source, const struct sw_load_ctx *ctx,
	struct sw_rule_def **ret)
{
	struct sw_ruleset *rs = l->rs;
	*ret = NULL;
	for (uint32_t i = 0; i < rs->n_rules && !*ret; i++)
		if (sw_str_eq(rs->rules[i].r.name, name))
			*ret = &rs->rules[i];
	if (*ret && (*ret)->r.source_name.n && source.n && !sw_str_eq((*ret)->r.source_name, source))
		return INVALID(l, ctx, "Rule has been re-defined with a different source");
	return 0;
}

int sw_collect_rule(struct sw_load *l, struct sw_rule_def *d)
{
	struct sw_ruleset *rs = l->rs;
	struct sw_rule_def *prev;
	int rc = find_rule(l, d->r.name, d->r.source_name, d->r.ctx, &prev);
	if (rc < 0)
		return rc;
	if (!source_from(d->r.source_name, &d->r.source)) {
		d->unknown_source = true;
		sw_load_warn(l, SW_LOAD_UNKNOWN_SOURCE, d->r.ctx, "Unknown source %.*s, skipping",
			SW_STR_ARG(d->r.source_name));
	}
	for (uint32_t i = 0; i < d->n_excs; i++) {
		if (!set(&d->excs[i].fields))
			return INVALID(l, d->excs[i].ctx,
				"Rule exception item must have fields property with a list of fields");
		rc = check_exception(l, d, &d->excs[i]);
		if (rc < 0)
			return rc;
	}
	uint32_t index = prev ? prev->index : rs->next_index;
	if (!prev) {
		struct sw_rule_def *p = sw_array_push(&rs->a, rs->rules, rs->n_rules, sizeof(*p));
		if (!p)
			return INVALID(l, d->r.ctx, "too many rules");
		rs->rules = p;
		prev = &p[rs->n_rules++];
	}
	*prev = *d;
	prev->index = index;
	prev->visibility = rs->next_index++;
	return 0;
}

static bool nothing(const struct sw_rule_update *u)
{
	return !u->cond.p && !u->output.p && !u->desc.p && !u->has_tags && !u->has_excs && !u->has_priority &&
	       !u->has_capture && !u->has_duration && !u->has_enabled && !u->has_warn && !u->has_skip;
}

int sw_collect_append(struct sw_load *l, const struct sw_rule_update *u)
{
	struct sw_rule_def *d;
	int rc = find_rule(l, u->name, u->source, u->ctx, &d);
	if (rc < 0)
		return rc;
	if (!d)
		return INVALID(l, u->ctx,
			"Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists");
	if (nothing(u))
		return INVALID(l, u->ctx, "Appended rule must have exceptions or condition property");
	if (u->cond.n)
		d->r.condition = joined(l, d->r.condition, u->cond);
	if (u->output.n)
		d->r.output = joined(l, d->r.output, u->output);
	if (u->desc.n)
		d->r.desc = joined(l, d->r.desc, u->desc);
	if (u->has_tags && u->n_tags) {
		struct sw_str *t = sw_arena_new_array(l->a, (size_t)d->r.n_tags + u->n_tags, struct sw_str);
		if (!t)
			return INVALID(l, u->ctx, "out of memory");
		if (d->r.n_tags)
			memcpy(t, d->r.tags, d->r.n_tags * sizeof(*t));
		memcpy(t + d->r.n_tags, u->tags, u->n_tags * sizeof(*t));
		d->r.tags = t;
		d->r.n_tags += u->n_tags;
		sw_tags_sort(d->r.tags, &d->r.n_tags);
	}
	rc = append_exceptions(l, d, u);
	if (rc == 0)
		d->visibility = l->rs->next_index++;
	return rc;
}

int sw_collect_replace(struct sw_load *l, const struct sw_rule_update *u)
{
	struct sw_rule_def *d;
	int rc = find_rule(l, u->name, u->source, u->ctx, &d);
	if (rc < 0)
		return rc;
	if (!d)
		return INVALID(l, u->ctx,
			"An 'override.<key>: replace' to a rule was requested but no rule by that name already exists");
	if (nothing(u))
		return INVALID(l, u->ctx, "The rule must have at least one field that can be replaced");
	if (u->cond.p)
		d->r.condition = u->cond;
	if (u->output.p)
		d->r.output = u->output;
	if (u->desc.p)
		d->r.desc = u->desc;
	if (u->has_tags) {
		d->r.tags = u->tags;
		d->r.n_tags = u->n_tags;
	}
	if (u->has_excs) {
		/* Upstream checks replaced exceptions only when it compiles them. */
		for (uint32_t i = 0; i < u->n_excs; i++) {
			rc = set(&u->excs[i].fields) ? check_exception(l, d, &u->excs[i]) : 0;
			if (rc < 0)
				return rc;
		}
		d->excs = u->excs;
		d->n_excs = u->n_excs;
	}
	if (u->has_priority)
		d->r.priority = u->priority;
	if (u->has_capture)
		d->r.capture = u->capture;
	if (u->has_duration)
		d->r.capture_duration = u->duration;
	if (u->has_enabled)
		d->r.enabled = u->enabled;
	if (u->has_warn)
		d->r.warn_evttypes = u->warn_evttypes;
	if (u->has_skip)
		d->skip_unknown = u->skip_unknown;
	d->visibility = l->rs->next_index++;
	return 0;
}

int sw_collect_enable(struct sw_load *l, struct sw_str name, bool enabled, const struct sw_load_ctx *ctx)
{
	struct sw_rule_def *d;
	find_rule(l, name, SW_STR(""), ctx, &d);
	if (!d)
		return INVALID(l, ctx, "Rule has 'enabled' key but no rule by that name already exists");
	d->r.enabled = enabled;
	return 0;
}
