/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a flaw apart from who has it: CVE records, KEV, EPSS. */
#include <stdlib.h>

#include "vuln/feed/impl.h"

/* ---- CVE records (CNA and CISA's additions) ---- */

static const char *const metric_names[] = {"cvssV3_1", "cvssV3_0", "cvssV4_0", "cvssV2_0"};

static void metrics(struct sw_value list, struct sw_flaw_facts *facts)
{
	unsigned best = 4;
	if (!sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (m, list)
		for (unsigned k = 0; k < best; k++) {
			struct sw_value c = sw_object_gets(*m, sw_str_from(metric_names[k]));
			struct sw_str vector = sw_value_getstr(c, "vectorString");
			if (!vector.n)
				continue;
			best = k;
			facts->cvss = vector;
			facts->score = sw_cvss_score(vector);
			if (facts->score <= 0)
				facts->score = sw_value_double(sw_value_path(c, "baseScore", NULL));
			facts->severity = sw_cvss_severity(facts->score);
			if (!facts->severity)
				facts->severity = feed_severity(sw_value_getstr(c, "baseSeverity"));
		}
}

static void weakness(struct sw_value container, struct sw_flaw_facts *facts)
{
	struct sw_value types = sw_value_path(container, "problemTypes", NULL);
	if (facts->cwe.n || !sw_is(types, SW_ARRAY))
		return;
	sw_array_foreach (t, types) {
		struct sw_value d = sw_array_at(sw_value_path(*t, "descriptions", NULL), 0);
		struct sw_str cwe = sw_value_getstr(d, "cweId");
		if (cwe.n) {
			facts->cwe = cwe;
			return;
		}
	}
}

int feed_cve_record(struct feed_file *f, struct sw_value v)
{
	struct sw_value cna = sw_value_path(v, "containers", "cna", NULL),
			adp = sw_value_path(v, "containers", "adp", NULL);
	struct sw_value head = sw_value_path(v, "cveMetadata", NULL);
	struct sw_flaw_facts facts = {.id = sw_value_getstr(head, "cveId"),
		.source = SW_STR("cna"),
		.epss = -1,
		.percentile = -1,
		.published = feed_day(f, sw_value_getstr(head, "datePublished")),
		.title = sw_value_getstr(cna, "title")};
	if (!facts.id.n) {
		feed_bad(f, 0, "a CVE record without cveMetadata.cveId");
		return 0;
	}
	if (sw_str_is(sw_value_getstr(head, "state"), "REJECTED")) {
		f->stats->skipped++;
		return 0;
	}
	int64_t modified = feed_day(f, sw_value_getstr(head, "dateUpdated"));
	if (modified > f->stats->newest)
		f->stats->newest = modified;
	if (!facts.title.n)
		facts.title = sw_value_getstr(
			sw_array_at(sw_value_path(cna, "descriptions", NULL), 0), "value");
	metrics(sw_value_path(cna, "metrics", NULL), &facts);
	weakness(cna, &facts);
	if (sw_is(adp, SW_ARRAY))
		sw_array_foreach (a, adp) {
			if (!facts.cvss.n) {
				metrics(sw_value_path(*a, "metrics", NULL), &facts);
				facts.source = SW_STR("cisa");
			}
			weakness(*a, &facts);
		}
	return feed_facts(f, &facts);
}

/* ---- KEV ---- */

int feed_kev(struct feed_file *f, struct sw_value v)
{
	struct sw_value list = sw_value_path(v, "vulnerabilities", NULL);
	int64_t day = feed_day(f, sw_value_getstr(v, "dateReleased"));
	if (day > f->stats->newest)
		f->stats->newest = day;
	if (!sw_is(list, SW_ARRAY))
		return 0;
	sw_array_foreach (one, list) {
		struct sw_flaw_facts facts = {.id = sw_value_getstr(*one, "cveID"),
			.epss = -1,
			.percentile = -1,
			.title = sw_value_getstr(*one, "vulnerabilityName"),
			.kev = feed_day(f, sw_value_getstr(*one, "dateAdded"))};
		if (!facts.id.n) {
			feed_bad(f, 0, "an entry without cveID");
			continue;
		}
		if (!facts.kev)
			facts.kev = 1;
		int rc = feed_facts(f, &facts);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- EPSS: "CVE-2024-1,0.00042,0.05" or with semicolons; "#model_version:…,score_date:…" ---- */

static bool share(struct sw_str s, double *ret)
{
	char buf[32], *end;
	s = sw_str_trim(s);
	if (!s.n || s.n >= sizeof(buf))
		return false;
	memcpy(buf, s.p, s.n);
	buf[s.n] = '\0';
	*ret = strtod(buf, &end);
	return *end == '\0' && *ret >= 0 && *ret <= 1;
}

int feed_epss(struct feed_file *f)
{
	struct sw_str rest = f->text, line;
	uint32_t number = 0;
	while (sw_str_split(&rest, '\n', &line)) {
		number++;
		size_t date = sw_str_find(line, SW_STR("score_date:"), 0);
		if (date != SW_NPOS) {
			int64_t day = feed_day(f, sw_str_sub(line, date + 11, line.n));
			f->stats->newest = day > f->stats->newest ? day : f->stats->newest;
		}
		if (!sw_str_starts(line, SW_STR("CVE-")))
			continue;
		char separator = sw_str_chr(line, ';', 0) != SW_NPOS ? ';' : ',';
		struct sw_str id, epss;
		struct sw_flaw_facts facts = {0};
		if (!sw_str_split(&line, separator, &id) ||
			!sw_str_split(&line, separator, &epss) || !share(epss, &facts.epss) ||
			!share(line, &facts.percentile)) {
			feed_bad(f, number, "not 'CVE, score, percentile'");
			continue;
		}
		facts.id = id;
		int rc = feed_facts(f, &facts);
		if (rc)
			return rc;
	}
	return 0;
}
