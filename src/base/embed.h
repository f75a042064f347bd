/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files carried inside the binary. tools/embed.py turns a folder of content/ into one table, sorted
 * by name; whoever uses it declares `extern const struct sw_embed sw_embed_<what>[]; extern const
 * unsigned sw_embed_<what>_n;`
 */
#ifndef SW_BASE_EMBED_H
#define SW_BASE_EMBED_H

#include "base/str.h"

struct sw_embed {
	const char *name; /* path below the folder, "nsa-cisa.yaml" */
	struct sw_str text;
};

#endif
