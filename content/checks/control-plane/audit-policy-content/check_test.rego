package seawall.checks.audit_policy_content_test

import data.seawall.checks.audit_policy_content

policy(rules) := {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}

test_nothing if {
	rs := audit_policy_content.deny with input as policy([{"level": "None"}])
	count(rs) == 5
}

test_contents if {
	rs := audit_policy_content.deny with input as policy([{"level": "RequestResponse"}])
	{r.msg | some r in rs} == {"Contents of secrets are written to the log", "Contents of configmaps are written to the log"}
}

test_pass if {
	every rules in [
		[{"level": "Metadata"}],
		[{"level": "Metadata", "resources": [{"group": "", "resources": ["secrets", "configmaps"]}]}, {"level": "RequestResponse"}],
		[{"level": "None", "users": ["system:kube-proxy"]}, {"level": "Metadata"}],
	] {
		rs := audit_policy_content.deny with input as policy(rules)
		count(rs) == 0
	}
}

test_exec_left_out if {
	rs := audit_policy_content.deny with input as policy([{"level": "None", "resources": [{"group": "", "resources": ["pods/*"]}]}, {"level": "Metadata"}])
	{r.msg | some r in rs} == {"The policy does not log commands in pods"}
}
