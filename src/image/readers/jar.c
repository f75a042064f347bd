/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java archives: jar, war, ear and their like, one in another.
 *
 * What an archive holds is told by META-INF/maven/GROUP/ARTIFACT/pom.properties: of itself and of
 * everything that was merged into it. One that does not tell of itself is known by its file name,
 * "artifact-1.2.3.jar", and by META-INF/MANIFEST.MF (JAR File Specification).
 * Packages of an archive within another have the path "outer.war!/WEB-INF/lib/inner.jar".
 */
#include "image/readers/sbom_file.h"
#include "image/readers/zip.h"

#include <stddef.h>
#include <stdio.h>

#define DEPTH 6
#define TEXT_MAX ((size_t)1 << 20)    /* of a manifest or pom.properties */
#define SBOM_MAX ((size_t)16 << 20)
#define INNER_MAX ((size_t)256 << 20) /* of an archive within another */
#define INNER_COUNT 20000
#define UNPACKED_MAX ((uint64_t)1 << 30) /* all that is unpacked of one file */

struct jar {
	struct sw_bom *bom;
	const struct sw_reader_file *f;
	uint64_t unpacked;
	uint32_t inner; /* archives in it so far */
	bool spent;	/* said already that it is too much */
};

/* What the manifest says. */
struct manifest {
	struct sw_str title, version, vendor_id, symbolic, bundle_version, spec_version, module,
		license, vendor;
};

struct archive {
	struct sw_str path;		 /* as in a package's path */
	struct sw_str artifact, version; /* from the file's name */
	bool named;			 /* a pom.properties told of itself */
};

static bool is_archive(struct sw_str name)
{
	static const char *const ends[] = {
		".jar", ".war", ".ear", ".jpi", ".hpi", ".par", ".sar", ".nar", ".kar", ".lpkg"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (rd_ends(name, ends[i]))
			return true;
	return false;
}

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	return size >= 22 && is_archive(path);
}

/* "log4j-core-2.17.1.jar": the version begins behind the first dash that a digit follows. */
static void split_name(struct sw_str path, struct sw_str *artifact, struct sw_str *version)
{
	struct sw_str base = rd_base(path), rest, ext;

	rd_split_last(base, '.', &rest, &ext);
	*artifact = rest;
	*version = SW_STR("");
	for (size_t i = 1; i + 1 < rest.n; i++) {
		if (rest.p[i] != '-' || !rd_is_digit(rest.p[i + 1]))
			continue;
		*artifact = sw_str_sub(rest, 0, i);
		*version = sw_str_sub(rest, i + 1, rest.n);
		break;
	}
}

