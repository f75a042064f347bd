/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events per CPU second: a capture is read, converted, taken into the state and judged with all given rule files.
 *
 *	bench_replay CAPTURE RULES.yaml...
 *
 * Where sysdig is installed it reads the same capture with a filter of as many conditions (see filter_like).
 * Prints both rates and their ratio; the goal is 1,000,000.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

/* CPU seconds of sysdig -r CAPTURE FILTER; negative: it is not there or does not take the filter. */
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

/*
 * A filter of the same weight as the rules that sysdig 0.29 cannot be given as they are (macros and lists are
 * Falco's own): `n` conditions with six leaves each, of the fields and operators that the rules use most.
 */
static char *filter_like(uint32_t n)
{
	size_t cap = (size_t)n * 400 + 64, at = 0;
	char *f = malloc(cap);

	for (uint32_t i = 0; f && i < n; i++)
		at += (size_t)snprintf(f + at, cap - at,
			"%s(evt.type in (open,openat,creat) and evt.dir=< and fd.name startswith /none%u and "
			"container.id!=host and proc.name in (aa%u,bb,cc,dd) and proc.pname in (ee,ff,gg%u) and not "
			"proc.cmdline contains zz)",
			i ? " or " : "", i, i, i);
	return f;
}

static void against_sysdig(const char *capture, struct sw_str bytes, uint32_t rules, double ours)
{
	uint64_t n = once(bytes, NULL);
	char *filter = filter_like(rules);
	double best = -1;

	for (int i = 0; filter && i < 3; i++) {
		double t = sysdig_cpu(capture, filter);
		if (t > 0 && (best < 0 || t < best))
			best = t;
	}
	free(filter);
	if (best <= 0) {
		printf("sysdig: not installed\n");
		return;
	}
	printf("sysdig, %u conditions:    %10.0f events per CPU second; ratio %.1f\n", rules, (double)n / best,
		ours * best / (double)n);
}

int main(int argc, char **argv)
{
	const struct sw_engine_options o = {.all = false, .least = SW_PRIO_DEBUG};
	struct sw_error err = {0};
	struct sw_engine *e;
	sw_autoarena a;
	struct sw_str bytes;

	sw_arena_init(&a, 0);
	if (argc < 3 || sw_io_read(&a, argv[1], 0, 0, &bytes, &err) < 0) {
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
	double read = rate(bytes, NULL), judge = rate(bytes, e);
	printf("read and keep state:      %10.0f events per CPU second\n", read);
	printf("with %3u rules:           %10.0f events per CPU second; of the goal %.2f\n", sw_engine_n_rules(e), judge,
		judge / 1e6);
	against_sysdig(argv[1], bytes, sw_engine_n_rules(e), judge);
	sw_engine_free(e);
	sw_ruleset_free(rs);
	return 0;
}
