/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Benchmark files in kube-bench's language, read unmodified.
 *
 * A control file holds groups of checks; a check holds audits (what to ask of the node) and tests
 * (what the answer must be). Scalars are text as they stand in the file: an id of 1.10 is "1.10", a
 * value of 0600 is "0600", yes is "yes".
 *
 *	audit, audit_config, audit_env   shell text (sh/sh.h)
 *	type                             "", manual or skip
 *	tests: bin_op                    and (the default), or
 *	tests: test_items[]              flag | path | env, set (default true), compare: op, value
 *	use_multiple_values              every line of the answer must pass
 *
 * Variables such as $apiserverbin are replaced in the text before it is read (config.h).
 *
 * Ownership: everything lives in the arena and in the text given, which must outlive it.
 * Limits: 10,000 checks in a file, 1,000 items in a check.
 * Source: kube-bench's check/controls.go, check.go and test.go.
 */
#ifndef SW_CIS_CONTROLS_H
#define SW_CIS_CONTROLS_H

#include "base/error.h"
#include "doc/source.h"
#include "doc/value.h"
#include "finding/finding.h"

struct sw_cis_item {
	struct sw_str flag, path, env;
	struct sw_str op, value; /* of compare; op "": presence is all */
	bool set;
};

enum sw_cis_state { SW_CIS_PASS, SW_CIS_FAIL, SW_CIS_WARN, SW_CIS_INFO };
const char *sw_cis_state_name(enum sw_cis_state s); /* "PASS" … */

/* What judging one check found (judge.h). */
struct sw_cis_result {
	enum sw_cis_state state; /* as kube-bench's rules have it, had it seen the same answers */
	enum sw_cis_state shown; /* what is reported: WARN where it could not be judged */
	bool evaluated;		 /* false: `reason` says what was missing */
	bool manual;		 /* a person must look */
	struct sw_str reason, actual, expected;
	const struct sw_str *files; /* that the answer rests on */
	uint32_t n_files;
	uint32_t line; /* in the first of them; 0: unknown */
	struct sw_str command, diff; /* of FAIL: what would make it pass; empty: nothing ready */
	struct sw_str note; /* more that is worth knowing; a running value that differs from a file's */
};

struct sw_cis_check {
	struct sw_str id, text, audit, audit_env, audit_config, type, remediation, bin_op;
	const struct sw_cis_item *items;
	uint32_t n_items;
	uint32_t line; /* in the file */
	bool scored, multiple, has_tests, disable_env, chosen;
	struct sw_str why;		    /* the risk, of our own controls */
	enum sw_severity severity;	    /* SW_SEV_UNKNOWN: by its words */
	struct sw_framework_ref framework; /* of our own controls; empty: none */
	struct sw_cis_result result;
};

struct sw_cis_group {
	struct sw_str id, text, type;
	struct sw_cis_check *checks;
	uint32_t n_checks;
};

struct sw_cis_controls {
	struct sw_str file; /* as the user named it */
	struct sw_str id, version, text, type, detected;
	struct sw_cis_group *groups;
	uint32_t n_groups;
};

/* -SW_ESYNTAX, -SW_EINVALID with file, line and column. */
int sw_cis_controls_parse(struct sw_arena *a, struct sw_str file, struct sw_str text,
	struct sw_cis_controls *ret, struct sw_error *err);

#endif
