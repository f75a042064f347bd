/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yarn.lock. Both kinds are read by their lines: an entry begins at the first column with the
 * patterns that it answers, its members are indented by two.
 *
 * classic:  "@a/b@^1.0.0", c@~2:        berry:  "@a/b@npm:^1.0.0, @a/b@npm:^1.1.0":
 *             version "1.2.0"                     version: 1.2.0
 *                                                 resolution: "@a/b@npm:1.2.0"
 */
#include "image/readers/npm.h"

struct entry {
	struct sw_str pattern, version, resolution;
};

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "yarn.lock") && !rd_in_package(path);
}

/* The name that is installed: behind "npm:" of an alias the other package's. */
static struct sw_str name_of_pattern(struct sw_str pattern)
{
	struct sw_str name, what, real, range;

	if (!npm_split_at(pattern, &name, &what))
		return pattern;
	if (rd_starts(what, "npm:") && npm_split_at(sw_str_sub(what, 4, what.n), &real, &range))
		return real;
	return name;
}

static int end_entry(struct sw_bom *bom, const struct sw_reader_file *f, struct entry *e)
{
	struct sw_package p = {.type = SW_PKG_NPM, .version = e->version};
	struct sw_str name = SW_STR(""), what;
	int r = 0;

	if (e->resolution.n && npm_split_at(e->resolution, &name, &what)) {
		if (npm_is_local(what))
			name = SW_STR("");
	} else if (npm_split_at(e->pattern, &name, &what)) {
		name = npm_is_local(what) ? SW_STR("") : name_of_pattern(e->pattern);
	}
	npm_set_name(&p, name);
	if (p.name.n && p.version.n)
		r = rd_add(bom, f, &p);
	*e = (struct entry){{0}};
	return r;
}

/* `version "1"`, `"version" "1"` or `version: 1` */
static bool member(struct sw_str line, const char *key, struct sw_str *ret)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != ' ' && line.p[n] != ':')
		n++;
	if (n >= line.n || !sw_str_is(rd_unquote(sw_str_sub(line, 0, n)), key))
		return false;
	*ret = rd_unquote(sw_str_sub(line, n + 1, line.n));
	return true;
}

/* The first of the patterns: in berry all of them are in one pair of quotes. */
static struct sw_str first_pattern(struct sw_str line)
{
	struct sw_str all = rd_strip(sw_str_trim(line), ":");

	if (all.n && all.p[0] == '"') {
		struct sw_str rest = sw_str_sub(all, 1, all.n);
		all = rd_cut(&rest, '"');
	}
	return rd_cut(&all, ',');
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	struct entry e = {{0}};
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (sw_str_trim(line).n == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] != ' ') {
			r = end_entry(bom, f, &e);
			e.pattern = first_pattern(line);
		} else if (rd_starts(line, "  ") && line.n > 2 && line.p[2] != ' ') {
			line = sw_str_sub(line, 2, line.n);
			if (!member(line, "version", &e.version))
				member(line, "resolution", &e.resolution);
		}
	}
	return r ? r : end_entry(bom, f, &e);
}

const struct sw_reader rd_yarn = {
	.name = "yarn",
	.about = "yarn.lock, classic and berry",
	.wants = wants,
	.max_size = RD_MIB(64),
	.read = read,
};
