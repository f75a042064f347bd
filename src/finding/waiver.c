/* SPDX-License-Identifier: Apache-2.0 */
/* Waivers: matching and applying. Reading the file is in waiver_file.c. */
#include "finding/waiver.h"

#include <ctype.h>

#include "finding/fingerprint.h"

static const char *const field_names[SW_WAIVE__COUNT] = {"cluster", "namespace", "kind", "name",
	"container", "image", "package", "path", "file", "fingerprint"};

const char *sw_waiver_field_name(enum sw_waiver_field f)
{
	return (unsigned)f < SW_WAIVE__COUNT ? field_names[f] : "";
}

bool sw_glob(struct sw_str p, struct sw_str t)
{
	size_t i = 0, k = 0, star = SW_NPOS, back = 0;
	while (k < t.n) {
		if (i < p.n && p.p[i] == '*') {
			star = i++;
			back = k;
		} else if (i < p.n && (p.p[i] == '?' || p.p[i] == t.p[k])) {
			i++;
			k++;
		} else if (star != SW_NPOS) {
			i = star + 1;
			k = ++back;
		} else {
			return false;
		}
	}
	while (i < p.n && p.p[i] == '*')
		i++;
	return i == p.n;
}

static bool any_glob(struct sw_patterns p, struct sw_str text)
{
	for (uint32_t i = 0; i < p.n; i++)
		if (sw_glob(p.v[i], text))
			return true;
	return false;
}

/* A pattern for a place covers the places below it. */
static bool path_covers(struct sw_str pattern, struct sw_str path)
{
	if (sw_glob(pattern, path))
		return true;
	for (size_t i = 1; i < path.n; i++)
		if (path.p[i] == '/' && sw_glob(pattern, sw_str_sub(path, 0, i)))
			return true;
	return false;
}

static bool any_path(struct sw_patterns p, const struct sw_finding *f)
{
	for (uint32_t i = 0; i < p.n; i++) {
		if (f->key.n && path_covers(p.v[i], f->key))
			return true;
		for (uint32_t k = 0; k < f->n_evidence; k++)
			if (path_covers(p.v[i], f->evidence[k].path))
				return true;
	}
	return false;
}

/* With or without tag and digest, as the waiver's author likes. */
static bool any_image(struct sw_patterns p, struct sw_str image)
{
	return image.n && (any_glob(p, image) || any_glob(p, sw_image_repository(image)));
}

static bool any_package(struct sw_patterns p, struct sw_str purl)
{
	return purl.n && (any_glob(p, purl) || any_glob(p, sw_purl_name(purl)));
}

static bool field_matches(
	const struct sw_waiver *w, enum sw_waiver_field field, const struct sw_finding *f)
{
	const struct sw_subject *s = &f->subject;
	struct sw_patterns p = w->scope[field];
	char hex[SW_FINGERPRINT_HEX];
	switch (field) {
	case SW_WAIVE_CLUSTER:
		return any_glob(p, s->cluster);
	case SW_WAIVE_NAMESPACE:
		return any_glob(p, s->ns);
	case SW_WAIVE_KIND:
		return any_glob(p, s->kind);
	case SW_WAIVE_NAME:
		return any_glob(p, s->name);
	case SW_WAIVE_CONTAINER:
		return any_glob(p, s->container);
	case SW_WAIVE_IMAGE:
		return any_image(p, s->image);
	case SW_WAIVE_PACKAGE:
		return any_package(p, s->package);
	case SW_WAIVE_PATH:
		return any_path(p, f);
	case SW_WAIVE_FILE:
		for (uint32_t i = 0; i < f->n_evidence; i++)
			if (any_glob(p, f->evidence[i].file))
				return true;
		return false;
	case SW_WAIVE_FINGERPRINT:
		return any_glob(p, sw_str_from(sw_fingerprint_hex(f->fingerprint, hex)));
	default:
		return false;
	}
}

const char *sw_waiver_mismatch(const struct sw_waiver *w, const struct sw_finding *f)
{
	if (!any_glob(w->rules, f->rule->id))
		return "rules";
	for (int i = 0; i < SW_WAIVE__COUNT; i++)
		if (w->scope[i].n && !field_matches(w, (enum sw_waiver_field)i, f))
			return field_names[i];
	return NULL;
}

