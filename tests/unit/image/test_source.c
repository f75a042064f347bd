/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where images come from, while something goes wrong: a database that is written while it is read, a folder that the
 * system does not give. read() and its like are this program's own for that.
 */
#undef _FORTIFY_SOURCE
#include "../test.h"

#include <dirent.h>
#include <dlfcn.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "image/source/bolt.h"
#include "image/source/store.h"

enum { PAGE = 4096 };

/* ---- what the system does ---- */

static void (*before_read)(int fd, off_t at);
static const char *no_folder, *no_entry; /* names: fdopendir() fails of it, readdir() with an error behind its first entries */

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
	if (before_read)
		before_read(fd, at);
	return syscall(SYS_pread64, fd, to, n, at);
}

static bool is_folder(int fd, const char *name)
{
	char link[64], path[4096];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path));
	return name && n > 0 && sw_str_ends(sw_str_make(path, (size_t)n), sw_str_from(name));
}

DIR *fdopendir(int fd)
{
	DIR *(*real)(int) = (DIR * (*)(int)) dlsym(RTLD_NEXT, "fdopendir");
	if (is_folder(fd, no_folder)) {
		errno = ENOMEM;
		return NULL;
	}
	return real(fd);
}

struct dirent *readdir(DIR *d)
{
	struct dirent *(*real)(DIR *) = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir64");
	struct dirent *e = real(d);
	if (!e && is_folder(dirfd(d), no_entry))
		errno = EIO;
	return e;
}

/* ---- a database of bbolt ---- */

struct entry {
	const char *key;
	struct sw_str value;
	bool bucket;
};

static void put(struct sw_buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		sw_buf_addch(b, (char)(v >> (8 * i)));
}

static struct sw_str leaf(struct sw_arena *a, uint64_t id, const struct entry *e, uint32_t n)
{
	sw_autobuf head, data;
	sw_buf_init(&head, 1 << 20);
	sw_buf_init(&data, 1 << 20);
	put(&head, id, 8);
	put(&head, 2, 2);
	put(&head, n, 2);
	put(&head, 0, 4);
	for (uint32_t i = 0; i < n; i++) {
		put(&head, e[i].bucket, 4);
		put(&head, 16 * (n - i) + data.n, 4);
		put(&head, strlen(e[i].key), 4);
		put(&head, e[i].value.n, 4);
		sw_buf_addz(&data, e[i].key);
		sw_buf_addstr(&data, e[i].value);
	}
	sw_buf_addstr(&head, sw_buf_str(&data));
	return sw_arena_str(a, sw_buf_str(&head));
}

/* A bucket whose page lies in the value. */
static struct entry bucket(struct sw_arena *a, const char *key, const struct entry *e, uint32_t n)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	put(&b, 0, 8);
	put(&b, 0, 8);
	sw_buf_addstr(&b, leaf(a, 0, e, n));
	return (struct entry){key, sw_arena_str(a, sw_buf_str(&b)), true};
}

/* The root of containerd's tree, with one image by each of these names. */
static struct sw_str images(struct sw_arena *a, uint64_t id, const char *const *names)
{
	struct entry digest = {"digest", SW_STR("sha256:0000000000000000000000000000000000000000000000000000000000000000"), false};
	struct entry target = bucket(a, "target", &digest, 1), all[4];
	uint32_t n = 0;
	for (; names[n]; n++)
		all[n] = bucket(a, names[n], &target, 1);
	struct entry inner = bucket(a, "images", all, n), ns = bucket(a, "default", &inner, 1), v1 = bucket(a, "v1", &ns, 1);
	return leaf(a, id, &v1, 1);
}

static void write_at(int fd, uint64_t at, struct sw_str bytes)
{
	assert_int_equal(pwrite(fd, bytes.p, bytes.n, (off_t)at), bytes.n);
}

