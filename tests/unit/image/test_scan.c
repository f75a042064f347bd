/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole scans with readers of the test's own: one that reads lists of packages, and some that try
 * to get out of the cage, crash, or never end.
 */
#include "../test.h"

#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cleanup.h"
#include "image/image.h"
#include "image/layer/layer.h"
#include "image/reader.h"
#include "make.h"

/* ---- readers ---- */

static bool wants_list(struct sw_str path, uint32_t mode, uint64_t size)
{
	return sw_str_ends(path, SW_STR(".pkgs"));
}

/* "name version" a line; "own PATH": a file of the OS package. */
static int read_list(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	int rc = 0;
	while (!rc && sw_str_split(&rest, '\n', &line)) {
		size_t space = sw_str_chr(line, ' ', 0);
		if (space == SW_NPOS || line.p[0] == 0)
			continue;
		struct sw_package p = {.type = SW_PKG_NPM,
			.name = sw_str_sub(line, 0, space),
			.version = sw_str_sub(line, space + 1, line.n),
			.path = f->path};
		if (sw_str_is(p.name, "own"))
			rc = sw_bom_own(bom, p.version);
		else if (sw_str_is(p.name, "problem"))
			rc = sw_bom_problem(bom, f->path, p.version, 0);
		else
			rc = sw_bom_add(bom, &p);
	}
	return rc;
}

static bool wants_evil(struct sw_str path, uint32_t mode, uint64_t size)
{
	return sw_str_starts(path, SW_STR("evil/"));
}

enum { LATE_MS = 1000 };

/* The cage lets nobody sleep. */
static void wait_ms(int64_t ms)
{
	struct timespec from, now;
	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < ms);
}

static int read_evil(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str what = sw_str_sub(f->path, 5, f->path.n);
	if (sw_str_is(what, "open"))
		syscall(SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY);
	else if (sw_str_is(what, "connect"))
		syscall(SYS_socket, 2, 1, 0);
	else if (sw_str_is(what, "exec"))
		syscall(SYS_execve, "/bin/sh", NULL, NULL);
	else if (sw_str_is(what, "fork"))
		syscall(SYS_clone, 17, 0, 0, 0, 0);
	else if (sw_str_is(what, "loop"))
		for (volatile unsigned i = 0;; i++)
			;
	else if (sw_str_is(what, "slow"))
		wait_ms(LATE_MS + 200);
	else if (sw_str_is(what, "crash"))
		__builtin_trap();
	else if (sw_str_is(what, "leave"))
		syscall(SYS_exit_group, 0);
	else if (sw_str_is(what, "eat"))
		for (;;) {
			char *p = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
			if (p == MAP_FAILED)
				break;
			memset(p, 1, 8 << 20);
		}
	return 0;
}

static const struct sw_reader rd_list = {.name = "list",
	.about = "lists",
	.wants = wants_list,
	.max_size = 32 << 20,
	.read = read_list};
static const struct sw_reader rd_evil = {.name = "evil",
	.about = "gets out",
	.wants = wants_evil,
	.max_size = 1 << 20,
	.read = read_evil};
const struct sw_reader *const sw_readers[] = {&rd_evil, &rd_list, NULL};

/* ---- helpers ---- */

static char folder[] = "/tmp/seawall-scan.XXXXXX";

static struct sw_image_opts plain(void)
{
	return (struct sw_image_opts){.no_cache = true, .parallel = 2, .deadline_ms = 20000};
}

static void scan_file(
	const struct sw_buf *archive, const struct sw_image_opts *o, struct sw_image *img)
{
	struct sw_error err = {0};
	int rc = sw_image_scan(mk_write("image.tar", archive->p, archive->n), o, img, &err);
	if (rc)
		fail_msg("%d: %s", rc, err.text);
}

static void scan_layers(struct sw_buf *layers, int n, struct sw_image *img)
{
	sw_autobuf out;
	struct sw_image_opts o = plain();
	sw_buf_init(&out, 0);
	mk_docker(&out, layers, NULL, n, "");
	scan_file(&out, &o, img);
}

