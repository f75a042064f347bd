# METADATA
# scope: package
# title: Volumes are given to a group that is not allowed
# description: >-
#   Files of shared storage belong to groups. A pod that chooses another team's group reads its files.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-039
#   severity: low
#   category: workload
#   remediation: >-
#     Set fsGroup to one of the allowed groups. The list is the setting fs_groups.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [pod-fsgroup]
#   input: {workload: true}
#   settings: [fs_groups]
package seawall.checks.fs_group

import data.seawall.lib.kube

deny contains r if {
	allowed := data.config.fs_groups
	some pod in kube.pods
	group := pod.spec.securityContext.fsGroup
	is_number(group)
	not permitted(group, allowed)
	r := {
		"msg": sprintf("fsGroup %v is not on the list", [group]),
		"path": array.concat(pod.path, ["securityContext", "fsGroup"]),
		"value": group,
	}
}

permitted(group, allowed) if group in allowed

permitted(group, allowed) if group == allowed
