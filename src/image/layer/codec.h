/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways in which layers and archives are compressed, one row each: gzip (RFC 1952), zstd (RFC 8878), xz (the .xz
 * file format 1.1) and bzip2. A stream of any of them is members one after the other; a decoder takes one step at
 * a time and is ready for the next member when one has ended. For layer/unzip.c, which owns the buffers, sums and
 * ceilings.
 *
 * Memory of a decoder: 8 MiB at most and 128 MiB for windows that say so (zstd), SW_CODEC_XZ_MEMORY (xz: a
 * dictionary is taken as it fills), 4 MiB (bzip2). Beyond is -SW_ELIMIT. Threads: one for each decoder.
 */
#ifndef SW_IMAGE_LAYER_CODEC_H
#define SW_IMAGE_LAYER_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* `xz -9` makes dictionaries of 64 MiB, and nothing larger is made without being asked for. */
#define SW_CODEC_XZ_MEMORY ((uint64_t)72 << 20)

/* One step: what is there to read and to fill, and what became of it. */
struct sw_codec_step {
	const uint8_t *in;
	size_t in_n;
	uint8_t *out;
	size_t out_n;
	size_t used, made;
	bool member_end;
};

struct sw_codec {
	const char *name;
	/* Do these bytes, the first SW_CODEC_HEAD of a blob at most, begin such a stream? */
	bool (*begins)(struct sw_str head);
	bool (*again)(uint8_t first); /* may another member begin so? */
	bool padded;		      /* zeros may stand between members */
	void *(*open)(void);	      /* never NULL */
	/* -SW_ESYNTAX: damaged; -SW_ELIMIT. */
	int (*step)(void *decoder, struct sw_codec_step *step, struct sw_error *err);
	void (*free)(void *decoder);
};

#define SW_CODEC_HEAD 10

/* Finds libraries that may be there: before the process gives up its rights. Once. */
void sw_codec_prepare(void);
/* NULL: none of them. */
const struct sw_codec *sw_codec_of(struct sw_str head);

#endif