/* "name version layer" a line, sorted. */
static void expect(const struct sw_image *img, const char *want)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	for (uint32_t i = 0; i < img->bom.n; i++)
		sw_buf_printf(&b, "%.*s %.*s %u\n", SW_STR_ARG(img->bom.packages[i].name),
			SW_STR_ARG(img->bom.packages[i].version), img->bom.packages[i].layer);
	assert_string_equal(sw_buf_cstr(&b), want);
}

static void has_problem(const struct sw_image *img, const char *path, const char *why)
{
	for (uint32_t i = 0; i < img->bom.n_problems; i++)
		if (sw_str_is(img->bom.problems[i].path, path) &&
			sw_str_has(img->bom.problems[i].reason, sw_str_from(why)))
			return;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	for (uint32_t i = 0; i < img->bom.n_problems; i++)
		sw_buf_printf(&b, "[%.*s: %.*s] ", SW_STR_ARG(img->bom.problems[i].path),
			SW_STR_ARG(img->bom.problems[i].reason));
	fail_msg("no problem \"%s\" of \"%s\": %s", why, path, sw_buf_cstr(&b));
}

static void init(struct sw_buf *b, int n)
{
	for (int i = 0; i < n; i++)
		sw_buf_init(&b[i], 0);
}

static void release(struct sw_buf *b, int n)
{
	for (int i = 0; i < n; i++)
		sw_buf_release(&b[i]);
}

static void gz(struct sw_buf *to, const struct sw_buf *from)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t room = deflateBound(&z, from->n);
	z.next_in = (Bytef *)from->p;
	z.avail_in = (uInt)from->n;
	z.next_out = (Bytef *)sw_buf_extend(to, room);
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	to->n -= z.avail_out;
	deflateEnd(&z);
}

/* ---- layers on layers ---- */

static void layers_are_merged(void **state)
{
	struct sw_buf l[5];
	struct sw_image img;
	(void)state;
	init(l, 5);
	mk_file(&l[0], "db/status.pkgs", "libc 1\nopenssl 3.0\nzlib 1.2\n");
	mk_file(&l[0], "./app/a.pkgs", "left 1\n");
	mk_file(&l[0], "app/sub/b.pkgs", "deep 1\n");
	mk_file(&l[0], "/opt/x/c.pkgs", "slash 1\n");
	mk_file(&l[0], "gone/d.pkgs", "gone 1\n");
	mk_file(&l[0], "file-for-folder/e.pkgs", "replaced 1\n");
	mk_file(&l[0], "kept/f.pkgs", "kept 1\nproblem of a kept file\n");
	/* An upgrade: the status file is written again, one package is new, one is gone. */
	mk_file(&l[1], "db/status.pkgs", "libc 1\nopenssl 3.1\ncurl 8\n");
	mk_file(&l[2], "app/.wh..wh..opq", "");
	mk_file(&l[2], "app/n.pkgs", "new 2\n");
	mk_file(&l[2], ".wh.gone", "");
	mk_file(&l[2], "file-for-folder", "a file now");
	mk_dir(&l[3], "kept");
	mk_dir(&l[3], "opt/");
	mk_file(&l[3], "db/status.pkgs", "libc 1\nopenssl 3.1\ncurl 8\n");
	mk_header(&l[4], '3', "opt/x", "", 0, 0); /* overlayfs: a character device 0/0 */
	for (int i = 0; i < 5; i++)
		mk_end(&l[i]);
	scan_layers(l, 5, &img);
	expect(&img, "curl 8 1\nkept 1 0\nlibc 1 0\nnew 2 2\nopenssl 3.1 1\n");
	assert_int_equal(img.bom.n_problems, 1);
	has_problem(&img, "kept/f.pkgs", "of a kept file");
	assert_str(img.layers[2].created_by, "step 2");
	assert_str(img.name, "test/image:1");
	sw_image_close(&img);
	release(l, 5);
}

