package seawall.checks.sub_path_test

import data.seawall.checks.sub_path
import data.seawall.lib.fixture

spec(volume, mount) := {
	"containers": [{"name": "c", "volumeMounts": [object.union({"name": "v"}, mount)]}],
	"volumes": [object.union({"name": "v"}, volume)],
}

test_fail if {
	every field in ["subPath", "subPathExpr"] {
		rs := sub_path.deny with input as fixture.pod(spec({"emptyDir": {}}, {field: "x"}))
		{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "volumeMounts", 0, field], "x"]}
	}
}

test_pass if {
	a := sub_path.deny with input as fixture.pod(spec({"configMap": {}}, {"subPath": "x"}))
	count(a) == 0
	b := sub_path.deny with input as fixture.pod(spec({"emptyDir": {}}, {"subPath": ""}))
	count(b) == 0
	c := sub_path.deny with input as fixture.pod(spec({"emptyDir": {}}, {}))
	count(c) == 0
}
