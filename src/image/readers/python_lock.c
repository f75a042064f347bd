/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lock files of Python: poetry.lock, pdm.lock, uv.lock, pylock.toml (PEP 751), Pipfile.lock.
 * For development is what its group says (poetry, pdm, pipenv), or what only dependency groups of
 * the project reach (uv).
 */
#include "image/readers/impl.h"

/* Has an array of strings this one? -1: there is no array. */
static int listed(struct sw_value array, const char *what)
{
	if (array.type != SW_ARRAY || array.n == 0)
		return -1;
	sw_array_foreach (v, array)
		if (v->type == SW_STRING && sw_str_is(sw_value_str(*v), what))
			return 1;
	return 0;
}

static bool poetry_dev(struct sw_value pkg)
{
	return sw_str_is(rd_str(pkg, "category"), "dev") ||
	       listed(rd_get(pkg, "groups"), "main") == 0;
}

static bool pdm_dev(struct sw_value pkg)
{
	return listed(rd_get(pkg, "groups"), "default") == 0;
}

/* Installed with a dependency group only: marker = "'dev' in dependency_groups" */
static bool pylock_dev(struct sw_value pkg)
{
	return rd_has(rd_str(pkg, "marker"), "in dependency_groups");
}

/* The project itself, or a folder beside it. */
static bool is_local(struct sw_value pkg)
{
	static const char *const kinds[] = {"virtual", "editable", "directory"};
	struct sw_value source = rd_get(pkg, "source");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (rd_get(source, kinds[i]).type != SW_UNDEF ||
			(source.type != SW_OBJECT && rd_get(pkg, kinds[i]).type != SW_UNDEF) ||
			sw_str_is(rd_str(source, "type"), kinds[i]))
			return true;
	return false;
}

static int toml_read(struct sw_bom *bom, const struct sw_reader_file *f, const char *list,
	bool (*dev)(struct sw_value))
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_toml(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	sw_array_foreach (v, rd_array(rd_get(root, list))) {
		struct sw_package p = {.type = SW_PKG_PYPI,
			.name = rd_str(*v, "name"),
			.version = rd_str(*v, "version"),
			.dev = dev(*v)};
		if (!is_local(*v) && (r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

static bool poetry_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "poetry.lock") && !rd_in_package(path);
}

static int poetry_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	return toml_read(bom, f, "package", poetry_dev);
}

const struct sw_reader rd_python_poetry = {
	.name = "python-poetry",
	.about = "poetry.lock",
	.wants = poetry_wants,
	.max_size = RD_MIB(32),
	.read = poetry_read,
};

static bool pdm_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "pdm.lock") && !rd_in_package(path);
}

static int pdm_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	return toml_read(bom, f, "package", pdm_dev);
}

const struct sw_reader rd_python_pdm = {
	.name = "python-pdm",
	.about = "pdm.lock",
	.wants = pdm_wants,
	.max_size = RD_MIB(32),
	.read = pdm_read,
};

/* pylock.toml, or pylock.NAME.toml */
static bool pylock_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str base = rd_base(path);
	return rd_starts(base, "pylock.") && rd_ends(base, ".toml") && !rd_in_package(path);
}

static int pylock_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	return toml_read(bom, f, "packages", pylock_dev);
}

const struct sw_reader rd_python_pylock = {
	.name = "python-pylock",
	.about = "pylock.toml of PEP 751",
	.wants = pylock_wants,
	.max_size = RD_MIB(32),
	.read = pylock_read,
};

/* ---- uv ---- */

struct uv {
	struct sw_value packages; /* array */
	bool *reached;
	uint32_t *stack;
	uint32_t n;
	struct sw_value by_name; /* name: index of the first with it; others follow it */
};

