/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/preview.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "cmd/scan/scanning.h"
#include "cmd/watch/report.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "finding/fingerprint.h"
#include "finding/waiver.h"
#include "runtime/rules/finding.h"

enum { ALERTS_MAX = 1024 /* of one event */ };

struct tally {
	struct sw_str name;
	uint64_t now, hidden, fresh;
	struct sw_str samples[SW_PREVIEW_SAMPLES];
	uint32_t n_samples;
	const struct sw_rule *rule; /* as findings know it; waivers */
};

struct sw_watch_preview {
	struct sw_arena a;
	const char *path;
	bool json;
	struct sw_ruleset *rules; /* with the change; NULL: waivers */
	struct sw_engine *engine;
	struct sw_waivers waivers;
	struct tally *tallies;
	uint32_t n_tallies, cap;
	uint64_t events;
	/* Of the event at hand: the alerts as it is. */
	struct {
		struct tally *t;
		struct sw_str message;
		bool still;
	} alerts[ALERTS_MAX];
	uint32_t n_alerts;
};

static int open_rules(struct sw_watch_preview *p, struct sw_cmd_ctx *ctx,
	const struct sw_watch_config *c, struct sw_error *err)
{
	const char **files = sw_arena_new_array(&p->a, c->n_rules + 1, const char *);
	bool ok, own = sw_opts_bool(&ctx->opts, "own") || c->n_rules == 0;

	if (!files)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; i < c->n_rules; i++)
		files[i] = c->rules[i];
	files[c->n_rules] = p->path;
	p->rules = sw_rules_load(files, c->n_rules + 1, own, true, &ok);
	if (!ok)
		return sw_error_set(
			err, SW_EUSAGE, "%s: cannot be loaded behind the rules", p->path);
	int rc = sw_watch_choose(c, p->rules, err);
	return rc ? rc : sw_engine_new(p->rules, &c->engine, &p->engine, err);
}

static int open_file(struct sw_watch_preview *p, struct sw_cmd_ctx *ctx,
	const struct sw_watch_config *c, struct sw_error *err)
{
	struct sw_yaml_stream *ys;
	struct sw_yaml_doc doc;
	struct sw_source *src;
	int rc = sw_cmd_read(ctx->arena, p->path, SW_RULES_FILE_MAX, &src, err);

	rc = rc ? rc : sw_yaml_open(&p->a, src->text, SW_YAML_GOYAML3, NULL, &ys, err);
	if (rc)
		return rc;
	rc = sw_yaml_next(ys, &p->a, &doc, err);
	if (rc < 0)
		return err ? sw_error_prefix(err, "%s: ", p->path) : rc;
	if (rc > 0 && sw_is(doc.root, SW_ARRAY))
		return open_rules(p, ctx, c, err);
	return sw_waivers_parse(&p->waivers, ctx->arena, src, err);
}

int sw_watch_preview_open(struct sw_cmd_ctx *ctx, const struct sw_watch_config *c, const char *path,
	struct sw_watch_preview **ret, struct sw_error *err)
{
	struct sw_watch_preview *p = calloc(1, sizeof(*p));

	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	sw_arena_init(&p->a, (size_t)256 << 20);
	p->path = path;
	p->json = c->json;
	int rc = open_file(p, ctx, c, err);
	if (rc) {
		sw_watch_preview_free(p);
		return rc;
	}
	*ret = p;
	return 0;
}

void sw_watch_preview_free(struct sw_watch_preview *p)
{
	if (!p)
		return;
	sw_engine_free(p->engine);
	sw_ruleset_free(p->rules);
	free(p->tallies);
	sw_arena_release(&p->a);
	free(p);
}

static struct tally *tally_of(struct sw_watch_preview *p, struct sw_str name)
{
	for (uint32_t i = 0; i < p->n_tallies; i++)
		if (sw_str_eq(p->tallies[i].name, name))
			return &p->tallies[i];
	if (p->n_tallies == p->cap) {
		/* Alerts of the event at hand point into the array: it is made for all rules at
		 * once. */
		if (p->cap)
			return NULL;
		p->cap = 100000;
		p->tallies = calloc(p->cap, sizeof(*p->tallies));
		if (!p->tallies)
			return NULL;
	}
	struct sw_str copy = sw_arena_str(&p->a, name);
	p->tallies[p->n_tallies] = (struct tally){.name = copy};
	return copy.p ? &p->tallies[p->n_tallies++] : NULL;
}

static void hide(struct sw_watch_preview *p, struct tally *t, struct sw_str message)
{
	t->hidden++;
	for (uint32_t i = 0; i < t->n_samples; i++)
		if (sw_str_eq(t->samples[i], message))
			return;
	if (t->n_samples < SW_PREVIEW_SAMPLES) {
		struct sw_str s = sw_arena_str(&p->a, sw_str_sub(message, 0, 1024));
		if (s.p)
			t->samples[t->n_samples++] = s;
	}
}

