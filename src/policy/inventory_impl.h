/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the inventory. */
#ifndef SW_POLICY_INVENTORY_IMPL_H
#define SW_POLICY_INVENTORY_IMPL_H

#include "kube/object.h"

struct sw_inventory_fields;

/* The paths are borrowed. */
struct sw_inventory_fields *sw_inventory_fields_new(const struct sw_str *v, uint32_t n);
void sw_inventory_fields_free(struct sw_inventory_fields *f); /* takes NULL */
/*
 * A copy with only the fields; SW_UNDEF when the arena is full. False: the object has to be kept
 * whole, for its kind's pods are searched by shape or it has no name.
 */
bool sw_inventory_fields_copy(struct sw_inventory_fields *f, struct sw_arena *a,
	struct sw_str *recent, const struct sw_kube_object *o, struct sw_value *ret);

#endif
