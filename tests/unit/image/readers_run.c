/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readers_run [-r NAME [-b FILE]] [-p PREFIX] PATH...: what the readers find in files and folders,
 * a line a package. Paths are relative to each folder given, behind the prefix; of a file, -r says
 * which row reads it whatever its name, and -b which file lies beside it. The tests in Python
 * compare the lines with what other programs say.
 */
#include "listing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "image/readers/release.h"

static const struct sw_reader *forced;
static const char *prefix = "";
static struct sw_str beside;

static void read_one(struct sw_bom *bom, const char *path, const char *name, const struct stat *st)
{
	char full[8192];
	snprintf(full, sizeof(full), "%s%s%s", prefix, *prefix ? "/" : "", name);
	struct sw_str n = sw_str_from(full);
	bool wanted = forced || sw_distribution_wants(n);

	for (const struct sw_reader *const *r = sw_readers; *r && !wanted; r++)
		wanted = (*r)->wants(n, st->st_mode, (uint64_t)st->st_size);
	FILE *f = wanted ? fopen(path, "rb") : NULL;
	if (!f)
		return;
	char *p = malloc((size_t)st->st_size + 1);
	size_t got = fread(p, 1, (size_t)st->st_size, f);
	fclose(f);
	sw_distribution_read(n, sw_str_make(p, got), bom);
	struct sw_reader_file file = {
		.path = n, .content = sw_str_make(p, got), .mode = st->st_mode};
	file.beside = beside;
	if (forced)
		forced->read(bom, &file);
	else
		listing_read(bom, n, file.content, st->st_mode);
	free(p);
}

static void walk(struct sw_bom *bom, const char *path, size_t root, int depth)
{
	struct stat st;

	if (depth > 64 || lstat(path, &st))
		return;
	if (S_ISREG(st.st_mode)) {
		read_one(bom, path, path + root, &st);
		return;
	}
	DIR *d = S_ISDIR(st.st_mode) ? opendir(path) : NULL;
	struct dirent *e;
	while (d && (e = readdir(d))) {
		char sub[4096];
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name) < (int)sizeof(sub))
			walk(bom, sub, root, depth + 1);
	}
	if (d)
		closedir(d);
}

int main(int argc, char **argv)
{
	sw_autobom bom;
	sw_autobuf out;
	int i = 1;

	sw_bom_init(&bom, 0);
	sw_buf_init(&out, 0);
	if (argc > 2 && !strcmp(argv[1], "-r")) {
		for (const struct sw_reader *const *r = sw_readers; *r; r++)
			if (!strcmp((*r)->name, argv[2]))
				forced = *r;
		i = 3;
	} else if (argc > 2 && !strcmp(argv[1], "-p")) {
		prefix = argv[2];
		i = 3;
	}
	if (argc > i + 1 && !strcmp(argv[i], "-b")) {
		struct sw_error err;
		if (sw_io_read(&bom.arena, argv[i + 1], (size_t)1 << 30, SW_IO_COPY, &beside, &err))
			return 2;
		i += 2;
	}
	for (; i < argc; i++) {
		struct stat st;
		bool file = lstat(argv[i], &st) == 0 && S_ISREG(st.st_mode);
		walk(&bom, argv[i], file ? 0 : strlen(argv[i]) + 1, 0);
	}
	sw_bom_finish(&bom);
	listing_write(&out, &bom, false);
	fputs(sw_buf_cstr(&out), stdout);
	return bom.n || !bom.n_problems ? 0 : 1;
}