static void what_comes_back_is_new(void **state)
{
	struct sw_buf l[3];
	struct sw_image img;
	(void)state;
	init(l, 3);
	mk_file(&l[0], "a.pkgs", "x 1\n");
	mk_file(&l[1], ".wh.a.pkgs", "");
	mk_file(&l[2], "a.pkgs", "x 1\n");
	for (int i = 0; i < 3; i++)
		mk_end(&l[i]);
	scan_layers(l, 3, &img);
	expect(&img, "x 1 2\n");
	sw_image_close(&img);
	release(l, 3);
}

static void owned_files_go_with_their_list(void **state)
{
	struct sw_buf l[2];
	struct sw_image img;
	(void)state;
	init(l, 2);
	mk_file(&l[0], "info.pkgs", "own usr/lib/py.pkgs\n");
	mk_file(&l[0], "usr/lib/py.pkgs", "py 1\n");
	mk_end(&l[0]);
	mk_file(&l[1], "x", "");
	mk_end(&l[1]);
	scan_layers(l, 2, &img);
	assert_true(img.bom.packages[0].owned_by_os);
	sw_image_close(&img);
	sw_buf_clear(&l[1]);
	mk_file(&l[1], ".wh.info.pkgs", "");
	mk_end(&l[1]);
	scan_layers(l, 2, &img);
	assert_false(img.bom.packages[0].owned_by_os);
	sw_image_close(&img);
	release(l, 2);
}

/* ---- parsers that misbehave ---- */

static void evil_parsers_are_stopped(void **state)
{
	static const struct {
		const char *what, *why;
	} ways[] = {{"evil/open", "made a system call"}, {"evil/connect", "made a system call"},
		{"evil/exec", "made a system call"}, {"evil/fork", "made a system call"},
		{"evil/loop", "took too long"}, {"evil/crash", "crashed"},
		{"evil/leave", "without an answer"}, {"evil/eat", "too much memory"}};
	(void)state;
	for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++) {
		struct sw_buf l[3];
		struct sw_image img;
		struct sw_image_opts o = plain();
		sw_autobuf out;
		sw_buf_init(&out, 0);
		init(l, 3);
		mk_file(&l[0], "a.pkgs", "below 1\n");
		mk_file(&l[1], "b.pkgs", "lost 1\n");
		mk_file(&l[1], ways[k].what, "x");
		mk_file(&l[2], "c.pkgs", "above 1\n");
		for (int i = 0; i < 3; i++)
			mk_end(&l[i]);
		o.deadline_ms = sw_str_is(sw_str_from(ways[k].what), "evil/loop") ? 1500 : 30000;
		mk_docker(&out, l, NULL, 3, "");
		scan_file(&out, &o, &img);
		/* The other layers were read, and this one is known not to have been. */
		expect(&img, "above 1 2\nbelow 1 0\n");
		if (!sw_str_has(img.layers[1].problem, sw_str_from(ways[k].why)))
			fail_msg("%s: %.*s", ways[k].what, SW_STR_ARG(img.layers[1].problem));
		has_problem(&img, "", "layer 2");
		assert_int_equal(img.layers[0].problem.n + img.layers[2].problem.n, 0);
		sw_image_close(&img);
		release(l, 3);
	}
}

/* What was found when the time is over stays; the layers above are read all the same. */
static void what_is_late_is_left_out(void **state)
{
	struct sw_buf l[2];
	struct sw_image img;
	struct sw_image_opts o = plain();
	sw_autobuf out;
	(void)state;
	sw_buf_init(&out, 0);
	init(l, 2);
	mk_file(&l[0], "a.pkgs", "early 1\n");
	mk_file(&l[0], "evil/slow", "x");
	mk_file(&l[0], "z.pkgs", "late 1\n");
	mk_file(&l[1], "c.pkgs", "above 1\n");
	for (int i = 0; i < 2; i++)
		mk_end(&l[i]);
	o.deadline_ms = LATE_MS;
	mk_docker(&out, l, NULL, 2, "");
	scan_file(&out, &o, &img);
	expect(&img, "above 1 1\nearly 1 0\n");
	has_problem(&img, "", "read as far as evil/slow, entry 2");
	assert_int_equal(img.layers[1].problem.n, 0);
	sw_image_close(&img);
	release(l, 2);
}

