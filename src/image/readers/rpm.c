/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of rpm: its database by what the file begins with, not by its name, and what stands for
 * it in distroless images of Azure Linux (container-manifest-2: `rpm -qa` as text).
 */
#include "image/readers/rpm.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const dirs[] = {"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"};

static bool in_rpm_dir(struct sw_str path)
{
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (rd_in(path, dirs[i]) && sw_str_chr(path, '/', strlen(dirs[i])) == SW_NPOS)
			return true;
	return false;
}

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return in_rpm_dir(path) && (rd_named(path, "Packages") || rd_named(path, "Packages.db"));
}

int rpm_note(struct rpm_reader *r, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (r->notes > RPM_NOTES)
		return 0;
	if (r->notes++ == RPM_NOTES)
		return rd_note(r->bom, r->f, "more is broken in this database");
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return rd_note(r->bom, r->f, "%s", text);
}

bool rpm_spent(struct rpm_reader *r, uint64_t n, int *ret_e)
{
	r->bytes += n;
	if (r->bytes <= r->t.n + r->log.n)
		return false;
	*ret_e = rpm_note(r, "packages that share their bytes");
	r->bytes -= n;
	return true;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct rpm_reader r = {.bom = bom, .f = f, .t = f->content, .log = f->beside};
	int e;

	if (r.t.n == 0 && r.log.n == 0)
		return 0; /* made by tools that want the file to be there */
	sw_buf_init(&r.blob, RPM_BLOB_MAX);
	if (rpm_is_sqlite(r.t) || (r.t.n == 0 && r.log.n))
		e = rpm_read_sqlite(&r);
	else if (rpm_is_ndb(r.t))
		e = rpm_read_ndb(&r);
	else if (rpm_is_bdb(r.t))
		e = rpm_read_bdb(&r);
	else
		e = rpm_note(&r, "not a database of rpm: neither sqlite, ndb nor bdb");
	sw_buf_release(&r.blob);
	return e;
}

const struct sw_reader rd_rpm = {
	.name = "rpm",
	.about = "installed packages of rpm's databases: ndb, Berkeley DB",
	.wants = wants,
	.max_size = RPM_FILE_MAX,
	.read = read,
};

static bool sqlite_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return in_rpm_dir(path) &&
	       (rd_named(path, "rpmdb.sqlite") || rd_named(path, "rpmdb.sqlite-wal"));
}

/* The log of a database that lies in a lower layer: that was read as it was before. */
static int sqlite_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	if (rd_named(f->path, "rpmdb.sqlite"))
		return read(bom, f);
	if (!rpm_log_commits(f->beside))
		return 0;
	return rd_note(bom, f,
		"changes to rpmdb.sqlite, which lies in another layer, are in this log: packages "
		"installed last may be missing");
}

const struct sw_reader rd_rpm_sqlite = {
	.name = "rpm-sqlite",
	.about = "installed packages of rpm's sqlite database, with those that are only in its log",
	.wants = sqlite_wants,
	.max_size = RPM_FILE_MAX,
	.read = sqlite_read,
	.beside = "rpmdb.sqlite-wal",
};

static bool manifest_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return sw_str_is(path, "var/lib/rpmmanifest/container-manifest-2");
}

/* name, version-release, installed, built, vendor, epoch, size, arch, epoch as a number, source */
static int manifest_line(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_str line)
{
	struct sw_str field[10] = {{0}}, rest = line;
	char version[RD_NAME_MAX * 2], source[RD_NAME_MAX * 2];
	size_t n = 0;

	while (n < 10 && sw_str_split(&rest, '\t', &field[n]))
		n++;
	if (n < 10 || field[1].n > RD_NAME_MAX || field[8].n > 16 || field[9].n > RD_NAME_MAX)
		return rd_note(bom, f, "a line that does not have the 10 fields of a package");
	bool epoch = field[8].n && !sw_str_is(field[8], "0") && rd_is_digit(field[8].p[0]);
	struct sw_package p = {.type = SW_PKG_RPM, .name = field[0], .arch = field[7]};
	p.version =
		sw_str_make(version, (size_t)snprintf(version, sizeof(version), "%.*s%s%.*s",
					     epoch ? (int)field[8].n : 0, epoch ? field[8].p : "",
					     epoch ? ":" : "", SW_STR_ARG(field[1])));
	if (!sw_str_is(field[4], "(none)"))
		p.supplier = field[4];
	struct sw_str v, rel, nv = rd_strip(field[9], ".src.rpm");
	rd_split_last(nv, '-', &nv, &rel);
	rd_split_last(nv, '-', &p.source, &v);
	p.source_version =
		sw_str_make(source, (size_t)snprintf(source, sizeof(source), "%.*s%s%.*s-%.*s",
					    epoch ? (int)field[8].n : 0, epoch ? field[8].p : "",
					    epoch ? ":" : "", SW_STR_ARG(v), SW_STR_ARG(rel)));
	if (p.source.n == 0)
		p.source_version = SW_STR("");
	return rd_add(bom, f, &p);
}

static int manifest_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line))
		if (line.n)
			r = manifest_line(bom, f, line);
	return r;
}

const struct sw_reader rd_rpm_manifest = {
	.name = "rpm-manifest",
	.about = "package list of distroless images of Azure Linux and Mariner",
	.wants = manifest_wants,
	.max_size = RD_MIB(32),
	.read = manifest_read,
};
