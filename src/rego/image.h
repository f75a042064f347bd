/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled programs as constant tables of C: what the build compiles ahead, so that no start of the
 * program has to.
 *
 * Writing (by a tool of the build): sw_rego_image_init, sw_rego_image_engine and whatever else,
 * sw_rego_image_print. The text is a C file; the compiler that reads it checks that it fits the
 * structures of this build, so an image needs no version. Everything is deduplicated in a few large
 * pools; strings lie in one text.
 *
 * Using: sw_rego_engine_from_image() makes an engine around the tables in microseconds. It
 * evaluates as the one it was made from does, byte for byte, and takes no more modules or queries.
 *
 * Pointers in the tables are offsets: from the start of all tables, or from that of the strings. Real
 * pointers would be bound by the loader at every start, page after page, whatever the run is for. The
 * first use copies the tables and makes pointers of the offsets, of which `parts` tells where they are.
 *
 * What an image does not hold: trees, diagnostics and annotations; builtins are named, and found
 * again when the engine is made; places of the source are offsets, for an error to look up. Not for
 * programs that replace builtins with `with`, count coverage or trace: -SW_EUNSUPPORTED. Threads:
 * an image is read-only.
 */
#ifndef SW_REGO_IMAGE_H
#define SW_REGO_IMAGE_H

#include <glib.h>

#include "base/embed.h"
#include "rego/vm/vm.h"

/* A table of rows: where it is, and which fields of a row hold something to be bound. */
struct sw_rego_image_part {
	uint32_t at, n, size;
	uint32_t n_ops;
	struct {
		char op; /* 'p': into the tables, 's': into the strings, 'v': a struct sw_value */
		uint16_t at;
	} ops[16];
};

struct sw_rego_image {
	struct vm_code code; /* without builtins and locations; constants, functions … as offsets */
	struct sw_rego_node *data; /* an offset */
	const void *tables;
	size_t n_bytes;
	const char *strings;
	const struct sw_rego_image_part *parts;
	uint32_t n_parts;
	const char *const *builtins;
	uint32_t n_builtins;
	const struct vm_image_loc *locs;
	uint32_t n_locs;
	uint32_t n_files; /* that the locations speak of */
	bool plain_ops;
};

/* The tables with their pointers, made at the first call; NULL without memory. Threads: any. */
char *sw_rego_image_bind(const struct sw_rego_image *image);

/*
 * `files`: the sources that the program was compiled from, in the order that was given to
 * sw_rego_image_engine(). All is borrowed for good.
 */
int sw_rego_engine_from_image(const struct sw_rego_image *image, const struct sw_embed *files,
	uint32_t n_files, struct sw_rego_engine **ret, struct sw_error *err);

/* ---- writing ---- */

struct sw_rego_image_out {
	struct sw_buf strings;	  /* bytes of all strings */
	struct sw_buf v, m, a, o; /* values, members, arrays, objects */
	uint32_t n_v, n_m, n_a, n_o;
	struct sw_str type, name, ops; /* of the table that is being written */
	struct sw_buf decls;  /* C text: the types of all tables, */
	struct sw_buf tables; /* their rows, */
	struct sw_buf parts;  /* and where they hold pointers */
	struct sw_buf rest;   /* tables without pointers, and what comes behind */
	uint32_t n_parts;
	GHashTable *known;    /* string -> offset + 1 */
};

void sw_rego_image_init(struct sw_rego_image_out *im);
void sw_rego_image_release(struct sw_rego_image_out *im);
/* Initialisers, added to `out`: of a struct sw_str, a const char * and a struct sw_value. */
void sw_rego_image_str(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_str s);
void sw_rego_image_value(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v);
/*
 * A table: rows are added to im->tables between the two calls. `ops`: what is to be bound in a row of that
 * type, as "v key p parent s name"; a field of "-" is the row itself. Others point to row n of it by
 * "P(name)+n".
 */
void sw_rego_image_begin(
	struct sw_rego_image_out *im, const char *type, const char *name, const char *ops);
void sw_rego_image_end(struct sw_rego_image_out *im, uint32_t n);
/* `static const struct sw_rego_image engine_image`, and its tables. */
int sw_rego_image_engine(struct sw_rego_image_out *im, const struct sw_rego_engine *e,
	const struct sw_embed *files, uint32_t n_files, struct sw_error *err);
/* The C file: pools, then tables. */
void sw_rego_image_print(struct sw_rego_image_out *im, struct sw_buf *out);

#endif
