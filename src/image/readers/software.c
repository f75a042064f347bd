/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs and libraries that no package manager knows: built from source in an image, or copied
 * into it. Each is known by its file's name and by its own text that tells its version (what
 * `--version` prints, as a rule).
 *
 * A row's anchor is looked for in the whole file; where it stands its pattern must match within
 * BEFORE and AFTER bytes of it. The anchor "%" is the version that the file's name has, "3.11" of
 * libpython3.11.so. The first row and place that match count. Names are those of
 * Bitnami's advisories where it has them; `cpe` is what the CVE programme calls it.
 *
 * Large files are mapped: what was looked at is let go of, so that memory stays small.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "image/readers/impl.h"

#include <pcre2.h>
#include <sys/mman.h>

#define BEFORE ((size_t)256)
#define AFTER ((size_t)1200)
#define FAR ((size_t)64 << 10)
#define PLACES 2048 /* of one anchor that are tried */
#define WINDOW ((size_t)4 << 20)
#define SEARCH_MAX ((size_t)512 << 20)
#define STEPS 200000 /* of the pattern at one place */

#define V3 "([0-9]+\\.[0-9]+\\.[0-9]+)"
#define V3PRE "([0-9]+\\.[0-9]+\\.[0-9]+(?:-?(?:alpha|beta|rc|RC|preview|dev)\\.?[0-9]*)?)"

struct software {
	const char *file; /* base name; '*' at its end: whatever follows */
	const char *name;
	const char *anchor, *pattern; /* the version is the first group */
	const char *cpe;
	bool far; /* within FAR bytes */
};

