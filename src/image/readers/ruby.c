/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ruby: Gemfile.lock of Bundler (lockfile_parser.rb) and installed gems,
 * specifications/NAME.gemspec as RubyGems writes them (specification.rb, to_ruby).
 */
#include "image/readers/impl.h"

static bool lock_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return (rd_named(path, "Gemfile.lock") || rd_named(path, "gems.locked")) &&
	       !rd_in_package(path);
}

/*
 * Sections begin at the first column. In GEM and GIT, "    name (1.2-x86_64-linux)" is a gem and
 * its platform; deeper ones are what it needs. PATH is the project itself.
 */
static int lock_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	bool gems = false;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (line.n && line.p[0] != ' ') {
			gems = sw_str_is(line, "GEM") || sw_str_is(line, "GIT") ||
			       sw_str_is(line, "PLUGIN SOURCE");
			continue;
		}
		if (!gems || !rd_starts(line, "    ") || line.n < 5 || line.p[4] == ' ')
			continue;
		struct sw_package p = {.type = SW_PKG_GEM};
		struct sw_str version = line;
		p.name = rd_cut(&version, '(');
		p.version = rd_cut(&version, ')');
		p.version = sw_str_sub(p.version, 0, sw_str_chr(p.version, '-', 0));
		if (p.name.n && p.version.n)
			r = rd_add(bom, f, &p);
	}
	return r;
}

const struct sw_reader rd_ruby_lock = {
	.name = "ruby-lock",
	.about = "Gemfile.lock",
	.wants = lock_wants,
	.max_size = RD_MIB(16),
	.read = lock_read,
};

static bool spec_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_ends(path, ".gemspec") && rd_within(path, "specifications");
}

/* `s.name = "x".freeze`, `s.version = Gem::Version.new("1")`: the first string of a line. */
static struct sw_str literal(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '"' && s.p[i] != '\'')
			continue;
		size_t end = sw_str_chr(s, s.p[i], i + 1);
		return end == SW_NPOS ? SW_STR("") : sw_str_sub(s, i + 1, end);
	}
	return SW_STR("");
}

static int spec_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	struct sw_package p = {.type = SW_PKG_GEM};

	while (rd_line(&rest, &line)) {
		struct sw_str value = sw_str_trim(line), key = rd_cut(&value, '=');
		struct sw_str var, member;
		rd_split_last(key, '.', &var, &member);
		if (var.n == 0 || sw_str_chr(var, ' ', 0) != SW_NPOS)
			continue;
		if (sw_str_is(member, "name") && p.name.n == 0)
			p.name = literal(value);
		else if (sw_str_is(member, "version") && p.version.n == 0)
			p.version = literal(value);
		else if (sw_str_is(member, "licenses") || sw_str_is(member, "license"))
			p.license = literal(value);
		else if (sw_str_is(member, "authors") || sw_str_is(member, "author"))
			p.supplier = literal(value);
	}
	if (p.name.n == 0 || p.version.n == 0)
		return rd_note(bom, f, "a gem whose name or version is not a plain text");
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_ruby_gem = {
	.name = "ruby-gem",
	.about = "installed gems: specifications/NAME.gemspec",
	.wants = spec_wants,
	.max_size = RD_MIB(4),
	.read = spec_read,
};
