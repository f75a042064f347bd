/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What smaller package managers installed, each in a folder of its own: Gentoo's portage
 * (var/db/pkg), Homebrew (Cellar), opam (.opam-switch), LuaRocks, PEAR and PECL (.registry), CPAN
 * (cpanminus' .meta), Conan (its cache), vcpkg (installed/vcpkg/status), a JDK's or JRE's `release`, Erlang's
 * OTP_VERSION,
 * WordPress (wp-includes/version.php).
 */
#include "image/readers/impl.h"

#include <stdio.h>

/* The part of a path `up` folders above its last one; "" when there are not as many. */
static struct sw_str part_above(struct sw_str path, int up)
{
	while (up-- > 0)
		path = rd_dir(path);
	return rd_base(path);
}

/* ---- portage ---- */

static bool portage_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "CONTENTS") && rd_in(path, "var/db/pkg/") &&
	       part_above(path, 2).n && sw_str_is(rd_dir(rd_dir(rd_dir(path))), "var/db/pkg");
}

/* "skopeo-1.5.1-r1": the version begins behind the last dash that a digit follows (PMS 3.2). */
static void portage_split(struct sw_str pf, struct sw_package *p)
{
	for (size_t i = pf.n; i-- > 1;) {
		if (pf.p[i] != '-' || i + 1 >= pf.n || !rd_is_digit(pf.p[i + 1]))
			continue;
		p->name = sw_str_sub(pf, 0, i);
		p->version = sw_str_sub(pf, i + 1, pf.n);
		return;
	}
	p->name = pf;
}

/* Lines "obj /usr/bin/x MD5 TIME", "sym /a -> b TIME", "dir /usr"; names may hold blanks. */
static int portage_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_EBUILD, .ns = part_above(f->path, 2)};
	struct sw_str rest = f->content, line, name, tail;

	portage_split(part_above(f->path, 1), &p);
	int r = rd_add(bom, f, &p);
	while (r == 0 && rd_line(&rest, &line)) {
		if (!rd_starts(line, "obj "))
			continue;
		rd_split_last(sw_str_sub(line, 4, line.n), ' ', &name, &tail);
		rd_split_last(name, ' ', &name, &tail);
		r = rd_own(bom, name);
	}
	return r;
}

const struct sw_reader rd_portage = {
	.name = "portage",
	.about = "Gentoo's portage: var/db/pkg/CATEGORY/NAME-VERSION/CONTENTS",
	.wants = portage_wants,
	.max_size = RD_MIB(64),
	.read = portage_read,
};

/* ---- Homebrew ---- */

static bool brew_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "INSTALL_RECEIPT.json") &&
	       sw_str_is(part_above(path, 3), "Cellar");
}

/* Cellar/NAME/VERSION/INSTALL_RECEIPT.json: a version with "_1" is a later build of it. */
static int brew_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_BREW,
		.name = part_above(f->path, 2),
		.version = part_above(f->path, 1)};
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_brew = {
	.name = "brew",
	.about = "Homebrew: Cellar/NAME/VERSION/INSTALL_RECEIPT.json",
	.wants = brew_wants,
	.max_size = RD_MIB(4),
	.read = brew_read,
};

/* ---- opam ---- */

static bool opam_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "opam") && sw_str_is(part_above(path, 2), "packages") &&
	       sw_str_is(part_above(path, 3), ".opam-switch");
}

/* .opam-switch/packages/NAME.VERSION/opam: names have no dots. */
static int opam_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str version = part_above(f->path, 1);
	struct sw_package p = {.type = SW_PKG_OPAM};

	p.name = rd_cut(&version, '.');
	p.version = version;
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_opam = {
	.name = "opam",
	.about = "OCaml's opam: .opam-switch/packages/NAME.VERSION/opam",
	.wants = opam_wants,
	.max_size = RD_MIB(4),
	.read = opam_read,
};

/* ---- LuaRocks ---- */