static void take_header(struct manifest *m, struct sw_str key, struct sw_str value)
{
	static const struct {
		const char *key;
		size_t at;
	} known[] = {
		{"Implementation-Title", offsetof(struct manifest, title)},
		{"Implementation-Version", offsetof(struct manifest, version)},
		{"Implementation-Vendor-Id", offsetof(struct manifest, vendor_id)},
		{"Implementation-Vendor", offsetof(struct manifest, vendor)},
		{"Bundle-SymbolicName", offsetof(struct manifest, symbolic)},
		{"Bundle-Version", offsetof(struct manifest, bundle_version)},
		{"Specification-Version", offsetof(struct manifest, spec_version)},
		{"Automatic-Module-Name", offsetof(struct manifest, module)},
		{"Bundle-License", offsetof(struct manifest, license)},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (sw_str_ieq(key, sw_str_from(known[i].key)))
			*(struct sw_str *)(void *)((char *)m + known[i].at) = value;
}

/* The main section: up to the first empty line. Long values go on in lines that begin blank. */
static void read_manifest(struct sw_str text, struct sw_arena *a, struct manifest *m)
{
	struct sw_str line, key = SW_STR(""), value = SW_STR("");

	while (rd_line(&text, &line) && line.n) {
		if (line.p[0] == ' ') {
			value = sw_arena_printf(a, "%.*s%.*s", SW_STR_ARG(value),
				SW_STR_ARG(sw_str_sub(line, 1, line.n)));
		} else {
			value = line;
			key = rd_cut(&value, ':');
			value = sw_str_trim(value);
		}
		if (value.n > TEXT_MAX / 16 || !value.p)
			break;
		take_header(m, key, value);
	}
}

/* Groups of well-known artifacts whose archives do not tell it. The first match counts. */
static const struct {
	const char *artifact; /* '-' at the end: all that begin so */
	const char *group;
} groups[] = {
	{"kafka-", "org.apache.kafka"},
	{"elasticsearch-rest-", "org.elasticsearch.client"},
	{"elasticsearch-", "org.elasticsearch"},
	{"elasticsearch", "org.elasticsearch"},
	{"spring-boot-", "org.springframework.boot"},
	{"spring-boot", "org.springframework.boot"},
	{"spring-security-", "org.springframework.security"},
	{"spring-data-", "org.springframework.data"},
	{"spring-cloud-", "org.springframework.cloud"},
	{"spring-integration-", "org.springframework.integration"},
	{"spring-kafka", "org.springframework.kafka"},
	{"spring-batch-", "org.springframework.batch"},
	{"spring-ldap-", "org.springframework.ldap"},
	{"spring-", "org.springframework"},
	{"log4j-", "org.apache.logging.log4j"},
	{"log4j", "log4j"},
	{"tomcat-embed-", "org.apache.tomcat.embed"},
	{"tomcat-", "org.apache.tomcat"},
	{"catalina", "org.apache.tomcat"},
	{"netty-", "io.netty"},
	{"jetty-", "org.eclipse.jetty"},
	{"hibernate-core", "org.hibernate"},
	{"jackson-databind", "com.fasterxml.jackson.core"},
	{"jackson-core", "com.fasterxml.jackson.core"},
	{"jackson-annotations", "com.fasterxml.jackson.core"},
	{"commons-lang", "commons-lang"},
	{"commons-collections", "commons-collections"},
	{"commons-beanutils", "commons-beanutils"},
	{"commons-fileupload", "commons-fileupload"},
	{"commons-io", "commons-io"},
	{"commons-codec", "commons-codec"},
	{"commons-logging", "commons-logging"},
	{"postgresql", "org.postgresql"},
	{"mysql-connector-java", "mysql"},
	{"snakeyaml", "org.yaml"},
	{"h2", "com.h2database"},
	{"guava", "com.google.guava"},
	{"gson", "com.google.code.gson"},
	{"bcprov-", "org.bouncycastle"},
	{"bcpkix-", "org.bouncycastle"},
	{"junit", "junit"},
	{"slf4j-", "org.slf4j"},
	{"groovy", "org.codehaus.groovy"},
	{"kotlin-", "org.jetbrains.kotlin"},
	{"scala-library", "org.scala-lang"},
};

static struct sw_str known_group(struct sw_str artifact)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		struct sw_str name = sw_str_from(groups[i].artifact);
		if (name.p[name.n - 1] == '-' ? sw_str_starts(artifact, name)
					      : sw_str_eq(artifact, name))
			return sw_str_from(groups[i].group);
	}
	return SW_STR("");
}

/* Could it be a Maven group? "org.apache.commons", no prose. */
static bool is_group(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!rd_is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z') &&
			!(s.p[i] >= 'A' && s.p[i] <= 'Z') && !memchr("._-", s.p[i], 3))
			return false;
	return s.n && sw_str_chr(s, '.', 0) != SW_NPOS;
}

static struct sw_str group_of(struct sw_str artifact, const struct manifest *m)
{
	struct sw_str symbolic = m->symbolic, name = rd_cut(&symbolic, ';'), up, last;
	struct sw_str group = known_group(artifact);

