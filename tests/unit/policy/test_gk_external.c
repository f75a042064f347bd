/* SPDX-License-Identifier: Apache-2.0 */
/* External data: what providers are asked, what policies get, the cache, and everything that is refused. */
#include "gk.h"

#include "policy/gatekeeper/external.h"

#define CA "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==" /* -----BEGIN CERTIFICATE----- */
#define PROVIDER                                                                                               \
	"{apiVersion: externaldata.gatekeeper.sh/v1beta1, kind: Provider, metadata: {name: p}, spec: {url: "        \
	"'https://p.example.com/v', timeout: 3, caBundle: " CA "}}"
#define REGO                                                                                                   \
	"package t\nviolation[{\"msg\": msg}] { r := external_data({\"provider\": input.parameters.provider, \"keys\": " \
	"input.parameters.keys}); msg := sprintf(\"%v\", [r]) }\n"

struct fake {
	int calls;
	char body[512];
	const char *answer; /* NULL: the connection fails */
};

static int ask(void *arg, const struct gk_provider *p, struct sw_str body, struct sw_buf *ret, long *ret_status,
	struct sw_error *err)
{
	struct fake *f = arg;
	f->calls++;
	snprintf(f->body, sizeof(f->body), "%.*s %.*s %u", SW_STR_ARG(p->url), SW_STR_ARG(body), p->timeout_ms / 1000);
	if (!f->answer)
		return sw_error_set(err, SW_EIO, "failed to send external data request: no route");
	sw_buf_addz(ret, f->answer);
	*ret_status = 200;
	return 0;
}

static struct sw_gk *gk_with_fake(struct fake *f, int64_t ttl_ns)
{
	struct sw_gk_opts opts = {.external_data = true, .external_ttl_ns = ttl_ns, .ask = ask, .ask_arg = f};
	struct sw_gk *gk = sw_gk_new(&opts);
	struct sw_error err = {0};
	must(sw_gk_add_config(gk, yaml(PROVIDER), &err), &err);
	add_template(gk, template_of("K8sX", "{type: object, x-kubernetes-preserve-unknown-fields: true}", REGO));
	return gk;
}

static const char *ask_for(struct sw_gk *gk, const char *parameters)
{
	struct sw_value c = yamlf("{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sX, metadata: {name: c}, spec: "
				  "{parameters: %s}}",
		parameters);
	struct sw_error err = {0};
	must(sw_gk_add_constraint(gk, c, NULL, &err), &err);
	return review(gk, "{apiVersion: v1, kind: Pod, metadata: {name: x}}");
}

static void answers(void **state)
{
	struct fake f = {.answer = "{\"response\": {\"idempotent\": true, \"items\": [{\"key\": \"a\", \"value\": {\"n\": 1}}, "
				   "{\"key\": \"b\", \"error\": \"unknown\"}]}}"};
	struct sw_gk *gk = gk_with_fake(&f, 0);
	assert_string_equal(ask_for(gk, "{provider: p, keys: [a, b]}"),
		"deny: {\"errors\": [[\"b\", \"unknown\"]], \"responses\": [[\"a\", {\"n\": 1}]], \"status_code\": 200, "
		"\"system_error\": \"\"}");
	assert_string_equal(f.body, "https://p.example.com/v {\"apiVersion\":\"externaldata.gatekeeper.sh/v1beta1\","
				    "\"kind\":\"ProviderRequest\",\"request\":{\"keys\":[\"a\",\"b\"]}} 3");
	/* known now: only what is new is asked for */
	f.answer = "{\"response\": {\"items\": [{\"key\": \"c\", \"value\": \"v\"}]}}";
	assert_non_null(strstr(ask_for(gk, "{provider: p, keys: [a, c]}"), "[[\"a\", {\"n\": 1}], [\"c\", \"v\"]]"));
	assert_non_null(strstr(f.body, "{\"keys\":[\"c\"]}"));
	assert_int_equal(f.calls, 2);
	ask_for(gk, "{provider: p, keys: [c, b, a]}");
	assert_int_equal(f.calls, 2);
	sw_gk_free(gk);
}

static void stale(void **state)
{
	struct fake f = {.answer = "{\"response\": {\"items\": [{\"key\": \"a\", \"value\": 1}]}}"};
	struct sw_gk *gk = gk_with_fake(&f, 1);
	ask_for(gk, "{provider: p, keys: [a]}");
	ask_for(gk, "{provider: p, keys: [a]}");
	assert_int_equal(f.calls, 2);
	sw_gk_free(gk);
}

