/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemctl is-enabled, is-active and show -p, from unit files and control groups, without systemd's bus
 * (systemctl(1), systemd.unit(5)). What only systemd knows is "not known": whether a unit without processes failed,
 * ended as it should or never began.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "cis/sh/impl.h"

enum { LINKS_MAX = 8, ETC = 0, RUN = 2 };

/* In the order in which systemd looks. */
static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/transient", "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/generator",
	"/run/systemd/generator.late"};

struct unit {
	struct sw_str name, path, text; /* path: empty when there is none */
	const char *state;		/* of the file, as is-enabled prints it */
	bool masked, linked;
};

static struct sw_str in(struct sh *sh, const char *folder, struct sw_str name)
{
	return sw_arena_printf(sh->arena, "%s/%.*s", folder, SW_STR_ARG(name));
}

/* Is the path a link? *ret_name is the name of what it leads to. */
static bool is_link(struct sh *sh, struct sw_str path, struct sw_str *ret_name)
{
	struct sw_str to;

	if (sw_cis_readlink(sh->node, sh->arena, path, &to) != 0)
		return false;
	*ret_name = sw_str_is(to, "/dev/null") ? to : sw_str_sub(to, sw_str_rfind(to, SW_STR("/")) + 1, to.n);
	return true;
}

/* Does a folder of NAME.wants or NAME.requires, or an alias, lead to the unit? */
static bool wanted_in(struct sh *sh, const char *folder, struct sw_str name)
{
	struct sw_str *v, target;
	uint32_t n;
	struct stat st;

	if (sw_cis_list(sh->node, sh->arena, sw_str_from(folder), &v, &n))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str path = in(sh, folder, v[i]);
		if (sw_str_ends(v[i], SW_STR(".wants")) || sw_str_ends(v[i], SW_STR(".requires"))) {
			if (!sw_cis_stat(sh->node, sw_arena_printf(sh->arena, "%.*s/%.*s", SW_STR_ARG(path), SW_STR_ARG(name)),
				    false, &st))
				return true;
		} else if (!sw_str_eq(v[i], name) && is_link(sh, path, &target) && sw_str_eq(target, name)) {
			return true;
		}
	}
	return false;
}

static bool has_key(struct sw_str text, const char *const *keys)
{
	struct sw_str line;
	bool install = false;

	while (sh_line(&text, &line)) {
		line = sw_str_trim(line);
		if (line.n && line.p[0] == '[')
			install = sw_str_is(line, "[Install]");
		for (const char *const *k = keys; install && *k; k++)
			if (sw_str_starts(line, sw_str_from(*k)))
				return true;
	}
	return false;
}

/* The unit's file, links to other names followed. False: the node would not show it. */
static bool find_file(struct sh *sh, struct unit *u)
{
	struct sw_str target, name = u->name;
	struct stat st;

	for (int links = 0; links < LINKS_MAX; links++) {
		size_t i = 0;
		while (i < SW_ARRAY_LEN(folders) && sw_cis_stat(sh->node, in(sh, folders[i], name), false, &st))
			i++;
		if (i == SW_ARRAY_LEN(folders))
			return true;
		u->path = in(sh, folders[i], name);
		sh_touch(sh, u->path);
		if (is_link(sh, u->path, &target)) {
			u->masked = sw_str_is(target, "/dev/null");
			if (u->masked) {
				u->state = i == ETC ? "masked" : "masked-runtime";
				return true;
			}
			if (!sw_str_eq(target, name)) {
				u->state = "alias";
				name = target;
				continue;
			}
			u->linked = true;
		}
		int rc = sw_cis_read(sh->node, sh->arena, u->path, &u->text);
		if (rc)
			sh_file_error(sh, u->path, -rc);
		return rc == 0;
	}
	return true;
}

static bool find_unit(struct sh *sh, struct sw_str name, struct unit *u)
{
	static const char *const install[] = {"WantedBy=", "RequiredBy=", "UpheldBy=", "Alias=", "DefaultInstance=", NULL};
	static const char *const also[] = {"Also=", NULL};

	*u = (struct unit){.name = sh_unit_name(sh, name)};
	if (!find_file(sh, u))
		return false;
	if (!u->path.n || u->state)
		return true;
	u->masked = u->text.n == 0;
	if (u->masked)
		u->state = "masked";
	else if (wanted_in(sh, folders[ETC], u->name))
		u->state = "enabled";
	else if (wanted_in(sh, folders[RUN], u->name))
		u->state = "enabled-runtime";
	else if (sw_str_starts(u->path, SW_STR("/run/systemd/generator")))
		u->state = "generated";
	else if (sw_str_starts(u->path, SW_STR("/run/systemd/transient")))
		u->state = "transient";
	else if (u->linked)
		u->state = "linked";
	else
		u->state = has_key(u->text, install) ? "disabled" : has_key(u->text, also) ? "indirect" : "static";
	return true;
}

