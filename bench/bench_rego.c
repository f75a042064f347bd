/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepared evaluation of the Gatekeeper library: every case of every suite, one evaluation at a time.
 *
 *	bench_rego [iterations] [opa cases]
 *
 * Prints p50, p95 and p99 per template over all its cases, heap allocations per evaluation after warm-up, and
 * the ratio against `opa bench` ($OPA or `opa` on PATH) for the first cases; then the same for aci.rego,
 * a policy like those of confidential containers; and cold starts of `seawall policy eval` (beside this program)
 * and `opa eval` in turns. A line "skipped" where the
 * library ($SW_SHARED/conformance/gatekeeper) or OPA is not there.
 */
#include <fcntl.h>
#include <glob.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "rego/rego.h"

/* Counted allocations: the linker sends the library's calls here (--wrap in meson.build). */
static unsigned long n_alloc;
void *__real_malloc(size_t n);
void *__real_realloc(void *p, size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_malloc(size_t n)
{
	n_alloc++;
	return __real_malloc(n);
}

void *__wrap_realloc(void *p, size_t n)
{
	n_alloc++;
	return __real_realloc(p, n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	n_alloc++;
	return __real_calloc(n, size);
}

struct sample {
	uint32_t *ns;
	size_t n, cap;
};

struct totals {
	struct sample all;
	unsigned long allocs, evals, wrong, cases;
	double opa_ns, our_ns;
	unsigned opa_cases, opa_max;
	unsigned iterations;
	const char *opa;
};

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void add(struct sample *s, uint64_t ns)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 4096;
		s->ns = realloc(s->ns, s->cap * sizeof(*s->ns));
		if (!s->ns)
			abort();
	}
	s->ns[s->n++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

static int order(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

static double percentile(struct sample *s, double p)
{
	if (!s->n)
		return 0;
	qsort(s->ns, s->n, sizeof(*s->ns), order);
	return s->ns[(size_t)(p * (double)(s->n - 1))] / 1000.0;
}

static struct sw_value read_yaml(struct sw_arena *a, const char *dir, struct sw_str name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%.*s", dir, SW_STR_ARG(name));
	sw_autofclose *f = fopen(path, "rb");
	struct sw_value v = sw_undef();
	if (!f)
		return v;
	char *p = sw_arena_alloc(a, 1 << 20);
	struct sw_str text = sw_str_make(p, fread(p, 1, 1 << 20, f));
	sw_yaml_parse(a, text, SW_YAML_K8S, NULL, &v, NULL);
	return v;
}

/* The Rego source of a template: {rego, libs}. */
static struct sw_value template_source(struct sw_value t)
{
	struct sw_value target = sw_array_at(sw_value_path(t, "spec", "targets", NULL), 0);
	if (sw_defined(sw_object_gets(target, SW_STR("rego"))))
		return target;
	struct sw_value code = sw_object_gets(target, SW_STR("code"));
	for (uint32_t i = 0; code.type == SW_ARRAY && i < code.n; i++)
		if (sw_str_is(sw_value_getstr(code.u.a->v[i], "engine"), "Rego"))
			return sw_object_gets(code.u.a->v[i], SW_STR("source"));
	return sw_undef();
}

static struct sw_rego_engine *make_engine(struct sw_value src, struct sw_value data, uint32_t *q)
{
	struct sw_error err;
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	struct sw_str rego = sw_value_getstr(src, "rego");
	struct sw_value libs = sw_object_gets(src, SW_STR("libs"));
	sw_rego_engine_data(e, data);
	int r = sw_rego_engine_add_text(e, SW_STR("template.rego"), rego, SW_REGO_V0, &err);
	for (uint32_t i = 0; r == 0 && libs.type == SW_ARRAY && i < libs.n; i++)
		r = sw_rego_engine_add_text(
			e, SW_STR("lib.rego"), sw_value_str(libs.u.a->v[i]), SW_REGO_V0, &err);
	if (r == 0)
		r = sw_rego_engine_compile(e, &err);
	size_t at = sw_str_find(rego, SW_STR("package "), 0);
	struct sw_str pkg = sw_str_sub(rego, at + 8, sw_str_chr(rego, '\n', at));
	char path[512];
	snprintf(path, sizeof(path), "data.%.*s.violation", SW_STR_ARG(sw_str_trim(pkg)));
	if (r == 0)
		r = sw_rego_engine_entrypoint(e, sw_str_from(path), q, &err);
	if (r == 0)
		return e;
	fprintf(stderr, "%s\n", err.text);
	sw_rego_engine_free(e);
	return NULL;
}

static struct sw_value split_group(struct sw_arena *a, struct sw_value obj)
{
	struct sw_str api = sw_value_getstr(obj, "apiVersion");
	size_t slash = sw_str_chr(api, '/', 0);
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "group", sw_string(slash == SW_NPOS ? SW_STR("") : sw_str_sub(api, 0, slash)));
	sw_map_adds(&m, "version", sw_string(slash == SW_NPOS ? api : sw_str_sub(api, slash + 1, api.n)));
	sw_map_adds(&m, "kind", sw_object_gets(obj, SW_STR("kind")));
	return sw_map_object(&m);
}

/* {review, parameters} as Gatekeeper gives it. */
static struct sw_value make_input(struct sw_arena *a, struct sw_value obj, struct sw_value constraint)
{
	struct sw_map m, r;
	sw_map_init(&m, a);
	sw_map_init(&r, a);
	struct sw_value review = sw_object_gets(obj, SW_STR("request"));
	if (!sw_defined(review)) {
		struct sw_value meta = sw_object_gets(obj, SW_STR("metadata"));
		sw_map_adds(&r, "kind", split_group(a, obj));
		sw_map_adds(&r, "object", obj);
		sw_map_adds(&r, "name", sw_object_gets(meta, SW_STR("name")));
		struct sw_value ns = sw_object_gets(meta, SW_STR("namespace"));
		if (sw_defined(ns))
			sw_map_adds(&r, "namespace", ns);
		review = sw_map_object(&r);
	}
	struct sw_value p = sw_value_path(constraint, "spec", "parameters", NULL);
	sw_map_adds(&m, "review", review);
	sw_map_adds(&m, "parameters", sw_defined(p) ? p : sw_empty_object());
	return sw_map_object(&m);
}

/* data.inventory of a case. */
static struct sw_value make_data(struct sw_arena *a, const char *dir, struct sw_value files)
{
	struct sw_value inv = sw_empty_object();
	for (uint32_t i = 0; files.type == SW_ARRAY && i < files.n; i++) {
		struct sw_value o = read_yaml(a, dir, sw_value_str(files.u.a->v[i]));
		struct sw_value ns = sw_value_path(o, "metadata", "namespace", NULL);
		struct sw_value keys[5] = {sw_string(sw_defined(ns) ? SW_STR("namespace") : SW_STR("cluster")),
			ns, sw_object_gets(o, SW_STR("apiVersion")), sw_object_gets(o, SW_STR("kind")),
			sw_value_path(o, "metadata", "name", NULL)};
		for (int k = 4; k >= 0; k--) {
			struct sw_map m;
			if (!sw_defined(keys[k]))
				continue;
			sw_map_init(&m, a);
			sw_map_add(&m, keys[k], o);
			o = sw_map_object(&m);
		}
		inv = i ? inv : o; /* one object is enough for a benchmark */
	}
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "inventory", inv);
	return sw_map_object(&m);
}

static void write_json(const char *path, struct sw_value v)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_json_write(&b, v, 0);
	sw_autofclose *f = fopen(path, "wb");
	if (f)
		fwrite(b.p, 1, b.n, f);
}

