/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs and libraries: named sections, and bytes by the address they have when the program runs.
 * ELF (System V ABI), PE (Microsoft's PE/COFF specification), Mach-O (loader.h), each with 32 and
 * 64 bits; of a fat Mach-O the first architecture.
 *
 * Ownership: views into the file. Limits: OBJECT_PARTS sections or segments; others are not seen.
 */
#ifndef SW_IMAGE_READERS_OBJECT_H
#define SW_IMAGE_READERS_OBJECT_H

#include "image/readers/impl.h"

#define OBJECT_PARTS 4096

enum object_kind {
	OBJECT_ELF,
	OBJECT_PE,
	OBJECT_MACHO,
};

struct object {
	struct sw_str t;
	enum object_kind kind;
	bool big, wide; /* byte order; 64 bits */
	/* Tables, already checked to lie in the file. */
	struct sw_str sections, segments, names, commands;
	uint32_t section_size, segment_size;
	uint64_t base; /* PE: where the image is loaded */
};

bool object_open(struct object *o, struct sw_str t); /* false: none of them, or broken */
/* ".go.buildinfo", of Mach-O without the segment's name. p NULL: not there. */
struct sw_str object_section(const struct object *o, const char *name);
/* The first part that holds data that the program may change. p NULL: none. */
struct sw_str object_data(const struct object *o);
/* n bytes at an address; p NULL: not in the file. */
struct sw_str object_at(const struct object *o, uint64_t address, uint64_t n);

#endif
