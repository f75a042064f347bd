/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "notify/impl.h"

#define PATIENCE_MS 10000

extern char **environ;

struct program {
	char *command;
	bool keep;
	pid_t pid; /* 0: none */
	int fd;
};

/* A group of its own, so that what the shell started can be ended, too; usual signals. */
static int start(struct program *p, struct sw_error *err)
{
	char sh[] = "sh", c[] = "-c", *argv[] = {sh, c, p->command, NULL};
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, all;
	int pipefd[2];

	if (pipe2(pipefd, O_CLOEXEC) != 0)
		return sw_error_errno(err, SW_EIO, errno, "pipe");
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, pipefd[0], 0);
	posix_spawnattr_init(&at);
	posix_spawnattr_setsigmask(&at, &none);
	posix_spawnattr_setsigdefault(&at, &all);
	posix_spawnattr_setpgroup(&at, 0);
	posix_spawnattr_setflags(
		&at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	int rc = posix_spawn(&p->pid, "/bin/sh", &fa, &at, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&at);
	close(pipefd[0]);
	if (rc) {
		close(pipefd[1]);
		p->pid = 0;
		return sw_error_errno(err, SW_EIO, rc, "/bin/sh");
	}
	fcntl(pipefd[1], F_SETFL, O_NONBLOCK);
	p->fd = pipefd[1];
	return 0;
}

static void end(struct program *p, bool now)
{
	int64_t until = sw_now_ms() + PATIENCE_MS;

	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	if (!p->pid)
		return;
	while (!now && waitpid(p->pid, NULL, WNOHANG) == 0) {
		if (sw_now_ms() >= until || sw_notify_hurry())
			now = true;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	if (now) {
		kill(-p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	p->pid = 0;
}

static int give(struct program *p, struct sw_str s, struct sw_error *err)
{
	int64_t until = sw_now_ms() + PATIENCE_MS;

	while (s.n) {
		struct pollfd pf = {.fd = p->fd, .events = POLLOUT};
		ssize_t n = write(p->fd, s.p, s.n);
		if (n > 0) {
			s = sw_str_sub(s, (size_t)n, s.n);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return sw_error_errno(err, SW_EIO, errno, "the program of an output");
		if (sw_now_ms() >= until || sw_notify_hurry())
			return sw_error_set(err, SW_EIO, "the program of an output does not read");
		poll(&pf, 1, 200);
	}
	return 0;
}

static int program_send(void *priv, unsigned level, struct sw_str line, struct sw_error *err)
{
	struct program *p = priv;

	/* One that stays may have ended since the last line: then a new one gets it. */
	for (int tries = 0; tries < (p->keep ? 2 : 1); tries++) {
		bool had = p->pid != 0;
		int rc = had ? 0 : start(p, err);
		rc = rc ? rc : give(p, line, err);
		rc = rc ? rc : give(p, SW_STR("\n"), err);
		if (rc || !p->keep)
			end(p, rc != 0);
		if (rc == 0)
			return 0;
		if (!had)
			break;
	}
	return -SW_EIO;
}

static void program_close(void *priv)
{
	struct program *p = priv;

	end(p, false);
	free(p->command);
	free(p);
}

static const struct sw_sink_ops ops = {
	.name = "program", .send = program_send, .close = program_close};

int sw_notify_program(struct sw_notify *n, const char *command, bool keep, struct sw_error *err)
{
	struct program *p = calloc(1, sizeof(*p));

	if (!p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*p = (struct program){.command = strdup(command), .keep = keep, .fd = -1};
	if (!p->command || !*command) {
		program_close(p);
		return sw_error_set(err, SW_EUSAGE, "an output needs a command");
	}
	return sw_notify_add(n, &ops, p, command, err);
}
