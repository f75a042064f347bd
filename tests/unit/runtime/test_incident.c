/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts folded into incidents: what belongs together, what does not, what ends, and what a flood
 * costs. */
#include "../test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "doc/yaml.h"
#include "runtime/audit/audit.h"
#include "runtime/incident/incident.h"
#include "runtime/incident/lineage.h"
#include "runtime/rules/written.h"

static const char rules[] =
	"- rule: A\n  desc: d\n  condition: evt.type = open\n  output: opened %fd.name\n"
	"  priority: NOTICE\n"
	"- rule: B\n  desc: d\n  condition: evt.type = connect\n  output: connected\n"
	"  priority: CRITICAL\n"
	"- rule: K\n  desc: d\n  condition: ka.verb exists\n  output: verb %ka.verb\n"
	"  priority: WARNING\n  source: k8s_audit\n";

struct fixture {
	struct sw_ruleset *rs;
	struct sw_engine *engine;
	struct sw_incidents *s;
	struct sw_arena a;
	struct sw_incident_news news;
	struct sw_buf ended;
	uint64_t now;
	int rc;
};

static void on_end(void *arg, const struct sw_incident *i)
{
	struct fixture *f = arg;

	sw_buf_printf(
		&f->ended, "%llu:%llu ", (unsigned long long)i->id, (unsigned long long)i->alerts);
}

static int on_alert(void *arg, const struct sw_alert *a)
{
	struct fixture *f = arg;

	f->rc = sw_incidents_add(f->s, a, &f->news);
	return 0;
}

static void begin(struct fixture *f, uint64_t quiet)
{
	const struct sw_engine_options o = {.all = true, .least = SW_PRIO_DEBUG};

	memset(f, 0, sizeof(*f));
	sw_arena_init(&f->a, (size_t)64 << 20);
	sw_buf_init(&f->ended, 1 << 20);
	f->rs = sw_ruleset_new(NULL);
	assert_true(sw_ruleset_add(f->rs, "r", SW_STR(rules))->ok);
	assert_int_equal(sw_engine_new(f->rs, &o, &f->engine, NULL), 0);
	f->s = sw_incidents_new(quiet, on_end, f);
	f->now = 1000000000000000000u;
}

static void end(struct fixture *f)
{
	sw_incidents_free(f->s);
	sw_engine_free(f->engine);
	sw_ruleset_free(f->rs);
	sw_buf_release(&f->ended);
	sw_arena_release(&f->a);
}

static void happens(struct fixture *f, const char *yaml)
{
	struct sw_value v;
	struct sw_event ev;

	sw_arena_reset(&f->a);
	assert_int_equal(
		sw_yaml_parse(&f->a, sw_str_from(yaml), SW_YAML_GOYAML3, NULL, &v, NULL), 0);
	assert_int_equal(sw_written_event(v, &f->a, 1, &ev, NULL), 0);
	ev.ts = f->now;
	memset(&f->news, 0, sizeof(f->news));
	f->rc = 1;
	sw_engine_event(f->engine, &ev, on_alert, f);
	assert_int_equal(f->rc, 0);
}

#define POD(name, id)                                                                              \
	"k8s.ns.name: shop\nk8s.pod.name: " name "\ncontainer.name: web\ncontainer.id: " id        \
	"\ncontainer.image.repository: nginx\nproc.exepath: /usr/bin/curl\nproc.cmdline: curl x\n"

static void test_folds(void **state)
{
	struct fixture f;
	sw_autobuf b;

	sw_buf_init(&b, 0);
	begin(&f, 0);
	happens(&f, "evt.type: open\nfd.name: /a\n" POD("web-7d4b9c6f5d-x2x9p", "aaaaaaaaaaaa"));
	assert_true(f.news.new_incident && f.news.new_entry);
	f.now += 5000000000u;
	/* Another replica, another file: a repeat. */
	happens(&f, "evt.type: open\nfd.name: /b\n" POD("web-7d4b9c6f5d-zzzzz", "bbbbbbbbbbbb"));
	assert_false(f.news.new_incident || f.news.new_entry);
	happens(&f, "evt.type: connect\n" POD("web-7d4b9c6f5d-zzzzz", "bbbbbbbbbbbb"));
	assert_true(!f.news.new_incident && f.news.new_entry);
	assert_int_equal(f.news.incident->priority, SW_PRIO_CRITICAL);
	sw_incident_text(f.news.incident, &b);
	assert_str(sw_buf_str(&b),
		"Incident 1: Critical, shop/web, container web, image nginx\n"
		"  3 alerts, 2001-09-09T01:46:40Z to 2001-09-09T01:46:45Z, 2 instances: "
		"aaaaaaaaaaaa bbbbbbbbbbbb\n"
		"  curl x\n"
		"      ! Notice A (2 times): opened /a\n"
		"      ! Critical B: connected\n");
	sw_buf_clear(&b);
	sw_incident_json(f.news.incident, &b);
	struct sw_value v;
	assert_int_equal(sw_yaml_parse(&f.a, sw_buf_str(&b), SW_YAML_GOYAML3, NULL, &v, NULL), 0);
	assert_str(sw_value_getstr(v, "workload"), "shop/web");
	/* Another descent, another workload, the host: each its own. */
	happens(&f, "evt.type: open\nproc.exepath: /bin/sh\nk8s.ns.name: shop\nk8s.pod.name: "
		    "web-7d4b9c6f5d-x2x9p\n"
		    "container.name: web\ncontainer.id: aaaaaaaaaaaa");
	assert_true(f.news.new_incident);
	happens(&f, "evt.type: open\ncontainer.id: host\nproc.name: cat");
	assert_true(f.news.new_incident);
	assert_str(f.news.incident->workload, "host");
	happens(&f,
		"evt.type: open\ncontainer.id: cccccccccccc\ncontainer.image.repository: redis");
	assert_str(f.news.incident->workload, "image redis");
	assert_int_equal(f.news.entry->node, UINT32_MAX);
	end(&f);
}