static void write_text(const char *path, struct sw_str s)
{
	sw_autofclose *f = fopen(path, "wb");
	if (f)
		fwrite(s.p, 1, s.n, f);
}

/* ns per evaluation by `opa bench`; 0 when that did not work. */
static double ask_opa(struct totals *t, struct sw_value src, struct sw_value data, struct sw_value input)
{
	char dir[] = "/tmp/bench_rego_XXXXXX", path[512], cmd[4096], line[65536];
	if (!mkdtemp(dir))
		return 0;
	struct sw_str rego = sw_value_getstr(src, "rego");
	struct sw_value libs = sw_object_gets(src, SW_STR("libs"));
	snprintf(path, sizeof(path), "%s/t.rego", dir);
	write_text(path, rego);
	for (uint32_t i = 0; libs.type == SW_ARRAY && i < libs.n; i++) {
		snprintf(path, sizeof(path), "%s/lib%u.rego", dir, i);
		write_text(path, sw_value_str(libs.u.a->v[i]));
	}
	snprintf(path, sizeof(path), "%s/data.json", dir);
	write_json(path, data);
	snprintf(path, sizeof(path), "%s/../%s.input", dir, dir + 5);
	write_json(path, input);
	size_t at = sw_str_find(rego, SW_STR("package "), 0);
	struct sw_str pkg = sw_str_trim(sw_str_sub(rego, at + 8, sw_str_chr(rego, '\n', at)));
	snprintf(cmd, sizeof(cmd), "%s bench --v0-compatible --metrics=false --benchmem=false -f gobench "
		"-d %s -i %s 'data.%.*s.violation' 2>/dev/null; rm -rf %s %s", t->opa, dir, path,
		SW_STR_ARG(pkg), dir, path);
	FILE *f = popen(cmd, "r");
	double ns = 0;
	while (f && fgets(line, sizeof(line), f)) {
		char *unit = strstr(line, "ns/op");
		while (unit && unit > line && (unit[-1] == ' ' || unit[-1] == '\t'))
			unit--;
		char *num = unit;
		while (num && num > line && num[-1] != ' ' && num[-1] != '\t')
			num--;
		if (unit)
			ns = strtod(num, NULL);
	}
	if (f)
		pclose(f);
	return ns;
}

