# METADATA
# scope: package
# title: Objects for tests
package seawall.lib.fixture

pod(spec) := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app", "namespace": "shop"}, "spec": spec}

deployment(spec) := {
	"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app", "namespace": "shop"},
	"spec": {"selector": {}, "template": {"metadata": {"labels": {"app": "a"}}, "spec": spec}},
}

cronjob(spec) := {
	"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "app", "namespace": "shop"},
	"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": spec}}}},
}

# A custom resource with several pod templates.
jobset(spec) := {
	"apiVersion": "jobset.x-k8s.io/v1alpha2", "kind": "JobSet", "metadata": {"name": "app", "namespace": "shop"},
	"spec": {"replicatedJobs": [{"name": "w", "template": {"spec": {"template": {"spec": spec}}}}]},
}

windows(spec) := pod(object.union(spec, {"os": {"name": "windows"}}))

# A pod of one container "c" with these fields on top of a name and an image.
container(fields) := pod({"containers": [object.union({"name": "c", "image": "registry.example/c:1"}, fields)]})

role(rules) := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r", "namespace": "shop"}, "rules": rules}

clusterrole(rules) := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": rules}

binding(role, subjects) := {
	"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
	"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
	"subjects": subjects,
}
