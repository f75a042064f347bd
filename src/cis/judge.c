/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/judge.h"
#include "cis/kubelet.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/re2.h"
#include "cis/jsonpath/jsonpath.h"
#include "doc/json.h"
#include "doc/yaml.h"

enum source { FROM_AUDIT, FROM_CONFIG, FROM_ENV };

struct outcome {
	bool pass, found;
	struct sw_str expected;
};

struct sw_cis_cache {
	struct sw_str text;
	struct sw_cis_answer answer;
	struct sw_cis_cache *next;
};

/* ---- comparisons ---- */

static struct sw_str lower(struct sw_arena *a, struct sw_str s)
{
	char *p = sw_arena_memdup(a, s.p, s.n);
	for (size_t i = 0; p && i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] | 32);
	return sw_str_make(p, p ? s.n : 0);
}

/* strconv.Atoi() after strings.TrimSpace() */
static bool atoi_go(struct sw_str s, int64_t *ret)
{
	s = sw_str_trim(s);
	if (s.n > 1 && s.p[0] == '+')
		s = sw_str_sub(s, 1, s.n);
	return sw_str_to_i64(s, ret);
}

static bool octal(struct sw_str s, int64_t *ret)
{
	bool neg = s.n && s.p[0] == '-';
	uint64_t v = 0;
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7' || v >> 60)
			return false;
		v = v * 8 + (uint64_t)(s.p[i] - '0');
	}
	*ret = neg ? -(int64_t)v : (int64_t)v;
	return true;
}

static bool numbers(struct sw_arena *a, struct sw_str op, struct sw_str value, struct sw_str want,
	struct sw_str name, struct sw_str *expected)
{
	static const char *const words[] = {
		"greater than", "greater or equal to", "lower than", "lower or equal to"};
	int64_t x, y;
	int k = (op.p[0] == 'l' ? 2 : 0) + (op.n == 3);
	if (!atoi_go(value, &x) || !atoi_go(want, &y)) {
		*expected = sw_arena_printf(a, "Invalid Number(s) used for comparison: '%.*s' '%.*s'",
			SW_STR_ARG(value), SW_STR_ARG(want));
		return false;
	}
	*expected = sw_arena_printf(
		a, "'%.*s' is %s %.*s", SW_STR_ARG(name), words[k], SW_STR_ARG(want));
	return k == 0 ? x > y : k == 1 ? x >= y : k == 2 ? x < y : x <= y;
}

static struct sw_str cut_list(struct sw_str s)
{
	s = sw_str_trim(s);
	while (s.n && s.p[s.n - 1] == ',')
		s.n--;
	return s;
}

static bool valid_elements(struct sw_str value, struct sw_str want)
{
	struct sw_str v = cut_list(value), w = cut_list(want), one, other;
	if (!v.n || !w.n)
		return !v.n && !w.n;
	while (sw_str_split(&v, ',', &one)) {
		struct sw_str rest = w;
		bool found = false;
		while (!found && sw_str_split(&rest, ',', &other))
			found = sw_str_eq(sw_str_trim(one), sw_str_trim(other));
		if (!found)
			return false;
	}
	return true;
}

static bool bitmask(struct sw_arena *a, struct sw_str value, struct sw_str want, struct sw_str name,
	struct sw_str *expected)
{
	int64_t got, max;
	if (!octal(value, &got) || !octal(want, &max)) {
		*expected = sw_arena_printf(a, "Not numeric value - flag: %.*s",
			SW_STR_ARG(octal(value, &got) ? want : value));
		return false;
	}
	*expected = sw_arena_printf(a, "%.*s has permissions %.*s, expected %.*s or more restrictive",
		SW_STR_ARG(name), SW_STR_ARG(value), SW_STR_ARG(want));
	return (max & got) == got;
}

static bool regex(struct sw_str value, struct sw_str want)
{
	struct sw_re2 *re;
	if (sw_re2_compile(want, &re, NULL))
		return false;
	bool r = sw_re2_match(re, value, NULL) == 1;
	sw_re2_free(re);
	return r;
}

