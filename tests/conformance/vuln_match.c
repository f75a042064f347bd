/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matches a list of packages, for tests: lines "type TAB namespace TAB name TAB version TAB source
 * TAB source-version" on standard input, the distribution as arguments. Prints a line per match:
 * number of the package, flaw, fixed version, advisory; and a line "gap TAB kind TAB subject".
 *
 *	vuln_match DB DISTRIBUTION VERSION [--time]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vuln/match.h"

static double ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool read_bom(struct sw_bom *bom)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	while ((n = getline(&line, &cap, stdin)) > 0) {
		struct sw_str rest = sw_str_make(line, (size_t)(line[n - 1] == '\n' ? n - 1 : n)),
			      f[6];
		for (unsigned i = 0; i < 6; i++)
			if (!sw_str_split(&rest, '\t', &f[i]))
				f[i] = SW_STR("");
		struct sw_package p = {.ns = f[1],
			.name = f[2],
			.version = f[3],
			.source = f[4],
			.source_version = f[5]};
		if (sw_package_type_find(f[0], &p.type) || sw_bom_add(bom, &p))
			return false;
	}
	free(line);
	return true;
}

int main(int argc, char **argv)
{
	struct sw_vuln_db *db = NULL;
	struct sw_error err = {0};
	sw_autobom bom;
	sw_automatches r;
	bool timed = argc > 4 && strcmp(argv[4], "--time") == 0;
	sw_bom_init(&bom, 0);
	sw_match_report_init(&r);
	if (argc < 4 || !read_bom(&bom)) {
		fprintf(stderr, "usage: vuln_match DB DISTRIBUTION VERSION < packages\n");
		return 2;
	}
	bom.distribution.id = sw_str_from(argv[2]);
	bom.distribution.version = sw_str_from(argv[3]);
	struct sw_match_options opt = {.now = 1787400000, .max_age = 100000};
	double start = ms();
	int rc = sw_vuln_db_open(argv[1], &db, &err);
	double opened = ms();
	if (!rc)
		rc = sw_match_bom(db, &bom, &opt, &r, &err);
	double done = ms();
	if (rc) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	if (timed) {
		printf("packages\t%u\nmatches\t%u\nopen_ms\t%.2f\nmatch_ms\t%.2f\n", bom.n, r.n,
			opened - start, done - opened);
	} else {
		for (uint32_t i = 0; i < r.n; i++) {
			const struct sw_package *p = &bom.packages[r.v[i].package];
			printf("%s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%s\n",
				sw_package_type_name(p->type), SW_STR_ARG(p->ns),
				SW_STR_ARG(p->name), SW_STR_ARG(p->version), SW_STR_ARG(r.v[i].id),
				SW_STR_ARG(r.v[i].fixed), SW_STR_ARG(r.v[i].advisory),
				sw_severity_name(r.v[i].severity));
		}
		for (uint32_t i = 0; i < r.n_gaps; i++)
			printf("gap\t%u\t%.*s\t%.*s\n", r.gaps[i].kind,
				SW_STR_ARG(r.gaps[i].subject), SW_STR_ARG(r.gaps[i].reason));
	}
	sw_match_report_release(&r);
	sw_vuln_db_close(db);
	return 0;
}
