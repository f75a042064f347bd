/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and configurations, as JSON and as what the cage tells of them; and their judgement. */
#include <stdint.h>
#include <stdlib.h>

#include "image/judge.h"
#include "image/source/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void judge(const struct sw_image_config *c)
{
	struct sw_image img = {.config = *c, .kind = SW_STR("registry"), .reference = SW_STR("a:latest")};
	struct sw_image_judge_opts o = {0};
	struct sw_findings fs;
	struct sw_error err;
	sw_findings_init(&fs, 0);
	sw_image_judge(&img, &o, &fs, &err);
	sw_findings_release(&fs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sw_str text = sw_str_make((const char *)data, n);
	struct sw_manifest m, back;
	struct sw_image_config c, again;
	struct sw_error err;
	sw_autoarena a;
	sw_autobuf b;
	sw_arena_init(&a, 0);
	sw_buf_init(&b, 0);
	if (sw_manifest_parse(&a, text, &m, &err) == 0) {
		sw_manifest_pack(&b, &m);
		if (sw_manifest_unpack(&a, sw_buf_str(&b), &back))
			abort();
	}
	sw_buf_clear(&b);
	if (sw_config_parse(&a, text, &c, &err) == 0) {
		sw_config_pack(&b, &c);
		if (sw_config_unpack(&a, sw_buf_str(&b), &again))
			abort();
		judge(&again);
	}
	sw_manifest_unpack(&a, text, &m);
	if (sw_config_unpack(&a, text, &c) == 0)
		judge(&c);
	return 0;
}
