/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: every kind of field on a rich event; logs that are broken, forged, rotated and cut
 * off. */
#include "../test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "runtime/audit/audit.h"
#include "runtime/rules/engine.h"

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[4][160];
	static int i;
	char *p = path[i = (i + 1) % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/sw-audit-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void put(const char *path, const char *text, size_t n, bool more)
{
	int fd = open(path, O_WRONLY | O_CREAT | (more ? O_APPEND : O_TRUNC), 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
}

static const char rich[] =
	"{\"kind\":\"Event\",\"auditID\":\"id-1\",\"stage\":\"ResponseComplete\",\"verb\":"
	"\"create\","
	"\"requestURI\":\"/api/v1/namespaces/shop/pods?dryRun=All&x=a%2Fb\","
	"\"user\":{\"username\":\"jane\",\"groups\":[\"devs\",\"ops\"]},\"impersonatedUser\":{"
	"\"username\":\"joe\"},"
	"\"sourceIPs\":[\"10.0.0.1\"],\"userAgent\":\"kubectl\\u0000x\","
	"\"objectRef\":{\"resource\":\"pods\",\"namespace\":\"shop\",\"name\":\"web\","
	"\"apiVersion\":\"v1\"},"
	"\"responseStatus\":{\"code\":201,\"reason\":\"Created\"},"
	"\"annotations\":{\"authorization.k8s.io/decision\":\"allow\",\"authorization.k8s.io/"
	"reason\":\"because\"},"
	"\"requestObject\":{\"metadata\":{\"name\":\"web\"},\"spec\":{\"hostNetwork\":true,"
	"\"hostPID\":false,"
	"\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/"
	"etc\"}},{\"name\":\"w\",\"emptyDir\":{}}],"
	"\"containers\":[{\"name\":\"a\",\"image\":\"reg:5000/"
	"nginx:1.25\",\"command\":[\"sh\",\"-c\"],"
	"\"ports\":[{\"hostPort\":80}],\"securityContext\":{\"privileged\":true,\"runAsUser\":0}},"
	"{\"name\":\"b\",\"image\":\"redis@sha256:ab\"}]}},\"responseObject\":{\"metadata\":{"
	"\"name\":\"web-1\"}},"
	"\"stageTimestamp\":\"2026-01-02T03:04:05.000006Z\"}\n";

static const struct {
	const char *field, *value; /* NULL: the field has no value */
} fields[] = {
	{"ka.auditid", "id-1"},
	{"ka.stage", "ResponseComplete"},
	{"ka.auth.decision", "allow"},
	{"ka.auth.reason", "because"},
	{"ka.user.name", "jane"},
	{"ka.user.groups", "(devs,ops)"},
	{"ka.impuser.name", "joe"},
	{"ka.verb", "create"},
	{"ka.uri", "/api/v1/namespaces/shop/pods?dryRun=All&x=a%2Fb"},
	{"ka.uri.param[dryRun]", "All"},
	{"ka.uri.param[x]", "a/b"},
	{"ka.uri.param[nothing]", NULL},
	{"ka.target.name", "web"},
	{"ka.target.namespace", "shop"},
	{"ka.target.resource", "pods"},
	{"ka.target.subresource", NULL},
	{"ka.target.pod.name", "web-1"},
	{"ka.req.pod.containers.image", "(reg:5000/nginx:1.25,redis@sha256:ab)"},
	{"ka.req.pod.containers.image[1]", "(redis@sha256:ab)"},
	{"ka.req.pod.containers.image[2]", NULL},
	{"ka.req.pod.containers.image.repository", "(reg,redis)"}, /* as upstream cuts it */
	{"ka.req.pod.containers.name", "(a,b)"},
	{"ka.req.pod.containers.command", "(sh -c)"},
	{"ka.req.pod.containers.privileged", "(true)"},
	{"ka.req.pod.containers.host_port", "(80)"},
	{"ka.req.pod.host_network", "true"},
	{"ka.req.pod.host_pid", "false"},
	{"ka.req.pod.host_ipc", NULL},
	{"ka.req.pod.volumes.hostpath", "(/etc)"},
	{"ka.resp.name", "web-1"},
	{"ka.response.code", "201"},
	{"ka.response.reason", "Created"},
	{"ka.useragent", "kubectl"}, /* a text ends at its first NUL */
	{"ka.req.role.rules", NULL},
	{"ka.req.configmap.name", "web"},
	{"jevt.value[/user/username]", "jane"},
	{"jevt.value[/requestObject/spec/containers/1/name]", "b"},
	{"jevt.value[/requestObject/spec/containers/9/name]", NULL},
	{"jevt.value[/nothing]", NULL},
	{"json.value[/verb]", "create"},
	{"jevt.rawtime", "1767323045000006000"},
	{"evt.source", "k8s_audit"},
};

static struct sw_ruleset *ruleset(const char *output)
{
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	sw_autobuf b;

	sw_buf_init(&b, 0);
	sw_buf_printf(&b,
		"- rule: r\n  desc: d\n  condition: jevt.rawtime exists\n  output: '%s'\n  "
		"priority: INFO\n"
		"  source: k8s_audit\n",
		output);
	const struct sw_load_result *r = sw_ruleset_add(rs, "r", sw_buf_str(&b));
	if (!r->ok)
		fail_msg("%s: %.*s", output, SW_STR_ARG(r->errors[0].text));
	return rs;
}

struct heard {
	struct sw_buf all;
	uint32_t n;
};

static int on_alert(void *arg, const struct sw_alert *a)
{
	struct heard *h = arg;

	sw_alert_message(a, &h->all);
	sw_buf_addch(&h->all, ' ');
	h->n++;
	return 0;
}

static void test_fields(void **state)
{
	put(in_dir("rich"), rich, sizeof(rich) - 1, false);
	for (size_t i = 0; i < SW_ARRAY_LEN(fields); i++) {
		char output[160], want[160];
		struct heard h = {0};
		struct sw_engine *e;
		struct sw_stream *s;
		struct sw_event ev;
		snprintf(output, sizeof(output), "%%%s", fields[i].field);
		snprintf(want, sizeof(want), "%s ", fields[i].value ? fields[i].value : "<NA>");
		struct sw_ruleset *rs = ruleset(output);
		sw_buf_init(&h.all, 1 << 20);
		assert_int_equal(sw_engine_new(rs, NULL, &e, NULL), 0);
		assert_int_equal(sw_audit_open(in_dir("rich"), 0, NULL, &s, NULL), 0);
		assert_int_equal(sw_stream_next(s, &ev, NULL), 1);
		sw_engine_event(e, &ev, on_alert, &h);
		if (!sw_str_is(sw_buf_str(&h.all), want))
			fail_msg("%s is %.*s, want %s", fields[i].field, (int)h.all.n, h.all.p,
				want);
		assert_int_equal(sw_stream_next(s, &ev, NULL), 0);
		sw_stream_close(s);
		sw_engine_free(e);
		sw_ruleset_free(rs);
		sw_buf_release(&h.all);
	}
}

/* All audit IDs of a source; how many records could not be read. */
static uint32_t ids(const char *path, unsigned flags, const volatile int *stop, struct sw_buf *ret)
{
	struct heard h = {0};
	struct sw_ruleset *rs = ruleset("%ka.auditid");
	struct sw_engine *e;
	struct sw_stream *s;
	struct sw_event ev;
	struct sw_error err = {0};
	uint32_t broken = 0;
	int rc;

	sw_buf_init(&h.all, 1 << 24);
	assert_int_equal(sw_engine_new(rs, NULL, &e, NULL), 0);
	if (sw_audit_open(path, flags, stop, &s, &err) != 0)
		fail_msg("%s", err.text);
	while ((rc = sw_stream_next(s, &ev, &err)) == 1 || rc == -SW_EINVALID ||
		rc == -SW_ESYNTAX) {
		if (rc == 1)
			sw_engine_event(e, &ev, on_alert, &h);
		else
			broken++;
	}
	assert_int_equal(rc, 0);
	sw_buf_clear(ret);
	sw_buf_addstr(ret, sw_buf_str(&h.all));
	sw_stream_close(s);
	sw_engine_free(e);
	sw_ruleset_free(rs);
	sw_buf_release(&h.all);
	return broken;
}

#define EV(id)                                                                                     \
	"{\"kind\":\"Event\",\"auditID\":\"" id "\",\"stageTimestamp\":\"2026-01-02T03:04:05Z\"}"

static void test_broken_lines(void **state)
{
	static const struct {
		const char *text, *want;
		uint32_t broken;
	} cases[] = {
		{EV("1") "\n" EV("2") "\n", "1 2 ", 0},
		{EV("1") "\n" EV("2"), "1 2 ", 0}, /* no line feed at the end */
		{"\n\n" EV("1") "\r\n\n", "1 ", 0},
		{"nonsense\n" EV("1") "\n{\"auditID\":\n" EV("2") "\n", "1 2 ", 2},
		{"{\"items\":[" EV("1") "," EV("2") "],\"kind\":\"EventList\"}\n" EV("3") "\n",
			"1 2 3 ", 0},
		{"[" EV("1") "," EV("2") "]\n", "1 2 ", 0},
		{"{\"a\":1}\n[]\n17\nnull\n\"x\"\n" EV("1") "\n", NULL, 0},
		{"", "", 0},
		{"\xff\xfe\x00", NULL, 0},
		{"{\"auditID\":{\"a\":[]},\"stageTimestamp\":7,\"verb\":[1],\"user\":\"x\","
		 "\"objectRef\":[]}\n" EV("1") "\n",
			NULL, 0},
	};
	sw_autobuf b;

	sw_buf_init(&b, 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		put(in_dir("log"), cases[i].text, strlen(cases[i].text), false);
		uint32_t broken = ids(in_dir("log"), 0, NULL, &b);
		if (!cases[i].want)
			continue; /* only that it ends, and keeps what is whole */
		if (!sw_str_is(sw_buf_str(&b), cases[i].want) || broken != cases[i].broken)
			fail_msg("%s: \"%.*s\", %u broken", cases[i].text, (int)b.n, b.p, broken);
	}
	assert_non_null(memmem(b.p, b.n, "1 ", 2));
}

/* Deep, long and cut: each costs its own record. */
static void test_hostile(void **state)
{
	sw_autobuf b, ret;

	sw_buf_init(&b, 0);
	sw_buf_init(&ret, 0);
	for (int i = 0; i < 200000; i++)
		sw_buf_addch(&b, '[');
	sw_buf_addz(&b, "\n" EV("1") "\n{\"kind\":\"Event\",\"auditID\":\"2\",\"x\":\"");
	for (int i = 0; i < 4 << 20; i++)
		sw_buf_addch(&b, 'a' + i % 26);
	sw_buf_addz(&b, "\"}\n" EV("3") "\n{\"auditID\":\"4\",\"x\":");
	put(in_dir("log"), b.p, b.n, false);
	assert_true(ids(in_dir("log"), 0, NULL, &ret) >= 2);
	assert_memory_equal(ret.p, "1 ", 2);
	assert_non_null(memmem(ret.p, ret.n, "3 ", 2));
	assert_null(memmem(ret.p, ret.n, "4 ", 2));
	/* Every prefix of an event, and every byte of it turned round. */
	for (size_t n = 0; n < sizeof(rich) - 1; n += 7) {
		put(in_dir("log"), rich, n, false);
		ids(in_dir("log"), 0, NULL, &ret);
	}
	for (size_t n = 0; n < sizeof(rich) - 2; n += 11) {
		char copy[sizeof(rich)];
		memcpy(copy, rich, sizeof(rich));
		copy[n] = (char)~copy[n];
		put(in_dir("log"), copy, sizeof(rich) - 1, false);
		ids(in_dir("log"), 0, NULL, &ret);
	}
}

static void test_folder(void **state)
{
	struct timespec t[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	sw_autobuf b;

	sw_buf_init(&b, 0);
	mkdir(in_dir("d"), 0700);
	put(in_dir("d/b"), EV("1") "\n", sizeof(EV("1")), false);
	put(in_dir("d/a"), EV("2") "\n", sizeof(EV("2")), false);
	utimensat(AT_FDCWD, in_dir("d/b"), t, 0);
	assert_int_equal(ids(in_dir("d"), 0, NULL, &b), 0);
	assert_str(sw_buf_str(&b), "1 2 ");
	struct sw_stream *s;
	struct sw_error err = {0};
	assert_true(sw_audit_open("/nonexistent/log", 0, NULL, &s, &err) < 0);
	assert_non_null(strstr(err.text, "/nonexistent/log"));
}

static volatile int stop;

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 400000000}, NULL);
}