/* Whole pages, as a writer leaves them. */
static void write_page(int fd, uint64_t id, struct sw_str bytes)
{
	static const char zeros[PAGE];
	write_at(fd, id * PAGE, sw_str_make(zeros, PAGE));
	write_at(fd, id * PAGE, bytes);
}

static void commit(int fd, uint64_t txid, uint64_t root)
{
	uint64_t sum = 0xcbf29ce484222325u;
	sw_autobuf b;
	sw_buf_init(&b, PAGE);
	put(&b, txid % 2, 8);
	put(&b, 4, 8);
	put(&b, 0xED0CDAED, 4);
	put(&b, 2, 4);
	put(&b, PAGE, 8);
	put(&b, root, 8);
	put(&b, 0, 8);
	put(&b, 2, 8);
	put(&b, 99, 8);
	put(&b, txid, 8);
	for (size_t i = 16; i < b.n; i++)
		sum = (sum ^ (uint8_t)b.p[i]) * 0x100000001b3u;
	put(&b, sum, 8);
	write_page(fd, txid % 2, sw_buf_str(&b));
}

/* ---- what is written while it is read ---- */

static const char *const few[] = {"a:1", NULL}, *const many[] = {"a:1", "b:1", "c:1", NULL}, *const later[] = {"a:1", "d:1", NULL};

static struct {
	struct sw_arena arena;
	uint64_t txid, root; /* the newest */
	uint32_t commits;    /* to come */
} writer;

/*
 * A transaction and the next: the first puts the tree elsewhere, so that the page that is about to be read is free,
 * and the second uses it for something that is as good as any page.
 */
static void write_twice(int fd, off_t at)
{
	if (at != (off_t)(writer.root * PAGE) || !writer.commits)
		return;
	uint64_t old = writer.root;
	writer.commits--;
	writer.root = old + 1;
	write_page(fd, writer.root, images(&writer.arena, writer.root, later));
	commit(fd, ++writer.txid, writer.root);
	write_page(fd, old, images(&writer.arena, old, few));
	commit(fd, ++writer.txid, writer.root);
}

static int database(void)
{
	int fd = memfd_create("meta.db", MFD_CLOEXEC);
	writer.txid = 5;
	writer.root = 3;
	commit(fd, 4, 3);
	commit(fd, 5, 3);
	write_page(fd, 2, SW_STR(""));
	write_page(fd, 3, images(&writer.arena, 3, many));
	return fd;
}

/* The names, and whether all are told; `size`: as it was at first. */
static void assert_listed(uint32_t commits, const char *want, bool damaged)
{
	struct sw_image_opts o = {0};
	struct sw_source *s = sw_source_new(&o);
	struct sw_store_images all;
	struct sw_error err = {0};
	sw_autobuf out, names;
	sw_autoclose fd = -1;
	sw_arena_init(&writer.arena, 0);
	sw_buf_init(&out, 1 << 20);
	sw_buf_init(&names, 1 << 20);
	fd = database();
	writer.commits = commits;
	before_read = write_twice;
	assert_int_equal(sw_containerd_list(fd, 4 * PAGE, false, &out, &err), 0);
	before_read = NULL;
	assert_int_equal(writer.commits, 0);
	assert_int_equal(sw_store_unpack(s, sw_buf_str(&out), &all, &err), 0);
	for (uint32_t i = 0; i < all.n; i++)
		sw_buf_printf(&names, "%.*s ", SW_STR_ARG(all.v[i].name));
	assert_string_equal(sw_buf_cstr(&names), want);
	assert_int_equal(all.damaged, damaged);
	sw_source_free(s);
	sw_arena_release(&writer.arena);
}

static void test_database_at_rest(void **state)
{
	assert_listed(0, "a:1 b:1 c:1 ", false);
}

static void test_database_written_once(void **state)
{
	assert_listed(1, "a:1 d:1 ", false);
}

static void test_database_written_twice(void **state)
{
	assert_listed(2, "a:1 d:1 ", false);
}

