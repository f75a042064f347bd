/* SPDX-License-Identifier: Apache-2.0 */
/* Bills of materials of every format: an error, or a bill that can be written and read again. */
#include <stdlib.h>

#include "image/sbom/sbom.h"

static void again(const struct sw_bom *bom, const struct sw_sbom *doc,
	void (*write)(struct sw_buf *, const struct sw_bom *, const struct sw_sbom_subject *))
{
	sw_autoarena a;
	sw_autobom back;
	sw_autobuf out;
	struct sw_sbom re;
	struct sw_error err = {0};
	struct sw_sbom_subject s = {.name = doc->name, .version = doc->subject_version};
	sw_arena_init(&a, 512 << 20);
	sw_bom_init(&back, 64 << 20);
	sw_buf_init(&out, 64 << 20);
	write(&out, bom, &s);
	if (out.overflow)
		return;
	if (sw_sbom_read(&a, sw_buf_str(&out), &back, &re, &err) < 0)
		abort();
	if (back.n != bom->n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sw_autoarena a;
	sw_autobom bom;
	struct sw_sbom doc;
	struct sw_error err = {0};
	sw_arena_init(&a, 512 << 20);
	sw_bom_init(&bom, 64 << 20);
	if (sw_sbom_read(&a, sw_str_make((const char *)data, size), &bom, &doc, &err) < 0 ||
		bom.n > 200)
		return 0;
	again(&bom, &doc, sw_sbom_write_cyclonedx);
	again(&bom, &doc, sw_sbom_write_spdx);
	again(&bom, &doc, sw_sbom_write_spdx3);
	return 0;
}
