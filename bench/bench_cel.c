/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CEL: a rule about a pod's containers over one pod. Peer: reading the pod's JSON, without which
 * there is nothing to evaluate; limit 1.0. Compiling is printed beside it.
 */
#include "bench.h"
#include "cel/cel.h"
#include "doc/json.h"

enum { TIMES = 2000, COMPILES = 200, ROUNDS = 9 };

static const char pod[] =
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-0\",\"namespace\":"
	"\"shop\",\"labels\":{\"app\":"
	"\"web\",\"tier\":\"front\"}},\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":"
	"\"registry.example.com/web:1.2\","
	"\"securityContext\":{\"privileged\":false,\"runAsUser\":1000},\"resources\":{\"limits\":{"
	"\"cpu\":\"500m\","
	"\"memory\":\"512Mi\"}},\"ports\":[{\"containerPort\":8080}]},{\"name\":\"side\",\"image\":"
	"\"registry.example.com/"
	"side:3\",\"securityContext\":{\"runAsUser\":1001},\"args\":[\"--listen\",\":9090\"]}],"
	"\"volumes\":[{\"name\":\"data\",\"emptyDir\":{}}],\"serviceAccountName\":\"web\"}}";

static const char rule[] =
	"object.spec.containers.all(c, (!has(c.securityContext) || "
	"!has(c.securityContext.privileged) || "
	"c.securityContext.privileged == false) && c.image.startsWith('registry.example.com/') && "
	"['main', 'side', 'init'].exists(n, n == c.name)) && !('hostNetwork' in object.spec) && "
	"object.metadata.labels['app'].matches('^[a-z][a-z0-9-]*$')";

static int parse(void)
{
	int bad = 0;
	for (int i = 0; i < TIMES; i++) {
		struct sw_value v;
		sw_autoarena a;
		sw_arena_init(&a, 0);
		bad |= sw_json_parse(&a, SW_STR(pod), 0, NULL, &v, NULL, NULL);
	}
	return bad;
}

static int evaluate(
	struct sw_cel *cel, const struct sw_cel_program *p, uint32_t slot, struct sw_value object)
{
	int bad = 0;
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (int i = 0; i < TIMES; i++) {
		struct sw_value v;
		struct sw_arena_mark mark = sw_arena_mark(&a);
		sw_cel_begin(cel, &a, SW_CEL_COST_RUN, 0);
		sw_cel_set(cel, slot, object);
		bad |= sw_cel_eval(cel, p, SW_CEL_COST_CALL, &v, NULL) || !sw_is_true(v);
		sw_arena_rewind(&a, mark);
	}
	return bad;
}

static int compile(void)
{
	int bad = 0;
	struct sw_cel *cel = sw_cel_new(NULL);
	struct sw_cel_program *p;
	uint32_t slot;
	sw_cel_declare(cel, SW_STR("object"), SW_CEL_DYN, &slot, NULL);
	for (int i = 0; i < COMPILES; i++)
		bad |= sw_cel_compile(cel, SW_STR(rule), SW_CEL_WANT_BOOL, &p, NULL, NULL);
	sw_cel_free(cel);
	return bad;
}

int main(void)
{
	sw_autoarena a;
	struct sw_value object;
	struct sw_cel *cel = sw_cel_new(NULL);
	struct sw_cel_program *p;
	uint32_t slot;
	sw_arena_init(&a, 0);
	int rc = sw_json_parse(&a, SW_STR(pod), 0, NULL, &object, NULL, NULL);
	rc |= sw_cel_declare(cel, SW_STR("object"), SW_CEL_DYN, &slot, NULL);
	rc |= sw_cel_compile(cel, SW_STR(rule), SW_CEL_WANT_BOOL, &p, NULL, NULL);
	if (rc)
		return 1;
	double mine = BENCH_BEST(ROUNDS, rc |= evaluate(cel, p, slot, object)) / TIMES;
	double peer = BENCH_BEST(ROUNDS, rc |= parse()) / TIMES;
	double compiling = BENCH_BEST(ROUNDS, rc |= compile()) / COMPILES;
	printf("cel: a rule over a pod %.2f us, %.2f times reading the pod (limit 1.0); compiling "
	       "it %.1f us\n",
		mine * 1e6, mine / peer, compiling * 1e6);
	sw_cel_free(cel);
	return rc || mine / peer > 1.0;
}
