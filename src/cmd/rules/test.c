/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall rules test`: events in, alerts expected. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "cmd/rules/rules.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "runtime/audit/audit.h"
#include "runtime/rules/written.h"

#define FILES_MAX 64 /* rule files of one test file */

struct test_run {
	struct sw_cmd_ctx *ctx;
	struct sw_arena arena; /* of one file */
	const char *file;
	char folder[4096];
	struct sw_engine *engine;
	struct sw_ruleset *rs;
	uint32_t passed, failed;
	/* of one case */
	struct sw_buf alerts, why;
	uint32_t n_alerts;
	uint64_t *counts; /* per rule */
};

static int on_alert(void *arg, const struct sw_alert *a)
{
	struct test_run *t = arg;
	t->n_alerts++;
	t->counts[a->rule->index]++;
	sw_alert_print(a, false, &t->alerts);
	sw_buf_addch(&t->alerts, '\n');
	return 0;
}

static int on_event(void *arg, const struct sw_event *ev)
{
	struct test_run *t = arg;
	return sw_engine_event(t->engine, ev, on_alert, t);
}

static int run_source(struct test_run *t, struct sw_stream *src, struct sw_error *err)
{
	uint64_t broken;
	int rc = sw_rules_run(src, on_event, t, &broken, err);
	sw_stream_close(src);
	return rc;
}

/* Events written into the test: system calls by field, audit events as they are. */
static int run_inline(struct test_run *t, struct sw_value events, bool audit, struct sw_error *err)
{
	sw_autobuf text;
	sw_buf_init(&text, 0);
	for (uint32_t i = 0; i < events.n; i++) {
		struct sw_value v = events.u.a->v[i];
		if (audit) {
			sw_json_write(&text, v, 0);
			sw_buf_addch(&text, '\n');
			continue;
		}
		sw_autoarena a;
		struct sw_event ev;
		sw_arena_init(&a, (size_t)64 << 20);
		int rc = sw_written_event(v, &a, i + 1, &ev, err);
		if (rc == 0)
			rc = on_event(t, &ev);
		if (rc < 0)
			return rc;
	}
	struct sw_stream *src;
	int rc = audit ? sw_audit_open_text(sw_buf_str(&text), &src, err) : 1;
	return rc == 0 ? run_source(t, src, err) : rc < 0 ? rc : 0;
}

static int run_events(struct test_run *t, struct sw_value c, struct sw_error *err)
{
	struct sw_value events = sw_object_gets(c, SW_STR("events"));
	bool audit = sw_str_is(sw_value_getstr(c, "source"), "k8s_audit");
	if (events.type == SW_ARRAY)
		return run_inline(t, events, audit, err);
	if (events.type != SW_STRING)
		return sw_error_set(err, SW_EINVALID, "events must be a list or the name of a file");
	char path[8192];
	bool abs = events.n && events.u.s[0] == '/';
	snprintf(path, sizeof(path), "%s%.*s", abs ? "" : t->folder, (int)events.n, events.u.s);
	struct sw_stream *src;
	int rc = sw_rules_open(path, &src, err);
	return rc < 0 ? rc : run_source(t, src, err);
}

/* A key that nobody knows is a mistake in writing, and a test with one would hold for the wrong reason. */
static int known_keys(struct sw_value v, const char *what, const char *const *known, struct sw_error *err)
{
	sw_object_foreach(m, v) {
		struct sw_nearest near;
		bool found = false;
		sw_nearest_init(&near, sw_str_make(m->k.u.s, m->k.n));
		for (const char *const *k = known; *k && !found; k++) {
			found = sw_str_is(near.want, *k);
			sw_nearest_try(&near, *k);
		}
		if (found)
			continue;
		sw_error_set(err, SW_EINVALID, "%s has no key \"%.*s\"", what, SW_STR_ARG(near.want));
		return near.best ? sw_error_hint(err, "did you mean %s?", near.best) : -SW_EINVALID;
	}
	return 0;
}

/* A rule that must fire: its name, or {rule, count, output}. */
static int expect_rule(struct test_run *t, struct sw_value e, struct sw_error *err)
{
	static const char *const known[] = {"rule", "count", "output", NULL};
	if (e.type != SW_STRING && e.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "what is expected must be the name of a rule or a mapping");
	struct sw_str name = e.type == SW_STRING ? sw_str_make(e.u.s, e.n) : sw_value_getstr(e, "rule");
	struct sw_str text = e.type == SW_STRING ? SW_STR("") : sw_value_getstr(e, "output");
	const struct sw_runtime_rule *r;
	int64_t want = -1;
	int rc = e.type == SW_OBJECT ? known_keys(e, "what is expected", known, err) : 0;
	if (rc == 0)
		rc = sw_rules_find(t->rs, name, &r, err);
	if (rc < 0)
		return rc;
	if (e.type == SW_OBJECT)
		sw_value_int(sw_object_gets(e, SW_STR("count")), &want);
	uint64_t got = t->counts[r->index];
	t->counts[r->index] = 0;
	if (want < 0 ? got == 0 : got != (uint64_t)want)
		sw_buf_printf(&t->why, "  \"%.*s\" fired %llu times, expected %s%lld\n", SW_STR_ARG(name),
			(unsigned long long)got, want < 0 ? "at least " : "", want < 0 ? 1LL : (long long)want);
	if (text.n && !sw_str_has(sw_buf_str(&t->alerts), text))
		sw_buf_printf(&t->why, "  no alert contains \"%.*s\"\n", SW_STR_ARG(text));
	return 0;
}

/* What fired against what was expected; whatever else fired is told. */
static int judge(struct test_run *t, struct sw_value expect, struct sw_error *err)
{
	int rc = 0;
	if (expect.type == SW_STRING)
		rc = expect_rule(t, expect, err);
	else if (expect.type != SW_ARRAY && expect.type != SW_UNDEF && expect.type != SW_NULL)
		return sw_error_set(err, SW_EINVALID, "expect must be a list of rules");
	for (uint32_t i = 0; rc == 0 && expect.type == SW_ARRAY && i < expect.n; i++)
		rc = expect_rule(t, expect.u.a->v[i], err);
	for (uint32_t i = 0; rc == 0 && i < sw_ruleset_n(t->rs); i++)
		if (t->counts[i])
			sw_buf_printf(&t->why, "  \"%.*s\" fired %llu times, not expected\n",
				SW_STR_ARG(sw_ruleset_rule(t->rs, i)->name), (unsigned long long)t->counts[i]);
	return rc;
}

static void lines(struct sw_buf *out, const char *before, struct sw_str text)
{
	struct sw_str one;
	while (sw_str_split(&text, '\n', &one))
		if (one.n)
			sw_buf_printf(out, "%s%.*s\n", before, SW_STR_ARG(one));
}

static void tell_case(struct test_run *t, struct sw_str name, uint32_t number)
{
	bool ok = t->why.n == 0;
	t->passed += ok;
	t->failed += !ok;
	if (strcmp(sw_opts_str(&t->ctx->opts, "output"), "tap") == 0) {
		sw_buf_printf(t->ctx->out, "%sok %u - %.*s\n", ok ? "" : "not ", t->passed + t->failed,
			SW_STR_ARG(name));
		lines(t->ctx->out, "# ", sw_buf_str(&t->why));
		return;
	}
	sw_buf_printf(t->ctx->out, "%s %s:%u %.*s\n", ok ? "ok" : "FAIL", t->file, number, SW_STR_ARG(name));
	lines(t->ctx->out, "", sw_buf_str(&t->why));
	if (!ok)
		lines(t->ctx->out, "  alert: ", sw_buf_str(&t->alerts));
}

static void run_case(struct test_run *t, struct sw_value c, uint32_t number)
{
	static const char *const known[] = {"name", "source", "events", "expect", NULL};
	struct sw_error err = {0};
	char text[1600];
	t->n_alerts = 0;
	sw_buf_clear(&t->alerts);
	sw_buf_clear(&t->why);
	memset(t->counts, 0, (sw_ruleset_n(t->rs) + 1) * sizeof(*t->counts));
	int rc = c.type != SW_OBJECT ? sw_error_set(&err, SW_EINVALID, "a test must be a mapping") :
				       known_keys(c, "a test", known, &err);
	if (rc == 0)
		rc = run_events(t, c, &err);
	if (rc == 0)
		rc = judge(t, sw_object_gets(c, SW_STR("expect")), &err);
	if (rc < 0)
		sw_buf_printf(&t->why, "  %s\n", sw_error_format(&err, text, sizeof(text)));
	tell_case(t, sw_value_getstr(c, "name"), number);
}

/* The rule files that a test file names, or those of the command line, or our own. */
static int load_rules(struct test_run *t, struct sw_value doc, struct sw_error *err)
{
	const struct sw_optval *given = sw_opts_get(&t->ctx->opts, "rules");
	struct sw_value list = sw_object_gets(doc, SW_STR("rules"));
	const char *files[FILES_MAX];
	uint32_t n = 0;
	bool ok;
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n && n < FILES_MAX; i++) {
		struct sw_value v = list.u.a->v[i];
		if (v.type != SW_STRING)
			return sw_error_set(err, SW_EINVALID, "rules must be a list of file names");
		bool abs = v.n && v.u.s[0] == '/';
		struct sw_str p = sw_arena_printf(&t->arena, "%s%.*s", abs ? "" : t->folder, (int)v.n, v.u.s);
		files[n++] = sw_arena_cstr(&t->arena, p);
	}
	for (uint32_t i = 0; i < given->n && n < FILES_MAX; i++)
		files[n++] = given->v[i];
	t->rs = sw_rules_load(files, n, sw_opts_bool(&t->ctx->opts, "own"), true, &ok);
	if (!ok)
		return sw_error_set(err, SW_EINVALID, "the rules have errors");
	struct sw_engine_options o = {.all = sw_opts_bool(&t->ctx->opts, "all"), .least = SW_PRIO_DEBUG};
	t->counts = sw_arena_zalloc(&t->arena, (sw_ruleset_n(t->rs) + 1) * sizeof(*t->counts));
	return t->counts ? sw_engine_new(t->rs, &o, &t->engine, err) : sw_error_set(err, SW_ELIMIT, "out of memory");
}

static int run_file(struct test_run *t, struct sw_error *err)
{
	static const char *const known[] = {"rules", "tests", NULL};
	struct sw_str text;
	struct sw_value doc;
	const char *slash = strrchr(t->file, '/');
	snprintf(t->folder, sizeof(t->folder), "%.*s", slash ? (int)(slash + 1 - t->file) : 0, t->file);
	int rc = sw_io_read(&t->arena, t->file, 0, 0, &text, err);
	if (rc == 0)
		rc = sw_yaml_parse(&t->arena, text, 0, NULL, &doc, err);
	if (rc == 0)
		rc = load_rules(t, doc, err);
	struct sw_value tests = rc == 0 ? sw_object_gets(doc, SW_STR("tests")) : sw_undef();
	if (rc == 0 && tests.type != SW_ARRAY)
		rc = sw_error_set(err, SW_EINVALID, "there is no list `tests`");
	if (rc == 0)
		rc = known_keys(doc, "a file of tests", known, err);
	for (uint32_t i = 0; rc == 0 && i < tests.n; i++)
		run_case(t, tests.u.a->v[i], i + 1);
	sw_engine_free(t->engine);
	sw_ruleset_free(t->rs);
	t->engine = NULL;
	t->rs = NULL;
	return rc;
}

static int on_file(void *arg, const char *path, const struct stat *st)
{
	struct test_run *t = arg;
	struct sw_error err = {0};
	struct sw_str p = sw_str_from(path);
	if (!sw_str_ends(p, SW_STR(".yaml")) && !sw_str_ends(p, SW_STR(".yml")))
		return 0;
	t->file = path;
	sw_arena_reset(&t->arena);
	if (run_file(t, &err) < 0) {
		char out[1600];
		t->failed++;
		sw_buf_printf(t->ctx->out,
			strcmp(sw_opts_str(&t->ctx->opts, "output"), "tap") == 0 ? "not ok - %s\n# %s\n" :
										  "FAIL %s\n  %s\n",
			path, sw_error_format(&err, out, sizeof(out)));
	}
	return 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct test_run t = {.ctx = ctx};
	struct sw_error err = {0};
	struct sw_walk walk = {.file = on_file, .arg = &t};
	int rc = 0;
	sw_arena_init(&t.arena, 0);
	sw_buf_init(&t.alerts, (size_t)64 << 20);
	sw_buf_init(&t.why, (size_t)64 << 20);
	for (uint32_t i = 0; rc == 0 && i < ctx->opts.n_args; i++)
		rc = sw_io_walk(ctx->opts.args[i], &walk, &err);
	if (strcmp(sw_opts_str(&ctx->opts, "output"), "tap") == 0)
		sw_buf_printf(ctx->out, "1..%u\n", t.passed + t.failed);
	else
		sw_buf_printf(ctx->out, "%u passed, %u failed\n", t.passed, t.failed);
	sw_buf_release(&t.alerts);
	sw_buf_release(&t.why);
	sw_arena_release(&t.arena);
	if (rc < 0)
		return sw_cmd_fail(&err);
	return t.failed ? SW_EXIT_FINDINGS : SW_EXIT_CLEAN;
}

static const struct sw_opt opts[] = {
	{.name = "all",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "every rule that matches an event fires, not only the first"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|tap",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the result; tap is the Test Anything Protocol"},
	SW_RULES_OWN_OPT,
	SW_RULES_FILE_OPT,
};

const struct sw_cmd sw_cmd_rules_test = {
	.name = "rules test",
	.summary = "run runtime rules against recorded or written events",
	.args = "TEST...",
	.description =
		"A test file is YAML: `rules`, a list of rule files beside it (without it those of -r, or Seawall's "
		"own), and `tests`. Each test has a name, `events` (the name of an audit log or a capture, or a "
		"list), `source` (syscall or k8s_audit), and `expect`: rules that must fire, by name or as "
		"{rule, count, output}. Whatever else fires is a failure; without `expect` nothing may.\n\n"
		"System calls in a list are written field by field: {evt.type: execve, proc.name: nc}.\n\n"
		"Exits 1 when a test fails.",
	.group = "Runtime",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
};
