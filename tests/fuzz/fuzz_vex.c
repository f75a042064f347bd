/* SPDX-License-Identifier: Apache-2.0 */
/* VEX documents of every format, and whether their statements cover what an image holds. */
#include <stdlib.h>

#include "vuln/vex.h"

static const char *const purls[] = {"pkg:npm/a@1", "pkg:npm/%40s/a@2",
	"pkg:rpm/rhel/bash@5-1?arch=x86_64&distro=rhel-8.6&epoch=1",
	"pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc",
	"pkg:maven/org.x/a@1.0?classifier=jdk8", "pkg:golang/github.com/x/app@v1.0.0"};

static void look(struct sw_arena *a, struct sw_vex *vex, const struct sw_vex_subject *where)
{
	static const struct sw_match flaw = {
		.id = SW_STR_INIT("CVE-2024-1"), .advisory = SW_STR_INIT("GHSA-1")};
	for (size_t i = 0; i < sizeof(purls) / sizeof(*purls); i++) {
		struct sw_purl purl;
		if (sw_purl_parse(a, sw_str_from(purls[i]), 0, &purl, NULL))
			abort();
		struct sw_vex_statement *s = sw_vex_find(vex, &purl, &flaw, where);
		/* What covers was counted, is of this document, and has a status. */
		if (s && (!s->matched || s < vex->v || s >= vex->v + vex->n ||
				 s->status == SW_VEX_NONE))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_vex vex = {0};
	sw_autoarena a;
	sw_autobom bom;
	struct sw_package app = {.type = SW_PKG_GOLANG,
		.ns = SW_STR("github.com/x"),
		.name = SW_STR("app"),
		.version = SW_STR("v1.0.0"),
		.layer = SW_LAYER_UNKNOWN};
	sw_arena_init(&a, (size_t)512 << 20);
	sw_bom_init(&bom, 0);
	if (sw_bom_add(&bom, &app))
		abort();
	sw_bom_finish(&bom);
	if (sw_vex_parse(&vex, &a, SW_STR("v.json"), sw_str_make((const char *)data, size), NULL) ==
		0) {
		struct sw_vex_subject image = {
			SW_STR("reg.example/app:1"), SW_STR("sha256:00"), &bom};
		look(&a, &vex, &image);
		look(&a, &vex, &(struct sw_vex_subject){0});
	}
	return 0;
}
