/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm's own "ndb" back end (SUSE): Packages.db. Little endian. A header of 32 bytes, then slots of
 * 16 in the first pages, then blobs at multiples of 16. lib/backend/ndb/rpmpkg.c of rpm.
 */
#include "image/readers/rpm.h"

#define HEADER_MAGIC 0x506d7052u /* "RpmP" */
#define SLOT_MAGIC 0x746f6c53u	 /* "Slot" */
#define BLOB_MAGIC 0x53626c42u	 /* "BlbS" */
#define PAGE 4096u
#define SLOT 16u
#define BLOB_HEAD 16u

bool rpm_is_ndb(struct sw_str t)
{
	return t.n >= 32 && rd_u32(t.p, false) == HEADER_MAGIC;
}

/* {magic, package, offset in blocks, blocks} */
static int slot(struct rpm_reader *r, const char *s)
{
	uint32_t index = rd_u32(s + 4, false);

	if (index == 0)
		return 0; /* free */
	if (rd_u32(s, false) != SLOT_MAGIC)
		return rpm_note(r, "a slot of the database is broken");
	struct sw_str head = rd_bytes(r->t, (uint64_t)rd_u32(s + 8, false) * 16, BLOB_HEAD);
	if (!head.p || rd_u32(head.p, false) != BLOB_MAGIC || rd_u32(head.p + 4, false) != index)
		return rpm_note(r, "package %u is not where its slot says", index);
	struct sw_str blob = rd_bytes(
		r->t, (uint64_t)rd_u32(s + 8, false) * 16 + BLOB_HEAD, rd_u32(head.p + 12, false));
	if (!blob.p || blob.n > RPM_BLOB_MAX ||
		blob.n + BLOB_HEAD > (uint64_t)rd_u32(s + 12, false) * 16)
		return rpm_note(r, "package %u is cut short", index);
	int e = 0;
	if (rpm_spent(r, blob.n, &e))
		return e;
	return rpm_header(r, blob);
}

int rpm_read_ndb(struct rpm_reader *r)
{
	uint64_t end = (uint64_t)rd_u32(r->t.p + 12, false) * PAGE;
	int e = 0;

	if (rd_u32(r->t.p + 4, false) != 0)
		return rpm_note(
			r, "version %u of the ndb format is not known", rd_u32(r->t.p + 4, false));
	if (end == 0 || end > r->t.n) {
		e = rpm_note(r, "the database is cut short");
		end = r->t.n;
	}
	for (uint64_t at = 2 * SLOT; e == 0 && at + SLOT <= end; at += SLOT)
		e = slot(r, r->t.p + at);
	return e;
}
