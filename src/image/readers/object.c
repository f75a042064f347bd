/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/object.h"

#define ELF_PF_X 1u
#define ELF_PF_W 2u
#define ELF_PT_LOAD 1u
#define ELF_SHT_NOBITS 8u
#define PE_CODE 0x20u
#define PE_DATA 0x40u
#define PE_WRITE 0x80000000u
#define MACHO_SEGMENT 1u
#define MACHO_SEGMENT64 0x19u

/* A number as wide as the file's addresses: at `narrow` in 32 bits, at `wide` in 64. */
static uint64_t word(const struct object *o, const char *p, size_t narrow, size_t wide)
{
	return o->wide ? rd_u64(p + wide, o->big) : rd_u32(p + narrow, o->big);
}

static struct sw_str table(struct sw_str t, uint64_t at, uint64_t n, uint64_t size)
{
	if (n > OBJECT_PARTS)
		n = OBJECT_PARTS;
	struct sw_str s = rd_bytes(t, at, n * size);
	return s.p ? s : SW_STR("");
}

/* ---- ELF ---- */

static struct sw_str elf_section_bytes(const struct object *o, const char *s)
{
	if (rd_u32(s + 4, o->big) == ELF_SHT_NOBITS)
		return (struct sw_str){NULL, 0};
	return rd_bytes(o->t, word(o, s, 16, 24), word(o, s, 20, 32));
}

static bool elf_open(struct object *o)
{
	const char *h = o->t.p;

	if (o->t.n < 64 || (h[4] != 1 && h[4] != 2) || (h[5] != 1 && h[5] != 2))
		return false;
	o->kind = OBJECT_ELF;
	o->wide = h[4] == 2;
	o->big = h[5] == 2;
	size_t at = o->wide ? 52 : 40; /* e_ehsize and what follows */
	o->segment_size = rd_u16(h + at + 2, o->big);
	o->section_size = rd_u16(h + at + 6, o->big);
	uint64_t sections = word(o, h, 32, 40), n = rd_u16(h + at + 8, o->big);
	uint32_t names = rd_u16(h + at + 10, o->big);
	if (o->segment_size < (o->wide ? 56u : 32u))
		o->segment_size = 0;
	o->segments = table(o->t, word(o, h, 28, 32),
		o->segment_size ? rd_u16(h + at + 4, o->big) : 0, o->segment_size);
	if (o->section_size < (o->wide ? 64u : 40u))
		return true;
	o->sections = table(o->t, sections, n ? n : 1, o->section_size);
	if (o->sections.n && n == 0) { /* more than 65279: the first one tells */
		n = word(o, o->sections.p, 20, 32);
		names = rd_u32(o->sections.p + (o->wide ? 40 : 24), o->big);
		o->sections = table(o->t, sections, n, o->section_size);
	}
	if (((uint64_t)names + 1) * o->section_size <= o->sections.n)
		o->names = elf_section_bytes(o, o->sections.p + (size_t)names * o->section_size);
	return true;
}

/* Is the NUL-terminated name at an offset this one? */
static bool name_is(struct sw_str names, uint64_t at, const char *name)
{
	struct sw_str s = rd_bytes(names, at, strlen(name) + 1);
	return s.p && memcmp(s.p, name, s.n) == 0;
}

static struct sw_str elf_section(const struct object *o, const char *name)
{
	for (size_t at = 0; at < o->sections.n; at += o->section_size) {
		const char *s = o->sections.p + at;
		if (name_is(o->names, rd_u32(s, o->big), name))
			return elf_section_bytes(o, s);
	}
	return (struct sw_str){NULL, 0};
}

/* {type, offset, vaddr, paddr, filesz, memsz, flags}; flags are second where there are 64 bits. */
static struct sw_str elf_data(const struct object *o)
{
	for (size_t at = 0; at < o->segments.n; at += o->segment_size) {
		const char *s = o->segments.p + at;
		uint32_t flags = rd_u32(s + (o->wide ? 4 : 24), o->big);
		if (rd_u32(s, o->big) == ELF_PT_LOAD && (flags & (ELF_PF_X | ELF_PF_W)) == ELF_PF_W)
			return rd_bytes(o->t, word(o, s, 4, 8), word(o, s, 16, 32));
	}
	return (struct sw_str){NULL, 0};
}

