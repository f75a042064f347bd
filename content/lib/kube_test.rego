package seawall.lib.kube_test

import data.seawall.lib.fixture
import data.seawall.lib.image
import data.seawall.lib.kube
import data.seawall.lib.rbac

spec := {
	"securityContext": {"runAsNonRoot": true},
	"initContainers": [{"name": "i", "image": "i"}, {"name": "s", "image": "s", "restartPolicy": "Always"}],
	"containers": [{"name": "c", "image": "c", "securityContext": {"runAsNonRoot": false}}],
	"ephemeralContainers": [{"name": "e", "image": "e"}],
	"volumes": [{"name": "v", "emptyDir": {}}],
}

test_containers_of_every_kind if {
	cs := kube.containers with input as fixture.cronjob(spec)
	[[c.name, c.kind] | some c in cs] == [["i", "init"], ["s", "sidecar"], ["c", "container"], ["e", "ephemeral"]]
	cs[2].path == ["spec", "jobTemplate", "spec", "template", "spec", "containers", 0]
}

test_custom_resource if {
	ps := kube.pods with input as fixture.jobset(spec)
	[p.path | some p in ps] == [["spec", "replicatedJobs", 0, "template", "spec", "template", "spec"]]
}

test_not_a_workload if {
	count(kube.pods) == 0 with input as {"apiVersion": "v1", "kind": "ConfigMap", "data": {"containers": "x"}}
	not kube.is_workload with input as {"apiVersion": "v1", "kind": "ConfigMap"}
}

test_hostile_types if {
	count(kube.containers) == 0 with input as fixture.pod({"containers": "x", "initContainers": 1, "volumes": {}})
	count(kube.containers) == 0 with input as {"kind": "Pod", "spec": []}
	count(kube.containers) == 0 with input as {"kind": 1, "apiVersion": [], "metadata": "x"}
}

test_effective if {
	cs := kube.containers with input as fixture.pod(spec)
	kube.effective(cs[0], "runAsNonRoot") == true
	kube.effective(cs[2], "runAsNonRoot") == false
	kube.effective_path(cs[0], "runAsNonRoot") == ["spec", "securityContext", "runAsNonRoot"]
	kube.effective_path(cs[2], "runAsNonRoot") == ["spec", "containers", 0, "securityContext", "runAsNonRoot"]
	not kube.effective(cs[2], "runAsUser")
}

test_windows if {
	ps := kube.pods with input as fixture.windows(spec)
	kube.is_windows(ps[0])
	qs := kube.pods with input as fixture.pod(spec)
	not kube.is_windows(qs[0])
}

test_image if {
	image.parse("nginx") == {"registry": "docker.io", "repository": "library/nginx", "tag": "", "digest": "", "explicit_registry": false}
	image.parse("a/b:1").repository == "a/b"
	image.parse("localhost/b:1").registry == "localhost"
	image.parse("docker.io/nginx:1").repository == "library/nginx"
	image.parse("reg.example:5000/x/y/z:v1.2-a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") == {
		"registry": "reg.example:5000", "repository": "x/y/z", "tag": "v1.2-a", "explicit_registry": true,
		"digest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	}
	not image.parse("Nginx")
	not image.parse("")
	not image.parse("{{ .Values.image }}")
	not image.parse("a b")
}

test_rbac if {
	rs := rbac.rules with input as fixture.role([
		{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]},
		{"apiGroups": ["*"], "resources": ["*/exec"], "verbs": ["*"]},
		{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["x"], "verbs": ["get"]},
		"junk",
	])
	rbac.grants(rs[0], "", "secrets", "get")
	not rbac.grants(rs[0], "apps", "deployments", "get")
	rbac.grants(rs[1], "", "pods/exec", "create")
	not rbac.grants(rs[1], "", "pods", "create")
	not rbac.grants(rs[2], "", "secrets", "get")
	rbac.grants_some(rs[2], "", "secrets", "get")
	count(rs) == 3
}
