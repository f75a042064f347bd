/* SPDX-License-Identifier: Apache-2.0 */
/* What was found, as findings: redacted, and with a fingerprint that tells nothing of the secret.
 */
#include "base/cleanup.h"
#include "doc/source.h"
#include "secret/impl.h"

static uint32_t column(struct sw_str text, size_t at)
{
	size_t start = at;
	while (start > 0 && text.p[start - 1] != '\n' && at - start < (1u << 16))
		start--;
	return (uint32_t)sw_utf8_count(sw_str_sub(text, start, at)) + 1;
}

static int add(struct sw_arena *a, struct sw_str file, struct sw_str text,
	const struct sw_secret_hit *h, uint32_t line, uint32_t nth,
	const struct sw_subject *subject, struct sw_findings *fs)
{
	struct sw_str shown = sw_secret_redact(a, sw_str_sub(text, h->start, h->end));
	struct sw_evidence ev = {.file = file,
		.line = line,
		.col = column(text, h->start),
		.value = shown,
		.expected = SW_STR("no secret in a file")};
	struct sw_finding f = {.rule = h->rule,
		.verdict = SW_VERDICT_FAIL,
		.severity = h->rule->severity,
		.subject = *subject,
		.message = sw_arena_printf(
			a, "%.*s: %.*s", SW_STR_ARG(h->rule->title), SW_STR_ARG(shown)),
		.evidence = &ev,
		.n_evidence = 1,
		.key = sw_arena_printf(a, "%.*s#%u", SW_STR_ARG(file), nth),
		.is_new = true};
	return sw_findings_add(fs, &f);
}

static uint32_t nth_of(const struct sw_secret_hit *hits, uint32_t i)
{
	uint32_t nth = 0;
	for (uint32_t k = 0; k < i; k++)
		nth += hits[k].rule == hits[i].rule;
	return nth;
}

int sw_secret_findings(struct sw_secret_scanner *s, struct sw_str file, struct sw_str text,
	const struct sw_subject *subject, struct sw_findings *fs, struct sw_error *err)
{
	const struct sw_secret_hit *hits;
	uint32_t n, line = 1;
	size_t counted = 0;
	bool more;
	sw_autoarena a;
	sw_arena_init(&a, (size_t)64 << 20);
	int rc = sw_secret_scan(s, text, &hits, &n, &more, err);
	for (uint32_t i = 0; !rc && i < n; i++) {
		while (counted < hits[i].start)
			line += text.p[counted++] == '\n';
		if (add(&a, file, text, &hits[i], line, nth_of(hits, i), subject, fs))
			rc = sw_error_set(err, SW_ELIMIT, "the findings take too much memory");
	}
	return rc;
}
