# METADATA
# scope: package
# title: Mesh client does not check the server
# description: >-
#   TLS without a CA or names to check encrypts the traffic to whoever answers.
# related_resources:
# - https://istio.io/latest/docs/ops/best-practices/security/
# custom:
#   id: SW-MESH-004
#   severity: medium
#   category: mesh
#   remediation: >-
#     Set caCertificates and subjectAltNames, or use ISTIO_MUTUAL inside the mesh.
#   frameworks:
#     nsa-cisa: [network/mtls]
#     owasp-k8s: [K07]
#   covers: [mesh-tls-destinationrule]
#   input: {kinds: [DestinationRule]}
package seawall.checks.destination_tls

deny contains r if {
	some p in policies
	p.tls.mode == "DISABLE"
	r := {"msg": "Traffic to the host is not encrypted", "path": array.concat(p.path, ["mode"]), "value": "DISABLE", "expected": "ISTIO_MUTUAL"}
}

deny contains r if {
	some p in policies
	p.tls.mode in {"SIMPLE", "MUTUAL"}
	object.get(p.tls, "caCertificates", "") == ""
	object.get(p.tls, "credentialName", "") == ""
	r := {
		"msg": sprintf("Mode %s has no CA to check the server with", [p.tls.mode]),
		"path": p.path,
		"value": p.tls.mode,
		"expected": "caCertificates or credentialName",
	}
}

deny contains r if {
	some p in policies
	p.tls.insecureSkipVerify == true
	r := {"msg": "The server's certificate is not checked", "path": array.concat(p.path, ["insecureSkipVerify"]), "value": true, "expected": "false"}
}

policies contains {"tls": tls, "path": ["spec", "trafficPolicy", "tls"]} if tls := input.spec.trafficPolicy.tls

policies contains {"tls": tls, "path": ["spec", "subsets", i, "trafficPolicy", "tls"]} if tls := input.spec.subsets[i].trafficPolicy.tls

policies contains {"tls": tls, "path": ["spec", "trafficPolicy", "portLevelSettings", i, "tls"]} if {
	tls := input.spec.trafficPolicy.portLevelSettings[i].tls
}
