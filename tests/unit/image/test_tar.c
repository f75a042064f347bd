/* SPDX-License-Identifier: Apache-2.0 */
/* Every dialect of tar, by hand, and what goes wrong in each. */
#include "../test.h"

#include "image/layer/layer.h"
#include "make.h"

/* "TYPE NAME [-> LINK] SIZE[: CONTENT]" a line; "!REASON" for bad ones; the error last. */
static const char *list(const struct sw_buf *archive)
{
	static char text[1 << 16];
	struct sw_unzip *in;
	struct sw_tar tar;
	struct sw_error err = {0};
	const struct sw_tar_entry *e;
	sw_autobuf b;
	int rc, fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	sw_buf_init(&b, sizeof(text) - 1);
	assert_int_equal(write(fd, archive->p, archive->n), (ssize_t)archive->n);
	struct sw_unzip_opts o = {.fd = fd, .seekable = true, .length = UINT64_MAX};
	assert_int_equal(sw_unzip_open(&o, &in, &err), 0);
	sw_tar_init(&tar, in);
	while ((rc = sw_tar_next(&tar, &e, &err)) > 0) {
		sw_buf_printf(&b, "%c ", "fhsdcbpo"[e->type]);
		sw_buf_addstr(&b, sw_str_sub(e->name, 0, 200));
		if (e->link.n)
			sw_buf_printf(&b, " -> %.*s", SW_STR_ARG(sw_str_sub(e->link, 0, 200)));
		sw_buf_printf(&b, " %llu", (unsigned long long)e->size);
		if (e->bad)
			sw_buf_printf(&b, " !%s", e->bad);
		if (e->size && e->size < 3000 && !e->bad) {
			const uint8_t *p;
			size_t n = 1;
			sw_buf_addz(&b, ": ");
			while ((rc = sw_tar_read(&tar, &p, &n, &err)) == 0 && n)
				for (size_t i = 0; i < n; i++)
					sw_buf_addch(&b, p[i] ? (char)p[i] : '.');
			if (rc)
				break;
		}
		sw_buf_addch(&b, '\n');
	}
	if (rc < 0)
		sw_buf_printf(&b, "error: %s\n", err.text);
	sw_tar_release(&tar);
	sw_unzip_free(in);
	close(fd);
	memcpy(text, sw_buf_cstr(&b), b.n + 1);
	return text;
}

static void old_and_new_headers(void **state)
{
	sw_autobuf b;
	char h[512] = {0};
	(void)state;
	sw_buf_init(&b, 0);
	memcpy(h, "v7", 2); /* no magic, spaces in numbers, a signed checksum */
	memcpy(h + 100, "   644 ", 7);
	memcpy(h + 124, "         3 ", 11);
	h[20] = (char)0xe9; /* behind the name's NUL: counts in the sum */
	int sum = 0;
	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (signed char)h[i];
	mk_octal(h + 148, 7, (uint64_t)sum);
	sw_buf_add(&b, h, 512);
	mk_data(&b, "abc", 3);
	/* ustar's prefix */
	char u[512];
	size_t at = b.n;
	mk_header(&b, '0', "name", "", 1, 0600);
	memcpy(u, b.p + at, 512);
	b.n = at;
	memcpy(u + 345, "some/prefix", 11);
	mk_sum(u);
	sw_buf_add(&b, u, 512);
	mk_data(&b, "x", 1);
	/* base 256 */
	memset(u + 124, 0, 12);
	u[124] = (char)0x80;
	u[135] = 2;
	memset(u + 345, 0, 155);
	mk_sum(u);
	sw_buf_add(&b, u, 512);
	mk_data(&b, "yz", 2);
	mk_dir(&b, "dir/");
	mk_header(&b, '0', "dir-by-slash/", "", 0, 0755);
	mk_link(&b, '2', "s", "t");
	mk_link(&b, '1', "h", "s");
	mk_header(&b, '7', "contiguous", "", 1, 0);
	mk_data(&b, "c", 1);
	mk_header(&b, 'V', "label", "", 0, 0);
	mk_end(&b);
	assert_string_equal(list(&b),
		"f v7 3: abc\nf some/prefix/name 1: x\nf name 2: yz\nd dir/ 0\n"
		"d dir-by-slash/ 0\ns s -> t 0\nh h -> s 0\nf contiguous 1: c\n");
}

static void long_names(void **state)
{
	sw_autobuf b, name;
	(void)state;
	sw_buf_init(&b, 0);
	sw_buf_init(&name, 0);
	sw_buf_pad(&name, 'a', 150);
	mk_header(&b, 'K', "././@LongLink", "", 151, 0);
	mk_data(&b, sw_buf_cstr(&name), 151);
	mk_header(&b, 'L', "././@LongLink", "", 151, 0);
	mk_data(&b, name.p, 151);
	mk_link(&b, '2', "short", "short");
	mk_pax(&b, 'x', "18 path=pax/name\n\n", 0 + 17); /* a wrong length: the header is damaged */
	mk_file(&b, "x", "1");
	mk_end(&b);
	sw_autobuf want;
	sw_buf_init(&want, 0);
	sw_buf_printf(
		&want, "s %s -> %s 0\nerror: a damaged pax header\n", sw_buf_cstr(&name), name.p);
	assert_string_equal(list(&b), sw_buf_cstr(&want));
}

