/* SPDX-License-Identifier: Apache-2.0 */
/* The options and the two runs of `policy verify --policy`: of files, and of unit tests. */
#include "cmd/conftest/conftest.h"

#include "cmd/policy/policy.h"
#include "cmd/policy/test_cases.h"

/* ---- unit tests ---- */

struct unit {
	struct sw_str file, path;
	const struct sw_rego_rule *rule;
	uint32_t entry;
	bool todo;
};

static void note_case(void *arg, struct sw_value path)
{
	struct conftest *c = arg;
	sw_list_add(&c->began, sw_value_copy(c->ctx->arena, path));
}

/* A test with cases passes when all that began are true; any other when it is the value true. */
static bool passes(struct conftest *c, const struct unit *u, struct sw_value v)
{
	struct sw_test_case cases = {0};
	if (u->rule->kind != SW_REGO_PARTIAL_OBJECT || !sw_defined(v))
		return sw_is_true(v);
	struct sw_value began = sw_list_array(&c->began);
	sw_test_cases_add(c->ctx->arena, &cases, v);
	for (uint32_t i = 0; i < began.n; i++)
		sw_test_cases_began(c->ctx->arena, &cases, began.u.a->v[i]);
	return !cases.fail;
}

static int run_test(struct conftest *c, const struct unit *u)
{
	struct sw_rego_result result = {0};
	struct sw_rego_eval_input in = {.timeout_ns = sw_opts_int(&c->ctx->opts, "timeout")};
	struct cf_check *k = cf_check_new(c, u->file, SW_STR(""));
	struct cf_result msg = {.msg = u->path, .query = u->path};
	struct sw_error err = {0};
	if (!k)
		return sw_error_set(&c->err, SW_ELIMIT, "too many tests");
	if (u->todo)
		return cf_add(c, &k->by[CF_SKIPPED], &msg);
	sw_buf_clear(&c->print);
	sw_list_init(&c->began, c->ctx->arena);
	sw_rego_eval_begin(c->eval, &in);
	int rc = sw_rego_eval_run(c->eval, u->entry, &result, &err);
	bool passed = !rc && passes(c, u, result.value);
	const struct sw_rego_eval_error *x = rc ? sw_rego_eval_error(c->eval) : NULL;
	if (x && x->code) {
		sw_autobuf text;
		sw_buf_init(&text, 64 << 10);
		sw_rego_eval_error_format(x, &text);
		sw_error_set(&err, SW_EINVALID, "%.*s: %.*s", SW_STR_ARG(u->path),
			SW_STR_ARG(sw_buf_str(&text)));
	}
	if (rc)
		cf_problem(c, &err);
	sw_rego_eval_end(c->eval);
	if (c->print.n)
		k->print = sw_arena_str(c->ctx->arena, sw_buf_str(&c->print));
	k->successes = passed;
	return passed ? 0 : cf_add(c, &k->by[CF_FAILURE], &msg);
}

static int prepare(
	struct conftest *c, const struct sw_rego_rule *r, uint32_t items, struct unit *ret)
{
	*ret = (struct unit){.file = r->module->file->name,
		.rule = r,
		.todo = sw_test_is_todo(r, items)};
	struct sw_str name = sw_test_name(c->ctx->arena, r, items, false);
	struct sw_str ns = cf_namespace(c, r->module);
	struct sw_str path = sw_test_name(c->ctx->arena, r, items, true);
	ret->path = sw_arena_printf(c->ctx->arena, "data.%.*s.%.*s", SW_STR_ARG(ns), SW_STR_ARG(name));
	if (!ret->path.p || !path.p)
		return sw_error_set(&c->err, SW_ELIMIT, "too many tests");
	return sw_rego_engine_entrypoint(c->engine, path, &ret->entry, &c->err);
}

