/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of events that are made here: values whose type shows only in the event, values that are not there. */
#include "../test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "runtime/capture/source.h"
#include "runtime/capture/writer.h"
#include "runtime/rules/engine.h"

enum { TS = 1000000000, FSTAT_X = 71, TASK_SOCKET = 440 };

static struct sw_str number(struct sw_arena *a, uint64_t v, size_t bytes)
{
	return sw_str_make(sw_arena_memdup(a, &v, sizeof(v)), bytes);
}

static int keep_message(void *arg, const struct sw_alert *alert)
{
	sw_alert_message(alert, arg);
	return 0;
}

/* What a rule prints of the event; "" when its condition is false. */
static const char *asked(struct sw_state *st, const struct sw_raw *raw, const char *condition, const char *output,
	struct sw_buf *out)
{
	const struct sw_engine_options o = {.least = SW_PRIO_DEBUG};
	sw_autoarena a;
	sw_autobuf yaml;
	struct sw_sysev e;
	struct sw_engine *engine;

	sw_arena_init(&a, 0);
	sw_buf_init(&yaml, 4096);
	sw_buf_clear(out);
	sw_buf_printf(&yaml, "- {rule: r, desc: d, condition: '%s', output: '%s', priority: INFO}\n", condition, output);
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	const struct sw_load_result *r = sw_ruleset_add(rs, "r.yaml", sw_buf_str(&yaml));
	if (!r->ok)
		fail_msg("%.*s", SW_STR_ARG(r->errors[0].text));
	sw_state_event(st, raw, &e);
	const struct sw_event ev = {
		.source = SW_SOURCE_SYSCALL, .code = raw->code, .ts = raw->ts, .num = 1, .arena = &a, .data = &e};
	assert_int_equal(sw_engine_new(rs, &o, &engine, NULL), 0);
	assert_int_equal(sw_engine_event(engine, &ev, keep_message, out), 0);
	sw_engine_free(engine);
	sw_ruleset_free(rs);
	return sw_buf_cstr(out);
}

struct asked_case {
	const char *condition, *output, *want;
};

static void all_asked(struct sw_state *st, const struct sw_raw *raw, const struct asked_case *cases, size_t n)
{
	sw_autobuf out;

	sw_buf_init(&out, 4096);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(asked(st, raw, cases[i].condition, cases[i].output, &out), cases[i].want);
}

/* The same argument is of another width, sign and base in another call. */
static void raw_arguments_are_as_the_event_has_them(void **state)
{
	sw_autoarena a;
	struct sw_state *st = sw_state_new(0);

	sw_arena_init(&a, 0);
	const struct sw_raw timer = {.code = SW_EV_TIMERFD_CREATE_X, .tid = 1, .ts = TS, .n = 3,
		.p = {number(&a, 3, 8), number(&a, 1, 1), number(&a, 0xAB, 1)}};
	const struct asked_case of_timer[] = {
		{"evt.num = 1", "%evt.rawarg.flags", "AB"},
		{"evt.rawarg.flags = 171", "x", "x"},
		{"evt.num = 1", "%evt.rawarg.clockid", "1"},
	};
	const struct sw_raw signals = {.code = SW_EV_SIGNALFD4_X, .tid = 1, .ts = TS, .n = 4,
		.p = {number(&a, 4, 8), number(&a, 0x800, 2), number(&a, 9, 8), number(&a, 0, 4)}};
	const struct asked_case of_signals[] = {{"evt.num = 1", "%evt.rawarg.flags", "800"},
		{"evt.rawarg.flags > 2047", "%evt.rawarg.fd", "9"}};
	const struct sw_raw poll = {.code = SW_EV_EPOLL_CREATE_X, .tid = 1, .ts = TS, .n = 2,
		.p = {number(&a, 5, 8), number(&a, (uint32_t)-7, 4)}};
	const struct asked_case of_poll[] = {{"evt.num = 1", "%evt.rawarg.size", "-7"}};

	const struct sw_raw ends = {.code = TASK_SOCKET, .tid = 1, .ts = TS, .n = 8,
		.p = {number(&a, 6, 4), number(&a, 0, 4), number(&a, 0, 4), number(&a, 0x0100007f, 4), number(&a, 80, 2)}};
	const struct asked_case of_ends[] = {{"evt.num = 1", "%evt.rawarg.local_ip", "127.0.0.1"},
		{"evt.num = 1", "%evt.rawarg.remote_ip", "<NA>"}};

	all_asked(st, &ends, of_ends, SW_ARRAY_LEN(of_ends));
	all_asked(st, &timer, of_timer, SW_ARRAY_LEN(of_timer));
	all_asked(st, &signals, of_signals, SW_ARRAY_LEN(of_signals));
	all_asked(st, &poll, of_poll, SW_ARRAY_LEN(of_poll));
	sw_state_free(st);
}

