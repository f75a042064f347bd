/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/review.h"

#include <openssl/evp.h>
#include <stdlib.h>


static const char *const operations[] = {"CREATE", "UPDATE", "DELETE", "CONNECT"};

const char *sw_operation_name(enum sw_operation op)
{
	return (unsigned)op < 4 ? operations[op] : "";
}

static int wrong(struct sw_error *err, struct sw_value field, const char *want)
{
	return sw_error_set(err, SW_EINVALID, "request.%.*s must be %s", SW_STR_ARG(sw_value_str(field)), want);
}

/* A string; missing and null are "" where that is allowed. */
static int text(struct sw_value request, struct sw_value key, bool needed, struct sw_str *ret,
	struct sw_error *err)
{
	struct sw_value v = sw_object_get(request, key);
	if (v.type == SW_STRING && (v.n || !needed))
		*ret = sw_value_str(v);
	else if (needed || (sw_defined(v) && v.type != SW_NULL))
		return wrong(err, key, needed ? "a string that is not empty" : "a string");
	return 0;
}

static int optional(struct sw_value request, struct sw_value key, enum sw_type type,
	struct sw_value *ret, struct sw_error *err)
{
	struct sw_value v = sw_object_get(request, key);
	if (v.type == SW_NULL)
		v = sw_undef();
	if (sw_defined(v) && v.type != type)
		return wrong(err, key, sw_type_name(type));
	*ret = v;
	return 0;
}

/* kind {group, version, kind} or resource {group, version, resource}. */
static int triple(struct sw_value request, struct sw_value key, struct sw_str *group,
	struct sw_str *version, struct sw_str *last, struct sw_error *err)
{
	struct sw_value v = sw_object_get(request, key);
	struct sw_value g = sw_object_get(v, SW_VSTR("group")), ver = sw_object_get(v, SW_VSTR("version"));
	struct sw_value k = sw_object_get(v, key);
	if (v.type != SW_OBJECT || (sw_defined(g) && g.type != SW_STRING) ||
		ver.type != SW_STRING || k.type != SW_STRING || !k.n)
		return sw_error_set(err, SW_EINVALID, "request.%.*s must have group, version and %.*s",
			SW_STR_ARG(sw_value_str(key)), SW_STR_ARG(sw_value_str(key)));
	*group = sw_defined(g) ? sw_value_str(g) : SW_STR("");
	*version = sw_value_str(ver);
	*last = sw_value_str(k);
	return 0;
}

static int operation(struct sw_admission *r, struct sw_error *err)
{
	struct sw_str op = SW_STR("");
	int rc = text(r->request, SW_VSTR("operation"), true, &op, err);
	if (rc)
		return rc;
	for (unsigned i = 0; i < 4; i++)
		if (sw_str_is(op, operations[i])) {
			r->operation = (enum sw_operation)i;
			return 0;
		}
	return wrong(err, SW_VSTR("operation"), "CREATE, UPDATE, DELETE or CONNECT");
}

static int objects(struct sw_admission *r, struct sw_error *err)
{
	struct sw_value user = sw_undef(), dry = sw_undef();
	int rc = optional(r->request, SW_VSTR("object"), SW_OBJECT, &r->object, err);
	if (!rc)
		rc = optional(r->request, SW_VSTR("oldObject"), SW_OBJECT, &r->old_object, err);
	if (!rc)
		rc = optional(r->request, SW_VSTR("userInfo"), SW_OBJECT, &user, err);
	if (!rc)
		rc = optional(r->request, SW_VSTR("dryRun"), SW_BOOL, &dry, err);
	if (rc)
		return rc;
	r->user = sw_value_getstr(user, "username");
	r->dry_run = sw_is_true(dry);
	if ((r->operation == SW_OP_CREATE || r->operation == SW_OP_UPDATE) &&
		!sw_defined(r->object))
		return wrong(err, SW_VSTR("object"), "there for CREATE and UPDATE");
	return 0;
}

static int request(struct sw_admission *r, struct sw_str *ret_uid, struct sw_error *err)
{
	struct sw_str group, version;
	int rc = text(r->request, SW_VSTR("uid"), true, &r->uid, err);
	if (rc)
		return rc;
	*ret_uid = r->uid;
	rc = triple(r->request, SW_VSTR("kind"), &r->group, &r->version, &r->kind, err);
	if (!rc)
		rc = triple(r->request, SW_VSTR("resource"), &group, &version, &r->resource, err);
	if (!rc)
		rc = text(r->request, SW_VSTR("subResource"), false, &r->sub_resource, err);
	if (!rc)
		rc = text(r->request, SW_VSTR("namespace"), false, &r->ns, err);
	if (!rc)
		rc = text(r->request, SW_VSTR("name"), false, &r->name, err);
	if (!rc)
		rc = operation(r, err);
	return rc ? rc : objects(r, err);
}

int sw_admission_read(struct sw_json_shapes *shapes, struct sw_arena *a, struct sw_str body,
	struct sw_admission *ret, struct sw_str *ret_uid, struct sw_error *err)
{
	static const struct sw_json_limits limits = {.depth = 128, .nodes = 4000000};
	struct sw_admission r = {0};
	struct sw_str uid = {NULL, 0};
	struct sw_value review;
	int rc = shapes ? sw_json_parse_alike(shapes, a, body, SW_JSON_DUP_ERROR, &limits, &review, err)
			: sw_json_parse(a, body, SW_JSON_DUP_ERROR, &limits, &review, NULL, err);
	if (rc)
		return rc;
	if (review.type != SW_OBJECT ||
		!sw_str_is(sw_value_getstr(review, "kind"), "AdmissionReview"))
		return sw_error_set(err, SW_EINVALID, "the body is no AdmissionReview");
	if (!sw_str_is(sw_value_getstr(review, "apiVersion"), "admission.k8s.io/v1")) {
		sw_error_set(err, SW_EINVALID, "the AdmissionReview is not of admission.k8s.io/v1");
		return sw_error_hint(err, "set admissionReviewVersions: [v1]");
	}
	r.request = sw_object_gets(review, SW_STR("request"));
	if (r.request.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "the AdmissionReview has no request");
	rc = request(&r, &uid, err);
	if (ret_uid && uid.p)
		*ret_uid = uid;
	if (!rc)
		*ret = r;
	return rc;
}