/* Run the rules test_… and todo_test_… instead. */
static int cf_run_tests(struct conftest *c)
{
	const struct sw_rego_program *p = sw_rego_engine_program(c->engine);
	const struct sw_rego_eval_opts opts = {
		.print = &c->print, .test_case = note_case, .test_case_arg = c};
	uint32_t rules = 0, n = 0;
	int rc = 0;
	sw_buf_init(&c->print, 64 << 20);
	for (uint32_t i = 0; i < p->n_modules; i++)
		rules += p->modules[i]->n_rules;
	struct unit *v = sw_arena_array(c->ctx->arena, rules + 1, sizeof(*v));
	if (!v)
		return sw_error_set(&c->err, SW_ELIMIT, "too many tests");
	for (uint32_t i = 0; i < p->n_modules; i++)
		for (uint32_t k = 0; !rc && k < p->modules[i]->n_rules; k++) {
			uint32_t items = sw_test_name_items(p->modules[i]->rules[k]);
			if (items)
				rc = prepare(c, p->modules[i]->rules[k], items, &v[n++]);
		}
	if (rc)
		return rc;
	c->eval = sw_rego_eval_new(c->engine, &opts);
	for (uint32_t i = 0; !rc && i < n; i++)
		rc = run_test(c, &v[i]);
	return rc;
}

/* ---- the command ---- */

/* conftest: 1 with failures; with --fail-on-warn 2 with failures and 1 with warnings. */
static int exit_code(const struct conftest *c)
{
	const struct sw_opts *o = &c->ctx->opts;
	uint32_t n[CF__KINDS] = {0};
	for (uint32_t i = 0; i < c->n_checks; i++)
		for (int k = 0; k < CF__KINDS; k++)
			n[k] += c->checks[i].by[k].n;
	bool strict = sw_opts_bool(o, "fail-on-warn");
	int code = n[CF_FAILURE] ? (strict ? 2 : 1) : strict && n[CF_WARNING] ? 1 : 0;
	if (sw_opts_bool(o, "no-fail"))
		code = 0;
	return c->problems && !code ? 1 : code;
}

static int fail(struct conftest *c)
{
	const struct sw_rego_diags *d = c->engine ? sw_rego_engine_diags(c->engine) : NULL;
	if (d && d->n)
		sw_rego_errors_text(" during loading", d, &c->err);
	else
		sw_cmd_fail(&c->err);
	cf_release(c);
	return 1;
}

static int refuse(struct conftest *c)
{
	if (sw_opts_get(&c->ctx->opts, "update")->n)
		return sw_error_set(&c->err, SW_EUNSUPPORTED,
			"--update is not supported: policies are read from folders and never "
			"fetched; fetch them before and name the folder with --policy");
	if (sw_opts_get(&c->ctx->opts, "proto-file-dirs")->n)
		return sw_error_set(&c->err, SW_EUNSUPPORTED,
			"--proto-file-dirs is not supported: text protocol buffers are not read");
	if (sw_opts_bool(&c->ctx->opts, "trace"))
		return sw_error_set(&c->err, SW_EUNSUPPORTED,
			"--trace is not supported here: `seawall policy eval --explain full` "
			"traces a rule");
	return 0;
}

int cf_command(struct sw_cmd_ctx *ctx)
{
	struct conftest c = {.ctx = ctx};
	bool tests = !ctx->opts.n_args;
	if (sw_opts_bool(&ctx->opts, "no-color"))
		ctx->term.color = false;
	int rc = cf_config(ctx, &c.err);
	if (!rc)
		rc = refuse(&c);
	if (!rc && !tests)
		rc = cf_read_files(&c);
	if (!rc)
		rc = cf_load(&c);
	if (!rc)
		rc = tests ? cf_run_tests(&c) : cf_run(&c);
	if (rc)
		return fail(&c);
	int code = exit_code(&c);
	if (!sw_opts_bool(&ctx->opts, "quiet") || code)
		rc = cf_write(&c, tests);
	if (rc)
		return fail(&c);
	cf_release(&c);
	return code;
}
