/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reach SEEDS: every reader of the inventory is reached by a fuzz target: readers_os, readers_lock
 * and readers_software choose it by their input's first line, which is the path (a seed for each
 * reader must be there); readers_jar, readers_program and rpmdb have one path each.
 */
#include "readers.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* The paths that the other targets give to what they are fed. */
static const char *const fixed[] = {
	"lib/a-1.0.jar", "bin/a", "var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite"};

static bool reached(const struct sw_reader *r, const char *path)
{
	return r->wants(sw_str_from(path), S_IFREG | 0755, 1 << 20) ||
	       r->wants(sw_str_from(path), S_IFREG | 0755, 32); /* files of one line */
}

static bool by_seed(const struct sw_reader *r, const char *dir, char *ret, size_t n)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool found = false;
	while (d && !found && (e = readdir(d))) {
		char path[4096], line[1024];
		int len = snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		bool whole = len > 0 && (size_t)len < sizeof(path);
		FILE *f = !whole || e->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (!f)
			continue;
		if (fgets(line, sizeof(line), f)) {
			line[strcspn(line, "\n")] = 0;
			found = reached(r, line);
			snprintf(ret, n, "%s", line);
		}
		fclose(f);
	}
	if (d)
		closedir(d);
	return found;
}

int main(int argc, char **argv)
{
	static const char *const targets[] = {"readers_os", "readers_lock", "readers_software"};
	unsigned count = 0;
	for (const struct sw_reader *const *r = sw_readers; argc > 1 && *r; r++) {
		char dir[4096], by[1100] = "";
		bool good = false;
		for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed) && !good; i++) {
			const char *path = fixed[i];
			good = reached(*r, path);
			if (good)
				snprintf(by, sizeof(by), "%s", path);
		}
		for (size_t i = 0; i < sizeof(targets) / sizeof(*targets) && !good; i++) {
			int len = snprintf(dir, sizeof(dir), "%s/%s", argv[1], targets[i]);
			good = len > 0 && (size_t)len < sizeof(dir) &&
			       by_seed(*r, dir, by, sizeof(by));
		}
		printf("%sok %u - reader %s is fuzzed, as %s\n", good ? "" : "not ", ++count,
			(*r)->name, good ? by : "nothing");
	}
	printf("1..%u\n", count);
	return count ? 0 : 1;
}
