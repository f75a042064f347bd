/* SPDX-License-Identifier: Apache-2.0 */
/* AdmissionReviews: whatever is read has an answer that is JSON with the same uid; audit batches
 * beside it. */
#include <stdlib.h>

#include "doc/json.h"
#include "serve/audit.h"
#include "serve/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(
	struct sw_arena *a, struct sw_str uid, const struct sw_admission *r, struct sw_str text)
{
	struct sw_answer answer;
	struct sw_value v;
	sw_autobuf out;
	sw_buf_init(&out, 64 << 20);
	sw_answer_init(&answer);
	answer.allowed = false;
	answer.code = 403;
	sw_buf_addstr(&answer.message, sw_str_sub(text, 0, 1000));
	sw_answer_warn(&answer, text);
	sw_answer_warn(&answer, r ? r->kind : uid);
	sw_answer_annotate(&answer, "kind", text);
	sw_answer_write(&out, uid, &answer);
	if (sw_json_parse(a, sw_buf_str(&out), SW_JSON_DUP_ERROR, NULL, &v, NULL, NULL) ||
		!sw_str_eq(sw_value_getstr(sw_object_gets(v, SW_STR("response")), "uid"), uid))
		abort();
	sw_answer_release(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_str text = sw_str_make((const char *)data, size), uid = {NULL, 0};
	struct sw_admission r;
	struct sw_error err;
	sw_autoarena a;
	sw_arena_init(&a, 64 << 20);
	int rc = sw_admission_read(NULL, &a, text, &r, &uid, &err);
	if (rc == 0 && (!r.uid.n || !sw_str_eq(r.uid, uid)))
		abort();
	if (uid.n)
		answer(&a, uid, rc ? NULL : &r, text);
	sw_autobuf lines;
	uint64_t n;
	sw_buf_init(&lines, 64 << 20);
	sw_audit_lines(text, &lines, &n, &err);
	if (n && (!lines.n || lines.p[lines.n - 1] != '\n'))
		abort();
	return 0;
}
