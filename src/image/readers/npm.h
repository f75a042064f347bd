/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of JavaScript's package managers share. */
#ifndef SW_IMAGE_READERS_NPM_H
#define SW_IMAGE_READERS_NPM_H

#include "image/readers/impl.h"

/* "@scope/name" or "name" into p->ns and p->name. */
void npm_set_name(struct sw_package *p, struct sw_str full);
/* "name@what" at the first @ behind the scope. False when there is none. */
bool npm_split_at(struct sw_str s, struct sw_str *ret_name, struct sw_str *ret_what);
/* A version that names a registry's package, not a folder, link or workspace. */
bool npm_is_local(struct sw_str version);

#endif