static const struct software known[] = {
	{"apache2", "apache", "Apache/", "Apache/" V3, "apache:http_server"},
	{"arangod", "arangodb", "[linux]", V3 "(?:-[0-9]+)? (?:enterprise )?\\[linux\\]",
		"arangodb:arangodb"},
	{"bash", "bash", "@(#)Bash version ", "@\\(#\\)Bash version " V3, "gnu:bash"},
	{"beam.smp", "erlang", "otp", "/(?:otp_src_|otp-)([0-9]+\\.[0-9.]+(?:-rc[0-9])?)/erts/",
		"erlang:erlang\\/otp"},
	{"bun", "bun", "bun", "[Bb]un[ -]v?" V3, "oven:bun"},
	{"busybox", "busybox", "BusyBox v", "BusyBox v" V3, "busybox:busybox"},
	{"curl", "curl", "curl/", "(?<![a-z])curl/" V3, "haxx:curl"},
	{"deno", "deno", "Deno/", "Deno/" V3, "deno:deno"},
	{"envoy", "envoy", "envoy",
		"(?s)\\x00(1\\.[1-9][0-9]\\.[0-9]+(?:-dev)?)\\x00.{0,200}?envoy[._/]",
		"envoyproxy:envoy"},
	{"erlexec", "erlang", "otp", "/(?:otp_src_|otp-)([0-9]+\\.[0-9.]+(?:-rc[0-9])?)/erts/",
		"erlang:erlang\\/otp"},
	{"ffmpeg", "ffmpeg", "%s version ", "%s version ([0-9]+\\.[0-9]+(?:\\.[0-9]+)?)",
		"ffmpeg:ffmpeg"},
	{"fluent-bit", "fluent-bit", "Fluent", "\\x00\\x00?" V3 "\\x00[^A-Za-z]{0,16}Fluent",
		"treasuredata:fluent_bit"},
	{"gcc", "gcc", "GCC: (GNU) ", "GCC: \\(GNU\\) " V3, "gnu:gcc"},
	{"git", "git", "git/", "(?<![a-z/.])git/([0-9]+\\.[0-9]+\\.[0-9]+(?:\\.[0-9]+)?)\\x00",
		"git-scm:git"},
	{"haproxy", "haproxy", ", released 20",
		"version ([0-9]+\\.[0-9]+(?:\\.|-dev|-rc)[0-9]+)(?:[-+][^, ]{1,40})?, released 20",
		"haproxy:haproxy"},
	{"haproxy", "haproxy", "HA-Proxy version ",
		"HA-Proxy version ([0-9]+\\.[0-9]+(?:\\.|-dev)[0-9]+)", "haproxy:haproxy"},
	{"haproxy", "haproxy", "HAProxy version",
		"([0-9]+\\.[0-9]+(?:\\.|-dev)[0-9]+)-[0-9a-zA-Z]{7}[^\\n]{1,200}HAProxy version",
		"haproxy:haproxy"},
	{"httpd", "apache", "Apache/", "Apache/" V3, "apache:http_server"},
	{"libav*", "ffmpeg", "FFmpeg version ", "FFmpeg version ([0-9]+\\.[0-9]+(?:\\.[0-9]+)?)",
		"ffmpeg:ffmpeg"},
	{"libcrypto.so*", "openssl", "OpenSSL ",
		"\\x00OpenSSL ([0-9]+\\.[0-9]+\\.[0-9]+(?:[a-z]{1,2}|-alpha[0-9]+|-beta[0-9]+)?) ",
		"openssl:openssl"},
	{"libcurl.so*", "curl", "libcurl/", "libcurl/" V3, "haxx:curl"},
	{"libnode.so*", "node", "node.js/v", "node\\.js/v" V3, "nodejs:node.js"},
	{"libphp*.so", "php", "X-Powered-By: PHP/", "X-Powered-By: PHP/" V3PRE, "php:php"},
	{"libpypy*", "pypy", "[PyPy ", "\\[PyPy " V3, "pypy:pypy"},
	{"libpython*", "python", "%",
		"\\x00([23]\\.[0-9]+\\.[0-9]+(?:a|b|rc)?[0-9]*\\+?)\\x00", "python:python"},
	{"libruby*", "ruby", "ruby ", "ruby ([0-9]+\\.[0-9]+\\.[0-9]+(?:p[0-9]+)?) ?\\(",
		"ruby-lang:ruby"},
	{"libsqlite3.so*", "sqlite", "3.", "\\x00(3\\.[0-9]{1,2}\\.[0-9]{1,2})\\x00",
		"sqlite:sqlite"},
	{"lighttpd", "lighttpd", "lighttpd/", "\\x00lighttpd/" V3, "lighttpd:lighttpd"},
	{"mariadb", "mariadb", "-MariaDB", V3 "-MariaDB", "mariadb:mariadb"},
	{"mariadbd", "mariadb", "-MariaDB", V3 "-MariaDB", "mariadb:mariadb"},
	{"memcached", "memcached", "memcached ", "memcached " V3, "memcached:memcached"},
	{"mongod", "mongodb", "tcmalloc", V3 "\\x00+tcmalloc", "mongodb:mongodb"},
	{"mongod", "mongodb", "cppdefines", V3 "\\x00+cppdefines", "mongodb:mongodb"},
	{"mysql", "mariadb", "-MariaDB", V3 "-MariaDB", "mariadb:mariadb"},
	{"mysql", "mysql", "mysql", "\\x00([0-9]+\\.[0-9]+\\.[0-9]+)\\x00+mysql", "oracle:mysql"},
	{"mysqld", "mariadb", "-MariaDB", V3 "-MariaDB", "mariadb:mariadb"},
	{"mysqld", "mysql", "/mysql-", "/mysql-" V3 "/", "oracle:mysql oracle:mysql_server"},
	{"nginx", "nginx", "nginx version: ", "nginx version: [^/\\x00]{1,40}/" V3,
		"f5:nginx nginx:nginx"},
	{"node", "node", "node.js/v", "node\\.js/v" V3, "nodejs:node.js"},
	{"openssl", "openssl", "OpenSSL ",
		"\\x00OpenSSL ([0-9]+\\.[0-9]+\\.[0-9]+(?:[a-z]{1,2}|-alpha[0-9]+|-beta[0-9]+)?) ",
		"openssl:openssl"},
	{"perl", "perl", "/perl", "/perl5?/(5\\.[0-9]+\\.[0-9]+)", "perl:perl"},
	{"php*", "php", "X-Powered-By: PHP/", "X-Powered-By: PHP/" V3PRE, "php:php"},
	{"postgres", "postgresql", "PostgreSQL ",
		"\\x00PostgreSQL ([0-9]+(?:\\.[0-9]+){0,2}(?:alpha|beta|rc)?[0-9]*)",
		"postgresql:postgresql"},
	{"proftpd", "proftpd", "ProFTPD Version ",
		"ProFTPD Version ([0-9]+\\.[0-9]+\\.[0-9]+[a-z]?)", "proftpd:proftpd"},
	{"python2*", "python", "%",
		"\\x00(2\\.[0-9]+\\.[0-9]+(?:a|b|rc)?[0-9]*\\+?)\\x00", "python:python"},
	{"python3*", "python", "%",
		"\\x00(3\\.[0-9]+\\.[0-9]+(?:a|b|rc)?[0-9]*\\+?)\\x00", "python:python"},
	{"redis-server", "redis", "buildkitsandbox-",
		"(?<![0-9])" V3 "buildkitsandbox-[0-9]", "redis:redis redislabs:redis"},
	{"redis-server", "redis", "oO0OoO0OoO0Oo Redis is starting",
		"\\x00([2-9]\\.[0-9]{1,2}\\.[0-9]{1,2})\\x00", "redis:redis redislabs:redis", true},
	{"redis-check-rdb", "redis", "oO0OoO0OoO0Oo Redis is starting",
		"\\x00([2-9]\\.[0-9]{1,2}\\.[0-9]{1,2})\\x00", "redis:redis redislabs:redis", true},
	{"ruby", "ruby", "ruby ", "ruby ([0-9]+\\.[0-9]+\\.[0-9]+(?:p[0-9]+)?) ?\\(",
		"ruby-lang:ruby"},
	{"slapd", "openldap", "$OpenLDAP: ", "\\$OpenLDAP: slapd " V3, "openldap:openldap"},
	{"sqlite3", "sqlite", "3.", "\\x00(3\\.[0-9]{1,2}\\.[0-9]{1,2})\\x00", "sqlite:sqlite"},
	{"squid", "squid", "squid/", "squid/([0-9]+\\.[0-9]+(?:\\.[0-9]+)?)", "squid-cache:squid"},
	{"unbound", "unbound", "unbound ", "\\x00unbound " V3, "nlnetlabs:unbound"},
	{"valkey-server", "valkey", "buildkitsandbox-",
		"(?<![0-9])" V3 "buildkitsandbox-[0-9]", "lfprojects:valkey"},
	{"varnishd", "varnish", "varnish-", "varnish-" V3, "varnish-cache:varnish_cache"},
	{"xz", "xz", "XZ Utils) ", "xz \\(XZ Utils\\) " V3, "tukaani:xz"},
	{"zstd", "zstd", "Zstandard CLI", "\\x00v?([0-9]+\\.[0-9]+\\.[0-9]+)\\x00",
		"facebook:zstandard"},
};

