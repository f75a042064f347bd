/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a bill of materials, as findings. */
#include "finding/finding.h"
#include "image/sbom/sbom.h"

#define S(text) SW_STR_INIT(text)
#define RULE(id_, sev, title_, why, fix)                                                           \
	{                                                                                          \
		.id = S(id_), .title = S(title_), .description = S(why), .remediation = S(fix),    \
		.category = S("image"), .engine = S("sbom"), .source = S("builtin"),               \
		.severity = sev                                                                    \
	}

enum rule_index { INVALID, NOT_UNDERSTOOD, NO_DATABASE, RULES };

static const struct sw_rule rules[RULES] = {
	[INVALID] = RULE("SW-SBOM-001", SW_SEV_MEDIUM, "The bill of materials breaks its schema",
		"Tools disagree about documents that are not of their format: what one reads, "
		"another leaves "
		"out.",
		"Have the tool that made it corrected, or convert it with a tool that keeps to the "
		"format."),
	[NOT_UNDERSTOOD] = RULE("SW-SBOM-002", SW_SEV_LOW,
		"A part of the bill of materials could not be understood",
		"What has no package URL of a known type cannot be compared with advisories.",
		"Have the tool that made it write package URLs."),
	[NO_DATABASE] = RULE("SW-SBOM-003", SW_SEV_LOW, "Nobody looked for vulnerabilities",
		"Without a database of advisories nothing is known of the packages.",
		"Build or fetch one: seawall db build, seawall db update."),
};

const struct sw_rule *sw_sbom_rules(uint32_t *ret_n)
{
	*ret_n = RULES;
	return rules;
}

static int add(struct sw_findings *fs, enum rule_index r, enum sw_verdict v,
	const struct sw_sbom *doc, const struct sw_evidence *e, struct sw_str message)
{
	struct sw_finding f = {.rule = &rules[r],
		.verdict = v,
		.severity = rules[r].severity,
		.subject = {.image = doc->name.p ? doc->name : SW_STR("")},
		.message = message,
		.evidence = e,
		.n_evidence = 1,
		.key = e->path,
		.is_new = true};
	if (v == SW_VERDICT_NOT_EVALUATED)
		f.reason = message;
	return sw_findings_add(fs, &f);
}

int sw_sbom_judge(const struct sw_sbom *doc, const struct sw_bom *bom,
	const struct sw_sbom_judge_opts *o, struct sw_findings *fs, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; doc->schema && i < doc->schema->n_problems && !rc; i++) {
		const struct sw_schema_problem *p = &doc->schema->problems[i];
		struct sw_evidence e = {.file = o->file, .line = p->line, .path = p->path};
		rc = add(fs, INVALID, SW_VERDICT_FAIL, doc, &e, p->message);
	}
	if (doc->checked && !doc->schema->n_problems)
		sw_findings_pass_rule(fs, &rules[INVALID], rules[INVALID].severity);
	for (uint32_t i = 0; o->problems && i < bom->n_problems && !rc; i++) {
		struct sw_evidence e = {.file = o->file, .path = bom->problems[i].path};
		rc = add(fs, NOT_UNDERSTOOD, SW_VERDICT_NOT_EVALUATED, doc, &e,
			bom->problems[i].reason);
	}
	if (!rc && o->unmatched) {
		struct sw_evidence e = {.file = o->file};
		rc = add(fs, NO_DATABASE, SW_VERDICT_NOT_EVALUATED, doc, &e, o->why);
	}
	return rc ? sw_error_set(err, SW_ELIMIT, "too many findings") : 0;
}