/* What is read too slowly may have been made for it, to hide what is below: it adds, and hides nothing. */
static void what_is_late_hides_nothing(void **state)
{
	struct sw_buf l[3];
	struct sw_image img;
	struct sw_image_opts o = plain();
	sw_autobuf out;
	(void)state;
	sw_buf_init(&out, 0);
	init(l, 3);
	mk_file(&l[0], "a.pkgs", "removed 1\n");
	mk_file(&l[0], "b.pkgs", "replaced 1\n");
	mk_file(&l[0], "dir/c.pkgs", "under 1\n");
	mk_file(&l[0], "file/d.pkgs", "flattened 1\n");
	mk_file(&l[0], "usr/lib/py.pkgs", "py 1\n");
	mk_file(&l[1], ".wh.a.pkgs", "");
	mk_file(&l[1], "b.pkgs", "added 1\n");
	mk_file(&l[1], "dir/.wh..wh..opq", "");
	mk_file(&l[1], "file", "");
	mk_file(&l[1], "info.pkgs", "own usr/lib/py.pkgs\n");
	mk_file(&l[1], "evil/slow", "x");
	mk_file(&l[1], "z.pkgs", "late 1\n");
	mk_file(&l[2], "e.pkgs", "above 1\n");
	for (int i = 0; i < 3; i++)
		mk_end(&l[i]);
	o.deadline_ms = LATE_MS;
	mk_docker(&out, l, NULL, 3, "");
	scan_file(&out, &o, &img);
	expect(&img, "above 1 2\nadded 1 1\nflattened 1 0\npy 1 0\nremoved 1 0\nreplaced 1 0\nunder 1 0\n");
	for (uint32_t i = 0; i < img.bom.n; i++)
		assert_false(img.bom.packages[i].owned_by_os);
	has_problem(&img, "", "nothing of the layers below was taken as removed");
	sw_image_close(&img);
	release(l, 3);
}

/* ---- archives that lie ---- */

static void names_do_not_get_out(void **state)
{
	struct sw_buf l;
	struct sw_image img;
	(void)state;
	sw_buf_init(&l, 0);
	mk_file(&l, "../../etc/up.pkgs", "up 1\n");
	mk_file(&l, "a/../../out.pkgs", "out 1\n");
	mk_file(&l, "a/./b//../in.pkgs", "in 1\n");
	mk_file(&l, "/abs.pkgs", "abs 1\n");
	mk_link(&l, '2', "link.pkgs", "/etc/passwd");
	mk_link(&l, '2', "dir", "/");
	mk_file(&l, "dir/through.pkgs", "through 1\n");
	mk_link(&l, '1', "hard-out.pkgs", "../../etc/passwd");
	mk_link(&l, '1', "hard-nothing.pkgs", "not/there");
	mk_file(&l, "store/plain", "linked 1\n");
	mk_link(&l, '1', "one.pkgs", "store/plain");
	mk_link(&l, '1', "two.pkgs", "./store/plain");
	mk_header(&l, '6', "fifo.pkgs", "", 0, 0644);
	mk_end(&l);
	scan_layers(&l, 1, &img);
	expect(&img, "abs 1 0\nin 1 0\nlinked 1 0\nlinked 1 0\nthrough 1 0\n");
	has_problem(&img, "../../etc/up.pkgs", "leads out");
	has_problem(&img, "a/../../out.pkgs", "leads out");
	has_problem(&img, "hard-out.pkgs", "leads out");
	has_problem(&img, "hard-nothing.pkgs", "was not seen");
	assert_int_equal(img.bom.n_problems, 4);
	sw_image_close(&img);
	sw_buf_release(&l);
}

static void the_last_of_a_name_counts(void **state)
{
	struct sw_buf l;
	struct sw_image img;
	(void)state;
	sw_buf_init(&l, 0);
	mk_file(&l, "a.pkgs", "old 1\n");
	mk_file(&l, "b.pkgs", "other 1\n");
	mk_file(&l, "./a.pkgs", "new 1\n");
	mk_end(&l);
	scan_layers(&l, 1, &img);
	expect(&img, "new 1 0\nother 1 0\n");
	sw_image_close(&img);
	sw_buf_release(&l);
}

