/* SPDX-License-Identifier: Apache-2.0 */
/* Version tables of each ecosystem ($SW_SHARED/conformance/versions): one TAP line per case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vuln/version/constraint.h"

static unsigned number;

static void tap(bool ok, const char *why_skipped, const char *const *field, int n)
{
	printf("%sok %u - %s", ok ? "" : "not ", ++number, field[0]);
	for (int i = 2; i < n; i++)
		printf(" %s", field[i]);
	printf(why_skipped ? " # skip %s\n" : "%s\n", why_skipped ? why_skipped : "");
}

static bool holds(const char *op, int r)
{
	static const struct {
		const char *op;
		bool less, equal, more;
	} ops[] = {{"<", 1, 0, 0}, {">", 0, 0, 1}, {"=", 0, 1, 0}, {"!=", 1, 0, 1}, {"!<", 0, 1, 1},
		{"!>", 1, 1, 0}};
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (strcmp(op, ops[i].op) == 0)
			return r < 0 ? ops[i].less : r > 0 ? ops[i].more : ops[i].equal;
	return false;
}

static void compare(char **f)
{
	enum sw_version_scheme s;
	const char *skip = NULL;
	int r = 0;
	if (strcmp(f[0], "grype-maven_version") == 0) {
		bool ok = sw_range_cmp(SW_RANGE_MAVEN, sw_str_from(f[2]), sw_str_from(f[4]), &r) ==
				  0 &&
			  holds(f[3], r);
		tap(ok, NULL, (const char *const *)f, 5);
		return;
	}
	if (strcmp(f[0], "apk") == 0 && strstr(f[4], "--"))
		skip = "neither text is a version";
	else if (sw_version_scheme_find(sw_str_from(f[0]), &s) < 0)
		skip = "scheme not known yet";
	bool ok = skip || (sw_version_cmp(s, sw_str_from(f[2]), sw_str_from(f[4]), &r) == 0 &&
				  holds(f[3], r));
	tap(ok, skip, (const char *const *)f, 5);
}

/* \n, \t, \" and \\ are written out in the table. */
static void unescape(char *s)
{
	char *out = s;
	for (; *s; s++)
		*out++ = s[0] == '\\' && s[1] == 'n'	? (s++, '\n')
			 : s[0] == '\\' && s[1] == 't'	? (s++, '\t')
			 : s[0] == '\\' && s[1] == '"'	? (s++, '"')
			 : s[0] == '\\' && s[1] == '\\' ? (s++, '\\')
							: *s;
	*out = '\0';
}

static void validity(char **f)
{
	enum sw_version_scheme s;
	const char *skip = NULL;
	if (sw_version_scheme_find(sw_str_from(f[0]), &s) < 0)
		skip = "scheme not known yet";
	char text[256];
	snprintf(text, sizeof(text), "%s", f[2]);
	unescape(text);
	bool ok = skip || sw_version_valid(s, sw_str_from(text)) == (strcmp(f[3], "valid") == 0);
	tap(ok, skip, (const char *const *)f, 4);
}

/* Whose language a table's rows are in. */
static const struct {
	const char *scheme, *origin; /* a part of the origin, or NULL */
	enum sw_range_language l;
	unsigned flags;
	bool swapped; /* the version stands before the range */
} languages[] = {
	{"gem", NULL, SW_RANGE_GEM},
	{"maven", "requirement_test", SW_RANGE_MAVEN, SW_RANGE_SOFT, true},
	{"maven", "comparer_test", SW_RANGE_MAVEN, 0, true},
	{"maven", NULL, SW_RANGE_MAVEN},
	{"npm", NULL, SW_RANGE_NPM},
	{"npm:includePrerelease", NULL, SW_RANGE_NPM, SW_RANGE_PRERELEASE},
	{"npm:loose", NULL, SW_RANGE_NPM, SW_RANGE_LOOSE},
	{"pep440", NULL, SW_RANGE_PEP440},
	{"semver", "ZeroPadding", SW_RANGE_SEMVER, SW_RANGE_PRERELEASE | SW_RANGE_ZERO_PADDING},
	{"semver", "WithPreRelease", SW_RANGE_SEMVER, SW_RANGE_PRERELEASE},
	{"semver", NULL, SW_RANGE_SEMVER},
	{"semver-loose", NULL, SW_RANGE_SEMVER_LOOSE},
	{"grype-apk_version", NULL, SW_RANGE_APK},
	{"grype-bitnami_version", NULL, SW_RANGE_BITNAMI},
	{"grype-deb_version", NULL, SW_RANGE_DEB},
	{"grype-fuzzy_constraint", NULL, SW_RANGE_FUZZY},
	{"grype-gem_version", NULL, SW_RANGE_GEM},
	{"grype-generic_constraint", NULL, SW_RANGE_FUZZY},
	{"grype-golang_version", NULL, SW_RANGE_GO},
	{"grype-jvm_version", NULL, SW_RANGE_JVM},
	{"grype-kb_constraint", NULL, SW_RANGE_KB},
	{"grype-maven_version", NULL, SW_RANGE_MAVEN},
	{"grype-pep440_version", NULL, SW_RANGE_LAX_PEP440},
	{"grype-portage_version", NULL, SW_RANGE_GENTOO},
	{"grype-rpm_version", NULL, SW_RANGE_RPM},
	{"grype-semantic_version", NULL, SW_RANGE_LAX_SEMVER},
};

