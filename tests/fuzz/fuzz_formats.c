/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses a format of doc/formats. Errors have a place in the text; what was read is
 * sound: it can be written as JSON and reads back as itself.
 */
#include <stdint.h>
#include <stdlib.h>

#include "doc/formats/formats.h"
#include "doc/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abort();                                                                   \
	} while (0)

static void read_back(struct sw_arena *a, struct sw_value v)
{
	sw_autobuf out;
	struct sw_value again;
	struct sw_json_limits limits = {.depth = 2000};
	sw_buf_init(&out, 16 << 20);
	sw_json_write(&out, v, 0);
	if (out.overflow || !sw_utf8_valid(sw_buf_str(&out)))
		return;
	must(sw_json_parse(a, sw_buf_str(&out), SW_JSON_COPY, &limits, &again, NULL, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = {"dockerfile", "dotenv", "hcl1", "hcl2", "ignore", "ini",
		"jsonc", "properties", "toml", "yaml", "codeowners", "edn", "nginx", "xml", "spdx"};
	sw_autoarena a = {0};
	struct sw_error err = {0};
	const struct sw_format *f;
	struct sw_value v = sw_undef();
	if (!n)
		return 0;
	unsigned which = data[0] >= 0xf0 ? 10 + data[0] % 5 : data[0] % 10;
	must(sw_format_find(sw_str_from(names[which]), &f, &err) == 0);
	sw_arena_init(&a, 256 << 20);
	/* an exact copy, so that reading beyond the end is seen */
	char *copy = malloc(n);
	must(copy);
	memcpy(copy, data + 1, n - 1);
	struct sw_str text = {copy, n - 1};
	int rc = f->parse(&a, text, &v, &err);
	if (rc < 0) {
		must(err.code == -rc);
		must(rc == -SW_ELIMIT || (err.line && err.byte <= n));
	} else {
		must(rc == 0 && sw_defined(v));
		read_back(&a, v);
	}
	sw_arena_release(&a);
	free(copy);
	sw_arena_init(&a, 0);
	return 0;
}
