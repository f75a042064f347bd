/* SPDX-License-Identifier: Apache-2.0 */
/* Waiver and baseline files: whatever the bytes, an error with a place or a set that can be
 * applied. */
#include <stdlib.h>

#include "finding/baseline.h"
#include "finding/waiver.h"

static const struct sw_rule rule = {.id = SW_STR_INIT("SW-POD-001"), .severity = SW_SEV_HIGH};

static void fill(struct sw_findings *fs)
{
	struct sw_evidence e = {
		.file = SW_STR("a.yaml"), .line = 1, .path = SW_STR("/spec/containers/0")};
	struct sw_finding f = {.rule = &rule,
		.severity = SW_SEV_HIGH,
		.subject = {.ns = SW_STR("shop"),
			.kind = SW_STR("Pod"),
			.name = SW_STR("web"),
			.container = SW_STR("app"),
			.image = SW_STR("reg/x:1"),
			.package = SW_STR("pkg:deb/a@1")},
		.evidence = &e,
		.n_evidence = 1};
	if (sw_findings_add(fs, &f))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sw_autoarena a;
	struct sw_waivers ws = {0};
	struct sw_baseline b = {0};
	struct sw_findings fs;
	struct sw_error err = {0};
	struct sw_source src = {.name = SW_STR("f"), .text = sw_str_make((const char *)data, size)};
	sw_arena_init(&a, 256 << 20);
	sw_findings_init(&fs, 64 << 20);
	fill(&fs);
	int rc = sw_waivers_parse(&ws, &a, &src, &err);
	if (rc && (ws.n || !err.code || !err.text[0]))
		abort();
	if (!rc && sw_waivers_apply(&ws, &fs, 20000, &fs.v[0]->rule, 1) == 0 && fs.v[0]->waiver &&
		(!sw_waiver_matches(fs.v[0]->waiver, fs.v[0]) ||
			sw_waiver_expired(fs.v[0]->waiver, 20000)))
		abort();
	rc = sw_baseline_parse(&b, &a, &src, &err);
	if (!rc)
		sw_baseline_apply(&b, &fs);
	sw_findings_release(&fs);
	return 0;
}
