/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java's build files: pom.xml (what it says itself: properties, its own dependencyManagement; no
 * parent is fetched) and gradle.lockfile.
 */
#include "image/readers/xml.h"

#define PROPERTIES 512
#define EXPANSIONS 8
#define MANAGED 2048

static bool pom_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "pom.xml");
}

struct property {
	struct sw_str key, value;
};

struct dependency {
	struct sw_str group, artifact, version, scope, type;
};

struct pom {
	struct property properties[PROPERTIES];
	uint32_t n;
	struct sw_str group, version, parent_group, parent_version, artifact;
	struct dependency managed[MANAGED];
	uint32_t n_managed;
	struct sw_arena *a;
};

static void take_property(struct pom *p, struct sw_str key, struct sw_str value)
{
	if (p->n < PROPERTIES)
		p->properties[p->n++] = (struct property){key, value};
}

static struct sw_str property(const struct pom *p, struct sw_str key)
{
	if (rd_starts(key, "project.parent.") || rd_starts(key, "parent."))
		return rd_ends(key, "version") ? p->parent_version : p->parent_group;
	if (sw_str_is(key, "project.version") || sw_str_is(key, "pom.version") ||
		sw_str_is(key, "version"))
		return p->version.n ? p->version : p->parent_version;
	if (sw_str_is(key, "project.groupId") || sw_str_is(key, "pom.groupId") ||
		sw_str_is(key, "groupId"))
		return p->group.n ? p->group : p->parent_group;
	if (sw_str_is(key, "project.artifactId"))
		return p->artifact;
	for (uint32_t i = p->n; i-- > 0;)
		if (sw_str_eq(p->properties[i].key, key))
			return p->properties[i].value;
	return SW_STR("");
}

/* With "${name}" replaced; "" when one is not known here. */
static struct sw_str expand(const struct pom *p, struct sw_str s)
{
	for (int i = 0; i < EXPANSIONS; i++) {
		size_t from = sw_str_find(s, SW_STR("${"), 0);
		size_t to = from == SW_NPOS ? SW_NPOS : sw_str_chr(s, '}', from);
		if (from == SW_NPOS)
			return s;
		if (to == SW_NPOS || s.n > RD_NAME_MAX)
			return SW_STR("");
		struct sw_str value = property(p, sw_str_sub(s, from + 2, to));
		if (value.n == 0 || value.n > RD_NAME_MAX)
			return SW_STR("");
		s = sw_arena_printf(p->a, "%.*s%.*s%.*s", (int)from, s.p, SW_STR_ARG(value),
			SW_STR_ARG(sw_str_sub(s, to + 1, s.n)));
	}
	return SW_STR("");
}

/* First pass: what dependencies refer to. */
static void read_project(struct pom *p, struct sw_str text)
{
	enum xml_event e;
	struct xml x;

	xml_init(&x, p->a, text);
	while ((e = xml_next(&x)) != XML_END_OF_TEXT && e != XML_BROKEN) {
		if (e != XML_TEXT)
			continue;
		if (x.depth == 3 && sw_str_is(x.path[1], "properties"))
			take_property(p, x.path[2], x.text);
		else if (x.depth == 2 && sw_str_is(x.path[1], "groupId"))
			p->group = x.text;
		else if (x.depth == 2 && sw_str_is(x.path[1], "artifactId"))
			p->artifact = x.text;
		else if (x.depth == 2 && sw_str_is(x.path[1], "version"))
			p->version = x.text;
		else if (x.depth == 3 && sw_str_is(x.path[1], "parent") &&
			 sw_str_is(x.path[2], "groupId"))
			p->parent_group = x.text;
		else if (x.depth == 3 && sw_str_is(x.path[1], "parent") &&
			 sw_str_is(x.path[2], "version"))
			p->parent_version = x.text;
	}
}

static void take_member(struct dependency *d, struct sw_str name, struct sw_str text)
{
	if (sw_str_is(name, "groupId"))
		d->group = text;
	else if (sw_str_is(name, "artifactId"))
		d->artifact = text;
	else if (sw_str_is(name, "version"))
		d->version = text;
	else if (sw_str_is(name, "scope"))
		d->scope = text;
}

/* project/dependencies/dependency, also in a profile; not of plugins, not the managed ones. */
static bool is_dependency(const struct xml *x, bool managed)
{
	if (x->depth < 3 || !xml_at(x, "dependencies", "dependency", NULL))
		return false;
	for (uint32_t i = 0; i < x->depth; i++)
		if (sw_str_is(x->path[i], "plugin"))
			return false;
	return xml_at(x, "dependencyManagement", "dependencies", "dependency", NULL) == managed;
}