bool sw_waiver_matches(const struct sw_waiver *w, const struct sw_finding *f)
{
	return sw_waiver_mismatch(w, f) == NULL;
}

/* ---- findings about waivers ---- */

enum { EXPIRED, UNUSED, BROAD };

static const struct sw_rule rules[] = {
	[EXPIRED] = {.id = SW_STR_INIT("SW-WAIVER-001"),
		.title = SW_STR_INIT("Waiver has expired"),
		.description = SW_STR_INIT("The time for which the risk was accepted is over. The "
					   "waiver hides nothing any "
					   "more; what it hid is reported again."),
		.remediation = SW_STR_INIT("Fix what was waived and remove the waiver, or have the "
					   "risk accepted again "
					   "with a new date"),
		.category = SW_STR_INIT("waiver"),
		.engine = SW_STR_INIT("waiver"),
		.source = SW_STR_INIT("builtin"),
		.severity = SW_SEV_MEDIUM},
	[UNUSED] = {.id = SW_STR_INIT("SW-WAIVER-002"),
		.title = SW_STR_INIT("Waiver matches nothing"),
		.description = SW_STR_INIT("Nothing in this run is covered by the waiver. Either "
					   "the problem is fixed, and "
					   "the waiver waits to hide the next one, or it is "
					   "misspelt and never worked."),
		.remediation = SW_STR_INIT("Remove the waiver, or correct its scope"),
		.category = SW_STR_INIT("waiver"),
		.engine = SW_STR_INIT("waiver"),
		.source = SW_STR_INIT("builtin"),
		.severity = SW_SEV_LOW},
	[BROAD] = {.id = SW_STR_INIT("SW-WAIVER-003"),
		.title = SW_STR_INIT("Waiver is broader than one problem"),
		.description =
			SW_STR_INIT("The waiver also hides problems that nobody has looked at, now "
				    "and in future, "
				    "because it names no single object or covers every rule."),
		.remediation = SW_STR_INIT(
			"Name the rules, and narrow the scope to a name, container, image, path or "
			"fingerprint"),
		.category = SW_STR_INIT("waiver"),
		.engine = SW_STR_INIT("waiver"),
		.source = SW_STR_INIT("builtin"),
		.severity = SW_SEV_MEDIUM},
};

const struct sw_rule *sw_waiver_rules(uint32_t *ret_n)
{
	*ret_n = sizeof(rules) / sizeof(*rules);
	return rules;
}

static bool only_stars(struct sw_patterns p)
{
	for (uint32_t i = 0; i < p.n; i++) {
		bool star = p.v[i].n > 0;
		for (size_t k = 0; k < p.v[i].n; k++)
			star &= p.v[i].p[k] == '*';
		if (star)
			return true;
	}
	return false;
}

/* Fingerprints tell more than any rule could: `seawall waive FINGERPRINT` writes no more. */
static bool names_one_finding(const struct sw_waiver *w)
{
	struct sw_patterns p = w->scope[SW_WAIVE_FINGERPRINT];
	for (uint32_t i = 0; i < p.n; i++) {
		if (p.v[i].n != SW_FINGERPRINT_HEX - 1)
			return false;
		for (size_t k = 0; k < p.v[i].n; k++)
			if (!memchr("0123456789abcdef", p.v[i].p[k], 16))
				return false;
	}
	return p.n > 0;
}

static bool is_broad(const struct sw_waiver *w)
{
	static const enum sw_waiver_field narrow[] = {SW_WAIVE_NAME, SW_WAIVE_CONTAINER,
		SW_WAIVE_IMAGE, SW_WAIVE_PACKAGE, SW_WAIVE_PATH, SW_WAIVE_FILE};
	if (names_one_finding(w))
		return false;
	if (only_stars(w->rules))
		return true;
	for (size_t i = 0; i < sizeof(narrow) / sizeof(*narrow); i++)
		if (w->scope[narrow[i]].n && !only_stars(w->scope[narrow[i]]))
			return false;
	return true;
}

