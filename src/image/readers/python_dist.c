/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Installed Python packages: *.dist-info/METADATA, *.egg-info/PKG-INFO, *.egg-info (a file) and
 * EGG-INFO/PKG-INFO: headers as of mail, up to the first empty line. PEP 566, 639, core metadata.
 */
#include "image/readers/impl.h"

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str dir = rd_dir(path);

	if (rd_named(path, "METADATA"))
		return rd_ends(dir, ".dist-info");
	if (rd_named(path, "PKG-INFO"))
		return rd_ends(dir, ".egg-info") || rd_named(dir, "EGG-INFO");
	return rd_ends(path, ".egg-info");
}

/* The first value of a header that may be repeated. */
static void first(struct sw_str *into, struct sw_str value)
{
	if (into->n == 0 && !sw_str_is(value, "UNKNOWN"))
		*into = value;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line, value, classifier = SW_STR(""), expr = SW_STR("");
	struct sw_package p = {.type = SW_PKG_PYPI};

	while (rd_line(&rest, &line) && line.n) {
		if (line.p[0] == ' ' || line.p[0] == '\t')
			continue;
		value = line;
		struct sw_str key = rd_cut(&value, ':');
		value = sw_str_trim(value);
		if (sw_str_ieq(key, SW_STR("Name")))
			first(&p.name, value);
		else if (sw_str_ieq(key, SW_STR("Version")))
			first(&p.version, value);
		else if (sw_str_ieq(key, SW_STR("License-Expression")))
			first(&expr, value);
		else if (sw_str_ieq(key, SW_STR("License")))
			first(&p.license, value);
		else if (sw_str_ieq(key, SW_STR("Classifier")) && rd_starts(value, "License ::"))
			rd_split_last(value, ':', &line, &classifier);
		else if (sw_str_ieq(key, SW_STR("Author")) ||
			 sw_str_ieq(key, SW_STR("Author-email")))
			first(&p.supplier, value);
	}
	if (expr.n)
		p.license = expr;
	else if (p.license.n == 0)
		p.license = sw_str_trim(classifier);
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_python_dist = {
	.name = "python-dist",
	.about = "installed Python packages: dist-info and egg-info",
	.wants = wants,
	.max_size = RD_MIB(16),
	.read = read,
};

static bool requirements_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str base = rd_base(path);

	return rd_ends(base, ".txt") && !rd_in_package(path) &&
	       (rd_has(base, "requirements") || rd_named(rd_dir(path), "requirements"));
}

/* Letters, digits and ._- as PEP 508 allows. */
static bool is_name(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!rd_is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			c != '.' && c != '_' && c != '-')
			return false;
	}
	return s.n > 0;
}

/* What PEP 440 is written in; "1.*" is a pattern. */
static bool is_version(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_name(sw_str_sub(s, i, i + 1)) && s.p[i] != '+' && s.p[i] != '!')
			return false;
	return s.n && (rd_is_digit(s.p[0]) || s.p[0] == 'v');
}

/* "name[extra] == 1.0 ; marker --hash=…": pinned, or it is a wish and no package. */
static int requirement(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_str line)
{
	struct sw_package p = {.type = SW_PKG_PYPI};
	size_t comment = sw_str_find(line, SW_STR(" #"), 0);

	line = sw_str_trim(sw_str_sub(line, 0, comment));
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == '-')
		return 0;
	line = rd_cut(&line, ';');
	size_t at = sw_str_find(line, SW_STR("=="), 0);
	if (at == SW_NPOS || at == 0)
		return 0;
	struct sw_str name = sw_str_sub(line, 0, at);
	struct sw_str version = sw_str_sub(line, at + 2, line.n);
	if (version.n && version.p[0] == '=')
		version = sw_str_sub(version, 1, version.n);
	version = rd_word(&version);
	version = sw_str_sub(version, 0, sw_str_chr(version, '#', 0));
	p.name = rd_cut(&name, '[');
	p.version = version;
	if (!is_name(p.name) || !is_version(version))
		return 0;
	return rd_add(bom, f, &p);
}

/* A backslash at its end joins a line with the next; only the first part has name and version. */
static int requirements_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	sw_autobuf utf8;

	/* PowerShell's `pip freeze > requirements.txt` is in UTF-16. */
	sw_buf_init(&utf8, RD_MIB(32));
	if (rd_utf16(&utf8, rest))
		rest = sw_buf_str(&utf8);
	else if (rd_starts(rest, "\xef\xbb\xbf"))
		rest = sw_str_sub(rest, 3, rest.n);
	bool joined = false;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		bool goes_on = rd_ends(line, "\\");
		if (!joined)
			r = requirement(bom, f, rd_strip(line, "\\"));
		joined = goes_on;
	}
	return r;
}

const struct sw_reader rd_python_requirements = {
	.name = "python-requirements",
	.about = "pinned packages of requirements.txt",
	.wants = requirements_wants,
	.max_size = RD_MIB(8),
	.read = requirements_read,
};