static bool as_asserted(struct sw_value c, uint32_t n)
{
	struct sw_value list = sw_object_gets(c, SW_STR("assertions"));
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value v = sw_object_gets(list.u.a->v[i], SW_STR("violations"));
		if (sw_defined(sw_object_gets(list.u.a->v[i], SW_STR("message"))))
			continue; /* counts some of them only */
		int64_t count;
		bool no = sw_is_false(v) || (sw_value_int(v, &count) && count == 0) || (v.type == SW_STRING && sw_str_is(sw_value_str(v), "no"));
		if (no != (n == 0))
			return false;
	}
	return true;
}

static void note_wrong(struct totals *t, struct sw_value c)
{
	printf("not as asserted: %.*s\n", SW_STR_ARG(sw_value_getstr(c, "name")));
	t->wrong++;
}

static void measure(struct totals *t, struct sample *s, struct sw_rego_eval *ev, uint32_t q,
	struct sw_value input, struct sw_value c)
{
	struct sw_rego_eval_input in = {.input = input, .now_ns = 1, .seed = 1};
	struct sw_rego_result r = {0};
	struct sw_error err;
	unsigned long before = 0;
	int code = 0;
	for (unsigned i = 0; i < t->iterations + 8; i++) {
		if (i == 8)
			before = n_alloc;
		uint64_t start = now();
		sw_rego_eval_begin(ev, &in);
		code = sw_rego_eval_run(ev, q, &r, &err);
		uint64_t end = now();
		if (i >= 8 && i < 8 + t->iterations) {
			unsigned long saved = n_alloc;
			add(s, end - start);
			add(&t->all, end - start);
			before += n_alloc - saved;
		}
	}
	t->allocs += n_alloc - before;
	t->evals += t->iterations;
	t->cases++;
	if (code < 0 || !as_asserted(c, r.value.type == SW_SET ? r.value.n : 0))
		note_wrong(t, c);
}

static void run_test(struct totals *t, struct sample *s, const char *dir, struct sw_value test)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value src =
		template_source(read_yaml(&a, dir, sw_value_getstr(test, "template")));
	struct sw_value constraint = read_yaml(&a, dir, sw_value_getstr(test, "constraint"));
	struct sw_value cases = sw_object_gets(test, SW_STR("cases"));
	for (uint32_t i = 0; cases.type == SW_ARRAY && i < cases.n; i++) {
		struct sw_value c = cases.u.a->v[i];
		struct sw_value obj = read_yaml(&a, dir, sw_value_getstr(c, "object"));
		struct sw_value input = make_input(&a, obj, constraint);
		struct sw_value data = make_data(&a, dir, sw_object_gets(c, SW_STR("inventory")));
		uint32_t q;
		struct sw_rego_engine *e = make_engine(src, data, &q);
		if (!e) {
			t->wrong++;
			continue;
		}
		struct sw_rego_eval *ev = sw_rego_eval_new(e, NULL);
		struct sample own = {0};
		measure(t, &own, ev, q, input, c);
		for (size_t k = 0; k < own.n; k++)
			add(s, own.ns[k]);
		if (t->opa && t->opa_cases < t->opa_max) {
			double ns = ask_opa(t, src, data, input);
			if (ns > 0) {
				t->opa_ns += ns;
				t->our_ns += percentile(&own, 0.5) * 1000;
				t->opa_cases++;
			}
		}
		free(own.ns);
		sw_rego_eval_free(ev);
		sw_rego_engine_free(e);
	}
}