/* One comparison. True when it holds; `expected` gets the text that kube-bench has for it. */
static bool compare(struct sw_arena *a, struct sw_str op, struct sw_str value, struct sw_str want,
	struct sw_str name, struct sw_str *expected)
{
	const char *words = NULL;
	bool r = false;
	if (sw_str_is(op, "eq") || sw_str_is(op, "noteq")) {
		struct sw_str low = lower(a, value);
		bool truth = sw_str_is(low, "true") || sw_str_is(low, "false");
		r = sw_str_eq(truth ? low : value, want) == (op.n == 2);
		words = op.n == 2 ? "is equal to" : "is not equal to";
	} else if (sw_str_is(op, "gt") || sw_str_is(op, "gte") || sw_str_is(op, "lt") ||
		   sw_str_is(op, "lte")) {
		return numbers(a, op, value, want, name, expected);
	} else if (sw_str_is(op, "has") || sw_str_is(op, "nothave")) {
		r = sw_str_has(value, want) == (op.n == 3);
		words = op.n == 3 ? "has" : "does not have";
	} else if (sw_str_is(op, "regex")) {
		r = regex(value, want);
		words = "matched by regex expression";
	} else if (sw_str_is(op, "valid_elements")) {
		r = valid_elements(value, want);
		words = "contains valid elements from";
	} else if (sw_str_is(op, "bitmask")) {
		return bitmask(a, value, want, name, expected);
	}
	*expected = words ? sw_arena_printf(a, "'%.*s' %s '%.*s'", SW_STR_ARG(name), words,
				    SW_STR_ARG(want))
			  : SW_STR("");
	return r;
}

/* ---- finding a value ---- */

static bool find_flag(struct sw_arena *a, struct sw_str flag, struct sw_str s, struct sw_str *ret)
{
	size_t caps[8];
	struct sw_re2 *re;
	if (!s.n || !flag.n || !sw_str_has(s, flag))
		return false;
	struct sw_str pattern = sw_arena_printf(a, "(%.*s)(=|: *)*([^\\s]*) *", SW_STR_ARG(flag));
	*ret = (struct sw_str){0};
	if (!pattern.p || sw_re2_compile(pattern, &re, NULL))
		return true; /* kube-bench would end here; presence is certain, the value is not */
	if (sw_re2_find(re, s, 0, caps, 4, NULL) == 1 && caps[6] != SW_RE2_NONE) {
		*ret = sw_str_sub(s, caps[6], caps[7]);
		if (!ret->n)
			*ret = sw_str_starts(flag, SW_STR("--")) ? SW_STR("true")
								 : sw_str_sub(s, caps[2], caps[3]);
	}
	sw_re2_free(re);
	return true;
}

/* 1 found, 0 not found, -1: the text or the path cannot be understood, which fails the item whatever it wants. */
static int find_path(struct sw_arena *a, struct sw_str path, struct sw_str s, struct sw_str *ret)
{
	struct sw_value v;
	unsigned flags = SW_CIS_JSONPATH_DOUBLES;
	sw_autobuf out = {0};
	if (sw_json_parse(a, s, 0, NULL, &v, NULL, NULL)) {
		struct sw_yaml_stream *y;
		struct sw_yaml_doc doc = {0};
		if (sw_yaml_open(a, s, SW_YAML_K8S, NULL, &y, NULL) ||
			sw_yaml_next(y, a, &doc, NULL) < 0)
			return -1;
		v = doc.root;
		flags = SW_CIS_JSONPATH_YAML;
		if (v.type == SW_UNDEF)
			v = sw_null();
	}
	sw_buf_init(&out, 1 << 20);
	if (sw_cis_jsonpath(a, path, v, flags, &out, NULL))
		return -1;
	*ret = sw_arena_str(a, sw_buf_str(&out));
	return ret->n > 0;
}

static bool find_env(struct sw_arena *a, struct sw_str env, struct sw_str s, struct sw_str *ret)
{
	if (!s.n || !env.n)
		return false;
	struct sw_str key = sw_arena_printf(a, "%.*s=", SW_STR_ARG(env));
	size_t at = sw_str_find(s, key, 0);
	if (at == SW_NPOS)
		return false;
	*ret = sw_str_sub(s, at + key.n, sw_str_chr(s, '\n', at));
	return ret->n > 0;
}

