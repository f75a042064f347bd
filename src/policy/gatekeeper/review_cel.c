/* SPDX-License-Identifier: Apache-2.0 */
/* Constraints of templates in CEL. */
#include "policy/gatekeeper/internal.h"

static struct sw_value object_or_undef(struct sw_value v)
{
	return v.type == SW_OBJECT ? v : sw_undef();
}

int gk_cel_judge(struct sw_arena *a, const struct gk_constraint *c, struct sw_value review,
	int64_t deadline_ns, struct sw_vap_decisions *ret, struct sw_error *err)
{
	struct sw_vap_input in = {
		.object = object_or_undef(sw_object_gets(review, SW_STR("object"))),
		.old_object = object_or_undef(sw_object_gets(review, SW_STR("oldObject"))),
		.request = sw_vap_request(a, review),
		.params = c->object,
		.ns = object_or_undef(sw_object_gets(review, SW_STR("namespaceObject"))),
		.deadline_ns = deadline_ns,
	};
	if (!sw_defined(in.request))
		return sw_error_set(err, SW_ELIMIT, "the request is too large");
	/* Rego sees what is deleted as object too; Kubernetes does not, and neither do expressions.
	 */
	if (sw_str_is(sw_value_getstr(review, "operation"), "DELETE"))
		in.object = sw_undef();
	return sw_vap_policy_judge(c->template->cel, a, &in, ret, err);
}
