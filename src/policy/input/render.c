/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts kubectl and helm. No shell; an environment of our own; a network namespace without a
 * network where the system lets us, and settings that keep git and HTTP clients from going out
 * where it does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "policy/input/impl.h"

#define OUTPUT_MAX ((size_t)256 << 20)
#define MESSAGES_MAX ((size_t)64 << 10)

/* The program's path: absolute folders of PATH only. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	g_auto(GStrv) dirs = g_strsplit(path ? path : "/usr/bin:/bin", ":", 256);
	for (char **d = dirs; *d; d++) {
		g_autofree char *full = **d == '/' ? g_strconcat(*d, "/", name, NULL) : NULL;
		if (full && access(full, X_OK) == 0)
			return SW_TAKE(full);
	}
	return NULL;
}

static char **make_environment(void)
{
	const char *path = getenv("PATH");
	GPtrArray *env = g_ptr_array_new();
	g_ptr_array_add(env, g_strconcat("PATH=", path ? path : "/usr/bin:/bin", NULL));
	static const char *const fixed[] = {"HOME=/nonexistent", "KUBECONFIG=/dev/null",
		"LC_ALL=C.UTF-8", "GIT_ALLOW_PROTOCOL=file", "GIT_TERMINAL_PROMPT=0",
		"http_proxy=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9",
		"HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9",
		"HELM_CACHE_HOME=/nonexistent", "HELM_CONFIG_HOME=/nonexistent",
		"HELM_DATA_HOME=/nonexistent", "HELM_PLUGINS=/nonexistent"};
	for (size_t i = 0; i < SW_ARRAY_LEN(fixed); i++)
		g_ptr_array_add(env, g_strdup(fixed[i]));
	g_ptr_array_add(env, NULL);
	return (char **)g_ptr_array_free(env, FALSE);
}

static _Noreturn void child(const char *program, const char *const *argv, char *const *env, int out,
	int messages, unsigned seconds)
{
	struct rlimit cpu = {seconds, seconds + 1}, core = {0, 0};
	setpgid(0, 0);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		/* Not allowed here: the environment must do. */
	}
	int null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(messages, 2) < 0)
		_exit(126);
	execve(program, (char *const *)argv, env);
	_exit(127);
}

/* False at the end of the stream. */
static bool drain(int fd, struct sw_buf *b)
{
	char chunk[16384];
	ssize_t n = read(fd, chunk, sizeof(chunk));
	if (n > 0)
		sw_buf_add(b, chunk, (size_t)n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Reads both streams to their ends. False: too slow, too much, or interrupted. */
static bool collect(
	struct input *in, int fds[2], struct sw_buf *out, struct sw_buf *messages, int64_t deadline)
{
	struct pollfd p[2] = {{fds[0], POLLIN, 0}, {fds[1], POLLIN, 0}};
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		int64_t left = deadline - sw_now_ms();
		if (left <= 0 || out->overflow || input_cancelled(in))
			return false;
		if (poll(p, 2, (int)(left < 250 ? left : 250)) < 0 && errno != EINTR)
			return false;
		if (p[0].fd >= 0 && p[0].revents && !drain(p[0].fd, out))
			p[0].fd = -1;
		if (p[1].fd >= 0 && p[1].revents && !drain(p[1].fd, messages))
			p[1].fd = -1;
	}
	return true;
}

/*
 * kubectl's logger begins lines with their severity, time, process and place in its source (`E1127 00:18:37.070840
 * 3207 run.go:72] `): nothing of that is the same twice.
 */
static struct sw_str without_log_header(struct sw_str s)
{
	size_t end = sw_str_find(s, SW_STR("] "), 0);
	if (end == SW_NPOS || s.n < 6 || !memchr("IWEF", s.p[0], 4) || s.p[5] != ' ')
		return s;
	for (int i = 1; i < 5; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return s;
	return sw_str_sub(s, end + 2, s.n);
}

/* The last line that says it is an error: helm goes on with advice. Else the last. */
static struct sw_str last_line(const struct sw_buf *messages)
{
	struct sw_str s = sw_str_trim(sw_buf_str(messages)), rest = s, line;
	struct sw_str told = {0};
	while (sw_str_split(&rest, '\n', &line))
		if (sw_str_starts(line, SW_STR("Error: ")))
			told = line;
	if (told.n)
		return sw_str_sub(sw_str_trim(told), 0, 300);
	size_t nl = sw_str_rfind(s, SW_STR("\n"));
	return sw_str_sub(without_log_header(nl == SW_NPOS ? s : sw_str_sub(s, nl + 1, s.n)), 0, 300);
}

static int finish(pid_t pid, bool complete, const char *name, const struct sw_buf *out,
	const struct sw_buf *messages, unsigned seconds, struct sw_error *err)
{
	int status = 0;
	if (!complete)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (out->overflow)
		return sw_error_set(
			err, SW_ELIMIT, "%s wrote more than %zu bytes", name, OUTPUT_MAX);
	if (!complete)
		return sw_error_set(
			err, SW_ELIMIT, "%s took longer than %u seconds", name, seconds);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	struct sw_str why = last_line(messages);
	if (WIFEXITED(status))
		return sw_error_set(err, SW_EINVALID, "%s failed: %.*s", name, SW_STR_ARG(why));
	return sw_error_set(err, SW_EINVALID, "%s was killed by signal %d", name, WTERMSIG(status));
}

bool input_installed(const char *name)
{
	g_autofree char *program = find_program(name);
	return program;
}

int input_run(struct input *in, const char *const *argv, struct sw_buf *out, struct sw_error *err)
{
	unsigned seconds =
		in->opts->render_timeout_s ? in->opts->render_timeout_s : INPUT_TIMEOUT_DEFAULT;
	g_autofree char *program = find_program(argv[0]);
	if (!program)
		return sw_error_set(err, SW_ENOENT, "%s is not installed", argv[0]);
	int o[2] = {-1, -1}, m[2] = {-1, -1};
	if (pipe2(o, O_CLOEXEC))
		return sw_error_errno(err, SW_EIO, errno, "cannot start %s", argv[0]);
	sw_autoclose out_read = o[0];
	if (pipe2(m, O_CLOEXEC)) {
		close(o[1]);
		return sw_error_errno(err, SW_EIO, errno, "cannot start %s", argv[0]);
	}
	sw_autoclose messages_read = m[0];
	g_auto(GStrv) env = make_environment();
	sw_autobuf messages;
	sw_buf_init(&messages, MESSAGES_MAX);
	sw_buf_init(out, OUTPUT_MAX);
	pid_t pid = fork();
	if (pid == 0)
		child(program, argv, env, o[1], m[1], seconds);
	close(o[1]);
	close(m[1]);
	if (pid < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot start %s", argv[0]);
	int fds[2] = {out_read, messages_read};
	bool complete = collect(in, fds, out, &messages, sw_now_ms() + (int64_t)seconds * 1000);
	return finish(pid, complete, argv[0], out, &messages, seconds, err);
}