static bool file_matches(const char *pattern, struct sw_str base)
{
	size_t n = strlen(pattern);

	const char *star = strchr(pattern, '*');
	if (!star)
		return base.n == n && memcmp(base.p, pattern, n) == 0;
	size_t head = (size_t)(star - pattern), tail = n - head - 1;
	return base.n >= head + tail && memcmp(base.p, pattern, head) == 0 &&
	       memcmp(base.p + base.n - tail, star + 1, tail) == 0;
}

/* The first bytes of all names, so that most files are passed over at once. */
static bool may_begin(char c)
{
	static const char first[] = "abcdefghlmnopqrsuvwxz";
	return c && memchr(first, c, sizeof(first) - 1);
}

static bool wants(struct sw_str path, uint32_t mode, uint64_t size)
{
	struct sw_str base = rd_base(path);

	if (size < 8192 || base.n == 0 || !may_begin(base.p[0]))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (file_matches(known[i].file, base))
			return !rd_ends(base, ".py") && !rd_ends(base, ".gz") && !rd_ends(base, ".a");
	return false;
}

/* Pages of a mapped file that were looked at are not needed any more. */
static void let_go(const struct sw_reader_file *f, size_t from, size_t to)
{
	uintptr_t page = 4096, at = (uintptr_t)f->content.p;

	if (!f->mapped || at % page)
		return;
	/* Never beyond its end: what is mapped there is not ours. */
	to = (to < f->content.n ? to : f->content.n) / page * page;
	from = from / page * page;
	if (to > from)
		madvise((void *)(at + from), to - from, MADV_DONTNEED);
}

