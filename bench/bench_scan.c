/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall scan` as a whole, in a process of its own, over dumps that dump.py makes.
 *
 *	bench_scan [objects]        14,651 unless said otherwise
 *
 * Prints CPU seconds, the largest resident size and MB/s of each scan; the ratio against reading
 *the same JSON without judging it, and, for YAML, against libyaml's bare events; what threads save; and how
 *long one small file takes, from exec to exit. Every figure is the median of its runs.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "bench.h"
#include "yaml_events.h"
#include "doc/json.h"

enum { ROUNDS = 5, STARTS = 20, YAML_OBJECTS = 2000, SAMPLES_MAX = 64 };

struct run {
	double cpu, wall;
	double mib; /* largest resident size */
};

struct samples {
	double v[SAMPLES_MAX];
	int n;
};

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(struct samples *s)
{
	qsort(s->v, (size_t)s->n, sizeof(*s->v), order);
	return s->v[s->n / 2];
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* Runs a program with its output in `out`; the exit code, or -1. */
static int run(const char *const *argv, const char *out, struct run *ret)
{
	struct rusage u;
	int status;
	double t = bench_now();
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd < 0 || dup2(fd, 1) < 0)
			_exit(127);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || !WIFEXITED(status))
		return -1;
	ret->wall = bench_now() - t;
	ret->cpu = seconds(u.ru_utime) + seconds(u.ru_stime);
	ret->mib = (double)u.ru_maxrss / 1024;
	return WEXITSTATUS(status);
}

/* ---- peers: the same bytes, read and not judged ---- */

static char *read_all(const char *path, size_t *ret_n)
{
	struct stat st;
	sw_autofclose *f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st))
		return NULL;
	char *p = malloc((size_t)st.st_size + 1);
	*ret_n = p ? fread(p, 1, (size_t)st.st_size, f) : 0;
	return p;
}

/* Item by item, as the scan does. */
static int read_json(struct sw_str text)
{
	struct sw_json_items it;
	struct sw_value head, v;
	sw_autoarena a, item;
	sw_arena_init(&a, 0);
	sw_arena_init(&item, 0);
	int r = sw_json_items_init(&it, &a, text, SW_JSON_SPANS, NULL, "items", &head, NULL);
	while (r >= 0 && (r = sw_json_items_next(&it, &item, &v, NULL)) > 0)
		sw_arena_reset(&item);
	return r;
}

static double cpu_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double peer(const char *file, int (*fn)(struct sw_str text), size_t *ret_n)
{
	struct samples s = {.n = 0};
	char *p = read_all(file, ret_n);
	for (int i = 0; p && i < ROUNDS; i++) {
		double t = cpu_now();
		if (fn(sw_str_make(p, *ret_n)))
			break;
		s.v[s.n++] = cpu_now() - t;
	}
	free(p);
	return s.n ? median(&s) : 0;
}

/* ---- measuring ---- */

struct bench {
	char *program, dir[64], file[96], out[96];
};

static int dump(struct bench *b, const char *kind, const char *objects, const char *form)
{
	const char *const argv[] = {"python3", SW_BENCH_DIR "/dump.py", kind, objects, form, NULL};
	struct run r;
	snprintf(b->file, sizeof(b->file), "%s/dump.%s", b->dir, form);
	return run(argv, b->file, &r);
}

static int scan(struct bench *b, const char *jobs, int rounds, struct samples *cpu,
	struct samples *wall, double *ret_mib)
{
	const char *const argv[] = {b->program, "scan", "--jobs", jobs, "--fail-on", "never",
		"--no-waivers", b->file, NULL};
	*ret_mib = 0;
	cpu->n = wall->n = 0;
	for (int i = 0; i < rounds; i++) {
		struct run r;
		if (run(argv, b->out, &r) != 0)
			return -1;
		cpu->v[cpu->n++] = r.cpu;
		wall->v[wall->n++] = r.wall;
		*ret_mib = r.mib > *ret_mib ? r.mib : *ret_mib;
	}
	return 0;
}

static int large(struct bench *b, const char *kind, const char *objects, const char *form)
{
	struct samples cpu, wall;
	double mib;
	size_t n = 0;
	bool yaml = strcmp(form, "yaml") == 0;
	if (dump(b, kind, objects, form) || scan(b, "1", ROUNDS, &cpu, &wall, &mib)) {
		printf("scan: %s pods, %s: failed\n", kind, form);
		return 1;
	}
	double other = peer(b->file, yaml ? bench_yaml_events : read_json, &n), t = median(&cpu);
	printf("scan: %s %s pods, %.1f MB of %s: %.2f s of CPU, %.0f MiB, %.0f MB/s, %.2fx %s\n",
		objects, kind, (double)n / 1e6, form, t, mib, (double)n / 1e6 / t,
		other ? t / other : 0, yaml ? "libyaml's bare events" : "reading alone");
	return 0;
}

/* As many threads as there are processors, against one. */
static int threads(struct bench *b)
{
	struct samples cpu, one, many;
	double mib, mib_one;
	if (scan(b, "1", ROUNDS, &cpu, &one, &mib_one) || scan(b, "0", ROUNDS, &cpu, &many, &mib))
		return 1;
	printf("scan: the same with a thread for each processor: %.2f s by the clock, %.2f of that "
	       "with one, %.0f MiB\n",
		median(&many), median(&many) / median(&one), mib);
	return 0;
}

static int start(struct bench *b)
{
	static const char pod[] = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n"
				  "  containers:\n  - name: web\n    image: nginx:latest\n"
				  "    securityContext:\n      privileged: true\n";
	struct samples cpu, wall;
	double mib;
	snprintf(b->file, sizeof(b->file), "%s/pod.yaml", b->dir);
	FILE *f = fopen(b->file, "wb");
	if (!f)
		return 1;
	fputs(pod, f);
	fclose(f);
	if (scan(b, "0", STARTS, &cpu, &wall, &mib)) {
		printf("start: failed\n");
		return 1;
	}
	double t = median(&cpu);
	printf("start: one small pod, exec to exit: %.1f ms, %.1f ms of CPU, %.0f MiB (limit 15 "
	       "ms: %.2f)\n",
		median(&wall) * 1e3, t * 1e3, mib, t / 0.015);
	unlink(b->file);
	return 0;
}

int main(int argc, char **argv)
{
	const char *objects = argc > 1 ? argv[1] : "14651";
	const char *slash = strrchr(argv[0], '/');
	char program[4096];
	struct bench b = {.program = program, .dir = "/tmp/seawall-bench-XXXXXX"};
	snprintf(program, sizeof(program), "%.*s../seawall", slash ? (int)(slash - argv[0]) + 1 : 0,
		argv[0]);
	if (!mkdtemp(b.dir))
		return 1;
	snprintf(b.out, sizeof(b.out), "%s/out", b.dir);
	int r = start(&b);
	r |= large(&b, "same", objects, "json");
	unlink(b.file);
	r |= large(&b, "different", objects, "json");
	r |= threads(&b);
	unlink(b.file);
	char yaml_objects[16];
	snprintf(yaml_objects, sizeof(yaml_objects), "%d", YAML_OBJECTS);
	r |= large(&b, "same", yaml_objects, "yaml");
	r |= large(&b, "different", yaml_objects, "yaml");
	unlink(b.file);
	unlink(b.out);
	rmdir(b.dir);
	return r;
}
