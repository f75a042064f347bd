/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets: all built-in rules over texts of several kinds (or the folder given), one core, files read before: this
 * machine's headers and /usr/share, and what is made here: a log of a cluster, a lock file, minified code.
 * Limits: 300 MB/s each; beside it a look at every byte (a hash) for how far that is from memory.
 */
#include <sys/stat.h>
#include <xxhash.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "bench.h"
#include "secret/secret.h"

enum { ROUNDS = 3 };
#define CORPUS ((size_t)128 << 20)
#define MADE ((size_t)32 << 20)

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
	/* Texts: what is binary is not searched in images, and is searched faster. */
	if (corpus->n + (size_t)st->st_size >= CORPUS || sw_io_read(&a, path, 0, SW_IO_COPY, &text, NULL))
		return 0;
	if (!memchr(text.p, 0, text.n < 1024 ? text.n : 1024))
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

static uint64_t state = 1;

static unsigned pick(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static void letters(struct sw_buf *b, const char *of, unsigned n)
{
	unsigned max = (unsigned)strlen(of);
	for (unsigned i = 0; i < n; i++)
		sw_buf_addch(b, of[pick(max)]);
}

#define HEX "0123456789abcdef"
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

static void log_line(struct sw_buf *b)
{
	unsigned kind = pick(4);
	sw_buf_printf(b, kind == 1 ? "{\"ts\":\"2026-11-26T%02u:%02u:%02uZ\",\"level\":\"info\"," : "Nov 26 %02u:%02u:%02u ",
		pick(24), pick(60), pick(60));
	if (kind == 0) {
		sw_buf_printf(b, "10.0.%u.%u \"GET /api/v1/namespaces/shop-%u/pods?limit=500&resourceVersion=%u\" 200 %u "
			"\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\"\n", pick(256), pick(256), pick(90),
			pick(100000000), pick(100000));
	} else if (kind == 1) {
		sw_buf_addz(b, "\"msg\":\"Reconciling object\",\"request_id\":\"");
		letters(b, HEX, 8);
		for (unsigned i = 0; i < 3; i++) {
			sw_buf_addch(b, '-');
			letters(b, HEX, 4);
		}
		letters(b, HEX, 12);
		sw_buf_printf(b, "\",\"namespace\":\"team-%u\",\"name\":\"web-%u\"}\n", pick(50), pick(1000000));
	} else if (kind == 2) {
		sw_buf_addz(b, "node-4 kubelet[812]: \"SyncPod\" pod=\"kube-system/coredns-7d4f\" containerID=\"containerd://");
		letters(b, HEX, 64);
		sw_buf_addz(b, "\"\n");
	} else {
		sw_buf_printf(b, "node-4 sshd[%u]: Failed password for invalid user admin from 10.1.%u.%u port %u ssh2\n",
			pick(30000), pick(256), pick(256), pick(60000));
	}
}

static void lock_entry(struct sw_buf *b)
{
	unsigned n = pick(100000);
	sw_buf_printf(b, "    \"node_modules/part-%u\": {\n      \"version\": \"%u.%u.%u\",\n      \"resolved\": "
		"\"https://registry.npmjs.org/part-%u/-/part-%u-1.2.3.tgz\",\n      \"integrity\": \"sha512-", n, pick(9),
		pick(9), pick(9), n, n);
	letters(b, BASE64, 86);
	sw_buf_addz(b, "==\",\n      \"dev\": true,\n      \"license\": \"MIT\"\n    },\n");
}

static void minified(struct sw_buf *b)
{
	static const char *const parts[] = {"function ", "return ", "this.", "prototype.", "addEventListener(", "void 0",
		"=>{", "},", "&&", "||", "typeof ", "const ", "value:", "!==", "Object.assign({},", "null",
		"\"application/json\"", ".map(", ")(", "createElement(\"div\",", "className:", "0x1f"};
	static const char *const names[] = {"token:", "key:", "password:", "secret,"};
	if (pick(40))
		sw_buf_addz(b, parts[pick(SW_ARRAY_LEN(parts))]);
	else
		sw_buf_addz(b, names[pick(SW_ARRAY_LEN(names))]);
	letters(b, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 1 + pick(2));
	sw_buf_addch(b, ",;()={}.[]"[pick(10)]);
}

static void made(struct sw_buf *corpus, void (*part)(struct sw_buf *))
{
	while (corpus->n < MADE)
		part(corpus);
}

static void measure(struct sw_secret_scanner *s, const char *name, struct sw_buf *corpus)
{
	uint32_t found = 0;
	volatile uint64_t sink = 0;
	double mb = (double)corpus->n / 1e6;
	double hash = BENCH_BEST_BY(cpu, ROUNDS, sink ^= XXH3_64bits(corpus->p, corpus->n));
	double all = BENCH_BEST_BY(cpu, ROUNDS, found = search(s, sw_buf_str(corpus)));
	printf("secrets, %s: %.0f MB, %u found: %.0f MB/s (at least 300: %.2f), %.0fx a hash of the same bytes\n", name, mb,
		found, mb / all, mb / all / 300, all / hash);
	sw_buf_release(corpus);
}

static int folder(struct sw_secret_scanner *s, const char *path)
{
	struct sw_buf corpus;
	struct sw_error err = {0};
	sw_buf_init(&corpus, 0);
	struct sw_walk walk = {.file = add, .arg = &corpus};
	if (sw_io_walk(path, &walk, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	measure(s, path, &corpus);
	return 0;
}

/* What a change of the rules costs: bench_secret FOLDER RULES. */
static int own_rules(const char *file, const struct sw_secret_rules **ret, struct sw_error *err)
{
	struct sw_secret_rules *rules;
	struct sw_str text;
	sw_autoarena a;
	sw_arena_init(&a, 0);
	int rc = sw_io_read(&a, file, 0, SW_IO_COPY, &text, err);
	if (!rc)
		rc = sw_secret_rules_parse(sw_str_from(file), text, &rules, err);
	if (!rc)
		*ret = rules;
	return rc;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*part)(struct sw_buf *);
	} kinds[] = {{"a log", log_line}, {"a lock file", lock_entry}, {"minified code", minified}};
	const struct sw_secret_rules *rules;
	struct sw_secret_scanner *s;
	struct sw_error err = {0};
	if ((argc > 2 ? own_rules(argv[2], &rules, &err) : sw_secret_rules_builtin(&rules, &err)) || sw_secret_scanner_new(rules, &s, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("secrets: %u rules\n", sw_secret_rules_n(rules));
	int rc = folder(s, argc > 1 ? argv[1] : "/usr/include");
	if (argc <= 1 && !rc)
		rc = folder(s, "/usr/share");
	for (size_t i = 0; argc <= 1 && i < SW_ARRAY_LEN(kinds); i++) {
		struct sw_buf corpus;
		sw_buf_init(&corpus, 0);
		made(&corpus, kinds[i].part);
		measure(s, kinds[i].name, &corpus);
	}
	sw_secret_scanner_free(s);
	return rc;
}