static void failures(void **state)
{
	struct fake f = {0};
	struct sw_gk *gk = gk_with_fake(&f, 0);
	assert_string_equal(ask_for(gk, "{provider: p, keys: [a]}"),
		"deny: {\"errors\": null, \"responses\": null, \"status_code\": 500, \"system_error\": \"failed to send "
		"external data request: no route\"}");
	assert_string_equal(ask_for(gk, "{provider: q, keys: [a]}"),
		"deny: {\"errors\": null, \"responses\": null, \"status_code\": 400, \"system_error\": \"key is not found in "
		"provider cache\"}");
	f.answer = "<html>";
	assert_non_null(strstr(ask_for(gk, "{provider: p, keys: [a]}"), "failed to unmarshal external data response"));
	f.answer = "[1, 2]";
	assert_non_null(strstr(ask_for(gk, "{provider: p, keys: [a]}"), "\"responses\": []"));
	f.answer = "{\"response\": {\"systemError\": \"busy\", \"items\": [5, {\"value\": 1}]}}";
	assert_non_null(strstr(ask_for(gk, "{provider: p, keys: [a]}"), "\"system_error\": \"busy\""));
	sw_gk_free(gk);
}

static void refused(void **state)
{
	static const char *const rows[][2] = {
		{"{apiVersion: externaldata.gatekeeper.sh/v1beta1, kind: Provider, spec: {}}", "provider name can not be empty"},
		{"{apiVersion: externaldata.gatekeeper.sh/v1beta1, kind: Provider, metadata: {name: p}, spec: {url: "
		 "'http://x', timeout: 1}}",
			"only HTTPS scheme is supported for Providers"},
		{"{apiVersion: externaldata.gatekeeper.sh/v1beta1, kind: Provider, metadata: {name: p}, spec: {url: "
		 "'https://x', timeout: 0}}",
			"provider timeout should be a positive integer. value: 0"},
		{"{apiVersion: externaldata.gatekeeper.sh/v1beta1, kind: Provider, metadata: {name: p}, spec: {url: "
		 "'https://x', timeout: 1}}",
			"caBundle should be set for HTTPS scheme"},
		{"{apiVersion: externaldata.gatekeeper.sh/v1beta1, kind: Provider, metadata: {name: p}, spec: {url: "
		 "'https://x', timeout: 1, caBundle: '!!'}}",
			"bad caBundle"},
	};
	struct sw_gk_opts opts = {.external_data = true};
	struct sw_gk *gk = sw_gk_new(&opts);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sw_error err = {0};
		assert_int_equal(sw_gk_add_config(gk, yaml(rows[i][0]), &err), -SW_EINVALID);
		assert_string_equal(err.text, rows[i][1]);
	}
	sw_gk_free(gk);
	/* not allowed: the provider is passed over, the template refused */
	struct sw_error err = {0};
	gk = sw_gk_new(NULL);
	must(sw_gk_add_config(gk, yaml(PROVIDER), &err), &err);
	assert_int_equal(sw_gk_add_template(gk, template_of("K8sX", "{type: object}", REGO), &err), -SW_EINVALID);
	assert_non_null(strstr(err.text, "external_data"));
	sw_gk_free(gk);
}

/* Nobody listens there; the CA is none: an error in words, at once. */
static void no_server(void **state)
{
	struct gk_provider p = {.name = SW_STR("p"), .url = SW_STR("https://127.0.0.1:1/x"), .ca = SW_STR("none"), .timeout_ms = 2000};
	struct sw_error err = {0};
	long status = 0;
	sw_autobuf b;
	sw_buf_init(&b, 100);
	assert_true(gk_external_https(NULL, &p, SW_STR("{}"), &b, &status, &err) < 0);
	assert_non_null(strstr(err.text, "failed to send external data request"));
	p.url = SW_STR("http://127.0.0.1:1/x");
	assert_true(gk_external_https(NULL, &p, SW_STR("{}"), &b, &status, &err) < 0);
	p.url = SW_STR("file:///etc/passwd");
	assert_true(gk_external_https(NULL, &p, SW_STR("{}"), &b, &status, &err) < 0);
	assert_int_equal(b.n, 0);
}

/* ---- mutators ---- */

