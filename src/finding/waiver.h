/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waivers: findings that somebody has accepted, for a reason and for a time.
 *
 *	apiVersion: seawall.dev/v1
 *	kind: Waivers
 *	waivers:
 *	- id: miner-host-path             # optional name
 *	  rules: [SW-POD-001, SW-RBAC-*]  # ids or globs
 *	  scope:                          # every given field must match; globs with * and ?
 *	    cluster: prod
 *	    namespace: shop
 *	    kind: Deployment
 *	    name: web
 *	    container: app
 *	    image: registry.example/shop-*
 *	    package: pkg:deb/debian/openssl
 *	    path: /spec/template/spec     # this place and everything below it
 *	    file: deploy*.yaml
 *	    fingerprint: 0123…            # exactly one finding
 *	  reason: read-only mount, reviewed
 *	  owner: team-shop@example.com
 *	  ticket: SEC-123                 # optional
 *	  approver: ciso@example.com      # optional
 *	  expires: 2027-01-31             # last day on which it holds (UTC), or "never"
 *
 * Parsing is strict: an unknown field, a missing reason, owner, expiry or rule, and a value of a
 *wrong type are errors with file, line and column. A field's value may be one string or a list of
 *them (any matches).
 *
 * After applying, the waivers themselves become findings: SW-WAIVER-001 expired (it no longer hides
 * anything), SW-WAIVER-002 unused (it matched nothing in this run), SW-WAIVER-003 over-broad: a
 *rule glob of `*` alone, or a scope without any of name, container, image, package, path, file and
 *fingerprint that is more than `*`. Waiver findings cannot be waived.
 *
 * Ownership: everything lives in the arena given to parse. Threads: read-only after
 *sw_waivers_apply(). Limits: 10,000 waivers in a file, 1,000 patterns in a field, 1,024 bytes in a
 *pattern.
 */
#ifndef SW_FINDING_WAIVER_H
#define SW_FINDING_WAIVER_H

#include "doc/source.h"
#include "finding/finding.h"

enum sw_waiver_field {
	SW_WAIVE_CLUSTER,
	SW_WAIVE_NAMESPACE,
	SW_WAIVE_KIND,
	SW_WAIVE_NAME,
	SW_WAIVE_CONTAINER,
	SW_WAIVE_IMAGE,
	SW_WAIVE_PACKAGE,
	SW_WAIVE_PATH,
	SW_WAIVE_FILE,
	SW_WAIVE_FINGERPRINT,
	SW_WAIVE__COUNT
};
const char *sw_waiver_field_name(enum sw_waiver_field f);

struct sw_patterns {
	const struct sw_str *v;
	uint32_t n; /* 0: anything */
};

struct sw_waiver {
	struct sw_str id, reason, owner, ticket, approver, expires;
	struct sw_patterns rules;
	struct sw_patterns scope[SW_WAIVE__COUNT];
	int64_t last_day; /* days since 1970-01-01; INT64_MAX: never */
	struct sw_str file;
	uint32_t line, col;
	uint32_t matched; /* findings hidden in this run */
};

struct sw_waivers {
	struct sw_waiver *v;
	uint32_t n, cap;
};

/* Appends the waivers of one file. The source outlives them. -SW_ESYNTAX, -SW_EINVALID with the
 * place. */
int sw_waivers_parse(
	struct sw_waivers *ws, struct sw_arena *a, struct sw_source *src, struct sw_error *err);

/* Does it cover the finding, its expiry apart? */
bool sw_waiver_matches(const struct sw_waiver *w, const struct sw_finding *f);
/* Why not: the first field that does not match ("namespace"), or NULL when it matches. For explain.
 */
const char *sw_waiver_mismatch(const struct sw_waiver *w, const struct sw_finding *f);
static inline bool sw_waiver_expired(const struct sw_waiver *w, int64_t today)
{
	return today > w->last_day;
}

/*
 * Marks covered findings and adds the findings about waivers. `today` in days since 1970-01-01 UTC.
 * `run` are the rules of this run, by which a waiver that matched nothing is told as unused: only when it
 * names one of them, or one of their kin (SW-POD-099 beside SW-POD-001). All commands read one file, and
 * what is another's is not unused. None when only a part was looked at (one check, one namespace).
 */
int sw_waivers_apply(const struct sw_waivers *ws, struct sw_findings *fs, int64_t today,
	const struct sw_rule *const *run, uint32_t n_run);

/* The rules of the findings that apply() adds. */
const struct sw_rule *sw_waiver_rules(uint32_t *ret_n);

/* YYYY-MM-DD, a real day of the calendar. */
int sw_date_parse(struct sw_str s, int64_t *ret_days);
/* `*` any run of bytes, `?` one byte; anything else itself. Linear in the product of the lengths.
 */
bool sw_glob(struct sw_str pattern, struct sw_str text);

#endif
