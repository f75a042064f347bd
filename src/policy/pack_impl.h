/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of packs. */
#ifndef SW_POLICY_PACK_IMPL_H
#define SW_POLICY_PACK_IMPL_H

#include "policy/pack.h"

/* Reads the metadata of a module of a check; *ret_is_check is false for any other module. */
int pack_read_check(struct sw_arena *a, struct sw_rego_module *module, bool builtin,
	bool *ret_is_check, struct sw_check *ret, struct sw_error *err);

#endif
