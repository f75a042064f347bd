/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of the API server (pkg/apis of Kubernetes 1.36): of a new spec, and of one that was changed. */
#include "build.h"

#include "base/cleanup.h"
#include "kube/defaults.h"

struct example {
	const char *api, *kind;
	const char *before; /* the spec that was there; NULL: the object is new */
	const char *spec, *want;
};

#define BATCH "batch/v1", "Job"
#define JOB_REST "'completionMode':'NonIndexed','suspend':false,'manualSelector':false,'parallelism':1,'completions':1"

static const struct example jobs[] = {
	{BATCH, NULL, "{}", "{" JOB_REST ",'backoffLimit':6,'podReplacementPolicy':'TerminatingOrFailed'}"},
	{BATCH, NULL, "{'backoffLimitPerIndex':0,'podFailurePolicy':{'rules':[{'action':'Ignore','onPodConditions':"
		      "[{'type':'DisruptionTarget'}]}]}}",
		"{" JOB_REST ",'backoffLimit':2147483647,'backoffLimitPerIndex':0,'podReplacementPolicy':'Failed',"
		"'podFailurePolicy':{'rules':[{'action':'Ignore','onPodConditions':[{'status':'True','type':"
		"'DisruptionTarget'}]}]}}"},
	{BATCH, NULL, "{'backoffLimitPerIndex':null,'podFailurePolicy':null,'parallelism':null}",
		"{" JOB_REST ",'backoffLimitPerIndex':null,'podFailurePolicy':null,'backoffLimit':6,"
		"'podReplacementPolicy':'TerminatingOrFailed'}"},
	{BATCH, NULL,
		"{'parallelism':0,'backoffLimit':0,'podReplacementPolicy':'Failed','manualSelector':true,'suspend':true,"
		"'completionMode':'Indexed'}",
		"{'parallelism':0,'backoffLimit':0,'podReplacementPolicy':'Failed','manualSelector':true,'suspend':true,"
		"'completionMode':'Indexed'}"},
	/* unsaid before is left so; taken away comes back */
	{BATCH, "{'backoffLimit':3}", "{'backoffLimitPerIndex':1}",
		"{'backoffLimitPerIndex':1,'backoffLimit':2147483647}"},
	{BATCH, "{'suspend':true}", "{'suspend':true,'backoffLimitPerIndex':1}",
		"{'suspend':true,'backoffLimitPerIndex':1}"},
	/* a condition that only chooses between values makes none due */
	{BATCH, "{'suspend':true}", "{'suspend':true,'podFailurePolicy':{'rules':[]}}",
		"{'suspend':true,'podFailurePolicy':{'rules':[]}}"},
	/* a CronJob's template gets its pods' defaults and its conditions', not a Job's */
	{"batch/v1", "CronJob", NULL,
		"{'jobTemplate':{'spec':{'podFailurePolicy':{'rules':[{'onPodConditions':[{'type':'x'}]}]},'template':"
		"{'spec':{}}}}}",
		"{'jobTemplate':{'spec':{'podFailurePolicy':{'rules':[{'onPodConditions':[{'type':'x','status':'True'}]}]},"
		"'template':{'spec':{'dnsPolicy':'ClusterFirst','restartPolicy':'Always','securityContext':{},"
		"'terminationGracePeriodSeconds':30,'schedulerName':'default-scheduler'}}}},'concurrencyPolicy':'Allow',"
		"'suspend':false,'successfulJobsHistoryLimit':3,'failedJobsHistoryLimit':1}"},
	{"batch/v1", "CronJob", "{'jobTemplate':{'spec':{'backoffLimit':1,'completions':1}}}", "{'jobTemplate':{'spec':{}}}",
		"{'jobTemplate':{'spec':{}}}"},
};

#define POD "v1", "Pod"
#define POD_REST                                                                                   \
	"'dnsPolicy':'ClusterFirst','restartPolicy':'Always','securityContext':{},"                \
	"'terminationGracePeriodSeconds':30,'schedulerName':'default-scheduler','enableServiceLinks':true"
