/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bill of materials against the advisory database: matches, then findings.
 *
 * Distribution packages are matched by source name, source version and release; language packages
 * by ecosystem and normalised name (PEP 503, npm scopes, group:artifact, Go module paths). All
 * advisories that speak of one flaw (CVE, GHSA, RUSTSEC, distribution notices) become one match.
 * What could not be judged is a gap and never silence: an unknown distribution or one without data,
 * a version that is no version ("(devel)", ""), an ecosystem the database knows nothing of, data
 * that is old, a distribution past its end of life, files the inventory could not read.
 *
 * Ownership: a report owns an arena; its texts, and the rules of the findings made from it, live as
 * long as the report. Texts may also be views into the database: release the report first.
 * Threads: a database is shared by any number of threads; a report belongs to one.
 */
#ifndef SW_VULN_MATCH_H
#define SW_VULN_MATCH_H

#include "finding/finding.h"
#include "package/package.h"
#include "vuln/db/db.h"

#define SW_MATCHES_MAX (1u << 20)
#define SW_VULN_AGE_DAYS 5 /* data older than this is a finding */

enum sw_fix_state {
	SW_FIX_NONE,	  /* no fixed version is known */
	SW_FIX_AVAILABLE, /* `fixed` closes it */
	SW_FIX_WONT,	  /* the vendor says there will be none, or that it is not worth one */
	SW_FIX_DEFERRED,  /* the vendor says: later */
	SW_FIX_UNSURE,	  /* the vendor does not know yet whether it is affected */
};

/* What a VEX statement says of a match. */
enum sw_vex_status {
	SW_VEX_NONE, /* no statement covers it */
	SW_VEX_NOT_AFFECTED,
	SW_VEX_AFFECTED,
	SW_VEX_FIXED,
	SW_VEX_UNDER_INVESTIGATION,
};

/* One flaw in one package. */
struct sw_match {
	uint32_t package;	      /* index in bom->packages */
	struct sw_str id;	      /* the CVE id; without one the GHSA id, or the feed's own */
	const struct sw_str *aliases; /* all other names, sorted */
	uint32_t n_aliases;
	struct sw_str advisory;	  /* the record that matched: "DSA-5417-1" */
	struct sw_str feed;	  /* whose: "debian-dsa" */
	struct sw_str title, url; /* may be "" */
	struct sw_str fixed;	  /* smallest version above the installed one that closes it */
	enum sw_fix_state fix;
	enum sw_severity severity;
	struct sw_str severity_source; /* "debian", "cvss", "nvd" …; "" with unknown severity */
	struct sw_str cvss;	       /* vector, or "" */
	double cvss_score;	       /* 0: none */
	double epss, epss_percentile;  /* 0..1; epss < 0: none */
	bool kev;		       /* exploited in the wild, says CISA's catalogue */
	bool malicious;		       /* the package itself is the attack */
	enum sw_vex_status vex;
	struct sw_str vex_reason;
};

/* Why a zero would be a lie. The order is the order of reports. */
enum sw_gap_kind {
	SW_GAP_EOL,	     /* the distribution gets no more fixes: a finding */
	SW_GAP_STALE,	     /* the data is old: a finding */
	SW_GAP_DISTRIBUTION, /* unknown, or no data for this release: not evaluated */
	SW_GAP_ECOSYSTEM,    /* packages of a kind the database has no data for: not evaluated */
	SW_GAP_VERSION,	     /* a package whose version is unknown: not evaluated */
	SW_GAP_UNREADABLE,   /* bom->problems: not evaluated */
	SW_GAP_VEX_UNUSED,   /* a VEX statement that matched nothing: a finding */
	SW_GAP__COUNT
};

struct sw_gap {
	enum sw_gap_kind kind;
	struct sw_str subject; /* "debian 8", "npm", a purl, a path, a VEX file's statement */
	struct sw_str reason;  /* one line */
	uint32_t packages;     /* that it leaves unjudged */
};

/* The upgrade that closes most, first. */
struct sw_upgrade {
	uint32_t package;	      /* index in bom->packages: the first that it is for */
	struct sw_str name, from, to; /* of OS packages the source's */
	uint32_t closes;	      /* matches */
	enum sw_severity worst;
	bool kev;
};

struct sw_vex; /* vuln/vex.h */

struct sw_match_options {
	int64_t now;	    /* seconds since 1970: what is old, what is past its end */
	uint32_t max_age;   /* days; 0: SW_VULN_AGE_DAYS */
	bool skip_dev;	    /* leave out packages needed for development only */
	struct sw_vex *vex; /* may be NULL; its statements count what they match */
	/* For findings. */
	struct sw_str image, digest; /* subject */
	struct sw_str file;	     /* the SBOM or folder, when there is no image */
	const struct sw_str *layers; /* instruction of each layer, may be NULL */
	uint32_t n_layers;
	uint32_t base_layers; /* that many layers are the base image's; 0: unknown */
};

struct sw_match_report {
	struct sw_arena arena;
	struct sw_match *v; /* worst first, then package and id: the same order on every run */
	uint32_t n;
	struct sw_gap *gaps;
	uint32_t n_gaps;
	struct sw_upgrade *upgrades;
	uint32_t n_upgrades;
	uint64_t evaluated;	/* packages judged */
	uint64_t skipped_owned; /* language packages that the OS packages own */
};

void sw_match_report_init(struct sw_match_report *r);
void sw_match_report_release(struct sw_match_report *r);
#define sw_automatches __attribute__((cleanup(sw_match_report_release))) struct sw_match_report

/* The bill must be finished. -SW_ELIMIT; -SW_ESECURITY: a section's checksum does not hold. */
int sw_match_bom(struct sw_vuln_db *db, const struct sw_bom *bom,
	const struct sw_match_options *opt, struct sw_match_report *ret, struct sw_error *err);
/*
 * Adds a finding per match (rule: the flaw's id, subject.package: the purl) and per gap
 * (SW-VULN-001 …). Matches that VEX calls not affected or fixed are passes with the reason.
 */
int sw_match_findings(struct sw_match_report *r, const struct sw_bom *bom,
	const struct sw_match_options *opt, struct sw_findings *fs, struct sw_error *err);

/* The rules of gaps, for `seawall list`. */
const struct sw_rule *sw_match_rules(uint32_t *ret_n);

#endif
