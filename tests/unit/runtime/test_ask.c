/* SPDX-License-Identifier: Apache-2.0 */
/* Container runtimes asked over sockets: fakes of them (fake_runtime.py), and answers that nobody should believe. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../test.h"

#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/ask/answer.h"
#include "runtime/ask/ask.h"
#include "runtime/ask/pb.h"
#include "runtime/state/container.h"

static char folder[] = "/tmp/seawall-ask-XXXXXX";
static const char *fake_path;
static pid_t fake;
static int fake_in = -1;

static void id_of(char c, char out[65])
{
	memset(out, c, 64);
	out[64] = 0;
}

static int start_fake(void **state)
{
	char ready[64];
	int fds[2];

	if (!mkdtemp(folder) || pipe(fds) != 0)
		return -1;
	fake = fork();
	if (fake == 0) {
		dup2(fds[0], 0);
		close(fds[1]);
		execlp("python3", "python3", fake_path, folder, NULL);
		_exit(127);
	}
	close(fds[0]);
	fake_in = fds[1];
	snprintf(ready, sizeof(ready), "%s/ready", folder);
	for (int i = 0; i < 500 && access(ready, F_OK) != 0; i++)
		usleep(20000);
	return access(ready, F_OK);
}

static int stop_fake(void **state)
{
	char command[64];

	close(fake_in);
	waitpid(fake, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static struct sw_ask *open_ask(const char *kind)
{
	char socket[80];
	const char *sockets[] = {socket};
	struct sw_ask *a;
	struct sw_error err = {0};

	snprintf(socket, sizeof(socket), "%s:%s/%s.sock", kind, folder, strcmp(kind, "docker") == 0 ? "docker" : "cri");
	assert_int_equal(sw_ask_open(NULL, sockets, 1, true, &a, &err), 0);
	return a;
}

/* The answer within some seconds, taken into a state. */
static struct sw_state *answer(struct sw_ask *a, struct sw_str id, uint8_t type)
{
	struct sw_state *st = sw_state_new(16);

	st->live = true;
	assert_true(sw_ask(a, id, type));
	for (int i = 0; i < 500 && !sw_ask_ready(a); i++)
		usleep(10000);
	sw_autofree char *json = sw_ask_take(a);
	assert_non_null(json);
	sw_state_container_json(st, sw_str_from(json));
	return st;
}

#define is(r, text) assert_str(sw_rstr_str(r), text)

static bool has_entry(const struct sw_rstr *list, const char *what)
{
	struct sw_str all = sw_rstr_str(list), one;

	while (sw_str_split(&all, '\0', &one))
		if (sw_str_is(one, what))
			return true;
	return false;
}

static void test_cri(void **state)
{
	struct sw_ask *a = open_ask("cri");
	char id[65];
	id_of('9', id);
	struct sw_state *st = answer(a, sw_str_from(id), SW_CT_CONTAINERD);
	const struct sw_container *c = sw_containers_get(st->containers, SW_STR("999999999999"));

	assert_non_null(c);
	assert_true(c->complete && c->answered && c->privileged && c->host_net && !c->host_pid && !c->is_sandbox);
	assert_int_equal(c->type, SW_CT_CONTAINERD);
	is(c->name, "main");
	is(c->full_id, id);
	is(c->image, "registry.example:5000/team/web:1.2");
	is(c->repo, "registry.example:5000/team/web");
	is(c->tag, "1.2");
	assert_true(sw_str_starts(sw_rstr_str(c->digest), SW_STR("sha256:dddd")));
	assert_true(sw_str_starts(sw_rstr_str(c->image_id), SW_STR("eeee")));
	is(c->pod_name, "web-0");
	is(c->pod_ns, "shop");
	is(c->pod_uid, "uid-1");
	is(c->ip, "10.1.2.3");
	is(c->cni, "{\"eth0\":{}}");
	assert_true(sw_str_starts(sw_rstr_str(c->sandbox), SW_STR("5555")));
	assert_true(has_entry(c->labels, "app:web"));
	assert_true(has_entry(c->pod_labels, "tier:front"));
	assert_true(has_entry(c->mounts, "/srv/data:/data::false:rshared"));
	assert_int_equal(c->created / 1000000000, 1700000000);
	sw_state_free(st);

	/* The sandbox itself is no container of the list. */
	id_of('5', id);
	st = answer(a, sw_str_from(id), SW_CT_CONTAINERD);
	c = sw_containers_get(st->containers, SW_STR("555555555555"));
	assert_true(c->is_sandbox);
	is(c->name, "web-0");
	is(c->pod_ns, "shop");
	assert_true(has_entry(c->labels, "tier:front"));
	sw_state_free(st);

	/* Six hundred labels, one of them long. */
	id_of('a', id);
	st = answer(a, sw_str_from(id), SW_CT_CONTAINERD);
	c = sw_containers_get(st->containers, SW_STR("aaaaaaaaaaaa"));
	is(c->name, "main");
	assert_true(has_entry(c->labels, "l3:v"));
	sw_state_free(st);
	sw_ask_close(a);
}