static void large_files_are_read_from_the_disk(void **state)
{
	struct sw_buf l;
	struct sw_image img;
	size_t n = 12 << 20;
	(void)state;
	sw_autofree char *big = malloc(n);
	memset(big, '\n', n);
	memcpy(big, "first 1\n", 8);
	memcpy(big + n - 7, "last 1\n", 7);
	sw_buf_init(&l, 0);
	mk_bytes(&l, "big.pkgs", big, n);
	mk_end(&l);
	scan_layers(&l, 1, &img);
	expect(&img, "first 1 0\nlast 1 0\n");
	sw_image_close(&img);
	/* And beyond what the reader takes, which is said. */
	sw_buf_clear(&l);
	mk_header(&l, '0', "huge.pkgs", "", 40 << 20, 0644);
	sw_buf_pad(&l, 'x', 40 << 20);
	mk_file(&l, "a.pkgs", "after 1\n");
	mk_end(&l);
	scan_layers(&l, 1, &img);
	expect(&img, "after 1 0\n");
	has_problem(&img, "huge.pkgs", "larger than");
	sw_image_close(&img);
	sw_buf_release(&l);
}

static void sums_must_hold(void **state)
{
	struct sw_buf l[2], lie[2];
	struct sw_image img;
	struct sw_image_opts o = plain();
	sw_autobuf out;
	(void)state;
	init(l, 2);
	init(lie, 2);
	sw_buf_init(&out, 0);
	mk_file(&l[0], "a.pkgs", "good 1\n");
	mk_file(&l[1], "b.pkgs", "swapped 1\n");
	mk_end(&l[0]);
	mk_end(&l[1]);
	sw_buf_addstr(&lie[0], sw_buf_str(&l[0]));
	sw_buf_addz(&lie[1], "something else");
	mk_docker(&out, l, lie, 2, "");
	scan_file(&out, &o, &img);
	expect(&img, "good 1 0\n");
	assert_true(sw_str_has(img.layers[1].problem, SW_STR("does not hold")));
	sw_image_close(&img);
	release(l, 2);
	release(lie, 2);
}

static void damaged_layers_are_told(void **state)
{
	struct sw_buf l[6], diff[6];
	struct sw_image img;
	struct sw_image_opts o = plain();
	sw_autobuf out, tar;
	(void)state;
	init(l, 6);
	init(diff, 6);
	sw_buf_init(&out, 0);
	sw_buf_init(&tar, 0);
	mk_file(&tar, "a.pkgs", "found 1\n");
	for (int i = 0; i < 200; i++)
		mk_file(&tar, "filler", "some text that is not compressed to nothing at all");
	mk_file(&tar, "z.pkgs", "late 1\n");
	mk_end(&tar);
	gz(&l[0], &tar);
	l[0].n -= 20; /* cut short */
	gz(&l[1], &tar);
	l[1].p[l[1].n - 6] ^= 1;	/* its checksum */
	sw_buf_add(&l[2], tar.p, 2000); /* cut in a file */
	while (l[3].n < 1000)
		sw_buf_addz(&l[3], "this is no archive at all. ");
	sw_buf_addstr(&l[4], sw_buf_str(&tar));
	l[4].p[1024] ^= 0x55; /* the header behind the first file */
	gz(&l[5], &tar);      /* and one that is right, with another one behind it */
	mk_docker(&out, l, diff, 6, "");
	scan_file(&out, &o, &img);
	static const char *const why[] = {"cut short", "damaged gzip", "cut short",
		"not a tar archive", "damaged header", "does not hold"};
	for (int i = 0; i < 6; i++)
		if (!sw_str_has(img.layers[i].problem, sw_str_from(why[i])))
			fail_msg("%d: %.*s", i, SW_STR_ARG(img.layers[i].problem));
	/* What was found before the damage is kept. */
	assert_true(img.bom.n >= 1);
	sw_image_close(&img);
	release(l, 6);
	release(diff, 6);
}