#define CONTAINER_REST                                                                             \
	"'imagePullPolicy':'Always','terminationMessagePath':'/dev/termination-log','terminationMessagePolicy':'File'"

static const struct example pods[] = {
	/* zero is none where Go has no pointer, and a value where it has one */
	{POD, NULL,
		"{'terminationGracePeriodSeconds':0,'enableServiceLinks':false,'restartPolicy':'','dnsPolicy':'','schedulerName':"
		"'','securityContext':null,'containers':[{'image':'i','livenessProbe':{'timeoutSeconds':0,'periodSeconds':0,"
		"'successThreshold':0,'failureThreshold':0,'initialDelaySeconds':0,'terminationGracePeriodSeconds':0}}]}",
		"{'terminationGracePeriodSeconds':0,'enableServiceLinks':false,'restartPolicy':'Always','dnsPolicy':"
		"'ClusterFirst','schedulerName':'default-scheduler','securityContext':{},'containers':[{'image':'i',"
		"'livenessProbe':{'timeoutSeconds':1,'periodSeconds':10,'successThreshold':1,'failureThreshold':3,"
		"'initialDelaySeconds':0,'terminationGracePeriodSeconds':0}," CONTAINER_REST "}]}"},
	{POD, "{'containers':[{'name':'a','livenessProbe':{'timeoutSeconds':0,'periodSeconds':5}}]}",
		"{'containers':[{'name':'a','livenessProbe':{'timeoutSeconds':0,'periodSeconds':0}}]}",
		"{'containers':[{'name':'a','livenessProbe':{'timeoutSeconds':0,'periodSeconds':10}}]}"},
	/* requests are limits in containers, not in the Pod itself */
	{POD, NULL,
		"{'hostNetwork':true,'resources':{'limits':{'cpu':'2'}},'initContainers':[{'image':'i','resources':{'limits':"
		"{'cpu':'1'}},'ports':[{'containerPort':80,'hostPort':0},{'containerPort':81,'hostPort':8}]}]}",
		"{'hostNetwork':true,'resources':{'limits':{'cpu':'2'}},'initContainers':[{'image':'i','resources':{'limits':"
		"{'cpu':'1'},'requests':{'cpu':'1'}},'ports':[{'containerPort':80,'hostPort':80,'protocol':'TCP'},"
		"{'containerPort':81,'hostPort':8,'protocol':'TCP'}]," CONTAINER_REST "}]," POD_REST "}"},
	{POD, NULL,
		"{'volumes':[{'name':'a','secret':null},{'name':'b','image':{'reference':'r:1'}},{'name':'c','image':"
		"{'reference':'r'}},{'name':'d','hostPath':{'path':'/'}}]}",
		"{'volumes':[{'name':'a','secret':null,'emptyDir':{}},{'name':'b','image':{'reference':'r:1','pullPolicy':"
		"'IfNotPresent'}},{'name':'c','image':{'reference':'r','pullPolicy':'Always'}},{'name':'d','hostPath':"
		"{'path':'/','type':''}}]," POD_REST "}"},
	{POD, "{'nodeName':'a'}", "{'nodeName':'b'}", "{'nodeName':'b'}"},
};

#define POLICY "networking.k8s.io/v1", "NetworkPolicy"
#define SERVICE_REST "'type':'ClusterIP','internalTrafficPolicy':'Cluster'"

