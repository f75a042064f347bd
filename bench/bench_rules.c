/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many events per CPU second the rules judge: an audit log or a capture is read and judged over and over with all
 * given rule files loaded.
 *
 *	bench_rules EVENTS RULES.yaml...
 *
 * Prints three rates: reading alone, reading and judging, and judging alone (the difference).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/io.h"
#include "runtime/audit/audit.h"
#include "runtime/capture/source.h"
#include "runtime/rules/engine.h"

#define SECONDS 3.0

static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Events per CPU second; e NULL: only read. */
static double rate(const char *path, struct sw_str text, struct sw_engine *e)
{
	double start = cpu(), now = start;
	uint64_t n = 0;
	while (now - start < SECONDS) {
		struct sw_stream *s;
		struct sw_event ev;
		int rc;
		if ((sw_capture_is(path) ? sw_capture_open(path, &s, NULL) : sw_audit_open_text(text, &s, NULL)) < 0)
			return 0;
		while ((rc = sw_stream_next(s, &ev, NULL)) != 0) {
			if (rc > 0 && e)
				sw_engine_event(e, &ev, NULL, NULL);
			n += rc > 0;
		}
		sw_stream_close(s);
		now = cpu();
		if (n == 0)
			return 0;
	}
	return (double)n / (now - start);
}

int main(int argc, char **argv)
{
	sw_autoarena a;
	struct sw_str text;
	struct sw_error err = {0};
	struct sw_engine *e;
	sw_arena_init(&a, 0);
	if (argc < 3 || sw_io_read(&a, argv[1], 0, 0, &text, &err) < 0) {
		fprintf(stderr, "usage: bench_rules EVENTS RULES.yaml... (%s)\n", err.text);
		return 2;
	}
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	for (int i = 2; i < argc; i++)
		if (!sw_ruleset_add_file(rs, argv[i])->ok)
			fprintf(stderr, "%s has errors\n", argv[i]);
	if (sw_engine_new(rs, NULL, &e, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	double reading = rate(argv[1], text, NULL), both = rate(argv[1], text, e);
	printf("rules %u\nread     %12.0f events per CPU second\nread+judge %10.0f\n", sw_engine_n_rules(e), reading,
		both);
	if (both > 0 && reading > both)
		printf("judge    %12.0f\n", 1 / (1 / both - 1 / reading));
	sw_engine_free(e);
	sw_ruleset_free(rs);
	return 0;
}