static const char *mutate(struct sw_gk *gk, const char *object)
{
	struct sw_gk_mutable m = {.object = yaml(object), .operation = SW_STR("CREATE"), .user = SW_STR("jane")};
	struct sw_gk_mutation out;
	struct sw_error err = {0};
	if (sw_gk_mutate(gk, &arena, &m, &out, &err) < 0)
		return sw_arena_printf(&arena, "error: %s%c", err.text, 0).p;
	return json(out.patch);
}

static const char *add(struct sw_gk *gk, const char *kind, const char *location, const char *external)
{
	struct sw_error err = {0};
	struct sw_value m = yamlf("{apiVersion: mutations.gatekeeper.sh/v1, kind: %s, metadata: {name: m}, spec: {%s"
				  "location: '%s', parameters: {assign: {externalData: %s}}}}",
		kind, strcmp(kind, "Assign") == 0 ? "applyTo: [{groups: [''], versions: [v1], kinds: [Pod]}], " : "",
		location, external);
	return sw_gk_add_mutator(gk, m, &err) == 0 ? "" : sw_arena_printf(&arena, "%s%c", err.text, 0).p;
}

#define TWO_IMAGES "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: a, image: b}, {name: b, image: a}, " \
	"{name: c, image: a}]}}"
#define ONE_IMAGE "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: a, image: a}]}}"
#define IMAGES "spec.containers[name: *].image"

/* Every key once, in one request; the answers where the keys were; asked again the next time. */
static void mutators_ask_once(void **state)
{
	struct fake f = {.answer = "{\"response\": {\"idempotent\": true, \"items\": [{\"key\": \"a\", \"value\": \"a@1\"}, "
				   "{\"key\": \"b\", \"value\": \"b@2\"}]}}"};
	struct sw_gk *gk = gk_with_fake(&f, 0);
	assert_string_equal(add(gk, "Assign", IMAGES, "{provider: p}"), "");
	assert_string_equal(mutate(gk, TWO_IMAGES),
		"[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":\"b@2\"},"
		"{\"op\":\"replace\",\"path\":\"/spec/containers/1/image\",\"value\":\"a@1\"},"
		"{\"op\":\"replace\",\"path\":\"/spec/containers/2/image\",\"value\":\"a@1\"}]");
	assert_int_equal(f.calls, 1);
	assert_non_null(strstr(f.body, "{\"keys\":[\"a\",\"b\"]}"));
	mutate(gk, ONE_IMAGE);
	assert_int_equal(f.calls, 2);
	assert_string_equal(mutate(gk, "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {}}"), "[]");
	assert_int_equal(f.calls, 2);
	assert_string_equal(mutate(gk, "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: [{name: a, image: 1}]}}"),
		"error: mutation for mutator Assign.mutations.gatekeeper.sh /m failed for  Pod  x: value assigned to external "
		"data placeholder is not a string, got int64");
	sw_gk_free(gk);
}

static void mutators_user(void **state)
{
	struct fake f = {.answer = "{\"response\": {\"idempotent\": true, \"items\": [{\"key\": \"jane\", \"value\": \"j@x\"}]}}"};
	struct sw_gk *gk = gk_with_fake(&f, 0);
	assert_string_equal(add(gk, "AssignMetadata", "metadata.annotations.owner", "{provider: p}"),
		"only username data source is supported for assignmetadata m");
	assert_string_equal(add(gk, "AssignMetadata", "metadata.annotations.owner", "{provider: p, dataSource: Username}"), "");
	assert_string_equal(mutate(gk, ONE_IMAGE),
		"[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"owner\":\"j@x\"}}]");
	assert_non_null(strstr(f.body, "{\"keys\":[\"jane\"]}"));
	sw_gk_free(gk);
}

/* Below a text that a provider gives nothing can stand. */
static void mutators_end_their_path(void **state)
{
	struct fake f = {.answer = ""};
	struct sw_gk *gk = gk_with_fake(&f, 0);
	struct sw_error err = {0};
	(void)state;
#define OTHER(location)                                                                                          \
	yaml("{apiVersion: mutations.gatekeeper.sh/v1, kind: Assign, metadata: {name: n}, spec: {applyTo: [{groups: " \
	     "[''], versions: [v1], kinds: [Pod]}], location: '" location "', parameters: {assign: {value: 1}}}}")
	assert_string_equal(add(gk, "Assign", "spec.a", "{provider: p}"), "");
	assert_int_equal(sw_gk_add_mutator(gk, OTHER("spec"), &err), 0);
	assert_int_equal(sw_gk_add_mutator(gk, OTHER("spec.a"), &err), 0);
	assert_int_equal(sw_gk_add_mutator(gk, OTHER("spec.a.b"), &err), -SW_ECONFLICT);
	sw_gk_free(gk);
}

