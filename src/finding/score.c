/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/score.h"

static const uint64_t weight[SW_SEV__COUNT] = {
	[SW_SEV_LOW] = 2, [SW_SEV_MEDIUM] = 8, [SW_SEV_HIGH] = 20, [SW_SEV_CRITICAL] = 40};

static void count(const struct sw_finding *f, struct sw_summary *s)
{
	switch (f->verdict) {
	case SW_VERDICT_FAIL:
		if (f->waiver) {
			s->waived++;
			break;
		}
		s->total++;
		s->open[f->severity]++;
		if (f->is_new)
			s->fresh[f->severity]++;
		else
			s->in_baseline++;
		break;
	case SW_VERDICT_MANUAL:
		s->manual++;
		break;
	case SW_VERDICT_NOT_EVALUATED:
		s->not_evaluated++;
		break;
	default:
		break;
	}
}

void sw_summary_make(const struct sw_findings *fs, struct sw_summary *ret)
{
	struct sw_summary s = {.passed = fs->passed};
	for (uint32_t i = 0; i < fs->n; i++)
		count(fs->v[i], &s);
	uint64_t good = 0, bad = 0, fails = 0;
	for (unsigned i = 0; i < SW_SEV__COUNT; i++) {
		good += fs->passed_by[i] * weight[i];
		bad += s.open[i] * weight[i];
		fails += s.open[i];
	}
	const struct sw_coverage *c = &fs->coverage;
	uint64_t unseen = s.not_evaluated > c->not_evaluated ? s.not_evaluated : c->not_evaluated;
	uint64_t broken = c->unreadable_files + c->broken_documents;
	if (broken > unseen) /* each may also stand in the list as a finding of its own */
		unseen = broken;
	uint64_t judged = s.passed + fails + s.waived + s.manual;
	s.complete = unseen == 0;
	s.coverage = judged + unseen ? (int)(100 * judged / (judged + unseen)) : 100;
	if (good + bad)
		s.score = (int)(100 * good / (good + bad));
	else
		s.score = s.complete ? 100 : -1;
	if (s.open[SW_SEV_CRITICAL] && s.score > 49)
		s.score = 49;
	else if (s.open[SW_SEV_HIGH] && s.score > 79)
		s.score = 79;
	if (s.score > s.coverage)
		s.score = s.coverage;
	*ret = s;
}
