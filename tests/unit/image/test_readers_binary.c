/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of programs and archives, over files that are made here byte by byte. */
#include "listing.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/buf.h"

static void put(struct sw_buf *b, uint64_t v, int bytes, bool big)
{
	for (int i = 0; i < bytes; i++)
		sw_buf_addch(b, (char)(v >> 8 * (big ? bytes - 1 - i : i)));
}

static void put_at(struct sw_buf *b, size_t at, uint64_t v, int bytes, bool big)
{
	for (int i = 0; i < bytes; i++)
		b->p[at + (size_t)i] = (char)(v >> 8 * (big ? bytes - 1 - i : i));
}

/* ---- programs ---- */

static const char modules[] =
	"0123456789abcdefpath\texample.com/me/cmd\nmod\texample.com/me\t(devel)\t\n"
	"dep\tgithub.com/a/b\tv1.0.0\th1:x=\ndep\te.org/f\tv2.0.0\n=>\te.org/g/v2\tv2.0.1\th1:y=\n"
	"dep\te.org/l\tv3.0.0\n=>\t./local\t\t\n"
	"build\t-ldflags=\"-s -X github.com/a/b.Version=v9.9.9 -X "
	"'example.com/me/version.Version=1.4.2' "
	"-w\"\nbuild\tGOOS=linux\n0123456789abcde\n";

#define MODULES sw_str_make(modules, sizeof(modules) - 1)
#define FOUND                                                                                      \
	"golang stdlib v1.21.3\ngolang e.org/l -\ngolang e.org/g/v2 v2.0.1\n"                      \
	"golang example.com/me v1.4.2\ngolang github.com/a/b v1.0.0\n"

/* The real list ends in a line end and 16 bytes; so does this one. */
static struct sw_str whole_modules(struct sw_buf *b)
{
	sw_buf_addstr(b, sw_str_sub(MODULES, 0, sizeof(modules) - 1 - 16));
	sw_buf_addz(b, "fedcba9876543210");
	return sw_buf_str(b);
}

static void put_inline(struct sw_buf *b, const char *version, struct sw_str m)
{
	sw_buf_add(b, "\xff Go buildinf:\x08\x02", 16);
	sw_buf_pad(b, '\0', 16);
	put(b, strlen(version), 1, false);
	sw_buf_addz(b, version);
	put(b, (m.n & 0x7f) | 0x80, 1, false);
	put(b, m.n >> 7, 1, false);
	sw_buf_addstr(b, m);
}

static void put_inline_info(struct sw_buf *b, const char *version)
{
	sw_autobuf list;
	sw_buf_init(&list, 0);
	put_inline(b, version, whole_modules(&list));
}

/* ELF, 64 bits, little endian: section headers at 64, names at 384, content at 512. `more`: of
 * another section, or NULL. */
static void elf_two(struct sw_buf *b, const char *name, struct sw_str content, const char *more,
	struct sw_str rest)
{
	sw_buf_add(b, "\177ELF\2\1\1", 7);
	sw_buf_pad(b, '\0', 512 - 7);
	put_at(b, 40, 64, 8, false);
	put_at(b, 52, 64, 2, false);
	put_at(b, 58, 64, 2, false); /* bytes of a header, four of them, names in the third */
	put_at(b, 60, 4, 2, false);
	put_at(b, 62, 2, 2, false);
	put_at(b, 128, 1, 4, false);
	put_at(b, 132, 1, 4, false);
	put_at(b, 128 + 24, 512, 8, false);
	put_at(b, 128 + 32, content.n, 8, false);
	put_at(b, 192 + 4, 3, 4, false);
	put_at(b, 192 + 24, 384, 8, false);
	put_at(b, 192 + 32, 64, 8, false);
	put_at(b, 256, 32, 4, false);
	put_at(b, 256 + 4, 1, 4, false);
	put_at(b, 256 + 24, 512 + content.n, 8, false);
	put_at(b, 256 + 32, rest.n, 8, false);
	memcpy(b->p + 385, name, strlen(name));
	if (more)
		memcpy(b->p + 384 + 32, more, strlen(more));
	sw_buf_addstr(b, content);
	sw_buf_addstr(b, rest);
	if (b->n < 4096)
		sw_buf_pad(b, '\0', 4096 - b->n);
}

static void elf(struct sw_buf *b, const char *name, struct sw_str content)
{
	elf_two(b, name, content, NULL, SW_STR(""));
}

