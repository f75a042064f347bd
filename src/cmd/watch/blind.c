/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/blind.h"

#include <stdio.h>
#include <time.h>

enum { WINDOWS_SHOWN = 8, RULES_SHOWN = 6 };

static bool meet(const struct sw_codeset *a, const struct sw_codeset *b)
{
	for (size_t i = 0; i < sizeof(a->w) / sizeof(a->w[0]); i++)
		if (a->w[i] & b->w[i])
			return true;
	return false;
}

static void print_rules(const struct sw_blind *b, const struct sw_ruleset *rs)
{
	uint32_t n = 0, shown = 0;

	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		if (!r->enabled || r->source != SW_SOURCE_SYSCALL || !meet(&r->codes, &b->codes))
			continue;
		if (n++ < RULES_SHOWN) {
			fprintf(stderr, "%s%.*s", shown++ ? ", " : "", SW_STR_ARG(r->name));
		}
	}
	if (n > shown)
		fprintf(stderr, " and %u more", n - shown);
	fprintf(stderr, "%s\n", n ? "" : "no rule, but the tables of processes and files");
}

void sw_watch_blind_print(const struct sw_state *st, const struct sw_ruleset *rs)
{
	const struct sw_blind *b;
	uint64_t events = 0, ns = 0;

	for (uint32_t i = 0; (b = sw_state_blind(st, i)); i++) {
		events += b->events;
		ns += b->to - b->from;
	}
	if (!st->n_blind)
		return;
	fprintf(stderr, "Blind: %u times, %.1f s in all, %llu events lost\n", st->n_blind,
		(double)ns / 1e9, (unsigned long long)events);
	for (uint32_t i = 0; i < WINDOWS_SHOWN && (b = sw_state_blind(st, i)); i++) {
		time_t sec = (time_t)(b->from / 1000000000u);
		struct tm tm = {0};
		char when[32];
		gmtime_r(&sec, &tm);
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
		fprintf(stderr, "   %s for %.1f s, %llu events; rules that could not see: ", when,
			(double)(b->to - b->from) / 1e9, (unsigned long long)b->events);
		print_rules(b, rs);
	}
}
