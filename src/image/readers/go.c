/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go: what the linker wrote into a program (debug/buildinfo: inline since 1.18, by pointers
 * before).
 *
 * The standard library's version is that of the toolchain which built the program, never of go.mod.
 * A module that was built from a working tree has no version ("(devel)"): it is what -ldflags -X
 * set, or unknown. Under -trimpath those flags are not written down, as in all of Kubernetes' own
 * programs; but the linker ends what -X sets in NUL, and no other text of Go.
 */
#include "image/readers/go.h"

#include <stdio.h>

static const char magic[] = "\xff Go buildinf:";
#define INFO_HEAD 32
#define INFO_ALIGN 16
#define SENTINEL 16 /* bytes before and after the list of modules */
#define TEXT_MAX ((uint64_t)16 << 20)

int go_add(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_str path,
	struct sw_str version)
{
	struct sw_package p = {.type = SW_PKG_GOLANG, .version = version};

	rd_split_last(path, '/', &p.ns, &p.name);
	return rd_add(bom, f, &p);
}

/* ---- finding the two texts: the toolchain's version and the list of modules ---- */

static struct sw_str find_info(const struct object *o)
{
	struct sw_str s =
		object_section(o, o->kind == OBJECT_MACHO ? "__go_buildinfo" : ".go.buildinfo");
	struct sw_str m = sw_str_make(magic, sizeof(magic) - 1);

	if (!s.p)
		s = object_data(o);
	for (size_t at = 0; s.p && (at = sw_str_find(s, m, at)) != SW_NPOS; at++)
		if (at % INFO_ALIGN == 0 && s.n - at >= INFO_HEAD)
			return sw_str_sub(s, at, s.n);
	return (struct sw_str){NULL, 0};
}

/* A length in 7 bits a byte, low ones first, then the text. */
static bool inline_text(struct sw_str *rest, struct sw_str *ret)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rest->n && i < 9; i++) {
		unsigned char c = (unsigned char)rest->p[i];
		n |= (uint64_t)(c & 0x7f) << 7 * i;
		if (c & 0x80)
			continue;
		*ret = rd_bytes(*rest, i + 1, n);
		if (!ret->p || n > TEXT_MAX)
			return false;
		*rest = sw_str_sub(*rest, i + 1 + (size_t)n, rest->n);
		return true;
	}
	return false;
}

/* A pointer to a Go string: {pointer to the bytes, length}. */
static bool pointed_text(
	const struct object *o, const char *p, bool wide, bool big, struct sw_str *ret)
{
	size_t size = wide ? 8 : 4;
	struct sw_str s = object_at(o, wide ? rd_u64(p, big) : rd_u32(p, big), 2 * size);

	if (!s.p)
		return false;
	uint64_t n = wide ? rd_u64(s.p + 8, big) : rd_u32(s.p + 4, big);
	if (n > TEXT_MAX)
		return false;
	*ret = object_at(o, wide ? rd_u64(s.p, big) : rd_u32(s.p, big), n);
	return ret->p != NULL;
}

static bool texts(
	const struct object *o, struct sw_str info, struct sw_str *version, struct sw_str *modules)
{
	uint8_t size = (uint8_t)info.p[14], flags = (uint8_t)info.p[15];
	struct sw_str rest = sw_str_sub(info, INFO_HEAD, info.n);

	*modules = SW_STR("");
	if (flags & 2) {
		if (!inline_text(&rest, version))
			return false;
		inline_text(&rest, modules);
	} else {
		bool wide = size == 8, big = flags & 1;
		if ((size != 4 && size != 8) || !pointed_text(o, info.p + 16, wide, big, version))
			return false;
		if (!pointed_text(o, info.p + 16 + size, wide, big, modules))
			*modules = SW_STR("");
	}
	if (modules->n < 2 * SENTINEL + 1 || modules->p[modules->n - SENTINEL - 1] != '\n')
		*modules = SW_STR("");
	else
		*modules = sw_str_sub(*modules, SENTINEL, modules->n - SENTINEL);
	return true;
}

/* ---- versions ---- */

/* "go1.21.3 X:…" is v1.21.3, "go1.20" v1.20.0, "go1.20rc1" v1.20.0-rc.1; "devel …" is unknown. */
static struct sw_str toolchain(struct sw_str text, char *out, size_t n)
{
	struct sw_str w = rd_word(&text), num, pre = SW_STR("");
	size_t dots = 0, i;

