/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layer of 200 MB (files of this machine's /usr and its package database, gzip -6): walked, hashed
 * and inventoried, against decompression and SHA-256 alone; then whole scans with and without the
 * cache, and the most memory that any process had resident. CPU seconds of one core, the least of
 * some rounds.
 */
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../tests/unit/image/make.h"
#include "base/io.h"
#include "bench.h"
#include "cmd/scan/image_secrets.h"
#include "image/image.h"
#include "image/layer/layer.h"

enum { ROUNDS = 5 };
#define LAYER ((size_t)200 << 20)

static double cpu(void)
{
	struct rusage own, children;
	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec + children.ru_utime.tv_sec +
			children.ru_stime.tv_sec) +
	       1e-6 * (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec + children.ru_utime.tv_usec +
			      children.ru_stime.tv_usec);
}

static int add(void *arg, const char *path, const struct stat *st)
{
	struct sw_buf *tar = arg;
	sw_autoarena a;
	struct sw_str text;
	sw_arena_init(&a, 0);
	if (tar->n + (size_t)st->st_size > LAYER || strlen(path) > 100)
		return tar->n > LAYER - (1 << 20);
	if (sw_io_read(&a, path, 64 << 20, SW_IO_COPY, &text, NULL) == 0) {
		mk_header(tar, '0', path + 1, "", text.n, st->st_mode & 07777);
		mk_data(tar, text.p, text.n);
	}
	return 0;
}

static void layer(struct sw_buf *tar)
{
	static const char *const roots[] = {"/etc/os-release", "/var/lib/dpkg/status", "/var/lib/dpkg/info",
		"/usr/share", "/usr/lib", "/usr/bin"};
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		struct sw_walk w = {.file = add, .arg = tar, .flags = SW_WALK_HIDDEN};
		sw_io_walk(roots[i], &w, NULL);
	}
	mk_end(tar);
}

static void pack(struct sw_buf *to, const struct sw_buf *from)
{
	z_stream z = {0};
	deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
	size_t room = deflateBound(&z, from->n);
	z.next_in = (Bytef *)from->p;
	z.avail_in = (uInt)from->n;
	z.next_out = (Bytef *)sw_buf_extend(to, room);
	z.avail_out = (uInt)room;
	deflate(&z, Z_FINISH);
	to->n -= z.avail_out;
	deflateEnd(&z);
}

static void alone(int fd, uint64_t n)
{
	struct sw_unzip_opts o = {.fd = fd, .seekable = true, .length = n, .hash_raw = true, .hash_plain = true};
	struct sw_unzip *u;
	struct sw_error err;
	uint8_t a[32], b[32];
	if (sw_unzip_open(&o, &u, &err) || sw_unzip_finish(u, a, b, &err))
		abort();
	sw_unzip_free(u);
}

static uint32_t walked(int fd, int spool, uint64_t n, const struct sw_layer_look *look)
{
	sw_autolayer l;
	struct sw_error err;
	struct sw_layer_job job = {.fd = fd, .spool = spool, .seekable = true, .length = n, .hash_raw = true,
		.hash_plain = true, .look = look};
	sw_layer_init(&l);
	if (sw_layer_walk(&job, &l, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	return l.bom.n;
}

static uint32_t scanned(const char *archive, const char *cache, size_t *peak)
{
	struct sw_image img;
	struct sw_error err;
	struct sw_image_opts o = {.cache_dir = cache, .no_cache = !cache};
	if (sw_image_scan(archive, &o, &img, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	uint32_t n = img.bom.n;
	*peak = img.peak > *peak ? img.peak : *peak;
	sw_image_close(&img);
	return n;
}

static int drop(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	return remove(path);
}

int main(void)
{
	char folder[] = "/var/tmp/seawall-bench.XXXXXX";
	uint32_t n = 0, m = 0;
	size_t peak = 0;
	if (!mkdtemp(folder) || chdir(folder))
		return 1;
	uint64_t unpacked, packed;
	{
		struct sw_buf tar, gz, archive;
		sw_buf_init(&tar, 0);
		sw_buf_init(&gz, 0);
		sw_buf_init(&archive, 0);
		layer(&tar);
		pack(&gz, &tar);
		mk_docker(&archive, &gz, &tar, 1, "");
		mk_write("layer", gz.p, gz.n);
		mk_write("image.tar", archive.p, archive.n);
		unpacked = tar.n;
		packed = gz.n;
		sw_buf_release(&tar); /* the processes that parse must not have it */
		sw_buf_release(&gz);
		sw_buf_release(&archive);
	}
	int fd = open("layer", O_RDONLY | O_CLOEXEC), spool = open("spool", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	double base = BENCH_BEST_BY(cpu, ROUNDS, alone(fd, packed));
	double walk = BENCH_BEST_BY(cpu, ROUNDS, n = walked(fd, spool, packed, NULL));
	struct sw_image_secrets secrets;
	sw_autoarena arena;
	sw_arena_init(&arena, 0);
	double looked = 0;
	if (sw_image_secrets_load(&secrets, &arena, NULL, NULL) == 0)
		looked = BENCH_BEST_BY(cpu, ROUNDS, walked(fd, spool, packed, &secrets.look));
	sw_image_secrets_release(&secrets);
	double first = BENCH_BEST_BY(cpu, ROUNDS, m = scanned("image.tar", NULL, &peak));
	scanned("image.tar", "cache", &peak);
	double again = BENCH_BEST_BY(cpu, ROUNDS, scanned("image.tar", "cache", &peak));
	printf("layer: %.0f MB, %.0f MB in gzip, %u packages\n", (double)unpacked / 1e6, (double)packed / 1e6, n);
	printf("unpack and SHA-256 alone   %7.1f ms\n", base * 1e3);
	printf("walk, hash, inventory      %7.1f ms   ratio %.2f (limit 1.3)\n", walk * 1e3, walk / base);
	printf("the same, and all secrets  %7.1f ms   ratio %.2f (limit 2.5)\n", looked * 1e3, looked / base);
	printf("whole scan, in the cage    %7.1f ms   ratio %.2f, %u packages\n", first * 1e3, first / base, m);
	printf("second scan, cached        %7.1f ms   %.0f times faster (at least 20)\n", again * 1e3, first / again);
	printf("most resident in the cage  %7.1f MB   (limit 64)\n", (double)peak / 1e6);
	return chdir("/") || nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}
