/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/conftest/conftest.h"
#include "cmd/policy/test_cases.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/policy/policy.h"
#include "finding/waiver.h"
#include "rego/parse.h"

extern char **environ;

void cf_problem(struct conftest *c, const struct sw_error *err)
{
	sw_cmd_fail(err);
	c->problems++;
}

static int full(struct conftest *c)
{
	return sw_error_set(&c->err, SW_ELIMIT, "the results take more memory than they may");
}

int cf_add(struct conftest *c, struct cf_results *l, const struct cf_result *r)
{
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 8;
		struct cf_result *v =
			sw_arena_grow(c->ctx->arena, l->v, l->cap * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return full(c);
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = *r;
	return 0;
}

struct cf_check *cf_check_new(struct conftest *c, struct sw_str file, struct sw_str ns)
{
	if (c->n_checks == c->cap_checks) {
		uint32_t cap = c->cap_checks ? c->cap_checks * 2 : 64;
		struct cf_check *v = sw_arena_grow(
			c->ctx->arena, c->checks, c->cap_checks * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return NULL;
		c->checks = v;
		c->cap_checks = cap;
	}
	struct cf_check *k = &c->checks[c->n_checks++];
	*k = (struct cf_check){.file = file, .ns = ns};
	return k;
}

/* ---- loading ---- */

static const char *text_of(const struct conftest *c, const char *name)
{
	return sw_opts_str(&c->ctx->opts, name);
}

static bool is_set(const struct conftest *c, const char *name)
{
	return sw_opts_bool(&c->ctx->opts, name);
}

static int load_paths(struct conftest *c)
{
	const struct sw_optval *policy = sw_opts_get(&c->ctx->opts, "policy"),
			       *data = sw_opts_get(&c->ctx->opts, "data");
	int rc = 0;
	sw_rego_load_init(&c->policies, c->ctx->arena);
	sw_rego_load_init(&c->data, c->ctx->arena);
	c->policies.only_rego = true;
	c->policies.version = strcmp(text_of(c, "rego-version"), "v0") == 0 ? SW_REGO_V0 : SW_REGO_V1;
	c->data.only_data = true;
	for (uint32_t i = 0; !rc && i < policy->n; i++)
		rc = sw_rego_load_path(&c->policies, policy->v[i], &c->err);
	if (!rc && !policy->n)
		rc = sw_rego_load_path(&c->policies, "policy", &c->err);
	for (uint32_t i = 0; !rc && i < data->n; i++)
		rc = sw_rego_load_path(&c->data, data->v[i], &c->err);
	if (!rc && !c->policies.n_modules)
		rc = sw_error_set(&c->err, SW_ENOENT, "no policies found in %s",
			policy->n ? policy->v[0] : "policy");
	return rc;
}

static bool is_failure(struct sw_str rule);
static bool is_warning(struct sw_str rule);

/* `deny.x if …` without `contains`: a rule that looks like one and never is. */
static int check_heads(struct conftest *c)
{
	const struct sw_rego_program *p = sw_rego_engine_program(c->engine);
	for (uint32_t i = 0; i < p->n_modules; i++) {
		for (uint32_t k = 0; k < p->modules[i]->n_rules; k++) {
			const struct sw_rego_rule *r = p->modules[i]->rules[k];
			const struct sw_rego_term *first =
				r->head->ref->items.n ? r->head->ref->items.v[0] : NULL;
			struct sw_str name = !first			  ? (struct sw_str){0}
					     : first->kind == SW_REGO_VAR ? first->name
					     : sw_is(first->value, SW_STRING)
						     ? sw_value_str(first->value)
						     : (struct sw_str){0};
			if (r->head->opa_name.n || !r->head->value ||
				!sw_is_true(r->head->value->value) ||
				r->kind == SW_REGO_PARTIAL_SET ||
				!(is_failure(name) || is_warning(name)))
				continue;
			return sw_error_set(&c->err, SW_EINVALID,
				"rule is using 'if' keyword without 'contains' keyword: rule in "
				"%.*s at line %u",
				SW_STR_ARG(p->modules[i]->file->name), r->loc.row);
		}
	}
	return 0;
}

int cf_load(struct conftest *c)
{
	const struct sw_rego_caps *caps = NULL;
	int rc = load_paths(c);
	if (!rc)
		rc = sw_policy_caps(c->ctx->arena, text_of(c, "capabilities"), &caps, &c->err);
	if (!rc)
		rc = cf_builtins(c, &caps);
	if (rc)
		return rc;
	struct sw_rego_engine_opts opts = {
		.compile = {.strict = is_set(c, "strict"), .print = true, .caps = caps, .test_cases = true},
		.annotations = true,
		.strict_errors = is_set(c, "show-builtin-errors")};
	c->engine = sw_rego_engine_new(&opts);
	rc = sw_rego_load_modules(&c->policies, c->engine, &c->err);
	if (!rc && !c->ctx->opts.n_args)
		rc = sw_tests_rename(c->engine, c->ctx->arena, &c->err);
	sw_rego_engine_data(c->engine, c->data.data);
	if (!rc)
		rc = sw_rego_engine_compile(c->engine, &c->err);
	return rc ? rc : check_heads(c);
}

void cf_release(struct conftest *c)
{
	sw_rego_eval_free(c->eval);
	sw_rego_engine_free(c->engine);
	sw_buf_release(&c->print);
}

struct sw_str cf_namespace(struct conftest *c, const struct sw_rego_module *m)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	sw_rego_term_print(&b, m->package);
	struct sw_str s = sw_buf_str(&b);
	if (sw_str_starts(s, SW_STR("data.")))
		s = sw_str_sub(s, 5, s.n);
	return sw_arena_str(c->ctx->arena, s);
}

/* ---- names ---- */

/* ^name(_[a-zA-Z0-9]+)*$ */
static bool named(struct sw_str rule, const char *name)
{
	struct sw_str n = sw_str_from(name);
	if (!sw_str_starts(rule, n))
		return false;
	for (size_t i = n.n; i < rule.n; i++) {
		char ch = rule.p[i];
		bool word = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
			    (ch >= '0' && ch <= '9');
		bool bar = ch == '_' && i + 1 < rule.n && rule.p[i + 1] != '_';
		if (!bar && !(word && i > n.n))
			return false;
	}
	return true;
}

static bool is_failure(struct sw_str rule)
{
	return named(rule, "deny") || named(rule, "violation");
}

static bool is_warning(struct sw_str rule)
{
	return named(rule, "warn");
}

/* What an exception names: the rule without its kind. */
static struct sw_str suffix(struct sw_str rule)
{
	static const char *const kinds[] = {"violation", "deny", "warn"};
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		size_t n = strlen(kinds[i]);
		if (sw_str_is(rule, kinds[i]))
			return SW_STR("");
		if (sw_str_starts(rule, sw_str_from(kinds[i])) && rule.p[n] == '_')
			return sw_str_sub(rule, n + 1, rule.n);
	}
	return rule;
}

