/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths as Go's path/filepath matches them on Unix: `*` is any run of characters but '/', `?` one character but '/',
 * [a-z] and [^a-z] one of a class, \x is x itself. A pattern that is none matches nothing. Time: at most the product
 * of the lengths. Threads: any.
 */
#ifndef SW_BASE_GO_PATH_H
#define SW_BASE_GO_PATH_H

#include "base/str.h"

bool sw_go_path_match(struct sw_str pattern, struct sw_str name);

#endif
