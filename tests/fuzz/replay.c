/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main of a fuzz target where there is no fuzzer: runs every seed file of a folder, each seed
 * cut short at many places, and a fixed number of damaged copies, always the same ones. One TAP
 * line per seed.
 *
 * usage: fuzz_NAME SEEDS-FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { SEED_MAX = 1 << 20, CUTS = 256, DAMAGED = 256 };

static uint64_t random_state;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32);
}

/* Each input in memory of exactly its size, so that a read behind it is caught. */
static void run(const uint8_t *data, size_t n)
{
	sw_autofree uint8_t *copy = malloc(n ? n : 1);
	if (!copy)
		abort();
	if (n)
		memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
}

static size_t damage(uint8_t *p, size_t n)
{
	for (uint32_t k = 1 + next_random() % 4; k && n; k--) {
		size_t at = next_random() % n, len = next_random() % 16;
		if (len > n - at)
			len = n - at;
		switch (next_random() % 5) {
		case 0:
			p[at] ^= (uint8_t)(1 << next_random() % 8);
			break;
		case 1:
			p[at] = (uint8_t)next_random();
			break;
		case 2: /* take out */
			memmove(p + at, p + at + len, n - at - len);
			n -= len;
			break;
		case 3: /* move one piece over another */
			memmove(p + at, p + next_random() % (n - len + 1), len);
			break;
		default:
			p[at] = (uint8_t) "{}[]\"'\\:,-#&*!|>%@\n \t0"[next_random() % 22];
		}
	}
	return n;
}

static void run_seed(const uint8_t *data, size_t n)
{
	run(data, n);
	size_t step = n / CUTS + 1;
	for (size_t cut = 0; cut < n; cut += step)
		run(data, cut);
	sw_autofree uint8_t *copy = malloc(n ? n : 1);
	if (!copy)
		abort();
	random_state = 0x9e3779b97f4a7c15u + n;
	for (int i = 0; i < DAMAGED && n; i++) {
		memcpy(copy, data, n);
		run(copy, damage(copy, n));
	}
}

static int run_file(const char *dir, const char *name, int number)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	sw_autofclose *f = fopen(path, "rb");
	sw_autofree uint8_t *data = malloc(SEED_MAX);
	if (!f || !data) {
		printf("not ok %d - %s: cannot be read\n", number, name);
		return 1;
	}
	size_t n = fread(data, 1, SEED_MAX, f);
	run_seed(data, n);
	printf("ok %d - %s\n", number, name);
	fflush(stdout);
	return 0;
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **list;
	int bad = 0, n = argc == 2 ? scandir(argv[1], &list, visible, alphasort) : -1;
	if (n <= 0) {
		printf("1..1\nnot ok 1 - no seeds\n");
		return 1;
	}
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		bad += run_file(argv[1], list[i]->d_name, i + 1);
		free(list[i]);
	}
	free(list);
	return bad != 0;
}
