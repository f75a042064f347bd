/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `policy test --watch`: the tests again whenever a file changes, as `opa test --watch` does. Folders are
 * watched and not files, for editors replace these. What to watch is found anew before every run.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/policy/test.h"

enum { SETTLE_MS = 100 }; /* one save is several changes */

#define CHANGES                                                                                    \
	(IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF)

static void watch_folder(int fd, const char *path, int depth)
{
	DIR *d = depth <= SW_REGO_LOAD_DEPTH ? opendir(path) : NULL;
	if (!d)
		return;
	inotify_add_watch(fd, path, CHANGES);
	for (struct dirent *e; (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		struct stat st;
		sw_autobuf below;
		sw_buf_init(&below, 16 << 10);
		sw_buf_printf(&below, "%s/%s", path, e->d_name);
		const char *name = sw_buf_cstr(&below);
		if (lstat(name, &st) == 0 && S_ISDIR(st.st_mode))
			watch_folder(fd, name, depth + 1);
	}
	closedir(d);
}

/* Of a file its folder. */
static void watch_path(int fd, const char *path)
{
	struct stat st;
	if (strncmp(path, "file://", 7) == 0)
		path += 7;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		watch_folder(fd, path, 0);
		return;
	}
	sw_autobuf folder;
	sw_buf_init(&folder, 16 << 10);
	const char *slash = strrchr(path, '/');
	sw_buf_add(&folder, slash ? path : ".", slash ? (size_t)(slash - path) + (slash == path) : 1);
	inotify_add_watch(fd, sw_buf_cstr(&folder), CHANGES);
}

static void flush(struct sw_buf *out)
{
	fwrite(out->p, 1, out->n, stdout);
	fflush(stdout);
	sw_buf_clear(out);
}

static int run_once(const struct sw_cmd_ctx *ctx, int (*once)(struct sw_cmd_ctx *ctx))
{
	sw_autoarena arena; /* each run forgets the one before */
	struct sw_cmd_ctx own = *ctx;
	sw_arena_init(&arena, 0);
	own.arena = &arena;
	int code = once(&own);
	flush(ctx->out);
	return code;
}

/* True: something changed, and nothing more for a while. False: interrupted. */
static bool wait_for_change(int changes, int signals)
{
	struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = changes, .events = POLLIN}};
	for (bool changed = false;;) {
		char text[16 << 10];
		int n = poll(fds, SW_ARRAY_LEN(fds), changed ? SETTLE_MS : -1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || fds[0].revents)
			return false;
		if (n == 0)
			return true;
		if (read(changes, text, sizeof(text)) < 0 && errno != EAGAIN)
			return false;
		changed = true;
	}
}

static int signals_fd(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int no_watch(const char *what)
{
	struct sw_error err;
	sw_error_errno(&err, SW_EIO, errno, "%s", what);
	sw_cmd_fail(&err);
	return 1;
}

int sw_test_watch(struct sw_cmd_ctx *ctx, int (*once)(struct sw_cmd_ctx *ctx))
{
	const struct sw_opts *o = &ctx->opts;
	int signals = signals_fd();
	if (signals < 0)
		return no_watch("cannot wait for signals");
	for (bool go_on = true; go_on;) {
		int changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (changes < 0) {
			close(signals);
			return no_watch("cannot watch files");
		}
		for (uint32_t i = 0; i < o->n_args; i++)
			watch_path(changes, o->args[i]);
		run_once(ctx, once);
		sw_buf_pad(ctx->out, '*', 80);
		sw_buf_addz(ctx->out, "\nWatching for changes ...\n");
		flush(ctx->out);
		go_on = wait_for_change(changes, signals);
		close(changes);
	}
	close(signals);
	return 0;
}