static void zst_zeros(struct sw_buf *to, uint64_t n)
{
	static char in[1 << 20], space[1 << 20];
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t left = 1;
	while (left) {
		uint64_t k = n < sizeof(in) ? n : sizeof(in);
		ZSTD_inBuffer i = {in, (size_t)k, 0};
		n -= k;
		do {
			ZSTD_outBuffer o = {space, sizeof(space), 0};
			left = ZSTD_compressStream2(c, &o, &i, n ? ZSTD_e_continue : ZSTD_e_end);
			sw_buf_add(to, space, o.pos);
		} while (n ? i.pos < i.size : left);
		left = n > 0 || left;
	}
	ZSTD_freeCCtx(c);
}

static void bombs_do_not_go_off(void **state)
{
	struct sw_buf l, diff;
	struct sw_image img;
	struct sw_image_opts o = plain();
	sw_autobuf out, head;
	(void)state;
	sw_buf_init(&l, 0);
	sw_buf_init(&diff, 0);
	sw_buf_init(&out, 0);
	sw_buf_init(&head, 0);
	/* 3 GiB of zeros in a file that nobody wants, in some 100 KB. */
	mk_file(&head, "a.pkgs", "seen 1\n");
	mk_header(&head, '0', "zeros", "", (uint64_t)3 << 30, 0644);
	size_t room = ZSTD_compressBound(head.n);
	l.n = 0;
	char *p = sw_buf_extend(&l, room);
	l.n = ZSTD_compress(p, room, head.p, head.n, 1);
	zst_zeros(&l, (uint64_t)3 << 30);
	mk_docker(&out, &l, &diff, 1, "");
	o.deadline_ms = 60000;
	scan_file(&out, &o, &img);
	if (!sw_str_has(img.layers[0].problem, SW_STR("bomb")))
		fail_msg("%.*s", SW_STR_ARG(img.layers[0].problem));
	expect(&img, "seen 1 0\n");
	assert_true(img.layers[0].unpacked < ((uint64_t)1200 << 20));
	sw_image_close(&img);
	sw_buf_release(&l);
	sw_buf_release(&diff);
}

static void endless_names_end(void **state)
{
	struct sw_buf l;
	struct sw_image img;
	sw_autobuf name;
	(void)state;
	sw_buf_init(&l, 0);
	sw_buf_init(&name, 0);
	/* 5,000 bytes: this entry is told and left out. */
	sw_buf_pad(&name, 'n', 5000);
	mk_header(&l, 'L', "././@LongLink", "", 5001, 0);
	mk_data(&l, sw_buf_cstr(&name), 5001);
	mk_file(&l, "cut", "x");
	mk_file(&l, "a.pkgs", "after 1\n");
	/* 16 MiB: no archive has that. */
	mk_header(&l, 'L', "././@LongLink", "", 16 << 20, 0);
	sw_buf_pad(&l, 'n', 16 << 20);
	mk_file(&l, "b.pkgs", "never 1\n");
	mk_end(&l);
	scan_layers(&l, 1, &img);
	expect(&img, "after 1 0\n");
	assert_true(
		sw_str_has(img.layers[0].problem, SW_STR("an extended header of 16777216 bytes")));
	assert_true(img.bom.n_problems == 2);
	sw_image_close(&img);
	sw_buf_release(&l);
}

/* ---- the cache ---- */

static int n_files;

static int drop(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	return remove(path);
}

static int count(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	n_files += kind == FTW_F;
	return 0;
}

static int damage(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	int fd = kind == FTW_F ? open(path, O_WRONLY) : -1;
	if (fd >= 0) {
		assert_int_equal(pwrite(fd, "\xee", 1, 40), 1);
		close(fd);
	}
	return 0;
}

