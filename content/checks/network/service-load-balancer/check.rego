# METADATA
# scope: package
# title: Load balancer is open to every address
# description: >-
#   A LoadBalancer service gets an address outside the cluster, with most clouds a public one. Without source ranges
#   the whole internet may connect, past any Ingress and its authentication.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer
# custom:
#   id: SW-NET-007
#   severity: medium
#   category: network
#   remediation: >-
#     Set loadBalancerSourceRanges, ask the cloud for an internal load balancer by its annotation, or put the
#     service behind an Ingress or Gateway.
#   frameworks:
#     mitre: [T1133]
#     nsa-cisa: [network/exposure]
#     owasp-k8s: [K07]
#   covers: [svc-loadbalancer, net-exposure]
#   input: {kinds: [Service]}
package seawall.checks.service_load_balancer

import data.seawall.lib.kube

deny contains r if {
	input.spec.type == "LoadBalancer"
	not private
	object.get(input.spec, "loadBalancerSourceRanges", null) in [null, []]
	r := {
		"msg": "Whoever reaches the load balancer may connect: no source ranges are set",
		"path": ["spec", "loadBalancerSourceRanges"],
		"expected": "the address ranges that need to connect",
	}
}

deny contains r if {
	input.spec.type == "LoadBalancer"
	not private
	some i, range in input.spec.loadBalancerSourceRanges
	range in {"0.0.0.0/0", "::/0"}
	r := {
		"msg": sprintf("The source range %s is every address", [range]),
		"path": ["spec", "loadBalancerSourceRanges", i],
		"value": range,
		"expected": "the address ranges that need to connect",
	}
}

# How the clouds are asked for an address that is not public.
private if {
	some key, values in private_annotations
	lower(kube.annotations[key]) in values
}

private_annotations := {
	"service.beta.kubernetes.io/aws-load-balancer-internal": {"true", "0.0.0.0/0"},
	"service.beta.kubernetes.io/aws-load-balancer-scheme": {"internal"},
	"service.beta.kubernetes.io/azure-load-balancer-internal": {"true"},
	"networking.gke.io/load-balancer-type": {"internal"},
	"cloud.google.com/load-balancer-type": {"internal"},
	"service.beta.kubernetes.io/openstack-internal-load-balancer": {"true"},
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": {"private"},
	"service.beta.kubernetes.io/oci-load-balancer-internal": {"true"},
	"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": {"intranet"},
}
