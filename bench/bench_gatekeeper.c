/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gatekeeper's library against a cluster's worth of pods, and its test suites.
 *
 *	bench_gatekeeper [pods] [pods given to gator]
 *
 * Prints: objects x constraints reviewed in one process, its time and memory against the limits (0.5 s, 64 MiB for
 * 2,000 pods); the same for `gator test` ($GATOR or PATH) and the ratio per pod; `policy verify` against `gator
 * verify` and the ratio. A line "skipped" where the library ($SW_SHARED/conformance/gatekeeper) or gator is not
 * there. The binary measured is the one beside this program, ../seawall.
 */
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "bench.h"

#define LIMIT_SECONDS 0.5
#define LIMIT_MIB 64.0

struct cost {
	double seconds, cpu, mib;
	int code; /* -1: could not be started */
};

/* Run with no input and no output. */
static struct cost run(const char *const *argv)
{
	struct rusage u;
	int status;
	double start = bench_now();
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0)
		return (struct cost){.code = -1};
	struct cost c = {.seconds = bench_now() - start, .mib = (double)u.ru_maxrss / 1024};
	c.cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		(double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
	c.code = WIFEXITED(status) && WEXITSTATUS(status) != 127 ? WEXITSTATUS(status) : -1;
	return c;
}

static struct cost best_of(int rounds, const char *const *argv)
{
	struct cost best = run(argv);
	for (int i = 1; i < rounds && best.code >= 0; i++) {
		struct cost c = run(argv);
		if (c.seconds < best.seconds)
			best = c;
	}
	return best;
}