static void run_suite(struct totals *t, const char *file)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	char dir[4096];
	snprintf(dir, sizeof(dir), "%s", file);
	*strrchr(dir, '/') = '\0';
	struct sw_value tests = sw_object_gets(read_yaml(&a, dir, SW_STR("suite.yaml")), SW_STR("tests"));
	struct sample s = {0};
	for (uint32_t i = 0; tests.type == SW_ARRAY && i < tests.n; i++)
		run_test(t, &s, dir, tests.u.a->v[i]);
	printf("%-36s p50 %7.2f  p95 %7.2f  p99 %7.2f us\n", strrchr(dir, '/') + 1,
		percentile(&s, 0.5), percentile(&s, 0.95), percentile(&s, 0.99));
	free(s.ns);
}

/* bench/aci.rego with bench/aci.json: one case, one evaluation at a time. */
static void run_aci(struct totals *all)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct totals t = {.iterations = all->iterations, .opa = all->opa};
	const char *root = getenv("SW_SOURCE_ROOT");
	char dir[4096];
	snprintf(dir, sizeof(dir), "%s/bench", root ? root : ".");
	struct sw_value input = read_yaml(&a, dir, SW_STR("aci.json"));
	char path[4200];
	snprintf(path, sizeof(path), "%s/aci.rego", dir);
	sw_autofclose *f = fopen(path, "rb");
	char *text = sw_arena_alloc(&a, 1 << 16);
	if (!f || !sw_defined(input)) {
		printf("skipped: no %s (set SW_SOURCE_ROOT)\n", path);
		return;
	}
	struct sw_map m;
	sw_map_init(&m, &a);
	sw_map_adds(&m, "rego", sw_string(sw_str_make(text, fread(text, 1, 1 << 16, f))));
	struct sw_value src = sw_map_object(&m);
	uint32_t q;
	struct sw_rego_engine *e = make_engine(src, sw_empty_object(), &q);
	if (!e)
		return;
	struct sw_rego_eval *ev = sw_rego_eval_new(e, NULL);
	struct sample s = {0};
	measure(&t, &s, ev, q, input, sw_empty_object());
	double opa = t.opa && all->opa_max ? ask_opa(&t, src, sw_empty_object(), input) : 0;
	printf("aci: p50 %.2f  p95 %.2f  p99 %.2f us", percentile(&s, 0.5), percentile(&s, 0.95),
		percentile(&s, 0.99));
	if (opa > 0)
		printf("; opa bench %.1f us: ratio %.0fx", opa / 1000, opa / 1000 / percentile(&s, 0.5));
	printf("\n");
	free(s.ns);
	free(t.all.ns);
	sw_rego_eval_free(ev);
	sw_rego_engine_free(e);
}

static const char *find_opa(void)
{
	const char *opa = getenv("OPA");
	if (opa)
		return access(opa, X_OK) == 0 ? opa : NULL;
	return system("command -v opa >/dev/null 2>&1") == 0 ? "opa" : NULL;
}

enum { COLD_RUNS = 101 };