/* The next dependency; false at the end. *ret_broken: of the text. */
static bool next_dependency(struct xml *x, bool managed, struct dependency *ret, bool *ret_broken)
{
	struct dependency d = {{0}};
	uint32_t inside = 0;
	enum xml_event e;

	while ((e = xml_next(x)) != XML_END_OF_TEXT && e != XML_BROKEN) {
		if (e == XML_OPEN && inside == 0 && is_dependency(x, managed)) {
			inside = x->depth;
			d = (struct dependency){{0}};
		} else if (e == XML_TEXT && inside && x->depth == inside + 1) {
			take_member(&d, x->path[inside], x->text);
		} else if (e == XML_CLOSE && inside && x->depth < inside) {
			*ret = d;
			return true;
		}
	}
	*ret_broken = e == XML_BROKEN;
	return false;
}

/* What dependencyManagement of this file says, expanded. */
static void read_managed(struct pom *p, struct sw_str text)
{
	struct dependency m;
	bool broken;
	struct xml x;

	xml_init(&x, p->a, text);
	while (p->n_managed < MANAGED && next_dependency(&x, true, &m, &broken)) {
		m.group = expand(p, m.group);
		m.artifact = expand(p, m.artifact);
		m.version = expand(p, m.version);
		p->managed[p->n_managed++] = m;
	}
}

static void managed(const struct pom *p, struct dependency *d)
{
	for (uint32_t i = 0; i < p->n_managed; i++) {
		const struct dependency *m = &p->managed[i];
		if (!sw_str_eq(m->group, d->group) || !sw_str_eq(m->artifact, d->artifact))
			continue;
		if (d->version.n == 0)
			d->version = m->version;
		if (d->scope.n == 0)
			d->scope = m->scope;
		return;
	}
}

static int pom_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct dependency d;
	bool broken = false;
	struct xml x;
	int r = 0;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	struct pom *p = sw_arena_new(&a, struct pom);
	if (!p)
		return -SW_ELIMIT;
	p->a = &a;
	read_project(p, f->content);
	read_managed(p, f->content);
	xml_init(&x, &a, f->content);
	while (r == 0 && next_dependency(&x, false, &d, &broken)) {
		d.group = expand(p, d.group);
		d.artifact = expand(p, d.artifact);
		d.version = expand(p, d.version);
		managed(p, &d);
		struct sw_package made = {.type = SW_PKG_MAVEN,
			.ns = d.group,
			.name = d.artifact,
			.version = d.version,
			.dev = sw_str_is(d.scope, "test")};
		if (made.version.n && memchr("[(", made.version.p[0], 2))
			made.version = SW_STR(""); /* a range */
		if (made.name.n)
			r = rd_add(bom, f, &made);
	}
	return r == 0 && broken ? rd_note(bom, f, "cannot be read as XML to its end") : r;
}

const struct sw_reader rd_maven_pom = {
	.name = "maven-pom",
	.about = "dependencies that a pom.xml names itself",
	.wants = pom_wants,
	.max_size = RD_MIB(8),
	.read = pom_read,
};

static bool gradle_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_ends(path, "gradle.lockfile");
}

/* Needed by configurations of tests only? "compileClasspath,testRuntimeClasspath" */
static bool only_tests(struct sw_str configurations)
{
	struct sw_str one, rest = configurations;
	bool any = false;

	while (rest.n && sw_str_split(&rest, ',', &one)) {
		one = sw_str_trim(one);
		if (!rd_starts(one, "test") && !rd_starts(one, "androidTest") &&
			!rd_has(one, "Test"))
			return false;
		any = true;
	}
	return any;
}

/* group:artifact:version=configuration,… */
static int gradle_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		line = sw_str_trim(line);
		struct sw_str configurations = line, id = rd_cut(&configurations, '=');
		struct sw_package p = {.type = SW_PKG_MAVEN};
		if (line.n == 0 || line.p[0] == '#' || sw_str_is(id, "empty"))
			continue;
		p.ns = rd_cut(&id, ':');
		p.name = rd_cut(&id, ':');
		p.version = rd_cut(&id, ':');
		p.dev = only_tests(configurations);
		if (p.name.n && p.version.n && configurations.n)
			r = rd_add(bom, f, &p);
	}
	return r;
}

const struct sw_reader rd_gradle = {
	.name = "gradle",
	.about = "gradle.lockfile",
	.wants = gradle_wants,
	.max_size = RD_MIB(8),
	.read = gradle_read,
};
