/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns for PCRE2: made when a rule has its first hit. */
#include "base/cleanup.h"
#include "base/re2.h"
#include "secret/impl.h"

int secret_regex(
	struct sw_str pattern, uint32_t options, pcre2_code **ret, struct sw_error *err)
{
	int code;
	size_t at;
	pcre2_code *c =
		pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
		PCRE2_MULTILINE | options, &code, &at, NULL);
	if (!c) {
		PCRE2_UCHAR text[200];
		pcre2_get_error_message(code, text, sizeof(text));
		return sw_error_set(
			err, SW_EINVALID, "%s (byte %zu of the pattern)", (char *)text, at);
	}
	if (!sw_re2_interprets())
		pcre2_jit_compile(c, PCRE2_JIT_COMPLETE); /* without it matching is only slower */
	*ret = c;
	return 0;
}

static int optional(struct sw_str pattern, pcre2_code **ret, struct sw_error *err)
{
	return !pattern.n || *ret ? 0 : secret_regex(pattern, 0, ret, err);
}

static int make(struct sw_secret_rules *r, struct secret_rule *rule, struct sw_error *err)
{
	int rc = optional(r->placeholder, &r->placeholder_code, err);
	if (!rc)
		rc = optional(r->ordinary, &r->ordinary_code, err);
	if (!rc)
		rc = optional(rule->only_not, &rule->not_code, err);
	if (!rc)
		rc = optional(rule->not_before, &rule->before_code, err);
	/* Said here: an anchor that is given with each match keeps PCRE2 from its machine code. */
	uint32_t options = rule->after.n ? PCRE2_ANCHORED : 0;
	if (rule->behind.n || rule->prefixed || rule->trigger.n)
		options = PCRE2_USE_OFFSET_LIMIT;
	if (!rc)
		rc = secret_regex(rule->pattern, options, &rule->code, err);
	if (rc)
		return rc;
	int group = pcre2_substring_number_from_name(rule->code, (PCRE2_SPTR) "secret");
	rule->group = group > 0 ? group : 0;
	return 0;
}

int secret_rule_ready(struct sw_secret_rules *r, struct secret_rule *rule, struct sw_error *err)
{
	pthread_mutex_lock(&r->lock);
	int rc = rule->code ? 0 : make(r, rule, err);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

int sw_secret_rules_ready(const struct sw_secret_rules *r, struct sw_error *err)
{
	struct sw_secret_rules *all = (struct sw_secret_rules *)r; /* theirs to fill, under their lock */
	int rc = 0;
	for (uint32_t i = 0; !rc && i < r->n; i++)
		rc = secret_rule_ready(all, &all->v[i], err);
	return rc;
}
