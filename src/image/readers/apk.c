/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk's database of installed packages (Alpine, Wolfi, Chainguard): one-letter fields, paragraphs
 * parted by empty lines. apk-installed(5) of apk-tools. Advisories name the origin ("o").
 */
#include "image/readers/impl.h"

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return sw_str_is(path, "lib/apk/db/installed") ||
	       sw_str_is(path, "usr/lib/apk/db/installed");
}

/* A file: "F:" the folder it is in, "R:" its name. */
static int own(struct sw_bom *bom, struct sw_str dir, struct sw_str name)
{
	char path[4096];

	if (dir.n + 1 + name.n > sizeof(path))
		return 0; /* longer than a path can be: no file has it */
	size_t n = dir.n;
	if (n) {
		memcpy(path, dir.p, n);
		path[n++] = '/';
	}
	memcpy(path + n, name.p, name.n);
	return rd_own(bom, sw_str_make(path, n + name.n));
}

static void take_field(struct sw_package *p, char key, struct sw_str value)
{
	switch (key) {
	case 'P':
		p->name = value;
		break;
	case 'V':
		p->version = value;
		break;
	case 'A':
		p->arch = value;
		break;
	case 'L':
		p->license = value;
		break;
	case 'm':
		p->supplier = value;
		break;
	case 'o':
		p->source = value;
		break;
	}
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line, dir = SW_STR("");
	struct sw_package p = {.type = SW_PKG_APK};
	bool any = false;
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (line.n == 0) {
			if (any)
				r = rd_add(bom, f, &p);
			p = (struct sw_package){.type = SW_PKG_APK};
			dir = SW_STR("");
			any = false;
		} else if (line.n >= 2 && line.p[1] == ':') {
			struct sw_str value = sw_str_trim(sw_str_sub(line, 2, line.n));
			any = true;
			if (line.p[0] == 'F')
				dir = value;
			else if (line.p[0] == 'R' && value.n)
				r = own(bom, dir, value);
			else
				take_field(&p, line.p[0], value);
		}
	}
	return r == 0 && any ? rd_add(bom, f, &p) : r;
}

const struct sw_reader rd_apk = {
	.name = "apk",
	.about = "installed packages of Alpine, Wolfi and Chainguard images",
	.wants = wants,
	.max_size = RD_MIB(128),
	.read = read,
};
