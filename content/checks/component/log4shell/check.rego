# METADATA
# scope: package
# title: Image is known to carry Log4Shell
# description: >-
#   The image holds a version of Log4j that runs code sent in any logged text (CVE-2021-44228). It has been attacked
#   by everybody since December 2021.
# related_resources:
# - https://nvd.nist.gov/vuln/detail/CVE-2021-44228
# custom:
#   id: SW-COMP-008
#   severity: critical
#   category: component
#   remediation: >-
#     Update the image.
#   frameworks:
#     mitre: [T1190]
#     owasp-k8s: [K10]
#   covers: [cve-log4shell]
#   input: {workload: true}
package seawall.checks.log4shell

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	parts := split(ref.repository, "/")
	some suffix, range in affected[parts[count(parts) - 1]]
	endswith(concat("", ["/", ref.repository]), suffix)
	m := regex.find_all_string_submatch_n(`^v?([0-9]+\.[0-9]+\.[0-9]+)`, ref.tag, 1)
	semver.compare(m[0][1], range[0]) >= 0
	semver.compare(m[0][1], range[1]) < 0
	r := {
		"msg": sprintf("Image %q holds a Log4j with CVE-2021-44228", [c.container.image]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": sprintf("version %s or later", [range[1]]),
	}
}

# Official images by their last part, with the first version that was affected and the first that was not.
affected := {
	"druid": {"/apache/druid": ["0.1.0", "0.22.1"]},
	"elasticsearch": {
		"/library/elasticsearch": ["5.0.0", "7.16.2"],
		"/elasticsearch/elasticsearch": ["5.0.0", "7.16.2"],
	},
	"flink": {"/library/flink": ["1.11.0", "1.14.2"]},
	"logstash": {
		"/library/logstash": ["5.0.0", "7.16.2"],
		"/logstash/logstash": ["5.0.0", "7.16.2"],
	},
	"neo4j": {"/library/neo4j": ["4.2.0", "4.4.2"]},
	"solr": {"/library/solr": ["7.4.0", "8.11.1"]},
	"sonarqube": {"/library/sonarqube": ["8.9.0", "8.9.5"]},
	"storm": {"/library/storm": ["2.0.0", "2.3.1"]},
}