/* What is wrong, and what each policy makes of it. */
static void mutators_failures(void **state)
{
#define FAILED "error: failed to resolve external data placeholders: "
	static const char *const rows[][2] = {
		{NULL, FAILED "failed to send external data request to provider p: failed to send external data request: no route"},
		{"{\"response\": {\"idempotent\": true, \"systemError\": \" down \"}}",
			FAILED "failed to validate external data response from provider p: non-empty system error: down"},
		{"{\"response\": {\"items\": [{\"key\": \"a\", \"value\": \"v\"}]}}",
			FAILED "failed to validate external data response from provider p: non-idempotent response"},
		{"{\"response\": {\"idempotent\": true, \"items\": []}}",
			FAILED "failed to find external data item in response for provider p"},
		{"{\"response\": {\"idempotent\": true, \"items\": [{\"key\": \"a\", \"error\": \"who?\"}]}}",
			FAILED "failed to retrieve external data item from provider p: who?"},
		{"{\"response\": {\"idempotent\": true, \"items\": [{\"key\": \"a\", \"value\": 1}]}}",
			FAILED "failed to convert external data item value from provider p to string, got type float64"},
		{"no json", FAILED "failed to send external data request to provider p: failed to unmarshal external data response: "},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake f = {.answer = rows[i][0]};
		struct sw_gk *gk = gk_with_fake(&f, 0);
		assert_string_equal(add(gk, "Assign", IMAGES, "{provider: p}"), "");
		assert_memory_equal(mutate(gk, ONE_IMAGE), rows[i][1], strlen(rows[i][1]));
		assert_string_equal(add(gk, "Assign", IMAGES, "{provider: p, failurePolicy: Ignore}"), "");
		assert_string_equal(mutate(gk, ONE_IMAGE), "[]");
		assert_string_equal(add(gk, "Assign", IMAGES, "{provider: p, failurePolicy: UseDefault, default: d}"), "");
		assert_string_equal(mutate(gk, ONE_IMAGE),
			"[{\"op\":\"replace\",\"path\":\"/spec/containers/0/image\",\"value\":\"d\"}]");
		assert_string_equal(add(gk, "Assign", IMAGES, "{provider: none}"), "");
		assert_string_equal(mutate(gk, ONE_IMAGE), FAILED "failed to find external data provider none in responses");
		sw_gk_free(gk);
	}
}

static void mutators_refused(void **state)
{
	static const char *const rows[][3] = {
		{IMAGES, "{provider: p, failurePolicy: UseDefault}",
			"`default` must not be empty when `failurePolicy` is set to `UseDefault`"},
		{IMAGES, "{provider: p, failurePolicy: Maybe}", "externalData.failurePolicy: unsupported value: \"Maybe\""},
		{IMAGES, "{provider: p, dataSource: Groups}", "externalData.dataSource: unsupported value: \"Groups\""},
		{IMAGES, "{dataSource: Username}", "externalData.provider: required value"},
		{"spec.containers[name: a]", "{provider: p}", "cannot assign external data response to a list"},
	};
	struct fake f = {0};
	struct sw_gk *gk = gk_with_fake(&f, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(add(gk, "Assign", rows[i][0], rows[i][1]), rows[i][2]);
	sw_gk_free(gk);
	gk = sw_gk_new(NULL);
	assert_string_equal(add(gk, "Assign", IMAGES, "{provider: p}"), "external data feature flag is not enabled");
	sw_gk_free(gk);
}

int main(void)
{
	sw_arena_init(&arena, 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(stale),
		cmocka_unit_test(failures),
		cmocka_unit_test(refused),
		cmocka_unit_test(no_server),
		cmocka_unit_test(mutators_ask_once),
		cmocka_unit_test(mutators_user),
		cmocka_unit_test(mutators_end_their_path),
		cmocka_unit_test(mutators_failures),
		cmocka_unit_test(mutators_refused),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	sw_arena_release(&arena);
	return rc;
}