	if (!rd_starts(w, "go1"))
		return SW_STR("");
	w = sw_str_sub(w, 2, w.n);
	for (i = 0; i < w.n && (rd_is_digit(w.p[i]) || (w.p[i] == '.' && ++dots)); i++)
		;
	num = sw_str_sub(w, 0, i);
	for (size_t k = i; k + 1 < w.n; k++)
		if (!rd_is_digit(w.p[k]) && rd_is_digit(w.p[k + 1])) {
			pre = sw_str_sub(w, i, w.n);
			i = k + 1 - i; /* letters of it */
			break;
		}
	bool is_pre = rd_starts(pre, "rc") || rd_starts(pre, "beta");
	int len = is_pre ? snprintf(out, n, "v%.*s%s-%.*s.%.*s", SW_STR_ARG(num),
				   dots < 2 ? ".0" : "", (int)i, pre.p, (int)(pre.n - i), pre.p + i)
			 : snprintf(out, n, "v%.*s%s", SW_STR_ARG(num), dots < 2 ? ".0" : "");
	return len > 0 && (size_t)len < n ? sw_str_make(out, (size_t)len) : SW_STR("");
}

/* Does the name of a variable say that it is this module's version? */
static bool is_version_name(struct sw_str key, struct sw_str module)
{
	static const char *const names[] = {"version", "ver", "buildversion", "appversion",
		"releaseversion", "gitversion", "semver", "currentversion", "tag", "gittag"};
	struct sw_str pkg, name;

	rd_split_last(key, '.', &pkg, &name);
	bool own = sw_str_is(pkg, "main") || sw_str_eq(pkg, module) ||
		   (sw_str_starts(pkg, module) && pkg.p[module.n] == '/') ||
		   (sw_str_is(module, "k8s.io/kubernetes") &&
			   sw_str_is(pkg, "k8s.io/component-base/version"));
	for (size_t i = 0; own && i < sizeof(names) / sizeof(names[0]); i++)
		if (sw_str_ieq(name, sw_str_from(names[i])))
			return true;
	return false;
}

static bool is_version(struct sw_str s)
{
	size_t at = s.n && s.p[0] == 'v';

	if (at >= s.n || !rd_is_digit(s.p[at]) || s.n > 100 || sw_str_chr(s, '.', 0) == SW_NPOS)
		return false;
	for (; at < s.n; at++)
		if (!(rd_is_digit(s.p[at]) || (s.p[at] >= 'a' && s.p[at] <= 'z') ||
			    (s.p[at] >= 'A' && s.p[at] <= 'Z') || strchr(".-+_~", s.p[at])))
			return false;
	return true;
}

/* Of: build TAB -ldflags="-s -X main.version=v1.2.3 -X 'main.date=…'" */
static struct sw_str ldflags_version(struct sw_str modules, struct sw_str module)
{
	struct sw_str rest = modules, line, flags;

	while (rd_line(&rest, &line)) {
		if (!rd_field(line, "build\t-ldflags=", &flags))
			continue;
		for (size_t at = 0; (at = sw_str_find(flags, SW_STR("-X"), at)) != SW_NPOS;) {
			at += 2;
			struct sw_str set = sw_str_sub(flags, at, flags.n);
			while (set.n && memchr(" =\\\"'", set.p[0], 5))
				set = sw_str_sub(set, 1, set.n);
			struct sw_str key = rd_cut(&set, '=');
			size_t end = 0;
			while (end < set.n && !memchr(" \\\"'", set.p[end], 4))
				end++;
			struct sw_str value = sw_str_sub(set, 0, end);
			if (is_version_name(key, module) && is_version(value))
				return value;
		}
	}
	return SW_STR("");
}

/* v1.2.3, 1.2.3-rc.1, v1.2.3+build */
static bool is_release(struct sw_str s)
{
	size_t at = s.n && s.p[0] == 'v', dots = 0;

	for (; at < s.n && (rd_is_digit(s.p[at]) || s.p[at] == '.'); at++)
		dots += s.p[at] == '.' && at && rd_is_digit(s.p[at - 1]) && at + 1 < s.n &&
			rd_is_digit(s.p[at + 1]);
	return dots == 2 && is_version(s) && (at == s.n || s.p[at] == '-' || s.p[at] == '+');
}

