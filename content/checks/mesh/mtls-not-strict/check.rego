# METADATA
# scope: package
# title: Mesh accepts traffic that is not encrypted
# description: >-
#   With PERMISSIVE or DISABLE, pods outside the mesh, and whoever listens in between, can talk to these workloads
#   without an identity.
# related_resources:
# - https://istio.io/latest/docs/ops/best-practices/security/
# custom:
#   id: SW-MESH-001
#   severity: medium
#   category: mesh
#   remediation: >-
#     Set mtls.mode: STRICT once all clients are in the mesh.
#   frameworks:
#     nsa-cisa: [network/mtls]
#     owasp-k8s: [K07]
#   covers: [mesh-mtls-strict]
#   input: {kinds: [PeerAuthentication]}
package seawall.checks.mtls_not_strict

deny contains r if {
	mode := input.spec.mtls.mode
	mode in {"PERMISSIVE", "DISABLE"}
	r := result(["spec", "mtls", "mode"], mode)
}

deny contains r if {
	some port, settings in input.spec.portLevelMtls
	settings.mode in {"PERMISSIVE", "DISABLE"}
	r := result(["spec", "portLevelMtls", port, "mode"], settings.mode)
}

result(path, mode) := {
	"msg": sprintf("mTLS mode %s lets plain text through", [mode]),
	"path": path,
	"value": mode,
	"expected": "STRICT",
}
