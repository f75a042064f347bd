/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/own/rulebook.h"

#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/embed.h"
#include "cis/own/condition.h"
#include "doc/yaml.h"


extern const struct sw_embed sw_embed_benchmarks[];
extern const unsigned sw_embed_benchmarks_n;

struct running {
	struct sw_cis_judging j;
	const struct sw_cis_bench_opts *o;
	struct sw_cis_bench *b;
	struct sw_str file;
};

/* ---- reading the book ---- */

static int parse(
	struct sw_arena *a, const struct sw_embed *e, struct sw_value *ret, struct sw_error *err)
{
	return sw_yaml_parse(a, e->text, SW_YAML_K8S | SW_YAML_SPANS, NULL, ret, err);
}

/* layouts.yaml and versions.yaml are data of the conditions, not controls. */
static bool is_data(struct sw_value root)
{
	return !sw_defined(sw_object_gets(root, SW_STR("groups")));
}

static int load_data(struct sw_cis_judging *j, struct sw_str benchmark, struct sw_error *err)
{
	for (unsigned i = 0; i < sw_embed_benchmarks_n; i++) {
		const struct sw_embed *e = &sw_embed_benchmarks[i];
		bool layouts = sw_str_ends(sw_str_from(e->name), SW_STR("/layouts.yaml"));
		bool versions = sw_str_ends(sw_str_from(e->name), SW_STR("/versions.yaml"));
		bool numbers = sw_str_ends(sw_str_from(e->name), SW_STR("/numbers.yaml"));
		if (!layouts && !versions && !(numbers && !sw_str_is(benchmark, "seawall")))
			continue;
		int rc = parse(j->a, e, layouts ? &j->layouts : versions ? &j->versions : &j->numbers, err);
		if (rc)
			return rc;
	}
	return 0;
}

/*
 * The control's number in the benchmark; empty: it has none there. `numbers`: numbers.yaml, which has those of benchmarks
 * beside CIS Kubernetes 1.10 to 1.12 by the digits of our id.
 */
static struct sw_str number_in(
	struct sw_arena *a, struct sw_value numbers, struct sw_value control, struct sw_str benchmark)
{
	struct sw_value cis = sw_object_gets(control, SW_STR("cis")), other = sw_object_gets(numbers, benchmark);
	struct sw_str id = sw_value_getstr(control, "id");
	int64_t digits;
	if (sw_str_is(benchmark, "seawall"))
		return id;
	if (other.type == SW_OBJECT && sw_str_to_i64(sw_str_sub(id, 8, id.n), &digits)) {
		struct sw_value v = sw_object_get(other, sw_int(digits));
		return sw_cis_flat(a, sw_defined(v) ? v : sw_object_gets(other, sw_str_sub(id, 8, id.n)));
	}
	if (cis.type == SW_OBJECT)
		return sw_cis_flat(a, sw_object_gets(cis, benchmark));
	/* A number alone is the same in the benchmarks for 1.28 and later. */
	bool same = sw_str_is(benchmark, "cis-1.10") || sw_str_is(benchmark, "cis-1.11") ||
		    sw_str_is(benchmark, "cis-1.12");
	return same ? sw_cis_flat(a, cis) : (struct sw_str){0};
}

uint32_t sw_cis_minor(struct sw_str version)
{
	int64_t minor = 0;
	if (version.n && version.p[0] == 'v')
		version = sw_str_sub(version, 1, version.n);
	if (!sw_str_starts(version, SW_STR("1.")))
		return 0;
	size_t end = 2;
	while (end < version.n && version.p[end] >= '0' && version.p[end] <= '9')
		end++;
	return sw_str_to_i64(sw_str_sub(version, 2, end), &minor) && minor < 1000 ? (uint32_t)minor
										  : 0;
}