/* ---- judging ---- */

struct rule {
	struct sw_str name, query;
	uint32_t entry;
};

struct space {
	struct sw_str name;
	struct rule *v;
	uint32_t n, cap, count; /* bodies: several of one name are one rule to ask */
	uint32_t exceptions;	/* entry of data.NAME.exception */
};

struct spaces {
	struct space *v;
	uint32_t n, cap;
};

static int entry_of(struct conftest *c, struct sw_str ns, struct sw_str rule,
	struct sw_str *ret_query, uint32_t *ret)
{
	*ret_query =
		sw_arena_printf(c->ctx->arena, "data.%.*s.%.*s", SW_STR_ARG(ns), SW_STR_ARG(rule));
	return ret_query->p ? sw_rego_engine_entrypoint(c->engine, *ret_query, ret, &c->err)
			    : full(c);
}

static int add_rule(struct conftest *c, struct space *s, struct sw_str name)
{
	s->count++;
	for (uint32_t i = 0; i < s->n; i++)
		if (sw_str_eq(s->v[i].name, name))
			return 0;
	if (s->n == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 16;
		struct rule *v =
			sw_arena_grow(c->ctx->arena, s->v, s->cap * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return full(c);
		s->v = v;
		s->cap = cap;
	}
	struct rule *r = &s->v[s->n];
	r->name = name;
	int rc = entry_of(c, s->name, name, &r->query, &r->entry);
	s->n += !rc;
	return rc;
}

static int add_space(struct conftest *c, struct spaces *l, struct sw_str name)
{
	const struct sw_rego_program *p = sw_rego_engine_program(c->engine);
	struct sw_str unused;
	for (uint32_t i = 0; i < l->n; i++)
		if (sw_str_eq(l->v[i].name, name))
			return 0;
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 16;
		struct space *v =
			sw_arena_grow(c->ctx->arena, l->v, l->cap * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return full(c);
		l->v = v;
		l->cap = cap;
	}
	struct space *s = &l->v[l->n++];
	*s = (struct space){.name = name};
	int rc = 0;
	for (uint32_t i = 0; !rc && i < p->n_modules; i++) {
		if (!sw_str_eq(cf_namespace(c, p->modules[i]), name))
			continue;
		for (uint32_t k = 0; !rc && k < p->modules[i]->n_rules; k++) {
			struct sw_str rule = p->modules[i]->rules[k]->head->opa_name;
			if (is_failure(rule) || is_warning(rule))
				rc = add_rule(c, s, rule);
		}
	}
	if (!rc && s->n)
		rc = entry_of(c, name, SW_STR("exception"), &unused, &s->exceptions);
	return rc;
}

static bool has_wildcard(const struct sw_optval *names)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (strpbrk(names->v[i], "*?["))
			return true;
	return false;
}