static void test_ends(void **state)
{
	struct fixture f;

	begin(&f, 600000000000u);
	happens(&f, "evt.type: open\nproc.name: a");
	f.now += 500000000000u;
	happens(&f, "evt.type: open\nproc.name: a");
	happens(&f, "evt.type: open\nproc.name: b");
	assert_int_equal(f.ended.n, 0);
	f.now += 700000000000u;
	happens(&f, "evt.type: open\nproc.name: a");
	assert_true(f.news.new_incident);
	assert_str(sw_buf_str(&f.ended), "1:2 2:1 ");
	sw_incidents_end(f.s, UINT64_MAX);
	assert_str(sw_buf_str(&f.ended), "1:2 2:1 3:1 ");
	end(&f);
}

static void test_audit(void **state)
{
	static const char log[] =
#define LINE(id, verb, user)                                                                       \
	"{\"kind\":\"Event\",\"auditID\":\"" id                                                    \
	"\",\"stage\":\"ResponseComplete\",\"stageTimestamp\":"                                    \
	"\"2026-01-02T03:04:05Z\",\"verb\":\"" verb "\",\"user\":{\"username\":\"" user            \
	"\"},\"objectRef\":{\"resource\":\"pods\",\"namespace\":\"shop\"}}\n"
		LINE("1", "get", "jane") LINE("2", "list", "jane") LINE("3", "get", "joe");
	char path[] = "/tmp/sw-incident-XXXXXX";
	int fd = mkstemp(path);
	struct sw_stream *src;
	struct sw_event ev;
	struct fixture f;

	assert_int_equal(write(fd, log, sizeof(log) - 1), sizeof(log) - 1);
	close(fd);
	begin(&f, 0);
	assert_int_equal(sw_audit_open(path, 0, NULL, &src, NULL), 0);
	assert_int_equal(sw_stream_next(src, &ev, NULL), 1);
	sw_engine_event(f.engine, &ev, on_alert, &f);
	assert_str(f.news.incident->workload, "namespace shop");
	assert_str(f.news.incident->user, "jane");
	assert_int_equal(sw_stream_next(src, &ev, NULL), 1);
	sw_engine_event(f.engine, &ev, on_alert, &f);
	assert_true(!f.news.new_incident && f.news.new_entry);
	assert_str(f.news.incident->nodes[f.news.entry->node].exe, "list pods");
	assert_int_equal(sw_stream_next(src, &ev, NULL), 1);
	sw_engine_event(f.engine, &ev, on_alert, &f);
	assert_true(f.news.new_incident);
	sw_stream_close(src);
	unlink(path);
	end(&f);
}

/* Whoever floods with new names finds every table bounded, and the counts still right. */
static void test_flood(void **state)
{
	struct fixture f;
	uint64_t total = 0;
	char text[256];

	begin(&f, 0);
	for (int i = 0; i < SW_INCIDENTS + 500; i++) {
		snprintf(text, sizeof(text), "evt.type: open\nproc.name: p%d", i);
		happens(&f, text);
	}
	assert_memory_equal(f.ended.p, "1:1 2:1 3:1 ", 12);
	for (size_t i = 0; i < f.ended.n; i++)
		total += f.ended.p[i] == ' ';
	assert_int_equal(total, 500);
	for (int i = 0; i < SW_INCIDENT_INSTANCES + 10; i++) {
		snprintf(text, sizeof(text),
			"evt.type: open\nproc.name: x\ncontainer.image.repository: "
			"i\ncontainer.id: c%d",
			i);
		happens(&f, text);
	}
	assert_int_equal(f.news.incident->n_instances, SW_INCIDENT_INSTANCES);
	assert_int_equal(f.news.incident->more_instances, 10);
	assert_int_equal(f.news.incident->alerts, SW_INCIDENT_INSTANCES + 10);
	end(&f);
}

static void test_hostile_text(void **state)
{
	struct fixture f;
	sw_autobuf b;

	sw_buf_init(&b, 0);
	begin(&f, 0);
	happens(&f, "evt.type: open\nproc.name: \"a\\e[2J\\n\"\nfd.name: \"\\x9b\\u202e/x\"");
	sw_incident_text(f.news.incident, &b);
	for (size_t i = 0; i < b.n; i++)
		assert_true((unsigned char)b.p[i] >= 0x20 || b.p[i] == '\n');
	assert_null(memmem(b.p, b.n, "\x1b", 1));
	end(&f);
}

static void test_pod_owner(void **state)
{
	static const char *const cases[][2] = {{"web-7d4b9c6f5d-x2x9p", "web"}, {"db-0", "db"},
		{"db-12", "db"}, {"log-k8xzt", "log"}, {"a-b-c", "a-b-c"}, {"web", "web"}, {"", ""},
		{"-x2x9p", "-x2x9p"}, {"backup-28123456-x2x9p", "backup"},
		{"my-app-7d4b9c6f5d-x2x9p", "my-app"}, {"kube-proxy-x2x9p", "kube-proxy"},
		{"web-1234567", "web-1234567"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_str(sw_pod_owner(sw_str_from(cases[i][0])), cases[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_pod_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
