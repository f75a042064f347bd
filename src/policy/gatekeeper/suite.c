/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/gatekeeper/suite.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/io.h"
#include "doc/yaml.h"
#include "policy/gatekeeper/internal.h"

#define FILE_MAX ((size_t)64 << 20)

enum { TESTS_MAX = 10000, MESSAGES_SHOWN = 20 };

/* A running test. */
struct run {
	struct sw_arena *a;
	const struct sw_gk_filter *filter;
	struct sw_str dir; /* of the suite's file */
	struct sw_gk *gk;
	bool expands; /* the test has ExpansionTemplates */
	struct sw_buf print;
};

static double now(void)
{
	return (double)sw_now_ns() / 1e9;
}

/* ---- filter ---- */

int sw_gk_filter_init(struct sw_gk_filter *f, struct sw_str text, struct sw_error *err)
{
	*f = (struct sw_gk_filter){0};
	if (!text.n)
		return 0;
	size_t cut = sw_str_find(text, SW_STR("//"), 0);
	struct sw_str left = sw_str_sub(text, 0, cut), right = left;
	if (cut != SW_NPOS) {
		f->both = true;
		right = sw_str_sub(text, cut + 2, text.n);
		if (sw_str_has(right, SW_STR("//")))
			return sw_error_set(err, SW_EUSAGE,
				"invalid test filter: a filter may include at most one \"//\"");
	}
	int r = sw_re2_compile(left, &f->test, err);
	if (r == 0)
		r = sw_re2_compile(right, &f->one, err);
	if (r < 0) {
		sw_gk_filter_release(f);
		return sw_error_prefix(err, "invalid test filter: ");
	}
	return 0;
}

void sw_gk_filter_release(struct sw_gk_filter *f)
{
	sw_re2_free(f->test);
	sw_re2_free(f->one);
	*f = (struct sw_gk_filter){0};
}

static bool wants_case(const struct sw_gk_filter *f, struct sw_str test, struct sw_str name)
{
	if (!f->test)
		return true;
	bool a = sw_re2_match(f->test, test, NULL) == 1, b = sw_re2_match(f->one, name, NULL) == 1;
	return f->both ? a && b : a || b;
}

static bool wants_test(const struct sw_gk_filter *f, struct sw_str test, struct sw_value cases)
{
	if (!f->test || sw_re2_match(f->test, test, NULL) == 1)
		return true;
	if (!f->both && cases.type == SW_ARRAY)
		sw_array_foreach(c, cases)
			if (sw_re2_match(f->one, sw_value_getstr(*c, "name"), NULL) == 1)
				return true;
	return false;
}

/* ---- reading ---- */

/* The objects of a file named in the suite. */
static int read_objects(struct run *r, struct sw_str name, struct sw_list *ret, struct sw_error *err)
{
	struct sw_str path = sw_arena_printf(r->a, "%.*s/%.*s", SW_STR_ARG(r->dir), SW_STR_ARG(name));
	struct sw_str text;
	if (!path.p)
		return sw_error_set(err, SW_ELIMIT, "out of memory budget");
	int rc = sw_io_read(r->a, path.p, FILE_MAX, SW_IO_COPY, &text, err);
	if (rc < 0)
		return rc;
	struct sw_yaml_stream *s;
	rc = sw_yaml_open(r->a, text, SW_YAML_GOYAML3, NULL, &s, err);
	sw_list_init(ret, r->a);
	while (rc == 0) {
		struct sw_yaml_doc doc;
		int got = sw_yaml_next(s, r->a, &doc, err);
		if (got == 0)
			break;
		if (got < 0) {
			sw_error_at(err, path, err->line, err->col, err->byte);
			return sw_error_prefix(err, "invalid yaml: ");
		}
		if (doc.root.type != SW_NULL)
			rc = sw_list_add(ret, doc.root);
	}
	if (rc == 0 && ret->n == 0)
		return sw_error_set(err, SW_EINVALID, "missing objects: path \"%.*s\" defines no YAML objects",
			SW_STR_ARG(path));
	return rc;
}

