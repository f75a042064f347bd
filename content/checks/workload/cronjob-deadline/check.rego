# METADATA
# scope: package
# title: CronJob has no starting deadline
# description: >-
#   After an outage of the control plane a CronJob counts every missed start; with more than a hundred it never runs
#   again, backups included.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
# custom:
#   id: SW-AVAIL-010
#   severity: low
#   category: workload
#   remediation: >-
#     Set spec.startingDeadlineSeconds.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-cronjob-deadline]
#   input: {kinds: [CronJob]}
package seawall.checks.cronjob_deadline

deny contains r if {
	is_object(input.spec)
	not is_number(object.get(input.spec, "startingDeadlineSeconds", null))
	r := {"msg": "Missed starts are counted without limit", "path": ["spec", "startingDeadlineSeconds"], "expected": "a number of seconds"}
}
