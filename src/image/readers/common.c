/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/impl.h"

#include <stdarg.h>
#include <stdio.h>

#include "doc/formats/formats.h"
#include "doc/json.h"
#include "doc/yaml.h"

#define YAML_DOCUMENTS 16

/* A million broken entries of one file are one problem. */
static bool repeats(const struct sw_bom_problem *last, struct sw_str path, struct sw_str reason)
{
	return sw_str_eq(last->reason, reason) && sw_str_eq(last->path, path);
}

int rd_note(struct sw_bom *bom, const struct sw_reader_file *f, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?';
	struct sw_str reason = sw_str_make(text, len);
	if (bom->n_problems && repeats(&bom->problems[bom->n_problems - 1], f->path, reason))
		return 0;
	return sw_bom_problem(bom, f->path, reason, f->layer);
}

/* Can a name, namespace or version look so? */
static bool plausible(struct sw_str s)
{
	if (s.n > RD_NAME_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

int rd_add(struct sw_bom *bom, const struct sw_reader_file *f, const struct sw_package *p)
{
	struct sw_package made = *p;

	if (made.name.n == 0)
		return rd_note(bom, f, "a package without a name");
	if (!plausible(made.ns) || !plausible(made.name) || !plausible(made.version) ||
		!plausible(made.source) || !plausible(made.source_version) ||
		!plausible(made.arch) || !plausible(made.module) || !plausible(made.qualifiers))
		return rd_note(bom, f, "the name or version of a package cannot be one: %.*s",
			SW_STR_ARG(sw_str_sub(made.name, 0, 64)));
	if (sw_package_type_is_os(made.type)) {
		if (made.source.n == 0)
			made.source = made.name;
		if (made.source_version.n == 0)
			made.source_version = made.version;
	}
	made.license = sw_str_sub(sw_str_trim(made.license), 0, SW_BOM_TEXT);
	made.supplier = sw_str_sub(sw_str_trim(made.supplier), 0, SW_BOM_TEXT);
	if (made.path.n == 0)
		made.path = f->path;
	made.layer = f->layer;
	return sw_bom_add(bom, &made);
}

int rd_own(struct sw_bom *bom, struct sw_str path)
{
	static const char *const merged[] = {"bin/", "sbin/", "lib/", "lib32/", "lib64/"};
	char usr[1024];

	while (path.n && (path.p[0] == '/' || rd_starts(path, "./")))
		path = sw_str_sub(path, 1, path.n);
	if (path.n == 0)
		return 0;
	int r = sw_bom_own(bom, path);
	for (size_t i = 0; r == 0 && i < sizeof(merged) / sizeof(merged[0]); i++) {
		if (!rd_starts(path, merged[i]) || path.n + 4 > sizeof(usr))
			continue;
		memcpy(usr, "usr/", 4);
		memcpy(usr + 4, path.p, path.n);
		return sw_bom_own(bom, sw_str_make(usr, path.n + 4));
	}
	return r;
}

bool rd_line(struct sw_str *rest, struct sw_str *ret_line)
{
	if (rest->n == 0 || !sw_str_split(rest, '\n', ret_line))
		return false;
	if (ret_line->n && ret_line->p[ret_line->n - 1] == '\r')
		ret_line->n--;
	return true;
}

uint32_t rd_line_of(const struct sw_reader_file *f, const char *at)
{
	uint32_t line = 1;

	for (const char *p = f->content.p; p < at; p++)
		line += *p == '\n';
	return line;
}

struct sw_str rd_cut(struct sw_str *rest, char sep)
{
	size_t at = sw_str_chr(*rest, sep, 0);
	struct sw_str piece = sw_str_sub(*rest, 0, at);

	*rest = at == SW_NPOS ? SW_STR("") : sw_str_sub(*rest, at + 1, rest->n);
	return sw_str_trim(piece);
}

bool rd_field(struct sw_str line, const char *key, struct sw_str *ret_value)
{
	struct sw_str k = sw_str_from(key);

	if (!sw_str_starts(line, k))
		return false;
	*ret_value = sw_str_trim(sw_str_sub(line, k.n, line.n));
	return true;
}

struct sw_str rd_unquote(struct sw_str s)
{
	s = sw_str_trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return sw_str_sub(s, 1, s.n - 1);
	return s;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct sw_str rd_word(struct sw_str *rest)
{
	size_t from = 0, to;

	while (from < rest->n && is_space(rest->p[from]))
		from++;
	for (to = from; to < rest->n && !is_space(rest->p[to]); to++)
		;
	struct sw_str w = sw_str_sub(*rest, from, to);
	*rest = sw_str_sub(*rest, to, rest->n);
	return w;
}

struct sw_str rd_strip(struct sw_str s, const char *suffix)
{
	struct sw_str end = sw_str_from(suffix);
	return sw_str_ends(s, end) ? sw_str_sub(s, 0, s.n - end.n) : s;
}

void rd_split_last(struct sw_str s, char sep, struct sw_str *ret_ns, struct sw_str *ret_name)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != sep)
		i--;
	*ret_name = sw_str_sub(s, i, s.n);
	*ret_ns = i ? sw_str_sub(s, 0, i - 1) : SW_STR("");
}

bool rd_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool rd_has(struct sw_str s, const char *what)
{
	return sw_str_has(s, sw_str_from(what));
}

bool rd_starts(struct sw_str s, const char *what)
{
	return sw_str_starts(s, sw_str_from(what));
}

bool rd_ends(struct sw_str s, const char *what)
{
	return sw_str_ends(s, sw_str_from(what));
}

struct sw_str rd_base(struct sw_str path)
{
	struct sw_str dir, base;
	rd_split_last(path, '/', &dir, &base);
	return base;
}

struct sw_str rd_dir(struct sw_str path)
{
	struct sw_str dir, base;
	rd_split_last(path, '/', &dir, &base);
	return dir;
}

bool rd_named(struct sw_str path, const char *base)
{
	struct sw_str b = sw_str_from(base);
	return sw_str_ends(path, b) && (path.n == b.n || path.p[path.n - b.n - 1] == '/');
}

bool rd_in(struct sw_str path, const char *dir)
{
	struct sw_str d = sw_str_from(dir);
	return path.n > d.n && sw_str_starts(path, d);
}

bool rd_within(struct sw_str path, const char *dir)
{
	struct sw_str part, rest = rd_dir(path);

	while (rest.n && sw_str_split(&rest, '/', &part))
		if (sw_str_is(part, dir))
			return true;
	return false;
}

bool rd_in_package(struct sw_str path)
{
	static const char *const one[] = {"node_modules", "site-packages", "dist-packages"};
	static const char *const two[] = {"pkg/mod/", "registry/src/", "ruby/gems/"};

	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++)
		if (rd_within(path, one[i]))
			return true;
	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++) {
		size_t at = sw_str_find(path, sw_str_from(two[i]), 0);
		if (at == 0 || (at != SW_NPOS && path.p[at - 1] == '/'))
			return true;
	}
	return false;
}