static int language_of(const char *scheme, const char *origin)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++)
		if (strcmp(scheme, languages[i].scheme) == 0 &&
			(!languages[i].origin || strstr(origin, languages[i].origin)))
			return (int)i;
	return -1;
}

static bool native_to_vers(char **f, size_t name)
{
	sw_autoarena a;
	sw_autobuf out;
	enum sw_range_language l;
	sw_arena_init(&a, 0);
	sw_buf_init(&out, 0);
	return sw_range_language_find(sw_str_make(f[0], name), &l) == 0 &&
	       sw_range_to_vers(&a, l, sw_str_from(f[2]), &out, NULL) == 0 &&
	       sw_str_is(sw_buf_str(&out), f[3]);
}

/* {"vers": "vers:pypi/<=1.3.0|3.0.0", "version": "1.0.0"} */
static bool vers_row(char **f, bool *ret)
{
	char vers[256], version[64];
	bool in = false;
	if (sscanf(f[2], "{\"vers\": \"%255[^\"]\", \"version\": \"%63[^\"]\"}", vers, version) !=
		2)
		return false;
	if (sw_vers_contains(sw_str_from(vers), sw_str_from(version), &in, NULL))
		return false;
	*ret = in == (strcmp(f[4], "true") == 0);
	return true;
}

static bool range_row(char **f)
{
	sw_autoarena a;
	struct sw_range r;
	char text[1024], version[1024];
	bool in = false, want = strcmp(f[4], "true") == 0;
	int i = language_of(f[0], f[1]);
	sw_arena_init(&a, 0);
	if (i < 0)
		return false;
	snprintf(text, sizeof(text), "%s", f[languages[i].swapped ? 3 : 2]);
	snprintf(version, sizeof(version), "%s", f[languages[i].swapped ? 2 : 3]);
	unescape(text);
	unescape(version);
	if (sw_range_parse(&a, languages[i].l, languages[i].flags, sw_str_from(text), &r, NULL) ||
		sw_range_check(&r, sw_str_from(version), &in))
		return !want; /* no version, or no range: nothing is in it */
	return in == want;
}

static void constraint(char **f)
{
	char *vers = strstr(f[0], "-native-to-vers");
	bool ok = false;
	if (vers)
		ok = native_to_vers(f, (size_t)(vers - f[0]));
	else if (!vers_row(f, &ok))
		ok = range_row(f);
	tap(ok, NULL, (const char *const *)f, 5);
}

static bool range_valid(char **f, bool *ret)
{
	sw_autoarena a;
	struct sw_range r;
	char *dash = strstr(f[0], "-constraint"), scheme[64], text[1024];
	sw_arena_init(&a, 0);
	if (!dash)
		return false;
	snprintf(scheme, sizeof(scheme), "%.*s", (int)(dash - f[0]), f[0]);
	snprintf(text, sizeof(text), "%s", f[2]);
	unescape(text);
	int i = language_of(scheme, f[1]);
	*ret = i >= 0 && (sw_range_parse(&a, languages[i].l, languages[i].flags, sw_str_from(text),
				  &r, NULL) == 0) == (strcmp(f[3], "valid") == 0);
	return true;
}

/* apk-tools' own table holds comparisons among its versions: "3.6.0 ~ 3.6". All of them hold. */
static bool apk_comparison(char **f, bool *ret)
{
	sw_autoarena a;
	struct sw_range r;
	char *space = strchr(f[2], ' ');
	bool in = false;
	sw_arena_init(&a, 0);
	if (strcmp(f[0], "apk") || !space || !strchr(space, '~'))
		return false;
	*ret = sw_range_parse(&a, SW_RANGE_APK, 0, sw_str_from(space + 1), &r, NULL) == 0 &&
	       sw_range_check(&r, sw_str_make(f[2], (size_t)(space - f[2])), &in) == 0 && in;
	return true;
}

static void valid_row(char **f)
{
	bool ok;
	if (apk_comparison(f, &ok) || range_valid(f, &ok))
		tap(ok, NULL, (const char *const *)f, 4);
	else
		validity(f);
}

static bool each_row(const char *name, int fields, void (*fn)(char **f))
{
	const char *shared = getenv("SW_SHARED");
	char path[4096], *line = NULL;
	size_t cap = 0;
	snprintf(path, sizeof(path), "%s/conformance/versions/%s", shared ? shared : "../shared",
		name);
	FILE *file = fopen(path, "r");
	if (!file)
		return false;
	while (getline(&line, &cap, file) > 0) {
		char *f[8], *at = line;
		int n = 0;
		line[strcspn(line, "\n")] = '\0';
		while (n < 8 && at)
			f[n++] = strsep(&at, "\t");
		if (line[0] != '#' && n >= fields)
			fn(f);
	}
	free(line);
	fclose(file);
	return true;
}

int main(void)
{
	bool found = each_row("compare.tsv", 5, compare);
	found = each_row("validity.tsv", 4, valid_row) && found;
	found = each_row("constraints.tsv", 5, constraint) && found;
	if (!found)
		printf("ok 1 - versions # skip the conformance data is not here\n");
	printf("1..%u\n", found ? number : 1);
	return 0;
}