static int report(struct sw_findings *fs, const struct sw_waiver *w, int what, struct sw_str text)
{
	struct sw_evidence e = {.file = w->file, .line = w->line, .col = w->col};
	struct sw_str name = w->id.n ? w->id : w->rules.v[0];
	struct sw_finding f = {
		.rule = &rules[what],
		.verdict = SW_VERDICT_FAIL,
		.severity = rules[what].severity,
		.subject = {.kind = SW_STR("Waiver"), .name = name},
		.message = text,
		.evidence = &e,
		.n_evidence = 1,
		.key = w->reason,
	};
	return sw_findings_add(fs, &f);
}

/* What a rule's id has in common with others of its kind: SW-POD of SW-POD-001, secret of secret/jwt. */
static struct sw_str kin(struct sw_str id)
{
	size_t n = id.n;
	while (n && id.p[n - 1] != '-' && id.p[n - 1] != '/')
		n--;
	return sw_str_sub(id, 0, n);
}

/* A waiver for every rule is nobody's: what it is about may be another command's to find. */
static bool is_of_run(const struct sw_waiver *w, const struct sw_rule *const *run, uint32_t n_run)
{
	for (uint32_t i = 0; i < w->rules.n && !only_stars(w->rules); i++) {
		struct sw_str mine = kin(w->rules.v[i]);
		for (uint32_t k = 0; k < n_run; k++)
			if (sw_glob(w->rules.v[i], run[k]->id) ||
				(mine.n && sw_str_eq(mine, kin(run[k]->id))))
				return true;
	}
	return false;
}

static int judge_waiver(struct sw_findings *fs, const struct sw_waiver *w, int64_t today,
	const struct sw_rule *const *run, uint32_t n_run)
{
	int rc = 0;
	if (sw_waiver_expired(w, today)) {
		rc = report(fs, w, EXPIRED,
			sw_arena_printf(&fs->arena, "expired on %.*s; owner %.*s",
				SW_STR_ARG(w->expires), SW_STR_ARG(w->owner)));
	} else if (!w->matched && is_of_run(w, run, n_run)) {
		rc = report(fs, w, UNUSED,
			sw_arena_printf(&fs->arena, "matched nothing in this run; owner %.*s",
				SW_STR_ARG(w->owner)));
	}
	if (!rc && is_broad(w))
		rc = report(fs, w, BROAD,
			sw_arena_printf(&fs->arena, "%s; it hid %u finding%s in this run",
				only_stars(w->rules) ? "covers every rule"
						     : "names no single object",
				w->matched, w->matched == 1 ? "" : "s"));
	return rc;
}

int sw_waivers_apply(const struct sw_waivers *ws, struct sw_findings *fs, int64_t today,
	const struct sw_rule *const *run, uint32_t n_run)
{
	for (uint32_t i = 0; i < fs->n; i++) {
		struct sw_finding *f = fs->v[i];
		if (f->verdict == SW_VERDICT_PASS)
			continue;
		for (uint32_t k = 0; k < ws->n; k++) {
			struct sw_waiver *w = &ws->v[k];
			if (!sw_waiver_matches(w, f))
				continue;
			if (sw_waiver_expired(w, today))
				continue;
			w->matched++;
			if (!f->waiver)
				f->waiver = w;
		}
	}
	for (uint32_t k = 0; k < ws->n; k++) {
		int rc = judge_waiver(fs, &ws->v[k], today, run, n_run);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- dates ---- */

/* Days since 1970-01-01 of a day in the Gregorian calendar. */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int64_t)doe - 719468;
}

int sw_date_parse(struct sw_str s, int64_t *ret_days)
{
	static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
		return -SW_EINVALID;
	for (size_t i = 0; i < 10; i++)
		if (i != 4 && i != 7 && !isdigit((unsigned char)s.p[i]))
			return -SW_EINVALID;
	int y = (s.p[0] - '0') * 1000 + (s.p[1] - '0') * 100 + (s.p[2] - '0') * 10 + s.p[3] - '0';
	unsigned m = (unsigned)((s.p[5] - '0') * 10 + s.p[6] - '0');
	unsigned d = (unsigned)((s.p[8] - '0') * 10 + s.p[9] - '0');
	if (m < 1 || m > 12 || d < 1)
		return -SW_EINVALID;
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (d > lengths[m - 1] + (m == 2 && leap ? 1u : 0u))
		return -SW_EINVALID;
	*ret_days = days_from_civil(y, m, d);
	return 0;
}