static void test_containerd(void **state)
{
	struct sw_ask *a = open_ask("containerd");
	char id[65];
	/* By a name, in the last of the name spaces. */
	struct sw_state *st = answer(a, SW_STR("web-builder_1.x"), SW_CT_CONTAINERD);
	const struct sw_container *c = sw_containers_get(st->containers, SW_STR("web-builder_"));

	assert_non_null(c);
	assert_true(c->complete && c->answered && c->privileged && c->has_privileged && !c->is_sandbox);
	assert_true(c->host_net && c->host_ipc && !c->host_pid);
	assert_int_equal(c->type, SW_CT_CONTAINERD);
	is(c->name, "web-builder_1.x");
	is(c->full_id, "web-builder_1.x");
	is(c->image, "registry.example:5000/team/web:1.2");
	is(c->repo, "registry.example:5000/team/web");
	is(c->tag, "1.2");
	assert_true(sw_str_starts(sw_rstr_str(c->digest), SW_STR("sha256:dddd")));
	assert_true(has_entry(c->labels, "com.example.team:shop"));
	assert_true(has_entry(c->mounts, "/srv/data:/data::false:rprivate") && !has_entry(c->mounts, "proc:/proc::true:rprivate"));
	assert_int_equal(c->created / 1000000000, 1700000000);
	sw_state_free(st);

	/* One of a pod: its image by the annotation, its sandbox asked for, too. */
	id_of('9', id);
	st = answer(a, sw_str_from(id), SW_CT_UNKNOWN);
	c = sw_containers_get(st->containers, SW_STR("999999999999"));
	is(c->name, "main");
	is(c->repo, "docker.io/library/web");
	is(c->tag, "3");
	is(c->digest, "");
	is(c->pod_name, "web-0");
	is(c->pod_ns, "shop");
	assert_true(sw_str_starts(sw_rstr_str(c->sandbox), SW_STR("5555")));
	assert_true(has_entry(c->pod_labels, "tier:front") && !has_entry(c->labels, "tier:front"));
	sw_state_free(st);

	id_of('5', id);
	st = answer(a, sw_str_from(id), SW_CT_CRI);
	c = sw_containers_get(st->containers, SW_STR("555555555555"));
	assert_true(c->is_sandbox && has_entry(c->pod_labels, "tier:front"));
	sw_state_free(st);

	/* Docker's own have digits for a name there, and nobody else's word counts. */
	id_of('8', id);
	st = answer(a, sw_str_from(id), SW_CT_DOCKER);
	c = sw_containers_get(st->containers, SW_STR("888888888888"));
	assert_int_equal(c->type, SW_CT_DOCKER);
	is(c->name, "888888888888");
	sw_state_free(st);
	sw_ask_close(a);
}