/* ---- the answer ---- */

void sw_answer_init(struct sw_answer *r)
{
	*r = (struct sw_answer){.allowed = true};
	sw_buf_init(&r->message, 64 << 10);
	sw_buf_init(&r->warnings, 64 << 10);
	sw_buf_init(&r->audit, 64 << 10);
}

void sw_answer_release(struct sw_answer *r)
{
	sw_buf_release(&r->message);
	sw_buf_release(&r->warnings);
	sw_buf_release(&r->audit);
}

void sw_answer_clear(struct sw_answer *r)
{
	sw_buf_clear(&r->message);
	sw_buf_clear(&r->warnings);
	sw_buf_clear(&r->audit);
	r->allowed = true;
	r->code = 0;
	r->reason = NULL;
	r->patch = sw_undef();
	r->n_warnings = r->warning_runes = 0;
}

/* At most `max` code points; a line break becomes a space: a warning is an HTTP header in the end.
 */
static void one_line(struct sw_buf *out, struct sw_str s, size_t max)
{
	size_t at = 0;
	for (size_t n = 0; at < s.n && n < max; n++) {
		uint32_t c = sw_utf8_next(s, &at);
		sw_buf_addrune(out, n + 1 == max && at < s.n ? 0x2026
				    : c < 0x20 || c == 0x7f  ? ' '
							     : c);
	}
}

void sw_answer_warn(struct sw_answer *r, struct sw_str s)
{
	sw_autobuf line, quoted;
	sw_buf_init(&line, 4 * SW_WARNING_MAX + 8);
	sw_buf_init(&quoted, 8 << 10);
	one_line(&line, s, SW_WARNING_MAX);
	sw_json_write_str(&quoted, sw_buf_str(&line), 0);
	uint32_t runes = (uint32_t)sw_utf8_count(sw_buf_str(&line));
	if (r->warning_runes + runes > SW_WARNINGS_MAX ||
		sw_str_has(sw_buf_str(&r->warnings), sw_buf_str(&quoted)))
		return;
	r->warning_runes += runes;
	if (r->n_warnings++)
		sw_buf_addch(&r->warnings, ',');
	sw_buf_addstr(&r->warnings, sw_buf_str(&quoted));
}

void sw_answer_annotate(struct sw_answer *r, const char *key, struct sw_str value)
{
	if (r->audit.n)
		sw_buf_addch(&r->audit, ',');
	sw_json_write_str(&r->audit, sw_str_from(key), 0);
	sw_buf_addch(&r->audit, ':');
	sw_json_write_str(&r->audit, sw_str_sub(value, 0, SW_ANNOTATION_MAX), 0);
}

static void write_patch(struct sw_buf *out, struct sw_value patch)
{
	sw_autobuf json;
	sw_buf_init(&json, 16 << 20);
	sw_json_write(&json, patch, 0);
	if (json.overflow || json.n > (12u << 20))
		return;
	sw_buf_addz(out, ",\"patchType\":\"JSONPatch\",\"patch\":\"");
	/* Whole groups of three bytes at a time; EVP_EncodeBlock() ends each with a NUL. */
	unsigned char group[3 * 256], coded[4 * 256 + 1];
	for (size_t at = 0; at < json.n; at += sizeof(group)) {
		size_t n = json.n - at < sizeof(group) ? json.n - at : sizeof(group);
		memcpy(group, json.p + at, n);
		int len = EVP_EncodeBlock(coded, group, (int)n);
		sw_buf_add(out, coded, (size_t)len);
	}
	sw_buf_addch(out, '"');
}

static void write_status(struct sw_buf *out, const struct sw_answer *r)
{
	sw_buf_printf(out, ",\"status\":{\"code\":%d", r->code);
	if (r->reason)
		sw_buf_printf(out, ",\"reason\":\"%s\"", r->reason);
	if (r->message.n) {
		sw_buf_addz(out, ",\"message\":");
		sw_json_write_str(out, sw_buf_str(&r->message), 0);
	}
	sw_buf_addch(out, '}');
}

void sw_answer_write(struct sw_buf *out, struct sw_str uid, const struct sw_answer *r)
{
	sw_buf_addz(out, "{\"apiVersion\":\"admission.k8s.io/"
			 "v1\",\"kind\":\"AdmissionReview\",\"response\":{\"uid\":");
	sw_json_write_str(out, uid, 0);
	sw_buf_addz(out, r->allowed ? ",\"allowed\":true" : ",\"allowed\":false");
	if (r->code)
		write_status(out, r);
	if (r->n_warnings) {
		sw_buf_addz(out, ",\"warnings\":[");
		sw_buf_addstr(out, sw_buf_str(&r->warnings));
		sw_buf_addch(out, ']');
	}
	if (r->audit.n) {
		sw_buf_addz(out, ",\"auditAnnotations\":{");
		sw_buf_addstr(out, sw_buf_str(&r->audit));
		sw_buf_addch(out, '}');
	}
	if (r->patch.type == SW_ARRAY && r->patch.n)
		write_patch(out, r->patch);
	sw_buf_addz(out, "}}\n");
}