	if (group.n)
		return group;
	if (is_group(m->vendor_id))
		return m->vendor_id;
	if (!is_group(name))
		return SW_STR("");
	/* "org.slf4j.api" of slf4j-api, "com.google.guava" of guava. */
	rd_split_last(name, '.', &up, &last);
	return sw_str_eq(last, artifact) || sw_str_ends(artifact, last) ? up : name;
}

/* The archive that told nothing of itself. */
static int add_by_name(struct jar *j, struct archive *ar, const struct manifest *m)
{
	struct sw_package p = {.type = SW_PKG_MAVEN,
		.name = ar->artifact,
		.version = ar->version,
		.license = m->license,
		.supplier = m->vendor,
		.path = ar->path};

	if (p.version.n == 0)
		p.version = m->version.n	  ? m->version
			    : m->bundle_version.n ? m->bundle_version
						  : m->spec_version;
	if (p.version.n == 0 || p.name.n == 0)
		return 0; /* an application's own classes */
	if (sw_str_chr(p.version, ' ', 0) != SW_NPOS)
		p.version = rd_cut(&p.version, ' ');
	p.ns = group_of(p.name, m);
	return rd_add(j->bom, j->f, &p);
}

static bool is_pom_properties(struct sw_str name)
{
	return rd_starts(name, "META-INF/") && rd_named(name, "pom.properties");
}

/* "artifact-1.0.jar", or Quarkus' "group.artifact-1.0.jar". */
static bool is_own(struct sw_str base, const struct sw_package *p)
{
	if (sw_str_starts(base, p->ns) && base.n > p->ns.n && base.p[p->ns.n] == '.' &&
		sw_str_starts(sw_str_sub(base, p->ns.n + 1, base.n), p->name))
		return true;
	return sw_str_starts(base, p->name);
}

static int add_pom(struct jar *j, struct archive *ar, struct sw_str text)
{
	struct sw_package p = {.type = SW_PKG_MAVEN, .path = ar->path};
	struct sw_str line;

	while (rd_line(&text, &line)) {
		struct sw_str value = line, key = rd_cut(&value, '=');
		if (line.n == 0 || line.p[0] == '#')
			continue;
		value = sw_str_trim(value);
		if (sw_str_is(key, "groupId"))
			p.ns = value;
		else if (sw_str_is(key, "artifactId"))
			p.name = value;
		else if (sw_str_is(key, "version"))
			p.version = value;
	}
	if (p.name.n == 0 || p.version.n == 0)
		return 0;
	if (is_own(rd_base(ar->path), &p))
		ar->named = true;
	return rd_add(j->bom, j->f, &p);
}

static int read_archive(struct jar *j, struct sw_str t, struct sw_str path, int depth);

static int read_inner(struct jar *j, const struct zip *z, const struct zip_entry *e,
	struct archive *ar, int depth)
{
	struct sw_str inner;
	char path[4096];

	if (depth + 1 >= DEPTH)
		return rd_note(j->bom, j->f, "archives in archives, too deep");
	int n = snprintf(path, sizeof(path), "%.*s%s%.*s", SW_STR_ARG(ar->path), depth ? "/" : "!/",
		SW_STR_ARG(e->name));
	if (n < 0 || (size_t)n >= sizeof(path))
		return rd_note(j->bom, j->f, "an archive in it has too long a name");
	sw_autobuf out;
	sw_buf_init(&out, INNER_MAX);
	if (!zip_read(z, e, &out, &inner)) {
		j->unpacked += out.n;
		return rd_note(j->bom, j->f, "an archive in it cannot be unpacked: %.*s",
			SW_STR_ARG(sw_str_sub(e->name, 0, 200)));
	}
	j->unpacked += inner.n;
	j->inner++;
	return read_archive(j, inner, sw_str_make(path, (size_t)n), depth + 1);
}

