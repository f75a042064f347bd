/* SPDX-License-Identifier: Apache-2.0 */
/* What the builder's two files share. */
#ifndef SW_VULN_DB_BUILDER_IMPL_H
#define SW_VULN_DB_BUILDER_IMPL_H

#include "vuln/db/builder.h"

/* A text is its number in the table of texts; 0 is "". */
typedef uint32_t text_id;

struct texts {
	struct sw_str *v;
	uint32_t n, cap;
	uint32_t *slots, n_slots;
};

struct build_advisory {
	text_id id, feed, title, url, cvss;
	uint32_t first_alias, n_aliases;
	uint32_t first_flaw, n_flaws; /* set when writing */
	int32_t published, modified;
	uint8_t severity, flags, score10;
};

struct build_row {
	uint32_t advisory;
	text_id eco, name, introduced, fixed, last, only;
	uint16_t flags;
	uint8_t severity;
};

struct build_facts {
	text_id id, cvss, source, cwe, title;
	int32_t published, kev;
	uint16_t epss, percentile;
	uint8_t score10, severity;
};

struct build_product {
	text_id name, cycles;
};

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *v;                                                                           \
		uint32_t n, cap;                                                                   \
	}

struct sw_db_builder {
	struct sw_arena arena; /* of the texts */
	struct texts texts;
	VEC(struct build_advisory) advisories;
	VEC(text_id) aliases;
	VEC(struct build_row) rows;
	VEC(struct build_facts) facts;
	VEC(struct build_product) products;
	uint32_t *fact_of; /* by text id: 1 + index in facts, 0 none */
	uint32_t n_fact_of;
	bool full;
};

struct sw_str build_text(const struct sw_db_builder *b, text_id t);
text_id build_intern(struct sw_db_builder *b, struct sw_str s); /* sets full */
bool build_room(void **v, uint32_t n, uint32_t *cap, size_t size, uint32_t max);
struct build_facts *build_facts_of(struct sw_db_builder *b, text_id id); /* made; NULL: full */

#define VEC_ROOM(vec, max)                                                                         \
	build_room((void **)&(vec).v, (vec).n, &(vec).cap, sizeof(*(vec).v), (max))

#endif
