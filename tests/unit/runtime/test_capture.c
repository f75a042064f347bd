/* SPDX-License-Identifier: Apache-2.0 */
/* Captures read, written and read again; damaged ones; paths, container ids and descriptor tables. */
#include "../test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "runtime/capture/source.h"
#include "runtime/capture/writer.h"
#include "runtime/state/container.h"
#include "runtime/state/path.h"

static struct sw_str seed(struct sw_arena *a)
{
	const char *root = getenv("SW_SOURCE_ROOT");
	char path[1024];
	struct sw_str text;

	snprintf(path, sizeof(path), "%s/tests/fuzz/seeds/scap/all.scap", root ? root : ".");
	assert_int_equal(sw_io_read(a, path, 0, SW_IO_COPY, &text, NULL), 0);
	return text;
}

/* Everything that happened, as text: code, process, descriptor. */
static void tell(struct sw_stream *s, struct sw_buf *out, struct sw_scap_writer *w)
{
	struct sw_event ev;
	struct sw_error err = {0};
	int rc;

	while ((rc = sw_stream_next(s, &ev, &err)) == 1 || rc == -SW_EINVALID) {
		if (rc != 1)
			continue; /* the container event has the lengths of another code */
		const struct sw_sysev *e = sw_event_sysev(&ev);
		sw_buf_printf(out, "%s %u", sw_event_table[ev.code].name, e->raw->n);
		if (e->thread) {
			sw_buf_addch(out, ' ');
			sw_buf_addstr(out, sw_rstr_str(e->thread->comm));
			sw_buf_addch(out, '@');
			sw_buf_addstr(out, sw_rstr_str(e->thread->container_id));
		}
		if (e->fd) {
			sw_buf_addch(out, ' ');
			sw_buf_addstr(out, sw_rstr_str(e->fd->name));
		}
		sw_buf_addch(out, '\n');
		if (w)
			assert_int_equal(sw_scap_write(w, e, NULL), 0);
	}
	assert_int_equal(rc, 0);
}

static void events_as_they_are(void **state)
{
	sw_autoarena a;
	sw_autobuf out;
	struct sw_stream *s;

	sw_arena_init(&a, 0);
	sw_buf_init(&out, 1 << 20);
	assert_int_equal(sw_capture_open_bytes(seed(&a), &s, NULL), 0);
	tell(s, &out, NULL);
	sw_stream_close(s);
	assert_str(sw_buf_str(&out), "openat 7 sh@abababababab /etc/passwd\n"
				     "read 4 sh@abababababab /etc/passwd\n"
				     "close 2 sh@abababababab /etc/passwd\n"
				     "socket 5 sh@abababababab \n"
				     "connect 4 sh@abababababab 10.0.0.1:40000->1.1.1.1:443\n"
				     "clone 21 sh@\n"
				     "execve 31 ls@\n"
				     "open 3 sh@abababababab\n"
				     "open 6 sh@abababababab\n"
				     "close 2 sh@abababababab 1.2.3.4:80->5.6.7.8:443\n"
				     "procexit 5 ls@\n");
}

static void written_and_read_again(void **state)
{
	sw_autoarena a;
	sw_autobuf first, second;
	struct sw_stream *s;
	struct sw_scap_writer *w;
	char plain[] = "/tmp/seawall-test-XXXXXX.scap", gz[64];

	sw_arena_init(&a, 0);
	sw_buf_init(&first, 1 << 20);
	sw_buf_init(&second, 1 << 20);
	int fd = mkstemps(plain, 5);
	assert_true(fd >= 0);
	close(fd);
	snprintf(gz, sizeof(gz), "%s.gz", plain);
	const char *names[] = {plain, gz};
	for (int i = 0; i < 2; i++) {
		sw_buf_clear(&first);
		sw_buf_clear(&second);
		assert_int_equal(sw_scap_writer_open(names[i], &w, NULL), 0);
		assert_int_equal(sw_capture_open_bytes(seed(&a), &s, NULL), 0);
		tell(s, &first, w);
		sw_stream_close(s);
		assert_int_equal(sw_scap_writer_close(w, NULL), 0);
		assert_true(sw_capture_is(names[i]));
		assert_int_equal(sw_capture_open(names[i], &s, NULL), 0);
		tell(s, &second, NULL);
		sw_stream_close(s);
		/* The enter half of open is known at its exit only in the first. */
		assert_int_equal(first.n, second.n);
		assert_memory_equal(first.p, second.p, first.n);
		unlink(names[i]);
	}
}

