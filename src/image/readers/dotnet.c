/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .NET: NAME.deps.json (what a program runs with), packages.lock.json, and packages.config,
 * project files and Directory.Packages.props, whose plain versions are taken.
 */
#include "image/readers/xml.h"

static bool deps_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_ends(path, ".deps.json");
}

/*
 * Does the program bring anything of the library along? Packages that only gather others, and those
 * whose code the runtime has in a newer version, stand in the list as well. What the target does
 * not name at all may be brought along.
 */
static bool is_deployed(struct sw_value target, struct sw_value library)
{
	static const char *const what[] = {"runtime", "runtimeTargets", "native", "resources"};
	struct sw_value parts = sw_object_get(target, library);

	for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++)
		if (rd_get(parts, what[i]).type != SW_UNDEF)
			return true;
	return parts.type != SW_OBJECT;
}

/* "libraries": {"Name/1.0.0": {"type": "package"}} */
static int deps_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	r = 0;
	struct sw_value target = sw_object_get(
		rd_get(root, "targets"), rd_get(rd_get(root, "runtimeTarget"), "name"));
	sw_object_foreach (m, rd_object(rd_get(root, "libraries"))) {
		struct sw_package p = {.type = SW_PKG_NUGET};
		struct sw_str type = rd_str(m->v, "type"), key = sw_value_str(m->k);
		bool runtime = sw_str_is(type, "runtimepack");
		if (!runtime && !sw_str_ieq(type, SW_STR("package")))
			continue;
		if (!is_deployed(target, m->k))
			continue;
		/* The runtime that a self-contained program brings along is a package too. */
		if (runtime && rd_starts(key, "runtimepack."))
			key = sw_str_sub(key, strlen("runtimepack."), key.n);
		rd_split_last(key, '/', &p.name, &p.version);
		if ((r = rd_add(bom, f, &p)))
			break;
	}
	return r;
}

const struct sw_reader rd_dotnet_deps = {
	.name = "dotnet-deps",
	.about = "packages that .NET programs run with: NAME.deps.json",
	.wants = deps_wants,
	.max_size = RD_MIB(32),
	.read = deps_read,
};

static bool lock_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str base = rd_base(path);
	return sw_str_is(base, "packages.lock.json") ||
	       (rd_starts(base, "packages.") && rd_ends(base, ".lock.json"));
}

/* "dependencies": {framework: {name: {"type": "Direct", "resolved": "1.0.0"}}} */
static int lock_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	sw_object_foreach (framework, rd_object(rd_get(root, "dependencies"))) {
		sw_object_foreach (m, rd_object(framework->v)) {
			struct sw_package p = {.type = SW_PKG_NUGET,
				.name = sw_value_str(m->k),
				.version = rd_str(m->v, "resolved")};
			if (p.version.n == 0 || sw_str_is(rd_str(m->v, "type"), "Project"))
				continue;
			r = rd_add(bom, f, &p);
			if (r)
				return r;
		}
	}
	return 0;
}

const struct sw_reader rd_dotnet_lock = {
	.name = "dotnet-lock",
	.about = "packages.lock.json",
	.wants = lock_wants,
	.max_size = RD_MIB(32),
	.read = lock_read,
};

static bool project_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "packages.config") || rd_ends(path, ".csproj") ||
	       rd_ends(path, ".fsproj") || rd_ends(path, ".vbproj") ||
	       rd_ends(path, "Packages.props");
}

/* Not a variable, a range or a pattern. */
static bool is_plain(struct sw_str version)
{
	for (size_t i = 0; i < version.n; i++)
		if (memchr("$*[](),", version.p[i], 7))
			return false;
	return version.n > 0;
}

static int add(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_package *p)
{
	int r = 0;

	if (is_plain(p->name) && is_plain(p->version))
		r = rd_add(bom, f, p);
	*p = (struct sw_package){.type = SW_PKG_NUGET};
	return r;
}

static bool is_reference(struct sw_str element)
{
	return sw_str_is(element, "PackageReference") || sw_str_is(element, "PackageVersion") ||
	       sw_str_is(element, "GlobalPackageReference");
}

static void open_element(const struct xml *x, struct sw_package *p)
{
	if (sw_str_is(x->name, "package")) {
		p->name = xml_attribute(x, "id");
		p->version = xml_attribute(x, "version");
		p->dev = sw_str_ieq(xml_attribute(x, "developmentDependency"), SW_STR("true"));
	} else if (is_reference(x->name)) {
		p->name = xml_attribute(x, "Include");
		if (p->name.n == 0)
			p->name = xml_attribute(x, "Update");
		p->version = xml_attribute(x, "VersionOverride");
		if (p->version.n == 0)
			p->version = xml_attribute(x, "Version");
		p->dev = sw_str_ieq(xml_attribute(x, "PrivateAssets"), SW_STR("all"));
	}
}

static int project_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_NUGET};
	enum xml_event e;
	struct xml x;
	sw_autoarena a;
	int r = 0;

	sw_arena_init(&a, RD_ARENA);
	xml_init(&x, &a, f->content);
	while (r == 0 && (e = xml_next(&x)) != XML_END_OF_TEXT) {
		if (e == XML_BROKEN)
			return rd_note(bom, f, "cannot be read as XML to its end");
		if (e == XML_OPEN)
			open_element(&x, &p);
		else if (e == XML_TEXT && (xml_at(&x, "PackageReference", "Version", NULL) ||
						  xml_at(&x, "PackageVersion", "Version", NULL)))
			p.version = x.text;
		else if (e == XML_TEXT && xml_at(&x, "PackageReference", "PrivateAssets", NULL))
			p.dev = sw_str_ieq(x.text, SW_STR("all"));
		else if (e == XML_CLOSE && (sw_str_is(x.name, "package") || is_reference(x.name)))
			r = add(bom, f, &p);
	}
	return r;
}

const struct sw_reader rd_dotnet_project = {
	.name = "dotnet-project",
	.about = "packages.config, project files, Directory.Packages.props",
	.wants = project_wants,
	.max_size = RD_MIB(8),
	.read = project_read,
};