static void layers_are_remembered(void **state)
{
	struct sw_buf l[2], diff[2];
	struct sw_image img;
	sw_autobuf out;
	struct sw_image_opts o = plain();
	(void)state;
	o.no_cache = false;
	o.cache_dir = "cache";
	init(l, 2);
	init(diff, 2);
	sw_buf_init(&out, 0);
	mk_file(&diff[0], "a.pkgs", "one 1\nproblem stays\nown x.pkgs\n");
	mk_file(&diff[1], "x.pkgs", "two 1\n");
	for (int i = 0; i < 2; i++) {
		mk_end(&diff[i]);
		gz(&l[i], &diff[i]);
	}
	mk_docker(&out, l, diff, 2, "");
	for (int round = 0; round < 3; round++) {
		scan_file(&out, &o, &img);
		expect(&img, "one 1 0\ntwo 1 1\n");
		assert_true(img.bom.packages[1].owned_by_os);
		has_problem(&img, "a.pkgs", "stays");
		assert_int_equal(img.layers[0].cached, round == 1);
		assert_int_equal(img.layers[1].cached, round == 1);
		sw_image_close(&img);
		/* A damaged file is as if there were none. */
		if (round == 1)
			assert_int_equal(nftw("cache", damage, 8, FTW_DEPTH | FTW_PHYS), 0);
	}
	/* Layers that do not hold their sum are not remembered under it. */
	assert_int_equal(nftw("cache", drop, 8, FTW_DEPTH | FTW_PHYS), 0);
	sw_buf_clear(&out);
	struct sw_buf swapped[2] = {l[1], l[0]};
	mk_docker(&out, swapped, diff, 2, "");
	scan_file(&out, &o, &img);
	expect(&img, "");
	sw_image_close(&img);
	n_files = 0;
	nftw("cache", count, 8, FTW_PHYS);
	assert_int_equal(n_files, 0);
	release(l, 2);
	release(diff, 2);
}

/* ---- a second pair of eyes ---- */

static bool look_wants(void *arg, struct sw_str path, uint32_t mode, uint64_t size)
{
	return !sw_str_has(path, SW_STR("blind"));
}

/* Where KEY is, once each. */
static void look_for_keys(void *arg, struct sw_str path, struct sw_str text, uint64_t at, size_t seen,
	struct sw_buf *notes)
{
	const struct sw_str key = SW_STR("KEY");
	for (size_t i = sw_str_find(text, key, 0); i != SW_NPOS; i = sw_str_find(text, key, i + 1))
		if (i + key.n > seen)
			sw_buf_printf(notes, "%llu ", (unsigned long long)(at + i));
}

static void others_look_along(void **state)
{
	static const struct sw_layer_look look = {.version = 7, .wants = look_wants, .max = 100000,
		.overlap = 64, .look = look_for_keys};
	struct sw_buf l[2];
	struct sw_image img;
	struct sw_image_opts o = plain();
	sw_autobuf out, big;
	(void)state;
	sw_buf_init(&out, 0);
	sw_buf_init(&big, 0);
	init(l, 2);
	sw_buf_pad(&big, '.', 300000);
	memcpy(big.p, "KEY", 3);
	memcpy(big.p + 99998, "KEY", 3);  /* over the end of the first text */
	memcpy(big.p + 150000, "KEY", 3);
	memcpy(big.p + 199900, "KEY", 3); /* in what is given twice */
	memcpy(big.p + 299997, "KEY", 3);
	mk_bytes(&l[0], "big", big.p, big.n);
	mk_file(&l[0], "a.pkgs", "x 1\nKEY 2\n");
	mk_file(&l[0], "blind/b", "KEY");
	mk_file(&l[0], "gone", "KEY");
	mk_file(&l[1], ".wh.gone", "");
	mk_file(&l[1], "new", "a KEY here");
	mk_file(&l[1], "nothing", "here");
	mk_end(&l[0]);
	mk_end(&l[1]);
	mk_docker(&out, l, NULL, 2, "");
	o.look = &look;
	o.no_cache = false;
	o.cache_dir = "cache-look";
	for (int round = 0; round < 2; round++) {
		scan_file(&out, &o, &img);
		expect(&img, "KEY 2 0\nx 1 0\n");
		assert_int_equal(img.n_notes, 3);
		assert_str(img.notes[0].path, "a.pkgs");
		assert_str(img.notes[0].bytes, "4 ");
		assert_str(img.notes[1].path, "big");
		assert_str(img.notes[1].bytes, "0 99998 150000 199900 299997 ");
		assert_str(img.notes[2].path, "new");
		assert_str(img.notes[2].bytes, "2 ");
		assert_int_equal(img.notes[2].layer, 1);
		assert_int_equal(img.layers[0].cached, round);
		sw_image_close(&img);
	}
	/* Without a look, and with another one, the results are others. */
	o.look = NULL;
	scan_file(&out, &o, &img);
	assert_int_equal(img.n_notes, 0);
	assert_false(img.layers[0].cached);
	sw_image_close(&img);
	release(l, 2);
}