/* CPU of one run in ns, its child's side of fork and exec included; 0 when it failed. */
static uint32_t cold_run(const char *const argv[], int null)
{
	extern char **environ;
	posix_spawn_file_actions_t io;
	struct rusage u;
	pid_t pid;
	int status = -1;
	posix_spawn_file_actions_init(&io);
	posix_spawn_file_actions_adddup2(&io, null, 1);
	posix_spawn_file_actions_adddup2(&io, null, 2);
	int rc = posix_spawnp(&pid, argv[0], &io, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&io);
	if (rc || wait4(pid, &status, 0, &u) != pid || status)
		return 0;
	return (uint32_t)((u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
			  (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000);
}

static bool put_file(const char *dir, const char *name, const char *text, char path[4200])
{
	snprintf(path, 4200, "%s/%s", dir, name);
	sw_autofclose *f = fopen(path, "we");
	return f && fputs(text, f) >= 0;
}

/* One small policy over one small input, from exec to exit, by turns. */
static void run_cold(const char *self, const char *opa)
{
	char dir[] = "/tmp/bench_cold_XXXXXX", policy[4200] = "", input[4200] = "", ours[4200];
	const char *slash = strrchr(self, '/');
	snprintf(ours, sizeof(ours), "%.*s/../seawall", slash ? (int)(slash - self) : 1, slash ? self : ".");
	if (!opa || access(ours, X_OK) != 0 || !mkdtemp(dir)) {
		printf("cold start: skipped: no opa, or no seawall at %s\n", ours);
		return;
	}
	sw_autoclose null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool good = put_file(dir, "q.rego",
			    "package q\n\nimport rego.v1\n\ndeny contains msg if {\n"
			    "\tsome c in input.spec.containers\n\tc.securityContext.privileged\n"
			    "\tmsg := sprintf(\"%s is privileged\", [c.name])\n}\n", policy) &&
		    put_file(dir, "in.json",
			    "{\"spec\": {\"containers\": [{\"name\": \"a\", \"securityContext\": "
			    "{\"privileged\": true}}, {\"name\": \"b\"}]}}\n", input);
	const char *const us[] = {ours, "policy", "eval", "-d", policy, "-i", input, "data.q.deny", NULL};
	const char *const them[] = {opa, "eval", "-d", policy, "-i", input, "data.q.deny", NULL};
	struct sample our = {0}, their = {0};
	for (int i = 0; good && i < COLD_RUNS; i++) {
		uint32_t a = cold_run(us, null), b = cold_run(them, null);
		good = a && b;
		add(&our, a);
		add(&their, b);
	}
	if (good)
		printf("cold start of `policy eval`, CPU, medians of %d runs in turns: %.2f ms; opa eval %.1f ms: "
		       "ratio %.1fx\n", COLD_RUNS, percentile(&our, 0.5) / 1000,
			percentile(&their, 0.5) / 1000, percentile(&their, 0.5) / percentile(&our, 0.5));
	else
		printf("cold start: a run failed\n");
	free(our.ns);
	free(their.ns);
	unlink(policy);
	unlink(input);
	rmdir(dir);
}

int main(int argc, char **argv)
{
	const char *shared = getenv("SW_SHARED");
	char pattern[4096];
	struct totals t = {.iterations = argc > 1 ? (unsigned)atoi(argv[1]) : 1000};
	t.opa_max = argc > 2 ? (unsigned)atoi(argv[2]) : 6;
	t.opa = find_opa();
	run_cold(argv[0], t.opa);
	snprintf(pattern, sizeof(pattern), "%s/conformance/gatekeeper/library/*/*/suite.yaml",
		shared ? shared : "../shared");
	glob_t g;
	if (glob(pattern, 0, NULL, &g) != 0) {
		printf("skipped: no Gatekeeper library at %s\n", pattern);
		return 0;
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		run_suite(&t, g.gl_pathv[i]);
	globfree(&g);
	printf("all %lu cases: p50 %.2f  p95 %.2f  p99 %.2f us (goal 2 and 15); %.3f allocations per "
	       "evaluation; %lu verdicts not as asserted\n", t.cases, percentile(&t.all, 0.5),
		percentile(&t.all, 0.95), percentile(&t.all, 0.99),
		t.evals ? (double)t.allocs / (double)t.evals : 0, t.wrong);
	if (t.opa_cases)
		printf("opa bench: %.1f us, here %.2f us: ratio %.0fx over %u cases\n",
			t.opa_ns / t.opa_cases / 1000, t.our_ns / t.opa_cases / 1000,
			t.opa_ns / t.our_ns, t.opa_cases);
	else
		printf("skipped: opa is not installed\n");
	run_aci(&t);
	free(t.all.ns);
	return 0;
}