static int read_one(struct run *r, struct sw_str name, struct sw_value *ret, struct sw_error *err)
{
	struct sw_list objects;
	int rc = read_objects(r, name, &objects, err);
	if (rc < 0)
		return rc;
	if (objects.n != 1)
		return sw_error_set(err, SW_EINVALID,
			"object file must contain exactly one object: \"%.*s\" defines %u objects",
			SW_STR_ARG(name), objects.n);
	*ret = objects.v[0];
	return 0;
}

/* ---- assertions ---- */

static int count_matching(const struct sw_gk_results *results, struct sw_value message, uint32_t *ret,
	struct sw_error *err)
{
	struct sw_re2 *re = NULL;
	*ret = results->n;
	if (message.type != SW_STRING)
		return 0;
	int rc = sw_re2_compile(sw_value_str(message), &re, err);
	if (rc < 0)
		return sw_error_prefix(err, "message contains invalid regular expression: ");
	*ret = 0;
	for (uint32_t i = 0; i < results->n; i++)
		*ret += sw_re2_match(re, results->v[i].msg, NULL) == 1;
	sw_re2_free(re);
	return 0;
}

static void list_messages(struct sw_buf *out, const struct sw_gk_results *results)
{
	sw_buf_addz(out, ": got messages [");
	for (uint32_t i = 0; i < results->n && i < MESSAGES_SHOWN; i++)
		sw_buf_printf(out, "%s%.*s", i ? " " : "", SW_STR_ARG(results->v[i].msg));
	sw_buf_addz(out, "]");
}

static int unexpected(const struct sw_gk_results *results, struct sw_value message, uint32_t got,
	const char *want, struct sw_error *err)
{
	sw_autobuf text;
	sw_buf_init(&text, 1 << 16);
	sw_buf_printf(&text, "unexpected number of violations: got %u violations ", got);
	if (message.type == SW_STRING)
		sw_buf_printf(&text, "containing \"%.*s\" ", SW_STR_ARG(sw_value_str(message)));
	sw_buf_printf(&text, "but want %s", want);
	list_messages(&text, results);
	return sw_error_set(err, SW_EINVALID, "%s", sw_buf_cstr(&text));
}

static int assertion(struct sw_value a, const struct sw_gk_results *results, struct sw_error *err)
{
	struct sw_value want = sw_object_gets(a, SW_STR("violations"));
	struct sw_value message = sw_object_gets(a, SW_STR("message"));
	uint32_t got;
	int64_t number;
	int rc = count_matching(results, message, &got, err);
	if (rc < 0)
		return rc;
	bool text = want.type == SW_STRING;
	if (!sw_defined(want) || want.type == SW_NULL || (text && sw_str_is(sw_value_str(want), "yes")))
		return got ? 0 : unexpected(results, message, got, "at least 1", err);
	if (text && sw_str_is(sw_value_str(want), "no"))
		return got ? unexpected(results, message, got, "none", err) : 0;
	if (text || !sw_value_int(want, &number) || number < 0)
		return sw_error_set(err, SW_EINVALID, "invalid yaml: assertion.violation, if set, must be a "
						      "nonnegative integer, \"yes\", or \"no\"");
	char words[40];
	snprintf(words, sizeof(words), "exactly %lld", (long long)number);
	return got == number ? 0 : unexpected(results, message, got, words, err);
}

/* ---- cases ---- */