static struct outcome evaluate(struct sw_arena *a, const struct sw_cis_item *it, enum source from,
	struct sw_str s)
{
	struct sw_str name = from == FROM_AUDIT ? it->flag : from == FROM_CONFIG ? it->path : it->env;
	struct sw_str value = {0};
	struct outcome o = {0};
	int found = from == FROM_AUDIT	  ? find_flag(a, name, s, &value)
		    : from == FROM_CONFIG ? find_path(a, name, s, &value)
					  : find_env(a, name, s, &value);
	if (found < 0)
		return o;
	o.found = found;
	if (!it->set) {
		o.pass = !o.found;
		o.expected = sw_arena_printf(a, "'%.*s' is not present", SW_STR_ARG(name));
	} else if (o.found && it->op.n) {
		o.pass = compare(a, it->op, value, it->value, name, &o.expected);
	} else {
		o.pass = o.found;
		o.expected = sw_arena_printf(a, "'%.*s' is present", SW_STR_ARG(name));
	}
	return o;
}

static struct sw_str right_trim(struct sw_str s)
{
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

/* Over every line when the check has several values, up to the first that fails. */
static struct outcome execute(struct sw_arena *a, const struct sw_cis_item *it, enum source from,
	struct sw_str s, bool multiple)
{
	struct outcome o = {0};
	s = right_trim(s);
	if (!multiple)
		return evaluate(a, it, from, s);
	for (size_t at = 0; at <= s.n;) {
		size_t nl = sw_str_chr(s, '\n', at);
		o = evaluate(a, it, from, sw_str_sub(s, at, nl));
		if (!o.pass || nl == SW_NPOS)
			break;
		at = nl + 1;
	}
	return o;
}

/* ---- a check ---- */

struct answers {
	struct sw_cis_answer v[3]; /* by enum source */
	struct sw_str failed;	   /* text of the audit that failed, with its output and status */
	struct sw_str why;	   /* it could not be answered */
};

static int answer(struct sw_cis_judge *j, struct sw_str text, struct sw_cis_answer *ret,
	struct sw_error *err)
{
	text = sw_str_trim(text);
	for (struct sw_cis_cache *c = j->cache; c; c = c->next) {
		if (sw_str_eq(c->text, text)) {
			*ret = c->answer;
			return 0;
		}
	}
	int rc = sw_cis_audit(j->node, j->arena, text, ret, err);
	if (rc || !text.n)
		return rc;
	if (ret->unknown.n && j->shell && !j->shell(j->arg, j->arena, text, &ret->out, &ret->status))
		ret->unknown = ret->unseen = ret->missing = (struct sw_str){0};
	struct sw_cis_cache *c = sw_arena_new(j->arena, struct sw_cis_cache);
	if (!c)
		return sw_error_set(err, SW_ELIMIT, "the audits take too much memory");
	*c = (struct sw_cis_cache){text, *ret, j->cache};
	j->cache = c;
	return 0;
}

static bool missing_file(const struct sw_cis_answer *a)
{
	return a->status == 127 || sw_str_has(a->out, SW_STR("No such file or directory"));
}

static void note_failure(struct sw_cis_judge *j, struct answers *as, struct sw_str text,
	const struct sw_cis_answer *a)
{
	sw_autobuf b = {0};
	sw_buf_init(&b, 1 << 20);
	sw_buf_addz(&b, "failed to run: ");
	sw_json_write_str(&b, sw_str_trim(text), 0);
	sw_buf_addz(&b, ", output: ");
	sw_json_write_str(&b, sw_str_sub(a->out, 0, 4096), 0);
	sw_buf_printf(&b, ", error: exit status %d", a->status);
	as->failed = sw_arena_str(j->arena, sw_buf_str(&b));
}

/* env, audit, config, in this order; the first that fails ends it. */
static int ask(struct sw_cis_judge *j, const struct sw_cis_check *c, struct answers *as,
	struct sw_error *err)
{
	const struct sw_str texts[] = {c->audit, c->audit_config, c->audit_env};
	static const enum source order[] = {FROM_ENV, FROM_AUDIT, FROM_CONFIG};
	for (int i = 0; i < 3; i++) {
		enum source s = order[i];
		struct sw_cis_answer *a = &as->v[s];
		int rc = answer(j, texts[s], a, err);
		if (rc)
			return rc;
		if (sw_str_trim(texts[s]).n) {
			j->audits++;
			j->native += !a->unknown.n;
		}
		if (!as->why.n)
			as->why = a->unknown.n ? a->unknown : a->unseen;
		if (a->unknown.n) {
			as->failed = a->unknown;
			return 0;
		}
		if (!a->status || a->sifted)
			continue;
		if (s == FROM_CONFIG && missing_file(a) &&
			(as->v[FROM_ENV].out.n || as->v[FROM_AUDIT].out.n)) {
			a->out = (struct sw_str){0}; /* no file, but a command line */
			continue;
		}
		note_failure(j, as, texts[s], a);
		if (!as->why.n)
			as->why = a->missing.n ? a->missing
				  : sw_str_trim(a->out).n
					  ? sw_str_sub(sw_str_trim(a->out), 0, 500)
					  : SW_STR("the audit found nothing to look at");
		return 0;
	}
	return 0;
}

/*
 * What the live kubelet says it runs with, where an item is about its configuration and the file says
 * something else: somebody edited the file and did not restart it, or a flag decides.
 */
static void note_running(struct sw_cis_judge *j, struct sw_cis_check *c, const struct answers *as)
{
	struct sw_str file = as->v[FROM_CONFIG].out, text = {0}, x, y, why;
	if (!sw_str_has(file, SW_STR("KubeletConfiguration")))
		return;
	for (uint32_t i = 0; i < c->n_items; i++) {
		if (!c->items[i].path.n)
			continue;
		if (!text.n) {
			sw_autobuf b = {0};
			struct sw_value v = sw_cis_running_kubelet(j->node, sw_cis_hostname(j->node), &why);
			sw_buf_init(&b, 4 << 20);
			if (!sw_defined(v))
				return;
			sw_json_write(&b, v, 0);
			text = sw_arena_str(j->arena, sw_buf_str(&b));
		}
		bool said = find_path(j->arena, c->items[i].path, file, &x) > 0;
		if (find_path(j->arena, c->items[i].path, text, &y) > 0 && (!said || !sw_str_eq(x, y)))
			c->result.note = sw_arena_printf(j->arena, "the running kubelet has %.*s, its file %.*s",
				SW_STR_ARG(y), SW_STR_ARG(said ? x : SW_STR("does not say it")));
	}
}

static struct outcome look(struct sw_arena *a, const struct sw_cis_check *c,
	const struct sw_cis_item *it, const struct answers *as, enum source *used)
{
	struct outcome o = execute(a, it, FROM_AUDIT, as->v[FROM_AUDIT].out, c->multiple);
	*used = FROM_AUDIT;
	if (!o.found && c->audit_config.n && as->v[FROM_CONFIG].out.n) {
		o = execute(a, it, FROM_CONFIG, as->v[FROM_CONFIG].out, c->multiple);
		*used = FROM_CONFIG;
	}
	if (!o.found && it->env.n) {
		o = execute(a, it, FROM_ENV, as->v[FROM_ENV].out, c->multiple);
		*used = FROM_ENV;
	}
	return o;
}

/* The tests over the answers. False: an operator that is not known. */
static bool apply(struct sw_arena *a, struct sw_cis_check *c, const struct answers *as, bool *ret)
{
	struct sw_cis_result *r = &c->result;
	bool any = sw_str_is(c->bin_op, "or"), pass = !any;
	sw_autobuf expected = {0};
	if (c->bin_op.n && !any && !sw_str_is(c->bin_op, "and")) {
		r->actual = sw_arena_printf(a, "unknown binary operator for tests %.*s\n",
			SW_STR_ARG(c->bin_op));
		r->reason = sw_arena_printf(
			a, "unknown binary operator for tests %.*s", SW_STR_ARG(c->bin_op));
		return false;
	}
	sw_buf_init(&expected, 1 << 20);
	for (uint32_t i = 0; i < c->n_items; i++) {
		enum source used;
		struct outcome o = look(a, c, &c->items[i], as, &used);
		pass = any ? pass || o.pass : pass && o.pass;
		if (i)
			sw_buf_addz(&expected, any ? " OR " : " AND ");
		sw_buf_addstr(&expected, o.expected);
		if (i == 0)
			r->actual = right_trim(as->v[used].out);
		if (used == FROM_CONFIG && as->v[FROM_CONFIG].n_files) {
			r->files = as->v[FROM_CONFIG].files;
			r->n_files = as->v[FROM_CONFIG].n_files;
		}
	}
	r->expected = sw_arena_str(a, sw_buf_str(&expected));
	*ret = pass;
	return true;
}

/* Nothing was seen because it is not there: neither pass nor fail. */
static struct sw_str vacuous(const struct answers *as)
{
	struct sw_str why = {0};
	for (int i = 0; i < 3; i++) {
		if (as->v[i].out.n)
			return (struct sw_str){0};
		if (as->v[i].missing.n)
			why = as->v[i].missing;
	}
	return why;
}

static bool settled(struct sw_cis_check *c)
{
	struct sw_cis_result *r = &c->result;
	if (c->scored && !sw_str_trim(c->type).n && !c->has_tests) {
		r->reason = SW_STR("There are no tests");
		r->state = SW_CIS_WARN;
	} else if (sw_str_is(c->type, "skip")) {
		r->reason = SW_STR("Test marked as skip");
		r->state = SW_CIS_INFO;
	} else if (sw_str_is(c->type, "manual")) {
		r->reason = SW_STR("Test marked as a manual test");
		r->state = SW_CIS_WARN;
	} else if (!c->n_items) {
		r->reason = SW_STR("No tests defined");
		r->state = c->scored ? SW_CIS_FAIL : SW_CIS_WARN;
	} else {
		return false;
	}
	/* Without a test there is no verdict, whatever kube-bench says of it. */
	r->manual = r->state != SW_CIS_INFO;
	r->shown = r->state == SW_CIS_FAIL ? SW_CIS_WARN : r->state;
	return true;
}

/* The program whose process the audit looks for and that does not run; empty: none. */
static struct sw_str absent_program(struct sw_cis_judge *j, const struct sw_cis_check *c)
{
	static const char *const before[] = {"grep ", "-C ", "-fC "};
	for (uint32_t i = 0; i < j->n_absent; i++)
		for (int k = 0; k < 3; k++) {
			struct sw_str what = sw_arena_printf(
				j->arena, "%s%.*s", before[k], SW_STR_ARG(j->absent[i]));
			size_t at = sw_str_find(c->audit, what, 0);
			if (sw_str_has(c->audit, SW_STR("ps ")) && at != SW_NPOS &&
				(at + what.n == c->audit.n || c->audit.p[at + what.n] <= ' '))
				return j->absent[i];
		}
	return (struct sw_str){0};
}

static int judge_check(struct sw_cis_judge *j, struct sw_cis_check *c, struct sw_error *err)
{
	struct sw_cis_result *r = &c->result;
	struct answers as = {0};
	bool pass = false;
	*r = (struct sw_cis_result){0};
	c->chosen = true;
	if (settled(c))
		return 0;
	int rc = ask(j, c, &as, err);
	if (rc)
		return rc;
	r->files = as.v[FROM_AUDIT].files;
	r->n_files = as.v[FROM_AUDIT].n_files;
	r->state = c->scored ? SW_CIS_FAIL : SW_CIS_WARN;
	r->evaluated = !as.why.n;
	if (as.failed.n) {
		r->reason = as.why.n ? as.why : as.failed;
		r->note = as.failed;
		r->evaluated = false;
	} else if (!apply(j->arena, c, &as, &pass)) {
		r->evaluated = false;
	} else {
		struct sw_str empty = vacuous(&as);
		if (pass)
			r->state = SW_CIS_PASS;
		struct sw_str absent = absent_program(j, c);
		if (absent.n && r->evaluated && !empty.n)
			empty = sw_arena_printf(
				j->arena, "%.*s is not running on this node", SW_STR_ARG(absent));
		if (empty.n && r->evaluated) {
			r->evaluated = false;
			r->reason = empty;
		} else if (as.why.n) {
			r->reason = as.why;
		}
	}
	if (r->evaluated)
		note_running(j, c, &as);
	r->shown = r->evaluated ? r->state : SW_CIS_WARN;
	return j->arena->overflow
		       ? sw_error_set(err, SW_ELIMIT, "the checks take too much memory")
		       : 0;
}

/* ---- all checks of a file ---- */

static bool listed(struct sw_str id, const char *const *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_str_eq(id, sw_str_trim(sw_str_from(v[i]))))
			return true;
	return false;
}