static struct sw_str elf_at(const struct object *o, uint64_t address, uint64_t n)
{
	for (size_t at = 0; at < o->segments.n; at += o->segment_size) {
		const char *s = o->segments.p + at;
		uint64_t from = word(o, s, 8, 16), size = word(o, s, 16, 32);
		if (rd_u32(s, o->big) != ELF_PT_LOAD || address < from || address - from > size ||
			n > size - (address - from))
			continue;
		return rd_bytes(rd_bytes(o->t, word(o, s, 4, 8), size), address - from, n);
	}
	return (struct sw_str){NULL, 0};
}

/* ---- PE ---- */

static bool pe_open(struct object *o)
{
	struct sw_str at = rd_bytes(o->t, 0x3c, 4);
	uint64_t pe = at.p ? rd_u32(at.p, false) : 0;
	struct sw_str h = rd_bytes(o->t, pe, 24 + 32);

	if (!at.p || !h.p || memcmp(h.p, "PE\0\0", 4) != 0)
		return false;
	uint16_t optional = rd_u16(h.p + 20, false), magic = rd_u16(h.p + 24, false);
	o->kind = OBJECT_PE;
	o->wide = magic == 0x20b;
	o->base = o->wide ? rd_u64(h.p + 24 + 24, false) : rd_u32(h.p + 24 + 28, false);
	o->section_size = 40;
	o->sections = table(o->t, pe + 24 + optional, rd_u16(h.p + 6, false), 40);
	return true;
}

/* {name[8], virtual size, address, raw size, raw offset, …, flags} */
static struct sw_str pe_bytes(const struct object *o, const char *s)
{
	return rd_bytes(o->t, rd_u32(s + 20, false), rd_u32(s + 16, false));
}

static struct sw_str pe_section(const struct object *o, const char *name)
{
	for (size_t at = 0; at < o->sections.n; at += 40)
		if (strncmp(o->sections.p + at, name, 8) == 0)
			return pe_bytes(o, o->sections.p + at);
	return (struct sw_str){NULL, 0};
}

static struct sw_str pe_data(const struct object *o)
{
	for (size_t at = 0; at < o->sections.n; at += 40) {
		uint32_t flags = rd_u32(o->sections.p + at + 36, false);
		if ((flags & (PE_CODE | PE_DATA | PE_WRITE)) == (PE_DATA | PE_WRITE) &&
			rd_u32(o->sections.p + at + 16, false))
			return pe_bytes(o, o->sections.p + at);
	}
	return (struct sw_str){NULL, 0};
}

static struct sw_str pe_at(const struct object *o, uint64_t address, uint64_t n)
{
	for (size_t at = 0; at < o->sections.n; at += 40) {
		struct sw_str s = pe_bytes(o, o->sections.p + at);
		uint64_t from = o->base + rd_u32(o->sections.p + at + 12, false);
		if (s.p && address >= from && address - from < s.n)
			return rd_bytes(s, address - from, n);
	}
	return (struct sw_str){NULL, 0};
}

/* ---- Mach-O ---- */

static bool macho_open(struct object *o)
{
	if (o->t.n >= 8 &&
		rd_u32(o->t.p, true) == 0xcafebabe) { /* {cpu, sub, offset, size, align} */
		struct sw_str first = rd_bytes(o->t, 8, 20);
		if (!first.p || rd_u32(o->t.p + 4, true) > 64) /* else a Java class */
			return false;
		o->t = rd_bytes(o->t, rd_u32(first.p + 8, true), rd_u32(first.p + 12, true));
	}
	if (!o->t.p || o->t.n < 32)
		return false;
	uint32_t magic = rd_u32(o->t.p, false), swapped = rd_u32(o->t.p, true);
	o->big = swapped == 0xfeedface || swapped == 0xfeedfacf;
	if (!o->big && magic != 0xfeedface && magic != 0xfeedfacf)
		return false;
	o->kind = OBJECT_MACHO;
	o->wide = (o->big ? swapped : magic) == 0xfeedfacf;
	o->commands = rd_bytes(o->t, o->wide ? 32 : 28, rd_u32(o->t.p + 20, o->big));
	return o->commands.p != NULL;
}