static const struct example network[] = {
	{POLICY, NULL, "{'policyTypes':[],'egress':[]}", "{'policyTypes':['Ingress'],'egress':[]}"},
	{POLICY, NULL, "{'policyTypes':null,'egress':[{'ports':[{'port':53}]}]}",
		"{'policyTypes':['Ingress','Egress'],'egress':[{'ports':[{'port':53,'protocol':'TCP'}]}]}"},
	{POLICY, "{'policyTypes':[]}", "{'policyTypes':[],'egress':[{}]}", "{'policyTypes':[],'egress':[{}]}"},
	{POLICY, "{'policyTypes':['Egress']}", "{'policyTypes':[]}", "{'policyTypes':['Ingress']}"},
	{"v1", "Service", NULL, "{'ports':[{'port':80,'targetPort':0},{'port':81,'targetPort':''},{'port':82,'targetPort':'x'}]}",
		"{'ports':[{'port':80,'targetPort':80,'protocol':'TCP'},{'port':81,'targetPort':81,'protocol':'TCP'},"
		"{'port':82,'targetPort':'x','protocol':'TCP'}],'sessionAffinity':'None'," SERVICE_REST "}"},
	{"v1", "Service", NULL, "{'sessionAffinity':'ClientIP','externalIPs':['192.0.2.1']}",
		"{'sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{'timeoutSeconds':10800}},'externalIPs':"
		"['192.0.2.1'],'externalTrafficPolicy':'Cluster'," SERVICE_REST "}"},
	{"v1", "Service", NULL, "{'sessionAffinity':'ClientIP','sessionAffinityConfig':{},'externalIPs':[]}",
		"{'sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{'timeoutSeconds':10800}},'externalIPs':[],"
		SERVICE_REST "}"},
	{"v1", "Service", NULL, "{'type':'ExternalName','externalIPs':['192.0.2.1'],'sessionAffinity':'None'}",
		"{'type':'ExternalName','externalIPs':['192.0.2.1'],'sessionAffinity':'None'}"},
};

#define STICKY "'sessionAffinity':'ClientIP'"
#define TIMEOUT "'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':10800}}"

static const struct example affinity[] = {
	{"v1", "Service", NULL, "{'sessionAffinityConfig':{'clientIP':{}}}",
		"{'sessionAffinity':'None','sessionAffinityConfig':{'clientIP':{}}," SERVICE_REST "}"},
	{"v1", "Service", NULL, "{'sessionAffinity':'None','sessionAffinityConfig':{}}",
		"{'sessionAffinity':'None','sessionAffinityConfig':{}," SERVICE_REST "}"},
	{"v1", "Service", NULL, "{" STICKY ",'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':null}}}",
		"{" STICKY "," TIMEOUT "," SERVICE_REST "}"},
	{"v1", "Service", NULL, "{" STICKY ",'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':0}}}",
		"{" STICKY ",'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':0}}," SERVICE_REST "}"},
	{"v1", "Service", NULL, "{" STICKY ",'sessionAffinityConfig':{'clientIP':'x'}}",
		"{" STICKY ",'sessionAffinityConfig':{'clientIP':'x'}," SERVICE_REST "}"},
	/* left unsaid, said no more, said a level further, become due */
	{"v1", "Service", "{" STICKY "}", "{" STICKY ",'clusterIP':'x'}", "{" STICKY ",'clusterIP':'x'}"},
	{"v1", "Service", "{" STICKY ",'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':5}}}", "{" STICKY "}",
		"{" STICKY "," TIMEOUT "}"},
	{"v1", "Service", "{" STICKY "}", "{" STICKY ",'sessionAffinityConfig':{}}", "{" STICKY "," TIMEOUT "}"},
	{"v1", "Service", "{'sessionAffinity':'None','sessionAffinityConfig':{}}",
		"{" STICKY ",'sessionAffinityConfig':{}}", "{" STICKY "," TIMEOUT "}"},
};

#define IPS "'externalIPs':['192.0.2.1']"
#define REACHED "'externalTrafficPolicy':'Cluster'"
#define DEPLOYMENT "apps/v1", "Deployment"

