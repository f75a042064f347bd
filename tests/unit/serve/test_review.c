/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "doc/json.h"
#include "serve/review.h"

#define FRAME(request)                                                                             \
	"{\"apiVersion\":\"admission.k8s.io/"                                                      \
	"v1\",\"kind\":\"AdmissionReview\",\"request\":" request "}"
#define KINDS                                                                                      \
	"\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"resource\":{\"group\":"   \
	"\"\",\"version\":\"v1\","                                                                 \
	"\"resource\":\"pods\"}"

static int read_text(const char *text, struct sw_admission *r, struct sw_str *uid)
{
	static struct sw_arena a;
	sw_arena_release(&a);
	sw_arena_init(&a, 64 << 20);
	*uid = SW_STR("");
	return sw_admission_read(NULL, &a, sw_str_from(text), r, uid, NULL);
}

static void reads_a_request(void **state)
{
	struct sw_admission r;
	struct sw_str uid;
	assert_int_equal(read_text(FRAME("{\"uid\":\"u-1\"," KINDS
					 ",\"namespace\":\"n\",\"operation\":\"UPDATE\","
					 "\"userInfo\":{\"username\":\"jane\"},\"object\":{\"a\":1}"
					 ",\"oldObject\":null,"
					 "\"dryRun\":true,\"subResource\":\"status\"}"),
				 &r, &uid),
		0);
	assert_str(r.uid, "u-1");
	assert_str(uid, "u-1");
	assert_str(r.kind, "Pod");
	assert_str(r.resource, "pods");
	assert_str(r.sub_resource, "status");
	assert_str(r.ns, "n");
	assert_str(r.user, "jane");
	assert_int_equal(r.operation, SW_OP_UPDATE);
	assert_int_equal(r.object.type, SW_OBJECT);
	assert_int_equal(r.old_object.type, SW_UNDEF);
	assert_true(r.dry_run);
}

static void refuses(const char *text, int code, const char *want_uid)
{
	struct sw_admission r;
	struct sw_str uid;
	int rc = read_text(text, &r, &uid);
	if (rc != -code)
		fail_msg("%s: %d, want %d", text, rc, -code);
	assert_str(uid, want_uid);
}

static void is_strict(void **state)
{
	refuses("", SW_ESYNTAX, "");
	refuses("null", SW_EINVALID, "");
	refuses(FRAME("null"), SW_EINVALID, "");
	refuses(FRAME("{}"), SW_EINVALID, "");
	refuses(FRAME("{\"uid\":\"\"}"), SW_EINVALID, "");
	refuses(FRAME("{\"uid\":\"a\",\"uid\":\"b\"}"), SW_EINVALID, "");
	refuses("{\"apiVersion\":\"admission.k8s.io/"
		"v2\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"a\"}}",
		SW_EINVALID, "");
	/* From here on the request can be answered. */
	refuses(FRAME("{\"uid\":\"a\"}"), SW_EINVALID, "a");
	refuses(FRAME("{\"uid\":\"a\"," KINDS "}"), SW_EINVALID, "a");
	refuses(FRAME("{\"uid\":\"a\"," KINDS ",\"operation\":\"create\"}"), SW_EINVALID, "a");
	refuses(FRAME("{\"uid\":\"a\"," KINDS ",\"operation\":\"CREATE\"}"), SW_EINVALID, "a");
	refuses(FRAME("{\"uid\":\"a\"," KINDS ",\"operation\":\"CREATE\",\"object\":[]}"),
		SW_EINVALID, "a");
	refuses(FRAME("{\"uid\":\"a\"," KINDS
		      ",\"operation\":\"CREATE\",\"object\":{},\"namespace\":{}}"),
		SW_EINVALID, "a");
	refuses(FRAME("{\"uid\":\"a\"," KINDS
		      ",\"operation\":\"CREATE\",\"object\":{},\"userInfo\":\"x\"}"),
		SW_EINVALID, "a");
}

static void deletes_and_connects_need_no_object(void **state)
{
	struct sw_admission r;
	struct sw_str uid;
	assert_int_equal(
		read_text(FRAME("{\"uid\":\"a\"," KINDS ",\"operation\":\"DELETE\"}"), &r, &uid),
		0);
	assert_int_equal(
		read_text(FRAME("{\"uid\":\"a\"," KINDS ",\"operation\":\"CONNECT\"}"), &r, &uid),
		0);
}

static void written(const struct sw_answer *r, const char *uid, const char *want)
{
	sw_autobuf out;
	sw_buf_init(&out, 0);
	sw_answer_write(&out, sw_str_from(uid), r);
	assert_str(sw_buf_str(&out), want);
}

#define ANSWER(rest)                                                                               \
	"{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"response\":{" rest \
	"}}\n"

static void writes_answers(void **state)
{
	struct sw_answer r;
	sw_answer_init(&r);
	written(&r, "u\"1", ANSWER("\"uid\":\"u\\\"1\",\"allowed\":true"));
	r.allowed = false;
	r.code = 403;
	r.reason = "Forbidden";
	sw_buf_addz(&r.message, "no\n\"never\"");
	sw_answer_warn(&r, SW_STR("a\nb"));
	sw_answer_warn(&r, SW_STR("a\nb"));
	sw_answer_warn(&r, SW_STR("c"));
	sw_answer_annotate(&r, "k", SW_STR("v\x01"));
	written(&r, "u",
		ANSWER("\"uid\":\"u\",\"allowed\":false,\"status\":{\"code\":403,\"reason\":"
		       "\"Forbidden\",\"message\":"
		       "\"no\\n\\\"never\\\"\"},\"warnings\":[\"a "
		       "b\",\"c\"],\"auditAnnotations\":{\"k\":\"v\\u0001\"}"));
	sw_answer_clear(&r);
	struct sw_arena a;
	sw_arena_init(&a, 0);
	assert_int_equal(sw_json_parse(&a, SW_STR("[{\"op\":\"remove\",\"path\":\"/a\"}]"), 0, NULL,
				 &r.patch, NULL, NULL),
		0);
	written(&r, "u",
		ANSWER("\"uid\":\"u\",\"allowed\":true,\"patchType\":\"JSONPatch\",\"patch\":"
		       "\"W3sib3AiOiJyZW1vdmUiLCJwYXRoIjoiL2EifV0=\""));
	sw_arena_release(&a);
	sw_answer_release(&r);
}

/* The API server cuts at 256 and 4,096 code points: what is said must be said before. */
static void warnings_have_ceilings(void **state)
{
	struct sw_answer r;
	char text[4 * 300 + 16];
	sw_answer_init(&r);
	for (int i = 0; i < 40; i++) {
		int n = snprintf(text, sizeof(text), "%d", i);
		for (int k = 0; k < 300; k++)
			memcpy(text + n + 3 * k, "\xe2\x82\xac", 3);
		sw_answer_warn(&r, sw_str_make(text, (size_t)n + 900));
	}
	assert_int_equal(r.n_warnings, 16);
	assert_int_equal(r.warning_runes, 4096);
	assert_true(sw_utf8_valid(sw_buf_str(&r.warnings)));
	sw_answer_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_request),
		cmocka_unit_test(is_strict),
		cmocka_unit_test(deletes_and_connects_need_no_object),
		cmocka_unit_test(writes_answers),
		cmocka_unit_test(warnings_have_ceilings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
