/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image OUT.c: the built-in checks, compiled, as tables of C (rego/image.h); a step of the build.
 * Checks that do not compile end the build here. What an image cannot hold is left to be compiled
 * when the program starts.
 */
#include <stdio.h>

#include "base/cleanup.h"
#include "policy/pack.h"

static const char none[] = "#include \"policy/pack_impl.h\"\n"
			   "extern const struct sw_pack_image sw_pack_image;\n"
			   "const struct sw_pack_image sw_pack_image = {0};\n";

int main(int argc, char **argv)
{
	struct sw_error err = {0};
	sw_autobuf out;
	sw_buf_init(&out, 0);
	if (argc != 2)
		return 2;
	int r = sw_packs_write_image(&out, &err);
	if (r == -SW_EUNSUPPORTED) {
		fprintf(stderr, "checks are not compiled ahead: %s\n", err.text);
		sw_buf_clear(&out);
		sw_buf_addz(&out, none);
	} else if (r) {
		fprintf(stderr, "%s:%u:%u: %s\n", err.file, err.line, err.col, err.text);
		return 1;
	}
	FILE *f = fopen(argv[1], "wb");
	if (!f)
		return 1;
	size_t n = fwrite(out.p, 1, out.n, f);
	return fclose(f) || n != out.n;
}