/* What a change of the field that it hangs on makes due, though it was unsaid before. */
static const struct example due[] = {
	{"v1", "Service", "{'type':'ClusterIP'}", "{'type':'LoadBalancer'}",
		"{'type':'LoadBalancer'," REACHED ",'allocateLoadBalancerNodePorts':true}"},
	{"v1", "Service", "{'type':'NodePort'}", "{'type':'LoadBalancer'}",
		"{'type':'LoadBalancer','allocateLoadBalancerNodePorts':true}"},
	{"v1", "Service", "{'type':'ClusterIP'," IPS "}", "{'type':'NodePort'," IPS "}", "{'type':'NodePort'," IPS "}"},
	{"v1", "Service", "{'type':'ExternalName'}", "{'type':'ClusterIP'}",
		"{'type':'ClusterIP','internalTrafficPolicy':'Cluster'}"},
	{"v1", "Service", "{'type':'ClusterIP'}", "{'type':'ClusterIP'," IPS "}", "{'type':'ClusterIP'," IPS "," REACHED "}"},
	{"v1", "Service", "{}", "{" IPS "}", "{" IPS "," REACHED "}"},
	{"v1", "Service", "{" IPS "}", "{'externalIPs':['192.0.2.2']}", "{'externalIPs':['192.0.2.2']}"},
	{"v1", "Service", "{'type':'LoadBalancer'}", "{'type':'LoadBalancer','clusterIP':'x'}",
		"{'type':'LoadBalancer','clusterIP':'x'}"},
	{"v1", "Service", "{'type':'ClusterIP'}", "{'type':'LoadBalancer','externalTrafficPolicy':'Local',"
		"'allocateLoadBalancerNodePorts':false}",
		"{'type':'LoadBalancer','externalTrafficPolicy':'Local','allocateLoadBalancerNodePorts':false}"},
	{DEPLOYMENT, "{'strategy':{'type':'Recreate'}}", "{'strategy':{'type':'RollingUpdate'}}",
		"{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'25%','maxSurge':'25%'}}}"},
	{DEPLOYMENT, "{'strategy':{'type':'Recreate'}}", "{'strategy':{}}",
		"{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'25%','maxSurge':'25%'}}}"},
	{DEPLOYMENT, "{'strategy':{'type':'RollingUpdate'}}", "{'strategy':{'type':'RollingUpdate','x':1}}",
		"{'strategy':{'type':'RollingUpdate','x':1}}"},
	{"apps/v1", "DaemonSet", "{'updateStrategy':{'type':'OnDelete'}}", "{'updateStrategy':{'type':'RollingUpdate'}}",
		"{'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':1,'maxSurge':0}}}"},
	{"apps/v1", "StatefulSet", "{'updateStrategy':{'type':'OnDelete'}}", "{'updateStrategy':{'type':'RollingUpdate'}}",
		"{'updateStrategy':{'type':'RollingUpdate'}}"},
};

#define SET "apps/v1", "StatefulSet"
#define SET_REST                                                                                   \
	"'replicas':0,'revisionHistoryLimit':10,'podManagementPolicy':'OrderedReady',"             \
	"'persistentVolumeClaimRetentionPolicy':{'whenDeleted':'Retain','whenScaled':'Retain'}"
#define SCALER "autoscaling/v2", "HorizontalPodAutoscaler"
#define CPU                                                                                        \
	"'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization',"   \
	"'averageUtilization':80}}}]"
#define DOWN "'policies':[{'type':'Percent','value':100,'periodSeconds':15}]"
#define UP                                                                                         \
	"'policies':[{'type':'Pods','value':4,'periodSeconds':15},{'type':'Percent','value':100,"  \
	"'periodSeconds':15}]"