static void pax_headers(void **state)
{
	sw_autobuf b, r;
	(void)state;
	sw_buf_init(&b, 0);
	sw_buf_init(&r, 0);
	mk_pax(&b, 'g', "19 path=everything\n", 19);
	MK_PAX(&b, "path=pax/name", "size=000003", "mtime=1.1234", "SCHILY.xattr.a=b\nc\n=");
	mk_header(&b, '0', "short", "", 0, 0);
	mk_data(&b, "abc", 3);
	mk_file(&b, "next", "n");
	mk_record(&r, "path=a\0b", 8);
	mk_pax(&b, 'x', r.p, r.n);
	mk_file(&b, "nul", "n");
	MK_PAX(&b, "linkpath=to/there");
	mk_link(&b, '2', "s", "t");
	MK_PAX(&b, "size=-1");
	mk_file(&b, "negative", "");
	MK_PAX(&b, "size=99999999999999999999");
	mk_file(&b, "overflow", "");
	mk_pax(&b, 'x', "99 path=x\n", 10);
	mk_end(&b);
	char want[512];
	int n = snprintf(want, sizeof(want), "f pax/name 3: abc\nf next 1: n\nf a");
	want[n] = '\0'; /* what is compared ends at the NUL of the name */
	const char *got = list(&b);
	assert_string_equal(got, want);
	assert_string_equal(got + n + 1,
		"b 1 !a name with a NUL byte\ns s -> to/there 0\nf negative 0 !a size that is no "
		"number\n"
		"f overflow 0 !a size that is no number\nerror: a damaged pax header\n");
}

static void sparse_files(void **state)
{
	sw_autobuf b;
	char h[512];
	(void)state;
	sw_buf_init(&b, 0);
	/* Old GNU: 2 bytes at 3, 1 at 8, 10 in all. */
	mk_header(&b, 'S', "old", "", 3, 0);
	memcpy(h, b.p, 512);
	b.n = 0;
	mk_octal(h + 386, 12, 3);
	mk_octal(h + 398, 12, 2);
	mk_octal(h + 410, 12, 8);
	mk_octal(h + 422, 12, 1);
	mk_octal(h + 483, 12, 10);
	memset(h + 257, 0, 8);
	memcpy(h + 257, "ustar  ", 8);
	mk_sum(h);
	sw_buf_add(&b, h, 512);
	mk_data(&b, "abc", 3);
	/* 0.0, 0.1, 1.0 of pax, all the same file */
	MK_PAX(&b, "GNU.sparse.size=10", "GNU.sparse.numblocks=2", "GNU.sparse.offset=3",
		"GNU.sparse.numbytes=2", "GNU.sparse.offset=8", "GNU.sparse.numbytes=1");
	mk_bytes(&b, "v0.0", "abc", 3);
	MK_PAX(&b, "GNU.sparse.size=10", "GNU.sparse.numblocks=2", "GNU.sparse.map=3,2,8,1",
		"GNU.sparse.name=v0.1");
	mk_bytes(&b, "GNUSparseFile.0/v0.1", "abc", 3);
	MK_PAX(&b, "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=v1.0",
		"GNU.sparse.realsize=10");
	char data[515] = "2\n3\n2\n8\n1\n";
	memcpy(data + 512, "abc", 3);
	mk_bytes(&b, "GNUSparseFile.0/v1.0", data, sizeof(data));
	/* Maps that lie: beyond the end, backwards, not what is stored. */
	MK_PAX(&b, "GNU.sparse.size=10", "GNU.sparse.map=3,2,8,10");
	mk_bytes(&b, "beyond", "abc", 3);
	MK_PAX(&b, "GNU.sparse.size=10", "GNU.sparse.map=8,1,3,2");
	mk_bytes(&b, "backwards", "abc", 3);
	MK_PAX(&b, "GNU.sparse.size=10", "GNU.sparse.map=3,2,8,1");
	mk_bytes(&b, "more", "abcd", 4);
	mk_file(&b, "after", "ok");
	mk_end(&b);
	assert_string_equal(list(&b),
		"f old 10: ...ab...c.\nf v0.0 10: ...ab...c.\nf v0.1 10: ...ab...c.\nf v1.0 10: "
		"...ab...c.\n"
		"f beyond 10 !a sparse file whose map makes no sense\n"
		"f backwards 10 !a sparse file whose map makes no sense\n"
		"f more 10 !a sparse file whose map makes no sense\nf after 2: ok\n");
}

