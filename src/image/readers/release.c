/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/release.h"
#include "image/readers/impl.h"

#include <stdio.h>

#include "doc/json.h"

struct release_file {
	const char *path;
	uint8_t rank;
	/* Fills *d with borrowed text; values that had to be changed are in the arena. */
	void (*read)(struct sw_str content, struct sw_arena *a, struct sw_distribution *d);
};

static struct sw_str lower(struct sw_arena *a, struct sw_str s)
{
	char *p = sw_arena_memdup(a, s.p ? s.p : "", s.n);

	for (size_t i = 0; p && i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return p ? sw_str_make(p, s.n) : SW_STR("");
}

/* A value in shell form: bare, '…', or "…" where a backslash takes the next byte as it is. */
static struct sw_str shell_value(struct sw_arena *a, struct sw_str raw)
{
	struct sw_str v = rd_unquote(raw);

	if (sw_str_chr(v, '\\', 0) == SW_NPOS || (raw.n && sw_str_trim(raw).p[0] == '\''))
		return v;
	char *p = sw_arena_alloc(a, v.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < v.n; i++) {
		if (v.p[i] == '\\' && i + 1 < v.n)
			i++;
		p[n++] = v.p[i];
	}
	return p ? sw_str_make(p, n) : SW_STR("");
}

/* The last one of KEY= counts, as in a shell. */
static struct sw_str shell_get(struct sw_str content, struct sw_arena *a, const char *key)
{
	struct sw_str rest = content, line, found = SW_STR("");

	while (rd_line(&rest, &line)) {
		struct sw_str value = sw_str_trim(line);
		if (value.n == 0 || value.p[0] == '#')
			continue;
		struct sw_str k = rd_cut(&value, '=');
		if (sw_str_is(k, key))
			found = value;
	}
	return shell_value(a, found);
}

static void read_os_release(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	d->id = lower(a, shell_get(t, a, "ID"));
	d->version = shell_get(t, a, "VERSION_ID");
	d->codename = shell_get(t, a, "VERSION_CODENAME");
	d->pretty_name = shell_get(t, a, "PRETTY_NAME");
	d->id_like = lower(a, shell_get(t, a, "ID_LIKE"));
	d->cpe = shell_get(t, a, "CPE_NAME");
	if (d->pretty_name.n == 0)
		d->pretty_name = shell_get(t, a, "NAME");
	/* Before VERSION_CODENAME: "8 (jessie)", "16.04.7 LTS (Xenial Xerus)". */
	if (d->codename.n == 0 && sw_str_is(d->id, "ubuntu"))
		d->codename = shell_get(t, a, "UBUNTU_CODENAME");
	if (d->codename.n == 0 && sw_str_is(d->id, "debian")) {
		struct sw_str rest = shell_get(t, a, "VERSION");
		rd_cut(&rest, '(');
		d->codename = rd_cut(&rest, ')');
	}
}

static void read_lsb_release(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	d->id = lower(a, shell_get(t, a, "DISTRIB_ID"));
	d->version = shell_get(t, a, "DISTRIB_RELEASE");
	d->codename = shell_get(t, a, "DISTRIB_CODENAME");
	d->pretty_name = shell_get(t, a, "DISTRIB_DESCRIPTION");
}

static struct sw_str first_line(struct sw_str t)
{
	struct sw_str line = SW_STR("");
	rd_line(&t, &line);
	return sw_str_trim(line);
}

/* The first word that begins with a digit. */
static struct sw_str first_number(struct sw_str line)
{
	struct sw_str w;