static int find_spaces(struct conftest *c, struct spaces *l)
{
	const struct sw_rego_program *p = sw_rego_engine_program(c->engine);
	const struct sw_optval *names = sw_opts_get(&c->ctx->opts, "namespace");
	bool all = is_set(c, "all-namespaces"), wild = has_wildcard(names);
	int rc = 0;
	for (uint32_t i = 0; !rc && (all || wild) && i < p->n_modules; i++) {
		struct sw_str ns = cf_namespace(c, p->modules[i]);
		bool take = all;
		for (uint32_t k = 0; k < names->n && !take; k++)
			take = sw_glob(sw_str_from(names->v[k]), ns);
		if (take)
			rc = add_space(c, l, ns);
	}
	for (uint32_t k = 0; !rc && !all && !wild && k < names->n; k++)
		rc = add_space(c, l, sw_str_from(names->v[k]));
	return rc;
}

/* An element of a rule's set; *ret->msg stays empty when it says nothing. 0: it is no result. */
static int read_result(
	struct conftest *c, struct sw_value v, struct sw_str query, struct cf_result *ret)
{
	struct sw_map meta;
	struct sw_arena *a = c->ctx->arena;
	*ret = (struct cf_result){.query = query};
	sw_map_init(&meta, a);
	if (sw_is(v, SW_STRING)) {
		ret->msg = sw_arena_str(a, sw_value_str(v));
	} else if (sw_is(v, SW_OBJECT)) {
		struct sw_value msg = sw_object_gets(v, SW_STR("msg")),
				loc = sw_object_gets(v, SW_STR("_loc"));
		if (!sw_is(msg, SW_STRING))
			return sw_error_set(&c->err, SW_EINVALID,
				"%.*s: \"msg\" field must be present and a string",
				SW_STR_ARG(query));
		ret->msg = sw_arena_str(a, sw_value_str(msg));
		struct sw_value file = sw_object_gets(loc, SW_STR("file")),
				line = sw_object_gets(loc, SW_STR("line"));
		int64_t n;
		if (sw_is(file, SW_STRING))
			ret->loc_file = sw_arena_str(a, sw_value_str(file));
		if (sw_value_int(line, &n))
			ret->loc_line = sw_arena_printf(a, "%lld", (long long)n);
		ret->has_loc = ret->loc_file.n || ret->loc_line.n;
		sw_object_foreach (m, v) {
			if (sw_is(m->k, SW_STRING) &&
				(sw_str_is(sw_value_str(m->k), "msg") ||
					sw_str_is(sw_value_str(m->k), "_loc")))
				continue;
			if (sw_map_add(&meta, sw_value_copy(a, m->k), sw_value_copy(a, m->v)))
				return full(c);
		}
	} else {
		return 0;
	}
	if (sw_map_adds(&meta, "query", sw_string(query)))
		return full(c);
	ret->metadata = sw_map_object(&meta);
	return sw_defined(ret->metadata) && ret->msg.p ? 1 : full(c);
}

