package seawall.checks.runtime_socket_test

import data.seawall.checks.runtime_socket
import data.seawall.lib.fixture

test_fail if {
	every path in ["/var/run/docker.sock", "/run/containerd/containerd.sock", "/var/run/crio/crio.sock/", "/run/k3s/containerd/containerd.sock"] {
		rs := runtime_socket.deny with input as fixture.pod({"volumes": [{"name": "s", "hostPath": {"path": path}}]})
		{[r.path, r.value] | some r in rs} == {[["spec", "volumes", 0, "hostPath", "path"], path]}
	}
}

test_pass if {
	every path in ["/srv/docker.sock.d", "/var/log", "/x/mydocker.socket", 5] {
		rs := runtime_socket.deny with input as fixture.pod({"volumes": [{"name": "s", "hostPath": {"path": path}}]})
		count(rs) == 0
	}
}