static void go_inline(void **state)
{
	(void)state;
	sw_autobuf b, info;
	sw_buf_init(&b, 0);
	sw_buf_init(&info, 0);
	put_inline_info(&info, "go1.21.3");
	elf(&b, ".go.buildinfo", sw_buf_str(&info));
	listing_is("usr/bin/me", sw_buf_str(&b), 0100755, FOUND);
	/* Cut at any place: never more than what is true, never a fault. */
	for (size_t n = 0; n < b.n; n += 7) {
		sw_autobom bom;
		char *copy = malloc(n + 1);
		memcpy(copy, b.p, n);
		sw_bom_init(&bom, 0);
		listing_read(&bom, SW_STR("x"), sw_str_make(copy, n), 0100755);
		assert_true(bom.n <= 5);
		free(copy);
	}
}

static void go_versions(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"go1.18", "golang stdlib v1.18.0\n"},
		{"go1.20rc1", "golang stdlib v1.20.0-rc.1\n"},
		{"go1.19beta2", "golang stdlib v1.19.0-beta.2\n"},
		{"go1.22.1 X:boringcrypto", "golang stdlib v1.22.1\n"},
		{"go1.21.0-fips", "golang stdlib v1.21.0\n"},
		{"devel go1.23-0123", "golang stdlib -\n"},
		{"", "golang stdlib -\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autobuf b, info;
		sw_buf_init(&b, 0);
		sw_buf_init(&info, 0);
		sw_buf_add(&info, "\xff Go buildinf:\x08\x02", 16);
		sw_buf_pad(&info, '\0', 16);
		put(&info, strlen(cases[i].text), 1, false);
		sw_buf_addz(&info, cases[i].text);
		sw_buf_addch(&info, 0);
		elf(&b, ".go.buildinfo", sw_buf_str(&info));
		listing_is("x", sw_buf_str(&b), 0100755, cases[i].expected);
	}
}

/* With -trimpath the flags are not told: the version is the one text of read-only data that is a
 * release and ends in NUL. */
static void go_trimmed(void **state)
{
	(void)state;
	static const char list[] = "0123456789abcdefpath\tk8s.io/kubernetes/cmd/"
				   "kubectl\nmod\tk8s.io/kubernetes\t(devel)\t\n"
				   "dep\te.org/l\tv0.24.2\th1:x=\nbuild\t-trimpath=true\nfedcba9876543210";
	static const struct {
		struct sw_str data;
		const char *version;
	} cases[] = {
		{SW_STR("\0v1.30.13\0\0\0v1.30.13\0"), "v1.30.13"},
		{SW_STR("\0v1.32.4-rc.1+build\0"), "v1.32.4-rc.1+build"},
		{SW_STR("\0002.8.0\0"), "v2.8.0"},
		{SW_STR("\0002.8.0\0v1.29.0\0"), "-"},
		{SW_STR("\0v0.24.2\0"), "-"}, /* a library's */
		{SW_STR("\0v1.30.13\0v1.30.12\0"), "-"}, /* which of them? */
		{SW_STR("\0v1.30\0v1.2.3.4\0v1.\0v\0v..1\0v1..2.3\0v1.2.3x\0"), "-"},
		{SW_STR("xv1.30.13\0\0v1.30.13x1.2\0"), "-"},
		{SW_STR("\0v1.30.13"), "-"}, /* cut off */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autobuf b, info, expected;
		sw_buf_init(&b, 0);
		sw_buf_init(&info, 0);
		sw_buf_init(&expected, 0);
		put_inline(&info, "go1.22.5", sw_str_make(list, sizeof(list) - 1));
		elf_two(&b, ".go.buildinfo", sw_buf_str(&info), ".rodata", cases[i].data);
		sw_buf_printf(&expected, "golang stdlib v1.22.5\ngolang e.org/l v0.24.2\ngolang k8s.io/kubernetes %s\n",
			cases[i].version);
		listing_is(
			"usr/local/bin/kubectl", sw_buf_str(&b), 0100755, sw_buf_cstr(&expected));
	}
}

