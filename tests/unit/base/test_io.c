/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[4][256];
	static int turn;
	char *p = path[turn++ % 4];
	snprintf(p, 256, "%s/%s", dir, name);
	return p;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_dir(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/sw-test-io-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char cmd[128];
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd) == 0 ? 0 : -1;
}

static void reads_files(void **state)
{
	sw_autoarena a;
	struct sw_str s;
	struct sw_error err;
	sw_arena_init(&a, 4096);
	put("small", "hello");
	put("empty", "");
	assert_int_equal(sw_io_read(&a, in_dir("small"), 0, 0, &s, &err), 0);
	assert_str(s, "hello");
	assert_int_equal(sw_io_read(&a, in_dir("empty"), 0, 0, &s, &err), 0);
	assert_int_equal(s.n, 0);
	assert_non_null(s.p);
	assert_int_equal(sw_io_read(&a, in_dir("small"), 5, 0, &s, &err), 0);
	assert_int_equal(sw_io_read(&a, in_dir("small"), 4, 0, &s, &err), -SW_ELIMIT);
	assert_string_equal(err.file, in_dir("small"));
	assert_int_equal(sw_io_read(&a, in_dir("missing"), 0, 0, &s, &err), -SW_ENOENT);
	assert_int_equal(sw_io_read(&a, dir, 0, 0, &s, &err), -SW_EUNSUPPORTED);
	/* Says it is empty, and is not. */
	assert_int_equal(sw_io_read(&a, "/proc/self/status", 0, 0, &s, &err), 0);
	assert_true(s.n > 100);
	assert_int_equal(sw_io_read(&a, "/proc/self/status", 100, 0, &s, &err), -SW_ELIMIT);
}

static void big_files_are_mapped_or_copied(void **state)
{
	sw_autoarena a;
	struct sw_str m, c;
	struct sw_error err;
	sw_arena_init(&a, 4096);
	int fd = open(in_dir("big"), O_CREAT | O_WRONLY, 0600);
	assert_int_equal(ftruncate(fd, 3 << 20), 0);
	assert_int_equal(pwrite(fd, "end", 3, (3 << 20) - 3), 3);
	close(fd);
	assert_int_equal(sw_io_read(&a, in_dir("big"), 0, 0, &m, &err), 0);
	assert_int_equal(sw_io_read(&a, in_dir("big"), 0, SW_IO_COPY, &c, &err), 0);
	assert_true(sw_str_eq(m, c));
	assert_int_equal(m.n, 3 << 20);
	assert_int_equal(sw_io_read(&a, in_dir("big"), 1 << 20, 0, &m, &err), -SW_ELIMIT);
	sw_arena_reset(&a); /* unmapped and freed */
}