/* NULL, the shell told, where only systemd knows. */
static const char *active(struct sh *sh, const struct unit *u)
{
	struct sw_str group, text = {0};
	struct stat st;
	bool two = !sw_cis_stat(sh->node, SW_STR("/sys/fs/cgroup/cgroup.controllers"), true, &st);
	const char *top = two ? "/sys/fs/cgroup/system.slice" : "/sys/fs/cgroup/systemd/system.slice";

	if (!u->path.n)
		return "inactive";
	if (!sw_cis_stat(sh->node, sw_str_from(top), true, &st)) {
		group = in(sh, top, sw_arena_printf(sh->arena, "%.*s/%s", SW_STR_ARG(u->name), two ? "cgroup.events" : "cgroup.procs"));
		int rc = sw_cis_read(sh->node, sh->arena, group, &text);
		if (rc == 0 && (two ? sw_str_has(text, SW_STR("populated 1")) : text.n > 0))
			return "active";
		if (u->masked && rc == -ENOENT)
			return "inactive";
	}
	sh_unknown(sh, "systemctl: whether %.*s failed, ended or never began, only systemd knows", SW_STR_ARG(u->name));
	return NULL;
}

static int is_enabled(struct sh *sh, const struct unit *u, bool quiet, const struct sh_io *io)
{
	static const char *const good[] = {"enabled", "enabled-runtime", "static", "alias", "indirect", "generated"};

	if (!u->path.n) {
		sw_buf_printf(io->err, "Failed to get unit file state for %.*s: No such file or directory\n", SW_STR_ARG(u->name));
		return 1;
	}
	if (!quiet)
		sw_buf_printf(io->out, "%s\n", u->state);
	for (size_t i = 0; i < SW_ARRAY_LEN(good); i++)
		if (strcmp(good[i], u->state) == 0)
			return 0;
	return 1;
}

static int is_active(struct sh *sh, const struct unit *u, bool quiet, const struct sh_io *io)
{
	const char *s = active(sh, u);

	if (!s)
		return 127;
	if (!quiet)
		sw_buf_printf(io->out, "%s\n", s);
	return strcmp(s, "active") == 0 ? 0 : 3;
}

static int show(struct sh *sh, const struct unit *u, struct sw_str properties, bool bare, const struct sh_io *io)
{
	struct sw_str one;

	while (sw_str_split(&properties, ',', &one)) {
		const char *v = sw_str_is(one, "ActiveState")	  ? active(sh, u)
				: sw_str_is(one, "LoadState")	  ? (u->masked ? "masked" : u->path.n ? "loaded" : "not-found")
				: sw_str_is(one, "UnitFileState") ? (u->state ? u->state : "")
								  : NULL;
		struct sw_str text = v ? sw_str_from(v) : u->path;
		if (!v && sh->stop)
			return 127;
		if (!v && !sw_str_is(one, "FragmentPath"))
			return sh_unknown(sh, "systemctl show -p %.*s", SW_STR_ARG(one));
		if (!bare)
			sw_buf_printf(io->out, "%.*s=", SW_STR_ARG(one));
		sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(text));
	}
	return 0;
}

struct options {
	struct sw_str verb, properties;
	bool quiet, bare;
	struct sh_args units;
};

/* An option and its value, in one word or two. False: this one is not known. */
static bool option(struct options *o, const struct sh_args *args, uint32_t *i)
{
	struct sw_str a = args->v[*i];

	if (sw_str_is(a, "-q") || sw_str_is(a, "--quiet"))
		o->quiet = true;
	else if (sw_str_is(a, "--value"))
		o->bare = true;
	else if ((sw_str_is(a, "-p") || sw_str_is(a, "-P") || sw_str_is(a, "--property")) && *i + 1 < args->n)
		o->properties = args->v[++*i];
	else if (sw_str_starts(a, SW_STR("--property=")))
		o->properties = sw_str_sub(a, strlen("--property="), a.n);
	else
		return sw_str_is(a, "--no-pager") || sw_str_is(a, "--system") || sw_str_is(a, "--no-legend");
	o->bare |= sw_str_is(a, "-P");
	return true;
}

static bool options(struct sh *sh, const struct sh_args *args, struct options *o)
{
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (a.n && a.p[0] == '-') {
			if (!option(o, args, &i))
				return false;
		} else if (!o->verb.n) {
			o->verb = a;
		} else if (sw_str_chr(a, '*', 0) != SW_NPOS || sw_str_chr(a, '@', 0) != SW_NPOS || sw_str_chr(a, '/', 0) != SW_NPOS) {
			return false; /* patterns, instances, paths */
		} else {
			sh_add_arg(sh, &o->units, a);
		}
	}
	return o->units.n > 0;
}

int sh_tool_systemctl(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct options o = {0};
	bool enabled, shown, good = false;
	int last = 0;

	if (!options(sh, args, &o))
		return sh_unknown(sh, "systemctl with these arguments");
	enabled = sw_str_is(o.verb, "is-enabled");
	shown = sw_str_is(o.verb, "show");
	if (!enabled && !sw_str_is(o.verb, "is-active") && (!shown || !o.properties.n || o.units.n != 1))
		return sh_unknown(sh, "systemctl %.*s", SW_STR_ARG(o.verb));
	for (uint32_t i = 0; i < o.units.n && !sh->stop; i++) {
		struct unit u;
		if (!find_unit(sh, o.units.v[i], &u))
			return 1;
		last = enabled ? is_enabled(sh, &u, o.quiet, io) :
		       shown   ? show(sh, &u, o.properties, o.bare, io) :
				 is_active(sh, &u, o.quiet, io);
		good = good || last == 0;
	}
	return good ? 0 : last; /* one that is so is enough */
}
