/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the journal: one file (file.c), and all of them in order (journal.c). */
#ifndef SW_CIS_JOURNAL_IMPL_H
#define SW_CIS_JOURNAL_IMPL_H

#include "cis/journal/journal.h"

#define JF_WINDOW ((size_t)64 << 10)
#define JF_WINDOWS 32
#define JF_MESSAGE_MAX ((size_t)1 << 20)
#define JF_STEPS_MAX 20000000 /* objects looked at: a chain that never ends is a lie */

struct jf_window {
	uint64_t at; /* UINT64_MAX: empty */
	size_t n;
	uint64_t used;
	unsigned char *p;
};

struct jf {
	int fd;
	uint64_t size, steps, clock;
	bool compact;
	uint64_t fields, fields_size, entries; /* the field hash table's payload, and the first entry array */
	struct jf_window windows[JF_WINDOWS];
	const char *why; /* what is wrong with the file, once something was */
};

/* Takes the descriptor. 0 or -1 with f->why. */
int jf_open(struct jf *f, int fd);
void jf_close(struct jf *f);

struct jf_entry {
	uint64_t realtime, seqnum, at;
	unsigned char boot[16];
};

typedef int jf_entry_fn(void *arg, const struct jf_entry *e); /* not 0: stop */
typedef bool jf_match_fn(void *arg, struct sw_str value);

/* Entries that have the field with a value that matches; all entries without a field. */
int jf_entries(struct jf *f, const char *field, jf_match_fn *match, jf_entry_fn *fn, void *arg);

/*
 * The wanted fields ("MESSAGE=" …) of the entry at `at`; values live in `a`, an absent one is SW_STR without bytes
 * and a NULL pointer. 0 or -1.
 */
int jf_fields(struct jf *f, struct sw_arena *a, uint64_t at, const char *const *names, uint32_t n, struct sw_str *ret);

enum { JF_XZ = 1, JF_LZ4 = 2, JF_ZSTD = 4, JF_PACKED = 7 }; /* an object's flags: how it is packed, one at most */
#define JF_BAD_SIZE "a compressed message has no good size"
#define JF_DAMAGED "a compressed message is damaged"

/*
 * What `in` unpacks to, JF_MESSAGE_MAX bytes at most, in `a`. NULL, or why there is nothing; when memory is out, NULL
 * and *ret is untouched.
 */
const char *jf_unpack(struct sw_arena *a, unsigned how, const unsigned char *in, size_t n, struct sw_str *ret);

#endif