/* META-INF/sbom/application.cdx.json of Spring Boot, dependency.cdx.json of Quarkus and the like. */
static bool is_bill(struct sw_str name)
{
	return rd_starts(name, "META-INF/sbom/") && (rd_ends(name, ".json") || rd_ends(name, ".xml"));
}

static int read_bill(
	struct jar *j, const struct zip *z, const struct zip_entry *e, struct archive *ar, int depth)
{
	struct sw_reader_file inner = *j->f;
	char path[4096];
	sw_autobuf out;

	sw_buf_init(&out, SBOM_MAX);
	int n = snprintf(path, sizeof(path), "%.*s%s%.*s", SW_STR_ARG(ar->path), depth ? "/" : "!/",
		SW_STR_ARG(e->name));
	bool unpacked = n > 0 && (size_t)n < sizeof(path) && zip_read(z, e, &out, &inner.content);
	j->unpacked += unpacked ? inner.content.n : SBOM_MAX;
	if (!unpacked)
		return rd_note(j->bom, j->f, "%.*s cannot be unpacked",
			SW_STR_ARG(sw_str_sub(e->name, 0, 200)));
	inner.path = sw_str_make(path, (size_t)n);
	return rd_sbom(j->bom, &inner);
}

/* One entry; of the manifest only the first, which is the one that Java reads. */
static int read_entry(struct jar *j, const struct zip *z, const struct zip_entry *e,
	struct archive *ar, struct sw_arena *a, struct manifest *m, int depth)
{
	bool pom = is_pom_properties(e->name), mf = sw_str_is(e->name, "META-INF/MANIFEST.MF");
	struct sw_str text;

	if (!pom && !mf && !is_archive(e->name) && !is_bill(e->name))
		return 0;
	/* Entries may share their bytes: what they unpack to has no other bound. */
	if (j->unpacked > UNPACKED_MAX || j->inner > INNER_COUNT) {
		if (j->spent)
			return 0;
		j->spent = true;
		return rd_note(j->bom, j->f, "too much is in this archive: the rest is not read");
	}
	j->unpacked += 256;
	if (is_bill(e->name))
		return read_bill(j, z, e, ar, depth);
	if (!pom && !mf)
		return read_inner(j, z, e, ar, depth);
	sw_autobuf out;
	sw_buf_init(&out, TEXT_MAX);
	bool unpacked = zip_read(z, e, &out, &text);
	j->unpacked += unpacked ? text.n : TEXT_MAX;
	if (!unpacked)
		return rd_note(j->bom, j->f, "%.*s cannot be unpacked",
			SW_STR_ARG(sw_str_sub(e->name, 0, 200)));
	if (pom)
		return add_pom(j, ar, text);
	text = sw_arena_str(a, text);
	if (text.p)
		read_manifest(text, a, m);
	return 0;
}

static int read_archive(struct jar *j, struct sw_str t, struct sw_str path, int depth)
{
	struct archive ar = {.path = path};
	struct manifest m = {{0}};
	struct zip_entry e;
	struct zip z;
	int r = 0;

	if (!zip_open(&z, t))
		return depth ? 0 : rd_note(j->bom, j->f, "not a ZIP archive");
	split_name(path, &ar.artifact, &ar.version);
	sw_autoarena a;
	sw_arena_init(&a, (size_t)32 << 20);
	while (r == 0 && zip_next(&z, &e))
		r = read_entry(j, &z, &e, &ar, &a, &m, depth);
	if (r == 0 && z.rest.n)
		r = rd_note(j->bom, j->f, "the archive's directory is broken");
	if (r == 0 && !ar.named)
		r = add_by_name(j, &ar, &m);
	return r;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct jar j = {.bom = bom, .f = f};
	return read_archive(&j, f->content, f->path, 0);
}

const struct sw_reader rd_jar = {
	.name = "jar",
	.about = "Java archives: jar, war, ear, one in another",
	.wants = wants,
	.max_size = RD_MIB(512),
	.read = read,
};
