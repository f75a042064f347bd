package seawall.checks.latest_tag_test

import data.seawall.checks.latest_tag
import data.seawall.lib.fixture

denies(ref) := rs if rs := latest_tag.deny with input as fixture.container({"image": ref})

unknowns(ref) := rs if rs := latest_tag.unknown with input as fixture.container({"image": ref})

digest := "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

test_fail if {
	every ref in ["nginx", "nginx:latest", "localhost:5000/a/b", "ghcr.io/a/b:latest"] {
		count(denies(ref)) == 1
		count(unknowns(ref)) == 0
	}
	{r.path | some r in denies("nginx")} == {["spec", "containers", 0, "image"]}
}

test_pass if {
	every ref in ["nginx:1.27", "localhost:5000/a/b:v1", concat("", ["nginx", digest]), concat("", ["nginx:latest", digest])] {
		count(denies(ref)) == 0
		count(unknowns(ref)) == 0
	}
}

test_unknown if {
	every ref in ["{{ .Values.image }}", "UPPER", 7] {
		count(denies(ref)) == 0
		count(unknowns(ref)) == 1
	}
	count(unknowns("")) == 0
}