/* Nobody gives three walks the time: what was found last is told, and that there may be more. */
static void test_database_always_written(void **state)
{
	assert_listed(3, "a:1 ", true);
}

static void test_changed(void **state)
{
	struct sw_bolt b;
	struct sw_error err = {0};
	sw_autoclose fd = -1;
	sw_arena_init(&writer.arena, 0);
	fd = database();
	assert_int_equal(sw_bolt_open(&b, fd, 4 * PAGE, &err), 0);
	assert_int_equal(b.txid, 5);
	assert_false(sw_bolt_changed(&b));
	commit(fd, 4, 7); /* an older one */
	assert_false(sw_bolt_changed(&b));
	commit(fd, 6, 3);
	assert_true(sw_bolt_changed(&b));
	assert_int_equal(sw_bolt_open(&b, fd, 4 * PAGE, &err), 0);
	write_page(fd, 0, SW_STR("a meta page that is half written"));
	assert_true(sw_bolt_changed(&b));
	sw_arena_release(&writer.arena);
}

/* ---- layers that are there as snapshots only ---- */

#define FOLDER "io.containerd.snapshotter.v1.overlayfs"
static char dir[] = "/tmp/seawall-source-XXXXXX";

static void at_dir(const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void put_file(const char *name, struct sw_str bytes)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	sw_autoclose fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	write_at(fd, 0, bytes);
}

static struct sw_str diff[2] = {
	SW_STR_INIT("sha256:1111111111111111111111111111111111111111111111111111111111111111"),
	SW_STR_INIT("sha256:2222222222222222222222222222222222222222222222222222222222222222")};

/* Snapshots 1 and 2, of the layers of an image. */
static void put_snapshots(struct sw_arena *a)
{
	struct entry one = {"id", SW_STR("\x01"), false}, two = {"id", SW_STR("\x02"), false};
	struct sw_str name = sw_digest_text(a, sw_arena_printf(a, "%.*s %.*s", SW_STR_ARG(diff[0]), SW_STR_ARG(diff[1])));
	struct entry all[] = {bucket(a, sw_arena_cstr(a, sw_arena_printf(a, "k8s.io/1/%.*s", SW_STR_ARG(diff[0]))), &one, 1),
		bucket(a, sw_arena_cstr(a, sw_arena_printf(a, "k8s.io/2/%.*s", SW_STR_ARG(name))), &two, 1)};
	struct entry inner = bucket(a, "snapshots", all, 2), v1 = bucket(a, "v1", &inner, 1);
	char path[4096];
	snprintf(path, sizeof(path), "%s/" FOLDER "/metadata.db", dir);
	sw_autoclose fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	commit(fd, 4, 3);
	commit(fd, 5, 3);
	write_page(fd, 2, SW_STR(""));
	write_page(fd, 3, leaf(a, 3, &v1, 1));
}

static struct sw_source *store(const struct sw_image_opts *o)
{
	struct sw_source *s = sw_source_new(o);
	s->kind = SW_SOURCE_CONTAINERD;
	s->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s->diff_ids = (struct sw_image_texts){diff, 2};
	return s;
}

/* NULL: the layer is there. */
static void assert_layer(struct sw_source *s, uint32_t index, const char *error)
{
	struct sw_descriptor d = {.digest = SW_STR("sha256:3333333333333333333333333333333333333333333333333333333333333333")};
	struct sw_source_blob b;
	struct sw_error err = {0};
	int rc = sw_source_blob(s, &d, index, 2, &b, &err);
	assert_string_equal(err.text, error ? error : "");
	assert_int_equal(rc, error ? -SW_ENOENT : 0);
	if (rc)
		return;
	assert_true(b.folder);
	close(b.fd);
	close(b.feeder.fds[0]);
	close(b.feeder.fds[1]);
}

