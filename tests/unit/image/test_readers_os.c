/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of operating systems' package databases: dpkg, apk, alpm, rpm; and release files. */
#include "listing.h"

#include <zstd.h>

#include "image/readers/release.h"

#define IS(path, text, expected) listing_is(path, SW_STR(text), 0100644, expected)

static void dpkg_lists_what_is_there(void **state)
{
	(void)state;
	IS("var/lib/dpkg/status",
		"Package: libc6\nStatus: install ok installed\nMaintainer: GNU Libc\nArchitecture: "
		"amd64\n"
		"Multi-Arch: same\nSource: glibc (2.36-9)\nVersion: 2.36-9+deb12u4\n"
		"Description: text\n Version: 9\n .\n Package: no\n\n"
		"Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: "
		"amd64\n\n"
		"package: lower\r\nstatus: hold ok installed\r\nversion: 1:2-3\r\n\r\n"
		"Package: never\nStatus: purge ok not-installed\nVersion: 1\n\n\n"
		"Package: going\nStatus: deinstall ok installed\nVersion: 1~rc1\nSource: other\n\n"
		"Package: half\nStatus: install ok unpacked\nVersion: 3",
		"deb going 1~rc1 source=other\n"
		"deb half 3\n"
		"deb libc6 2.36-9+deb12u4 source=glibc sourceversion=2.36-9 arch=amd64\n"
		"deb lower 1:2-3\n");
	IS("var/lib/dpkg/status.d/base",
		"Package: base-files\nVersion: 12.4\nArchitecture: amd64\n",
		"deb base-files 12.4 arch=amd64\n");
	listing_ignored("var/lib/dpkg/status.d/base-files.preinst");
	IS("var/lib/dpkg/status", "Package: \nStatus: install ok installed\nVersion: 1\n",
		"! a package without a name\n");
	IS("var/lib/dpkg/status", "Package: a\033[2J\nVersion: 1\n\nPackage: b\nVersion: 1\n",
		"deb b 1\n! the name or version of a package cannot be one: a?[2J\n");
	IS("var/lib/dpkg/status", "", "");
}

static void files_of_packages_are_owned(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
	} files[] = {
		{"var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/lib/a\n/lib/x/y.so\n"},
		{"var/lib/dpkg/status.d/b.md5sums", "0123  usr/share/b\n4567 ./usr/share/c\n"},
		{"lib/apk/db/installed", "P:m\nV:1\nF:\nR:top\nF:usr/bin\nR:m\na:0:0:755\nR:n\n\n"},
		{"var/lib/pacman/local/q-1-1/files",
			"%FILES%\nusr/\nusr/bin/q\n\n%BACKUP%\netc/q\tsum\n"},
	};
	sw_autobom bom;
	sw_bom_init(&bom, 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_int_equal(listing_read(&bom, sw_str_from(files[i].path),
					 sw_str_from(files[i].text), 0100644),
			1);
	sw_bom_finish(&bom);
	assert_true(sw_bom_owns(&bom, SW_STR("usr/lib/a")));
	assert_true(sw_bom_owns(&bom, SW_STR("lib/x/y.so")));
	assert_true(sw_bom_owns(&bom, SW_STR("usr/lib/x/y.so")));
	assert_true(sw_bom_owns(&bom, SW_STR("usr/share/b")));
	assert_true(sw_bom_owns(&bom, SW_STR("usr/share/c")));
	assert_true(sw_bom_owns(&bom, SW_STR("usr/bin/m")));
	assert_true(sw_bom_owns(&bom, SW_STR("usr/bin/n")));
	assert_true(sw_bom_owns(&bom, SW_STR("top")));
	assert_true(sw_bom_owns(&bom, SW_STR("usr/bin/q")));
	assert_false(sw_bom_owns(&bom, SW_STR("etc/q")));
	assert_false(sw_bom_owns(&bom, SW_STR("usr/bin/o")));
}

static void apk_names_the_origin(void **state)
{
	(void)state;
	IS("lib/apk/db/installed",
		"C:Q1qKcZ\nP:libcrypto3\nV:3.1.4-r5\nA:x86_64\nS:1\nT:Crypto "
		"library\nL:Apache-2.0\n"
		"o:openssl\nm:Ariadne <a@b.c>\nF:lib\nR:libcrypto.so.3\n\n"
		"P:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n",
		"apk libcrypto3 3.1.4-r5 source=openssl arch=x86_64\n"
		"apk musl 1.2.4-r2 arch=x86_64\n");
	IS("usr/lib/apk/db/installed", "\n\nP:a\nV:1\n\n\n\nV:2\n\n",
		"apk a 1\n! a package without a name\n");
	IS("lib/apk/db/installed", "no database at all", "");
}

