/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cluster checks look into: copies of the objects of the kinds they ask for, in Gatekeeper's
 * layout (cluster[groupVersion][kind][name], namespace[ns][groupVersion][kind][name]), with the
 * place of each.
 *
 * metadata.managedFields, and status of what has a pod template, are left out of the copies. Of two
 * objects with one identity the last read counts. Limit: `budget` bytes.
 */
#ifndef SW_POLICY_INVENTORY_H
#define SW_POLICY_INVENTORY_H

#include "policy/input/input.h"
#include "policy/place.h"

struct sw_inventory;

struct sw_inventory *sw_inventory_new(size_t budget);
void sw_inventory_free(struct sw_inventory *inv); /* takes NULL */
/*
 * From now on keep of objects with a pod template only these fields (content/README.md), beside what
 * identifies them. The paths are borrowed.
 */
void sw_inventory_keep_fields(struct sw_inventory *inv, const struct sw_str *fields, uint32_t n);
/* From now on keep every object as it was read. */
void sw_inventory_keep_whole(struct sw_inventory *inv);
/* -SW_ELIMIT: no room left. */
/* `workload`: it has a pod template. */
int sw_inventory_add(struct sw_inventory *inv, const struct sw_input_doc *doc, bool workload,
	struct sw_error *err);
/* {"cluster": …, "namespace": …}; SW_UNDEF when out of memory. Call once, after the last add. */
struct sw_value sw_inventory_value(struct sw_inventory *inv);
/* Objects in the order in which they were added, until sw_inventory_value(). False: there are no more. */
bool sw_inventory_at(
	const struct sw_inventory *inv, uint32_t i, struct sw_kube_object *ret, struct sw_where *ret_where);
/* The place of an object found in it; false when it is none of its objects. */
bool sw_inventory_where(struct sw_inventory *inv, struct sw_value object, struct sw_where *ret);

#endif