static bool rocks_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str rocks = part_above(path, 3);
	return rd_ends(path, ".rockspec") && (rd_starts(rocks, "rocks-") || sw_str_is(rocks, "rocks"));
}

/* rocks-5.1/NAME/VERSION-REVISION/NAME-VERSION-REVISION.rockspec */
static int rocks_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_LUAROCKS,
		.name = part_above(f->path, 2),
		.version = part_above(f->path, 1)};
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_luarocks = {
	.name = "luarocks",
	.about = "LuaRocks: rocks-5.x/NAME/VERSION/*.rockspec",
	.wants = rocks_wants,
	.max_size = RD_MIB(4),
	.read = rocks_read,
};

/* ---- PEAR, PECL ---- */

static bool pear_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_ends(path, ".reg") && rd_within(path, ".registry");
}

/* The text behind the key `key` of PHP's serialize(): s:4:"name";s:9:"memcached"; */
static struct sw_str pear_text(struct sw_str t, const char *key)
{
	size_t at = sw_str_find(t, sw_str_from(key), 0);
	int64_t n;

	if (at == SW_NPOS)
		return SW_STR("");
	struct sw_str rest = sw_str_sub(t, at + strlen(key), t.n);
	struct sw_str head = rd_cut(&rest, ':'); /* s */
	struct sw_str length = rd_cut(&rest, ':');
	if (!sw_str_is(head, "s") || !sw_str_to_i64(length, &n) || n < 0 || rest.n < 2 ||
		(uint64_t)n > rest.n - 2)
		return SW_STR("");
	return sw_str_sub(rest, 1, 1 + (size_t)n);
}

static int pear_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_PEAR,
		.ns = pear_text(f->content, "s:7:\"channel\";"),
		.name = pear_text(f->content, "s:4:\"name\";"),
		.version = pear_text(f->content, "s:7:\"release\";")};
	if (p.name.n == 0 || p.version.n == 0)
		return rd_note(bom, f, "a package of PEAR without a name or a version");
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_pear = {
	.name = "pear",
	.about = "PHP's PEAR and PECL: .registry/*.reg",
	.wants = pear_wants,
	.max_size = RD_MIB(8),
	.read = pear_read,
};

/* ---- CPAN ---- */

static bool cpan_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "install.json") && sw_str_is(part_above(path, 2), ".meta");
}

/* "dist": "Try-Tiny-0.31", "version": "0.31", "pathname": "E/ET/ETHER/Try-Tiny-0.31.tar.gz" */
static int cpan_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_value root;
	sw_autoarena a;

	sw_arena_init(&a, RD_ARENA);
	int r = rd_json(&a, bom, f, &root);
	if (r <= 0)
		return r;
	struct sw_package p = {.type = SW_PKG_CPAN, .version = rd_str(root, "version")};
	struct sw_str dist = rd_str(root, "dist"), version;
	rd_split_last(dist, '-', &p.name, &version);
	if (p.name.n == 0)
		p.name = dist;
	if (version.n && p.version.n == 0)
		p.version = version;
	p.ns = rd_base(rd_dir(rd_str(root, "pathname")));
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_cpan = {
	.name = "cpan",
	.about = "Perl's CPAN: .meta/NAME-VERSION/install.json of cpanminus",
	.wants = cpan_wants,
	.max_size = RD_MIB(8),
	.read = cpan_read,
};

/* ---- Conan's cache ---- */

static bool conaninfo_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "conaninfo.txt") && sw_str_is(part_above(path, 2), "package");
}

/*
 * NAME/VERSION/USER/CHANNEL/package/HASH/conaninfo.txt, where "_" stands for nobody; what it was
 * built with: lines "name/version:hash" of [full_requires].
 */