static bool is_trimmed(struct sw_str modules)
{
	struct sw_str line;

	while (rd_line(&modules, &line))
		if (sw_str_is(line, "build\t-trimpath=true"))
			return true;
	return false;
}

/* Is it the version of a library? */
static bool is_dep_version(struct sw_str modules, struct sw_str version)
{
	struct sw_str line;

	while (rd_line(&modules, &line)) {
		struct sw_str kind = rd_cut(&line, '\t');
		rd_cut(&line, '\t');
		if ((sw_str_is(kind, "dep") || sw_str_is(kind, "=>")) && sw_str_eq(rd_cut(&line, '\t'), version))
			return true;
	}
	return false;
}

/* Of a program linked with -trimpath: the only release among the texts that end in NUL, if no library's. */
static struct sw_str stamped_version(const struct object *o, struct sw_str modules)
{
	static const char *const names[] = {
		[OBJECT_ELF] = ".rodata", [OBJECT_PE] = ".rdata", [OBJECT_MACHO] = "__rodata"};
	struct sw_str s = object_section(o, names[o->kind]), found = SW_STR("");

	for (size_t at = 1; s.p && at < s.n; at++) {
		if (s.p[at - 1] || (s.p[at] != 'v' && !rd_is_digit(s.p[at])))
			continue;
		size_t end = sw_str_chr(s, '\0', at);
		struct sw_str text = sw_str_sub(s, at, end == SW_NPOS ? at : end);
		if (!is_release(text))
			continue;
		if (found.n && !sw_str_eq(found, text))
			return SW_STR("");
		found = text;
	}
	return is_dep_version(modules, found) ? SW_STR("") : found;
}

static int add_main(struct sw_bom *bom, const struct sw_reader_file *f, const struct object *o,
	struct sw_str modules, struct sw_str path, struct sw_str version)
{
	char made[128];

	if (version.n && !sw_str_is(version, "(devel)"))
		return go_add(bom, f, path, version);
	version = ldflags_version(modules, path);
	if (!version.n && is_trimmed(modules))
		version = stamped_version(o, modules);
	if (version.n && version.p[0] != 'v')
		version = sw_str_make(
			made, (size_t)snprintf(made, sizeof(made), "v%.*s", SW_STR_ARG(version)));
	return go_add(bom, f, path, version);
}

/* path, mod, dep and => lines, fields parted by tabs. "=>" replaces the line before. */
static int add_modules(struct sw_bom *bom, const struct sw_reader_file *f, const struct object *o,
	struct sw_str modules)
{
	struct sw_str rest = modules, line, next_rest, next;
	bool have_main = false;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		struct sw_str kind = rd_cut(&line, '\t');
		bool own = sw_str_is(kind, "mod") && !have_main;
		have_main |= own;
		if (!own && !sw_str_is(kind, "dep"))
			continue;
		struct sw_str path = rd_cut(&line, '\t'), version = rd_cut(&line, '\t');
		next_rest = rest;
		if (rd_line(&next_rest, &next) && rd_starts(next, "=>\t")) {
			rest = next_rest;
			rd_cut(&next, '\t');
			struct sw_str to = rd_cut(&next, '\t');
			version = rd_cut(&next, '\t');
			if (version.n) /* else a folder: the module's own name, version unknown */
				path = to;
		}
		if (path.n)
			r = own ? add_main(bom, f, o, modules, path, version)
				: go_add(bom, f, path,
					  sw_str_is(version, "(devel)") ? SW_STR("") : version);
	}
	return r;
}

int go_read_binary(struct sw_bom *bom, const struct sw_reader_file *f, const struct object *o)
{
	struct sw_str info = find_info(o), version = SW_STR(""), modules = SW_STR("");
	char made[64];

	if (!info.p)
		return 0;
	if (!texts(o, info, &version, &modules))
		return rd_note(bom, f, "a Go program whose build information cannot be read");
	int r = go_add(bom, f, SW_STR("stdlib"), toolchain(version, made, sizeof(made)));
	return r ? r : add_modules(bom, f, o, modules);
}
