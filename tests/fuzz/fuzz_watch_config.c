/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as Falco's configuration; what is behind a line of "---set" is given one line at a time to --set. It is
 * refused with a reason, or what comes of it can be applied to rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/watch/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { SETS = 16 };

static int prepare(struct sw_cmd_ctx *ctx, struct sw_arena *a, const char *path, struct sw_str sets)
{
	const struct sw_cmd *watch = sw_cmd_find(SW_STR("watch"));
	struct sw_optset rows[] = {{watch->opts, watch->n_opts}, sw_cmd_global};
	const char *argv[2 + 2 * SETS] = {"--falco-config", path};
	struct sw_str line;
	int argc = 2;

	*ctx = (struct sw_cmd_ctx){.cmd = watch, .arena = a};
	while (argc < 2 + 2 * SETS && sw_str_split(&sets, '\n', &line)) {
		argv[argc++] = "--set";
		argv[argc++] = sw_arena_cstr(a, line);
	}
	int rc = sw_opts_init(&ctx->opts, a, rows, 2, NULL);
	return rc ? rc : sw_opts_argv(&ctx->opts, argc, argv, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str all = {(const char *)data, n}, mark = SW_STR("\n---set\n"), sets = {NULL, 0};
	size_t at = sw_str_find(all, mark, 0);
	struct sw_watch_config c;
	struct sw_error err = {0};
	struct sw_cmd_ctx ctx;
	sw_autoarena a;
	char path[40];

	sw_arena_init(&a, (size_t)256 << 20);
	if (n > 16384)
		return 0;
	if (at != SW_NPOS) {
		sets = sw_str_sub(all, at + mark.n, n);
		all = sw_str_sub(all, 0, at + 1);
	}
	sw_autoclose fd = memfd_create("falco.yaml", MFD_CLOEXEC);
	if (fd < 0 || write(fd, all.p ? all.p : "", all.n) != (ssize_t)all.n)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (prepare(&ctx, &a, path, sets) != 0)
		return 0;
	int rc = sw_watch_config(&ctx, &c, &err);
	if ((rc < 0) != (err.code != 0))
		abort();
	struct sw_ruleset *rs = rc < 0 ? NULL : sw_ruleset_new(NULL);
	if (rs && sw_watch_choose(&c, rs, NULL) == 0) {
		struct sw_engine *e;
		sw_ruleset_add(rs, "r",
			SW_STR("- rule: a\n  desc: d\n  condition: evt.type = open\n  output: x\n  priority: INFO\n"));
		if (sw_engine_new(rs, &c.engine, &e, NULL) == 0)
			sw_engine_free(e);
	}
	sw_ruleset_free(rs);
	return 0;
}
