/* SPDX-License-Identifier: Apache-2.0 */
/* Bills of materials that lie in an image, and in archives in it. */
#ifndef SW_IMAGE_READERS_SBOM_FILE_H
#define SW_IMAGE_READERS_SBOM_FILE_H

#include "image/readers/impl.h"

int rd_sbom(struct sw_bom *bom, const struct sw_reader_file *f);

#endif
