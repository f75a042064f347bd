/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that make credentials. Source: client.authentication.k8s.io v1 and v1beta1. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "doc/json.h"
#include "kube/client/access.h"

enum { TIMEOUT_S = 60 };
#define OUT_MAX ((size_t)1 << 20)

extern char **environ;

/* What the program is told in KUBERNETES_EXEC_INFO. */
static void exec_info(const struct sw_kube_access *x, struct sw_arena *a, struct sw_buf *out)
{
	struct sw_map top, spec, cluster;
	sw_map_init(&top, a);
	sw_map_init(&spec, a);
	sw_map_init(&cluster, a);
	sw_map_adds(&cluster, "server", sw_string(x->server));
	if (x->tls_name.n)
		sw_map_adds(&cluster, "tls-server-name", sw_string(x->tls_name));
	if (x->insecure)
		sw_map_adds(&cluster, "insecure-skip-tls-verify", sw_bool(true));
	if (x->proxy.n)
		sw_map_adds(&cluster, "proxy-url", sw_string(x->proxy));
	if (sw_defined(x->exec_config))
		sw_map_adds(&cluster, "config", x->exec_config);
	sw_autobuf ca;
	sw_buf_init(&ca, OUT_MAX * 2);
	if (x->ca.n) {
		sw_base64_encode(&ca, x->ca);
		sw_map_adds(&cluster, "certificate-authority-data", sw_string(sw_buf_str(&ca)));
	}
	if (x->exec->cluster_info)
		sw_map_adds(&spec, "cluster", sw_map_object(&cluster));
	sw_map_adds(&spec, "interactive", sw_bool(false));
	sw_map_adds(&top, "apiVersion", sw_string(x->exec->api_version));
	sw_map_adds(&top, "kind", SW_VSTR("ExecCredential"));
	sw_map_adds(&top, "spec", sw_map_object(&spec));
	sw_json_write(out, sw_map_object(&top), 0);
}

static bool is_set(const struct sw_kube_exec *e, const char *entry)
{
	struct sw_str name = sw_str_sub(sw_str_from(entry), 0, sw_str_chr(sw_str_from(entry), '=', 0));
	for (uint32_t i = 0; i < e->n_env; i++)
		if (sw_str_eq(e->env[i].key, name))
			return true;
	return sw_str_is(name, "KUBERNETES_EXEC_INFO");
}

static char **environment(const struct sw_kube_access *x, struct sw_arena *a)
{
	const struct sw_kube_exec *e = x->exec;
	sw_autobuf info;
	uint32_t n = 0, old = 0;
	while (environ[old])
		old++;
	char **v = sw_arena_new_array(a, (size_t)old + e->n_env + 2, char *);
	sw_buf_init(&info, OUT_MAX * 4);
	exec_info(x, a, &info);
	struct sw_str s = sw_arena_printf(a, "KUBERNETES_EXEC_INFO=%s", sw_buf_cstr(&info));
	if (!v || !s.p || info.overflow)
		return NULL;
	v[n++] = sw_arena_cstr(a, s);
	for (uint32_t i = 0; i < old; i++)
		if (!is_set(e, environ[i]))
			v[n++] = environ[i];
	for (uint32_t i = 0; i < e->n_env; i++) {
		s = sw_arena_printf(a, "%.*s=%.*s", SW_STR_ARG(e->env[i].key), SW_STR_ARG(e->env[i].value));
		if (!s.p)
			return NULL;
		v[n++] = sw_arena_cstr(a, s);
	}
	v[n] = NULL;
	return v;
}

/* 0, or an errno: ETIMEDOUT, EFBIG. */
static int drain(int fd, struct sw_buf *out)
{
	int64_t end = sw_now_ms() + TIMEOUT_S * 1000;
	char chunk[4096];
	for (;;) {
		int64_t left = end - sw_now_ms();
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int r = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (r == 0)
			return ETIMEDOUT;
		if (r < 0 && errno != EINTR)
			return errno;
		ssize_t n = r > 0 ? read(fd, chunk, sizeof(chunk)) : -1;
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return errno;
		if (n > 0)
			sw_buf_add(out, chunk, (size_t)n);
		if (out->overflow)
			return EFBIG;
	}
}

static int start(char **argv, char **env, pid_t *ret_pid, int *ret_fd)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int out[2];
	if (pipe2(out, O_CLOEXEC))
		return errno;
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP); /* what it starts ends with it */
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, out[1], 1);
	int rc = posix_spawnp(ret_pid, argv[0], &fa, &attr, argv, env);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	close(out[1]);
	if (rc)
		close(out[0]);
	else
		*ret_fd = out[0];
	return rc;
}

