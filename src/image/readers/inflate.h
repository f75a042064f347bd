/* SPDX-License-Identifier: Apache-2.0 */
/* Deflated bytes, whole, into a buffer whose ceiling bounds what a bomb can do. */
#ifndef SW_IMAGE_READERS_INFLATE_H
#define SW_IMAGE_READERS_INFLATE_H

#include "image/readers/impl.h"

enum rd_wrapping {
	RD_RAW,
	RD_ZLIB,
};

/* Appends. False: broken, cut short, or longer than the buffer may be. */
bool rd_inflate(struct sw_str in, enum rd_wrapping how, struct sw_buf *out);

#endif