/* Before 1.18: pointers to strings; ELF of 32 bits, big endian, without sections, data at 4096. */
static void go_pointers(void **state)
{
	(void)state;
	const uint64_t base = 0x10000;
	sw_autobuf b, list;

	sw_buf_init(&b, 0);
	sw_buf_init(&list, 0);
	struct sw_str m = whole_modules(&list);
	sw_buf_add(&b, "\177ELF\1\2\1", 7);
	sw_buf_pad(&b, '\0', 4096 - 7);
	put_at(&b, 28, 52, 4, true);
	put_at(&b, 42, 32, 2, true);
	put_at(&b, 44, 1, 2, true);
	put_at(&b, 52, 1, 4, true); /* PT_LOAD, from 4096, writable */
	put_at(&b, 56, 4096, 4, true);
	put_at(&b, 60, base, 4, true);
	put_at(&b, 68, 4096, 4, true);
	put_at(&b, 76, 6, 4, true);
	sw_buf_pad(&b, '\0', 64);
	sw_buf_add(&b, "\xff Go buildinf:\x04\x01", 16);
	put(&b, base + 128, 4, true);
	put(&b, base + 136, 4, true);
	sw_buf_pad(&b, '\0', 4096 + 128 - b.n);
	put(&b, base + 160, 4, true);
	put(&b, 8, 4, true);
	put(&b, base + 192, 4, true);
	put(&b, m.n, 4, true);
	sw_buf_pad(&b, '\0', 4096 + 160 - b.n);
	sw_buf_addz(&b, "go1.21.3");
	sw_buf_pad(&b, '\0', 4096 + 192 - b.n);
	sw_buf_addstr(&b, m);
	sw_buf_pad(&b, '\0', 8192 - b.n);
	listing_is("x", sw_buf_str(&b), 0100755, FOUND);
	put_at(&b, 4096 + 128, 0xfffffff0, 4, true);
	listing_is("x", sw_buf_str(&b), 0100755,
		"! a Go program whose build information cannot be read\n");
}

static void go_pe(void **state)
{
	(void)state;
	sw_autobuf b;

	sw_buf_init(&b, 0);
	sw_buf_add(&b, "MZ", 2);
	sw_buf_pad(&b, '\0', 1024 - 2);
	put_at(&b, 0x3c, 128, 4, false);
	memcpy(b.p + 128, "PE\0\0", 4);
	put_at(&b, 128 + 6, 2, 2, false);    /* sections */
	put_at(&b, 128 + 20, 112, 2, false); /* the optional header's bytes */
	put_at(&b, 128 + 24, 0x20b, 2, false);
	size_t s = 128 + 24 + 112;
	memcpy(b.p + s, ".text", 5);
	put_at(&b, s + 16, 1, 4, false);
	put_at(&b, s + 36, 0x60000020, 4, false);
	memcpy(b.p + s + 40, ".data", 5);
	put_at(&b, s + 40 + 36, 0xc0000040, 4, false);
	put_at(&b, s + 40 + 20, 1024, 4, false);
	put_inline_info(&b, "go1.21.3");
	put_at(&b, s + 40 + 16, b.n - 1024, 4, false);
	sw_buf_pad(&b, '\0', 4096);
	listing_is("me.exe", sw_buf_str(&b), 0100644, FOUND);
}

static void go_macho(void **state)
{
	(void)state;
	sw_autobuf b;

	sw_buf_init(&b, 0);
	put(&b, 0xfeedfacf, 4, false);
	sw_buf_pad(&b, '\0', 1024 - 4);
	put_at(&b, 20, 152, 4, false);
	put_at(&b, 32, 0x19, 4, false);
	put_at(&b, 36, 152, 4, false);
	memcpy(b.p + 40, "__DATA", 6);
	memcpy(b.p + 104, "__go_buildinfo", 14);
	put_at(&b, 104 + 48, 1024, 4, false);
	put_inline_info(&b, "go1.21.3");
	put_at(&b, 104 + 40, b.n - 1024, 8, false);
	sw_buf_pad(&b, '\0', 4096);
	listing_is("me", sw_buf_str(&b), 0100755, FOUND);
}

static void rust_auditable(void **state)
{
	(void)state;
	static const char json[] =
		"{\"packages\":[{\"name\":\"adler\",\"version\":\"0.2.3\",\"source\":"
		"\"registry\"},{\"name\":\"cc\",\"version\":\"1.0.0\",\"kind\":\"build\"},"
		"{\"name\":\"me\",\"version\":\"0.1.0\",\"root\":true}]}";
	unsigned char packed[1024];
	uLongf n = sizeof(packed);
	sw_autobuf b, c;

	sw_buf_init(&b, 0);
	sw_buf_init(&c, 0);
	assert_int_equal(compress(packed, &n, (const unsigned char *)json, sizeof(json) - 1), Z_OK);
	elf(&b, ".dep-v0", sw_str_make((char *)packed, n));
	listing_is("me", sw_buf_str(&b), 0100755,
		"cargo adler 0.2.3\ncargo cc 1.0.0 dev\ncargo me 0.1.0\n");
	elf(&c, ".dep-v0", sw_str_make((char *)packed, n - 8));
	listing_is("me", sw_buf_str(&c), 0100755,
		"! the list of crates in this program cannot be unpacked\n");
}

