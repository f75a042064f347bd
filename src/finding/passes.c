/* SPDX-License-Identifier: Apache-2.0 */
/* Passes counted by rule: a table by the rule's address, open addressing, at most half full. */
#include <stdlib.h>
#include <string.h>

#include "finding/finding.h"

#define FIRST_CAP 256

static struct sw_rule_passes *slot(struct sw_rule_passes *v, uint32_t cap, const struct sw_rule *rule)
{
	uint32_t i = (uint32_t)(((uintptr_t)rule >> 4) * 0x9e3779b97f4a7c15u >> 40);
	for (;; i++) {
		struct sw_rule_passes *p = &v[i & (cap - 1)];
		if (p->rule == rule || !p->rule)
			return p;
	}
}

static void grow(struct sw_findings *fs)
{
	uint32_t cap = fs->passes_cap ? fs->passes_cap * 2 : FIRST_CAP;
	struct sw_rule_passes *v = calloc(cap, sizeof(*v));
	if (!v)
		abort();
	for (uint32_t i = 0; i < fs->passes_cap; i++)
		if (fs->passes[i].rule)
			*slot(v, cap, fs->passes[i].rule) = fs->passes[i];
	free(fs->passes);
	fs->passes = v;
	fs->passes_cap = cap;
}

static void count(struct sw_findings *fs, const struct sw_rule *rule, uint64_t n)
{
	if (fs->n_passes >= fs->passes_cap / 2)
		grow(fs);
	struct sw_rule_passes *p = slot(fs->passes, fs->passes_cap, rule);
	fs->n_passes += !p->rule;
	p->rule = rule;
	p->n += n;
}

void sw_findings_pass(struct sw_findings *fs, enum sw_severity s, uint64_t n)
{
	fs->passed += n;
	fs->passed_by[(unsigned)s < SW_SEV__COUNT ? s : SW_SEV_UNKNOWN] += n;
}

void sw_findings_pass_rule(
	struct sw_findings *fs, const struct sw_rule *rule, enum sw_severity severity)
{
	sw_findings_pass(fs, severity, 1);
	count(fs, rule, 1);
}

uint64_t sw_findings_passed(const struct sw_findings *fs, const struct sw_rule *rule)
{
	return fs->passes_cap ? slot(fs->passes, fs->passes_cap, rule)->n : 0;
}

void sw_findings_pass_all(struct sw_findings *fs, const struct sw_findings *other)
{
	for (unsigned i = 0; i < SW_SEV__COUNT; i++)
		sw_findings_pass(fs, (enum sw_severity)i, other->passed_by[i]);
	for (uint32_t i = 0; i < other->passes_cap; i++)
		if (other->passes[i].rule)
			count(fs, other->passes[i].rule, other->passes[i].n);
}

void sw_findings_pass_none(struct sw_findings *fs)
{
	fs->passed = 0;
	memset(fs->passed_by, 0, sizeof(fs->passed_by));
	if (fs->n_passes)
		memset(fs->passes, 0, fs->passes_cap * sizeof(*fs->passes));
	fs->n_passes = 0;
}