bool sw_cis_filter_takes(const struct sw_cis_filter *f, struct sw_str group, const struct sw_cis_check *c)
{
	return (!f->n_groups || listed(group, f->groups, f->n_groups)) &&
	       (!f->n_checks || listed(c->id, f->checks, f->n_checks)) &&
	       !(c->scored ? f->no_scored : f->no_unscored);
}

bool sw_cis_filter_skips(const struct sw_cis_filter *f, struct sw_str group, const struct sw_cis_check *c)
{
	return listed(group, f->skip, f->n_skip) || listed(c->id, f->skip, f->n_skip);
}

/* kube-bench's own audit for items that name an environment variable. */
static void default_env(struct sw_arena *a, struct sw_cis_check *c, struct sw_str bin)
{
	for (uint32_t i = 0; i < c->n_items && !c->audit_env.n && !c->disable_env; i++)
		if (c->items[i].env.n)
			c->audit_env = sw_arena_printf(a,
				"cat \"/proc/$(/bin/ps -C %.*s -o pid= | tr -d ' ')/environ\" | "
				"tr '\\0' '\\n'",
				SW_STR_ARG(bin));
}

/* Groups of the same id are one, as kube-bench reports them. */
static int merge_groups(struct sw_cis_judge *j, struct sw_cis_controls *c, struct sw_error *err)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < c->n_groups; i++) {
		struct sw_cis_group *g = &c->groups[i], *to = NULL;
		for (uint32_t k = 0; k < n && !to; k++)
			if (sw_str_eq(c->groups[k].id, g->id))
				to = &c->groups[k];
		if (!to) {
			c->groups[n++] = *g;
			continue;
		}
		struct sw_cis_check *v = sw_arena_zalloc(j->arena, (to->n_checks + g->n_checks + 1) * sizeof(*v));
		if (!v)
			return sw_error_set(err, SW_ELIMIT, "the checks take too much memory");
		for (uint32_t k = 0; k < to->n_checks; k++)
			v[k] = to->checks[k];
		for (uint32_t k = 0; k < g->n_checks; k++)
			v[to->n_checks++] = g->checks[k];
		to->checks = v;
	}
	c->n_groups = n;
	return 0;
}

int sw_cis_judge_controls(struct sw_cis_judge *j, struct sw_cis_controls *c, struct sw_str bin,
	const struct sw_cis_filter *f, struct sw_error *err)
{
	for (uint32_t i = 0; i < c->n_groups; i++) {
		struct sw_cis_group *g = &c->groups[i];
		for (uint32_t k = 0; k < g->n_checks; k++) {
			struct sw_cis_check *x = &g->checks[k];
			if (!sw_cis_filter_takes(f, g->id, x))
				continue;
			if (sw_str_is(g->type, "skip") || sw_cis_filter_skips(f, g->id, x))
				x->type = SW_STR("skip");
			default_env(j->arena, x, bin);
			int rc = judge_check(j, x, err);
			if (rc)
				return sw_error_prefix(err, "%.*s: ", SW_STR_ARG(x->id));
		}
	}
	return merge_groups(j, c, err);
}
