# METADATA
# scope: package
# title: Service opens a port on every node
# description: >-
#   A NodePort is open on every node of the cluster, on every network the node is in. If a node has a public
#   address, so has the service.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
# custom:
#   id: SW-NET-006
#   severity: medium
#   category: network
#   remediation: >-
#     Use type ClusterIP with an Ingress or Gateway in front, or a LoadBalancer with allowed source ranges.
#   frameworks:
#     mitre: [T1133]
#     nsa-cisa: [network/exposure]
#     owasp-k8s: [K07]
#   covers: [svc-nodeport, net-exposure]
#   input: {kinds: [Service]}
package seawall.checks.service_node_port

deny contains r if {
	input.spec.type == "NodePort"
	r := {
		"msg": sprintf("The service listens on every node%s", [ports]),
		"path": ["spec", "type"],
		"value": "NodePort",
		"expected": "ClusterIP",
	}
}

ports := sprintf(" (%s)", [concat(", ", list)]) if {
	count(list) > 0
} else := ""

list := [sprintf("%d", [p.nodePort]) | some p in input.spec.ports; is_number(p.nodePort)]