static int conaninfo_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_CONAN,
		.name = part_above(f->path, 6),
		.version = part_above(f->path, 5)};
	struct sw_str user = part_above(f->path, 4), channel = part_above(f->path, 3);
	struct sw_str rest = f->content, line;
	bool full = false;
	char own[2 * RD_NAME_MAX + 32];

	if (user.n && !sw_str_is(user, "_") && user.n < RD_NAME_MAX && channel.n < RD_NAME_MAX) {
		int n = snprintf(own, sizeof(own), "channel=%.*s&user=%.*s", SW_STR_ARG(channel),
			SW_STR_ARG(user));
		p.qualifiers = sw_str_make(own, (size_t)n);
	}
	int r = p.name.n ? rd_add(bom, f, &p) : 0;
	while (r == 0 && rd_line(&rest, &line)) {
		if (rd_starts(line, "["))
			full = rd_starts(line, "[full_requires]");
		line = sw_str_trim(line);
		if (!full || line.n == 0 || line.p[0] == '[')
			continue;
		struct sw_package q = {.type = SW_PKG_CONAN};
		line = rd_cut(&line, ':');
		q.name = rd_cut(&line, '/');
		q.version = rd_cut(&line, '@');
		if (q.name.n && q.version.n)
			r = rd_add(bom, f, &q);
	}
	return r;
}

const struct sw_reader rd_conaninfo = {
	.name = "conaninfo",
	.about = "packages in Conan's cache: conaninfo.txt",
	.wants = conaninfo_wants,
	.max_size = RD_MIB(4),
	.read = conaninfo_read,
};

/* ---- vcpkg ---- */

static bool vcpkg_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "status") && sw_str_is(part_above(path, 1), "vcpkg") &&
	       (sw_str_is(part_above(path, 2), "vcpkg_installed") ||
		       sw_str_is(part_above(path, 2), "installed"));
}

struct port {
	struct sw_str name, version, port_version, arch, feature, status;
};

static int vcpkg_end(struct sw_bom *bom, const struct sw_reader_file *f, struct port *q)
{
	struct sw_package p = {.type = SW_PKG_VCPKG, .name = q->name};
	char text[2 * RD_NAME_MAX], triplet[RD_NAME_MAX + 16];
	int r = 0;

	/* Features of a port are paragraphs of their own, without a version. */
	if (q->name.n && q->version.n && q->feature.n == 0 && rd_ends(q->status, " installed") &&
		!rd_ends(q->status, "not-installed") && q->version.n < RD_NAME_MAX &&
		q->port_version.n < 32 && q->arch.n < RD_NAME_MAX) {
		bool plain = q->port_version.n == 0 || sw_str_is(q->port_version, "0");
		int n = snprintf(text, sizeof(text), "%.*s%s%.*s", SW_STR_ARG(q->version),
			plain ? "" : "#", plain ? 0 : (int)q->port_version.n, q->port_version.p);
		p.version = sw_str_make(text, (size_t)n);
		n = q->arch.n ? snprintf(triplet, sizeof(triplet), "triplet=%.*s", SW_STR_ARG(q->arch)) : 0;
		p.qualifiers = sw_str_make(triplet, (size_t)n);
		r = rd_add(bom, f, &p);
	}
	*q = (struct port){{0}};
	return r;
}

static int vcpkg_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str rest = f->content, line;
	struct port q = {{0}};
	int r = 0;

	while (r == 0 && rd_line(&rest, &line)) {
		if (sw_str_trim(line).n == 0)
			r = vcpkg_end(bom, f, &q);
		rd_field(line, "Package:", &q.name);
		rd_field(line, "Version:", &q.version);
		rd_field(line, "Port-Version:", &q.port_version);
		rd_field(line, "Architecture:", &q.arch);
		rd_field(line, "Feature:", &q.feature);
		rd_field(line, "Status:", &q.status);
	}
	return r ? r : vcpkg_end(bom, f, &q);
}

const struct sw_reader rd_vcpkg = {
	.name = "vcpkg",
	.about = "vcpkg: installed/vcpkg/status",
	.wants = vcpkg_wants,
	.max_size = RD_MIB(16),
	.read = vcpkg_read,
};

