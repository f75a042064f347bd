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

struct sw_rego_image {
	struct vm_code code; /* without builtins and locations */
	struct sw_rego_node *data;
	const char *const *builtins;
	uint32_t n_builtins;
	const struct vm_image_loc *locs;
	uint32_t n_locs;
	uint32_t n_files; /* that the locations speak of */
	bool plain_ops;
};

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
	struct sw_buf tables; /* C text of whatever is made of them */
	GHashTable *known;    /* string -> offset + 1 */
};

void sw_rego_image_init(struct sw_rego_image_out *im);
void sw_rego_image_release(struct sw_rego_image_out *im);
/* Initialisers, added to `out`: of a struct sw_str, a const char * and a struct sw_value. */
void sw_rego_image_str(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_str s);
void sw_rego_image_value(struct sw_rego_image_out *im, struct sw_buf *out, struct sw_value v);
/* `static const struct sw_rego_image engine_image` into the tables. */
int sw_rego_image_engine(struct sw_rego_image_out *im, const struct sw_rego_engine *e,
	const struct sw_embed *files, uint32_t n_files, struct sw_error *err);
/* The C file: pools, then tables. */
void sw_rego_image_print(const struct sw_rego_image_out *im, struct sw_buf *out);

#endif
