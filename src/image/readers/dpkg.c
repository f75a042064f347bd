/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg's database: var/lib/dpkg/status, and status.d/ of distroless images (one paragraph a file,
 * without Status). deb-control(5), dpkg-query(1).
 *
 * A package counts whose files are there: every state but not-installed and config-files (what is
 * left after a removal). The wish (the first word) does not count: "deinstall ok installed" is
 * still installed.
 */
#include "image/readers/impl.h"

static const char status_file[] = "var/lib/dpkg/status";
static const char status_dir[] = "var/lib/dpkg/status.d/";
static const char info_dir[] = "var/lib/dpkg/info/";

/* What lies in status.d/ beside the paragraphs: names of packages have dots, but never these. */
static bool is_beside(struct sw_str path)
{
	static const char *const endings[] = {".md5sums", ".preinst", ".postinst", ".prerm",
		".postrm", ".conffiles", ".list", ".triggers", ".shlibs", ".symbols"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (rd_ends(path, endings[i]))
			return true;
	return false;
}

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return sw_str_is(path, status_file) || (rd_in(path, status_dir) && !is_beside(path));
}

/* The third word of "install ok installed". */
static bool is_installed(struct sw_str status)
{
	struct sw_str rest = status;

	rd_word(&rest);
	rd_word(&rest);
	struct sw_str state = rd_word(&rest);
	return !sw_str_is(state, "not-installed") && !sw_str_is(state, "config-files");
}

struct paragraph {
	struct sw_package p;
	bool any, installed;
};

/* "name (version)": of a binary package built from another version of its source. */
static void set_source(struct sw_package *p, struct sw_str value)
{
	struct sw_str rest = value;

	p->source = rd_cut(&rest, '(');
	p->source_version = rd_cut(&rest, ')');
}

/* Field names are not case-sensitive. */
static void take_field(struct paragraph *g, struct sw_str line)
{
	struct sw_str value = line, key = rd_cut(&value, ':');

	value = sw_str_trim(value);
	g->any = true;
	if (sw_str_ieq(key, SW_STR("Package")))
		g->p.name = value;
	else if (sw_str_ieq(key, SW_STR("Version")))
		g->p.version = value;
	else if (sw_str_ieq(key, SW_STR("Architecture")))
		g->p.arch = value;
	else if (sw_str_ieq(key, SW_STR("Maintainer")))
		g->p.supplier = value;
	else if (sw_str_ieq(key, SW_STR("Source")))
		set_source(&g->p, value);
	else if (sw_str_ieq(key, SW_STR("Status")))
		g->installed = is_installed(value);
}

static int end_paragraph(struct sw_bom *bom, const struct sw_reader_file *f, struct paragraph *g)
{
	int r = 0;

	if (g->any && g->installed)
		r = rd_add(bom, f, &g->p);
	*g = (struct paragraph){.p = {.type = SW_PKG_DEB}, .installed = true};
	return r;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	struct paragraph g = {.p = {.type = SW_PKG_DEB}, .installed = true};
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (sw_str_trim(line).n == 0)
			r = end_paragraph(bom, f, &g);
		else if (line.p[0] != ' ' && line.p[0] != '\t') /* else: goes on from above */
			take_field(&g, line);
	}
	return r ? r : end_paragraph(bom, f, &g);
}

const struct sw_reader rd_dpkg = {
	.name = "dpkg",
	.about = "installed packages of Debian, Ubuntu and distroless images",
	.wants = wants,
	.max_size = RD_MIB(128),
	.read = read,
};

static bool files_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return (rd_in(path, info_dir) && rd_ends(path, ".list")) ||
	       (rd_in(path, status_dir) && rd_ends(path, ".md5sums"));
}

/* .list: a path a line, folders too. .md5sums: "sum  path". */
static int files_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	bool sums = rd_ends(f->path, ".md5sums");
	struct sw_str rest = f->content, line;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (sums)
			line = sw_str_trim(sw_str_sub(line, sw_str_chr(line, ' ', 0), line.n));
		r = rd_own(bom, line);
	}
	return r;
}

const struct sw_reader rd_dpkg_files = {
	.name = "dpkg-files",
	.about = "files that came with packages of dpkg",
	.wants = files_wants,
	.max_size = RD_MIB(32),
	.read = files_read,
};