static void write_file(const char *path, const struct sw_buf *b)
{
	FILE *f = fopen(path, "w");
	if (!f || fwrite(b->p, 1, b->n, f) != b->n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static void add_file(struct sw_buf *b, const char *path)
{
	FILE *f = fopen(path, "r");
	char text[4096];
	size_t n;
	if (!f)
		return;
	sw_buf_addz(b, "\n---\n");
	while ((n = fread(text, 1, sizeof(text), f)) > 0)
		sw_buf_add(b, text, n);
	fclose(f);
}

/* Every template with the first of its constraints. Returns how many. */
static unsigned write_policies(const char *library, const char *path)
{
	sw_autobuf b, pattern;
	glob_t templates;
	unsigned n = 0;
	sw_buf_init(&b, 64 << 20);
	sw_buf_init(&pattern, 4096);
	sw_buf_printf(&pattern, "%s/*/*/template.yaml", library);
	if (glob(sw_buf_cstr(&pattern), 0, NULL, &templates) != 0)
		return 0;
	for (size_t i = 0; i < templates.gl_pathc; i++) {
		glob_t constraints;
		const char *t = templates.gl_pathv[i];
		sw_buf_clear(&pattern);
		sw_buf_printf(&pattern, "%.*s/samples/*/constraint.yaml", (int)(strrchr(t, '/') - t), t);
		if (glob(sw_buf_cstr(&pattern), 0, NULL, &constraints) != 0)
			continue;
		add_file(&b, t);
		add_file(&b, constraints.gl_pathv[0]);
		globfree(&constraints);
		n++;
	}
	globfree(&templates);
	write_file(path, &b);
	return n;
}

static void write_pods(unsigned pods, const char *path)
{
	sw_autobuf b;
	sw_buf_init(&b, (size_t)1 << 30);
	for (unsigned i = 0; i < pods; i++)
		sw_buf_printf(&b,
			"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web-%u\n  namespace: default\n"
			"  labels: {app: web-%u, tier: front}\nspec:\n  hostNetwork: %s\n  containers:\n"
			"  - name: main\n    image: registry.example.com/shop/web:%u\n    args: [--port=8080, --log=info]\n"
			"    ports: [{containerPort: 8080, protocol: TCP}]\n"
			"    env: [{name: MODE, value: production}, {name: REGION, value: eu-%u}]\n"
			"    resources: {limits: {cpu: 500m, memory: 512Mi}, requests: {cpu: 100m, memory: 256Mi}}\n"
			"    securityContext: {allowPrivilegeEscalation: %s, runAsNonRoot: true, capabilities: {drop: [ALL]}}\n"
			"    volumeMounts: [{name: tmp, mountPath: /tmp}]\n"
			"  - name: side\n    image: openpolicyagent/opa:0.9.2\n"
			"    securityContext: {privileged: %s}\n"
			"  volumes: [{name: tmp, emptyDir: {}}, {name: cfg, configMap: {name: web-config}}]\n",
			i, i % 50, i % 7 ? "false" : "true", i % 9, i % 3, i % 5 ? "false" : "true",
			i % 11 ? "false" : "true");
	write_file(path, &b);
}

static const char *seawall_path(const char *self, struct sw_buf *b)
{
	const char *slash = strrchr(self, '/');
	sw_buf_printf(b, "%.*s/../seawall", slash ? (int)(slash - self) : 1, slash ? self : ".");
	return sw_buf_cstr(b);
}

static void review(const char *seawall, const char *gator, const char *dir, unsigned pods, unsigned few, unsigned n)
{
	sw_autobuf policies, all, some;
	sw_buf_init(&policies, 4096);
	sw_buf_init(&all, 4096);
	sw_buf_init(&some, 4096);
	sw_buf_printf(&policies, "%s/policies.yaml", dir);
	sw_buf_printf(&all, "%s/pods.yaml", dir);
	sw_buf_printf(&some, "%s/some.yaml", dir);
	write_pods(pods, sw_buf_cstr(&all));
	write_pods(few, sw_buf_cstr(&some));
	const char *const ours[] = {seawall, "policy", "review", "-f", sw_buf_cstr(&policies), "-f", sw_buf_cstr(&all), NULL};
	const char *const theirs[] = {gator, "test", "-f", sw_buf_cstr(&policies), "-f", sw_buf_cstr(&some), NULL};
	struct cost us = best_of(5, ours);
	printf("policy review   %u pods x %u constraints   %.3f s, CPU %.3f s (limit %.1f s)   %.1f MiB (limit %.0f MiB)   %s\n", pods, n,
		us.seconds, us.cpu, LIMIT_SECONDS, us.mib, LIMIT_MIB,
		us.seconds <= LIMIT_SECONDS && us.mib <= LIMIT_MIB ? "within" : "ABOVE THE LIMIT");
	struct cost them = run(theirs);
	if (them.code < 0)
		printf("gator test      skipped: no gator\n");
	else
		printf("gator test      %u pods x %u constraints   %.3f s, CPU %.3f s   %.1f MiB   per pod %.1fx the CPU\n", few,
			n, them.seconds, them.cpu, them.mib, them.cpu / few / (us.cpu / pods));
	unlink(sw_buf_cstr(&all));
	unlink(sw_buf_cstr(&some));
	unlink(sw_buf_cstr(&policies));
}

static void verify(const char *seawall, const char *gator, const char *library)
{
	sw_autobuf suites;
	sw_buf_init(&suites, 4096);
	sw_buf_printf(&suites, "%s/...", library);
	const char *const ours[] = {seawall, "policy", "verify", sw_buf_cstr(&suites), NULL};
	const char *const theirs[] = {gator, "verify", sw_buf_cstr(&suites), NULL};
	struct cost us = best_of(5, ours), them = best_of(2, theirs);
	printf("policy verify   %.3f s, CPU %.3f s   %.1f MiB\n", us.seconds, us.cpu, us.mib);
	if (them.code < 0)
		printf("gator verify    skipped: no gator\n");
	else
		printf("gator verify    %.3f s   %.1f MiB   %.1fx slower (goal 15x)   %s\n", them.seconds, them.mib,
			them.seconds / us.seconds, them.seconds >= 15 * us.seconds ? "reached" : "NOT REACHED");
}

int main(int argc, char **argv)
{
	unsigned pods = argc > 1 ? (unsigned)atoi(argv[1]) : 2000, few = argc > 2 ? (unsigned)atoi(argv[2]) : 200;
	const char *shared = getenv("SW_SHARED"), *gator = getenv("GATOR");
	sw_autobuf library, seawall, policies;
	char dir[] = "/tmp/bench-gk-XXXXXX";
	sw_buf_init(&library, 4096);
	sw_buf_init(&seawall, 4096);
	sw_buf_init(&policies, 4096);
	sw_buf_printf(&library, "%s/conformance/gatekeeper/library", shared ? shared : "../shared");
	if (access(sw_buf_cstr(&library), R_OK) != 0) {
		printf("skipped: %s is not here\n", sw_buf_cstr(&library));
		return 0;
	}
	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	sw_buf_printf(&policies, "%s/policies.yaml", dir);
	unsigned n = write_policies(sw_buf_cstr(&library), sw_buf_cstr(&policies));
	seawall_path(argv[0], &seawall);
	review(sw_buf_cstr(&seawall), gator ? gator : "gator", dir, pods ? pods : 1, few ? few : 1, n);
	verify(sw_buf_cstr(&seawall), gator ? gator : "gator", sw_buf_cstr(&library));
	rmdir(dir);
	return 0;
}
