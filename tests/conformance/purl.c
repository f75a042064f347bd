/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs: the specification's own cases ($SW_SHARED/conformance/purl), one TAP line each. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "doc/json.h"
#include "package/purl.h"

static unsigned number;

static struct sw_str text_of(struct sw_value o, const char *key)
{
	struct sw_str s = sw_value_getstr(o, key);
	return s.p ? s : SW_STR("");
}

static void parts(struct sw_arena *a, struct sw_value in, struct sw_purl *p)
{
	struct sw_value q = sw_value_path(in, "qualifiers", NULL);
	*p = (struct sw_purl){.type = text_of(in, "type"),
		.ns = text_of(in, "namespace"),
		.name = text_of(in, "name"),
		.version = text_of(in, "version"),
		.subpath = text_of(in, "subpath")};
	if (!sw_is(q, SW_OBJECT))
		return;
	p->qualifiers = sw_arena_new_array(a, q.n ? q.n : 1, struct sw_purl_qualifier);
	sw_object_foreach (m, q)
		p->qualifiers[p->n_qualifiers++] =
			(struct sw_purl_qualifier){sw_value_str(m->k), sw_value_str(m->v)};
}

static bool same(struct sw_arena *a, const struct sw_purl *p, struct sw_value want)
{
	struct sw_purl w;
	parts(a, want, &w);
	if (!sw_str_eq(p->type, w.type) || !sw_str_eq(p->ns, w.ns) || !sw_str_eq(p->name, w.name) ||
		!sw_str_eq(p->version, w.version) || !sw_str_eq(p->subpath, w.subpath) ||
		p->n_qualifiers != w.n_qualifiers)
		return false;
	for (uint32_t i = 0; i < w.n_qualifiers; i++)
		if (!sw_str_eq(p->qualifiers[i].key, w.qualifiers[i].key) ||
			!sw_str_eq(p->qualifiers[i].value, w.qualifiers[i].value))
			return false;
	return true;
}

static void one(const char *file, struct sw_value t)
{
	sw_autoarena a;
	sw_autobuf got;
	struct sw_purl p = {0};
	struct sw_error err = {0};
	struct sw_str kind = text_of(t, "test_type"), input = text_of(t, "input");
	struct sw_value want = sw_value_path(t, "expected_output", NULL);
	bool fails = sw_is_true(sw_value_path(t, "expected_failure", NULL)), ok;
	int rc;
	sw_arena_init(&a, 0);
	sw_buf_init(&got, 0);
	if (sw_str_is(kind, "build")) {
		parts(&a, sw_value_path(t, "input", NULL), &p);
		rc = sw_purl_normalise(&a, &p, 0, &err);
	} else {
		rc = sw_purl_parse(
			&a, input, sw_str_is(kind, "validate") ? SW_PURL_FOLD_KEYS : 0, &p, &err);
	}
	if (!rc)
		sw_purl_write(&got, &p);
	if (fails)
		ok = rc < 0;
	else if (sw_str_is(kind, "parse"))
		ok = rc == 0 && same(&a, &p, want);
	else
		ok = rc == 0 && sw_str_eq(sw_buf_str(&got), sw_value_str(want));
	printf("%sok %u - %s %.*s: %.*s\n", ok ? "" : "not ", ++number, file, SW_STR_ARG(kind),
		SW_STR_ARG(text_of(t, "description")));
	if (!ok)
		printf("# %.*s -> %d %s; %.*s\n", SW_STR_ARG(input), rc, err.text,
			SW_STR_ARG(sw_buf_str(&got)));
}

int main(void)
{
	const char *shared = getenv("SW_SHARED");
	char pattern[4096];
	glob_t g = {0};
	snprintf(pattern, sizeof(pattern), "%s/conformance/purl/*/*-test.json",
		shared ? shared : "../shared");
	if (glob(pattern, 0, NULL, &g) == 0)
		for (size_t i = 0; i < g.gl_pathc; i++) {
			sw_autoarena a;
			struct sw_str text;
			struct sw_value doc;
			struct sw_error err = {0};
			const char *name = strrchr(g.gl_pathv[i], '/') + 1;
			sw_arena_init(&a, 0);
			if (sw_io_read(&a, g.gl_pathv[i], 0, 0, &text, &err) ||
				sw_json_parse(&a, text, 0, NULL, &doc, NULL, &err)) {
				printf("not ok %u - %s: %s\n", ++number, name, err.text);
				continue;
			}
			struct sw_value tests = sw_value_path(doc, "tests", NULL);
			if (sw_is(tests, SW_ARRAY))
				sw_array_foreach (t, tests)
					one(name, *t);
		}
	globfree(&g);
	if (!number)
		printf("ok 1 - purl # skip the conformance data is not here\n");
	printf("1..%u\n", number ? number : 1);
	return 0;
}
