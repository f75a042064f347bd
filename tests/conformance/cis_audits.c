/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many of the audits that benchmark files run are answered without a shell: at least 95 of 100 in each
 * folder of $SW_SHARED/conformance/kube-bench, and 85 in each of $SW_KUBE_BENCH, where all of kube-bench's
 * may be (some of its audits ask clouds, or are no shell text). Prints TAP, and what is not answered with why.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "cis/controls.h"
#include "cis/sh/sh.h"

struct tally {
	unsigned audits, native;
};

static void audit(struct sw_arena *a, const char *file, const struct sw_cis_check *c,
	struct sw_str text, struct tally *t)
{
	if (!sw_str_trim(text).n)
		return;
	t->audits++;
	const char *why = sw_cis_audit_check(a, text);
	if (!why)
		t->native++;
	else
		printf("# %s %.*s: %s\n", file, SW_STR_ARG(c->id), why);
}

static bool load(struct sw_arena *a, const char *path, struct tally *t)
{
	struct sw_cis_controls c;
	struct sw_error err;
	struct sw_str text;
	if (sw_io_read(a, path, (size_t)16 << 20, SW_IO_COPY, &text, &err) ||
		sw_cis_controls_parse(a, sw_str_from(path), text, &c, &err)) {
		printf("# %s: %s\n", path, err.text);
		return false;
	}
	for (uint32_t g = 0; g < c.n_groups; g++)
		for (uint32_t i = 0; i < c.groups[g].n_checks; i++) {
			const struct sw_cis_check *x = &c.groups[g].checks[i];
			if (x->type.n || !x->n_items) /* manual, skipped, or asks nothing */
				continue;
			audit(a, path, x, x->audit, t);
			audit(a, path, x, x->audit_config, t);
			audit(a, path, x, x->audit_env, t);
		}
	return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool folder(const char *dir, struct tally *t)
{
	struct dirent **v;
	bool ok = true;
	int n = scandir(dir, &v, NULL, by_name);
	for (int i = 0; i < n; i++) {
		char path[8192];
		sw_autoarena a;
		sw_arena_init(&a, 0);
		snprintf(path, sizeof(path), "%s/%s", dir, v[i]->d_name);
		if (strstr(v[i]->d_name, ".yaml") && strcmp(v[i]->d_name, "config.yaml") != 0)
			ok = load(&a, path, t) && ok;
		free(v[i]);
	}
	if (n >= 0)
		free(v);
	return ok && n > 0;
}

static int count;

/* All folders of benchmarks below one; false: there is no such folder. */
static bool all(const char *root, unsigned least)
{
	struct dirent **v;
	struct tally sum = {0};
	int n = scandir(root, &v, NULL, by_name);
	for (int i = 0; i < n; i++) {
		char dir[4096];
		struct tally t = {0};
		if (v[i]->d_name[0] != '.' && !strstr(v[i]->d_name, ".yaml")) {
			snprintf(dir, sizeof(dir), "%s/%s", root, v[i]->d_name);
			bool loaded = folder(dir, &t);
			printf("%s %d - %s loads\n", loaded ? "ok" : "not ok", ++count, v[i]->d_name);
			printf("%s %d - %s: %u of %u audits without a shell\n",
				t.audits && t.native * 100 >= t.audits * least ? "ok" : "not ok", ++count,
				v[i]->d_name, t.native, t.audits);
			sum.audits += t.audits;
			sum.native += t.native;
		}
		free(v[i]);
	}
	if (n >= 0) {
		free(v);
		printf("# %u of %u audits in %s\n", sum.native, sum.audits, root);
	}
	return n >= 0;
}

int main(void)
{
	const char *shared = getenv("SW_SHARED"), *more = getenv("SW_KUBE_BENCH");
	char root[2048];
	snprintf(root, sizeof(root), "%s/conformance/kube-bench", shared ? shared : "../shared");
	if (!all(root, 95)) {
		printf("1..1\nok 1 - audits # skip no conformance data in $SW_SHARED\n");
		return 0;
	}
	if (!more || !all(more, 85))
		printf("ok %d - all benchmarks of kube-bench # skip $SW_KUBE_BENCH does not name them\n", ++count);
	printf("1..%d\n", count);
	return 0;
}
