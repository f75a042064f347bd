/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line that systemd would start a service with, read from unit files without systemd.
 *
 * The unit is looked for in /etc, /run, /usr/local/lib, /usr/lib and /lib systemd/system; its
 * drop-ins NAME.service.d/x.conf of all of them are applied in the order of their names, a folder
 * before wins over the same name in a later one. ExecStart= empties what was before; Environment=
 * and EnvironmentFile= (with - for "may be missing") fill $NAME and ${NAME}: the first splits at
 * white space, the second does not. Quotes, backslashes at line ends and the prefixes @ - : + ! of
 * systemd.service(5) are understood; specifiers (%h) stay as they are.
 */
#ifndef SW_CIS_OWN_UNIT_H
#define SW_CIS_OWN_UNIT_H

#include "cis/node.h"

struct sw_cis_unit {
	struct sw_str file;	 /* the unit */
	struct sw_str from;	 /* the file that has the ExecStart that counts */
	struct sw_str args;	 /* each followed by a NUL; "" when there is no ExecStart */
	struct sw_str files[18]; /* the unit, its drop-ins and environment files that were read */
	uint32_t n_files;
};

/* False when the node has no such unit. */
bool sw_cis_unit(
	struct sw_cis_node *n, struct sw_arena *a, struct sw_str name, struct sw_cis_unit *ret);

#endif