	while ((w = rd_word(&line)).n)
		if (rd_is_digit(w.p[0]))
			return w;
	return SW_STR("");
}

static struct sw_str first_parts(struct sw_str version, int parts)
{
	for (size_t i = 0; i < version.n; i++)
		if (version.p[i] == '.' && --parts == 0)
			return sw_str_sub(version, 0, i);
	return version;
}

static struct sw_str parenthesis(struct sw_str line)
{
	rd_cut(&line, '(');
	return rd_cut(&line, ')');
}

static void read_alpine(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	d->id = SW_STR("alpine");
	d->version = first_line(t);
	d->pretty_name = SW_STR("Alpine Linux");
}

/* "12.4", or "trixie/sid" where there is no number yet. Point releases share all advisories. */
static void read_debian(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	struct sw_str line = first_line(t);

	d->id = SW_STR("debian");
	d->pretty_name = SW_STR("Debian GNU/Linux");
	if (line.n && rd_is_digit(line.p[0]))
		d->version = first_parts(line, 1);
	else
		d->codename = rd_cut(&line, '/');
}

/* "CentOS release 6.10 (Final)", "Red Hat Enterprise Linux Server release 7.9 (Maipo)" */
static void read_redhat(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	static const struct {
		const char *begins, *id;
	} names[] = {
		{"AlmaLinux", "almalinux"},
		{"Alibaba", "alinux"},
		{"Amazon Linux", "amzn"},
		{"Anolis", "anolis"},
		{"CentOS", "centos"},
		{"Fedora", "fedora"},
		{"Oracle Linux", "ol"},
		{"Red Hat Enterprise", "rhel"},
		{"Rocky", "rocky"},
		{"Scientific Linux", "scientific"},
		{"openEuler", "openeuler"},
	};
	struct sw_str line = first_line(t);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!rd_starts(line, names[i].begins))
			continue;
		d->id = sw_str_from(names[i].id);
		d->version = first_number(line);
		d->codename = parenthesis(line);
		d->pretty_name = line;
	}
}

/* "SUSE Linux Enterprise Server 11 (x86_64)", then VERSION = 11 and PATCHLEVEL = 4 */
static void read_suse(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	struct sw_str patch = shell_get(t, a, "PATCHLEVEL");

	d->pretty_name = first_line(t);
	d->version = shell_get(t, a, "VERSION");
	d->codename = shell_get(t, a, "CODENAME");
	d->id = rd_starts(d->pretty_name, "openSUSE") ? SW_STR("opensuse") : SW_STR("sles");
	if (patch.n && !sw_str_is(patch, "0") && sw_str_is(d->id, "sles"))
		d->version =
			sw_arena_printf(a, "%.*s.%.*s", SW_STR_ARG(d->version), SW_STR_ARG(patch));
}

static void numbered(struct sw_str t, const char *id, struct sw_distribution *d)
{
	d->pretty_name = first_line(t);
	d->version = first_parts(first_number(d->pretty_name), 2);
	d->id = sw_str_from(id);
}

static void read_photon(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	numbered(t, "photon", d);
}

static void read_mariner(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	numbered(t, "mariner", d);
}

static void read_azurelinux(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	numbered(t, "azurelinux", d);
}

static void read_gentoo(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	numbered(t, "gentoo", d);
}

static void read_arch(struct sw_str t, struct sw_arena *a, struct sw_distribution *d)
{
	d->id = SW_STR("arch");
	d->pretty_name = SW_STR("Arch Linux");
}

static const struct release_file files[] = {
	{"etc/os-release", 20, read_os_release},
	{"usr/lib/os-release", 19, read_os_release},
	{"etc/oracle-release", 15, read_redhat},
	{"etc/almalinux-release", 14, read_redhat},
	{"etc/rocky-release", 13, read_redhat},
	{"etc/centos-release", 12, read_redhat},
	{"etc/fedora-release", 11, read_redhat},
	{"etc/alpine-release", 10, read_alpine},
	{"etc/azurelinux-release", 10, read_azurelinux},
	{"etc/mariner-release", 9, read_mariner},
	{"etc/photon-release", 8, read_photon},
	{"etc/SuSE-release", 7, read_suse},
	{"etc/system-release", 6, read_redhat},
	{"etc/redhat-release", 5, read_redhat},
	{"etc/lsb-release", 4, read_lsb_release},
	{"usr/lib/lsb-release", 4, read_lsb_release},
	{"etc/gentoo-release", 3, read_gentoo},
	{"etc/arch-release", 2, read_arch},
	{"etc/debian_version", 1, read_debian},
};

static const struct release_file *find(struct sw_str path)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (sw_str_is(path, files[i].path))
			return &files[i];
	return NULL;
}

/* ---- where packages come from ---- */

static bool is_content_sets(struct sw_str path)
{
	struct sw_str in = SW_STR("");

	if (!rd_ends(path, ".json"))
		return false;
	if (rd_in(path, "root/buildinfo/"))
		in = sw_str_sub(path, strlen("root/buildinfo/"), path.n);
	else if (rd_in(path, "usr/share/buildinfo/"))
		in = sw_str_sub(path, strlen("usr/share/buildinfo/"), path.n);
	return sw_str_is(in, "content-sets.json") ||
	       (rd_starts(in, "content_manifests/") && sw_str_is(rd_dir(in), "content_manifests"));
}

