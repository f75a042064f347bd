/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files: YAML whose keys are the options' long names. See `seawall help
 * configuration`. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/cmd.h"
#include "doc/yaml.h"

#define CONFIG_MAX ((size_t)1 << 20)
#define PARENTS_MAX 64

struct file {
	struct sw_cmd_ctx *ctx;
	struct sw_source *src;
	enum sw_opt_origin from;
};

/* The place of a member's key in the file, for errors. */
static int at_key(const struct file *f, struct sw_value object, int64_t index, struct sw_error *err)
{
	if (object.u.o->spans && index >= 0)
		sw_source_error(f->src, f->ctx->arena, object.u.o->spans[2 * index].start, err);
	return -(err ? err->code : SW_EINVALID);
}

static int scalar(
	const struct file *f, const struct sw_opt *row, struct sw_value v, struct sw_error *err)
{
	sw_autobuf text;
	sw_buf_init(&text, CONFIG_MAX);
	if (sw_is(v, SW_STRING))
		sw_buf_addstr(&text, sw_value_str(v));
	else if (sw_is(v, SW_BOOL))
		sw_buf_addz(&text, v.u.b ? "true" : "false");
	else if (sw_is(v, SW_NUMBER) && v.repr == SW_NUM_INT)
		sw_buf_printf(&text, "%lld", (long long)v.u.i);
	else if (sw_is(v, SW_NUMBER))
		sw_buf_addstr(&text, sw_value_str(v));
	else
		return sw_error_set(err, SW_EINVALID, "%s needs a single value, not a %s",
			row->name, sw_type_name(v.type));
	if (sw_str_chr(sw_buf_str(&text), '\0', 0) != SW_NPOS)
		return sw_error_set(err, SW_EINVALID, "%s holds a NUL byte", row->name);
	return sw_opts_set(&f->ctx->opts, row, sw_buf_cstr(&text), f->from, err);
}

static int set_option(
	const struct file *f, const struct sw_opt *row, struct sw_value v, struct sw_error *err)
{
	if (row->flags & SW_OPT_FLAG_ONLY)
		return sw_error_set(
			err, SW_EINVALID, "%s can only be given on the command line", row->name);
	if (f->from == SW_FROM_PROJECT && row->flags & SW_OPT_TRUSTED) {
		sw_error_set(err, SW_ESECURITY, "%s may not be set by a project file", row->name);
		return sw_error_hint(err, "set it in the user's file or on the command line");
	}
	if (!sw_is(v, SW_ARRAY))
		return scalar(f, row, v, err);
	if (!(row->flags & SW_OPT_LIST))
		return sw_error_set(err, SW_EINVALID, "%s takes one value, not a list", row->name);
	sw_array_foreach (one, v) {
		int rc = scalar(f, row, *one, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Is it an option of any command? Then it is no mistake, only not for this one. */
static bool known_elsewhere(struct sw_str name, struct sw_nearest *near)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	for (uint32_t i = 0; i < sw_cmd_global.n; i++)
		sw_nearest_try(near, sw_cmd_global.rows[i].name);
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < all[i]->n_opts; k++) {
			if (sw_str_is(name, all[i]->opts[k].name))
				return true;
			sw_nearest_try(near, all[i]->opts[k].name);
		}
		struct sw_str cmd = sw_str_from(all[i]->name);
		if (sw_str_eq(name, cmd) || (sw_str_starts(cmd, name) && cmd.p[name.n] == ' '))
			return true;
	}
	return false;
}

static int unknown_key(const struct file *f, struct sw_str name, struct sw_error *err)
{
	struct sw_nearest near;
	sw_nearest_init(&near, name);
	if (known_elsewhere(name, &near))
		return 0;
	sw_error_set(err, SW_EINVALID, "unknown configuration key \"%.*s\"", SW_STR_ARG(name));
	return near.best ? sw_error_hint(err, "did you mean %s?", near.best) : -SW_EINVALID;
}

/* The options in one level; `words` are the words of the command's name that may follow as
 * sections. */
static int level(const struct file *f, struct sw_value o, struct sw_str words, bool strict,
	struct sw_error *err)
{
	struct sw_str rest = words, word = {0};
	bool more = rest.n && sw_str_split(&rest, ' ', &word);
	int64_t i = 0;
	sw_object_foreach (m, o) {
		struct sw_str name = sw_value_str(m->k);
		const struct sw_opt *row = sw_opts_find(&f->ctx->opts, name);
		int rc = 0;
		if (more && sw_str_eq(name, word) && sw_is(m->v, SW_OBJECT)) {
			i++;
			continue;
		}
		if (row)
			rc = set_option(f, row, m->v, err);
		else if (strict || !sw_is(m->v, SW_OBJECT))
			rc = unknown_key(f, name, err);
		if (rc)
			return at_key(f, o, i, err);
		i++;
	}
	struct sw_value section = more ? sw_object_gets(o, word) : sw_undef();
	return sw_is(section, SW_OBJECT) ? level(f, section, rest, strict, err) : 0;
}

static int load(struct sw_cmd_ctx *ctx, const char *path, enum sw_opt_origin from, bool must,
	struct sw_error *err)
{
	struct file f = {.ctx = ctx, .from = from};
	struct sw_value root;
	if (!must && access(path, F_OK) != 0)
		return 0;
	int rc = sw_cmd_read(ctx->arena, path, CONFIG_MAX, &f.src, err);
	if (!rc)
		rc = sw_yaml_parse(ctx->arena, f.src->text, SW_YAML_SPANS | SW_YAML_DUP_ERROR, NULL,
			&root, err);
	if (!rc && sw_is(root, SW_NULL))
		return 0;
	if (!rc && !sw_is(root, SW_OBJECT))
		rc = sw_error_set(err, SW_EINVALID, "a configuration file is a map of options");
	if (!rc)
		rc = level(&f, root, sw_str_from(ctx->cmd->name), true, err);
	if (rc && err && !err->file[0])
		sw_error_at(err, sw_str_from(path), err->line, err->col, err->byte);
	return rc;
}

/* .seawall.yaml here or in the nearest folder above, not above the top of a repository. */
static bool project_file(char out[PATH_MAX])
{
	char up[3 * PARENTS_MAX + 8] = "", probe[sizeof(up) + 16];
	struct stat st, here, above;
	for (int i = 0; i < PARENTS_MAX; i++) {
		snprintf(out, PATH_MAX, "%s.seawall.yaml", up);
		/* Somebody else's file above us must not steer the verdict. */
		if (stat(out, &st) == 0 && S_ISREG(st.st_mode))
			return i == 0 || st.st_uid == geteuid() || st.st_uid == 0;
		snprintf(probe, sizeof(probe), "%s.git", up);
		if (access(probe, F_OK) == 0 || stat(*up ? up : ".", &here))
			return false;
		memcpy(up + 3 * i, "../", 4);
		if (stat(up, &above) ||
			(above.st_dev == here.st_dev && above.st_ino == here.st_ino))
			return false;
	}
	return false;
}

int sw_cmd_config(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	char path[PATH_MAX];
	const char *only = sw_opts_str(&ctx->opts, "config");
	if (only)
		return *only ? load(ctx, only, SW_FROM_USER, true, err) : 0;
	int rc = load(ctx, "/etc/seawall/config.yaml", SW_FROM_SYSTEM, false, err);
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (!rc && xdg && *xdg == '/') {
		snprintf(path, sizeof(path), "%s/seawall/config.yaml", xdg);
		rc = load(ctx, path, SW_FROM_USER, false, err);
	} else if (!rc && home && *home) {
		snprintf(path, sizeof(path), "%s/.config/seawall/config.yaml", home);
		rc = load(ctx, path, SW_FROM_USER, false, err);
	}
	if (!rc && project_file(path))
		rc = load(ctx, path, SW_FROM_PROJECT, false, err);
	return rc;
}