/* ---- Java's runtime ---- */

static bool jvm_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "release") && size < 65536;
}

static struct sw_str jvm_value(struct sw_str t, const char *key)
{
	struct sw_str line, value;

	while (rd_line(&t, &line))
		if (rd_field(line, key, &value))
			return rd_unquote(value);
	return SW_STR("");
}

/*
 * JAVA_VERSION="17.0.8" (the version that advisories count; "1.8.0_382" before Java 9) and
 * IMPLEMENTOR="Eclipse Adoptium". GraalVM tells of itself by GRAALVM_VERSION.
 */
static int jvm_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_GENERIC,
		.name = SW_STR("openjdk"),
		.version = jvm_value(f->content, "JAVA_VERSION="),
		.supplier = jvm_value(f->content, "IMPLEMENTOR="),
		.cpe = SW_STR("oracle:openjdk")};
	struct sw_str graal = jvm_value(f->content, "GRAALVM_VERSION=");

	if (p.version.n == 0)
		return 0; /* some other file of this name */
	int r = rd_add(bom, f, &p);
	if (r || graal.n == 0)
		return r;
	p.name = SW_STR("graalvm");
	p.version = graal;
	p.cpe = SW_STR("oracle:graalvm");
	return rd_add(bom, f, &p);
}

const struct sw_reader rd_jvm = {
	.name = "jvm",
	.about = "Java runtimes and development kits: their `release` file",
	.wants = jvm_wants,
	.max_size = RD_KIB(64),
	.read = jvm_read,
};

/* ---- Erlang ---- */

static bool otp_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "OTP_VERSION") && size < 64;
}

static int otp_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_GENERIC,
		.name = SW_STR("erlang"),
		.version = rd_strip(sw_str_trim(f->content), "**"), /* patched by hand */
		.cpe = SW_STR("erlang:erlang\\/otp")};
	return p.version.n && rd_is_digit(p.version.p[0]) ? rd_add(bom, f, &p) : 0;
}

const struct sw_reader rd_otp = {
	.name = "otp",
	.about = "Erlang/OTP: releases/NN/OTP_VERSION",
	.wants = otp_wants,
	.max_size = 64,
	.read = otp_read,
};

/* ---- WordPress ---- */

static bool wordpress_wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return rd_named(path, "version.php") && sw_str_is(part_above(path, 1), "wp-includes");
}

/* What of the line is no comment. One that begins with a slash and a star may go on for lines. */
static struct sw_str php_code(struct sw_str line, bool *in_comment)
{
	size_t end = *in_comment ? sw_str_find(line, SW_STR("*/"), 0) : SW_NPOS;

	if (*in_comment && end == SW_NPOS)
		return SW_STR("");
	if (*in_comment)
		line = sw_str_sub(line, end + 2, line.n);
	size_t open = sw_str_find(line, SW_STR("/*"), 0);
	*in_comment = open != SW_NPOS && sw_str_find(line, SW_STR("*/"), open + 2) == SW_NPOS;
	return sw_str_sub(line, 0, open);
}

/* $wp_version = '6.4.2'; */
static int wordpress_read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_package p = {.type = SW_PKG_GENERIC,
		.name = SW_STR("wordpress"),
		.cpe = SW_STR("wordpress:wordpress")};
	struct sw_str rest = f->content, line, value;
	bool comment = false;

	while (rd_line(&rest, &line)) {
		value = php_code(line, &comment);
		if (!sw_str_is(rd_cut(&value, '='), "$wp_version"))
			continue;
		p.version = rd_unquote(rd_cut(&value, ';'));
		return rd_add(bom, f, &p);
	}
	return 0;
}

const struct sw_reader rd_wordpress = {
	.name = "wordpress",
	.about = "WordPress: wp-includes/version.php",
	.wants = wordpress_wants,
	.max_size = RD_KIB(256),
	.read = wordpress_read,
};