/* An AdmissionReview is reviewed as the request that it holds. */
static int to_request(struct sw_value object, struct sw_gk_request *ret, struct sw_error *err)
{
	struct sw_kube_object o;
	*ret = (struct sw_gk_request){.object = object};
	if (sw_kube_object_init(object, &o, NULL) < 0 || !sw_kube_is(&o, "admission.k8s.io", "AdmissionReview"))
		return 0;
	static const char *const known[] = {"apiVersion", "kind", "request", "response", NULL};
	sw_object_foreach(it, object)
	{
		bool ok = false;
		for (size_t i = 0; known[i] && !ok; i++)
			ok = sw_str_is(sw_value_str(it->k), known[i]);
		if (!ok)
			return sw_error_set(err, SW_EINVALID, "not a valid AdmissionReview object: unknown field \"%.*s\"",
				SW_STR_ARG(sw_value_str(it->k)));
	}
	struct sw_value request = sw_object_gets(object, SW_STR("request"));
	if (request.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "missing an AdmissionRequest object: request did not "
						      "actually pass in an AdmissionRequest");
	static const char *const fields[] = {"uid", "kind", "resource", "subResource", "requestKind",
		"requestResource", "requestSubResource", "name", "namespace", "operation", "userInfo", "object",
		"oldObject", "dryRun", "options", NULL};
	sw_object_foreach(it, request)
	{
		bool ok = false;
		for (size_t i = 0; fields[i] && !ok; i++)
			ok = sw_str_is(sw_value_str(it->k), fields[i]);
		if (!ok)
			return sw_error_set(err, SW_EINVALID,
				"not a valid AdmissionReview object: unknown field \"request.%.*s\"",
				SW_STR_ARG(sw_value_str(it->k)));
	}
	struct sw_value have[2] = {sw_object_gets(request, SW_STR("object")),
		sw_object_gets(request, SW_STR("oldObject"))};
	if (have[0].type != SW_OBJECT && have[1].type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "no object or oldObject found to review: AdmissionRequest "
						      "does not contain an \"object\" or \"oldObject\" to review");
	for (int i = 0; i < 2; i++)
		if (have[i].type == SW_OBJECT && !sw_value_getstr(have[i], "kind").n)
			return sw_error_set(err, SW_EINVALID,
				"object or oldObject cannot be unmarshalled: Object 'Kind' is missing");
	*ret = (struct sw_gk_request){.admission = request};
	return 0;
}

