/* SPDX-License-Identifier: Apache-2.0 */
/* Version tables of each ecosystem ($SW_SHARED/conformance/versions): one TAP line per case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vuln/version/version.h"

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
	if (strcmp(f[0], "grype-maven_version") == 0)
		skip = "one scanner's own rule about .jre suffixes, which Maven does not have";
	else if (strcmp(f[0], "apk") == 0 && strstr(f[4], "--"))
		skip = "neither text is a version";
	else if (sw_version_scheme_find(sw_str_from(f[0]), &s) < 0)
		skip = "scheme not known yet";
	bool ok = skip || (sw_version_cmp(s, sw_str_from(f[2]), sw_str_from(f[4]), &r) == 0 &&
				  holds(f[3], r));
	tap(ok, skip, (const char *const *)f, 5);
}

/* \n and \\ are written out in the table. */
static void unescape(char *s)
{
	char *out = s;
	for (; *s; s++)
		*out++ = s[0] == '\\' && s[1] == 'n'	? (s++, '\n')
			 : s[0] == '\\' && s[1] == '\\' ? (s++, '\\')
							: *s;
	*out = '\0';
}

static void validity(char **f)
{
	enum sw_version_scheme s;
	const char *skip = NULL;
	if (strchr(f[2], ' '))
		skip = "a comparison, not a version";
	else if (sw_version_scheme_find(sw_str_from(f[0]), &s) < 0)
		skip = "constraints are not read yet";
	char text[256];
	snprintf(text, sizeof(text), "%s", f[2]);
	unescape(text);
	bool ok = skip || sw_version_valid(s, sw_str_from(text)) == (strcmp(f[3], "valid") == 0);
	tap(ok, skip, (const char *const *)f, 4);
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
	found = each_row("validity.tsv", 4, validity) && found;
	if (!found)
		printf("ok 1 - versions # skip the conformance data is not here\n");
	printf("1..%u\n", found ? number : 1);
	return 0;
}
