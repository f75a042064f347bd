/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of src/secret. */
#ifndef SW_SECRET_IMPL_H
#define SW_SECRET_IMPL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs/hs.h>
#include <pcre2.h>
#include <pthread.h>

#include "secret/secret.h"

struct secret_rule {
	struct sw_rule rule;
	struct sw_str pattern, only_not, not_before; /* {services} put in */
	struct sw_str
		after; /* Hyperscan looks for this, and the pattern begins at its end; may be "" */
	double entropy;
	bool digit, ordinary;
	/* Compiled when first needed, under the lock of the rules. */
	pcre2_code *code, *not_code, *before_code;
	int group; /* of the secret */
};

struct sw_secret_rules {
	struct sw_arena arena;
	struct secret_rule *v;
	uint32_t n;
	struct sw_str placeholder, ordinary;
	pcre2_code *placeholder_code, *ordinary_code;
	hs_database_t *db;
	pthread_mutex_t lock;
};

/* Hyperscan, loaded; NULL: not on this machine. */
struct secret_hs {
	hs_error_t (*compile)(const char *const *, const unsigned *, const unsigned *,
		const hs_expr_ext_t *const *, unsigned, unsigned, const hs_platform_info_t *,
		hs_database_t **, hs_compile_error_t **);
	hs_error_t (*free_error)(hs_compile_error_t *);
	hs_error_t (*free_database)(hs_database_t *);
	hs_error_t (*serialize)(const hs_database_t *, char **, size_t *);
	hs_error_t (*deserialize)(const char *, const size_t, hs_database_t **);
	hs_error_t (*alloc_scratch)(const hs_database_t *, hs_scratch_t **);
	hs_error_t (*free_scratch)(hs_scratch_t *);
	hs_error_t (*scan)(const hs_database_t *, const char *, unsigned, unsigned, hs_scratch_t *,
		match_event_handler, void *);
};
const struct secret_hs *secret_hs(void);

int secret_regex(struct sw_str pattern, pcre2_code **ret, struct sw_error *err);
/* The codes of one rule are there from now on. */
int secret_rule_ready(struct sw_secret_rules *r, struct secret_rule *rule, struct sw_error *err);
int secret_compile_database(struct sw_secret_rules *r, struct sw_error *err);

#endif
