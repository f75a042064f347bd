/* SPDX-License-Identifier: Apache-2.0 */
/*
 * go.mod, and go.sum beside it (go.dev/ref/mod).
 *
 * Since Go 1.17 go.mod names every module that is built in. Before, what is required indirectly is
 * known by go.sum only: a module whose content was hashed (not its go.mod alone) was taken in, and
 * of several versions the greatest was, since minimal version selection never takes a lower one
 * than somebody asks for. Lines that nobody tidied away make that an upper bound.
 */
#include "image/readers/go.h"

#include <stdlib.h>

#include "base/cleanup.h"

static bool mod_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return (rd_named(path, "go.mod") || rd_named(path, "go.sum")) && !rd_in_package(path);
}

/* The next line without comment, and the word before it: of the line or of its ( ) block. */
static bool directive(
	struct sw_str *rest, struct sw_str *block, struct sw_str *ret_verb, struct sw_str *ret_args)
{
	struct sw_str line;

	while (rd_line(rest, &line)) {
		line = sw_str_trim(sw_str_sub(line, 0, sw_str_find(line, SW_STR("//"), 0)));
		if (line.n == 0)
			continue;
		if (block->n && sw_str_is(line, ")")) {
			*block = SW_STR("");
			continue;
		}
		*ret_verb = block->n ? *block : rd_word(&line);
		*ret_args = sw_str_trim(line);
		if (block->n == 0 && sw_str_is(*ret_args, "(")) {
			*block = *ret_verb;
			continue;
		}
		return true;
	}
	return false;
}

#define REPLACEMENTS 4096

struct replacement {
	struct sw_str path, version; /* version "": any */
	struct sw_str new_path, new_version;
};

/* `old [version] => new [version]` */
static bool parse_replacement(struct sw_str args, struct replacement *ret)
{
	size_t arrow = sw_str_find(args, SW_STR("=>"), 0);
	struct sw_str from = sw_str_sub(args, 0, arrow);

	if (arrow == SW_NPOS)
		return false;
	struct sw_str to = sw_str_sub(args, arrow + 2, args.n);
	ret->path = rd_unquote(rd_word(&from));
	ret->version = rd_word(&from);
	ret->new_path = rd_unquote(rd_word(&to));
	ret->new_version = rd_word(&to);
	return true;
}

/* The replacements of a whole file; how many. */
static uint32_t replacements(struct sw_str text, struct replacement *ret)
{
	struct sw_str rest = text, block = SW_STR(""), verb, args;
	uint32_t n = 0;

	while (n < REPLACEMENTS && directive(&rest, &block, &verb, &args))
		if (sw_str_is(verb, "replace") && parse_replacement(args, &ret[n]))
			n++;
	return n;
}

/* One with a version goes before one without. A folder's version is unknown. */
static void replace(
	const struct replacement *all, uint32_t n, struct sw_str *path, struct sw_str *version)
{
	const struct replacement *found = NULL;

	for (uint32_t i = 0; i < n; i++) {
		bool any = all[i].version.n == 0;
		if (sw_str_eq(all[i].path, *path) &&
			(any ? !found : sw_str_eq(all[i].version, *version)))
			found = &all[i];
	}
	if (!found)
		return;
	if (found->new_version.n)
		*path = found->new_path;
	*version = found->new_version;
}

/* "1.16", or no line at all, which means the same: go.mod names what is required directly only. */
static bool names_all(struct sw_str go)
{
	struct sw_str minor = go, major = rd_cut(&minor, '.');
	int64_t n = 0;

	minor = rd_cut(&minor, '.');
	size_t digits = 0; /* "23rc1" is 23 */
	while (digits < minor.n && rd_is_digit(minor.p[digits]))
		digits++;
	minor = sw_str_sub(minor, 0, digits);
	return sw_str_is(major, "1") && sw_str_to_i64(minor, &n) && n >= 17;
}

/* ---- go.sum: "module version[/go.mod] h1:hash" ---- */

#define SUM_LINES (1u << 17)

struct module {
	struct sw_str path, version;
};

/* Semantic versions, "v" before them; a pre-release goes before its release. */
static int cmp_versions(struct sw_str a, struct sw_str b)
{
	struct sw_str core[2], pre[2], v[2] = {a, b};

	for (unsigned i = 0; i < 2; i++) {
		v[i] = sw_str_sub(v[i], v[i].n && v[i].p[0] == 'v', sw_str_chr(v[i], '+', 0));
		size_t dash = sw_str_chr(v[i], '-', 0);
		core[i] = sw_str_sub(v[i], 0, dash);
		pre[i] = dash == SW_NPOS ? SW_STR("") : sw_str_sub(v[i], dash + 1, v[i].n);
	}
	bool is_pre[2] = {pre[0].n > 0, pre[1].n > 0};
	for (unsigned part = 0; part < 2; part++) {
		struct sw_str *x = part ? &pre[0] : &core[0], *y = part ? &pre[1] : &core[1];
		while (x->n || y->n) {
			struct sw_str p = rd_cut(x, '.'), q = rd_cut(y, '.');
			int64_t m = 0, n = 0;
			bool numbers = sw_str_to_i64(p, &m) && sw_str_to_i64(q, &n);
			int c = numbers ? (m > n) - (m < n) : sw_str_cmp(p, q);
			if (c)
				return c;
		}
		if (!part && is_pre[0] != is_pre[1])
			return is_pre[0] ? -1 : 1;
	}
	return 0;
}

