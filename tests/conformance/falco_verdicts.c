/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule files on the captures, against what sysdig 0.29.3 finds with each rule as a filter: per rule and
 * capture the same number of events, or a difference that is explained here. One TAP line per capture.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "doc/json.h"
#include "runtime/capture/source.h"
#include "runtime/rules/engine.h"

/* Where we differ, how often the rule fires here, and why that is right. */
static const struct {
	const char *capture, *rule;
	uint64_t here;
	const char *why;
} explained[] = {
	{"libs__test_ipv6_client.scap", "Unexpected UDP Traffic", 1,
		"the second connect goes to port 53, which the rule excepts; sysdig keeps the socket's first "
		"destination"},
	{"sysflow__mpm-worker__full_capture.scap", "Non sudo setuid", 3,
		"events 31669, 31767 and 31834: sysdig, asked for the parts of the condition one by one, finds "
		"them, too"},
	{"sysflow__objectstore__download.scap", "Launch Ingress Remote File Copy Tools in Container", 1,
		"event 2724, curl -o in a container: sysdig, asked for the parts of the condition one by one, "
		"finds it, too"},
};

static const char *explain(struct sw_str capture, struct sw_str rule, uint64_t here)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(explained); i++)
		if (sw_str_is(capture, explained[i].capture) && sw_str_is(rule, explained[i].rule) &&
			explained[i].here == here)
			return explained[i].why;
	return NULL;
}

static int ignore(void *arg, const struct sw_alert *a)
{
	return 0;
}

static int64_t verdict_of(struct sw_value verdicts, struct sw_str rule, struct sw_str capture)
{
	struct sw_value r = sw_object_gets(sw_object_gets(verdicts, SW_STR("rules")), rule);
	struct sw_value hit = sw_object_gets(sw_object_gets(r, SW_STR("hits")), capture);
	int64_t n = 0;

	if (!sw_is(r, SW_OBJECT))
		return -1;
	sw_value_int(sw_object_gets(hit, SW_STR("n")), &n);
	return n;
}

static bool unsupported(struct sw_value verdicts, struct sw_str rule)
{
	struct sw_value u = sw_object_gets(verdicts, SW_STR("unsupported"));

	if (sw_is(u, SW_OBJECT))
		return sw_defined(sw_object_gets(u, rule));
	if (sw_is(u, SW_ARRAY))
		sw_array_foreach(v, u)
			if (sw_is(*v, SW_STRING) && sw_str_eq(sw_value_str(*v), rule))
				return true;
	return false;
}

static bool one(const struct sw_ruleset *rs, const char *dir, const char *name, struct sw_value verdicts)
{
	const struct sw_engine_options o = {.all = true, .least = SW_PRIO_DEBUG};
	struct sw_error err = {0};
	struct sw_stream *s;
	struct sw_engine *e;
	struct sw_event ev;
	char path[1200];
	int rc;

	snprintf(path, sizeof(path), "%s/scap/%s", dir, name);
	if (sw_capture_open(path, &s, &err) != 0 || sw_engine_new(rs, &o, &e, &err) != 0) {
		printf("# %s\n", err.text);
		return false;
	}
	while ((rc = sw_stream_next(s, &ev, &err)) == 1)
		if (!sw_event_is_enter(ev.code) || sw_event_table[ev.code].category & SW_EC_METAEVENT)
			sw_engine_event(e, &ev, ignore, NULL);
	bool ok = rc == 0;
	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		uint64_t here = sw_engine_count(e, r);
		int64_t want = verdict_of(verdicts, r->name, sw_str_from(name));
		if (want < 0 || unsupported(verdicts, r->name) || here == (uint64_t)want)
			continue;
		const char *why = explain(sw_str_from(name), r->name, here);
		printf("# %.*s: %llu here, %lld in sysdig%s%s\n", SW_STR_ARG(r->name), (unsigned long long)here,
			(long long)want, why ? ": " : "", why ? why : "");
		ok &= why != NULL;
	}
	sw_engine_free(e);
	sw_stream_close(s);
	return ok;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_scap(const struct dirent *e)
{
	return sw_str_ends(sw_str_from(e->d_name), SW_STR(".scap"));
}

static struct sw_ruleset *load(const char *dir)
{
	static const char *const files[] = {"falco_rules.yaml", "falco-incubating_rules.yaml",
		"falco-sandbox_rules.yaml"};
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	char path[1200];

	for (size_t i = 0; rs && i < SW_ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/rules/%s", dir, files[i]);
		if (access(path, R_OK) == 0)
			sw_ruleset_add_file(rs, path);
	}
	return rs;
}

int main(void)
{
	const char *shared = getenv("SW_SHARED");
	char dir[768], path[1024];
	struct sw_arena a;
	struct sw_str text;
	struct sw_value verdicts;
	struct dirent **list;

	snprintf(dir, sizeof(dir), "%s/conformance/falco", shared ? shared : "../shared");
	snprintf(path, sizeof(path), "%s/sysdig_verdicts.json", dir);
	sw_arena_init(&a, 0);
	if (sw_io_read(&a, path, 0, 0, &text, NULL) != 0) {
		printf("1..1\nok 1 - falco verdicts # skip no %s\n", path);
		return 0;
	}
	snprintf(path, sizeof(path), "%s/scap", dir);
	int n = scandir(path, &list, is_scap, by_name);
	struct sw_ruleset *rs = load(dir);
	if (n < 0 || !rs || sw_json_parse(&a, text, 0, NULL, &verdicts, NULL, NULL) != 0)
		return 1;
	for (int i = 0; i < n; i++) {
		bool ok = one(rs, dir, list[i]->d_name, verdicts);
		printf("%sok %d - falco verdicts %s\n", ok ? "" : "not ", i + 1, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	printf("1..%d\n", n);
	sw_ruleset_free(rs);
	sw_arena_release(&a);
	return 0;
}