/* A log that grows, is moved away, is cut, and whose last line is written in two pieces. */
static void *rotate(void *arg)
{
	nap();
	put(in_dir("f"), EV("2") "\n{\"kind\":\"Event\",\"auditID\":\"3\",",
		sizeof(EV("2") "\n{\"kind\":\"Event\",\"auditID\":\"3\",") - 1, true);
	nap();
	put(in_dir("f"), "\"a\":1,\"stageTimestamp\":\"2026-01-02T03:04:05Z\"}\n",
		sizeof("\"a\":1,\"stageTimestamp\":\"2026-01-02T03:04:05Z\"}\n") - 1, true);
	nap();
	rename(in_dir("f"), in_dir("f.1"));
	put(in_dir("f"), EV("4") "\n", sizeof(EV("4")), false);
	nap();
	nap();
	put(in_dir("f"), "", 0, false); /* copytruncate */
	nap();
	put(in_dir("f"), EV("5") "\n", sizeof(EV("5")), true);
	nap();
	nap();
	stop = 1;
	return NULL;
}

static void test_follow(void **state)
{
	pthread_t t;
	sw_autobuf b;

	sw_buf_init(&b, 0);
	put(in_dir("f"), EV("1") "\n", sizeof(EV("1")), false);
	pthread_create(&t, NULL, rotate, NULL);
	assert_int_equal(ids(in_dir("f"), SW_AUDIT_FOLLOW, &stop, &b), 0);
	pthread_join(t, NULL);
	assert_str(sw_buf_str(&b), "1 2 3 4 5 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_broken_lines),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_follow),
	};

	alarm(50);
	return cmocka_run_group_tests(tests, setup, teardown);
}