static void test_docker(void **state)
{
	struct sw_ask *a = open_ask("docker");
	char id[65];
	id_of('9', id);
	struct sw_state *st = answer(a, sw_str_from(id), SW_CT_DOCKER);
	const struct sw_container *c = sw_containers_get(st->containers, SW_STR("999999999999"));

	assert_int_equal(c->type, SW_CT_DOCKER);
	is(c->name, "shop-web-1");
	is(c->repo, "example/web");
	is(c->tag, "2");
	is(c->ip, "172.17.0.9");
	assert_true(c->has_privileged && !c->privileged && c->host_pid && !c->host_net);
	assert_true(sw_str_starts(sw_rstr_str(c->digest), SW_STR("sha256:ffff")));
	assert_true(has_entry(c->labels, "com.example.team:shop"));
	assert_true(has_entry(c->mounts, "/srv:/data:z:true:rprivate"));
	assert_int_equal(c->created / 1000000000, 1700000000);
	sw_state_free(st);

	/* Members of the wrong types. */
	id_of('d', id);
	st = answer(a, sw_str_from(id), SW_CT_DOCKER);
	c = sw_containers_get(st->containers, SW_STR("dddddddddddd"));
	assert_true(c->complete);
	is(c->name, "");
	sw_state_free(st);
	sw_ask_close(a);
}

/* What is known from the disk stays where an answer says nothing. */
static void test_joins(void **state)
{
	struct sw_state *st = sw_state_new(16);
	char id[65];

	id_of('9', id);
	st->live = true;
	struct sw_container *c = sw_containers_put(st, sw_str_from(id));
	sw_rstr_set(&c->name, SW_STR("of the disk"));
	sw_rstr_set(&c->cni, SW_STR("{}"));
	c->privileged = true;
	sw_state_container_json(st, SW_STR("{\"container\":{\"id\":\"999999999999\",\"image\":\"a/b:c\",\"name\":\"\"}}"));
	c = sw_containers_get(st->containers, SW_STR("999999999999"));
	assert_true(c->complete && c->answered && c->privileged);
	is(c->name, "of the disk");
	is(c->image, "a/b:c");
	is(c->full_id, id);
	/* In a capture an event is all that is known. */
	st->live = false;
	sw_state_container_json(st, SW_STR("{\"container\":{\"id\":\"999999999999\",\"name\":\"x\"}}"));
	c = sw_containers_get(st->containers, SW_STR("999999999999"));
	is(c->name, "x");
	is(c->image, "");
	sw_state_free(st);
}

/* What is told is what is read again. */
static void test_told(void **state)
{
	struct sw_ask *a = open_ask("cri");
	sw_autoarena arena;
	char id[65];

	sw_arena_init(&arena, 1 << 20);
	id_of('9', id);
	struct sw_state *st = answer(a, sw_str_from(id), SW_CT_CONTAINERD), *again = sw_state_new(16);
	struct sw_container *c = sw_containers_get(st->containers, SW_STR("999999999999"));
	struct sw_str first = sw_container_tell(&arena, c);
	assert_true(first.n > 0 && first.p[first.n - 1] == 0);
	sw_state_container_json(again, sw_str_sub(first, 0, first.n - 1));
	struct sw_container *d = sw_containers_get(again->containers, SW_STR("999999999999"));
	is(d->pod_name, "web-0");
	is(d->repo, "registry.example:5000/team/web");
	assert_true(has_entry(d->mounts, "/srv/data:/data::false:rshared") && has_entry(d->pod_labels, "tier:front"));
	assert_true(d->privileged && d->host_net && d->type == SW_CT_CONTAINERD && d->created == c->created);
	struct sw_str second = sw_container_tell(&arena, d);
	assert_int_equal(first.n, second.n);
	assert_memory_equal(first.p, second.p, first.n);
	assert_null(sw_containers_untold(st));
	sw_state_free(st);
	sw_state_free(again);
	sw_ask_close(a);
}

