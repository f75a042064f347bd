/* SPDX-License-Identifier: Apache-2.0 */
/* What was found, as findings: redacted, and with a fingerprint that tells nothing of the secret. */
#include "base/cleanup.h"
#include "finding/waiver.h"
#include "secret/impl.h"

const struct sw_rule sw_secret_unread = {
	.id = SW_STR_INIT("secret/unreadable"),
	.title = SW_STR_INIT("A file could not be searched for secrets"),
	.description = SW_STR_INIT("What could not be read may hold a secret."),
	.category = SW_STR_INIT("secret"),
	.engine = SW_STR_INIT("secret"),
	.source = SW_STR_INIT("builtin"),
	.severity = SW_SEV_LOW,
};

static const struct sw_waiver comment = {
	.id = SW_STR_INIT("seawall:ignore"),
	.reason = SW_STR_INIT("a comment on the line"),
	.owner = SW_STR_INIT("whoever owns the file"),
	.expires = SW_STR_INIT("never"),
	.last_day = INT64_MAX,
};

const char *sw_secret_doubt(enum sw_secret_doubt doubt)
{
	static const char *const says[SW_SECRET_DOUBTS] = {"", ", made up by its look", ", whose checksum is wrong"};
	return says[doubt];
}

enum sw_severity sw_secret_severity(const struct sw_rule *rule, enum sw_secret_doubt doubt)
{
	if (doubt == SW_SECRET_MADE_UP)
		return SW_SEV_INFO;
	return doubt == SW_SECRET_CHECKSUM && rule->severity > SW_SEV_LOW ? SW_SEV_LOW : rule->severity;
}

struct adding {
	struct sw_str file;
	const struct sw_subject *subject;
	bool comments;
	struct sw_findings *fs;
};

int sw_secret_finding_add(const struct sw_secret_seen *h, struct sw_str file, const struct sw_subject *subject,
	bool comments, struct sw_findings *fs)
{
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	struct sw_evidence ev = {.file = file,
		.line = h->line,
		.col = h->col,
		.value = h->shown,
		.expected = SW_STR("no secret in a file")};
	struct sw_finding f = {.rule = h->rule,
		.verdict = SW_VERDICT_FAIL,
		.severity = sw_secret_severity(h->rule, h->doubt),
		.subject = *subject,
		.message = sw_arena_printf(
			&a, "%.*s%s: %.*s", SW_STR_ARG(h->rule->title), sw_secret_doubt(h->doubt), SW_STR_ARG(h->shown)),
		.evidence = &ev,
		.n_evidence = 1,
		.key = sw_arena_printf(&a, "%.*s#%u", SW_STR_ARG(file), h->nth),
		.is_new = true};
	int rc = sw_findings_add(fs, &f);
	if (!rc && comments && h->ignored)
		fs->v[fs->n - 1]->waiver = &comment;
	return rc;
}

static int add(void *arg, const struct sw_secret_seen *h)
{
	struct adding *to = arg;
	return sw_secret_finding_add(h, to->file, to->subject, to->comments, to->fs);
}

int sw_secret_findings(struct sw_secret_scanner *s, struct sw_str file, struct sw_str text,
	const struct sw_subject *subject, bool comments, struct sw_findings *fs, bool *ret_more,
	struct sw_error *err)
{
	struct adding to = {.file = file, .subject = subject, .comments = comments, .fs = fs};
	int rc = sw_secret_search(s, file, text, add, &to, ret_more, err);
	return rc == -SW_ELIMIT ? sw_error_set(err, SW_ELIMIT, "the findings take too much memory") : rc;
}
