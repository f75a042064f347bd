/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/quarantine.h"

#include "doc/json.h"

/* Labels that name one version of a pod and not what it is. */
static bool passing(struct sw_str key)
{
	static const char *const keys[] = {"pod-template-hash", "controller-revision-hash",
		"pod-template-generation", "io.kubernetes.pod.name", "io.kubernetes.pod.namespace",
		"io.kubernetes.pod.uid", "io.kubernetes.container.name",
		"io.kubernetes.docker.type", "io.kubernetes.sandbox.id"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (sw_str_is(key, keys[i]))
			return true;
	return sw_str_starts(key, SW_STR("annotation."));
}

static void text(struct sw_buf *out, struct sw_str s)
{
	sw_json_write_str(out, s, 0); /* a JSON text is a YAML text */
}

static uint32_t labels(const struct sw_container *c, struct sw_buf *out)
{
	struct sw_str all = sw_rstr_str(c->pod_labels), one;
	uint32_t n = 0;

	while (sw_str_split(&all, '\0', &one)) {
		size_t colon = sw_str_chr(one, ':', 0);
		if (colon == SW_NPOS || !colon || passing(sw_str_sub(one, 0, colon)))
			continue;
		sw_buf_addz(out, "      ");
		text(out, sw_str_sub(one, 0, colon));
		sw_buf_addz(out, ": ");
		text(out, sw_str_sub(one, colon + 1, one.n));
		sw_buf_addch(out, '\n');
		n++;
	}
	return n;
}

bool sw_quarantine_policy(const struct sw_container *c, struct sw_str rule, struct sw_buf *out)
{
	struct sw_str pod = c ? sw_rstr_str(c->pod_name) : (struct sw_str){NULL, 0};
	struct sw_str ns = c ? sw_rstr_str(c->pod_ns) : (struct sw_str){NULL, 0};

	if (!pod.n || !ns.n)
		return false;
	sw_buf_addz(out, "# Written by Seawall because of the alert ");
	text(out, rule);
	sw_buf_addz(out,
		".\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: ");
	text(out, pod);
	sw_buf_addz(out, "\n  namespace: ");
	text(out, ns);
	sw_buf_addz(out, "\n  labels:\n    app.kubernetes.io/managed-by: seawall\nspec:\n  "
			 "podSelector:\n    matchLabels:\n");
	if (!labels(c, out)) {
		sw_buf_addz(out,
			"      # The pod's labels are not known here: kubectl label pod -n "
			"NAMESPACE POD "
			"seawall.dev/quarantine=true\n      seawall.dev/quarantine: \"true\"\n");
	}
	sw_buf_addz(out, "  policyTypes:\n  - Ingress\n  - Egress\n");
	return true;
}