static void chisel_has_its_own_manifest(void **state)
{
	(void)state;
	static const char wall[] =
		"{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":4}\n"
		"{\"kind\":\"content\",\"slice\":\"a_libs\",\"path\":\"/usr/lib/a\"}\n"
		"{\"kind\":\"package\",\"name\":\"libc6\",\"version\":\"2.39-0ubuntu8\",\"sha256\":"
		"\"x\","
		"\"arch\":\"amd64\"}\n{\"kind\":\"path\",\"path\":\"/usr/lib/libc.so.6\"}\nno "
		"JSON\n";
	char packed[1024];
	sw_autobom bom;
	sw_autobuf out;

	size_t n = ZSTD_compress(packed, sizeof(packed), wall, sizeof(wall) - 1, 3);
	sw_bom_init(&bom, 0);
	sw_buf_init(&out, 0);
	listing_read(&bom, SW_STR("var/lib/chisel/manifest.wall"), sw_str_make(packed, n), 0100644);
	sw_bom_finish(&bom);
	listing_write(&out, &bom, true);
	assert_string_equal(sw_buf_cstr(&out), "deb libc6 2.39-0ubuntu8 arch=amd64\n"
					       "! a line of chisel's manifest is not JSON\n");
	assert_true(sw_bom_owns(&bom, SW_STR("usr/lib/libc.so.6")));
	listing_is("var/lib/chisel/manifest.wall", sw_str_make(packed, n - 3), 0100644,
		"! the manifest of chisel cannot be unpacked\n");
}

static void alpm_reads_sections(void **state)
{
	(void)state;
	IS("var/lib/pacman/local/gcc-libs-13.2.1-3/desc",
		"%NAME%\ngcc-libs\n\n%VERSION%\n13.2.1-3\n\n%BASE%\ngcc\n\n%ARCH%\nx86_64\n\n"
		"%LICENSE%\nGPL\nLGPL\n\n%DEPENDS%\nglibc>=2.27\n%NAME%\n",
		"alpm gcc-libs 13.2.1-3 source=gcc arch=x86_64\n");
	IS("var/lib/pacman/local/x/desc", "", "! a package without a name\n");
}

static void rpm_databases_that_are_none(void **state)
{
	(void)state;
	static char page[8192];
	struct sw_str t = sw_str_make(page, sizeof(page));
	const char *path = "var/lib/rpm/Packages";

	listing_is(path, SW_STR("hello"), 0100644,
		"! not a database of rpm: neither sqlite, ndb nor bdb\n");
	listing_is(path, SW_STR(""), 0100644, "");
	memcpy(page, "SQLite format 3\0\x10\0\1\1\0\x40\x20\x20", 24);
	listing_is(path, t, 0100644,
		"! page 1 of the database is broken\n! the database has no table Packages\n");
	/* A tree of one interior page that is its own child. */
	page[100] = 5;
	page[104] = 1;
	page[112] = 0x0f;
	page[0xf00 + 3] = 1;
	page[111] = 1;
	listing_is(path, t, 0100644,
		"! page 1 of the database is not there or used twice\n"
		"! the database has no table Packages\n");
	memset(page, 0, sizeof(page));
	memcpy(page, "RpmP\0\0\0\0\1\0\0\0\xff\xff\0\0", 16);
	memcpy(page + 32, "Slot\1\0\0\0\xff\xff\xff\xff\1\0\0\0", 16);
	listing_is("usr/lib/sysimage/rpm/Packages.db", t, 0100644,
		"! the database is cut short\n! package 1 is not where its slot says\n");
	memset(page, 0, sizeof(page));
	memcpy(page + 12, "\x61\x15\x06\0\x09\0\0\0\0\x02\0\0", 12);
	page[25] = 8;
	page[32] = 15;
	/* Page 1: two entries, the value in an overflow page that is its own successor. */
	memcpy(page + 512 + 20, "\2\0\0\0\0\x0d\xf8\1\xe0\1", 10);
	memcpy(page + 512 + 0x1e0, "\3\0\0\0\2\0\0\0\0\x10\0\0", 12);
	page[1024 + 16] = 2;
	page[1024 + 22] = 16;
	page[1024 + 25] = 7;
	listing_is(path, t, 0100644, "! a package's header is broken\n");
	page[1024 + 25] = 0;
	listing_is(path, t, 0100644, "! a package is cut short: page 2\n");
}