static void refuses_what_could_block(void **state)
{
	sw_autoarena a;
	struct sw_str s;
	struct sw_error err;
	sw_arena_init(&a, 0);
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	assert_int_equal(sw_io_read(&a, in_dir("fifo"), 0, 0, &s, &err), -SW_EUNSUPPORTED);
	assert_int_equal(sw_io_read(&a, "/dev/zero", 0, 0, &s, &err), -SW_EUNSUPPORTED);
	int fds[2];
	char name[32];
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "piped", 5), 5);
	close(fds[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", fds[0]);
	assert_int_equal(sw_io_read(&a, name, 0, 0, &s, &err), 0);
	assert_str(s, "piped");
	close(fds[0]);
	assert_int_equal(sw_io_read_fd(&a, -1, "x", 0, &s, &err), -SW_EIO);
}

/* ---- walking ---- */

struct log {
	struct sw_buf files, errors;
	int stop_at, n;
};

static int on_file(void *arg, const char *path, const struct stat *st)
{
	struct log *l = arg;
	assert_true(S_ISREG(st->st_mode));
	sw_buf_printf(
		&l->files, "%s ", strncmp(path, dir, strlen(dir)) == 0 ? path + strlen(dir) : path);
	return ++l->n == l->stop_at ? 42 : 0;
}

static void on_error(void *arg, const struct sw_error *err)
{
	struct log *l = arg;
	sw_buf_printf(&l->errors, "%s:%s ", err->file + strlen(dir), sw_errcode_name(err->code));
}

static int walk(struct log *l, struct sw_walk w, const char *root)
{
	sw_buf_init(&l->files, 0);
	sw_buf_init(&l->errors, 0);
	l->n = 0;
	w.file = on_file;
	w.error = on_error;
	w.arg = l;
	return sw_io_walk(root, &w, NULL);
}

static void log_release(struct log *l)
{
	sw_buf_release(&l->files);
	sw_buf_release(&l->errors);
}

static void expect_walk(
	struct sw_walk w, const char *root, int rc, const char *files, const char *errors)
{
	struct log l = {0};
	assert_int_equal(walk(&l, w, root), rc);
	assert_string_equal(sw_buf_cstr(&l.files), files);
	assert_string_equal(sw_buf_cstr(&l.errors), errors);
	log_release(&l);
}

static void link_to(const char *target, const char *name)
{
	assert_int_equal(symlink(target, in_dir(name)), 0);
}

static void walks_in_order_and_skips(void **state)
{
	static const char *const dirs[] = {"b", "b/deep", ".hidden", ".git", "CVS", "z"};
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		assert_int_equal(mkdir(in_dir(dirs[i]), 0700), 0);
	put("c.yaml", "");
	put("a.yaml", "");
	put(".env", "");
	put("b/2", "");
	put("b/10", "");
	put("b/deep/x", "");
	put(".hidden/h", "");
	put(".git/config", "");
	put("CVS/Root", "");
	put("z/z", "");
	assert_int_equal(mkfifo(in_dir("pipe"), 0600), 0);
	struct sw_walk w = {0};
	expect_walk(w, dir, 0, "/.env /a.yaml /b/10 /b/2 /b/deep/x /c.yaml /z/z ", "");
	w.flags = SW_WALK_HIDDEN;
	expect_walk(w, dir, 0, "/.env /.hidden/h /a.yaml /b/10 /b/2 /b/deep/x /c.yaml /z/z ", "");
	w = (struct sw_walk){.depth_max = 1};
	expect_walk(w, dir, 0, "/.env /a.yaml /b/10 /b/2 /c.yaml /z/z ", "/b/deep:limit ");
	w = (struct sw_walk){.entries_max = 5};
	expect_walk(w, dir, -SW_ELIMIT, "", "");
	w = (struct sw_walk){0};
	expect_walk(w, in_dir("b/2"), 0, "/b/2 ", "");
	expect_walk(w, in_dir("none"), -SW_ENOENT, "", "");
	struct log l = {.stop_at = 3};
	assert_int_equal(walk(&l, w, dir), 42);
	assert_int_equal(l.n, 3);
	log_release(&l);
}

static void links_end(void **state)
{
	static const char *const dirs[] = {"real", "real/sub", ".data", "tree"};
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		assert_int_equal(mkdir(in_dir(dirs[i]), 0700), 0);
	put("real/f", "");
	put(".data/key", "");
	link_to("..", "real/up");
	link_to(".", "real/self");
	link_to("real", "a-link");
	link_to("nowhere", "broken");
	link_to("loop2", "loop1");
	link_to("loop1", "loop2");
	link_to(".data/key", "key"); /* as kubelet mounts a ConfigMap */
	link_to(".data", "data");
	link_to("../real", "tree/1");
	link_to("../real", "tree/2");
	expect_walk((struct sw_walk){0}, dir, 0, "/data/key /key /real/f ",
		"/broken:not-found /loop1:not-found /loop2:not-found ");
	/* From a folder beside it: the link is followed, once. */
	expect_walk((struct sw_walk){0}, in_dir("tree"), 0,
		"/tree/1/f /tree/1/up/data/key /tree/1/up/key ",
		"/tree/1/up/broken:not-found /tree/1/up/loop1:not-found "
		"/tree/1/up/loop2:not-found ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_files, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
			big_files_are_mapped_or_copied, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(refuses_what_could_block, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(walks_in_order_and_skips, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(links_end, make_dir, remove_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