static int run(const struct sw_kube_exec *e, char **argv, char **env, struct sw_buf *out,
	struct sw_error *err)
{
	pid_t pid;
	int fd = -1, status = 0;
	int rc = start(argv, env, &pid, &fd);
	if (rc) {
		sw_error_errno(err, SW_EIO, rc, "cannot start the credential plugin %s", argv[0]);
		return e->hint.n && rc == ENOENT
			       ? sw_error_hint(err, "%.*s", e->hint.n < 200 ? (int)e->hint.n : 200, e->hint.p)
			       : -SW_EIO;
	}
	rc = drain(fd, out);
	close(fd);
	if (rc)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (rc)
		return sw_error_errno(err, rc == EFBIG || rc == ETIMEDOUT ? SW_ELIMIT : SW_EIO, rc,
			"the credential plugin %s", argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return sw_error_set(err, SW_EIO, "the credential plugin %s failed (%s %d)", argv[0],
			WIFEXITED(status) ? "status" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return 0;
}

int sw_kube_exec_run(const struct sw_kube_access *x, struct sw_arena *a,
	struct sw_kube_credential *ret, struct sw_error *err)
{
	const struct sw_kube_exec *e = x->exec;
	sw_autobuf out;
	sw_buf_init(&out, OUT_MAX);
	if (e->terminal)
		return sw_error_set(err, SW_EUNSUPPORTED,
			"the credential plugin %.*s wants a terminal (interactiveMode Always)",
			SW_STR_ARG(e->command));
	char **argv = sw_arena_new_array(a, (size_t)e->n_args + 2, char *);
	char **env = environment(x, a);
	if (!argv || !env)
		return sw_error_set(err, SW_ELIMIT, "the credential plugin's arguments are too long");
	argv[0] = sw_arena_cstr(a, e->command);
	for (uint32_t i = 0; i < e->n_args; i++)
		argv[i + 1] = sw_arena_cstr(a, e->args[i]);
	argv[e->n_args + 1] = NULL;
	int rc = run(e, argv, env, &out, err);
	struct sw_str text = sw_arena_str(a, sw_buf_str(&out));
	if (!rc)
		rc = sw_kube_exec_parse(a, text, e->api_version, ret, err);
	return rc && rc != -SW_EIO ? sw_error_prefix(err, "%s: ", argv[0]) : rc;
}

/* ---- the answer ---- */

static bool member(struct sw_value o, const char *key, struct sw_str *ret)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	if (v.type == SW_UNDEF || v.type == SW_NULL)
		return true;
	if (v.type != SW_STRING || memchr(v.u.s, 0, v.n))
		return false;
	if (v.n)
		*ret = sw_value_str(v);
	return true;
}

static bool clean(struct sw_str token)
{
	for (size_t i = 0; i < token.n; i++)
		if ((unsigned char)token.p[i] <= 0x20 || (unsigned char)token.p[i] >= 0x7f)
			return false;
	return true;
}

/* RFC 3339, seconds only; what is behind them is left to the clock's own tolerance. */
static int64_t time_of(struct sw_arena *a, struct sw_str s)
{
	struct tm tm = {0};
	const char *text = sw_arena_cstr(a, s), *rest;
	int sign, h, m;
	if (!text || !(rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm)))
		return -1;
	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++)
			;
	int64_t t = timegm(&tm);
	if (*rest == 'Z' && !rest[1])
		return t;
	sign = *rest == '-' ? -1 : *rest == '+' ? 1 : 0;
	if (!sign || sscanf(rest + 1, "%2d:%2d", &h, &m) != 2)
		return -1;
	return t - sign * (h * 3600 + m * 60);
}

int sw_kube_exec_parse(struct sw_arena *a, struct sw_str text, struct sw_str api_version,
	struct sw_kube_credential *ret, struct sw_error *err)
{
	struct sw_kube_credential c = {0};
	struct sw_value v;
	struct sw_str until = {0};
	if (sw_json_parse(a, text, 0, NULL, &v, NULL, NULL))
		return sw_error_set(err, SW_ESYNTAX, "the credential plugin's answer is no JSON");
	struct sw_value s = sw_object_gets(v, SW_STR("status"));
	if (!sw_str_is(sw_value_getstr(v, "kind"), "ExecCredential"))
		return sw_error_set(err, SW_EINVALID, "the credential plugin's answer is no ExecCredential");
	if (!sw_str_eq(sw_value_getstr(v, "apiVersion"), api_version))
		return sw_error_set(err, SW_EINVALID,
			"the credential plugin answers in another version than %.*s", SW_STR_ARG(api_version));
	if (s.type != SW_OBJECT || !member(s, "token", &c.token) ||
		!member(s, "clientCertificateData", &c.cert) ||
		!member(s, "clientKeyData", &c.key) || !member(s, "expirationTimestamp", &until))
		return sw_error_set(err, SW_EINVALID, "the credential plugin's status is none");
	if (!c.cert.p != !c.key.p || (!c.token.p && !c.cert.p))
		return sw_error_set(err, SW_EINVALID,
			"the credential plugin gives neither a token nor a certificate with its key");
	if (!clean(c.token))
		return sw_error_set(err, SW_EINVALID, "the credential plugin's token is no token");
	if (until.n && (c.until = time_of(a, until)) < 0)
		return sw_error_set(err, SW_EINVALID, "the credential plugin's expirationTimestamp is no time");
	*ret = c;
	return 0;
}
