/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets: all built-in rules over this machine's headers (or the folder given), one core, files read before.
 * Limits: 300 MB/s, and a look at every byte (a hash) for how far that is from memory.
 */
#include <sys/stat.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/io.h"
#include "bench.h"
#include "secret/secret.h"

enum { ROUNDS = 5 };
#define CORPUS ((size_t)128 << 20)

static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int add(void *arg, const char *path, const struct stat *st)
{
	struct sw_buf *corpus = arg;
	struct sw_str text;
	sw_autoarena a;
	sw_arena_init(&a, 0);
	if (corpus->n + (size_t)st->st_size < CORPUS && !sw_io_read(&a, path, 0, SW_IO_COPY, &text, NULL))
		sw_buf_addstr(corpus, text);
	return 0;
}

/* In pieces of a megabyte, as files are. */
static uint32_t search(struct sw_secret_scanner *s, struct sw_str text)
{
	const struct sw_secret_hit *hits;
	struct sw_error err = {0};
	uint32_t n, found = 0;
	bool more;
	for (size_t at = 0; at < text.n; at += 1 << 20) {
		if (sw_secret_scan(s, sw_str_sub(text, at, at + (1 << 20)), &hits, &n, &more, &err))
			exit(1);
		found += n;
	}
	return found;
}

int main(int argc, char **argv)
{
	const struct sw_secret_rules *rules;
	struct sw_secret_scanner *s;
	struct sw_error err = {0};
	struct sw_buf corpus;
	uint32_t found = 0;
	volatile uint64_t sink = 0;
	sw_buf_init(&corpus, 0);
	struct sw_walk walk = {.file = add, .arg = &corpus};
	if (sw_io_walk(argc > 1 ? argv[1] : "/usr/include", &walk, &err) ||
		sw_secret_rules_builtin(&rules, &err) || sw_secret_scanner_new(rules, &s, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	double mb = (double)corpus.n / 1e6;
	double hash = BENCH_BEST_BY(cpu, ROUNDS, sink ^= XXH3_64bits(corpus.p, corpus.n));
	double all = BENCH_BEST_BY(cpu, ROUNDS, found = search(s, sw_buf_str(&corpus)));
	printf("secrets: %.0f MB, %u rules, %u found: %.0f MB/s (at least 300: %.2f), %.0fx a hash of the same bytes\n",
		mb, sw_secret_rules_n(rules), found, mb / all, mb / all / 300, all / hash);
	sw_secret_scanner_free(s);
	sw_buf_release(&corpus);
	return 0;
}