/* ---- archives ---- */

struct made_zip {
	struct sw_buf body, directory;
	unsigned entries;
};

static void zip_add(struct made_zip *z, const char *name, struct sw_str data, bool deflate_it)
{
	static unsigned char packed[1 << 20];
	struct sw_str stored = data;
	size_t offset = z->body.n;

	if (deflate_it) {
		z_stream s = {0};
		deflateInit2(&s, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
		s.next_in = (unsigned char *)(uintptr_t)data.p;
		s.avail_in = (uInt)data.n;
		s.next_out = packed;
		s.avail_out = sizeof(packed);
		assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
		stored = sw_str_make((char *)packed, s.total_out);
		deflateEnd(&s);
	}
	for (int central = 0; central < 2; central++) {
		struct sw_buf *b = central ? &z->directory : &z->body;
		put(b, central ? 0x02014b50 : 0x04034b50, 4, false);
		put(b, 20, central ? 4 : 2, false);
		put(b, 0, 2, false);
		put(b, deflate_it ? 8 : 0, 2, false);
		put(b, 0, 8, false); /* time, date, sum: not read */
		put(b, stored.n, 4, false);
		put(b, data.n, 4, false);
		put(b, strlen(name), 2, false);
		put(b, 0, 2, false);
		if (central) {
			sw_buf_pad(b, '\0', 10);
			put(b, offset, 4, false);
		}
		sw_buf_addz(b, name);
	}
	sw_buf_addstr(&z->body, stored);
	z->entries++;
}

static struct sw_str zip_end(struct made_zip *z)
{
	size_t at = z->body.n, n = z->directory.n;

	sw_buf_addstr(&z->body, sw_buf_str(&z->directory));
	put(&z->body, 0x06054b50, 4, false);
	put(&z->body, 0, 4, false);
	put(&z->body, z->entries, 2, false);
	put(&z->body, z->entries, 2, false);
	put(&z->body, n, 4, false);
	put(&z->body, at, 4, false);
	put(&z->body, 0, 2, false);
	return sw_buf_str(&z->body);
}

static void zip_release(struct made_zip *z)
{
	sw_buf_release(&z->body);
	sw_buf_release(&z->directory);
}

#define made_autozip __attribute__((cleanup(zip_release))) struct made_zip

static void zip_init(struct made_zip *z)
{
	*z = (struct made_zip){0};
	sw_buf_init(&z->body, 0);
	sw_buf_init(&z->directory, 0);
}

#define POM(g, a, v) SW_STR("#Created\ngroupId=" g "\nartifactId=" a "\r\nversion = " v "\n")

static void jar_tells_of_itself(void **state)
{
	(void)state;
	made_autozip z;
	zip_init(&z);
	zip_add(&z, "META-INF/MANIFEST.MF", SW_STR("Implementation-Title: x\n"), true);
	zip_add(&z, "META-INF/maven/org.a/core/pom.properties", POM("org.a", "core", "1.2.3"),
		true);
	zip_add(&z, "META-INF/maven/org.b/shaded/pom.properties", POM("org.b", "shaded", "0.1"),
		false);
	zip_add(&z, "META-INF/maven/org.b/shaded/pom.xml", SW_STR("<project/>"), false);
	struct sw_str t = zip_end(&z);
	listing_is("lib/core-1.2.3.jar", t, 0100644,
		"maven org.a/core 1.2.3\nmaven org.b/shaded 0.1\n");
	/* Behind a script that starts it; offsets count from the archive. */
	sw_autobuf started;
	sw_buf_init(&started, 0);
	sw_buf_addz(&started, "#!/bin/sh\nexec java -jar $0\n");
	sw_buf_addstr(&started, t);
	listing_is("lib/core-1.2.3.jar", sw_buf_str(&started), 0100644,
		"maven org.a/core 1.2.3\nmaven org.b/shaded 0.1\n");
}

static void jar_is_known_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *path, *manifest, *expected;
	} cases[] = {
		{"lib/spring-core-5.3.18.jar", "Implementation-Title: spring-core\n",
			"maven org.springframework/spring-core 5.3.18\n"},
		{"lib/thing-2.0-rc1.jar",
			"Bundle-SymbolicName: org.example.thi\r\n ng;singleton:=true\r\n",
			"maven org.example/thing 2.0-rc1\n"},
		{"lib/thing.jar",
			"Implementation-Vendor-Id: com.acme\nImplementation-Version: 4.5 (build "
			"6)\n\n"
			"Name: x\nImplementation-Version: 9\n",
			"maven com.acme/thing 4.5\n"},
		{"lib/app.jar", "Main-Class: x\n", ""},
		{"lib/alone-1.0.jar", "Implementation-Vendor-Id: Acme Inc.\n", "maven alone 1.0\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		made_autozip z;
		zip_init(&z);
		zip_add(&z, "META-INF/MANIFEST.MF", sw_str_from(cases[i].manifest), true);
		listing_is(cases[i].path, zip_end(&z), 0100644, cases[i].expected);
	}
}

