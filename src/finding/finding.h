/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The finding: the one thing every engine reports.
 *
 * A finding is a rule applied to a subject with a verdict. All strings are views that live as long
 * as the arena the finding was made in (sw_findings copies what it is given into its own arena).
 */
#ifndef SW_FINDING_FINDING_H
#define SW_FINDING_FINDING_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_severity {
	SW_SEV_UNKNOWN,
	SW_SEV_INFO,
	SW_SEV_LOW,
	SW_SEV_MEDIUM,
	SW_SEV_HIGH,
	SW_SEV_CRITICAL,
	SW_SEV__COUNT
};

enum sw_verdict {
	SW_VERDICT_FAIL,	  /* judged, and bad */
	SW_VERDICT_PASS,	  /* judged, and good */
	SW_VERDICT_MANUAL,	  /* a person must look; `reason` says at what */
	SW_VERDICT_NOT_EVALUATED, /* could not be judged; `reason` says why. Never counted as pass
				   */
	SW_VERDICT__COUNT
};

const char *sw_severity_name(enum sw_severity s);	       /* "critical" … */
char sw_severity_letter(enum sw_severity s);		       /* C H M L I ? */
int sw_severity_parse(struct sw_str s, enum sw_severity *ret); /* 0 or -SW_EINVALID */
const char *sw_verdict_name(enum sw_verdict v); /* "fail", "pass", "manual", "not-evaluated" */

/* A framework's control that a rule answers: {"nsa-cisa-1.2", "pod-security/…"}. */
struct sw_framework_ref {
	struct sw_str framework, control;
};

/* What a rule is. One per check, advisory kind, benchmark control, runtime rule … */
struct sw_rule {
	struct sw_str id;    /* stable, e.g. "SW-POD-001", "CVE-2024-1234", "cis-1.12/1.2.1" */
	struct sw_str title; /* one line, no full stop */
	struct sw_str description; /* the risk in plain words */
	struct sw_str remediation; /* how to fix */
	struct sw_str category;	   /* workload, rbac, network, image, secret, node, cluster … */
	struct sw_str engine;	   /* check, pss, gatekeeper, cis, vuln, secret, runtime, hunt */
	struct sw_str source;	   /* "builtin", or the file it came from */
	enum sw_severity severity;
	const struct sw_str *references; /* URLs */
	uint32_t n_references;
	const struct sw_framework_ref *frameworks;
	uint32_t n_frameworks;
};

/* What a finding is about. Empty views where a part does not apply. */
struct sw_subject {
	struct sw_str cluster, ns, api_version, kind, name;
	struct sw_str container; /* container name inside the workload */
	struct sw_str image;	 /* reference as written */
	struct sw_str digest;
	struct sw_str package; /* purl */
	struct sw_str node, process;
};

/* One place that shows it. */
struct sw_evidence {
	struct sw_str file;	    /* as the user named it; "" when not from a file */
	uint32_t line, col;	    /* 1-based start, columns in code points; 0: unknown */
	uint32_t end_line, end_col; /* inclusive line, exclusive column */
	struct sw_span span;	    /* bytes in the file; {0,0}: unknown */
	struct sw_str path;  /* JSON Pointer in the document: /spec/containers/0/securityContext */
	struct sw_str value; /* what is there, as JSON text, cut to 200 bytes; "" when missing */
	struct sw_str expected; /* what should be there, in words; may be "" */
};

/* A change that removes the finding: RFC 6902 operations against the document. */
struct sw_fix {
	struct sw_str summary;
	struct sw_value patch; /* array of {"op","path","value"}; SW_UNDEF: no machine fix */
	struct sw_str command; /* shell commands that remove it, one a line; shown, never run */
	struct sw_str diff;    /* the same as a unified diff of a file on the node */
};

struct sw_waiver;

struct sw_finding {
	const struct sw_rule *rule;
	enum sw_verdict verdict;
	enum sw_severity severity; /* usually the rule's */
	struct sw_subject subject;
	struct sw_str message;		    /* one line about this very case */
	struct sw_str reason;		    /* of manual and not evaluated */
	const struct sw_evidence *evidence; /* the first one is where editors point */
	uint32_t n_evidence;
	struct sw_fix fix;
	struct sw_str document; /* identity of the document: "file#index", for fix and explain */
	/*
	 * What tells this finding from others of the same rule and subject, in words that survive a
	 * shifted array index: sw_fingerprint_key() makes it. "": the path of the first evidence.
	 */
	struct sw_str key;
	uint8_t fingerprint[16];	/* see fingerprint.h; set by sw_findings_add */
	const struct sw_waiver *waiver; /* not NULL: waived, not counted */
	bool is_new;			/* not in the baseline (true when there is none) */
};

/* ---- the collection of a run ---- */

/* How much was seen: per kind of thing, how many were read and how many could not be. */
struct sw_coverage {
	uint64_t files, documents, objects;
	uint64_t unreadable_files, broken_documents, skipped_files, not_kubernetes;
	uint64_t evaluations, not_evaluated;
};

struct sw_rule_passes {
	const struct sw_rule *rule;
	uint64_t n;
};

struct sw_findings {
	struct sw_arena arena;
	struct sw_finding **v;
	uint32_t n, cap;
	struct sw_str *recent; /* strings copied lately: files, names and texts repeat */
	struct sw_coverage coverage;
	uint64_t passed; /* passes are counted; they are kept in v only with keep_passes */
	uint64_t passed_by[SW_SEV__COUNT]; /* the same by the rule's severity, for the score */
	struct sw_rule_passes *passes; /* and by rule: see sw_findings_passed() */
	uint32_t n_passes, passes_cap;
	bool keep_passes;
	struct sw_arena *adopted; /* what findings of other collections are made of */
	uint32_t n_adopted;
};

void sw_findings_init(struct sw_findings *fs, size_t budget);
void sw_findings_release(struct sw_findings *fs);
/* Empty again, memory kept; findings given out are gone. */
void sw_findings_clear(struct sw_findings *fs);
/* Copies everything but f->rule, which must outlive the collection. Computes the fingerprint. */
int sw_findings_add(struct sw_findings *fs, const struct sw_finding *f);
/* Findings of this very collection that were taken out of v, at the end of it again. */
int sw_findings_put_back(struct sw_findings *fs, struct sw_finding *const *v, uint32_t n);
/*
 * Takes over the memory and the counts of another collection, some of whose findings were put into this one; it is
 * released.
 */
void sw_findings_adopt(struct sw_findings *fs, struct sw_findings *other);
/* Count passes without making findings of them: n of one severity. */
void sw_findings_pass(struct sw_findings *fs, enum sw_severity s, uint64_t n);
/* Count one, and remember whose: the rule must outlive the collection. */
void sw_findings_pass_rule(
	struct sw_findings *fs, const struct sw_rule *rule, enum sw_severity severity);
/* How many times a rule passed, as far as passes were counted by rule. */
uint64_t sw_findings_passed(const struct sw_findings *fs, const struct sw_rule *rule);
/* Add what another collection counted; forget what this one did. */
void sw_findings_pass_all(struct sw_findings *fs, const struct sw_findings *other);
void sw_findings_pass_none(struct sw_findings *fs);
/* Severity first, then rule, then subject, then place: the same order on every run. */
void sw_findings_sort(struct sw_findings *fs);

#endif
