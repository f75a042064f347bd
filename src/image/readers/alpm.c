/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pacman's local database (Arch Linux): var/lib/pacman/local/NAME-VERSION/{desc,files}, sections of
 * "%KEY%", values a line each, ended by an empty line. alpm-db-desc(5), alpm-db-files(5).
 */
#include "image/readers/impl.h"

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_in(path, "var/lib/pacman/local/") &&
	       (rd_named(path, "desc") || rd_named(path, "files"));
}

static void take_value(struct sw_package *p, struct sw_str key, struct sw_str value)
{
	if (sw_str_is(key, "%NAME%"))
		p->name = value;
	else if (sw_str_is(key, "%VERSION%"))
		p->version = value;
	else if (sw_str_is(key, "%BASE%"))
		p->source = value;
	else if (sw_str_is(key, "%ARCH%"))
		p->arch = value;
	else if (sw_str_is(key, "%PACKAGER%"))
		p->supplier = value;
	else if (sw_str_is(key, "%LICENSE%") && p->license.n == 0)
		p->license = value;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line, key = SW_STR("");
	struct sw_package p = {.type = SW_PKG_ALPM};
	bool files = rd_named(f->path, "files");
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (line.n == 0)
			key = SW_STR("");
		else if (key.n == 0)
			key = line;
		else if (files && sw_str_is(key, "%FILES%"))
			r = rd_own(bom, line);
		else if (!files)
			take_value(&p, key, line);
	}
	return r || files ? r : rd_add(bom, f, &p);
}

const struct sw_reader rd_alpm = {
	.name = "alpm",
	.about = "installed packages of Arch Linux images",
	.wants = wants,
	.max_size = RD_MIB(32),
	.read = read,
};
