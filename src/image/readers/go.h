/* SPDX-License-Identifier: Apache-2.0 */
/* What the two readers of Go and the one of programs share. */
#ifndef SW_IMAGE_READERS_GO_H
#define SW_IMAGE_READERS_GO_H

#include "image/readers/object.h"

int go_read_binary(struct sw_bom *bom, const struct sw_reader_file *f, const struct object *o);
int rust_read_binary(struct sw_bom *bom, const struct sw_reader_file *f, const struct object *o);

/* One module. A version "" is unknown. */
int go_add(struct sw_bom *bom, const struct sw_reader_file *f, struct sw_str path,
	struct sw_str version);

#endif
