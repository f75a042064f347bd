/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a container off the network of this node: programs on its cgroup refuse connections and
 * datagrams and drop packets both ways, but for its own loopback. Needs no CNI and touches nothing
 * else on the node. A cut lasts until it is undone or Seawall ends. Needs the second version of
 * cgroups (also mounted beside the first).
 */
#ifndef SW_RUNTIME_RESPOND_CUT_H
#define SW_RUNTIME_RESPOND_CUT_H

#include <stdbool.h>

#include "base/error.h"

#define SW_CUTS_MAX 256

struct sw_cuts;

/* Loads the programs, so that a cut takes no longer than attaching them. -SW_EUNSUPPORTED with the
 * reason. */
int sw_cuts_open(struct sw_cuts **ret, struct sw_error *err);
void sw_cuts_close(struct sw_cuts *c); /* undoes all; takes NULL */
/* `cgroup`: the folder. Already cut: 0. */
int sw_cut(struct sw_cuts *c, const char *cgroup, struct sw_error *err);
bool sw_cut_undo(struct sw_cuts *c, const char *cgroup); /* false: it was not cut */

#endif