/* What came of parsing a document. */
static int parsed(int r, const struct sw_error *err, struct sw_bom *bom,
	const struct sw_reader_file *f, const char *what)
{
	if (r == 0)
		return 1;
	if (err->line)
		return rd_note(
			bom, f, "cannot be read as %s: line %u: %s", what, err->line, err->text);
	return rd_note(bom, f, "cannot be read as %s: %s", what, err->text);
}

int rd_json(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret)
{
	struct sw_error err = {0};
	struct sw_json_limits limits = {.depth = 256, .nodes = 8000000};
	return parsed(
		sw_json_parse(a, f->content, 0, &limits, ret, NULL, &err), &err, bom, f, "JSON");
}

/* Commas that only white space parts from a closing bracket become blanks. */
static void blank_commas(char *p, size_t n)
{
	size_t comma = SIZE_MAX;
	bool quoted = false;

	for (size_t i = 0; i < n; i++) {
		if (quoted && p[i] == '\\') {
			i++;
		} else if (p[i] == '"') {
			quoted = !quoted;
			comma = SIZE_MAX;
		} else if (!quoted && p[i] == ',') {
			comma = i;
		} else if (!quoted && (p[i] == ']' || p[i] == '}')) {
			if (comma != SIZE_MAX)
				p[comma] = ' ';
			comma = SIZE_MAX;
		} else if (!quoted && p[i] != ' ' && p[i] != '\t' && p[i] != '\n' && p[i] != '\r') {
			comma = SIZE_MAX;
		}
	}
}

