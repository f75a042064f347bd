# METADATA
# scope: package
# title: Ingress sends to a service that was not found
# description: >-
#   The route leads nowhere. Whoever creates a service of that name later receives the requests, cookies and
#   passwords included.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/ingress/
# custom:
#   id: SW-NET-023
#   severity: low
#   category: network
#   remediation: >-
#     Correct the service name, or delete the rule.
#   frameworks:
#     owasp-k8s: [K07]
#   covers: [ing-dangling]
#   input: {cluster: true}
#   inventory: [Ingress, Service]
package seawall.checks.ingress_missing_backend

import data.seawall.lib.cluster

# A namespace is judged only where some of its services were read.
deny contains r if {
	some ingress in cluster.namespaced("Ingress")
	services := {name | data.inventory.namespace[ingress.namespace][_].Service[name]}
	count(services) > 0
	some b in backends(ingress.object)
	is_string(b.name)
	not b.name in services
	r := {
		"msg": sprintf("Service %q does not exist in namespace %q", [b.name, ingress.namespace]),
		"path": b.path,
		"value": b.name,
		"object": ingress.object,
	}
}

backends(o) := array.concat(
	[{"name": p.backend.service.name, "path": ["spec", "rules", i, "http", "paths", j, "backend", "service", "name"]} |
		p := o.spec.rules[i].http.paths[j]
	],
	array.concat(
		[{"name": p.backend.serviceName, "path": ["spec", "rules", i, "http", "paths", j, "backend", "serviceName"]} |
			p := o.spec.rules[i].http.paths[j]
		],
		[{"name": n, "path": ["spec", "defaultBackend", "service", "name"]} | n := o.spec.defaultBackend.service.name],
	),
)
