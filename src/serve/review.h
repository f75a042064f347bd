/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AdmissionReview, admission.k8s.io/v1: decoded strictly, answered exactly.
 *
 * What the API server would take as a failed call (no uid, another version, wrong types) is an
 * error here, not a guess. Limits: the caller's ceiling for the body; 128 levels; 4 million values.
 * Views point into the body and the arena. Threads: pure.
 */
#ifndef SW_SERVE_REVIEW_H
#define SW_SERVE_REVIEW_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/json.h"

enum sw_operation { SW_OP_CREATE, SW_OP_UPDATE, SW_OP_DELETE, SW_OP_CONNECT };

struct sw_admission {
	struct sw_value request; /* the whole of it */
	struct sw_str uid;	 /* never empty */
	struct sw_str group, version, kind, resource, sub_resource;
	struct sw_str ns, name;
	struct sw_str user;
	enum sw_operation operation;
	struct sw_value object, old_object; /* objects, or SW_UNDEF */
	bool dry_run;
};

/*
 * -SW_ESYNTAX, -SW_EINVALID, -SW_ELIMIT with the reason. ret_uid (may be NULL) is filled as soon as
 * a uid was seen, also on error: an answer to that request is then possible. `shapes`: of the reviews before, whose
 * values are gone (doc/json.h); or NULL.
 */
int sw_admission_read(struct sw_json_shapes *shapes, struct sw_arena *a, struct sw_str body,
	struct sw_admission *ret, struct sw_str *ret_uid, struct sw_error *err);

const char *sw_operation_name(enum sw_operation op); /* "CREATE" … */

/* What the API server keeps: 256 code points of a warning, 4,096 of all; 10 KiB of an annotation are ours. */
enum { SW_WARNING_MAX = 256, SW_WARNINGS_MAX = 4096, SW_ANNOTATION_MAX = 10 << 10 };

struct sw_answer {
	bool allowed;
	int code;		/* of status; 0: no status */
	const char *reason;	/* "Forbidden"; NULL: none */
	struct sw_buf message;	/* of status */
	struct sw_buf warnings; /* JSON strings separated by commas; use sw_answer_warn() */
	struct sw_buf audit;	/* members of auditAnnotations; use sw_answer_annotate() */
	struct sw_value patch;	/* JSON Patch, or SW_UNDEF */
	uint32_t n_warnings, warning_runes;
};

void sw_answer_init(struct sw_answer *r);
void sw_answer_release(struct sw_answer *r);
void sw_answer_clear(struct sw_answer *r); /* allowed, nothing said; memory is kept */
/* One line for people; cut at SW_WARNING_MAX, dropped when it is there already or the total is
 * spent. */
void sw_answer_warn(struct sw_answer *r, struct sw_str text);
void sw_answer_annotate(struct sw_answer *r, const char *key, struct sw_str value);
/* The AdmissionReview. */
void sw_answer_write(struct sw_buf *out, struct sw_str uid, const struct sw_answer *r);

#endif