int rd_jsonc(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret)
{
	struct sw_error err = {0};
	char *copy = sw_arena_memdup(a, f->content.p ? f->content.p : "", f->content.n);

	if (!copy)
		return rd_note(bom, f, "too large to be read as JSON");
	blank_commas(copy, f->content.n);
	return parsed(sw_jsonc_parse(a, sw_str_make(copy, f->content.n), ret, &err), &err, bom, f,
		"JSON");
}

/* Of several documents the last: before it stand what tools tell of themselves. */
int rd_yaml(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret)
{
	struct sw_yaml_limits limits = {.depth = 64, .nodes = 4000000};
	struct sw_yaml_stream *stream;
	struct sw_yaml_doc doc;
	struct sw_error err = {0};
	struct sw_value last = sw_null();

	int r = sw_yaml_open(a, f->content, SW_YAML_GOYAML3, &limits, &stream, &err);
	while (r == 0 && (r = sw_yaml_next(stream, a, &doc, &err)) == 1) {
		if (doc.root.type != SW_NULL)
			last = doc.root;
		r = 0;
		if (doc.index >= YAML_DOCUMENTS)
			break;
	}
	if (r == 0)
		*ret = last;
	return parsed(r, &err, bom, f, "YAML");
}

int rd_toml(struct sw_arena *a, struct sw_bom *bom, const struct sw_reader_file *f,
	struct sw_value *ret)
{
	struct sw_error err = {0};
	return parsed(sw_toml_parse(a, f->content, ret, &err), &err, bom, f, "TOML");
}

struct sw_str rd_str(struct sw_value o, const char *key)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	return v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
}

bool rd_true(struct sw_value o, const char *key)
{
	return sw_is_true(sw_object_gets(o, sw_str_from(key)));
}

struct sw_value rd_get(struct sw_value o, const char *key)
{
	return sw_object_gets(o, sw_str_from(key));
}

struct sw_value rd_array(struct sw_value v)
{
	return v.type == SW_ARRAY ? v : sw_empty_array();
}

struct sw_value rd_object(struct sw_value v)
{
	return v.type == SW_OBJECT ? v : sw_empty_object();
}

uint16_t rd_u16(const char *p, bool big)
{
	const unsigned char *u = (const unsigned char *)p;
	return big ? (uint16_t)(u[0] << 8 | u[1]) : (uint16_t)(u[1] << 8 | u[0]);
}

uint32_t rd_u32(const char *p, bool big)
{
	return big ? (uint32_t)rd_u16(p, true) << 16 | rd_u16(p + 2, true)
		   : (uint32_t)rd_u16(p + 2, false) << 16 | rd_u16(p, false);
}

uint64_t rd_u64(const char *p, bool big)
{
	return big ? (uint64_t)rd_u32(p, true) << 32 | rd_u32(p + 4, true)
		   : (uint64_t)rd_u32(p + 4, false) << 32 | rd_u32(p, false);
}

struct sw_str rd_bytes(struct sw_str s, uint64_t at, uint64_t n)
{
	if (!s.p || at > s.n || n > s.n - at)
		return (struct sw_str){NULL, 0};
	return sw_str_make(s.p + at, (size_t)n);
}

bool rd_utf16(struct sw_buf *out, struct sw_str s)
{
	bool big = rd_starts(s, "\xfe\xff");

	if (!big && !rd_starts(s, "\xff\xfe"))
		return false;
	sw_buf_addutf16(out, s, big);
	return !out->overflow;
}
