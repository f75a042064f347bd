/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text, joined and normalised as the Falco libraries do; nothing is looked up on disk. */
#ifndef SW_RUNTIME_STATE_PATH_H
#define SW_RUNTIME_STATE_PATH_H

#include "base/str.h"

#define SW_PATH_MAX 4200

/*
 * `path` seen from the folder `base`, without ".", "..", double separators and a separator at the end; an
 * absolute or empty path ignores the base. Written to out (NUL-terminated); returns the view. A result that
 * would not fit is "/DIR_TOO_LONG/FILENAME_TOO_LONG".
 */
struct sw_str sw_path_join(struct sw_str base, struct sw_str path, char out[SW_PATH_MAX]);

#endif
