/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs of checks: the built-in one (content/, carried in the binary) and the user's folders. The
 * contract of a check is content/README.md.
 *
 * A pack set is loaded once and then read-only: any number of threads may evaluate with it, each
 * with its own sw_rego_eval. It owns its engine, texts and rules; rules outlive every finding that
 * points to them as long as the set lives.
 */
#ifndef SW_POLICY_PACK_H
#define SW_POLICY_PACK_H

#include "base/arena.h"
#include "base/error.h"
#include "finding/finding.h"
#include "kube/object.h"
#include "rego/rego.h"

enum sw_check_input {
	SW_CHECK_WORKLOAD, /* every object with a pod template */
	SW_CHECK_KINDS,	   /* objects of `kinds` */
	SW_CHECK_ANY,	   /* every object */
	SW_CHECK_CLUSTER,  /* nothing: once, with the inventory */
};

struct sw_check_kind {
	struct sw_str group; /* p NULL: any group */
	struct sw_str kind;
};

struct sw_check {
	struct sw_rule rule;
	struct sw_str package; /* data.seawall.checks.privileged */
	enum sw_check_input input;
	const struct sw_check_kind *kinds;
	uint32_t n_kinds;
	struct sw_str program; /* only Pods one of whose containers starts it: "kube-apiserver"; "": all */
	const struct sw_check_kind *inventory; /* kinds that a cluster check wants to see */
	uint32_t n_inventory;
	bool inventory_workload; /* and everything with a pod template */
	const struct sw_str *fields; /* of those all that it reads beside the identity; none: all of them */
	uint32_t n_fields;
	const struct sw_str *settings; /* members of data.config that it reads */
	uint32_t n_settings;
	bool builtin;
	bool off;		/* disabled, or replaced by the user's */
	bool has_unknown;       /* it has a rule `unknown` */
	uint32_t deny, unknown; /* queries of the engine */
};

struct sw_packs;

struct sw_packs_opts {
	const char *const
		*dirs; /* of the user, read with all folders below; *_test.rego left out */
	uint32_t n_dirs;
	bool no_builtin;
	bool no_image; /* compile the built-in checks now, not as the build did it */
	const struct sw_str *disable; /* ids */
	uint32_t n_disable;
	const struct sw_str *only; /* ids; none: all */
	uint32_t n_only;
	struct sw_value settings; /* data.config of the checks: an object, or SW_UNDEF */
};

/*
 * Read, compile and check the metadata. A fault in a user's file is an error with its place;
 * -SW_ENOENT for a folder that is not there, an id in `disable` or `only` that nothing has, and a setting that no check
 * reads: it is in no check's `settings` and no word of the user's files.
 */
int sw_packs_load(const struct sw_packs_opts *opts, struct sw_packs **ret, struct sw_error *err);
/* The built-in checks, compiled, as a C file for the build; rego/image.h. */
int sw_packs_write_image(struct sw_buf *out, struct sw_error *err);
void sw_packs_free(struct sw_packs *p); /* takes NULL */

/* Sorted by id. */
const struct sw_check *sw_packs_checks(const struct sw_packs *p, uint32_t *ret_n);
/* data.config as given; an empty object without settings. */
struct sw_value sw_packs_settings(const struct sw_packs *p);
const struct sw_rego_engine *sw_packs_engine(const struct sw_packs *p);
const struct sw_check *sw_packs_find(
	const struct sw_packs *p, struct sw_str id); /* NULL when unknown */
bool sw_check_kind_matches(const struct sw_check_kind *k, struct sw_str group, struct sw_str kind);

#endif
