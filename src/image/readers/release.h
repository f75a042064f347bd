/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which distribution is it: os-release, and the files that older or smaller ones have instead.
 *
 * Several files may tell; each has a rank (`rank` of struct sw_distribution), and a file changes
 * what a lower or equal one said: the result does not depend on the order within a layer, and an
 * upper layer's file replaces a lower layer's. etc/os-release is first, usr/lib/os-release second;
 * a derivative's own file goes before the one of the distribution that it is made from.
 * os-release(5), and the files themselves.
 *
 * Where packages come from is told by others: the content sets that Red Hat's builds leave in
 * root/buildinfo and usr/share/buildinfo, and etc/apk/repositories.
 */
#ifndef SW_IMAGE_READERS_RELEASE_H
#define SW_IMAGE_READERS_RELEASE_H

#include "package/package.h"

#define SW_RELEASE_MAX (1u << 20) /* bytes of such a file; more is not read */

bool sw_distribution_wants(struct sw_str path); /* no leading slash */
/*
 * Sets bom->distribution from the file, copied, when it says more than what is known already. A
 * file that says nothing changes nothing. -SW_ELIMIT: the inventory is full.
 */
int sw_distribution_read(struct sw_str path, struct sw_str content, struct sw_bom *bom);

#endif
