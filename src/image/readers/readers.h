/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of this folder, one per format; readers.c puts them in the table of image/reader.h. */
#ifndef SW_IMAGE_READERS_READERS_H
#define SW_IMAGE_READERS_READERS_H

#include "image/reader.h"

extern const struct sw_reader rd_alpm, rd_apk, rd_dpkg, rd_dpkg_files, rd_rpm, rd_rpm_manifest,
	rd_rpm_wal;

#endif
