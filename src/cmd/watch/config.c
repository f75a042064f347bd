/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/config.h"


#include "base/cleanup.h"
#include "cmd/watch/falco.h"
#include "runtime/rules/load_int.h"

int sw_watch_choice(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_str what, bool tag, bool on, bool strict,
	struct sw_error *err)
{
	struct sw_rule_choice *p = sw_array_push(ctx->arena, c->choices, c->n_choices, sizeof(*p));

	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	c->choices = p;
	p[c->n_choices++] = (struct sw_rule_choice){what, tag, on, strict};
	return 0;
}

static bool given(const struct sw_opts *o, const char *name)
{
	return sw_opts_get(o, name)->origin != SW_FROM_DEFAULT;
}

static void option_style(const struct sw_opts *o, struct sw_watch_config *c)
{
	struct sw_alert_style *s = &c->engine.style;

	if (given(o, "output")) {
		const char *form = sw_opts_str(o, "output");
		c->json = strcmp(form, "json") == 0;
		c->incidents_json = strcmp(form, "incidents-json") == 0;
		c->incidents = c->incidents_json || strcmp(form, "incidents") == 0;
		if (!c->json && !c->incidents && strcmp(form, "text") != 0)
			c->report = form;
	}
	if (sw_opts_str(o, "report"))
		c->report = sw_opts_str(o, "report");
	/* There the container is told beside the message. */
	if (c->report || c->incidents)
		c->engine.suggested = false;
	c->fold = sw_opts_bool(o, "fold");
	c->quiet_ns = (uint64_t)sw_opts_int(o, "quiet-after");
	if (given(o, "rule-matching"))
		c->engine.all = strcmp(sw_opts_str(o, "rule-matching"), "all") == 0;
	if (given(o, "priority"))
		sw_priority_from(sw_str_from(sw_opts_str(o, "priority")), &c->engine.least);
	s->iso_time |= sw_opts_bool(o, "iso-time");
	s->no_output |= sw_opts_bool(o, "no-output-property");
	s->no_tags |= sw_opts_bool(o, "no-tags-property");
	s->no_fields |= sw_opts_bool(o, "no-fields-property");
	s->message |= sw_opts_bool(o, "message-property");
	c->engine.suggested &= !sw_opts_bool(o, "no-suggested");
	c->to_stdout &= !sw_opts_bool(o, "no-stdout");
}

static int option_choices(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_error *err)
{
	static const struct {
		const char *option;
		bool tag, on;
	} rows[] = {{"tag", true, true}, {"disable-tag", true, false}, {"disable", false, false}};
	int rc = 0;

	if (sw_opts_get(&ctx->opts, "tag")->n)
		rc = sw_watch_choice(ctx, c, SW_STR("*"), false, false, false, err);
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
		const struct sw_optval *v = sw_opts_get(&ctx->opts, rows[i].option);
		for (uint32_t k = 0; rc == 0 && k < v->n; k++)
			rc = sw_watch_choice(ctx, c, sw_str_from(v->v[k]), rows[i].tag, rows[i].on, true, err);
	}
	return rc;
}

static void option_str(const struct sw_opts *o, const char *name, const char **to)
{
	const char *v = sw_opts_str(o, name);

	if (v)
		*to = v;
}

static int from_options(struct sw_cmd_ctx *ctx, struct sw_watch_config *c, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	const struct sw_optval *rules = sw_opts_get(o, "rules"),
			       *headers = sw_opts_get(o, "http-header");

	if (rules->n) {
		c->rules = rules->v;
		c->n_rules = rules->n;
	}
	option_style(o, c);
	option_str(o, "replay", &c->replay);
	option_str(o, "to-file", &c->file);
	option_str(o, "to-syslog", &c->syslog);
	option_str(o, "to-program", &c->program);
	option_str(o, "to-http", &c->http);
	option_str(o, "http-ca", &c->post.ca_file);
	option_str(o, "http-cert", &c->post.client_cert);
	option_str(o, "http-key", &c->post.client_key);
	option_str(o, "metrics", &c->metrics);
	c->health_only &= !sw_opts_str(o, "metrics");
	c->file_bytes = (uint64_t)sw_opts_int(o, "file-size");
	c->file_keep = (uint32_t)sw_opts_int(o, "file-keep");
	c->program_keep |= sw_opts_bool(o, "program-keep");
	const char **h = sw_arena_new_array(ctx->arena, headers->n + 1, const char *);
	for (uint32_t i = 0; h && i < headers->n; i++)
		if ((h[i] = sw_falco_expand(ctx->arena, sw_str_from(headers->v[i]))) != NULL)
			c->post.n_headers = i + 1;
	c->post.headers = h;
	const struct sw_optval *sockets = sw_opts_get(o, "container-socket");
	if (sockets->n) {
		c->usual_sockets = false;
		c->n_sockets = sockets->n;
		c->sockets = sockets->v;
		if (sockets->n == 1 && strcmp(sockets->v[0], "none") == 0)
			c->n_sockets = 0;
	}
	c->follow_rules |= sw_opts_bool(o, "follow-rules");
	c->post.url = c->http;
	c->post.json = c->json;
	return option_choices(ctx, c, err);
}

int sw_watch_config(struct sw_cmd_ctx *ctx, struct sw_watch_config *ret, struct sw_error *err)
{
	struct sw_watch_config c = {
		.engine = {.suggested = true, .least = SW_PRIO_DEBUG},
		.to_stdout = true,
		.usual_sockets = true};
	int rc = sw_watch_from_falco(ctx, &c, err);

	rc = rc ? rc : from_options(ctx, &c, err);
	if (rc == 0)
		*ret = c;
	return rc;
}

/* '*' stands for anything; the rest for itself. */
static bool like(struct sw_str pattern, struct sw_str s)
{
	size_t p = 0, i = 0, star = SW_NPOS, back = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			back = i;
		} else if (p < pattern.n && pattern.p[p] == s.p[i]) {
			p++;
			i++;
		} else if (star != SW_NPOS) {
			p = star + 1;
			i = ++back;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

int sw_watch_choose(const struct sw_watch_config *c, struct sw_ruleset *rs, struct sw_error *err)
{
	for (uint32_t i = 0; i < c->n_choices; i++) {
		const struct sw_rule_choice *x = &c->choices[i];
		uint32_t n = x->tag ? sw_ruleset_enable(rs, x->what, true, x->on) : 0;
		for (uint32_t k = 0; !x->tag && k < sw_ruleset_n(rs); k++) {
			struct sw_str name = sw_ruleset_rule(rs, k)->name;
			if (like(x->what, name))
				n += sw_ruleset_enable(rs, name, false, x->on);
		}
		if (n == 0 && x->strict)
			return sw_error_set(err, SW_EUSAGE,
				x->tag ? "no rule has the tag \"%.*s\""
				       : "there is no rule \"%.*s\"",
				SW_STR_ARG(x->what));
	}
	return 0;
}
