# METADATA
# scope: package
# title: ExternalName service points at the node itself
# description: >-
#   An ExternalName of localhost or of a metadata address makes proxies and ingress controllers that resolve it
#   connect to themselves or to the cloud's credentials.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/service/#externalname
# custom:
#   id: SW-NET-009
#   severity: medium
#   category: network
#   remediation: >-
#     Point externalName at the real outside host, or delete the service.
#   frameworks:
#     mitre: [T1557]
#     owasp-k8s: [K07]
#   covers: [svc-externalname-localhost]
#   input: {kinds: [Service]}
package seawall.checks.service_external_name

deny contains r if {
	input.spec.type == "ExternalName"
	name := lower(trim_suffix(input.spec.externalName, "."))
	local(name)
	r := {
		"msg": sprintf("The service name resolves to %q, an address inside the machine or cloud", [input.spec.externalName]),
		"path": ["spec", "externalName"],
		"value": input.spec.externalName,
	}
}

local("localhost")

local(name) if endswith(name, ".localhost")

local(name) if startswith(name, "127.")

local(name) if startswith(name, "169.254.")

local("metadata.google.internal")

local("kubernetes.default.svc.cluster.local")

local("kubernetes.default.svc")