static int add_inventory(struct run *r, struct sw_value list, struct sw_error *err)
{
	if (list.type != SW_ARRAY)
		return 0;
	sw_array_foreach(name, list)
	{
		struct sw_list objects;
		int rc = read_objects(r, name->type == SW_STRING ? sw_value_str(*name) : SW_STR(""), &objects, err);
		for (uint32_t i = 0; rc == 0 && i < objects.n; i++)
			rc = sw_gk_add_data(r->gk, objects.v[i], err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The object, and what the test's expansions make of it. */
static int review(
	struct run *r, const struct sw_gk_request *req, struct sw_gk_results *ret, struct sw_error *err)
{
	if (!r->expands || !sw_defined(req->object))
		return sw_gk_review(r->gk, r->a, req, ret, err);
	struct sw_gk_reviewed x;
	int rc = sw_gk_review_expanded(r->gk, r->a, req, &x, err);
	if (rc == 0 && x.not_expanded.p)
		return sw_error_set(err, SW_EINVALID, "%.*s", SW_STR_ARG(x.not_expanded));
	if (rc == 0)
		*ret = x.results;
	return rc;
}

static int check_case(struct run *r, struct sw_value c, struct sw_error *err)
{
	struct sw_str object_path = sw_value_getstr(c, "object");
	struct sw_value assertions = sw_object_gets(c, SW_STR("assertions")), object;
	if (!object_path.n)
		return sw_error_set(err, SW_EINVALID, "invalid Case: must define object");
	if (assertions.type != SW_ARRAY || assertions.n == 0)
		return sw_error_set(err, SW_EINVALID, "invalid Case: assertions must be non-empty");
	int rc = read_one(r, object_path, &object, err);
	if (rc == 0)
		rc = add_inventory(r, sw_object_gets(c, SW_STR("inventory")), err);
	struct sw_gk_request req;
	struct sw_gk_results results;
	if (rc == 0)
		rc = to_request(object, &req, err);
	if (rc == 0)
		rc = review(r, &req, &results, err);
	if (rc < 0)
		return rc;
	sw_array_foreach(a, assertions)
	{
		rc = assertion(*a, &results, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct sw_str error_text(struct sw_arena *a, const struct sw_error *err)
{
	char text[1400];
	return sw_arena_str(a, sw_str_from(sw_error_format(err, text, sizeof(text))));
}

static void run_case(struct run *r, struct sw_value c, struct sw_str test, struct sw_gk_case *ret)
{
	*ret = (struct sw_gk_case){.name = sw_value_getstr(c, "name")};
	ret->skipped = sw_is_true(sw_object_gets(c, SW_STR("skip"))) || !wants_case(r->filter, test, ret->name);
	if (ret->skipped)
		return;
	double start = now();
	struct sw_error err;
	sw_buf_clear(&r->print);
	sw_gk_clear_data(r->gk);
	if (check_case(r, c, &err) < 0)
		ret->error = error_text(r->a, &err);
	ret->print = sw_arena_str(r->a, sw_buf_str(&r->print));
	ret->seconds = now() - start;
}

/* ---- tests ---- */

static int add_policies(struct run *r, struct sw_value t, enum sw_gk_refusal *why, struct sw_error *err)
{
	struct sw_str template = sw_value_getstr(t, "template"), constraint = sw_value_getstr(t, "constraint");
	struct sw_value object;
	if (!template.n)
		return sw_error_set(err, SW_EINVALID, "invalid Suite: missing template");
	int rc = read_one(r, template, &object, err);
	if (rc == 0 && sw_gk_kind_of(object) != SW_GK_TEMPLATE)
		rc = sw_error_set(err, SW_EINVALID, "not a ConstraintTemplate: \"%.*s\"", SW_STR_ARG(template));
	if (rc == 0)
		rc = sw_gk_add_template(r->gk, object, err);
	if (rc < 0)
		return sw_error_prefix(err, "adding template: ");
	if (!constraint.n)
		return sw_error_set(err, SW_EINVALID, "invalid Suite: missing constraint");
	rc = read_one(r, constraint, &object, err);
	if (rc == 0 && sw_gk_kind_of(object) != SW_GK_CONSTRAINT)
		rc = sw_error_set(err, SW_EINVALID, "not a Constraint: \"%.*s\"", SW_STR_ARG(constraint));
	if (rc == 0)
		rc = sw_gk_add_constraint(r->gk, object, why, err);
	return rc < 0 ? sw_error_prefix(err, "adding constraint: ") : 0;
}

static int add_expansions(struct run *r, struct sw_value t, struct sw_error *err)
{
	struct sw_str path = sw_value_getstr(t, "expansion");
	struct sw_list objects;
	r->expands = path.n > 0;
	if (!r->expands)
		return 0;
	int rc = read_objects(r, path, &objects, err);
	for (uint32_t i = 0; rc == 0 && i < objects.n; i++) {
		if (sw_gk_kind_of(objects.v[i]) != SW_GK_EXPANSION)
			return sw_error_set(err, SW_EINVALID, "not an Expansion: \"%.*s\"", SW_STR_ARG(path));
		rc = sw_gk_add_expansion(r->gk, objects.v[i], err);
	}
	return rc < 0 ? sw_error_prefix(err, "adding expansion: ") : 0;
}

static int run_cases(struct run *r, struct sw_value t, struct sw_gk_test *ret, struct sw_error *err)
{
	struct sw_value cases = sw_object_gets(t, SW_STR("cases"));
	if (cases.type != SW_ARRAY)
		return 0;
	ret->cases = sw_arena_new_array(r->a, cases.n, struct sw_gk_case);
	if (!ret->cases)
		return sw_error_set(err, SW_ELIMIT, "too many cases");
	sw_array_foreach(c, cases)
		run_case(r, *c, ret->name, &ret->cases[ret->n_cases++]);
	return 0;
}

static void run_test(struct run *r, struct sw_value t, struct sw_gk_test *ret)
{
	*ret = (struct sw_gk_test){.name = sw_value_getstr(t, "name")};
	ret->skipped = sw_is_true(sw_object_gets(t, SW_STR("skip"))) ||
		       !wants_test(r->filter, ret->name, sw_object_gets(t, SW_STR("cases")));
	if (ret->skipped)
		return;
	double start = now();
	struct sw_error err;
	enum sw_gk_refusal why = SW_GK_REFUSED;
	struct sw_gk_opts opts = {.print = &r->print};
	r->gk = sw_gk_new(&opts);
	int rc = add_policies(r, t, &why, &err);
	if (sw_is_true(sw_object_gets(t, SW_STR("invalid")))) {
		bool right = rc < 0 && why == SW_GK_REFUSED_SCHEMA;
		if (rc == 0)
			sw_error_set(&err, SW_EINVALID, "none");
		rc = right ? 0 : sw_error_prefix(&err, "constraint should have failed schema validation: got error ");
	} else if (rc == 0) {
		rc = add_expansions(r, t, &err);
		if (rc == 0)
			rc = run_cases(r, t, ret, &err);
	}
	if (rc < 0)
		ret->error = error_text(r->a, &err);
	sw_gk_free(r->gk);
	ret->seconds = now() - start;
}

/* ---- suites ---- */

static bool is_suite(struct sw_value v)
{
	struct sw_kube_object o;
	return sw_kube_object_init(v, &o, NULL) == 0 && sw_kube_is(&o, "test.gatekeeper.sh", "Suite");
}

static int read_suite(struct sw_arena *a, const char *path, struct sw_value *ret, struct sw_error *err)
{
	struct sw_str text;
	int rc = sw_io_read(a, path, FILE_MAX, SW_IO_COPY, &text, err);
	if (rc < 0)
		return rc;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc;
	rc = sw_yaml_open(a, text, SW_YAML_GOYAML3, NULL, &s, err);
	int got = rc < 0 ? rc : sw_yaml_next(s, a, &doc, err);
	if (got < 0) {
		sw_error_at(err, sw_str_from(path), err->line, err->col, err->byte);
		return sw_error_prefix(err, "invalid yaml: ");
	}
	*ret = got ? doc.root : sw_null();
	return 0;
}

int sw_gk_suite_run(struct sw_arena *a, const char *path, const struct sw_gk_filter *filter,
	struct sw_gk_suite *ret, struct sw_error *err)
{
	struct sw_value v;
	int rc = read_suite(a, path, &v, err);
	if (rc < 0)
		return rc;
	if (!is_suite(v))
		return 0;
	struct sw_str file = sw_arena_str(a, sw_str_from(path));
	size_t slash = sw_str_rfind(file, SW_STR("/"));
	struct run r = {.a = a, .filter = filter};
	r.dir = slash == SW_NPOS ? SW_STR(".") : sw_str_sub(file, 0, slash);
	*ret = (struct sw_gk_suite){.path = file};
	ret->skipped = sw_is_true(sw_object_gets(v, SW_STR("skip")));
	struct sw_value tests = sw_object_gets(v, SW_STR("tests"));
	if (ret->skipped || tests.type != SW_ARRAY)
		return 1;
	if (tests.n > TESTS_MAX || !(ret->tests = sw_arena_new_array(a, tests.n, struct sw_gk_test)))
		return sw_error_set(err, SW_ELIMIT, "too many tests");
	double start = now();
	sw_buf_init(&r.print, 1 << 20);
	sw_array_foreach(t, tests)
		run_test(&r, *t, &ret->tests[ret->n_tests++]);
	sw_buf_release(&r.print);
	ret->seconds = now() - start;
	return 1;
}

bool sw_gk_suite_failed(const struct sw_gk_suite *s)
{
	if (s->error.p)
		return true;
	for (uint32_t i = 0; i < s->n_tests; i++) {
		if (s->tests[i].error.p)
			return true;
		for (uint32_t j = 0; j < s->tests[i].n_cases; j++)
			if (s->tests[i].cases[j].error.p)
				return true;
	}
	return false;
}