static bool for_version(struct running *r, struct sw_value control)
{
	uint32_t since = sw_cis_minor(sw_cis_flat(r->j.a, sw_object_gets(control, SW_STR("since"))));
	uint32_t until = sw_cis_minor(sw_cis_flat(r->j.a, sw_object_gets(control, SW_STR("until"))));
	uint32_t v = r->j.minor;
	return !v || ((!since || v >= since) && (!until || v <= until));
}

/* ---- judging ---- */

static void not_evaluated(struct sw_cis_result *r, struct sw_str reason)
{
	r->state = r->shown = SW_CIS_WARN;
	r->evaluated = false;
	r->reason = reason;
}

static void fill(struct sw_cis_judging *j, struct sw_cis_check *c, const struct sw_cis_outcome *o, bool manual)
{
	struct sw_arena *a = j->a;
	struct sw_cis_result *r = &c->result;
	r->expected = o->expected;
	r->actual = o->actual;
	r->note = o->note;
	r->line = o->line;
	r->files =
		(const struct sw_str *)sw_arena_memdup(a, o->files, o->n_files * sizeof(*o->files));
	r->n_files = r->files ? o->n_files : 0;
	if (o->truth == SW_CIS_UNKNOWN) {
		not_evaluated(r, o->reason);
		return;
	}
	r->evaluated = true;
	r->manual = manual && o->truth == SW_CIS_NO;
	r->state = o->truth == SW_CIS_YES ? SW_CIS_PASS : r->manual ? SW_CIS_WARN : SW_CIS_FAIL;
	r->shown = r->state;
	if (o->truth == SW_CIS_NO && o->mended) {
		r->command = j->plan.commands;
		r->diff = sw_cis_plan_diff(j);
	}
	if (r->manual)
		r->reason = o->actual;
}

/*
 * Judges one control into *c. False: it does not apply here and is left out. A condition that is
 * wrong itself is reported as not evaluated: one bad control does not hide the others.
 */
static bool judge(struct running *r, struct sw_value control, struct sw_cis_check *c)
{
	struct sw_cis_outcome o = {0}, when = {0};
	struct sw_value cond = sw_object_gets(control, SW_STR("when"));
	struct sw_error err = {0};
	r->j.err = &err;
	r->j.plan = (struct sw_cis_plan){0};
	int rc = sw_defined(cond) ? sw_cis_condition(&r->j, cond, &when) : 0;
	if (!rc && sw_defined(cond) && when.truth != SW_CIS_YES && when.truth != SW_CIS_UNKNOWN)
		return false;
	if (!rc && when.truth == SW_CIS_UNKNOWN)
		o = when;
	else if (!rc) {
		r->j.plan = (struct sw_cis_plan){0};
		rc = sw_cis_condition(&r->j, sw_object_gets(control, SW_STR("must")), &o);
	}
	if (rc) {
		not_evaluated(
			&c->result, sw_arena_printf(r->j.a, "the control is broken: %s", err.text));
		return true;
	}
	if (o.truth == SW_CIS_NOT_APPLICABLE)
		return false;
	fill(&r->j, c, &o, sw_is_true(sw_object_gets(control, SW_STR("manual"))));
	return true;
}

static struct sw_cis_check describe(struct running *r, struct sw_value v, struct sw_str number)
{
	struct sw_cis_check c = {.id = number,
		.text = sw_value_getstr(v, "title"),
		.why = sw_str_trim(sw_value_getstr(v, "why")),
		.remediation = sw_str_trim(sw_value_getstr(v, "fix")),
		.scored = !sw_is_true(sw_object_gets(v, SW_STR("manual"))),
		.has_tests = true,
		.chosen = true};
	sw_severity_parse(sw_value_getstr(v, "severity"), &c.severity);
	if (!c.scored)
		c.type = SW_STR("manual");
	struct sw_str cis = number_in(r->j.a, sw_undef(), v, SW_STR("cis-1.12"));
	if (cis.n) {
		c.framework.framework = SW_STR("cis-1.12");
		c.framework.control = cis;
	}
	return c;
}