static void jars_in_jars(void **state)
{
	(void)state;
	made_autozip inner, outer;
	sw_autobom bom;
	sw_autobuf out;

	zip_init(&inner);
	zip_init(&outer);
	zip_add(&inner, "META-INF/maven/g/lib/pom.properties", POM("g", "lib", "1.0"), true);
	struct sw_str jar = zip_end(&inner);
	zip_add(&outer, "WEB-INF/lib/lib-1.0.jar", jar, true);
	zip_add(&outer, "WEB-INF/lib/broken.jar", SW_STR("no archive"), false);
	zip_add(&outer, "WEB-INF/lib/log4j-core-2.14.1.jar", jar, false);
	struct sw_str war = zip_end(&outer);
	sw_bom_init(&bom, 0);
	sw_buf_init(&out, 0);
	assert_int_equal(listing_read(&bom, SW_STR("srv/app.war"), war, 0100644), 1);
	sw_bom_own(&bom, SW_STR("srv/app.war"));
	sw_bom_finish(&bom);
	listing_write(&out, &bom, false);
	assert_string_equal(sw_buf_cstr(&out),
		"maven g/lib 1.0 path=srv/app.war!/WEB-INF/lib/lib-1.0.jar os\n"
		"maven g/lib 1.0 path=srv/app.war!/WEB-INF/lib/log4j-core-2.14.1.jar os\n"
		"maven org.apache.logging.log4j/log4j-core 2.14.1 "
		"path=srv/app.war!/WEB-INF/lib/log4j-core-2.14.1.jar os\n");
}

static void archives_too_deep(void **state)
{
	(void)state;
	struct made_zip z[9];
	struct sw_str t = SW_STR("x");

	for (int i = 0; i < 9; i++) {
		zip_init(&z[i]);
		zip_add(&z[i], "a.jar", t, false);
		t = zip_end(&z[i]);
	}
	listing_is("a.jar", t, 0100644, "! archives in archives, too deep\n");
	for (int i = 0; i < 9; i++)
		zip_release(&z[i]);
}

static void hostile_archives(void **state)
{
	(void)state;
	made_autozip z;
	zip_init(&z);
	zip_add(&z, "META-INF/maven/g/a/pom.properties", POM("g", "a", "1.0"), true);
	struct sw_str t = zip_end(&z);

	listing_is("a.jar", SW_STR("PK\5\6 but not long enough to be one"), 0100644,
		"! not a ZIP archive\n");
	for (size_t n = 22; n < t.n; n++) {
		sw_autobom bom;
		char *copy = malloc(t.n);
		memcpy(copy, t.p, t.n);
		copy[n] ^= 0x5a;
		sw_bom_init(&bom, 0);
		listing_read(&bom, SW_STR("a.jar"), sw_str_make(copy, t.n), 0100644);
		listing_read(&bom, SW_STR("a.jar"), sw_str_make(copy + n, t.n - n), 0100644);
		free(copy);
	}
	/* A bomb: a manifest that unpacks to more than one may have. */
	made_autozip bomb;
	zip_init(&bomb);
	char *big = calloc(1, 8 << 20);
	zip_add(&bomb, "META-INF/MANIFEST.MF", sw_str_make(big, 8 << 20), true);
	free(big);
	listing_is("a.jar", zip_end(&bomb), 0100644, "! META-INF/MANIFEST.MF cannot be unpacked\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(go_inline),
		cmocka_unit_test(go_versions),
		cmocka_unit_test(go_trimmed),
		cmocka_unit_test(go_pointers),
		cmocka_unit_test(go_pe),
		cmocka_unit_test(go_macho),
		cmocka_unit_test(rust_auditable),
		cmocka_unit_test(jar_tells_of_itself),
		cmocka_unit_test(jar_is_known_by_name),
		cmocka_unit_test(jars_in_jars),
		cmocka_unit_test(archives_too_deep),
		cmocka_unit_test(hostile_archives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