/* "content_sets": ["rhel-8-for-x86_64-baseos-eus-rpms__8_6", …] */
static struct sw_str read_content_sets(struct sw_str t, struct sw_arena *a)
{
	static const char *const kinds[] = {"eus", "aus", "e4s", "tus"};
	struct sw_json_limits limits = {.depth = 64, .nodes = 200000};
	bool found[4] = {false};
	struct sw_value root;
	char text[32];
	size_t n = 0;

	if (sw_json_parse(a, t, 0, &limits, &root, NULL, NULL))
		return SW_STR("");
	sw_array_foreach (v, rd_array(rd_get(root, "content_sets"))) {
		struct sw_str name = v->type == SW_STRING ? sw_value_str(*v) : SW_STR("");
		for (size_t i = 0; i < 4; i++) {
			snprintf(text, sizeof(text), "-%s-", kinds[i]);
			found[i] = found[i] || (rd_starts(name, "rhel-") && rd_has(name, text));
		}
	}
	for (size_t i = 0; i < 4; i++)
		if (found[i])
			n += (size_t)snprintf(
				text + n, sizeof(text) - n, "%s%s", n ? " " : "", kinds[i]);
	return sw_arena_str(a, sw_str_make(text, n));
}

/* The first of "https://dl-cdn.alpinelinux.org/alpine/v3.18/main": "3.18", or "edge". */
static struct sw_str read_apk_repositories(struct sw_str t)
{
	struct sw_str line, base, part;

	while (rd_line(&t, &line)) {
		line = rd_strip(sw_str_trim(line), "/");
		if (line.n == 0 || line.p[0] == '#' || !rd_ends(line, "/main"))
			continue;
		rd_split_last(rd_strip(line, "/main"), '/', &base, &part);
		if (sw_str_is(part, "edge"))
			return part;
		if (part.n > 1 && part.p[0] == 'v' && rd_is_digit(part.p[1]))
			return sw_str_sub(part, 1, part.n);
		return SW_STR("");
	}
	return SW_STR("");
}

static bool is_origin(struct sw_str path)
{
	return is_content_sets(path) || sw_str_is(path, "etc/apk/repositories");
}

bool sw_distribution_wants(struct sw_str path)
{
	return find(path) != NULL || is_origin(path);
}

/* A copy; a text with control bytes, or a very long one, is none. */
static struct sw_str keep(struct sw_bom *bom, struct sw_str s)
{
	bool good = s.n <= 512;

	for (size_t i = 0; good && i < s.n; i++)
		good = (unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f;
	return good && s.n ? sw_arena_str(&bom->arena, s) : SW_STR("");
}

static int read_origin(struct sw_str path, struct sw_str content, struct sw_bom *bom)
{
	sw_autoarena a;

	sw_arena_init(&a, (size_t)32 << 20);
	if (content.n > SW_RELEASE_MAX)
		return 0;
	struct sw_str streams = is_content_sets(path) ? read_content_sets(content, &a)
						      : read_apk_repositories(content);
	streams = keep(bom, streams);
	if (!streams.p)
		return -SW_ELIMIT;
	if (streams.n)
		bom->distribution.streams = streams;
	return 0;
}

int sw_distribution_read(struct sw_str path, struct sw_str content, struct sw_bom *bom)
{
	if (is_origin(path))
		return read_origin(path, content, bom);
	const struct release_file *file = find(path);
	struct sw_distribution d = {{0}};

	if (!file || content.n > SW_RELEASE_MAX || bom->distribution.rank > file->rank)
		return 0;
	sw_autoarena a;
	sw_arena_init(&a, (size_t)4 << 20);
	file->read(content, &a, &d);
	if (d.id.n == 0)
		return 0;
	struct sw_distribution made = {
		.id = keep(bom, d.id),
		.version = keep(bom, d.version),
		.codename = keep(bom, d.codename),
		.pretty_name = keep(bom, d.pretty_name),
		.id_like = keep(bom, d.id_like),
		.cpe = keep(bom, d.cpe),
		.streams = bom->distribution.streams.p ? bom->distribution.streams : SW_STR(""),
		.rank = file->rank,
	};
	if (!made.id.p || !made.version.p || !made.codename.p || !made.pretty_name.p ||
		!made.id_like.p || !made.cpe.p)
		return -SW_ELIMIT;
	if (made.id.n)
		bom->distribution = made;
	return 0;
}