static int waived(struct sw_watch_preview *p, struct tally *t, const struct sw_alert *a,
	const struct sw_incident_news *n, struct sw_str message)
{
	struct sw_finding f;

	if (!t->rule)
		t->rule = sw_runtime_rule_finding(a->rule, &p->a);
	if (!t->rule)
		return -SW_ELIMIT;
	sw_watch_report_finding(a, t->rule, n, &f);
	sw_fingerprint(&f, f.fingerprint);
	for (uint32_t i = 0; i < p->waivers.n; i++) {
		const struct sw_waiver *w = &p->waivers.v[i];
		if (!sw_waiver_expired(w, sw_today()) && sw_waiver_matches(w, &f)) {
			hide(p, t, message);
			return 0;
		}
	}
	return 0;
}

int sw_watch_preview_alert(
	struct sw_watch_preview *p, const struct sw_alert *a, const struct sw_incident_news *n)
{
	struct tally *t = tally_of(p, a->rule->name);
	sw_autobuf b;

	sw_buf_init(&b, 1 << 20);
	if (!t)
		return -SW_ELIMIT;
	t->now++;
	sw_alert_message(a, &b);
	if (!p->engine)
		return waived(p, t, a, n, sw_buf_str(&b));
	if (p->n_alerts < ALERTS_MAX) {
		p->alerts[p->n_alerts].t = t;
		p->alerts[p->n_alerts].message = sw_arena_str(a->event->arena, sw_buf_str(&b));
		p->alerts[p->n_alerts++].still = false;
	}
	return 0;
}

static int with_change(void *arg, const struct sw_alert *a)
{
	struct sw_watch_preview *p = arg;

	for (uint32_t i = 0; i < p->n_alerts; i++) {
		if (sw_str_eq(p->alerts[i].t->name, a->rule->name)) {
			p->alerts[i].still = true;
			return 0;
		}
	}
	struct tally *t = tally_of(p, a->rule->name);
	if (t)
		t->fresh++;
	return 0;
}

int sw_watch_preview_event(struct sw_watch_preview *p, const struct sw_event *ev)
{
	p->events++;
	int rc = p->engine ? sw_engine_event(p->engine, ev, with_change, p) : 0;
	for (uint32_t i = 0; i < p->n_alerts; i++)
		if (!p->alerts[i].still)
			hide(p, p->alerts[i].t, p->alerts[i].message);
	p->n_alerts = 0;
	return rc;
}

static void clean(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		sw_buf_addch(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? '.' : s.p[i]);
}

static void tell_json(const struct sw_watch_preview *p, uint64_t now, uint64_t hidden,
	uint64_t fresh, struct sw_buf *out)
{
	sw_buf_printf(out,
		"{\"events\":%llu,\"alerts\":%llu,\"hidden\":%llu,\"new\":%llu,\"rules\":[",
		(unsigned long long)p->events, (unsigned long long)now, (unsigned long long)hidden,
		(unsigned long long)fresh);
	for (uint32_t i = 0; i < p->n_tallies; i++) {
		const struct tally *t = &p->tallies[i];
		sw_buf_addz(out, i ? ",{\"rule\":" : "{\"rule\":");
		sw_json_write_str(out, t->name, 0);
		sw_buf_printf(out, ",\"alerts\":%llu,\"hidden\":%llu,\"new\":%llu,\"samples\":[",
			(unsigned long long)t->now, (unsigned long long)t->hidden,
			(unsigned long long)t->fresh);
		for (uint32_t k = 0; k < t->n_samples; k++) {
			sw_buf_addz(out, k ? "," : "");
			sw_json_write_str(out, t->samples[k], 0);
		}
		sw_buf_addz(out, "]}");
	}
	sw_buf_addz(out, "]}\n");
}

void sw_watch_preview_tell(const struct sw_watch_preview *p, struct sw_buf *out)
{
	uint64_t now = 0, hidden = 0, fresh = 0;

	for (uint32_t i = 0; i < p->n_tallies; i++) {
		now += p->tallies[i].now;
		hidden += p->tallies[i].hidden;
		fresh += p->tallies[i].fresh;
	}
	if (p->json) {
		tell_json(p, now, hidden, fresh, out);
		return;
	}
	sw_buf_printf(out, "%s would have hidden %llu of %llu alerts in %llu events.\n", p->path,
		(unsigned long long)hidden, (unsigned long long)now, (unsigned long long)p->events);
	if (fresh)
		sw_buf_printf(out, "It would have brought %llu alerts that there are not now.\n",
			(unsigned long long)fresh);
	sw_buf_addz(out, p->n_tallies ? "\n  hidden    left     new  rule\n" : "");
	for (uint32_t i = 0; i < p->n_tallies; i++) {
		const struct tally *t = &p->tallies[i];
		sw_buf_printf(out, "%8llu%8llu%8llu  ", (unsigned long long)t->hidden,
			(unsigned long long)(t->now - t->hidden), (unsigned long long)t->fresh);
		clean(out, t->name);
		sw_buf_addch(out, '\n');
		for (uint32_t k = 0; k < t->n_samples; k++) {
			sw_buf_addz(out, "                            ");
			clean(out, t->samples[k]);
			sw_buf_addch(out, '\n');
		}
	}
}