static int evaluate(struct conftest *c, uint32_t entry, struct sw_value *ret)
{
	struct sw_rego_result r = {0};
	struct sw_error err = {0};
	int rc = sw_rego_eval_run(c->eval, entry, &r, &err);
	*ret = r.value;
	if (!rc)
		return 0;
	const struct sw_rego_eval_error *x = sw_rego_eval_error(c->eval);
	sw_autobuf text;
	sw_buf_init(&text, 64 << 10);
	if (x && x->code)
		sw_rego_eval_error_format(x, &text);
	else
		sw_buf_addz(&text, err.text);
	return sw_error_set(
		&c->err, SW_EINVALID, "evaluating policy: %.*s", SW_STR_ARG(sw_buf_str(&text)));
}

/* How often exception[_][_] is the rule's suffix. */
static uint32_t count_exceptions(struct sw_value e, struct sw_str name)
{
	uint32_t n = 0;
	struct sw_value want = sw_string(name);
	for (uint32_t i = 0;
		(sw_is(e, SW_SET) || sw_is(e, SW_ARRAY) || sw_is(e, SW_OBJECT)) && i < e.n; i++) {
		struct sw_value x = sw_is(e, SW_OBJECT) ? e.u.o->m[i].v : e.u.a->v[i];
		for (uint32_t k = 0;
			(sw_is(x, SW_SET) || sw_is(x, SW_ARRAY) || sw_is(x, SW_OBJECT)) && k < x.n;
			k++)
			n += sw_value_eq(sw_is(x, SW_OBJECT) ? x.u.o->m[k].v : x.u.a->v[k], want);
	}
	return n;
}

static int put_exceptions(struct conftest *c, struct cf_check *k, const struct space *s,
	struct sw_str name, uint32_t n)
{
	struct cf_result r = {
		.query = sw_arena_printf(c->ctx->arena, "data.%.*s.exception[_][_] == \"%.*s\"",
			SW_STR_ARG(s->name), SW_STR_ARG(name))};
	int rc = r.query.p ? 0 : full(c);
	r.msg = r.query;
	while (!rc && n--)
		rc = cf_add(c, &k->by[CF_EXCEPTION], &r);
	return rc;
}

static int check_rule(
	struct conftest *c, struct cf_check *k, const struct space *s, const struct rule *r)
{
	struct sw_value e, v;
	int rc = evaluate(c, s->exceptions, &e);
	uint32_t exceptions = rc ? 0 : count_exceptions(e, suffix(r->name));
	if (!rc)
		rc = put_exceptions(c, k, s, suffix(r->name), exceptions);
	if (!rc)
		rc = evaluate(c, r->entry, &v);
	if (rc || exceptions || !sw_defined(v))
		return rc;
	if ((!sw_is(v, SW_SET) && !sw_is(v, SW_ARRAY)) || !v.n) {
		k->successes++;
		return 0;
	}
	sw_array_foreach (x, v) {
		struct cf_result one;
		rc = read_result(c, *x, r->query, &one);
		if (rc < 0)
			return rc;
		if (!rc)
			continue;
		if (!one.msg.n)
			k->successes++;
		else if (cf_add(c, &k->by[is_failure(r->name) ? CF_FAILURE : CF_WARNING], &one))
			return full(c);
	}
	return 0;
}

/* data with data.conftest.file = {name, dir} */
static int data_for(struct conftest *c, struct sw_str path, struct sw_value *ret)
{
	struct sw_arena *a = c->ctx->arena;
	struct sw_map data, own, file;
	char cwd[4096];
	struct sw_value old = sw_object_gets(c->data.data, SW_STR("conftest"));
	size_t slash = sw_str_rfind(path, SW_STR("/"));
	struct sw_str name = sw_str_base(path);
	struct sw_str dir = sw_str_sub(path, 0, slash == SW_NPOS ? 0 : slash ? slash : 1);
	if (!getcwd(cwd, sizeof(cwd)))
		snprintf(cwd, sizeof(cwd), "/");
	while (sw_str_starts(dir, SW_STR("./")))
		dir = sw_str_sub(dir, 2, dir.n);
	if (!dir.n || dir.p[0] != '/')
		dir = sw_arena_printf(a, "%s%s%.*s", cwd, dir.n && !sw_str_is(dir, ".") ? "/" : "",
			sw_str_is(dir, ".") ? 0 : (int)dir.n, dir.p ? dir.p : "");
	sw_map_init(&data, a);
	sw_map_init(&own, a);
	sw_map_init(&file, a);
	int rc = sw_map_adds(&file, "name", sw_string(name)) ||
		 sw_map_adds(&file, "dir", sw_string(dir));
	for (uint32_t i = 0; !rc && sw_is(c->data.data, SW_OBJECT) && i < c->data.data.n; i++)
		rc = sw_map_add(&data, c->data.data.u.o->m[i].k, c->data.data.u.o->m[i].v);
	for (uint32_t i = 0; !rc && sw_is(old, SW_OBJECT) && i < old.n; i++)
		rc = sw_map_add(&own, old.u.o->m[i].k, old.u.o->m[i].v);
	if (rc || sw_map_adds(&own, "file", sw_map_object(&file)) ||
		sw_map_adds(&data, "conftest", sw_map_object(&own)))
		return full(c);
	*ret = sw_map_object(&data);
	return sw_defined(*ret) ? 0 : full(c);
}

