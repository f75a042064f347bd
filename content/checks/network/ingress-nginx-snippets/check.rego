# METADATA
# scope: package
# title: Ingress injects configuration into nginx
# description: >-
#   Snippet annotations are pasted into the configuration of the ingress controller, which can read every secret of
#   the cluster. Whoever writes an Ingress can so read them all (CVE-2021-25742 and the IngressNightmare family of
#   2025).
# related_resources:
# - https://github.com/kubernetes/kubernetes/issues/126811
# custom:
#   id: SW-NET-024
#   severity: high
#   category: network
#   remediation: >-
#     Remove the snippet annotation, and set allow-snippet-annotations: "false" in the controller.
#   frameworks:
#     mitre: [T1552, T1059]
#     owasp-k8s: [K07, K10]
#   covers: [ing-nginx-snippets]
#   input: {kinds: [Ingress]}
package seawall.checks.ingress_nginx_snippets

import data.seawall.lib.kube

deny contains r if {
	some key, value in kube.annotations
	regex.match(`^nginx\.(ingress\.kubernetes\.io|org)/.*-?snippets?$`, key)
	r := {
		"msg": sprintf("The annotation %q is pasted into the controller's configuration", [key]),
		"path": ["metadata", "annotations", key],
		"value": value,
		"expected": "no snippet annotation",
	}
}

# Values of these are pasted too, in controllers before 1.11.5 and 1.12.1 (CVE-2025-24514, -1097, -1098).
deny contains r if {
	some key in injectable
	value := kube.annotations[key]
	is_string(value)
	regex.match("[\n\r;{}#]", value)
	r := {
		"msg": sprintf("The value of %q ends one nginx directive and begins another", [key]),
		"path": ["metadata", "annotations", key],
		"value": value,
		"severity": "critical",
	}
}

injectable := {
	"nginx.ingress.kubernetes.io/auth-url",
	"nginx.ingress.kubernetes.io/auth-tls-match-cn",
	"nginx.ingress.kubernetes.io/mirror-target",
	"nginx.ingress.kubernetes.io/mirror-host",
	"nginx.ingress.kubernetes.io/permanent-redirect",
}
