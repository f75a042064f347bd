/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events per CPU second: a capture is read, converted, taken into the state and judged with all
 *given rule files.
 *
 *	bench_replay CAPTURE RULES.yaml...
 *
 * Where sysdig is installed it reads the same capture with the same conditions as one filter, those
 *left out that its version does not understand. Prints both rates and their ratio; the goal is
 *1,000,000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "runtime/capture/source.h"
#include "runtime/rules/engine.h"

#define SECONDS 3.0

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t once(struct sw_str bytes, struct sw_engine *e)
{
	struct sw_stream *s;
	struct sw_event ev;
	int rc;

	if (sw_capture_open_bytes(bytes, &s, NULL) < 0)
		return 0;
	while ((rc = sw_stream_next(s, &ev, NULL)) == 1 || rc == -SW_EINVALID)
		if (rc == 1 && e)
			sw_engine_event(e, &ev, NULL, NULL);
	uint64_t n = sw_capture_stats(s)->events;
	sw_stream_close(s);
	return n;
}

/* Events of the file, so that the enter halves count as in sysdig's figures. */
static double rate(struct sw_str bytes, struct sw_engine *e)
{
	double start = cpu(), now = start;
	uint64_t n = 0;

	while (now - start < SECONDS) {
		uint64_t got = once(bytes, e);
		if (!got)
			return 0;
		n += got;
		now = cpu();
	}
	return (double)n / (now - start);
}

/* CPU seconds of sysdig -r CAPTURE FILTER; negative: it is not there or does not take the filter.
 */
static double sysdig_cpu(const char *capture, const char *filter)
{
	struct rusage before, after;

	getrusage(RUSAGE_CHILDREN, &before);
	fflush(stdout);
	pid_t p = fork();
	if (p == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execlp("sysdig", "sysdig", "-r", capture, filter, (char *)NULL);
		_exit(127);
	}
	int status = -1;
	if (p < 0 || waitpid(p, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -1;
	getrusage(RUSAGE_CHILDREN, &after);
	return (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
	       (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6;
}

/* A condition as sysdig 0.29 may take it: macros and lists put in, exit events only (it has both
 * halves). */
static void as_filter(struct sw_buf *out, const struct sw_runtime_rule *r)
{
	sw_buf_addz(out, "(evt.dir=< and ");
	sw_cond_print(out, r->cond);
	sw_buf_addch(out, ')');
}

/* All enabled rules for system calls whose condition sysdig takes, joined by or. Returns their
 * number. */
static uint32_t filter_of(const struct sw_ruleset *rs, const char *capture, struct sw_buf *ret)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		sw_autobuf one, try;
		sw_buf_init(&one, 1 << 20);
		sw_buf_init(&try, 1 << 20);
		if (!r->enabled || r->source != SW_SOURCE_SYSCALL)
			continue;
		as_filter(&one, r);
		/* evt.num=1 ends its reading early: this asks only whether the words are
		 * understood. */
		sw_buf_printf(&try, "evt.num=1 and %.*s", (int)one.n, one.p);
		if (sysdig_cpu(capture, sw_buf_cstr(&try)) < 0)
			continue;
		sw_buf_addz(ret, n++ ? " or " : "");
		sw_buf_addstr(ret, sw_buf_str(&one));
	}
	return n;
}

static void against_sysdig(
	const char *capture, struct sw_str bytes, const struct sw_ruleset *rs, double ours)
{
	uint64_t events = once(bytes, NULL);
	double best = -1;
	sw_autobuf filter;

	sw_buf_init(&filter, 8 << 20);
	uint32_t n = filter_of(rs, capture, &filter);
	for (int i = 0; n && i < 3; i++) {
		double t = sysdig_cpu(capture, sw_buf_cstr(&filter));
		if (t > 0 && (best < 0 || t < best))
			best = t;
	}
	if (best <= 0) {
		printf("sysdig: not installed\n");
		return;
	}
	printf("sysdig, %3u of these rules: %8.0f events per CPU second; ratio %.1f\n", n,
		(double)events / best, ours * best / (double)events);
}

/* Without arguments: what lies in $SW_SHARED. */
static int defaults(char **ret, char paths[4][1024])
{
	static const char *const files[] = {"scap/sysflow__mpm-worker__full_capture.scap",
		"rules/falco_rules.yaml", "rules/falco-incubating_rules.yaml",
		"rules/falco-sandbox_rules.yaml"};
	const char *shared = getenv("SW_SHARED");
	int n = 1;

	for (size_t i = 0; i < SW_ARRAY_LEN(files); i++) {
		snprintf(paths[i], 1024, "%s/conformance/falco/%s", shared ? shared : "../shared",
			files[i]);
		if (access(paths[i], R_OK) == 0)
			ret[n++] = paths[i];
		else if (i < 2)
			return 0;
	}
	return n;
}

int main(int argc, char **argv)
{
	const struct sw_engine_options o = {.all = false, .least = SW_PRIO_DEBUG};
	char paths[4][1024], *found[5] = {NULL};
	struct sw_error err = {0};
	struct sw_engine *e;
	sw_autoarena a;
	struct sw_str bytes;

	sw_arena_init(&a, 0);
	if (argc < 3) {
		argc = defaults(found, paths);
		argv = found;
	}
	if (argc < 3) {
		printf("replay: skipped, no captures in $SW_SHARED\n");
		return 0;
	}
	if (sw_io_read(&a, argv[1], 0, 0, &bytes, &err) < 0) {
		fprintf(stderr, "usage: bench_replay CAPTURE RULES.yaml... (%s)\n", err.text);
		return 2;
	}
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	for (int i = 2; i < argc; i++)
		sw_ruleset_add_file(rs, argv[i]);
	if (sw_engine_new(rs, &o, &e, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	double plain = rate(bytes, NULL), judge = rate(bytes, e);
	struct rusage mem;
	printf("read and keep state:      %10.0f events per CPU second\n", plain);
	printf("with %3u rules:           %10.0f events per CPU second; of the goal %.2f\n",
		sw_engine_n_rules(e), judge, judge / 1e6);
	getrusage(RUSAGE_SELF, &mem);
	printf("largest resident size:    %10ld KiB\n", mem.ru_maxrss);
	against_sysdig(argv[1], bytes, rs, judge);
	sw_engine_free(e);
	sw_ruleset_free(rs);
	return 0;
}
