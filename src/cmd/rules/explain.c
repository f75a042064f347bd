/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall rules explain`: why a rule fires on recorded events, or does not. */
#include <stdlib.h>

#include "cmd/rules/rules.h"
#include "runtime/audit/audit.h"

struct explain {
	struct sw_cmd_ctx *ctx;
	struct sw_engine *engine;
	const struct sw_runtime_rule *rule;
	int64_t number; /* 0: see `max` */
	uint64_t max, shown, matched, seen;
};

static int on_event(void *arg, const struct sw_event *ev)
{
	struct explain *x = arg;
	bool match = sw_engine_matches(x->engine, x->rule, ev);
	x->seen++;
	x->matched += match;
	bool show = x->number ? ev->num == (uint64_t)x->number :
				x->shown < x->max && sw_codeset_has(&x->rule->codes, ev->code);
	if (!show)
		return 0;
	x->shown++;
	sw_buf_printf(x->ctx->out, "event %llu (%s): %s\n", (unsigned long long)ev->num,
		ev->source == SW_SOURCE_K8S_AUDIT ? "audit" : sw_event_table[ev->code].name,
		match ? "the rule fires" : "the rule does not fire");
	sw_engine_explain(x->engine, x->rule, ev, x->ctx->out);
	return 0;
}

static int explain(struct sw_cmd_ctx *ctx, struct sw_ruleset *rs, struct sw_error *err)
{
	struct sw_engine_options o = {.all = true, .least = SW_PRIO_DEBUG};
	struct explain x = {.ctx = ctx,
		.number = sw_opts_int(&ctx->opts, "event"),
		.max = (uint64_t)sw_opts_int(&ctx->opts, "max-events")};
	struct sw_stream *src;
	uint64_t broken;
	int rc = sw_rules_find(rs, sw_str_from(ctx->opts.args[0]), &x.rule, err);
	if (rc == 0)
		rc = sw_engine_new(rs, &o, &x.engine, err);
	if (rc < 0)
		return rc;
	rc = sw_rules_open(ctx->opts.args[1], &src, err);
	if (rc == 0) {
		rc = sw_rules_run(src, on_event, &x, &broken, err);
		sw_stream_close(src);
	}
	if (rc == 0)
		sw_buf_printf(ctx->out, "%llu events, the rule fires on %llu\n", (unsigned long long)x.seen,
			(unsigned long long)x.matched);
	sw_engine_free(x.engine);
	return rc;
}

static int run(struct sw_cmd_ctx *ctx)
{
	const struct sw_optval *files = sw_opts_get(&ctx->opts, "rules");
	struct sw_error err = {0};
	bool ok;
	struct sw_ruleset *rs = sw_rules_load(files->v, files->n, sw_opts_bool(&ctx->opts, "own"), true, &ok);
	int rc = ok ? explain(ctx, rs, &err) : 0;
	sw_ruleset_free(rs);
	return rc < 0 ? sw_cmd_fail(&err) : ok ? SW_EXIT_CLEAN : SW_EXIT_ERROR;
}

static const struct sw_opt opts[] = {
	{.name = "event",
		.metavar = "N",
		.type = SW_OPT_INT,
		.def = "0",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "only the event of this number (evt.num)"},
	{.name = "max-events",
		.type = SW_OPT_INT,
		.def = "5",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "show so many events that the rule looks at"},
	SW_RULES_OWN_OPT,
	SW_RULES_FILE_OPT,
};

const struct sw_cmd sw_cmd_rules_explain = {
	.name = "rules explain",
	.summary = "show why a runtime rule fires on recorded events, or does not",
	.args = "RULE EVENTS",
	.description = "Prints the rule's condition as a tree, with the answer of each part for the event and "
		       "the values of the fields that were asked. A part marked - was not asked, because the "
		       "answer was known without it.",
	.examples = "seawall rules explain -r k8s_audit_rules.yaml \"Attach/Exec Pod\" audit.log\n"
		    "  the first events of the log that the rule looks at\n",
	.group = "Runtime",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