static void rpm_text_manifest(void **state)
{
	(void)state;
	IS("var/lib/rpmmanifest/container-manifest-2",
		"mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft "
		"Corporation\t(none)\t580"
		"\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm\n"
		"openssl-libs\t1.1.1k-15.cm2\t1\t1\tM\t1\t5\tx86_64\t1\topenssl-1.1.1k-15.cm2.src."
		"rpm\n"
		"broken\t1\n",
		"rpm mariner-release 2.0-12.cm2 arch=noarch\n"
		"rpm openssl-libs 1:1.1.1k-15.cm2 source=openssl arch=x86_64\n"
		"! a line that does not have the 10 fields of a package\n");
}

static void release(const char *const *files, const char *expected)
{
	sw_autobom bom;
	char text[512];

	sw_bom_init(&bom, 0);
	for (; *files; files += 2) {
		assert_true(sw_distribution_wants(sw_str_from(files[0])));
		assert_int_equal(
			sw_distribution_read(sw_str_from(files[0]), sw_str_from(files[1]), &bom),
			0);
	}
	const struct sw_distribution *d = &bom.distribution;
	snprintf(text, sizeof(text), "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s", SW_STR_ARG(d->id),
		SW_STR_ARG(d->version), SW_STR_ARG(d->codename), SW_STR_ARG(d->pretty_name),
		SW_STR_ARG(d->id_like), SW_STR_ARG(d->cpe));
	assert_string_equal(text, expected);
}

#define RELEASE(expected, ...) release((const char *const[]){__VA_ARGS__, NULL}, expected)
#define DEBIAN                                                                                     \
	"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"              \
	"VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n"

static void releases_are_known(void **state)
{
	(void)state;
	RELEASE("debian|12|bookworm|Debian GNU/Linux 12 (bookworm)||", "etc/debian_version",
		"12.4\n", "etc/os-release", DEBIAN);
	RELEASE("debian|12|bookworm|Debian GNU/Linux 12 (bookworm)||", "usr/lib/os-release", DEBIAN,
		"etc/debian_version", "12.4\n");
	RELEASE("debian||trixie|Debian GNU/Linux||", "etc/debian_version", "trixie/sid\n");
	RELEASE("debian|8|jessie|Debian GNU/Linux 8 (jessie)||", "etc/os-release",
		"PRETTY_NAME=\"Debian GNU/Linux 8 (jessie)\"\nVERSION_ID=\"8\"\n"
		"VERSION=\"8 (jessie)\"\nID=debian\n");
	RELEASE("ubuntu|14.04|trusty|Ubuntu 14.04.6 LTS||", "etc/debian_version", "jessie/sid\n",
		"etc/lsb-release",
		"DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n"
		"DISTRIB_DESCRIPTION=\"Ubuntu 14.04.6 LTS\"\n");
	RELEASE("alpine|3.18.4||Alpine Linux v3.18||", "etc/alpine-release", "3.18.4\n",
		"etc/os-release",
		"NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME=\"Alpine Linux "
		"v3.18\"\n");
	RELEASE("centos|6.10|Final|CentOS release 6.10 (Final)||", "etc/redhat-release",
		"CentOS release 6.10 (Final)\n", "etc/centos-release",
		"CentOS release 6.10 (Final)\n");
	RELEASE("ol|6.10||Oracle Linux Server release 6.10||", "etc/oracle-release",
		"Oracle Linux Server release 6.10\n", "etc/redhat-release",
		"Red Hat Enterprise Linux Server release 6.10 (Santiago)\n");
	RELEASE("amzn|2018.03||Amazon Linux AMI release 2018.03||", "etc/system-release",
		"Amazon Linux AMI release 2018.03\n");
	RELEASE("sles|11.4||SUSE Linux Enterprise Server 11 (x86_64)||", "etc/SuSE-release",
		"SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n");
	RELEASE("mariner|2.0||CBL-Mariner 2.0.20220226||", "etc/mariner-release",
		"CBL-Mariner 2.0.20220226\nMARINER_BUILD_NUMBER=1\n");
	RELEASE("photon|3.0||VMware Photon OS 3.0||", "etc/photon-release",
		"VMware Photon OS 3.0\nPHOTON_BUILD_NUMBER=1\n");
	RELEASE("rhel|9.2|Plow|Red Hat \"9\" $x|fedora|cpe:/o:redhat:enterprise_linux:9::baseos",
		"etc/os-release",
		"# comment\nID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=8\nVERSION_ID='9.2'\n"
		"VERSION_CODENAME=Plow\nPRETTY_NAME=\"Red Hat \\\"9\\\" \\$x\"\n"
		"CPE_NAME=\"cpe:/o:redhat:enterprise_linux:9::baseos\"\n");
	RELEASE("arch|||Arch Linux||", "etc/arch-release", "");
	RELEASE("|||||", "etc/os-release", "\nNAME=x\n=\nID\n");
	RELEASE("|||||", "etc/os-release", "ID=a\001b\n");
	/* The upper layer's file replaces the lower's. */
	RELEASE("wolfi|2|||"
		"|",
		"etc/os-release", "ID=wolfi\nVERSION_ID=1\n", "etc/os-release",
		"ID=wolfi\nVERSION_ID=2\n");
}