static void every_truncation_ends_in_an_error(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_str all = seed(&a);
	uint32_t clean = 0;

	for (size_t n = 0; n < all.n; n++) {
		struct sw_stream *s;
		struct sw_event ev;
		struct sw_error err = {0};
		int rc = sw_capture_open_bytes(sw_str_sub(all, 0, n), &s, &err);
		assert_int_equal(rc, 0);
		while ((rc = sw_stream_next(s, &ev, &err)) == 1 || rc == -SW_EINVALID)
			;
		clean += rc == 0;
		if (rc < 0)
			assert_true(err.text[0] != 0);
		sw_stream_close(s);
	}
	/* Only cuts between two blocks are clean. */
	assert_in_range(clean, 10, 25);
}

/* Every byte forged in two ways: lengths, counts, numbers of processes and of descriptors, types. */
static void every_forged_byte_is_survived(void **state)
{
	static const unsigned char by[] = {0xff, 0x01};
	sw_autoarena a;
	uint64_t events = 0;

	sw_arena_init(&a, 0);
	struct sw_str all = seed(&a);
	char *bytes = sw_arena_memdup(&a, all.p, all.n);
	for (size_t i = 0; i < all.n * SW_ARRAY_LEN(by); i++) {
		struct sw_stream *s;
		struct sw_event ev;
		struct sw_error err = {0};
		size_t at = i / SW_ARRAY_LEN(by);
		bytes[at] ^= (char)by[i % SW_ARRAY_LEN(by)];
		int rc = sw_capture_open_bytes(sw_str_make(bytes, all.n), &s, &err);
		if (rc == 0) {
			while ((rc = sw_stream_next(s, &ev, &err)) == 1 || rc == -SW_EINVALID)
				events++;
			sw_stream_close(s);
		}
		assert_true(rc == 0 || err.text[0] != 0);
		bytes[at] = all.p[at];
	}
	assert_true(events > all.n);
}

static void not_captures(void **state)
{
	const struct sw_str bad[] = {SW_STR(""), SW_STR("\n"), SW_STR("{\"kind\":\"Event\"}"),
		SW_STR("\x0a\x0d\x0d\x0a\x0c\0\0\0\x0c\0\0\0"), SW_STR("\x1f\x8b"), SW_STR("\x1f\x8b\x08garbage"),
		SW_STR("\x0a\x0d\x0d\x0a\xff\xff\xff\xff\x4d\x3c\x2b\x1a")};

	for (size_t i = 0; i < SW_ARRAY_LEN(bad); i++) {
		struct sw_stream *s;
		struct sw_event ev;
		struct sw_error err = {0};
		int rc = sw_capture_open_bytes(bad[i], &s, &err);
		if (rc == 0) {
			rc = sw_stream_next(s, &ev, &err);
			sw_stream_close(s);
		}
		assert_true(rc < 0);
		assert_true(err.text[0] != 0);
	}
}