static void endings(void **state)
{
	sw_autobuf b;
	(void)state;
	sw_buf_init(&b, 0);
	assert_string_equal(list(&b), ""); /* nothing at all */
	mk_file(&b, "a", "1");
	assert_string_equal(list(&b), "f a 1: 1\n"); /* no end marks */
	b.n -= 600;
	assert_string_equal(list(&b), "error: the archive is cut short in a header\n");
	sw_buf_clear(&b);
	mk_header(&b, '0', "a", "", 100, 0);
	sw_buf_addz(&b, "short");
	assert_string_equal(
		list(&b), "f a 100: shorterror: the archive is cut short in a file's content\n");
	sw_buf_clear(&b);
	mk_end(&b);
	mk_file(&b, "behind", "the end");
	assert_string_equal(list(&b), "");
	sw_buf_clear(&b);
	mk_header(&b, '0', "neg", "", 0, 0);
	b.p[124] = (char)0xff;
	mk_sum(b.p);
	assert_string_equal(list(&b), "error: a size that is no number\n");
	sw_buf_clear(&b);
	mk_header(&b, '0', "huge", "", 0, 0);
	memset(b.p + 124, 0xff, 12);
	b.p[124] = (char)0x80;
	mk_sum(b.p);
	assert_string_equal(list(&b), "error: a size that is no number\n");
}

static void paths(void **state)
{
	static const struct {
		const char *name, *path; /* NULL: leads out */
	} all[] = {{"a/b", "a/b"}, {"./a//b/", "a/b"}, {"/a/../b", "b"}, {"a/b/../../c", "c"},
		{"..", NULL}, {"a/../..", NULL}, {"/../etc", NULL}, {".", ""}, {"", ""},
		{"...", "..."}, {"a/.b", "a/.b"}, {"a/..b/c", "a/..b/c"}};
	sw_autobuf b;
	(void)state;
	sw_buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool in = sw_layer_path(sw_str_from(all[i].name), &b);
		assert_int_equal(in, all[i].path != NULL);
		if (in)
			assert_str(sw_buf_str(&b), all[i].path);
	}
}

/* What comes back from the cage is what went in. */
static void results_come_back(void **state)
{
	sw_autolayer a, b;
	sw_autobuf one, two;
	struct sw_error err = {0};
	(void)state;
	sw_layer_init(&a);
	sw_layer_init(&b);
	sw_buf_init(&one, 0);
	sw_buf_init(&two, 0);
	struct sw_package p = {.type = SW_PKG_DEB,
		.name = SW_STR("x"),
		.version = SW_STR("1"),
		.path = SW_STR("var/lib/dpkg/status"),
		.source = SW_STR("src")};
	sw_bom_add(&a.bom, &p);
	p.name = SW_STR("y");
	p.dev = true;
	sw_bom_add(&a.bom, &p);
	sw_bom_own(&a.bom, SW_STR("usr/bin/x"));
	sw_bom_problem(&a.bom, SW_STR("f"), SW_STR("why"), 0);
	a.told = calloc(2, sizeof(*a.told));
	a.told[0] = (struct sw_layer_file){
		.path = SW_STR("var/lib/dpkg/status"), .n_packages = 2, .n_owned = 1};
	a.told[1] = (struct sw_layer_file){.path = SW_STR("f"), .n_problems = 1};
	a.n_told = 2;
	a.bytes = 5;
	a.entries = 77;
	a.bom.distribution = (struct sw_distribution){
		.id = SW_STR("debian"), .version = SW_STR("12"), .rank = 9};
	sw_hashes_add(&a.paths, 1);
	sw_hashes_add(&a.paths, UINT64_MAX);
	sw_hashes_add(&a.removed, 7);
	sw_layer_pack(&one, &a);
	assert_int_equal(sw_layer_unpack(sw_buf_str(&one), &b, &err), 0);
	sw_layer_pack(&two, &b);
	assert_true(sw_str_eq(sw_buf_str(&one), sw_buf_str(&two)));
	assert_int_equal(b.bom.n, 2);
	assert_true(b.bom.packages[1].dev);
	assert_str(b.bom.distribution.version, "12");
	assert_true(sw_hashes_has(&b.paths, UINT64_MAX));
	/* Cut anywhere, or with something behind: not such bytes. */
	for (size_t n = 0; n <= one.n; n++) {
		sw_autolayer c;
		sw_layer_init(&c);
		sw_autobuf cut;
		sw_buf_init(&cut, 0);
		sw_buf_add(&cut, one.p, n == one.n ? n : n);
		if (n == one.n)
			sw_buf_addch(&cut, 'x');
		assert_int_equal(sw_layer_unpack(sw_buf_str(&cut), &c, &err), -SW_ESYNTAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(old_and_new_headers),
		cmocka_unit_test(long_names), cmocka_unit_test(pax_headers),
		cmocka_unit_test(sparse_files), cmocka_unit_test(endings), cmocka_unit_test(paths),
		cmocka_unit_test(results_come_back)};
	return cmocka_run_group_tests_name("image/tar", tests, NULL, NULL);
}
