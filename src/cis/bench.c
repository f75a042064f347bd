/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/bench.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cis/own/rulebook.h"

#define FILE_MAX ((size_t)16 << 20)
#define FILES_MAX 64

static int read_file(struct sw_arena *a, const char *dir, struct sw_str sub, struct sw_str name,
	struct sw_str *ret_name, struct sw_str *ret, struct sw_error *err)
{
	struct sw_str path = sw_arena_printf(a, "%s/%.*s%s%.*s", dir, SW_STR_ARG(sub),
		sub.n ? "/" : "", SW_STR_ARG(name));
	*ret_name = path;
	return sw_io_read(a, sw_arena_cstr(a, path), FILE_MAX, SW_IO_COPY, ret, err);
}

static int load_config(struct sw_arena *a, const struct sw_cis_bench_opts *o, struct sw_str name,
	struct sw_cis_config *ret, struct sw_error *err)
{
	struct sw_str base = {0}, own = {0}, base_name, own_name;
	struct sw_error ignore;
	const char *dir = o->config_dir ? o->config_dir : o->dir;
	int rc = read_file(a, dir, SW_STR(""), SW_STR("config.yaml"), &base_name, &base, err);
	if (rc)
		return sw_error_hint(err, "the folder of benchmarks needs a config.yaml");
	if (name.n)
		read_file(a, o->dir, name, SW_STR("config.yaml"), &own_name, &own, &ignore);
	return sw_cis_config_parse(a, base_name, base, own_name, own, ret, err);
}

static int by_text(const void *x, const void *y)
{
	return sw_str_cmp(*(const struct sw_str *)x, *(const struct sw_str *)y);
}

/* The *.yaml of a folder, in byte order. */
static int entries(struct sw_arena *a, const char *dir, struct sw_str sub, struct sw_str *v,
	uint32_t *n, uint32_t max, struct sw_error *err)
{
	*n = 0;
	struct sw_str path = sw_arena_printf(a, "%s/%.*s", dir, SW_STR_ARG(sub));
	DIR *d = opendir(sw_arena_cstr(a, path));
	if (!d)
		return sw_error_errno(err, SW_EIO, errno, "cannot read %.*s", SW_STR_ARG(path));
	for (const struct dirent *e; (e = readdir(d));) {
		struct sw_str s = sw_str_from(e->d_name);
		if (s.p[0] != '.' && sw_str_ends(s, SW_STR(".yaml")) && *n < max)
			v[(*n)++] = sw_arena_str(a, s);
	}
	closedir(d);
	if (*n)
		qsort(v, *n, sizeof(*v), by_text);
	return 0;
}

/* ---- which targets ---- */

struct plan {
	struct sw_cis_node *n;
	struct sw_arena *a;
	const struct sw_cis_bench_opts *o;
	struct sw_cis_config config;
	struct sw_cis_bench *b;
};

static void skip(struct plan *p, struct sw_str target, const char *why)
{
	if (p->b->n_skipped < SW_ARRAY_LEN(p->b->skipped))
		p->b->skipped[p->b->n_skipped++] =
			sw_arena_printf(p->a, "%.*s: %s", SW_STR_ARG(target), why);
}

static bool wanted(struct plan *p, struct sw_str target)
{
	for (uint32_t i = 0; i < p->o->n_targets; i++)
		if (sw_str_is(target, p->o->targets[i]))
			return true;
	if (p->o->n_targets)
		return false;
	if (!sw_cis_target_valid(&p->config, p->b->benchmark, target)) {
		skip(p, target, "not a target of this benchmark");
		return false;
	}
	struct sw_str needs = sw_str_is(target, "controlplane") ? SW_STR("master") : target;
	bool gated = sw_str_is(needs, "master") || sw_str_is(needs, "etcd");
	if (gated && !sw_cis_target_runs(p->n, p->a, &p->config, needs)) {
		skip(p, target, "its programs are not running on this node");
		return false;
	}
	return true;
}

