# METADATA
# scope: package
# title: Container downloads and runs code when it starts
# description: >-
#   A command that pipes a download into a shell runs whatever the server sends today. No scan of the image has seen
#   it. Miners are installed like this.
# related_resources:
# - https://attack.mitre.org/techniques/T1105/
# custom:
#   id: SW-POD-037
#   severity: high
#   category: workload
#   remediation: >-
#     Put the program into the image, and pin the image by digest.
#   frameworks:
#     mitre: [T1105, T1059.004]
#     owasp-k8s: [K02]
#   covers: [gitsync]
#   input: {workload: true}
package seawall.checks.shell_download

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some field in ["command", "args"]
	some i, word in c.container[field]
	is_string(word)
	regex.match(`(?s)\b(curl|wget|fetch)\b[^;&\n]*\|\s*(sudo\s+)?(env\s+)?(\S*/)?(ba|da|z|k|a)?sh\b|\b(ba|da|z|k)?sh\s+(-c\s+)?["']?(<\(|\$\()\s*(curl|wget)\b`, word)
	r := {
		"msg": sprintf("Container %q pipes a download into a shell", [c.name]),
		"path": array.concat(c.path, [field, i]),
		"container": c.name,
		"value": word,
	}
}