/* Where packages come from: Red Hat's content sets, Alpine's repositories; in any order of files. */
static void origin_is(const char *first, const char *second, const char *a, const char *b,
	const char *expected)
{
	sw_autobom bom;
	sw_bom_init(&bom, 0);
	assert_true(sw_distribution_wants(sw_str_from(first)));
	assert_int_equal(sw_distribution_read(sw_str_from(first), sw_str_from(a), &bom), 0);
	assert_int_equal(sw_distribution_read(sw_str_from(second), sw_str_from(b), &bom), 0);
	assert_int_equal(bom.distribution.streams.n, strlen(expected));
	assert_memory_equal(bom.distribution.streams.p, expected, strlen(expected));
}

static void origins_are_known(void **state)
{
	(void)state;
	static const char rhel[] = "ID=\"rhel\"\nVERSION_ID=\"8.6\"\n";
	static const char sets[] = "{\"content_sets\":[\"rhel-8-for-x86_64-appstream-rpms\","
				   "\"rhel-8-for-x86_64-baseos-e4s-rpms__8_6\",7,"
				   "\"rhel-8-for-x86_64-baseos-eus-rpms__8_6\",\"x-tus-y\"]}";
	static const char alpine[] = "ID=alpine\nVERSION_ID=3.18.4\n";
	origin_is("root/buildinfo/content_manifests/ubi8-8.6-1.json", "etc/os-release", sets, rhel,
		"eus e4s");
	origin_is("etc/os-release", "usr/share/buildinfo/content-sets.json", rhel, sets, "eus e4s");
	origin_is("etc/os-release", "root/buildinfo/content_manifests/a.json", rhel, "{\"content_",
		"");
	origin_is("etc/os-release", "etc/apk/repositories", alpine,
		"#http://x/alpine/edge/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.19/main/\n"
		"@e http://x/alpine/edge/testing\n",
		"3.19");
	origin_is("etc/apk/repositories", "etc/os-release", "http://x/alpine/edge/main\r\n", alpine,
		"edge");
	origin_is("etc/os-release", "etc/apk/repositories", alpine, "/media/cdrom/apks\n/main\n", "");
	assert_false(sw_distribution_wants(SW_STR("root/buildinfo/content_manifests/x/y.json")));
}

static void os_packages_get_the_distribution(void **state)
{
	(void)state;
	sw_autobom bom;
	sw_autobuf out;

	sw_bom_init(&bom, 0);
	sw_buf_init(&out, 0);
	listing_read(
		&bom, SW_STR("var/lib/dpkg/status"), SW_STR("Package: a\nVersion: 1\n"), 0100644);
	sw_distribution_read(SW_STR("etc/os-release"), SW_STR(DEBIAN), &bom);
	sw_bom_finish(&bom);
	listing_write(&out, &bom, true);
	assert_string_equal(sw_buf_cstr(&out), "deb debian/a 1\n");
}

static void table_is_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; sw_readers[i]; i++)
		assert_true(strcmp(sw_readers[i - 1]->name, sw_readers[i]->name) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dpkg_lists_what_is_there),
		cmocka_unit_test(files_of_packages_are_owned),
		cmocka_unit_test(apk_names_the_origin),
		cmocka_unit_test(chisel_has_its_own_manifest),
		cmocka_unit_test(alpm_reads_sections),
		cmocka_unit_test(rpm_databases_that_are_none),
		cmocka_unit_test(rpm_text_manifest),
		cmocka_unit_test(releases_are_known),
		cmocka_unit_test(origins_are_known),
		cmocka_unit_test(os_packages_get_the_distribution),
		cmocka_unit_test(table_is_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
