package k8s
import rego.v1
deny contains "no latest" if { some c in input.request.object.spec.containers; endswith(c.image, ":latest") }
deny contains "no latest" if { some c in input.spec.containers; endswith(c.image, ":latest") }