/* One name may be locked in several versions, for different platforms. */
static void uv_reach(struct uv *u, struct sw_value deps)
{
	sw_array_foreach (d, rd_array(deps)) {
		struct sw_value name = rd_get(*d, "name"), which;
		int64_t first;
		if (name.type != SW_STRING)
			continue;
		which = sw_object_get(u->by_name, name);
		if (!sw_value_int(which, &first) || u->reached[first])
			continue; /* all of a name are reached at once */
		for (uint32_t i = (uint32_t)first; i < u->packages.n; i++) {
			if (!sw_value_eq(rd_get(u->packages.u.a->v[i], "name"), name))
				break;
			if (!u->reached[i]) {
				u->reached[i] = true;
				u->stack[u->n++] = i;
			}
		}
	}
}

static void uv_reach_all(struct uv *u, struct sw_value pkg)
{
	uv_reach(u, rd_get(pkg, "dependencies"));
	sw_object_foreach (m, rd_object(rd_get(pkg, "optional-dependencies")))
		uv_reach(u, m->v);
}

/* Marks what the project's own packages need in production. False: there is no project. */
static bool uv_production(struct uv *u, struct sw_arena *a)
{
	struct sw_map names;
	bool any = false;

	sw_map_init(&names, a);
	u->reached = sw_arena_zalloc(a, u->packages.n + 1);
	u->stack = sw_arena_new_array(a, u->packages.n + 1, uint32_t);
	if (!u->reached || !u->stack)
		return false;
	/* uv sorts by name; the last one added to a map wins: go backwards. */
	for (uint32_t i = u->packages.n; i-- > 0;) {
		struct sw_value name = rd_get(u->packages.u.a->v[i], "name");
		if (name.type == SW_STRING && sw_map_add(&names, name, sw_int(i)))
			return false;
	}
	u->by_name = sw_map_object(&names);
	for (uint32_t i = 0; i < u->packages.n; i++) {
		if (is_local(u->packages.u.a->v[i])) {
			any = true;
			uv_reach_all(u, u->packages.u.a->v[i]);
		}
	}
	while (u->n)
		uv_reach_all(u, u->packages.u.a->v[u->stack[--u->n]]);
	return any;
}

static bool uv_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "uv.lock") && !rd_in_package(path);
}

static int uv_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_toml(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	struct uv u = {.packages = rd_array(rd_get(root, "package"))};
	bool known = uv_production(&u, &a);
	for (uint32_t i = 0; r == 0 && i < u.packages.n; i++) {
		struct sw_value pkg = u.packages.u.a->v[i];
		struct sw_package p = {.type = SW_PKG_PYPI,
			.name = rd_str(pkg, "name"),
			.version = rd_str(pkg, "version"),
			.dev = known && !u.reached[i]};
		if (!is_local(pkg))
			r = rd_add(bom, f, &p);
	}
	return r;
}

const struct sw_reader rd_python_uv = {
	.name = "python-uv",
	.about = "uv.lock",
	.wants = uv_wants,
	.max_size = RD_MIB(32),
	.read = uv_read,
};

/* ---- pipenv ---- */

static bool pipenv_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "Pipfile.lock") && !rd_in_package(path);
}

static int pipenv_section(
	struct sw_bom *bom, const struct sw_reader_file *f, struct sw_value section, bool dev)
{
	int r = 0;

	sw_object_foreach (m, rd_object(section)) {
		struct sw_package p = {.type = SW_PKG_PYPI,
			.name = sw_value_str(m->k),
			.version = rd_str(m->v, "version"),
			.dev = dev};
		while (p.version.n && p.version.p[0] == '=')
			p.version = sw_str_sub(p.version, 1, p.version.n);
		if (p.version.n && (r = rd_add(bom, f, &p))) /* without: a folder or repository */
			break;
	}
	return r;
}

static int pipenv_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = pipenv_section(bom, f, rd_get(root, "default"), false);
	return r ? r : pipenv_section(bom, f, rd_get(root, "develop"), true);
}

const struct sw_reader rd_python_pipenv = {
	.name = "python-pipenv",
	.about = "Pipfile.lock",
	.wants = pipenv_wants,
	.max_size = RD_MIB(32),
	.read = pipenv_read,
};