static void configuration_is_read(void **state)
{
	struct sw_buf l;
	struct sw_image img;
	struct sw_image_opts o = plain();
	sw_autobuf out;
	(void)state;
	sw_buf_init(&l, 0);
	sw_buf_init(&out, 0);
	mk_file(&l, "a.pkgs", "x 1\n");
	mk_end(&l);
	mk_docker(&out, &l, NULL, 1,
		"\"User\":\"1000:1000\",\"Env\":[\"A=b\",\"C\"],\"ExposedPorts\":{\"80/"
		"tcp\":{},\"22/tcp\":{}},"
		"\"Labels\":{\"org.opencontainers.image.base.name\":\"debian:12\"},\"Entrypoint\":["
		"\"/x\"]");
	o.platform = "linux/amd64";
	scan_file(&out, &o, &img);
	const struct sw_image_config *c = &img.config;
	assert_str(c->user, "1000:1000");
	assert_int_equal(c->env.n, 2);
	assert_str(c->env.v[0], "A=b");
	assert_int_equal(c->ports.n, 2);
	assert_str(c->ports.v[0], "22/tcp");
	assert_str(c->base_name, "debian:12");
	assert_str(c->entrypoint.v[0], "/x");
	assert_int_equal(c->n_history, 2);
	sw_image_close(&img);
	/* Not the platform that was asked for. */
	struct sw_error err = {0};
	o.platform = "linux/arm64";
	assert_int_equal(sw_image_scan("image.tar", &o, &img, &err), -SW_ENOENT);
	assert_non_null(strstr(err.text, "linux/amd64"));
	sw_image_close(&img);
	sw_buf_release(&l);
}

static void not_an_image(void **state)
{
	struct sw_image_opts o = plain();
	static const struct {
		const char *reference;
		int rc;
	} all[] = {{"./nothing-there.tar", -SW_ENOENT}, {"text", -SW_ESYNTAX}, {"empty", -SW_ESYNTAX},
		{".", -SW_EUNSUPPORTED}, {"/dev/null", -SW_EUNSUPPORTED},
		{"lower/UPPER", -SW_ESYNTAX}, {"nginx", -SW_EUSAGE}};
	(void)state;
	mk_write("text", "hello", 5);
	mk_write("empty", "", 0);
	o.offline = true;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct sw_image img;
		struct sw_error err = {0};
		int rc = sw_image_scan(all[i].reference, &o, &img, &err);
		if (rc != all[i].rc)
			fail_msg("%s: %d, %s", all[i].reference, rc, err.text);
		sw_image_close(&img);
	}
}

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	return chdir("/") || nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(layers_are_merged),
		cmocka_unit_test(what_comes_back_is_new),
		cmocka_unit_test(owned_files_go_with_their_list),
		cmocka_unit_test(evil_parsers_are_stopped),
		cmocka_unit_test(what_is_late_is_left_out),
		cmocka_unit_test(what_is_late_hides_nothing), cmocka_unit_test(names_do_not_get_out),
		cmocka_unit_test(the_last_of_a_name_counts),
		cmocka_unit_test(large_files_are_read_from_the_disk),
		cmocka_unit_test(sums_must_hold), cmocka_unit_test(damaged_layers_are_told),
		cmocka_unit_test(bombs_do_not_go_off), cmocka_unit_test(endless_names_end),
		cmocka_unit_test(layers_are_remembered), cmocka_unit_test(others_look_along), cmocka_unit_test(configuration_is_read),
		cmocka_unit_test(not_an_image)};
	return cmocka_run_group_tests_name("image/scan", tests, enter, leave);
}
