package seawall.checks.statefulset_service_test

import data.seawall.checks.statefulset_service

set(spec) := {"kind": "StatefulSet", "apiVersion": "apps/v1", "metadata": {"name": "s"}, "spec": object.union({"template": {"spec": {"containers": []}}}, spec)}

inventory(spec) := {"cluster": {}, "namespace": {"shop": {
	"apps/v1": {"StatefulSet": {"s": set(spec)}},
	"v1": {"Service": {"web": {"spec": {}}, "db": {"spec": {"clusterIP": "None"}}}},
}}}

test_fail if {
	every pair in [[{}, "No service is named"], [{"serviceName": "gone"}, `Service "gone" does not exist`], [{"serviceName": "web"}, `Service "web" is not headless`]] {
		rs := statefulset_service.deny with data.inventory as inventory(pair[0])
		{r.msg | some r in rs} == {pair[1]}
	}
}

test_pass if {
	count(statefulset_service.deny) == 0 with data.inventory as inventory({"serviceName": "db"})
}