/* The next place of the anchor at or behind `from`. */
static size_t next_place(const struct sw_reader_file *f, struct sw_str anchor, size_t from)
{
	struct sw_str t = sw_str_sub(f->content, 0, SEARCH_MAX);

	while (from + anchor.n <= t.n) {
		size_t end = from + WINDOW + anchor.n;
		const char *p = memmem(t.p + from, (end < t.n ? end : t.n) - from, anchor.p, anchor.n);
		if (p)
			return (size_t)(p - t.p);
		let_go(f, from, from + WINDOW);
		from += WINDOW;
	}
	return SW_NPOS;
}

/* The version that the row's pattern finds at a place; "" when it does not. */
static struct sw_str version_at(const struct sw_reader_file *f, pcre2_code *code,
	pcre2_match_data *data, pcre2_match_context *limits, size_t at, bool far)
{
	size_t before = far ? FAR : BEFORE, from = at > before ? at - before : 0;
	struct sw_str t = sw_str_sub(f->content, from, at + (far ? FAR : AFTER));

	if (pcre2_match(code, (PCRE2_SPTR)t.p, t.n, 0, 0, data, limits) < 2)
		return SW_STR("");
	const PCRE2_SIZE *o = pcre2_get_ovector_pointer(data);
	return sw_str_sub(t, o[2], o[3]);
}

/* "3.11." of "libpython3.11.so.1.0"; "" of a name with fewer than two numbers. */
static struct sw_str number_of_name(struct sw_str base)
{
	size_t at = 0, end;

	while (at < base.n && !rd_is_digit(base.p[at]))
		at++;
	for (end = at; end < base.n && rd_is_digit(base.p[end]); end++)
		;
	if (end + 1 >= base.n || base.p[end] != '.' || !rd_is_digit(base.p[end + 1]))
		return SW_STR("");
	for (end++; end < base.n && rd_is_digit(base.p[end]); end++)
		;
	return sw_str_sub(base, at, end);
}

static struct sw_str find_version(const struct sw_reader_file *f, const struct software *s)
{
	struct sw_str version = SW_STR(""), anchor = sw_str_from(s->anchor);
	size_t at, offset;
	int code;

	if (sw_str_is(anchor, "%"))
		anchor = number_of_name(rd_base(f->path));
	at = anchor.n ? next_place(f, anchor, 0) : SW_NPOS;

	if (at == SW_NPOS)
		return version;
	pcre2_code *re = pcre2_compile(
		(PCRE2_SPTR)s->pattern, PCRE2_ZERO_TERMINATED, 0, &code, &offset, NULL);
	pcre2_match_data *data = re ? pcre2_match_data_create_from_pattern(re, NULL) : NULL;
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	if (limits)
		pcre2_set_match_limit(limits, STEPS);
	for (int i = 0; data && i < PLACES && at != SW_NPOS && version.n == 0; i++) {
		version = version_at(f, re, data, limits, at, s->far);
		at = next_place(f, anchor, at + 1);
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	pcre2_code_free(re);
	return version;
}

static int read(struct sw_bom *bom, const struct sw_reader_file *f)
{
	struct sw_str base = rd_base(f->path);

	/* Programs only: ELF, Mach-O, PE. */
	if (f->content.n < 4 || !(rd_starts(f->content, "\x7f"
							 "ELF") ||
		    rd_starts(f->content, "MZ") || rd_starts(f->content, "\xcf\xfa\xed\xfe") ||
		    rd_starts(f->content, "\xca\xfe\xba\xbe")))
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct software *s = &known[i];
		if (!file_matches(s->file, base))
			continue;
		struct sw_str version = find_version(f, s);
		if (version.n == 0)
			continue;
		struct sw_package p = {.type = SW_PKG_GENERIC,
			.name = sw_str_from(s->name),
			.version = version,
			.cpe = sw_str_from(s->cpe)};
		return rd_add(bom, f, &p);
	}
	return 0;
}

const struct sw_reader rd_software = {
	.name = "software",
	.about = "programs and libraries without a package, known by their own version texts",
	.wants = wants,
	.max_size = RD_MIB(1024),
	.read = read,
};