#define GONE                                                                                                                    \
	"io.containerd.content.v1.content/blobs/sha256/3333333333333333333333333333333333333333333333333333333333333333: No such " \
	"file or directory"
#define DAMAGED "containerd's database, " FOLDER "/metadata.db: not a database of bbolt, or a damaged one; " GONE

static void test_snapshots(void **state)
{
	struct sw_image_opts o = {0};
	struct sw_arena a;
	char path[4096];
	sw_arena_init(&a, 0);
	struct sw_source *s = store(&o);
	assert_layer(s, 0, GONE); /* there is no such database, and nothing to be said of it */
	sw_source_free(s);

	at_dir(FOLDER);
	at_dir(FOLDER "/snapshots");
	at_dir(FOLDER "/snapshots/1");
	at_dir(FOLDER "/snapshots/1/fs");
	put_snapshots(&a);
	snprintf(path, sizeof(path), "%s/" FOLDER "/metadata.db", dir);
	s = store(&o);
	assert_layer(s, 0, NULL);
	put_file(FOLDER "/metadata.db", SW_STR("it is read once"));
	assert_layer(s, 0, NULL);
	assert_layer(s, 1, FOLDER "/snapshots/2/fs: No such file or directory; " GONE);
	s->diff_ids.n = 1;
	assert_layer(s, 1, GONE);
	sw_source_free(s);

	assert_int_equal(truncate(path, 0), 0);
	put_file(FOLDER "/metadata.db", SW_STR("and so is the error"));
	s = store(&o);
	assert_layer(s, 0, DAMAGED);
	put_snapshots(&a);
	assert_layer(s, 1, DAMAGED);
	sw_source_free(s);
	sw_arena_release(&a);
}

/* ---- folders that are not given ---- */

static void assert_problems(const char *want)
{
	struct sw_image_opts o = {.rootfs = true};
	struct sw_image img;
	struct sw_error err = {0};
	char path[4096];
	sw_autobuf got;
	sw_buf_init(&got, 1 << 16);
	snprintf(path, sizeof(path), "%s/root", dir);
	assert_int_equal(sw_image_scan(path, &o, &img, &err), 0);
	for (uint32_t i = 0; i < img.bom.n_problems; i++)
		sw_buf_printf(&got, "%.*s: %.*s\n", SW_STR_ARG(img.bom.problems[i].path), SW_STR_ARG(img.bom.problems[i].reason));
	sw_buf_printf(&got, "%u packages", img.bom.n);
	assert_string_equal(sw_buf_cstr(&got), want);
	sw_image_close(&img);
}

static void test_folders(void **state)
{
	at_dir("root");
	at_dir("root/good");
	at_dir("root/good/node_modules");
	at_dir("root/good/node_modules/x");
	put_file("root/good/node_modules/x/package.json", SW_STR("{\"name\":\"x\",\"version\":\"1\"}"));
	at_dir("root/other");
	at_dir("root/other/node_modules");
	at_dir("root/other/node_modules/y");
	put_file("root/other/node_modules/y/package.json", SW_STR("{\"name\":\"y\",\"version\":\"1\"}"));
	assert_problems("2 packages");
	no_folder = "/other";
	assert_problems("other: the folder cannot be read: Cannot allocate memory\n1 packages");
	no_folder = "/root";
	assert_problems("/: the folder cannot be read: Cannot allocate memory\n0 packages");
	no_folder = NULL;
	no_entry = "/other";
	assert_problems("other: the folder cannot be read: Input/output error\n2 packages");
	no_entry = "/root";
	assert_problems("/: the folder cannot be read: Input/output error\n2 packages");
	no_entry = NULL;
}

static int set_up(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[sizeof(dir) + 16];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command); /* NOLINT: a name of its own making */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_database_at_rest),
		cmocka_unit_test(test_database_written_once),
		cmocka_unit_test(test_database_written_twice),
		cmocka_unit_test(test_database_always_written),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_snapshots),
		cmocka_unit_test(test_folders),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