/* A text that is not there reads "<NA>", and is compared as that; a number is 0, and equal to nothing. */
static void empty_arguments(void **state)
{
	struct sw_state *st = sw_state_new(0);
	struct sw_raw exec = {.code = SW_EV_EXECVE_19_X, .tid = 77, .ts = TS, .n = 31};
	const struct asked_case cases[] = {
		{"evt.num = 1", "%evt.rawarg.trusted_exepath %evt.rawarg.uid %evt.arg.uid", "<NA> 0 <NA>"},
		{"evt.rawarg.trusted_exepath = <NA>", "x", "x"},
		{"evt.rawarg.trusted_exepath startswith \"<\"", "x", "x"},
		{"evt.rawarg.trusted_exepath exists", "x", "x"},
		{"evt.rawarg.trusted_exepath = \"\"", "x", ""},
		{"evt.rawarg.uid = 0", "x", ""},
		{"evt.rawarg.uid >= 0", "x", ""},
		{"evt.rawarg.uid exists", "x", ""},
	};

	all_asked(st, &exec, cases, SW_ARRAY_LEN(cases));
	sw_state_free(st);
}

static void quota_names_its_device(void **state)
{
	sw_autoarena a;
	struct sw_state *st = sw_state_new(0);

	sw_arena_init(&a, 0);
	struct sw_raw quota = {.code = SW_EV_QUOTACTL_X, .tid = 1, .ts = TS, .n = 18,
		.p = {number(&a, 0, 8), sw_str_make("/dev/sdq", 9), sw_str_make("/quota.user", 12)}};
	const struct asked_case cases[] = {{"evt.num = 1", "%fs.path.name", "/dev/sdq"}};
	const struct asked_case failed[] = {{"evt.num = 1", "%fs.path.name", "<NA>"}};

	all_asked(st, &quota, cases, 1);
	quota.p[0] = number(&a, (uint64_t)-1, 8);
	all_asked(st, &quota, failed, 1);
	sw_state_free(st);
}

static void numbers_that_no_process_has(void **state)
{
	struct sw_state *st = sw_state_new(0);
	struct sw_scap_proc p = {.tid = 5, .pid = 5, .ptid = 4294967312, .vtid = -1, .vpid = -1, .pgid = -1};
	const struct asked_case cases[] = {
		{"evt.num = 1", "%proc.pid %proc.ppid %proc.apid[1] %proc.apid", "5 <NA> <NA> 5"},
		{"proc.ppid exists or proc.apid[1] exists", "x", ""},
	};

	sw_state_add_proc(st, &p);
	p.tid = p.pid = 4294967312;
	p.ptid = 0;
	sw_state_add_proc(st, &p);
	sw_state_lists_done(st);
	const struct sw_raw any = {.code = SW_EV_GETCWD_X, .tid = 5, .ts = TS};
	all_asked(st, &any, cases, SW_ARRAY_LEN(cases));
	sw_state_free(st);
}

/*
 * Brackets that hold no number are text behind the field; a number is what scanf() takes; -1 is as none, below it
 * there is no ancestor. The environment has no places.
 */
