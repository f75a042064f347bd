/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secrets OUT.c: Hyperscan's database of the built-in secret rules, as bytes of C; a step of the
 * build. It takes seconds, so what is there is kept when the rules are the same: its first line has
 * their hash.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "base/cleanup.h"
#include "base/embed.h"
#include "secret/secret.h"

#define FORMAT 2 /* raise it when the code that compiles the rules changes what comes out */

extern const struct sw_embed sw_embed_secrets[];

static bool is_there(const char *path, const char *mark)
{
	char line[128] = "";
	FILE *f = fopen(path, "r");
	bool same = f && fgets(line, sizeof(line), f) && strcmp(line, mark) == 0;
	if (f)
		fclose(f);
	return same && utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

int main(int argc, char **argv)
{
	const struct sw_secret_rules *r;
	struct sw_error err = {0};
	sw_autobuf out;
	char text[1400];
	sw_buf_init(&out, 0);
	if (argc != 2)
		return 2;
	struct sw_str rules = sw_embed_secrets[0].text;
	char mark[128];
	snprintf(mark, sizeof(mark), "/* %d %016llx */\n", FORMAT,
		(unsigned long long)XXH3_64bits(rules.p, rules.n));
	if (is_there(argv[1], mark))
		return 0;
	if (sw_secret_rules_builtin(&r, &err) || sw_secret_rules_write(r, &out, &err)) {
		fprintf(stderr, "%s\n", sw_error_format(&err, text, sizeof(text)));
		return 1;
	}
	FILE *f = fopen(argv[1], "w");
	if (!f)
		return 1;
	fputs(mark, f);
	fprintf(f,
		"#include <stddef.h>\n"
		"extern const unsigned char sw_secret_database[];\nextern const size_t "
		"sw_secret_database_n;\n"
		"const size_t sw_secret_database_n = %zu;\n"
		"const unsigned char sw_secret_database[] __attribute__((aligned(64))) = {",
		out.n);
	for (size_t i = 0; i < out.n; i++)
		fprintf(f, "%s%u,", i % 24 ? "" : "\n", (unsigned char)out.p[i]);
	fprintf(f, "\n};\n");
	return fclose(f) != 0;
}