static int run_group(struct running *r, struct sw_value v, struct sw_cis_group *g)
{
	const struct sw_cis_filter *f = &r->o->filter;
	struct sw_value list = sw_object_gets(v, SW_STR("controls"));
	struct sw_str id = sw_cis_flat(r->j.a, sw_object_gets(v, SW_STR("id")));
	*g = (struct sw_cis_group){.id = id, .text = sw_value_getstr(v, "title")};
	g->checks = sw_arena_new_array(
		r->j.a, list.type == SW_ARRAY ? list.n + 1 : 1, struct sw_cis_check);
	if (!g->checks)
		return -SW_ELIMIT;
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value control = sw_array_at(list, i);
		struct sw_str number = number_in(r->j.a, r->j.numbers, control, r->b->benchmark);
		if (!number.n || !for_version(r, control))
			continue;
		struct sw_cis_check c = describe(r, control, number);
		if (!sw_cis_filter_takes(f, id, &c))
			continue;
		if (sw_cis_filter_skips(f, id, &c)) {
			c.result.state = c.result.shown = SW_CIS_INFO;
			c.result.reason = SW_STR("skipped by --skip");
		} else if (!judge(r, control, &c)) {
			continue;
		}
		g->checks[g->n_checks++] = c;
	}
	return 0;
}

static void left_out(struct running *r, const char *component)
{
	struct sw_cis_bench *b = r->b;
	struct sw_str text = sw_arena_printf(r->j.a, "%s: it neither runs nor is set up on this node", component);
	for (uint32_t i = 0; i < b->n_skipped; i++)
		if (sw_str_eq(b->skipped[i], text)) /* another group of it */
			return;
	if (b->n_skipped < SW_ARRAY_LEN(b->skipped))
		b->skipped[b->n_skipped++] = text;
}

/* Is the group's component here? One without a component is for every node. */
static int group_applies(struct running *r, struct sw_value v, bool *ret)
{
	struct sw_str name = sw_value_getstr(v, "component");
	struct sw_error err = {0};
	*ret = true;
	if (!name.n)
		return 0;
	r->j.err = &err;
	if (sw_cis_component_find(name, &r->j.component))
		return -SW_EINVALID;
	const struct sw_cis_component *c = sw_cis_judging_component(&r->j, r->j.component);
	if (!c)
		return -SW_ELIMIT;
	*ret = c->present;
	if (!c->present)
		left_out(r, sw_cis_component_name(r->j.component));
	return 0;
}

static bool is_target(const struct sw_cis_bench_opts *o, struct sw_str target)
{
	for (uint32_t i = 0; i < o->n_targets; i++)
		if (sw_str_is(target, o->targets[i]))
			return true;
	return !o->n_targets;
}

static int run_file(struct running *r, struct sw_value root, struct sw_error *err)
{
	struct sw_value groups = sw_object_gets(root, SW_STR("groups"));
	struct sw_str target = sw_value_getstr(root, "target");
	if (!is_target(r->o, target))
		return 0;
	struct sw_cis_controls *c = &r->b->controls[r->b->n_controls];
	*c = (struct sw_cis_controls){.file = r->file,
		.version = r->b->benchmark,
		.type = target,
		.id = sw_cis_flat(r->j.a, sw_object_gets(root, SW_STR("id"))),
		.text = sw_value_getstr(root, "title"),
		.detected = r->b->version.n ? r->b->version : SW_STR("none")};
	c->groups = sw_arena_new_array(
		r->j.a, groups.type == SW_ARRAY ? groups.n + 1 : 1, struct sw_cis_group);
	if (!c->groups)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; groups.type == SW_ARRAY && i < groups.n; i++) {
		bool applies;
		struct sw_value v = sw_array_at(groups, i);
		int rc = group_applies(r, v, &applies);
		if (!rc && applies)
			rc = run_group(r, v, &c->groups[c->n_groups]);
		if (rc)
			return sw_error_set(
				err, -rc, "%.*s: group %u cannot be read", SW_STR_ARG(r->file), i);
		c->n_groups += applies && c->groups[c->n_groups].n_checks;
	}
	r->b->n_controls += c->n_groups > 0;
	return 0;
}