/* opa.runtime().env, as conftest offers it, when the user allows it. */
static struct sw_value runtime(struct conftest *c)
{
	struct sw_map env, r;
	if (!is_set(c, "allow-env"))
		return sw_undef();
	sw_map_init(&env, c->ctx->arena);
	sw_map_init(&r, c->ctx->arena);
	for (char **e = environ; *e; e++) {
		const char *eq = strchr(*e, '=');
		if (eq)
			sw_map_add(&env, sw_string(sw_str_make(*e, (size_t)(eq - *e))),
				sw_string(sw_str_from(eq + 1)));
	}
	sw_map_adds(&r, "env", sw_map_object(&env));
	return sw_map_object(&r);
}

static int check_document(struct conftest *c, struct cf_check *total, const struct space *s,
	struct sw_value data, struct sw_value doc)
{
	struct sw_rego_eval_input in = {.input = doc,
		.data = data,
		.runtime = runtime(c),
		.timeout_ns = sw_opts_int(&c->ctx->opts, "timeout")};
	uint32_t before = total->successes, results = 0;
	int rc = 0;
	for (int k = 0; k < CF__KINDS; k++)
		results += total->by[k].n;
	sw_rego_eval_begin(c->eval, &in);
	for (uint32_t i = 0; !rc && i < s->n; i++)
		rc = check_rule(c, total, s, &s->v[i]);
	sw_rego_eval_end(c->eval);
	uint32_t n = total->successes - before;
	for (int k = 0; k < CF__KINDS; k++)
		n += total->by[k].n;
	n -= results;
	if (n < s->count)
		total->successes += s->count - n;
	return rc;
}

/* A list of documents is judged one by one; their results are one. */
static int check_file(
	struct conftest *c, const struct space *s, const struct cf_config *f, bool combined)
{
	struct cf_check *k = cf_check_new(c, f->path, s->name);
	struct sw_value data;
	int rc = k ? data_for(c, f->path, &data) : full(c);
	sw_buf_clear(&c->print);
	if (!rc && sw_is(f->value, SW_ARRAY) && !combined) {
		for (uint32_t i = 0; !rc && i < f->value.n; i++)
			rc = check_document(c, k, s, data, f->value.u.a->v[i]);
	} else if (!rc) {
		rc = check_document(c, k, s, data, f->value);
	}
	if (k && c->print.n)
		k->print = sw_arena_str(c->ctx->arena, sw_buf_str(&c->print));
	return rc;
}

int cf_run(struct conftest *c)
{
	struct spaces l = {0};
	int rc = find_spaces(c, &l);
	if (rc)
		return rc;
	sw_buf_init(&c->print, 64 << 20);
	struct sw_rego_eval_opts opts = {
		.print = &c->print, .allow = is_set(c, "allow-env") ? SW_BUILTIN_ALLOW_RUNTIME : 0};
	c->eval = sw_rego_eval_new(c->engine, &opts);
	struct cf_config all = {.path = SW_STR("Combined")};
	if (is_set(c, "combine"))
		all.value = cf_combine(c->ctx->arena, c->configs, c->n_configs);
	for (uint32_t i = 0; i < l.n; i++) {
		for (uint32_t k = 0; k < (is_set(c, "combine") ? 1 : c->n_configs); k++) {
			const struct cf_config *f = is_set(c, "combine") ? &all : &c->configs[k];
			if (!sw_defined(f->value) ||
				!check_file(c, &l.v[i], f, is_set(c, "combine")))
				continue;
			if (!c->err.file[0])
				sw_error_at(&c->err, f->path, 0, 0, 0);
			cf_problem(c, &c->err);
			c->err.file[0] = '\0';
		}
	}
	return 0;
}