/* The next segment's command; false at the end. */
static bool macho_next(const struct object *o, struct sw_str *rest, struct sw_str *ret)
{
	while (rest->n >= 8) {
		uint32_t kind = rd_u32(rest->p, o->big), size = rd_u32(rest->p + 4, o->big);
		struct sw_str c = rd_bytes(*rest, 0, size);
		if (size < 8 || !c.p)
			return false;
		*rest = sw_str_sub(*rest, size, rest->n);
		if (kind == (o->wide ? MACHO_SEGMENT64 : MACHO_SEGMENT) &&
			size >= (o->wide ? 72u : 56u)) {
			*ret = c;
			return true;
		}
	}
	return false;
}

static struct sw_str macho_section(const struct object *o, const char *name)
{
	struct sw_str rest = o->commands, c;
	size_t head = o->wide ? 72 : 56, size = o->wide ? 80 : 68;

	while (macho_next(o, &rest, &c)) {
		for (size_t at = head; at + size <= c.n; at += size)
			if (strncmp(c.p + at, name, 16) == 0)
				return rd_bytes(o->t,
					rd_u32(c.p + at + (o->wide ? 48 : 40), o->big),
					word(o, c.p + at, 36, 40));
	}
	return (struct sw_str){NULL, 0};
}

/* {…, name[16], vmaddr, vmsize, fileoff, filesize} */
static struct sw_str macho_bytes(const struct object *o, struct sw_str c)
{
	return rd_bytes(o->t, word(o, c.p, 32, 40), word(o, c.p, 36, 48));
}

static struct sw_str macho_data(const struct object *o)
{
	struct sw_str rest = o->commands, c;

	while (macho_next(o, &rest, &c))
		if (strncmp(c.p + 8, "__DATA", 16) == 0)
			return macho_bytes(o, c);
	return (struct sw_str){NULL, 0};
}

static struct sw_str macho_at(const struct object *o, uint64_t address, uint64_t n)
{
	struct sw_str rest = o->commands, c;

	while (macho_next(o, &rest, &c)) {
		struct sw_str s = macho_bytes(o, c);
		uint64_t from = word(o, c.p, 24, 24);
		if (s.p && address >= from && address - from < s.n)
			return rd_bytes(s, address - from, n);
	}
	return (struct sw_str){NULL, 0};
}

bool object_open(struct object *o, struct sw_str t)
{
	*o = (struct object){.t = t};
	if (t.n < 64)
		return false;
	if (memcmp(t.p, "\177ELF", 4) == 0)
		return elf_open(o);
	if (memcmp(t.p, "MZ", 2) == 0)
		return pe_open(o);
	return macho_open(o);
}

struct sw_str object_section(const struct object *o, const char *name)
{
	switch (o->kind) {
	case OBJECT_ELF:
		return elf_section(o, name);
	case OBJECT_PE:
		return pe_section(o, name);
	case OBJECT_MACHO:
		return macho_section(o, name);
	}
	return (struct sw_str){NULL, 0};
}

struct sw_str object_data(const struct object *o)
{
	switch (o->kind) {
	case OBJECT_ELF:
		return elf_data(o);
	case OBJECT_PE:
		return pe_data(o);
	case OBJECT_MACHO:
		return macho_data(o);
	}
	return (struct sw_str){NULL, 0};
}

struct sw_str object_at(const struct object *o, uint64_t address, uint64_t n)
{
	switch (o->kind) {
	case OBJECT_ELF:
		return elf_at(o, address, n);
	case OBJECT_PE:
		return pe_at(o, address, n);
	case OBJECT_MACHO:
		return macho_at(o, address, n);
	}
	return (struct sw_str){NULL, 0};
}
