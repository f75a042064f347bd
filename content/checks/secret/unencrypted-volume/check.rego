# METADATA
# scope: package
# title: Storage class does not ask for encryption
# description: >-
#   Disks without encryption can be read by whoever gets at the disk, a snapshot or a backup.
# related_resources:
# - https://kubernetes.io/docs/concepts/storage/storage-classes/
# custom:
#   id: SW-SEC-007
#   severity: medium
#   category: secret
#   remediation: >-
#     Set encrypted: "true" (and a key) in the parameters.
#   frameworks:
#     mitre: [T1552]
#     owasp-k8s: [K08]
#   covers: [sec-pv-unencrypted]
#   input: {kinds: [StorageClass]}
package seawall.checks.unencrypted_volume

deny contains r if {
	field := flags[input.provisioner]
	lower(sprintf("%v", [object.get(input, ["parameters", field], "")])) != "true"
	r := {
		"msg": sprintf("Volumes of this class are not encrypted: parameter %q is not set", [field]),
		"path": ["parameters", field],
		"value": object.get(input, ["parameters", field], null),
		"expected": "true",
	}
}

# Drivers that leave disks unencrypted unless told.
flags := {
	"ebs.csi.aws.com": "encrypted",
	"kubernetes.io/aws-ebs": "encrypted",
	"efs.csi.aws.com": "encryptInTransit",
	"diskplugin.csi.alibabacloud.com": "encrypted",
	"driver.longhorn.io": "encrypted",
}
