/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of VEX (vex.c, vex_cyclonedx.c, vex_csaf.c) share; of this folder only. */
#ifndef SW_VULN_VEX_IMPL_H
#define SW_VULN_VEX_IMPL_H

#include "vuln/vex.h"

enum { VEX_DEPTH = 32, VEX_NAMES_MAX = 4096 };

/* One document. */
struct vex_loader {
	struct sw_vex *vex;
	struct sw_arena *a;
	struct sw_str file;
	struct sw_error *err;
	uint32_t index;
	int64_t time; /* of the document */
};

/* A statement more, of the document's age; NULL beyond the limit: then return vex_limit(). */
struct sw_vex_statement *vex_add(struct vex_loader *l);
int vex_limit(struct vex_loader *l);
int64_t vex_seconds_of(struct sw_str rfc3339);
/* A status by any format's word for it. */
bool vex_status_of(struct sw_str word, enum sw_vex_status *ret);
/* False: no package URL. */
bool vex_purl_of(struct sw_arena *a, struct sw_str s, struct sw_purl *ret);
int vex_cyclonedx(struct vex_loader *l, struct sw_value doc);
int vex_csaf(struct vex_loader *l, struct sw_value doc);

#endif
