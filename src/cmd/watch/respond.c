/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/respond.h"

#include <stdio.h>

#include "base/io.h"
#include "base/log.h"

int sw_watch_respond_check(const struct sw_response_plan *p, const char *file, const struct sw_ruleset *rs,
	struct sw_error *err)
{
	for (uint32_t i = 0; i < p->n_responses; i++) {
		const struct sw_response *o = &p->responses[i];
		for (uint32_t k = 0; k < o->n_rules; k++)
			if (!sw_ruleset_find(rs, o->rules[k]))
				return sw_error_set(err, SW_EINVALID,
					"%s: response %u: there is no rule \"%.*s\"", file, i + 1,
					SW_STR_ARG(o->rules[k]));
	}
	return 0;
}

static int read_plan(struct sw_cmd_ctx *ctx, const char *file, const struct sw_ruleset *rs,
	struct sw_response_plan *ret, struct sw_error *err)
{
	enum { PLAN_MAX = 1 << 20 };
	struct sw_str text;
	int rc = sw_io_read(ctx->arena, file, PLAN_MAX, SW_IO_COPY, &text, err);

	if (rc == 0)
		rc = sw_response_plan_read(ctx->arena, file, text, ret, err);
	return rc ? rc : sw_watch_respond_check(ret, file, rs, err);
}

int sw_watch_respond_open(struct sw_cmd_ctx *ctx, const struct sw_ruleset *rs,
	struct sw_watch_respond *ret, struct sw_error *err)
{
	const char *file = sw_opts_str(&ctx->opts, "respond");
	struct sw_error note = {0};

	*ret = (struct sw_watch_respond){0};
	if (!file && !sw_opts_get(&ctx->opts, "deny")->n)
		return 0;
	int rc = file ? read_plan(ctx, file, rs, &ret->plan, err) : 0;
	if (rc == 0)
		rc = sw_respond_open(sw_opts_str(&ctx->opts, "respond-log"), &ret->log, err);
	if (rc || !file)
		return rc;
	const struct sw_responder_options o = {.plan = &ret->plan,
		.enforce = sw_opts_bool(&ctx->opts, "enforce"),
		.log = ret->log};
	rc = sw_responder_new(&o, &ret->responder, &note, err);
	if (note.code)
		sw_log(SW_LOG_WARNING, "no network will be cut: %s", note.text);
	return rc;
}

void sw_watch_respond_tell(const struct sw_watch_respond *w)
{
	if (!w->responder)
		return;
	struct sw_responder_stats s = sw_responder_stats(w->responder);
	fprintf(stderr,
		"Answers: %llu done, %llu dry, %llu over the limit, %llu protected, %llu failed\n",
		(unsigned long long)s.done, (unsigned long long)s.dry,
		(unsigned long long)s.limited, (unsigned long long)s.protected,
		(unsigned long long)s.failed);
}

void sw_watch_respond_close(struct sw_watch_respond *w)
{
	sw_responder_free(w->responder);
	sw_respond_close(w->log);
	*w = (struct sw_watch_respond){0};
}