static int by_path(const void *x, const void *y)
{
	const struct module *a = x, *b = y;
	int c = sw_str_cmp(a->path, b->path);
	return c ? c : cmp_versions(a->version, b->version);
}

/* Modules whose content was hashed, sorted; how many. */
static uint32_t sums(struct sw_str text, struct module *ret)
{
	struct sw_str rest = text, line;
	uint32_t n = 0;

	while (n < SUM_LINES && rd_line(&rest, &line)) {
		struct sw_str path = rd_word(&line), version = rd_word(&line);
		if (!version.n || rd_ends(version, "/go.mod") || !rd_starts(rd_word(&line), "h1:"))
			continue;
		ret[n++] = (struct module){path, version};
	}
	qsort(ret, n, sizeof(*ret), by_path);
	return n;
}

/* What go.sum tells beyond go.mod, whose modules are `named`. */
static int sum_read(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_arena *a,
	struct module *named, uint32_t n_named)
{
	struct module *all = sw_arena_new_array(a, SUM_LINES, struct module);
	int r = 0;

	if (!all)
		return -SW_ELIMIT;
	uint32_t n = sums(f->beside, all), at = 0;
	qsort(named, n_named, sizeof(*named), by_path);
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		if (i + 1 < n && sw_str_eq(all[i].path, all[i + 1].path))
			continue; /* a greater one follows */
		while (at < n_named && sw_str_cmp(named[at].path, all[i].path) < 0)
			at++;
		if (at == n_named || !sw_str_eq(named[at].path, all[i].path))
			r = go_add(bom, f, all[i].path, all[i].version);
	}
	if (r == 0 && n == SUM_LINES)
		r = rd_note(bom, f, "go.sum has more than %u lines: not all were read", SUM_LINES);
	return r;
}

/* ---- both ---- */

#define REQUIRED_MAX (1u << 16)

static bool is_verb(struct sw_str verb)
{
	static const char *const verbs[] = {"module", "go", "toolchain", "godebug", "require",
		"exclude", "replace", "retract", "tool", "ignore"};
	for (size_t i = 0; i < SW_ARRAY_LEN(verbs); i++)
		if (sw_str_is(verb, verbs[i]))
			return true;
	return false;
}

/* golang.org/x/mod's CheckPath, as far as its letters go. */
static bool is_module_path(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
			!rd_is_digit(s.p[i]) && !strchr("-._~/+", s.p[i]))
			return false;
	return s.n > 0 && s.p[0] != '-';
}

/* Lines that say nothing, such as those a merge left. */
struct broken {
	uint32_t n, first;
};

static void note_broken(struct broken *b, const struct sw_reader_file *f, const char *at)
{
	if (!b->n++)
		b->first = rd_line_of(f, at);
}

static int mod_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, block = SW_STR(""), verb, args, go = SW_STR("");
	struct broken broken = {0};
	uint32_t required = 0;
	sw_autoarena a;
	int r = 0;

	sw_arena_init(&a, RD_ARENA);
	if (!f->content.p) /* go.sum alone: whose is it? */
		return 0;
	struct replacement *all = sw_arena_new_array(&a, REPLACEMENTS, struct replacement);
	struct module *named = sw_arena_new_array(&a, 2 * REQUIRED_MAX, struct module);
	if (!all || !named)
		return -SW_ELIMIT;
	uint32_t n = rd_has(f->content, "=>") ? replacements(f->content, all) : 0;
	while (r == 0 && required < REQUIRED_MAX && directive(&rest, &block, &verb, &args)) {
		if (sw_str_is(verb, "go"))
			go = args;
		if (!is_verb(verb))
			note_broken(&broken, f, verb.p);
		if (!sw_str_is(verb, "require"))
			continue;
		const char *at = args.p;
		struct sw_str path = rd_unquote(rd_word(&args)), version = rd_word(&args);
		if (!is_module_path(path) || version.n == 0) {
			note_broken(&broken, f, at);
			continue;
		}
		named[2 * required] = (struct module){path, version};
		replace(all, n, &path, &version);
		named[2 * required++ + 1] = (struct module){path, version};
		r = go_add(bom, f, path, version);
	}
	if (r == 0 && block.n)
		note_broken(&broken, f, f->content.p + f->content.n);
	if (r == 0 && broken.n)
		r = rd_note(bom, f, "line %u says nothing that go.mod can say (lines like it: %u)",
			broken.first, broken.n);
	if (r || !required || names_all(go))
		return r;
	if (f->beside.p)
		return sum_read(bom, f, &a, named, 2 * required);
	return rd_note(bom, f,
		"of before Go 1.17, without go.sum: modules that are required indirectly are not "
		"named");
}

const struct sw_reader rd_go_mod = {
	.name = "go-mod",
	.about = "modules that go.mod requires; those of go.sum where go.mod is of before Go 1.17",
	.wants = mod_wants,
	.max_size = RD_MIB(16),
	.read = mod_read,
	.beside = "go.sum",
};
