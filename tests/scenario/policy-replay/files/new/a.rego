package k8s
import rego.v1
deny contains "no privileged" if { some c in input.request.object.spec.containers; c.securityContext.privileged }
deny contains "no privileged" if { some c in input.spec.containers; c.securityContext.privileged }