static void ancestors_by_number(void **state)
{
	struct sw_state *st = sw_state_new(0);
	struct sw_scap_proc p = {.tid = 5, .pid = 5, .ptid = 4, .vtid = -1, .vpid = -1, .pgid = -1,
		.comm = SW_STR_INIT("child"), .env = SW_STR_INIT("A=child\0")};
	const struct asked_case cases[] = {
		{"proc.aname[-1] = parent", "x", "x"},
		{"proc.aname[-1] = child", "x", ""},
		{"proc.aname[0] = child", "x", "x"},
		{"evt.num = 1", "%proc.aname[x] %proc.aname[1", "parent[x] parent[1"},
		{"evt.num = 1", "%proc.aenv|%proc.aenv[1]|%proc.aenv[A]", "A=child|A=parent|parent"},
		{"proc.aenv contains parent", "x", "x"},
		{"proc.aname[01] = parent and proc.aname[+1] = parent and proc.aname[4294967297] = parent", "x", "x"},
		{"evt.num = 1", "%proc.aname[01] %proc.aname[-0] %proc.aname[-2] %proc.aname[ 1]", "parent child <NA> parent[ 1]"},
		{"proc.aname[18446744073709551616] = parent", "%proc.aname[0x1]", "parent[0x1]"},
		{"evt.num = 1", "%proc.env[7]|%proc.env[A]|%proc.env[B]", "A=child|child|"},
		{"evt.num = 1", "%evt.arg[00] %evt.arg[-1]", "0 <NA>"},
	};

	sw_state_add_proc(st, &p);
	p.tid = p.pid = 4;
	p.ptid = 0;
	p.comm = SW_STR("parent");
	p.env = sw_str_make("A=parent", 9);
	sw_state_add_proc(st, &p);
	sw_state_lists_done(st);
	sw_autoarena a;
	sw_arena_init(&a, 0);
	const struct sw_raw any = {.code = SW_EV_GETCWD_X, .tid = 5, .ts = TS, .n = 1, .p = {number(&a, 0, 8)}};
	all_asked(st, &any, cases, SW_ARRAY_LEN(cases));
	sw_state_free(st);
}

/* An empty list of descriptors is a list; an address that no name belongs to is another name's; a file has no ends. */
static void there_without_a_value(void **state)
{
	sw_autoarena a;
	struct sw_state *st = sw_state_new(0);
	const struct sw_scap_proc p = {.tid = 5, .pid = 5, .ptid = 0, .vtid = -1, .vpid = -1, .pgid = -1};
	const struct sw_scap_fd file = {.tid = 5, .fd = 3, .type = SW_FD_FILE_V2, .name = SW_STR_INIT("/etc/hosts")},
				sock = {.tid = 5, .fd = 4, .type = SW_FD_IPV4_SOCK, .l4 = SW_L4_TCP, .sport = 4000,
					.dport = 443, .sip = {10, 0, 0, 1}, .dip = {10, 0, 0, 2}},
				listens = {.tid = 5, .fd = 5, .type = SW_FD_IPV4_SERVSOCK, .l4 = SW_L4_TCP,
					.sport = 443, .sip = {10, 0, 0, 2}};
	const struct asked_case none[] = {
		{"fd.types exists", "%fd.types", "()"},
		{"len(fd.types) = 0", "x", "x"},
		{"fd.types in (file)", "x", "x"},
		{"fd.types in ()", "x", "x"},
		{"fd.types intersects (file)", "x", ""},
		{"fd.ip exists", "x", ""},
	};
	const struct asked_case of_file[] = {
		{"fd.ip exists and fd.port exists and fd.net exists and fd.proto exists", "%fd.ip", "<NA>"},
		{"fd.ip != 10.0.0.1", "x", ""},
		{"fd.ip in (10.0.0.1)", "x", ""},
		{"fd.sip.name != nobody.invalid", "x", ""},
		{"fd.sip.name exists", "x", "x"},
	};
	const struct asked_case of_sock[] = {
		{"fd.sip.name != nobody.invalid", "%fd.sip.name", "<NA>"},
		{"fd.sip.name != allof (nobody.invalid, a.invalid)", "x", "x"},
		{"fd.sip.name = nobody.invalid", "x", ""},
		{"fd.sip.name in (nobody.invalid)", "x", ""},
		{"fd.sip.name exists", "x", "x"},
	};
	const struct asked_case of_listener[] = {
		{"fd.sip = 10.0.0.2 and fd.sip.name exists", "%fd.sip.name", "<NA>"},
		{"fd.sip.name != nobody.invalid", "x", ""},
		{"fd.sip.name = nobody.invalid or fd.sip.name in (nobody.invalid)", "x", ""},
	};

	sw_arena_init(&a, 0);
	setenv("SEAWALL_NO_DNS", "1", 1);
	sw_state_add_proc(st, &p);
	sw_state_lists_done(st);
	struct sw_raw use = {.code = FSTAT_X, .tid = 5, .ts = TS, .n = 2, .p = {number(&a, 0, 8), number(&a, 3, 8)}};
	all_asked(st, &use, none, SW_ARRAY_LEN(none));
	sw_state_add_fd(st, &file);
	sw_state_add_fd(st, &sock);
	sw_state_add_fd(st, &listens);
	sw_state_lists_done(st);
	all_asked(st, &use, of_file, SW_ARRAY_LEN(of_file));
	use.p[1] = number(&a, 4, 8);
	all_asked(st, &use, of_sock, SW_ARRAY_LEN(of_sock));
	use.p[1] = number(&a, 5, 8);
	all_asked(st, &use, of_listener, SW_ARRAY_LEN(of_listener));
	sw_state_free(st);
}

