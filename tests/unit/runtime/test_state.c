/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a machine, without one: what container runtimes keep on disk, blind windows, clocks
 * that are set, numbers that are used again, and what grows without end elsewhere.
 */
#include "base/cleanup.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/bpf/convert.h"
#include "runtime/respond/quarantine.h"
#include "runtime/state/container.h"

#define ID(c) c c c c c c c c
#define A ID("aaaaaaaa")
#define B ID("bbbbbbbb")
#define C ID("cccccccc")
#define D ID("dddddddd")

static char root[] = "/tmp/seawall-state-XXXXXX";

static void put_file(const char *path, const char *text)
{
	char full[1024];

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		if (mkdir(full, 0755) != 0)
			assert_int_equal(errno, EEXIST);
		*at = '/';
	}
	FILE *f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_root(void **state)
{
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static struct sw_state *live_state(void)
{
	struct sw_state *st = sw_state_new(0);

	assert_non_null(st);
	st->live = true;
	st->host_root = root;
	return st;
}

static void is(const struct sw_rstr *r, const char *text)
{
	struct sw_str s = sw_rstr_str(r);

	assert_int_equal(s.n, strlen(text));
	assert_memory_equal(s.p, text, s.n);
}

static const struct sw_container *look(struct sw_state *st, const char *id, uint8_t type)
{
	assert_true(sw_container_look_up(st, sw_str_from(id), type));
	return sw_containers_get(st->containers, sw_str_make(id, 12));
}

static void docker(void **state)
{
	struct sw_state *st = live_state();

	put_file("/var/lib/docker/containers/" A "/config.v2.json",
		"{\"Name\":\"/shop-1\",\"Image\":\"sha256:feed\",\"Config\":{\"Image\":\"reg:5000/"
		"shop/web:1.2@sha256:beef\","
		"\"Labels\":{\"app\":\"shop\",\"io.kubernetes.pod.name\":\"web-0\",\"io.kubernetes."
		"pod.namespace\":\"shop\"}},"
		"\"MountPoints\":{\"/h\":{\"Source\":\"/etc\",\"Destination\":\"/"
		"h\",\"RW\":true,\"Propagation\":\"rslave\"}},"
		"\"NetworkSettings\":{\"Networks\":{\"b\":{\"IPAddress\":\"172.17.0.2\"}}}}");
	put_file("/var/lib/docker/containers/" A "/hostconfig.json",
		"{\"Privileged\":true,\"PidMode\":\"host\"}");
	const struct sw_container *c = look(st, A, SW_CT_DOCKER);
	is(c->name, "shop-1");
	is(c->repo, "reg:5000/shop/web");
	is(c->tag, "1.2");
	is(c->digest, "sha256:beef");
	is(c->image_id, "feed");
	is(c->pod_name, "web-0");
	is(c->pod_ns, "shop");
	is(c->ip, "172.17.0.2");
	assert_memory_equal(c->mounts->p, "/etc:/h::true:rslave", 21);
	assert_true(c->privileged && c->host_pid && !c->host_net);
	sw_state_free(st);
}

static void containerd(void **state)
{
	struct sw_state *st = live_state();

	put_file("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" B "/config.json",
		"{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\",\"io.kubernetes."
		"cri.container-type\":\"container\","
		"\"io.kubernetes.cri.image-name\":\"docker.io/library/"
		"nginx:1\",\"io.kubernetes.cri.sandbox-name\":\"p-1\","
		"\"io.kubernetes.cri.sandbox-namespace\":\"n\",\"io.kubernetes.cri.sandbox-uid\":"
		"\"u\"},"
		"\"process\":{\"capabilities\":{\"bounding\":[\"CAP_SYS_ADMIN\",\"CAP_SYS_MODULE\"]"
		"}},"
		"\"mounts\":[{\"destination\":\"/host\",\"source\":\"/"
		"\",\"type\":\"bind\",\"options\":[\"rbind\",\"ro\"]},"
		"{\"destination\":\"/proc\",\"source\":\"proc\",\"type\":\"proc\"}],"
		"\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"ipc\"}]}}");
	const struct sw_container *c = look(st, B, SW_CT_CONTAINERD);
	is(c->name, "app");
	is(c->repo, "docker.io/library/nginx");
	is(c->pod_name, "p-1");
	is(c->pod_uid, "u");
	assert_true(c->has_privileged && c->privileged && c->host_net && !c->host_pid &&
		    !c->is_sandbox);
	assert_int_equal(c->mounts->n, strlen("/:/host::false:rprivate") + 1);
	sw_state_free(st);
}

static void crio_pod_labels(void **state)
{
	struct sw_state *st = live_state();

	put_file("/run/containers/storage/overlay-containers/" C "/userdata/config.json",
		"{\"annotations\":{\"io.kubernetes.cri-o.ContainerName\":\"app\",\"io.kubernetes."
		"cri-o.ContainerType\":\"container\","
		"\"io.kubernetes.cri-o.ImageName\":\"quay.io/x/"
		"y:2\",\"io.kubernetes.cri-o.SandboxID\":\"" D "\","
		"\"io.kubernetes.cri-o.Labels\":\"{\\\"io.kubernetes.pod.name\\\":\\\"y-0\\\","
		"\\\"io.kubernetes.pod.namespace\\\":\\\"ns\\\"}\"}}");
	put_file("/run/containers/storage/overlay-containers/" D "/userdata/config.json",
		"{\"annotations\":{\"io.kubernetes.cri-o.ContainerType\":\"sandbox\",\"io."
		"kubernetes.cri-o.IP.0\":\"10.1.1.1\","
		"\"io.kubernetes.cri-o.Labels\":\"{\\\"app\\\":\\\"y\\\",\\\"pod-template-hash\\\":"
		"\\\"1\\\"}\"}}");
	const struct sw_container *c = look(st, C, SW_CT_CRIO);
	is(c->name, "app");
	is(c->pod_name, "y-0");
	is(c->ip, "10.1.1.1");
	assert_int_equal(c->pod_labels->n, strlen("app:y") + 1 + strlen("pod-template-hash:1") + 1);

	sw_autobuf out = {0};
	sw_buf_init(&out, 4096);
	assert_true(sw_quarantine_policy(c, SW_STR("a \"rule\""), &out));
	static const char want[] =
		"# Written by Seawall because of the alert \"a \\\"rule\\\"\".\n"
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: "
		"\"y-0\"\n"
		"  namespace: \"ns\"\n  labels:\n    app.kubernetes.io/managed-by: "
		"seawall\nspec:\n  podSelector:\n"
		"    matchLabels:\n      \"app\": \"y\"\n  policyTypes:\n  - Ingress\n  - Egress\n";
	assert_int_equal(out.n, sizeof(want) - 1);
	assert_memory_equal(out.p, want, out.n);
	sw_state_free(st);
}

static void podman_and_log_names(void **state)
{
	struct sw_state *st = live_state();

	put_file("/var/lib/containers/storage/overlay-containers/" A "/userdata/config.json",
		"{\"annotations\":{}}");
	put_file("/var/lib/containers/storage/overlay-containers/containers.json",
		"[{\"id\":\"" A "\",\"metadata\":\"{\\\"image-name\\\":\\\"docker.io/library/"
				"alpine:3\\\",\\\"name\\\":\\\"happy\\\"}\"}]");
	const struct sw_container *c = look(st, A, SW_CT_PODMAN);
	is(c->name, "happy");
	is(c->repo, "docker.io/library/alpine");
	put_file("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" D "/config.json", "{}");
	put_file("/var/log/containers/web-7_shop_app-" D ".log", "");
	put_file("/var/log/containers/web-8_shop_app-" C ".log", "");
	c = look(st, D, SW_CT_CONTAINERD);
	is(c->pod_name, "web-7");
	is(c->pod_ns, "shop");
	is(c->name, "app");
	sw_state_free(st);
}

/* What has a name: found at any depth of its cgroup, the innermost first, and nothing else is. */
static void containers_by_name(void **state)
{
	static const struct {
		const char *path, *id;
		uint8_t type;
	} rows[] = {
		{"/user.slice/web-1", "web-1", SW_CT_UNKNOWN},
		{"/web-1/hidden/deeper/still/a/b", "web-1", SW_CT_UNKNOWN},
		{"/build/job.2", "job.2", SW_CT_CONTAINERD},
		{"/build/job.2/init.scope", "job.2", SW_CT_CONTAINERD},
		{"/web-1/build/job.2/x", "job.2", SW_CT_CONTAINERD},
		{"/k3s_io/job-3", "job-3", SW_CT_CONTAINERD},
		{"/k8s.io/job.2", "", SW_CT_UNKNOWN}, /* of another name space */
		{"/build", "", SW_CT_UNKNOWN},
		{"/web-1/a/b/c/d/e/f/g/h", "", SW_CT_UNKNOWN}, /* too deep */
		{"/..", "", SW_CT_UNKNOWN},
		{"/build/..", "", SW_CT_UNKNOWN},
		{"/../web-1\n", "", SW_CT_UNKNOWN},
		{"", "", SW_CT_UNKNOWN},
		{"////", "", SW_CT_UNKNOWN},
	};
	struct sw_state *st = live_state();

	put_file("/run/runc/web-1/state.json", "{}");
	put_file("/run/containerd/io.containerd.runtime.v2.task/build/job.2/config.json", "{\"linux\":{}}");
	put_file("/run/k3s/containerd/io.containerd.runtime.v2.task/k3s_io/job-3/config.json", "{}");
	for (size_t i = 0; i < SW_ARRAY_LEN(rows); i++) {
		uint8_t type = SW_CT_UNKNOWN;
		struct sw_str id = sw_container_named(st, sw_str_from(rows[i].path), &type);
		assert_int_equal(id.n, strlen(rows[i].id));
		assert_memory_equal(id.p ? id.p : "", rows[i].id, id.n);
		assert_int_equal(type, rows[i].type);
	}
	assert_true(sw_container_look_up(st, SW_STR("job.2"), SW_CT_CONTAINERD));
	is(sw_containers_get(st->containers, SW_STR("job.2"))->name, "job.2");
	sw_state_free(st);
}

static void hostile_files(void **state)
{
	static const char *const texts[] = {"", "[", "[]", "null", "{\"annotations\":[]}",
		"{\"annotations\":{\"io.kubernetes.cri-o.Labels\":\"{{\"}}",
		"{\"mounts\":{},\"linux\":[],\"process\":7}",
		"{\"annotations\":{\"io.kubernetes.cri-o.SandboxID\":\"../../etc\"}}"};
	struct sw_state *st = live_state();

	for (size_t i = 0; i < SW_ARRAY_LEN(texts); i++) {
		put_file("/run/containers/storage/overlay-containers/" B "/userdata/config.json",
			texts[i]);
		put_file("/var/lib/docker/containers/" B "/config.v2.json", texts[i]);
		put_file("/run/runc/" B "/state.json", texts[i]);
		put_file(
			"/var/lib/containers/storage/overlay-containers/containers.json", texts[i]);
		sw_container_look_up(st, SW_STR(B), SW_CT_CRIO);
		sw_container_look_up(st, SW_STR(B), SW_CT_UNKNOWN);
	}
	assert_false(sw_container_look_up(st, SW_STR("../../etc/passwd"), SW_CT_UNKNOWN));
	assert_false(sw_container_look_up(st, SW_STR(""), SW_CT_UNKNOWN));
	/* More containers than the table holds. */
	for (uint32_t i = 0; i < SW_STATE_CONTAINERS + 100; i++) {
		char id[16];
		snprintf(id, sizeof(id), "%012x", i);
		sw_containers_put(st, sw_str_make(id, 12));
	}
	assert_int_equal(sw_containers_count(st->containers), SW_STATE_CONTAINERS);
	sw_state_free(st);
}

static void blind_windows(void **state)
{
	struct sw_state *st = live_state();
	struct sw_codeset a = {0}, b = {0};

	sw_codeset_add(&a, SW_EV_OPENAT_2_X);
	sw_codeset_add(&b, SW_EV_CONNECT_X);
	sw_state_drop_codes(st, 10000000000, 10100000000, 5, &a);
	sw_state_drop_codes(st, 10200000000, 10300000000, 7, &b);
	assert_int_equal(st->n_blind, 1);
	assert_int_equal(sw_state_blind(st, 0)->events, 12);
	assert_true(sw_codeset_has(&sw_state_blind(st, 0)->codes, SW_EV_OPENAT_2_X));
	assert_true(sw_codeset_has(&sw_state_blind(st, 0)->codes, SW_EV_CONNECT_X));
	for (uint64_t i = 1; i <= 200; i++)
		sw_state_drop_codes(st, i * 20000000000, i * 20000000000 + 1, 1, &a);
	assert_int_equal(sw_state_blind(st, 0)->from, 200 * 20000000000);
	assert_non_null(sw_state_blind(st, SW_STATE_BLIND - 1));
	assert_null(sw_state_blind(st, SW_STATE_BLIND));
	sw_state_free(st);
}

/* ---- events of the sensor ---- */

struct feed {
	struct sw_state *st;
	struct sw_rec_room room;
	struct sw_raw raw;
	struct sw_sysev ev;
	uint64_t ts;
};

static void feed(struct feed *f, const struct sw_rec *r, const char *data)
{
	assert_true(sw_rec_event(f->st, r, data, &f->room, &f->raw));
	f->raw.ts = f->ts += 1000;
	f->raw.tid = r->tid;
	f->raw.cpu = 0;
	f->raw.flags = 0;
	sw_state_event(f->st, &f->raw, &f->ev);
}

static void feed_fork(struct feed *f, uint32_t parent, uint32_t child)
{
	struct sw_rec r = {.kind = SW_REC_FORK,
		.tid = child,
		.pid = child,
		.ptid = parent,
		.ppid = parent,
		.vtid = child,
		.vpid = child,
		.args = {parent, parent},
		.comm = "sh"};

	feed(f, &r, "");
}

static void feed_exit(struct feed *f, uint32_t pid)
{
	struct sw_rec r = {.kind = SW_REC_EXIT, .tid = pid, .pid = pid, .ppid = 1};

	feed(f, &r, "");
}

static void feed_exec(struct feed *f, uint32_t pid, const char *path, struct sw_str cgroups)
{
	char data[512];
	size_t n = strlen(path) + 1;
	struct sw_rec r = {.kind = SW_REC_EXEC,
		.tid = pid,
		.pid = pid,
		.ppid = 1,
		.vtid = pid,
		.vpid = pid,
		.comm = "x",
		.len = {(uint16_t)n, 2, 0, (uint16_t)cgroups.n},
		.exe = {.flags = SW_EXE_UPPER | SW_EXE_MEMFD}};

	memcpy(data, path, n);
	memcpy(data + n, "x", 2);
	memcpy(data + n + 2, cgroups.p, cgroups.n);
	feed(f, &r, data);
}

/* No such process is in /proc: nothing is looked up there. */
enum { FIRST = 50000000 };

static void containers_by_cgroup(void **state)
{
	struct feed f = {.st = live_state(), .ts = 1000000000000};

	feed_fork(&f, FIRST, FIRST + 1);
	feed_exec(&f, FIRST + 1, "/bin/x", SW_STR("cri-containerd-" B ".scope\0kubepods.slice\0"));
	is(f.ev.thread->container_id, "bbbbbbbbbbbb");
	is(f.ev.thread->exepath, "/bin/x");
	assert_true(f.ev.thread->exe_upper && f.ev.thread->exe_memfd && !f.ev.thread->exe_lower);
	/* The first hierarchy says nothing, the second does. */
	feed_fork(&f, FIRST, FIRST + 2);
	feed_exec(&f, FIRST + 2, "/bin/x", SW_STR("\0crio-" C ".scope\0kubepods\0"));
	is(f.ev.thread->container_id, "cccccccccccc");
	feed_fork(&f, FIRST + 2, FIRST + 3);
	is(f.ev.thread->container_id, "cccccccccccc");
	feed_exec(&f, FIRST + 3, "/bin/x", SW_STR("session\0user.slice\0\0user.slice\0"));
	assert_null(f.ev.thread->container_id);
	sw_state_free(f.st);
}

static void numbers_used_again(void **state)
{
	struct feed f = {.st = live_state(), .ts = 1000000000000};

	feed_fork(&f, FIRST, FIRST + 1);
	feed_exec(&f, FIRST + 1, "/bin/first", SW_STR(""));
	/* Its end was lost; the number belongs to another now. */
	feed_fork(&f, FIRST + 5, FIRST + 1);
	assert_int_equal(f.ev.thread->ptid, FIRST + 5);
	assert_string_not_equal(f.ev.thread->exepath ? f.ev.thread->exepath->p : "", "/bin/first");
	assert_int_equal(f.st->n_threads, 1);
	sw_state_free(f.st);
}

static void a_fork_bomb_ends_at_the_ceiling(void **state)
{
	struct feed f = {.st = sw_state_new(5000), .ts = 1000000000000};

	f.st->live = true;
	for (uint32_t i = 0; i < 20000; i++)
		feed_fork(&f, FIRST + i / 2, FIRST + i + 1);
	assert_int_equal(f.st->n_threads, 5000);
	assert_int_equal(f.st->stats.threads_refused, 15000);
	for (uint32_t i = 0; i < 20000; i++)
		feed_exit(&f, FIRST + i + 1);
	feed_fork(&f, FIRST, FIRST + 1);
	assert_in_range(f.st->n_threads, 1, 2);
	sw_state_free(f.st);
}

static void the_clock_is_set(void **state)
{
	struct feed f = {.st = live_state(), .ts = 1000000000000};

	feed_fork(&f, FIRST, FIRST + 1);
	uint64_t born = f.ev.thread->clone_ts;
	f.st->boot_ts = 5000000000;
	sw_state_shift_clock(f.st, -3600000000000);
	assert_int_equal(sw_state_thread(f.st, FIRST + 1)->clone_ts, born - 3600000000000);
	sw_state_shift_clock(f.st, 3600000000000);
	assert_int_equal(sw_state_thread(f.st, FIRST + 1)->clone_ts, born);
	sw_state_free(f.st);
}

static void a_scan_drops_what_is_gone(void **state)
{
	struct feed f = {.st = live_state(), .ts = 1000000000000};
	struct sw_rec r = {.kind = SW_REC_TASK,
		.tid = FIRST + 2,
		.pid = FIRST + 2,
		.ppid = 1,
		.comm = "two",
		.exe = {.start = 7, .flags = SW_EXE_KTHREAD}};

	feed_fork(&f, FIRST, FIRST + 1);
	feed_fork(&f, FIRST, FIRST + 2);
	sw_state_scan_begin(f.st);
	sw_rec_take_task(f.st, &r, "", 0, &f.room);
	sw_state_scan_end(f.st, true);
	assert_null(sw_state_thread(f.st, FIRST + 1));
	is(sw_state_thread(f.st, FIRST + 2)->comm, "two");
	/* A scan that was cut short drops nothing. */
	sw_state_scan_begin(f.st);
	sw_state_scan_end(f.st, false);
	assert_non_null(sw_state_thread(f.st, FIRST + 2));
	struct sw_rec sock = {.kind = SW_REC_FILE,
		.tid = FIRST + 2,
		.pid = FIRST + 2,
		.ret = 3,
		.args = {0140000},
		.sock = {.family = 2,
			.type = 1,
			.sport = 4000,
			.dport = 443,
			.saddr = {10, 0, 0, 1},
			.daddr = {1, 2, 3, 4}}};
	sw_rec_take_file(f.st, &sock, "");
	is(sw_fdtab_find(sw_state_thread(f.st, FIRST + 2)->fds, 3)->name,
		"10.0.0.1:4000->1.2.3.4:443");
	sw_state_free(f.st);
}

static void every_byte_and_the_longest_path(void **state)
{
	struct feed f = {.st = live_state(), .ts = 1000000000000};
	static char data[3 * SW_REC_STR + SW_REC_CGROUP];
	struct sw_rec r = {.kind = SW_REC_EXEC,
		.tid = FIRST + 1,
		.pid = FIRST + 1,
		.ppid = 1,
		.comm = "\xff\xfe\n\"",
		.len = {SW_REC_STR, SW_REC_STR - 1, SW_REC_STR - 1, SW_REC_CGROUP}};

	memset(data, '/', SW_REC_STR - 1);
	for (size_t i = SW_REC_STR; i < sizeof(data); i++)
		data[i] = (char)i;
	feed_fork(&f, FIRST, FIRST + 1);
	feed(&f, &r, data);
	assert_non_null(f.ev.thread);
	assert_int_equal(f.raw.p[15].n, SW_REC_STR - 1);
	/* Lengths that a broken record could have: nothing beyond the names is read. */
	for (unsigned i = 0; i < 256; i++) {
		memset(data, (int)i, sizeof(data));
		r.len[3] = (uint16_t)(i * 4);
		feed(&f, &r, data);
	}
	sw_state_free(f.st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(docker), cmocka_unit_test(containerd),
		cmocka_unit_test(crio_pod_labels), cmocka_unit_test(podman_and_log_names),
		cmocka_unit_test(containers_by_name), cmocka_unit_test(hostile_files), cmocka_unit_test(blind_windows),
		cmocka_unit_test(containers_by_cgroup), cmocka_unit_test(numbers_used_again),
		cmocka_unit_test(a_fork_bomb_ends_at_the_ceiling),
		cmocka_unit_test(the_clock_is_set), cmocka_unit_test(a_scan_drops_what_is_gone),
		cmocka_unit_test(every_byte_and_the_longest_path)};

	return cmocka_run_group_tests_name("state", tests, make_root, remove_root);
}