/* No answer may come of it, the next question is answered, and nothing waits. */
static void hostile(const char *kind, uint8_t type, const char *which)
{
	char id[65];

	for (; *which; which++) {
		struct sw_ask *a = open_ask(kind);
		struct timespec from, to;
		id_of(*which, id);
		assert_true(sw_ask(a, sw_str_from(id), type));
		usleep(400000);
		assert_false(sw_ask_ready(a));
		assert_null(sw_ask_take(a));
		clock_gettime(CLOCK_MONOTONIC, &from);
		sw_ask_close(a);
		clock_gettime(CLOCK_MONOTONIC, &to);
		assert_true(to.tv_sec - from.tv_sec < 3);
	}
}

static void test_hostile(void **state)
{
	hostile("cri", SW_CT_CONTAINERD, "0123467");
	hostile("containerd", SW_CT_CONTAINERD, "0123467");
	hostile("docker", SW_CT_DOCKER, "0bc");
}

static void test_unknown(void **state)
{
	struct sw_ask *a = open_ask("cri");
	char id[65];

	id_of('0', id);
	assert_true(sw_ask(a, sw_str_from(id), SW_CT_CRI));
	for (int i = 0; i < 600 && !sw_ask_stats(a).unknown; i++)
		usleep(10000);
	assert_int_equal(sw_ask_stats(a).unknown, 1);
	assert_int_equal(sw_ask_stats(a).failed, 0);
	/* What cannot be theirs, and what is no id. */
	assert_false(sw_ask(a, sw_str_from(id), SW_CT_PODMAN));
	assert_false(sw_ask(a, sw_str_from(id), SW_CT_LXC));
	assert_false(sw_ask(a, SW_STR("a/../b"), SW_CT_CRI));
	assert_false(sw_ask(a, SW_STR(""), SW_CT_CRI));
	/* More than anybody can answer. */
	uint32_t n = 0;
	id_of('0', id);
	for (unsigned i = 0; i < 3 * SW_ASK_QUEUE; i++)
		n += sw_ask(a, sw_str_from(id), SW_CT_CRI);
	assert_in_range(n, SW_ASK_QUEUE - 1, 3 * SW_ASK_QUEUE - 1);
	assert_true(sw_ask_stats(a).dropped > 0);
	sw_ask_close(a);
}

static void test_nobody(void **state)
{
	struct sw_ask *a;
	struct sw_error err = {0};
	const char *gone[] = {"cri:/nonexistent/x.sock"}, *bad[] = {"http:/x"};
	char id[65], longer[200] = "cri:";
	const char *far[] = {longer};

	id_of('9', id);
	assert_int_equal(sw_ask_open(NULL, gone, 1, true, &a, &err), 0);
	assert_true(sw_ask(a, sw_str_from(id), SW_CT_CRI));
	usleep(100000);
	assert_false(sw_ask_ready(a));
	sw_ask_close(a);
	assert_int_equal(sw_ask_open(NULL, NULL, 0, false, &a, &err), 0);
	assert_false(sw_ask(a, sw_str_from(id), SW_CT_CRI));
	sw_ask_close(a);
	assert_int_equal(sw_ask_open(NULL, bad, 1, true, &a, &err), -SW_EUSAGE);
	memset(longer + 4, '/', 150);
	assert_int_equal(sw_ask_open(NULL, far, 1, true, &a, &err), -SW_EUSAGE);
	sw_ask_close(NULL);
	assert_false(sw_ask_ready(NULL));
}

static unsigned fields(const char *bytes, size_t n, bool *bad)
{
	struct sw_pb p = sw_pb(sw_str_make(bytes, n));
	struct sw_pb_field f;
	unsigned count = 0;

	while (sw_pb_next(&p, &f))
		count++;
	*bad = p.bad;
	return count;
}