static int by_id(const void *x, const void *y)
{
	const struct sw_cis_controls *a = x, *b = y;
	return sw_str_cmp(a->id, b->id);
}

/* Is it one of ours? */
static bool is_ours(struct sw_arena *a, struct sw_str benchmark)
{
	struct sw_error err = {0};
	if (sw_str_is(benchmark, "seawall"))
		return true;
	for (unsigned i = 0; i < sw_embed_benchmarks_n; i++) {
		const struct sw_embed *e = &sw_embed_benchmarks[i];
		struct sw_value root;
		if (parse(a, e, &root, &err))
			continue;
		if (sw_str_ends(sw_str_from(e->name), SW_STR("/numbers.yaml")) && sw_defined(sw_object_gets(root, benchmark)))
			return true;
		if (is_data(root))
			continue;
		struct sw_value gs = sw_object_gets(root, SW_STR("groups"));
		for (uint32_t g = 0; gs.type == SW_ARRAY && g < gs.n; g++) {
			struct sw_value list =
				sw_object_gets(sw_array_at(gs, g), SW_STR("controls"));
			for (uint32_t k = 0; list.type == SW_ARRAY && k < list.n; k++)
				if (number_in(a, sw_undef(), sw_array_at(list, k), benchmark).n)
					return true;
		}
	}
	return false;
}

int sw_cis_rulebook_run(struct sw_cis_node *n, struct sw_arena *a,
	const struct sw_cis_bench_opts *o, struct sw_cis_bench *ret, struct sw_error *err)
{
	struct sw_cis_bench b = {.benchmark = o->benchmark};
	struct running *r = sw_arena_new(a, struct running);
	b.controls = sw_arena_new_array(a, sw_embed_benchmarks_n + 1, struct sw_cis_controls);
	if (!r || !b.controls)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	if (!b.benchmark.n || sw_str_is(b.benchmark, "auto"))
		b.benchmark = SW_STR("seawall");
	if (o->version.n && !sw_cis_minor(o->version))
		return sw_error_set(err, SW_EUSAGE, "\"%.*s\" is no version of Kubernetes, such as 1.31 or v1.31.2+k3s1",
			SW_STR_ARG(sw_str_sub(o->version, 0, 64)));
	b.version = o->version.n ? o->version : sw_cis_node_version(n, a);
	*r = (struct running){.o = o,
		.b = &b,
		.j = {.n = n,
			.a = a,
			.version = b.version,
			.minor = sw_cis_minor(b.version),
			.today = o->today ? o->today : (int64_t)time(NULL)}};
	int rc = load_data(&r->j, b.benchmark, err);
	for (unsigned i = 0; i < sw_embed_benchmarks_n && !rc; i++) {
		const struct sw_embed *e = &sw_embed_benchmarks[i];
		struct sw_value root;
		r->file = sw_str_from(e->name);
		rc = parse(a, e, &root, err);
		if (!rc && !is_data(root))
			rc = run_file(r, root, err);
	}
	if (rc)
		return rc;
	if (!b.n_controls && !is_ours(a, b.benchmark)) {
		sw_error_set(err, SW_ENOENT, "there is no benchmark %.*s in this program",
			SW_STR_ARG(b.benchmark));
		return sw_error_hint(
			err, "--benchmark-dir DIR reads benchmarks in kube-bench's language");
	}
	if (b.n_controls)
		qsort(b.controls, b.n_controls, sizeof(*b.controls), by_id);
	*ret = b;
	return 0;
}