static int load_file(struct plan *p, struct sw_str file, struct sw_cis_judge *j, struct sw_error *err)
{
	struct sw_str name, text, bin;
	struct sw_cis_var *vars;
	uint32_t n_vars;
	struct sw_cis_controls *c = &p->b->controls[p->b->n_controls];
	struct sw_str target = sw_str_sub(file, 0, sw_str_chr(file, '.', 0)); /* its type says the same */
	if (!wanted(p, target))
		return 0;
	int rc = read_file(p->a, p->o->dir, p->b->benchmark, file, &name, &text, err);
	if (rc)
		return rc;
	rc = sw_cis_vars(p->n, p->a, &p->config, target, p->o->guess, &vars, &n_vars, err);
	if (rc)
		return rc;
	j->n_absent = 0;
	for (uint32_t i = 0; i < n_vars && j->n_absent < SW_ARRAY_LEN(j->absent); i++)
		if (vars[i].is_bin && !vars[i].found)
			j->absent[j->n_absent++] = vars[i].value;
	text = sw_cis_substitute(p->a, text, vars, n_vars, &bin);
	rc = sw_cis_controls_parse(p->a, name, text, c, err);
	if (!rc && !sw_str_eq(c->type, target))
		rc = sw_error_set(err, SW_EINVALID, "%.*s: type is \"%.*s\", and its name says %.*s", SW_STR_ARG(name),
			SW_STR_ARG(sw_str_sub(c->type, 0, 64)), SW_STR_ARG(target));
	if (rc)
		return rc;
	c->detected = p->b->version.n ? p->b->version : SW_STR("none");
	rc = sw_cis_judge_controls(j, c, bin, &p->o->filter, err);
	if (!rc)
		p->b->n_controls++;
	return rc;
}

static int by_id(const void *x, const void *y)
{
	const struct sw_cis_controls *a = x, *b = y;
	int64_t i = 0, k = 0;
	sw_str_to_i64(a->id, &i);
	sw_str_to_i64(b->id, &k);
	return i != k ? (i > k) - (i < k) : sw_str_cmp(a->file, b->file);
}

static int choose(struct plan *p, struct sw_error *err)
{
	const struct sw_cis_bench_opts *o = p->o;
	struct sw_cis_config base;
	int rc = load_config(p->a, o, SW_STR(""), &base, err);
	if (rc)
		return rc;
	p->b->benchmark = o->benchmark;
	if (!o->benchmark.n || sw_str_is(o->benchmark, "auto")) {
		p->b->version = o->version.n ? o->version : sw_cis_node_version(p->n, p->a);
		if (!p->b->version.n) {
			sw_error_set(err, SW_EUSAGE, "the node does not show which Kubernetes it runs");
			return sw_error_hint(err, "give --kubernetes-version 1.31 or --benchmark NAME");
		}
		p->b->benchmark = sw_cis_benchmark_for(p->a, &base, p->b->version);
		if (!p->b->benchmark.n)
			return sw_error_set(err, SW_ENOENT, "no benchmark is for Kubernetes %.*s",
				SW_STR_ARG(p->b->version));
	}
	if (sw_str_has(p->b->benchmark, SW_STR("..")) || sw_str_has(p->b->benchmark, SW_STR("/")))
		return sw_error_set(err, SW_EUSAGE, "\"%.*s\" is no benchmark's name",
			SW_STR_ARG(p->b->benchmark));
	return load_config(p->a, o, p->b->benchmark, &p->config, err);
}

int sw_cis_bench_run(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_bench_opts *o,
	struct sw_cis_bench *ret, struct sw_error *err)
{
	struct sw_str files[FILES_MAX];
	uint32_t n_files;
	struct sw_cis_bench b = {0};
	struct plan p = {.n = n, .a = a, .o = o, .b = &b};
	struct sw_cis_judge j = {.node = n, .arena = a, .shell = o->shell, .arg = o->arg};
	if (!o->dir)
		return sw_cis_rulebook_run(n, a, o, ret, err);
	int rc = choose(&p, err);
	if (!rc)
		rc = entries(a, o->dir, b.benchmark, files, &n_files, FILES_MAX, err);
	if (rc)
		return rc;
	b.controls = sw_arena_zalloc(a, (n_files + 1) * sizeof(*b.controls));
	if (!b.controls)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	for (uint32_t i = 0; i < n_files && !rc; i++)
		if (!sw_str_is(files[i], "config.yaml"))
			rc = load_file(&p, files[i], &j, err);
	if (rc)
		return rc;
	if (!n_files)
		return sw_error_set(
			err, SW_ENOENT, "there is no benchmark %.*s", SW_STR_ARG(b.benchmark));
	qsort(b.controls, b.n_controls, sizeof(*b.controls), by_id);
	b.audits = j.audits;
	b.native = j.native;
	*ret = b;
	return 0;
}
