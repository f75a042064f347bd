/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemctl is-enabled, is-active and show -p, from unit files and control groups, without systemd's bus
 * (systemctl(1), systemd.unit(5)). What only systemd knows is "not known": whether a unit without processes failed,
 * ended as it should or never began.
 */
#include <errno.h>

#include "base/cleanup.h"
#include "cis/sh/impl.h"

enum { LINKS_MAX = 8 };

#define ETC "/etc/systemd/system"
#define RUN "/run/systemd/system"

/* In the order in which systemd looks, that of systemd.unit(5); /lib stands beside /usr/lib, which it may be. */
static const char *const folders[] = {"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient", "/run/systemd/generator.early", ETC, "/etc/systemd/system.attached", RUN,
	"/run/systemd/system.attached", "/run/systemd/generator", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/generator.late"};

struct unit {
	struct sw_str name, path, text; /* of the unit behind an alias; path: empty when there is none */
	const char *state;		/* of the file, as is-enabled prints it but for an alias; NULL: not looked for */
	bool alias, masked, linked;
};

static struct sw_str in(struct sh *sh, const char *folder, struct sw_str name)
{
	return sw_arena_printf(sh->arena, "%s/%.*s", folder, SW_STR_ARG(name));
}

static bool absent(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR;
}

/* Is it neither known to be there nor known not to be? The shell is told then. */
static bool unseen(struct sh *sh, struct sw_str path, int rc)
{
	if (rc >= 0 || absent(rc))
		return false;
	sh_unseen(sh, path, -rc);
	sh_unknown(sh, "systemctl: %.*s", SW_STR_ARG(sh->unseen));
	return true;
}

/* Is the path a link? 1 and the name of what it leads to; 0; or the negative errno of what cannot be seen. */
static int is_link(struct sh *sh, struct sw_str path, struct sw_str *ret_name)
{
	struct sw_str to;
	struct stat st;
	int rc = sw_cis_stat(sh->node, path, false, &st);

	if (rc)
		return absent(rc) ? 0 : rc;
	if (!S_ISLNK(st.st_mode))
		return 0;
	rc = sw_cis_readlink(sh->node, sh->arena, path, &to);
	if (rc)
		return rc;
	*ret_name = sw_str_is(to, "/dev/null") ? to : sw_str_base(to);
	return 1;
}

/* Does an entry of a folder (NAME.wants, .requires or .upholds, or an alias) lead to the unit? As is_link(). */
static int leads_to(struct sh *sh, struct sw_str path, struct sw_str name)
{
	struct sw_str target;
	struct stat st;
	int rc;

	if (sw_str_ends(path, SW_STR(".wants")) || sw_str_ends(path, SW_STR(".requires")) ||
		sw_str_ends(path, SW_STR(".upholds"))) {
		rc = sw_cis_stat(sh->node, sw_arena_printf(sh->arena, "%.*s/%.*s", SW_STR_ARG(path), SW_STR_ARG(name)), false, &st);
		return rc == 0 ? 1 : absent(rc) ? 0 : rc;
	}
	rc = is_link(sh, path, &target);
	return rc == 1 ? sw_str_eq(target, name) : rc;
}

/* Does the folder want the unit? False too, the shell told, where something that might cannot be seen. */
static bool wanted_in(struct sh *sh, const char *folder, struct sw_str name)
{
	struct sw_str *v, hidden = sw_str_from(folder);
	uint32_t n = 0;
	int why = sw_cis_list(sh->node, sh->arena, hidden, &v, &n);

	for (uint32_t i = 0; i < n; i++) {
		struct sw_str path = in(sh, folder, v[i]);
		int rc = sw_str_eq(v[i], name) ? 0 : leads_to(sh, path, name);
		if (rc == 1)
			return true;
		if (rc && !why) {
			why = rc;
			hidden = path;
		}
	}
	unseen(sh, hidden, why);
	return false;
}

/* Does [Install] give one of the keys a value? An empty one takes back what was given before. */
static bool has_key(struct sw_str text, const char *const *keys)
{
	struct sw_str line;
	bool install = false;
	uint32_t given = 0;

	while (sh_line(&text, &line)) {
		line = sw_str_trim(line);
		if (line.n && line.p[0] == '[')
			install = sw_str_is(line, "[Install]");
		size_t eq = sw_str_chr(line, '=', 0);
		if (!install || eq == SW_NPOS)
			continue;
		struct sw_str key = sw_str_trim(sw_str_sub(line, 0, eq)), value = sw_str_trim(sw_str_sub(line, eq + 1, line.n));
		for (uint32_t k = 0; keys[k]; k++)
			if (sw_str_is(key, keys[k]))
				given = value.n ? given | 1u << k : given & ~(1u << k);
	}
	return given != 0;
}

/* The first folder that has a file of this name; NULL: none has it, or, the shell told, that cannot be seen. */
static const char *folder_of(struct sh *sh, struct sw_str name)
{
	struct stat st;
	bool any = false;

	for (size_t i = 0; i < SW_ARRAY_LEN(folders); i++) {
		struct sw_str path = in(sh, folders[i], name);
		int rc = sw_cis_stat(sh->node, path, false, &st);
		if (rc == 0)
			return folders[i];
		if (unseen(sh, path, rc))
			return NULL;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(folders) && !any; i++)
		any = !sw_cis_stat(sh->node, sw_str_from(folders[i]), true, &st);
	if (!any)
		sh_unknown(sh, "systemctl: no folder of systemd's units can be seen");
	return NULL;
}

static const char *masked_state(const struct unit *u)
{
	return sw_str_starts(u->path, SW_STR("/run/")) ? "masked-runtime" : "masked";
}

/* A link that leads nowhere is no file. False, the shell told: the node would not show it. */
static bool read_file(struct sh *sh, struct unit *u)
{
	int rc = sw_cis_read(sh->node, sh->arena, u->path, &u->text);

	if (unseen(sh, u->path, rc))
		return false;
	u->masked = rc == 0 && u->text.n == 0;
	if (rc)
		u->path = (struct sw_str){0};
	return true;
}

/* The unit's file, links to other names followed. False, the shell told: the node would not show it. */
static bool find_file(struct sh *sh, struct unit *u)
{
	struct sw_str target;

	for (int links = 0; links < LINKS_MAX; links++) {
		const char *folder = folder_of(sh, u->name);
		if (!folder)
			return !sh->stop;
		u->path = in(sh, folder, u->name);
		sh_touch(sh, u->path);
		int rc = is_link(sh, u->path, &target);
		if (unseen(sh, u->path, rc))
			return false;
		if (rc == 1 && sw_str_is(target, "/dev/null")) {
			u->masked = true;
			return true;
		}
		if (rc == 1 && !sw_str_eq(target, u->name) && folder_of(sh, target)) {
			u->alias = true;
			u->name = target;
			continue;
		}
		u->linked = rc == 1;
		return !sh->stop && read_file(sh, u);
	}
	unseen(sh, u->path, -ELOOP);
	return false;
}

/* The state of a file that is there. False, the shell told: something that might want it cannot be seen. */
static bool find_state(struct sh *sh, struct unit *u)
{
	static const char *const install[] = {"WantedBy", "RequiredBy", "UpheldBy", "Alias", NULL};
	static const char *const also[] = {"Also", NULL};

	if (u->masked)
		u->state = masked_state(u);
	else if (wanted_in(sh, ETC, u->name))
		u->state = "enabled";
	else if (!sh->stop && wanted_in(sh, RUN, u->name))
		u->state = "enabled-runtime";
	else if (sw_str_starts(u->path, SW_STR("/run/systemd/generator")))
		u->state = "generated";
	else if (sw_str_starts(u->path, SW_STR("/run/systemd/transient")))
		u->state = "transient";
	else if (u->linked)
		u->state = "linked";
	else
		u->state = has_key(u->text, install) ? "disabled" : has_key(u->text, also) ? "indirect" : "static";
	return !sh->stop;
}

/* NULL, the shell told, where only systemd knows. */
static const char *active(struct sh *sh, const struct unit *u)
{
	struct sw_str group, text = {0};
	struct stat st;
	bool two = !sw_cis_stat(sh->node, SW_STR("/sys/fs/cgroup/cgroup.controllers"), true, &st);
	const char *top = two ? "/sys/fs/cgroup/system.slice" : "/sys/fs/cgroup/systemd/system.slice";
	int rc = sw_cis_stat(sh->node, sw_str_from(top), true, &st);
	bool groups = rc == 0;

	group = in(sh, top, sw_arena_printf(sh->arena, "%.*s/%s", SW_STR_ARG(u->name), two ? "cgroup.events" : "cgroup.procs"));
	if (groups)
		rc = sw_cis_read(sh->node, sh->arena, group, &text);
	if (rc == 0 && (two ? sw_str_has(text, SW_STR("populated 1")) : text.n > 0))
		return "active"; /* even if its file is gone since */
	if (unseen(sh, group, rc))
		return NULL;
	if (absent(rc) && (!u->path.n || (u->masked && groups)))
		return "inactive";
	sh_unknown(sh, "systemctl: whether %.*s failed, ended or never began, only systemd knows", SW_STR_ARG(u->name));
	return NULL;
}

static int is_enabled(struct sh *sh, struct unit *u, struct sw_str name, bool quiet, const struct sh_io *io)
{
	static const char *const good[] = {"enabled", "enabled-runtime", "static", "alias", "indirect", "generated"};

	if (!u->path.n) {
		sw_buf_printf(io->err, "Failed to get unit file state for %.*s: No such file or directory\n", SW_STR_ARG(name));
		return 1;
	}
	if (!find_state(sh, u))
		return 127;
	const char *state = u->alias && !u->masked ? "alias" : u->state;
	if (!quiet)
		sw_buf_printf(io->out, "%s\n", state);
	for (size_t i = 0; i < SW_ARRAY_LEN(good); i++)
		if (strcmp(good[i], state) == 0)
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

static const char *load_state(const struct unit *u)
{
	return u->masked ? "masked" : u->path.n ? "loaded" : "not-found";
}

enum { LOAD_STATE, ACTIVE_STATE, FRAGMENT_PATH, UNIT_FILE_STATE, N_PROPERTIES };

/* In the order in which systemd tells them, whatever the order in which they are asked for. */
static const char *const property_names[N_PROPERTIES] = {"LoadState", "ActiveState", "FragmentPath", "UnitFileState"};

/* False: one of them is not known. */
static bool properties_of(struct sh *sh, struct sw_str asked, bool *want)
{
	struct sw_str one;

	while (sw_str_split(&asked, ',', &one)) {
		size_t i = 0;
		while (i < N_PROPERTIES && !sw_str_is(one, property_names[i]))
			i++;
		if (i == N_PROPERTIES) {
			sh_unknown(sh, "systemctl show -p %.*s", SW_STR_ARG(one));
			return false;
		}
		want[i] = true;
	}
	return true;
}

static int show(struct sh *sh, struct unit *u, struct sw_str properties, bool bare, const struct sh_io *io)
{
	bool want[N_PROPERTIES] = {0};

	if (!properties_of(sh, properties, want) || (want[UNIT_FILE_STATE] && u->path.n && !find_state(sh, u)))
		return 127;
	struct sw_str value[N_PROPERTIES] = {[LOAD_STATE] = sw_str_from(load_state(u)), [FRAGMENT_PATH] = u->path,
		[UNIT_FILE_STATE] = sw_str_from(u->state ? u->state : "")};
	if (want[ACTIVE_STATE]) {
		const char *s = active(sh, u);
		if (!s)
			return 127;
		value[ACTIVE_STATE] = sw_str_from(s);
	}
	for (size_t i = 0; i < N_PROPERTIES; i++) {
		if (!want[i])
			continue;
		if (!bare)
			sw_buf_printf(io->out, "%s=", property_names[i]);
		sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(value[i]));
	}
	return 0;
}

struct options {
	struct sw_str verb, properties;
	bool quiet, bare;
	struct sh_args units;
};

/* -p A -p B asks for both. */
static void add_properties(struct sh *sh, struct options *o, struct sw_str more)
{
	o->properties = o->properties.n ? sw_arena_printf(sh->arena, "%.*s,%.*s", SW_STR_ARG(o->properties), SW_STR_ARG(more)) : more;
}

/* An option and its value, in one word or two. False: this one is not known. */
static bool option(struct sh *sh, struct options *o, const struct sh_args *args, uint32_t *i)
{
	struct sw_str a = args->v[*i];

	if (sw_str_is(a, "-q") || sw_str_is(a, "--quiet"))
		o->quiet = true;
	else if (sw_str_is(a, "--value"))
		o->bare = true;
	else if ((sw_str_is(a, "-p") || sw_str_is(a, "-P") || sw_str_is(a, "--property")) && *i + 1 < args->n)
		add_properties(sh, o, args->v[++*i]);
	else if (sw_str_starts(a, SW_STR("--property=")))
		add_properties(sh, o, sw_str_sub(a, strlen("--property="), a.n));
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
			if (!option(sh, o, args, &i))
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
		struct sw_str name = sh_unit_name(sh, o.units.v[i]);
		struct unit u = {.name = name};
		if (!find_file(sh, &u))
			return 127;
		last = enabled ? is_enabled(sh, &u, name, o.quiet, io) :
		       shown   ? show(sh, &u, o.properties, o.bare, io) :
				 is_active(sh, &u, o.quiet, io);
		good = good || last == 0;
	}
	return good ? 0 : last; /* one that is so is enough */
}