static void test_pb(void **state)
{
	bool bad;

	assert_int_equal(fields("", 0, &bad), 0);
	assert_false(bad);
	assert_int_equal(fields("\x08\x96\x01\x12\x02hi\x1d\x01\x02\x03\x04\x21\x01\x02\x03\x04\x05\x06\x07\x08", 21, &bad),
		4);
	assert_false(bad);
	static const struct {
		const char *bytes;
		size_t n;
	} broken[] = {
		{"\x08", 1}, {"\x12\x05hi", 4}, {"\x0b", 1}, {"\x0c", 1}, {"\x00\x01", 2}, {"\x0d\x01\x02", 3},
		{"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
		{"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11},
		{"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 12},
	};
	for (size_t i = 0; i < SW_ARRAY_LEN(broken); i++) {
		assert_int_equal(fields(broken[i].bytes, broken[i].n, &bad), 0);
		assert_true(bad);
	}
	sw_autobuf b = {0};
	sw_buf_init(&b, 1000);
	char text[300];
	memset(text, 'x', sizeof(text));
	sw_pb_put_text(&b, 2, sw_str_make(text, sizeof(text)));
	sw_pb_put_bool(&b, 16, true);
	struct sw_pb p = sw_pb(sw_buf_str(&b));
	struct sw_pb_field f;
	assert_true(sw_pb_next(&p, &f) && f.number == 2 && f.text.n == 300);
	assert_true(sw_pb_next(&p, &f) && f.number == 16 && f.v == 1);
	assert_false(sw_pb_next(&p, &f) || p.bad);
}

/* Cut anywhere, an answer is one without its tail or none. */
static void test_cut(void **state)
{
	static const char inspect[] = "{\"Id\":\"abc\",\"Name\":\"/n\",\"Config\":{\"Image\":\"i:t\",\"Labels\":{\"a\":\"b\"}}}";
	sw_autoarena a;
	struct sw_value v;
	sw_arena_init(&a, 1 << 20);

	for (size_t n = 0; n < sizeof(inspect) - 1; n++)
		assert_false(sw_answer_docker(&a, 0, SW_STR("abc"), sw_str_make(inspect, n), SW_STR("{"), &v));
	assert_true(sw_answer_docker(&a, 0, SW_STR("abc"), sw_str_make(inspect, sizeof(inspect) - 1), SW_STR("{"), &v));
	assert_false(sw_answer_docker(&a, 0, SW_STR("abd"), sw_str_make(inspect, sizeof(inspect) - 1), SW_STR(""), &v));
	sw_autobuf status = {0};
	sw_autobuf response = {0};
	sw_buf_init(&status, 1000);
	sw_buf_init(&response, 1000);
	sw_pb_put_text(&status, 1, SW_STR("abc"));
	sw_pb_put_text(&status, 12, SW_STR("\x0a\x01k\x12\x01v"));
	sw_pb_put_text(&response, 1, sw_buf_str(&status));
	struct sw_str all = sw_buf_str(&response);
	for (size_t n = 0; n < all.n; n++)
		assert_false(sw_answer_cri(&a, 0, SW_STR("abc"), sw_str_sub(all, 0, n), SW_STR(""), &v));
	assert_true(sw_answer_cri(&a, 0, SW_STR("abc"), all, SW_STR(""), &v));
	sw_autobuf text = {0};
	sw_buf_init(&text, 1000);
	sw_json_write(&text, v, 0);
	assert_str(sw_buf_str(&text),
		"{\"container\":{\"Mounts\":[],\"created_time\":0,\"full_id\":\"abc\",\"id\":\"abc\",\"is_pod_sandbox\":false,"
		"\"labels\":{\"k\":\"v\"},\"type\":0}}");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pb),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_joins),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_cri),
		cmocka_unit_test(test_containerd),
		cmocka_unit_test(test_docker),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_hostile),
	};

	fake_path = argc > 1 ? argv[1] : "fake_runtime.py";
	return cmocka_run_group_tests(tests, start_fake, stop_fake);
}
