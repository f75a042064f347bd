/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of packs. */
#ifndef SW_POLICY_PACK_IMPL_H
#define SW_POLICY_PACK_IMPL_H

#include "base/embed.h"
#include "policy/pack.h"
#include "rego/image.h"

extern const struct sw_embed sw_embed_content[];
extern const unsigned sw_embed_content_n;

/* pack_image.c: the built-in checks as the build compiled them. */
struct sw_pack_image {
	const struct sw_rego_image *rego;
	const struct sw_check *checks; /* an offset in its tables; sorted by id, with their queries */
	uint32_t n;
};

/* Not where the user adds checks of his own: they may look into ours. */
bool pack_image_usable(const struct sw_packs_opts *o);
int pack_image_take(struct sw_arena *a, struct sw_rego_engine **ret, struct sw_check **ret_checks,
	uint32_t *ret_n, struct sw_error *err);

/* Reads the metadata of a module of a check; *ret_is_check is false for any other module. */
int pack_read_check(struct sw_arena *a, struct sw_rego_module *module, bool builtin,
	bool *ret_is_check, struct sw_check *ret, struct sw_error *err);

#endif
