/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of `seawall policy review`: what was found, and its forms. */
#ifndef SW_CMD_POLICY_REVIEW_H
#define SW_CMD_POLICY_REVIEW_H

#include "cmd/cmd.h"
#include "finding/finding.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "policy/gatekeeper/objects.h"

/* One violation. */
struct sw_review_row {
	const struct sw_gk_result *result;
	const struct sw_gk_object *object; /* that was reviewed, or that another was generated from */
	struct sw_value shown;		   /* the object as gator prints it: after mutation */
};

struct sw_review {
	struct sw_cmd_ctx *ctx;
	struct sw_gk *gk;
	struct sw_gk_objects objects;
	struct sw_review_row *rows; /* sorted as gator sorts */
	uint32_t n_rows, cap_rows;
	struct sw_gk_stat *stats;
	uint32_t n_stats, cap_stats;
	bool with_stats, deny_only, denied;
	struct sw_buf print; /* of the policies */
};

/* Everything that --filename, the arguments and standard input give. */
int sw_review_read(struct sw_cmd_ctx *ctx, struct sw_gk_objects *os, struct sw_error *err);
/* One value as json.MarshalIndent(v, "", "    "). */
void sw_review_json_value(struct sw_buf *out, struct sw_value v);

/* gator's forms. */
void sw_review_text(const struct sw_review *r, struct sw_buf *out);
void sw_review_json(const struct sw_review *r, struct sw_buf *out);
void sw_review_yaml(const struct sw_review *r, struct sw_buf *out);
/* As findings, problems included. */
int sw_review_findings(const struct sw_review *r, struct sw_findings *out, struct sw_error *err);

#endif