static void paths(void **state)
{
	static const struct {
		const char *base, *path, *want;
	} cases[] = {
		{"/root/", "a/../b", "/root/b"}, {"/root/", "/etc//passwd", "/etc/passwd"}, {"/a/b/", "../../../x", "/x"},
		{"/a/", ".", "/a"}, {"/a/", "./b/./c", "/a/b/c"}, {"", "../etc", "etc"}, {"/", "..", "/"},
		{"/a/", "b/", "/a/b"}, {"/x/", ".hidden", "/x/.hidden"}, {"/x/", "..hidden", "/x/..hidden"},
		{"/x/", "", ""}, {"/", "/", "/"},
	};
	char out[SW_PATH_MAX];

	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++)
		assert_str(sw_path_join(sw_str_from(cases[i].base), sw_str_from(cases[i].path), out), cases[i].want);
	char *big = malloc(8192);
	memset(big, 'a', 8192);
	assert_str(sw_path_join(SW_STR("/"), sw_str_make(big, 8192), out), "/DIR_TOO_LONG/FILENAME_TOO_LONG");
	free(big);
}

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void container_ids(void **state)
{
	static const struct {
		const char *path;
		bool found;
		uint8_t type;
	} cases[] = {
		{"cpuset=/docker/" ID, true, SW_CT_DOCKER},
		{"cpu=/system.slice/docker-" ID ".scope", true, SW_CT_DOCKER},
		{"cpu=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-" ID ".scope",
			true, SW_CT_CONTAINERD},
		{"cpu=/kubepods/besteffort/pod1234/" ID, true, SW_CT_CRI},
		{"cpu=/kubepods.slice/kubepods-pod1.slice/crio-" ID ".scope", true, SW_CT_CRIO},
		{"cpu=/kubepods.slice/kubepods-pod1.slice/crio-conmon-" ID ".scope", false, 0},
		{"cpu=/machine.slice/libpod-" ID ".scope/container", true, SW_CT_PODMAN},
		{"cpu=/machine.slice/libpod-conmon-" ID ".scope", false, 0},
		{"cpu=/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" ID, true, SW_CT_CONTAINERD},
		{"cpu=/lxc/web1/init.scope", true, SW_CT_LXC},
		{"cpu=/user.slice/user-0.slice/session-1.scope", false, 0},
		{"cpu=/docker/0123456789abcdef", false, 0},
		{"cpu=/", false, 0},
		{"", false, 0},
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(cases); i++) {
		uint8_t type = SW_CT_UNKNOWN;
		struct sw_str id = sw_cgroup_container(sw_str_from(cases[i].path), &type);
		assert_int_equal(id.n > 0, cases[i].found);
		if (id.n)
			assert_int_equal(type, cases[i].type);
		if (id.n && type != SW_CT_LXC)
			assert_str(id, ID);
	}
}

static void tables_are_shared_until_written(void **state)
{
	struct sw_fdtab *a = NULL;

	for (int i = 0; i < 1000; i++)
		sw_rstr_set(&sw_fdtab_put(&a, i)->name, SW_STR("x"));
	struct sw_fdtab *b = sw_fdtab_ref(a);
	sw_rstr_set(&sw_fdtab_edit(&b, 5)->name, SW_STR("y"));
	assert_str(sw_rstr_str(sw_fdtab_find(a, 5)->name), "x");
	assert_str(sw_rstr_str(sw_fdtab_find(b, 5)->name), "y");
	for (int i = 0; i < 1000; i += 2)
		sw_fdtab_remove(&b, i);
	assert_int_equal(b->n, 500);
	assert_int_equal(a->n, 1000);
	assert_null(sw_fdtab_find(b, 4));
	assert_null(sw_fdtab_find(b, -1));
	sw_fdtab_unref(a);
	sw_fdtab_unref(b);
}

/* Parents that go in a circle, thread floods, reused numbers: bounded and without a crash. */
static void hostile_processes(void **state)
{
	struct sw_state *st = sw_state_new(1000);
	struct sw_scap_proc p = {.tid = 1, .pid = 1, .ptid = 2, .vtid = -1, .vpid = -1, .pgid = -1};

	sw_state_add_proc(st, &p);
	p.tid = p.pid = 2;
	p.ptid = 1;
	sw_state_add_proc(st, &p);
	for (int i = 0; i < 5000; i++) {
		p.tid = p.pid = 10 + i;
		sw_state_add_proc(st, &p);
	}
	sw_state_lists_done(st);
	assert_int_equal(st->n_threads, 1000);
	assert_true(st->stats.threads_refused > 0);
	struct sw_thread *t = sw_state_thread(st, 1);
	assert_non_null(t);
	assert_non_null(sw_thread_ancestor(st, t, 100));
	assert_null(sw_thread_ancestor(st, t, 1000000));
	struct sw_raw r = {.code = SW_EV_PROCEXIT_1_E, .tid = 1};
	struct sw_sysev e;
	sw_state_event(st, &r, &e);
	r.tid = 2;
	sw_state_event(st, &r, &e);
	sw_state_event(st, &r, &e);
	sw_state_free(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_as_they_are),
		cmocka_unit_test(written_and_read_again),
		cmocka_unit_test(every_truncation_ends_in_an_error),
		cmocka_unit_test(every_forged_byte_is_survived),
		cmocka_unit_test(not_captures),
		cmocka_unit_test(paths),
		cmocka_unit_test(container_ids),
		cmocka_unit_test(tables_are_shared_until_written),
		cmocka_unit_test(hostile_processes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