static const struct example others[] = {
	{SET, NULL, "{'replicas':0}",
		"{" SET_REST ",'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':0,'maxUnavailable':1}}}"},
	{SET, NULL, "{'replicas':0,'updateStrategy':{'type':'RollingUpdate'}}",
		"{" SET_REST ",'updateStrategy':{'type':'RollingUpdate'}}"},
	{SET, NULL, "{'replicas':0,'updateStrategy':{'type':'OnDelete'}}", "{" SET_REST ",'updateStrategy':{'type':'OnDelete'}}"},
	{SCALER, NULL, "{'metrics':[]}", "{'minReplicas':1," CPU "}"},
	{SCALER, NULL, "{'minReplicas':0,'behavior':{'scaleDown':{'stabilizationWindowSeconds':60,'selectPolicy':'Min'}}," CPU "}",
		"{'minReplicas':0," CPU ",'behavior':{'scaleDown':{'stabilizationWindowSeconds':60,'selectPolicy':'Min'," DOWN
		"},'scaleUp':{'stabilizationWindowSeconds':0,'selectPolicy':'Max'," UP "}}}"},
	{SCALER, "{'behavior':{'scaleUp':{'selectPolicy':'Min','tolerance':'0.1'}}}",
		"{'behavior':{'scaleUp':{'tolerance':'0.1'}}}", "{'behavior':{'scaleUp':{'selectPolicy':'Max','tolerance':'0.1'}}}"},
	{"v1", "LimitRange", NULL,
		"{'limits':[{'type':'Container','max':{'cpu':'2'},'min':{'memory':'1Mi'},'default':{'x':'3'},'defaultRequest':"
		"{'x':'1'}},{'type':'Pod','max':{'cpu':'2'}}]}",
		"{'limits':[{'type':'Container','max':{'cpu':'2'},'min':{'memory':'1Mi'},'default':{'x':'3','cpu':'2'},"
		"'defaultRequest':{'x':'1','cpu':'2','memory':'1Mi'}},{'type':'Pod','max':{'cpu':'2'}}]}"},
	{"storage.k8s.io/v1", "CSIDriver", NULL, "{'attachRequired':false,'volumeLifecycleModes':[]}",
		"{'attachRequired':false,'podInfoOnMount':false,'storageCapacity':false,'fsGroupPolicy':"
		"'ReadWriteOnceWithFSType','volumeLifecycleModes':['Persistent'],'requiresRepublish':false,'seLinuxMount':false}"},
	{"v1", "PersistentVolume", NULL, "{'rbd':{'image':'i'},'scaleIO':{},'iscsi':{'iqn':'q'}}",
		"{'rbd':{'image':'i','pool':'rbd','user':'admin','keyring':'/etc/ceph/keyring'},'scaleIO':{'storageMode':"
		"'ThinProvisioned','fsType':'xfs'},'iscsi':{'iqn':'q','iscsiInterface':'default'},"
		"'persistentVolumeReclaimPolicy':'Retain','volumeMode':'Filesystem'}"},
	{"storage.k8s.io/v1", "VolumeAttachment", NULL, "{'source':{'inlineVolumeSpec':{'iscsi':{'iqn':'q'}}}}",
		"{'source':{'inlineVolumeSpec':{'iscsi':{'iqn':'q','iscsiInterface':'default'}}}}"},
};

static struct sw_value object_of(struct sw_arena *a, const struct example *e, const char *spec)
{
	sw_autobuf text;
	sw_buf_init(&text, 1 << 16);
	sw_buf_printf(&text, "{'apiVersion':'%s','kind':'%s','spec':%s}", e->api, e->kind, spec);
	return json(a, sw_buf_cstr(&text));
}

static bool holds(const struct example *e)
{
	sw_autoarena a;
	sw_autobuf got;
	struct sw_kube_object o;
	sw_arena_init(&a, 0);
	sw_buf_init(&got, 1 << 16);
	struct sw_value after = object_of(&a, e, e->spec);
	struct sw_value before = e->before ? object_of(&a, e, e->before) : sw_undef();
	assert_int_equal(sw_kube_object_init(after, &o, NULL), 0);
	struct sw_kube_shape shape = sw_kube_shape_of(&o, sw_undef());
	struct sw_value is = sw_object_gets(sw_kube_defaults(&a, &shape, before, after), SW_STR("spec"));
	if (sw_value_eq(is, json(&a, e->want)))
		return true;
	sw_json_write(&got, is, 0);
	print_error("%s %s: is %s\nwant %s\n", e->kind, e->spec, sw_buf_cstr(&got), e->want);
	return false;
}

#define HOLD(name, examples)                                                                       \
	static void name(void **state)                                                             \
	{                                                                                          \
		int bad = 0;                                                                       \
		for (size_t i = 0; i < SW_ARRAY_LEN(examples); i++)                                \
			bad += !holds(&examples[i]);                                               \
		assert_int_equal(bad, 0);                                                          \
	}

HOLD(of_jobs, jobs)
HOLD(of_pods, pods)
HOLD(of_network, network)
HOLD(of_affinity, affinity)
HOLD(become_due, due)
HOLD(of_others, others)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_jobs),
		cmocka_unit_test(of_pods),
		cmocka_unit_test(of_network),
		cmocka_unit_test(of_affinity),
		cmocka_unit_test(become_due),
		cmocka_unit_test(of_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