/* A thread that no list and no event introduced has no main thread. */
static void nobody_introduced(void **state)
{
	struct sw_state *st = sw_state_new(0);
	const struct sw_raw any = {.code = SW_EV_GETCWD_X, .tid = 9, .ts = TS};
	const struct asked_case cases[] = {
		{"proc.cwd = ./", "%proc.name|%proc.nthreads|%proc.fdopencount|%proc.fdlimit", "<NA>|0|0|0"},
	};

	all_asked(st, &any, cases, SW_ARRAY_LEN(cases));
	sw_state_free(st);
}

/* Older recorders wrote "(NULL)" for a path that could not be read. */
static void null_of_old_recorders(void **state)
{
	sw_autoarena a;
	sw_autobuf out;
	char path[] = "/tmp/seawall-test-XXXXXX.scap";
	struct sw_scap_writer *w;
	struct sw_stream *s;
	struct sw_event ev;
	struct sw_sysev e;
	struct sw_state *st = sw_state_new(0);
	int fd = mkstemps(path, 5);

	sw_arena_init(&a, 0);
	sw_buf_init(&out, 4096);
	assert_true(fd >= 0);
	close(fd);
	const struct sw_raw raw = {.code = SW_EV_CHDIR_X, .tid = 1, .ts = TS, .n = 2,
		.p = {number(&a, (uint64_t)-14, 8), sw_str_make("(NULL)", 7)}};
	assert_int_equal(sw_scap_writer_open(path, &w, NULL), 0);
	sw_state_event(st, &raw, &e);
	assert_int_equal(sw_scap_write(w, &e, NULL), 0);
	assert_int_equal(sw_scap_writer_close(w, NULL), 0);
	sw_state_free(st);
	assert_int_equal(sw_capture_open(path, &s, NULL), 0);
	assert_int_equal(sw_stream_next(s, &ev, NULL), 1);
	const struct sw_sysev *read = sw_event_sysev(&ev);
	assert_int_equal(read->raw->code, SW_EV_CHDIR_X);
	assert_int_equal(read->raw->p[1].n, 0);
	const struct asked_case cases[] = {{"evt.arg.path = <NA>", "%evt.arg.path", "<NA>"}};
	all_asked(read->state, read->raw, cases, 1);
	sw_stream_close(s);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_arguments_are_as_the_event_has_them),
		cmocka_unit_test(empty_arguments),
		cmocka_unit_test(quota_names_its_device),
		cmocka_unit_test(numbers_that_no_process_has),
		cmocka_unit_test(ancestors_by_number),
		cmocka_unit_test(there_without_a_value),
		cmocka_unit_test(nobody_introduced),
		cmocka_unit_test(null_of_old_recorders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
