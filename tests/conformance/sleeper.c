/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes with any name and any arguments, for tests: `sleeper FILE ARGS` starts FILE, which is a copy of this
 * program under the wanted name, with the arguments that the file ARGS has, each followed by a NUL. It then sleeps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char text[1 << 20], *args[4096];
	int n = 0;
	if (getenv("SLEEPER_SLEEPS"))
		for (;;)
			pause();
	FILE *f = argc == 3 ? fopen(argv[2], "rb") : NULL;
	if (!f)
		return 2;
	size_t got = fread(text, 1, sizeof(text) - 1, f);
	for (size_t i = 0; i < got && n < 4095; i += strlen(text + i) + 1)
		args[n++] = text + i;
	if (fork())
		return 0;
	setsid();
	setenv("SLEEPER_SLEEPS", "1", 1);
	execv(argv[1], args);
	return 127;
}
