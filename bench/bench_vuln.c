/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long 5,000 packages take against a whole database, in a process that has just begun.
 *
 *	bench_vuln DB
 *
 * Half of the packages are ones that the database has advisories of (every k-th of each ecosystem,
 *in a version that most intervals reach), half are not. Each round is a fresh process; the database
 *is in the page cache. The limit is 50 ms, opening and checksums included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vuln/db/format.h"
#include "vuln/ecosystem.h"
#include "vuln/match.h"

enum { PACKAGES = 5000, ROUNDS = 11, LIMIT_MS = 50 };

static double ms(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void add(
	struct sw_bom *bom, const struct sw_ecosystem *e, struct sw_str name, struct sw_str version)
{
	struct sw_package p = {
		.type = e->type, .name = name, .version = version, .layer = SW_LAYER_UNKNOWN};
	size_t cut = e->type == SW_PKG_MAVEN ? sw_str_chr(name, ':', 0)
					     : sw_str_rfind(name, SW_STR("/"));
	if (cut != SW_NPOS && !e->distro) {
		p.ns = sw_str_sub(name, 0, cut);
		p.name = sw_str_sub(name, cut + 1, name.n);
	}
	if (sw_bom_add(bom, &p))
		abort();
}

/* One distribution and all languages. */
static bool wanted(struct sw_str key, const struct sw_ecosystem *e)
{
	return e && (e->distro ? sw_str_is(key, "almalinux:9") : e->type != SW_PKG__COUNT);
}

static void fill(struct sw_vuln_db *db, struct sw_bom *bom)
{
	struct sw_db_section s;
	uint64_t all = 0;
	for (uint32_t i = 0; sw_vuln_db_section(db, i, &s); i++) {
		struct sw_db_eco e;
		if (s.kind == SW_DBF_ECOSYSTEM && wanted(s.key, sw_ecosystem_find(s.key)) &&
			sw_vuln_db_eco(db, s.key, &e, NULL) == 0)
			all += e.n_packages;
	}
	uint64_t step = all / (PACKAGES / 2) + 1, at = 0;
	for (uint32_t i = 0; sw_vuln_db_section(db, i, &s); i++) {
		const struct sw_ecosystem *eco = sw_ecosystem_find(s.key);
		struct sw_db_eco e;
		struct sw_str name;
		uint32_t first, n;
		if (s.kind != SW_DBF_ECOSYSTEM || !wanted(s.key, eco) ||
			sw_vuln_db_eco(db, s.key, &e, NULL))
			continue;
		for (uint32_t k = 0; sw_db_eco_package(&e, k, &name, &first, &n); k++)
			if (at++ % step == 0)
				add(bom, eco, name,
					eco->distro ? SW_STR("1.0-1.el9") : SW_STR("1.0.1"));
	}
	for (uint32_t i = 0; bom->n < PACKAGES; i++) {
		char name[32];
		int len = snprintf(name, sizeof(name), "not-there-%u", i);
		add(bom, sw_ecosystem_find(i % 2 ? SW_STR("npm") : SW_STR("pypi")),
			sw_str_make(name, (size_t)len), SW_STR("2.0.0"));
	}
	bom->distribution.id = SW_STR("almalinux");
	bom->distribution.version = SW_STR("9.4");
	sw_bom_finish(bom);
}

/* In a child: time of opening and matching by the clock and of the processor, and the matches, to
 * fd. */
static void round_of(const char *path, const struct sw_bom *bom, int fd)
{
	struct sw_vuln_db *db = NULL;
	struct sw_match_report r;
	struct sw_match_options opt = {.now = time(NULL), .max_age = 100000};
	double v[3] = {-ms(CLOCK_MONOTONIC), -ms(CLOCK_PROCESS_CPUTIME_ID)};
	sw_match_report_init(&r);
	if (sw_vuln_db_open(path, &db, NULL) || sw_match_bom(db, bom, &opt, &r, NULL))
		_exit(1);
	v[0] += ms(CLOCK_MONOTONIC);
	v[1] += ms(CLOCK_PROCESS_CPUTIME_ID);
	v[2] = r.n;
	_exit(write(fd, v, sizeof(v)) == sizeof(v) ? 0 : 1);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct sw_vuln_db *db = NULL;
	struct sw_error err = {0};
	sw_autobom bom;
	double total[ROUNDS], cpu[ROUNDS], matches = 0;
	sw_autoarena a;
	sw_bom_init(&bom, 0);
	sw_arena_init(&a, 0);
	const char *path = argc > 1 ? argv[1] : sw_vuln_db_default(&a);
	if (sw_vuln_db_open(path, &db, &err)) {
		printf("bench_vuln: skipped, no advisory database: %s\n", err.text);
		return argc > 1 ? 2 : 0;
	}
	fill(db, &bom);
	sw_vuln_db_close(db);
	for (int i = 0; i < ROUNDS; i++) {
		int fd[2], status;
		double v[3] = {0};
		if (pipe(fd))
			return 2;
		pid_t pid = fork();
		if (pid == 0)
			round_of(path, &bom, fd[1]);
		close(fd[1]);
		if (pid < 0 || read(fd[0], v, sizeof(v)) != sizeof(v) ||
			waitpid(pid, &status, 0) != pid)
			return 2;
		close(fd[0]);
		total[i] = v[0];
		cpu[i] = v[1];
		matches = v[2];
	}
	qsort(total, ROUNDS, sizeof(*total), by_value);
	qsort(cpu, ROUNDS, sizeof(*cpu), by_value);
	printf("%u packages, %.0f matches in a fresh process: %.1f ms of CPU, %.1f ms by the clock "
	       "(best %.1f); limit %d ms: "
	       "ratio %.2f\n",
		bom.n, matches, cpu[ROUNDS / 2], total[ROUNDS / 2], total[0], LIMIT_MS,
		cpu[ROUNDS / 2] / LIMIT_MS);
	return 0;
}
