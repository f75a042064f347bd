/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recorded requests: admission.k8s.io/v1 AdmissionReview, or audit.k8s.io/v1 Event at level Request
 * or RequestResponse, in its stage ResponseComplete so that each request counts once. What a patch
 * made is only known from the response.
 */
#include "cmd/policy/replay.h"

#include "doc/json.h"

static int from_review(
	struct sw_arena *a, struct sw_value request, struct sw_admission *ret, struct sw_error *err)
{
	struct sw_map m;
	sw_autobuf text;
	sw_buf_init(&text, 256 << 20);
	sw_map_init(&m, a);
	if (sw_map_adds(&m, "apiVersion", SW_VSTR("admission.k8s.io/v1")) ||
		sw_map_adds(&m, "kind", SW_VSTR("AdmissionReview")) ||
		sw_map_adds(&m, "request", request))
		return sw_error_set(err, SW_ELIMIT, "the request is too large");
	sw_json_write(&text, sw_map_object(&m), 0);
	struct sw_str s = sw_arena_str(a, sw_buf_str(&text));
	if (!s.p)
		return sw_error_set(err, SW_ELIMIT, "the request is too large");
	int rc = sw_admission_read(NULL, a, s, ret, NULL, err);
	return rc ? rc : SW_REPLAY_REQUEST;
}

/* "apps/v1" → {group, version, kind} */
static struct sw_value kind_of(struct sw_arena *a, struct sw_str api, struct sw_str kind)
{
	struct sw_map m;
	size_t slash = sw_str_chr(api, '/', 0);
	sw_map_init(&m, a);
	sw_map_adds(
		&m, "group", sw_string(slash == SW_NPOS ? SW_STR("") : sw_str_sub(api, 0, slash)));
	sw_map_adds(&m, "version",
		sw_string(slash == SW_NPOS ? api : sw_str_sub(api, slash + 1, api.n)));
	sw_map_adds(&m, "kind", sw_string(kind));
	return sw_map_object(&m);
}

static struct sw_value resource_of(struct sw_arena *a, struct sw_value ref)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "group",
		sw_string(sw_value_getstr(ref, "apiGroup").p ? sw_value_getstr(ref, "apiGroup")
							     : SW_STR("")));
	sw_map_adds(&m, "version",
		sw_string(sw_value_getstr(ref, "apiVersion").p ? sw_value_getstr(ref, "apiVersion")
							       : SW_STR("")));
	sw_map_adds(&m, "resource",
		sw_string(sw_value_getstr(ref, "resource").p ? sw_value_getstr(ref, "resource")
							     : SW_STR("")));
	return sw_map_object(&m);
}

static void add_text(struct sw_map *m, const char *key, struct sw_str s)
{
	if (s.n)
		sw_map_adds(m, key, sw_string(s));
}

static bool is_object(struct sw_value v)
{
	struct sw_str kind = sw_value_getstr(v, "kind");
	return kind.n && !sw_str_is(kind, "Status") && !sw_str_is(kind, "DeleteOptions") &&
	       sw_value_getstr(v, "apiVersion").n;
}

static int request_of(struct sw_arena *a, struct sw_value event, const char *operation,
	struct sw_admission *ret, struct sw_error *err)
{
	struct sw_value ref = sw_object_gets(event, SW_STR("objectRef")),
			sent = sw_object_gets(event, SW_STR("requestObject"));
	struct sw_value got = sw_object_gets(event, SW_STR("responseObject"));
	bool patch = sw_str_is(sw_value_getstr(event, "verb"), "patch"),
	     gone = strcmp(operation, "DELETE") == 0;
	struct sw_value object = !patch && !gone && is_object(sent) ? sent
				 : is_object(got)		    ? got
								    : sw_undef();
	struct sw_map m;
	if (!sw_defined(object)) {
		sw_error_set(err, SW_EINVALID,
			"the audit event of a %s carries no object (its level is too low)",
			operation);
		return SW_REPLAY_UNSEEN;
	}
	struct sw_str id = sw_value_getstr(event, "auditID"),
		      ns = sw_value_getstr(ref, "namespace");
	struct sw_value meta = sw_object_gets(object, SW_STR("metadata"));
	struct sw_str name = sw_value_getstr(ref, "name");
	sw_map_init(&m, a);
	add_text(&m, "uid", id.n ? id : SW_STR("audit"));
	add_text(&m, "operation", sw_str_from(operation));
	add_text(&m, "namespace", ns.n ? ns : sw_value_getstr(meta, "namespace"));
	add_text(&m, "name", name.n ? name : sw_value_getstr(meta, "name"));
	add_text(&m, "subResource", sw_value_getstr(ref, "subresource"));
	sw_map_adds(&m, "kind",
		kind_of(a, sw_value_getstr(object, "apiVersion"), sw_value_getstr(object, "kind")));
	sw_map_adds(&m, "resource", resource_of(a, ref));
	struct sw_value user = sw_object_gets(event, SW_STR("user"));
	if (sw_is(user, SW_OBJECT))
		sw_map_adds(&m, "userInfo", user);
	sw_map_adds(&m, gone ? "oldObject" : "object", object);
	return from_review(a, sw_map_object(&m), ret, err);
}

static int from_event(
	struct sw_arena *a, struct sw_value event, struct sw_admission *ret, struct sw_error *err)
{
	static const struct {
		const char *verb, *operation;
	} verbs[] = {{"create", "CREATE"}, {"update", "UPDATE"}, {"patch", "UPDATE"},
		{"delete", "DELETE"}};
	struct sw_str verb = sw_value_getstr(event, "verb"),
		      stage = sw_value_getstr(event, "stage");
	int64_t code = 0;
	sw_value_int(sw_value_path(event, "responseStatus", "code", NULL), &code);
	if ((stage.n && !sw_str_is(stage, "ResponseComplete")) || code >= 400)
		return SW_REPLAY_PASSED; /* refused requests changed nothing */
	for (size_t i = 0; i < SW_ARRAY_LEN(verbs); i++)
		if (sw_str_is(verb, verbs[i].verb))
			return request_of(a, event, verbs[i].operation, ret, err);
	return SW_REPLAY_PASSED;
}

int sw_replay_read(
	struct sw_arena *a, struct sw_str line, struct sw_admission *ret, struct sw_error *err)
{
	struct sw_value v;
	struct sw_json_limits limits = {.depth = 128, .nodes = 4000000};
	line = sw_str_trim(line);
	if (!line.n)
		return SW_REPLAY_PASSED;
	int rc = sw_json_parse(a, line, 0, &limits, &v, NULL, err);
	if (rc)
		return rc;
	struct sw_str kind = sw_value_getstr(v, "kind");
	struct sw_value request = sw_object_gets(v, SW_STR("request"));
	if (sw_is(request, SW_OBJECT))
		return from_review(a, request, ret, err);
	if (sw_str_is(kind, "Event") && sw_value_getstr(v, "verb").n)
		return from_event(a, v, ret, err);
	if (sw_value_getstr(v, "uid").n && sw_value_getstr(v, "operation").n)
		return from_review(a, v, ret, err);
	return sw_error_set(err, SW_EINVALID, "neither an AdmissionReview nor an audit event");
}
